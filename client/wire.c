/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <sodium.h>
#include <string.h>

int wire_fault(struct frank_fault *fault, int error, const char *field,
               size_t offset, uint64_t found, uint64_t expected)
{
    if (fault != NULL) {
        fault->error = error;
        fault->field = field;
        fault->offset = offset;
        fault->found = found;
        fault->expected = expected;
    }
    return error;
}

void wire_read_init(struct wire_reader *r, struct frank_span bytes, size_t base)
{
    r->data = bytes.data;
    r->len = bytes.len;
    r->pos = 0;
    r->base = base;
    r->fault = (struct frank_fault){0};
}

void wire_read_fail(struct wire_reader *r, int error, const char *field,
                    size_t pos, uint64_t found, uint64_t expected)
{
    if (wire_read_ok(r)) {
        (void)wire_fault(&r->fault, error, field, r->base + pos, found,
                         expected);
    }
}

void wire_read_bytes(struct wire_reader *r, uint8_t *out, size_t len,
                     const char *field)
{
    struct frank_span span = wire_read_span(r, len, field);

    if (span.data != NULL) {
        memcpy(out, span.data, len);
    } else {
        memset(out, 0, len);
    }
}

static uint64_t read_uint(struct wire_reader *r, size_t len, const char *field)
{
    struct frank_span span = wire_read_span(r, len, field);
    uint64_t value = 0;

    for (size_t i = 0; i < span.len; i++) {
        value = value << 8 | span.data[i];
    }
    return value;
}

uint8_t wire_read_u8(struct wire_reader *r, const char *field)
{
    return (uint8_t)read_uint(r, 1, field);
}

uint16_t wire_read_u16(struct wire_reader *r, const char *field)
{
    return (uint16_t)read_uint(r, 2, field);
}

uint32_t wire_read_u32(struct wire_reader *r, const char *field)
{
    return (uint32_t)read_uint(r, 4, field);
}

uint64_t wire_read_u64(struct wire_reader *r, const char *field)
{
    return read_uint(r, 8, field);
}

size_t wire_read_length(struct wire_reader *r, const char *field)
{
    size_t start = r->pos;
    struct frank_span first = wire_read_span(r, 1, field);
    unsigned prefix = first.len > 0 ? first.data[0] >> 6 : 0;
    size_t len = first.len > 0 ? first.data[0] & 0x3f : 0;

    if (prefix == 3) {
        wire_read_fail(r, FRANK_ERR_VALUE, field, start, first.data[0], 0xbf);
        return 0;
    }
    if (prefix > 0) {
        size_t more = prefix == 1 ? 1 : 3;
        len = len << (8 * more) | (size_t)read_uint(r, more, field);
        if (wire_read_ok(r) && wire_length_bytes(len) != 1 + more) {
            wire_read_fail(r, FRANK_ERR_LENGTH_FORM, field, start, 1 + more,
                           wire_length_bytes(len));
        }
        len = wire_read_ok(r) ? len : 0;
    }
    return len;
}

struct frank_span wire_read_opaque(struct wire_reader *r, size_t max,
                                   const char *field)
{
    size_t start = r->pos;
    size_t len = wire_read_length(r, field);

    if (len > max) {
        wire_read_fail(r, FRANK_ERR_LIMIT, field, start, len, max);
    }
    return wire_read_span(r, len, field);
}

struct frank_span wire_read_uri(struct wire_reader *r, const char *field)
{
    size_t start = r->pos;
    struct frank_span uri = wire_read_opaque(r, FRANK_URI_MAX_BYTES, field);

    if (uri.len == 0) {
        wire_read_fail(r, FRANK_ERR_MISSING, field, start, 0, 1);
    }
    return uri;
}

struct wire_reader wire_read_vector(struct wire_reader *r, size_t max,
                                    const char *field)
{
    struct wire_reader inner;
    struct frank_span bytes = wire_read_opaque(r, max, field);

    wire_read_init(&inner, bytes, r->base + r->pos - bytes.len);
    inner.fault = r->fault;
    return inner;
}

