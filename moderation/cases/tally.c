/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include "schema.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS UINT64_C(86400000)
#define HOUR_MS UINT64_C(3600000)

void tally_add(struct db *db, const char *queue, const char *measure,
               uint64_t total, uint64_t now)
{
    (void)db_run(db, ADD_COUNT,
                 DB_VALUES(DB_INT(now / DAY_MS), DB_TEXT(queue),
                           DB_TEXT(measure), DB_INT(total)));
}

void tally_decided(struct db *db, const struct case_row *row,
                   const char *outcome, uint64_t now)
{
    static const unsigned hours[] = {1, 4, 24, 72, 168};
    uint64_t took = now > row->first ? now - row->first : 0;
    char measure[64];
    size_t i = 0;

    (void)snprintf(measure, sizeof measure, "decided.%s", outcome);
    tally_add(db, row->queue, measure, took, now);
    while (i < sizeof hours / sizeof hours[0] && took > hours[i] * HOUR_MS) {
        i++;
    }
    if (i < sizeof hours / sizeof hours[0]) {
        (void)snprintf(measure, sizeof measure, "decided_within.%u", hours[i]);
    } else {
        (void)snprintf(measure, sizeof measure, "decided_within.more");
    }
    tally_add(db, row->queue, measure, 0, now);
}

static void copy(char *out, size_t size, struct frank_span from)
{
    (void)snprintf(out, size, "%.*s", (int)from.len, (const char *)from.data);
}

void tally_read(struct db *db, uint64_t from, uint64_t to, tally_visit *visit,
                void *context)
{
    char queue[QUEUE_ID_MAX + 1];
    char measure[64];
    bool more = db_row(db, READ_COUNTS, DB_VALUES(DB_INT(from), DB_INT(to)));

    while (more) {
        struct tally_line line = {.day = db_int(db, READ_COUNTS, 0),
                                  .queue = queue,
                                  .measure = measure,
                                  .count = db_int(db, READ_COUNTS, 3),
                                  .total = db_int(db, READ_COUNTS, 4)};

        copy(queue, sizeof queue, db_blob(db, READ_COUNTS, 1));
        copy(measure, sizeof measure, db_blob(db, READ_COUNTS, 2));
        if (!visit(context, &line)) {
            db_done(db, READ_COUNTS);
            break;
        }
        more = db_next(db, READ_COUNTS);
    }
}

void tally_of_now(struct db *db, tally_now_visit *visit, void *context)
{
    char queue[QUEUE_ID_MAX + 1];
    bool more = db_row(db, COUNT_NOW, NULL, 0);

    while (more) {
        struct tally_now line = {
            .queue = queue,
            .state = (enum case_state)db_int(db, COUNT_NOW, 1),
            .cases = db_int(db, COUNT_NOW, 2),
            .oldest = db_int(db, COUNT_NOW, 3), /* of its queue */
        };

        copy(queue, sizeof queue, db_blob(db, COUNT_NOW, 0));
        if (!visit(context, &line)) {
            db_done(db, COUNT_NOW);
            break;
        }
        more = db_next(db, COUNT_NOW);
    }
}
