/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes. A decision is made by whoever works on an open case. A grave one
 * takes effect when a second person confirms it; nobody reviews his own. A
 * decision can be taken back for a while; then it is settled, and can be
 * appealed: that goes to somebody who had no part in it, whose word cannot be
 * worse than what was decided. A share of what is closed is decided again by
 * another, who does not see what was decided: how often they agree is measured.
 */
#ifndef MODERATION_CASES_DECIDING_H
#define MODERATION_CASES_DECIDING_H

#include "cases.h"
#include "outcome.h" /* kept by number, of rising severity */

enum decision_state {
    DECISION_PROPOSED = 0, /* grave: waits for a second person */
    DECISION_IN_FORCE = 1,
    DECISION_RETURNED = 2,
    DECISION_RETRACTED = 3,
    DECISION_OVERTURNED = 4
};

#define DECISION_POLICY_BYTES 65
#define DECISION_EXPLANATION_MAX ((size_t)16384)

/* What somebody wants to decide; checked against the book by the caller. */
struct decision {
    uint64_t book; /* its version */
    char policy[DECISION_POLICY_BYTES];
    enum outcome outcome;
    bool grave;
    bool withheld_seen; /* he knows that something is withheld */
    const char *explanation;
};

/* Decides, or proposes, in one's open case. CONFLICT: not open; INVALID
 * "withheld": the outcome is grave, something is withheld, and he does not say
 * that he knows. id: what the platform knows the decision by. */
struct cases_answer deciding_decide(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    const struct decision *decision,
                                    uint8_t id[static CASE_ID_BYTES],
                                    uint64_t now);

/* The second person's word on the decision that is proposed; why is needed
 * where he does not agree. He has claimed the case, and did not decide it. */
struct cases_answer deciding_review(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    bool confirms, const char *why,
                                    uint64_t now);

/* Whoever decided takes it back, until it is settled. He works on the case
 * again then. */
struct cases_answer deciding_retract(struct cases *cases, struct db *db,
                                     const struct actor *who, uint64_t number,
                                     const char *why, uint64_t now);

/* From the platform: the accused or the reporter does not agree. id: of the
 * decision. UNKNOWN; CONFLICT where its time is over, or it was appealed
 * before. */
struct cases_answer deciding_appeal(struct cases *cases, struct db *db,
                                    const uint8_t id[static CASE_ID_BYTES],
                                    bool by_reporter, const char *text,
                                    uint64_t now);

/* The third person's word. upheld: as it was; else `decision` replaces it,
 * whose outcome is not worse (INVALID). */
struct cases_answer deciding_answer(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    bool upheld,
                                    const struct decision *decision,
                                    const char *why, uint64_t now);

struct cases_answer deciding_note(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t number,
                                  const char *text, uint64_t now);

/* ---- Looks
 * ------------------------------------------------------------------- */

/* Says in the log that somebody is shown a report's content; it may be shown
 * when that is on disk. second_look: the number of one that he has claimed, or
 * 0 where it is his case. */
struct cases_answer deciding_look(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t report,
                                  uint64_t second_look, uint64_t now);
/* Whether he may be shown it, at this moment; nothing is written. */
struct cases_answer deciding_may_look(struct db *db, const struct actor *who,
                                      uint64_t report, uint64_t second_look,
                                      uint64_t now);
/* deciding_look() about the reporter's name. */
struct cases_answer deciding_reveal(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t report,
                                    const char *why, uint64_t now);

/* ---- Blind second looks
 * -------------------------------------------------------- */

/* Claims the next that waits, of a case in which he had no part and that he has
 * not asked to be spared. *reasons: of the case, as cases.reasons. */
struct cases_answer second_look_next(struct cases *cases, struct db *db,
                                     const struct actor *who, uint64_t *look,
                                     uint64_t *number, uint64_t *reasons,
                                     uint64_t now);
/* His own judgement; what was decided is not touched. *agrees: whether it is
 * the same. */
struct cases_answer second_look_decide(struct cases *cases, struct db *db,
                                       const struct actor *who, uint64_t look,
                                       const char *policy, enum outcome outcome,
                                       bool *agrees, uint64_t now);

/* ---- Time
 * ---------------------------------------------------------------------- */

/* Settles decisions whose time to be taken back is over; tells the platform
 * that statements may be given to the accused; at most `most` each. Gives how
 * many. */
size_t deciding_settle(struct cases *cases, struct db *db, size_t most,
                       uint64_t now);
size_t deciding_release(struct cases *cases, struct db *db, size_t most,
                        uint64_t now);

#endif
