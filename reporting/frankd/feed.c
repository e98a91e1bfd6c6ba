/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the moderation side pulls, takes over, and says back. It asks for
 * reports above a number, stores them, and acknowledges: only then are their
 * bodies dropped here.
 */
#include "clock.h"
#include "feed_read.h"
#include "hub.h"
#include "reply.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEED_ITEMS_MAX 256
/* An answer ends behind the report with which it is larger than this. */
#define FEED_BYTES ((size_t)8 << 20)
/* Of one commit that takes reports over. */
#define STEP_ITEMS ((size_t)256)
#define STEP_BYTES ((size_t)1 << 20)

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
    (void)fputc('"', a->out);
    if (item->has_log_index) {
        (void)fprintf(a->out, ",\"log_index\":%" PRIu64, item->log_index);
    }
    (void)fputc('}', a->out);
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
    db = store_reader_lock(&hub->store, STORE_LONG);
    last = hub_feed(db, after, put_item, &a);
    store_reader_unlock(&hub->store, STORE_LONG);
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
    if (text != NULL && !feed_read_after(&after, text)) {
        http_answer_fault(
            exchange, 400,
            &(struct frank_fault){FRANK_ERR_VALUE, "after", 0, 0, 0});
        return;
    }
    http_answer_json(exchange, 200, feed_text(hub, after), NULL);
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
    bool more;
    /* notices */
    size_t count;
    size_t unknown_count;
    bool unknown[NOTICES_MAX];
    struct hub_notice *notices;
};

static void free_write(struct feed_write *w)
{
    free(w->notices);
    free(w);
}

static void submit(struct hub *hub, struct feed_write *w, size_t bytes)
{
    w->hub = hub;
    w->now = clock_wall();
    w->write.small = true;
    w->write.bytes = bytes;
    if (!writer_submit(hub->store.writer, &w->write)) {
        http_problem(w->exchange, &(struct http_problem){
                                      .status = 503,
                                      .name = "busy",
                                      .title = "Too much is waiting for the "
                                               "disk",
                                      .evidence = SIZE_MAX,
                                      .retry_after = 1});
        free_write(w);
    }
}

static void refuse_full(struct feed_write *w)
{
    http_problem(w->exchange, &(struct http_problem){
                                  .status = 507,
                                  .name = "disk-full",
                                  .title = "The disk is full; what was not "
                                           "done can be asked for again",
                                  .evidence = SIZE_MAX,
                                  .retry_after = 60});
    free_write(w);
}

static struct feed_write *new_write(struct http_exchange *exchange)
{
    struct feed_write *w = calloc(1, sizeof *w);

    if (w == NULL) {
        http_answer_json(exchange, 503, NULL, NULL);
        return NULL;
    }
    w->exchange = exchange;
    return w;
}

/* ---- POST /v1/feed/ack ------------------------------------------------------
 */

/* In steps: what is deleted is overwritten, so that a step writes as much as it
 * drops, and meanwhile no report is taken in. */
static void ack_run(struct write *write, struct db *db)
{
    struct feed_write *w = (struct feed_write *)write;

    w->last = hub_last(db);
    if (w->through <= w->last) {
        w->taken += hub_taken_over(&w->hub->store.ledger, db, w->through,
                                   w->now, STEP_ITEMS, STEP_BYTES, &w->more);
    }
}

static void ack_done(struct write *write, enum write_result result)
{
    struct feed_write *w = (struct feed_write *)write;
    struct frank_fault fault = {FRANK_ERR_VALUE, "through", 0, w->through,
                                w->last};
    char *text = NULL;

    if (result == WRITE_DISK_FULL) {
        refuse_full(w);
        return;
    }
    if (w->more && w->through <= w->last) {
        submit(w->hub, w, STEP_BYTES);
        return;
    }
    if (w->through > w->last) {
        http_answer_fault(w->exchange, 409, &fault);
    } else {
        if (asprintf(&text, "{\"taken_over\":%zu}\n", w->taken) < 0) {
            text = NULL;
        }
        http_answer_json(w->exchange, 200, text, NULL);
    }
    free_write(w);
}

void route_feed_ack(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    struct frank_fault fault;
    struct feed_write *w;
    uint64_t through = 0;

    if (!hub_admits(hub, exchange, BEARER_PRIVATE)) {
        return;
    }
    if (feed_read_ack(&through, http_request(exchange)->body, &fault) !=
        FRANK_OK) {
        http_answer_fault(exchange, 400, &fault);
        return;
    }
    w = new_write(exchange);
    if (w != NULL) {
        w->through = through;
        w->write.run = ack_run;
        w->write.done = ack_done;
        w->write.drops = true;
        submit(hub, w, STEP_BYTES);
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
    json_t *unknown;
    json_t *root;

    if (result == WRITE_DISK_FULL) {
        refuse_full(w);
        return;
    }
    unknown = json_array();
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
    http_answer_json(w->exchange, 200, json_dumps(root, JSON_COMPACT), NULL);
    json_decref(root);
    free_write(w);
}

void route_notices(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    struct frank_fault fault;
    struct hub_notice *notices = NULL;
    struct feed_write *w;
    size_t count = 0;

    if (!hub_admits(hub, exchange, BEARER_PRIVATE)) {
        return;
    }
    if (feed_read_notices(&notices, &count, http_request(exchange)->body,
                          &fault) != FRANK_OK) {
        http_answer_fault(exchange, 400, &fault);
        return;
    }
    w = new_write(exchange);
    if (w == NULL) {
        free(notices);
        return;
    }
    w->notices = notices; /* transferred */
    w->count = count;
    w->write.run = notices_run;
    w->write.done = notices_done;
    submit(hub, w, 1024 * count);
}
