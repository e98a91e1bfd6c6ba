/* SPDX-License-Identifier: Apache-2.0 */
#include "merkle.h"

#include "hash.h"
#include "wire.h"

#include <string.h>

void merkle_leaf(uint8_t out[static MERKLE_HASH_BYTES], struct frank_span entry)
{
    static const uint8_t prefix = 0x00;
    hash_state state;

    hash_init(&state);
    hash_update(&state, &prefix, 1);
    hash_update(&state, entry.data, entry.len);
    hash_final(&state, out);
}

void merkle_node(uint8_t out[static MERKLE_HASH_BYTES],
                 const uint8_t left[static MERKLE_HASH_BYTES],
                 const uint8_t right[static MERKLE_HASH_BYTES])
{
    static const uint8_t prefix = 0x01;
    hash_state state;

    hash_init(&state);
    hash_update(&state, &prefix, 1);
    hash_update(&state, left, MERKLE_HASH_BYTES);
    hash_update(&state, right, MERKLE_HASH_BYTES);
    hash_final(&state, out);
}

/* As adding one to a binary number: each carry joins two subtrees. */
void merkle_append(struct merkle_range *range,
                   const uint8_t leaf[static MERKLE_HASH_BYTES])
{
    uint8_t hash[MERKLE_HASH_BYTES];
    unsigned level = 0;

    memcpy(hash, leaf, sizeof hash);
    for (; (range->size >> level & 1) != 0; level++) {
        merkle_node(hash, range->roots[level], hash);
        memset(range->roots[level], 0, MERKLE_HASH_BYTES);
    }
    memcpy(range->roots[level], hash, sizeof hash);
    range->size++;
}

void merkle_root(uint8_t out[static MERKLE_HASH_BYTES],
                 const struct merkle_range *range)
{
    bool begun = false;

    for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if ((range->size >> level & 1) == 0) {
            continue;
        }
        if (begun) {
            merkle_node(out, range->roots[level], out);
        } else {
            memcpy(out, range->roots[level], MERKLE_HASH_BYTES);
            begun = true;
        }
    }
    if (!begun) {
        hash_state state;

        hash_init(&state);
        hash_final(&state, out);
    }
}

/* ---- Encoding -------------------------------------------------------------
 */

size_t merkle_range_encode(uint8_t out[static MERKLE_RANGE_MAX_BYTES],
                           const struct merkle_range *range)
{
    struct wire_writer w;

    wire_write_init(&w, out, MERKLE_RANGE_MAX_BYTES);
    wire_write_u64(&w, range->size);
    for (unsigned level = MERKLE_LEVELS_MAX; level-- > 0;) {
        if ((range->size >> level & 1) != 0) {
            wire_write_bytes(&w, range->roots[level], MERKLE_HASH_BYTES);
        }
    }
    return w.len;
}

int merkle_range_decode(struct merkle_range *out, struct frank_span bytes,
                        struct frank_fault *fault)
{
    struct wire_reader r;
    int error;

    memset(out, 0, sizeof *out);
    wire_read_init(&r, bytes, 0);
    out->size = wire_read_u64(&r, "size");
    if (out->size >> MERKLE_LEVELS_MAX != 0) {
        wire_read_fail(&r, FRANK_ERR_LIMIT, "size", 0, out->size, INT64_MAX);
    }
    for (unsigned level = MERKLE_LEVELS_MAX; level-- > 0;) {
        if ((out->size >> level & 1) != 0) {
            wire_read_bytes(&r, out->roots[level], MERKLE_HASH_BYTES, "root");
        }
    }
    wire_read_end(&r, "compact range");
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

/* ---- Proofs ---------------------------------------------------------------
 */

static unsigned bits(uint64_t value)
{
    unsigned n = 0;

    for (; value != 0; value >>= 1) {
        n++;
    }
    return n;
}

static unsigned ones(uint64_t value)
{
    unsigned n = 0;

    for (; value != 0; value &= value - 1) {
        n++;
    }
    return n;
}

/* Climbs from a node of the tree along its siblings: `inner` levels in which
 * the index tells the side, then a border on which all siblings are to the
 * left. */
static void climb(uint8_t hash[static MERKLE_HASH_BYTES], uint64_t index,
                  const uint8_t (*proof)[MERKLE_HASH_BYTES], size_t inner,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i < inner && (index >> i & 1) == 0) {
            merkle_node(hash, hash, proof[i]);
        } else {
            merkle_node(hash, proof[i], hash);
        }
    }
}

