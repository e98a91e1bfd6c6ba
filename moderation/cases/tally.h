/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics: numbers a day, queue and measure, which outlive the cases. They
 * are added to in the transaction of what they count, so that they hold
 * whatever is purged.
 *
 *   reports, cases, copies, follow_ups   what came in
 *   claimed, opened, dismissed, reinstated
 *   waited                               claimed out of the queue; total: ms
 *                                        from first report
 *   decided.OUTCOME                      in force; total: ms from first report
 *   decided_within.N                     the same by time: N hours, or more
 *   reviewed.confirmed, reviewed.returned
 *   appealed, appeal.upheld, appeal.overturned
 *   second_look.agrees, second_look.differs
 *   purged
 */
#ifndef MODERATION_CASES_TALLY_H
#define MODERATION_CASES_TALLY_H

#include "cases.h"

/* Counts one, and adds to the measure's total. */
void tally_add(struct db *db, const char *queue, const char *measure,
               uint64_t total, uint64_t now);

/* How long it took from a case's first report to a decision in force. */
void tally_decided(struct db *db, const struct case_row *row,
                   const char *outcome, uint64_t now);

struct tally_line {
    uint64_t day; /* since 1970 */
    const char *queue;
    const char *measure;
    uint64_t count;
    uint64_t total;
};
/* Calls visit() for each line of the days from <= day < to, in order of day,
 * queue, measure, until it gives false. */
typedef bool tally_visit(void *context, const struct tally_line *line);
void tally_read(struct db *db, uint64_t from, uint64_t to, tally_visit *visit,
                void *context);

/* What waits at the moment, by queue and state. */
struct tally_now {
    const char *queue;
    enum case_state state;
    uint64_t cases;
    uint64_t oldest; /* when the oldest that is still to be worked on in this
                        queue came in; 0: there is none */
};
typedef bool tally_now_visit(void *context, const struct tally_now *line);
void tally_of_now(struct db *db, tally_now_visit *visit, void *context);

#endif
