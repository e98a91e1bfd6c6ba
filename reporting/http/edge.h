/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front of the public listeners: one thread that accepts, counts, waits for
 * a whole head and looks at it (head.h), refuses in raw bytes, and hands
 * the rest over. It also keeps the time of those it handed over: a deadline is
 * for the whole of a head, a body, an answer, so that a byte now and then does
 * not prolong it.
 *
 * Who owns a socket: the edge has a descriptor of it from accept() to the end.
 * The taker gets another one in hand_over(), which it closes itself, after it
 * called edge_closed(). What the edge shuts down is never somebody else's.
 */
#ifndef REPORTING_HTTP_EDGE_H
#define REPORTING_HTTP_EDGE_H

#include "address.h"

struct edge;
struct edge_connection;

struct edge_settings {
    unsigned connections;
    unsigned connections_per_address;
    unsigned header_ms;
    unsigned body_ms;
    const char *const *trusted_proxies;
    void *context; /* of the two below, which the edge's thread calls */
    /* Takes over a descriptor of the socket, whose head is whole and was not
     * read. False: could not, and has closed it. */
    bool (*hand_over)(void *context, int fd,
                      struct edge_connection *connection);
    void (*refused)(void *context, const char *id, unsigned status,
                    uint64_t microseconds, const char *reason);
    /* One that was handed over never started; edge_closed() will not come. */
    void (*lost)(void *context);
};

FRANK_MUST_CHECK int edge_start(struct edge **out,
                                const struct edge_settings *settings,
                                struct frank_fault *fault);

/* Takes the socket: closes it, also where this fails. The caps are for public
 * ones. */
FRANK_MUST_CHECK int edge_listen(struct edge *edge, int socket, bool is_private,
                                 struct frank_fault *fault);

/* Closes the listeners, soon. */
void edge_quiesce(struct edge *edge);

/* Ends the thread, closes what it still owns. hand_over() is not called any
 * more; edge_closed() may be until edge_free(). NULL is allowed. */
void edge_stop(struct edge *edge);
void edge_free(struct edge *edge);

/* ---- Of a connection that was handed over; any thread ------------------- */

struct edge_peer {
    struct http_address address;
    bool is_private;
    bool is_trusted; /* its X-Forwarded-For is believed */
};
const struct edge_peer *edge_peer(const struct edge_connection *connection);

/* The taker begins with it. False: too late, it was given up. */
bool edge_started(struct edge_connection *connection);

/* The body is there: its deadline is off. False: it was over already, and the
 * client was told. */
FRANK_MUST_CHECK bool edge_body_done(struct edge_connection *connection);

/* An answer goes out now: from here the client has EDGE_ANSWER_MS to read it.
 * unread: part of the body was not read, so the socket is kept for a while
 * after it was closed, or the client would see a reset instead of its answer.
 * False as above. */
#define EDGE_ANSWER_MS 30000
FRANK_MUST_CHECK bool edge_answering(struct edge_connection *connection,
                                     bool unread);

/* The client has read a good part of a long answer: it has as long again. */
void edge_goes_on(struct edge_connection *connection);

/* The taker is done with it: the connection is gone with this call. */
void edge_closed(struct edge_connection *connection);

/* Microseconds of the monotonic clock. */
uint64_t edge_clock(void);

/* Connections, and those of them whose head is not yet whole. */
void edge_counts(struct edge *edge, unsigned *open, unsigned *waiting);

#endif
