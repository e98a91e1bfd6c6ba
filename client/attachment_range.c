/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof that a run of a file's chunks is part of it.
 *
 * The tree is that of RFC 6962 section 2.1: a subtree of n > 1 leaves is split
 * at the largest power of two below n. It is walked from its root, left before
 * right. A subtree that holds none of the run is one hash of the proof; all
 * others are split further, down to the run's own leaves. Who proves reads each
 * leaf, who checks those of the run alone; both do so in their order, so that
 * neither needs more memory than the depth of the tree.
 */
#include "chunk.h"
#include "merkle.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

/* ---- Runs of chunks ------------------------------------------------------ */

static bool is_within(const struct frank_attachment *attachment,
                      struct frank_range range)
{
    uint64_t chunks = frank_attachment_chunks(attachment);

    return range.count > 0 && range.first < chunks &&
           range.count <= chunks - range.first;
}

uint64_t frank_range_bytes(const struct frank_attachment *attachment,
                           struct frank_range range)
{
    uint64_t begin = range.first << attachment->chunk_log2;
    uint64_t end = (range.first + range.count) << attachment->chunk_log2;

    if (!is_within(attachment, range)) {
        return 0;
    }
    return (end < attachment->size ? end : attachment->size) - begin;
}

int frank_range_of(struct frank_range *out,
                   const struct frank_attachment *attachment, uint64_t offset,
                   uint64_t bytes, struct frank_fault *fault)
{
    unsigned log2 = attachment->chunk_log2;
    uint64_t size = attachment->size;

    *out = (struct frank_range){0, 0};
    if (bytes == 0 || offset >= size || bytes > size - offset) {
        return wire_fault(fault, FRANK_ERR_VALUE, "range", 0, offset + bytes,
                          size);
    }
    out->first = offset >> log2;
    out->count = ((offset + bytes - 1) >> log2) - out->first + 1;
    return FRANK_OK;
}

/* ---- Proofs -------------------------------------------------------------- */

struct walk {
    uint64_t first;
    uint64_t end;
    frank_leaf_reader *reader;
    void *context;
    uint8_t (*made)[FRANK_HASH_BYTES]; /* proving: what was made so far */
    const uint8_t (*proof)[FRANK_HASH_BYTES]; /* checking: what was given */
    size_t count;
    size_t used;
};

static uint64_t split(uint64_t leaves)
{
    uint64_t k = 1;

    while (k < leaves - k) {
        k <<= 1;
    }
    return k;
}

/* The hash of the subtree of `leaves` leaves from `begin` on. is_part: one
 * above it was a hash of the proof already. At most 28 levels deep, as there
 * are no more chunks. NOLINTNEXTLINE(misc-no-recursion) */
static int walk(uint8_t out[static FRANK_HASH_BYTES], struct walk *w,
                uint64_t begin, uint64_t leaves, bool is_part)
{
    uint8_t right[FRANK_HASH_BYTES];
    bool outside = !is_part && (begin + leaves <= w->first || begin >= w->end);
    uint64_t k;
    int error;

    if (outside && w->made == NULL) {
        if (w->used == w->count) {
            return FRANK_ERR_LENGTH;
        }
        memcpy(out, w->proof[w->used++], FRANK_HASH_BYTES);
        return FRANK_OK;
    }
    if (leaves == 1) {
        error = w->reader(w->context, begin, out);
    } else {
        k = split(leaves);
        error = walk(out, w, begin, k, is_part || outside);
        if (error == FRANK_OK) {
            error = walk(right, w, begin + k, leaves - k, is_part || outside);
        }
        if (error == FRANK_OK) {
            merkle_node(out, out, right);
        }
    }
    if (error == FRANK_OK && outside) {
        memcpy(w->made[w->used++], out, FRANK_HASH_BYTES);
    }
    return error;
}

int frank_range_prove(uint8_t root[static FRANK_HASH_BYTES],
                      uint8_t (*proof)[FRANK_HASH_BYTES], size_t *count,
                      const struct frank_attachment *attachment,
                      struct frank_range range, frank_leaf_reader *reader,
                      void *context, struct frank_fault *fault)
{
    struct walk w = {.first = range.first,
                     .end = range.first + range.count,
                     .reader = reader,
                     .context = context,
                     .made = proof};
    int error;

    *count = 0;
    if (!is_within(attachment, range)) {
        return wire_fault(fault, FRANK_ERR_VALUE, "range", 0, range.first,
                          frank_attachment_chunks(attachment));
    }
    error = walk(root, &w, 0, frank_attachment_chunks(attachment), false);
    if (error != FRANK_OK) {
        memset(root, 0, FRANK_HASH_BYTES);
        return wire_fault(fault, error, "chunk", 0, 0, 0);
    }
    *count = w.used;
    return FRANK_OK;
}

