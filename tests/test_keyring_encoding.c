/* SPDX-License-Identifier: Apache-2.0 */
/* The keyring as bytes: what is written, and all that is refused. */
#include "rings.h"

#include <sodium.h>
#include <string.h>

/* Where things stand in a keyring of one epoch and one key. */
#define ONE_EPOCHS_LENGTH KEYRING_MAGIC_BYTES
#define ONE_EPOCH (ONE_EPOCHS_LENGTH + 1)
#define ONE_STATE (ONE_EPOCH + 4 + 8)
#define ONE_KEYS_LENGTH (ONE_EPOCH + KEYRING_EPOCH_BYTES)
#define ONE_KEY (ONE_KEYS_LENGTH + 2)
#define ONE_BYTES (ONE_KEY + KEYRING_KEY_BYTES + KEYRING_CHECKSUM_BYTES)

static void assert_decodes_to(int error, const char *field,
                              const uint8_t *bytes, size_t len)
{
    struct keyring *ring = NULL;
    struct frank_fault fault = {0};

    assert_int_equal(keyring_decode(&ring, bytes, len, &fault), error);
    assert_null(ring);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_int_equal(keyring_decode(&ring, bytes, len, NULL), error);
}

/* Encodes the ring, frees it, and sees the decoder refuse it. */
static void assert_encoding_refused(int error, const char *field,
                                    struct keyring *ring)
{
    static uint8_t bytes[KEYRING_MAX_BYTES];

    assert_decodes_to(error, field, bytes, keyring_encode(bytes, ring));
    keyring_free(ring);
}

static void reseal(uint8_t *bytes, size_t len)
{
    crypto_hash_sha256(bytes + len - KEYRING_CHECKSUM_BYTES, bytes,
                       len - KEYRING_CHECKSUM_BYTES);
}

static void encoding_round_trips(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES];
    uint8_t again[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_worn();
    struct keyring *copy = NULL;
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    assert_ok(keyring_decode(&copy, bytes, len, NULL));
    rings_assert_same(ring, copy);
    assert_int_equal(keyring_encode(again, copy), len);
    assert_memory_equal(again, bytes, len);
    keyring_free(copy);
    keyring_free(ring);
}

static void full_ring_round_trips(void **state)
{
    static uint8_t bytes[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_full();
    struct keyring *copy = NULL;
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    assert_in_range(len, 1, KEYRING_MAX_BYTES);
    assert_ok(keyring_decode(&copy, bytes, len, NULL));
    rings_assert_same(ring, copy);
    keyring_free(copy);
    keyring_free(ring);
}

static void one_and_one_is_laid_out_as_documented(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES];
    uint8_t sum[crypto_hash_sha256_BYTES];
    struct keyring *ring = rings_new(0x0102030405060708);
    static const uint8_t head[] = {0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8};

    (void)state;
    assert_int_equal(keyring_encode(bytes, ring), ONE_BYTES);
    assert_memory_equal(bytes, "frank keyring 1\n", 16);
    assert_int_equal(bytes[ONE_EPOCHS_LENGTH], KEYRING_EPOCH_BYTES);
    assert_memory_equal(bytes + ONE_EPOCH, head, sizeof head);
    assert_int_equal(bytes[ONE_STATE], 1);
    assert_memory_equal(bytes + ONE_STATE + 1, rings_secret(1), 32);
    assert_int_equal(bytes[ONE_KEYS_LENGTH], 0x40);
    assert_int_equal(bytes[ONE_KEYS_LENGTH + 1], KEYRING_KEY_BYTES);
    assert_memory_equal(bytes + ONE_KEY, head, sizeof head);
    assert_true(sodium_is_zero(bytes + ONE_KEY + 12, 8));
    assert_memory_equal(bytes + ONE_KEY + 20, rings_secret(RINGS_SEEDS + 1),
                        32);
    assert_memory_equal(bytes + ONE_KEY + 52, ring->keys[0].public_key, 32);
    crypto_hash_sha256(sum, bytes, ONE_BYTES - sizeof sum);
    assert_memory_equal(bytes + ONE_BYTES - sizeof sum, sum, sizeof sum);
    assert_ok(keyring_destroy(ring, 1, NULL));
    assert_int_equal(keyring_encode(bytes, ring), ONE_BYTES);
    assert_int_equal(bytes[ONE_STATE], 2);
    keyring_free(ring);
}

