/* SPDX-License-Identifier: Apache-2.0 */
/* Stamps for the relay: many at once in binary, or one in JSON. */
#include "clock.h"
#include "counts.h"
#include "key_json.h"
#include "numbering.h"
#include "reply.h"
#include "stamp.h"
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define JSON_MAX_BYTES 16384

static struct stamp_window window_of(const struct hub *hub)
{
    return (struct stamp_window){clock_wall(), hub->settings->stamp_past,
                                 hub->settings->stamp_ahead};
}

/* ---- Many -----------------------------------------------------------------
 */

static void answer_many(struct numbering *n)
{
    struct frank_fault fault;
    int error = FRANK_OK;

    for (size_t i = 0; i < n->counting.count && error == FRANK_OK; i++) {
        error = stamp_batch_number(n->answers, &n->counting.items[i],
                                   n->keys->stamper, &fault);
    }
    if (error != FRANK_OK) {
        http_answer_fault(n->exchange, 400, &fault);
    } else {
        metric_add(&count_stamps, 0, n->stamped);
        metric_add(&count_stamps, 1, n->refused);
        http_answer(n->exchange, &(struct http_answer){
                                     .status = 200,
                                     .type = "application/vnd.frank.stamps",
                                     .body = {n->answers, n->len},
                                     .owned = n->answers});
        n->answers = NULL; /* transferred */
    }
    numbering_free(n);
}

static void stamp_many(struct hub *hub, struct http_exchange *exchange)
{
    const struct frank_span sent = http_request(exchange)->body;
    const struct stamp_window window = window_of(hub);
    /* A request is more than 50 bytes; no answer is longer than this. */
    size_t capacity = STAMP_BATCH_ANSWERS_MAX_BYTES < 64 + 4 * sent.len
                          ? STAMP_BATCH_ANSWERS_MAX_BYTES
                          : 64 + 4 * sent.len;
    struct numbering *n = numbering_new(hub, exchange, STAMP_BATCH_MAX);
    struct frank_fault fault = {FRANK_ERR_MEMORY, "answers", 0, 0, 0};
    size_t count = 0;
    int error = FRANK_ERR_MEMORY;

    if (n == NULL) {
        return;
    }
    n->answer = answer_many;
    n->answers = malloc(capacity);
    if (n->answers != NULL) {
        error = stamp_batch(n->answers, capacity, &n->len, &count, &n->refused,
                            n->keys->stamper, sent.data, sent.len, &window,
                            hub->settings->room_numbers ? &n->counting : NULL,
                            &fault);
    }
    if (error != FRANK_OK) {
        numbering_free(n);
        http_answer_fault(exchange, 400, &fault);
        return;
    }
    n->stamped = count - n->refused;
    numbering_go_on(n);
}

/* ---- One, in JSON ----------------------------------------------------------
 */

static int read_uri(struct frank_span *out, const json_t *root,
                    const char *name, struct frank_fault *fault)
{
    const json_t *value = json_object_get(root, name);

    if (!json_is_string(value) || json_string_length(value) == 0) {
        return wire_fault(fault,
                          value == NULL ? FRANK_ERR_MISSING : FRANK_ERR_VALUE,
                          name, 0, 0, 0);
    }
    *out = (struct frank_span){(const uint8_t *)json_string_value(value),
                               json_string_length(value)};
    return FRANK_OK;
}

/* A number that may be absent: then it is 0. */
static int read_number(uint64_t *out, const json_t *root, const char *name,
                       uint64_t max, struct frank_fault *fault)
{
    *out = 0;
    return json_object_get(root, name) == NULL
               ? FRANK_OK
               : key_json_number(out, root, name, max, fault);
}

/* Who numbers the message: nobody, the relay, the hub. A room has one who
 * counts, so that a hub takes the word of either, not of both. */
static int read_order(struct numbering *n, struct frank_fault *fault)
{
    const json_t *wish = json_object_get(n->root, "transcript");
    const json_t *device = json_object_get(n->root, "device");
    bool counts = n->hub->settings->room_numbers;
    bool has_seen = json_object_get(n->root, "seen_seq") != NULL;
    bool is_given = n->asked.request.ordered || has_seen;
    const char *wrong = NULL;

    n->wants_number = json_is_true(wish);
    if (wish != NULL && !json_is_boolean(wish)) {
        wrong = "transcript";
    } else if (n->wants_number && is_given) {
        wrong = "room_seq, seen_seq: not beside transcript";
    } else if (n->wants_number && !counts) {
        wrong = "transcript: this hub does not number (room-numbers)";
    } else if (is_given && counts) {
        wrong = "room_seq, seen_seq: this hub numbers itself (room-numbers)";
    } else if (has_seen && !n->asked.request.ordered) {
        wrong = "seen_seq: only with room_seq";
    } else if (device != NULL && !n->wants_number) {
        wrong = "device: only with transcript";
    } else if (device != NULL &&
               (json_string_length(device) == 0 ||
                json_string_length(device) > STAMP_DEVICE_MAX_BYTES)) {
        wrong = "device";
    }
    n->asked.device = (struct frank_span){
        (const uint8_t *)json_string_value(device), json_string_length(device)};
    return wrong == NULL ? FRANK_OK
                         : wire_fault(fault, FRANK_ERR_VALUE, wrong, 0, 0, 0);
}

