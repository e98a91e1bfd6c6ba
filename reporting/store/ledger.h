/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The append side of a program's log, within its database: an entry is written
 * in the transaction of what it records. The tree over the entries is carried
 * along as a compact range; tiles and checkpoints are made from it later
 * (publisher.h).
 *
 * A program's table of statements begins with LEDGER_STATEMENTS, its schema
 * holds LEDGER_SCHEMA.
 */
#ifndef REPORTING_STORE_LEDGER_H
#define REPORTING_STORE_LEDGER_H

#include "db.h"
#include "merkle.h"

#define LEDGER_ENTRY_MAX_BYTES 65535 /* what an entry bundle can hold */

#define LEDGER_SCHEMA                                                          \
    "CREATE TABLE log_entries (number INTEGER PRIMARY KEY,"                    \
    " entry BLOB NOT NULL) STRICT;"                                            \
    "CREATE TABLE log_range (only INTEGER PRIMARY KEY CHECK (only = 0),"       \
    " range BLOB NOT NULL) STRICT;"

enum ledger_statement {
    LEDGER_APPEND,
    LEDGER_SAVE,
    LEDGER_LOAD,
    LEDGER_READ,
    LEDGER_STATEMENT_COUNT
};
#define LEDGER_STATEMENTS                                                      \
    [LEDGER_APPEND] = "INSERT INTO log_entries (number, entry) VALUES (?, ?)", \
    [LEDGER_SAVE] =                                                            \
        "INSERT INTO log_range (only, range) VALUES (0, ?)"                    \
        " ON CONFLICT (only) DO UPDATE SET range = excluded.range",            \
    [LEDGER_LOAD] = "SELECT range FROM log_range",                             \
    [LEDGER_READ] = "SELECT entry FROM log_entries"                            \
                    " WHERE number >= ? AND number < ? ORDER BY number"

/* The writer's; its thread alone touches it. */
struct ledger {
    struct merkle_range range;
    bool changed; /* since it was saved */
};

/* The log as the database has it, empty at first. false: the range that is
 * stored is none. */
FRANK_MUST_CHECK bool ledger_load(struct merkle_range *out, struct db *db);

/* Appends an entry; within a transaction. An entry above the limit is a bug and
 * aborts. */
void ledger_append(struct ledger *ledger, struct db *db, const void *entry,
                   size_t len);

/* At the end of the transaction. */
void ledger_save(struct ledger *ledger, struct db *db);

/* Calls visit() with the entries from <= number < to, in order, until it gives
 * false. Gives how many there were. */
typedef bool ledger_visit(void *context, struct frank_span entry);
uint64_t ledger_read(struct db *db, uint64_t from, uint64_t to,
                     ledger_visit *visit, void *context);

#endif
