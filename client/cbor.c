/* SPDX-License-Identifier: Apache-2.0 */
#include "cbor.h"

#include <string.h>

#define BREAK 0xff

/* RFC 8949 section 3: three of the low five bits' values are reserved, numbers
 * and tags have no indefinite length, and the simple values below 32 no second
 * byte. */
static bool is_head(uint8_t first, uint64_t value)
{
    uint8_t info = first & 0x1f;
    enum cbor_major major = (enum cbor_major)(first >> 5);

    if (info >= 28) {
        return info == 31 && major != CBOR_UINT && major != CBOR_NEGINT &&
               major != CBOR_TAG;
    }
    return major != CBOR_SIMPLE || info != 24 || value >= 32;
}

struct cbor_head cbor_read_long_head(struct wire_reader *r, const char *field)
{
    struct cbor_head head = {.pos = (uint32_t)r->pos};
    size_t left = r->len - r->pos;
    uint8_t first = left > 0 ? r->data[r->pos] : 0;
    uint8_t info = first & 0x1f;
    uint64_t value = info < 24 ? info : 0;
    size_t extra = info < 24 || info > 27 ? 0 : (size_t)1 << (info - 24);

    if (extra >= left) {
        wire_read_fail(r, FRANK_ERR_TRUNCATED, field, r->pos, left, 1 + extra);
    }
    if (!wire_read_ok(r)) {
        return head;
    }
    for (size_t i = 1; i <= extra; i++) {
        value = value << 8 | r->data[r->pos + i];
    }
    if (!is_head(first, value)) {
        wire_read_fail(r, FRANK_ERR_CBOR, field, r->pos, first, 0);
        return head;
    }
    r->pos += 1 + extra;
    head.value = value;
    head.major = first >> 5;
    head.info = info;
    head.indefinite = info == 31;
    return head;
}

struct cbor_head cbor_skip_tags(struct wire_reader *r, struct cbor_head head,
                                const char *field)
{
    while (wire_read_ok(r) && head.major == CBOR_TAG) {
        head = cbor_read_head(r, field);
    }
    return head;
}

bool cbor_read_break(struct wire_reader *r)
{
    if (!wire_read_ok(r) || r->pos == r->len || r->data[r->pos] != BREAK) {
        return false;
    }
    r->pos++;
    return true;
}

/* One run of a string: out gets what fits behind the first `have` bytes. */
static uint64_t read_run(struct wire_reader *r, uint64_t len, uint8_t *out,
                         size_t capacity, uint64_t have, const char *field)
{
    size_t room = have < capacity ? capacity - (size_t)have : 0;
    size_t left = r->len - r->pos;

    if (len > left) {
        wire_read_fail(r, FRANK_ERR_TRUNCATED, field, r->pos, left, len);
        return 0;
    }
    if (len > 0 && room > 0) {
        memcpy(out + have, r->data + r->pos, len < room ? (size_t)len : room);
    }
    r->pos += (size_t)len;
    return len;
}

uint64_t cbor_read_long_string(struct wire_reader *r, struct cbor_head head,
                               uint8_t *out, size_t capacity, const char *field)
{
    uint64_t len = 0;

    if (!head.indefinite) {
        return read_run(r, head.value, out, capacity, 0, field);
    }
    while (wire_read_ok(r) && !cbor_read_break(r)) {
        struct cbor_head chunk = cbor_read_head(r, field);

        if (wire_read_ok(r) &&
            (chunk.major != head.major || chunk.indefinite)) {
            wire_read_fail(r, FRANK_ERR_CBOR, field, chunk.pos,
                           r->data[chunk.pos], 0);
        }
        if (wire_read_ok(r)) {
            len += read_run(r, chunk.value, out, capacity, len, field);
        }
    }
    return len;
}

/*
 * The walk over an item. All that must still come of definite containers, one
 * within another, is a number: the items that are `owed`. So a message of a
 * million nested arrays costs no more than any other, and only containers of
 * indefinite length need a place on a stack.
 */
