/* SPDX-License-Identifier: Apache-2.0 */
#include "keyring.h"

#include "hash.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

enum epoch_state { EPOCH_LIVE = 1, EPOCH_DESTROYED = 2 };

static struct keyring *ring_alloc(struct frank_fault *fault)
{
    struct keyring *ring = sodium_malloc(sizeof *ring);

    if (ring == NULL) {
        (void)wire_fault(fault, FRANK_ERR_MEMORY, "keyring", 0, 0, 0);
    } else {
        memset(ring, 0, sizeof *ring);
    }
    return ring;
}

void keyring_free(struct keyring *ring)
{
    sodium_free(ring); /* wipes */
}

static void public_of(uint8_t out[static FRANK_PUBLIC_KEY_BYTES],
                      const uint8_t seed[static KEYRING_SEED_BYTES])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];

    (void)crypto_sign_seed_keypair(out, secret, seed);
    sodium_memzero(secret, sizeof secret);
}

static void add_epoch(struct keyring *ring, const uint8_t *master,
                      uint64_t not_before)
{
    struct keyring_epoch *epoch = &ring->epochs[ring->epoch_count];

    epoch->id = (uint32_t)++ring->epoch_count;
    epoch->not_before = not_before;
    epoch->destroyed = false;
    memcpy(epoch->master, master, sizeof epoch->master);
}

static void add_key(struct keyring *ring, const uint8_t *seed,
                    uint64_t not_before)
{
    struct keyring_key *key = &ring->keys[ring->key_count];

    key->id = (uint32_t)++ring->key_count;
    key->not_before = not_before;
    key->retired = 0;
    memcpy(key->seed, seed, sizeof key->seed);
    public_of(key->public_key, key->seed);
}

int keyring_new(struct keyring **out,
                const uint8_t master[static KEYRING_MASTER_BYTES],
                const uint8_t seed[static KEYRING_SEED_BYTES],
                uint64_t not_before, struct frank_fault *fault)
{
    struct keyring *ring = ring_alloc(fault);

    if (ring == NULL) {
        return FRANK_ERR_MEMORY;
    }
    add_epoch(ring, master, not_before);
    add_key(ring, seed, not_before);
    *out = ring;
    return FRANK_OK;
}

int keyring_epoch_at(const struct keyring *ring, uint64_t time, size_t *index,
                     struct frank_fault *fault)
{
    size_t i = ring->epoch_count;

    while (i > 0 && ring->epochs[i - 1].not_before > time) {
        i--;
    }
    if (i == 0) {
        return wire_fault(fault, FRANK_ERR_NO_EPOCH, "accepted timestamp", 0,
                          time, ring->epochs[0].not_before);
    }
    *index = i - 1;
    return FRANK_OK;
}

int keyring_rotate(struct keyring *ring,
                   const uint8_t master[static KEYRING_MASTER_BYTES],
                   uint64_t not_before, uint64_t now, struct frank_fault *fault)
{
    uint64_t last = ring->epochs[ring->epoch_count - 1].not_before;
    uint64_t ahead = UINT64_MAX - now < KEYRING_AHEAD_MS ? UINT64_MAX - now
                                                         : KEYRING_AHEAD_MS;
    uint64_t least = now + ahead;
    size_t current = 0;

    if (ring->epoch_count == KEYRING_EPOCHS_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "epochs", 0,
                          KEYRING_EPOCHS_MAX + 1, KEYRING_EPOCHS_MAX);
    }
    if (keyring_epoch_at(ring, now, &current, NULL) == FRANK_OK &&
        ring->epochs[current].destroyed) {
        least = now;
    }
    if (least <= last && last < UINT64_MAX) {
        least = last + 1;
    }
    if (not_before < least || not_before <= last) {
        return wire_fault(fault, FRANK_ERR_TIME, "beginning of the epoch", 0,
                          not_before, least);
    }
    add_epoch(ring, master, not_before);
    return FRANK_OK;
}

int keyring_destroy(struct keyring *ring, uint32_t epoch,
                    struct frank_fault *fault)
{
    if (epoch == 0 || epoch > ring->epoch_count) {
        return wire_fault(fault, FRANK_ERR_VALUE, "epoch", 0, epoch,
                          ring->epoch_count);
    }
    if (ring->epochs[epoch - 1].destroyed) {
        return wire_fault(fault, FRANK_ERR_EPOCH_DESTROYED, "epoch", 0, 0, 0);
    }
    ring->epochs[epoch - 1].destroyed = true;
    sodium_memzero(ring->epochs[epoch - 1].master, KEYRING_MASTER_BYTES);
    return FRANK_OK;
}

