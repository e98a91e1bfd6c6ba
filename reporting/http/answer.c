/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange.h"
#include "problem.h"

#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* It may have been content that was shown to one person. */
static void wipe_and_free(void *memory)
{
    sodium_memzero(memory, malloc_usable_size(memory));
    free(memory);
}

/* ---- Piece by piece ------------------------------------------------------ */

#define PIECE_BYTES 65536
/* Whoever reads so much within EDGE_ANSWER_MS may go on. */
#define GOES_ON_BYTES ((uint64_t)1 << 20)

struct stream {
    struct http_source source;
    struct edge_connection *edge; /* NULL: none */
    uint64_t told;                /* the edge knows of so many bytes */
};

static ssize_t read_stream(void *context, uint64_t at, char *out, size_t most)
{
    struct stream *stream = context;
    size_t got;

    if (stream->edge != NULL && at - stream->told >= GOES_ON_BYTES) {
        edge_goes_on(stream->edge);
        stream->told = at;
    }
    got = stream->source.read(stream->source.context, (uint8_t *)out, most);
    return got > 0 ? (ssize_t)got : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void end_stream(void *context)
{
    struct stream *stream = context;

    stream->source.end(stream->source.context);
    free(stream);
}

static struct MHD_Response *response_from(const struct http_source *source,
                                          struct edge_connection *edge)
{
    struct stream *stream = calloc(1, sizeof *stream);
    struct MHD_Response *response = NULL;

    if (stream != NULL) {
        *stream = (struct stream){*source, edge, 0};
        response = MHD_create_response_from_callback(
            source->len, PIECE_BYTES, read_stream, stream, end_stream);
    }
    if (response == NULL) {
        source->end(source->context);
        free(stream);
    }
    return response;
}

/* ---- At once ------------------------------------------------------------- */

static struct MHD_Response *response_of(const struct http_answer *answer)
{
    const void *data =
        answer->body.len > 0 ? answer->body.data : (const void *)"";
    struct MHD_Response *response;

    if (answer->owned == NULL) {
        return MHD_create_response_from_buffer(answer->body.len, (void *)data,
                                               MHD_RESPMEM_MUST_COPY);
    }
    response = MHD_create_response_from_buffer_with_free_callback_cls(
        answer->body.len, (void *)data, wipe_and_free, answer->owned);
    if (response == NULL) {
        wipe_and_free(answer->owned);
    }
    return response;
}

static bool add(struct MHD_Response *response, const char *name,
                const char *value)
{
    return value == NULL ||
           MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool has_field(const struct http_field *fields, const char *name)
{
    for (; fields != NULL && fields->name != NULL; fields++) {
        if (strcasecmp(fields->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* fields, but for those that others stand in the place of. */
static bool add_fields(struct MHD_Response *response,
                       const struct http_field *fields,
                       const struct http_field *others)
{
    for (; fields != NULL && fields->name != NULL; fields++) {
        if (!has_field(others, fields->name) &&
            !add(response, fields->name, fields->value)) {
            return false;
        }
    }
    return true;
}

static bool add_headers(struct http_exchange *exchange,
                        struct MHD_Response *response,
                        const struct http_answer *answer)
{
    char seconds[16];

    (void)snprintf(seconds, sizeof seconds, "%u", answer->retry_after);
    return add(response, "Content-Type", answer->type) &&
           add(response, "Cache-Control",
               answer->cache != NULL ? answer->cache : "no-store") &&
           add(response, "X-Content-Type-Options", "nosniff") &&
           add(response, "X-Request-Id", exchange->request.id) &&
           add(response, "Retry-After",
               answer->retry_after != 0 ? seconds : NULL) &&
           add(response, "Location", answer->location) &&
           add(response, "WWW-Authenticate",
               answer->status == 401 ? "Bearer" : NULL) &&
           add(response, "Allow", exchange->allow) &&
           add(response, "Connection",
               exchange->edge != NULL ? "close" : NULL) &&
           add_fields(response, exchange->server->settings.fields,
                      answer->fields) &&
           add_fields(response, answer->fields, NULL);
}

void http_answer(struct http_exchange *exchange,
                 const struct http_answer *answer)
{
    struct http_server *server = exchange->server;
    struct MHD_Connection *connection = exchange->connection;
    struct MHD_Response *response =
        answer->source != NULL ? response_from(answer->source, exchange->edge)
                               : response_of(answer);
    bool suspended;

    if (response != NULL && !add_headers(exchange, response, answer)) {
        MHD_destroy_response(response);
        response = NULL;
    }
    if (server->settings.done != NULL) {
        server->settings.done(server->settings.context, exchange->route,
                              exchange->request.id, answer->status,
                              edge_clock() - exchange->since, exchange->reason);
    }
    exchange_lock(server);
    suspended = exchange->state == EXCHANGE_SUSPENDED;
    if (suspended) {
        exchange_unlink(exchange);
    }
    exchange->response = response;
    exchange->status = answer->status;
    exchange->state = EXCHANGE_ANSWERED;
    exchange_unlock(server);
    /* The exchange may be gone by now, unless it waits to be resumed. */
    if (suspended) {
        MHD_resume_connection(connection);
    }
}

void http_problem(struct http_exchange *exchange,
                  const struct http_problem *problem)
{
    char json[PROBLEM_MAX_BYTES];
    size_t len = problem_json(json, problem, exchange->request.id);
    const struct http_answer answer = {
        .status = problem->status,
        .type = PROBLEM_TYPE,
        .body = {(const uint8_t *)json, len},
        .retry_after = problem->retry_after,
        .fields = problem->fields,
    };

    exchange->reason = problem->name;
    http_answer(exchange, &answer);
}

void exchange_unlink(struct http_exchange *exchange)
{
    if (exchange->prev != NULL) {
        exchange->prev->next = exchange->next;
    } else {
        exchange->server->suspended = exchange->next;
    }
    if (exchange->next != NULL) {
        exchange->next->prev = exchange->prev;
    }
}

void exchange_refuse(struct http_exchange *exchange, unsigned status,
                     const char *name)
{
    const struct http_problem problem = {.status = status,
                                         .name = name,
                                         .evidence = SIZE_MAX,
                                         .retry_after = status == 503};

    http_problem(exchange, &problem);
}
