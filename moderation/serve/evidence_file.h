/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disclosed file, or a run of it, at rest: chunk by chunk as it was opened,
 * each sealed again under a key that stands in the database alone, wrapped. In
 * front is what it is of. No two records share a nonce, which is random, and
 * none can stand in another's place.
 *
 *     head:      nonce[24], sealed { size, begin, end, log2, type }
 *     records:   nonce[24], sealed { leaf[32], chunk }
 *
 * with XChaCha20-Poly1305; associated data is a record's number, of the head
 * 2^64 - 1. The last record may be shorter. What was half written is cut off
 * when it is opened again, so that any number of whole records is a good file.
 */
#ifndef MODERATION_SERVE_EVIDENCE_FILE_H
#define MODERATION_SERVE_EVIDENCE_FILE_H

#include "frank.h"

#define EVIDENCE_KEY_BYTES 32
#define EVIDENCE_TYPE_BYTES 32
#define EVIDENCE_CHUNK_MAX_BYTES ((size_t)1 << FRANK_CHUNK_LOG2_MAX)

struct evidence_head {
    uint64_t size;  /* of the whole file, of which this may be a run */
    uint64_t begin; /* of the run; a multiple of the chunk's size */
    uint64_t end;   /* not included */
    uint8_t chunk_log2;
    char type[EVIDENCE_TYPE_BYTES]; /* as which a browser may show it; or "" */
};

struct evidence_file; /* of one thread; holds the key, in guarded memory */

/* Opens the file for writing, or makes it. One with another head, or under
 * another key, begins anew. FILE (fault->found is errno), MEMORY. */
FRANK_MUST_CHECK int
evidence_file_make(struct evidence_file **out, int folder, const char *name,
                   const uint8_t key[static EVIDENCE_KEY_BYTES],
                   const struct evidence_head *head, struct frank_fault *fault);
/* Opens it to be read. SEALED (another key, or altered), FILE, MEMORY. */
FRANK_MUST_CHECK int
evidence_file_open(struct evidence_file **out, int folder, const char *name,
                   const uint8_t key[static EVIDENCE_KEY_BYTES],
                   struct frank_fault *fault);
/* Wipes what it holds. NULL is allowed. */
void evidence_file_close(struct evidence_file *file);

const struct evidence_head *
evidence_file_head(const struct evidence_file *file);
/* Records that are whole, and that there are when all are. */
uint64_t evidence_file_records(const struct evidence_file *file);
uint64_t evidence_file_all(const struct evidence_file *file);

/* Adds the next record. plain is a chunk: full, but for the last one. FILE: it
 * is as before, or shorter by nothing that was whole. */
FRANK_MUST_CHECK int
evidence_file_add(struct evidence_file *file,
                  const uint8_t leaf[static FRANK_HASH_BYTES],
                  struct frank_span plain, struct frank_fault *fault);
/* Gives record i; *chunk points into the file's memory until the next call.
 * SEALED, FILE. */
FRANK_MUST_CHECK int evidence_file_read(struct evidence_file *file,
                                        uint8_t leaf[static FRANK_HASH_BYTES],
                                        struct frank_span *chunk, uint64_t i,
                                        struct frank_fault *fault);
/* Leaves only the first `records`. FILE. */
FRANK_MUST_CHECK int evidence_file_cut(struct evidence_file *file,
                                       uint64_t records,
                                       struct frank_fault *fault);
/* Returns when it is on disk. FILE. */
FRANK_MUST_CHECK int evidence_file_sync(struct evidence_file *file,
                                        struct frank_fault *fault);

#endif
