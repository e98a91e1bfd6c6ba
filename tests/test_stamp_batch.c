/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp_batch.h"

#include "hubs.h"
#include "stamp.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NOW (RINGS_NOW + 1000000)
/* sender, room, time of support_context() */
#define REQUEST_BYTES (32 + 1 + 6 + 1 + 6 + 8 + 2 + 4 + 1)
/* A request in the notation, of the hub's time. */
#define TAG "(77)*32 "
#define CONTEXT "06'a:user' 06'r:room' (00)*8 "
#define REQUEST TAG CONTEXT "0001 00000000 00"

static const struct stamp_window window = {NOW, 5000, 100};
/* Of the tests in which the hub counts; otherwise the relay does. */
static struct stamp_counted counted[STAMP_BATCH_MAX];
static struct stamp_counting counting;
static bool hub_counts;

struct result {
    uint8_t *out; /* free() it */
    size_t len;
    size_t count;
    size_t failed;
    struct frank_fault fault;
};

static int run(struct result *result, struct frank_span requests,
               size_t capacity, const struct stamp_window *at)
{
    const uint8_t *copy = support_copy(requests.data, requests.len);
    int error;

    *result = (struct result){.out = malloc(capacity > 0 ? capacity : 1),
                              .len = 1,
                              .count = 1,
                              .failed = 1};
    assert_non_null(result->out);
    memset(result->out, 0, capacity);
    counting = (struct stamp_counting){counted, 1};
    error = stamp_batch(result->out, capacity, &result->len, &result->count,
                        &result->failed, stamper, copy, requests.len, at,
                        hub_counts ? &counting : NULL, &result->fault);
    if (error != FRANK_OK) {
        assert_int_equal(counting.count, hub_counts ? 0 : 1);
        assert_int_equal(result->fault.error, error);
        assert_non_null(result->fault.field);
        assert_int_equal(result->len, 0);
        assert_int_equal(result->count, 0);
        assert_int_equal(result->failed, 0);
        assert_true(support_is_zero(result->out, capacity));
    }
    return error;
}

static void assert_refused(struct frank_span requests, int error,
                           const char *field, size_t offset)
{
    struct result result;

    assert_int_equal(
        run(&result, requests, STAMP_BATCH_ANSWERS_MAX_BYTES, &window), error);
    assert_string_equal(result.fault.field, field);
    assert_int_equal(result.fault.offset, offset);
    free(result.out);
}

/* StampRequests of these; good until the next call. */
static struct frank_span encode(const struct stamp_request *requests,
                                size_t count, uint8_t flags)
{
    static uint8_t list[STAMP_BATCH_REQUESTS_MAX_BYTES];
    static uint8_t whole[STAMP_BATCH_REQUESTS_MAX_BYTES];
    struct wire_writer w;
    size_t len;

    wire_write_init(&w, list, sizeof list);
    for (size_t i = 0; i < count; i++) {
        const struct stamp_request *request = &requests[i];

        wire_write_bytes(&w, request->tag, sizeof request->tag);
        wire_write_uri(&w, request->context.sender, "sender");
        wire_write_uri(&w, request->context.room, "room");
        wire_write_u64(&w, request->context.accepted_timestamp);
        wire_write_u16(&w, request->suite);
        wire_write_u32(&w, request->key_id);
        wire_write_u8(&w, (uint8_t)(request->ordered * (1 + hub_counts)));
        if (request->ordered && hub_counts) {
            wire_write_u8(&w, 0); /* no device */
        } else if (request->ordered) {
            wire_write_u64(&w, request->order.room_seq);
            wire_write_u64(&w, request->order.seen_seq);
        }
    }
    assert_ok(wire_write_result(&w, &len, NULL));
    wire_write_init(&w, whole, sizeof whole);
    wire_write_u8(&w, 1);
    wire_write_u8(&w, flags);
    wire_write_opaque(&w, (struct frank_span){list, len}, sizeof list, "list");
    assert_ok(wire_write_result(&w, &len, NULL));
    return (struct frank_span){whole, len};
}

