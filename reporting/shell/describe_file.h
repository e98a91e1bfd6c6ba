/* SPDX-License-Identifier: Apache-2.0 */
/* Files that a report discloses, in words. */
#ifndef REPORTING_SHELL_DESCRIBE_FILE_H
#define REPORTING_SHELL_DESCRIBE_FILE_H

#include "disclosure.h"
#include "io.h"

/* "NAME (TYPE), N bytes", made harmless. */
void describe_file_text(const struct frank_attachment *attachment);

/* "all of it", "bytes 4096 to 8191". */
void describe_run_text(const struct disclosed_file *file);

#endif
