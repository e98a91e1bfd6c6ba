/* SPDX-License-Identifier: Apache-2.0 */
/* Whether one case of a spot check holds: its bundle, against the log. */
#ifndef MODERATION_AUDIT_SPOT_CASE_H
#define MODERATION_AUDIT_SPOT_CASE_H

#include "bundle_check.h"
#include "spot_answer.h"
#include "spot_walk.h"

enum spot_standing {
    SPOT_HOLDS,
    SPOT_GONE,         /* purged since, and the log says so */
    SPOT_FAILS_BUNDLE, /* the bundle does not hold */
    SPOT_FAILS_CASE,   /* it is of another case */
    SPOT_FAILS_LOG,    /* it does not go with the log */
    SPOT_FAILS_REPORT, /* a report that the log shows as opened is not in it,
                          or less of it than was found then */
    SPOT_FAILS_ANSWER, /* not answered */
    SPOT_STANDINGS
};

#define SPOT_WHY_BYTES 512
struct spot_case_found {
    enum spot_standing standing;
    char why[SPOT_WHY_BYTES]; /* of one that fails; plain ASCII */
    size_t messages;          /* that match, in the bundle */
    uint64_t not_shown;       /* that matched when it was opened, and are not in
                                 it: the reporter's own, or with his name */
};

/* one: as it was answered; at: its place among the walk's watched cases. */
void spot_case_find(struct spot_case_found *out, const struct spot_case *one,
                    size_t at, const struct spot_walk *walk,
                    const struct bundle_pins *pins);

/* "holds", "purged since", ...; static text. */
const char *spot_standing_text(enum spot_standing standing);
bool spot_standing_fails(enum spot_standing standing);

#endif
