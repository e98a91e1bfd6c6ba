/* SPDX-License-Identifier: Apache-2.0 */
/* tests/vectors/sealed.json, field by field: values of an implementation that
 * shares no code with this one. */
#include "reports.h"
#include "rings.h"
#include "sealed_check.h"

#include <stdio.h>
#include <string.h>

static struct frank_span member(size_t i, const char *name)
{
    return support_member(reports_vector(i), name);
}

/* Member "1" and so on of a member of report i. */
static struct frank_span numbered(size_t i, const char *name, unsigned holder)
{
    char key[16];

    (void)snprintf(key, sizeof key, "%u", holder);
    return support_member(json_object_get(reports_vector(i), name), key);
}

static void assert_member(size_t i, const char *name, const void *bytes,
                          size_t len)
{
    support_assert_span((struct frank_span){bytes, len}, member(i, name));
}

static void second_generator(void **state)
{
    struct frank_span stated =
        support_member(reports_vectors(), "second_generator");
    uint8_t hash[crypto_hash_sha512_BYTES];
    uint8_t point[GROUP_POINT_BYTES];
    struct frank_span label = support_text("frank v1 second generator");

    (void)state;
    support_assert_span(
        (struct frank_span){group_second_generator, GROUP_POINT_BYTES}, stated);
    (void)crypto_hash_sha512(hash, label.data, label.len);
    (void)crypto_core_ristretto255_from_hash(point, hash);
    assert_memory_equal(point, group_second_generator, sizeof point);
}

static void padding(void **state)
{
    const json_t *pairs = json_object_get(reports_vectors(), "padme");

    (void)state;
    assert_true(json_array_size(pairs) > 10);
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        size_t n = (size_t)json_integer_value(json_array_get(pair, 0));
        size_t padded = (size_t)json_integer_value(json_array_get(pair, 1));

        assert_int_equal(report_padded(n - 1), padded < 1024 ? 1024 : padded);
    }
}

static void quorum(void **state)
{
    const json_t *v = json_object_get(reports_vectors(), "quorum");
    uint8_t id[FRANK_QUORUM_ID_BYTES];
    uint8_t point[GROUP_POINT_BYTES];

    (void)state;
    assert_ok(share_check_publics(reports_quorum(), NULL));
    frank_quorum_id(id, reports_quorum());
    support_assert_span((struct frank_span){id, sizeof id},
                        support_member(v, "quorum_key_id"));
    assert_int_equal(crypto_scalarmult_ristretto255_base(
                         point, support_member(v, "secret").data),
                     0);
    assert_memory_equal(point, reports_quorum()->public_key, sizeof point);
    for (unsigned i = 1; i <= REPORTS_HOLDERS; i++) {
        struct share share = reports_share(i);

        assert_ok(share_check(&share, reports_quorum(), NULL));
    }
}

static void each_report_is_sealed_to_the_same_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        struct frank_report report = reports_report(i);
        struct frank_span unsealed = reports_build(&report, reports_random(i));
        struct frank_span stated = reports_sealed(i);
        uint8_t *out = support_zeros(stated.len);
        size_t len = 0;

        assert_ok(report_seal_with(
            out, stated.len, &len, unsealed.data, unsealed.len,
            reports_quorum(), member(i, "r").data, member(i, "t").data, NULL));
        support_assert_span((struct frank_span){out, len}, stated);
    }
}

