/* SPDX-License-Identifier: Apache-2.0 */
#include "attach_check.h"

#include "attach_external.h"
#include "chunk.h"
#include "file_io.h"
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* A run of chunks, read and opened one after the other. */
struct run {
    const struct attach_file *file;
    const struct frank_disclosure *disclosure;
    struct frank_range range;
    int in;
    int out;
    struct aead *aead;
    uint8_t *sealed; /* one chunk, */
    uint8_t *plain;  /* and the same, opened */
    struct frank_fault fault;
};

/* Without keys, a disclosure shows all of the file. */
static struct frank_range range_of(const struct frank_attachment *attachment,
                                   const struct frank_disclosure *d)
{
    uint64_t keys = d->keys.len / FRANK_CHUNK_KEY_BYTES;

    return keys > 0
               ? (struct frank_range){d->first, keys}
               : (struct frank_range){0, frank_attachment_chunks(attachment)};
}

struct attach_bytes attach_check_bytes(const struct attach_file *file,
                                       const struct frank_disclosure *d,
                                       uint64_t in_size)
{
    const struct frank_attachment *attachment = &file->attachment;
    struct frank_range range;

    if (file->is_external) {
        return (struct attach_bytes){
            0, frank_external_bytes(&file->external,
                                    d->enclosed ? d->ciphertext.len : in_size)};
    }
    range = range_of(attachment, d);
    return frank_range_bytes(attachment, range) > 0
               ? attach_bytes_of(attachment, range)
               : (struct attach_bytes){0, 0};
}

static uint64_t offset_of(const struct run *run, uint64_t chunk)
{
    return chunk_offset(&run->file->attachment, chunk);
}

static int get_chunk(struct run *run, uint64_t chunk, size_t len)
{
    const struct frank_disclosure *d = run->disclosure;

    if (!d->enclosed) {
        return file_read(run->in, run->sealed, len, offset_of(run, chunk),
                         "sealed file", &run->fault);
    }
    memcpy(run->sealed,
           d->ciphertext.data + offset_of(run, chunk - run->range.first), len);
    return FRANK_OK;
}

static void get_key(uint8_t key[static FRANK_CHUNK_KEY_BYTES],
                    const struct run *run, uint64_t chunk)
{
    struct frank_span keys = run->disclosure->keys;

    if (keys.len == 0) {
        frank_chunk_key(key, run->file->key, chunk);
    } else {
        memcpy(key,
               keys.data + (chunk - run->range.first) * FRANK_CHUNK_KEY_BYTES,
               FRANK_CHUNK_KEY_BYTES);
    }
}

static int open_chunk(struct run *run, uint64_t chunk, const uint8_t *key,
                      struct frank_span sealed)
{
    int error = chunk_open_by(run->plain, run->aead, key, sealed);

    if (error != FRANK_OK) {
        return wire_fault(&run->fault, error, "chunk",
                          (size_t)offset_of(run, chunk), 0, 0);
    }
    return run->out < 0 ? FRANK_OK
                        : file_write(run->out, run->plain,
                                     sealed.len - FRANK_CHUNK_TAG_BYTES,
                                     chunk << run->file->attachment.chunk_log2,
                                     "out", &run->fault);
}

/* A chunk must also open: a sender may have committed to bytes that do not. */
static int read_leaf(void *context, uint64_t chunk,
                     uint8_t leaf[FRANK_HASH_BYTES])
{
    struct run *run = context;
    const struct frank_range one = {chunk, 1};
    uint64_t len = frank_range_bytes(&run->file->attachment, one);
    struct frank_span sealed = {run->sealed,
                                (size_t)len + FRANK_CHUNK_TAG_BYTES};
    uint8_t key[FRANK_CHUNK_KEY_BYTES];
    int error = get_chunk(run, chunk, sealed.len);

    if (error == FRANK_OK) {
        get_key(key, run, chunk);
        frank_chunk_leaf(leaf, chunk, key, sealed);
        error = open_chunk(run, chunk, key, sealed);
        sodium_memzero(key, sizeof key);
    }
    return error;
}

