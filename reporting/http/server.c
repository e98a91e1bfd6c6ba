/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#include "edge.h"
#include "exchange.h"
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A connection's memory: head and what of the body is being read. Below this
 * libmicrohttpd takes it from malloc(). */
#define MEMORY_BYTES ((size_t)32768)
#define IDLE_SECONDS 60u /* of a private connection that stays */

/* ---- Addresses
 * --------------------------------------------------------------- */

bool server_read_address(struct http_address *out, const char *text, size_t len)
{
    char copy[INET6_ADDRSTRLEN];

    if (len == 0 || len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, copy, out->bytes + 12) == 1) {
        out->bytes[10] = 0xff;
        out->bytes[11] = 0xff;
        return true;
    }
    return inet_pton(AF_INET6, copy, out->bytes) == 1;
}

bool server_is_proxy(const struct http_server *server,
                     const struct http_address *address, bool is_unix)
{
    if (is_unix) {
        return server->unix_is_proxy;
    }
    for (size_t i = 0; i < server->proxy_count; i++) {
        if (memcmp(&server->proxies[i], address, sizeof *address) == 0) {
            return true;
        }
    }
    return false;
}

static int read_proxies(struct http_server *server, struct frank_fault *fault)
{
    const char *const *proxies = server->settings.trusted_proxies;

    for (size_t i = 0; proxies != NULL && proxies[i] != NULL; i++) {
        if (strcmp(proxies[i], "unix") == 0) {
            server->unix_is_proxy = true;
        } else if (server->proxy_count == 16 ||
                   !server_read_address(&server->proxies[server->proxy_count++],
                                        proxies[i], strlen(proxies[i]))) {
            return wire_fault(fault, FRANK_ERR_VALUE, "trusted proxy", i, 0, 0);
        }
    }
    return FRANK_OK;
}

/* ---- What the edge asks
 * ------------------------------------------------------- */

static bool take_over(void *context, struct connection *connection)
{
    struct http_server *server = context;
    static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};

    return MHD_add_connection(server->handed, connection->fd, &nobody,
                              sizeof nobody) == MHD_YES;
}

static void refused(void *context, unsigned status, uint64_t milliseconds,
                    const char *reason)
{
    struct http_server *server = context;

    if (server->settings.done != NULL) {
        server->settings.done(server->settings.context, NULL, "", status,
                              milliseconds * 1000, reason);
    }
}

static bool is_proxy(void *context, const struct http_address *address,
                     bool is_unix)
{
    return server_is_proxy(context, address, is_unix);
}

/* ---- libmicrohttpd
 * ------------------------------------------------------------ */

/* Finds the edge's record of a socket, and takes it out before that is closed.
 */
static void notified(void *context, struct MHD_Connection *mhd,
                     void **socket_context,
                     enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

        *socket_context = info == NULL ? NULL
                                       : connections_find(server->connections,
                                                          info->connect_fd);
    } else if (*socket_context != NULL) {
        connections_remove(server->connections, *socket_context);
        *socket_context = NULL;
    }
}

