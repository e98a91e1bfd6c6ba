/* SPDX-License-Identifier: Apache-2.0 */
/* Consents and receipts: which open what, and who can make them. */
#include "openings.h"

#include <string.h>

/* ---- Consents ----------------------------------------------------------- */

static void any_k_open_and_fewer_do_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        struct frank_span sealed = reports_sealed(i);
        struct consent c[3] = {reports_consent(sealed, 1),
                               reports_consent(sealed, 2),
                               reports_consent(sealed, 3)};
        struct frank_report report = reports_report(i);

        assert_int_equal(open_with(sealed, NULL, 0), FRANK_ERR_FEW);
        for (unsigned j = 0; j < 3; j++) {
            struct consent pair[2] = {c[j], c[(j + 1) % 3]};

            assert_int_equal(open_with(sealed, pair, 1), FRANK_ERR_FEW);
            assert_null(opened);
            assert_ok(open_with(sealed, pair, 2));
            support_assert_span(opening_body(opened)->note, report.note);
            for (size_t m = 0; m < report.count; m++) {
                const struct frank_opening *o =
                    &opening_body(opened)->openings[m];

                assert_int_equal(o->disclosed, !report.messages[m].withhold);
                if (o->disclosed) {
                    support_assert_span(o->content, report.messages[m].content);
                }
            }
        }
        assert_ok(open_with(sealed, c, 3));
    }
}

static void bad_consents_are_named_by_their_place(void **state)
{
    struct frank_span sealed = reports_sealed(0);
    const struct consent one = reports_consent(sealed, 1);
    const struct consent two = reports_consent(sealed, 2);
    const struct consent foreign = reports_consent(reports_sealed(1), 2);
    struct consent c[3];
    struct frank_fault fault;
    size_t which;

    (void)state;
    c[0] = one;
    c[1] = one; /* twice */
    assert_int_equal(try_open(sealed, c, 2, &which, &fault), FRANK_ERR_TWICE);
    assert_int_equal(which, 1);
    c[1] = foreign; /* for another report */
    assert_int_equal(try_open(sealed, c, 2, &which, &fault), FRANK_ERR_PROOF);
    assert_int_equal(which, 1);
    assert_string_equal(fault.field, "consent to this report");
    c[0] = two; /* with the holders' numbers exchanged */
    c[1] = one;
    c[0].holder = 1;
    c[1].holder = 2;
    assert_int_equal(try_open(sealed, c, 2, &which, &fault), FRANK_ERR_PROOF);
    assert_int_equal(which, 0);
    c[0] = one;
    c[1] = two;
    c[1].holder = 0;
    assert_int_equal(try_open(sealed, c, 2, &which, &fault), FRANK_ERR_HOLDER);
    c[1].holder = 4;
    assert_int_equal(try_open(sealed, c, 2, &which, &fault), FRANK_ERR_HOLDER);
    assert_int_equal(which, 1);
    /* one too many is no excuse */
    c[1] = two;
    c[2] = foreign;
    c[2].holder = 3;
    assert_int_equal(try_open(sealed, c, 3, &which, &fault), FRANK_ERR_PROOF);
    assert_int_equal(which, 2);
    assert_null(opened);
}

static void every_bit_of_a_consent_counts(void **state)
{
    static struct sealed_report report;
    struct consent consent = reports_consent(reports_sealed(0), 2);
    uint8_t bytes[CONSENT_BYTES];
    struct consent read;

    (void)state;
    reports_decode(&report, reports_sealed(0));
    consent_encode(bytes, &consent);
    assert_ok(consent_decode(&read, bytes, sizeof bytes, NULL));
    assert_ok(consent_check(&read, &report, reports_quorum(), NULL));
    for (size_t i = 0; i < sizeof bytes * 8; i++) {
        bytes[i / 8] ^= (uint8_t)(1U << i % 8);
        if (consent_decode(&read, bytes, sizeof bytes, NULL) == FRANK_OK) {
            assert_true(consent_check(&read, &report, reports_quorum(), NULL) <
                        0);
        } else {
            assert_true(support_is_zero(&read, sizeof read));
        }
        bytes[i / 8] ^= (uint8_t)(1U << i % 8);
    }
    for (size_t len = 0; len < sizeof bytes; len++) {
        assert_true(consent_decode(&read, bytes, len, NULL) < 0);
    }
}

