/* SPDX-License-Identifier: Apache-2.0 */
#include "listen.h"

#include "journal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

static int failed(const char *where, const char *call, int fd)
{
    JOURNAL(JOURNAL_ERROR, "cannot-start", JOURNAL_TEXT("what", where),
            JOURNAL_TEXT("call", call), JOURNAL_TEXT("why", strerror(errno)));
    if (fd >= 0) {
        (void)close(fd);
    }
    return -1;
}

/* ---- Unix -----------------------------------------------------------------
 */

/* Whether somebody listens there: then it is not ours to replace. */
static bool is_alive(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool alive = fd >= 0 && connect(fd, (const struct sockaddr *)address,
                                    sizeof *address) == 0;

    if (fd >= 0) {
        (void)close(fd);
    }
    return alive;
}

static int listen_unix(const char *where, const char *path, unsigned mode)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return failed(where, "path", -1);
    }
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (is_alive(&address)) {
        errno = EADDRINUSE;
        return failed(where, "bind", -1);
    }
    (void)unlink(path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return failed(where, "socket", -1);
    }
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        return failed(where, "bind", fd);
    }
    if (chmod(path, mode) != 0) {
        return failed(where, "chmod", fd);
    }
    return listen(fd, BACKLOG) == 0 ? fd : failed(where, "listen", fd);
}

void listen_forget(const char *where)
{
    if (strncmp(where, "unix:", 5) == 0) {
        (void)unlink(where + 5);
    }
}

/* ---- TCP ------------------------------------------------------------------
 */

/* Parts "host:port"; host may be in brackets. */
static bool split(const char *where, char host[static 64], char port[static 8])
{
    const char *colon = strrchr(where, ':');
    const char *begin = where;
    const char *end = colon;

    if (colon == NULL || strlen(colon + 1) > 5 || colon[1] == '\0') {
        return false;
    }
    if (where[0] == '[') {
        begin++;
        end--;
        if (end <= begin || *end != ']') {
            return false;
        }
    }
    if (end <= begin || end - begin > 63) {
        return false;
    }
    (void)snprintf(host, 64, "%.*s", (int)(end - begin), begin);
    (void)snprintf(port, 8, "%s", colon + 1);
    return strspn(port, "0123456789") == strlen(port);
}

static int listen_tcp(const char *where)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *address = NULL;
    char host[64];
    char port[8];
    int on = 1;
    int fd;

    if (!split(where, host, port) ||
        getaddrinfo(host, port, &hints, &address) != 0) {
        errno = EINVAL;
        return failed(where, "address:port, [address]:port or unix:/path", -1);
    }
    fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                0);
    if (fd < 0) {
        freeaddrinfo(address);
        return failed(where, "socket", -1);
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0) {
        freeaddrinfo(address);
        return failed(where, "bind", fd);
    }
    freeaddrinfo(address);
    return listen(fd, BACKLOG) == 0 ? fd : failed(where, "listen", fd);
}

int listen_on(const char *where, unsigned mode)
{
    return strncmp(where, "unix:", 5) == 0 ? listen_unix(where, where + 5, mode)
                                           : listen_tcp(where);
}
