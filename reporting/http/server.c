/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#include "exchange.h"
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* libmicrohttpd maps pages for each pool that is larger than 32 KiB, and takes
 * this from the heap. A head of HEAD_MAX_BYTES fits in. */
#define POOL_BYTES ((size_t)32 * 1024)
#define CONNECTIONS_MAX 1000000u /* the edge counts, not libmicrohttpd */
#define IDLE_SECONDS 60u         /* of private connections that stay */

/* What a connection of the edge's has for an address: libmicrohttpd copies it
 * and looks only at the family. */
struct edge_address {
    sa_family_t family;
    struct edge_connection *connection;
};

static void notify_public(void *cls, struct MHD_Connection *connection,
                          void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http_server *server = cls;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(
            connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        struct edge_address address;

        memcpy(&address, info->client_addr, sizeof address);
        *context = address.connection;
        if (!edge_started(address.connection)) {
            exchange_busy(server); /* edge_settings.lost() came before */
        }
    } else {
        edge_closed(*context);
        *context = NULL;
        exchange_not_busy(server);
    }
}

static void notify_private(void *cls, struct MHD_Connection *connection,
                           void **context,
                           enum MHD_ConnectionNotificationCode what)
{
    struct http_server *server = cls;

    (void)connection;
    (void)context;
    (void)pthread_mutex_lock(&server->lock);
    server->private_open += what == MHD_CONNECTION_NOTIFY_STARTED ? 1u : -1u;
    (void)pthread_mutex_unlock(&server->lock);
}

static bool hand_over(void *context, int fd, struct edge_connection *connection)
{
    struct http_server *server = context;
    struct edge_address address;
    unsigned at = server->next_daemon++ % server->settings.threads;

    memset(&address, 0, sizeof address);
    address.family = AF_UNSPEC;
    address.connection = connection;
    exchange_busy(server);
    if (MHD_add_connection(server->daemons[at], fd,
                           (const struct sockaddr *)(const void *)&address,
                           sizeof address) != MHD_YES) {
        exchange_not_busy(server);
        return false;
    }
    return true;
}

static void lost(void *context)
{
    exchange_not_busy(context);
}

static void refused(void *context, const char *id, unsigned status,
                    uint64_t microseconds, const char *reason)
{
    const struct http_settings *s = &((struct http_server *)context)->settings;

    if (s->done != NULL) {
        s->done(s->context, NULL, id, status, microseconds, reason);
    }
}

/* more: options by its array. */
static struct MHD_Daemon *start_daemon(struct http_server *server,
                                       unsigned flags,
                                       struct MHD_OptionItem *more)
{
    struct http_side *side =
        &server->sides[(flags & MHD_USE_NO_LISTEN_SOCKET) == 0];

    return MHD_start_daemon(
        flags | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
            MHD_ALLOW_SUSPEND_RESUME,
        0, NULL, NULL, exchange_run, side, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
        exchange_new, side, MHD_OPTION_NOTIFY_COMPLETED, exchange_end, side,
        MHD_OPTION_NOTIFY_CONNECTION,
        side->is_private ? notify_private : notify_public, server,
        MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

static int start_public(struct http_server *server, struct frank_fault *fault)
{
    const struct http_settings *s = &server->settings;
    const struct edge_settings edge = {
        .connections = s->connections,
        .connections_per_address = s->connections_per_address,
        .header_ms = s->header_ms,
        .body_ms = s->body_ms,
        .trusted_proxies = s->trusted_proxies,
        .context = server,
        .hand_over = hand_over,
        .refused = refused,
        .lost = lost,
    };

    for (unsigned i = 0; i < s->threads; i++) {
        struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

        /* TURBO: reads at once, as the edge knows that there is something. */
        server->daemons[i] = start_daemon(
            server, MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO, none);
        if (server->daemons[i] == NULL) {
            return wire_fault(fault, FRANK_ERR_FILE, "HTTP thread", 0,
                              (uint64_t)errno, 0);
        }
    }
    return edge_start(&server->edge, &edge, fault);
}

int http_server_start(struct http_server **out,
                      const struct http_settings *settings,
                      struct frank_fault *fault)
{
    struct http_server *server = NULL;
    pthread_condattr_t monotonic;
    int error;

    if (settings->threads == 0 || settings->threads > HTTP_DAEMONS_MAX) {
        return wire_fault(fault, FRANK_ERR_VALUE, "threads", 0,
                          settings->threads, HTTP_DAEMONS_MAX);
    }
    server = calloc(1, sizeof *server);
    if (server == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "HTTP server", 0, 0, 0);
    }
    server->settings = *settings;
    server->sides[0] = (struct http_side){server, false};
    server->sides[1] = (struct http_side){server, true};
    (void)pthread_mutex_init(&server->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&server->idle, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    error = start_public(server, fault);
    if (error != FRANK_OK) {
        goto out;
    }
    *out = server;
    server = NULL; /* transferred */
out:
    http_server_free(server);
    return error;
}

static int listen_private(struct http_server *server, int socket,
                          struct frank_fault *fault)
{
    unsigned threads = server->settings.threads;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, socket, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, NULL},
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         (intptr_t)threads, NULL},
        {MHD_OPTION_END, 0, NULL}};
    size_t at = server->private_count;

    if (at == HTTP_PRIVATE_MAX) {
        (void)close(socket);
        return wire_fault(fault, FRANK_ERR_LIMIT, "listeners", 0, at + 1, at);
    }
    server->privates[at] = start_daemon(server, 0, options);
    if (server->privates[at] == NULL) {
        (void)close(socket);
        return wire_fault(fault, FRANK_ERR_FILE, "HTTP thread", 0,
                          (uint64_t)errno, 0);
    }
    server->private_sockets[at] = -1; /* libmicrohttpd's */
    server->private_count++;
    return FRANK_OK;
}

