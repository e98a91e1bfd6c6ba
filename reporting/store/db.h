/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One SQLite database, as one connection that writes and checkpoints and others
 * that only read: SQLite 3.40 can corrupt a WAL database when one connection
 * commits while another checkpoints. SQL is a table of statements, prepared
 * once; afterwards an authorizer denies whatever they do not need.
 *
 * The first error is kept, and nothing is done after it, so that a transaction
 * is written call by call and asked once at the end. There is no way back from
 * an error of the writer: after a failed write neither SQLite nor the system
 * can be trusted to know what is on disk, and the program has to end.
 *
 * A connection is used by one thread at a time.
 */
#ifndef REPORTING_STORE_DB_H
#define REPORTING_STORE_DB_H

#include "frank.h"

struct db;

enum db_role {
    DB_WRITER, /* creates the file and brings its schema up to date */
    DB_READER  /* after a writer was opened */
};

/* migrations[v] leads from schema version v to v + 1. application: the number
 * that says whose database it is (PRAGMA application_id). */
struct db_schema {
    int32_t application;
    const char *const *migrations;
    int count;
};

/* What happened: the call or statement, and SQLite's words. */
struct db_trouble {
    int code; /* SQLite's extended result code; 0: none */
    const char *what;
    char text[160];
};

/* statements[i], i below count, is used by its index; a reader leaves out those
 * that write. path is closed by a zero. false: *trouble says why. */
FRANK_MUST_CHECK bool db_open(struct db **out, const char *path,
                              enum db_role role, const struct db_schema *schema,
                              const char *const *statements, size_t count,
                              struct db_trouble *trouble);
/* NULL is allowed. The writer checkpoints, unless an error is kept. */
void db_close(struct db *db);

bool db_ok(const struct db *db);
const struct db_trouble *db_trouble(const struct db *db);

/* A value that is bound: a number, bytes, text, or null. */
struct db_value {
    enum { DB_VALUE_NULL, DB_VALUE_INT, DB_VALUE_BLOB, DB_VALUE_TEXT } kind;
    uint64_t number; /* at most INT64_MAX; more is clamped */
    const void *bytes;
    size_t len;
};
#define DB_NULL ((struct db_value){DB_VALUE_NULL, 0, NULL, 0})
#define DB_INT(n) ((struct db_value){DB_VALUE_INT, (n), NULL, 0})
#define DB_BLOB(p, n) ((struct db_value){DB_VALUE_BLOB, 0, (p), (n)})
#define DB_TEXT(s) ((struct db_value){DB_VALUE_TEXT, 0, (s), strlen(s)})
#define DB_VALUES(...)                                                         \
    ((const struct db_value[]){__VA_ARGS__}),                                  \
        sizeof((const struct db_value[]){__VA_ARGS__}) /                       \
            sizeof(struct db_value)

/* Runs a statement that gives no rows; how many rows it changed. */
int db_run(struct db *db, size_t statement, const struct db_value *values,
           size_t count);

/* Starts a statement and gives its first row; db_next() gives the others.
 * false: there is none (the statement is over), or an error. What columns point
 * to lasts until then. db_done() ends a statement early. */
bool db_row(struct db *db, size_t statement, const struct db_value *values,
            size_t count);
bool db_next(struct db *db, size_t statement);
void db_done(struct db *db, size_t statement);

uint64_t db_int(const struct db *db, size_t statement, int column);
/* len 0 where the column is null. */
struct frank_span db_blob(const struct db *db, size_t statement, int column);
bool db_is_null(const struct db *db, size_t statement, int column);

/* A transaction of the writer's; for a reader, a snapshot. */
void db_begin(struct db *db);
/* false: an error is kept, and nothing may be acknowledged any more. */
FRANK_MUST_CHECK bool db_commit(struct db *db);

/* Moves what is committed from the write-ahead log into the database, if there
 * are more than `pages` pages; blocks no reader. */
void db_checkpoint(struct db *db, int pages);

/* The same for all of it, and empties the write-ahead log, in which deleted
 * rows still stand. false: somebody reads, so that it cannot be emptied now. */
bool db_checkpoint_all(struct db *db);

/* How much of the database is kept in memory, at most; SQLite's own measure is
 * 2,000 KiB. */
void db_cache(struct db *db, unsigned kib);

/* For tests: PRAGMA synchronous as the connection has it ("FULL" is 2), and
 * whether a statement of another table can be prepared and run. */
int db_synchronous(const struct db *db);
bool db_try(struct db *db, const char *sql);

#endif
