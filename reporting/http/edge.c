/* SPDX-License-Identifier: Apache-2.0 */
#include "edge.h"

#include "edge_thread.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 64
#define ACCEPTS 64 /* of one listener in a row, so that others have a turn */
/* How late an answer's end may be noticed: it is not the edge's thread that
 * begins one. */
#define TICK_MS 1000
#define IDLE_MS 60000

uint64_t edge_clock(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void wake(struct edge *edge)
{
    uint64_t one = 1;

    (void)!write(edge->wake, &one, sizeof one);
}

/* ---- Accepting ---------------------------------------------------------- */

static void refuse_at_once(struct edge *edge, int fd, const char *reason)
{
    edge_send_problem(edge, fd, 503, reason, edge_clock());
    (void)shutdown(fd, SHUT_WR);
    (void)!recv(fd, edge->buffer, sizeof edge->buffer, MSG_DONTWAIT);
    (void)close(fd);
}

/* Enters a new connection, or gives why not. */
static const char *admit(struct edge *edge, struct edge_connection *c)
{
    const struct edge_settings *s = &edge->settings;
    const char *reason = NULL;

    edge_lock(edge);
    if (edge->table.open >= s->connections) {
        reason = "connections";
    } else if (c->is_capped && edge_table_near(&edge->table, &c->group,
                                               s->connections_per_address) >=
                                   s->connections_per_address) {
        reason = "connections-per-address";
    } else {
        edge_table_add(&edge->table, c, c->since / 1000 + s->header_ms);
    }
    edge_unlock(edge);
    return reason;
}

static void accepted(struct edge *edge, int fd, const struct sockaddr *peer,
                     bool is_private)
{
    struct edge_connection *c = calloc(1, sizeof *c);
    bool is_unix = peer->sa_family == AF_UNIX;
    const char *reason = "memory";

    if (c != NULL) {
        c->edge = edge;
        c->fd = fd;
        c->since = edge_clock();
        address_of(&c->peer.address, peer);
        c->peer.is_private = is_private;
        c->peer.is_trusted =
            !is_private &&
            address_is_trusted(&edge->trust, &c->peer.address, is_unix);
        c->is_capped = !is_private && !is_unix && !c->peer.is_trusted;
        c->group = c->peer.address;
        address_group(&c->group);
        reason = admit(edge, c);
    }
    if (reason != NULL) {
        free(c);
        refuse_at_once(edge, fd, reason);
        return;
    }
    edge_look(edge, c, false); /* mostly, all is there already */
}

static void accept_some(struct edge *edge, const struct edge_listener *listener)
{
    int listening;

    edge_lock(edge); /* as it may just have been entered by another thread */
    listening = listener->fd;
    edge_unlock(edge);
    for (unsigned i = 0; i < ACCEPTS; i++) {
        struct sockaddr_storage peer = {.ss_family = AF_UNIX};
        socklen_t len = sizeof peer;
        int fd = accept4(listening, (struct sockaddr *)&peer, &len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            accepted(edge, fd, (const struct sockaddr *)&peer,
                     listener->is_private);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
                   errno == ENOMEM) {
            /* The listener stays readable: without a pause this would turn
             * round and round. */
            (void)poll(NULL, 0, 10);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

static void close_listeners(struct edge *edge)
{
    edge_lock(edge);
    for (size_t i = 0; i < edge->listener_count; i++) {
        if (edge->listeners[i].fd >= 0) {
            (void)close(edge->listeners[i].fd);
            edge->listeners[i].fd = -1;
        }
    }
    edge_unlock(edge);
}

/* ---- The thread --------------------------------------------------------- */

static void handle(struct edge *edge, const struct epoll_event *event)
{
    void *what = event->data.ptr;
    struct edge_connection *c = what;
    uint64_t count;

    for (size_t i = 0; i < EDGE_LISTENERS_MAX; i++) {
        if (what == &edge->listeners[i]) {
            accept_some(edge, &edge->listeners[i]);
            return;
        }
    }
    if (what == edge) {
        (void)!read(edge->wake, &count, sizeof count);
    } else if (c->state == EDGE_HEAD) {
        edge_look(edge, c,
                  (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
    } else {
        edge_drain(edge, c);
    }
}

static void *run(void *argument)
{
    struct edge *edge = argument;
    struct epoll_event events[EVENTS];

    while (!atomic_load(&edge->stopping)) {
        int wait;
        int n;

        edge_lock(edge);
        wait = edge_table_wait(&edge->table, edge_clock_ms(),
                               edge->table.open > 0 ? TICK_MS : IDLE_MS);
        edge_unlock(edge);
        n = epoll_wait(edge->epoll, events, EVENTS, wait);
        for (int i = 0; i < n; i++) {
            handle(edge, &events[i]);
        }
        edge_end_overdue(edge);
        if (atomic_exchange(&edge->quiescing, false)) {
            close_listeners(edge);
        }
    }
    return NULL;
}

/* ---- From other threads ------------------------------------------------- */

static int refused_by_system(struct frank_fault *fault, const char *what)
{
    return wire_fault(fault, FRANK_ERR_FILE, what, 0, (uint64_t)errno, 0);
}

static bool add_to_epoll(struct edge *edge, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};

    return epoll_ctl(edge->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

int edge_start(struct edge **out, const struct edge_settings *settings,
               struct frank_fault *fault)
{
    struct edge *edge = calloc(1, sizeof *edge);
    int error;

    if (edge == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "edge", 0, 0, 0);
    }
    edge->settings = *settings;
    edge_table_init(&edge->table);
    (void)pthread_mutex_init(&edge->lock, NULL);
    edge->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    edge->epoll = epoll_create1(EPOLL_CLOEXEC);
    error = address_trust_read(&edge->trust, settings->trusted_proxies, fault);
    if (error != FRANK_OK) {
        goto out;
    }
    if (edge->wake < 0 || edge->epoll < 0 ||
        !add_to_epoll(edge, edge->wake, edge)) {
        error = refused_by_system(fault, "epoll");
        goto out;
    }
    errno = pthread_create(&edge->thread, NULL, run, edge);
    if (errno != 0) {
        error = refused_by_system(fault, "thread");
        goto out;
    }
    edge->runs = true;
    *out = edge;
    edge = NULL; /* transferred */
out:
    edge_free(edge);
    return error;
}

int edge_listen(struct edge *edge, int socket, bool is_private,
                struct frank_fault *fault)
{
    static const int on = 1;
    int flags = fcntl(socket, F_GETFL);
    struct edge_listener *listener = NULL;
    int error = FRANK_OK;

    /* What is accepted inherits it; a Unix socket has none. */
    (void)setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (flags < 0 || fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0) {
        error = refused_by_system(fault, "listener");
        goto out;
    }
    edge_lock(edge);
    if (edge->listener_count < EDGE_LISTENERS_MAX) {
        listener = &edge->listeners[edge->listener_count++];
        *listener = (struct edge_listener){socket, is_private};
        if (!add_to_epoll(edge, socket, listener)) {
            error = refused_by_system(fault, "listener");
            edge->listener_count--;
        }
    } else {
        error = wire_fault(fault, FRANK_ERR_LIMIT, "listeners", 0,
                           EDGE_LISTENERS_MAX + 1, EDGE_LISTENERS_MAX);
    }
    edge_unlock(edge);
out:
    if (error != FRANK_OK) {
        (void)close(socket);
    }
    return error;
}

void edge_quiesce(struct edge *edge)
{
    atomic_store(&edge->quiescing, true);
    wake(edge);
}

void edge_stop(struct edge *edge)
{
    static const enum edge_state owned[] = {EDGE_HEAD, EDGE_PARTED,
                                            EDGE_LINGER};

    if (edge == NULL || !edge->runs) {
        return;
    }
    atomic_store(&edge->stopping, true);
    wake(edge);
    (void)pthread_join(edge->thread, NULL);
    edge->runs = false;
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++) {
        struct edge_connection *c = edge->table.lists[owned[i]].first;

        while (c != NULL) {
            struct edge_connection *next = c->next;

            edge_drop(c);
            c = next;
        }
    }
    close_listeners(edge);
}

void edge_free(struct edge *edge)
{
    if (edge == NULL) {
        return;
    }
    edge_stop(edge);
    /* Those left were closed by a taker that did not come to say so. */
    for (size_t i = 0; i < EDGE_STATES; i++) {
        struct edge_connection *c = edge->table.lists[i].first;

        while (c != NULL) {
            struct edge_connection *next = c->next;

            (void)close(c->fd);
            free(c);
            c = next;
        }
    }
    if (edge->wake >= 0) {
        (void)close(edge->wake);
    }
    if (edge->epoll >= 0) {
        (void)close(edge->epoll);
    }
    (void)pthread_mutex_destroy(&edge->lock);
    free(edge);
}

const struct edge_peer *edge_peer(const struct edge_connection *connection)
{
    return &connection->peer;
}

bool edge_started(struct edge_connection *c)
{
    bool is_lost;

    edge_lock(c->edge);
    c->started = true;
    is_lost = c->is_lost;
    edge_unlock(c->edge);
    return !is_lost;
}

bool edge_body_done(struct edge_connection *c)
{
    struct edge *edge = c->edge;
    bool is_over;

    edge_lock(edge);
    is_over = c->over;
    if (!is_over) {
        edge_table_move(&edge->table, c, EDGE_BUSY, 0);
    }
    edge_unlock(edge);
    return !is_over;
}

bool edge_answering(struct edge_connection *c, bool unread)
{
    struct edge *edge = c->edge;
    bool is_over;

    edge_lock(edge);
    is_over = c->over;
    if (!is_over) {
        c->unread = unread;
        edge_table_move(&edge->table, c, EDGE_ANSWER,
                        edge_clock_ms() + EDGE_ANSWER_MS);
    }
    edge_unlock(edge);
    return !is_over;
}

void edge_goes_on(struct edge_connection *c)
{
    struct edge *edge = c->edge;

    edge_lock(edge);
    if (!c->over && c->state == EDGE_ANSWER) {
        edge_table_move(&edge->table, c, EDGE_ANSWER,
                        edge_clock_ms() + EDGE_ANSWER_MS);
    }
    edge_unlock(edge);
}

void edge_closed(struct edge_connection *c)
{
    struct edge *edge = c->edge;
    bool lingers;

    edge_lock(edge);
    lingers = c->unread && !c->over && !atomic_load(&edge->stopping);
    if (lingers) {
        edge_table_move(&edge->table, c, EDGE_PARTED, 1);
        c = NULL; /* transferred */
    } else if (!c->is_lost) {
        edge_table_remove(&edge->table, c);
        (void)close(c->fd);
    }
    edge_unlock(edge);
    if (lingers) {
        wake(edge);
    }
    free(c);
}

void edge_counts(struct edge *edge, unsigned *open, unsigned *waiting)
{
    edge_lock(edge);
    *open = edge->table.open;
    *waiting = edge->table.lists[EDGE_HEAD].count;
    edge_unlock(edge);
}
