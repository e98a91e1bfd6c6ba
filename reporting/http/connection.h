/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections while they are open, however far they got: counted in all and by
 * address, each with the time at which it is cut. One lock guards them; a
 * socket is closed only after its connection was taken out under that lock, so
 * that what is cut is never another's.
 */
#ifndef REPORTING_HTTP_CONNECTION_H
#define REPORTING_HTTP_CONNECTION_H

#include "server.h"

#include <pthread.h>

#define CONNECTION_NEVER UINT64_MAX

enum connection_stage {
    STAGE_HEAD,    /* the edge's: its head is not whole */
    STAGE_LINGER,  /* the edge's: refused, until the client has read why */
    STAGE_BODY,    /* libmicrohttpd's: its body is not whole */
    STAGE_HANDLER, /* a handler has it; no deadline */
    STAGE_ANSWER   /* its answer is on the way */
};

struct address_count;

struct connection {
    int fd;
    enum http_scope scope;
    bool is_unix;
    enum connection_stage stage;
    uint64_t begun;    /* monotonic ms */
    uint64_t deadline; /* monotonic ms, or CONNECTION_NEVER */
    struct http_address address;
    struct address_count *counted; /* NULL: not limited by address */
    uint32_t drained;              /* bytes, in STAGE_LINGER */
    struct connection *previous;
    struct connection *next;
};

struct connections;

enum connection_refusal { REFUSED_NOT, REFUSED_TOTAL, REFUSED_ADDRESS };

/* most in all, most_each of one address. NULL: out of memory. */
struct connections *connections_new(unsigned most, unsigned most_each);
/* Those that are still there are closed. NULL is allowed. */
void connections_free(struct connections *all);

/* Takes in a socket. limited: it counts (private ones do not). NULL, with
 * *refusal, or where memory is out (REFUSED_TOTAL). */
struct connection *connections_add(struct connections *all, int fd,
                                   enum http_scope scope, bool is_unix,
                                   const struct http_address *address,
                                   bool limited, uint64_t now,
                                   enum connection_refusal *refusal);
/* Takes it out and frees it; the socket is the caller's. */
void connections_remove(struct connections *all, struct connection *one);

/* The connection of a socket that was handed on. NULL: there is none. */
struct connection *connections_find(struct connections *all, int fd);

void connections_stage(struct connections *all, struct connection *one,
                       enum connection_stage stage, uint64_t deadline);

/* Cuts those that libmicrohttpd has and whose time is over: a body that is late
 * is told so. Gives how many bodies. */
unsigned connections_cut(struct connections *all, uint64_t now);

/* The edge's connection with the earliest deadline that is over; NULL: none. It
 * stays in. */
struct connection *connections_late(struct connections *all, uint64_t now);

void connections_count(struct connections *all, unsigned *open,
                       unsigned *waiting);

uint64_t http_now(void); /* monotonic ms */

#endif
