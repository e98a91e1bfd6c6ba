/* SPDX-License-Identifier: Apache-2.0 */
#include "web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_MAX ((size_t)1 << 20)

struct web {
    const char *text;
    int listener;
    uint16_t port;
    pthread_t thread;
    web_serve *serve;
    void *context;
    atomic_uint connections;
    char *request;
};

static void must(bool holds, const char *what)
{
    if (!holds) {
        perror(what);
        abort();
    }
}

static void *run(void *context)
{
    struct web *web = context;
    int fd;

    while ((fd = accept4(web->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        atomic_fetch_add(&web->connections, 1);
        web->serve(web, fd, web->context);
        (void)close(fd);
    }
    return NULL;
}

static void listen_tcp(struct web *web)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof name;

    web->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(web->listener, (struct sockaddr *)&name, sizeof name) == 0,
         "bind");
    must(getsockname(web->listener, (struct sockaddr *)&name, &len) == 0,
         "getsockname");
    web->port = ntohs(name.sin_port);
}

static void listen_unix(struct web *web, const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};

    must(strlen(path) < sizeof name.sun_path, path);
    memcpy(name.sun_path, path, strlen(path));
    web->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(web->listener, (struct sockaddr *)&name, sizeof name) == 0, path);
}

static void answer_text(struct web *web, int fd, void *context)
{
    (void)context;
    if (web_read(web, fd)) {
        (void)web_say(fd, web->text);
    }
}

static struct web *start(const char *path, web_serve *serve, void *context,
                         const char *text)
{
    struct web *web = calloc(1, sizeof *web);

    must(web != NULL, "calloc");
    web->request = calloc(1, REQUEST_MAX + 1);
    must(web->request != NULL, "calloc");
    web->serve = serve;
    web->context = context;
    web->text = text;
    if (path != NULL) {
        listen_unix(web, path);
    } else {
        listen_tcp(web);
    }
    must(listen(web->listener, 16) == 0, "listen");
    must(pthread_create(&web->thread, NULL, run, web) == 0, "thread");
    return web;
}

struct web *web_start(const char *path, web_serve *serve, void *context)
{
    return start(path, serve, context, NULL);
}

struct web *web_start_text(const char *path, const char *text)
{
    return start(path, answer_text, NULL, text);
}

void web_stop(struct web *web)
{
    (void)shutdown(web->listener, SHUT_RDWR);
    (void)pthread_join(web->thread, NULL);
    (void)close(web->listener);
    free(web->request);
    free(web);
}

uint16_t web_port(const struct web *web)
{
    return web->port;
}

unsigned web_connections(const struct web *web)
{
    return atomic_load(&web->connections);
}

const char *web_request(const struct web *web)
{
    return web->request;
}

bool web_read(struct web *web, int fd)
{
    size_t have = 0;
    size_t needed = SIZE_MAX;

    while (have < needed) {
        ssize_t n = recv(fd, web->request + have, REQUEST_MAX - have, 0);
        const char *end;
        const char *length;

        if (n <= 0) {
            return false;
        }
        have += (size_t)n;
        web->request[have] = '\0';
        end = strstr(web->request, "\r\n\r\n");
        if (end != NULL && needed == SIZE_MAX) {
            length = strcasestr(web->request, "\r\nContent-Length: ");
            needed = (size_t)(end + 4 - web->request);
            needed += length != NULL && length < end
                          ? strtoul(length + 18, NULL, 10)
                          : 0;
        }
    }
    return true;
}

bool web_write(int fd, const void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n =
            send(fd, (const char *)bytes + done, len - done, MSG_NOSIGNAL);

        if (n <= 0) {
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

bool web_say(int fd, const char *text)
{
    return web_write(fd, text, strlen(text));
}

void web_wait_closed(int fd)
{
    char byte;

    while (recv(fd, &byte, 1, 0) > 0) {
    }
}
