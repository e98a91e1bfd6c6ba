/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of asking: requests and consents (asking.c), opening
 * (asking_open.c). */
#ifndef MODERATION_CASES_ASKING_INSIDE_H
#define MODERATION_CASES_ASKING_INSIDE_H

#include "asking.h"

/* Consents are wrapped under it (kept.h). */
#define ASKING_CONSENT_LABEL "frank-mod v1 kept consent"

/* What something wrapped belongs to: a report, and a holder or 0. */
struct frank_span asking_about(uint8_t out[static 9], uint64_t report,
                               unsigned holder);
/* The number that a statement gives for another. */
unsigned asking_count(struct db *db, size_t statement, uint64_t number);
/* A request is over, and its consents are good for nothing any more. */
void asking_end(struct db *db, uint64_t request, enum request_state state);

#endif
