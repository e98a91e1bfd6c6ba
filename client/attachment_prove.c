/* SPDX-License-Identifier: Apache-2.0 */
/* A proof is made of all leaves, in their order: each chunk is read once. */
#include "chunk.h"
#include "file_io.h"
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct sealed_file {
    const struct frank_attachment *attachment;
    const struct frank_work *work;
    int file;
    struct chunks chunks;
    uint8_t *chunk; /* one, sealed */
    struct frank_fault fault;
};

static int read_leaf(void *context, uint64_t number,
                     uint8_t leaf[FRANK_HASH_BYTES])
{
    struct sealed_file *f = context;
    uint64_t begin = number << f->attachment->chunk_log2;
    struct frank_range range = {number, 1};
    uint64_t bytes = frank_range_bytes(f->attachment, range);
    struct frank_span sealed = {f->chunk,
                                (size_t)bytes + FRANK_CHUNK_TAG_BYTES};
    int error = file_read(f->file, f->chunk, sealed.len,
                          chunk_offset(f->attachment, number), "sealed file",
                          &f->fault);

    if (error != FRANK_OK) {
        return error;
    }
    chunk_leaf(leaf, &f->chunks, number, sealed);
    if (f->work != NULL && f->work->progress != NULL) {
        error = f->work->progress(f->work->context, begin + bytes,
                                  f->attachment->size);
        (void)wire_fault(&f->fault, error, NULL, 0, 0, 0);
    }
    return error;
}

static int prove(uint8_t (*proof)[FRANK_HASH_BYTES], size_t *count,
                 struct sealed_file *f, struct frank_range range,
                 struct frank_fault *fault)
{
    uint8_t root[FRANK_HASH_BYTES];
    int error = frank_range_prove(root, proof, count, f->attachment, range,
                                  read_leaf, f, fault);

    if (error != FRANK_OK && f->fault.error == error && fault != NULL) {
        *fault = f->fault;
    }
    if (error == FRANK_OK &&
        memcmp(root, f->attachment->root, sizeof root) != 0) {
        *count = 0;
        error = wire_fault(fault, FRANK_ERR_FILE_HASH, "root", 0, 0, 0);
    }
    return error;
}

int frank_file_prove(uint8_t (*proof)[FRANK_HASH_BYTES], size_t *count,
                     const struct frank_attachment *attachment,
                     struct frank_range range, int in,
                     const uint8_t key[static FRANK_FILE_KEY_BYTES],
                     const struct frank_work *work, struct frank_fault *fault)
{
    struct sealed_file f = {.attachment = attachment, .work = work, .file = in};
    uint64_t size = 0;
    uint64_t sealed;
    int error = chunks_init(&f.chunks, attachment, key, fault);

    *count = 0;
    if (error != FRANK_OK) {
        return error;
    }
    sealed = frank_attachment_sealed_bytes(attachment);
    error = file_size(&size, in, "sealed file", fault);
    if (error == FRANK_OK && size != sealed) {
        error =
            wire_fault(fault, FRANK_ERR_LENGTH, "sealed file", 0, size, sealed);
    }
    if (error == FRANK_OK) {
        f.chunk = malloc(chunk_stride(attachment));
        error = f.chunk == NULL
                    ? wire_fault(fault, FRANK_ERR_MEMORY, "chunk", 0, 0, 0)
                    : prove(proof, count, &f, range, fault);
    }
    free(f.chunk);
    chunks_wipe(&f.chunks);
    return error;
}