int keyring_add_key(struct keyring *ring,
                    const uint8_t seed[static KEYRING_SEED_BYTES],
                    uint64_t not_before, struct frank_fault *fault)
{
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];

    if (ring->key_count == KEYRING_KEYS_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "signature keys", 0,
                          KEYRING_KEYS_MAX + 1, KEYRING_KEYS_MAX);
    }
    public_of(public_key, seed);
    for (size_t i = 0; i < ring->key_count; i++) {
        if (memcmp(ring->keys[i].public_key, public_key, sizeof public_key) ==
            0) {
            return wire_fault(fault, FRANK_ERR_VALUE,
                              "signature seed, which is there already", 0,
                              ring->keys[i].id, 0);
        }
    }
    add_key(ring, seed, not_before);
    return FRANK_OK;
}

static bool can_sign(const struct keyring_key *key, uint64_t now)
{
    return key->retired == 0 && key->not_before <= now;
}

int keyring_retire(struct keyring *ring, uint32_t key, uint64_t now,
                   struct frank_fault *fault)
{
    size_t others = 0;

    if (key == 0 || key > ring->key_count) {
        return wire_fault(fault, FRANK_ERR_VALUE, "signature key", 0, key,
                          ring->key_count);
    }
    /* Retired at 0 would read as not retired. */
    if (now == 0 || !can_sign(&ring->keys[key - 1], now)) {
        return wire_fault(fault, FRANK_ERR_TIME,
                          "signature key, retired already or not begun", 0, 0,
                          0);
    }
    for (size_t i = 0; i < ring->key_count; i++) {
        others += i != key - 1 && can_sign(&ring->keys[i], now);
    }
    if (others == 0) {
        return wire_fault(fault, FRANK_ERR_NO_KEY,
                          "signature keys that would be left", 0, 0, 1);
    }
    ring->keys[key - 1].retired = now;
    sodium_memzero(ring->keys[key - 1].seed, KEYRING_SEED_BYTES);
    return FRANK_OK;
}

/* ---- Encoding ----------------------------------------------------------- */

