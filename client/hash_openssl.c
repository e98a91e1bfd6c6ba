/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The low-level functions are what OpenSSL 3 calls deprecated. They are used
 * because EVP_MAC and HMAC() allocate and fetch an algorithm for each message,
 * which takes longer than the hash itself, and because their state can be
 * copied, so that a key schedule is computed once.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "hash.h"

void hash_init(hash_state *state)
{
    (void)SHA256_Init(state);
}

void hash_update(hash_state *state, const uint8_t *bytes, size_t len)
{
    (void)SHA256_Update(state, bytes, len);
}

void hash_final(hash_state *state, uint8_t out[static HASH_BYTES])
{
    (void)SHA256_Final(out, state);
}

const char *hash_backend(void)
{
    return "libcrypto";
}
