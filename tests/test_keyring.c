/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the keyring. The linker puts __wrap_sodium_malloc in the place
 * of sodium_malloc. */
#include "rings.h"

#include <sodium.h>
#include <string.h>

static bool out_of_memory;

void *__real_sodium_malloc(size_t size);
void *__wrap_sodium_malloc(size_t size);
void *__wrap_sodium_malloc(size_t size)
{
    return out_of_memory ? NULL : __real_sodium_malloc(size);
}

static void new_ring_has_one_epoch_and_one_key(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t key[crypto_sign_SECRETKEYBYTES];

    (void)state;
    crypto_sign_seed_keypair(public_key, key, rings_secret(RINGS_SEEDS + 1));
    assert_int_equal(ring->epoch_count, 1);
    assert_int_equal(ring->epochs[0].id, 1);
    assert_int_equal(ring->epochs[0].not_before, RINGS_NOW);
    assert_false(ring->epochs[0].destroyed);
    assert_memory_equal(ring->epochs[0].master, rings_secret(1), 32);
    assert_int_equal(ring->key_count, 1);
    assert_int_equal(ring->keys[0].id, 1);
    assert_int_equal(ring->keys[0].not_before, RINGS_NOW);
    assert_int_equal(ring->keys[0].retired, 0);
    assert_memory_equal(ring->keys[0].seed, rings_secret(RINGS_SEEDS + 1), 32);
    assert_memory_equal(ring->keys[0].public_key, public_key, 32);
    keyring_free(ring);
    keyring_free(NULL);
}

static void epoch_of_a_time_begins_exactly(void **state)
{
    struct keyring *ring = rings_worn();
    struct frank_fault fault = {0};
    size_t index = 99;

    (void)state;
    assert_int_equal(keyring_epoch_at(ring, RINGS_NOW - 1, &index, &fault),
                     FRANK_ERR_NO_EPOCH);
    assert_int_equal(index, 99);
    assert_int_equal(fault.found, RINGS_NOW - 1);
    assert_int_equal(fault.expected, RINGS_NOW);
    assert_ok(keyring_epoch_at(ring, RINGS_NOW, &index, NULL));
    assert_int_equal(index, 0);
    assert_ok(
        keyring_epoch_at(ring, RINGS_NOW + 2 * RINGS_HOUR - 1, &index, NULL));
    assert_int_equal(index, 0);
    assert_ok(keyring_epoch_at(ring, RINGS_NOW + 2 * RINGS_HOUR, &index, NULL));
    assert_int_equal(index, 1);
    assert_ok(keyring_epoch_at(ring, UINT64_MAX, &index, NULL));
    assert_int_equal(index, 2);
    keyring_free(ring);
}

static void rotate_refuses_an_epoch_within_the_hour(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    struct frank_fault fault = {0};

    (void)state;
    assert_int_equal(keyring_rotate(ring, rings_secret(2),
                                    RINGS_NOW + RINGS_HOUR - 1, RINGS_NOW,
                                    &fault),
                     FRANK_ERR_TIME);
    assert_int_equal(fault.found, RINGS_NOW + RINGS_HOUR - 1);
    assert_int_equal(fault.expected, RINGS_NOW + RINGS_HOUR);
    assert_int_equal(ring->epoch_count, 1);
    assert_ok(keyring_rotate(ring, rings_secret(2), RINGS_NOW + RINGS_HOUR,
                             RINGS_NOW, NULL));
    assert_int_equal(ring->epochs[1].id, 2);
    assert_int_equal(ring->epochs[1].not_before, RINGS_NOW + RINGS_HOUR);
    assert_memory_equal(ring->epochs[1].master, rings_secret(2), 32);
    keyring_free(ring);
}

static void rotate_refuses_an_epoch_before_the_last(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);

    (void)state;
    assert_ok(keyring_rotate(ring, rings_secret(2), RINGS_NOW + 9 * RINGS_HOUR,
                             RINGS_NOW, NULL));
    assert_int_equal(keyring_rotate(ring, rings_secret(3),
                                    RINGS_NOW + 9 * RINGS_HOUR, RINGS_NOW,
                                    NULL),
                     FRANK_ERR_TIME);
    assert_int_equal(keyring_rotate(ring, rings_secret(3),
                                    RINGS_NOW + 8 * RINGS_HOUR, RINGS_NOW,
                                    NULL),
                     FRANK_ERR_TIME);
    assert_ok(keyring_rotate(ring, rings_secret(3),
                             RINGS_NOW + 9 * RINGS_HOUR + 1, RINGS_NOW, NULL));
    /* The first begins only later: there is no epoch now. */
    ring->epochs[0].not_before = RINGS_NOW + 1;
    assert_ok(keyring_rotate(ring, rings_secret(4), RINGS_NOW + 10 * RINGS_HOUR,
                             RINGS_NOW, NULL));
    keyring_free(ring);
}

