/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one codec: TLS presentation language with the variable-size vectors of
 * RFC 9420 section 2.1.2. Reader and writer keep their first error and do
 * nothing more after it, so that a structure is read or written field by field
 * and asked once at the end.
 */
#ifndef CLIENT_WIRE_H
#define CLIENT_WIRE_H

#include "frank.h"

/* Largest length that a vector can state, and its longest length prefix. */
#define WIRE_VECTOR_MAX 0x3fffffff
#define WIRE_LENGTH_MAX_BYTES 4

/* data is the caller's. base is the place of data[0] in the whole input, so
 * that faults of nested structures name the right offset. */
struct wire_reader {
    const uint8_t *data;
    size_t len;
    size_t pos;
    size_t base;
    struct frank_fault fault; /* fault.error is FRANK_OK until one happens */
};

void wire_read_init(struct wire_reader *r, struct frank_span bytes,
                    size_t base);
static inline bool wire_read_ok(const struct wire_reader *r)
{
    return r->fault.error == FRANK_OK;
}

/* Keeps an error about the byte at pos, unless there is one already. */
void wire_read_fail(struct wire_reader *r, int error, const char *field,
                    size_t pos, uint64_t found, uint64_t expected);

/* The next len bytes, or none and FRANK_ERR_TRUNCATED. Inline, as everything
 * else here stands on it. */
static inline struct frank_span wire_read_span(struct wire_reader *r,
                                               size_t len, const char *field)
{
    struct frank_span span = {NULL, 0};

    if (len > r->len - r->pos) {
        wire_read_fail(r, FRANK_ERR_TRUNCATED, field, r->pos, r->len - r->pos,
                       len);
    } else if (len > 0 && wire_read_ok(r)) {
        span.data = r->data + r->pos;
        span.len = len;
        r->pos += len;
    }
    return span;
}
void wire_read_bytes(struct wire_reader *r, uint8_t *out, size_t len,
                     const char *field);
uint8_t wire_read_u8(struct wire_reader *r, const char *field);
uint16_t wire_read_u16(struct wire_reader *r, const char *field);
uint32_t wire_read_u32(struct wire_reader *r, const char *field);
uint64_t wire_read_u64(struct wire_reader *r, const char *field);

/* A vector's length. LENGTH_FORM, TRUNCATED, VALUE (a prefix that the RFC
 * leaves undefined). */
size_t wire_read_length(struct wire_reader *r, const char *field);

/* opaque<V> of at most max bytes; LIMIT beyond. */
struct frank_span wire_read_opaque(struct wire_reader *r, size_t max,
                                   const char *field);

/* IdentifierUri of 1 to 1,024 bytes; MISSING where empty. */
struct frank_span wire_read_uri(struct wire_reader *r, const char *field);

/* A reader of the vector that comes next. Take its error over, when it is
 * done, with wire_read_join(). */
struct wire_reader wire_read_vector(struct wire_reader *r, size_t max,
                                    const char *field);
void wire_read_join(struct wire_reader *r, const struct wire_reader *inner);

/* Nothing may be left over. */
void wire_read_end(struct wire_reader *r, const char *field);

/* The reader's error, and its place if fault is not NULL. */
FRANK_MUST_CHECK int wire_read_result(const struct wire_reader *r,
                                      struct frank_fault *fault);

/* Sets *fault, if not NULL, and gives error: for a `return`. */
int wire_fault(struct frank_fault *fault, int error, const char *field,
               size_t offset, uint64_t found, uint64_t expected);

/* len goes on counting past capacity, so that it tells what is needed. */
struct wire_writer {
    uint8_t *out;
    size_t capacity;
    size_t len;
    struct frank_fault fault;
};

void wire_write_init(struct wire_writer *w, uint8_t *out, size_t capacity);
void wire_write_fail(struct wire_writer *w, int error, const char *field,
                     uint64_t found, uint64_t expected);
void wire_write_bytes(struct wire_writer *w, const uint8_t *bytes, size_t len);
void wire_write_u8(struct wire_writer *w, uint8_t value);
void wire_write_u16(struct wire_writer *w, uint16_t value);
void wire_write_u32(struct wire_writer *w, uint32_t value);
void wire_write_u64(struct wire_writer *w, uint64_t value);
void wire_write_length(struct wire_writer *w, size_t len, const char *field);
void wire_write_opaque(struct wire_writer *w, struct frank_span bytes,
                       size_t max, const char *field);
void wire_write_uri(struct wire_writer *w, struct frank_span uri,
                    const char *field);

/* Bytes that the length prefix of a vector of len bytes takes: 1, 2 or 4. */
size_t wire_length_bytes(size_t len);

/* *written is what was or would have been written; SPACE if it did not fit. */
FRANK_MUST_CHECK int wire_write_result(const struct wire_writer *w,
                                       size_t *written,
                                       struct frank_fault *fault);

#endif
