/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The path from a leaf to the root goes through nodes of two kinds. Up to the
 * level at which the paths of this leaf and of the tree's last leaf meet, each
 * level has a sibling, left or right as the bits of the index say. From there
 * on the path runs along the right edge of the tree, where a level has a
 * sibling, always a left one, only if its bit of the index is set. Both proofs
 * are such paths, so that their length is known before anything is hashed.
 */
#include "merkle.h"

#include "hash.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

/* Most of what a log costs is here: nodes are hashed in one piece. */
void merkle_leaf(uint8_t out[static MERKLE_HASH_BYTES], struct frank_span entry)
{
    static const uint8_t prefix = 0x00;
    hash_state state;

    hash_init(&state);
    hash_update(&state, &prefix, 1);
    if (entry.len > 0) {
        hash_update(&state, entry.data, entry.len);
    }
    hash_final(&state, out);
}

void merkle_node(uint8_t out[static MERKLE_HASH_BYTES],
                 const uint8_t left[static MERKLE_HASH_BYTES],
                 const uint8_t right[static MERKLE_HASH_BYTES])
{
    uint8_t bytes[1 + 2 * MERKLE_HASH_BYTES];
    hash_state state;

    bytes[0] = 0x01;
    memcpy(bytes + 1, left, MERKLE_HASH_BYTES);
    memcpy(bytes + 1 + MERKLE_HASH_BYTES, right, MERKLE_HASH_BYTES);
    hash_init(&state);
    hash_update(&state, bytes, sizeof bytes);
    hash_final(&state, out);
}

static bool bit(uint64_t number, unsigned at)
{
    return (number >> at & 1) != 0;
}

/* ---- The compact range -------------------------------------------------- */

/* As in adding one to a binary number: two subtrees of a size make one. */
void merkle_append(struct merkle_range *range,
                   const uint8_t leaf[static MERKLE_HASH_BYTES])
{
    uint8_t hash[MERKLE_HASH_BYTES];
    unsigned level = 0;

    if (range->size >= MERKLE_SIZE_MAX) {
        abort();
    }
    memcpy(hash, leaf, sizeof hash);
    for (; bit(range->size, level); level++) {
        merkle_node(hash, range->roots[level], hash);
    }
    memcpy(range->roots[level], hash, sizeof hash);
    range->size++;
}

void merkle_root(uint8_t out[static MERKLE_HASH_BYTES],
                 const struct merkle_range *range)
{
    hash_state state;
    bool any = false;

    for (unsigned level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if (bit(range->size, level) && any) {
            merkle_node(out, range->roots[level], out);
        } else if (bit(range->size, level)) {
            memcpy(out, range->roots[level], MERKLE_HASH_BYTES);
            any = true;
        }
    }
    if (!any) {
        hash_init(&state);
        hash_final(&state, out);
    }
}

