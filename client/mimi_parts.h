/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body parts of a MIMI message (draft-ietf-mimi-content-08 section 3.4),
 * one after the other, depth first: their number is their place in this order,
 * from 0, and a multipart has none of its own. As forgiving as locating:
 * fields of a wrong kind are empty, what cannot be read is a part too, so that
 * nobody hides from review by breaking a rule. Who lists parts and who opens
 * one (external.c) walk here, so that they agree on every number.
 */
#ifndef CLIENT_MIMI_PARTS_H
#define CLIENT_MIMI_PARTS_H

#include "frank.h"

/* The draft allows a message so many, multiparts counted too: frank_validate()
 * refuses more, and who lists parts lists all of these. */
#define MIMI_PARTS_MAX 1024

enum mimi_kind {
    MIMI_EMPTY,     /* a NullPart */
    MIMI_SINGLE,    /* media_type and body are here */
    MIMI_EXTERNAL,  /* somewhere else, as `external` says */
    MIMI_UNREADABLE /* of no known kind; or no array, or nested too deeply: then
                       body holds the bytes from there on */
};

struct mimi_part {
    enum mimi_kind kind;
    struct frank_span media_type;
    struct frank_span body;
    struct frank_external external;
};

typedef void mimi_part_taker(void *context, const struct mimi_part *part);

/* Gives each part of a located message's body to take. Spans point into body,
 * or, of strings that came in chunks, into copies, which has body.len bytes. */
void mimi_parts_walk(struct frank_span body, uint8_t *copies,
                     mimi_part_taker *take, void *context);

#endif
