/* SPDX-License-Identifier: Apache-2.0 */
#include "sealed_files.h"

#include <string.h>

const uint16_t sealed_file_aeads[2] = {FRANK_AEAD_AES_256_GCM,
                                       FRANK_AEAD_CHACHA20_POLY1305};

static void seal(struct sealed_file *file)
{
    struct frank_attachment *a = &file->attachment;
    struct frank_stream *stream = NULL;
    uint8_t *out;
    size_t room;
    size_t len = 0;
    size_t rest = 0;

    a->size = file->plain.len;
    room = (size_t)frank_attachment_sealed_bytes(a);
    out = support_zeros(room);
    assert_int_equal(
        frank_stream_seal(&stream, a->aead, a->chunk_log2, file->key, NULL),
        FRANK_OK);
    assert_int_equal(
        frank_stream_update(stream, out, room, &len, file->plain, NULL),
        FRANK_OK);
    assert_int_equal(
        frank_stream_final(stream, out + len, room - len, &rest, a, NULL),
        FRANK_OK);
    assert_int_equal(len + rest, room);
    frank_stream_free(stream);
    file->sealed = (struct frank_span){out, room};
}

struct sealed_file sealed_file_make(size_t size, uint8_t chunk_log2,
                                    uint16_t aead, uint8_t seed)
{
    struct sealed_file file = {
        .attachment = {.media_type = support_text("image/png"),
                       .filename = support_text("a.png"),
                       .chunk_log2 = chunk_log2,
                       .aead = aead}};
    uint8_t *plain = support_zeros(size);
    uint8_t name[4] = {seed, (uint8_t)aead, (uint8_t)size,
                       (uint8_t)(size >> 8)};

    support_shake256(file.key, sizeof file.key,
                     (struct frank_span){name, sizeof name});
    support_shake256(plain, size, (struct frank_span){name, 1});
    file.plain = (struct frank_span){plain, size};
    seal(&file);
    return file;
}

/* ---- The vectors --------------------------------------------------------- */

static const json_t *files(void)
{
    return json_object_get(support_json("tests/vectors/attachments.json"),
                           "files");
}

size_t sealed_file_vectors(void)
{
    return json_array_size(files());
}

const json_t *sealed_file_vector(size_t index)
{
    return json_array_get(files(), index);
}

struct sealed_file sealed_file_stated(size_t index)
{
    const json_t *stated = sealed_file_vector(index);
    struct frank_span descriptor = support_member(stated, "descriptor");
    struct sealed_file file = {.plain = support_member(stated, "file")};

    memcpy(file.key, support_member(stated, "file_key").data, sizeof file.key);
    assert_int_equal(frank_attachment_decode(&file.attachment, descriptor.data,
                                             descriptor.len, NULL),
                     FRANK_OK);
    assert_int_equal(file.attachment.size, file.plain.len);
    seal(&file);
    return file;
}

/* ---- Chunks -------------------------------------------------------------- */

struct frank_span sealed_file_run(const struct sealed_file *file,
                                  struct frank_range range)
{
    size_t stride =
        ((size_t)1 << file->attachment.chunk_log2) + FRANK_CHUNK_TAG_BYTES;
    uint64_t bytes = frank_range_bytes(&file->attachment, range);

    return (struct frank_span){
        file->sealed.data + range.first * stride,
        (size_t)(bytes + range.count * FRANK_CHUNK_TAG_BYTES)};
}

struct frank_span sealed_file_keys(const struct sealed_file *file,
                                   struct frank_range range)
{
    uint8_t *keys = support_zeros((size_t)range.count * FRANK_CHUNK_KEY_BYTES);

    for (size_t i = 0; i < range.count; i++) {
        frank_chunk_key(keys + i * FRANK_CHUNK_KEY_BYTES, file->key,
                        range.first + i);
    }
    return (struct frank_span){keys,
                               (size_t)range.count * FRANK_CHUNK_KEY_BYTES};
}

int sealed_file_leaf(void *context, uint64_t chunk,
                     uint8_t leaf[FRANK_HASH_BYTES])
{
    const struct sealed_file *file = context;
    uint8_t key[FRANK_CHUNK_KEY_BYTES];

    frank_chunk_key(key, file->key, chunk);
    frank_chunk_leaf(leaf, chunk, key,
                     sealed_file_run(file, (struct frank_range){chunk, 1}));
    return FRANK_OK;
}
