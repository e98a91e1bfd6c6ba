/* SPDX-License-Identifier: Apache-2.0 */
#include "mimi_parts.h"

#include "cbor.h"

/* The draft allows four levels (section 4); what goes on is not followed. */
#define LEVELS_MAX 16

struct walk {
    struct wire_reader r;
    uint8_t *copies;
    size_t copied;
    mimi_part_taker *take;
    void *context;
};

static void take(struct walk *w, const struct mimi_part *part)
{
    w->take(w->context, part);
}

/* ---- Elements ------------------------------------------------------------ */

/* Items of an array that are still to come. */
struct items {
    uint64_t left;
    bool indefinite;
};

static bool next(struct wire_reader *r, struct items *items)
{
    if (items->indefinite && cbor_read_break(r)) {
        *items = (struct items){0, false};
    }
    return wire_read_ok(r) &&
           (items->indefinite || (items->left > 0 && items->left-- > 0));
}

static void skip_others(struct wire_reader *r, struct items *items)
{
    while (next(r, items)) {
        cbor_skip(r, "element");
    }
}

/* The next item as a number. */
static uint64_t next_number(struct walk *w, struct items *items)
{
    struct cbor_head head;

    if (!next(&w->r, items)) {
        return FRANK_EXTERNAL_ABSENT;
    }
    head = cbor_read_untagged(&w->r, "number");
    if (head.major == CBOR_UINT) {
        return head.value;
    }
    cbor_skip_rest(&w->r, head, "number");
    return FRANK_EXTERNAL_ABSENT;
}

/* The next item as a string, of bytes or text alike; empty where it is none. In
 * chunks it is put together: all copies are within the body's length. */
static struct frank_span next_string(struct walk *w, struct items *items)
{
    struct frank_span span = {NULL, 0};
    struct cbor_head head;

    if (!next(&w->r, items)) {
        return span;
    }
    head = cbor_read_untagged(&w->r, "string");
    if (head.major != CBOR_BYTES && head.major != CBOR_TEXT) {
        cbor_skip_rest(&w->r, head, "string");
    } else if (!head.indefinite) {
        span = wire_read_span(&w->r, (size_t)head.value, "string");
    } else {
        span.data = w->copies + w->copied;
        span.len = (size_t)cbor_read_string(&w->r, head, w->copies + w->copied,
                                            w->r.len - w->copied, "string");
        w->copied += span.len;
    }
    return span;
}

/* ---- Parts --------------------------------------------------------------- */

static void read_single(struct walk *w, struct items *items)
{
    struct mimi_part part = {.kind = MIMI_SINGLE};

    part.media_type = next_string(w, items);
    part.body = next_string(w, items);
    take(w, &part);
}

static void read_external(struct walk *w, struct items *items)
{
    struct mimi_part part = {.kind = MIMI_EXTERNAL};
    struct frank_external *external = &part.external;

    external->media_type = next_string(w, items);
    external->url = next_string(w, items);
    external->expires = next_number(w, items);
    external->size = next_number(w, items);
    external->aead = next_number(w, items);
    external->key = next_string(w, items);
    external->nonce = next_string(w, items);
    external->aad = next_string(w, items);
    external->hash = next_number(w, items);
    external->content_hash = next_string(w, items);
    external->description = next_string(w, items);
    external->filename = next_string(w, items);
    take(w, &part);
}

static void read_nested(struct walk *w, unsigned level);

/* NOLINTNEXTLINE(misc-no-recursion): LEVELS_MAX */
static void read_multipart(struct walk *w, struct items *items, unsigned level)
{
    const struct mimi_part unreadable = {.kind = MIMI_UNREADABLE};
    struct cbor_head head;
    struct items parts;

    (void)next_number(w, items); /* semantics */
    if (!next(&w->r, items)) {
        return;
    }
    head = cbor_read_untagged(&w->r, "parts");
    if (head.major != CBOR_ARRAY) {
        take(w, &unreadable);
        cbor_skip_rest(&w->r, head, "parts");
        return;
    }
    parts = (struct items){head.value, head.indefinite};
    while (next(&w->r, &parts)) {
        read_nested(w, level + 1);
    }
}

static void read_unreadable(struct walk *w, struct cbor_head head)
{
    struct mimi_part part = {.kind = MIMI_UNREADABLE};

    cbor_skip_rest(&w->r, head, "part");
    part.body = (struct frank_span){w->r.data + head.pos, w->r.pos - head.pos};
    take(w, &part);
}

/* disposition, language, cardinality, and what that stands for.
 * NOLINTNEXTLINE(misc-no-recursion): LEVELS_MAX */
static void read_nested(struct walk *w, unsigned level)
{
    const struct mimi_part empty = {.kind = MIMI_EMPTY};
    const struct mimi_part unreadable = {.kind = MIMI_UNREADABLE};
    struct cbor_head head = cbor_read_untagged(&w->r, "part");
    struct items items = {head.value, head.indefinite};

    if (head.major != CBOR_ARRAY || level > LEVELS_MAX) {
        read_unreadable(w, head);
        return;
    }
    (void)next_number(w, &items);
    (void)next_string(w, &items);
    switch (next_number(w, &items)) {
    case 0:
        take(w, &empty);
        break;
    case 1:
        read_single(w, &items);
        break;
    case 2:
        read_external(w, &items);
        break;
    case 3:
        read_multipart(w, &items, level);
        break;
    default:
        take(w, &unreadable);
    }
    skip_others(&w->r, &items);
}

void mimi_parts_walk(struct frank_span body, uint8_t *copies,
                     mimi_part_taker *take_part, void *context)
{
    struct walk w = {.copies = copies, .take = take_part, .context = context};

    wire_read_init(&w.r, body, 0);
    read_nested(&w, 1);
}
