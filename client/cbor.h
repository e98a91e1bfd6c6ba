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

/* Open items of indefinite length within each other. Definite ones may be
 * nested without bound: they need no memory. */
#define CBOR_DEPTH_MAX 2048

struct cbor_head {
    enum cbor_major major;
    uint8_t info;    /* the low five bits: how the argument is encoded */
    bool indefinite; /* strings, arrays, maps; with CBOR_SIMPLE: a break */
    uint64_t value;  /* argument: number, length, tag, bits of a float */
    size_t pos;      /* of the head itself */
};

/* Reads the next head. TRUNCATED, CBOR. Locating a message reads some twenty
 * of these, next to all of them of one byte: hence inline for that byte. */
void cbor_read_long_head(struct wire_reader *r, struct cbor_head *head,
                         const char *field);

static inline void cbor_read_head(struct wire_reader *r, struct cbor_head *head,
                                  const char *field)
{
    if (wire_read_ok(r) && r->pos < r->len && (r->data[r->pos] & 0x1f) < 24) {
        head->major = (enum cbor_major)(r->data[r->pos] >> 5);
        head->info = r->data[r->pos] & 0x1f;
        head->indefinite = false;
        head->value = head->info;
        head->pos = r->pos++;
    } else {
        cbor_read_long_head(r, head, field);
    }
}

/* The same behind any number of tags; *tagged, if not NULL, says if one was
 * there. */
void cbor_read_untagged(struct wire_reader *r, struct cbor_head *head,
                        bool *tagged, const char *field);

/* Steps over what belongs to a head that was read: bytes, items, a break. */
void cbor_skip_rest(struct wire_reader *r, const struct cbor_head *head,
                    const char *field);

/* Steps over one whole item. TRUNCATED, CBOR, DEPTH. */
void cbor_skip(struct wire_reader *r, const char *field);

/* Whether the next byte is a break; steps over it if so. */
bool cbor_read_break(struct wire_reader *r);

/*
 * Steps over the string that a head begins (CBOR_BYTES or CBOR_TEXT), in
 * chunks or not, and copies at most capacity bytes of it. Gives its length,
 * which may be larger.
 */
uint64_t cbor_read_string(struct wire_reader *r, const struct cbor_head *head,
                          uint8_t *out, size_t capacity, const char *field);

#endif
