/* SPDX-License-Identifier: Apache-2.0 */
/* One pass: a request is read, stamped and answered before the next one is
 * looked at. The length in front of the answers is known behind the last one,
 * so that they are written where the longest length leaves them room, and moved
 * up when it is shorter. */
#include "stamp_batch.h"

#include "stamp.h"

#include <sodium.h>
#include <string.h>

#define BATCH_VERSION 1
#define BATCH_FLAGS STAMP_BATCH_MAC_ONLY
/* version, flags, length */
#define HEAD_MAX_BYTES (1 + 1 + WIRE_LENGTH_MAX_BYTES)

struct batch_work {
    const struct stamper *stamper;
    const struct stamp_window *window;
    uint8_t flags;
    size_t count;
    size_t failed;
};

/* No sum: it could overflow. */
int stamp_in_window(struct stamp_request *request,
                    const struct stamp_window *window,
                    struct frank_fault *fault)
{
    uint64_t *time = &request->context.accepted_timestamp;
    uint64_t now = window->now;

    if (*time == 0) {
        *time = now;
    }
    if (*time < now ? now - *time > window->past_ms
                    : *time - now > window->ahead_ms) {
        return wire_fault(fault, FRANK_ERR_TIME, "accepted timestamp", 0, *time,
                          now);
    }
    return FRANK_OK;
}

/* Version and flags. */
static uint8_t read_head(struct wire_reader *r)
{
    uint8_t version = wire_read_u8(r, "version");
    uint8_t flags;

    if (version != BATCH_VERSION) {
        wire_read_fail(r, FRANK_ERR_VALUE, "version", 0, version,
                       BATCH_VERSION);
    }
    flags = wire_read_u8(r, "flags");
    if ((flags & ~BATCH_FLAGS) != 0) {
        wire_read_fail(r, FRANK_ERR_VALUE, "flags", 1, flags, BATCH_FLAGS);
    }
    return flags;
}

static void read_order(struct stamp_request *out, struct wire_reader *r)
{
    size_t start = r->pos;
    uint8_t present = wire_read_u8(r, "order");

    if (present > 1) {
        wire_read_fail(r, FRANK_ERR_VALUE, "order", start, present, 1);
    }
    out->ordered = present == 1;
    if (out->ordered) {
        out->order.room_seq = wire_read_u64(r, "room_seq");
        out->order.seen_seq = wire_read_u64(r, "seen_seq");
    }
}

static void read_request(struct stamp_request *out, struct wire_reader *r)
{
    wire_read_bytes(r, out->tag, sizeof out->tag, "franking tag");
    stamp_read_context(&out->context, r);
    out->suite = wire_read_u16(r, "cipher suite");
    out->key_id = wire_read_u32(r, "key id");
    read_order(out, r);
}

/* The stamp is zeros where there is an error. */
static void write_answer(struct wire_writer *w, const struct stamp *stamp,
                         int error, const struct stamp_request *request)
{
    static const uint8_t zeros[FRANK_FRANK_BYTES];
    bool ordered = error == FRANK_OK && request->ordered;

    wire_write_u8(w, (uint8_t)-error);
    wire_write_u64(w,
                   error == FRANK_OK ? request->context.accepted_timestamp : 0);
    if (request->mac_only) {
        wire_write_bytes(w, stamp->frank.server_frank, FRANK_MAC_BYTES);
    } else if (error == FRANK_OK) {
        stamp_write_frank(w, &stamp->frank);
    } else {
        wire_write_bytes(w, zeros, sizeof zeros);
    }
    wire_write_u8(w, ordered);
    if (ordered) {
        wire_write_bytes(w, stamp->transcript_frank, FRANK_MAC_BYTES);
    }
}

static void answer(struct wire_writer *w, struct batch_work *work,
                   struct stamp_request *request)
{
    struct stamp stamp;
    int error = stamp_in_window(request, work->window, NULL);

    request->mac_only = (work->flags & STAMP_BATCH_MAC_ONLY) != 0;
    if (error == FRANK_OK) {
        error = stamper_stamp(work->stamper, &stamp, request, NULL);
    } else {
        memset(&stamp, 0, sizeof stamp);
    }
    work->failed += error != FRANK_OK;
    write_answer(w, &stamp, error, request);
}

/* Reads requests and writes an answer to each. */
static void answer_all(struct wire_writer *w, struct batch_work *work,
                       struct wire_reader *r)
{
    struct wire_reader list =
        wire_read_vector(r, STAMP_BATCH_REQUESTS_MAX_BYTES, "requests");

    while (wire_read_ok(&list) && list.pos < list.len) {
        struct stamp_request request = {.key_id = 0};

        if (work->count == STAMP_BATCH_MAX) {
            wire_read_fail(&list, FRANK_ERR_LIMIT, "requests", list.pos,
                           STAMP_BATCH_MAX + 1, STAMP_BATCH_MAX);
        }
        read_request(&request, &list);
        if (wire_read_ok(&list)) {
            work->count++;
            answer(w, work, &request);
        }
    }
    if (work->count == 0) {
        wire_read_fail(&list, FRANK_ERR_MISSING, "requests", list.pos, 0, 1);
    }
    wire_read_join(r, &list);
    wire_read_end(r, "requests");
}

/* Puts version, flags and length in front of len bytes of answers, which stand
 * at out + HEAD_MAX_BYTES; gives the length of it all. */
static size_t close_answers(uint8_t *out, size_t len, uint8_t flags)
{
    struct wire_writer w;

    wire_write_init(&w, out, HEAD_MAX_BYTES);
    wire_write_u8(&w, BATCH_VERSION);
    wire_write_u8(&w, flags);
    wire_write_length(&w, len, "answers");
    memmove(out + w.len, out + HEAD_MAX_BYTES, len);
    return w.len + len;
}

int stamp_batch(uint8_t *out, size_t capacity, size_t *written, size_t *count,
                size_t *failed, const struct stamper *stamper,
                const uint8_t *requests, size_t len,
                const struct stamp_window *window, struct frank_fault *fault)
{
    struct batch_work work = {.stamper = stamper, .window = window};
    struct wire_writer w;
    struct wire_reader r;
    size_t answers = 0;
    int error;

    *written = 0;
    *count = 0;
    *failed = 0;
    if (capacity < HEAD_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_SPACE, "output buffer", 0, capacity,
                          HEAD_MAX_BYTES);
    }
    wire_write_init(&w, out + HEAD_MAX_BYTES, capacity - HEAD_MAX_BYTES);
    wire_read_init(&r, (struct frank_span){requests, len}, 0);
    work.flags = read_head(&r);
    answer_all(&w, &work, &r);
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        error = wire_write_result(&w, &answers, fault);
    }
    if (error != FRANK_OK) {
        memset(out, 0,
               capacity < HEAD_MAX_BYTES + w.len ? capacity
                                                 : HEAD_MAX_BYTES + w.len);
        return error;
    }
    *written = close_answers(out, answers, work.flags);
    *count = work.count;
    *failed = work.failed;
    return FRANK_OK;
}