static struct stamp_request request_of(void)
{
    return (struct stamp_request){.tag = {7},
                                  .context = {support_text(SUPPORT_SENDER),
                                              support_text(SUPPORT_ROOM), NOW},
                                  .suite = FRANK_SUITE_X25519_AES128GCM};
}

static void assert_bytes(struct wire_reader *r, const uint8_t *expected,
                         size_t len)
{
    struct frank_span span = wire_read_span(r, len, "bytes");

    assert_true(wire_read_ok(r));
    assert_memory_equal(span.data, expected, len);
}

/* The answer is what stamper_stamp() gives, or `error`. */
static void assert_answer(struct wire_reader *r,
                          const struct stamp_request *asked, uint8_t flags,
                          int error)
{
    static const uint8_t zeros[FRANK_FRANK_BYTES];
    struct stamp_request request = *asked;
    struct stamp stamp;
    uint8_t frank[FRANK_FRANK_BYTES];
    bool mac_only = flags == STAMP_BATCH_MAC_ONLY;
    size_t len = mac_only ? FRANK_MAC_BYTES : FRANK_FRANK_BYTES;

    request.mac_only = mac_only;
    assert_int_equal(wire_read_u8(r, "error"), -error);
    if (error != FRANK_OK) {
        assert_int_equal(wire_read_u64(r, "time"), 0);
        assert_bytes(r, zeros, len);
        assert_int_equal(wire_read_u8(r, "transcript"), 0);
        return;
    }
    if (request.context.accepted_timestamp == 0) {
        request.context.accepted_timestamp = NOW;
    }
    assert_int_equal(wire_read_u64(r, "time"),
                     request.context.accepted_timestamp);
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    frank_frank_encode(frank, &stamp.frank);
    assert_bytes(r, frank, len);
    assert_int_equal(wire_read_u8(r, "transcript"), request.ordered);
    if (request.ordered) {
        assert_bytes(r, stamp.transcript_frank, FRANK_MAC_BYTES);
    }
}

static void assert_answers(const struct stamp_request *requests,
                           const int *errors, size_t count, uint8_t flags)
{
    struct result result;
    struct wire_reader r;
    struct wire_reader list;
    size_t failed = 0;

    assert_ok(run(&result, encode(requests, count, flags),
                  STAMP_BATCH_ANSWERS_MAX_BYTES, &window));
    wire_read_init(&r, (struct frank_span){result.out, result.len}, 0);
    assert_int_equal(wire_read_u8(&r, "version"), 1);
    assert_int_equal(wire_read_u8(&r, "flags"), flags);
    list = wire_read_vector(&r, WIRE_VECTOR_MAX, "answers");
    for (size_t i = 0; i < count; i++) {
        int error = errors == NULL ? FRANK_OK : errors[i];

        assert_answer(&list, &requests[i], flags, error);
        failed += error != FRANK_OK;
    }
    assert_true(wire_read_ok(&list));
    assert_int_equal(list.pos, list.len);
    assert_int_equal(r.pos, r.len);
    assert_int_equal(result.count, count);
    assert_int_equal(result.failed, failed);
    free(result.out);
}

/* ---- Answers ------------------------------------------------------------ */

static void each_answer_is_the_stamp_of_its_request(void **state)
{
    struct stamp_request requests[40];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(requests); i++) {
        requests[i] = request_of();
        requests[i].tag[1] = (uint8_t)i;
        requests[i].suite = i % 2 == 0 ? FRANK_SUITE_X25519_AES128GCM
                                       : FRANK_SUITE_X25519_CHACHA20POLY1305;
        requests[i].key_id = i % 3 == 0;
        requests[i].ordered = i % 5 == 0;
        requests[i].order = (struct stamp_order){i + 1, i};
        requests[i].context.accepted_timestamp = i % 7 == 0 ? 0 : NOW - i;
    }
    for (uint8_t flags = 0; flags <= STAMP_BATCH_MAC_ONLY; flags++) {
        for (size_t count = 1; count <= SUPPORT_COUNT(requests); count++) {
            assert_answers(requests, NULL, count, flags);
        }
    }
}