/* Paths and queries stay as they came. */
static size_t leave(void *context, struct MHD_Connection *mhd, char *text)
{
    (void)context;
    (void)mhd;
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int socket)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL |
                     MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
    unsigned threads =
        server->settings.threads > 1 ? server->settings.threads : 0;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)MEMORY_BYTES, NULL},
        {MHD_OPTION_CONNECTION_LIMIT,
         (intptr_t)((server->settings.connections + 64) *
                    server->settings.threads),
         NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, socket < 0 ? 0 : (intptr_t)IDLE_SECONDS,
         NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)notified, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)exchange_completed, server},
        {socket < 0 ? MHD_OPTION_END : MHD_OPTION_LISTEN_SOCKET, socket, NULL},
        {MHD_OPTION_END, 0, NULL},
    };

    return MHD_start_daemon(
        socket < 0 ? flags | MHD_USE_NO_LISTEN_SOCKET : flags, 0, NULL, NULL,
        exchange_access, server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/* ---- The server
 * ---------------------------------------------------------------- */

int http_server_start(struct http_server **out,
                      const struct http_settings *settings,
                      struct frank_fault *fault)
{
    struct http_server *server = calloc(1, sizeof *server);
    struct edge_settings edge = {
        .header_ms = settings->header_ms,
        .body_ms = settings->body_ms,
        .hand_over = take_over,
        .refused = refused,
        .is_proxy = is_proxy,
        .context = server,
    };
    int error;

    if (server == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "server", 0, 0, 0);
    }
    server->settings = *settings;
    error = read_proxies(server, fault);
    server->connections = connections_new(settings->connections,
                                          settings->connections_per_address);
    edge.connections = server->connections;
    if (error == FRANK_OK && server->connections == NULL) {
        error = wire_fault(fault, FRANK_ERR_MEMORY, "server", 0, 0, 0);
    }
    if (error == FRANK_OK) {
        server->handed = start_daemon(server, -1);
        if (server->handed == NULL) {
            error = wire_fault(fault, FRANK_ERR_FILE, "start libmicrohttpd", 0,
                               (uint64_t)errno, 0);
        }
    }
    if (error == FRANK_OK) {
        error = edge_start(&server->edge, &edge, fault);
    }
    if (error != FRANK_OK) {
        http_server_free(server);
        return error;
    }
    *out = server;
    return FRANK_OK;
}

static bool is_unix(int socket)
{
    struct sockaddr_storage own = {0};
    socklen_t len = sizeof own;

    return getsockname(socket, (struct sockaddr *)&own, &len) == 0 &&
           own.ss_family == AF_UNIX;
}

int http_server_listen(struct http_server *server, int socket,
                       enum http_scope scope, struct frank_fault *fault)
{
    struct MHD_Daemon *daemon;

    if (scope != HTTP_PRIVATE || !is_unix(socket)) {
        return edge_listen(server->edge, socket, scope, fault);
    }
    if (server->private_count == 16) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "private listeners", 0, 17,
                          16);
    }
    daemon = start_daemon(server, socket);
    if (daemon == NULL) {
        return wire_fault(fault, FRANK_ERR_FILE, "listen", 0, (uint64_t)errno,
                          0);
    }
    server->private_daemons[server->private_count++] = daemon;
    return FRANK_OK;
}

static bool is_idle(struct http_server *server)
{
    unsigned open;
    unsigned waiting;

    connections_count(server->connections, &open, &waiting);
    return open == 0 && atomic_load(&server->exchanges) == 0;
}

unsigned http_server_drain(struct http_server *server, unsigned ms)
{
    uint64_t until = http_now() + ms;

    edge_close(server->edge);
    for (size_t i = 0; i < server->private_count; i++) {
        MHD_socket socket = MHD_quiesce_daemon(server->private_daemons[i]);

        if (socket != MHD_INVALID_SOCKET) {
            (void)close(socket);
        }
    }
    while (!is_idle(server) && http_now() < until) {
        (void)usleep(2000);
    }
    return atomic_load(&server->exchanges);
}

void http_server_free(struct http_server *server)
{
    if (server == NULL) {
        return;
    }
    edge_free(server->edge);
    /* A suspended connection cannot be ended: whoever has its exchange must
     * have answered. */
    while (server->handed != NULL && atomic_load(&server->exchanges) > 0) {
        (void)connections_cut(server->connections, UINT64_MAX - 1);
        (void)usleep(2000);
    }
    if (server->handed != NULL) {
        MHD_stop_daemon(server->handed);
    }
    for (size_t i = 0; i < server->private_count; i++) {
        MHD_stop_daemon(server->private_daemons[i]);
    }
    connections_free(server->connections);
    free(server);
}

void http_server_counts(const struct http_server *server,
                        struct http_counts *out)
{
    connections_count(server->connections, &out->open, &out->waiting);
    out->body_memory = atomic_load(&server->body_memory);
}
