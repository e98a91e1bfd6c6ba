/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers by day, and how long things took: for the report's pictures. They are
 * summed up in memory as long as the day is the same. */
#include "rules_inside.h"

#include <string.h>

#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const struct {
    uint64_t below;
    const char *name;
} buckets[RULES_BUCKETS] = {
    {MINUTE, "under 1 min"}, {10 * MINUTE, "1 to 10 min"},
    {HOUR, "10 to 60 min"},  {6 * HOUR, "1 to 6 h"},
    {DAY, "6 to 24 h"},      {3 * DAY, "1 to 3 d"},
    {7 * DAY, "3 to 7 d"},   {30 * DAY, "7 to 30 d"},
    {UINT64_MAX, "longer"},
};

const char *rules_bucket(unsigned bucket)
{
    return buckets[bucket].name;
}

void rules_tally_flush(struct rules *rules)
{
    for (unsigned i = 0; i < NUMBER_COUNT; i++) {
        if (rules->counts[i] > 0) {
            (void)db_run(rules->db, R_ADD_DAY,
                         DB_VALUES(DB_INT(rules->day), DB_INT(i),
                                   DB_INT(rules->counts[i])));
        }
    }
    for (unsigned i = 0; i < SPAN_COUNT; i++) {
        for (unsigned j = 0; j < RULES_BUCKETS; j++) {
            if (rules->spans[i][j] > 0) {
                (void)db_run(rules->db, R_ADD_SPAN,
                             DB_VALUES(DB_INT(i), DB_INT(j),
                                       DB_INT(rules->spans[i][j])));
            }
        }
    }
    memset(rules->counts, 0, sizeof rules->counts);
    memset(rules->spans, 0, sizeof rules->spans);
}

static void add(struct rules *r, uint64_t time, enum rules_number number,
                uint64_t count)
{
    if (time / DAY != r->day) {
        rules_tally_flush(r);
        r->day = time / DAY;
    }
    r->counts[number] += count;
}

static void add_span(struct rules *r, enum rules_span span, uint64_t from,
                     uint64_t to)
{
    unsigned bucket = 0;

    while (bucket < RULES_BUCKETS - 1 &&
           (to > from ? to - from : 0) >= buckets[bucket].below) {
        bucket++;
    }
    r->spans[span][bucket]++;
}

static enum rules_number outcome_number(uint64_t outcome)
{
    return (enum rules_number)(NUMBER_NO_ACTION +
                               (unsigned)(outcome % OUTCOME_COUNT));
}

void rules_tally(struct rules *rules, const struct rules_event *event)
{
    const struct rules_entry *entry = event->entry;
    uint64_t time = entry->time;

    switch (entry->what) {
    case SAYS_RECEIVED:
        add(rules, time, NUMBER_RECEIVED, 1);
        break;
    case SAYS_REFUSALS:
        add(rules, time, NUMBER_REFUSED, entry->number);
        break;
    case SAYS_TAKEN_NEW:
    case SAYS_TAKEN_FOLDED:
        add(rules, time, NUMBER_TAKEN, 1);
        if ((event->report->flags & REPORT_SEEN_RECEIVED) != 0) {
            add_span(rules, SPAN_TAKE_OVER, event->report->received, time);
        }
        break;
    case SAYS_OPENED:
        add(rules, time, NUMBER_OPENED, 1);
        break;
    case SAYS_DECIDED:
        add(rules, time, outcome_number(entry->outcome), 1);
        add_span(rules, SPAN_DECIDE, event->in_case->first, time);
        break;
    case SAYS_CONFIRMED:
        add(rules, time, outcome_number(event->in_case->outcome), 1);
        add_span(rules, SPAN_DECIDE, event->in_case->first, time);
        break;
    case SAYS_DISMISSED:
        add(rules, time, NUMBER_DISMISSED, 1);
        break;
    case SAYS_APPEALED_ACCUSED:
    case SAYS_APPEALED_REPORTER:
        add(rules, time, NUMBER_APPEALED, 1);
        break;
    case SAYS_OVERTURNED:
        add(rules, time, NUMBER_OVERTURNED, 1);
        break;
    case SAYS_PURGED:
        add(rules, time, NUMBER_PURGED, 1);
        break;
    default:
        break;
    }
}

void rules_days(struct rules *rules, rules_day *visit, void *context)
{
    bool more = db_row(rules->db, R_DAYS, NULL, 0);

    while (more) {
        if (!visit(context, db_int(rules->db, R_DAYS, 0),
                   (enum rules_number)(db_int(rules->db, R_DAYS, 1) %
                                       NUMBER_COUNT),
                   db_int(rules->db, R_DAYS, 2))) {
            db_done(rules->db, R_DAYS);
            break;
        }
        more = db_next(rules->db, R_DAYS);
    }
}

void rules_spans(struct rules *rules, enum rules_span span,
                 uint64_t counts[static RULES_BUCKETS])
{
    bool more = db_row(rules->db, R_SPANS, DB_VALUES(DB_INT(span)));

    memset(counts, 0, RULES_BUCKETS * sizeof *counts);
    while (more) {
        counts[db_int(rules->db, R_SPANS, 0) % RULES_BUCKETS] =
            db_int(rules->db, R_SPANS, 1);
        more = db_next(rules->db, R_SPANS);
    }
}
