/* SPDX-License-Identifier: Apache-2.0 */
/* What the moderation side sends, from bytes to structures. Pure. */
#ifndef REPORTING_FRANKD_FEED_READ_H
#define REPORTING_FRANKD_FEED_READ_H

#include "hub_store.h"

#define NOTICES_MAX ((size_t)1000)
#define FEED_READ_MAX_BYTES ((size_t)1 << 20)

/* "after" of a query: a decimal number without sign, at most 2^63 - 1. */
FRANK_MUST_CHECK bool feed_read_after(uint64_t *out, const char *text);

/* {"through": N}. JSON, LIMIT, MISSING, VALUE. */
FRANK_MUST_CHECK int feed_read_ack(uint64_t *through, struct frank_span body,
                                   struct frank_fault *fault);

/*
 * {"notices": [{"report_id": HEX, "state": "in_review" | "decided" | "closed",
 * "outcome": WORD, "discloses_nothing": BOOL}, ...]}, all but the id optional;
 * a word is of 1 to 32 lower-case letters and underscores, and needs a state.
 * *out is to be freed with free(). JSON, LIMIT (over 1,000), MISSING, VALUE,
 * MEMORY.
 */
FRANK_MUST_CHECK int feed_read_notices(struct hub_notice **out, size_t *count,
                                       struct frank_span body,
                                       struct frank_fault *fault);

#endif
