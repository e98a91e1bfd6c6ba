/* SPDX-License-Identifier: Apache-2.0 */
/* For log_client.c: the tiles of a log from what is remembered up to a
 * checkpoint. */
#ifndef MODERATION_AUDIT_LOG_WALK_H
#define MODERATION_AUDIT_LOG_WALK_H

#include "log_bundle.h"
#include "log_client.h"
#include "log_state.h"

/* A tile as the log has it. */
struct log_tile {
    bool loaded;
    uint64_t index;
    log_hash hashes[TILES_WIDTH];
};

struct log_walk {
    const struct log_ask *ask;
    struct log_result *result;
    struct log_state *state; /* or NULL */
    struct frank_fault *fault;
    uint64_t old;          /* entries that are remembered; tree begins there */
    uint64_t size;         /* entries of the checkpoint */
    uint64_t entries_from; /* as asked; LOG_ENTRIES_NEW: old */
    log_hash root;         /* of the checkpoint */
    struct log_tree tree;
    struct log_tile above[LOG_LEVELS]; /* from level 1 */
    /* The leaf tile at hand, and its entries. */
    log_hash leaves[TILES_WIDTH];
    struct frank_span entries[TILES_WIDTH];
    uint8_t *bundle; /* LOG_BUNDLE_MAX_BYTES, or NULL without entries */
    bool root_holds; /* the hashes make the root */
    /* A remembered entry for which the log's tile has another hash now. */
    bool has_suspect;
    uint64_t suspect;
};

/* Sets the finding; gives PROOF. */
int log_walk_find(struct log_walk *walk, enum log_finding finding,
                  uint64_t first, uint64_t end);

/* The entries under node `index` of a height of the tree; the end may lie
 * beyond the log's. */
int log_walk_find_below(struct log_walk *walk, enum log_finding finding,
                        uint64_t index, unsigned height);
/* What the result is about: a tile. */
void log_walk_where(struct log_walk *walk, unsigned level, uint64_t index);

/* A tile's hashes; the entries that belong to a leaf tile, split, into entries.
 * PROOF after a finding (LOG_MISSING); trouble. */
FRANK_MUST_CHECK int log_walk_hashes(struct log_walk *walk, log_hash *out,
                                     unsigned level, uint64_t index);
FRANK_MUST_CHECK int log_walk_entries(struct log_walk *walk, uint64_t index);

/* The whole way. PROOF after a finding; trouble. */
FRANK_MUST_CHECK int log_walk_run(struct log_walk *walk);

/* The first remembered entry for which the log has another hash now; *found is
 * whether there is one. What cannot be had is passed over. */
FRANK_MUST_CHECK int log_walk_compare(struct log_walk *walk, uint64_t upto,
                                      bool *found, uint64_t *index);

#endif
