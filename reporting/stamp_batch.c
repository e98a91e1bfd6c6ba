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
/* room_seq, seen_seq, transcript frank */
#define NUMBERS_BYTES (8 + 8 + FRANK_MAC_BYTES)
/* version, flags, length */
#define HEAD_MAX_BYTES (1 + 1 + WIRE_LENGTH_MAX_BYTES)

enum order_kind { ORDER_NONE = 0, ORDER_GIVEN = 1, ORDER_COUNTED = 2 };

struct batch_work {
    const struct stamper *stamper;
    const struct stamp_window *window;
    struct stamp_counting *counting; /* NULL: the relay counts */
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

/* A room has one who counts: two would give a number twice. */
static enum order_kind read_order(struct stamp_counted *out,
                                  struct wire_reader *r, bool hub_counts)
{
    struct stamp_request *request = &out->request;
    size_t start = r->pos;
    uint8_t kind = wire_read_u8(r, "order");
    uint8_t allowed = hub_counts ? ORDER_COUNTED : ORDER_GIVEN;

    if (kind != ORDER_NONE && kind != allowed) {
        wire_read_fail(r, FRANK_ERR_VALUE, "order", start, kind, allowed);
    } else if (kind == ORDER_GIVEN) {
        request->ordered = true;
        request->order.room_seq = wire_read_u64(r, "room_seq");
        request->order.seen_seq = wire_read_u64(r, "seen_seq");
    } else if (kind == ORDER_COUNTED) {
        out->device = wire_read_opaque(r, STAMP_DEVICE_MAX_BYTES, "device");
    }
    return (enum order_kind)kind;
}

static enum order_kind read_request(struct stamp_counted *out,
                                    struct wire_reader *r, bool hub_counts)
{
    struct stamp_request *request = &out->request;

    wire_read_bytes(r, request->tag, sizeof request->tag, "franking tag");
    stamp_read_context(&request->context, r);
    request->suite = wire_read_u16(r, "cipher suite");
    request->key_id = wire_read_u32(r, "key id");
    return read_order(out, r, hub_counts);
}

/* The stamp is zeros where there is an error. */
static void write_answer(struct wire_writer *w, const struct stamp *stamp,
                         int error, const struct stamp_request *request,
                         enum order_kind kind)
{
    static const uint8_t zeros[FRANK_FRANK_BYTES];

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
    wire_write_u8(w, (uint8_t)kind);
    if (kind == ORDER_GIVEN) {
        wire_write_bytes(w, stamp->transcript_frank, FRANK_MAC_BYTES);
    } else if (kind == ORDER_COUNTED) {
        wire_write_bytes(w, zeros, NUMBERS_BYTES);
    }
}

/* What is refused takes no number. */
static void answer(struct wire_writer *w, struct batch_work *work,
                   struct stamp_counted *asked, enum order_kind kind)
{
    struct stamp_request *request = &asked->request;
    struct stamp_counting *counting = work->counting;
    struct stamp stamp;
    int error = stamp_in_window(request, work->window, NULL);

    request->mac_only = (work->flags & STAMP_BATCH_MAC_ONLY) != 0;
    if (error == FRANK_OK) {
        error = stamper_stamp(work->stamper, &stamp, request, NULL);
    } else {
        memset(&stamp, 0, sizeof stamp);
    }
    work->failed += error != FRANK_OK;
    kind = error == FRANK_OK ? kind : ORDER_NONE;
    write_answer(w, &stamp, error, request, kind);
    if (counting != NULL && kind == ORDER_COUNTED) {
        asked->at = w->len - NUMBERS_BYTES;
        counting->items[counting->count++] = *asked;
    }
}

/* Reads requests and writes an answer to each. */
static void answer_all(struct wire_writer *w, struct batch_work *work,
                       struct wire_reader *r)
{
    struct wire_reader list =
        wire_read_vector(r, STAMP_BATCH_REQUESTS_MAX_BYTES, "requests");

    while (wire_read_ok(&list) && list.pos < list.len) {
        struct stamp_counted asked = {.at = 0};
        enum order_kind kind;

        if (work->count == STAMP_BATCH_MAX) {
            wire_read_fail(&list, FRANK_ERR_LIMIT, "requests", list.pos,
                           STAMP_BATCH_MAX + 1, STAMP_BATCH_MAX);
        }
        kind = read_request(&asked, &list, work->counting != NULL);
        if (wire_read_ok(&list)) {
            work->count++;
            answer(w, work, &asked, kind);
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
static size_t close_answers(uint8_t *out, size_t len,
                            const struct batch_work *work)
{
    struct wire_writer w;

    wire_write_init(&w, out, HEAD_MAX_BYTES);
    wire_write_u8(&w, BATCH_VERSION);
    wire_write_u8(&w, work->flags);
    wire_write_length(&w, len, "answers");
    memmove(out + w.len, out + HEAD_MAX_BYTES, len);
    for (size_t i = 0; work->counting != NULL && i < work->counting->count;
         i++) {
        work->counting->items[i].at += w.len;
    }
    return w.len + len;
}

/* Leaves nothing of a batch that is refused, of which len bytes were written.
 */
static void forget(uint8_t *out, size_t capacity, size_t len,
                   struct stamp_counting *counting)
{
    memset(out, 0, capacity < len ? capacity : len);
    if (counting != NULL) {
        counting->count = 0;
    }
}

int stamp_batch(uint8_t *out, size_t capacity, size_t *written, size_t *count,
                size_t *failed, const struct stamper *stamper,
                const uint8_t *requests, size_t len,
                const struct stamp_window *window,
                struct stamp_counting *counting, struct frank_fault *fault)
{
    struct batch_work work = {
        .stamper = stamper, .window = window, .counting = counting};
    struct wire_writer w;
    struct wire_reader r;
    size_t answers = 0;
    int error;

    *written = 0;
    *count = 0;
    *failed = 0;
    if (counting != NULL) {
        counting->count = 0;
    }
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
        forget(out, capacity, HEAD_MAX_BYTES + w.len, counting);
        return error;
    }
    *written = close_answers(out, answers, &work);
    *count = work.count;
    *failed = work.failed;
    return FRANK_OK;
}

int stamp_batch_number(uint8_t *answers, const struct stamp_counted *item,
                       const struct stamper *stamper, struct frank_fault *fault)
{
    const struct stamp_order *order = &item->request.order;
    uint8_t frank[FRANK_MAC_BYTES];
    struct wire_writer w;
    int error = stamper_transcript(stamper, frank, &item->request, fault);

    if (error != FRANK_OK) {
        return error;
    }
    wire_write_init(&w, answers + item->at, NUMBERS_BYTES);
    wire_write_u64(&w, order->room_seq);
    wire_write_u64(&w, order->seen_seq);
    wire_write_bytes(&w, frank, sizeof frank);
    return FRANK_OK;
}