static void consents_are_exact(void **state)
{
    struct consent consent = reports_consent(reports_sealed(0), 2);
    uint8_t good[CONSENT_BYTES + 1] = {0};
    static const struct {
        size_t at;
        const char *bytes;
        int error;
    } cases[] = {
        {0, "00", FRANK_ERR_HOLDER},
        {0, "21", FRANK_ERR_HOLDER},
        {1, "(00)*32", FRANK_ERR_POINT}, /* the identity */
        {1, "(ff)*32", FRANK_ERR_POINT},
        {1, "01 (00)*31", FRANK_ERR_POINT},
        {33, "(00)*32", FRANK_ERR_SCALAR},
        {33, "(ff)*32", FRANK_ERR_SCALAR},
        {65, "(00)*32", FRANK_ERR_SCALAR},
        {65, "edd3f55c1a631258d69cf7a2def9de14 (00)*15 10", FRANK_ERR_SCALAR},
    };

    (void)state;
    consent_encode(good, &consent);
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct frank_span part = support_bytes(cases[i].bytes);
        uint8_t bytes[CONSENT_BYTES];
        struct consent read;

        memcpy(bytes, good, sizeof bytes);
        memcpy(bytes + cases[i].at, part.data, part.len);
        assert_int_equal(consent_decode(&read, bytes, sizeof bytes, NULL),
                         cases[i].error);
    }
    assert_int_equal(consent_decode(&consent, good, sizeof good, NULL),
                     FRANK_ERR_TRAILING);
}

/* Consents are for one report only: not for another whose header has been put
 * before the same seal, nor for one that somebody else sealed with its U. */
static void a_stolen_seal_gets_no_consent(void **state)
{
    static struct sealed_report victim;
    static struct sealed_report thief;
    struct share share = reports_share(1);
    struct consent consent;
    uint8_t random[GROUP_RANDOM_BYTES] = {0};

    (void)state;
    reports_decode(&victim, reports_sealed(0));
    reports_decode(&thief, reports_sealed(2));
    /* U, W and even the proof are the victim's; header and body the thief's. */
    memcpy(thief.seal.u, victim.seal.u, 32);
    memcpy(thief.seal.w, victim.seal.w, 32);
    assert_int_equal(consent_make(&consent, &share, &thief, random, NULL),
                     FRANK_ERR_PROOF);
    thief.seal.proof = victim.seal.proof;
    assert_int_equal(consent_make(&consent, &share, &thief, random, NULL),
                     FRANK_ERR_PROOF);
    thief.seal = victim.seal;
    assert_int_equal(consent_make(&consent, &share, &thief, random, NULL),
                     FRANK_ERR_PROOF);
    /* The victim's own header and body under another reporter */
    thief = victim;
    thief.label.reporter = (struct frank_span){(const uint8_t *)"", 1};
    assert_int_equal(consent_make(&consent, &share, &thief, random, NULL),
                     FRANK_ERR_PROOF);
    assert_true(support_is_zero(&consent, sizeof consent));
    /* U replaced by a point whose logarithm to U the thief knows, with a proof
     * for U' that he cannot make: he knows r' of his own alone */
    thief = victim;
    assert_int_equal(crypto_core_ristretto255_add(thief.seal.u, victim.seal.u,
                                                  group_second_generator),
                     0);
    assert_int_equal(consent_make(&consent, &share, &thief, random, NULL),
                     FRANK_ERR_PROOF);
}

static void shares_of_another_quorum_do_not_consent(void **state)
{
    static struct sealed_report report;
    struct share share = reports_share(1);
    struct consent consent;
    uint8_t random[GROUP_RANDOM_BYTES] = {0};

    (void)state;
    reports_decode(&report, reports_sealed(0));
    share.quorum_id[0] ^= 1;
    assert_int_equal(consent_make(&consent, &share, &report, random, NULL),
                     FRANK_ERR_QUORUM);
    share = reports_share(1);
    memset(share.scalar, 0, sizeof share.scalar);
    assert_int_equal(consent_make(&consent, &share, &report, random, NULL),
                     FRANK_ERR_POINT);
}

