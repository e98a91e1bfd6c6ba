/* SPDX-License-Identifier: Apache-2.0 */
/* What the hub's service asks of keys and checks beyond what commands do:
 * hashes that end with their epoch, and the check of a report in two steps. */
#include "hub_verdict.h"
#include "reports.h"
#include "rings.h"
#include "sealed_check.h"

#include <sodium.h>
#include <string.h>

static struct frank_span text(const char *words)
{
    return support_text(words);
}

static void row(uint8_t out[static 32], const struct stamper *stamper,
                uint64_t time, const char *label,
                const struct frank_span *parts, size_t count)
{
    uint32_t epoch = 0;

    assert_ok(
        stamper_row(stamper, out, &epoch, time, label, parts, count, NULL));
    assert_int_equal(epoch, time < RINGS_NOW + 3 * RINGS_HOUR ? 2 : 3);
}

/* Recomputed here: HMAC under subkey(master, "frank v1 row_key"). */
static void rows_are_hashes_under_a_key_of_their_epoch(void **state)
{
    static const char key_label[] = "frank v1 row_key";
    static const uint8_t input[] = "senderxxxxxxxxABxxxxxxxxC";
    struct keyring *ring = rings_worn();
    struct stamper *stamper;
    const struct frank_span parts[] = {text("AB"), text("C")};
    uint64_t time = RINGS_NOW + 2 * RINGS_HOUR;
    uint8_t bytes[sizeof input];
    uint8_t key[32];
    uint8_t expected[32];
    uint8_t got[32];

    (void)state;
    assert_ok(stamper_new(&stamper, ring, NULL));
    (void)crypto_auth_hmacsha256(key, (const uint8_t *)key_label,
                                 sizeof key_label - 1, ring->epochs[1].master);
    memcpy(bytes, input, sizeof bytes);
    memset(bytes + 6, 0, 8);
    bytes[13] = 2;
    memset(bytes + 16, 0, 8);
    bytes[23] = 1;
    (void)crypto_auth_hmacsha256(expected, bytes, sizeof input - 1, key);
    row(got, stamper, time, "sender", parts, 2);
    assert_memory_equal(got, expected, sizeof got);
    stamper_free(stamper);
    keyring_free(ring);
}

static void rows_differ_by_epoch_label_and_how_parts_are_cut(void **state)
{
    struct keyring *ring = rings_worn();
    struct stamper *stamper;
    const struct frank_span one[] = {text("AB"), text("C")};
    const struct frank_span other[] = {text("A"), text("BC")};
    uint64_t time = RINGS_NOW + 2 * RINGS_HOUR;
    uint8_t rows[4][32];

    (void)state;
    assert_ok(stamper_new(&stamper, ring, NULL));
    row(rows[0], stamper, time, "sender", one, 2);
    row(rows[1], stamper, time, "sender", other, 2);
    row(rows[2], stamper, time, "group", one, 2);
    row(rows[3], stamper, time + RINGS_HOUR, "sender", one, 2);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(rows[i], rows[j], 32);
        }
    }
    stamper_free(stamper);
    keyring_free(ring);
}

static void no_row_outlives_its_epoch(void **state)
{
    struct keyring *ring = rings_worn();
    struct stamper *stamper;
    struct frank_fault fault;
    uint8_t out[32] = {0};
    uint32_t epoch = 0;

    (void)state;
    assert_ok(stamper_new(&stamper, ring, NULL));
    assert_int_equal(
        stamper_row(stamper, out, &epoch, RINGS_NOW, "sender", NULL, 0, &fault),
        FRANK_ERR_EPOCH_DESTROYED);
    assert_int_equal(stamper_row(stamper, out, &epoch, RINGS_NOW - 1, "sender",
                                 NULL, 0, &fault),
                     FRANK_ERR_NO_EPOCH);
    assert_true(sodium_is_zero(out, sizeof out));
    stamper_free(stamper);
    keyring_free(ring);
}

/* ---- The check in two steps
 * --------------------------------------------------- */

static struct sealed_check found;

static int check_stamps(struct frank_span sealed, struct frank_fault *fault)
{
    return sealed_check_stamps(&found, reports_stamper(), NULL, sealed.data,
                               sealed.len, REPORTS_NOW, fault);
}

static void both_steps_accept_what_one_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        assert_ok(check_stamps(reports_sealed(i), NULL));
        assert_ok(sealed_check_seal(&found, NULL));
    }
}

static void the_second_step_is_the_proof(void **state)
{
    struct frank_span sealed = reports_sealed(0);
    uint8_t *changed = support_copy(sealed.data, sealed.len);
    struct frank_fault fault;

    (void)state;
    changed[sealed.len - 1] ^= 1;
    assert_ok(check_stamps((struct frank_span){changed, sealed.len}, NULL));
    assert_int_equal(sealed_check_seal(&found, &fault), FRANK_ERR_PROOF);
    assert_string_equal(fault.field, "proof of the seal");
}

/* A report of many messages whose first stamp is false costs one look. */
static void the_first_step_ends_at_the_first_invalid_evidence(void **state)
{
    struct frank_kept messages[3];
    struct frank_report report = {
        .reason = 1, .created = REPORTS_NOW, .messages = messages, .count = 3};
    struct frank_fault fault;

    (void)state;
    messages[0] = reports_kept("01-offer.cbor", true);
    messages[1] = reports_kept("02-question.cbor", true);
    messages[2] = reports_kept("03-pressure.cbor", true);
    messages[1].frank.server_frank[0] ^= 1;
    messages[2].frank.server_frank[0] ^= 1;
    assert_int_equal(check_stamps(reports_seal(&report), &fault),
                     FRANK_ERR_MAC);
    assert_int_equal(found.at, 1);
    assert_int_equal(found.items[0].verdict, EVIDENCE_VALID);
    assert_int_equal(found.items[2].fault.error, FRANK_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_hashes_under_a_key_of_their_epoch),
        cmocka_unit_test(rows_differ_by_epoch_label_and_how_parts_are_cut),
        cmocka_unit_test(no_row_outlives_its_epoch),
        cmocka_unit_test(both_steps_accept_what_one_does),
        cmocka_unit_test(the_second_step_is_the_proof),
        cmocka_unit_test(the_first_step_ends_at_the_first_invalid_evidence),
    };

    if (sodium_init() < 0) {
        return 3;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
