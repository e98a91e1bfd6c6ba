/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one thread that writes to a database. What arrives while a commit is on
 * its way to the disk goes into the next one together; nobody is told before
 * the commit that holds his work is on disk. After the first error nothing is
 * acknowledged any more: the program has to end.
 */
#ifndef REPORTING_STORE_WRITER_H
#define REPORTING_STORE_WRITER_H

#include "db.h"

enum write_result {
    WRITE_DONE,     /* on disk */
    WRITE_DISK_FULL /* nothing was done: the disk has too little room left */
};

/* A piece of work; lives until done() was called, which may free it. */
struct write {
    void (*run)(struct write *write, struct db *db);
    void (*done)(struct write *write, enum write_result result);
    size_t bytes; /* about how much it writes */
    bool small;   /* also on a full disk, as far as that still has its bytes: it
                     makes room, or must not be lost */
    bool drops;   /* what it deletes is to be gone from the files, soon */
    struct write *next; /* the writer's, with the next one */
    bool granted;
};

struct writer_settings {
    struct db *db;
    const char *path;  /* of the database: whose disk is looked at */
    uint64_t min_free; /* bytes that stay free on it */
    size_t queue_max;  /* pieces of work that wait at most */
    /* At the end of each transaction, within it; may be NULL. */
    void (*closing)(void *context, struct db *db);
    /* An error, once: nothing was acknowledged since. Must not return. */
    void (*failed)(void *context, const struct db_trouble *trouble);
    /* After a commit: how long it took, and how much work it held. */
    void (*committed)(void *context, uint64_t microseconds, size_t count);
    void *context;
};

struct writer;

FRANK_MUST_CHECK bool writer_start(struct writer **out,
                                   const struct writer_settings *settings);

/* false: too much is waiting; nothing was taken. */
FRANK_MUST_CHECK bool writer_submit(struct writer *writer, struct write *write);

/* Submits and waits. Not from done(). */
FRANK_MUST_CHECK enum write_result writer_do(struct writer *writer,
                                             struct write *write);

size_t writer_waiting(struct writer *writer);
/* Whether the disk has room for more than what is small. */
bool writer_has_room(const struct writer *writer);

/* Does what waits, then ends the thread; nothing is taken any more. NULL is
 * allowed, as in writer_free(). */
void writer_stop(struct writer *writer);
void writer_free(struct writer *writer);

#endif
