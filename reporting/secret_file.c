/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new file is written under a name of its own, FILE.frank-tmp, synced, and
 * then linked or renamed to its name, and the folder synced: a crash leaves the
 * old file or the new one. A FILE.frank-tmp that a crash left behind is
 * overwritten and removed by the next change.
 */
#include "secret_file.h"

#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int system_fault(struct frank_fault *fault, const char *call)
{
    return wire_fault(fault, FRANK_ERR_FILE, call, 0, (uint64_t)errno, 0);
}

static int place_open(struct secret_place *place, const char *path,
                      struct frank_fault *fault)
{
    char copy[PATH_MAX];
    size_t len = strlen(path);
    const char *name;

    place->dir = -1;
    if (len >= sizeof copy) {
        errno = ENAMETOOLONG;
        return system_fault(fault, "path");
    }
    memcpy(copy, path, len + 1);
    name = basename(copy);
    if (strlen(name) + sizeof SECRET_FRESH > sizeof place->fresh) {
        errno = ENAMETOOLONG;
        return system_fault(fault, "path");
    }
    (void)snprintf(place->name, sizeof place->name, "%s", name);
    (void)snprintf(place->fresh, sizeof place->fresh, "%.245s" SECRET_FRESH,
                   name);
    memcpy(copy, path, len + 1);
    place->dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return place->dir < 0 ? system_fault(fault, "open folder") : FRANK_OK;
}

void secret_fd_close(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
}

void secret_place_close(const struct secret_place *place)
{
    secret_fd_close(place->dir);
}

/* The rules for a file that holds secrets. */
static int check_stat(const struct stat *st, size_t max,
                      struct frank_fault *fault)
{
    const char *broken = NULL;

    if (!S_ISREG(st->st_mode)) {
        broken = "file type";
    } else if (st->st_uid != geteuid()) {
        broken = "owner";
    } else if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        broken = "mode";
    }
    if (broken != NULL) {
        return wire_fault(fault, FRANK_ERR_PERMISSION, broken, 0,
                          st->st_mode & 07777, 0600);
    }
    if ((uint64_t)st->st_size > max) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "file", 0,
                          (uint64_t)st->st_size, max);
    }
    return FRANK_OK;
}

static int secret_open(int *out, size_t *size, int dir, const char *name,
                       int flags, size_t max, struct frank_fault *fault)
{
    struct stat st;
    int error;
    /* O_NONBLOCK: a pipe in the file's place must not make us wait. */
    int fd = openat(dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0 && errno == ELOOP) {
        return wire_fault(fault, FRANK_ERR_PERMISSION, "symbolic link", 0, 0,
                          0);
    }
    if (fd < 0) {
        return system_fault(fault, "open");
    }
    error = fstat(fd, &st) != 0 ? system_fault(fault, "stat")
                                : check_stat(&st, max, fault);
    if (error != FRANK_OK) {
        secret_fd_close(fd);
        return error;
    }
    *size = (size_t)st.st_size;
    *out = fd;
    return FRANK_OK;
}

int secret_place_open(int *fd, size_t *size, const struct secret_place *place,
                      int flags, size_t max, struct frank_fault *fault)
{
    return secret_open(fd, size, place->dir, place->name, flags, max, fault);
}

static int read_all(uint8_t *out, size_t len, int fd, struct frank_fault *fault)
{
    size_t have = 0;

    while (have < len) {
        ssize_t n = read(fd, out + have, len - have);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return system_fault(fault, "read");
        }
        if (n == 0) {
            return wire_fault(fault, FRANK_ERR_TRUNCATED, "file", have, have,
                              len);
        }
        have += (size_t)n;
    }
    return FRANK_OK;
}

int secret_fd_load(uint8_t **out, int fd, size_t size,
                   struct frank_fault *fault)
{
    uint8_t *bytes = sodium_malloc(size > 0 ? size : 1);
    int error;

    if (bytes == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "file", 0, 0, 0);
    }
    error = read_all(bytes, size, fd, fault);
    if (error == FRANK_OK) {
        *out = bytes;
        bytes = NULL; /* transferred */
    }
    sodium_free(bytes); /* wipes */
    return error;
}

static int write_all(int fd, const uint8_t *bytes, size_t len,
                     struct frank_fault *fault)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = write(fd, bytes + done, len - done);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return system_fault(fault, "write");
        }
        done += (size_t)n;
    }
    return fsync(fd) != 0 ? system_fault(fault, "sync") : FRANK_OK;
}

/* Overwrites a file's bytes with zeros. */
int secret_fd_wipe(int fd, size_t size, struct frank_fault *fault)
{
    static const uint8_t zeros[4096];

    for (size_t done = 0; done < size;) {
        size_t step = size - done < sizeof zeros ? size - done : sizeof zeros;
        ssize_t n = pwrite(fd, zeros, step, (off_t)done);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return system_fault(fault, "overwrite the old file");
        }
        done += (size_t)n;
    }
    return fsync(fd) != 0 ? system_fault(fault, "sync the old file") : FRANK_OK;
}