static void each_field_is_the_same(void **state)
{
    static struct sealed_report report;
    static struct frank_unsealed unsealed;

    (void)state;
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        struct frank_report made = reports_report(i);
        struct frank_span bytes = reports_build(&made, reports_random(i));
        uint8_t hash[32];
        uint8_t z[GROUP_POINT_BYTES];
        uint8_t key[SEAL_KEY_BYTES];
        uint8_t commitment[SEAL_COMMITMENT_BYTES];
        size_t padded =
            (size_t)support_member_number(reports_vector(i), "padded");

        reports_decode(&report, reports_sealed(i));
        assert_member(i, "report_id", report.header.report_id, 16);
        assert_member(i, "report_digest", report.digest, 32);
        assert_member(i, "U", report.seal.u, 32);
        assert_member(i, "W", report.seal.w, 32);
        assert_member(i, "e", report.seal.proof.e, 32);
        assert_member(i, "f", report.seal.proof.f, 32);
        assert_member(i, "key_commitment", report.seal.commitment, 32);
        (void)crypto_hash_sha256(hash, report.label.header.data,
                                 report.label.header.len);
        assert_member(i, "header_hash", hash, 32);
        assert_int_equal(
            crypto_scalarmult_ristretto255(z, member(i, "r").data,
                                           reports_quorum()->public_key),
            0);
        assert_member(i, "Z", z, 32);
        seal_keys(key, commitment, &report.seal, report.label.header, z);
        assert_member(i, "body_key", key, 32);
        assert_member(i, "key_commitment", commitment, 32);
        assert_int_equal(report.sealed.len, padded + SEAL_TAG_BYTES);
        assert_ok(frank_report_read(&unsealed, bytes.data, bytes.len, NULL));
        assert_int_equal(unsealed.header.count, made.count);
    }
}

static void body_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        struct frank_report report = reports_report(i);
        uint8_t *body = support_zeros(16384);
        uint8_t hash[32];
        struct wire_writer w;

        wire_write_init(&w, body, 16384);
        report_body_write(&w, &report);
        (void)crypto_hash_sha256(hash, body, w.len);
        assert_member(i, "body_sha256", hash, sizeof hash);
    }
}

static void consents_and_receipts_are_the_same(void **state)
{
    static struct sealed_report report;

    (void)state;
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        reports_decode(&report, reports_sealed(i));
        for (unsigned holder = 1; holder <= REPORTS_HOLDERS; holder++) {
            struct share share = reports_share(holder);
            struct frank_span stated = numbered(i, "receipts", holder);
            struct consent consent;
            struct receipt receipt;
            struct receipt read;
            uint8_t bytes[RECEIPT_BYTES];

            assert_ok(consent_make_with(&consent, &share, &report,
                                        numbered(i, "consent_t", holder).data));
            consent_encode(bytes, &consent);
            support_assert_span((struct frank_span){bytes, CONSENT_BYTES},
                                numbered(i, "consents", holder));
            assert_ok(consent_check(&consent, &report, reports_quorum(), NULL));

            assert_ok(receipt_decode(&read, stated.data, stated.len, NULL));
            assert_ok(receipt_check(&read, reports_quorum(), NULL));
            assert_ok(receipt_make_with(&receipt, &share, &report, read.time,
                                        numbered(i, "receipt_t", holder).data));
            receipt_encode(bytes, &receipt);
            support_assert_span((struct frank_span){bytes, RECEIPT_BYTES},
                                stated);
        }
    }
}

static void hub_accepts_each_report(void **state)
{
    static struct sealed_check check;
    uint8_t id[FRANK_QUORUM_ID_BYTES];

    (void)state;
    frank_quorum_id(id, reports_quorum());
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        struct frank_span sealed = reports_sealed(i);

        assert_ok(sealed_check(&check, reports_stamper(), id, sealed.data,
                               sealed.len, REPORTS_NOW, NULL));
        for (size_t j = 0; j < check.report.header.count; j++) {
            assert_int_equal(check.items[j].verdict, EVIDENCE_VALID);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(second_generator),
        cmocka_unit_test(padding),
        cmocka_unit_test(quorum),
        cmocka_unit_test(each_report_is_sealed_to_the_same_bytes),
        cmocka_unit_test(each_field_is_the_same),
        cmocka_unit_test(body_is_the_same),
        cmocka_unit_test(consents_and_receipts_are_the_same),
        cmocka_unit_test(hub_accepts_each_report),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
