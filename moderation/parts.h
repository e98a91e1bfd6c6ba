/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a disclosed content holds, as a list of parts for whoever looks at it:
 * the one of a plain content, the slots of a parted one, the body parts of a
 * MIMI message in their order (draft-ietf-mimi-content-08, section 3.4). As
 * forgiving as locating: what breaks a rule is listed as far as it can be read,
 * so that nobody hides from review by breaking one. Nothing here is judged. Of
 * a MIMI message, an item's place is the number of its part for
 * frank_external_read() and in a report's attachments.
 */
#ifndef MODERATION_PARTS_H
#define MODERATION_PARTS_H

#include "mimi_parts.h"

enum part_state {
    PART_THERE,     /* body holds its bytes */
    PART_WITHHELD,  /* parted: left out by the reporter */
    PART_EMPTY,     /* MIMI: a NullPart, as of a deletion or a "like" taken back
                     */
    PART_EXTERNAL,  /* MIMI: somewhere else, at url */
    PART_UNREADABLE /* MIMI: not as the format says, or nested too deeply; body
                       holds the bytes from there on */
};

/* Texts are a stranger's. Spans point into the content or into the list. */
struct part {
    enum part_state state;
    struct frank_span name; /* parted: its name; external: the file's */
    struct frank_span media_type;
    struct frank_span body;
    struct frank_span url;
    struct frank_span description;
    uint64_t size;                  /* external: as the sender says */
    struct frank_external external; /* external: all that it says */
};

/* Further ones, of which there are none in a valid message, are counted in
 * `more`: a file must not hide behind parts that show nothing. */
#define PARTS_MAX MIMI_PARTS_MAX
struct parts {
    size_t count;
    size_t more;
    struct part items[PARTS_MAX];
    uint8_t *copies; /* of strings that came in chunks */
    size_t room;
};

/* Lists the parts of a content. Errors: those of frank_locate(); MEMORY. To be
 * closed with parts_free() where it is 0. */
FRANK_MUST_CHECK int parts_read(struct parts *out, const uint8_t *content,
                                size_t len, struct frank_fault *fault);
/* Wipes it. */
void parts_free(struct parts *parts);

/* The type as which a browser may show a part's bytes as they are, without
 * parameters: thirteen of pictures, sounds and films, none of which can hold a
 * script. NULL: not at all. */
const char *part_shown_type(struct frank_span media_type);
/* Whether it says that it is a text: "text/...", or nothing. */
bool part_is_text(struct frank_span media_type);

#endif
