/* SPDX-License-Identifier: Apache-2.0 */
/* A database of many reports, as years of them leave it: taken over, but for
 * the last ones. For a test of how long a start takes. */
#include "hub_store.h"
#include "load.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define GROUP 5000

static void take(struct ledger *ledger, struct db *db, uint64_t i)
{
    static const uint8_t sealed[256] = {1};
    const struct hub_rules rules = {16, 1000, 10};
    struct incoming report = {.received = 1000 + i,
                              .reporter = REPORTER_VOUCHED,
                              .epoch = 1,
                              .sealed = {sealed, sizeof sealed},
                              .verdict = {sealed, 150}};
    uint64_t received;

    randombytes_buf(report.report_id, sizeof report.report_id);
    randombytes_buf(report.token_hash, sizeof report.token_hash);
    randombytes_buf(report.bytes_hash, sizeof report.bytes_hash);
    randombytes_buf(report.salt, sizeof report.salt);
    report.group[0] = (uint8_t)i;
    report.group[1] = (uint8_t)(i >> 8);
    (void)hub_take(ledger, db, &report, &rules, &received);
}

int load_fill(int argc, char **argv)
{
    const char *path = load_option(argc, argv, "--database");
    uint64_t count = load_number(argc, argv, "--count", 1000000);
    struct ledger ledger = {0};
    struct db_trouble what = {0};
    struct db *db = NULL;

    if (path == NULL ||
        !db_open(&db, path, DB_WRITER, &hub_schema, hub_statements,
                 hub_statement_count, &what) ||
        !ledger_load(&ledger.range, db)) {
        load_fail(path != NULL ? what.text : "--database");
    }
    for (uint64_t i = 0; i < count; i += GROUP) {
        db_begin(db);
        for (uint64_t j = i; j < i + GROUP && j < count; j++) {
            take(&ledger, db, j);
        }
        if (i + GROUP < count) {
            bool more;

            (void)hub_taken_over(&ledger, db, hub_last(db), i, GROUP, SIZE_MAX,
                                 &more);
        }
        ledger_save(&ledger, db);
        if (!db_commit(db)) {
            load_fail(db_trouble(db)->text);
        }
        db_checkpoint(db, 1000);
    }
    db_close(db);
    return 0;
}
