/* SPDX-License-Identifier: Apache-2.0 */
#include "wording.h"

#include "utf8.h"
#include "wire.h"

/* White_Space of Unicode. */
static bool is_space(uint32_t code)
{
    return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85 ||
           code == 0xa0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

/* Soft hyphen, fillers, zero width, marks of direction, byte order mark. */
static bool is_unseen(uint32_t code)
{
    return code == 0xad || code == 0x34f || code == 0x61c || code == 0x115f ||
           code == 0x1160 || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0x2800 ||
           code == 0x3164 || code == 0xfeff || code == 0xffa0;
}

static bool is_allowed(uint32_t code, enum wording wording)
{
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
        return code == '\n' && wording == WORDING_LINES;
    }
    return wording == WORDING_LINES || !((code >= 0x202a && code <= 0x202e) ||
                                         (code >= 0x2066 && code <= 0x2069) ||
                                         code == 0x2028 || code == 0x2029);
}

int wording_check(struct frank_span text, size_t max, enum wording wording,
                  const char *name, struct frank_fault *fault)
{
    bool seen = false;
    size_t size;

    if (text.len > max) {
        return wire_fault(fault, FRANK_ERR_LIMIT, name, 0, text.len, max);
    }
    for (size_t i = 0; i < text.len; i += size) {
        uint32_t code = 0;

        size = utf8_char(text.data + i, text.len - i, &code);
        if (size == 0) {
            return wire_fault(fault, FRANK_ERR_UTF8, name, i, 0, 0);
        }
        if (!is_allowed(code, wording)) {
            return wire_fault(fault, FRANK_ERR_VALUE, name, i, code, 0);
        }
        seen = seen || !(is_space(code) || is_unseen(code));
    }
    return seen ? FRANK_OK
                : wire_fault(fault, FRANK_ERR_MISSING, name, 0, 0, 0);
}

size_t wording_space(const uint8_t *text, size_t len)
{
    uint32_t code = 0;
    size_t size = utf8_char(text, len, &code);

    return size > 0 && is_space(code) ? size : 0;
}