static void checksum(uint8_t out[static KEYRING_CHECKSUM_BYTES],
                     const uint8_t *bytes, size_t len)
{
    hash_state state;

    hash_init(&state);
    hash_update(&state, bytes, len);
    hash_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

size_t keyring_encode(uint8_t *out, const struct keyring *ring)
{
    struct wire_writer w;

    wire_write_init(&w, out, KEYRING_MAX_BYTES);
    wire_write_bytes(&w, (const uint8_t *)KEYRING_MAGIC, KEYRING_MAGIC_BYTES);
    wire_write_length(&w, ring->epoch_count * KEYRING_EPOCH_BYTES, "epochs");
    for (size_t i = 0; i < ring->epoch_count; i++) {
        const struct keyring_epoch *epoch = &ring->epochs[i];

        wire_write_u32(&w, epoch->id);
        wire_write_u64(&w, epoch->not_before);
        wire_write_u8(&w, epoch->destroyed ? EPOCH_DESTROYED : EPOCH_LIVE);
        wire_write_bytes(&w, epoch->master, sizeof epoch->master);
    }
    wire_write_length(&w, ring->key_count * KEYRING_KEY_BYTES,
                      "signature keys");
    for (size_t i = 0; i < ring->key_count; i++) {
        const struct keyring_key *key = &ring->keys[i];

        wire_write_u32(&w, key->id);
        wire_write_u64(&w, key->not_before);
        wire_write_u64(&w, key->retired);
        wire_write_bytes(&w, key->seed, sizeof key->seed);
        wire_write_bytes(&w, key->public_key, sizeof key->public_key);
    }
    checksum(out + w.len, out, w.len);
    return w.len + KEYRING_CHECKSUM_BYTES;
}

static void read_epoch(struct keyring *ring, struct wire_reader *r)
{
    struct keyring_epoch *epoch = &ring->epochs[ring->epoch_count];
    size_t start = r->pos;
    uint8_t state;

    epoch->id = wire_read_u32(r, "epoch id");
    epoch->not_before = wire_read_u64(r, "epoch's beginning");
    state = wire_read_u8(r, "epoch state");
    wire_read_bytes(r, epoch->master, sizeof epoch->master, "epoch master");
    epoch->destroyed = state == EPOCH_DESTROYED;
    if (state != EPOCH_LIVE && state != EPOCH_DESTROYED) {
        wire_read_fail(r, FRANK_ERR_VALUE, "epoch state", start, state,
                       EPOCH_DESTROYED);
    }
    if (epoch->destroyed &&
        !sodium_is_zero(epoch->master, sizeof epoch->master)) {
        wire_read_fail(r, FRANK_ERR_VALUE, "destroyed epoch's master", start, 1,
                       0);
    }
    if (epoch->id != ring->epoch_count + 1 ||
        (ring->epoch_count > 0 && epoch->not_before <= epoch[-1].not_before)) {
        wire_read_fail(r, FRANK_ERR_ORDER, "epochs", start, 0, 0);
    }
    ring->epoch_count++;
}

static void read_key(struct keyring *ring, struct wire_reader *r)
{
    struct keyring_key *key = &ring->keys[ring->key_count];
    uint8_t expected[FRANK_PUBLIC_KEY_BYTES];
    size_t start = r->pos;

    key->id = wire_read_u32(r, "signature key id");
    key->not_before = wire_read_u64(r, "signature key's beginning");
    key->retired = wire_read_u64(r, "signature key's end");
    wire_read_bytes(r, key->seed, sizeof key->seed, "signature seed");
    wire_read_bytes(r, key->public_key, sizeof key->public_key,
                    "signature public key");
    if (key->id != ring->key_count + 1) {
        wire_read_fail(r, FRANK_ERR_ORDER, "signature keys", start, 0, 0);
    }
    public_of(expected, key->seed);
    if (key->retired != 0
            ? !sodium_is_zero(key->seed, sizeof key->seed)
            : memcmp(key->public_key, expected, sizeof expected) != 0) {
        wire_read_fail(r, FRANK_ERR_VALUE, "signature seed", start, 0, 0);
    }
    ring->key_count++;
}

/* One list of the file, item by item, of at most max items. */
static void read_list(struct keyring *ring, struct wire_reader *r, size_t max,
                      const char *field,
                      void (*read_item)(struct keyring *, struct wire_reader *))
{
    struct wire_reader list = wire_read_vector(r, max, field);

    if (list.len == 0) {
        wire_read_fail(r, FRANK_ERR_MISSING, field, r->pos, 0, 1);
    }
    while (wire_read_ok(&list) && list.pos < list.len) {
        read_item(ring, &list);
    }
    wire_read_join(r, &list);
}

int keyring_decode(struct keyring **out, const uint8_t *bytes, size_t len,
                   struct frank_fault *fault)
{
    uint8_t sum[KEYRING_CHECKSUM_BYTES];
    uint8_t stated[KEYRING_CHECKSUM_BYTES];
    struct keyring *ring;
    struct wire_reader r;
    int error;

    if (len < KEYRING_MAGIC_BYTES ||
        memcmp(bytes, KEYRING_MAGIC, KEYRING_MAGIC_BYTES) != 0) {
        return wire_fault(fault, FRANK_ERR_FORMAT, "keyring file", 0,
                          len > 0 ? bytes[0] : 0, 0);
    }
    ring = ring_alloc(fault);
    if (ring == NULL) {
        return FRANK_ERR_MEMORY;
    }
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    (void)wire_read_span(&r, KEYRING_MAGIC_BYTES, "magic");
    read_list(ring, &r, KEYRING_EPOCHS_MAX * KEYRING_EPOCH_BYTES, "epochs",
              read_epoch);
    read_list(ring, &r, KEYRING_KEYS_MAX * KEYRING_KEY_BYTES, "signature keys",
              read_key);
    checksum(sum, bytes, r.pos);
    wire_read_bytes(&r, stated, sizeof stated, "checksum");
    if (memcmp(stated, sum, sizeof sum) != 0) {
        wire_read_fail(&r, FRANK_ERR_CHECKSUM, "checksum", r.pos - sizeof sum,
                       0, 0);
    }
    wire_read_end(&r, "keyring file");
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        *out = ring;
        ring = NULL; /* transferred */
    }
    keyring_free(ring);
    sodium_memzero(sum, sizeof sum);
    return error;
}
