/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keyring as a file of secrets (secret_file.h). It is changed by writing a
 * new file beside it and renaming that; the bytes of the old file are
 * overwritten, so that a destroyed master does not stay behind in free blocks.
 *
 * A hard link to the file loses its bytes too. What this cannot do is reach
 * copies that the file system, a flash drive or a backup keeps
 * (docs/THREATS.md).
 */
#ifndef REPORTING_KEYRING_FILE_H
#define REPORTING_KEYRING_FILE_H

#include "keyring.h"

/* FILE, PERMISSION (see secret_file.h), LIMIT, MEMORY, those of
 * keyring_decode(). */
FRANK_MUST_CHECK int keyring_file_load(struct keyring **out, const char *path,
                                       struct frank_fault *fault);

/* Writes a keyring where no file is yet (FRANK_ERR_FILE with EEXIST). */
FRANK_MUST_CHECK int keyring_file_create(const char *path,
                                         const struct keyring *ring,
                                         struct frank_fault *fault);

/* What to do to a keyring; any error leaves the file as it is. */
typedef int keyring_change(struct keyring *ring, void *context,
                           struct frank_fault *fault);

/* Loads, changes and replaces a keyring, one process at a time. When this
 * gives 0, the change is on disk; with an error of replacing, the file holds
 * either the old or the new keyring, whole. */
FRANK_MUST_CHECK int keyring_file_change(const char *path,
                                         keyring_change *change, void *context,
                                         struct frank_fault *fault);

#endif
