/* SPDX-License-Identifier: Apache-2.0 */
/* What a text that people are shown may be made of. */
#ifndef MODERATION_POLICY_WORDING_H
#define MODERATION_POLICY_WORDING_H

#include "frank.h"

enum wording {
    WORDING_LINE, /* one line: no line feed, nothing that turns the direction
                     of what stands around it (U+202A..E, U+2066..9) */
    WORDING_LINES /* line feeds, and no other control character */
};

/*
 * 1 to max bytes of UTF-8 that show something. name is the fault's field.
 * MISSING (empty, or only white space and characters that cannot be seen),
 * LIMIT, UTF8, VALUE (a character that is not allowed; offset tells which).
 */
FRANK_MUST_CHECK int wording_check(struct frank_span text, size_t max,
                                   enum wording wording, const char *name,
                                   struct frank_fault *fault);

/* Bytes of the white space that text begins with: one character of ASCII or
 * Unicode; 0 where it begins with none. len is at least 1. */
size_t wording_space(const uint8_t *text, size_t len);

#endif
