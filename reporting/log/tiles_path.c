/* SPDX-License-Identifier: Apache-2.0 */
#include "tiles.h"

#include <stdio.h>
#include <string.h>

#define GROUPS_MAX 7 /* of three digits, of an index below 2^64 */

void tiles_path_write(char out[static TILES_PATH_MAX_BYTES], unsigned level,
                      uint64_t index)
{
    unsigned groups[GROUPS_MAX];
    unsigned count = 0;
    size_t len = (size_t)snprintf(out, TILES_PATH_MAX_BYTES, "%u", level % 100);

    do {
        groups[count++] = (unsigned)(index % 1000);
        index /= 1000;
    } while (index > 0);
    while (count-- > 0) {
        len +=
            (size_t)snprintf(out + len, TILES_PATH_MAX_BYTES - len, "/%s%03u",
                             count > 0 ? "x" : "", groups[count] % 1000);
    }
}

static bool skip(const char **text, const char *prefix)
{
    size_t len = strlen(prefix);

    if (strncmp(*text, prefix, len) != 0) {
        return false;
    }
    *text += len;
    return true;
}

/* Decimal without leading zeros, up to max, which is below 1,000. */
static bool skip_number(const char **text, unsigned *out, unsigned max)
{
    const char *at = *text;
    unsigned number = 0;

    while (*at >= '0' && *at <= '9' && number <= max) {
        number = number * 10 + (unsigned)(*at++ - '0');
    }
    if (at == *text || number > max || (**text == '0' && at - *text > 1)) {
        return false;
    }
    *text = at;
    *out = number;
    return true;
}

/* Three digits; index becomes 1,000 times itself and them. */
static bool skip_group(const char **text, uint64_t *index)
{
    unsigned number = 0;

    for (size_t i = 0; i < 3; i++) {
        char digit = (*text)[i];

        if (digit < '0' || digit > '9') {
            return false;
        }
        number = number * 10 + (unsigned)(digit - '0');
    }
    if (*index > (UINT64_MAX - number) / 1000) {
        return false;
    }
    *index = *index * 1000 + number;
    *text += 3;
    return true;
}

/* "x001/x234/067"; no group of zeros comes first but the only one. */
static bool skip_index(const char **text, uint64_t *index)
{
    *index = 0;
    while (skip(text, "x")) {
        if (!skip_group(text, index) || *index == 0 || !skip(text, "/")) {
            return false;
        }
    }
    return skip_group(text, index);
}

bool tiles_path_parse(struct tiles_path *out, const char *path)
{
    struct tiles_path parsed = {.width = TILES_WIDTH};

    parsed.entries = skip(&path, "entries");
    if (!parsed.entries && !skip_number(&path, &parsed.level, 63)) {
        return false;
    }
    if (!skip(&path, "/") || !skip_index(&path, &parsed.index)) {
        return false;
    }
    if (skip(&path, ".p/") &&
        (!skip_number(&path, &parsed.width, TILES_WIDTH - 1) ||
         parsed.width == 0)) {
        return false;
    }
    if (*path != '\0') {
        return false;
    }
    *out = parsed;
    return true;
}
