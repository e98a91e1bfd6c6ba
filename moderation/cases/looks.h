/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is shown what was disclosed: whoever works on the case, and whoever has
 * claimed a second look at it. Each look has its entry. A share of what is
 * closed is decided again by somebody who had no part in it and does not see
 * what was decided: how often they agree is measured.
 */
#ifndef MODERATION_CASES_LOOKS_H
#define MODERATION_CASES_LOOKS_H

#include "cases.h"
#include "outcome.h"

/* ---- Looks
 * ------------------------------------------------------------------- */

/* Says in the log that somebody is shown a report's content; it may be shown
 * when that is on disk. second_look: the number of one that he has claimed, or
 * 0 where it is his case. */
struct cases_answer looks_look(struct cases *cases, struct db *db,
                               const struct actor *who, uint64_t report,
                               uint64_t second_look, uint64_t now);
/* Whether he may be shown it, at this moment; nothing is written. */
struct cases_answer looks_may(struct db *db, const struct actor *who,
                              uint64_t report, uint64_t second_look,
                              uint64_t now);
/* looks_look() about the reporter's name. */
struct cases_answer looks_reveal(struct cases *cases, struct db *db,
                                 const struct actor *who, uint64_t report,
                                 const char *why, uint64_t now);

/* ---- Blind second looks
 * -------------------------------------------------------- */

/* Claims the next that waits, of a case in which he had no part and that he has
 * not asked to be spared. *reasons: of the case, as cases.reasons. */
struct cases_answer looks_second_next(struct cases *cases, struct db *db,
                                      const struct actor *who, uint64_t *look,
                                      uint64_t *number, uint64_t *reasons,
                                      uint64_t now);
/* His own judgement; what was decided is not touched. *agrees: whether it is
 * the same. UNKNOWN too where he has had a part in the case meanwhile, or the
 * case is not closed. */
struct cases_answer looks_second_decide(struct cases *cases, struct db *db,
                                        const struct actor *who, uint64_t look,
                                        const char *policy,
                                        enum outcome outcome, bool *agrees,
                                        uint64_t now);
/* Whether he is not to be told what was done in a case: he has, or had, claimed
 * a second look at it that nobody has decided, and does not work on it. */
bool looks_is_blind(struct db *db, const struct actor *who, uint64_t number,
                    uint64_t now);
/* A decision that closes a case is drawn for a second look, or not; one that
 * waits already is at this decision then, and nobody's: whoever had it may have
 * made the decision. */
void looks_second_draw(const struct cases *cases, struct db *db,
                       const struct case_row *row, uint64_t decision,
                       uint64_t now);

#endif
