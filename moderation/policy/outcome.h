/* SPDX-License-Identifier: Apache-2.0 */
/* What a decision does to the accused account. The list is fixed: the hub, the
 * appeal and the statistics speak of the same five. */
#ifndef MODERATION_POLICY_OUTCOME_H
#define MODERATION_POLICY_OUTCOME_H

#include <stdbool.h>

enum outcome {
    OUTCOME_NO_ACTION,
    OUTCOME_WARN,
    OUTCOME_RESTRICT, /* some functions, or for a time */
    OUTCOME_SUSPEND,
    OUTCOME_ESCALATE, /* to an authority, or to those who may */
    OUTCOME_COUNT
};

/* Their names, in the order of the enum, closed by NULL. */
extern const char *const outcome_names[];

/* false, and *out untouched: no such outcome. */
bool outcome_from_text(enum outcome *out, const char *text);

/* "no_action", "warn", "restrict", "suspend", "escalate"; static text. */
const char *outcome_text(enum outcome outcome);

#endif
