/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmicrohttpd calls exchange_run() when the headers are there, for each piece
 * of the body, and at its end. Then the handler runs. If it did not answer by
 * the time that it returns, the connection is suspended, and http_answer()
 * resumes it, whereupon exchange_run() is called once more. Who comes second,
 * the handler's return or the answer, sees it in the state.
 */
#include "exchange.h"

#include "problem.h"

#include <stdlib.h>
#include <string.h>

void exchange_lock(struct http_server *server)
{
    (void)pthread_mutex_lock(&server->lock);
}

void exchange_unlock(struct http_server *server)
{
    (void)pthread_mutex_unlock(&server->lock);
}

void exchange_busy(struct http_server *server)
{
    exchange_lock(server);
    server->busy++;
    exchange_unlock(server);
}

void exchange_not_busy(struct http_server *server)
{
    exchange_lock(server);
    if (--server->busy == 0) {
        (void)pthread_cond_broadcast(&server->idle);
    }
    exchange_unlock(server);
}

/* ---- Callbacks ---------------------------------------------------------- */

void *exchange_new(void *cls, const char *uri,
                   struct MHD_Connection *connection)
{
    const struct http_side *side = cls;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    size_t len = strcspn(uri, "?");
    /* Segments with their zeros need no more room than the path with its. */
    struct http_exchange *exchange =
        calloc(1, sizeof *exchange + 2 * (len + 1));

    if (exchange == NULL) {
        return NULL;
    }
    exchange->server = side->server;
    exchange->connection = connection;
    exchange->edge = side->is_private ? NULL : info->socket_context;
    exchange->since = edge_clock();
    exchange->request.is_private = side->is_private;
    exchange->request.path = exchange->path;
    memcpy(exchange->path, uri, len);
    problem_id(exchange->request.id);
    if (side->is_private) {
        exchange_busy(side->server);
    }
    return exchange;
}

void exchange_end(void *cls, struct MHD_Connection *connection, void **context,
                  enum MHD_RequestTerminationCode why)
{
    const struct http_side *side = cls;
    struct http_exchange *exchange = *context;

    (void)connection;
    (void)why;
    if (exchange == NULL) {
        return;
    }
    *context = NULL;
    exchange_body_free(exchange);
    if (exchange->response != NULL) {
        MHD_destroy_response(exchange->response);
    }
    free(exchange);
    if (side->is_private) {
        exchange_not_busy(side->server);
    }
}

/* Hands the answer to libmicrohttpd. MHD_NO closes the connection. */
static enum MHD_Result queue(struct http_exchange *exchange)
{
    struct MHD_Response *response = exchange->response;
    enum MHD_Result result = MHD_NO;

    exchange->response = NULL;
    if (response == NULL) {
        return MHD_NO;
    }
    if (exchange->edge == NULL ||
        edge_answering(exchange->edge, exchange->len < exchange->expected)) {
        result = MHD_queue_response(exchange->connection, exchange->status,
                                    response);
    }
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result begin(struct http_exchange *exchange, const char *method)
{
    const char *name = NULL;
    unsigned status;

    exchange_find_address(exchange);
    status = exchange_look(exchange, method, &name);
    exchange->state = EXCHANGE_READING;
    if (status != 0) {
        exchange_refuse(exchange, status, name);
    }
    /* An answer at this point ends the connection, as the body is not read.
     * Without a body it can wait for the next call, and it stays. */
    return status != 0 && exchange->expected > 0 ? queue(exchange) : MHD_YES;
}

static void link_suspended(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;

    exchange->next = server->suspended;
    if (exchange->next != NULL) {
        exchange->next->prev = exchange;
    }
    server->suspended = exchange;
}

/* The order is what makes this free of races: first suspended, then said so.
 * An answer that comes in between leaves resuming to us. */
static enum MHD_Result wait_for_answer(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;
    struct MHD_Connection *connection = exchange->connection;
    bool answered;

    MHD_suspend_connection(connection);
    exchange_lock(server);
    if (server->closing) {
        exchange->state = EXCHANGE_ANSWERED; /* with nothing */
    }
    answered = exchange->state == EXCHANGE_ANSWERED;
    if (!answered) {
        exchange->state = EXCHANGE_SUSPENDED;
        link_suspended(exchange);
    }
    exchange_unlock(server);
    if (answered) {
        MHD_resume_connection(connection);
    }
    return MHD_YES;
}

static enum MHD_Result complete(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;
    bool answered;

    if (exchange->edge != NULL && !edge_body_done(exchange->edge)) {
        return MHD_NO;
    }
    exchange->request.body = (struct frank_span){exchange->body, exchange->len};
    exchange->state = EXCHANGE_RUNNING;
    exchange->route->run(exchange, server->settings.context);
    exchange_lock(server);
    answered = exchange->state == EXCHANGE_ANSWERED;
    exchange_unlock(server);
    return answered ? queue(exchange) : wait_for_answer(exchange);
}

enum MHD_Result exchange_run(void *cls, struct MHD_Connection *connection,
                             const char *url, const char *method,
                             const char *version, const char *data, size_t *len,
                             void **context)
{
    struct http_exchange *exchange = *context;

    (void)cls;
    (void)connection;
    (void)url;
    (void)version;
    if (exchange == NULL) {
        return MHD_NO; /* no memory for it */
    }
    if (exchange->state == EXCHANGE_NEW) {
        return begin(exchange, method);
    }
    if (*len > 0) {
        exchange_body_take(exchange, data, *len);
        *len = 0;
        return MHD_YES;
    }
    return exchange->state == EXCHANGE_READING ? complete(exchange)
                                               : queue(exchange);
}

void exchange_abandon(struct http_server *server)
{
    struct http_exchange *exchange;

    exchange_lock(server);
    server->closing = true;
    while ((exchange = server->suspended) != NULL) {
        exchange_unlink(exchange);
        exchange->state = EXCHANGE_ANSWERED;
        MHD_resume_connection(exchange->connection);
    }
    exchange_unlock(server);
}