size_t merkle_range_encode(uint8_t out[static MERKLE_RANGE_MAX_BYTES],
                           const struct merkle_range *range)
{
    struct wire_writer w;

    wire_write_init(&w, out, MERKLE_RANGE_MAX_BYTES);
    wire_write_u64(&w, range->size);
    for (unsigned level = MERKLE_LEVELS_MAX; level-- > 0;) {
        if (bit(range->size, level)) {
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
    if (out->size > MERKLE_SIZE_MAX) {
        wire_read_fail(&r, FRANK_ERR_LIMIT, "size", 0, out->size,
                       MERKLE_SIZE_MAX);
    }
    for (unsigned level = MERKLE_LEVELS_MAX; level-- > 0;) {
        if (bit(out->size, level)) {
            wire_read_bytes(&r, out->roots[level], MERKLE_HASH_BYTES, "roots");
        }
    }
    wire_read_end(&r, "range");
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

/* ---- Proofs ------------------------------------------------------------- */

/* A path upward from node `index` of a level: `inner` levels with a sibling
 * each, then `border` left siblings. */
struct path {
    uint64_t index;
    unsigned inner;
    unsigned border;
};

static struct path path_of(uint64_t index, uint64_t last)
{
    struct path path = {index, 0, 0};

    while ((index ^ last) >> path.inner != 0) {
        path.inner++;
    }
    for (uint64_t rest = index >> path.inner; rest != 0; rest >>= 1) {
        path.border += (unsigned)(rest & 1);
    }
    return path;
}

/* hash becomes the root that the siblings lead to: of the whole tree, or of the
 * tree that ends with this node, which has none of the right ones. */
static void climb(uint8_t hash[static MERKLE_HASH_BYTES],
                  const struct path *path,
                  const uint8_t (*siblings)[MERKLE_HASH_BYTES], bool whole)
{
    for (unsigned i = 0; i < path->inner + path->border; i++) {
        if (i >= path->inner || bit(path->index, i)) {
            merkle_node(hash, siblings[i], hash);
        } else if (whole) {
            merkle_node(hash, hash, siblings[i]);
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
    struct path path;

    if (size == 0 || size > MERKLE_SIZE_MAX) {
        return wire_fault(fault, FRANK_ERR_VALUE, "size", 0, size,
                          MERKLE_SIZE_MAX);
    }
    if (index >= size) {
        return wire_fault(fault, FRANK_ERR_VALUE, "index", 0, index, size - 1);
    }
    path = path_of(index, size - 1);
    if (count != path.inner + path.border) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "proof", 0, count,
                          path.inner + path.border);
    }
    memcpy(hash, leaf, sizeof hash);
    climb(hash, &path, proof, true);
    if (memcmp(hash, root, sizeof hash) != 0) {
        return wire_fault(fault, FRANK_ERR_PROOF, "proof", 0, 0, 0);
    }
    return FRANK_OK;
}

static int check_sizes(uint64_t from, uint64_t to, struct frank_fault *fault)
{
    if (to > MERKLE_SIZE_MAX) {
        return wire_fault(fault, FRANK_ERR_VALUE, "to", 0, to, MERKLE_SIZE_MAX);
    }
    if (from == 0 || from > to) {
        return wire_fault(fault, FRANK_ERR_VALUE, "from", 0, from, to);
    }
    return FRANK_OK;
}

/*
 * The proof is the path of the last perfect subtree of the old tree: its left
 * siblings give the old root, all of them the new one. Where that subtree is
 * the whole old tree, its hash is known and not in the proof.
 */
int merkle_check_consistency(uint64_t from, uint64_t to,
                             const uint8_t from_root[static MERKLE_HASH_BYTES],
                             const uint8_t to_root[static MERKLE_HASH_BYTES],
                             const uint8_t (*proof)[MERKLE_HASH_BYTES],
                             size_t count, struct frank_fault *fault)
{
    uint8_t old[MERKLE_HASH_BYTES];
    uint8_t new[MERKLE_HASH_BYTES];
    struct path path = {0, 0, 0};
    unsigned level = 0;
    size_t first;
    int error = check_sizes(from, to, fault);

    if (error != FRANK_OK) {
        return error;
    }
    while (!bit(from, level)) {
        level++;
    }
    if (from < to) {
        path = path_of((from - 1) >> level, (to - 1) >> level);
    }
    first = from == to || from >> level == 1 ? 0 : 1;
    if (count != first + path.inner + path.border) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "proof", 0, count,
                          first + path.inner + path.border);
    }
    memcpy(old, first == 0 ? from_root : proof[0], sizeof old);
    memcpy(new, old, sizeof new);
    if (count > first) {
        climb(old, &path, proof + first, false);
        climb(new, &path, proof + first, true);
    }
    if (memcmp(old, from_root, sizeof old) != 0 ||
        memcmp(new, to_root, sizeof new) != 0) {
        return wire_fault(fault, FRANK_ERR_PROOF, "proof", 0, 0, 0);
    }
    return FRANK_OK;
}
