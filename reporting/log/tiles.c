/* SPDX-License-Identifier: Apache-2.0 */
#include "tiles.h"

#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEVELS_MAX 8 /* 256^8 leaves and more */
#define PATH_BYTES 64
#define TILE_BYTES ((size_t)TILES_WIDTH * MERKLE_HASH_BYTES)

struct tiles {
    int folder;
};

static int failed(struct frank_fault *fault, const char *call)
{
    return wire_fault(fault, FRANK_ERR_FILE, call, 0, (uint64_t)errno, 0);
}

int tiles_open(struct tiles **out, const char *folder,
               struct frank_fault *fault)
{
    struct tiles *tiles = calloc(1, sizeof *tiles);

    if (tiles == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "tiles", 0, 0, 0);
    }
    tiles->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tiles->folder < 0) {
        int error = failed(fault, "open folder");

        free(tiles);
        return error;
    }
    *out = tiles;
    return FRANK_OK;
}

void tiles_close(struct tiles *tiles)
{
    if (tiles != NULL) {
        (void)close(tiles->folder);
        free(tiles);
    }
}

/* ---- Files ----------------------------------------------------------------
 */

/* "0/x001/x234/067": three digits at a time, all but the last with an x. */
static void make_path(char out[static PATH_BYTES], unsigned level,
                      uint64_t index)
{
    char groups[7][5];
    size_t count = 0;
    size_t len;

    do {
        (void)snprintf(groups[count], sizeof groups[0], "%s%03u",
                       count == 0 ? "" : "x", (unsigned)(index % 1000));
        index /= 1000;
        count++;
    } while (index > 0 && count < 7);
    len = (size_t)snprintf(out, PATH_BYTES, "%u", level);
    while (count-- > 0) {
        len +=
            (size_t)snprintf(out + len, PATH_BYTES - len, "/%s", groups[count]);
    }
}

