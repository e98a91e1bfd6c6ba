/* SPDX-License-Identifier: Apache-2.0 */
#include "vault.h"

#include "password.h"
#include "wire.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#define VERSION 1
#define HEAD_BYTES (1 + 16 + 24)
#define SHARE_BYTES (16 + 1 + 32)

/* ---- On disk ----------------------------------------------------------------
 */

static void put_share(uint8_t out[static SHARE_BYTES],
                      const struct share *share)
{
    memcpy(out, share->quorum_id, 16);
    out[16] = (uint8_t)share->holder;
    memcpy(out + 17, share->scalar, 32);
}

static void take_share(struct share *out,
                       const uint8_t bytes[static SHARE_BYTES])
{
    memcpy(out->quorum_id, bytes, 16);
    out->holder = bytes[16];
    memcpy(out->scalar, bytes + 17, 32);
}

int vault_wrap(uint8_t out[static VAULT_WRAPPED_BYTES],
               const struct share *share, struct frank_span password,
               struct frank_fault *fault)
{
    uint8_t key[32];
    uint8_t bytes[SHARE_BYTES];

    memset(out, 0, VAULT_WRAPPED_BYTES);
    out[0] = VERSION;
    randombytes_buf(out + 1, HEAD_BYTES - 1);
    if (password_key(key, password, out + 1) != FRANK_OK) {
        memset(out, 0, VAULT_WRAPPED_BYTES);
        return wire_fault(fault, FRANK_ERR_MEMORY, "password", 0, 0, 0);
    }
    put_share(bytes, share);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + HEAD_BYTES, NULL,
                                                     bytes, sizeof bytes, out,
                                                     1, NULL, out + 17, key);
    sodium_memzero(key, sizeof key);
    sodium_memzero(bytes, sizeof bytes);
    return FRANK_OK;
}

int vault_unwrap(struct share *out, const uint8_t *wrapped, size_t len,
                 struct frank_span password, struct frank_fault *fault)
{
    uint8_t key[32];
    uint8_t bytes[SHARE_BYTES];
    int failed;

    memset(out, 0, sizeof *out);
    if (len != VAULT_WRAPPED_BYTES || wrapped[0] != VERSION) {
        return wire_fault(fault, FRANK_ERR_VALUE, "wrapped share", 0, len,
                          VAULT_WRAPPED_BYTES);
    }
    if (password_key(key, password, wrapped + 1) != FRANK_OK) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "password", 0, 0, 0);
    }
    failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes, NULL, NULL, wrapped + HEAD_BYTES, len - HEAD_BYTES, wrapped, 1,
        wrapped + 17, key);
    if (failed == 0) {
        take_share(out, bytes);
    }
    sodium_memzero(key, sizeof key);
    sodium_memzero(bytes, sizeof bytes);
    return failed == 0
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_SEALED, "wrapped share", 0, 0, 0);
}

/* ---- In memory
 * --------------------------------------------------------------- */

struct slot {
    bool used;
    uint8_t session[SESSION_HASH_BYTES];
    struct share share;
};

struct vault {
    pthread_mutex_t lock;
    size_t capacity;
    struct slot slots[];
};

int vault_new(struct vault **out, size_t capacity)
{
    size_t size = sizeof(struct vault) + capacity * sizeof(struct slot);
    struct vault *vault = sodium_malloc((size + 63) / 64 * 64);

    if (vault == NULL) {
        return FRANK_ERR_MEMORY;
    }
    memset(vault, 0, size);
    (void)pthread_mutex_init(&vault->lock, NULL);
    vault->capacity = capacity;
    *out = vault;
    return FRANK_OK;
}

void vault_free(struct vault *vault)
{
    if (vault != NULL) {
        (void)pthread_mutex_destroy(&vault->lock);
        sodium_free(vault); /* wipes */
    }
}

static bool is_of(const struct slot *slot, const uint8_t *session)
{
    return slot->used &&
           memcmp(slot->session, session, sizeof slot->session) == 0;
}

/* The slot of this session and quorum, or a free one. */
static struct slot *find_slot(struct vault *vault, const uint8_t *session,
                              const uint8_t *quorum)
{
    struct slot *unused = NULL;

    for (size_t i = 0; i < vault->capacity; i++) {
        struct slot *slot = &vault->slots[i];

        if (is_of(slot, session) &&
            memcmp(slot->share.quorum_id, quorum, FRANK_QUORUM_ID_BYTES) == 0) {
            return slot;
        }
        unused = !slot->used && unused == NULL ? slot : unused;
    }
    return unused;
}

bool vault_put(struct vault *vault,
               const uint8_t session[static SESSION_HASH_BYTES],
               const struct share *share)
{
    struct slot *slot;

    (void)pthread_mutex_lock(&vault->lock);
    slot = find_slot(vault, session, share->quorum_id);
    if (slot != NULL) {
        slot->used = true;
        memcpy(slot->session, session, sizeof slot->session);
        slot->share = *share;
    }
    (void)pthread_mutex_unlock(&vault->lock);
    return slot != NULL;
}

bool vault_get(struct vault *vault,
               const uint8_t session[static SESSION_HASH_BYTES],
               const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
               struct share *out)
{
    const struct slot *slot;
    bool found;

    (void)pthread_mutex_lock(&vault->lock);
    slot = find_slot(vault, session, quorum);
    found = slot != NULL && slot->used;
    if (found) {
        *out = slot->share;
    }
    (void)pthread_mutex_unlock(&vault->lock);
    return found;
}

void vault_drop_if(struct vault *vault, vault_gone *gone, void *context)
{
    (void)pthread_mutex_lock(&vault->lock);
    for (size_t i = 0; i < vault->capacity; i++) {
        struct slot *slot = &vault->slots[i];

        if (slot->used && gone(context, slot->session)) {
            sodium_memzero(slot, sizeof *slot);
        }
    }
    (void)pthread_mutex_unlock(&vault->lock);
}

static bool is_session(void *context, const uint8_t *session)
{
    return memcmp(context, session, SESSION_HASH_BYTES) == 0;
}

void vault_drop(struct vault *vault,
                const uint8_t session[static SESSION_HASH_BYTES])
{
    uint8_t copy[SESSION_HASH_BYTES];

    memcpy(copy, session, sizeof copy);
    vault_drop_if(vault, is_session, copy);
}

size_t vault_count(struct vault *vault)
{
    size_t count = 0;

    (void)pthread_mutex_lock(&vault->lock);
    for (size_t i = 0; i < vault->capacity; i++) {
        count += vault->slots[i].used;
    }
    (void)pthread_mutex_unlock(&vault->lock);
    return count;
}
