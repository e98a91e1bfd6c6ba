/* SPDX-License-Identifier: Apache-2.0 */
/* One chunk of a file after the other: its key, its leaf, sealed and opened. */
#ifndef CLIENT_CHUNK_H
#define CLIENT_CHUNK_H

#include "aead.h"
#include "hmac.h"

/* ---- Where it is ----------------------------------------------------------
 */

/* A chunk and its tag, of all but the last. */
static inline size_t chunk_stride(const struct frank_attachment *file)
{
    return ((size_t)1 << file->chunk_log2) + FRANK_CHUNK_TAG_BYTES;
}
/* Where a chunk begins in the sealed file. */
static inline uint64_t chunk_offset(const struct frank_attachment *file,
                                    uint64_t number)
{
    return number * chunk_stride(file);
}
/* The sealed chunk at `index` of a run that is there as a whole. */
struct frank_span chunk_of_run(const struct frank_attachment *file,
                               struct frank_span sealed, uint64_t index);

/* ---- Its bytes ------------------------------------------------------------
 */

/* What one thread needs for the chunks of one file. As secret as its key. */
struct chunks {
    struct aead *aead;
    struct hmac schedule; /* of the file key, up to the chunk's number */
};

/* Whether there can be such a file: LIMIT (size), VALUE (chunk_log2), AEAD. Of
 * one that was not decoded, nothing else may be asked before. */
FRANK_MUST_CHECK int chunks_check(const struct frank_attachment *file,
                                  struct frank_fault *fault);
/* Those, MEMORY; *out needs no wiping then. */
FRANK_MUST_CHECK int
chunks_init(struct chunks *out, const struct frank_attachment *file,
            const uint8_t file_key[static FRANK_FILE_KEY_BYTES],
            struct frank_fault *fault);
/* Zeros are allowed, and what it leaves. */
void chunks_wipe(struct chunks *chunks);

/* Writes plain.len + FRANK_CHUNK_TAG_BYTES to out and the chunk's leaf; out may
 * be plain's own memory. MEMORY. */
FRANK_MUST_CHECK int chunk_seal(uint8_t *out,
                                uint8_t leaf[static FRANK_HASH_BYTES],
                                const struct chunks *chunks, uint64_t number,
                                struct frank_span plain);
/* The reverse, likewise; SEALED, MEMORY: out is zero then. */
FRANK_MUST_CHECK int chunk_open(uint8_t *out,
                                uint8_t leaf[static FRANK_HASH_BYTES],
                                const struct chunks *chunks, uint64_t number,
                                struct frank_span sealed);
/* Opened by its own key; likewise, but for the leaf. */
FRANK_MUST_CHECK int
chunk_open_by(uint8_t *out, struct aead *aead,
              const uint8_t key[static FRANK_CHUNK_KEY_BYTES],
              struct frank_span sealed);
/* The leaf alone, of a sealed chunk. */
void chunk_leaf(uint8_t leaf[static FRANK_HASH_BYTES],
                const struct chunks *chunks, uint64_t number,
                struct frank_span sealed);

#endif
