/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define BODY_FIRST_BYTES ((size_t)16384)
#define ANSWER_MS 30000 /* for the client to read it */

static uint64_t microseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

const struct http_request *http_request(const struct http_exchange *exchange)
{
    return &exchange->request;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->mhd, MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->mhd, MHD_GET_ARGUMENT_KIND,
                                       name);
}

/* ---- Answers ----------------------------------------------------------------
 */

static void add(struct MHD_Response *response, const char *name,
                const char *value)
{
    if (value != NULL) {
        (void)MHD_add_response_header(response, name, value);
    }
}

static struct MHD_Response *make_response(const struct http_exchange *exchange,
                                          const struct http_answer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.len,
        answer->owned != NULL ? answer->owned : (void *)answer->body.data,
        answer->owned != NULL ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_MUST_COPY);
    char seconds[16];

    if (response == NULL) {
        free(answer->owned);
        return NULL;
    }
    add(response, "Content-Type", answer->type);
    add(response, "Cache-Control",
        answer->cache != NULL ? answer->cache : "no-store");
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "X-Request-Id", exchange->request.id);
    add(response, "Location", answer->location);
    if (answer->retry_after > 0) {
        (void)snprintf(seconds, sizeof seconds, "%u", answer->retry_after);
        add(response, "Retry-After", seconds);
    }
    if (answer->status == 401) {
        add(response, "WWW-Authenticate", "Bearer");
    }
    if (answer->status == 405) {
        add(response, "Allow",
            strcmp(exchange->route->method, "GET") == 0 ? "GET, HEAD" : "POST");
    }
    if (exchange->close) {
        add(response, "Connection", "close");
    }
    return response;
}

void http_answer(struct http_exchange *exchange,
                 const struct http_answer *answer)
{
    struct MHD_Response *response = make_response(exchange, answer);
    bool resume;

    (void)pthread_mutex_lock(&exchange->lock);
    exchange->response = response;
    exchange->status = answer->status;
    resume = exchange->state == EXCHANGE_WAITING;
    exchange->state = EXCHANGE_ANSWERED;
    if (resume) {
        MHD_resume_connection(exchange->mhd);
    }
    (void)pthread_mutex_unlock(&exchange->lock);
}

/* Hands the answer to libmicrohttpd. */
static enum MHD_Result queue(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;
    enum MHD_Result result;

    exchange->state = EXCHANGE_OVER;
    if (exchange->connection != NULL) {
        connections_stage(server->connections, exchange->connection,
                          STAGE_ANSWER, http_now() + ANSWER_MS);
    }
    if (exchange->response == NULL) {
        return MHD_NO; /* out of memory: the connection is closed */
    }
    result =
        MHD_queue_response(exchange->mhd, exchange->status, exchange->response);
    MHD_destroy_response(exchange->response);
    exchange->response = NULL;
    return result;
}

/* ---- Requests
 * ---------------------------------------------------------------- */

static bool matches(const struct http_route *route, const char *path)
{
    size_t len = strlen(route->path);

    return route->path[len - 1] == '/' ? strncmp(path, route->path, len) == 0
                                       : strcmp(path, route->path) == 0;
}

