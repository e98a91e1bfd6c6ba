/* SPDX-License-Identifier: Apache-2.0 */
#include "share.h"

#include "key_json.h"
#include "wire.h"

#include <stdio.h>
#include <string.h>

static void small_scalar(uint8_t out[static GROUP_SCALAR_BYTES], unsigned value)
{
    memset(out, 0, GROUP_SCALAR_BYTES);
    out[0] = (uint8_t)value;
    out[1] = (uint8_t)(value >> 8);
}

/* ---- Dealing ------------------------------------------------------------ */

/* f(x) by Horner's rule. */
static void evaluate(uint8_t out[static GROUP_SCALAR_BYTES],
                     const uint8_t (*coefficients)[GROUP_SCALAR_BYTES],
                     unsigned count, unsigned x)
{
    uint8_t at[GROUP_SCALAR_BYTES];

    small_scalar(at, x);
    memcpy(out, coefficients[count - 1], GROUP_SCALAR_BYTES);
    for (unsigned i = count - 1; i > 0; i--) {
        crypto_core_ristretto255_scalar_mul(out, out, at);
        crypto_core_ristretto255_scalar_add(out, out, coefficients[i - 1]);
    }
}

static int deal(struct frank_quorum *out, struct share *shares,
                const uint8_t (*coefficients)[GROUP_SCALAR_BYTES])
{
    int failed =
        crypto_scalarmult_ristretto255_base(out->public_key, coefficients[0]);

    for (unsigned i = 0; i < out->holders; i++) {
        shares[i].holder = i + 1;
        frank_quorum_id(shares[i].quorum_id, out);
        evaluate(shares[i].scalar, coefficients, out->threshold, i + 1);
        failed |= share_public(out->share_publics[i], &shares[i]);
    }
    return failed == 0 ? FRANK_OK : FRANK_ERR_VALUE;
}

int share_deal(struct frank_quorum *out, struct share *shares,
               unsigned threshold, unsigned holders, const uint8_t *random,
               struct frank_fault *fault)
{
    uint8_t coefficients[FRANK_HOLDERS_MAX][GROUP_SCALAR_BYTES];
    int error;

    memset(out, 0, sizeof *out);
    if (holders < 1 || holders > FRANK_HOLDERS_MAX) {
        return wire_fault(fault, FRANK_ERR_VALUE, "holders", 0, holders,
                          FRANK_HOLDERS_MAX);
    }
    if (threshold < 1 || threshold > holders) {
        return wire_fault(fault, FRANK_ERR_VALUE, "threshold", 0, threshold,
                          holders);
    }
    out->threshold = threshold;
    out->holders = holders;
    for (unsigned i = 0; i < threshold; i++) {
        crypto_core_ristretto255_scalar_reduce(
            coefficients[i], random + (size_t)i * SHARE_RANDOM_BYTES);
    }
    error =
        deal(out, shares, (const uint8_t(*)[GROUP_SCALAR_BYTES])coefficients);
    sodium_memzero(coefficients, sizeof coefficients);
    if (error != FRANK_OK) {
        sodium_memzero(shares, holders * sizeof *shares);
        (void)wire_fault(fault, error, "random bytes", 0, 0, 0);
    }
    return error;
}

/* ---- Checking ----------------------------------------------------------- */

int share_public(uint8_t out[static GROUP_POINT_BYTES],
                 const struct share *share)
{
    return crypto_scalarmult_ristretto255_base(out, share->scalar) == 0
               ? FRANK_OK
               : FRANK_ERR_POINT;
}

int share_check(const struct share *share, const struct frank_quorum *quorum,
                struct frank_fault *fault)
{
    uint8_t id[FRANK_QUORUM_ID_BYTES];
    uint8_t point[GROUP_POINT_BYTES];

    frank_quorum_id(id, quorum);
    if (memcmp(id, share->quorum_id, sizeof id) != 0) {
        return wire_fault(fault, FRANK_ERR_QUORUM, "share", 0, 0, 0);
    }
    if (share->holder < 1 || share->holder > quorum->holders) {
        return wire_fault(fault, FRANK_ERR_HOLDER, "holder", 0, share->holder,
                          quorum->holders);
    }
    if (share_public(point, share) != FRANK_OK ||
        memcmp(point, quorum->share_publics[share->holder - 1], sizeof point) !=
            0) {
        return wire_fault(fault, FRANK_ERR_PROOF,
                          "share, against its public part", 0, 0, 0);
    }
    return FRANK_OK;
}

/* lambda_i = product over j of (at - x_j) / (x_i - x_j). */
static void lagrange(uint8_t out[static GROUP_SCALAR_BYTES],
                     const unsigned *holders, size_t count, size_t i,
                     unsigned at)
{
    uint8_t top[GROUP_SCALAR_BYTES];
    uint8_t bottom[GROUP_SCALAR_BYTES];
    uint8_t x[GROUP_SCALAR_BYTES];
    uint8_t other[GROUP_SCALAR_BYTES];
    uint8_t difference[GROUP_SCALAR_BYTES];
    uint8_t point[GROUP_SCALAR_BYTES];

    small_scalar(top, 1);
    small_scalar(bottom, 1);
    small_scalar(x, holders[i]);
    small_scalar(point, at);
    for (size_t j = 0; j < count; j++) {
        if (j == i) {
            continue;
        }
        small_scalar(other, holders[j]);
        crypto_core_ristretto255_scalar_sub(difference, point, other);
        crypto_core_ristretto255_scalar_mul(top, top, difference);
        crypto_core_ristretto255_scalar_sub(difference, x, other);
        crypto_core_ristretto255_scalar_mul(bottom, bottom, difference);
    }
    /* Not zero: the holders are distinct, and fewer than the order. */
    (void)crypto_core_ristretto255_scalar_invert(bottom, bottom);
    crypto_core_ristretto255_scalar_mul(out, top, bottom);
}