static void every_prefix_is_refused(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_worn();
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    keyring_free(ring);
    for (size_t n = 0; n < len; n++) {
        uint8_t *exact = test_malloc(n + (n == 0));
        struct keyring *none = NULL;

        memcpy(exact, bytes, n);
        assert_int_equal(keyring_decode(&none, exact, n, NULL),
                         n < KEYRING_MAGIC_BYTES ? FRANK_ERR_FORMAT
                                                 : FRANK_ERR_TRUNCATED);
        assert_null(none);
        test_free(exact);
    }
    assert_decodes_to(FRANK_ERR_FORMAT, "keyring file", NULL, 0);
}

static void every_flipped_bit_is_refused(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_worn();
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    keyring_free(ring);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        struct keyring *none = NULL;

        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(keyring_decode(&none, bytes, len, NULL), FRANK_OK);
        assert_null(none);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void changed_secret_fails_the_checksum(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_new(RINGS_NOW);
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    keyring_free(ring);
    bytes[ONE_STATE + 1] ^= 1;
    assert_decodes_to(FRANK_ERR_CHECKSUM, "checksum", bytes, len);
    bytes[ONE_STATE + 1] ^= 1;
    bytes[len - 1] ^= 1;
    assert_decodes_to(FRANK_ERR_CHECKSUM, "checksum", bytes, len);
}

static void trailing_byte_is_refused(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES + 1];
    struct keyring *ring = rings_new(RINGS_NOW);
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    keyring_free(ring);
    bytes[len] = 0;
    assert_decodes_to(FRANK_ERR_TRAILING, "keyring file", bytes, len + 1);
}

static void foreign_file_is_refused_by_name(void **state)
{
    static const uint8_t pem[] = "-----BEGIN PRIVATE KEY-----\n";
    static const uint8_t newer[] = "frank keyring 2\n and more of it";

    (void)state;
    assert_decodes_to(FRANK_ERR_FORMAT, "keyring file", pem, sizeof pem);
    assert_decodes_to(FRANK_ERR_FORMAT, "keyring file", newer, sizeof newer);
}

static void ids_that_do_not_count_up_are_refused(void **state)
{
    struct keyring *ring = rings_worn();

    (void)state;
    ring->epochs[0].id = 2;
    assert_encoding_refused(FRANK_ERR_ORDER, "epochs", ring);
    ring = rings_worn();
    ring->epochs[2].id = 2;
    assert_encoding_refused(FRANK_ERR_ORDER, "epochs", ring);
    ring = rings_worn();
    ring->keys[1].id = 1;
    assert_encoding_refused(FRANK_ERR_ORDER, "signature keys", ring);
}

static void epochs_that_do_not_rise_are_refused(void **state)
{
    struct keyring *ring = rings_worn();

    (void)state;
    ring->epochs[1].not_before = ring->epochs[0].not_before;
    assert_encoding_refused(FRANK_ERR_ORDER, "epochs", ring);
    ring = rings_worn();
    ring->epochs[2].not_before = 0;
    assert_encoding_refused(FRANK_ERR_ORDER, "epochs", ring);
}

static void destroyed_epoch_with_a_master_is_refused(void **state)
{
    struct keyring *ring = rings_worn();

    (void)state;
    ring->epochs[0].master[31] = 1;
    assert_encoding_refused(FRANK_ERR_VALUE, "destroyed epoch's master", ring);
}

static void unknown_epoch_state_is_refused(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_new(RINGS_NOW);
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    keyring_free(ring);
    for (unsigned value = 0; value < 256; value += value == 0 ? 3 : 1) {
        bytes[ONE_STATE] = (uint8_t)value;
        reseal(bytes, len);
        assert_decodes_to(FRANK_ERR_VALUE, "epoch state", bytes, len);
    }
}

static void empty_lists_are_refused(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);

    (void)state;
    ring->epoch_count = 0;
    assert_encoding_refused(FRANK_ERR_MISSING, "epochs", ring);
    ring = rings_new(RINGS_NOW);
    ring->key_count = 0;
    assert_encoding_refused(FRANK_ERR_MISSING, "signature keys", ring);
}

