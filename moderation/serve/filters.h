/* SPDX-License-Identifier: Apache-2.0 */
/* What a list is asked for: the same members in a query and in a body. */
#ifndef MODERATION_SERVE_FILTERS_H
#define MODERATION_SERVE_FILTERS_H

#include "call.h"
#include "queue.h"

#define FILTER_TEXT_BYTES 1025
#define FILTER_CASES_MAX 200
struct call_filter {
    struct queue_filter filter; /* points into the texts */
    char queue[FILTER_TEXT_BYTES];
    char sender[FILTER_TEXT_BYTES];
    char room[FILTER_TEXT_BYTES];
    uint64_t cases[FILTER_CASES_MAX];
};

/* queue, sender, room, state, claim (unclaimed, claimed, mine), reason (names,
 * parted by commas), priority, reporters, messages, from, to, first_contact,
 * cases (numbers in rising order, parted by commas).
 * From the query, or from an object (others are refused). false after an
 * answer. */
FRANK_MUST_CHECK bool filter_read(struct call_filter *out, struct call *call,
                                  const json_t *object);

/* Adds the reasons of a list of names, parted by commas. */
bool filter_reason_mask(uint64_t *out, const char *text);
/* Names of the reasons of a mask. */
json_t *filter_reasons(uint64_t mask);

#endif
