/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many stamps at once, as a relay asks its hub for them (docs/WIRE.md, "Batch
 * of stamps"):
 *
 *     enum { none(0), given(1), counted(2), (255) } OrderKind;
 *     struct { OrderKind kind;
 *              select (kind) {
 *                case none: struct {};
 *                case given: uint64 room_seq; uint64 seen_seq;
 *                case counted: opaque device<V>; }; } Order;
 *     struct { uint8 franking_tag[32]; ServerFrankingContext context;
 *              CipherSuite suite; uint32 key_id;
 *              Order order; } StampRequest;
 *     struct { uint8 version = 1; uint8 flags;
 *              StampRequest requests<V>; } StampRequests;
 *
 *     struct { uint8 error; uint64 accepted_timestamp;
 *              select (mac_only) { case 0: opaque frank[100]; (a Frank)
 *                                  case 1: opaque server_frank[32]; };
 *              OrderKind kind;
 *              select (kind) {
 *                case none: struct {};
 *                case given: opaque transcript_frank[32];
 *                case counted: uint64 room_seq; uint64 seen_seq;
 *                              opaque transcript_frank[32]; };
 *            } StampAnswer;
 *     struct { uint8 version = 1; uint8 flags;
 *              StampAnswer answers<V>; } StampAnswers;
 *
 * An accepted_timestamp of 0 asks for the hub's own time. error is 0, or a
 * FRANK_ERR_ code without its sign; time and frank are zeros then, 100 bytes or
 * 32, and kind is none. The flags of the answers are those of the requests;
 * with MAC_ONLY, key_id is not looked at.
 *
 * A message has its room's number from the relay that counts (given) or from
 * the hub (counted), never from both: who counts is said with the call. The
 * hub's numbers come from its store, after all else was stamped, so that what
 * is refused takes none: stamp_batch() leaves room for them, and
 * stamp_batch_number() fills it.
 */
#ifndef REPORTING_STAMP_BATCH_H
#define REPORTING_STAMP_BATCH_H

#include "stamper.h"

/* without signatures: the draft's Frank needs one; a relay of its own format
 * may not */
#define STAMP_BATCH_MAC_ONLY 0x01
#define STAMP_BATCH_MAX ((size_t)1024)
#define STAMP_BATCH_REQUESTS_MAX_BYTES ((size_t)4 << 20)
/* of a sending device: opaque here, 0: it is not said which */
#define STAMP_DEVICE_MAX_BYTES ((size_t)255)
/* version, flags, length; error, time, Frank, kind, numbers, transcript frank
 * of each */
#define STAMP_BATCH_ANSWERS_MAX_BYTES                                          \
    (1 + 1 + 4 + STAMP_BATCH_MAX * (1 + 8 + FRANK_FRANK_BYTES + 1 + 8 + 8 + 32))

/* A time that a relay gives for a message may be so far from ours, both ends
 * included. */
struct stamp_window {
    uint64_t now;
    uint64_t past_ms;
    uint64_t ahead_ms;
};

/* Sets a time of 0 to now. TIME: outside the window, however wide it is. */
FRANK_MUST_CHECK int stamp_in_window(struct stamp_request *request,
                                     const struct stamp_window *window,
                                     struct frank_fault *fault);

/* A message that was stamped, and that the hub is to number. Spans point into
 * the requests. */
struct stamp_counted {
    struct stamp_request request; /* its order: to be set */
    struct frank_span device;
    size_t at; /* of its numbers in the answers */
};

/* Those of a batch. */
struct stamp_counting {
    struct stamp_counted *items; /* the caller's, of STAMP_BATCH_MAX */
    size_t count;
};

/*
 * Reads StampRequests, stamps each, writes StampAnswers to out; *count is how
 * many there were, *failed how many of these were refused. Requests are read
 * one by one: no memory but out. counting: NULL where the relay counts; where
 * the hub does, *counting is what stamp_batch_number() is to be called for
 * before the answers are whole. A request with a time outside the window is
 * answered TIME; one that the stamper refuses is answered its error: SUITE,
 * NO_EPOCH, EPOCH_DESTROYED, NO_KEY, VALUE (order). capacity:
 * STAMP_BATCH_ANSWERS_MAX_BYTES are enough for any batch. Errors, with numbers
 * and out zero: TRUNCATED, TRAILING, LENGTH_FORM, LIMIT, VALUE (version, flags,
 * an order of the side that does not count), MISSING (no request, an empty
 * URI), SPACE.
 */
FRANK_MUST_CHECK int stamp_batch(uint8_t *out, size_t capacity, size_t *written,
                                 size_t *count, size_t *failed,
                                 const struct stamper *stamper,
                                 const uint8_t *requests, size_t len,
                                 const struct stamp_window *window,
                                 struct stamp_counting *counting,
                                 struct frank_fault *fault);

/* Writes the numbers in item's order, and their transcript stamp, into the
 * answers. Errors as of stamper_transcript(): then nothing was written. */
FRANK_MUST_CHECK int stamp_batch_number(uint8_t *answers,
                                        const struct stamp_counted *item,
                                        const struct stamper *stamper,
                                        struct frank_fault *fault);

#endif
