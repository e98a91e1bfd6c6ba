/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends reports, a connection each, and counts what comes back. With --rate it
 * sends so many a second whether or not answers come (an open loop), otherwise
 * each connection sends its next when it has its answer.
 */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES 2048
#define CONNECTIONS_MAX 8192

struct client {
    int fd; /* -1: idle */
    size_t report;
    size_t sent;
    char head[256];
    size_t head_len;
    char answer[ANSWER_BYTES];
    size_t answer_len;
    uint64_t begun;
};

struct sender {
    struct load_reports reports;
    struct sockaddr_in to;
    unsigned sources; /* 127.0.0.1, 127.0.0.2, ... */
    bool again;
    size_t next;
    uint64_t rate;
    uint64_t begun;
    uint64_t until;
    uint64_t fired;
    int epoll;
    int acks;
    unsigned connections;
    unsigned busy;
    struct client *clients;
    struct client **idle;
    size_t idle_count;
    uint64_t status[600];
    uint64_t failed;
    uint32_t *latencies; /* of 202, microseconds */
    size_t latency_count;
    size_t latency_room;
};

static int by_latency(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* ---- One request ------------------------------------------------------------
 */

static void finish(struct sender *s, struct client *c)
{
    unsigned status = 0;
    uint64_t took = load_now_us() - c->begun;

    (void)close(c->fd);
    c->fd = -1;
    s->busy--;
    s->idle[s->idle_count++] = c;
    c->answer[c->answer_len < ANSWER_BYTES ? c->answer_len : ANSWER_BYTES - 1] =
        '\0';
    if (c->answer_len > 12 && strncmp(c->answer, "HTTP/1.1 ", 9) == 0) {
        status = (unsigned)strtoul(c->answer + 9, NULL, 10);
    }
    /* Only a whole answer counts as an acknowledgement. */
    if (status == 202 && strchr(c->answer, '}') == NULL) {
        status = 0;
    }
    if (status == 0 || status >= 600) {
        s->failed++;
        return;
    }
    s->status[status]++;
    if (status == 202 && s->acks >= 0) {
        const char *id = strstr(c->answer, "\"report_id\":\"");
        char line[34];

        if (id != NULL) {
            (void)snprintf(line, sizeof line, "%.32s\n", id + 13);
            (void)!write(s->acks, line, 33);
        }
    }
    if (s->latency_count < s->latency_room) {
        s->latencies[s->latency_count++] = (uint32_t)took;
    }
}

static void drive(struct sender *s, struct client *c)
{
    struct frank_span report = s->reports.reports[c->report];
    size_t total = c->head_len + report.len;

    while (c->sent < total) {
        bool head = c->sent < c->head_len;
        const void *from = head ? (const void *)(c->head + c->sent)
                                : report.data + (c->sent - c->head_len);
        ssize_t n =
            send(c->fd, from, head ? c->head_len - c->sent : total - c->sent,
                 MSG_NOSIGNAL | (head ? MSG_MORE : 0));

        if (n < 0 && errno == EAGAIN) {
            return;
        }
        if (n < 0) {
            break; /* it may have answered already */
        }
        c->sent += (size_t)n;
    }
    for (;;) {
        ssize_t n = recv(c->fd, c->answer + c->answer_len,
                         ANSWER_BYTES - 1 - c->answer_len, 0);

        if (n < 0 && errno == EAGAIN) {
            return;
        }
        if (n <= 0 || c->answer_len + (size_t)n >= ANSWER_BYTES - 1) {
            c->answer_len += n > 0 ? (size_t)n : 0;
            finish(s, c);
            return;
        }
        c->answer_len += (size_t)n;
    }
}

static bool begin(struct sender *s)
{
    struct client *c;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET};
    struct sockaddr_in from = {.sin_family = AF_INET};
    int on = 1;

    if (s->next >= s->reports.count) {
        if (!s->again) {
            return false;
        }
        s->next = 0;
    }
    if (s->idle_count == 0) {
        return false;
    }
    c = s->idle[--s->idle_count];
    c->report = s->next++;
    c->sent = 0;
    c->answer_len = 0;
    c->begun = load_now_us();
    c->head_len = (size_t)snprintf(
        c->head, sizeof c->head,
        "POST /v1/reports HTTP/1.1\r\nHost: hub.example\r\nContent-Type: "
        "application/vnd.frank.report\r\nContent-Length: %zu\r\n\r\n",
        s->reports.reports[c->report].len);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        load_fail("socket");
    }
    s->busy++;
    if (s->sources > 1) {
        from.sin_addr.s_addr =
            htonl(0x7f000001 + (uint32_t)(s->fired % s->sources));
        (void)setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
                         sizeof on);
        (void)bind(c->fd, (const struct sockaddr *)&from, sizeof from);
    }
    s->fired++;
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    event.data.ptr = c;
    if (connect(c->fd, (const struct sockaddr *)&s->to, sizeof s->to) != 0 &&
        errno != EINPROGRESS) {
        finish(s, c);
        return true;
    }
    (void)epoll_ctl(s->epoll, EPOLL_CTL_ADD, c->fd, &event);
    return true;
}

