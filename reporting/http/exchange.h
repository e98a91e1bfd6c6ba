/* SPDX-License-Identifier: Apache-2.0 */
/* A request and its answer, as libmicrohttpd's side of the server sees them. */
#ifndef REPORTING_HTTP_EXCHANGE_H
#define REPORTING_HTTP_EXCHANGE_H

#include "connection.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct http_server {
    struct http_settings settings;
    struct connections *connections;
    struct edge *edge;
    struct MHD_Daemon *handed; /* sockets come from the edge */
    struct MHD_Daemon *private_daemons[16];
    size_t private_count;
    atomic_size_t body_memory;
    atomic_uint exchanges; /* that are not answered */
    struct http_address proxies[16];
    size_t proxy_count;
    bool unix_is_proxy;
};

enum exchange_state {
    EXCHANGE_READING,
    EXCHANGE_RUNNING,  /* its handler runs */
    EXCHANGE_WAITING,  /* suspended, until somebody answers */
    EXCHANGE_ANSWERED, /* the answer waits to be queued */
    EXCHANGE_OVER      /* the answer was queued */
};

struct http_exchange {
    struct http_server *server;
    struct MHD_Connection *mhd;
    struct connection *connection; /* NULL: a private one that stays */
    const struct http_route *route;
    struct http_request request;
    uint64_t begun; /* monotonic microseconds */
    uint8_t *body;
    size_t body_size;
    size_t body_wanted; /* Content-Length */
    pthread_mutex_t lock;
    enum exchange_state state;
    bool close;
    unsigned status;
    struct MHD_Response *response;
};

/* libmicrohttpd's callbacks. */
enum MHD_Result exchange_access(void *context, struct MHD_Connection *mhd,
                                const char *url, const char *method,
                                const char *version, const char *data,
                                size_t *size, void **state);
void exchange_completed(void *context, struct MHD_Connection *mhd, void **state,
                        enum MHD_RequestTerminationCode code);

/* Whether the client at this address is a proxy that is believed. */
bool server_is_proxy(const struct http_server *server,
                     const struct http_address *address, bool is_unix);

/* "192.0.2.1", "2001:db8::1"; false where it is none. */
bool server_read_address(struct http_address *out, const char *text,
                         size_t len);

#endif
