/* SPDX-License-Identifier: Apache-2.0 */
/* A template's text as pieces: words, and blanks to be filled. {name} is a
 * blank, "{{" and "}}" are the braces themselves. */
#ifndef MODERATION_POLICY_BLANKS_H
#define MODERATION_POLICY_BLANKS_H

#include "frank.h"

#define BLANKS_NAME_MAX_BYTES 32

struct blanks_piece {
    bool is_blank;
    const char *at; /* the words, or the blank's name; not closed by a zero */
    size_t len;     /* 0: the text is at its end */
};

/* The piece that begins at *at, which moves behind it. false: a brace that is
 * neither of a blank nor doubled; *at is there. */
FRANK_MUST_CHECK bool blanks_next(struct blanks_piece *out, const char **at);

/* 1 to 32 of a-z and "_". */
bool blanks_is_name(const char *name, size_t len);

/* Whether the piece is the blank of this name. */
bool blanks_is(const struct blanks_piece *piece, const char *name);

#endif