static int read_request(struct numbering *n, struct frank_fault *fault)
{
    const json_t *root = n->root;
    struct stamp_request *out = &n->asked.request;
    uint64_t suite = 0;
    uint64_t key = 0;
    uint64_t time = 0;
    int error = key_json_hex(
        out->tag, sizeof out->tag, json_object_get(root, "franking_tag"),
        "franking_tag", "franking_tag, which must be 64 hexadecimal digits",
        fault);

    error =
        error ? error : read_uri(&out->context.sender, root, "sender", fault);
    error = error ? error : read_uri(&out->context.room, root, "room", fault);
    error = error ? error
                  : key_json_number(&suite, root, "cipher_suite", UINT16_MAX,
                                    fault);
    error = error ? error : read_number(&key, root, "key", UINT32_MAX, fault);
    error = error ? error
                  : read_number(&time, root, "accepted_timestamp", INT64_MAX,
                                fault);
    error = error ? error
                  : read_number(&out->order.room_seq, root, "room_seq",
                                INT64_MAX, fault);
    error = error ? error
                  : read_number(&out->order.seen_seq, root, "seen_seq",
                                INT64_MAX, fault);
    out->ordered = json_object_get(root, "room_seq") != NULL;
    error = error ? error : read_order(n, fault);
    out->suite = (uint16_t)suite;
    out->key_id = (uint32_t)key;
    out->context.accepted_timestamp = time;
    return error;
}

static void put_hex(json_t *object, const char *name, const uint8_t *bytes,
                    size_t len)
{
    char hex[2 * FRANK_FRANK_BYTES + 1];

    (void)sodium_bin2hex(hex, sizeof hex, bytes, len);
    (void)json_object_set_new(object, name, json_string(hex));
}

static char *describe(const struct numbering *n)
{
    const struct stamp_request *request = &n->asked.request;
    uint8_t frank[FRANK_FRANK_BYTES];
    json_t *object = json_object();
    char *text;

    frank_frank_encode(frank, &n->stamp.frank);
    (void)json_object_set_new(
        object, "accepted_timestamp",
        json_integer((json_int_t)request->context.accepted_timestamp));
    put_hex(object, "frank", frank, sizeof frank);
    if (n->wants_number) {
        (void)json_object_set_new(
            object, "room_seq",
            json_integer((json_int_t)request->order.room_seq));
        (void)json_object_set_new(
            object, "seen_seq",
            json_integer((json_int_t)request->order.seen_seq));
    }
    if (request->ordered) {
        put_hex(object, "transcript_frank", n->stamp.transcript_frank,
                sizeof n->stamp.transcript_frank);
    }
    text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

static void answer_one(struct numbering *n)
{
    struct frank_fault fault;
    int error = FRANK_OK;

    if (n->counting.count > 0) {
        n->asked = n->counting.items[0];
        error = stamper_transcript(n->keys->stamper, n->stamp.transcript_frank,
                                   &n->asked.request, &fault);
    }
    if (error != FRANK_OK) {
        http_answer_fault(n->exchange, 400, &fault);
    } else {
        metric_add(&count_stamps, 0, n->stamped);
        http_answer_json(n->exchange, 200, describe(n), NULL);
    }
    numbering_free(n);
}

/* Reads and stamps. */
static int make_one(struct numbering *n, struct frank_span sent,
                    const struct stamp_window *window,
                    struct frank_fault *fault)
{
    int error = key_json_load(&n->root, (const char *)sent.data, sent.len,
                              JSON_MAX_BYTES, "request", fault);

    if (error == FRANK_OK) {
        error = read_request(n, fault);
    }
    if (error == FRANK_OK) {
        error = stamp_in_window(&n->asked.request, window, fault);
    }
    if (error == FRANK_OK) {
        error = stamper_stamp(n->keys->stamper, &n->stamp, &n->asked.request,
                              fault);
    }
    return error;
}

static void stamp_one(struct hub *hub, struct http_exchange *exchange)
{
    const struct stamp_window window = window_of(hub);
    struct numbering *n = numbering_new(hub, exchange, 1);
    struct frank_fault fault = {0};

    if (n == NULL) {
        return;
    }
    if (make_one(n, http_request(exchange)->body, &window, &fault) !=
        FRANK_OK) {
        metric_add(&count_stamps, 1, 1);
        numbering_free(n);
        http_answer_fault(exchange, 400, &fault);
        return;
    }
    n->stamped = 1;
    n->answer = answer_one;
    if (n->wants_number) {
        n->counting.items[0] = n->asked;
        n->counting.count = 1;
    }
    numbering_go_on(n);
}

void route_franks(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    const char *type = http_header(exchange, "Content-Type");

    if (!hub_admits(hub, exchange, BEARER_PRIVATE)) {
        return;
    }
    if (type != NULL && strncasecmp(type, "application/json", 16) == 0) {
        stamp_one(hub, exchange);
    } else {
        stamp_many(hub, exchange);
    }
}
