/* SPDX-License-Identifier: Apache-2.0 */
/* A hub for each test, with one epoch from RINGS_NOW on. */
#ifndef TESTS_HUBS_H
#define TESTS_HUBS_H

#include "rings.h"
#include "stamper.h"

static struct keyring *ring;
static struct stamper *stamper;

static inline int make_hub(void **state)
{
    (void)state;
    ring = rings_new(RINGS_NOW);
    assert_ok(stamper_new(&stamper, ring, NULL));
    return 0;
}

static inline int free_hub(void **state)
{
    (void)state;
    stamper_free(stamper);
    keyring_free(ring);
    return 0;
}

#endif