static void rotate_at_once_only_where_the_current_epoch_is_gone(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW - RINGS_HOUR);

    (void)state;
    assert_ok(keyring_destroy(ring, 1, NULL));
    assert_int_equal(
        keyring_rotate(ring, rings_secret(2), RINGS_NOW - 1, RINGS_NOW, NULL),
        FRANK_ERR_TIME);
    assert_ok(
        keyring_rotate(ring, rings_secret(2), RINGS_NOW, RINGS_NOW, NULL));
    assert_int_equal(
        keyring_rotate(ring, rings_secret(3), RINGS_NOW + 1, RINGS_NOW, NULL),
        FRANK_ERR_TIME);
    keyring_free(ring);
}

/* Where adding an hour, or one, would begin anew at zero. */
static void rotate_at_the_end_of_time_is_refused(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);

    (void)state;
    assert_int_equal(keyring_rotate(ring, rings_secret(2),
                                    RINGS_NOW + RINGS_HOUR, UINT64_MAX - 5,
                                    NULL),
                     FRANK_ERR_TIME);
    assert_ok(
        keyring_rotate(ring, rings_secret(2), UINT64_MAX, RINGS_NOW, NULL));
    assert_int_equal(keyring_rotate(ring, rings_secret(3),
                                    RINGS_NOW + RINGS_HOUR, RINGS_NOW, NULL),
                     FRANK_ERR_TIME);
    assert_int_equal(
        keyring_rotate(ring, rings_secret(3), UINT64_MAX, RINGS_NOW, NULL),
        FRANK_ERR_TIME);
    keyring_free(ring);
}

static void destroy_wipes_master_in_memory_and_file(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    uint8_t bytes[KEYRING_MAX_BYTES];

    (void)state;
    assert_non_null(
        memmem(bytes, keyring_encode(bytes, ring), rings_secret(1), 32));
    assert_ok(keyring_destroy(ring, 1, NULL));
    assert_true(ring->epochs[0].destroyed);
    assert_true(sodium_is_zero(ring->epochs[0].master, 32));
    assert_null(memmem(ring, sizeof *ring, rings_secret(1), 32));
    assert_null(
        memmem(bytes, keyring_encode(bytes, ring), rings_secret(1), 32));
    keyring_free(ring);
}

static void destroy_refuses_unknown_and_destroyed_epochs(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    struct frank_fault fault = {0};

    (void)state;
    assert_int_equal(keyring_destroy(ring, 0, NULL), FRANK_ERR_VALUE);
    assert_int_equal(keyring_destroy(ring, 2, &fault), FRANK_ERR_VALUE);
    assert_int_equal(fault.found, 2);
    assert_int_equal(fault.expected, 1);
    assert_ok(keyring_destroy(ring, 1, NULL));
    assert_int_equal(keyring_destroy(ring, 1, NULL), FRANK_ERR_EPOCH_DESTROYED);
    keyring_free(ring);
}

static void add_key_refuses_a_seed_that_is_or_was_there(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    struct frank_fault fault = {0};

    (void)state;
    assert_int_equal(
        keyring_add_key(ring, rings_secret(RINGS_SEEDS + 1), RINGS_NOW, NULL),
        FRANK_ERR_VALUE);
    assert_ok(
        keyring_add_key(ring, rings_secret(RINGS_SEEDS + 2), RINGS_NOW, NULL));
    assert_int_equal(ring->keys[1].id, 2);
    assert_ok(keyring_retire(ring, 1, RINGS_NOW + 1, NULL));
    assert_int_equal(
        keyring_add_key(ring, rings_secret(RINGS_SEEDS + 1), RINGS_NOW, &fault),
        FRANK_ERR_VALUE);
    assert_int_equal(fault.found, 1);
    assert_int_equal(ring->key_count, 2);
    keyring_free(ring);
}

static void retire_wipes_seed_and_keeps_public_key(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);
    uint8_t bytes[KEYRING_MAX_BYTES];
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];

    (void)state;
    memcpy(public_key, ring->keys[0].public_key, sizeof public_key);
    assert_ok(
        keyring_add_key(ring, rings_secret(RINGS_SEEDS + 2), RINGS_NOW, NULL));
    assert_ok(keyring_retire(ring, 1, RINGS_NOW + 5, NULL));
    assert_int_equal(ring->keys[0].retired, RINGS_NOW + 5);
    assert_true(sodium_is_zero(ring->keys[0].seed, 32));
    assert_memory_equal(ring->keys[0].public_key, public_key, 32);
    assert_null(memmem(ring, sizeof *ring, rings_secret(RINGS_SEEDS + 1), 32));
    assert_null(memmem(bytes, keyring_encode(bytes, ring),
                       rings_secret(RINGS_SEEDS + 1), 32));
    keyring_free(ring);
}

