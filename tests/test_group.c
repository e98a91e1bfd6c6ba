/* SPDX-License-Identifier: Apache-2.0 */
/* Points, scalars and the proof: what is refused, and that nobody makes a proof
 * from publics alone. */
#include "group.h"
#include "rings.h"

#include <string.h>

/* The order of the group, little-endian (RFC 9496). */
static const uint8_t order[32] = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
    0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

static void random_scalar(uint8_t out[static 32])
{
    crypto_core_ristretto255_scalar_random(out);
}

static void base_times(uint8_t out[static 32], const uint8_t *scalar)
{
    assert_int_equal(crypto_scalarmult_ristretto255_base(out, scalar), 0);
}

static void times(uint8_t out[static 32], const uint8_t *scalar,
                  const uint8_t *point)
{
    assert_int_equal(crypto_scalarmult_ristretto255(out, scalar, point), 0);
}

static void scalars_are_below_the_order_and_not_zero(void **state)
{
    uint8_t scalar[32] = {0};

    (void)state;
    assert_false(group_is_scalar(scalar));
    scalar[0] = 1;
    assert_true(group_is_scalar(scalar));
    memcpy(scalar, order, sizeof scalar);
    assert_false(group_is_scalar(scalar));
    scalar[0]--;
    assert_true(group_is_scalar(scalar));
    scalar[0] += 2;
    assert_false(group_is_scalar(scalar));
    scalar[0]--;
    scalar[31] |= 0x80;
    assert_false(group_is_scalar(scalar));
    memset(scalar, 0xff, sizeof scalar);
    assert_false(group_is_scalar(scalar));
}

/* Encodings of RFC 9496, appendix A.3, in kinds: not canonical, negative, not
 * a square, no point. */
static void points_decode_and_are_not_the_identity(void **state)
{
    static const char *const bad[] = {
        "(00)*32", /* the identity */
        "01 (00)*31",
        "00 (ff)*31",
        "(ff)*32",
        "f3 (ff)*30 7f",
        "ed (ff)*30 7f", /* p */
        "ee (ff)*30 7f",
        "ec (ff)*30 7f", /* p - 1, negative */
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        "2eb0e2b8c7b8bd9a3b2f7e7cd02a9aa8cc14bd1c3a60bd84d44b3ec1e7ae70ff",
    };
    uint8_t scalar[32];
    uint8_t point[32];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        struct frank_span bytes = support_bytes(bad[i]);

        assert_int_equal(bytes.len, 32);
        assert_false(group_is_point(bytes.data));
    }
    random_scalar(scalar);
    base_times(point, scalar);
    assert_true(group_is_point(point));
    assert_true(group_is_point(group_second_generator));
    point[31] |= 0x80; /* the same number above p */
    assert_false(group_is_point(point));
}

struct proven {
    uint8_t secret[32];
    uint8_t base[32];
    uint8_t first[32];
    uint8_t second[32];
    struct group_statement statement;
    struct group_proof proof;
};

static struct proven prove(bool two)
{
    struct proven p;
    uint8_t random[GROUP_RANDOM_BYTES];
    uint8_t scalar[32];

    randombytes_buf(random, sizeof random);
    random_scalar(p.secret);
    random_scalar(scalar);
    base_times(p.base, scalar);
    base_times(p.first, p.secret);
    times(p.second, p.secret, p.base);
    group_statement_begin(&p.statement, "test");
    group_statement_add(&p.statement, p.first, 32);
    group_statement_add(&p.statement, p.second, 32);
    assert_ok(group_prove(&p.proof, &p.statement, two ? p.base : NULL, p.secret,
                          random));
    return p;
}

static int verify(const struct proven *p, bool two)
{
    return group_verify(&p->proof, &p->statement, p->first,
                        two ? p->base : NULL, two ? p->second : NULL);
}

static void proofs_hold(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct proven p = prove(i % 2 == 0);

        assert_ok(verify(&p, i % 2 == 0));
    }
}

static void proofs_of_other_things_do_not_hold(void **state)
{
    struct proven p = prove(true);
    struct proven other = prove(true);
    struct proven changed;

    (void)state;
    changed = p;
    memcpy(changed.first, other.first, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_PROOF);
    changed = p;
    memcpy(changed.second, other.second, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_PROOF);
    changed = p;
    memcpy(changed.base, other.base, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_PROOF);
    changed = p;
    changed.statement = other.statement;
    assert_int_equal(verify(&changed, true), FRANK_ERR_PROOF);
    changed = p;
    group_statement_add(&changed.statement, (const uint8_t *)"x", 1);
    assert_int_equal(verify(&changed, true), FRANK_ERR_PROOF);
    /* of two bases where one is asked for, and the reverse */
    assert_int_equal(verify(&p, false), FRANK_ERR_PROOF);
    changed = prove(false);
    assert_int_equal(verify(&changed, true), FRANK_ERR_PROOF);
}

static void every_bit_of_a_proof_counts(void **state)
{
    struct proven p = prove(true);

    (void)state;
    for (size_t i = 0; i < sizeof p.proof * 8; i++) {
        struct proven changed = p;
        int error;

        ((uint8_t *)&changed.proof)[i / 8] ^= (uint8_t)(1U << i % 8);
        error = verify(&changed, true);
        assert_true(error == FRANK_ERR_PROOF || error == FRANK_ERR_SCALAR);
    }
}

