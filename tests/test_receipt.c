/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt.h"

#include "hubs.h"

#include <sodium.h>
#include <string.h>

#define OTHER_LABEL "frank v1 verdict"

static const struct report_receipt receipt = {.report_id = {1, 2, 3, 4},
                                              .received = RINGS_NOW + 5};

static struct hub_public publics(void)
{
    struct hub_public hub;

    hub_public_from(&hub, ring);
    return hub;
}

/* What the hub signed; good until the next call. */
static uint8_t *signed_receipt(void)
{
    static uint8_t bytes[RECEIPT_SIGNED_BYTES];

    assert_ok(receipt_sign(bytes, &receipt, stamper, NULL));
    return bytes;
}

static void assert_refused(const uint8_t *bytes, size_t len, int error,
                           const char *field)
{
    struct hub_public hub = publics();
    const uint8_t *copy = support_copy(bytes, len);
    struct report_receipt opened;
    struct frank_fault fault = {0};

    memset(&opened, 0xaa, sizeof opened);
    assert_int_equal(receipt_open(&opened, copy, len, &hub, &fault), error);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_true(support_is_zero(&opened, sizeof opened));
    assert_int_equal(receipt_open(&opened, copy, len, &hub, NULL), error);
}

static void signed_receipt_opens_as_it_was(void **state)
{
    struct hub_public hub = publics();
    struct report_receipt opened;

    (void)state;
    assert_ok(receipt_open(&opened, signed_receipt(), RECEIPT_SIGNED_BYTES,
                           &hub, NULL));
    assert_memory_equal(opened.report_id, receipt.report_id,
                        sizeof opened.report_id);
    assert_int_equal(opened.received, receipt.received);
}

static void signature_is_over_id_and_time_with_its_own_label(void **state)
{
    struct hub_public hub = publics();
    const uint8_t *bytes = signed_receipt();
    struct frank_span covered = {bytes, 16 + 8};

    (void)state;
    assert_ok(hub_public_verify(&hub, "frank v1 receipt", covered, bytes + 28,
                                receipt.received, NULL));
    assert_int_equal(hub_public_verify(&hub, OTHER_LABEL, covered, bytes + 28,
                                       receipt.received, NULL),
                     FRANK_ERR_SIGNER);
}

static void refuses_what_was_signed_with_another_label(void **state)
{
    uint8_t *bytes = signed_receipt();

    (void)state;
    assert_ok(stamper_sign(stamper, bytes + 28, OTHER_LABEL,
                           (struct frank_span){bytes, 24}, receipt.received,
                           NULL));
    assert_refused(bytes, RECEIPT_SIGNED_BYTES, FRANK_ERR_SIGNER, "signature");
}

static void refuses_each_truncation(void **state)
{
    const uint8_t *bytes = signed_receipt();

    (void)state;
    for (size_t len = 0; len < RECEIPT_SIGNED_BYTES; len++) {
        assert_refused(bytes, len, FRANK_ERR_TRUNCATED,
                       len < 16   ? "report id"
                       : len < 24 ? "received"
                       : len < 26 ? "cipher suite"
                                  : "signature");
    }
}

static void refuses_trailing_bytes(void **state)
{
    uint8_t bytes[RECEIPT_SIGNED_BYTES + 1] = {0};

    (void)state;
    memcpy(bytes, signed_receipt(), RECEIPT_SIGNED_BYTES);
    assert_refused(bytes, sizeof bytes, FRANK_ERR_TRAILING, "receipt");
}

static void refuses_another_suite_or_length(void **state)
{
    uint8_t *bytes = signed_receipt();

    (void)state;
    bytes[25] = 2;
    assert_refused(bytes, RECEIPT_SIGNED_BYTES, FRANK_ERR_SUITE,
                   "cipher suite");
    bytes[25] = 1;
    bytes[27] = 0x3f; /* a length that one byte would state */
    assert_refused(bytes, RECEIPT_SIGNED_BYTES, FRANK_ERR_LENGTH_FORM,
                   "signature");
    bytes[26] = 0x3f; /* one of 63 */
    assert_refused(bytes, RECEIPT_SIGNED_BYTES - 2, FRANK_ERR_LENGTH,
                   "signature");
    bytes[26] = 0; /* and none */
    assert_refused(bytes, 27, FRANK_ERR_LENGTH, "signature");
}

/* But for that which makes suite 1 suite 3, which is not signed. */
static void refuses_each_flipped_bit(void **state)
{
    struct hub_public hub = publics();
    uint8_t *bytes = signed_receipt();
    struct report_receipt opened;

    (void)state;
    for (size_t bit = 0; bit < 8 * RECEIPT_SIGNED_BYTES; bit++) {
        bool suite_3 = bit == 25 * 8 + 1;
        int error;

        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        error = receipt_open(&opened, bytes, RECEIPT_SIGNED_BYTES, &hub, NULL);
        assert_true(suite_3 ? error == FRANK_OK : error != FRANK_OK);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void a_time_without_a_key_is_refused(void **state)
{
    struct report_receipt early = {.received = RINGS_NOW + 5};
    uint8_t bytes[RECEIPT_SIGNED_BYTES];
    struct frank_fault fault = {0};
    struct keyring *late = rings_new(RINGS_NOW + 6);
    struct hub_public hub;
    struct stamper *later = NULL;
    struct report_receipt opened;

    (void)state;
    late->keys[0].not_before = RINGS_NOW + 6;
    assert_ok(stamper_new(&later, late, NULL));
    memset(bytes, 0xaa, sizeof bytes);
    assert_int_equal(receipt_sign(bytes, &early, later, &fault),
                     FRANK_ERR_NO_KEY);
    assert_int_equal(fault.error, FRANK_ERR_NO_KEY);
    assert_true(support_is_zero(bytes, sizeof bytes));
    hub_public_from(&hub, late);
    assert_int_equal(receipt_open(&opened, signed_receipt(),
                                  RECEIPT_SIGNED_BYTES, &hub, &fault),
                     FRANK_ERR_NO_KEY);
    stamper_free(later);
    keyring_free(late);
}

static void refuses_another_hubs_receipt(void **state)
{
    struct keyring *other = NULL;
    struct hub_public hub;
    struct report_receipt opened;

    (void)state;
    assert_ok(keyring_new(&other, rings_secret(7), rings_secret(8), 0, NULL));
    hub_public_from(&hub, other);
    keyring_free(other);
    assert_int_equal(receipt_open(&opened, signed_receipt(),
                                  RECEIPT_SIGNED_BYTES, &hub, NULL),
                     FRANK_ERR_SIGNER);
}

#define WITH_HUB(test) cmocka_unit_test_setup_teardown(test, make_hub, free_hub)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_HUB(signed_receipt_opens_as_it_was),
        WITH_HUB(signature_is_over_id_and_time_with_its_own_label),
        WITH_HUB(refuses_what_was_signed_with_another_label),
        WITH_HUB(refuses_each_truncation),
        WITH_HUB(refuses_trailing_bytes),
        WITH_HUB(refuses_another_suite_or_length),
        WITH_HUB(refuses_each_flipped_bit),
        WITH_HUB(a_time_without_a_key_is_refused),
        WITH_HUB(refuses_another_hubs_receipt),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
