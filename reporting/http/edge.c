/* SPDX-License-Identifier: Apache-2.0 */
#include "edge.h"

#include "head.h"
#include "raw.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LISTENERS_MAX 64
#define EVENTS 64
#define ACCEPTS 64 /* at a turn, so that those who wait get theirs */
#define TICK_MS 100
#define LINGER_MS 1000
#define LINGER_BYTES 65536

struct listener {
    int fd;
    enum http_scope scope;
    bool is_unix;
};

struct edge {
    struct edge_settings settings;
    pthread_t thread;
    int epoll;
    int wake;
    atomic_bool stopping;
    atomic_bool closing;
    pthread_mutex_t lock; /* of the listeners */
    size_t listener_count;
    struct listener listeners[LISTENERS_MAX];
    uint64_t next_tick;
    uint8_t buffer[HEAD_MAX_BYTES];
};

/* ---- Ending a connection ---------------------------------------------------
 */

static void drop(struct edge *edge, struct connection *one)
{
    int fd = one->fd;

    connections_remove(edge->settings.connections, one);
    (void)close(fd); /* leaves the epoll set, too */
}

/* Takes what the client still sends: what is left unread at a close resets the
 * connection, and the answer with it. false: it is over. */
static bool drain(struct edge *edge, struct connection *one)
{
    ssize_t n;

    do {
        n = recv(one->fd, edge->buffer, sizeof edge->buffer, MSG_DONTWAIT);
        one->drained += n > 0 ? (uint32_t)n : 0;
    } while (n > 0 && one->drained < LINGER_BYTES);
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static bool watch(struct edge *edge, struct connection *one, int operation)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
                                .data.ptr = one};

    return epoll_ctl(edge->epoll, operation, one->fd, &event) == 0;
}

/* watched: it is in the epoll set. */
static void refuse(struct edge *edge, struct connection *one, unsigned status,
                   const char *reason, bool watched)
{
    uint64_t now = http_now();

    edge->settings.refused(edge->settings.context, status, now - one->begun,
                           reason);
    connections_stage(edge->settings.connections, one, STAGE_LINGER,
                      now + LINGER_MS);
    raw_refuse(one->fd, status, reason);
    (void)shutdown(one->fd, SHUT_WR);
    if (!drain(edge, one) || (!watched && !watch(edge, one, EPOLL_CTL_ADD))) {
        drop(edge, one);
    }
}

/* ---- Heads -----------------------------------------------------------------
 */

static void hand_over(struct edge *edge, struct connection *one, bool watched)
{
    if (watched) {
        (void)epoll_ctl(edge->epoll, EPOLL_CTL_DEL, one->fd, NULL);
    }
    connections_stage(edge->settings.connections, one, STAGE_BODY,
                      http_now() + edge->settings.body_ms);
    if (!edge->settings.hand_over(edge->settings.context, one)) {
        refuse(edge, one, 503, "other", false);
    }
}

