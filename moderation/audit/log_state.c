/* SPDX-License-Identifier: Apache-2.0 */
#include "log_state.h"

#include "tiles_io.h"
#include "wire.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct log_state {
    char folder[PATH_MAX - 16];
    int dir;
    int files[LOG_LEVELS]; /* -1: not opened */
    bool staged[LOG_LEVELS];
};

int log_state_open(struct log_state **out, const char *folder,
                   struct frank_fault *fault)
{
    struct log_state *state = calloc(1, sizeof *state);
    int error = FRANK_OK;

    *out = NULL;
    if (state == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "state", 0, 0, 0);
    }
    state->dir = -1;
    memset(state->files, 0xff, sizeof state->files);
    if (strlen(folder) >= sizeof state->folder) {
        errno = ENAMETOOLONG;
        error = tiles_io_fault(fault, "path");
        goto out;
    }
    (void)snprintf(state->folder, sizeof state->folder, "%s", folder);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        error = tiles_io_fault(fault, "make folder");
        goto out;
    }
    state->dir = open(folder, TILES_IO_FOLDER);
    if (state->dir < 0) {
        error = tiles_io_fault(fault, "open folder");
    } else if (flock(state->dir, LOCK_EX | LOCK_NB) != 0) {
        error = tiles_io_fault(fault, "lock");
    }
out:
    if (error == FRANK_OK) {
        *out = state;
        state = NULL; /* transferred */
    }
    log_state_close(state);
    return error;
}

void log_state_close(struct log_state *state)
{
    if (state != NULL) {
        for (unsigned i = 0; i < LOG_LEVELS; i++) {
            tiles_io_close(state->files[i]);
        }
        tiles_io_close(state->dir);
    }
    free(state);
}

int log_state_note(const struct log_state *state, char *out, size_t *len,
                   struct frank_fault *fault)
{
    const size_t room = *len;
    int fd = openat(state->dir, "checkpoint",
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    int error = FRANK_OK;

    *len = 0;
    if (fd < 0) {
        return errno == ENOENT ? FRANK_OK
                               : tiles_io_fault(fault, "open checkpoint");
    }
    if (fstat(fd, &st) != 0) {
        error = tiles_io_fault(fault, "stat checkpoint");
    } else if ((uint64_t)st.st_size > room) {
        error = wire_fault(fault, FRANK_ERR_LIMIT, "checkpoint", 0,
                           (uint64_t)st.st_size, room);
    } else {
        error = tiles_io_read(fd, out, (size_t)st.st_size, fault);
    }
    if (error == FRANK_OK) {
        *len = (size_t)st.st_size;
    }
    tiles_io_close(fd);
    return error;
}

/* ---- Hashes ---------------------------------------------------------------
 */

static int open_level(struct log_state *state, unsigned level,
                      struct frank_fault *fault)
{
    char name[16];

    if (state->files[level] < 0) {
        (void)snprintf(name, sizeof name, "hashes.%u", level % 10);
        state->files[level] = openat(
            state->dir, name,
            O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    }
    return state->files[level] < 0 ? tiles_io_fault(fault, "open hashes")
                                   : FRANK_OK;
}

int log_state_read(log_hash *out, struct log_state *state, unsigned level,
                   uint64_t at, size_t count, struct frank_fault *fault)
{
    const size_t len = count * sizeof *out;
    size_t have = 0;
    int error = open_level(state, level, fault);

    while (error == FRANK_OK && have < len) {
        ssize_t n = pread(state->files[level], (uint8_t *)out + have,
                          len - have, (off_t)(at * sizeof *out + have));

        if (n > 0) {
            have += (size_t)n;
        } else if (n == 0) {
            error = wire_fault(fault, FRANK_ERR_TRUNCATED, "hashes", have, have,
                               len);
        } else if (errno != EINTR) {
            error = tiles_io_fault(fault, "read hashes");
        }
    }
    return error;
}

int log_state_tree(struct log_tree *out, struct log_state *state, uint64_t size,
                   struct frank_fault *fault)
{
    int error = FRANK_OK;

    memset(out, 0, sizeof *out);
    for (unsigned level = 0; level < LOG_LEVELS && error == FRANK_OK; level++) {
        struct log_level *l = &out->levels[level];
        size_t count;

        l->nodes = size >> (TILES_HEIGHT * level);
        count = l->nodes % TILES_WIDTH;
        if (count > 0) {
            error = log_state_read(l->hashes, state, level, l->nodes - count,
                                   count, fault);
        }
    }
    return error;
}

int log_state_stage(struct log_state *state, unsigned level, uint64_t at,
                    const log_hash *hashes, size_t count,
                    struct frank_fault *fault)
{
    const size_t len = count * sizeof *hashes;
    size_t done = 0;
    int error = open_level(state, level, fault);

    state->staged[level] = true;
    while (error == FRANK_OK && done < len) {
        ssize_t n = pwrite(state->files[level], (const uint8_t *)hashes + done,
                           len - done, (off_t)(at * sizeof *hashes + done));

        if (n >= 0) {
            done += (size_t)n;
        } else if (errno != EINTR) {
            error = tiles_io_fault(fault, "write hashes");
        }
    }
    return error;
}

static int replace(const struct log_state *state, const char *name,
                   const char *note, size_t len, struct frank_fault *fault)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", state->folder, name);
    return tiles_replace_file(path, note, len, fault);
}

int log_state_keep(struct log_state *state, const char *note, size_t len,
                   struct frank_fault *fault)
{
    int error = FRANK_OK;

    for (unsigned i = 0; i < LOG_LEVELS && error == FRANK_OK; i++) {
        if (state->staged[i] && fsync(state->files[i]) != 0) {
            error = tiles_io_fault(fault, "sync hashes");
        }
    }
    if (error == FRANK_OK) {
        memset(state->staged, 0, sizeof state->staged);
        error = replace(state, "checkpoint", note, len, fault);
    }
    return error;
}

int log_state_refuse(struct log_state *state, const char *note, size_t len,
                     struct frank_fault *fault)
{
    return replace(state, "refused", note, len, fault);
}
