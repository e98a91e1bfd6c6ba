/* SPDX-License-Identifier: Apache-2.0 */
/* The moderation side's database with many cases of several reports each, as
 * a large platform has them. For measuring how fast its pages are. */
#include "arrivals.h"
#include "load.h"
#include "schema.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP 2000

static const char *const queues[] = {"child_safety", "threats", "hate", "fraud",
                                     "general"};

struct filling {
    struct cases cases;
    struct sealed_report *report;
    uint64_t now;
    uint64_t in_each;
};

static struct frank_span uri(char *out, size_t size, const char *kind,
                             uint64_t n)
{
    (void)snprintf(out, size, "mimi://a.example/%s/%llu", kind,
                   (unsigned long long)n);
    return (struct frank_span){(const uint8_t *)out, strlen(out)};
}

/* Report i is of case i modulo the number of cases, so that reports of one case
 * are spread over the file as they are in life. */
static void take(struct filling *f, struct db *db, uint64_t i, uint64_t cases)
{
    static uint8_t salt[HUB_SALT_BYTES];
    static uint8_t sealed[2536];
    struct frank_report_header *h = &f->report->header;
    uint64_t number = i % cases;
    char sender[64];
    char room[64];
    char reporter[64];
    struct case_report report = {
        .hub_number = i + 1,
        .received = f->now - (cases - number) * 1000,
        .reporter = REPORTER_NAMED,
        .priority = (uint32_t)(number % 7 * 10),
        .reporters = (uint32_t)(number % 5 + 1),
        .salt = salt,
        .verdict = {sealed, 150},
        .sealed = {sealed, sizeof sealed},
        .report = f->report,
        .verdict_holds = true,
    };

    randombytes_buf(salt, sizeof salt);
    randombytes_buf(h->report_id, sizeof h->report_id);
    randombytes_buf(f->report->digest, sizeof f->report->digest);
    h->reason = (uint8_t)(number % 16 + 1);
    h->count = 1;
    h->evidence[0].tag[0] = (uint8_t)(i / cases);
    h->evidence[0].frank.suite = 1;
    /* Senders have some rooms each; every fourth case is a spammer's. */
    h->evidence[0].context.sender =
        uri(sender, sizeof sender, number % 4 == 0 ? "spammer" : "u",
            number % 4 == 0 ? 0 : number / 4);
    h->evidence[0].context.room = uri(room, sizeof room, "r", number);
    h->evidence[0].context.accepted_timestamp = report.received - 60000;
    f->report->reporter.salt = salt;
    f->report->reporter.uri =
        uri(reporter, sizeof reporter, "reporter", i % 50021);
    (void)snprintf(report.queue, sizeof report.queue, "%s", queues[number % 5]);
    (void)arrivals_take(&f->cases, db, &report, f->now);
}

int load_fill_cases(int argc, char **argv)
{
    static const struct cases_rules rules = {.priority_each = 3600000};
    static const uint8_t secret[32] = {1};
    const char *path = load_option(argc, argv, "--database");
    uint64_t count = load_number(argc, argv, "--count", 1000000);
    uint64_t cases = load_number(argc, argv, "--cases", 200000);
    struct ledger ledger = {0};
    struct filling f = {.cases = {&ledger, &rules, secret},
                        .report = calloc(1, sizeof *f.report),
                        .now = load_number(argc, argv, "--now", 0)};
    struct db_trouble what = {0};
    struct db *db = NULL;
    uint64_t begun = load_now_us();

    if (path == NULL || f.report == NULL || f.now == 0 ||
        !db_open(&db, path, DB_WRITER, &cases_schema, cases_statements,
                 cases_statement_count, &what) ||
        !ledger_load(&ledger.range, db)) {
        load_fail(path != NULL ? what.text : "--database");
    }
    for (uint64_t i = 0; i < count; i += GROUP) {
        db_begin(db);
        for (uint64_t j = i; j < i + GROUP && j < count; j++) {
            take(&f, db, j, cases);
        }
        ledger_save(&ledger, db);
        if (!db_commit(db)) {
            load_fail(db_trouble(db)->text);
        }
        db_checkpoint(db, 1000);
    }
    db_close(db);
    free(f.report);
    (void)printf("{\"taken_per_second\":%.0f}\n",
                 (double)count * 1e6 / (double)(load_now_us() - begun));
    return 0;
}