static void longer_length_form_is_refused(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_new(RINGS_NOW);
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    keyring_free(ring);
    memmove(bytes + ONE_EPOCH + 1, bytes + ONE_EPOCH, len - ONE_EPOCH);
    bytes[ONE_EPOCHS_LENGTH] = 0x40;
    bytes[ONE_EPOCHS_LENGTH + 1] = KEYRING_EPOCH_BYTES;
    reseal(bytes, len + 1);
    assert_decodes_to(FRANK_ERR_LENGTH_FORM, "epochs", bytes, len + 1);
}

/* The list holds one item and a part of the next. */
static void list_that_cuts_an_item_is_refused(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_new(RINGS_NOW);
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    keyring_free(ring);
    memmove(bytes + ONE_KEYS_LENGTH + 1, bytes + ONE_KEYS_LENGTH,
            len - ONE_KEYS_LENGTH);
    bytes[ONE_EPOCHS_LENGTH]++;
    reseal(bytes, len + 1);
    assert_decodes_to(FRANK_ERR_TRUNCATED, "epoch id", bytes, len + 1);
}

/* One item more than the limit, written as keyring_encode() would. */
static size_t add_item(uint8_t *out, const uint8_t *bytes, size_t len,
                       size_t from, size_t item, size_t max,
                       const uint8_t *more)
{
    size_t head = item == KEYRING_EPOCH_BYTES ? 4 : 2;
    size_t length = (max + 1) * item;

    memcpy(out, bytes, len);
    memmove(out + from + head + length, out + from + head + length - item,
            len - (from + head + length - item));
    memcpy(out + from + head + length - item, more, item);
    for (size_t i = 0; i < head; i++) {
        out[from + i] = (uint8_t)(length >> (8 * (head - 1 - i)));
    }
    out[from] |= head == 4 ? 0x80 : 0x40;
    reseal(out, len + item);
    return len + item;
}

static void more_items_than_the_limit_are_refused(void **state)
{
    static uint8_t bytes[KEYRING_MAX_BYTES];
    static uint8_t more[KEYRING_MAX_BYTES + KEYRING_KEY_BYTES];
    static const uint8_t item[KEYRING_KEY_BYTES];
    struct keyring *ring = rings_full();
    size_t keys = KEYRING_MAGIC_BYTES + 4 +
                  (size_t)KEYRING_EPOCHS_MAX * KEYRING_EPOCH_BYTES;
    size_t len;

    (void)state;
    len = keyring_encode(bytes, ring);
    keyring_free(ring);
    assert_decodes_to(FRANK_ERR_LIMIT, "epochs", more,
                      add_item(more, bytes, len, KEYRING_MAGIC_BYTES,
                               KEYRING_EPOCH_BYTES, KEYRING_EPOCHS_MAX, item));
    assert_decodes_to(FRANK_ERR_LIMIT, "signature keys", more,
                      add_item(more, bytes, len, keys, KEYRING_KEY_BYTES,
                               KEYRING_KEYS_MAX, item));
}

static void retired_key_with_a_seed_is_refused(void **state)
{
    struct keyring *ring = rings_worn();

    (void)state;
    ring->keys[0].seed[31] = 1;
    assert_encoding_refused(FRANK_ERR_VALUE, "signature seed", ring);
}

static void seed_of_another_public_key_is_refused(void **state)
{
    struct keyring *ring = rings_new(0);

    (void)state;
    ring->keys[0].public_key[0] ^= 1;
    assert_encoding_refused(FRANK_ERR_VALUE, "signature seed", ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retired_key_with_a_seed_is_refused),
        cmocka_unit_test(seed_of_another_public_key_is_refused),
        cmocka_unit_test(encoding_round_trips),
        cmocka_unit_test(full_ring_round_trips),
        cmocka_unit_test(one_and_one_is_laid_out_as_documented),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(changed_secret_fails_the_checksum),
        cmocka_unit_test(trailing_byte_is_refused),
        cmocka_unit_test(foreign_file_is_refused_by_name),
        cmocka_unit_test(ids_that_do_not_count_up_are_refused),
        cmocka_unit_test(epochs_that_do_not_rise_are_refused),
        cmocka_unit_test(destroyed_epoch_with_a_master_is_refused),
        cmocka_unit_test(unknown_epoch_state_is_refused),
        cmocka_unit_test(empty_lists_are_refused),
        cmocka_unit_test(longer_length_form_is_refused),
        cmocka_unit_test(list_that_cuts_an_item_is_refused),
        cmocka_unit_test(more_items_than_the_limit_are_refused),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
