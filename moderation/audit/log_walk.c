/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The leaf tiles are read one after the other. What is remembered of the first
 * one counts, whatever the log says now; its other hashes are the log's. A tile
 * that is full makes one hash of the level above, where it is compared with the
 * tile that the log has there, and so on upward; so a wrong tile is found at
 * once, and not only when the root comes out wrong. Entries are looked at when
 * their tile is known to go with the tiles above it: then it is the entry that
 * is wrong.
 */
#include "log_walk.h"

#include "wire.h"

#include <stdio.h>
#include <string.h>

#define PROGRESS_EVERY 64 /* tiles */

/* ---- Who is wrong ---------------------------------------------------------
 */

/* Full tile `index` does not make the hash that the tile above has for it. If
 * its entries do, it is this tile that is wrong, and they show where. */
static int blame_full(struct log_walk *w, uint64_t index, const log_hash root)
{
    const struct log_tile *above = &w->above[1];
    log_hash hashes[TILES_WIDTH];
    log_hash theirs;
    unsigned width = log_tile_width(1, above->index, w->size);
    unsigned first = 0;

    log_walk_where(w, 0, index);
    for (unsigned i = 0; i < width; i++) {
        if (memcmp(above->hashes[i], root, sizeof theirs) == 0) {
            return log_walk_find(w, LOG_SWAPPED, TILES_WIDTH * index,
                                 TILES_WIDTH * (index + 1));
        }
    }
    if (w->bundle != NULL && log_walk_entries(w, index) == FRANK_OK) {
        for (unsigned i = 0; i < TILES_WIDTH; i++) {
            merkle_leaf(hashes[i], w->entries[i]);
        }
        log_tile_root(theirs, (const log_hash *)hashes);
        while (first < TILES_WIDTH - 1 &&
               memcmp(hashes[first], w->leaves[first], sizeof theirs) == 0) {
            first++;
        }
        if (memcmp(theirs, above->hashes[index % TILES_WIDTH], sizeof theirs) !=
            0) {
            first = 0;
        }
    }
    log_walk_where(w, 0, index);
    return log_walk_find(w, LOG_TILE, TILES_WIDTH * index + first,
                         TILES_WIDTH * (index + 1));
}

/* All hashes are there and do not make the root. If the last tile's entries do
 * in the place of its hashes, they show where it is wrong. */
static int blame_last(struct log_walk *w)
{
    struct log_level *last = &w->tree.levels[0];
    const unsigned width = (unsigned)(w->size % TILES_WIDTH);
    const uint64_t start = w->size - width;
    unsigned first = TILES_WIDTH;
    log_hash root;

    if (w->bundle != NULL && width > 0 &&
        log_walk_entries(w, start / TILES_WIDTH) == FRANK_OK) {
        for (unsigned i = width; i-- > 0;) {
            log_hash hash;

            merkle_leaf(hash, w->entries[i]);
            if (memcmp(last->hashes[i], hash, sizeof hash) != 0) {
                first = i;
            }
            memcpy(last->hashes[i], hash, sizeof hash);
        }
        log_tree_root(root, &w->tree);
        if (first < width && memcmp(root, w->root, sizeof root) == 0) {
            log_walk_where(w, 0, start / TILES_WIDTH);
            return log_walk_find(w, LOG_TILE, start + first, w->size);
        }
    }
    (void)snprintf(w->result->where, LOG_WHERE_BYTES, "checkpoint");
    return log_walk_find(w, LOG_ROOT, w->old, w->size);
}

/* ---- Upward ---------------------------------------------------------------
 */

static int stage(struct log_walk *w, unsigned level, uint64_t at,
                 const log_hash *hashes, size_t count)
{
    int error =
        w->state == NULL || count == 0
            ? FRANK_OK
            : log_state_stage(w->state, level, at, hashes, count, w->fault);

    if (error != FRANK_OK) {
        (void)snprintf(w->result->where, LOG_WHERE_BYTES, "state");
    }
    return error;
}

/* Reads the tile in which the level's next node is, and compares what is
 * there of it already. */
static int load_above(struct log_walk *w, unsigned level)
{
    const struct log_level *l = &w->tree.levels[level];
    struct log_tile *tile = &w->above[level];
    const unsigned have = (unsigned)(l->nodes % TILES_WIDTH);
    int error;

    if (tile->loaded && tile->index == l->nodes / TILES_WIDTH) {
        return FRANK_OK;
    }
    tile->index = l->nodes / TILES_WIDTH;
    error = log_walk_hashes(w, tile->hashes, level, tile->index);
    tile->loaded = error == FRANK_OK;
    for (unsigned i = 0; i < have && error == FRANK_OK; i++) {
        if (memcmp(tile->hashes[i], l->hashes[i], sizeof(log_hash)) != 0) {
            error = log_walk_find_below(w, LOG_TILE, l->nodes - have + i,
                                        TILES_HEIGHT * level);
        }
    }
    return error;
}

/* A full tile's root becomes the next node of the level above; and so on. */
static int push(struct log_walk *w, const log_hash leaf_root)
{
    log_hash hash;
    int error = FRANK_OK;

    memcpy(hash, leaf_root, sizeof hash);
    for (unsigned level = 1; level < LOG_LEVELS; level++) {
        struct log_level *l = &w->tree.levels[level];
        const unsigned at = (unsigned)(l->nodes % TILES_WIDTH);

        error = load_above(w, level);
        if (error == FRANK_OK &&
            memcmp(w->above[level].hashes[at], hash, sizeof hash) != 0) {
            error = level == 1 ? blame_full(w, l->nodes, hash)
                               : log_walk_find_below(w, LOG_TILE, l->nodes,
                                                     TILES_HEIGHT * level);
        }
        if (error == FRANK_OK) {
            error = stage(w, level, l->nodes, (const log_hash *)&hash, 1);
        }
        if (error != FRANK_OK) {
            break;
        }
        memcpy(l->hashes[at], hash, sizeof hash);
        l->nodes++;
        if (at + 1 < TILES_WIDTH) {
            break;
        }
        log_tile_root(hash, (const log_hash *)l->hashes);
    }
    return error;
}

