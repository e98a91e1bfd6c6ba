/* SPDX-License-Identifier: Apache-2.0 */
/* What the edge's thread does with one connection. */
#include "edge_thread.h"
#include "problem.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_MS 1000
#define LINGER_BYTES 65536

/* ---- Refusing ----------------------------------------------------------- */

/* What goes out fits the socket's empty buffer; a client that filled it with
 * nothing but requests gets no words. */
void edge_send_problem(struct edge *edge, int fd, unsigned status,
                       const char *reason, uint64_t since)
{
    char raw[PROBLEM_RAW_MAX_BYTES];
    char id[HTTP_ID_BYTES];
    size_t len;

    problem_id(id);
    len = problem_raw(raw, status, reason, id);
    (void)!send(fd, raw, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    edge->settings.refused(edge->settings.context, id, status,
                           edge_clock() - since, reason);
}

void edge_drop(struct edge_connection *c)
{
    struct edge *edge = c->edge;

    edge_lock(edge);
    edge_table_remove(&edge->table, c);
    edge_unlock(edge);
    if (c->watched) {
        /* The taker may still have its own descriptor of the same socket open,
         * and then closing ours alone would leave it in the epoll set, with
         * events that name freed memory. */
        (void)epoll_ctl(edge->epoll, EPOLL_CTL_DEL, c->fd, NULL);
    }
    (void)close(c->fd);
    free(c);
}

static bool watch(struct edge *edge, struct edge_connection *c)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
                                .data.ptr = c};

    if (!c->watched) {
        c->watched = epoll_ctl(edge->epoll, EPOLL_CTL_ADD, c->fd, &event) == 0;
    }
    return c->watched;
}

/* Reads what still comes, to throw it away; closes at its end. */
void edge_drain(struct edge *edge, struct edge_connection *c)
{
    ssize_t n;

    do {
        n = recv(c->fd, edge->buffer, sizeof edge->buffer, MSG_DONTWAIT);
        c->drained += n > 0 ? (size_t)n : 0;
    } while ((n > 0 && c->drained <= LINGER_BYTES) ||
             (n < 0 && errno == EINTR));
    if (n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK) ||
        !watch(edge, c)) {
        edge_drop(c);
    }
}

static void linger(struct edge *edge, struct edge_connection *c)
{
    (void)shutdown(c->fd, SHUT_WR);
    edge_lock(edge);
    edge_table_move(&edge->table, c, EDGE_LINGER, edge_clock_ms() + LINGER_MS);
    edge_unlock(edge);
    edge_drain(edge, c);
}

static void refuse(struct edge *edge, struct edge_connection *c,
                   unsigned status, const char *reason)
{
    edge_send_problem(edge, c->fd, status, reason, c->since);
    linger(edge, c);
}

/* ---- Heads -------------------------------------------------------------- */

/* The taker gets a descriptor of its own and the edge keeps this one: whatever
 * becomes of the other, what is cut here is never somebody else's socket. */
static void hand_over(struct edge *edge, struct edge_connection *c)
{
    int theirs = fcntl(c->fd, F_DUPFD_CLOEXEC, 0);

    if (theirs < 0) {
        refuse(edge, c, 503, "connections");
        return;
    }
    if (c->watched) {
        (void)epoll_ctl(edge->epoll, EPOLL_CTL_DEL, c->fd, NULL);
        c->watched = false;
    }
    edge_lock(edge);
    edge_table_move(&edge->table, c, EDGE_BODY,
                    edge_clock_ms() + edge->settings.body_ms);
    edge_unlock(edge);
    if (!edge->settings.hand_over(edge->settings.context, theirs, c)) {
        edge_drop(c);
    }
}

/* ended: the client said that nothing more comes. */
void edge_look(struct edge *edge, struct edge_connection *c, bool ended)
{
    struct head head;
    ssize_t n =
        recv(c->fd, edge->buffer, sizeof edge->buffer, MSG_PEEK | MSG_DONTWAIT);
    bool nothing =
        n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);

    if (n == 0 || (n < 0 && !nothing)) {
        edge_drop(c);
        return;
    }
    switch (head_look(&head, edge->buffer, n > 0 ? (size_t)n : 0)) {
    case HEAD_WHOLE:
        hand_over(edge, c);
        break;
    case HEAD_BAD:
        refuse(edge, c, head.status, head.reason);
        break;
    default:
        if (ended) {
            refuse(edge, c, 400, "truncated");
        } else if (!watch(edge, c)) {
            edge_drop(c);
        }
        break;
    }
    /* A token, and the beginning of a body. */
    sodium_memzero(edge->buffer, n > 0 ? (size_t)n : 0);
}

static struct edge_connection *over(struct edge *edge, enum edge_state state,
                                    uint64_t now)
{
    struct edge_connection *c;

    edge_lock(edge);
    c = edge_table_over(&edge->table, state, now);
    edge_unlock(edge);
    return c;
}

/* The taker ran out of memory before it began, closed its descriptor, and said
 * nothing. Its few bytes are given up: should it come after all, it finds them.
 */
static void forget(struct edge *edge, struct edge_connection *c)
{
    edge_lock(edge);
    edge_table_remove(&edge->table, c);
    c->is_lost = true;
    (void)close(c->fd);
    c->fd = -1;
    edge_unlock(edge);
    edge->settings.lost(edge->settings.context);
}

/* One that was handed over is only touched under the lock. What the taker
 * finds is the end of the stream; as long as it has no body it has sent
 * nothing, so that the raw answer stands alone. */
static bool cut(struct edge *edge, enum edge_state state, uint64_t now)
{
    char raw[PROBLEM_RAW_MAX_BYTES];
    char id[HTTP_ID_BYTES];
    struct edge_connection *c;
    uint64_t since = 0;
    bool is_lost = false;

    edge_lock(edge);
    c = edge_table_over(&edge->table, state, now);
    if (c != NULL) {
        since = c->since;
        c->over = true;
        edge_table_move(&edge->table, c, EDGE_BUSY, 0);
        if (state == EDGE_BODY) {
            problem_id(id);
            (void)!send(c->fd, raw, problem_raw(raw, 408, "timeout", id),
                        MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        (void)shutdown(c->fd, SHUT_RDWR);
        is_lost = !c->started;
    }
    edge_unlock(edge);
    if (is_lost) {
        forget(edge, c);
    }
    if (c != NULL && state == EDGE_BODY) {
        edge->settings.refused(edge->settings.context, id, 408,
                               edge_clock() - since, "timeout");
    }
    return c != NULL;
}

void edge_end_overdue(struct edge *edge)
{
    struct edge_connection *c;
    uint64_t now = edge_clock_ms();

    while ((c = over(edge, EDGE_HEAD, now)) != NULL) {
        refuse(edge, c, 408, "timeout");
    }
    while ((c = over(edge, EDGE_LINGER, now)) != NULL) {
        edge_drop(c);
    }
    while ((c = over(edge, EDGE_PARTED, now)) != NULL) {
        linger(edge, c);
    }
    while (cut(edge, EDGE_BODY, now)) {
    }
    while (cut(edge, EDGE_ANSWER, now)) {
    }
}