int frank_range_check(const struct frank_attachment *attachment,
                      struct frank_range range,
                      const uint8_t (*proof)[FRANK_HASH_BYTES], size_t count,
                      frank_leaf_reader *reader, void *context,
                      struct frank_fault *fault)
{
    struct walk w = {.first = range.first,
                     .end = range.first + range.count,
                     .reader = reader,
                     .context = context,
                     .proof = proof,
                     .count = count};
    uint8_t root[FRANK_HASH_BYTES];
    int error;

    if (!is_within(attachment, range)) {
        return wire_fault(fault, FRANK_ERR_VALUE, "range", 0, range.first,
                          frank_attachment_chunks(attachment));
    }
    error = walk(root, &w, 0, frank_attachment_chunks(attachment), false);
    if (error == FRANK_OK && w.used != count) {
        error = FRANK_ERR_LENGTH;
    }
    if (error != FRANK_OK) {
        return wire_fault(fault, error, "proof", 0, count, w.used);
    }
    return memcmp(root, attachment->root, sizeof root) == 0
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_FILE_HASH, "root", 0, 0, 0);
}

/* ---- What was disclosed -------------------------------------------------- */

struct disclosed {
    const struct frank_attachment *attachment;
    struct frank_range range;
    struct frank_span keys;
    struct frank_span sealed;
};

static const uint8_t *key_of(const struct disclosed *d, uint64_t chunk)
{
    return d->keys.data + (chunk - d->range.first) * FRANK_CHUNK_KEY_BYTES;
}

static struct frank_span chunk_of(const struct disclosed *d, uint64_t chunk)
{
    return chunk_of_run(d->attachment, d->sealed, chunk - d->range.first);
}

static int read_leaf(void *context, uint64_t chunk, uint8_t *leaf)
{
    const struct disclosed *d = context;

    frank_chunk_leaf(leaf, chunk, key_of(d, chunk), chunk_of(d, chunk));
    return FRANK_OK;
}

static int check_lengths(const struct disclosed *d, struct frank_span proof,
                         struct frank_fault *fault)
{
    uint64_t bytes;
    uint64_t sealed;
    int error = chunks_check(d->attachment, fault);

    if (error != FRANK_OK) {
        return error;
    }
    bytes = frank_range_bytes(d->attachment, d->range);
    sealed = bytes + FRANK_CHUNK_TAG_BYTES * d->range.count;
    if (bytes == 0) {
        return wire_fault(fault, FRANK_ERR_VALUE, "range", 0, d->range.first,
                          frank_attachment_chunks(d->attachment));
    }
    if (d->keys.len != FRANK_CHUNK_KEY_BYTES * d->range.count) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "chunk keys", 0, d->keys.len,
                          FRANK_CHUNK_KEY_BYTES * d->range.count);
    }
    if (proof.len % FRANK_HASH_BYTES != 0) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "proof", 0, proof.len,
                          proof.len / FRANK_HASH_BYTES * FRANK_HASH_BYTES);
    }
    if (d->sealed.len != sealed) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "ciphertext", 0,
                          d->sealed.len, sealed);
    }
    return FRANK_OK;
}

static int open_all(uint8_t *out, const struct disclosed *d,
                    struct frank_fault *fault)
{
    struct aead *aead = NULL;
    size_t written = 0;
    int error = aead_new(&aead, d->attachment->aead, fault);

    for (uint64_t i = 0; error == FRANK_OK && i < d->range.count; i++) {
        uint64_t chunk = d->range.first + i;
        struct frank_span sealed = chunk_of(d, chunk);

        error = chunk_open_by(out + written, aead, key_of(d, chunk), sealed);
        if (error != FRANK_OK) {
            sodium_memzero(out, written);
            (void)wire_fault(fault, error, "chunk",
                             (size_t)(sealed.data - d->sealed.data), 0, 0);
        }
        written += sealed.len - FRANK_CHUNK_TAG_BYTES;
    }
    aead_free(aead);
    return error;
}

int frank_range_open(uint8_t *out, const struct frank_attachment *attachment,
                     struct frank_range range, struct frank_span keys,
                     struct frank_span proof, struct frank_span sealed,
                     struct frank_fault *fault)
{
    struct disclosed d = {attachment, range, keys, sealed};
    int error = check_lengths(&d, proof, fault);

    if (error == FRANK_OK) {
        error = frank_range_check(
            attachment, range, (const uint8_t(*)[FRANK_HASH_BYTES])proof.data,
            proof.len / FRANK_HASH_BYTES, read_leaf, &d, fault);
    }
    if (error == FRANK_OK && out != NULL) {
        error = open_all(out, &d, fault);
    }
    return error;
}
