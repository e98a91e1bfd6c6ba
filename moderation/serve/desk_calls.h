/* SPDX-License-Identifier: Apache-2.0 */
/* What of a moderator's desk stands in other answers. */
#ifndef MODERATION_SERVE_DESK_CALLS_H
#define MODERATION_SERVE_DESK_CALLS_H

#include "call.h"

json_t *desk_preferences_json(struct db *db, const struct actor *who);

/* Puts `draft` and `draft_kept` into the answer, where he has one in a case. */
void desk_put_draft(struct call *call, struct db *db, uint64_t number);

#endif
