/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program's database at work: the folder that it alone has, the connection
 * that writes with its thread, two that read, and the log within (ledger.h). An
 * error of any of them ends the program, with a line in the journal: what is on
 * disk cannot be known then.
 */
#ifndef REPORTING_STORE_BASE_H
#define REPORTING_STORE_BASE_H

#include "ledger.h"
#include "writer.h"

#include <pthread.h>

/* What it points to must outlive the store. */
struct store_settings {
    const char *data;    /* the folder, which is there; may be a link */
    const char *name;    /* of the file in it, "hub.db" */
    const char *program; /* "frankd", for "another frankd has it" */
    const struct db_schema *schema;
    const char *const *statements; /* that begin with LEDGER_STATEMENTS */
    size_t statement_count;
    uint64_t min_free; /* as in struct writer_settings */
    size_t queue_max;
    /* The same; may be NULL. */
    void (*committed)(void *context, uint64_t microseconds, size_t count);
    void *context;
};

/* What may take long must not hold up what never does. */
enum store_reader { STORE_SHORT, STORE_LONG, STORE_READER_COUNT };

struct store {
    struct store_settings settings;
    int folder;           /* locked */
    struct ledger ledger; /* the writer's thread's, once it runs */
    struct db *db;        /* as well */
    struct writer *writer;
    struct {
        pthread_mutex_t lock;
        struct db *db;
    } readers[STORE_READER_COUNT];
};

/* Locks the folder, makes the database or brings it up to date, loads the log's
 * range, opens the readers. false after a line in the journal; to be closed
 * all the same. */
FRANK_MUST_CHECK bool store_open(struct store *store,
                                 const struct store_settings *settings);
/* From now on the ledger is saved at the end of each transaction. false after a
 * line in the journal. */
FRANK_MUST_CHECK bool store_start_writer(struct store *store);
/* What waits is committed. One of zeros, never opened, is allowed. */
void store_close(struct store *store);

/* A reader, to be given back soon. Not both at once in one thread. */
struct db *store_reader_lock(struct store *store, enum store_reader reader);
void store_reader_unlock(struct store *store, enum store_reader reader);

#endif
