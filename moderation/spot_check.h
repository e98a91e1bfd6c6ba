/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spot checks (docs/WIRE.md, docs/AUDIT.md section 6): from a value that
 * nobody could know when the checkpoint was signed, both sides derive the same
 * sample of the moderation side's cases, and what the sample says about all of
 * them. Pure: entries, beacon and counts come as arguments.
 *
 * The population of a checkpoint are the cases that its entries show as opened
 * (report_opened) and not as purged (purge with a case).
 */
#ifndef MODERATION_SPOT_CHECK_H
#define MODERATION_SPOT_CHECK_H

#include "frank.h"

#define SPOT_CASE_BYTES 16 /* a case's name in the log */
#define SPOT_ROOT_BYTES 32
#define SPOT_BEACON_MAX_BYTES 256
#define SPOT_COUNT_MAX 1000 /* cases of a sample */

struct spot_population;

/* MEMORY. */
FRANK_MUST_CHECK int spot_population_new(struct spot_population **out,
                                         struct frank_fault *fault);
/* Wipes nothing: names of the log are no secret. NULL is allowed. */
void spot_population_free(struct spot_population *population);

/* The next entry of the log, from 0 on, as it is hashed. JSON, MISSING, VALUE
 * (the case of an entry that must have one), MEMORY; the population is not to
 * be used after an error. */
FRANK_MUST_CHECK int spot_population_add(struct spot_population *population,
                                         struct frank_span entry,
                                         struct frank_fault *fault);
/* After the last entry: how many cases there are. */
size_t spot_population_close(struct spot_population *population);

/*
 * The sample, after spot_population_close(): the `wanted` cases with the lowest
 * SHA-256("frank v1 spot check" || beacon || root || case name), lowest first;
 * all of them where there are fewer. out has room for `wanted`, which is at
 * most SPOT_COUNT_MAX. LIMIT (wanted, beacon), MISSING (an empty beacon).
 */
FRANK_MUST_CHECK int spot_sample(uint8_t (*out)[SPOT_CASE_BYTES], size_t *count,
                                 const struct spot_population *population,
                                 size_t wanted, struct frank_span beacon,
                                 const uint8_t root[static SPOT_ROOT_BYTES],
                                 struct frank_fault *fault);

/*
 * Upper bound of how many of `population` cases fail, when `failed` of
 * `sampled` do: the most for which that few would be seen with a chance of more
 * than alpha (0.05 for a confidence of 95 %). Exact, for a sample without
 * replacement (hypergeometric). failed <= sampled <= population; sampled 0
 * gives the whole population.
 */
uint64_t spot_bound(uint64_t population, uint64_t sampled, uint64_t failed,
                    double alpha);

#endif