/* What an outsider has is publics: P_i, U, and whatever he makes himself. */
static void consents_cannot_be_made_from_publics(void **state)
{
    static struct sealed_report report;
    const struct frank_quorum *quorum = reports_quorum();
    struct consent forged = {.holder = 1};
    struct consent true_one = reports_consent(reports_sealed(0), 1);
    uint8_t r[32];

    (void)state;
    reports_decode(&report, reports_sealed(0));
    /* The reporter knows r, hence s_1 * U = r * P_1; but not a proof of it. */
    memcpy(r, support_member(reports_vector(0), "r").data, 32);
    assert_int_equal(
        crypto_scalarmult_ristretto255(forged.u, r, quorum->share_publics[0]),
        0);
    assert_memory_equal(forged.u, true_one.u, 32); /* he may know U_i */
    crypto_core_ristretto255_scalar_random(forged.proof.e);
    crypto_core_ristretto255_scalar_random(forged.proof.f);
    assert_int_equal(consent_check(&forged, &report, quorum, NULL),
                     FRANK_ERR_PROOF);
    /* A proof with r in the place of the share */
    {
        struct group_statement statement;
        uint8_t random[GROUP_RANDOM_BYTES] = {1};

        group_statement_begin(&statement, "frank v1 consent");
        group_statement_add(&statement, report.digest, 32);
        group_statement_add(&statement, report.seal.u, 32);
        group_statement_add(&statement, forged.u, 32);
        group_statement_add(&statement, quorum->share_publics[0], 32);
        assert_ok(
            group_prove(&forged.proof, &statement, report.seal.u, r, random));
    }
    assert_int_equal(consent_check(&forged, &report, quorum, NULL),
                     FRANK_ERR_PROOF);
    /* The proof of another holder's consent, and that of a receipt */
    forged.proof = reports_consent(reports_sealed(0), 2).proof;
    assert_int_equal(consent_check(&forged, &report, quorum, NULL),
                     FRANK_ERR_PROOF);
    {
        struct share share = reports_share(1);
        struct receipt receipt;
        uint8_t random[GROUP_RANDOM_BYTES] = {2};

        assert_ok(receipt_make(&receipt, &share, &report, 1, random));
        forged.proof = receipt.proof;
    }
    assert_int_equal(consent_check(&forged, &report, quorum, NULL),
                     FRANK_ERR_PROOF);
}

/* e first, U_i to fit: works where the challenge leaves U_i or P_i out. */
static void consents_cannot_be_fitted(void **state)
{
    static struct sealed_report report;
    const struct frank_quorum *quorum = reports_quorum();
    struct consent forged = {.holder = 1};
    struct group_statement statement;
    uint8_t digest[crypto_hash_sha512_BYTES];
    uint8_t first[32];
    uint8_t second[32];
    uint8_t left[32];
    uint8_t right[32];
    uint8_t inverse[32];

    (void)state;
    reports_decode(&report, reports_sealed(0));
    /* commitments for chosen e, f against the true P_1 */
    crypto_core_ristretto255_scalar_random(forged.proof.f);
    crypto_core_ristretto255_scalar_random(forged.proof.e);
    assert_int_equal(crypto_scalarmult_ristretto255_base(left, forged.proof.f),
                     0);
    assert_int_equal(crypto_scalarmult_ristretto255(right, forged.proof.e,
                                                    quorum->share_publics[0]),
                     0);
    assert_int_equal(crypto_core_ristretto255_sub(first, left, right), 0);
    /* a second commitment at will, and the U_i that it asks for */
    crypto_core_ristretto255_random(second);
    group_statement_begin(&statement, "frank v1 consent");
    group_statement_add(&statement, report.digest, 32);
    group_statement_add(&statement, report.seal.u, 32);
    group_statement_add(&statement, first, 32);
    group_statement_add(&statement, second, 32);
    (void)crypto_hash_sha512_final(&statement.hash, digest);
    crypto_core_ristretto255_scalar_reduce(forged.proof.e, digest);
    assert_int_equal(
        crypto_scalarmult_ristretto255(left, forged.proof.f, report.seal.u), 0);
    assert_int_equal(crypto_core_ristretto255_sub(left, left, second), 0);
    assert_int_equal(
        crypto_core_ristretto255_scalar_invert(inverse, forged.proof.e), 0);
    assert_int_equal(crypto_scalarmult_ristretto255(forged.u, inverse, left),
                     0);
    assert_int_equal(consent_check(&forged, &report, quorum, NULL),
                     FRANK_ERR_PROOF);
}

