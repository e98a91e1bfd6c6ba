/* SPDX-License-Identifier: Apache-2.0 */
/* The edge's inside: what its thread (edge.c) and the care of one connection
 * (edge_client.c) share. */
#ifndef REPORTING_HTTP_EDGE_THREAD_H
#define REPORTING_HTTP_EDGE_THREAD_H

#include "edge_table.h"
#include "head.h"

#include <pthread.h>
#include <stdatomic.h>

#define EDGE_LISTENERS_MAX 16

struct edge_listener {
    int fd; /* -1: closed */
    bool is_private;
};

struct edge {
    struct edge_settings settings;
    struct address_trust trust;
    pthread_t thread;
    bool runs;
    int epoll;
    int wake; /* eventfd */
    atomic_bool stopping;
    atomic_bool quiescing;
    pthread_mutex_t lock; /* table, listeners */
    struct edge_table table;
    struct edge_listener listeners[EDGE_LISTENERS_MAX];
    size_t listener_count;
    uint8_t buffer[HEAD_MAX_BYTES]; /* of the edge's thread */
};

static inline void edge_lock(struct edge *edge)
{
    (void)pthread_mutex_lock(&edge->lock);
}

static inline void edge_unlock(struct edge *edge)
{
    (void)pthread_mutex_unlock(&edge->lock);
}

static inline uint64_t edge_clock_ms(void)
{
    return edge_clock() / 1000;
}

/* Answers in raw bytes, as far as the socket takes them at once. */
void edge_send_problem(struct edge *edge, int fd, unsigned status,
                       const char *reason, uint64_t since);

/* Looks at what came of a head: waits on, hands over, or refuses. ended: the
 * client said that nothing more comes. The connection may be gone. */
void edge_look(struct edge *edge, struct edge_connection *c, bool ended);

/* Reads what still comes, to throw it away; closes at its end. */
void edge_drain(struct edge *edge, struct edge_connection *c);

/* Closes it. */
void edge_drop(struct edge_connection *c);

/* Ends all whose deadline is over. */
void edge_end_overdue(struct edge *edge);

#endif
