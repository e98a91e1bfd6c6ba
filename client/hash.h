/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256, from libcrypto (hash_openssl.c, the default: it uses the processor's
 * SHA instructions) or libsodium (hash_sodium.c, `make HASH=sodium`). Nothing
 * else in the project knows which.
 */
#ifndef CLIENT_HASH_H
#define CLIENT_HASH_H

#include <stddef.h>
#include <stdint.h>

#ifdef FRANK_HASH_SODIUM
#include <sodium.h>
typedef crypto_hash_sha256_state hash_state;
#else
#include <openssl/sha.h>
typedef SHA256_CTX hash_state;
#endif

#define HASH_BYTES 32
#define HASH_BLOCK_BYTES 64

void hash_init(hash_state *state);
void hash_update(hash_state *state, const uint8_t *bytes, size_t len);
void hash_final(hash_state *state, uint8_t out[static HASH_BYTES]);

/* "libcrypto" or "libsodium". */
const char *hash_backend(void);

#endif
