/* SPDX-License-Identifier: Apache-2.0 */
#include "rings.h"

#include <sodium.h>
#include <string.h>

const uint8_t *rings_secret(unsigned n)
{
    static uint8_t bytes[32];
    uint8_t seed[randombytes_SEEDBYTES] = {(uint8_t)n, (uint8_t)(n >> 8), 1};

    randombytes_buf_deterministic(bytes, sizeof bytes, seed);
    return bytes;
}

struct keyring *rings_new(uint64_t not_before)
{
    struct keyring *ring = NULL;
    uint8_t master[KEYRING_MASTER_BYTES];

    memcpy(master, rings_secret(1), sizeof master);
    assert_ok(keyring_new(&ring, master, rings_secret(RINGS_SEEDS + 1),
                          not_before, NULL));
    return ring;
}

struct keyring *rings_worn(void)
{
    struct keyring *ring = rings_new(RINGS_NOW);

    for (unsigned i = 2; i <= 3; i++) {
        assert_ok(keyring_rotate(ring, rings_secret(i),
                                 RINGS_NOW + i * RINGS_HOUR, RINGS_NOW, NULL));
        assert_ok(keyring_add_key(ring, rings_secret(RINGS_SEEDS + i),
                                  RINGS_NOW + i, NULL));
    }
    assert_ok(keyring_destroy(ring, 1, NULL));
    assert_ok(keyring_retire(ring, 1, RINGS_NOW + 2, NULL));
    return ring;
}

struct keyring *rings_full(void)
{
    struct keyring *ring = rings_new(RINGS_NOW);

    for (unsigned i = 2; i <= KEYRING_EPOCHS_MAX; i++) {
        assert_ok(keyring_rotate(ring, rings_secret(i),
                                 RINGS_NOW + i * (uint64_t)RINGS_HOUR,
                                 RINGS_NOW, NULL));
    }
    for (unsigned i = 2; i <= KEYRING_KEYS_MAX; i++) {
        assert_ok(keyring_add_key(ring, rings_secret(RINGS_SEEDS + i),
                                  RINGS_NOW, NULL));
    }
    return ring;
}

void rings_assert_same(const struct keyring *a, const struct keyring *b)
{
    assert_int_equal(a->epoch_count, b->epoch_count);
    assert_int_equal(a->key_count, b->key_count);
    for (size_t i = 0; i < a->epoch_count; i++) {
        assert_int_equal(a->epochs[i].id, b->epochs[i].id);
        assert_int_equal(a->epochs[i].not_before, b->epochs[i].not_before);
        assert_int_equal(a->epochs[i].destroyed, b->epochs[i].destroyed);
        assert_memory_equal(a->epochs[i].master, b->epochs[i].master, 32);
    }
    for (size_t i = 0; i < a->key_count; i++) {
        assert_int_equal(a->keys[i].id, b->keys[i].id);
        assert_int_equal(a->keys[i].not_before, b->keys[i].not_before);
        assert_int_equal(a->keys[i].retired, b->keys[i].retired);
        assert_memory_equal(a->keys[i].seed, b->keys[i].seed, 32);
        assert_memory_equal(a->keys[i].public_key, b->keys[i].public_key, 32);
    }
}

void rings_assert_whole(const struct keyring *ring)
{
    static const uint8_t zeros[32];

    for (unsigned i = 0; i < ring->epoch_count; i++) {
        const struct keyring_epoch *epoch = &ring->epochs[i];

        assert_int_equal(epoch->not_before, (uint64_t)i * RINGS_HOUR);
        assert_memory_equal(epoch->master,
                            epoch->destroyed ? zeros : rings_secret(i + 1), 32);
    }
    assert_int_equal(ring->key_count, 1);
    assert_memory_equal(ring->keys[0].seed, rings_secret(RINGS_SEEDS + 1), 32);
}

int rings_rotate(struct keyring *ring, void *context, struct frank_fault *fault)
{
    unsigned count = (unsigned)ring->epoch_count;

    (void)context;
    return keyring_rotate(ring, rings_secret(count + 1),
                          (uint64_t)count * RINGS_HOUR, 0, fault);
}
