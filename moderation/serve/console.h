/* SPDX-License-Identifier: Apache-2.0 */
/* The console's files (moderation/console/), within the program. */
#ifndef MODERATION_SERVE_CONSOLE_H
#define MODERATION_SERVE_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

/* Written by tools/embed-console; in order of name. */
struct console_file {
    const char *name;
    const uint8_t *bytes;
    size_t len;
    const uint8_t *packed; /* with gzip */
    size_t packed_len;
};
extern const struct console_file console_files[];
extern const size_t console_file_count;

#endif