static void mac_only_stamp_is_the_other_one_without_its_signature(void **state)
{
    struct stamp_request request = request_of();
    struct stamp whole;
    struct stamp stamp;

    (void)state;
    request.ordered = true;
    request.order = (struct stamp_order){9, 7};
    assert_ok(stamper_stamp(stamper, &whole, &request, NULL));
    request.mac_only = true;
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    assert_true(support_is_zero(stamp.frank.signature, 64));
    assert_false(support_is_zero(whole.frank.signature, 64));
    memset(whole.frank.signature, 0, 64);
    assert_memory_equal(&stamp, &whole, sizeof stamp);
    request.key_id = 99; /* nothing is signed */
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    request.suite = 2;
    assert_int_equal(stamper_stamp(stamper, &stamp, &request, NULL),
                     FRANK_ERR_SUITE);
    assert_true(support_is_zero(&stamp, sizeof stamp));
}

static void refused_requests_are_answered_by_name_among_others(void **state)
{
    struct stamp_request requests[9];
    const int signed_errors[] = {0,
                                 FRANK_ERR_SUITE,
                                 0,
                                 FRANK_ERR_NO_KEY,
                                 FRANK_ERR_VALUE,
                                 FRANK_ERR_TIME,
                                 0,
                                 FRANK_ERR_TIME,
                                 0};
    int mac_errors[SUPPORT_COUNT(signed_errors)];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(requests); i++) {
        requests[i] = request_of();
        requests[i].ordered = i % 2 == 1;
        requests[i].order = (struct stamp_order){9, 7};
    }
    requests[1].suite = 2;
    requests[3].key_id = 77;
    requests[4].ordered = true;
    requests[4].order.seen_seq = 9;
    requests[5].context.accepted_timestamp = NOW - 5001;
    requests[7].context.accepted_timestamp = NOW + 101;
    assert_answers(requests, signed_errors, SUPPORT_COUNT(requests), 0);
    memcpy(mac_errors, signed_errors, sizeof mac_errors);
    mac_errors[3] = FRANK_OK;
    assert_answers(requests, mac_errors, SUPPORT_COUNT(requests),
                   STAMP_BATCH_MAC_ONLY);
}

static void destroyed_or_missing_epochs_are_answered_by_name(void **state)
{
    struct keyring *worn = rings_worn();
    struct stamper *hub = stamper;
    struct stamp_request request = request_of();
    int error = FRANK_ERR_EPOCH_DESTROYED;

    (void)state;
    assert_ok(stamper_new(&stamper, worn, NULL));
    assert_answers(&request, &error, 1, 0);
    stamper_free(stamper);
    worn->epochs[0].not_before = NOW + 1;
    assert_ok(stamper_new(&stamper, worn, NULL));
    error = FRANK_ERR_NO_EPOCH;
    assert_answers(&request, &error, 1, STAMP_BATCH_MAC_ONLY);
    stamper_free(stamper);
    stamper = hub;
    keyring_free(worn);
}

/* ---- The hub's numbers -------------------------------------------------- */

static int hub_that_counts(void **state)
{
    hub_counts = true;
    return make_hub(state);
}

static int end_of_that_hub(void **state)
{
    hub_counts = false;
    return free_hub(state);
}

/* StampRequests of one message in the notation; of its order comes what is
 * given. */
static struct frank_span one_request(const char *notation)
{
    static uint8_t whole[1024];
    struct wire_writer w;
    size_t len;

    wire_write_init(&w, whole, sizeof whole);
    wire_write_u8(&w, 1);
    wire_write_u8(&w, STAMP_BATCH_MAC_ONLY);
    wire_write_opaque(&w, support_bytes(notation), sizeof whole, "list");
    assert_ok(wire_write_result(&w, &len, NULL));
    return (struct frank_span){whole, len};
}

#define COUNTED_BY(order) TAG CONTEXT "0001 00000000 " order

