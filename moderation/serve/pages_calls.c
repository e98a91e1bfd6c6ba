/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics, the log, and what operators ask. */
#include "handlers.h"
#include "log_pages.h"
#include "mod_metrics.h"
#include "note.h"
#include "reply.h"
#include "tally.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_MS UINT64_C(86400000)
#define DAYS_STANDARD 30

/* ---- Statistics
 * ------------------------------------------------------------------------ */

static void day_text(char out[static 16], uint64_t day)
{
    time_t seconds = (time_t)(day * 86400);
    struct tm parts;

    (void)gmtime_r(&seconds, &parts);
    (void)strftime(out, 16, "%Y-%m-%d", &parts);
}

static bool put_count(void *context, const struct tally_line *line)
{
    char day[16];

    day_text(day, line->day);
    (void)json_array_append_new(
        context,
        json_pack("{s:s,s:s,s:s,s:I,s:I}", "day", day, "queue", line->queue,
                  "measure", line->measure, "count", (json_int_t)line->count,
                  "total", (json_int_t)line->total));
    return true;
}

/* Ids of queues and measures hold nothing that a table could take for a
 * formula: [a-z0-9_.-], beginning with a letter. */
static bool put_csv(void *context, const struct tally_line *line)
{
    char day[16];

    day_text(day, line->day);
    (void)fprintf(context, "%s,%s,%s,%" PRIu64 ",%" PRIu64 "\r\n", day,
                  line->queue, line->measure, line->count, line->total);
    return true;
}

static void answer_csv(struct call *call, uint64_t from, uint64_t to)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct db *db;

    call->answered = true;
    if (out != NULL) {
        (void)fputs("day,queue,measure,count,total_ms\r\n", out);
        db = store_reader_lock(&call->mod->store, STORE_LONG);
        tally_read(db, from, to, put_csv, out);
        store_reader_unlock(&call->mod->store, STORE_LONG);
        if (fclose(out) != 0) {
            free(text);
            text = NULL;
        }
    }
    if (text == NULL) {
        http_answer_json(call->exchange, 503, NULL, NULL);
        return;
    }
    http_answer(call->exchange,
                &(struct http_answer){.status = 200,
                                      .type = "text/csv; charset=utf-8",
                                      .body = {(const uint8_t *)text, len},
                                      .owned = text});
}

static bool put_now(void *context, const struct tally_now *line)
{
    (void)json_array_append_new(
        context,
        json_pack("{s:s,s:s,s:I,s:I}", "queue", line->queue, "state",
                  case_state_text(line->state), "cases",
                  (json_int_t)line->cases, "oldest", (json_int_t)line->oldest));
    return true;
}

/* from and to: days since 1970, from <= day < to. */
void run_statistics(struct call *call)
{
    const char *format = http_query(call->exchange, "format");
    uint64_t today = call->now / DAY_MS;
    uint64_t from = today >= DAYS_STANDARD ? today - DAYS_STANDARD + 1 : 0;
    uint64_t to = today + 1;
    json_t *lines;
    json_t *now;
    struct db *db;

    if (!call_query_number(call, "from", &from) ||
        !call_query_number(call, "to", &to)) {
        return;
    }
    if (format != NULL && strcmp(format, "csv") == 0) {
        answer_csv(call, from, to);
        return;
    }
    lines = json_array();
    now = json_array();
    db = store_reader_lock(&call->mod->store, STORE_LONG);
    tally_read(db, from, to, put_count, lines);
    tally_of_now(db, put_now, now);
    store_reader_unlock(&call->mod->store, STORE_LONG);
    call_put(call, "from", json_integer((json_int_t)from));
    call_put(call, "to", json_integer((json_int_t)to));
    call_put(call, "lines", lines);
    call_put(call, "now", now);
}

/* ---- The log
 * --------------------------------------------------------------------------------
 */

/* Auditors see the newest; so does whoever has that role. */
static bool sees_newest(struct call *call)
{
    const char *token = bearer_token(call->exchange);
    char cookie[SESSION_TOKEN_BYTES];
    uint8_t hash[SESSION_HASH_BYTES];
    struct actor who;
    struct db *db;
    uint64_t used;
    bool sees;

    if (call_has_bearer(call, MOD_BEARER_AUDITOR)) {
        return true;
    }
    if (token != NULL ? !session_hash(hash, token)
                      : !http_cookie(call->exchange, SESSION_COOKIE, cookie,
                                     sizeof cookie) ||
                            !session_hash(hash, cookie)) {
        return false;
    }
    db = call_read(call);
    sees = session_find(&who, &used, db, hash, &call->mod->session_rules,
                        call->now) &&
           (who.roles & ROLE_AUDITOR) != 0;
    call_read_end(call);
    return sees;
}

