/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rate limits: token buckets, of a table of fixed size. Keys are hashed with a
 * random key of the process (SipHash), so that nobody can aim at a bucket of
 * somebody else's; a full table forgets the bucket that is fullest (it limits
 * least). The caller gives the time. Safe in any thread.
 */
#ifndef REPORTING_SERVICE_RATES_H
#define REPORTING_SERVICE_RATES_H

#include "frank.h"

struct rates;

/* count per per_ms of time, with a burst of as many; count 0: no limit.
 * slots: buckets that are kept at once (a power of two). MEMORY; LIMIT for a
 * count in a time that a bucket's arithmetic cannot hold (count * per_ms over
 * 2^63). */
FRANK_MUST_CHECK int rates_new(struct rates **out, uint64_t count,
                               uint64_t per_ms, size_t slots,
                               struct frank_fault *fault);
void rates_free(struct rates *rates);

/* Takes one from the bucket of a key. 0, or the milliseconds until there is
 * one again. now: monotonic milliseconds. */
uint64_t rates_take(struct rates *rates, struct frank_span key, uint64_t now);

/* Gives one back: what was refused for a reason that is not the caller's. */
void rates_give_back(struct rates *rates, struct frank_span key, uint64_t now);

#endif