static void a_message_is_counted_with_its_device_or_without(void **state)
{
    static const struct {
        const char *request;
        const char *device;
    } cases[] = {{COUNTED_BY("02 00"), ""},
                 {COUNTED_BY("02 05'phone'"), "phone"},
                 {COUNTED_BY("02 40ff ('d')*255"), NULL}};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct result result;

        assert_ok(run(&result, one_request(cases[i].request), 200, &window));
        assert_int_equal(counting.count, 1);
        assert_int_equal(counted[0].device.len, cases[i].device == NULL
                                                    ? 255
                                                    : strlen(cases[i].device));
        assert_int_equal(counted[0].request.context.room.len, 6);
        assert_int_equal(counted[0].request.context.accepted_timestamp, NOW);
        assert_false(counted[0].request.ordered);
        /* error, time, MAC; then the kind and room for the numbers */
        assert_int_equal(result.out[result.len - 49], 2);
        assert_int_equal(counted[0].at, result.len - 48);
        assert_true(support_is_zero(result.out + counted[0].at, 48));
        free(result.out);
    }
}

static void numbers_are_stamped_as_if_the_relay_had_given_them(void **state)
{
    struct stamp_request request = request_of();
    struct stamp stamp;
    struct result result;
    struct frank_fault fault = {0};

    (void)state;
    request.context.room = support_text("r:room");
    request.context.sender = support_text("a:user");
    memset(request.tag, 0x77, sizeof request.tag);
    request.ordered = true;
    request.order = (struct stamp_order){41, 40};
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    assert_ok(run(&result, one_request(COUNTED_BY("02 01'd'")), 200, &window));
    counted[0].request.order = (struct stamp_order){41, 41};
    assert_int_equal(
        stamp_batch_number(result.out, &counted[0], stamper, &fault),
        FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "seen_seq");
    assert_true(support_is_zero(result.out + counted[0].at, 48));
    counted[0].request.order = request.order;
    assert_ok(stamp_batch_number(result.out, &counted[0], stamper, &fault));
    assert_memory_equal(result.out + counted[0].at,
                        support_bytes("0000000000000029 0000000000000028").data,
                        16);
    assert_memory_equal(result.out + counted[0].at + 16, stamp.transcript_frank,
                        FRANK_MAC_BYTES);
    assert_int_equal(counted[0].at + 48, result.len);
    free(result.out);
}

/* Where a batch has all kinds, each place is that of its own message. */
static void what_is_refused_takes_no_number(void **state)
{
    static const char three[] = COUNTED_BY("02 00") TAG CONTEXT
        "0002 00000000 02 00" COUNTED_BY("00") COUNTED_BY("02 01'e'");
    struct result result;

    (void)state;
    assert_ok(run(&result, one_request(three), 1000, &window));
    assert_int_equal(result.count, 4);
    assert_int_equal(result.failed, 1);
    assert_int_equal(counting.count, 2);
    assert_int_equal(counted[1].device.len, 1);
    /* error, time, MAC, kind of each; the first one's numbers in between */
    assert_int_equal(counted[1].at - counted[0].at, 48 + 3 * 42);
    assert_int_equal(result.out[counted[0].at - 1], 2);
    assert_int_equal(result.out[counted[0].at + 48], -FRANK_ERR_SUITE);
    assert_int_equal(result.out[counted[0].at + 48 + 41], 0);
    assert_int_equal(result.out[counted[1].at - 1], 2);
    free(result.out);
}

static void hub_that_counts_takes_no_numbers_of_a_relay(void **state)
{
    static const char given[] =
        COUNTED_BY("01 0000000000000009 0000000000000007");

    (void)state;
    assert_refused(one_request(given), FRANK_ERR_VALUE, "order", 3 + 1 + 60);
    assert_refused(one_request(COUNTED_BY("03 00")), FRANK_ERR_VALUE, "order",
                   63);
    assert_refused(one_request(COUNTED_BY("02 4100 ('d')*256")),
                   FRANK_ERR_LIMIT, "device", 65);
    assert_refused(one_request(COUNTED_BY("02")), FRANK_ERR_TRUNCATED, "device",
                   64);
    hub_counts = false;
    assert_refused(one_request(COUNTED_BY("02 00")), FRANK_ERR_VALUE, "order",
                   63);
}

/* ---- The window --------------------------------------------------------- */