void wire_read_join(struct wire_reader *r, const struct wire_reader *inner)
{
    if (wire_read_ok(r)) {
        r->fault = inner->fault;
    }
}

void wire_read_end(struct wire_reader *r, const char *field)
{
    if (r->pos != r->len) {
        wire_read_fail(r, FRANK_ERR_TRAILING, field, r->pos, r->len - r->pos,
                       0);
    }
}

int wire_read_result(const struct wire_reader *r, struct frank_fault *fault)
{
    if (fault != NULL && !wire_read_ok(r)) {
        *fault = r->fault;
    }
    return r->fault.error;
}

void wire_write_init(struct wire_writer *w, uint8_t *out, size_t capacity)
{
    w->out = out;
    w->capacity = capacity;
    w->len = 0;
    w->fault = (struct frank_fault){0};
}

void wire_write_fail(struct wire_writer *w, int error, const char *field,
                     uint64_t found, uint64_t expected)
{
    if (w->fault.error == FRANK_OK) {
        (void)wire_fault(&w->fault, error, field, w->len, found, expected);
    }
}

void wire_write_bytes(struct wire_writer *w, const uint8_t *bytes, size_t len)
{
    if (len > 0 && w->len <= w->capacity && len <= w->capacity - w->len) {
        memcpy(w->out + w->len, bytes, len);
    }
    w->len += len;
}

static void write_uint(struct wire_writer *w, uint64_t value, size_t len)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
    }
    wire_write_bytes(w, bytes, len);
}

void wire_write_u8(struct wire_writer *w, uint8_t value)
{
    write_uint(w, value, 1);
}

void wire_write_u16(struct wire_writer *w, uint16_t value)
{
    write_uint(w, value, 2);
}

void wire_write_u32(struct wire_writer *w, uint32_t value)
{
    write_uint(w, value, 4);
}

void wire_write_u64(struct wire_writer *w, uint64_t value)
{
    write_uint(w, value, 8);
}

size_t wire_length_bytes(size_t len)
{
    return len < 0x40 ? 1 : len < 0x4000 ? 2 : 4;
}

void wire_write_length(struct wire_writer *w, size_t len, const char *field)
{
    size_t bytes = wire_length_bytes(len);

    if (len > WIRE_VECTOR_MAX) {
        wire_write_fail(w, FRANK_ERR_LIMIT, field, len, WIRE_VECTOR_MAX);
        return;
    }
    /* The two top bits hold the binary logarithm of the prefix's size. */
    write_uint(w, len | (uint64_t)(bytes >> 1) << (8 * bytes - 2), bytes);
}

void wire_write_opaque(struct wire_writer *w, struct frank_span bytes,
                       size_t max, const char *field)
{
    if (bytes.len > max) {
        wire_write_fail(w, FRANK_ERR_LIMIT, field, bytes.len, max);
        return;
    }
    wire_write_length(w, bytes.len, field);
    wire_write_bytes(w, bytes.data, bytes.len);
}

void wire_write_uri(struct wire_writer *w, struct frank_span uri,
                    const char *field)
{
    if (uri.len == 0) {
        wire_write_fail(w, FRANK_ERR_MISSING, field, 0, 1);
    }
    wire_write_opaque(w, uri, FRANK_URI_MAX_BYTES, field);
}

/* What was written may hold a salt: it must not stand where nothing came of
 * it. */
static void unwrite(const struct wire_writer *w)
{
    if (w->out != NULL) {
        sodium_memzero(w->out, w->len < w->capacity ? w->len : w->capacity);
    }
}

int wire_write_result(const struct wire_writer *w, size_t *written,
                      struct frank_fault *fault)
{
    if (w->fault.error != FRANK_OK) {
        unwrite(w);
        *written = 0;
        if (fault != NULL) {
            *fault = w->fault;
        }
        return w->fault.error;
    }
    *written = w->len;
    if (w->len > w->capacity) {
        unwrite(w);
        return wire_fault(fault, FRANK_ERR_SPACE, "output buffer", 0,
                          w->capacity, w->len);
    }
    return FRANK_OK;
}