/* ---- Receipts ----------------------------------------------------------- */

static void receipts_are_exact_and_open_nothing(void **state)
{
    static struct sealed_report report;
    uint8_t random[GROUP_RANDOM_BYTES];
    struct consent faked[2];

    (void)state;
    reports_decode(&report, reports_sealed(0));
    for (unsigned holder = 1; holder <= 2; holder++) {
        struct share share = reports_share(holder);
        struct receipt receipt;
        struct receipt read;
        uint8_t bytes[RECEIPT_BYTES];

        randombytes_buf(random, sizeof random);
        assert_ok(receipt_make(&receipt, &share, &report, REPORTS_NOW, random));
        receipt_encode(bytes, &receipt);
        assert_ok(receipt_decode(&read, bytes, sizeof bytes, NULL));
        assert_ok(receipt_check(&read, reports_quorum(), NULL));
        assert_int_equal(read.time, REPORTS_NOW);
        for (size_t i = 0; i < sizeof bytes * 8; i++) {
            bytes[i / 8] ^= (uint8_t)(1U << i % 8);
            assert_true(receipt_decode(&read, bytes, sizeof bytes, NULL) < 0 ||
                        receipt_check(&read, reports_quorum(), NULL) < 0);
            bytes[i / 8] ^= (uint8_t)(1U << i % 8);
        }
        for (size_t len = 0; len < sizeof bytes; len++) {
            assert_true(receipt_decode(&read, bytes, len, NULL) < 0);
        }
        /* Nothing in a receipt is U_i: what it has instead does not open. */
        faked[holder - 1] =
            (struct consent){.holder = (uint8_t)holder, .proof = receipt.proof};
        memcpy(faked[holder - 1].u, reports_quorum()->share_publics[holder - 1],
               32);
    }
    assert_int_equal(open_with(reports_sealed(0), faked, 2), FRANK_ERR_PROOF);
}

static void a_receipt_without_a_share_is_not_made(void **state)
{
    static struct sealed_report report;
    struct share share = reports_share(1);
    struct receipt receipt;
    uint8_t random[GROUP_RANDOM_BYTES] = {0};

    (void)state;
    reports_decode(&report, reports_sealed(0));
    memset(share.scalar, 0, sizeof share.scalar);
    assert_int_equal(receipt_make(&receipt, &share, &report, 1, random),
                     FRANK_ERR_POINT);
    assert_int_equal(receipt_make_with(&receipt, &share, &report, 1, random),
                     FRANK_ERR_POINT);
    {
        struct consent consent;

        assert_int_equal(consent_make_with(&consent, &share, &report, random),
                         FRANK_ERR_POINT);
    }
}

/* ---- Opening ------------------------------------------------------------ */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_k_open_and_fewer_do_not),
        cmocka_unit_test(bad_consents_are_named_by_their_place),
        cmocka_unit_test(every_bit_of_a_consent_counts),
        cmocka_unit_test(consents_are_exact),
        cmocka_unit_test(a_stolen_seal_gets_no_consent),
        cmocka_unit_test(shares_of_another_quorum_do_not_consent),
        cmocka_unit_test(consents_cannot_be_made_from_publics),
        cmocka_unit_test(consents_cannot_be_fitted),
        cmocka_unit_test(receipts_are_exact_and_open_nothing),
        cmocka_unit_test(a_receipt_without_a_share_is_not_made),
    };
    int failed;

    if (sodium_init() < 0) {
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_the_last();
    return failed;
}