static void degenerate_parts_are_named(void **state)
{
    struct proven p = prove(true);
    struct proven changed;

    (void)state;
    changed = p;
    memset(changed.proof.e, 0, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_SCALAR);
    changed = p;
    memset(changed.proof.f, 0, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_SCALAR);
    changed = p;
    memcpy(changed.proof.f, order, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_SCALAR);
    changed = p;
    memset(changed.first, 0, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_POINT);
    changed = p;
    memset(changed.second, 0, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_POINT);
    changed = p;
    memset(changed.base, 0, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_POINT);
    changed = p;
    memset(changed.base, 0xff, 32);
    assert_int_equal(verify(&changed, true), FRANK_ERR_POINT);
}

/* A commitment that is the identity: t = 0, f = e * secret. The challenge can
 * be computed, the equations hold, and it is refused all the same, as such a
 * proof shows the secret to everyone. */
static void a_proof_without_randomness_is_refused(void **state)
{
    static const uint8_t identity[32];
    struct proven p = prove(false);
    struct group_statement whole = p.statement;
    uint8_t digest[crypto_hash_sha512_BYTES];

    (void)state;
    group_statement_add(&whole, identity, 32);
    (void)crypto_hash_sha512_final(&whole.hash, digest);
    crypto_core_ristretto255_scalar_reduce(p.proof.e, digest);
    crypto_core_ristretto255_scalar_mul(p.proof.f, p.proof.e, p.secret);
    assert_int_equal(verify(&p, false), FRANK_ERR_PROOF);
    /* and group_prove_with() makes none such */
    assert_int_equal(
        group_prove_with(&p.proof, &p.statement, NULL, p.secret, identity),
        FRANK_ERR_POINT);
    assert_true(support_is_zero(&p.proof, sizeof p.proof));
}

/*
 * What a forger can do where a challenge does not cover the publics: choose
 * commitments and responses first, and the public to fit. For a public X =
 * (fG - T) / e with e = hash(T) this verifies under such a scheme; here e
 * changes as soon as X is put into the statement.
 */
static void publics_cannot_be_fitted_to_a_proof(void **state)
{
    struct proven p = {.proof = {{0}, {0}}};
    uint8_t t[32];
    uint8_t commitment[32];
    uint8_t inverse[32];
    uint8_t left[32];
    uint8_t difference[32];
    uint8_t digest[crypto_hash_sha512_BYTES];
    struct group_statement whole;

    (void)state;
    random_scalar(t);
    base_times(commitment, t);
    /* the weak scheme: label and commitment only */
    group_statement_begin(&p.statement, "test");
    whole = p.statement;
    group_statement_add(&whole, commitment, 32);
    (void)crypto_hash_sha512_final(&whole.hash, digest);
    crypto_core_ristretto255_scalar_reduce(p.proof.e, digest);
    random_scalar(p.proof.f);
    base_times(left, p.proof.f);
    assert_int_equal(crypto_core_ristretto255_sub(difference, left, commitment),
                     0);
    assert_int_equal(crypto_core_ristretto255_scalar_invert(inverse, p.proof.e),
                     0);
    times(p.first, inverse, difference);
    /* it does forge where the publics are left out ... */
    assert_ok(verify(&p, false));
    /* ... and not where they are in, as in each statement of ours */
    group_statement_add(&p.statement, p.first, 32);
    assert_int_equal(verify(&p, false), FRANK_ERR_PROOF);
}

static void nonces_differ_even_if_the_generator_repeats(void **state)
{
    static const uint8_t random[GROUP_RANDOM_BYTES];
    struct proven p = prove(false);
    struct group_proof a;
    struct group_proof b;
    struct group_proof c;
    uint8_t other[32];

    (void)state;
    assert_ok(group_prove(&a, &p.statement, NULL, p.secret, random));
    assert_ok(group_prove(&b, &p.statement, NULL, p.secret, random));
    assert_memory_equal(&a, &b, sizeof a); /* all the same: nothing is lost */
    group_statement_add(&p.statement, (const uint8_t *)"x", 1);
    assert_ok(group_prove(&b, &p.statement, NULL, p.secret, random));
    /* Were t the same, the secret would be (f - f') / (e - e'). */
    crypto_core_ristretto255_scalar_sub(c.f, a.f, b.f);
    crypto_core_ristretto255_scalar_sub(c.e, a.e, b.e);
    assert_int_equal(crypto_core_ristretto255_scalar_invert(other, c.e), 0);
    crypto_core_ristretto255_scalar_mul(other, other, c.f);
    assert_memory_not_equal(other, p.secret, sizeof other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_below_the_order_and_not_zero),
        cmocka_unit_test(points_decode_and_are_not_the_identity),
        cmocka_unit_test(proofs_hold),
        cmocka_unit_test(proofs_of_other_things_do_not_hold),
        cmocka_unit_test(every_bit_of_a_proof_counts),
        cmocka_unit_test(degenerate_parts_are_named),
        cmocka_unit_test(a_proof_without_randomness_is_refused),
        cmocka_unit_test(publics_cannot_be_fitted_to_a_proof),
        cmocka_unit_test(nonces_differ_even_if_the_generator_repeats),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
