/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AEADs of attachments, by their IANA numbers (RFC 5116, RFC 8439):
 * AES-128-GCM, AES-256-GCM and ChaCha20-Poly1305, each with a nonce of 12 bytes
 * and a tag of 16 behind the ciphertext. From libcrypto; a build without that
 * (HASH=sodium) has libsodium's: no AES-128-GCM, and AES-256-GCM where the
 * processor has AES instructions.
 */
#ifndef CLIENT_AEAD_H
#define CLIENT_AEAD_H

#include "frank.h"

#define AEAD_KEY_MAX_BYTES 32
#define AEAD_NONCE_BYTES 12
#define AEAD_TAG_BYTES 16

/* What one thread seals and opens with, again and again. Allocated; holds the
 * last key until it is freed. */
struct aead;

/* Whether this build, on this processor, has it. */
bool aead_is_here(uint16_t number);
/* 16 or 32; 0: of no number that we know. */
static inline size_t aead_key_bytes(uint16_t number)
{
    switch (number) {
    case FRANK_AEAD_AES_128_GCM:
        return 16;
    case FRANK_AEAD_AES_256_GCM:
    case FRANK_AEAD_CHACHA20_POLY1305:
        return 32;
    default:
        return 0;
    }
}

/* AEAD (not here), MEMORY. */
FRANK_MUST_CHECK int aead_new(struct aead **out, uint16_t number,
                              struct frank_fault *fault);
/* Wipes it. NULL is allowed. */
void aead_free(struct aead *aead);

/* Writes plain.len + AEAD_TAG_BYTES to out, which may be plain's own memory, or
 * must not overlap it. key: aead_key_bytes() of it. MEMORY. */
FRANK_MUST_CHECK int aead_seal(uint8_t *out, struct aead *aead,
                               const uint8_t *key,
                               const uint8_t nonce[static AEAD_NONCE_BYTES],
                               struct frank_span ad, struct frank_span plain);
/* Writes sealed.len - AEAD_TAG_BYTES to out; likewise. LENGTH (shorter than a
 * tag), SEALED, MEMORY; out is zero then. */
FRANK_MUST_CHECK int aead_open(uint8_t *out, struct aead *aead,
                               const uint8_t *key,
                               const uint8_t nonce[static AEAD_NONCE_BYTES],
                               struct frank_span ad, struct frank_span sealed);

#endif