/* ---- One tile -------------------------------------------------------------
 */

/* Takes the new hashes of a leaf tile, which the log was asked for. */
static int take_hashes(struct log_walk *w, uint64_t index, unsigned width)
{
    struct log_level *l = &w->tree.levels[0];
    const unsigned have = (unsigned)(l->nodes - TILES_WIDTH * index);
    log_hash root;
    int error = log_walk_hashes(w, w->leaves, 0, index);

    if (error != FRANK_OK) {
        return error;
    }
    for (unsigned i = 0; i < have; i++) {
        if (memcmp(w->leaves[i], l->hashes[i], sizeof root) != 0) {
            if (!w->has_suspect) {
                w->has_suspect = true;
                w->suspect = TILES_WIDTH * index + i;
            }
            memcpy(w->leaves[i], l->hashes[i], sizeof root);
        }
    }
    memcpy(l->hashes[have], w->leaves[have], (width - have) * sizeof root);
    error =
        stage(w, 0, l->nodes, (const log_hash *)w->leaves + have, width - have);
    l->nodes += width - have;
    w->result->hashes += width - have;
    if (error == FRANK_OK && width == TILES_WIDTH) {
        log_tile_root(root, (const log_hash *)w->leaves);
        error = push(w, root);
    }
    return error;
}

static int check_root(struct log_walk *w)
{
    log_hash root;

    log_tree_root(root, &w->tree);
    w->root_holds = memcmp(root, w->root, sizeof root) == 0;
    return w->root_holds ? FRANK_OK : blame_last(w);
}

static int take_entries(struct log_walk *w, uint64_t index, unsigned width)
{
    const uint64_t start = TILES_WIDTH * index;
    int error = log_walk_entries(w, index);

    for (unsigned i = 0; i < width && error == FRANK_OK; i++) {
        log_hash hash;

        merkle_leaf(hash, w->entries[i]);
        if (memcmp(hash, w->leaves[i], sizeof hash) != 0) {
            return log_walk_find(w, LOG_ENTRY, start + i, start + i + 1);
        }
        if (start + i < w->entries_from) {
            continue;
        }
        w->result->entries++;
        if (w->ask->entry != NULL) {
            error =
                w->ask->entry(w->ask->entry_context, start + i, w->entries[i]);
        }
    }
    return error;
}

static int take_tile(struct log_walk *w, uint64_t index)
{
    const uint64_t start = TILES_WIDTH * index;
    const unsigned width = log_tile_width(0, index, w->size);
    int error;

    if (start + width <= w->old) { /* entries that are late */
        error = log_state_read(w->leaves, w->state, 0, start, width, w->fault);
        if (error != FRANK_OK) {
            (void)snprintf(w->result->where, LOG_WHERE_BYTES, "state");
        }
    } else {
        error = take_hashes(w, index, width);
        if (error == FRANK_OK && start + width == w->size) {
            error = check_root(w);
        }
    }
    if (error == FRANK_OK && w->bundle != NULL &&
        start + width > w->entries_from) {
        error = take_entries(w, index, width);
    }
    return error;
}

int log_walk_run(struct log_walk *w)
{
    uint64_t from = w->old;
    uint64_t first;
    int error = FRANK_OK;

    if (w->bundle != NULL && w->entries_from < from) {
        from = w->entries_from;
    }
    first = from / TILES_WIDTH;
    for (uint64_t i = first;
         error == FRANK_OK && from < w->size && TILES_WIDTH * i < w->size;
         i++) {
        error = take_tile(w, i);
        if (w->ask->progress != NULL && (i - first) % PROGRESS_EVERY == 0) {
            uint64_t done = TILES_WIDTH * (i + 1) - from;

            w->ask->progress(w->ask->progress_context,
                             done < w->size - from ? done : w->size - from,
                             w->size - from);
        }
    }
    if (error == FRANK_OK && w->size == 0) {
        error = check_root(w);
    }
    if (error == FRANK_OK && w->has_suspect) {
        log_walk_where(w, 0, w->suspect / TILES_WIDTH);
        error = log_walk_find(w, LOG_TILE, w->suspect, w->suspect + 1);
    }
    return error;
}

int log_walk_compare(struct log_walk *w, uint64_t upto, bool *found,
                     uint64_t *index)
{
    const struct log_result before = *w->result;
    struct frank_fault *const fault = w->fault;
    struct frank_fault ignored;
    log_hash ours[TILES_WIDTH];
    int error = FRANK_OK;

    *found = false;
    for (uint64_t start = 0; start < upto && error == FRANK_OK && !*found;
         start += TILES_WIDTH) {
        size_t count =
            upto - start < TILES_WIDTH ? (size_t)(upto - start) : TILES_WIDTH;

        error = log_state_read(ours, w->state, 0, start, count, fault);
        w->fault = &ignored; /* what log_walk_hashes() finds was found before */
        if (error == FRANK_OK &&
            log_walk_hashes(w, w->leaves, 0, start / TILES_WIDTH) == FRANK_OK) {
            for (size_t i = 0; i < count && !*found; i++) {
                *found = memcmp(ours[i], w->leaves[i], sizeof ours[i]) != 0;
                *index = start + i;
            }
        }
        w->fault = fault;
    }
    *w->result = before;
    if (*found) {
        log_walk_where(w, 0, *index / TILES_WIDTH);
    }
    return error;
}
