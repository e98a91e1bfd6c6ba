/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRANK_HASH_SODIUM
#define FRANK_HASH_SODIUM
#endif
#include "hash.h"

void hash_init(hash_state *state)
{
    (void)crypto_hash_sha256_init(state);
}

void hash_update(hash_state *state, const uint8_t *bytes, size_t len)
{
    (void)crypto_hash_sha256_update(state, bytes, len);
}

void hash_final(hash_state *state, uint8_t out[static HASH_BYTES])
{
    (void)crypto_hash_sha256_final(state, out);
}

const char *hash_backend(void)
{
    return "libsodium";
}
