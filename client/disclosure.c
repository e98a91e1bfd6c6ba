/* SPDX-License-Identifier: Apache-2.0 */
#include "disclosure.h"

#include "chunk.h"
#include "hash.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

/* ---- Without the bytes --------------------------------------------------- */

/* How many hashes a proof of a run of chunks has does not depend on them. */
static int no_leaf(void *context, uint64_t chunk, uint8_t *leaf)
{
    (void)context;
    (void)chunk;
    memset(leaf, 0, FRANK_HASH_BYTES);
    return FRANK_OK;
}

/* No run has as many as are offered here, so that the error tells. */
static size_t proof_hashes(const struct disclosed_file *file)
{
    static const uint8_t hashes[FRANK_RANGE_PROOF_MAX][FRANK_HASH_BYTES];
    struct frank_fault fault = {0};

    (void)!frank_range_check(&file->attachment, file->range, hashes,
                             FRANK_RANGE_PROOF_MAX, no_leaf, NULL, &fault);
    return (size_t)fault.expected;
}

static int check_proof(const struct disclosed_file *file,
                       struct frank_span proof, struct frank_fault *fault)
{
    size_t expected = proof_hashes(file) * FRANK_HASH_BYTES;

    return proof.len == expected ? FRANK_OK
                                 : wire_fault(fault, FRANK_ERR_LENGTH, "proof",
                                              0, proof.len, expected);
}

static int find_range(struct disclosed_file *file,
                      const struct frank_disclosure *d,
                      struct frank_fault *fault)
{
    const struct frank_attachment *attachment = &file->attachment;

    if (file->by_file_key && !file->has_key) {
        return wire_fault(fault, FRANK_ERR_WITHHELD, "file key", 0, d->part, 0);
    }
    if (file->by_file_key) {
        file->range.count = frank_attachment_chunks(attachment);
        file->bytes = attachment->size;
        return FRANK_OK;
    }
    file->range =
        (struct frank_range){d->first, d->keys.len / FRANK_CHUNK_KEY_BYTES};
    file->bytes = frank_range_bytes(attachment, file->range);
    if (file->bytes == 0) {
        return wire_fault(fault, FRANK_ERR_VALUE, "chunks", 0, d->first,
                          frank_attachment_chunks(attachment));
    }
    file->begin = d->first << attachment->chunk_log2;
    return check_proof(file, d->proof, fault);
}

int disclosure_read(struct disclosed_file *out,
                    const struct frank_disclosure *d, struct frank_span content,
                    struct frank_fault *fault)
{
    int error;

    memset(out, 0, sizeof *out);
    error = frank_attachment_read(&out->attachment, out->key, &out->has_key,
                                  content.data, content.len, d->part, fault);
    if (error == FRANK_OK) {
        out->by_file_key = d->keys.len == 0;
        error = find_range(out, d, fault);
    }
    if (error != FRANK_OK) {
        sodium_memzero(out, sizeof *out);
    }
    return error;
}

/* ---- All of a file ------------------------------------------------------- */

struct whole {
    const struct disclosed_file *file;
    struct frank_span sealed;
};

static int read_leaf(void *context, uint64_t chunk, uint8_t *leaf)
{
    const struct whole *whole = context;
    uint8_t key[FRANK_CHUNK_KEY_BYTES];

    frank_chunk_key(key, whole->file->key, chunk);
    frank_chunk_leaf(
        leaf, chunk, key,
        chunk_of_run(&whole->file->attachment, whole->sealed, chunk));
    sodium_memzero(key, sizeof key);
    return FRANK_OK;
}

/* The root of a file without chunks is SHA-256(""). */
static int check_empty(const struct frank_attachment *attachment,
                       struct frank_fault *fault)
{
    uint8_t root[FRANK_HASH_BYTES];
    hash_state state;

    hash_init(&state);
    hash_final(&state, root);
    return memcmp(root, attachment->root, sizeof root) == 0
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_FILE_HASH, "root", 0, 0, 0);
}

static int check_whole(struct whole *whole, struct frank_fault *fault)
{
    const struct disclosed_file *file = whole->file;
    uint64_t sealed = frank_attachment_sealed_bytes(&file->attachment);

    if (whole->sealed.len != sealed) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "ciphertext", 0,
                          whole->sealed.len, sealed);
    }
    if (file->range.count == 0) {
        return check_empty(&file->attachment, fault);
    }
    return frank_range_check(&file->attachment, file->range, NULL, 0, read_leaf,
                             whole, fault);
}

static int open_whole(uint8_t *out, const struct whole *whole,
                      struct frank_fault *fault)
{
    const struct disclosed_file *file = whole->file;
    size_t written = 0;
    int error = FRANK_OK;

    for (uint64_t i = 0; error == FRANK_OK && i < file->range.count; i++) {
        struct frank_span sealed =
            chunk_of_run(&file->attachment, whole->sealed, i);

        error = frank_chunk_open(out + written, &file->attachment, file->key, i,
                                 sealed, fault);
        if (error != FRANK_OK) {
            sodium_memzero(out, written);
            (void)wire_fault(fault, error, "chunk",
                             (size_t)(sealed.data - whole->sealed.data), 0, 0);
        }
        written += sealed.len - FRANK_CHUNK_TAG_BYTES;
    }
    return error;
}

int disclosure_open(uint8_t *out, const struct disclosed_file *file,
                    const struct frank_disclosure *d, struct frank_fault *fault)
{
    struct whole whole = {file, d->ciphertext};
    int error;

    if (!file->by_file_key) {
        return frank_range_open(out, &file->attachment, file->range, d->keys,
                                d->proof, d->ciphertext, fault);
    }
    error = check_whole(&whole, fault);
    return error == FRANK_OK && out != NULL ? open_whole(out, &whole, fault)
                                            : error;
}