/* ---- All of them ------------------------------------------------------------
 */

static void fire(struct sender *s)
{
    uint64_t now = load_now_us();

    if (now >= s->until) {
        return;
    }
    if (s->rate == 0) {
        while (s->idle_count > 0 && begin(s)) {
        }
        return;
    }
    while (s->fired < (now - s->begun) * s->rate / 1000000) {
        if (s->idle_count == 0) {
            s->failed++; /* more are open than there may be */
            s->fired++;
        } else if (!begin(s)) {
            s->until = now;
            return;
        }
    }
}

static void run(struct sender *s)
{
    struct epoll_event events[256];
    uint64_t grace = s->until + 10000000;

    fire(s);
    while ((s->busy > 0 || (load_now_us() < s->until && s->rate > 0)) &&
           load_now_us() < grace) {
        int n = epoll_wait(s->epoll, events, 256, s->rate > 0 ? 1 : 100);

        for (int i = 0; i < n; i++) {
            struct client *c = events[i].data.ptr;

            if (c->fd >= 0) {
                drive(s, c);
            }
        }
        fire(s);
    }
}

static void print(struct sender *s)
{
    double seconds = (double)(load_now_us() - s->begun) / 1e6;
    uint64_t answered = 0;

    qsort(s->latencies, s->latency_count, sizeof *s->latencies, by_latency);
    (void)printf("{\"seconds\":%.3f,\"sent\":%" PRIu64 ",\"failed\":%" PRIu64
                 ",\"unanswered\":%u",
                 seconds, s->fired, s->failed, s->busy);
    for (unsigned i = 0; i < 600; i++) {
        if (s->status[i] > 0) {
            (void)printf(",\"%u\":%" PRIu64, i, s->status[i]);
            answered += s->status[i];
        }
    }
    (void)printf(",\"per_second\":%.0f,\"accepted_per_second\":%.0f",
                 (double)answered / seconds, (double)s->status[202] / seconds);
    if (s->latency_count > 0) {
        (void)printf(",\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f",
                     s->latencies[s->latency_count / 2] / 1e3,
                     s->latencies[s->latency_count * 99 / 100] / 1e3,
                     s->latencies[s->latency_count - 1] / 1e3);
    }
    (void)printf("}\n");
}

int load_send(int argc, char **argv)
{
    static struct sender s;
    const char *acks = load_option(argc, argv, "--acks");

    load_read(&s.reports, load_option(argc, argv, "--file"));
    s.connections = (unsigned)load_number(argc, argv, "--connections", 64);
    s.connections =
        s.connections > CONNECTIONS_MAX ? CONNECTIONS_MAX : s.connections;
    s.rate = load_number(argc, argv, "--rate", 0);
    s.again = load_number(argc, argv, "--again", 0) != 0;
    s.sources = (unsigned)load_number(argc, argv, "--source-ips", 1);
    s.next = load_number(argc, argv, "--from", 0);
    s.to = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)load_number(argc, argv, "--port", 8470)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    s.acks = acks == NULL
                 ? -1
                 : open(acks, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    s.epoll = epoll_create1(EPOLL_CLOEXEC);
    s.clients = calloc(s.connections, sizeof *s.clients);
    s.idle = calloc(s.connections, sizeof(struct client *));
    s.latency_room = 4000000;
    s.latencies = malloc(s.latency_room * sizeof *s.latencies);
    if (s.clients == NULL || s.idle == NULL || s.latencies == NULL) {
        load_fail("memory");
    }
    for (unsigned i = 0; i < s.connections; i++) {
        s.clients[i].fd = -1;
        s.idle[s.idle_count++] = &s.clients[i];
    }
    s.begun = load_now_us();
    s.until = s.begun + 1000000 * load_number(argc, argv, "--seconds", 3600);
    run(&s);
    print(&s);
    return 0;
}
