/* SPDX-License-Identifier: Apache-2.0 */
#include "size.h"

#include "command.h"
#include "io.h"

#include <inttypes.h>
#include <string.h>

static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
#define UNITS (sizeof units / sizeof units[0])

/* Rounded down, so that what is not all there is never said to be. */
void size_text(char out[static SIZE_TEXT_BYTES], uint64_t bytes)
{
    unsigned unit = 0;
    uint64_t tenths;

    if (bytes < 1024) {
        (void)snprintf(out, SIZE_TEXT_BYTES, "%" PRIu64 " byte%s", bytes,
                       bytes == 1 ? "" : "s");
        return;
    }
    while (unit + 1 < UNITS && bytes >> (10 * (unit + 2)) > 0) {
        unit++;
    }
    tenths = ((bytes >> (10 * unit)) * 10) >> 10;
    if (tenths % 10 == 0 || tenths >= 1000) {
        (void)snprintf(out, SIZE_TEXT_BYTES, "%" PRIu64 " %s", tenths / 10,
                       units[unit]);
    } else {
        (void)snprintf(out, SIZE_TEXT_BYTES, "%" PRIu64 ".%u %s", tenths / 10,
                       (unsigned)(tenths % 10), units[unit]);
    }
}

void size_range_text(char out[static SIZE_RANGE_TEXT_BYTES], uint64_t begin,
                     uint64_t end)
{
    char size[SIZE_TEXT_BYTES];

    if (end <= begin) {
        (void)snprintf(out, SIZE_RANGE_TEXT_BYTES, "no bytes");
    } else if (end - begin == 1) {
        (void)snprintf(out, SIZE_RANGE_TEXT_BYTES, "byte %" PRIu64, begin);
    } else {
        size_text(size, end - begin);
        (void)snprintf(out, SIZE_RANGE_TEXT_BYTES,
                       "bytes %" PRIu64 " to %" PRIu64 " (%s)", begin, end - 1,
                       size);
    }
}

bool size_read(uint64_t *out, const char *text, uint64_t max, const char *what)
{
    size_t digits = strspn(text, "0123456789");
    char number[24];
    unsigned shift = 0;

    for (unsigned i = 0; i < UNITS; i++) {
        if (strcmp(text + digits, units[i]) == 0) {
            shift = 10 * (i + 1);
        }
    }
    if (digits == 0 || digits >= sizeof number ||
        (shift == 0 && text[digits] != '\0')) {
        (void)io_say(EXIT_USAGE, "%s: not a size, such as 4096 or 64KiB", what);
        return false;
    }
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!io_number(out, number, max >> shift, what)) {
        return false;
    }
    *out <<= shift;
    return true;
}
