/* SPDX-License-Identifier: Apache-2.0 */
#include "range.h"

#include <string.h>
#include <strings.h>

/* The number at *text, which is moved behind it. One with more than 18 digits
 * is further than any file of ours. */
static bool read_number(uint64_t *out, const char **text)
{
    size_t digits = strspn(*text, "0123456789");

    *out = digits > 18 ? UINT64_MAX - 1 : 0;
    for (size_t i = 0; i < digits && digits <= 18; i++) {
        *out = 10 * *out + (uint64_t)((*text)[i] - '0');
    }
    *text += digits;
    return digits > 0;
}

/* "-500": the last 500 bytes. */
static enum range_asked read_suffix(struct byte_range *out, const char *text,
                                    uint64_t size)
{
    uint64_t len;

    if (!read_number(&len, &text) || *text != '\0') {
        return RANGE_ALL;
    }
    if (len == 0 || size == 0) {
        return RANGE_NONE;
    }
    *out = (struct byte_range){len < size ? size - len : 0, size - 1};
    return RANGE_PART;
}

enum range_asked range_asked(struct byte_range *out, const char *header,
                             uint64_t size)
{
    static const char unit[] = "bytes=";
    struct byte_range range = {0, UINT64_MAX};

    if (header == NULL || strncasecmp(header, unit, sizeof unit - 1) != 0) {
        return RANGE_ALL;
    }
    header += sizeof unit - 1;
    if (*header == '-') {
        return read_suffix(out, header + 1, size);
    }
    if (!read_number(&range.first, &header) || *header++ != '-' ||
        (*header != '\0' &&
         (!read_number(&range.last, &header) || *header != '\0')) ||
        range.last < range.first) {
        return RANGE_ALL;
    }
    if (range.first >= size) {
        return RANGE_NONE;
    }
    if (range.last >= size) {
        range.last = size - 1;
    }
    *out = range;
    return RANGE_PART;
}

bool range_given(struct byte_range *out, uint64_t *total, const char *header)
{
    static const char unit[] = "bytes ";
    struct byte_range range;
    uint64_t all = UINT64_MAX;

    if (header == NULL || strncasecmp(header, unit, sizeof unit - 1) != 0) {
        return false;
    }
    header += sizeof unit - 1;
    if (!read_number(&range.first, &header) || *header++ != '-' ||
        !read_number(&range.last, &header) || *header++ != '/' ||
        range.last < range.first) {
        return false;
    }
    if (strcmp(header, "*") != 0 &&
        (!read_number(&all, &header) || *header != '\0' || range.last >= all)) {
        return false;
    }
    *out = range;
    *total = all;
    return true;
}
