/* SPDX-License-Identifier: Apache-2.0 */
/* Keyrings for tests: the secrets of one are known from their numbers. */
#ifndef TESTS_RINGS_H
#define TESTS_RINGS_H

#include "keyring.h"
#include "support.h"

#define RINGS_HOUR KEYRING_AHEAD_MS
#define RINGS_NOW 1700000000000U
/* The seed of signature key n is secret RINGS_SEEDS + n. */
#define RINGS_SEEDS 10000

#define assert_ok(result) assert_int_equal(result, FRANK_OK)

/* 32 bytes, different for each n; good until the next call. */
const uint8_t *rings_secret(unsigned n);

/* One epoch with secret 1, and one key. */
struct keyring *rings_new(uint64_t not_before);

/* Epochs of RINGS_NOW, two hours and three hours later, the first of them
 * destroyed; keys of RINGS_NOW, 2 and 3 ms later, the first of them retired 2
 * ms later. */
struct keyring *rings_worn(void);

/* As many epochs and keys as there may be. */
struct keyring *rings_full(void);

void rings_assert_same(const struct keyring *a, const struct keyring *b);

/* Epochs that are an hour apart from 0 on and hold secrets 1, 2, ... or were
 * destroyed; and the one key. */
void rings_assert_whole(const struct keyring *ring);

/* Adds such an epoch (a keyring_change of keyring_file.h). */
int rings_rotate(struct keyring *ring, void *context,
                 struct frank_fault *fault);

#endif