/* Overwrites and removes a new file that did not get its place. If it has
 * another name too, a crash came between link and unlink of a creation: then
 * it is the file itself, and loses but its second name. */
static void discard(const struct secret_place *place)
{
    struct stat st;
    size_t size = 0;
    int fd = -1;

    if (secret_open(&fd, &size, place->dir, place->fresh, O_WRONLY, SIZE_MAX,
                    NULL) == FRANK_OK &&
        fstat(fd, &st) == 0 && st.st_nlink == 1) {
        (void)secret_fd_wipe(fd, size, NULL);
    }
    secret_fd_close(fd);
    (void)unlinkat(place->dir, place->fresh, 0);
}

int secret_place_is_free(const struct secret_place *place,
                         struct frank_fault *fault)
{
    struct stat st;

    if (fstatat(place->dir, place->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return system_fault(fault, "create");
    }
    return FRANK_OK;
}

int secret_place_write(const struct secret_place *place, const uint8_t *bytes,
                       size_t len, struct frank_fault *fault)
{
    int fd;
    int error;

    discard(place); /* what a crash may have left */
    fd = openat(place->dir, place->fresh,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    error = fd < 0 ? system_fault(fault, "create")
                   : write_all(fd, bytes, len, fault);
    if (fd >= 0 && close(fd) != 0 && error == FRANK_OK) {
        error = system_fault(fault, "close");
    }
    if (error != FRANK_OK) {
        discard(place);
    }
    return error;
}

/* Gives the new file its name, which must be free unless it is to replace. */
int secret_place_publish(const struct secret_place *place, bool replace,
                         struct frank_fault *fault)
{
    int got =
        replace ? renameat(place->dir, place->fresh, place->dir, place->name)
                : linkat(place->dir, place->fresh, place->dir, place->name, 0);
    int error = FRANK_OK;

    if (got != 0) {
        error = system_fault(fault, replace ? "rename" : "link");
        discard(place);
        return error;
    }
    if (!replace && unlinkat(place->dir, place->fresh, 0) != 0) {
        error = system_fault(fault, "unlink");
    } else if (fsync(place->dir) != 0) {
        error = system_fault(fault, "sync folder");
    }
    if (error != FRANK_OK && !replace) {
        (void)unlinkat(place->dir, place->name, 0); /* nothing is left */
        discard(place);
    }
    return error;
}

int secret_place_lock(struct secret_place *place, const char *path,
                      int operation, struct frank_fault *fault)
{
    int got;
    int error = place_open(place, path, fault);

    if (error != FRANK_OK) {
        return error;
    }
    do {
        got = flock(place->dir, operation);
    } while (got != 0 && errno == EINTR);
    return got != 0 ? system_fault(fault, "lock folder") : FRANK_OK;
}

int secret_file_load(uint8_t **out, size_t *len, const char *path, size_t max,
                     struct frank_fault *fault)
{
    int fd = -1;
    int error = secret_open(&fd, len, AT_FDCWD, path, O_RDONLY, max, fault);

    if (error == FRANK_OK) {
        error = secret_fd_load(out, fd, *len, fault);
    }
    secret_fd_close(fd);
    return error;
}

int secret_file_create(const char *path, const uint8_t *bytes, size_t len,
                       struct frank_fault *fault)
{
    struct secret_place place;
    int error = secret_place_lock(&place, path, LOCK_EX, fault);

    if (error == FRANK_OK) {
        error = secret_place_is_free(&place, fault);
    }
    if (error == FRANK_OK) {
        error = secret_place_write(&place, bytes, len, fault);
    }
    if (error == FRANK_OK) {
        error = secret_place_publish(&place, false, fault);
    }
    secret_place_close(&place); /* and unlock */
    return error;
}

/* Raw, or in hexadecimal. */
static int decode_secret(uint8_t out[static 32], const char *bytes, size_t len,
                         struct frank_fault *fault)
{
    const char *end = NULL;

    if (len == 32) {
        memcpy(out, bytes, len);
        return FRANK_OK;
    }
    if (len == 65 && bytes[64] == '\n') {
        len = 64;
    }
    if (len != 64) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "file", 0, len, 32);
    }
    if (sodium_hex2bin(out, 32, bytes, len, NULL, NULL, &end) != 0 ||
        end != bytes + len) {
        sodium_memzero(out, 32);
        return wire_fault(fault, FRANK_ERR_VALUE, "hexadecimal digits",
                          (size_t)(end - bytes), 0, 0);
    }
    return FRANK_OK;
}

int secret_file_key(uint8_t out[static 32], const char *path,
                    struct frank_fault *fault)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    int error = secret_file_load(&bytes, &len, path, 65, fault);

    if (bytes != NULL) {
        error = decode_secret(out, (const char *)bytes, len, fault);
    }
    sodium_free(bytes); /* wipes */
    return error;
}