struct level {
    uint32_t owed; /* items still to come; 0: the open container's next */
    bool map;
    bool odd; /* an odd number of items so far, within a map */
};

struct walk {
    struct level now;
    unsigned depth;
    struct level outer[CBOR_DEPTH_MAX];
};

/* The items that must still come, with those that a head announces. Each takes
 * a byte at least: a count that the input cannot hold is refused at once. */
static uint32_t owe(struct wire_reader *r, uint32_t owed, struct cbor_head head,
                    const char *field)
{
    uint64_t left = r->len - r->pos;
    uint64_t count = head.major == CBOR_TAG ? 1 : head.value;
    uint32_t each = head.major == CBOR_MAP ? 2 : 1;

    if (count > left || owed + count * each > left) {
        wire_read_fail(r, FRANK_ERR_TRUNCATED, field, head.pos, left, count);
        return owed;
    }
    return owed + (uint32_t)count * each;
}

/* Steps over what follows a head, but for open containers of indefinite
 * length, which it leaves to the caller: true, if that is what it is. */
static inline bool step(struct wire_reader *r, uint32_t *owed,
                        struct cbor_head head, const char *field)
{
    if (head.major <= CBOR_NEGINT) {
        return false;
    }
    if (head.major <= CBOR_TEXT) {
        (void)cbor_skip_string(r, head, field);
        return false;
    }
    if (head.major != CBOR_SIMPLE) { /* array, map, tag */
        if (!head.indefinite) {
            *owed = owe(r, *owed, head, field);
        }
        return head.indefinite;
    }
    if (head.indefinite) { /* a break where an item must come */
        wire_read_fail(r, FRANK_ERR_CBOR, field, head.pos, BREAK, 0);
    }
    return false;
}

static void walk_open(struct wire_reader *r, struct walk *w,
                      struct cbor_head head, const char *field)
{
    if (w->depth == CBOR_DEPTH_MAX) {
        wire_read_fail(r, FRANK_ERR_DEPTH, field, head.pos, CBOR_DEPTH_MAX + 1,
                       CBOR_DEPTH_MAX);
        return;
    }
    w->outer[w->depth++] = w->now;
    w->now = (struct level){.map = head.major == CBOR_MAP};
}

static void walk_close(struct wire_reader *r, struct walk *w, const char *field)
{
    if (w->now.map && w->now.odd) {
        wire_read_fail(r, FRANK_ERR_CBOR, field, r->pos - 1, BREAK, 0);
        return;
    }
    w->now = w->outer[--w->depth];
}

/* An open container of indefinite length, to its end. */
static void skip_open(struct wire_reader *r, struct cbor_head head,
                      const char *field)
{
    struct walk w;

    w.now = (struct level){0};
    w.depth = 0;
    walk_open(r, &w, head, field);
    while (wire_read_ok(r) && (w.now.owed > 0 || w.depth > 0)) {
        if (w.now.owed > 0) {
            w.now.owed--;
        } else if (cbor_read_break(r)) {
            walk_close(r, &w, field);
            continue;
        } else {
            w.now.odd = !w.now.odd;
        }
        head = cbor_read_head(r, field);
        if (step(r, &w.now.owed, head, field)) {
            walk_open(r, &w, head, field);
        }
    }
}

static inline void skip_items(struct wire_reader *r, uint32_t owed,
                              const char *field)
{
    while (wire_read_ok(r) && owed > 0) {
        struct cbor_head head = cbor_read_head(r, field);

        owed--;
        if (step(r, &owed, head, field)) {
            skip_open(r, head, field);
        }
    }
}

void cbor_skip_rest(struct wire_reader *r, struct cbor_head head,
                    const char *field)
{
    uint32_t owed = 0;

    if (wire_read_ok(r) && step(r, &owed, head, field)) {
        skip_open(r, head, field);
    }
    skip_items(r, owed, field);
}

void cbor_skip_any(struct wire_reader *r, const char *field)
{
    skip_items(r, 1, field);
}
