/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that are made until they have done all of their work. */
#ifndef REPORTING_LOG_TILES_IO_H
#define REPORTING_LOG_TILES_IO_H

#include "frank.h"

#include <fcntl.h>

#define TILES_IO_FOLDER (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* FILE, with errno; for a `return`. */
int tiles_io_fault(struct frank_fault *fault, const char *call);

/* The first len bytes of a file. FILE, TRUNCATED. */
FRANK_MUST_CHECK int tiles_io_read(int fd, void *out, size_t len,
                                   struct frank_fault *fault);
/* Writes at offset, and syncs. FILE. */
FRANK_MUST_CHECK int tiles_io_write(int fd, const void *bytes, size_t len,
                                    size_t offset, struct frank_fault *fault);
/* Syncs folder `path` of folder `at`. FILE. */
FRANK_MUST_CHECK int tiles_io_sync_folder(int at, const char *path,
                                          struct frank_fault *fault);
/* fd can be -1. What counts was synced before. */
void tiles_io_close(int fd);

#endif