static bool method_fits(const struct http_route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

static bool type_fits(const struct http_exchange *exchange)
{
    const char *type = http_header(exchange, "Content-Type");
    size_t len = type == NULL ? 0 : strcspn(type, "; \t");

    for (size_t i = 0; type != NULL && i < 3; i++) {
        const char *wanted = exchange->route->types[i];

        if (wanted != NULL && strlen(wanted) == len &&
            strncasecmp(type, wanted, len) == 0) {
            return true;
        }
    }
    return false;
}

static enum MHD_Result refuse(struct http_exchange *exchange, unsigned status,
                              const char *name, const char *title)
{
    /* Its body, if any, is not read: the connection cannot go on. */
    exchange->close = true;
    http_problem(exchange,
                 &(struct http_problem){.status = status,
                                        .name = name,
                                        .title = title,
                                        .evidence = SIZE_MAX,
                                        .retry_after = status == 503 ? 1 : 0});
    return queue(exchange);
}

/* Takes memory for a body in steps, as it comes, within what all may take. */
static bool reserve(struct http_exchange *exchange, size_t needed)
{
    struct http_server *server = exchange->server;
    size_t size =
        exchange->body_size > 0 ? exchange->body_size : BODY_FIRST_BYTES;
    uint8_t *larger;

    if (needed <= exchange->body_size) {
        return true;
    }
    while (size < needed) {
        size *= 2;
    }
    size = size > exchange->body_wanted ? exchange->body_wanted : size;
    if (atomic_fetch_add(&server->body_memory, size) + size >
            server->settings.body_memory ||
        (larger = malloc(size)) == NULL) {
        atomic_fetch_sub(&server->body_memory, size);
        return false;
    }
    if (exchange->body != NULL) {
        memcpy(larger, exchange->body, exchange->request.body.len);
        sodium_memzero(exchange->body, exchange->body_size);
        free(exchange->body);
        atomic_fetch_sub(&server->body_memory, exchange->body_size);
    }
    exchange->body = larger;
    exchange->body_size = size;
    exchange->request.body.data = larger;
    return true;
}

static bool find_route(struct http_exchange *exchange, const char *path,
                       const char *method, bool *other_method)
{
    const struct http_settings *s = &exchange->server->settings;
    unsigned scope = exchange->request.is_private ? HTTP_PRIVATE : HTTP_PUBLIC;

    *other_method = false;
    for (size_t i = 0; i < s->route_count; i++) {
        const struct http_route *route = &s->routes[i];

        if ((route->scope & scope) == 0 || !matches(route, path)) {
            continue;
        }
        exchange->route = route;
        if (method_fits(route, method)) {
            return true;
        }
        *other_method = true;
    }
    return false;
}

static uint64_t content_length(const struct http_exchange *exchange)
{
    const char *text = http_header(exchange, "Content-Length");

    /* Digits alone, which the edge saw; of a private client, anything. */
    return text == NULL ? 0 : strtoull(text, NULL, 10);
}

/* What can be said before the body comes. MHD_YES: let it come. */
static enum MHD_Result look(struct http_exchange *exchange, const char *path,
                            const char *method)
{
    bool other_method;
    uint64_t length = content_length(exchange);

    if (!find_route(exchange, path, method, &other_method)) {
        return other_method ? refuse(exchange, 405, "method",
                                     "Another method is needed here")
                            : refuse(exchange, 404, "not-found",
                                     "There is nothing here");
    }
    if (http_header(exchange, "Transfer-Encoding") != NULL) {
        return refuse(exchange, 501, "transfer-encoding",
                      "A body comes with its length");
    }
    if (length > exchange->route->body_max) {
        return refuse(exchange, 413, "too-large",
                      "Larger than what is taken here");
    }
    if (exchange->route->body_max > 0 && !type_fits(exchange)) {
        return refuse(exchange, 415, "media-type",
                      "Another Content-Type is needed here");
    }
    exchange->body_wanted = (size_t)length;
    return MHD_YES;
}

/* ---- A client's address
 * -------------------------------------------------------- */

/* The last element of X-Forwarded-For is what the proxy itself saw. */
static void read_forwarded(struct http_exchange *exchange, bool is_unix)
{
    const char *list = http_header(exchange, "X-Forwarded-For");
    const char *last;
    struct http_address address;

    if (list == NULL || !server_is_proxy(exchange->server,
                                         &exchange->request.address, is_unix)) {
        return;
    }
    last = strrchr(list, ',');
    last = last == NULL ? list : last + 1;
    last += strspn(last, " \t");
    if (server_read_address(&address, last, strcspn(last, " \t"))) {
        exchange->request.address = address;
    }
}

static void make_id(char out[static HTTP_ID_BYTES])
{
    uint8_t bytes[(HTTP_ID_BYTES - 1) / 2];

    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(out, HTTP_ID_BYTES, bytes, sizeof bytes);
}

static struct http_exchange *exchange_new(struct http_server *server,
                                          struct MHD_Connection *mhd,
                                          const char *path)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_exchange *exchange = calloc(1, sizeof *exchange);

    if (exchange == NULL) {
        return NULL;
    }
    exchange->server = server;
    exchange->mhd = mhd;
    exchange->connection = info == NULL ? NULL : info->socket_context;
    exchange->begun = microseconds();
    exchange->request.path = path;
    exchange->request.is_private = true;
    (void)pthread_mutex_init(&exchange->lock, NULL);
    make_id(exchange->request.id);
    if (exchange->connection != NULL) {
        exchange->close = true;
        exchange->request.is_private =
            exchange->connection->scope == HTTP_PRIVATE;
        exchange->request.address = exchange->connection->address;
        read_forwarded(exchange, exchange->connection->is_unix);
    }
    atomic_fetch_add(&server->exchanges, 1);
    return exchange;
}

