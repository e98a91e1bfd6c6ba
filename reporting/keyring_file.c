/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a change: lock the folder; read; change; write FILE.new, sync
 * it; rename it over FILE, sync the folder; overwrite the old file's bytes
 * through the descriptor that is still open, sync them. A crash leaves the old
 * file or the new one. A FILE.new that a crash left behind is overwritten and
 * removed by the next change.
 */
#include "keyring_file.h"

#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
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

/* A path as its folder, open, and the name in it. */
struct place {
    int dir;
    char name[NAME_MAX + 1];
    char fresh[NAME_MAX + 1]; /* the same with ".new" */
};

static int place_open(struct place *place, const char *path,
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
    if (strlen(name) + sizeof ".new" > sizeof place->fresh) {
        errno = ENAMETOOLONG;
        return system_fault(fault, "path");
    }
    (void)snprintf(place->name, sizeof place->name, "%s", name);
    (void)snprintf(place->fresh, sizeof place->fresh, "%.251s.new", name);
    memcpy(copy, path, len + 1);
    place->dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return place->dir < 0 ? system_fault(fault, "open folder") : FRANK_OK;
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
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
        close_fd(fd);
        return error;
    }
    *size = (size_t)st.st_size;
    *out = fd;
    return FRANK_OK;
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

/* Reads the keyring that is open as fd. */
static int load_fd(struct keyring **out, int fd, size_t size,
                   struct frank_fault *fault)
{
    uint8_t *bytes = sodium_malloc(size > 0 ? size : 1);
    int error;

    if (bytes == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "keyring file", 0, 0, 0);
    }
    error = read_all(bytes, size, fd, fault);
    if (error == FRANK_OK) {
        error = keyring_decode(out, bytes, size, fault);
    }
    sodium_free(bytes); /* wipes */
    return error;
}

/* Overwrites a file's bytes with zeros. */
static int wipe_fd(int fd, size_t size, struct frank_fault *fault)
{
    static const uint8_t zeros[4096];

    for (size_t done = 0; done < size;) {
        size_t step = size - done < sizeof zeros ? size - done : sizeof zeros;
        ssize_t n = pwrite(fd, zeros, step, (off_t)done);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return system_fault(fault, "overwrite the old keyring");
        }
        done += (size_t)n;
    }
    return fsync(fd) != 0 ? system_fault(fault, "sync the old keyring")
                          : FRANK_OK;
}

/* Overwrites and removes a new file that did not get its place. If it has
 * another name too, a crash came between link and unlink of a creation: then
 * it is the keyring, and loses but its second name. */
static void discard(const struct place *place)
{
    struct stat st;
    size_t size = 0;
    int fd = -1;

    if (secret_open(&fd, &size, place->dir, place->fresh, O_WRONLY, SIZE_MAX,
                    NULL) == FRANK_OK &&
        fstat(fd, &st) == 0 && st.st_nlink == 1) {
        (void)wipe_fd(fd, size, NULL);
    }
    close_fd(fd);
    (void)unlinkat(place->dir, place->fresh, 0);
}

/* Writes the keyring as the place's new file, on disk. */
static int write_fresh(const struct place *place, const struct keyring *ring,
                       struct frank_fault *fault)
{
    uint8_t *bytes = sodium_malloc(KEYRING_MAX_BYTES);
    int fd = -1;
    int error;

    if (bytes == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "keyring file", 0, 0, 0);
    }
    discard(place); /* what a crash may have left */
    fd = openat(place->dir, place->fresh,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    error = fd < 0 ? system_fault(fault, "create")
                   : write_all(fd, bytes, keyring_encode(bytes, ring), fault);
    if (fd >= 0 && close(fd) != 0 && error == FRANK_OK) {
        error = system_fault(fault, "close");
    }
    if (error != FRANK_OK) {
        discard(place);
    }
    sodium_free(bytes); /* wipes */
    return error;
}

/* Gives the new file its name, which must be free unless it is to replace. */
static int publish(const struct place *place, bool replace,
                   struct frank_fault *fault)
{
    int got =
        replace ? renameat(place->dir, place->fresh, place->dir, place->name)
                : linkat(place->dir, place->fresh, place->dir, place->name, 0);

    if (got != 0) {
        int error = system_fault(fault, replace ? "rename" : "link");

        discard(place);
        return error;
    }
    if (!replace && unlinkat(place->dir, place->fresh, 0) != 0) {
        return system_fault(fault, "unlink");
    }
    return fsync(place->dir) != 0 ? system_fault(fault, "sync folder")
                                  : FRANK_OK;
}

/* Opens the folder of a path, and waits for the lock on it. */
static int place_lock(struct place *place, const char *path, int operation,
                      struct frank_fault *fault)
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

/* Under a shared lock: the old file's bytes are overwritten after a change. */
int keyring_file_load(struct keyring **out, const char *path,
                      struct frank_fault *fault)
{
    struct place place;
    size_t size = 0;
    int fd = -1;
    int error = place_lock(&place, path, LOCK_SH, fault);

    if (error == FRANK_OK) {
        error = secret_open(&fd, &size, place.dir, place.name, O_RDONLY,
                            KEYRING_MAX_BYTES, fault);
    }
    if (error == FRANK_OK) {
        error = load_fd(out, fd, size, fault);
    }
    close_fd(fd);
    close_fd(place.dir); /* and unlock */
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

int keyring_file_secret(uint8_t out[static 32], const char *path,
                        struct frank_fault *fault)
{
    char bytes[65];
    size_t size = 0;
    int fd = -1;
    int error =
        secret_open(&fd, &size, AT_FDCWD, path, O_RDONLY, sizeof bytes, fault);

    if (error == FRANK_OK) {
        error = read_all((uint8_t *)bytes, size, fd, fault);
    }
    if (error == FRANK_OK) {
        error = decode_secret(out, bytes, size, fault);
    }
    close_fd(fd);
    sodium_memzero(bytes, sizeof bytes);
    return error;
}

int keyring_file_create(const char *path, const struct keyring *ring,
                        struct frank_fault *fault)
{
    struct place place;
    int error = place_lock(&place, path, LOCK_EX, fault);

    if (error == FRANK_OK) {
        error = write_fresh(&place, ring, fault);
    }
    if (error == FRANK_OK) {
        error = publish(&place, false, fault);
    }
    close_fd(place.dir); /* and unlock */
    return error;
}

static int replace(const struct place *place, const struct keyring *ring,
                   int old, size_t old_size, struct frank_fault *fault)
{
    int error = write_fresh(place, ring, fault);

    if (error == FRANK_OK) {
        error = publish(place, true, fault);
    }
    if (error == FRANK_OK) {
        error = wipe_fd(old, old_size, fault);
    }
    return error;
}

int keyring_file_change(const char *path, keyring_change *change, void *context,
                        struct frank_fault *fault)
{
    struct place place;
    struct keyring *ring = NULL;
    size_t size = 0;
    int fd = -1;
    int error = place_lock(&place, path, LOCK_EX, fault);

    if (error == FRANK_OK) {
        error = secret_open(&fd, &size, place.dir, place.name, O_RDWR,
                            KEYRING_MAX_BYTES, fault);
    }
    if (error == FRANK_OK) {
        error = load_fd(&ring, fd, size, fault);
    }
    if (error == FRANK_OK) {
        error = change(ring, context, fault);
    }
    if (error == FRANK_OK) {
        error = replace(&place, ring, fd, size, fault);
    }
    keyring_free(ring);
    close_fd(fd);
    close_fd(place.dir); /* and unlock */
    return error;
}
