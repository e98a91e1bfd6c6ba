/* SPDX-License-Identifier: Apache-2.0 */
#include "chunk.h"
#include "hash.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

/* Each key seals one chunk: the nonce can be zero. */
static const uint8_t zero_nonce[AEAD_NONCE_BYTES];
static const struct frank_span nothing = {NULL, 0};

static void put_u64(uint8_t out[static 8], uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

static void schedule_init(struct hmac *out, const uint8_t *file_key)
{
    static const char label[] = "frank v1 chunk";

    hmac_schedule(out, file_key, FRANK_FILE_KEY_BYTES);
    hmac_update(out, (const uint8_t *)label, sizeof label - 1);
}

static void key_of(uint8_t out[static FRANK_CHUNK_KEY_BYTES],
                   const struct hmac *schedule, uint64_t number)
{
    struct hmac mac = *schedule;
    uint8_t bytes[8];

    put_u64(bytes, number);
    hmac_update(&mac, bytes, sizeof bytes);
    hmac_final(&mac, out);
}

void frank_chunk_key(uint8_t out[static FRANK_CHUNK_KEY_BYTES],
                     const uint8_t file_key[static FRANK_FILE_KEY_BYTES],
                     uint64_t chunk)
{
    struct hmac schedule;

    schedule_init(&schedule, file_key);
    key_of(out, &schedule, chunk);
    sodium_memzero(&schedule, sizeof schedule);
}

void frank_chunk_leaf(uint8_t out[static FRANK_HASH_BYTES], uint64_t chunk,
                      const uint8_t key[static FRANK_CHUNK_KEY_BYTES],
                      struct frank_span sealed)
{
    uint8_t head[1 + 8 + HASH_BYTES]; /* 0x00, the number, the key's hash */
    hash_state state;

    head[0] = 0x00;
    put_u64(head + 1, chunk);
    hash_init(&state);
    hash_update(&state, key, FRANK_CHUNK_KEY_BYTES);
    hash_final(&state, head + 9);
    hash_init(&state);
    hash_update(&state, head, sizeof head);
    hash_update(&state, sealed.data, sealed.len);
    hash_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

struct frank_span chunk_of_run(const struct frank_attachment *file,
                               struct frank_span sealed, uint64_t index)
{
    size_t full = chunk_stride(file);
    size_t at = (size_t)index * full;
    size_t left = sealed.len - at;

    return (struct frank_span){sealed.data + at, left < full ? left : full};
}

int chunk_open_by(uint8_t *out, struct aead *aead,
                  const uint8_t key[static FRANK_CHUNK_KEY_BYTES],
                  struct frank_span sealed)
{
    return aead_open(out, aead, key, zero_nonce, nothing, sealed);
}

/* ---- Of one file --------------------------------------------------------- */

int chunks_check(const struct frank_attachment *file, struct frank_fault *fault)
{
    if (file->size > FRANK_FILE_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "size", 0, file->size,
                          FRANK_FILE_MAX_BYTES);
    }
    if (file->chunk_log2 < FRANK_CHUNK_LOG2_MIN ||
        file->chunk_log2 > FRANK_CHUNK_LOG2_MAX) {
        return wire_fault(fault, FRANK_ERR_VALUE, "chunk_log2", 0,
                          file->chunk_log2, FRANK_CHUNK_LOG2_MAX);
    }
    if (file->aead != FRANK_AEAD_AES_256_GCM &&
        file->aead != FRANK_AEAD_CHACHA20_POLY1305) {
        return wire_fault(fault, FRANK_ERR_AEAD, "aead", 0, file->aead, 0);
    }
    return FRANK_OK;
}

int chunks_init(struct chunks *out, const struct frank_attachment *file,
                const uint8_t file_key[static FRANK_FILE_KEY_BYTES],
                struct frank_fault *fault)
{
    int error = chunks_check(file, fault);

    memset(out, 0, sizeof *out);
    if (error == FRANK_OK) {
        error = aead_new(&out->aead, file->aead, fault);
    }
    if (error == FRANK_OK) {
        schedule_init(&out->schedule, file_key);
    }
    return error;
}

void chunks_wipe(struct chunks *chunks)
{
    aead_free(chunks->aead);
    sodium_memzero(chunks, sizeof *chunks);
}

int chunk_seal(uint8_t *out, uint8_t leaf[static FRANK_HASH_BYTES],
               const struct chunks *chunks, uint64_t number,
               struct frank_span plain)
{
    uint8_t key[FRANK_CHUNK_KEY_BYTES];
    int error;

    key_of(key, &chunks->schedule, number);
    error = aead_seal(out, chunks->aead, key, zero_nonce, nothing, plain);
    if (error == FRANK_OK) {
        frank_chunk_leaf(
            leaf, number, key,
            (struct frank_span){out, plain.len + FRANK_CHUNK_TAG_BYTES});
    }
    sodium_memzero(key, sizeof key);
    return error;
}

/* The leaf first, as opening may write over the sealed bytes. */
int chunk_open(uint8_t *out, uint8_t leaf[static FRANK_HASH_BYTES],
               const struct chunks *chunks, uint64_t number,
               struct frank_span sealed)
{
    uint8_t key[FRANK_CHUNK_KEY_BYTES];
    int error;

    key_of(key, &chunks->schedule, number);
    frank_chunk_leaf(leaf, number, key, sealed);
    error = chunk_open_by(out, chunks->aead, key, sealed);
    sodium_memzero(key, sizeof key);
    return error;
}

void chunk_leaf(uint8_t leaf[static FRANK_HASH_BYTES],
                const struct chunks *chunks, uint64_t number,
                struct frank_span sealed)
{
    uint8_t key[FRANK_CHUNK_KEY_BYTES];

    key_of(key, &chunks->schedule, number);
    frank_chunk_leaf(leaf, number, key, sealed);
    sodium_memzero(key, sizeof key);
}

int frank_chunk_open(uint8_t *out, const struct frank_attachment *attachment,
                     const uint8_t key[static FRANK_FILE_KEY_BYTES],
                     uint64_t chunk, struct frank_span sealed,
                     struct frank_fault *fault)
{
    uint8_t leaf[FRANK_HASH_BYTES];
    struct chunks chunks;
    uint64_t bytes;
    int error = chunks_init(&chunks, attachment, key, fault);

    if (error != FRANK_OK) {
        return error;
    }
    bytes = frank_range_bytes(attachment, (struct frank_range){chunk, 1});
    if (bytes == 0) {
        error = wire_fault(fault, FRANK_ERR_VALUE, "chunk", 0, chunk,
                           frank_attachment_chunks(attachment));
    } else if (sealed.len != bytes + FRANK_CHUNK_TAG_BYTES) {
        error = wire_fault(fault, FRANK_ERR_LENGTH, "chunk", 0, sealed.len,
                           bytes + FRANK_CHUNK_TAG_BYTES);
    } else {
        error = chunk_open(out, leaf, &chunks, chunk, sealed);
        if (error != FRANK_OK) {
            (void)wire_fault(fault, error, "chunk", 0, 0, 0);
        }
    }
    chunks_wipe(&chunks);
    return error;
}
