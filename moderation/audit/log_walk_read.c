/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a log on the way, and what is found in them. */
#include "log_walk.h"

#include "wire.h"

#include <stdio.h>

int log_walk_find(struct log_walk *walk, enum log_finding finding,
                  uint64_t first, uint64_t end)
{
    const uint64_t most = walk->size > walk->old ? walk->size : walk->old;

    walk->result->finding = finding;
    walk->result->first = first;
    walk->result->end = end < most ? end : most;
    return wire_fault(walk->fault, FRANK_ERR_PROOF, log_finding_name(finding),
                      0, first, end);
}

int log_walk_find_below(struct log_walk *w, enum log_finding finding,
                        uint64_t index, unsigned height)
{
    uint64_t end = height < 63 && index + 1 < UINT64_MAX >> height
                       ? (index + 1) << height
                       : UINT64_MAX;

    return log_walk_find(w, finding, height < 64 ? index << height : 0, end);
}

/* ---- Files ----------------------------------------------------------------
 */

/* "tile/KIND<below path>"; what is partial has its width behind. */
static void name_file(char out[static LOG_WHERE_BYTES], const char *kind,
                      const char *path, unsigned width)
{
    (void)snprintf(out, LOG_WHERE_BYTES,
                   width < TILES_WIDTH ? "tile/%s%.48s.p/%u" : "tile/%s%.48s",
                   kind, path, width);
}

void log_walk_where(struct log_walk *w, unsigned level, uint64_t index)
{
    char path[TILES_PATH_MAX_BYTES];

    tiles_path_write(path, level, index);
    name_file(w->result->where, "", path,
              log_tile_width(level, index, w->size));
}

/* A log may drop a partial tile once it has the full one: then its beginning
 * does. A folder in which tiles grow has such files only. *whole: this is the
 * file that was asked for. */
static int read_part(struct log_walk *w, const char *kind, const char *path,
                     unsigned width, uint8_t *out, size_t *len, bool *whole)
{
    const size_t room = *len;
    int error;

    name_file(w->result->where, kind, path, width);
    error = w->ask->read(w->ask->read_context, w->result->where, out, len);
    *whole = true;
    if (error == FRANK_ERR_MISSING && width < TILES_WIDTH) {
        char full[LOG_WHERE_BYTES];

        name_file(full, kind, path, TILES_WIDTH);
        *len = room;
        *whole = false;
        error = w->ask->read(w->ask->read_context, full, out, len);
    }
    return error;
}

int log_walk_hashes(struct log_walk *w, log_hash *out, unsigned level,
                    uint64_t index)
{
    const unsigned width = log_tile_width(level, index, w->size);
    char path[TILES_PATH_MAX_BYTES];
    size_t len = TILES_WIDTH * sizeof *out;
    bool whole;
    int error;

    tiles_path_write(path, level, index);
    error = read_part(w, "", path, width, (uint8_t *)out, &len, &whole);
    if (error == FRANK_ERR_MISSING || error == FRANK_ERR_LIMIT ||
        (error == FRANK_OK &&
         (len < width * sizeof *out || (whole && len > width * sizeof *out)))) {
        return log_walk_find_below(w, LOG_MISSING, index,
                                   TILES_HEIGHT * (level + 1));
    }
    return error;
}

int log_walk_entries(struct log_walk *w, uint64_t index)
{
    const unsigned width = log_tile_width(0, index, w->size);
    char path[TILES_PATH_MAX_BYTES];
    size_t len = LOG_BUNDLE_MAX_BYTES;
    struct frank_fault fault = {.found = 0};
    size_t left = 0;
    bool whole;
    int error;

    tiles_path_write(path, 0, index);
    error = read_part(w, "entries", path + 1, width, w->bundle, &len, &whole);
    if (error == FRANK_OK) {
        error = log_bundle_split(w->entries, &left,
                                 (struct frank_span){w->bundle, len}, width,
                                 &fault);
    }
    if (error == FRANK_ERR_MISSING || error == FRANK_ERR_LIMIT ||
        error == FRANK_ERR_TRUNCATED || (whole && left > 0)) {
        return log_walk_find(w, LOG_MISSING, TILES_WIDTH * index + fault.found,
                             TILES_WIDTH * (index + 1));
    }
    return error;
}
