/* SPDX-License-Identifier: Apache-2.0 */
/* Keyring files. The checksum is put right first, so that what it covers is
 * reached too; what is decoded is encoded to the same bytes. */
#include "fuzz.h"
#include "keyring.h"

#include <sodium.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return sodium_init() < 0;
}

static void decode(const uint8_t *data, size_t size)
{
    struct keyring *ring = NULL;
    struct frank_fault fault;
    int error = keyring_decode(&ring, data, size, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        HOLDS(ring == NULL);
        return;
    }
    {
        uint8_t *out = malloc(KEYRING_MAX_BYTES);

        HOLDS(out != NULL);
        HOLDS(keyring_encode(out, ring) == size);
        HOLDS(memcmp(out, data, size) == 0);
        free(out);
    }
    keyring_free(ring);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    decode(data, size);
    if (size > KEYRING_CHECKSUM_BYTES) {
        size_t covered = size - KEYRING_CHECKSUM_BYTES;
        uint8_t *copy = malloc(size);

        HOLDS(copy != NULL);
        memcpy(copy, data, covered);
        crypto_hash_sha256(copy + covered, copy, covered);
        decode(copy, size);
        free(copy);
    }
    return 0;
}