static int check_run(struct run *run, struct frank_fault *fault)
{
    struct frank_span proof = run->disclosure->proof;
    size_t full = (size_t)1 << run->file->attachment.chunk_log2;
    int error = aead_new(&run->aead, run->file->attachment.aead, fault);

    run->sealed = malloc(full + FRANK_CHUNK_TAG_BYTES);
    run->plain = malloc(full);
    if (error == FRANK_OK && (run->sealed == NULL || run->plain == NULL)) {
        error = wire_fault(fault, FRANK_ERR_MEMORY, "chunk", 0, 0, 0);
    }
    if (error == FRANK_OK) {
        error = frank_range_check(
            &run->file->attachment, run->range,
            (const uint8_t(*)[FRANK_HASH_BYTES])proof.data,
            proof.len / FRANK_HASH_BYTES, read_leaf, run, fault);
        if (error != FRANK_OK && run->fault.error == error) {
            *fault = run->fault;
        }
    }
    aead_free(run->aead);
    if (run->plain != NULL) {
        sodium_memzero(run->plain, full);
    }
    free(run->sealed);
    free(run->plain);
    return error;
}

/* A file of no chunks is its root alone. */
static int check_empty(const struct attach_file *file,
                       struct frank_fault *fault)
{
    struct frank_stream *stream = NULL;
    size_t written;
    int error = frank_stream_open(&stream, &file->attachment, file->key, fault);

    if (error == FRANK_OK) {
        error = frank_stream_final(stream, NULL, 0, &written, NULL, fault);
    }
    frank_stream_free(stream);
    return error;
}

/* By the hash in the message alone: there are no chunks. */
static int check_external(const struct attach_file *file,
                          const struct frank_disclosure *d, int in, int out,
                          struct frank_fault *fault)
{
    struct attach_map opened = {NULL, 0};
    struct attach_map mapped = {NULL, 0};
    struct frank_span fetched = d->ciphertext;
    uint64_t size = 0;
    int error = FRANK_OK;

    if (d->keys.len > 0) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "chunk keys", 0, d->keys.len,
                          0);
    }
    if (!d->enclosed) {
        error = file_size(&size, in, "sealed file", fault);
        if (error == FRANK_OK) {
            error = attach_map_input(&mapped, in, size, fault);
        }
        fetched = (struct frank_span){mapped.data, mapped.len};
    }
    if (error == FRANK_OK) {
        error =
            attach_external_open(&opened, &file->external, fetched, out, fault);
    }
    attach_map_free(&opened);
    attach_map_free(&mapped);
    return error;
}

static int check_own(const struct attach_file *file,
                     const struct frank_disclosure *disclosure, int in, int out,
                     struct frank_fault *fault)
{
    struct run run = {.file = file,
                      .disclosure = disclosure,
                      .range = range_of(&file->attachment, disclosure),
                      .in = in,
                      .out = out};
    bool is_whole = disclosure->keys.len == 0;
    uint64_t bytes = frank_range_bytes(&file->attachment, run.range);
    uint64_t sealed = bytes + FRANK_CHUNK_TAG_BYTES * run.range.count;

    if (is_whole && !file->has_key) {
        return wire_fault(fault, FRANK_ERR_WITHHELD, "file key", 0, 0, 0);
    }
    if (bytes == 0 && !is_whole) {
        return wire_fault(fault, FRANK_ERR_VALUE, "range", 0, disclosure->first,
                          frank_attachment_chunks(&file->attachment));
    }
    if (disclosure->enclosed && disclosure->ciphertext.len != sealed) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "ciphertext", 0,
                          disclosure->ciphertext.len, sealed);
    }
    return bytes == 0 ? check_empty(file, fault) : check_run(&run, fault);
}

int attach_check(const struct attach_file *file,
                 const struct frank_disclosure *disclosure, int in, int out,
                 struct frank_fault *fault)
{
    return file->is_external ? check_external(file, disclosure, in, out, fault)
                             : check_own(file, disclosure, in, out, fault);
}