static int error_at(uint64_t time, const struct stamp_window *at)
{
    struct stamp_request request = request_of();
    struct result result;
    int error;

    request.context.accepted_timestamp = time;
    assert_ok(run(&result, encode(&request, 1, STAMP_BATCH_MAC_ONLY), 100, at));
    error = -(int)result.out[3];
    assert_int_equal(result.failed, error != FRANK_OK);
    free(result.out);
    return error;
}

static void times_outside_the_window_are_refused(void **state)
{
    (void)state;
    assert_int_equal(error_at(NOW - 5000, &window), FRANK_OK);
    assert_int_equal(error_at(NOW - 5001, &window), FRANK_ERR_TIME);
    assert_int_equal(error_at(NOW + 100, &window), FRANK_OK);
    assert_int_equal(error_at(NOW + 101, &window), FRANK_ERR_TIME);
    assert_int_equal(error_at(1, &window), FRANK_ERR_TIME);
    assert_int_equal(error_at(UINT64_MAX, &window), FRANK_ERR_TIME);
    assert_int_equal(error_at(0, &window), FRANK_OK);
}

static void a_window_never_overflows(void **state)
{
    static const struct stamp_window all = {NOW, UINT64_MAX, UINT64_MAX};
    static const struct stamp_window last = {UINT64_MAX, 1, UINT64_MAX};
    static const struct stamp_window none = {NOW, 0, 0};

    (void)state;
    assert_int_equal(error_at(1, &all), FRANK_ERR_NO_EPOCH);
    assert_int_equal(error_at(UINT64_MAX, &all), FRANK_OK);
    assert_int_equal(error_at(RINGS_NOW, &all), FRANK_OK);
    assert_int_equal(error_at(UINT64_MAX, &last), FRANK_OK);
    assert_int_equal(error_at(UINT64_MAX - 1, &last), FRANK_OK);
    assert_int_equal(error_at(UINT64_MAX - 2, &last), FRANK_ERR_TIME);
    assert_int_equal(error_at(0, &last), FRANK_OK);
    assert_int_equal(error_at(0, &none), FRANK_OK);
    assert_int_equal(error_at(NOW, &none), FRANK_OK);
    assert_int_equal(error_at(NOW - 1, &none), FRANK_ERR_TIME);
    assert_int_equal(error_at(NOW + 1, &none), FRANK_ERR_TIME);
}

static void a_time_outside_says_which_and_when(void **state)
{
    struct stamp_request request = request_of();
    struct frank_fault fault = {0};

    (void)state;
    request.context.accepted_timestamp = NOW + 101;
    assert_int_equal(stamp_in_window(&request, &window, &fault),
                     FRANK_ERR_TIME);
    assert_string_equal(fault.field, "accepted timestamp");
    assert_int_equal(fault.found, NOW + 101);
    assert_int_equal(fault.expected, NOW);
    request.context.accepted_timestamp = 0;
    assert_ok(stamp_in_window(&request, &window, &fault));
    assert_int_equal(request.context.accepted_timestamp, NOW);
}

/* ---- Batches that are refused ------------------------------------------- */

static void refuses_each_truncation(void **state)
{
    struct stamp_request requests[3] = {request_of(), request_of(),
                                        request_of()};
    struct frank_span whole;

    (void)state;
    requests[1].ordered = true;
    requests[1].order = (struct stamp_order){9, 7};
    whole = encode(requests, 3, STAMP_BATCH_MAC_ONLY);
    for (size_t len = 0; len < whole.len; len++) {
        struct result result;

        assert_int_equal(
            run(&result, (struct frank_span){whole.data, len}, 1000, &window),
            FRANK_ERR_TRUNCATED);
        free(result.out);
    }
}

/* The vector ends inside a request, and what holds it does not. */
static void refuses_each_truncated_request(void **state)
{
    struct stamp_request request = request_of();
    const uint8_t *bytes;

    (void)state;
    request.ordered = true;
    request.order = (struct stamp_order){9, 7};
    bytes = support_copy(encode(&request, 1, 0).data, 4 + REQUEST_BYTES + 16);
    assert_int_equal(bytes[2], 0x40); /* a length of two bytes */
    for (size_t len = 1; len < REQUEST_BYTES + 16; len++) {
        uint8_t cut[4 + REQUEST_BYTES + 16] = {1, 0};
        struct result result;
        struct wire_writer w;

        wire_write_init(&w, cut + 2, sizeof cut - 2);
        wire_write_opaque(&w, (struct frank_span){bytes + 4, len}, len, "list");
        assert_int_equal(
            run(&result, (struct frank_span){cut, 2 + w.len}, 1000, &window),
            FRANK_ERR_TRUNCATED);
        free(result.out);
    }
}

