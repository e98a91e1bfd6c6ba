/* SPDX-License-Identifier: Apache-2.0 */
/* One chunk of a file after the other: its key, its leaf, sealed and opened. */
#ifndef CLIENT_CHUNK_H
#define CLIENT_CHUNK_H

#include "aead.h"
#include "hmac.h"

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
/* The leaf alone, of a sealed chunk. */
void chunk_leaf(uint8_t leaf[static FRANK_HASH_BYTES],
                const struct chunks *chunks, uint64_t number,
                struct frank_span sealed);

#endif
