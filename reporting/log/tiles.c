/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An append writes behind what the log of size `from` has, and nowhere else, so
 * that it can fail or be cut off anywhere and be made again. A tile's file, and
 * the folders above it, can be new only when the tile begins; they are synced
 * then even if they are there, as the append that made them may have been cut
 * off before it came to that.
 */
#include "tiles.h"

#include "tiles_io.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Levels that a log of at most MERKLE_SIZE_MAX leaves can have. */
#define LEVELS 8
/* Leaves that are appended at a time: they fill 256 tiles, and begin one. */
#define STEP ((size_t)TILES_WIDTH * TILES_WIDTH)

struct tiles {
    int dir;
};

int tiles_open(struct tiles **out, const char *folder,
               struct frank_fault *fault)
{
    struct tiles *tiles = malloc(sizeof *tiles);
    struct stat st;
    int error = FRANK_OK;

    *out = NULL;
    if (tiles == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "tiles", 0, 0, 0);
    }
    tiles->dir = open(folder, TILES_IO_FOLDER);
    if (tiles->dir < 0) {
        error = tiles_io_fault(fault, "open folder");
    } else if (fstat(tiles->dir, &st) != 0) {
        error = tiles_io_fault(fault, "stat folder");
    } else if (st.st_uid != geteuid()) {
        errno = EPERM;
        error = tiles_io_fault(fault, "owner of folder");
    }
    if (error == FRANK_OK) {
        *out = tiles;
        tiles = NULL; /* transferred */
    }
    tiles_close(tiles);
    return error;
}

void tiles_close(struct tiles *tiles)
{
    if (tiles != NULL) {
        tiles_io_close(tiles->dir);
    }
    free(tiles);
}

/* ---- Reading --------------------------------------------------------------
 */

/* O_NONBLOCK: a pipe in the file's place must not make us wait. */
static int open_tile(int *fd, const struct tiles *tiles, const char *path,
                     int flags, struct frank_fault *fault)
{
    *fd = openat(tiles->dir, path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                 0600);
    return *fd < 0 ? tiles_io_fault(fault, "open tile") : FRANK_OK;
}

/* The first `width` hashes of a tile; *out is zero after an error. */
static int read_tile(uint8_t (*out)[MERKLE_HASH_BYTES], unsigned width,
                     const struct tiles *tiles, unsigned level, uint64_t index,
                     struct frank_fault *fault)
{
    const size_t len = (size_t)width * MERKLE_HASH_BYTES;
    char path[TILES_PATH_MAX_BYTES];
    int fd = -1;
    int error;

    tiles_path_write(path, level, index);
    error = open_tile(&fd, tiles, path, O_RDONLY, fault);
    if (error == FRANK_OK) {
        error = tiles_io_read(fd, out, len, fault);
    }
    if (error != FRANK_OK) {
        memset(out, 0, len);
    }
    tiles_io_close(fd);
    return error;
}

/* How many hashes tile `index` has where its level has `nodes`; 0: no tile. */
static unsigned width_of(uint64_t nodes, uint64_t index)
{
    uint64_t begun = nodes / TILES_WIDTH;

    if (index < begun) {
        return TILES_WIDTH;
    }
    return index == begun ? (unsigned)(nodes % TILES_WIDTH) : 0;
}

int tiles_read(uint8_t (*out)[MERKLE_HASH_BYTES], unsigned *width,
               const struct tiles *tiles, unsigned level, uint64_t index,
               uint64_t size, struct frank_fault *fault)
{
    uint64_t nodes = level < LEVELS ? size >> (TILES_HEIGHT * level) : 0;
    unsigned wide = width_of(nodes, index);
    int error;

    *width = 0;
    if (wide == 0) {
        return wire_fault(fault, FRANK_ERR_MISSING, "tile", 0, index, nodes);
    }
    error = read_tile(out, wide, tiles, level, index, fault);
    if (error == FRANK_OK) {
        *width = wide;
    }
    return error;
}

/* ---- Appending ---------------------------------------------------------- */

/* Makes the folders of a path that are not there. */
static int make_folders(const struct tiles *tiles, char *path,
                        struct frank_fault *fault)
{
    int error = FRANK_OK;

