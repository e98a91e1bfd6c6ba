/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 for a service of ours: libmicrohttpd behind an edge of our own.
 *
 * A public listener is the edge's (edge.h): it accepts, holds back until the
 * whole head of a request is there, looks at its raw bytes (head.h), and only
 * then hands the socket to libmicrohttpd, which has never seen a byte of it.
 * One request a connection, so that nothing can be smuggled behind it. A
 * private listener (a Unix socket) is libmicrohttpd's own, with connections
 * that stay.
 *
 * A request reaches its handler when all of its body is in memory. The handler
 * answers once, at once or later, from any thread.
 */
#ifndef REPORTING_HTTP_SERVER_H
#define REPORTING_HTTP_SERVER_H

#include "frank.h"

#include <sys/socket.h>

struct http_server;
struct http_exchange; /* one request and its answer */
struct http_route;

/* Who may call a route. */
enum http_scope {
    HTTP_PUBLIC = 1 << 0, /* over public listeners */
    HTTP_PRIVATE = 1 << 1 /* over private ones */
};

#define HTTP_ID_BYTES 17 /* 16 hexadecimal digits, and a zero */

/* A client's address: 16 bytes, an IPv4 one mapped into IPv6; zeros for a Unix
 * socket. Behind a trusted proxy it is the one that the proxy names. */
struct http_address {
    uint8_t bytes[16];
};

struct http_request {
    char id[HTTP_ID_BYTES]; /* random, for the journal */
    const char *path;       /* as it came, without the query */
    struct frank_span body;
    struct http_address address;
    bool is_private; /* came over a private listener */
};

/* A header's or a query's value, or NULL where there is none. Header names in
 * any case. Lives as long as the exchange. */
const char *http_header(const struct http_exchange *exchange, const char *name);
const char *http_query(const struct http_exchange *exchange, const char *name);
const struct http_request *http_request(const struct http_exchange *exchange);
/* The row of the settings' table that the request came to. */
const struct http_route *http_route_of(const struct http_exchange *exchange);

/* The value of the one cookie of this name, closed by a zero. false, with out
 * as it was: there is none, or more than one (whoever can set a cookie for this
 * host could hide ours behind his), or it does not fit. */
bool http_cookie(const struct http_exchange *exchange, const char *name,
                 char *out, size_t capacity);

/* What stands in the i-th {} of the route's path, from 0, or NULL: one or more
 * bytes of A-Z a-z 0-9 . _ ~ -, but not "." and "..". Lives as long as the
 * exchange. */
#define HTTP_SEGMENTS_MAX 4
const char *http_segment(const struct http_exchange *exchange, unsigned i);

/* A further header of an answer, "Set-Cookie". An array of them is closed by a
 * NULL name; the same name may come twice. Bytes that no header can have (CR,
 * LF) leave the request without an answer. */
struct http_field {
    const char *name;
    const char *value;
};

/* A body that is made piece by piece while the client reads it, in the server's
 * threads, one after the other. read() writes up to `most` bytes, at least one,
 * that come next, or gives 0: then the connection is closed, with less than was
 * said. end() is called once, with the answer gone; also where nothing was
 * read. */
struct http_source {
    uint64_t len;
    size_t (*read)(void *context, uint8_t *out, size_t most);
    void (*end)(void *context);
    void *context;
};

/* What a handler answers. body is copied, unless owned is set: then it is
 * freed with free() when sent. */
struct http_answer {
    unsigned status;
    const char *type; /* media type; NULL with an empty body */
    struct frank_span body;
    void *owned;                      /* NULL, or what body points into */
    const struct http_source *source; /* NULL, or in the body's place; copied */
    unsigned retry_after;             /* seconds; 0: without the header */
    const char *location;             /* NULL: without */
    const char *cache;                /* Cache-Control; NULL: "no-store" */
    const struct http_field *fields;  /* others, in place of those that the
                                         settings have of the name; NULL: none.
                                         Copied */
};

/* Answers, once. The exchange is gone afterwards. From any thread. Every answer
 * has X-Content-Type-Options: nosniff, X-Request-Id, and what the settings say.
 */
void http_answer(struct http_exchange *exchange,
                 const struct http_answer *answer);

/* Answers with problem details (RFC 9457, application/problem+json): type
 * "urn:frank:problem:" and name, title, status, request_id; detail may be
 * NULL; fault may be NULL (gives field, offset); evidence is an index, or
 * SIZE_MAX; retry_after as above. */
