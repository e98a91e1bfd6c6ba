/* SPDX-License-Identifier: Apache-2.0 */
/* AttachmentDescriptor and AttachmentKey: their encoding, and where a content
 * holds them. */
#include "content.h"

#include <sodium.h>
#include <string.h>

/* ---- The descriptor ------------------------------------------------------ */

static bool is_ours(uint64_t aead)
{
    return aead == FRANK_AEAD_AES_256_GCM ||
           aead == FRANK_AEAD_CHACHA20_POLY1305;
}

int frank_attachment_encode(uint8_t *out, size_t capacity, size_t *written,
                            const struct frank_attachment *attachment,
                            struct frank_fault *fault)
{
    struct wire_writer w;

    wire_write_init(&w, out, capacity);
    wire_write_opaque(&w, attachment->media_type, FRANK_MEDIA_TYPE_MAX_BYTES,
                      "media type");
    wire_write_opaque(&w, attachment->filename, FRANK_FILENAME_MAX_BYTES,
                      "filename");
    if (attachment->size > FRANK_FILE_MAX_BYTES) {
        wire_write_fail(&w, FRANK_ERR_LIMIT, "size", attachment->size,
                        FRANK_FILE_MAX_BYTES);
    }
    wire_write_u64(&w, attachment->size);
    if (attachment->chunk_log2 < FRANK_CHUNK_LOG2_MIN ||
        attachment->chunk_log2 > FRANK_CHUNK_LOG2_MAX) {
        wire_write_fail(&w, FRANK_ERR_VALUE, "chunk_log2",
                        attachment->chunk_log2, FRANK_CHUNK_LOG2_MAX);
    }
    wire_write_u8(&w, attachment->chunk_log2);
    if (!is_ours(attachment->aead)) {
        wire_write_fail(&w, FRANK_ERR_AEAD, "aead", attachment->aead, 0);
    }
    wire_write_u16(&w, attachment->aead);
    wire_write_bytes(&w, attachment->root, sizeof attachment->root);
    return wire_write_result(&w, written, fault);
}

static void read_descriptor(struct frank_attachment *out, struct wire_reader *r)
{
    size_t start;

    out->media_type =
        wire_read_opaque(r, FRANK_MEDIA_TYPE_MAX_BYTES, "media type");
    out->filename = wire_read_opaque(r, FRANK_FILENAME_MAX_BYTES, "filename");
    start = r->pos;
    out->size = wire_read_u64(r, "size");
    if (out->size > FRANK_FILE_MAX_BYTES) {
        wire_read_fail(r, FRANK_ERR_LIMIT, "size", start, out->size,
                       FRANK_FILE_MAX_BYTES);
    }
    start = r->pos;
    out->chunk_log2 = wire_read_u8(r, "chunk_log2");
    if (out->chunk_log2 < FRANK_CHUNK_LOG2_MIN ||
        out->chunk_log2 > FRANK_CHUNK_LOG2_MAX) {
        wire_read_fail(r, FRANK_ERR_VALUE, "chunk_log2", start, out->chunk_log2,
                       FRANK_CHUNK_LOG2_MAX);
    }
    start = r->pos;
    out->aead = wire_read_u16(r, "aead");
    if (!is_ours(out->aead)) {
        wire_read_fail(r, FRANK_ERR_AEAD, "aead", start, out->aead, 0);
    }
    wire_read_bytes(r, out->root, sizeof out->root, "root");
}

/* *out is zero after an error. */
static int finish(struct frank_attachment *out, struct wire_reader *r,
                  struct frank_fault *fault)
{
    int error;

