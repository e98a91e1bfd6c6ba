/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Merkle tree of RFC 6962 section 2.1, as far as one who appends needs it:
 * the compact range of a tree, that is the roots of its perfect subtrees, from
 * the largest to the smallest.
 */
#ifndef CLIENT_MERKLE_H
#define CLIENT_MERKLE_H

#include "frank.h"

#define MERKLE_HASH_BYTES 32
#define MERKLE_LEVELS_MAX 63
#define MERKLE_SIZE_MAX (UINT64_MAX >> 1)

struct merkle_range {
    uint64_t size; /* leaves, at most MERKLE_SIZE_MAX */
    /* roots[level] of the perfect subtree of 2^level leaves, where bit `level`
     * of size is set */
    uint8_t roots[MERKLE_LEVELS_MAX][MERKLE_HASH_BYTES];
};

/* SHA-256(0x00 || entry), SHA-256(0x01 || left || right). */
void merkle_leaf(uint8_t out[static MERKLE_HASH_BYTES],
                 struct frank_span entry);
void merkle_node(uint8_t out[static MERKLE_HASH_BYTES],
                 const uint8_t left[static MERKLE_HASH_BYTES],
                 const uint8_t right[static MERKLE_HASH_BYTES]);

/* A leaf beyond MERKLE_SIZE_MAX is a bug and aborts. */
void merkle_append(struct merkle_range *range,
                   const uint8_t leaf[static MERKLE_HASH_BYTES]);
/* Of an empty tree SHA-256(""). */
void merkle_root(uint8_t out[static MERKLE_HASH_BYTES],
                 const struct merkle_range *range);

/* ---- Encoding: uint64 size, then the roots that there are, largest first ---
 */
#define MERKLE_RANGE_MAX_BYTES (8 + MERKLE_LEVELS_MAX * MERKLE_HASH_BYTES)
size_t merkle_range_encode(uint8_t out[static MERKLE_RANGE_MAX_BYTES],
                           const struct merkle_range *range);
/* TRUNCATED, TRAILING, LIMIT. *out is zero after an error. */
FRANK_MUST_CHECK int merkle_range_decode(struct merkle_range *out,
                                         struct frank_span bytes,
                                         struct frank_fault *fault);

/* ---- Proofs (RFC 6962 sections 2.1.1 and 2.1.2) ---------------------------
 */
#define MERKLE_PROOF_MAX 64

/* Whether leaf is entry `index` of the tree of this size and root. VALUE (index
 * not below size; size 0 or above MERKLE_SIZE_MAX), LENGTH (of the proof),
 * PROOF. proof may be NULL where count is 0. */
FRANK_MUST_CHECK int merkle_check_inclusion(
    uint64_t index, uint64_t size, const uint8_t leaf[static MERKLE_HASH_BYTES],
    const uint8_t (*proof)[MERKLE_HASH_BYTES], size_t count,
    const uint8_t root[static MERKLE_HASH_BYTES], struct frank_fault *fault);
/* Whether the tree of size `to` begins with that of size `from`. VALUE (from 0,
 * or above to; to above MERKLE_SIZE_MAX), LENGTH, PROOF. */
FRANK_MUST_CHECK int
merkle_check_consistency(uint64_t from, uint64_t to,
                         const uint8_t from_root[static MERKLE_HASH_BYTES],
                         const uint8_t to_root[static MERKLE_HASH_BYTES],
                         const uint8_t (*proof)[MERKLE_HASH_BYTES],
                         size_t count, struct frank_fault *fault);

#endif
