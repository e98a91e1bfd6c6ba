/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ristretto255 (RFC 9496) from libsodium, and the one proof that reports are
 * made of: of knowing a secret scalar (Schnorr), or of having used the same one
 * on two bases (Chaum and Pedersen), made non-interactive by hashing the whole
 * statement. All of it takes the same time for every secret.
 */
#ifndef CLIENT_GROUP_H
#define CLIENT_GROUP_H

#include "frank.h"

#include <sodium.h>

#define GROUP_POINT_BYTES FRANK_POINT_BYTES
#define GROUP_SCALAR_BYTES 32
/* e, f */
#define GROUP_PROOF_BYTES (32 + 32)
#define GROUP_RANDOM_BYTES 32

/* H = ristretto255_from_hash(SHA-512("frank v1 second generator")): nobody
 * knows its logarithm to the base G. */
extern const uint8_t group_second_generator[GROUP_POINT_BYTES];

/* Whether it decodes (canonically) and is not the identity. */
bool group_is_point(const uint8_t point[static GROUP_POINT_BYTES]);
/* Whether it is below the group's order and not zero; in constant time. */
bool group_is_scalar(const uint8_t scalar[static GROUP_SCALAR_BYTES]);

/*
 * What a proof is about: SHA-512 over a label and every field of the statement,
 * publics included, in the order of docs/PROTOCOL.md. The commitments are
 * hashed last, by prove and verify.
 */
struct group_statement {
    crypto_hash_sha512_state hash;
};

void group_statement_begin(struct group_statement *out, const char *label);
void group_statement_add(struct group_statement *statement,
                         const uint8_t *bytes, size_t len);

struct group_proof {
    uint8_t e[GROUP_SCALAR_BYTES]; /* challenge */
    uint8_t f[GROUP_SCALAR_BYTES]; /* t + e * secret */
};

/*
 * Proves knowledge of secret for secret * G and, unless base is NULL, that the
 * second public is secret * base. t is hashed from the secret, the statement
 * and random, so that neither a bad generator nor a repeated one gives it away.
 * POINT where base is no point; out is zero then.
 */
FRANK_MUST_CHECK int
group_prove(struct group_proof *out, const struct group_statement *statement,
            const uint8_t *base,
            const uint8_t secret[static GROUP_SCALAR_BYTES],
            const uint8_t random[static GROUP_RANDOM_BYTES]);

/* The same with t given: for vectors, and used by group_prove(). */
FRANK_MUST_CHECK int
group_prove_with(struct group_proof *out,
                 const struct group_statement *statement, const uint8_t *base,
                 const uint8_t secret[static GROUP_SCALAR_BYTES],
                 const uint8_t t[static GROUP_SCALAR_BYTES]);

/* SCALAR (e or f), POINT (a public or the base), PROOF. base and second are
 * both NULL, or both there. */
FRANK_MUST_CHECK int
group_verify(const struct group_proof *proof,
             const struct group_statement *statement,
             const uint8_t public_key[static GROUP_POINT_BYTES],
             const uint8_t *base, const uint8_t *second);

#endif
