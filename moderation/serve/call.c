/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include "clock.h"
#include "handlers.h"
#include "io.h"
#include "key_json.h"
#include "reply.h"
#include "session.h"
#include "utf8.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A session's last use is written so often. */
#define USED_EVERY_MS UINT64_C(30000)
#define WRITE_BYTES ((size_t)65536)
#define BODY_MAX ((size_t)262144)
#define BOOK_BODY_MAX ((size_t)2 * BOOK_MAX_BYTES)

/* ---- What he is answered
 * ----------------------------------------------------------- */

void call_refuse(struct call *call, unsigned status, const char *name,
                 const char *text)
{
    if (!call->answered) {
        call->answered = true;
        http_problem(call->exchange, &(struct http_problem){
                                         .status = status,
                                         .name = name,
                                         .title = text,
                                         .evidence = SIZE_MAX,
                                         .retry_after = status == 503 ? 1 : 0});
    }
}

bool call_done(struct call *call, struct cases_answer answer)
{
    static const unsigned statuses[] = {[CASES_UNKNOWN] = 404,
                                        [CASES_FORBIDDEN] = 403,
                                        [CASES_CONFLICT] = 409,
                                        [CASES_INVALID] = 422};

    if (answer.what != CASES_DONE) {
        call_refuse(call, statuses[answer.what], answer.name, answer.text);
    }
    return answer.what == CASES_DONE;
}

void call_put(struct call *call, const char *name, json_t *value)
{
    io_json_set(call->answer, name, value);
}

json_t *call_span(struct frank_span text)
{
    return io_json_text(text);
}

json_t *call_readable(struct frank_span text)
{
    static const uint8_t mark[] = {0xef, 0xbf, 0xbd};
    size_t size = 3 * text.len + 1;
    uint8_t *out;
    size_t len = 0;
    json_t *value;

    if (utf8_is_valid(text)) {
        return call_span(text);
    }
    out = malloc(size);
    if (out == NULL) {
        return NULL;
    }
    for (size_t at = 0; at < text.len;) {
        size_t n = utf8_char(text.data + at, text.len - at, NULL);

        memcpy(out + len, n > 0 ? text.data + at : mark,
               n > 0 ? n : sizeof mark);
        len += n > 0 ? n : sizeof mark;
        at += n > 0 ? n : 1;
    }
    value = json_stringn((const char *)out, len);
    sodium_memzero(out, size);
    free(out);
    return value;
}

json_t *call_hex_json(struct frank_span bytes)
{
    return io_json_hex(bytes.data, bytes.len);
}

void call_answer(struct call *call, const struct http_field *fields)
{
    char *text;

    if (call->answered) {
        return;
    }
    text = json_dumps(call->answer, JSON_COMPACT);
    call->answered = true;
    if (text == NULL) {
        http_answer_json(call->exchange, 503, NULL, NULL);
        return;
    }
    http_answer(
        call->exchange,
        &(struct http_answer){.status = call->status,
                              .type = "application/json",
                              .body = {(const uint8_t *)text, strlen(text)},
                              .owned = text,
                              .fields = fields});
}

/* ---- What he says
 * -------------------------------------------------------------------- */

uint64_t call_number(const struct call *call, unsigned i)
{
    const char *text = http_segment(call->exchange, i);
    uint64_t number = 0;

    if (text == NULL || strlen(text) > 15 || text[0] == '0') {
        return 0;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return 0;
        }
        number = 10 * number + (uint64_t)(*text - '0');
    }
    return number;
}

json_t *call_json(const struct call *call, const char *name)
{
    return json_object_get(call->body, name);
}

bool call_has(const struct call *call, const char *name)
{
    return call_json(call, name) != NULL;
}

const char *call_text(const struct call *call, const char *name)
{
    return json_string_value(call_json(call, name));
}

uint64_t call_count(const struct call *call, const char *name)
{
    return (uint64_t)json_integer_value(call_json(call, name));
}

bool call_switch(const struct call *call, const char *name)
{
    return json_is_true(call_json(call, name));
}

bool call_hex(struct call *call, uint8_t *out, size_t len, const char *name)
{
    struct frank_fault fault;

    if (key_json_hex(out, len, call_json(call, name), name, name, &fault) ==
        FRANK_OK) {
        return true;
    }
    call_refuse(call, 422, name,
                "Not hexadecimal digits of the length that "
                "it has");
    return false;
}

bool call_query_number(struct call *call, const char *name, uint64_t *out)
{
    const char *text = http_query(call->exchange, name);
    uint64_t number = 0;

    if (text == NULL) {
        return true;
    }
    if (text[0] == '\0' || strlen(text) > 15 ||
        strspn(text, "0123456789") != strlen(text)) {
        call_refuse(call, 400, "query",
                    "A parameter of the query is not the "
                    "number that it must be");
        return false;
    }
    for (; *text != '\0'; text++) {
        number = 10 * number + (uint64_t)(*text - '0');
    }
    *out = number;
    return true;
}

