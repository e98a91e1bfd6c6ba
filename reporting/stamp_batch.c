/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp_batch.h"

#include "stamp.h"

#include <string.h>

#define VERSION 1

int stamp_in_window(struct stamp_request *request,
                    const struct stamp_window *window,
                    struct frank_fault *fault)
{
    uint64_t *time = &request->context.accepted_timestamp;

    if (*time == 0) {
        *time = window->now;
    }
    if (*time > window->now ? *time - window->now > window->ahead_ms
                            : window->now - *time > window->past_ms) {
        return wire_fault(fault, FRANK_ERR_TIME, "accepted timestamp", 0, *time,
                          window->now);
    }
    return FRANK_OK;
}

static void read_request(struct stamp_request *out, struct wire_reader *r)
{
    uint8_t ordered;

    wire_read_bytes(r, out->tag, sizeof out->tag, "franking tag");
    stamp_read_context(&out->context, r);
    out->suite = wire_read_u16(r, "cipher suite");
    out->key_id = wire_read_u32(r, "key id");
    ordered = wire_read_u8(r, "order");
    if (ordered > 1) {
        wire_read_fail(r, FRANK_ERR_VALUE, "order", r->pos - 1, ordered, 1);
    }
    out->ordered = ordered == 1;
    if (out->ordered) {
        out->order.room_seq = wire_read_u64(r, "room_seq");
        out->order.seen_seq = wire_read_u64(r, "seen_seq");
    }
}

static void write_answer(struct wire_writer *w, int error,
                         const struct stamp *stamp,
                         const struct stamp_request *request)
{
    bool ordered = error == FRANK_OK && request->ordered;

    wire_write_u8(w, (uint8_t)-error);
    wire_write_u64(w,
                   error == FRANK_OK ? request->context.accepted_timestamp : 0);
    if (request->mac_only) {
        wire_write_bytes(w, stamp->frank.server_frank, FRANK_MAC_BYTES);
    } else if (error == FRANK_OK) {
        stamp_write_frank(w, &stamp->frank);
    } else {
        static const uint8_t zeros[FRANK_FRANK_BYTES];

        wire_write_bytes(w, zeros, sizeof zeros);
    }
    wire_write_u8(w, ordered);
    if (ordered) {
        wire_write_bytes(w, stamp->transcript_frank,
                         sizeof stamp->transcript_frank);
    }
}

/* How long the vector of answers gets is known only behind its last one: its
 * length is written before it afterwards, in as few bytes as it takes. */
static size_t put_front(uint8_t *out, uint8_t flags, size_t body)
{
    uint8_t front[2 + WIRE_LENGTH_MAX_BYTES];
    struct wire_writer w;

    wire_write_init(&w, front, sizeof front);
    wire_write_u8(&w, VERSION);
    wire_write_u8(&w, flags);
    wire_write_length(&w, body, "answers");
    memmove(out + w.len, out + sizeof front, body);
    memcpy(out, front, w.len);
    return w.len + body;
}

struct batch {
    const struct stamper *stamper;
    const struct stamp_window *window;
    bool mac_only;
    size_t count;
    size_t failed;
};

static void stamp_next(struct batch *batch, struct wire_writer *w,
                       struct wire_reader *r)
{
    struct stamp_request request = {.mac_only = batch->mac_only};
    struct stamp stamp;
    int error;

    memset(&stamp, 0, sizeof stamp);
    read_request(&request, r);
    if (!wire_read_ok(r)) {
        return;
    }
    if (batch->count == STAMP_BATCH_MAX) {
        wire_read_fail(r, FRANK_ERR_LIMIT, "requests", r->pos,
                       STAMP_BATCH_MAX + 1, STAMP_BATCH_MAX);
        return;
    }
    error = stamp_in_window(&request, batch->window, NULL);
    if (error == FRANK_OK) {
        error = stamper_stamp(batch->stamper, &stamp, &request, NULL);
    }
    write_answer(w, error, &stamp, &request);
    batch->count++;
    batch->failed += error != FRANK_OK;
}

int stamp_batch(uint8_t *out, size_t capacity, size_t *written, size_t *count,
                size_t *failed, const struct stamper *stamper,
                const uint8_t *requests, size_t len,
                const struct stamp_window *window, struct frank_fault *fault)
{
    struct batch batch = {.stamper = stamper, .window = window};
    const size_t front = 2 + WIRE_LENGTH_MAX_BYTES;
    struct wire_reader r;
    struct wire_reader list;
    struct wire_writer w;
    uint8_t version;
    uint8_t flags;
    size_t body = 0;
    int error;

    *written = 0;
    wire_read_init(&r, (struct frank_span){requests, len}, 0);
    version = wire_read_u8(&r, "version");
    if (version != VERSION) {
        wire_read_fail(&r, FRANK_ERR_VALUE, "version", 0, version, VERSION);
    }
    flags = wire_read_u8(&r, "flags");
    if ((flags & ~STAMP_BATCH_MAC_ONLY) != 0) {
        wire_read_fail(&r, FRANK_ERR_VALUE, "flags", 1, flags,
                       STAMP_BATCH_MAC_ONLY);
    }
    batch.mac_only = (flags & STAMP_BATCH_MAC_ONLY) != 0;
    list = wire_read_vector(&r, STAMP_BATCH_REQUESTS_MAX_BYTES, "requests");
    wire_read_end(&r, "stamp requests");
    wire_write_init(&w, capacity > front ? out + front : NULL,
                    capacity > front ? capacity - front : 0);
    while (wire_read_ok(&r) && wire_read_ok(&list) && list.pos < list.len) {
        stamp_next(&batch, &w, &list);
    }
    wire_read_join(&r, &list);
    if (wire_read_ok(&r) && batch.count == 0) {
        wire_read_fail(&r, FRANK_ERR_MISSING, "requests", r.pos, 0, 1);
    }
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        error = wire_write_result(&w, &body, fault);
    }
    if (error == FRANK_OK) {
        *written = put_front(out, flags, body);
        *count = batch.count;
        *failed = batch.failed;
    }
    return error;
}
