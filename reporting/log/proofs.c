/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both proofs walk down the tree from its root, halving a stretch of leaves at
 * the largest power of two below its length, and take the half that they do not
 * walk into. Each such half is a perfect subtree, or reaches to the end of the
 * tree and is made of perfect ones. Those are what tiles hold.
 */
#include "proofs.h"

#include "tiles.h"
#include "wire.h"

#include <string.h>

struct source {
    proof_read *read;
    void *context;
    struct frank_fault *fault;
    uint64_t size;
    /* The tile that was read last: nodes that follow each other mostly lie in
     * the same one. */
    bool has_tile;
    unsigned level;
    uint64_t index;
    uint8_t hashes[TILES_WIDTH][MERKLE_HASH_BYTES];
};

static int read_tile(struct source *s, unsigned level, uint64_t index)
{
    uint64_t left = (s->size >> (TILES_HEIGHT * level)) - index * TILES_WIDTH;
    int error;

    if (s->has_tile && s->level == level && s->index == index) {
        return FRANK_OK;
    }
    s->has_tile = false;
    error =
        s->read(s->context, s->hashes, level, index,
                left < TILES_WIDTH ? (unsigned)left : TILES_WIDTH, s->fault);
    s->has_tile = error == FRANK_OK;
    s->level = level;
    s->index = index;
    return error;
}

/* The root of the perfect subtree of 2^height leaves, the number-th of its
 * height: its leaves' hashes lie together in one tile. */
static int perfect(uint8_t out[static MERKLE_HASH_BYTES], struct source *s,
                   unsigned height, uint64_t number)
{
    uint8_t level[TILES_WIDTH / 2][MERKLE_HASH_BYTES];
    const uint8_t(*from)[MERKLE_HASH_BYTES];
    unsigned count = 1U << height % TILES_HEIGHT;
    uint64_t start = number << height % TILES_HEIGHT;
    int error = read_tile(s, height / TILES_HEIGHT, start / TILES_WIDTH);

    if (error != FRANK_OK) {
        return error;
    }
    from =
        (const uint8_t(*)[MERKLE_HASH_BYTES])(s->hashes + start % TILES_WIDTH);
    for (; count > 1; count /= 2) {
        for (unsigned i = 0; i < count / 2; i++) {
            merkle_node(level[i], from[2 * (size_t)i], from[2 * (size_t)i + 1]);
        }
        from = (const uint8_t(*)[MERKLE_HASH_BYTES])level;
    }
    memcpy(out, from[0], MERKLE_HASH_BYTES);
    return FRANK_OK;
}

/* From the smallest perfect subtree, on the right, to the largest. */
static int node(uint8_t out[static MERKLE_HASH_BYTES], struct source *s,
                uint64_t from, uint64_t to)
{
    uint8_t left[MERKLE_HASH_BYTES];
    uint64_t end = to;
    int error = FRANK_OK;

    for (unsigned height = 0; end > from && error == FRANK_OK; height++) {
        if (((to - from) >> height & 1) == 0) {
            continue;
        }
        error = perfect(left, s, height, (end >> height) - 1);
        if (error == FRANK_OK && end != to) {
            merkle_node(out, left, out);
        } else if (error == FRANK_OK) {
            memcpy(out, left, MERKLE_HASH_BYTES);
        }
        end -= UINT64_C(1) << height;
    }
    return error;
}

/* The largest power of two below n, which is 2 or more. */
static uint64_t half(uint64_t n)
{
    uint64_t k = 1;

    while (k < n - k) {
        k *= 2;
    }
    return k;
}

/* A stretch of leaves that is walked down, and the halves that were left. */
struct walk {
    uint64_t from;
    uint64_t to;
    size_t count;
    struct {
        uint64_t from;
        uint64_t to;
    } halves[MERKLE_PROOF_MAX];
};

/* Goes into the half that has leaf `number`. */
static void step(struct walk *w, uint64_t number)
{
    uint64_t middle = w->from + half(w->to - w->from);

    if (number < middle) {
        w->halves[w->count].from = middle;
        w->halves[w->count++].to = w->to;
        w->to = middle;
    } else {
        w->halves[w->count].from = w->from;
        w->halves[w->count++].to = middle;
        w->from = middle;
    }
}

/* The halves' hashes, the last one first. */
static int write_proof(uint8_t (*proof)[MERKLE_HASH_BYTES], size_t *count,
                       struct source *s, const struct walk *w)
{
    int error = FRANK_OK;

    for (size_t i = w->count; i-- > 0 && error == FRANK_OK;) {
        error = node(proof[w->count - 1 - i], s, w->halves[i].from,
                     w->halves[i].to);
    }
    *count = error == FRANK_OK ? w->count : 0;
    return error;
}

int proof_inclusion(uint8_t (*proof)[MERKLE_HASH_BYTES], size_t *count,
                    uint64_t index, uint64_t size, proof_read *read,
                    void *context, struct frank_fault *fault)
{
    struct source s = {
        .read = read, .context = context, .fault = fault, .size = size};
    struct walk w = {.to = size};

    *count = 0;
    if (size > MERKLE_SIZE_MAX) {
        return wire_fault(fault, FRANK_ERR_VALUE, "size", 0, size,
                          MERKLE_SIZE_MAX);
    }
    if (index >= size) {
        return wire_fault(fault, FRANK_ERR_VALUE, "index", 0, index,
                          size > 0 ? size - 1 : 0);
    }
    while (w.to - w.from > 1) {
        step(&w, index);
    }
    return write_proof(proof, count, &s, &w);
}

int proof_consistency(uint8_t (*proof)[MERKLE_HASH_BYTES], size_t *count,
                      uint64_t from, uint64_t to, proof_read *read,
                      void *context, struct frank_fault *fault)
{
    struct source s = {
        .read = read, .context = context, .fault = fault, .size = to};
    struct walk w = {.to = to};

    *count = 0;
    if (to > MERKLE_SIZE_MAX) {
        return wire_fault(fault, FRANK_ERR_VALUE, "to", 0, to, MERKLE_SIZE_MAX);
    }
    if (from > to) {
        return wire_fault(fault, FRANK_ERR_VALUE, "from", 0, from, to);
    }
    if (from == 0) {
        return FRANK_OK;
    }
    while (w.to != from) {
        step(&w, from - 1);
    }
    if (w.from > 0) { /* not the whole old tree, whose root is known */
        w.halves[w.count].from = w.from;
        w.halves[w.count++].to = from;
    }
    return write_proof(proof, count, &s, &w);
}
