/* SPDX-License-Identifier: Apache-2.0 */
/* Text without what a comparison passes over: ASCII letters in lower case, any
 * run of white space as one space. Other bytes stay, be they UTF-8 or not. */
#ifndef MODERATION_POLICY_FOLDED_H
#define MODERATION_POLICY_FOLDED_H

#include "frank.h"

struct folded_reader {
    struct frank_span text;
    size_t at;
    bool space; /* the last byte that was given out is a space */
};

/*
 * The next bytes of the folded text, at most capacity, into out; 0 at the end.
 * If places is not NULL, it gets for each the place in the text that it comes
 * from. A folded text is never longer than the text.
 */
size_t folded_read(struct folded_reader *reader, uint8_t *out, size_t capacity,
                   uint16_t *places);

#endif
