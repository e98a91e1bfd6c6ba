/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer, between libmicrohttpd's threads and those of
 * whoever answers; and what of the server it needs. */
#ifndef REPORTING_HTTP_EXCHANGE_H
#define REPORTING_HTTP_EXCHANGE_H

#include "edge.h"
#include "server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

/* Where libmicrohttpd calls back: one for the public daemons, one for the
 * private ones. */
struct http_side {
    struct http_server *server;
    bool is_private;
};

#define HTTP_DAEMONS_MAX 64
#define HTTP_PRIVATE_MAX 8

struct http_server {
    struct http_settings settings;
    struct http_side sides[2]; /* public, private */
    struct edge *edge;
    /* One for each thread: libmicrohttpd has no pool without a listener. */
    struct MHD_Daemon *daemons[HTTP_DAEMONS_MAX];
    unsigned next_daemon; /* of the edge's thread */
    struct MHD_Daemon *privates[HTTP_PRIVATE_MAX];
    int private_sockets[HTTP_PRIVATE_MAX];
    size_t private_count;
    atomic_size_t body_memory;
    pthread_mutex_t lock;            /* of what follows, and of each state */
    pthread_cond_t idle;             /* busy is 0 */
    unsigned busy;                   /* public: connections handed over;
                                        private: requests */
    unsigned private_open;           /* connections */
    bool closing;                    /* nobody answers any more */
    struct http_exchange *suspended; /* to be answered later */
};

enum exchange_state {
    EXCHANGE_NEW,
    EXCHANGE_READING,
    EXCHANGE_RUNNING,
    EXCHANGE_SUSPENDED,
    EXCHANGE_ANSWERED /* response is set, or there was no memory for it */
};

struct http_exchange {
    struct http_request request;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct edge_connection *edge; /* NULL: libmicrohttpd's own */
    const struct http_route *route;
    const char *allow; /* with 405 */
    const char *reason;
    uint64_t since;
    enum exchange_state state;
    struct MHD_Response *response;
    unsigned status;
    uint8_t *body;
    size_t capacity; /* of body; taken from the budget */
    size_t len;
    size_t expected;
    struct http_exchange *next; /* of those suspended */
    struct http_exchange *prev;
    const char *segments[HTTP_SEGMENTS_MAX]; /* NULL: none */
    char path[]; /* and, behind its zero, the segments */
};

#define EXCHANGE_FIRST_BYTES 16384 /* of a body, before any of it came */

void exchange_lock(struct http_server *server);
void exchange_unlock(struct http_server *server);
void exchange_busy(struct http_server *server);
void exchange_not_busy(struct http_server *server);

/* Callbacks of libmicrohttpd; cls is a struct http_side. */
void *exchange_new(void *cls, const char *uri,
                   struct MHD_Connection *connection);
enum MHD_Result exchange_run(void *cls, struct MHD_Connection *connection,
                             const char *url, const char *method,
                             const char *version, const char *data, size_t *len,
                             void **context);
void exchange_end(void *cls, struct MHD_Connection *connection, void **context,
                  enum MHD_RequestTerminationCode why);

/* ---- body.c -------------------------------------------------------------- */

/* Makes room for len bytes, at most what was announced. */
bool exchange_body_grow(struct http_exchange *exchange, size_t len);
/* Takes a piece of the body, or refuses. */
void exchange_body_take(struct http_exchange *exchange, const char *data,
                        size_t len);
void exchange_body_free(struct http_exchange *exchange);

/* ---- route.c ------------------------------------------------------------- */

/* Sets route and segments. 0, or the status of the refusal. */
unsigned exchange_route(struct http_exchange *exchange, const char *method);

/* ---- request.c ----------------------------------------------------------- */

/* Sets address and is_private. */
void exchange_find_address(struct http_exchange *exchange);
/* Sets route and expected, and takes the first memory for a body. 0, or the
 * status of the refusal, whose name *name is. */
unsigned exchange_look(struct http_exchange *exchange, const char *method,
                       const char **name);

/* ---- answer.c ------------------------------------------------------------ */

void exchange_refuse(struct http_exchange *exchange, unsigned status,
                     const char *name);
/* Takes one from those suspended, under the lock. */
void exchange_unlink(struct http_exchange *exchange);

/* Closes the connections of all that wait for an answer, unanswered. */
void exchange_abandon(struct http_server *server);

#endif
