/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front of public listeners: a thread that accepts, looks at the raw head
 * of a request without taking it from the socket, and hands the socket on when
 * that is whole and plain. A client that is slow with its head costs a socket
 * and a small record here, and nothing of libmicrohttpd's.
 */
#ifndef REPORTING_HTTP_EDGE_H
#define REPORTING_HTTP_EDGE_H

#include "connection.h"

struct edge;

struct edge_settings {
    struct connections *connections;
    unsigned header_ms;
    unsigned body_ms;
    /* Takes over the socket of a connection, which is in STAGE_BODY by now.
     * false: it did not; the socket is the edge's still. */
    bool (*hand_over)(void *context, struct connection *connection);
    /* A connection was refused here. */
    void (*refused)(void *context, unsigned status, uint64_t milliseconds,
                    const char *reason);
    /* Whether an address is not limited: a trusted proxy's. */
    bool (*is_proxy)(void *context, const struct http_address *address,
                     bool is_unix);
    void *context;
};

/* FILE, MEMORY. */
FRANK_MUST_CHECK int edge_start(struct edge **out,
                                const struct edge_settings *settings,
                                struct frank_fault *fault);
/* Takes over a listening socket, which is set not to block. FILE, LIMIT. */
FRANK_MUST_CHECK int edge_listen(struct edge *edge, int fd,
                                 enum http_scope scope,
                                 struct frank_fault *fault);
/* Accepts nothing more: closes the listeners. Connections that are there go
 * on. */
void edge_close(struct edge *edge);
/* Ends the thread. NULL is allowed. */
void edge_free(struct edge *edge);

#endif
