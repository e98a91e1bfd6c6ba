/* SPDX-License-Identifier: Apache-2.0 */
/* The edge's connections: how many, from where, in which state, and until
 * when. Nothing here touches a socket. The caller holds the edge's lock. */
#ifndef REPORTING_HTTP_EDGE_TABLE_H
#define REPORTING_HTTP_EDGE_TABLE_H

#include "edge.h"

#include <sodium.h>

enum edge_state {
    EDGE_HEAD,   /* waiting for the head; watched by the edge's thread */
    EDGE_BODY,   /* handed over, body not whole */
    EDGE_BUSY,   /* handed over, nothing to wait for from the client */
    EDGE_ANSWER, /* handed over, the client is to read its answer */
    EDGE_PARTED, /* given back at its end, to linger */
    EDGE_LINGER, /* answered and half closed; watched again */
    EDGE_STATES
};

struct edge_connection {
    struct edge *edge;
    int fd;
    bool watched;   /* in the epoll set */
    bool started;   /* the taker knows it */
    bool is_lost;   /* it never will: out of the table, fd is -1 */
    bool unread;    /* to linger at its end */
    bool over;      /* its deadline ran out when handed over */
    bool is_capped; /* counts against its address */
    enum edge_state state;
    uint64_t since;    /* microseconds */
    uint64_t deadline; /* milliseconds; 0: none */
    size_t drained;    /* bytes that came after the answer */
    struct edge_peer peer;
    struct http_address group;
    struct edge_connection *next; /* of the same state, in order of deadline */
    struct edge_connection *prev;
    struct edge_connection *next_near; /* of the same bucket */
    struct edge_connection *prev_near;
};

#define EDGE_BUCKETS 4096

struct edge_table {
    struct {
        struct edge_connection *first;
        struct edge_connection *last;
        unsigned count;
    } lists[EDGE_STATES];
    struct edge_connection *near[EDGE_BUCKETS];
    uint8_t key[crypto_shorthash_KEYBYTES];
    unsigned open;
};

void edge_table_init(struct edge_table *table);

/* How many of this group there are, most at the most. */
unsigned edge_table_near(const struct edge_table *table,
                         const struct http_address *group, unsigned most);

/* Enters a new connection in state HEAD; its fields above are set. */
void edge_table_add(struct edge_table *table, struct edge_connection *c,
                    uint64_t deadline);
/* Deadlines of one state are given in rising order. */
void edge_table_move(struct edge_table *table, struct edge_connection *c,
                     enum edge_state state, uint64_t deadline);
void edge_table_remove(struct edge_table *table, struct edge_connection *c);

/* The first one of a state whose deadline is over, or NULL. */
struct edge_connection *edge_table_over(const struct edge_table *table,
                                        enum edge_state state, uint64_t now);

/* Milliseconds until the next deadline, at most most. */
int edge_table_wait(const struct edge_table *table, uint64_t now, int most);

#endif