    for (char *slash = strchr(path, '/'); slash != NULL && error == FRANK_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(tiles->dir, path, 0700) != 0 && errno != EEXIST) {
            error = tiles_io_fault(fault, "make folder");
        }
        *slash = '/';
    }
    return error;
}

/* Syncs each folder of a path, and the log's own. */
static int sync_folders(const struct tiles *tiles, char *path,
                        struct frank_fault *fault)
{
    int error = tiles_io_sync_folder(tiles->dir, ".", fault);

    for (char *slash = strchr(path, '/'); slash != NULL && error == FRANK_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        error = tiles_io_sync_folder(tiles->dir, path, fault);
        *slash = '/';
    }
    return error;
}

/* What is appended to one level: `count` hashes, the first of them its node
 * number `at`. roots gets those of the tiles that became full. */
struct growth {
    uint64_t at;
    size_t count;
    const uint8_t (*hashes)[MERKLE_HASH_BYTES];
    uint8_t (*roots)[MERKLE_HASH_BYTES];
    size_t full;
};

/* The root of a full tile is where 256 leaves leave one subtree. */
static int full_root(uint8_t out[static MERKLE_HASH_BYTES], int fd,
                     struct frank_fault *fault)
{
    uint8_t hashes[TILES_WIDTH][MERKLE_HASH_BYTES];
    struct merkle_range range = {0};
    int error = tiles_io_read(fd, hashes, sizeof hashes, fault);

    for (size_t i = 0; i < TILES_WIDTH && error == FRANK_OK; i++) {
        merkle_append(&range, hashes[i]);
    }
    memcpy(out, range.roots[TILES_HEIGHT], MERKLE_HASH_BYTES);
    return error;
}

/* Opens the tile to write to, with the `old` hashes that it must have. A write
 * behind the end of a file would leave a hole of zeros. */
static int open_to_grow(int *fd, const struct tiles *tiles, const char *path,
                        size_t old, struct frank_fault *fault)
{
    struct stat st;
    int error =
        open_tile(fd, tiles, path, O_RDWR | (old == 0 ? O_CREAT : 0), fault);

    if (error != FRANK_OK) {
        return error;
    }
    if (fstat(*fd, &st) != 0) {
        return tiles_io_fault(fault, "stat tile");
    }
    if ((uint64_t)st.st_size < old * MERKLE_HASH_BYTES) {
        return wire_fault(fault, FRANK_ERR_TRUNCATED, "tile", 0,
                          (uint64_t)st.st_size, old * MERKLE_HASH_BYTES);
    }
    return FRANK_OK;
}

/* Writes the next `take` hashes into the tile that they belong to. */
static int grow_tile(const struct tiles *tiles, unsigned level,
                     struct growth *growth, size_t take,
                     struct frank_fault *fault)
{
    const size_t old = growth->at % TILES_WIDTH;
    char path[TILES_PATH_MAX_BYTES];
    int fd = -1;
    int error = FRANK_OK;

    tiles_path_write(path, level, growth->at / TILES_WIDTH);
    if (old == 0) {
        error = make_folders(tiles, path, fault);
    }
    if (error == FRANK_OK) {
        error = open_to_grow(&fd, tiles, path, old, fault);
    }
    if (error == FRANK_OK) {
        error = tiles_io_write(fd, growth->hashes, take * MERKLE_HASH_BYTES,
                               old * MERKLE_HASH_BYTES, fault);
    }
    if (error == FRANK_OK && old == 0) {
        error = sync_folders(tiles, path, fault);
    }
    if (error == FRANK_OK && old + take == TILES_WIDTH) {
        error = full_root(growth->roots[growth->full++], fd, fault);
    }
    tiles_io_close(fd);
    growth->at += take;
    growth->hashes += take;
    growth->count -= take;
    return error;
}

static int grow_level(const struct tiles *tiles, unsigned level,
                      struct growth *growth, struct frank_fault *fault)
{
    int error = FRANK_OK;

    growth->full = 0;
    while (growth->count > 0 && error == FRANK_OK) {
        size_t free_places = TILES_WIDTH - growth->at % TILES_WIDTH;

        error = grow_tile(
            tiles, level, growth,
            growth->count < free_places ? growth->count : free_places, fault);
    }
    return error;
}