int share_interpolate(uint8_t out[static GROUP_POINT_BYTES],
                      const unsigned *holders,
                      const uint8_t (*points)[GROUP_POINT_BYTES], size_t count,
                      unsigned at)
{
    uint8_t lambda[GROUP_SCALAR_BYTES];
    uint8_t term[GROUP_POINT_BYTES];
    int failed = 0;

    memset(out, 0, GROUP_POINT_BYTES); /* the identity */
    for (size_t i = 0; i < count; i++) {
        lagrange(lambda, holders, count, i, at);
        failed |= crypto_scalarmult_ristretto255(i == 0 ? out : term, lambda,
                                                 points[i]);
        if (i > 0) {
            failed |= crypto_core_ristretto255_add(out, out, term);
        }
    }
    sodium_memzero(term, sizeof term);
    return failed == 0 && sodium_is_zero(out, GROUP_POINT_BYTES) == 0
               ? FRANK_OK
               : FRANK_ERR_POINT;
}

/* What the polynomial through the first k share publics has at `at`. */
static int publics_at(uint8_t out[static GROUP_POINT_BYTES],
                      const struct frank_quorum *quorum, unsigned k,
                      unsigned at)
{
    unsigned holders[FRANK_HOLDERS_MAX];

    for (unsigned i = 0; i < k; i++) {
        holders[i] = i + 1;
    }
    return share_interpolate(
        out, holders,
        (const uint8_t(*)[GROUP_POINT_BYTES])quorum->share_publics, k, at);
}

int share_check_publics(const struct frank_quorum *quorum,
                        struct frank_fault *fault)
{
    uint8_t point[GROUP_POINT_BYTES];
    unsigned k = quorum->threshold;
    int error = frank_quorum_check(quorum, fault);

    if (error != FRANK_OK) {
        return error;
    }
    if (publics_at(point, quorum, k, 0) != FRANK_OK ||
        memcmp(point, quorum->public_key, sizeof point) != 0) {
        return wire_fault(fault, FRANK_ERR_PROOF,
                          "quorum key, against its share publics", 0, 0, 0);
    }
    for (unsigned at = k + 1; at <= quorum->holders; at++) {
        if (publics_at(point, quorum, k, at) != FRANK_OK ||
            memcmp(point, quorum->share_publics[at - 1], sizeof point) != 0) {
            return wire_fault(fault, FRANK_ERR_PROOF,
                              "share publics, against each other", 0, at, 0);
        }
    }
    /* If fewer lie on it already, fewer open. */
    if (k > 1 && publics_at(point, quorum, k - 1, 0) == FRANK_OK &&
        memcmp(point, quorum->public_key, sizeof point) == 0) {
        return wire_fault(fault, FRANK_ERR_PROOF,
                          "threshold, against the share publics", 0, k, 0);
    }
    return FRANK_OK;
}

/* ---- Share file --------------------------------------------------------- */

void share_encode(char out[static SHARE_TEXT_MAX_BYTES],
                  const struct share *share)
{
    char id[2 * FRANK_QUORUM_ID_BYTES + 1];
    char scalar[2 * GROUP_SCALAR_BYTES + 1];

    (void)sodium_bin2hex(id, sizeof id, share->quorum_id,
                         sizeof share->quorum_id);
    (void)sodium_bin2hex(scalar, sizeof scalar, share->scalar,
                         sizeof share->scalar);
    (void)snprintf(
        out, SHARE_TEXT_MAX_BYTES,
        "{\"quorum_key_id\":\"%s\",\"holder\":%u,\"share\":\"%s\"}\n", id,
        share->holder, scalar);
    sodium_memzero(scalar, sizeof scalar);
}

static int read_share(struct share *out, const json_t *root,
                      struct frank_fault *fault)
{
    uint64_t holder = 0;
    int error = key_json_hex(
        out->quorum_id, sizeof out->quorum_id,
        json_object_get(root, "quorum_key_id"), "quorum_key_id",
        "quorum_key_id, which must be 32 hexadecimal digits", fault);

    if (error == FRANK_OK) {
        error =
            key_json_number(&holder, root, "holder", FRANK_HOLDERS_MAX, fault);
    }
    if (error == FRANK_OK && holder == 0) {
        error = wire_fault(fault, FRANK_ERR_HOLDER, "holder", 0, 0,
                           FRANK_HOLDERS_MAX);
    }
    out->holder = (unsigned)holder;
    if (error == FRANK_OK) {
        error = key_json_hex(
            out->scalar, sizeof out->scalar, json_object_get(root, "share"),
            "share", "share, which must be 64 hexadecimal digits", fault);
    }
    if (error == FRANK_OK && !group_is_scalar(out->scalar)) {
        error = wire_fault(fault, FRANK_ERR_SCALAR, "share", 0, 0, 0);
    }
    return error;
}

int share_decode(struct share *out, const char *text, size_t len,
                 struct frank_fault *fault)
{
    json_t *root = NULL;
    int error;

    sodium_memzero(out, sizeof *out);
    error = key_json_load(&root, text, len, SHARE_FILE_MAX_BYTES, "share file",
                          fault);
    if (error != FRANK_OK) {
        return error;
    }
    error = read_share(out, root, fault);
    json_decref(root);
    if (error != FRANK_OK) {
        sodium_memzero(out, sizeof *out);
    }
    return error;
}
