/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs of RFC 6962 (sections 2.1.1 and 2.1.2) made of tiles (C2SP
 * tlog-tiles): what merkle_check_inclusion() and merkle_check_consistency()
 * check. Tiles come through a function, so that a folder and a service serve
 * alike.
 */
#ifndef REPORTING_LOG_PROOFS_H
#define REPORTING_LOG_PROOFS_H

#include "merkle.h"

/* Reads the first `width` hashes (1..256, as many as the tree has there) of
 * tile (level, index), as tiles_read() does. out has room for 256. */
typedef int proof_read(void *context, uint8_t (*out)[MERKLE_HASH_BYTES],
                       unsigned level, uint64_t index, unsigned width,
                       struct frank_fault *fault);

/* proof has room for MERKLE_PROOF_MAX hashes; *count is 0 after an error.
 * Errors: VALUE (index not below size; size above MERKLE_SIZE_MAX), those of
 * read. */
FRANK_MUST_CHECK int proof_inclusion(uint8_t (*proof)[MERKLE_HASH_BYTES],
                                     size_t *count, uint64_t index,
                                     uint64_t size, proof_read *read,
                                     void *context, struct frank_fault *fault);

/* Of `from` 0, and where the sizes are the same, it is empty. VALUE (from above
 * to; to above MERKLE_SIZE_MAX), those of read. */
FRANK_MUST_CHECK int proof_consistency(uint8_t (*proof)[MERKLE_HASH_BYTES],
                                       size_t *count, uint64_t from,
                                       uint64_t to, proof_read *read,
                                       void *context,
                                       struct frank_fault *fault);

#endif