static void refuses_malformed_batches_by_name(void **state)
{
    static const struct {
        const char *bytes;
        int error;
        const char *field;
        size_t offset;
    } cases[] = {
        {"00 00 3d" REQUEST, FRANK_ERR_VALUE, "version", 0},
        {"02 00 3d" REQUEST, FRANK_ERR_VALUE, "version", 0},
        {"01 02 3d" REQUEST, FRANK_ERR_VALUE, "flags", 1},
        {"01 80 3d" REQUEST, FRANK_ERR_VALUE, "flags", 1},
        {"01 00 00", FRANK_ERR_MISSING, "requests", 3},
        {"01 01 00 00", FRANK_ERR_MISSING, "requests", 3},
        {"01 00 c0", FRANK_ERR_VALUE, "requests", 2},
        {"01 00 403d" REQUEST, FRANK_ERR_LENGTH_FORM, "requests", 2},
        {"01 00 80400001 (00)*16", FRANK_ERR_LIMIT, "requests", 2},
        {"01 00 3d" REQUEST "00", FRANK_ERR_TRAILING, "requests", 64},
        {"01 00 3d" TAG CONTEXT "0001 00000000 02", FRANK_ERR_VALUE, "order",
         63},
        {"01 00 3d" TAG CONTEXT "0001 00000000 ff", FRANK_ERR_VALUE, "order",
         63},
        {"01 00 37" TAG "00 06'r:room' (00)*8 0001 00000000 00",
         FRANK_ERR_MISSING, "sender URI", 35},
        {"01 00 37" TAG "06'a:user' 00 (00)*8 0001 00000000 00",
         FRANK_ERR_MISSING, "room URI", 42},
        {"01 00 38" TAG "4401 06'r:room' (00)*8 0001 00000000 00",
         FRANK_ERR_LIMIT, "sender URI", 35},
        {"01 00 38" TAG "4006 06'r:room' (00)*8 0001 00000000 00",
         FRANK_ERR_LENGTH_FORM, "sender URI", 35},
    };

    (void)state;
    assert_int_equal(support_bytes(REQUEST).len, REQUEST_BYTES);
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        assert_refused(support_bytes(cases[i].bytes), cases[i].error,
                       cases[i].field, cases[i].offset);
    }
}

static void one_bad_request_refuses_the_whole_batch(void **state)
{
    struct stamp_request requests[10];
    struct frank_span whole;
    uint8_t *bytes;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(requests); i++) {
        requests[i] = request_of();
    }
    whole = encode(requests, SUPPORT_COUNT(requests), 0);
    bytes = support_copy(whole.data, whole.len);
    bytes[whole.len - 1] = 2; /* the last one's order */
    assert_refused((struct frank_span){bytes, whole.len}, FRANK_ERR_VALUE,
                   "order", whole.len - 1);
}

static void takes_as_many_as_there_may_be_and_no_more(void **state)
{
    static struct stamp_request requests[STAMP_BATCH_MAX + 1];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(requests); i++) {
        requests[i] = request_of();
        requests[i].tag[1] = (uint8_t)i;
        requests[i].ordered = true;
        requests[i].order = (struct stamp_order){i + 1, i};
    }
    assert_answers(requests, NULL, STAMP_BATCH_MAX, 0);
    assert_refused(encode(requests, STAMP_BATCH_MAX + 1, STAMP_BATCH_MAC_ONLY),
                   FRANK_ERR_LIMIT, "requests",
                   6 + STAMP_BATCH_MAX * (REQUEST_BYTES + 16));
}

