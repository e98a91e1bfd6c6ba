/* SPDX-License-Identifier: Apache-2.0 */
/* Purges, and what is overdue. */
#include "rules_inside.h"

#include <string.h>

/* ---- purged-in-time --------------------------------------------------------
 */

static void case_in_time(struct rules *r, const struct rules_event *e)
{
    uint64_t due = seen_case_due(r, e->in_case);
    char span[RULES_WORDS_BYTES];

    if (due != 0 && e->entry->time > due) {
        rules_find(r, RULE_PURGED_IN_TIME, e,
                   "The case was purged %s later than it had to be.",
                   rules_say_span(span, e->entry->time - due));
    }
}

void rule_purged_in_time(struct rules *r, const struct rules_event *e)
{
    const struct seen_report *p = e->report;
    uint64_t due;

    if (e->entry->what == SAYS_PURGED) {
        case_in_time(r, e);
        return;
    }
    due = p->received + r->limits.hub_retain;
    due = (p->hub_taken > due ? p->hub_taken : due) + r->limits.purge;
    if ((p->flags & REPORT_SEEN_RECEIVED) != 0 &&
        (p->flags & (REPORT_TOLD_HUB_LATE | REPORT_SEEN_HUB_PURGED)) == 0 &&
        e->entry->time > due) {
        char span[RULES_WORDS_BYTES];

        rules_find(r, RULE_PURGED_IN_TIME, e,
                   "The hub forgot the report %s later than it had to.",
                   rules_say_span(span, e->entry->time - due));
    }
}

/* ---- not-purged-early ------------------------------------------------------
 */

/* More holds than were ended. The log does not say which hold an end is of. */
static bool is_held(struct rules *r, const struct rules_event *e)
{
    const struct seen_case *c = e->in_case;
    uint64_t held = 0;

    if (db_row(r->db, R_COUNT_HELD,
               DB_VALUES(DB_BLOB(c->name, sizeof c->name),
                         DB_INT(e->entry->time + r->limits.clock)))) {
        held = db_int(r->db, R_COUNT_HELD, 0);
        db_done(r->db, R_COUNT_HELD);
    }
    return held > c->ended;
}

void rule_not_purged_early(struct rules *r, const struct rules_event *e)
{
    const struct seen_case *c = e->in_case;
    char span[RULES_WORDS_BYTES];

    if (e->entry->what == SAYS_HUB_PURGED) {
        if ((e->report->flags & REPORT_SEEN_RECEIVED) != 0 &&
            (e->report->flags & REPORT_SEEN_HUB_TAKEN) == 0) {
            rules_find(r, RULE_NOT_PURGED_EARLY, e,
                       "The hub forgot a report that nobody had taken over.");
        }
    } else if (e->entry->time + r->limits.clock < c->due) {
        rules_find(r, RULE_NOT_PURGED_EARLY, e,
                   "The case was purged %s before the time for an appeal was "
                   "over.",
                   rules_say_span(span, c->due - e->entry->time));
    } else if (is_held(r, e)) {
        rules_find(r, RULE_NOT_PURGED_EARLY, e,
                   "The case was purged under a legal hold.");
    }
}

/* ---- purged-whole ----------------------------------------------------------
 */

void rule_purged_whole(struct rules *r, const struct rules_event *e)
{
    const struct seen_report *p = e->report;
    const struct seen_case *c = e->in_case;

    if (e->entry->what == SAYS_PURGED) {
        if (c->purged != c->reports) {
            rules_find(r, RULE_PURGED_WHOLE, e,
                       "The case was purged with %llu of its %llu reports.",
                       (unsigned long long)c->purged,
                       (unsigned long long)c->reports);
        }
    } else if (e->entry->what == SAYS_HUB_PURGED) {
        if ((p->flags & REPORT_SEEN_RECEIVED) == 0) {
            rules_find(r, RULE_PURGED_WHOLE, e,
                       "The hub forgot a report that it never received.");
        } else if ((p->flags & REPORT_SEEN_HUB_PURGED) != 0) {
            rules_find(r, RULE_PURGED_WHOLE, e,
                       "The hub forgot the report before.");
        }
    } else if ((p->flags & REPORT_SEEN_TAKEN) == 0) {
        rules_find(r, RULE_PURGED_WHOLE, e,
                   "A report was purged that was never taken over.");
    } else if ((p->flags & REPORT_SEEN_PURGED) != 0) {
        rules_find(r, RULE_PURGED_WHOLE, e, "The report was purged before.");
    }
}