static const struct call_field *find_field(const struct call *call,
                                           const char *name)
{
    for (size_t i = 0;
         i < CALL_FIELDS_MAX && call->route->fields[i].name != NULL; i++) {
        if (strcmp(call->route->fields[i].name, name) == 0) {
            return &call->route->fields[i];
        }
    }
    return NULL;
}

static bool is_kind(const json_t *value, enum field_kind kind)
{
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_SECRET:
        return json_is_string(value) &&
               strlen(json_string_value(value)) == json_string_length(value);
    case FIELD_NUMBER:
        return json_is_integer(value) && json_integer_value(value) >= 0 &&
               json_integer_value(value) <= INT64_C(9007199254740992);
    case FIELD_SWITCH:
        return json_is_boolean(value);
    case FIELD_LIST:
        return json_is_array(value);
    case FIELD_OBJECT:
        return json_is_object(value);
    default:
        return true;
    }
}

static bool check_fields(struct call *call)
{
    const char *name;
    json_t *value;

    json_object_foreach(call->body, name, value)
    {
        const struct call_field *field = find_field(call, name);

        if (field == NULL) {
            call_refuse(call, 400, "member",
                        "The body has a member that is not known here");
            return false;
        }
        if (!is_kind(value, field->kind)) {
            call_refuse(call, 400, field->name,
                        "A member of the body is not of the kind that it must "
                        "be");
            return false;
        }
    }
    for (size_t i = 0;
         i < CALL_FIELDS_MAX && call->route->fields[i].name != NULL; i++) {
        if (call->route->fields[i].needed &&
            !call_has(call, call->route->fields[i].name)) {
            call_refuse(call, 400, call->route->fields[i].name,
                        "A member of the body is missing");
            return false;
        }
    }
    return true;
}

/* An empty body is an empty object. */
static bool read_body(struct call *call)
{
    struct frank_span body = http_request(call->exchange)->body;

    if (strcmp(call->route->method, "POST") != 0) {
        return true;
    }
    call->body = body.len == 0 ? json_object()
                               : json_loadb((const char *)body.data, body.len,
                                            JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(call->body)) {
        call_refuse(call, 400, "json", "The body is not a JSON object");
        return false;
    }
    return check_fields(call);
}

/* ---- Who he is
 * ------------------------------------------------------------------------ */

/* A session comes as a cookie from a browser, as a bearer token from elsewhere.
 */
static bool read_session(struct call *call)
{
    const char *bearer = bearer_token(call->exchange);
    char cookie[SESSION_TOKEN_BYTES];
    bool ok;

    if (bearer != NULL) {
        return session_hash(call->session, bearer);
    }
    ok = http_cookie(call->exchange, SESSION_COOKIE, cookie, sizeof cookie) &&
         session_hash(call->session, cookie);
    sodium_memzero(cookie, sizeof cookie);
    return ok;
}

static bool find_session(struct call *call, struct db *db, uint64_t *used)
{
    return session_find(&call->who, used, db, call->session,
                        &call->mod->session_rules, call->now);
}

static void write_used(void *context, struct db *db)
{
    const struct call *call = context;

    session_used(db, call->session, call->now);
}

static bool admit_session(struct call *call)
{
    struct db *db;
    uint64_t used = 0;
    bool ok = read_session(call);

    if (ok) {
        db = call_read(call);
        ok = find_session(call, db, &used);
        call_read_end(call);
    }
    if (!ok) {
        call_refuse(call, 401, "session",
                    "Log in first: there is no session, "
                    "or it is over");
        return false;
    }
    if ((call->who.roles & call->route->access) == 0) {
        call_refuse(call, 403, "role", "This is not for your role");
        return false;
    }
    /* What is not written is no harm: the session ends a little earlier. */
    return call->in_background || call->now - used < USED_EVERY_MS ||
           mod_write(call->mod, write_used, call, 4096, false) || true;
}

bool call_has_bearer(const struct call *call, unsigned which)
{
    const char *token = bearer_token(call->exchange);

    return token != NULL && call->mod->has_bearer[which] &&
           bearer_is(call->mod->secrets->bearer_hash[which], token);
}

static bool admit_platform(struct call *call)
{
    bool ok = call_has_bearer(call, MOD_BEARER_PLATFORM);

    if (!ok) {
        call_refuse(call,
                    call->mod->has_bearer[MOD_BEARER_PLATFORM] ? 401 : 404,
                    "unauthorized",
                    "The platform's bearer token is needed "
                    "here");
    }
    call->who = actor_service;
    return ok;
}

/* What a page of another site cannot make a browser send. */
static bool is_ours(struct call *call)
{
    const char *site = http_header(call->exchange, "Sec-Fetch-Site");
    const char *ours = http_header(call->exchange, "Frank-Request");

    if (strcmp(call->route->method, "POST") != 0 ||
        (call->route->access & ACCESS_PLATFORM) != 0) {
        return true;
    }
    if (ours == NULL || strcmp(ours, "1") != 0 ||
        (site != NULL && strcmp(site, "same-origin") != 0 &&
         strcmp(site, "none") != 0)) {
        call_refuse(call, 403, "cross-site",
                    "A change needs the header Frank-Request: 1, from a page "
                    "of this site");
        return false;
    }
    return true;
}

