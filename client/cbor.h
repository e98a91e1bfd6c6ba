/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CBOR (RFC 8949), just enough to walk anything well-formed: heads, strings
 * and whole items, without recursion or allocation. libcbor is not used here:
 * it refuses well-formed items that an abuser could put into a message to keep
 * it from being reported (docs/DEPENDENCIES.md); the tests hold this reader
 * against it.
 */
#ifndef CLIENT_CBOR_H
#define CLIENT_CBOR_H

#include "wire.h"

#include <string.h>

enum cbor_major {
    CBOR_UINT = 0,
    CBOR_NEGINT = 1,
    CBOR_BYTES = 2,
    CBOR_TEXT = 3,
    CBOR_ARRAY = 4,
    CBOR_MAP = 5,
    CBOR_TAG = 6,
    CBOR_SIMPLE = 7 /* and floats */
};

/* Two items of one byte: null, and the byte string of length 0. */
#define CBOR_NULL 0xf6
#define CBOR_EMPTY 0x40

/* Open items of indefinite length within each other. Definite ones may be
 * nested without bound: they need no memory. */
#define CBOR_DEPTH_MAX 2048

/* 16 bytes, so that it is passed in registers: locating a message reads some
 * twenty of them, and is to cost little beside hashing it. */
struct cbor_head {
    uint64_t value;  /* argument: number, length, tag, bits of a float */
    uint32_t pos;    /* of the head itself */
    uint8_t major;   /* enum cbor_major */
    uint8_t info;    /* the low five bits: how the argument is encoded */
    bool indefinite; /* strings, arrays, maps; with CBOR_SIMPLE: a break */
};

/* cbor_read_head() for all but the short heads. */
struct cbor_head cbor_read_long_head(struct wire_reader *r, const char *field);

/* Reads the next head. TRUNCATED, CBOR; then it is the number 0. Inline for
 * heads of one byte, and of two but for simple values. */
static inline struct cbor_head cbor_read_head(struct wire_reader *r,
                                              const char *field)
{
    if (wire_read_ok(r) && r->len - r->pos >= 2) {
        const uint8_t *at = r->data + r->pos;
        struct cbor_head head = {at[0] & 0x1f, (uint32_t)r->pos, at[0] >> 5,
                                 at[0] & 0x1f, false};

        if (head.info < 24) {
            r->pos += 1;
            return head;
        }
        if (head.info == 24 && head.major != CBOR_SIMPLE) {
            r->pos += 2;
            head.value = at[1];
            return head;
        }
    }
    return cbor_read_long_head(r, field);
}

/* Steps over the tags behind a head that is one. */
struct cbor_head cbor_skip_tags(struct wire_reader *r, struct cbor_head head,
                                const char *field);

/* Reads the next head behind any number of tags. */
static inline struct cbor_head cbor_read_untagged(struct wire_reader *r,
                                                  const char *field)
{
    struct cbor_head head = cbor_read_head(r, field);

    return head.major == CBOR_TAG ? cbor_skip_tags(r, head, field) : head;
}

/* Steps over what belongs to a head that was read: bytes, items, a break. */
void cbor_skip_rest(struct wire_reader *r, struct cbor_head head,
                    const char *field);

/* Steps over one whole item. TRUNCATED, CBOR, DEPTH. Inline for null and the
 * empty string, which most elements of a message are. */
void cbor_skip_any(struct wire_reader *r, const char *field);

static inline void cbor_skip(struct wire_reader *r, const char *field)
{
    if (wire_read_ok(r) && r->pos < r->len &&
        (r->data[r->pos] == CBOR_NULL || r->data[r->pos] == CBOR_EMPTY)) {
        r->pos++;
    } else {
        cbor_skip_any(r, field);
    }
}

/* Whether the next byte is a break; steps over it if so. */
bool cbor_read_break(struct wire_reader *r);

/* cbor_read_string() for strings in chunks, and those that do not fit. */
uint64_t cbor_read_long_string(struct wire_reader *r, struct cbor_head head,
                               uint8_t *out, size_t capacity,
                               const char *field);

/*
 * Steps over the string that a head begins (CBOR_BYTES or CBOR_TEXT), in
 * chunks or not, and copies at most capacity bytes of it. Gives its length,
 * which may be larger.
 */
static inline uint64_t cbor_read_string(struct wire_reader *r,
                                        struct cbor_head head, uint8_t *out,
                                        size_t capacity, const char *field)
{
    if (!head.indefinite && head.value <= r->len - r->pos && head.value > 0 &&
        head.value <= capacity) {
        memcpy(out, r->data + r->pos, (size_t)head.value);
        r->pos += (size_t)head.value;
        return head.value;
    }
    return cbor_read_long_string(r, head, out, capacity, field);
}

/* The same without a copy. */
static inline uint64_t cbor_skip_string(struct wire_reader *r,
                                        struct cbor_head head,
                                        const char *field)
{
    if (!head.indefinite && head.value <= r->len - r->pos) {
        r->pos += (size_t)head.value;
        return head.value;
    }
    return cbor_read_long_string(r, head, NULL, 0, field);
}

#endif
