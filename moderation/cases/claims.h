/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who works on a case. A claim is a lock with an end: it is extended while its
 * holder works, can be held for longer or handed to a named person, and when it
 * ends the case is back in its queue with all that was done.
 */
#ifndef MODERATION_CASES_CLAIMS_H
#define MODERATION_CASES_CLAIMS_H

#include "cases.h"

/* One's own case again is extended. In review, nobody claims what he decided;
 * on appeal, nobody who decided or reviewed it. UNKNOWN, CONFLICT, FORBIDDEN.
 */
struct cases_answer claims_claim(struct cases *cases, struct db *db,
                                 const struct actor *who, uint64_t number,
                                 uint64_t now);

/* The first unclaimed case that waits in a queue, or in any of his (queue
 * NULL), and that he has not asked to be spared. UNKNOWN: there is none, or
 * none among the first 10,000. */
struct cases_answer claims_next(struct cases *cases, struct db *db,
                                const struct actor *who, const char *queue,
                                uint64_t *number, uint64_t now);

struct cases_answer claims_extend(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t number,
                                  uint64_t *until, uint64_t now);

/* Holds a case until a time, at most hold_max from now; he says why. INVALID.
 */
struct cases_answer claims_hold(struct cases *cases, struct db *db,
                                const struct actor *who, uint64_t number,
                                uint64_t until, const char *why, uint64_t now);

/* To an account that may work on it. INVALID, FORBIDDEN. */
struct cases_answer claims_hand_over(struct cases *cases, struct db *db,
                                     const struct actor *who, uint64_t number,
                                     const struct actor *to, const char *why,
                                     uint64_t now);

/* By its claimant, or by a lead. */
struct cases_answer claims_release(struct cases *cases, struct db *db,
                                   const struct actor *who, uint64_t number,
                                   uint64_t now);

/* He did something: the claim lasts on from now, unless it is held. */
void claims_touch(struct cases *cases, struct db *db,
                  const struct case_row *row, uint64_t now);

/* Ends a claim that is over, but not yet in the books; before a step that no
 * claimant takes. */
void claims_tidy(struct cases *cases, struct db *db, struct case_row *row,
                 uint64_t now);

/* His work is done, and said in another entry. */
void claims_end(struct db *db, struct case_row *row);

/* Ends all claims of somebody: his account is over. */
void claims_drop_all(struct cases *cases, struct db *db,
                     const struct actor *who, uint64_t account, uint64_t now);

/* Ends claims whose time is over, at most `most`. Gives how many. */
size_t claims_lapse(struct cases *cases, struct db *db, size_t most,
                    uint64_t now);

#endif