static bool admit(struct call *call)
{
    if (!is_ours(call)) {
        return false;
    }
    if ((call->route->access & ACCESS_ANYONE) != 0 ||
        ((call->route->access & ACCESS_AUDITOR) != 0 &&
         call_has_bearer(call, MOD_BEARER_AUDITOR))) {
        return true;
    }
    return (call->route->access & ACCESS_PLATFORM) != 0 ? admit_platform(call)
                                                        : admit_session(call);
}

/* ---- Steps
 * ------------------------------------------------------------------------------
 */

struct db *call_read(struct call *call)
{
    return store_reader_lock(&call->mod->store, STORE_SHORT);
}

void call_read_end(struct call *call)
{
    store_reader_unlock(&call->mod->store, STORE_SHORT);
}

struct act_work {
    struct call *call;
    struct cases_answer (*act)(struct call *call, struct db *db);
    struct cases_answer answer;
    bool gone;
};

/* His session may have ended, or his role, since he was let in. */
static void run_act(void *context, struct db *db)
{
    struct act_work *w = context;
    struct call *call = w->call;
    uint64_t used;

    if (call->who.number != 0 &&
        (!find_session(call, db, &used) ||
         (call->who.roles & call->route->access) == 0)) {
        w->gone = true;
        return;
    }
    w->answer = w->act(call, db);
    if (call->who.number != 0 && w->answer.what == CASES_DONE &&
        !call->in_background) {
        session_used(db, call->session, call->now);
    }
}

bool call_write(struct call *call,
                struct cases_answer (*act)(struct call *call, struct db *db),
                void *work)
{
    struct act_work w = {.call = call, .act = act, .answer = CASES_OK};

    call->work = work;
    if (!mod_write(call->mod, run_act, &w, WRITE_BYTES, call->route->drops)) {
        if (writer_has_room(call->mod->store.writer)) {
            call_refuse(call, 503, "busy", "Too much is waiting for the disk");
        } else {
            call_refuse(call, 507, "disk-full",
                        "The disk is full; nothing was done");
        }
        return false;
    }
    if (w.gone) {
        call_refuse(call, 401, "session",
                    "Log in first: there is no session, "
                    "or it is over");
        return false;
    }
    return call_done(call, w.answer);
}

static void dispatch(struct call *call)
{
    const struct mod_route *route = call->route;

    if (route->read != NULL) {
        struct db *db = store_reader_lock(&call->mod->store, STORE_LONG);

        route->read(call, db);
        store_reader_unlock(&call->mod->store, STORE_LONG);
        call_answer(call, NULL);
    } else if (route->act != NULL) {
        if (call_write(call, route->act, NULL)) {
            call_answer(call, NULL);
        }
    } else {
        route->run(call);
        call_answer(call, NULL);
    }
}

/* Members that are secret are wiped where jansson has them; what it frees is
 * wiped as well (key_json_start()). */
static void wipe_secrets(struct call *call)
{
    for (size_t i = 0;
         i < CALL_FIELDS_MAX && call->route->fields[i].name != NULL; i++) {
        json_t *value = call_json(call, call->route->fields[i].name);

        /* jansson gives its own bytes as constants. */
        if (call->route->fields[i].kind == FIELD_SECRET &&
            json_is_string(value)) {
            char *text = (char *)json_string_value(value);

            sodium_memzero(text, strlen(text));
        }
    }
}

/* The same routes, as the server has them. */
static struct http_route mod_http_routes[MOD_ROUTES_MAX];

const struct http_route *call_routes(void)
{
    for (size_t i = 0; i < mod_route_count; i++) {
        const struct mod_route *route = &mod_routes[i];
        bool posts = strcmp(route->method, "POST") == 0;

        mod_http_routes[i] = (struct http_route){
            .method = route->method,
            .path = route->path,
            .scope = HTTP_PUBLIC | HTTP_PRIVATE,
            .body_max = route->run == run_new_book ? BOOK_BODY_MAX : BODY_MAX,
            .types = {posts ? "application/json" : NULL},
            .run = call_run,
        };
    }
    return mod_http_routes;
}

static const struct mod_route *
mod_route_of(const struct http_exchange *exchange)
{
    return &mod_routes[http_route_of(exchange) - mod_http_routes];
}

void call_run(struct http_exchange *exchange, void *context)
{
    struct call call = {.mod = context,
                        .exchange = exchange,
                        .route = mod_route_of(exchange),
                        .now = clock_wall(),
                        .status = 200,
                        .in_background =
                            http_header(exchange, "Frank-Background") != NULL,
                        .answer = json_object()};

    if (call.answer == NULL) {
        call_refuse(&call, 503, "busy", "Out of memory");
        return;
    }
    if (admit(&call) && read_body(&call)) {
        dispatch(&call);
    }
    wipe_secrets(&call);
    json_decref(call.body);
    json_decref(call.answer);
}
