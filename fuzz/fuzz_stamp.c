/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts and franks: what is decoded is encoded to the same bytes. */
#include "fuzz.h"

static void context(const uint8_t *data, size_t size)
{
    uint8_t out[FRANK_CONTEXT_MAX_BYTES];
    struct frank_context c;
    struct frank_fault fault;
    size_t written = 0;
    int error = frank_context_decode(&c, data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return;
    }
    HOLDS(frank_context_encode(out, sizeof out, &written, &c, NULL) ==
          FRANK_OK);
    HOLDS(written == size && memcmp(out, data, size) == 0);
}

static void frank(const uint8_t *data, size_t size)
{
    static const uint8_t key[FRANK_PUBLIC_KEY_BYTES] = {1};
    static const struct frank_context c = {
        {(const uint8_t *)"a:b", 3}, {(const uint8_t *)"c:d", 3}, 0};
    uint8_t out[FRANK_FRANK_BYTES];
    struct frank_frank f;
    struct frank_fault fault;
    int error = frank_frank_decode(&f, data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return;
    }
    frank_frank_encode(out, &f);
    HOLDS(size == sizeof out && memcmp(out, data, size) == 0);
    HOLDS(frank_signature_check(&f, &c, key, NULL) == FRANK_ERR_SIGNATURE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    context(data, size);
    frank(data, size);
    return 0;
}