/* The largest requests and the largest answers fit their limits. */
static void longest_uris_fit_the_limits(void **state)
{
    static struct stamp_request requests[STAMP_BATCH_MAX];
    static uint8_t uri[FRANK_URI_MAX_BYTES];
    struct result result;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(requests); i++) {
        requests[i] = request_of();
        requests[i].context.sender = (struct frank_span){uri, sizeof uri};
        requests[i].context.room = (struct frank_span){uri, sizeof uri};
        requests[i].ordered = true;
        requests[i].order = (struct stamp_order){9, 7};
    }
    assert_ok(run(&result, encode(requests, SUPPORT_COUNT(requests), 0),
                  STAMP_BATCH_ANSWERS_MAX_BYTES, &window));
    /* the hub's own numbers would be 16 bytes more of each */
    assert_int_equal(result.len,
                     STAMP_BATCH_ANSWERS_MAX_BYTES - 16 * STAMP_BATCH_MAX);
    assert_int_equal(result.failed, 0);
    free(result.out);
}

static void longest_answers_of_counted_messages_fit_the_limit(void **state)
{
    static struct stamp_request requests[STAMP_BATCH_MAX];
    struct result result;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(requests); i++) {
        requests[i] = request_of();
        requests[i].ordered = true;
    }
    assert_ok(run(&result, encode(requests, SUPPORT_COUNT(requests), 0),
                  STAMP_BATCH_ANSWERS_MAX_BYTES, &window));
    assert_int_equal(result.len, STAMP_BATCH_ANSWERS_MAX_BYTES);
    assert_int_equal(counting.count, STAMP_BATCH_MAX);
    assert_int_equal(counted[STAMP_BATCH_MAX - 1].at + 48, result.len);
    free(result.out);
}

static void refuses_a_buffer_that_is_too_small(void **state)
{
    struct stamp_request requests[3] = {request_of(), request_of(),
                                        request_of()};
    struct frank_span whole = encode(requests, 3, STAMP_BATCH_MAC_ONLY);
    size_t needed = 6 + 3 * (1 + 8 + 32 + 1);
    struct result result;

    (void)state;
    for (size_t capacity = 0; capacity < needed; capacity++) {
        assert_int_equal(run(&result, whole, capacity, &window),
                         FRANK_ERR_SPACE);
        assert_string_equal(result.fault.field, "output buffer");
        free(result.out);
    }
    assert_ok(run(&result, whole, needed, &window));
    assert_int_equal(result.len, needed - 2); /* its length takes two bytes */
    free(result.out);
    /* The whole of a small buffer is zero after a fault, too. */
    assert_int_equal(run(&result,
                         (struct frank_span){whole.data, whole.len - 1}, 50,
                         &window),
                     FRANK_ERR_TRUNCATED);
    free(result.out);
}

#define WITH_HUB(test) cmocka_unit_test_setup_teardown(test, make_hub, free_hub)
#define WITH_COUNTS(test)                                                      \
    cmocka_unit_test_setup_teardown(test, hub_that_counts, end_of_that_hub)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_HUB(each_answer_is_the_stamp_of_its_request),
        WITH_HUB(mac_only_stamp_is_the_other_one_without_its_signature),
        WITH_HUB(refused_requests_are_answered_by_name_among_others),
        WITH_HUB(destroyed_or_missing_epochs_are_answered_by_name),
        WITH_COUNTS(a_message_is_counted_with_its_device_or_without),
        WITH_COUNTS(numbers_are_stamped_as_if_the_relay_had_given_them),
        WITH_COUNTS(what_is_refused_takes_no_number),
        WITH_COUNTS(hub_that_counts_takes_no_numbers_of_a_relay),
        WITH_COUNTS(longest_answers_of_counted_messages_fit_the_limit),
        WITH_HUB(times_outside_the_window_are_refused),
        WITH_HUB(a_window_never_overflows),
        WITH_HUB(a_time_outside_says_which_and_when),
        WITH_HUB(refuses_each_truncation),
        WITH_HUB(refuses_each_truncated_request),
        WITH_HUB(refuses_malformed_batches_by_name),
        WITH_HUB(one_bad_request_refuses_the_whole_batch),
        WITH_HUB(takes_as_many_as_there_may_be_and_no_more),
        WITH_HUB(longest_uris_fit_the_limits),
        WITH_HUB(refuses_a_buffer_that_is_too_small),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
