/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ciphertexts that open under two keys ("invisible salamanders": Dodis, Grubbs,
 * Ristenpart, Woodage, "Fast Message Franking: From Invisible Salamanders to
 * Encryptment", CRYPTO 2018): the public ones, and some made here.
 */
#ifndef TESTS_SALAMANDERS_H
#define TESTS_SALAMANDERS_H

#include "support.h"

struct salamander {
    uint16_t aead;
    struct frank_span keys[2];
    struct frank_span nonce;
    struct frank_span aad;
    struct frank_span sealed;  /* ciphertext and tag */
    struct frank_span file[2]; /* what each key opens */
    char kinds[2][8];          /* of the public ones: "png", ... */
};

#define SALAMANDERS_MAX 16
/* The public ones, of AES-128-GCM, from $FRANK_SHARED or ../shared; 0 where
 * they are not there. `file` is what the AEAD made of them. */
size_t salamanders_read(struct salamander out[static SALAMANDERS_MAX]);

/* Makes one of AES_256_GCM or CHACHA20_POLY1305 with an all-zero nonce and no
 * associated data: the first file begins with `first`, the second has `second`
 * 64 bytes into it. Each at most 64 bytes. */
#define SALAMANDER_AT 64
struct salamander salamander_make(uint16_t aead, struct frank_span first_key,
                                  struct frank_span second_key,
                                  struct frank_span first,
                                  struct frank_span second);

#endif
