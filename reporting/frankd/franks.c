/* SPDX-License-Identifier: Apache-2.0 */
/* Stamps for the relay: many at once in binary, or one in JSON. */
#include "clock.h"
#include "counts.h"
#include "hub.h"
#include "key_json.h"
#include "reply.h"
#include "stamp.h"
#include "stamp_batch.h"
#include "wire.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
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

static void stamp_many(struct hub *hub, struct http_exchange *exchange)
{
    const struct http_request *request = http_request(exchange);
    const struct stamp_window window = window_of(hub);
    /* A request is more than 60 bytes; no answer is longer than this. */
    size_t capacity = STAMP_BATCH_ANSWERS_MAX_BYTES < 64 + 3 * request->body.len
                          ? STAMP_BATCH_ANSWERS_MAX_BYTES
                          : 64 + 3 * request->body.len;
    uint8_t *out = malloc(capacity);
    struct hub_keys *keys = hub_keys_hold(hub);
    struct frank_fault fault = {FRANK_ERR_MEMORY, "answers", 0, 0, 0};
    size_t written = 0;
    size_t count = 0;
    size_t failed = 0;
    int error = FRANK_ERR_MEMORY;

    if (out != NULL) {
        error =
            stamp_batch(out, capacity, &written, &count, &failed, keys->stamper,
                        request->body.data, request->body.len, &window, &fault);
    }
    hub_keys_release(keys);
    if (error != FRANK_OK) {
        free(out);
        http_answer_fault(exchange, 400, &fault);
        return;
    }
    metric_add(&count_stamps, 0, count - failed);
    metric_add(&count_stamps, 1, failed);
    http_answer(exchange,
                &(struct http_answer){.status = 200,
                                      .type = "application/vnd.frank.stamps",
                                      .body = {out, written},
                                      .owned = out});
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

static int read_request(struct stamp_request *out, const json_t *root,
                        struct frank_fault *fault)
{
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
    out->suite = (uint16_t)suite;
    out->key_id = (uint32_t)key;
    out->context.accepted_timestamp = time;
    out->ordered = json_object_get(root, "room_seq") != NULL;
    return error;
}

static char *describe(const struct stamp *stamp,
                      const struct stamp_request *request)
{
    uint8_t frank[FRANK_FRANK_BYTES];
    char hex[2 * FRANK_FRANK_BYTES + 1];
    char order[2 * FRANK_MAC_BYTES + 1];
    struct wire_writer w;
    char *text = NULL;

    wire_write_init(&w, frank, sizeof frank);
    stamp_write_frank(&w, &stamp->frank);
    (void)sodium_bin2hex(hex, sizeof hex, frank, sizeof frank);
    (void)sodium_bin2hex(order, sizeof order, stamp->transcript_frank,
                         sizeof stamp->transcript_frank);
    if (asprintf(
            &text,
            "{\"accepted_timestamp\":%" PRIu64 ",\"frank\":\"%s\"%s%s%s}\n",
            request->context.accepted_timestamp, hex,
            request->ordered ? ",\"transcript_frank\":\"" : "",
            request->ordered ? order : "", request->ordered ? "\"" : "") < 0) {
        text = NULL;
    }
    return text;
}

static void stamp_one(struct hub *hub, struct http_exchange *exchange)
{
    const struct http_request *request = http_request(exchange);
    const struct stamp_window window = window_of(hub);
    struct hub_keys *keys = hub_keys_hold(hub);
    struct stamp_request asked = {0};
    struct stamp stamp;
    struct frank_fault fault = {0};
    json_t *root = NULL;
    char *text = NULL;
    int error =
        key_json_load(&root, (const char *)request->body.data,
                      request->body.len, JSON_MAX_BYTES, "request", &fault);

    if (error == FRANK_OK) {
        error = read_request(&asked, root, &fault);
    }
    if (error == FRANK_OK) {
        error = stamp_in_window(&asked, &window, &fault);
    }
    if (error == FRANK_OK) {
        error = stamper_stamp(keys->stamper, &stamp, &asked, &fault);
    }
    metric_add(&count_stamps, error == FRANK_OK ? 0 : 1, 1);
    if (error == FRANK_OK) {
        text = describe(&stamp, &asked);
    }
    json_decref(root);
    hub_keys_release(keys);
    if (error == FRANK_OK) {
        http_answer_json(exchange, 200, text, NULL);
    } else {
        http_answer_fault(exchange, 400, &fault);
    }
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
