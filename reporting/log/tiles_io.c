/* SPDX-License-Identifier: Apache-2.0 */
#include "tiles_io.h"

#include "tiles.h"
#include "wire.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEMPORARY ".tmp"

int tiles_io_fault(struct frank_fault *fault, const char *call)
{
    return wire_fault(fault, FRANK_ERR_FILE, call, 0, (uint64_t)errno, 0);
}

int tiles_io_read(int fd, void *out, size_t len, struct frank_fault *fault)
{
    size_t have = 0;

    while (have < len) {
        ssize_t n = pread(fd, (uint8_t *)out + have, len - have, (off_t)have);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return tiles_io_fault(fault, "read tile");
        }
        if (n == 0) {
            return wire_fault(fault, FRANK_ERR_TRUNCATED, "tile", have, have,
                              len);
        }
        have += (size_t)n;
    }
    return FRANK_OK;
}

int tiles_io_write(int fd, const void *bytes, size_t len, size_t offset,
                   struct frank_fault *fault)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = pwrite(fd, (const uint8_t *)bytes + done, len - done,
                           (off_t)(offset + done));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return tiles_io_fault(fault, "write");
        }
        done += (size_t)n;
    }
    return fsync(fd) != 0 ? tiles_io_fault(fault, "sync") : FRANK_OK;
}

int tiles_io_sync_folder(int at, const char *path, struct frank_fault *fault)
{
    int fd = openat(at, path, TILES_IO_FOLDER | O_NOFOLLOW);
    int error = FRANK_OK;

    if (fd < 0) {
        return tiles_io_fault(fault, "open folder");
    }
    if (fsync(fd) != 0) {
        error = tiles_io_fault(fault, "sync folder");
    }
    tiles_io_close(fd);
    return error;
}

void tiles_io_close(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* ---- Replacing a file --------------------------------------------------- */

/* Where a file is: its folder, open, its name, and the one beside it. */
struct place {
    int dir;
    const char *name;
    char temporary[NAME_MAX + 1];
};

static int place_open(struct place *place, const char *path,
                      struct frank_fault *fault)
{
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;

    place->dir = -1;
    place->name = path + len;
    if (len >= sizeof folder ||
        strlen(place->name) + sizeof TEMPORARY > sizeof place->temporary) {
        errno = ENAMETOOLONG;
        return tiles_io_fault(fault, "path");
    }
    if (len > 0) {
        memcpy(folder, path, len);
        folder[len] = '\0';
    }
    (void)snprintf(place->temporary, sizeof place->temporary,
                   "%.250s" TEMPORARY, place->name);
    place->dir = open(folder, TILES_IO_FOLDER);
    return place->dir < 0 ? tiles_io_fault(fault, "open folder") : FRANK_OK;
}

static int place_write(const struct place *place, const void *bytes, size_t len,
                       struct frank_fault *fault)
{
    int error;
    int fd;

    (void)unlinkat(place->dir, place->temporary, 0); /* of a crash */
    fd = openat(place->dir, place->temporary,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return tiles_io_fault(fault, "create");
    }
    error = tiles_io_write(fd, bytes, len, 0, fault);
    tiles_io_close(fd);
    if (error == FRANK_OK &&
        renameat(place->dir, place->temporary, place->dir, place->name) != 0) {
        error = tiles_io_fault(fault, "rename");
    }
    if (error != FRANK_OK) {
        (void)unlinkat(place->dir, place->temporary, 0);
    }
    return error;
}

int tiles_replace_file(const char *path, const void *bytes, size_t len,
                       struct frank_fault *fault)
{
    struct place place;
    int error = place_open(&place, path, fault);

    if (error == FRANK_OK) {
        error = place_write(&place, bytes, len, fault);
    }
    if (error == FRANK_OK && fsync(place.dir) != 0) {
        error = tiles_io_fault(fault, "sync folder");
    }
    tiles_io_close(place.dir);
    return error;
}
