/* SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

size_t utf8_char(const uint8_t *text, size_t len, uint32_t *code)
{
    uint8_t first = text[0];
    size_t size;
    uint32_t value;
    uint32_t least;

    if (first < 0x80) {
        size = 1, value = first, least = 0;
    } else if (first >= 0xc2 && first < 0xe0) {
        size = 2, value = first & 0x1f, least = 0x80;
    } else if (first >= 0xe0 && first < 0xf0) {
        size = 3, value = first & 0x0f, least = 0x800;
    } else if (first >= 0xf0 && first < 0xf5) {
        size = 4, value = first & 0x07, least = 0x10000;
    } else {
        return 0;
    }
    if (size > len) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (text[i] & 0x3f);
    }
    if (value < least || value > 0x10ffff ||
        (value >= 0xd800 && value < 0xe000)) {
        return 0;
    }
    if (code != NULL) {
        *code = value;
    }
    return size;
}

size_t utf8_fault(struct frank_span text)
{
    size_t i = 0;

    while (i < text.len) {
        size_t size = utf8_char(text.data + i, text.len - i, NULL);
        if (size == 0) {
            break;
        }
        i += size;
    }
    return i;
}

bool utf8_is_valid(struct frank_span text)
{
    return utf8_fault(text) == text.len;
}
