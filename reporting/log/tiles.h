/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hashes of a log as tiles in files (C2SP tlog-tiles), in a folder of the
 * caller's: FOLDER/<level>/<nnn or xnnn/.../nnn>. A tile holds up to 256
 * hashes; one that grows is appended to, so that a partial tile of width w is
 * the first 32 w bytes of its file. Bytes behind what a checkpoint covers mean
 * nothing: a crash leaves them, and they are written over.
 */
#ifndef REPORTING_LOG_TILES_H
#define REPORTING_LOG_TILES_H

#include "merkle.h"

#define TILES_HEIGHT 8
#define TILES_WIDTH 256

struct tiles; /* an open folder */

/* The folder must exist, and be ours (EPERM). FILE (fault->found is errno,
 * field the call that failed), MEMORY. */
FRANK_MUST_CHECK int tiles_open(struct tiles **out, const char *folder,
                                struct frank_fault *fault);
void tiles_close(struct tiles *tiles);

/*
 * Writes what becomes of a log of size `from` (whose tiles are there) when
 * count leaves are appended: their hashes into level 0, and the hash of each
 * tile that got full into the level above. On disk when this gives 0: each file
 * and each new folder is synced. FILE, TRUNCATED (a tile is shorter than `from`
 * needs), LIMIT (more than MERKLE_SIZE_MAX); after an error the log's tiles up
 * to `from` are as they were.
 */
FRANK_MUST_CHECK int tiles_append(struct tiles *tiles, uint64_t from,
                                  const uint8_t (*leaves)[MERKLE_HASH_BYTES],
                                  size_t count, struct frank_fault *fault);

/* Reads the compact range of the first `size` leaves back from the files: the
 * last tile of each level gives it. Every node that lies in two tiles (a full
 * tile's root, and its place in the level above) of those read is compared:
 * CHECKSUM where they differ. FILE, TRUNCATED (a tile is shorter than size
 * needs), LIMIT. *out is zero after an error. */
FRANK_MUST_CHECK int tiles_range(struct merkle_range *out,
                                 const struct tiles *tiles, uint64_t size,
                                 struct frank_fault *fault);

/* One tile as a log of `size` leaves has it: *width hashes (1..256); out has
 * room for TILES_WIDTH. MISSING where a log of that size has no such tile.
 * FILE, TRUNCATED. */
FRANK_MUST_CHECK int tiles_read(uint8_t (*out)[MERKLE_HASH_BYTES],
                                unsigned *width, const struct tiles *tiles,
                                unsigned level, uint64_t index, uint64_t size,
                                struct frank_fault *fault);

/* A tile's file below the folder: "0/x001/067". level is below 100. */
#define TILES_PATH_MAX_BYTES (2 + 7 * 5 + 1)
void tiles_path_write(char out[static TILES_PATH_MAX_BYTES], unsigned level,
                      uint64_t index);

/* The path of a tile below "tile/": "0/x001/067" or "0/x001/067.p/12";
 * "entries/..." sets *entries and level 0. width is 256 without ".p". false for
 * anything that is not written in the one way that C2SP has. */
struct tiles_path {
    bool entries;
    unsigned level; /* 0..63 */
    uint64_t index;
    unsigned width; /* 1..256 */
};
bool tiles_path_parse(struct tiles_path *out, const char *path);

/* Writes a small file, mode 0600, so that after a crash it is there as it was
 * or as it is now, whole: beside its place (PATH.tmp), synced, renamed, folder
 * synced. FILE; the old file is as it was then, unless the folder could not be
 * synced ("sync folder"): the new one has its name by then, and a crash can
 * bring the old one back. Not for two at a time on the same path. */
FRANK_MUST_CHECK int tiles_replace_file(const char *path, const void *bytes,
                                        size_t len, struct frank_fault *fault);

#endif
