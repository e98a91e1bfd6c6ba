/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that hold secrets: keyrings, seeds, shares of a quorum key. One is read
 * only if it is a regular file, no symbolic link, of the user who runs the
 * program, and closed to everyone else. One is written beside its place and
 * moved there when it is on disk, under a lock on the folder.
 *
 * With FRANK_ERR_FILE, fault->found is errno and field the call that failed.
 * PERMISSION: field says which rule was broken.
 */
#ifndef REPORTING_SECRET_FILE_H
#define REPORTING_SECRET_FILE_H

#include "frank.h"

#include <limits.h>

/* Reads a file of at most max bytes into guarded memory; free it with
 * sodium_free(). FILE, PERMISSION, LIMIT, TRUNCATED, MEMORY. */
FRANK_MUST_CHECK int secret_file_load(uint8_t **out, size_t *len,
                                      const char *path, size_t max,
                                      struct frank_fault *fault);

/* Writes a file, mode 0600, where none is yet (FILE with EEXIST). When this
 * gives 0 it is on disk; otherwise nothing is left of it. */
FRANK_MUST_CHECK int secret_file_create(const char *path, const uint8_t *bytes,
                                        size_t len, struct frank_fault *fault);

/* Reads a secret of 32 bytes from a file, under the same rules: 32 raw bytes,
 * or 64 hexadecimal digits and perhaps a line feed. LENGTH, VALUE, and LIMIT
 * for a file that is longer. */
FRANK_MUST_CHECK int secret_file_key(uint8_t out[static 32], const char *path,
                                     struct frank_fault *fault);

/* ---- The steps of it, for a file that is changed ------------------------- */

/* A new file's name, until it has its own: one that nobody else gives. What
 * has it is overwritten and removed, as what a crash left. */
#define SECRET_FRESH ".frank-tmp"

/* A path as its folder, open and locked, and the name in it. */
struct secret_place {
    int dir;
    char name[NAME_MAX + 1];
    char fresh[NAME_MAX + 1]; /* the same with SECRET_FRESH */
};

/* Opens the folder of a path and waits for the lock on it (LOCK_SH, LOCK_EX).
 * To be closed also after an error. */
FRANK_MUST_CHECK int secret_place_lock(struct secret_place *place,
                                       const char *path, int operation,
                                       struct frank_fault *fault);
void secret_place_close(const struct secret_place *place);

/* Opens the place's file with O_RDONLY or O_RDWR, after a look at the rules. */
FRANK_MUST_CHECK int secret_place_open(int *fd, size_t *size,
                                       const struct secret_place *place,
                                       int flags, size_t max,
                                       struct frank_fault *fault);

/* Reads what is open as fd into guarded memory, as secret_file_load(). */
FRANK_MUST_CHECK int secret_fd_load(uint8_t **out, int fd, size_t size,
                                    struct frank_fault *fault);

/* Overwrites the bytes of a file with zeros, on disk. */
int secret_fd_wipe(int fd, size_t size, struct frank_fault *fault);

/* Closes a descriptor, unless it is -1. */
void secret_fd_close(int fd);

/* FILE (EEXIST) where there is something of the name already: before a
 * creation, which would overwrite what a crash left of another. */
FRANK_MUST_CHECK int secret_place_is_free(const struct secret_place *place,
                                          struct frank_fault *fault);

/* Writes the place's new file, on disk; and gives it its name, which must be
 * free unless it is to replace. */
FRANK_MUST_CHECK int secret_place_write(const struct secret_place *place,
                                        const uint8_t *bytes, size_t len,
                                        struct frank_fault *fault);
FRANK_MUST_CHECK int secret_place_publish(const struct secret_place *place,
                                          bool replace,
                                          struct frank_fault *fault);

#endif