int http_server_listen(struct http_server *server, int socket,
                       enum http_scope scope, struct frank_fault *fault)
{
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof name;

    if (getsockname(socket, (struct sockaddr *)&name, &len) != 0) {
        int number = errno;

        (void)close(socket);
        return wire_fault(fault, FRANK_ERR_FILE, "listener", 0,
                          (uint64_t)number, 0);
    }
    return scope == HTTP_PRIVATE && name.ss_family == AF_UNIX
               ? listen_private(server, socket, fault)
               : edge_listen(server->edge, socket, scope == HTTP_PRIVATE,
                             fault);
}

static void quiesce(struct http_server *server)
{
    edge_quiesce(server->edge);
    for (size_t i = 0; i < server->private_count; i++) {
        int fd = MHD_quiesce_daemon(server->privates[i]);

        if (fd >= 0) { /* to be closed once its threads are gone */
            server->private_sockets[i] = fd;
        }
    }
}

unsigned http_server_drain(struct http_server *server, unsigned ms)
{
    uint64_t end = edge_clock() + (uint64_t)ms * 1000;
    const struct timespec until = {(time_t)(end / 1000000),
                                   (long)(end % 1000000) * 1000};
    unsigned left;
    int waited = 0;

    quiesce(server);
    (void)pthread_mutex_lock(&server->lock);
    while (server->busy > 0 && waited == 0) {
        waited = pthread_cond_timedwait(&server->idle, &server->lock, &until);
    }
    left = server->busy;
    (void)pthread_mutex_unlock(&server->lock);
    return left;
}

void http_server_free(struct http_server *server)
{
    if (server == NULL) {
        return;
    }
    if (server->edge != NULL) {
        quiesce(server);
    }
    edge_stop(server->edge); /* first, as it hands over and shuts down */
    for (size_t i = 0; i < HTTP_DAEMONS_MAX + HTTP_PRIVATE_MAX; i++) {
        struct MHD_Daemon *daemon =
            i < HTTP_DAEMONS_MAX ? server->daemons[i]
                                 : server->privates[i - HTTP_DAEMONS_MAX];

        if (daemon != NULL) {
            exchange_abandon(server);
            MHD_stop_daemon(daemon);
        }
    }
    for (size_t i = 0; i < server->private_count; i++) {
        if (server->private_sockets[i] >= 0) {
            (void)close(server->private_sockets[i]);
        }
    }
    edge_free(server->edge);
    (void)pthread_cond_destroy(&server->idle);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}

void http_server_counts(const struct http_server *server,
                        struct http_counts *out)
{
    /* The locks are not part of what a caller sees as unchanged. */
    struct http_server *s = (struct http_server *)server;

    edge_counts(s->edge, &out->open, &out->waiting);
    (void)pthread_mutex_lock(&s->lock);
    out->open += s->private_open;
    (void)pthread_mutex_unlock(&s->lock);
    out->body_memory = atomic_load(&s->body_memory);
}
