/* SPDX-License-Identifier: Apache-2.0 */
#include "outcome.h"

#include <string.h>

const char *const outcome_names[] = {
    [OUTCOME_NO_ACTION] = "no_action", [OUTCOME_WARN] = "warn",
    [OUTCOME_RESTRICT] = "restrict",   [OUTCOME_SUSPEND] = "suspend",
    [OUTCOME_ESCALATE] = "escalate",   [OUTCOME_COUNT] = NULL,
};

bool outcome_from_text(enum outcome *out, const char *text)
{
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        if (strcmp(text, outcome_names[i]) == 0) {
            *out = (enum outcome)i;
            return true;
        }
    }
    return false;
}

const char *outcome_text(enum outcome outcome)
{
    return outcome_names[outcome];
}
