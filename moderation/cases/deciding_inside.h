/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of deciding: decisions (deciding.c), appeals (deciding_appeals.c).
 */
#ifndef MODERATION_CASES_DECIDING_INSIDE_H
#define MODERATION_CASES_DECIDING_INSIDE_H

#include "deciding.h"

struct decision_row {
    uint64_t number;
    uint8_t id[CASE_ID_BYTES];
    uint64_t account;
    uint64_t made;
    enum decision_state state;
    char policy[DECISION_POLICY_BYTES];
    enum outcome outcome;
    bool grave;
    uint64_t in_force;
    uint64_t replaces; /* the one that was in force before it; 0: none */
};

/* false: there is none of this number. */
bool deciding_find(struct decision_row *out, struct db *db, uint64_t number);

/* When the state of the case ends by itself. */
void deciding_set_due(struct db *db, struct case_row *row, uint64_t due);

/* Who decided and who reviewed; 0: nobody, or no decision. */
void deciding_set_people(struct db *db, struct case_row *row, uint64_t decider,
                         uint64_t reviewer, uint64_t decision);

/* A new decision; id gets a random one. Gives its number. */
uint64_t deciding_add(struct db *db, const struct case_row *row,
                      const struct actor *who, const struct decision *decision,
                      enum decision_state state, uint64_t replaces,
                      uint8_t id[static CASE_ID_BYTES], uint64_t now);

/* As a receipt's holder may know it: something was done, or nothing was. */
const char *deciding_for_reporter(enum outcome outcome);

/* The platform is told, and what was in force before is not any more. */
void deciding_replace(struct db *db, const struct case_row *row,
                      const uint8_t *id, uint64_t replaces, uint64_t now);

/* INVALID: no explanation, or what is withheld was not acknowledged. */
struct cases_answer deciding_check(const struct case_row *row,
                                   const struct decision *decision);

/* Takes the step, with what was decided in its entry. */
void deciding_log(struct cases *cases, struct db *db, const struct actor *who,
                  struct case_row *row, enum case_action action,
                  const char *what, const struct decision *decision,
                  uint64_t now);

#endif
