/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log's tree as tiles have it (C2SP tlog-tiles): of each level the last tile,
 * while it fills up. That is all that a tree needs to go on: a full tile
 * becomes one hash of the level above.
 */
#ifndef MODERATION_AUDIT_LOG_TREE_H
#define MODERATION_AUDIT_LOG_TREE_H

#include "tiles.h"

/* Levels that a log of at most MERKLE_SIZE_MAX entries can have. */
#define LOG_LEVELS 8

typedef uint8_t log_hash[MERKLE_HASH_BYTES];

struct log_level {
    uint64_t nodes; /* so far; the last nodes % 256 of them are in hashes */
    log_hash hashes[TILES_WIDTH];
};
struct log_tree {
    struct log_level levels[LOG_LEVELS];
};

/* How many hashes tile `index` of a level has in a log of `size` entries: 0 to
 * 256. */
unsigned log_tile_width(unsigned level, uint64_t index, uint64_t size);

/* The root over the 256 hashes of a full tile. */
void log_tile_root(log_hash out, const log_hash *hashes);

/* The root of the whole; of an empty tree SHA-256(""). */
void log_tree_root(log_hash out, const struct log_tree *tree);

#endif
