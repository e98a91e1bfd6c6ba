/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that nobody else can name, and so nobody else can write to between its
 * check and its use; gone with the program. A small one is in memory, a larger
 * one in the folder that TMPDIR names, or /tmp.
 */
#ifndef REPORTING_SHELL_UNNAMED_FILE_H
#define REPORTING_SHELL_UNNAMED_FILE_H

#include <stdint.h>

/* The field of a fault that is about such a file, not about one of the user's.
 */
#define UNNAMED_FILE_FIELD "temporary file"

/* Makes one for about so many bytes, for reading and writing, to be closed; -1,
 * with errno, if it cannot be made. */
int unnamed_file_new(uint64_t size);

/* Where one that is not in memory lies. */
const char *unnamed_file_folder(void);

#endif