/* ---- libmicrohttpd's callbacks
 * --------------------------------------------------- */

static enum MHD_Result take_body(struct http_exchange *exchange,
                                 const char *data, size_t *size)
{
    struct frank_span *body = &exchange->request.body;

    if (*size > exchange->body_wanted - body->len) {
        return MHD_NO; /* more than it said */
    }
    if (!reserve(exchange, body->len + *size)) {
        *size = 0;
        return refuse(exchange, 503, "busy", "Too many bodies at once");
    }
    memcpy(exchange->body + body->len, data, *size);
    body->len += *size;
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result run(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;
    bool answered;

    exchange->state = EXCHANGE_RUNNING;
    if (exchange->connection != NULL) {
        connections_stage(server->connections, exchange->connection,
                          STAGE_HANDLER, CONNECTION_NEVER);
    }
    exchange->route->run(exchange, server->settings.context);
    (void)pthread_mutex_lock(&exchange->lock);
    answered = exchange->state == EXCHANGE_ANSWERED;
    if (!answered) {
        exchange->state = EXCHANGE_WAITING;
        MHD_suspend_connection(exchange->mhd);
    }
    (void)pthread_mutex_unlock(&exchange->lock);
    return answered ? queue(exchange) : MHD_YES;
}

enum MHD_Result exchange_access(void *context, struct MHD_Connection *mhd,
                                const char *url, const char *method,
                                const char *version, const char *data,
                                size_t *size, void **state)
{
    struct http_exchange *exchange = *state;

    (void)version;
    if (exchange == NULL) {
        exchange = exchange_new(context, mhd, url);
        *state = exchange;
        return exchange == NULL ? MHD_NO : look(exchange, url, method);
    }
    switch (exchange->state) {
    case EXCHANGE_READING:
        return *size > 0 ? take_body(exchange, data, size) : run(exchange);
    case EXCHANGE_ANSWERED:
        return queue(exchange);
    case EXCHANGE_OVER:
        *size = 0; /* what still comes of a refused body */
        return MHD_YES;
    default:
        return MHD_YES;
    }
}

void exchange_completed(void *context, struct MHD_Connection *mhd, void **state,
                        enum MHD_RequestTerminationCode code)
{
    struct http_exchange *exchange = *state;
    struct http_server *server = context;

    (void)mhd;
    (void)code;
    if (exchange == NULL) {
        return;
    }
    *state = NULL;
    if (server->settings.done != NULL && exchange->status > 0) {
        server->settings.done(server->settings.context, exchange->route,
                              exchange->request.id, exchange->status,
                              microseconds() - exchange->begun, NULL);
    }
    if (exchange->response != NULL) {
        MHD_destroy_response(exchange->response);
    }
    if (exchange->body != NULL) {
        sodium_memzero(exchange->body, exchange->body_size);
        free(exchange->body);
        atomic_fetch_sub(&server->body_memory, exchange->body_size);
    }
    (void)pthread_mutex_destroy(&exchange->lock);
    free(exchange);
    atomic_fetch_sub(&server->exchanges, 1);
}
