/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets share: a claim that does not hold ends the run, and
 * libFuzzer keeps the input. */
#ifndef FUZZ_H
#define FUZZ_H

#include "frank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLDS(claim)                                                           \
    do {                                                                       \
        if (!(claim)) {                                                        \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__,      \
                          __LINE__, #claim);                                   \
            abort();                                                           \
        }                                                                      \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An error names a field and a place in the input. */
static inline void holds_fault(int error, const struct frank_fault *fault,
                               size_t size)
{
    HOLDS(error < 0 && fault->error == error);
    HOLDS(fault->field != NULL && fault->offset <= size);
}

#endif