struct http_problem {
    unsigned status;
    const char *name;  /* "mac", "rate-limited" */
    const char *title; /* static text, a few words */
    const char *detail;
    const struct frank_fault *fault;
    size_t evidence;
    unsigned retry_after;
    const struct http_field *fields; /* as above */
};
void http_problem(struct http_exchange *exchange,
                  const struct http_problem *problem);

/* The name by which an error of the library is known in problem details and
 * metrics: "mac" for FRANK_ERR_MAC, "no-epoch" for FRANK_ERR_NO_EPOCH. Static
 * text, for any value. */
const char *http_error_name(int error);

typedef void http_handler(struct http_exchange *exchange, void *context);

/* First of a route's types: whatever the request says it is, or nothing. */
#define HTTP_ANY_TYPE "*/*"

/* A path that ends in "/" stands for everything below it, but "/" for itself
 * alone. A segment that is {},
 * as in "/v1/cases/{}/claim", stands for any that http_segment() can give; a
 * path has at most HTTP_SEGMENTS_MAX of them. Of routes that stand for the same
 * path the first in the table is taken, those without {} before those with. */
struct http_route {
    const char *method; /* "GET" (HEAD too), "POST" */
    const char *path;
    unsigned scope;       /* of enum http_scope */
    size_t body_max;      /* bytes; more is 413 before memory is taken for it */
    const char *types[3]; /* media types of the body; any other is 415, also
                             with an empty body; none: any body is 413 */
    http_handler *run;
};

struct http_settings {
    const struct http_route *routes;
    size_t route_count;
    void *context;        /* for handlers */
    unsigned threads;     /* that read, parse and run handlers; 1..64 */
    unsigned connections; /* open at once through the edge; more are refused
                             at once, 503 */
    unsigned connections_per_address; /* IPv6: per /64 */
    unsigned header_ms; /* total, from accept to the end of the head */
    unsigned body_ms;   /* total, from there to the end of the body */
    size_t body_memory; /* bytes of bodies in memory at once; more is 503. A
                           body that grows counts twice for a moment: to be at
                           least twice the largest body_max */
    const char *const *trusted_proxies; /* addresses, NULL at the end, whose
                             X-Forwarded-For (its last element) is believed;
                             "unix" for a public listener on a Unix socket */
    /* That every answer has beside its own, also one that refuses; but for what
     * the edge refuses by itself. NULL: none. */
    const struct http_field *fields;
    /* Called when an answer was handed over, for journal and metrics; status
     * and time from the first byte. route is NULL where none was found or the
     * edge refused; reason is the problem's name ("bare-lf", "timeout", "mac"),
     * or NULL with an answer that is none. In any thread. */
    void (*done)(void *context, const struct http_route *route, const char *id,
                 unsigned status, uint64_t microseconds, const char *reason);
};

/* Starts without a listener. FRANK_ERR_FILE (fault->found is errno), MEMORY,
 * VALUE (threads, or proxy number fault->offset), LIMIT (more than 16 proxies).
 * routes, context, proxies, fields must outlive it. libsodium must be ready. */
FRANK_MUST_CHECK int http_server_start(struct http_server **out,
                                       const struct http_settings *settings,
                                       struct frank_fault *fault);

/* Adds a listening socket, which the server closes at its end, and at once
 * where this fails. A private one over TCP goes through the edge as well,
 * and counts among all connections, not by its address. FRANK_ERR_FILE, LIMIT
 * (16, and 8 private Unix sockets). Not at the same time in two threads. */
FRANK_MUST_CHECK int http_server_listen(struct http_server *server, int socket,
                                        enum http_scope scope,
                                        struct frank_fault *fault);

/* Takes no new connections from now on; waits at most ms until all requests
 * whose head was whole are answered and their connections closed. Gives how
 * many were not. */
unsigned http_server_drain(struct http_server *server, unsigned ms);
/* NULL is allowed. Nobody may answer any more: the connections of those that
 * were not answered are closed. */
void http_server_free(struct http_server *server);

/* For metrics. */
struct http_counts {
    unsigned open;      /* connections */
    unsigned waiting;   /* of which in the edge: head not yet whole */
    size_t body_memory; /* bytes */
};
void http_server_counts(const struct http_server *server,
                        struct http_counts *out);

#endif