/* Looks at what is there of a head, which stays in the socket. */
static void look(struct edge *edge, struct connection *one, bool watched)
{
    struct head head;
    ssize_t n;

    do {
        n = recv(one->fd, edge->buffer, sizeof edge->buffer,
                 MSG_PEEK | MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        drop(edge, one);
        return;
    }
    switch (head_look(&head, edge->buffer, n > 0 ? (size_t)n : 0)) {
    case HEAD_WHOLE:
        hand_over(edge, one, watched);
        break;
    case HEAD_BAD:
        refuse(edge, one, head.status, head.reason, watched);
        break;
    default:
        if (!watched && !watch(edge, one, EPOLL_CTL_ADD)) {
            drop(edge, one);
        }
        break;
    }
}

/* ---- Accepting -------------------------------------------------------------
 */

static void read_address(struct http_address *out,
                         const struct sockaddr_storage *from)
{
    memset(out, 0, sizeof *out);
    if (from->ss_family == AF_INET) {
        out->bytes[10] = 0xff;
        out->bytes[11] = 0xff;
        memcpy(out->bytes + 12, &((const struct sockaddr_in *)from)->sin_addr,
               4);
    } else if (from->ss_family == AF_INET6) {
        memcpy(out->bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
    }
}

static void turn_away(struct edge *edge, int fd, const char *reason)
{
    edge->settings.refused(edge->settings.context, 503, 0, reason);
    (void)recv(fd, edge->buffer, sizeof edge->buffer, MSG_DONTWAIT);
    raw_refuse(fd, 503, reason);
    (void)close(fd);
}

static void take(struct edge *edge, const struct listener *listener, int fd,
                 const struct sockaddr_storage *from)
{
    struct http_address address;
    enum connection_refusal refusal;
    struct connection *one;
    uint64_t now = http_now();
    int on = 1;
    bool is_proxy;

    read_address(&address, from);
    is_proxy = edge->settings.is_proxy(edge->settings.context, &address,
                                       listener->is_unix);
    one = connections_add(edge->settings.connections, fd, listener->scope,
                          listener->is_unix, &address,
                          !is_proxy && !listener->is_unix, now, &refusal);
    if (one == NULL) {
        turn_away(edge, fd,
                  refusal == REFUSED_ADDRESS ? "connections-per-address"
                                             : "connections");
        return;
    }
    if (!listener->is_unix) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    connections_stage(edge->settings.connections, one, STAGE_HEAD,
                      now + edge->settings.header_ms);
    look(edge, one, false);
}

static void accept_some(struct edge *edge, const struct listener *listener)
{
    for (int i = 0; i < ACCEPTS; i++) {
        struct sockaddr_storage from = {0};
        socklen_t len = sizeof from;
        int fd = accept4(listener->fd, (struct sockaddr *)&from, &len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            take(edge, listener, fd, &from);
        } else if (errno == EMFILE || errno == ENFILE) {
            (void)usleep(1000); /* until some of ours are closed */
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

/* ---- The thread ------------------------------------------------------------
 */

static bool is_listener(const struct edge *edge, const void *source)
{
    const uint8_t *at = source;

    return at >= (const uint8_t *)edge->listeners &&
           at < (const uint8_t *)(edge->listeners + LISTENERS_MAX);
}

static void close_listeners(struct edge *edge)
{
    (void)pthread_mutex_lock(&edge->lock);
    for (size_t i = 0; i < edge->listener_count; i++) {
        (void)close(edge->listeners[i].fd);
    }
    edge->listener_count = 0;
    (void)pthread_mutex_unlock(&edge->lock);
}

static void tick(struct edge *edge)
{
    uint64_t now = http_now();
    struct connection *one;
    unsigned bodies;

    if (now < edge->next_tick) {
        return;
    }
    edge->next_tick = now + TICK_MS;
    while ((one = connections_late(edge->settings.connections, now)) != NULL) {
        if (one->stage == STAGE_HEAD) {
            refuse(edge, one, 408, "timeout", true);
        } else {
            drop(edge, one);
        }
    }
    bodies = connections_cut(edge->settings.connections, now);
    while (bodies-- > 0) {
        edge->settings.refused(edge->settings.context, 408,
                               edge->settings.body_ms, "timeout");
    }
}

static void serve(struct edge *edge, const struct epoll_event *event)
{
    struct connection *one = event->data.ptr;

    if (is_listener(edge, event->data.ptr)) {
        if (!atomic_load(&edge->closing)) {
            accept_some(edge, event->data.ptr);
        }
    } else if (event->data.ptr == edge) {
        uint64_t count;

        (void)!read(edge->wake, &count, sizeof count);
        if (atomic_load(&edge->closing)) {
            close_listeners(edge);
        }
    } else if (one->stage == STAGE_HEAD) {
        look(edge, one, true);
    } else if (!drain(edge, one)) {
        drop(edge, one);
    }
}

static void *run(void *argument)
{
    struct edge *edge = argument;
    struct epoll_event events[EVENTS];

    while (!atomic_load(&edge->stopping)) {
        int n = epoll_wait(edge->epoll, events, EVENTS, TICK_MS);

        for (int i = 0; i < n; i++) {
            serve(edge, &events[i]);
        }
        tick(edge);
    }
    return NULL;
}

/* ---- Starting and ending ----------------------------------------------------
 */

static void wake(struct edge *edge)
{
    uint64_t one = 1;

    (void)!write(edge->wake, &one, sizeof one);
}

int edge_start(struct edge **out, const struct edge_settings *settings,
               struct frank_fault *fault)
{
    struct edge *edge = calloc(1, sizeof *edge);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = edge};

    if (edge == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "edge", 0, 0, 0);
    }
    edge->settings = *settings;
    (void)pthread_mutex_init(&edge->lock, NULL);
    edge->epoll = epoll_create1(EPOLL_CLOEXEC);
    edge->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (edge->epoll < 0 || edge->wake < 0 ||
        epoll_ctl(edge->epoll, EPOLL_CTL_ADD, edge->wake, &event) != 0 ||
        pthread_create(&edge->thread, NULL, run, edge) != 0) {
        int error = wire_fault(fault, FRANK_ERR_FILE, "start the edge", 0,
                               (uint64_t)errno, 0);

        (void)close(edge->epoll);
        (void)close(edge->wake);
        free(edge);
        return error;
    }
    *out = edge;
    return FRANK_OK;
}

int edge_listen(struct edge *edge, int fd, enum http_scope scope,
                struct frank_fault *fault)
{
    struct sockaddr_storage own = {0};
    socklen_t len = sizeof own;
    struct listener *listener;
    struct epoll_event event = {.events = EPOLLIN};
    int error = FRANK_OK;

    (void)pthread_mutex_lock(&edge->lock);
    listener = &edge->listeners[edge->listener_count];
    event.data.ptr = listener;
    if (edge->listener_count == LISTENERS_MAX) {
        error = wire_fault(fault, FRANK_ERR_LIMIT, "listeners", 0,
                           LISTENERS_MAX + 1, LISTENERS_MAX);
    } else {
        (void)getsockname(fd, (struct sockaddr *)&own, &len);
        *listener = (struct listener){fd, scope, own.ss_family == AF_UNIX};
        edge->listener_count++;
        if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0 ||
            epoll_ctl(edge->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
            edge->listener_count--;
            error = wire_fault(fault, FRANK_ERR_FILE, "listen", 0,
                               (uint64_t)errno, 0);
        }
    }
    (void)pthread_mutex_unlock(&edge->lock);
    return error;
}

void edge_close(struct edge *edge)
{
    atomic_store(&edge->closing, true);
    wake(edge);
}

void edge_free(struct edge *edge)
{
    if (edge == NULL) {
        return;
    }
    atomic_store(&edge->stopping, true);
    wake(edge);
    (void)pthread_join(edge->thread, NULL);
    close_listeners(edge);
    (void)close(edge->epoll);
    (void)close(edge->wake);
    (void)pthread_mutex_destroy(&edge->lock);
    free(edge);
}
