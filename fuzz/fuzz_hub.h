/* SPDX-License-Identifier: Apache-2.0 */
/* A hub whose stamps no input holds. */
#ifndef FUZZ_HUB_H
#define FUZZ_HUB_H

#include "fuzz.h"
#include "stamper.h"

#include <sodium.h>

static inline struct keyring *fuzz_ring(void)
{
    static const uint8_t secret[32] = "a hub that has never been there";
    struct keyring *ring = NULL;

    HOLDS(sodium_init() >= 0);
    HOLDS(keyring_new(&ring, secret, secret, 0, NULL) == FRANK_OK);
    return ring;
}

static inline struct stamper *fuzz_stamper(void)
{
    struct keyring *ring = fuzz_ring();
    struct stamper *stamper = NULL;

    HOLDS(stamper_new(&stamper, ring, NULL) == FRANK_OK);
    keyring_free(ring);
    return stamper;
}

#endif
