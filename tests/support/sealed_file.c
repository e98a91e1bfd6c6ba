/* SPDX-License-Identifier: Apache-2.0 */
#include "sealed_file.h"

#include "aead.h"
#include "merkle.h"

#include <string.h>

#define assert_ok(result) assert_int_equal(result, FRANK_OK)
#define CONTENT_BYTES 8192

static const uint8_t salt[FRANK_PLAIN_SALT_BYTES] = {7};

/* Where chunk i lies in the sealed file. */
static struct frank_span chunk_of(const struct sealed_file *file, uint64_t i)
{
    size_t full = ((size_t)1 << file->attachment.chunk_log2) + 16;
    size_t at = (size_t)i * full;
    size_t left = file->sealed.len - at;

    return (struct frank_span){file->sealed.data + at,
                               left < full ? left : full};
}

static int leaf_of(void *context, uint64_t i, uint8_t *leaf)
{
    const struct sealed_file *file = context;
    uint8_t key[FRANK_CHUNK_KEY_BYTES];

    frank_chunk_key(key, file->key, i);
    frank_chunk_leaf(leaf, i, key, chunk_of(file, i));
    return FRANK_OK;
}

static void seal(struct sealed_file *file, uint8_t *sealed)
{
    static const uint8_t nonce[AEAD_NONCE_BYTES];
    size_t full = (size_t)1 << file->attachment.chunk_log2;
    struct merkle_range tree = {0};
    struct aead *aead = NULL;
    uint8_t hash[FRANK_HASH_BYTES];

    assert_ok(aead_new(&aead, file->attachment.aead, NULL));
    for (uint64_t i = 0; i < frank_attachment_chunks(&file->attachment); i++) {
        struct frank_span plain = {file->plain.data + i * full,
                                   file->plain.len - i * full};
        uint8_t key[FRANK_CHUNK_KEY_BYTES];

        plain.len = plain.len < full ? plain.len : full;
        frank_chunk_key(key, file->key, i);
        assert_ok(aead_seal(sealed + i * (full + 16), aead, key, nonce,
                            (struct frank_span){NULL, 0}, plain));
        assert_ok(leaf_of(file, i, hash));
        merkle_append(&tree, hash);
    }
    merkle_root(file->attachment.root, &tree);
    aead_free(aead);
}

struct sealed_file sealed_file_make(const char *name, size_t size,
                                    unsigned chunk_log2, uint16_t aead)
{
    struct sealed_file file = {
        .attachment = {.media_type = support_text("image/png"),
                       .filename = support_text(name),
                       .size = size,
                       .chunk_log2 = (uint8_t)chunk_log2,
                       .aead = aead}};
    size_t len = frank_attachment_sealed_bytes(&file.attachment);
    uint8_t *plain = support_zeros(sizeof file.key + size);
    uint8_t *sealed = support_zeros(len);

    support_shake256(plain, sizeof file.key + size, support_text(name));
    memcpy(file.key, plain, sizeof file.key);
    file.plain = (struct frank_span){plain + sizeof file.key, size};
    file.sealed = (struct frank_span){sealed, len};
    seal(&file, sealed);
    return file;
}

/* ---- Contents ------------------------------------------------------------ */

/* The descriptor, and the key behind it. */
static struct frank_span description(const struct sealed_file *file)
{
    uint8_t out[FRANK_ATTACHMENT_MAX_BYTES + FRANK_FILE_KEY_BYTES];
    size_t len = 0;

    assert_ok(frank_attachment_encode(out, FRANK_ATTACHMENT_MAX_BYTES, &len,
                                      &file->attachment, NULL));
    memcpy(out + len, file->key, FRANK_FILE_KEY_BYTES);
    len += FRANK_FILE_KEY_BYTES;
    return (struct frank_span){support_copy(out, len), len};
}

struct frank_span sealed_file_plain(const struct sealed_file *file)
{
    uint8_t out[CONTENT_BYTES];
    size_t len = 0;

    assert_ok(frank_plain_build(
        out, sizeof out, &len, salt, support_text(SUPPORT_SENDER),
        support_text(SUPPORT_ROOM), support_text(FRANK_ATTACHMENT_TYPE),
        description(file), NULL));
    return (struct frank_span){support_copy(out, len), len};
}

struct frank_span sealed_file_parted(const struct sealed_file *file)
{
    struct frank_span both = description(file);
    size_t front = both.len - FRANK_FILE_KEY_BYTES;
    struct frank_part parts[4] = {
        {.media_type = support_text("text/plain"),
         .body = support_text("look at this")},
        {.media_type = support_text(FRANK_ATTACHMENT_TYPE),
         .body = {both.data, front}},
        {.media_type = support_text(FRANK_ATTACHMENT_KEY_TYPE),
         .body = {both.data + front, FRANK_FILE_KEY_BYTES}},
        {.media_type = support_text("text/plain"),
         .body = support_text("what do you say?")}};
    uint8_t out[CONTENT_BYTES];
    size_t len = 0;

    for (unsigned i = 0; i < SUPPORT_COUNT(parts); i++) {
        memset(parts[i].salt, (int)i + 1, sizeof parts[i].salt);
    }
    assert_ok(frank_parted_build(
        out, sizeof out, &len, salt, support_text(SUPPORT_SENDER),
        support_text(SUPPORT_ROOM), parts, SUPPORT_COUNT(parts), NULL));
    return (struct frank_span){support_copy(out, len), len};
}

struct frank_kept sealed_file_kept(struct frank_span content)
{
    return (struct frank_kept){.content = content,
                               .context = support_context(),
                               .frank = {.suite = 1}};
}

/* ---- Disclosures --------------------------------------------------------- */

struct frank_disclosure sealed_file_range(const struct sealed_file *file,
                                          unsigned part, uint64_t first,
                                          uint64_t count)
{
    struct frank_range range = {first, count};
    uint8_t(*proof)[FRANK_HASH_BYTES] =
        (void *)support_zeros(FRANK_RANGE_PROOF_MAX * FRANK_HASH_BYTES);
    uint8_t *keys = support_zeros(count * FRANK_CHUNK_KEY_BYTES);
    struct frank_span begin = chunk_of(file, first);
    struct frank_span end = chunk_of(file, first + count - 1);
    uint8_t root[FRANK_HASH_BYTES];
    size_t hashes = 0;

    assert_ok(frank_range_prove(root, proof, &hashes, &file->attachment, range,
                                leaf_of, (void *)file, NULL));
    assert_memory_equal(root, file->attachment.root, sizeof root);
    for (uint64_t i = 0; i < count; i++) {
        frank_chunk_key(keys + i * FRANK_CHUNK_KEY_BYTES, file->key, first + i);
    }
    return (struct frank_disclosure){
        .part = part,
        .first = first,
        .keys = {keys, count * FRANK_CHUNK_KEY_BYTES},
        .proof = {(const uint8_t *)proof, hashes * FRANK_HASH_BYTES},
        .enclosed = true,
        .ciphertext = {begin.data, (size_t)(end.data + end.len - begin.data)}};
}

struct frank_disclosure sealed_file_whole(const struct sealed_file *file,
                                          unsigned part)
{
    return (struct frank_disclosure){
        .part = part, .enclosed = true, .ciphertext = file->sealed};
}
