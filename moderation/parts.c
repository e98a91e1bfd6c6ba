/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

#include "cbor.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The draft allows four levels (section 4); what goes on is not followed. */
#define LEVELS_MAX 16

static struct part *add(struct parts *out, enum part_state state)
{
    struct part *part;

    if (out->count == PARTS_MAX) {
        out->more++;
        return NULL;
    }
    part = &out->items[out->count++];
    *part = (struct part){.state = state};
    return part;
}

/* ---- Parted -------------------------------------------------------------- */

static int read_parted(struct parts *out, const uint8_t *content, size_t len,
                       unsigned count, struct frank_fault *fault)
{
    for (unsigned i = 0; i < count; i++) {
        struct frank_part slot;
        int error = frank_part_read(&slot, content, len, i, fault);
        struct part *part;

        if (error != FRANK_OK) {
            return error;
        }
        part = add(out, slot.withheld ? PART_WITHHELD : PART_THERE);
        if (part != NULL && !slot.withheld) {
            part->name = slot.name;
            part->media_type = slot.media_type;
            part->body = slot.body;
        }
        sodium_memzero(&slot, sizeof slot);
    }
    return FRANK_OK;
}

/* ---- MIMI ---------------------------------------------------------------- */

/* Items of an array that are still to come. */
struct items {
    uint64_t left;
    bool indefinite;
};

static bool next(struct wire_reader *r, struct items *items)
{
    if (!wire_read_ok(r)) {
        return false;
    }
    if (items->indefinite) {
        if (!cbor_read_break(r)) {
            return true;
        }
        items->indefinite = false;
        items->left = 0;
    }
    return items->left > 0 && items->left-- > 0;
}

static void skip_others(struct wire_reader *r, struct items *items)
{
    while (next(r, items)) {
        cbor_skip(r, "element");
    }
}

/* The next item as a number; UINT64_MAX: it is none, or there is none. */
static uint64_t next_number(struct wire_reader *r, struct items *items)
{
    struct cbor_head head;

    if (!next(r, items)) {
        return UINT64_MAX;
    }
    head = cbor_read_untagged(r, "number");
    if (head.major == CBOR_UINT) {
        return head.value;
    }
    cbor_skip_rest(r, head, "number");
    return UINT64_MAX;
}

/* The next item as a string, of bytes or text alike; empty where it is none. In
 * chunks it is put together: all copies are within the content's length. */
static struct frank_span next_string(struct parts *out, struct wire_reader *r,
                                     struct items *items)
{
    struct frank_span span = {NULL, 0};
    struct cbor_head head;

    if (!next(r, items)) {
        return span;
    }
    head = cbor_read_untagged(r, "string");
    if (head.major != CBOR_BYTES && head.major != CBOR_TEXT) {
        cbor_skip_rest(r, head, "string");
    } else if (!head.indefinite) {
        span = wire_read_span(r, (size_t)head.value, "string");
    } else {
        span.data = out->copies + out->copied;
        span.len = (size_t)cbor_read_string(r, head, out->copies + out->copied,
                                            out->room - out->copied, "string");
        out->copied += span.len;
    }
    return wire_read_ok(r) ? span : (struct frank_span){NULL, 0};
}

static void read_external(struct parts *out, struct wire_reader *r,
                          struct items *items)
{
    struct part found = {.state = PART_EXTERNAL};
    struct part *part;

    found.media_type = next_string(out, r, items);
    found.url = next_string(out, r, items);
    (void)next_number(r, items); /* expires */
    found.size = next_number(r, items);
    for (unsigned i = 0; i < 6 && next(r, items); i++) {
        cbor_skip(r, "element"); /* encAlg to contentHash */
    }
    found.description = next_string(out, r, items);
    found.name = next_string(out, r, items);
    part = add(out, PART_EXTERNAL);
    if (part != NULL) {
        *part = found;
    }
}

static void read_nested(struct parts *out, struct wire_reader *r,
                        unsigned level);

static void read_multipart(struct parts *out, struct wire_reader *r,
                           struct items *items, unsigned level)
{
    struct cbor_head head;
    struct items parts;