/* What is needed to check it. */
void run_log(struct call *call)
{
    char vkey[NOTE_VKEY_MAX_BYTES];
    struct cosigned newest;
    bool is_there =
        publisher_checkpoint(call->mod->publisher, !sees_newest(call), &newest);

    note_vkey(vkey, call->mod->settings->log_origin, call->mod->log_public);
    call_put(call, "origin", json_string(call->mod->settings->log_origin));
    call_put(call, "key", json_string(vkey));
    call_put(call, "size",
             is_there ? json_integer((json_int_t)newest.size) : json_null());
    call_put(call, "time",
             is_there ? json_integer((json_int_t)newest.time) : json_null());
}

void run_checkpoint(struct call *call)
{
    call->answered = true;
    log_answer_checkpoint(call->exchange, call->mod->publisher,
                          sees_newest(call));
}

void run_tile(struct call *call)
{
    const char *path = http_request(call->exchange)->path;

    if (log_answer_tile(call->exchange, call->mod->publisher, &call->mod->store,
                        path + strlen("/log/tile/"), sees_newest(call))) {
        call->answered = true;
    } else {
        call_refuse(call, 401, "unauthorized",
                    "Entries are for auditors: their bearer token is needed");
    }
}

/* ---- Operators
 * ----------------------------------------------------------------------------------
 */

extern const uint8_t mod_openapi[];
extern const size_t mod_openapi_bytes;

void run_openapi(struct call *call)
{
    call->answered = true;
    http_answer(call->exchange, &(struct http_answer){
                                    .status = 200,
                                    .type = "application/json",
                                    .body = {mod_openapi, mod_openapi_bytes}});
}

static void answer_text(struct call *call, unsigned status, const char *text)
{
    call->answered = true;
    http_answer(
        call->exchange,
        &(struct http_answer){.status = status,
                              .type = "text/plain; charset=utf-8",
                              .body = {(const uint8_t *)text, strlen(text)}});
}

void run_livez(struct call *call)
{
    answer_text(call, 200, "alive");
}

/* It can work without the hub: what it has can be decided. */
void run_readyz(struct call *call)
{
    bool has_room = writer_has_room(call->mod->store.writer);

    if (!atomic_load(&call->mod->ready)) {
        answer_text(call, 503, "starting or ending");
    } else if (!has_room) {
        answer_text(call, 503, "the disk is full");
    } else {
        answer_text(call, 200, "ready");
    }
}

static bool may_see_metrics(struct call *call)
{
    const struct http_request *request = http_request(call->exchange);
    const char *token = bearer_token(call->exchange);

    return (request->is_private &&
            sodium_is_zero(request->address.bytes,
                           sizeof request->address.bytes)) ||
           (token != NULL && call->mod->has_bearer[MOD_BEARER_OPERATOR] &&
            bearer_is(call->mod->secrets->bearer_hash[MOD_BEARER_OPERATOR],
                      token));
}

void run_metrics(struct call *call)
{
    uint64_t last = atomic_load(&call->mod->feed_last);
    uint64_t next = atomic_load(&call->mod->feed_next);
    struct cosigned seen;
    char *text;

    if (!may_see_metrics(call)) {
        call_refuse(call, 401, "unauthorized",
                    "The operator's bearer token is needed here");
        return;
    }
    metric_set(&mod_feed_behind, 0, last > next ? last - next : 0);
    metric_set(&mod_shares_open, 0, vault_count(call->mod->vault));
    if (publisher_checkpoint(call->mod->publisher, true, &seen)) {
        metric_set(&mod_public_age, 0,
                   call->now > seen.time ? (call->now - seen.time) / 1000 : 0);
    }
    text = metrics_text(mod_metrics, mod_metric_count);
    call->answered = true;
    if (text == NULL) {
        http_answer_json(call->exchange, 503, NULL, NULL);
        return;
    }
    http_answer(call->exchange,
                &(struct http_answer){
                    .status = 200,
                    .type = "text/plain; version=0.0.4; charset=utf-8",
                    .body = {(const uint8_t *)text, strlen(text)},
                    .owned = text});
}