/* ---- At the end ------------------------------------------------------------
 */

/* Takes what it told of a report out of what waits. */
static void report_overdue(struct rules *r, struct seen_report *p)
{
    struct rules_place place = {.log = RULES_HUB,
                                .index = p->received_at,
                                .time = p->received,
                                .report = p->name};
    char time[RULES_WORDS_BYTES];

    if ((p->flags & REPORT_SEEN_RECEIVED) == 0) {
        p->flags |= REPORT_TOLD_UNKNOWN;
        place = (struct rules_place){RULES_MOD, p->taken_at, p->taken,
                                     p->in_case, p->name};
        rules_find_at(r, RULE_KNOWN_REPORT, &place,
                      "A report was taken over that the hub never received.");
    } else if ((p->flags & REPORT_SEEN_TAKEN) == 0 ||
               (p->flags & REPORT_SEEN_HUB_TAKEN) == 0) {
        p->flags |= REPORT_TOLD_LATE;
        rules_find_at(r, RULE_TAKEN_OVER_IN_TIME, &place,
                      "The report of %s is not taken over, by the %s log.",
                      rules_say_time(time, p->received),
                      (p->flags & REPORT_SEEN_TAKEN) == 0 ? "moderation side's"
                                                          : "hub's");
    } else {
        p->flags |= REPORT_TOLD_HUB_LATE;
        rules_find_at(r, RULE_PURGED_IN_TIME, &place,
                      "The hub still has the report of %s.",
                      rules_say_time(time, p->received));
    }
}

static void case_overdue(struct rules *r, struct seen_case *c)
{
    const struct rules_place place = {RULES_MOD, c->last, c->last_time, c->name,
                                      NULL};
    char time[RULES_WORDS_BYTES];

    c->flags |= CASE_TOLD_LATE;
    rules_find_at(r, RULE_PURGED_IN_TIME, &place,
                  "The case was to be purged from %s on, and was not.",
                  rules_say_time(time, c->held > c->due ? c->held : c->due));
}

/* The name of the next row that something is overdue of; false: there is none.
 */
static bool next(uint8_t *name, size_t len, struct rules *r,
                 enum rules_statement statement, const struct db_value *values,
                 size_t count)
{
    bool there = db_row(r->db, statement, values, count);

    if (there) {
        struct frank_span found = db_blob(r->db, statement, 0);

        there = found.len == len;
        if (there) {
            memcpy(name, found.data, len);
        }
        db_done(r->db, statement);
    }
    return there;
}

/*
 * What was taken over is known to be no report of the hub's only when the hub's
 * log was read beyond that time: such ones wait for the hub's newest entry, and
 * all else for the end. What was told is not found again.
 */
void rules_overdue(struct rules *r, uint64_t end)
{
    const uint64_t hub_end = r->logs[RULES_HUB].newest;
    uint8_t report[FRANK_DIGEST_BYTES];
    uint8_t in_case[CASE_NAME_BYTES];
    uint64_t from = 0;

    while (next(report, sizeof report, r, R_NEXT_REPORT,
                DB_VALUES(DB_INT(from), DB_INT(end), DB_INT(hub_end)))) {
        struct seen_report p;

        seen_report_load(&p, r, report);
        from = seen_report_due(r, &p);
        report_overdue(r, &p);
        seen_report_save(r, &p);
    }
    while (
        next(in_case, sizeof in_case, r, R_NEXT_CASE, DB_VALUES(DB_INT(end)))) {
        struct seen_case c;

        seen_case_load(&c, r, in_case);
        case_overdue(r, &c);
        seen_case_save(r, &c);
    }
    rules_counts_end(r, end);
}