int merkle_check_inclusion(uint64_t index, uint64_t size,
                           const uint8_t leaf[static MERKLE_HASH_BYTES],
                           const uint8_t (*proof)[MERKLE_HASH_BYTES],
                           size_t count,
                           const uint8_t root[static MERKLE_HASH_BYTES],
                           struct frank_fault *fault)
{
    uint8_t hash[MERKLE_HASH_BYTES];
    size_t inner;
    size_t wanted;

    if (index >= size) {
        return wire_fault(fault, FRANK_ERR_VALUE, "index", 0, index, size);
    }
    inner = bits(index ^ (size - 1));
    wanted = inner + ones(index >> inner);
    if (count != wanted) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "inclusion proof", 0, count,
                          wanted);
    }
    memcpy(hash, leaf, sizeof hash);
    climb(hash, index, proof, inner, count);
    return memcmp(hash, root, sizeof hash) == 0
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_PROOF, "inclusion proof", 0, 0, 0);
}

/* Both roots from the largest perfect subtree at the end of the smaller tree.
 */
static bool roots_match(uint64_t from, uint64_t to, const uint8_t *from_root,
                        const uint8_t *to_root,
                        const uint8_t (*proof)[MERKLE_HASH_BYTES], size_t count,
                        size_t inner, unsigned shift, bool is_perfect)
{
    uint8_t old[MERKLE_HASH_BYTES];
    uint8_t new[MERKLE_HASH_BYTES];
    const uint8_t *seed = is_perfect ? from_root : proof[0];
    const uint8_t(*rest)[MERKLE_HASH_BYTES] = is_perfect ? proof : proof + 1;
    size_t len = is_perfect ? count : count - 1;
    uint64_t mask = (from - 1) >> shift;

    (void)to;
    memcpy(old, seed, sizeof old);
    memcpy(new, seed, sizeof new);
    for (size_t i = 0; i < len; i++) {
        bool is_left = i >= inner || (mask >> i & 1) != 0;

        if (is_left) {
            merkle_node(old, rest[i], old);
            merkle_node(new, rest[i], new);
        } else {
            merkle_node(new, new, rest[i]);
        }
    }
    return memcmp(old, from_root, sizeof old) == 0 &&
           memcmp(new, to_root, sizeof new) == 0;
}

int merkle_check_consistency(uint64_t from, uint64_t to,
                             const uint8_t from_root[static MERKLE_HASH_BYTES],
                             const uint8_t to_root[static MERKLE_HASH_BYTES],
                             const uint8_t (*proof)[MERKLE_HASH_BYTES],
                             size_t count, struct frank_fault *fault)
{
    unsigned shift = 0;
    bool is_perfect;
    size_t inner;
    size_t wanted;

    if (from == 0 || from > to) {
        return wire_fault(fault, FRANK_ERR_VALUE, "size", 0, from, to);
    }
    while ((from >> shift & 1) == 0) {
        shift++;
    }
    is_perfect = from >> shift == 1;
    inner = from == to ? 0 : bits((from - 1) ^ (to - 1)) - shift;
    wanted = from == to ? 0
                        : inner + ones((from - 1) >> (inner + shift)) +
                              (is_perfect ? 0 : 1);
    if (count != wanted) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "consistency proof", 0,
                          count, wanted);
    }
    if (from == to ? memcmp(from_root, to_root, MERKLE_HASH_BYTES) != 0
                   : !roots_match(from, to, from_root, to_root, proof, count,
                                  inner, shift, is_perfect)) {
        return wire_fault(fault, FRANK_ERR_PROOF, "consistency proof", 0, 0, 0);
    }
    return FRANK_OK;
}
