/* SPDX-License-Identifier: Apache-2.0 */
#include "blanks.h"

#include <string.h>

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz_"

bool blanks_is_name(const char *name, size_t len)
{
    size_t good = strspn(name, NAME_CHARACTERS);

    return len > 0 && len <= BLANKS_NAME_MAX_BYTES && good >= len;
}

bool blanks_is(const struct blanks_piece *piece, const char *name)
{
    return piece->is_blank && strlen(name) == piece->len &&
           memcmp(name, piece->at, piece->len) == 0;
}

bool blanks_next(struct blanks_piece *out, const char **at)
{
    const char *text = *at;

    out->is_blank = false;
    out->at = text;
    if (text[0] != '{' && text[0] != '}') {
        out->len = strcspn(text, "{}");
        *at = text + out->len;
        return true;
    }
    if (text[1] == text[0]) {
        out->len = 1;
        *at = text + 2;
        return true;
    }
    out->is_blank = true;
    out->at = text + 1;
    out->len = strspn(out->at, NAME_CHARACTERS);
    if (text[0] == '}' || !blanks_is_name(out->at, out->len) ||
        out->at[out->len] != '}') {
        return false;
    }
    *at = out->at + out->len + 1;
    return true;
}