static int sync_folder(const struct tiles *tiles, const char *path,
                       struct frank_fault *fault)
{
    int fd = openat(tiles->folder, path,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = FRANK_OK;

    if (fd < 0 || fsync(fd) != 0) {
        error = failed(fault, "sync folder");
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return error;
}

/* Makes the folders of a path, and puts each new one on disk in its parent. */
static int make_folders(const struct tiles *tiles, const char *path,
                        struct frank_fault *fault)
{
    char folder[PATH_BYTES];
    char parent[PATH_BYTES] = ".";
    int error = FRANK_OK;

    for (size_t i = 1; path[i] != '\0' && error == FRANK_OK; i++) {
        if (path[i] != '/') {
            continue;
        }
        (void)snprintf(folder, sizeof folder, "%.*s", (int)i, path);
        if (mkdirat(tiles->folder, folder, 0700) == 0) {
            error = sync_folder(tiles, parent, fault);
        } else if (errno != EEXIST) {
            error = failed(fault, "create folder");
        }
        memcpy(parent, folder, sizeof parent);
    }
    return error;
}

/* Opens a tile's file to be written; *made: it is new. */
static int open_tile(int *fd, bool *made, const struct tiles *tiles,
                     const char *path, struct frank_fault *fault)
{
    const int flags = O_WRONLY | O_NOFOLLOW | O_CLOEXEC;
    int error;

    *made = false;
    *fd = openat(tiles->folder, path, flags);
    if (*fd >= 0) {
        return FRANK_OK;
    }
    if (errno != ENOENT) {
        return failed(fault, "open tile");
    }
    error = make_folders(tiles, path, fault);
    if (error == FRANK_OK) {
        *made = true;
        *fd = openat(tiles->folder, path, flags | O_CREAT, 0600);
        error = *fd < 0 ? failed(fault, "create tile") : FRANK_OK;
    }
    return error;
}

static int write_at(int fd, const uint8_t *bytes, size_t len, size_t offset,
                    struct frank_fault *fault)
{
    for (size_t done = 0; done < len;) {
        ssize_t n =
            pwrite(fd, bytes + done, len - done, (off_t)(offset + done));

        if (n < 0 && errno != EINTR) {
            return failed(fault, "write tile");
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) != 0 ? failed(fault, "sync tile") : FRANK_OK;
}

/* Puts hashes into a tile from place `at` on. */
static int write_tile(const struct tiles *tiles, unsigned level, uint64_t index,
                      unsigned at, const uint8_t (*hashes)[MERKLE_HASH_BYTES],
                      unsigned count, struct frank_fault *fault)
{
    char path[PATH_BYTES];
    int fd = -1;
    bool made = false;
    int error;

    make_path(path, level, index);
    error = open_tile(&fd, &made, tiles, path, fault);
    if (error == FRANK_OK) {
        error = write_at(fd, hashes[0], (size_t)count * MERKLE_HASH_BYTES,
                         (size_t)at * MERKLE_HASH_BYTES, fault);
    }
    if (fd >= 0 && close(fd) != 0 && error == FRANK_OK) {
        error = failed(fault, "close tile");
    }
    if (error == FRANK_OK && made) {
        *strrchr(path, '/') = '\0';
        error = sync_folder(tiles, path, fault);
    }
    return error;
}

/* The first `width` hashes of a tile. */
static int read_tile(uint8_t (*out)[MERKLE_HASH_BYTES], unsigned width,
                     const struct tiles *tiles, unsigned level, uint64_t index,
                     struct frank_fault *fault)
{
    char path[PATH_BYTES];
    size_t len = (size_t)width * MERKLE_HASH_BYTES;
    size_t done = 0;
    ssize_t n = 1;
    int fd;
    int error = FRANK_OK;

    make_path(path, level, index);
    fd = openat(tiles->folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return failed(fault, "open tile");
    }
    while (done < len && n != 0) {
        n = pread(fd, out[0] + done, len - done, (off_t)done);
        if (n < 0 && errno != EINTR) {
            error = failed(fault, "read tile");
            break;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    (void)close(fd);
    if (error == FRANK_OK && done < len) {
        error = wire_fault(fault, FRANK_ERR_TRUNCATED, "tile", done, done, len);
    }
    return error;
}

/* The root of a full tile. */
static void tile_root(uint8_t out[static MERKLE_HASH_BYTES],
                      const uint8_t (*hashes)[MERKLE_HASH_BYTES])
{
    uint8_t level[TILES_WIDTH][MERKLE_HASH_BYTES];

    memcpy(level, hashes, sizeof level);
    for (unsigned n = TILES_WIDTH; n > 1; n /= 2) {
        for (unsigned i = 0; i < n / 2; i++) {
            merkle_node(level[i], level[2 * i], level[2 * i + 1]);
        }
    }
    memcpy(out, level[0], MERKLE_HASH_BYTES);
}

/* ---- Appending ------------------------------------------------------------
 */

/* Appends hashes to a level, tile by tile; roots of tiles that got full go to
 * `above`, of which *above_count gets the number. */
static int append_level(const struct tiles *tiles, unsigned level,
                        uint64_t from, const uint8_t (*hashes)[32],
                        size_t count, uint8_t (*above)[MERKLE_HASH_BYTES],
                        size_t *above_count, struct frank_fault *fault)
{
    uint8_t tile[TILES_WIDTH][MERKLE_HASH_BYTES];
    int error = FRANK_OK;

    *above_count = 0;
    while (count > 0 && error == FRANK_OK) {
        unsigned at = (unsigned)(from % TILES_WIDTH);
        unsigned step =
            TILES_WIDTH - at < count ? TILES_WIDTH - at : (unsigned)count;

        error = write_tile(tiles, level, from / TILES_WIDTH, at, hashes, step,
                           fault);
        if (error == FRANK_OK && at + step == TILES_WIDTH) {
            error = read_tile(tile, TILES_WIDTH, tiles, level,
                              from / TILES_WIDTH, fault);
            tile_root(above[(*above_count)++],
                      (const uint8_t(*)[MERKLE_HASH_BYTES])tile);
        }
        from += step;
        hashes += step;
        count -= step;
    }
    return error;
}

int tiles_append(struct tiles *tiles, uint64_t from,
                 const uint8_t (*leaves)[MERKLE_HASH_BYTES], size_t count,
                 struct frank_fault *fault)
{
    size_t most = count / TILES_WIDTH + 2;
    uint8_t(*above)[MERKLE_HASH_BYTES] = malloc(2 * most * MERKLE_HASH_BYTES);
    uint8_t(*hashes)[MERKLE_HASH_BYTES];
    size_t n = 0;
    int error;

    if (above == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "tiles", 0, 0, 0);
    }
    hashes = above + most;
    error = append_level(tiles, 0, from, leaves, count, above, &n, fault);
    for (unsigned level = 1; n > 0 && error == FRANK_OK; level++) {
        size_t got = n;

        memcpy(hashes, above, got * MERKLE_HASH_BYTES);
        from /= TILES_WIDTH;
        error = append_level(tiles, level, from,
                             (const uint8_t(*)[MERKLE_HASH_BYTES])hashes, got,
                             above, &n, fault);
    }
    free(above);
    return error;
}

/* ---- Reading --------------------------------------------------------------
 */

/* How many hashes a level of a log of this size has. */
static uint64_t level_size(uint64_t size, unsigned level)
{
    return level * TILES_HEIGHT > 63 ? 0 : size >> (level * TILES_HEIGHT);
}

int tiles_read(uint8_t (*out)[MERKLE_HASH_BYTES], unsigned *width,
               const struct tiles *tiles, unsigned level, uint64_t index,
               uint64_t size, struct frank_fault *fault)
{
    uint64_t there = level_size(size, level);
    uint64_t from;

    if (index > there / TILES_WIDTH) {
        return wire_fault(fault, FRANK_ERR_MISSING, "tile", 0, index, there);
    }
    from = index * TILES_WIDTH;
    if (from >= there) {
        return wire_fault(fault, FRANK_ERR_MISSING, "tile", 0, index, there);
    }
    *width =
        (unsigned)(there - from < TILES_WIDTH ? there - from : TILES_WIDTH);
    return read_tile(out, *width, tiles, level, index, fault);
}

/* The roots of the perfect subtrees of a partial tile, in which `width` hashes
 * of a level are. */
static void take_roots(struct merkle_range *out, unsigned level,
                       const uint8_t (*hashes)[MERKLE_HASH_BYTES],
                       unsigned width)
{
    struct merkle_range part = {.size = 0};

    for (unsigned i = 0; i < width; i++) {
        merkle_append(&part, hashes[i]);
    }
    for (unsigned i = 0; i < TILES_HEIGHT; i++) {
        if ((width >> i & 1) != 0) {
            memcpy(out->roots[level * TILES_HEIGHT + i], part.roots[i],
                   MERKLE_HASH_BYTES);
        }
    }
}

/* The last full tile below the partial one has its root as that one's last
 * hash. */
static int check_below(const struct tiles *tiles, unsigned level, uint64_t last,
                       const uint8_t *hash, struct frank_fault *fault)
{
    uint8_t below[TILES_WIDTH][MERKLE_HASH_BYTES];
    uint8_t root[MERKLE_HASH_BYTES];
    int error = read_tile(below, TILES_WIDTH, tiles, level - 1, last, fault);

    if (error == FRANK_OK) {
        tile_root(root, (const uint8_t(*)[MERKLE_HASH_BYTES])below);
        if (memcmp(root, hash, sizeof root) != 0) {
            error =
                wire_fault(fault, FRANK_ERR_CHECKSUM, "tile", 0, level, last);
        }
    }
    return error;
}

int tiles_range(struct merkle_range *out, const struct tiles *tiles,
                uint64_t size, struct frank_fault *fault)
{
    uint8_t hashes[TILES_WIDTH][MERKLE_HASH_BYTES];
    int error = FRANK_OK;

    memset(out, 0, sizeof *out);
    out->size = size;
    for (unsigned level = 0; level < LEVELS_MAX && error == FRANK_OK; level++) {
        uint64_t there = level_size(size, level);
        unsigned width = (unsigned)(there % TILES_WIDTH);

        if (width == 0) {
            continue;
        }
        error =
            read_tile(hashes, width, tiles, level, there / TILES_WIDTH, fault);
        if (error == FRANK_OK && level > 0) {
            error =
                check_below(tiles, level, there - 1, hashes[width - 1], fault);
        }
        if (error == FRANK_OK) {
            take_roots(out, level, (const uint8_t(*)[MERKLE_HASH_BYTES])hashes,
                       width);
        }
    }
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

/* ---- Paths ----------------------------------------------------------------
 */

/* Reads three digits. */
static bool read_group(const char **at, uint64_t *index)
{
    const char *p = *at;

    for (int i = 0; i < 3; i++) {
        if (p[i] < '0' || p[i] > '9') {
            return false;
        }
    }
    *index = *index * 1000 + (uint64_t)(p[0] - '0') * 100 +
             (uint64_t)(p[1] - '0') * 10 + (uint64_t)(p[2] - '0');
    *at = p + 3;
    return true;
}

/* A decimal number without leading zeros. */
static bool read_number(const char **at, unsigned most, unsigned *out)
{
    const char *begin = *at;
    unsigned value = 0;

    while (**at >= '0' && **at <= '9' && *at - begin < 3) {
        value = 10 * value + (unsigned)(**at - '0');
        ++*at;
    }
    *out = value;
    return *at > begin && value <= most && (*begin != '0' || *at == begin + 1);
}

bool tiles_path_parse(struct tiles_path *out, const char *path)
{
    unsigned groups = 0;

    memset(out, 0, sizeof *out);
    out->width = TILES_WIDTH;
    if (strncmp(path, "entries", 7) == 0) {
        out->entries = true;
        path += 7;
    } else if (!read_number(&path, 63, &out->level)) {
        return false;
    }
    if (*path++ != '/') {
        return false;
    }
    for (; *path == 'x'; groups++) {
        path++;
        if (groups == 5 || !read_group(&path, &out->index) || *path++ != '/' ||
            (groups == 0 && out->index == 0)) {
            return false;
        }
    }
    if (!read_group(&path, &out->index)) {
        return false;
    }
    if (*path == '\0') {
        return true;
    }
    if (strncmp(path, ".p/", 3) != 0) {
        return false;
    }
    path += 3;
    return read_number(&path, TILES_WIDTH - 1, &out->width) && out->width > 0 &&
           *path == '\0';
}

/* ---- Small files -----------------------------------------------------------
 */

static int write_whole(int folder, const char *name, const void *bytes,
                       size_t len, struct frank_fault *fault)
{
    int fd =
        openat(folder, name,
               O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error =
        fd < 0 ? failed(fault, "create") : write_at(fd, bytes, len, 0, fault);

    if (fd >= 0 && close(fd) != 0 && error == FRANK_OK) {
        error = failed(fault, "close");
    }
    return error;
}

int tiles_replace_file(const char *path, const void *bytes, size_t len,
                       struct frank_fault *fault)
{
    char *copies[2] = {strdup(path), strdup(path)};
    char fresh[512];
    const char *name;
    int folder = -1;
    int error = FRANK_OK;

    if (copies[0] == NULL || copies[1] == NULL) {
        error = wire_fault(fault, FRANK_ERR_MEMORY, "file", 0, 0, 0);
        goto out;
    }
    name = basename(copies[1]);
    folder = open(dirname(copies[0]), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 ||
        (size_t)snprintf(fresh, sizeof fresh, "%s.tmp", name) >= sizeof fresh) {
        error = failed(fault, "open folder");
        goto out;
    }
    error = write_whole(folder, fresh, bytes, len, fault);
    if (error == FRANK_OK && renameat(folder, fresh, folder, name) != 0) {
        error = failed(fault, "rename");
    }
    if (error != FRANK_OK) {
        (void)unlinkat(folder, fresh, 0);
    } else if (fsync(folder) != 0) {
        error = failed(fault, "sync folder");
    }
out:
    if (folder >= 0) {
        (void)close(folder);
    }
    free(copies[0]);
    free(copies[1]);
    return error;
}
