/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes of files, as people read and write them. */
#ifndef REPORTING_SHELL_SIZE_H
#define REPORTING_SHELL_SIZE_H

#include <stdbool.h>
#include <stdint.h>

/* "137 bytes", "64 KiB", "3.2 GiB": as exact as one decimal place is. */
#define SIZE_TEXT_BYTES 32
void size_text(char out[static SIZE_TEXT_BYTES], uint64_t bytes);

/* "bytes 4096 to 8191 (4 KiB)": the last one is the one before `end`; "byte 7",
 * "no bytes". */
#define SIZE_RANGE_TEXT_BYTES 96
void size_range_text(char out[static SIZE_RANGE_TEXT_BYTES], uint64_t begin,
                     uint64_t end);

/* Parses a whole argument: a decimal number, and perhaps KiB, MiB, GiB or TiB
 * right behind it; at most max. false after a message that names `what`. */
bool size_read(uint64_t *out, const char *text, uint64_t max, const char *what);

#endif
