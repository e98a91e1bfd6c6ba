/* SPDX-License-Identifier: Apache-2.0 */
/* What a list is asked for: the same members in a query and in a body. */
#ifndef MODERATION_SERVE_FILTERS_H
#define MODERATION_SERVE_FILTERS_H

#include "call.h"
#include "queue.h"

#define FILTER_TEXT_BYTES 1025
struct call_filter {
    struct queue_filter filter; /* points into the texts */
    char queue[FILTER_TEXT_BYTES];
    char sender[FILTER_TEXT_BYTES];
    char room[FILTER_TEXT_BYTES];
};

/* queue, sender, room, state, claim (unclaimed, claimed, mine), reason (names,
 * parted by commas), priority, reporters, messages, from, to, first_contact.
 * From the query, or from an object (others are refused). false after an
 * answer. */
FRANK_MUST_CHECK bool filter_read(struct call_filter *out, struct call *call,
                                  const json_t *object);

/* Names of the reasons of a mask. */
json_t *filter_reasons(uint64_t mask);

#endif
