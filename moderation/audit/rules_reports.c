/* SPDX-License-Identifier: Apache-2.0 */
/* Reports between the two logs. */
#include "rules_inside.h"

#include <string.h>

static bool has(const struct seen_report *p, unsigned flag)
{
    return (p->flags & flag) != 0;
}

/* ---- taken-over-in-time ----------------------------------------------------
 */

/* A look at what was late at the end of an earlier run tells it once. */
static bool is_late(const struct rules *r, const struct seen_report *p,
                    uint64_t taken, uint64_t allowance)
{
    return !has(p, REPORT_TOLD_LATE) &&
           taken > p->received + r->limits.take_over + allowance;
}

static void late(struct rules *r, const struct rules_event *e,
                 struct seen_report *p, const char *who, uint64_t taken)
{
    char span[RULES_WORDS_BYTES];

    p->flags |= REPORT_TOLD_LATE;
    p->changed = true;
    rules_find(r, RULE_TAKEN_OVER_IN_TIME, e,
               "%s took the report over %s after it was received.", who,
               rules_say_span(span, taken - p->received));
}

void rule_taken_over_in_time(struct rules *r, const struct rules_event *e)
{
    struct seen_report *p = e->report;
    uint64_t time = e->entry->time;

    if (e->entry->what == SAYS_RECEIVED) {
        /* The hub's log was read up to before it, and the other beyond. */
        if (has(p, REPORT_SEEN_TAKEN) && !has(p, REPORT_TOLD_LATE) &&
            p->taken > time + r->limits.take_over + r->limits.clock) {
            p->received = time;
            late(r, e, p, "The moderation side", p->taken);
        }
    } else if (has(p, REPORT_SEEN_RECEIVED)) {
        if (e->entry->what == SAYS_HUB_TAKEN) {
            if (is_late(r, p, time, 0)) {
                late(r, e, p, "By the hub's log, the moderation side", time);
            }
        } else if (is_late(r, p, time, r->limits.clock)) {
            late(r, e, p, "The moderation side", time);
        }
    }
}

/* ---- known-report ----------------------------------------------------------
 */

static void known_to_hub(struct rules *r, const struct rules_event *e)
{
    const struct seen_report *p = e->report;

    if (e->entry->what == SAYS_RECEIVED) {
        if (has(p, REPORT_SEEN_RECEIVED)) {
            rules_find(r, RULE_KNOWN_REPORT, e,
                       "The hub received a report of this name before.");
        }
    } else if (!has(p, REPORT_SEEN_RECEIVED)) {
        rules_find(r, RULE_KNOWN_REPORT, e,
                   "The hub says that a report was taken over which it never "
                   "received.");
    } else if (has(p, REPORT_SEEN_HUB_TAKEN)) {
        rules_find(r, RULE_KNOWN_REPORT, e,
                   "The hub says for the second time that the report was taken "
                   "over.");
    }
}

void rule_known_report(struct rules *r, const struct rules_event *e)
{
    const struct seen_report *p = e->report;

    switch (e->entry->what) {
    case SAYS_RECEIVED:
    case SAYS_HUB_TAKEN:
        known_to_hub(r, e);
        break;
    case SAYS_TAKEN_NEW:
    case SAYS_TAKEN_FOLDED: /* unknown ones: rules_overdue() */
        if (has(p, REPORT_SEEN_TAKEN)) {
            rules_find(r, RULE_KNOWN_REPORT, e,
                       "The report was taken over before.");
        }
        break;
    default:
        if (!has(p, REPORT_SEEN_TAKEN)) {
            rules_find(r, RULE_KNOWN_REPORT, e,
                       "The report was never taken over.");
        } else if (e->entry->has_case && memcmp(p->in_case, e->entry->in_case,
                                                sizeof p->in_case) != 0) {
            rules_find(r, RULE_KNOWN_REPORT, e,
                       "The report belongs to another case.");
        }
    }
}

/* ---- notice-true -----------------------------------------------------------
 */

void rule_notice_true(struct rules *r, const struct rules_event *e)
{
    static const struct {
        unsigned flag;
        const char *text;
    } needs[] = {
        [TOLD_IN_REVIEW] = {CASE_SEEN_CLAIMED, "that the report is in review, "
                                               "but nobody worked on it"},
        [TOLD_DECIDED] = {CASE_SEEN_DECIDED,
                          "of a decision, but none took effect"},
        [TOLD_CLOSED] = {CASE_SEEN_CLOSED,
                         "that the case is closed, but it never was"},
    };
    const struct seen_case *c = e->in_case;
    enum rules_told told = e->entry->told;

    if (c == NULL) {
        return;
    }
    if (e->entry->what == SAYS_STATEMENT) {
        if ((c->flags & CASE_SEEN_DECIDED) == 0) {
            rules_find(r, RULE_NOTICE_TRUE, e,
                       "The accused was given a statement, but no decision "
                       "took effect.");
        }
    } else if (told == TOLD_NOTHING) {
        if (!has(e->report, REPORT_SEEN_OPENED)) {
            rules_find(r, RULE_NOTICE_TRUE, e,
                       "The hub was told that the report discloses nothing, "
                       "but it was not opened.");
        }
    } else if ((c->flags & needs[told].flag) == 0) {
        rules_find(r, RULE_NOTICE_TRUE, e, "The hub was told %s.",
                   needs[told].text);
    }
}
