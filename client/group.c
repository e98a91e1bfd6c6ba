/* SPDX-License-Identifier: Apache-2.0 */
#include "group.h"

#include <string.h>

const uint8_t group_second_generator[GROUP_POINT_BYTES] = {
    0xf2, 0x1a, 0xb4, 0x4c, 0x5b, 0x51, 0x4e, 0xdb, 0xa1, 0xbc, 0x9c,
    0x69, 0xe8, 0xba, 0x41, 0x31, 0x44, 0x10, 0x53, 0x93, 0x70, 0xcc,
    0x40, 0x7d, 0xe8, 0xcf, 0xf6, 0xd7, 0x2a, 0x14, 0x50, 0x26};

/* What libsodium's own check, which each of its operations makes, does not
 * refuse: the identity, and, before 1.0.19, a top bit that is set. */
static bool is_overlooked(const uint8_t point[static GROUP_POINT_BYTES])
{
    return (point[GROUP_POINT_BYTES - 1] & 0x80) != 0 ||
           sodium_is_zero(point, GROUP_POINT_BYTES) == 1;
}

bool group_is_point(const uint8_t point[static GROUP_POINT_BYTES])
{
    return !is_overlooked(point) &&
           crypto_core_ristretto255_is_valid_point(point) == 1;
}

bool group_is_scalar(const uint8_t scalar[static GROUP_SCALAR_BYTES])
{
    uint8_t wide[crypto_core_ristretto255_NONREDUCEDSCALARBYTES] = {0};
    uint8_t reduced[GROUP_SCALAR_BYTES];
    int differs;

    memcpy(wide, scalar, GROUP_SCALAR_BYTES);
    crypto_core_ristretto255_scalar_reduce(reduced, wide);
    differs = sodium_memcmp(reduced, scalar, sizeof reduced);
    sodium_memzero(wide, sizeof wide);
    sodium_memzero(reduced, sizeof reduced);
    return differs == 0 && sodium_is_zero(scalar, GROUP_SCALAR_BYTES) == 0;
}

void group_statement_begin(struct group_statement *out, const char *label)
{
    (void)crypto_hash_sha512_init(&out->hash);
    group_statement_add(out, (const uint8_t *)label, strlen(label));
}

void group_statement_add(struct group_statement *statement,
                         const uint8_t *bytes, size_t len)
{
    (void)crypto_hash_sha512_update(&statement->hash, bytes, len);
}

/* e, from the statement and the commitments; second may be NULL. */
static void challenge(uint8_t e[static GROUP_SCALAR_BYTES],
                      const struct group_statement *statement,
                      const uint8_t *first, const uint8_t *second)
{
    struct group_statement whole = *statement;
    uint8_t digest[crypto_hash_sha512_BYTES];

    group_statement_add(&whole, first, GROUP_POINT_BYTES);
    if (second != NULL) {
        group_statement_add(&whole, second, GROUP_POINT_BYTES);
    }
    (void)crypto_hash_sha512_final(&whole.hash, digest);
    crypto_core_ristretto255_scalar_reduce(e, digest);
}

static void nonce(uint8_t t[static GROUP_SCALAR_BYTES],
                  const struct group_statement *statement,
                  const uint8_t secret[static GROUP_SCALAR_BYTES],
                  const uint8_t random[static GROUP_RANDOM_BYTES])
{
    struct group_statement whole = *statement;
    struct group_statement hash;
    uint8_t digest[crypto_hash_sha512_BYTES];

    (void)crypto_hash_sha512_final(&whole.hash, digest);
    group_statement_begin(&hash, "frank v1 nonce");
    group_statement_add(&hash, secret, GROUP_SCALAR_BYTES);
    group_statement_add(&hash, random, GROUP_RANDOM_BYTES);
    group_statement_add(&hash, digest, sizeof digest);
    (void)crypto_hash_sha512_final(&hash.hash, digest);
    crypto_core_ristretto255_scalar_reduce(t, digest);
    sodium_memzero(digest, sizeof digest);
    sodium_memzero(&hash, sizeof hash);
}

int group_prove_with(struct group_proof *out,
                     const struct group_statement *statement,
                     const uint8_t *base,
                     const uint8_t secret[static GROUP_SCALAR_BYTES],
                     const uint8_t t[static GROUP_SCALAR_BYTES])
{
    uint8_t first[GROUP_POINT_BYTES];
    uint8_t second[GROUP_POINT_BYTES];
    uint8_t product[GROUP_SCALAR_BYTES];

    sodium_memzero(out, sizeof *out);
    if (crypto_scalarmult_ristretto255_base(first, t) != 0 ||
        (base != NULL &&
         crypto_scalarmult_ristretto255(second, t, base) != 0)) {
        return FRANK_ERR_POINT;
    }
    challenge(out->e, statement, first, base != NULL ? second : NULL);
    crypto_core_ristretto255_scalar_mul(product, out->e, secret);
    crypto_core_ristretto255_scalar_add(out->f, t, product);
    sodium_memzero(product, sizeof product);
    return FRANK_OK;
}

int group_prove(struct group_proof *out,
                const struct group_statement *statement, const uint8_t *base,
                const uint8_t secret[static GROUP_SCALAR_BYTES],
                const uint8_t random[static GROUP_RANDOM_BYTES])
{
    uint8_t t[GROUP_SCALAR_BYTES];
    int error;

    nonce(t, statement, secret, random);
    error = group_prove_with(out, statement, base, secret, t);
    sodium_memzero(t, sizeof t);
    return error;
}

/* f * base - e * public, base NULL being G; e and f are not zero. POINT: base
 * or public is none. PROOF: the identity, which no honest t gives. */
static int commitment(uint8_t out[static GROUP_POINT_BYTES],
                      const struct group_proof *proof, const uint8_t *base,
                      const uint8_t *public_key)
{
    uint8_t left[GROUP_POINT_BYTES];
    uint8_t right[GROUP_POINT_BYTES];

    if (is_overlooked(public_key) || (base != NULL && is_overlooked(base)) ||
        (base == NULL
             ? crypto_scalarmult_ristretto255_base(left, proof->f)
             : crypto_scalarmult_ristretto255(left, proof->f, base)) != 0 ||
        crypto_scalarmult_ristretto255(right, proof->e, public_key) != 0) {
        return FRANK_ERR_POINT;
    }
    return crypto_core_ristretto255_sub(out, left, right) == 0 &&
                   sodium_is_zero(out, GROUP_POINT_BYTES) == 0
               ? FRANK_OK
               : FRANK_ERR_PROOF;
}

int group_verify(const struct group_proof *proof,
                 const struct group_statement *statement,
                 const uint8_t public_key[static GROUP_POINT_BYTES],
                 const uint8_t *base, const uint8_t *second)
{
    uint8_t first_commitment[GROUP_POINT_BYTES];
    uint8_t second_commitment[GROUP_POINT_BYTES];
    uint8_t e[GROUP_SCALAR_BYTES];
    int error;

    if (!group_is_scalar(proof->e) || !group_is_scalar(proof->f)) {
        return FRANK_ERR_SCALAR;
    }
    error = commitment(first_commitment, proof, NULL, public_key);
    if (error == FRANK_OK && base != NULL) {
        error = commitment(second_commitment, proof, base, second);
    }
    if (error != FRANK_OK) {
        return error;
    }
    challenge(e, statement, first_commitment,
              base != NULL ? second_commitment : NULL);
    return sodium_memcmp(e, proof->e, sizeof e) == 0 ? FRANK_OK
                                                     : FRANK_ERR_PROOF;
}