    wire_read_end(r, "attachment");
    error = wire_read_result(r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

int frank_attachment_decode(struct frank_attachment *out, const uint8_t *bytes,
                            size_t len, struct frank_fault *fault)
{
    struct wire_reader r;

    memset(out, 0, sizeof *out);
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    read_descriptor(out, &r);
    return finish(out, &r, fault);
}

/* ---- In a content -------------------------------------------------------- */

static bool is_type(struct frank_span type, const char *wanted)
{
    return type.len == strlen(wanted) &&
           memcmp(type.data, wanted, type.len) == 0;
}

/* Descriptor and key, one behind the other. */
static int read_plain(struct frank_attachment *out, uint8_t *key,
                      const struct frank_content *located, size_t base,
                      struct frank_fault *fault)
{
    struct wire_reader r;
    int error;

    if (!is_type(located->media_type, FRANK_ATTACHMENT_TYPE)) {
        return wire_fault(fault, FRANK_ERR_NO_FILE, "media type", 0, 0, 0);
    }
    wire_read_init(&r, located->body, base);
    read_descriptor(out, &r);
    wire_read_bytes(&r, key, FRANK_FILE_KEY_BYTES, "file key");
    error = finish(out, &r, fault);
    if (error != FRANK_OK) {
        sodium_memzero(key, FRANK_FILE_KEY_BYTES);
    }
    return error;
}

/* The key of the part before it, if this is one. */
static int read_key(uint8_t *key, bool *has_key, const uint8_t *content,
                    size_t len, unsigned part, struct frank_fault *fault)
{
    struct frank_part slot;
    int error = frank_part_read(&slot, content, len, part, fault);

    if (error == FRANK_OK && !slot.withheld &&
        is_type(slot.media_type, FRANK_ATTACHMENT_KEY_TYPE)) {
        if (slot.body.len != FRANK_FILE_KEY_BYTES) {
            error = wire_fault(fault, FRANK_ERR_LENGTH, "file key",
                               (size_t)(slot.body.data - content),
                               slot.body.len, FRANK_FILE_KEY_BYTES);
        } else {
            memcpy(key, slot.body.data, FRANK_FILE_KEY_BYTES);
            *has_key = true;
        }
    }
    sodium_memzero(&slot, sizeof slot);
    return error;
}

static int read_parted(struct frank_attachment *out, uint8_t *key,
                       bool *has_key, const uint8_t *content, size_t len,
                       unsigned part, unsigned parts, struct frank_fault *fault)
{
    struct frank_part slot;
    struct wire_reader r;
    int error = frank_part_read(&slot, content, len, part, fault);

    if (error != FRANK_OK) {
        return error;
    }
    if (slot.withheld) {
        error = wire_fault(fault, FRANK_ERR_WITHHELD, "part", 0, part, 0);
    } else if (!is_type(slot.media_type, FRANK_ATTACHMENT_TYPE)) {
        error = wire_fault(fault, FRANK_ERR_NO_FILE, "media type", 0, 0, 0);
    } else {
        wire_read_init(&r, slot.body, (size_t)(slot.body.data - content));
        read_descriptor(out, &r);
        error = finish(out, &r, fault);
    }
    sodium_memzero(&slot, sizeof slot);
    if (error == FRANK_OK && part + 1 < parts) {
        error = read_key(key, has_key, content, len, part + 1, fault);
    }
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

int frank_attachment_read(struct frank_attachment *out,
                          uint8_t key[static FRANK_FILE_KEY_BYTES],
                          bool *has_key, const uint8_t *content, size_t len,
                          unsigned part, struct frank_fault *fault)
{
    struct frank_content located;
    int error = frank_locate(&located, content, len, fault);

    memset(out, 0, sizeof *out);
    memset(key, 0, FRANK_FILE_KEY_BYTES);
    *has_key = false;
    if (error != FRANK_OK) {
        return error;
    }
    switch (located.format) {
    case FRANK_FORMAT_PLAIN:
        if (part != 0) {
            error = wire_fault(fault, FRANK_ERR_VALUE, "part", 0, part, 0);
        } else {
            error = read_plain(out, key, &located,
                               (size_t)(located.body.data - content), fault);
            *has_key = error == FRANK_OK;
        }
        break;
    case FRANK_FORMAT_PARTED:
        error = read_parted(out, key, has_key, content, len, part,
                            located.parts, fault);
        break;
    default:
        error =
            wire_fault(fault, FRANK_ERR_FORMAT, "content", 0, content[0], 0);
    }
    sodium_memzero(&located, sizeof located);
    return error;
}

/* ---- Sizes --------------------------------------------------------------- */

uint64_t frank_attachment_chunks(const struct frank_attachment *attachment)
{
    uint64_t size = attachment->size;
    unsigned log2 = attachment->chunk_log2;

    return (size >> log2) + ((size & (((uint64_t)1 << log2) - 1)) != 0);
}

uint64_t
frank_attachment_sealed_bytes(const struct frank_attachment *attachment)
{
    return attachment->size +
           FRANK_CHUNK_TAG_BYTES * frank_attachment_chunks(attachment);
}
