/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the moderation side pulls, takes over, and says back. It asks for
 * reports above a number, stores them, and acknowledges: only then are their
 * bodies dropped here.
 */
#include "hub.h"
#include "key_json.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEED_ITEMS_MAX 256
/* An answer ends behind the report with which it is larger than this. */
#define FEED_BYTES ((size_t)8 << 20)
#define NOTICES_MAX 1000
#define BODY_MAX_BYTES ((size_t)1 << 20)

static void bad(struct http_exchange *exchange, unsigned status,
                const struct frank_fault *fault)
{
    http_problem(exchange,
                 &(struct http_problem){.status = status,
                                        .name = http_error_name(fault->error),
                                        .title = frank_strerror(fault->error),
                                        .fault = fault,
                                        .evidence = SIZE_MAX});
}

/* A decimal number without sign or anything else. */
static bool read_decimal(uint64_t *out, const char *text)
{
    uint64_t value = 0;

    if (text[0] == '\0') {
        return false;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
        if (value > INT64_MAX / 10 - 1) {
            return false;
        }
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *out = value;
    return *text == '\0';
}

/* ---- GET /v1/feed ----------------------------------------------------------
 */

struct feed_answer {
    FILE *out;
    char *text;
    size_t len;
    size_t items;
    size_t bytes;
    uint64_t next;
    bool more;
    bool failed;
};

static void put_base64(struct feed_answer *a, struct frank_span bytes)
{
    size_t size =
        sodium_base64_encoded_len(bytes.len, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);

    if (text == NULL) {
        a->failed = true;
        return;
    }
    (void)sodium_bin2base64(text, size, bytes.data, bytes.len,
                            sodium_base64_VARIANT_ORIGINAL);
    (void)fputs(text, a->out);
    free(text);
}

static bool put_item(void *context, const struct feed_item *item)
{
    static const char *const kinds[] = {"anonymous", "named", "vouched"};
    static const char *const sources[] = {"sealed", "mimi"};
    struct feed_answer *a = context;
    char id[2 * FRANK_REPORT_ID_BYTES + 1];
    char salt[2 * HUB_SALT_BYTES + 1];

    if (a->items == FEED_ITEMS_MAX || a->bytes > FEED_BYTES) {
        a->more = true;
        return false;
    }
    (void)sodium_bin2hex(id, sizeof id, item->report_id,
                         sizeof item->report_id);
    (void)sodium_bin2hex(salt, sizeof salt, item->salt, sizeof item->salt);
    (void)fprintf(a->out,
                  "%s{\"number\":%" PRIu64 ",\"report_id\":\"%s\","
                  "\"received\":%" PRIu64 ",\"reporter\":\"%s\","
                  "\"source\":\"%s\",\"priority\":%" PRIu32
                  ",\"distinct_reporters\":%" PRIu32
                  ",\"first_contact\":%s,\"folds_into\":%" PRIu64
                  ",\"report_salt\":\"%s\",\"verdict\":\"",
                  a->items > 0 ? "," : "", item->number, id, item->received,
                  kinds[item->reporter % 3], sources[item->source % 2],
                  item->priority, item->distinct,
                  item->first_contact ? "true" : "false", item->folds_into,
                  salt);
    put_base64(a, item->verdict);
    (void)fputs("\",\"report\":\"", a->out);
    put_base64(a, item->sealed);
    (void)fputs("\"}", a->out);
    a->items++;
    a->bytes += item->sealed.len;
    a->next = item->number;
    return !a->failed;
}

static char *feed_text(struct hub *hub, uint64_t after)
{
    struct feed_answer a = {.next = after};
    struct db *db;
    uint64_t last;

    a.out = open_memstream(&a.text, &a.len);
    if (a.out == NULL) {
        return NULL;
    }
    (void)fputs("{\"items\":[", a.out);
    db = hub_reader_lock(hub, READER_LONG);
    last = hub_feed(db, after, put_item, &a);
    hub_reader_unlock(hub, READER_LONG);
    (void)fprintf(a.out,
                  "],\"next\":%" PRIu64 ",\"last\":%" PRIu64 ",\"more\":%s}\n",
                  a.next, last, a.more ? "true" : "false");
    if (fclose(a.out) != 0 || a.failed) {
        free(a.text);
        return NULL;
    }
    return a.text;
}

void route_feed(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    const char *text;
    uint64_t after = 0;

    if (!hub_admits(hub, exchange, BEARER_PRIVATE)) {
        return;
    }
    text = http_query(exchange, "after");
    if (text != NULL && !read_decimal(&after, text)) {
        bad(exchange, 400,
            &(struct frank_fault){FRANK_ERR_VALUE, "after", 0, 0, 0});
        return;
    }
    hub_answer_json(exchange, 200, feed_text(hub, after), NULL);
}

/* ---- Writing ---------------------------------------------------------------
 */

struct feed_write {
    struct write write;
    struct hub *hub;
    struct http_exchange *exchange;
    uint64_t now;
    /* acknowledgement */
    uint64_t through;
    uint64_t last;
    size_t taken;
    /* notices */
    size_t count;
    size_t unknown_count;
    bool unknown[NOTICES_MAX];
    struct hub_notice notices[];
};

static void submit(struct hub *hub, struct feed_write *w)
{
    w->hub = hub;
    w->now = hub_now();
    w->write.small = true; /* it makes room */
    w->write.bytes = 65536;
    if (!writer_submit(hub->writer, &w->write)) {
        http_problem(w->exchange, &(struct http_problem){
                                      .status = 503,
                                      .name = "busy",
                                      .title = "Too much is waiting for the "
                                               "disk",
                                      .evidence = SIZE_MAX,
                                      .retry_after = 1});
        free(w);
    }
}

static struct feed_write *new_write(struct http_exchange *exchange,
                                    size_t notices)
{
    struct feed_write *w =
        calloc(1, sizeof *w + notices * sizeof(struct hub_notice));

    if (w == NULL) {
        hub_answer_json(exchange, 503, NULL, NULL);
        return NULL;
    }
    w->exchange = exchange;
    return w;
}

static json_t *load(struct http_exchange *exchange)
{
    const struct http_request *request = http_request(exchange);
    struct frank_fault fault;
    json_t *root = NULL;

    if (key_json_load(&root, (const char *)request->body.data,
                      request->body.len, BODY_MAX_BYTES, "request",
                      &fault) != FRANK_OK) {
        bad(exchange, 400, &fault);
        return NULL;
    }
    return root;
}

/* ---- POST /v1/feed/ack ------------------------------------------------------
 */

static void ack_run(struct write *write, struct db *db)
{
    struct feed_write *w = (struct feed_write *)write;

    w->last = hub_last(db);
    if (w->through <= w->last) {
        w->taken = hub_taken_over(&w->hub->store, db, w->through, w->now);
    }
}

static void ack_done(struct write *write, enum write_result result)
{
    struct feed_write *w = (struct feed_write *)write;
    struct frank_fault fault = {FRANK_ERR_VALUE, "through", 0, w->through,
                                w->last};
    char *text = NULL;

    (void)result; /* it is small: always done */
    if (w->through > w->last) {
        bad(w->exchange, 409, &fault);
    } else {
        if (asprintf(&text, "{\"taken_over\":%zu}\n", w->taken) < 0) {
            text = NULL;
        }
        hub_answer_json(w->exchange, 200, text, NULL);
    }
    free(w);
}

void route_feed_ack(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    struct frank_fault fault;
    struct feed_write *w;
    json_t *root;
    uint64_t through = 0;
    int error;

    if (!hub_admits(hub, exchange, BEARER_PRIVATE) ||
        (root = load(exchange)) == NULL) {
        return;
    }
    error = key_json_number(&through, root, "through", INT64_MAX, &fault);
    json_decref(root);
    if (error != FRANK_OK) {
        bad(exchange, 400, &fault);
        return;
    }
    w = new_write(exchange, 0);
    if (w != NULL) {
        w->through = through;
        w->write.run = ack_run;
        w->write.done = ack_done;
        submit(hub, w);
    }
}

/* ---- POST /v1/notices -------------------------------------------------------
 */

static void notices_run(struct write *write, struct db *db)
{
    struct feed_write *w = (struct feed_write *)write;

    for (size_t i = 0; i < w->count; i++) {
        w->unknown[i] = !hub_notice(db, &w->notices[i], w->now);
        w->unknown_count += w->unknown[i];
    }
}

static void notices_done(struct write *write, enum write_result result)
{
    struct feed_write *w = (struct feed_write *)write;
    json_t *unknown = json_array();
    json_t *root;

    (void)result; /* it is small: always done */
    for (size_t i = 0; i < w->count; i++) {
        char id[2 * FRANK_REPORT_ID_BYTES + 1];

        if (w->unknown[i]) {
            (void)sodium_bin2hex(id, sizeof id, w->notices[i].report_id,
                                 FRANK_REPORT_ID_BYTES);
            (void)json_array_append_new(unknown, json_string(id));
        }
    }
    root = json_pack("{s:I,s:o}", "taken",
                     (json_int_t)(w->count - w->unknown_count), "unknown",
                     unknown);
    hub_answer_json(w->exchange, 200, json_dumps(root, JSON_COMPACT), NULL);
    json_decref(root);
    free(w);
}

/* A word of lower-case letters and underscores: it goes into answers as it is.
 */
static bool read_outcome(char out[static 33], const json_t *value)
{
    const char *word = json_string_value(value);
    size_t len = json_string_length(value);

    if (value == NULL || json_is_null(value)) {
        return true;
    }
    if (word == NULL || len > 32 ||
        strspn(word, "abcdefghijklmnopqrstuvwxyz_") != len) {
        return false;
    }
    memcpy(out, word, len);
    return true;
}

static bool read_state(struct hub_notice *out, const json_t *value)
{
    static const struct {
        const char *name;
        enum report_state state;
    } states[] = {{"in_review", REPORT_IN_REVIEW},
                  {"decided", REPORT_DECIDED},
                  {"closed", REPORT_CLOSED}};
    const char *word = json_string_value(value);

    for (size_t i = 0; word != NULL && i < sizeof states / sizeof states[0];
         i++) {
        if (strcmp(word, states[i].name) == 0) {
            out->has_state = true;
            out->state = states[i].state;
            return true;
        }
    }
    return value == NULL;
}

static int read_notice(struct hub_notice *out, const json_t *notice,
                       struct frank_fault *fault)
{
    const json_t *nothing = json_object_get(notice, "discloses_nothing");
    int error =
        key_json_hex(out->report_id, sizeof out->report_id,
                     json_object_get(notice, "report_id"), "report_id",
                     "report_id, which must be 32 hexadecimal digits", fault);
    const char *wrong = NULL;

    if (error != FRANK_OK) {
        return error;
    }
    if (!read_state(out, json_object_get(notice, "state"))) {
        wrong = "state";
    } else if (!read_outcome(out->outcome,
                             json_object_get(notice, "outcome"))) {
        wrong = "outcome";
    } else if (nothing != NULL && !json_is_boolean(nothing)) {
        wrong = "discloses_nothing";
    }
    out->discloses_nothing = json_is_true(nothing);
    if (wrong != NULL) {
        *fault = (struct frank_fault){FRANK_ERR_VALUE, wrong, 0, 0, 0};
        return FRANK_ERR_VALUE;
    }
    return FRANK_OK;
}

void route_notices(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    struct frank_fault fault = {FRANK_ERR_VALUE, "notices", 0, 0, NOTICES_MAX};
    struct feed_write *w = NULL;
    const json_t *notices;
    json_t *root;
    size_t count;
    int error = FRANK_OK;

    if (!hub_admits(hub, exchange, BEARER_PRIVATE) ||
        (root = load(exchange)) == NULL) {
        return;
    }
    notices = json_object_get(root, "notices");
    count = json_array_size(notices);
    if (!json_is_array(notices) || count > NOTICES_MAX) {
        error = FRANK_ERR_VALUE;
    } else {
        w = new_write(exchange, count);
    }
    for (size_t i = 0; w != NULL && i < count && error == FRANK_OK; i++) {
        error = read_notice(&w->notices[i], json_array_get(notices, i), &fault);
    }
    json_decref(root);
    if (error != FRANK_OK) {
        free(w);
        bad(exchange, 400, &fault);
    } else if (w != NULL) {
        w->count = count;
        w->write.run = notices_run;
        w->write.done = notices_done;
        submit(hub, w);
    }
}
