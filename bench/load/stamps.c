/* SPDX-License-Identifier: Apache-2.0 */
/* A relay that asks for stamps over the Unix socket, batch after batch, on
 * connections that stay. */
#include "load.h"
#include "stamp.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define BATCH_MAX 1000
#define REQUEST_BYTES 192

struct relay {
    const char *socket;
    unsigned batch;
    bool is_signed;
    bool is_counted; /* the hub numbers them: it commits each batch */
    uint64_t until;
    pthread_t thread;
    uint64_t stamps;
    uint64_t refused;
};

static struct frank_span span(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

/* A request of `batch` stamps, as bytes of HTTP. */
static size_t make_request(char *out, size_t capacity, const struct relay *r)
{
    uint8_t body[BATCH_MAX * REQUEST_BYTES];
    uint8_t list[BATCH_MAX * REQUEST_BYTES];
    struct wire_writer w;
    size_t list_len;
    int head;

    wire_write_init(&w, list, sizeof list);
    for (unsigned i = 0; i < r->batch; i++) {
        uint8_t tag[FRANK_TAG_BYTES];

        randombytes_buf(tag, sizeof tag);
        wire_write_bytes(&w, tag, sizeof tag);
        stamp_write_context(&w, &(struct frank_context){
                                    span("mimi://a.example/u/alice"),
                                    span("mimi://hub.example/r/garden"), 0});
        wire_write_u16(&w, FRANK_SUITE_X25519_AES128GCM);
        wire_write_u32(&w, 0);
        wire_write_u8(&w, r->is_counted ? 2 : 0);
        if (r->is_counted) {
            wire_write_opaque(&w, span("phone"), 255, "device");
        }
    }
    list_len = w.len;
    wire_write_init(&w, body, sizeof body);
    wire_write_u8(&w, 1);
    wire_write_u8(&w, r->is_signed ? 0 : 1);
    wire_write_opaque(&w, (struct frank_span){list, list_len}, sizeof list,
                      "requests");
    head = snprintf(out, capacity,
                    "POST /v1/franks HTTP/1.1\r\nHost: hub\r\nContent-Type: "
                    "application/vnd.frank.stamp-requests\r\n"
                    "Content-Length: %zu\r\n\r\n",
                    w.len);
    memcpy(out + head, body, w.len);
    return (size_t)head + w.len;
}

/* Reads one answer; false where it is not 200. */
static bool read_answer(int fd, char *buffer, size_t capacity)
{
    size_t len = 0;
    size_t total = 0;

    while (total == 0 || len < total) {
        ssize_t n = recv(fd, buffer + len, capacity - 1 - len, 0);
        const char *end;
        const char *length;

        if (n <= 0) {
            load_fail("connection");
        }
        len += (size_t)n;
        buffer[len] = '\0';
        end = total == 0 ? strstr(buffer, "\r\n\r\n") : NULL;
        if (end != NULL) {
            length = strstr(buffer, "Content-Length: ");
            total = (size_t)(end + 4 - buffer) +
                    (length == NULL ? 0 : strtoul(length + 16, NULL, 10));
        }
    }
    return strncmp(buffer, "HTTP/1.1 200", 12) == 0;
}

static void *run(void *argument)
{
    struct relay *r = argument;
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t capacity = 1 << 20;
    char *request = malloc(capacity);
    char *answer = malloc(capacity);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t len;

    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", r->socket);
    if (request == NULL || answer == NULL ||
        connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        load_fail(r->socket);
    }
    len = make_request(request, capacity, r);
    while (load_now_us() < r->until) {
        for (size_t done = 0; done < len;) {
            ssize_t n = send(fd, request + done, len - done, MSG_NOSIGNAL);

            if (n < 0) {
                load_fail("send");
            }
            done += (size_t)n;
        }
        if (read_answer(fd, answer, capacity)) {
            r->stamps += r->batch;
        } else {
            r->refused += r->batch;
        }
    }
    (void)close(fd);
    free(request);
    free(answer);
    return NULL;
}

int load_stamps(int argc, char **argv)
{
    struct relay relays[CONNECTIONS_MAX];
    uint64_t connections = load_number(argc, argv, "--connections", 2);
    uint64_t begun = load_now_us();
    uint64_t stamps = 0;
    uint64_t refused = 0;

    connections = connections > CONNECTIONS_MAX ? CONNECTIONS_MAX : connections;
    for (uint64_t i = 0; i < connections; i++) {
        relays[i] = (struct relay){
            .socket = load_option(argc, argv, "--socket"),
            .batch = (unsigned)load_number(argc, argv, "--batch", 100),
            .is_signed = load_number(argc, argv, "--signed", 0) != 0,
            .is_counted = load_number(argc, argv, "--counted", 0) != 0,
            .until = begun + 1000000 * load_number(argc, argv, "--seconds", 5)};
        if (relays[i].socket == NULL || relays[i].batch > BATCH_MAX) {
            errno = EINVAL;
            load_fail("--socket or --batch");
        }
        if (pthread_create(&relays[i].thread, NULL, run, &relays[i]) != 0) {
            load_fail("thread");
        }
    }
    for (uint64_t i = 0; i < connections; i++) {
        (void)pthread_join(relays[i].thread, NULL);
        stamps += relays[i].stamps;
        refused += relays[i].refused;
    }
    (void)printf("{\"stamps_per_second\":%.0f,\"refused\":%llu}\n",
                 (double)stamps * 1e6 / (double)(load_now_us() - begun),
                 (unsigned long long)refused);
    return 0;
}