static void retire_refuses_the_last_key_that_can_sign(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);

    (void)state;
    assert_int_equal(keyring_retire(ring, 1, RINGS_NOW, NULL),
                     FRANK_ERR_NO_KEY);
    assert_ok(keyring_add_key(ring, rings_secret(RINGS_SEEDS + 2),
                              RINGS_NOW + 10, NULL));
    assert_int_equal(keyring_retire(ring, 1, RINGS_NOW + 9, NULL),
                     FRANK_ERR_NO_KEY);
    assert_int_equal(ring->keys[0].retired, 0);
    assert_memory_equal(ring->keys[0].seed, rings_secret(RINGS_SEEDS + 1), 32);
    assert_ok(keyring_retire(ring, 1, RINGS_NOW + 10, NULL));
    assert_int_equal(keyring_retire(ring, 2, RINGS_NOW + 11, NULL),
                     FRANK_ERR_NO_KEY);
    keyring_free(ring);
}

static void retire_refuses_unknown_unbegun_and_retired_keys(void **state)
{
    struct keyring *ring = rings_new(RINGS_NOW);

    (void)state;
    assert_ok(keyring_add_key(ring, rings_secret(RINGS_SEEDS + 2),
                              RINGS_NOW + 10, NULL));
    assert_int_equal(keyring_retire(ring, 0, RINGS_NOW, NULL), FRANK_ERR_VALUE);
    assert_int_equal(keyring_retire(ring, 3, RINGS_NOW, NULL), FRANK_ERR_VALUE);
    assert_int_equal(keyring_retire(ring, 2, RINGS_NOW + 9, NULL),
                     FRANK_ERR_TIME);
    assert_ok(keyring_retire(ring, 1, RINGS_NOW + 10, NULL));
    assert_int_equal(keyring_retire(ring, 1, RINGS_NOW + 11, NULL),
                     FRANK_ERR_TIME);
    keyring_free(ring);
}

/* An end of 0 means "not retired": the key would go on signing, under a seed
 * of zeros that everyone knows. */
static void retire_at_time_zero_is_refused(void **state)
{
    struct keyring *ring = rings_new(0);

    (void)state;
    assert_ok(keyring_add_key(ring, rings_secret(RINGS_SEEDS + 2), 0, NULL));
    assert_int_equal(keyring_retire(ring, 1, 0, NULL), FRANK_ERR_TIME);
    assert_memory_equal(ring->keys[0].seed, rings_secret(RINGS_SEEDS + 1), 32);
    keyring_free(ring);
}

static void full_ring_takes_no_more(void **state)
{
    struct keyring *ring = rings_full();
    struct frank_fault fault = {0};

    (void)state;
    assert_int_equal(
        keyring_rotate(ring, rings_secret(1), UINT64_MAX, RINGS_NOW, &fault),
        FRANK_ERR_LIMIT);
    assert_int_equal(fault.expected, KEYRING_EPOCHS_MAX);
    assert_int_equal(keyring_add_key(ring, rings_secret(RINGS_SEEDS + 99),
                                     RINGS_NOW, &fault),
                     FRANK_ERR_LIMIT);
    assert_int_equal(fault.expected, KEYRING_KEYS_MAX);
    keyring_free(ring);
}

static void no_memory_is_reported(void **state)
{
    uint8_t bytes[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_new(RINGS_NOW);
    struct keyring *none = NULL;
    struct frank_fault fault = {0};
    size_t len = keyring_encode(bytes, ring);

    (void)state;
    out_of_memory = true;
    assert_int_equal(
        keyring_new(&none, rings_secret(1), rings_secret(1), RINGS_NOW, &fault),
        FRANK_ERR_MEMORY);
    assert_int_equal(fault.error, FRANK_ERR_MEMORY);
    assert_int_equal(keyring_decode(&none, bytes, len, &fault),
                     FRANK_ERR_MEMORY);
    out_of_memory = false;
    assert_null(none);
    keyring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_ring_has_one_epoch_and_one_key),
        cmocka_unit_test(epoch_of_a_time_begins_exactly),
        cmocka_unit_test(rotate_refuses_an_epoch_within_the_hour),
        cmocka_unit_test(rotate_refuses_an_epoch_before_the_last),
        cmocka_unit_test(rotate_at_once_only_where_the_current_epoch_is_gone),
        cmocka_unit_test(rotate_at_the_end_of_time_is_refused),
        cmocka_unit_test(destroy_wipes_master_in_memory_and_file),
        cmocka_unit_test(destroy_refuses_unknown_and_destroyed_epochs),
        cmocka_unit_test(add_key_refuses_a_seed_that_is_or_was_there),
        cmocka_unit_test(retire_wipes_seed_and_keeps_public_key),
        cmocka_unit_test(retire_refuses_the_last_key_that_can_sign),
        cmocka_unit_test(retire_refuses_unknown_unbegun_and_retired_keys),
        cmocka_unit_test(retire_at_time_zero_is_refused),
        cmocka_unit_test(full_ring_takes_no_more),
        cmocka_unit_test(no_memory_is_reported),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
