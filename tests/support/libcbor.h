/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcbor (0.8) as what our CBOR reader is held against, and what it refuses
 * though RFC 8949 calls it well-formed:
 * - simple values without a name, 0xe0 to 0xf3 and 0xf8 20 to 0xf8 ff;
 * - tags 6 to 20 in one byte, 0xc6 to 0xd4;
 * - text that is not UTF-8 (well-formed, if not valid: RFC 8949 section 5.3.1).
 */
#ifndef TESTS_LIBCBOR_H
#define TESTS_LIBCBOR_H

#include "cbor.h"
#include "utf8.h"

#include <cbor/common.h>

/* libcbor's <cbor.h> has the name of our own. */
cbor_item_t *cbor_load(cbor_data source, size_t size,
                       struct cbor_load_result *result);

static inline bool refused_by_libcbor(const struct cbor_head *head,
                                      struct frank_span string)
{
    switch (head->major) {
    case CBOR_SIMPLE:
        return head->info < 20 || head->info == 24;
    case CBOR_TAG:
        return head->info >= 6 && head->info <= 20;
    case CBOR_TEXT:
        return !utf8_is_valid(string);
    default:
        return false;
    }
}

/* Whether a well-formed item holds one of the things that libcbor refuses. */
static inline bool is_beyond_libcbor(struct frank_span item)
{
    struct wire_reader r;

    wire_read_init(&r, item, 0);
    while (wire_read_ok(&r) && r.pos < r.len) {
        struct frank_span string = {NULL, 0};
        struct cbor_head head;

        head = cbor_read_head(&r, "item");
        if ((head.major == CBOR_BYTES || head.major == CBOR_TEXT) &&
            !head.indefinite) {
            string = wire_read_span(&r, (size_t)head.value, "item");
        }
        if (refused_by_libcbor(&head, string)) {
            return true;
        }
    }
    return false;
}

/* Counts of 32 bits and more are kept from libcbor, which takes the memory
 * for them before it looks whether the items are there. */
static inline bool has_large_count(struct frank_span input)
{
    for (size_t i = 0; i < input.len; i++) {
        if ((input.data[i] & 0xde) == 0x9a) { /* 9a, 9b, ba, bb */
            return true;
        }
    }
    return false;
}

#endif