    (void)next_number(r, items); /* semantics */
    if (!next(r, items)) {
        return;
    }
    head = cbor_read_untagged(r, "parts");
    if (head.major != CBOR_ARRAY) {
        (void)add(out, PART_UNREADABLE);
        cbor_skip_rest(r, head, "parts");
        return;
    }
    parts = (struct items){head.value, head.indefinite};
    while (next(r, &parts)) {
        read_nested(out, r, level + 1);
    }
}

static void put_unreadable(struct parts *out, struct wire_reader *r,
                           struct cbor_head head)
{
    struct part *part = add(out, PART_UNREADABLE);
    size_t begin = head.pos;

    cbor_skip_rest(r, head, "part");
    if (part != NULL && r->pos > begin) {
        part->body = (struct frank_span){r->data + begin, r->pos - begin};
    }
}

/* disposition, language, cardinality, and what that stands for. */
static void read_nested(struct parts *out, struct wire_reader *r,
                        unsigned level)
{
    struct cbor_head head = cbor_read_untagged(r, "part");
    struct items items = {head.value, head.indefinite};
    struct part *part;

    if (head.major != CBOR_ARRAY || level > LEVELS_MAX) {
        put_unreadable(out, r, head);
        return;
    }
    (void)next_number(r, &items);
    (void)next_string(out, r, &items);
    switch (next_number(r, &items)) {
    case 0:
        (void)add(out, PART_EMPTY);
        break;
    case 1: {
        struct frank_span type = next_string(out, r, &items);
        struct frank_span body = next_string(out, r, &items);

        part = add(out, PART_THERE);
        if (part != NULL) {
            part->media_type = type;
            part->body = body;
        }
        break;
    }
    case 2:
        read_external(out, r, &items);
        break;
    case 3:
        read_multipart(out, r, &items, level);
        break;
    default:
        (void)add(out, PART_UNREADABLE);
    }
    skip_others(r, &items);
}

static int read_mimi(struct parts *out, struct frank_span nested,
                     struct frank_fault *fault)
{
    struct wire_reader r;

    out->room = nested.len;
    out->copies = malloc(nested.len + 1);
    if (out->copies == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "parts", 0, 0, nested.len);
    }
    wire_read_init(&r, nested, 0);
    read_nested(out, &r, 1);
    return FRANK_OK;
}

int parts_read(struct parts *out, const uint8_t *content, size_t len,
               struct frank_fault *fault)
{
    struct frank_content located;
    int error;

    out->count = 0;
    out->more = 0;
    out->copies = NULL;
    out->copied = 0;
    out->room = 0;
    error = frank_locate(&located, content, len, fault);
    if (error != FRANK_OK) {
        return error;
    }
    if (located.format == FRANK_FORMAT_PARTED) {
        error = read_parted(out, content, len, located.parts, fault);
    } else if (located.format == FRANK_FORMAT_PLAIN) {
        struct part *part = add(out, PART_THERE);

        part->media_type = located.media_type;
        part->body = located.body;
    } else {
        error = read_mimi(out, located.body, fault);
    }
    sodium_memzero(&located, sizeof located);
    return error;
}

void parts_free(struct parts *parts)
{
    if (parts->copies != NULL) {
        sodium_memzero(parts->copies, parts->room);
        free(parts->copies);
        parts->copies = NULL;
    }
    parts->count = 0;
}

/* ---- Kinds --------------------------------------------------------------- */

static const char *const shown_types[] = {
    "image/png",  "image/jpeg", "image/gif", "image/webp", "image/avif",
    "audio/mpeg", "audio/ogg",  "audio/wav", "audio/mp4",  "audio/webm",
    "video/mp4",  "video/webm", "video/ogg"};

const char *part_shown_type(struct frank_span media_type)
{
    size_t len = 0;

    while (len < media_type.len && media_type.data[len] != ';' &&
           media_type.data[len] != ' ') {
        len++;
    }
    for (size_t i = 0; i < sizeof shown_types / sizeof shown_types[0]; i++) {
        if (strlen(shown_types[i]) == len &&
            strncasecmp(shown_types[i], (const char *)media_type.data, len) ==
                0) {
            return shown_types[i];
        }
    }
    return NULL;
}

bool part_is_text(struct frank_span media_type)
{
    return media_type.len == 0 ||
           (media_type.len >= 5 &&
            strncasecmp((const char *)media_type.data, "text/", 5) == 0);
}