/* count is at most STEP. */
static int append_step(const struct tiles *tiles, uint64_t from,
                       const uint8_t (*leaves)[MERKLE_HASH_BYTES], size_t count,
                       struct frank_fault *fault)
{
    /* Those of a level are read while those of the next one are written. */
    uint8_t roots[2][TILES_WIDTH][MERKLE_HASH_BYTES];
    struct growth growth = {0, count, leaves, roots[0], 0};
    int error = FRANK_OK;

    for (unsigned level = 0; level < LEVELS && error == FRANK_OK; level++) {
        growth.at = from >> (TILES_HEIGHT * level);
        error = grow_level(tiles, level, &growth, fault);
        growth.hashes = (const uint8_t(*)[MERKLE_HASH_BYTES])growth.roots;
        growth.count = growth.full;
        growth.roots = roots[(level + 1) % 2];
    }
    return error;
}

int tiles_append(struct tiles *tiles, uint64_t from,
                 const uint8_t (*leaves)[MERKLE_HASH_BYTES], size_t count,
                 struct frank_fault *fault)
{
    int error = FRANK_OK;

    if (from > MERKLE_SIZE_MAX || count > MERKLE_SIZE_MAX - from) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "size", 0, from,
                          MERKLE_SIZE_MAX);
    }
    while (count > 0 && error == FRANK_OK) {
        size_t step = count < STEP ? count : STEP;

        error = append_step(tiles, from, leaves, step, fault);
        from += step;
        leaves += step;
        count -= step;
    }
    return error;
}

/* ---- The range of a log ------------------------------------------------- */

/* A level's last tile as it was read. */
struct last_tile {
    unsigned width; /* 0: the level has none */
    uint8_t hashes[TILES_WIDTH][MERKLE_HASH_BYTES];
    struct merkle_range range;
};

static int read_last(struct last_tile *last, const struct tiles *tiles,
                     unsigned level, uint64_t nodes, struct frank_fault *fault)
{
    uint64_t index = (nodes - 1) / TILES_WIDTH;
    int error;

    last->width = width_of(nodes, index);
    error = read_tile(last->hashes, last->width, tiles, level, index, fault);
    last->range.size = 0;
    for (unsigned i = 0; i < last->width && error == FRANK_OK; i++) {
        merkle_append(&last->range, last->hashes[i]);
    }
    return error;
}

/* The subtrees that this level's last tile has and no tile above. */
static void take_roots(struct merkle_range *out, unsigned level,
                       const struct last_tile *last)
{
    for (unsigned i = 0; i < TILES_HEIGHT; i++) {
        if ((last->width >> i & 1) != 0) {
            memcpy(out->roots[level * TILES_HEIGHT + i], last->range.roots[i],
                   MERKLE_HASH_BYTES);
        }
    }
}

static int read_range(struct merkle_range *out, const struct tiles *tiles,
                      struct frank_fault *fault)
{
    uint8_t below[MERKLE_HASH_BYTES]; /* the root of a full tile below */
    struct last_tile last = {.width = 0};
    uint64_t nodes = out->size;

    for (unsigned level = 0; nodes > 0; level++, nodes >>= TILES_HEIGHT) {
        bool below_is_full = last.width == TILES_WIDTH;
        int error = read_last(&last, tiles, level, nodes, fault);

        if (error != FRANK_OK) {
            return error;
        }
        if (below_is_full &&
            memcmp(last.hashes[last.width - 1], below, sizeof below) != 0) {
            return wire_fault(fault, FRANK_ERR_CHECKSUM, "tile",
                              (size_t)(last.width - 1) * MERKLE_HASH_BYTES,
                              level, 0);
        }
        take_roots(out, level, &last);
        memcpy(below, last.range.roots[TILES_HEIGHT], sizeof below);
    }
    return FRANK_OK;
}

int tiles_range(struct merkle_range *out, const struct tiles *tiles,
                uint64_t size, struct frank_fault *fault)
{
    int error;

    memset(out, 0, sizeof *out);
    if (size > MERKLE_SIZE_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "size", 0, size,
                          MERKLE_SIZE_MAX);
    }
    out->size = size;
    error = read_range(out, tiles, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}
