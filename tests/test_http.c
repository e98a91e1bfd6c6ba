/* SPDX-License-Identifier: Apache-2.0 */
/* Clients over real sockets against a server in this process. */
#include "server.h"
#include "support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000 /* far more than any answer takes */
#define HOST "Host: a.example\r\n"
#define BODY "Content-Type: text/plain\r\n"

/* ---- Calls that fail --------------------------------------------------- */

enum call {
    NONE,
    ACCEPT,
    EPOLL_CREATE,
    EPOLL_CTL,
    THREAD,
    EVENTFD,
    ALLOC,
    ADD
};

static _Atomic enum call failing; /* until it has failed once */
static atomic_uint skipped;       /* how often it works before */
static atomic_size_t failing_size;
static atomic_int failing_errno;
static atomic_long clock_ahead; /* seconds, of the server's clock */

static bool fails(enum call call)
{
    if (atomic_load(&failing) != call) {
        return false;
    }
    if (atomic_load(&skipped) > 0) {
        atomic_fetch_sub(&skipped, 1);
        return false;
    }
    atomic_store(&failing, NONE);
    errno = atomic_load(&failing_errno);
    return true;
}

static void arm(enum call call, unsigned skip, int number)
{
    atomic_store(&skipped, skip);
    atomic_store(&failing_errno, number);
    atomic_store(&failing, call);
}

#define WRAP(type, name, ...)                                                  \
    type __real_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__)

WRAP(int, accept4, int fd, struct sockaddr *name, socklen_t *len, int flags)
{
    return fails(ACCEPT) ? -1 : __real_accept4(fd, name, len, flags);
}

WRAP(int, epoll_create1, int flags)
{
    return fails(EPOLL_CREATE) ? -1 : __real_epoll_create1(flags);
}

WRAP(int, epoll_ctl, int epoll, int what, int fd, struct epoll_event *event)
{
    return fails(EPOLL_CTL) ? -1 : __real_epoll_ctl(epoll, what, fd, event);
}

WRAP(int, eventfd, unsigned count, int flags)
{
    return fails(EVENTFD) ? -1 : __real_eventfd(count, flags);
}

WRAP(int, pthread_create, pthread_t *thread, const pthread_attr_t *how,
     void *(*run)(void *), void *argument)
{
    return fails(THREAD) ? EAGAIN
                         : __real_pthread_create(thread, how, run, argument);
}

/* As documented, the socket is closed even then. */
WRAP(int, MHD_add_connection, void *daemon, int fd, const struct sockaddr *name,
     socklen_t len)
{
    if (fails(ADD)) {
        (void)close(fd);
        return 0;
    }
    return __real_MHD_add_connection(daemon, fd, name, len);
}

WRAP(int, clock_gettime, clockid_t clock, struct timespec *now)
{
    int result = __real_clock_gettime(clock, now);

    now->tv_sec += atomic_load(&clock_ahead);
    return result;
}

WRAP(void *, malloc, size_t size)
{
    return size == atomic_load(&failing_size) && fails(ALLOC)
               ? NULL
               : __real_malloc(size);
}

WRAP(void *, calloc, size_t count, size_t size)
{
    return size >= 100 && failing_size == 0 && fails(ALLOC)
               ? NULL
               : __real_calloc(count, size);
}

/* ---- The server --------------------------------------------------------- */

static struct {
    struct http_server *server;
    uint16_t port;
    uint16_t private_port;
    struct sockaddr_un public_path;
    struct sockaddr_un private_path;
    pthread_mutex_t lock; /* of what follows */
    char reason[32];      /* the last one */
    unsigned done;
    struct http_exchange *held;
} hub = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void answer_text(struct http_exchange *exchange, const char *text)
{
    http_answer(exchange, &(struct http_answer){
                              .status = 200,
                              .type = "text/plain",
                              .body = {(const uint8_t *)text, strlen(text)}});
}

/* Says what it got. */
static void echo(struct http_exchange *exchange, void *context)
{
    const struct http_request *r = http_request(exchange);
    const char *query = http_query(exchange, "q");
    const char *header = http_header(exchange, "x-any");
    char hex[33];
    char text[512];

    assert_ptr_equal(context, &hub);
    support_hex_encode(hex, r->address.bytes, 16);
    (void)snprintf(text, sizeof text, "%s|%zu|%.*s|%s|%d|%s|%s", r->path,
                   r->body.len, (int)(r->body.len < 64 ? r->body.len : 64),
                   r->body.len > 0 ? (const char *)r->body.data : "", hex,
                   r->is_private, query != NULL ? query : "-",
                   header != NULL ? header : "-");
    answer_text(exchange, text);
}

static void *answer_later(void *exchange)
{
    const struct timespec pause = {0, 20000000};

    (void)nanosleep(&pause, NULL);
    answer_text(exchange, "later");
    return NULL;
}

static void *answer_soon(void *exchange)
{
    answer_text(exchange, "soon");
    return NULL;
}

static void start_thread(void *(*run)(void *), void *argument)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, run, argument) != 0) {
        abort();
    }
    (void)pthread_detach(thread);
}

static void later(struct http_exchange *exchange, void *context)
{
    (void)context;
    start_thread(answer_later, exchange);
}

static void soon(struct http_exchange *exchange, void *context)
{
    (void)context;
    start_thread(answer_soon, exchange);
}

static void hold(struct http_exchange *exchange, void *context)
{
    (void)context;
    (void)pthread_mutex_lock(&hub.lock);
    hub.held = exchange;
    (void)pthread_mutex_unlock(&hub.lock);
}

static struct http_exchange *held(void)
{
    struct http_exchange *exchange;

    (void)pthread_mutex_lock(&hub.lock);
    exchange = hub.held;
    (void)pthread_mutex_unlock(&hub.lock);
    return exchange;
}

static void full(struct http_exchange *exchange, void *context)
{
    char *bytes = strdup("..owned");

    (void)context;
    http_answer(exchange,
                &(struct http_answer){.status = 202,
                                      .type = "text/plain",
                                      .body = {(uint8_t *)bytes + 2, 5},
                                      .owned = bytes,
                                      .retry_after = 7,
                                      .location = "/there",
                                      .cache = "max-age=60"});
}

static void empty(struct http_exchange *exchange, void *context)
{
    (void)context;
    http_answer(exchange, &(struct http_answer){.status = 204});
}

static void problem(struct http_exchange *exchange, void *context)
{
    struct frank_fault fault = {FRANK_ERR_MAC, "server frank", 17, 0, 0};

    (void)context;
    http_problem(exchange,
                 &(struct http_problem){.status = 422,
                                        .name = http_error_name(fault.error),
                                        .title = "Not \"ours\"",
                                        .detail = "a\\b\n\xc3\xa4",
                                        .fault = &fault,
                                        .evidence = 3,
                                        .retry_after = 9});
}

static void done(void *context, const struct http_route *route, const char *id,
                 unsigned status, uint64_t microseconds, const char *reason)
{
    (void)context;
    (void)route;
    (void)pthread_mutex_lock(&hub.lock);
    if (strlen(id) != HTTP_ID_BYTES - 1 || status < 200 ||
        microseconds > (uint64_t)PATIENCE_MS * 1000) {
        abort();
    }
    (void)snprintf(hub.reason, sizeof hub.reason, "%s",
                   reason != NULL ? reason : "");
    hub.done++;
    (void)pthread_mutex_unlock(&hub.lock);
}

#define BOTH (HTTP_PUBLIC | HTTP_PRIVATE)
static const struct http_route routes[] = {
    {"GET", "/echo", BOTH, 0, {NULL}, echo},
    {"POST", "/echo", BOTH, 100000, {"text/plain", "a/b"}, echo},
    {"GET", "/below/", BOTH, 0, {NULL}, echo},
    {"GET", "/later", BOTH, 0, {NULL}, later},
    {"GET", "/soon", BOTH, 0, {NULL}, soon},
    {"GET", "/hold", BOTH, 0, {NULL}, hold},
    {"GET", "/full", BOTH, 0, {NULL}, full},
    {"GET", "/problem", BOTH, 0, {NULL}, problem},
    {"POST", "/empty", BOTH, 0, {NULL}, empty},
    {"GET", "/private", HTTP_PRIVATE, 0, {NULL}, echo},
};

static const char *const loopback[] = {"::2", "127.0.0.1", "unix", NULL};

static const struct http_settings standard = {
    .routes = routes,
    .route_count = SUPPORT_COUNT(routes),
    .context = &hub,
    .threads = 2,
    .connections = 1000,
    .connections_per_address = 1000,
    .header_ms = 20000,
    .body_ms = 20000,
    .body_memory = 1000000,
    .done = done,
};

static uint16_t listen_tcp(enum http_scope scope)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof name;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, len), 0);
    assert_int_equal(listen(fd, 512), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
    assert_int_equal(http_server_listen(hub.server, fd, scope, NULL), FRANK_OK);
    return ntohs(name.sin_port);
}

static void listen_unix(struct sockaddr_un *name, enum http_scope scope)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    name->sun_family = AF_UNIX;
    (void)snprintf(name->sun_path, sizeof name->sun_path,
                   "/tmp/test_http.%ld.%d", (long)getpid(), (int)scope);
    (void)unlink(name->sun_path);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)name, sizeof *name), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(http_server_listen(hub.server, fd, scope, NULL), FRANK_OK);
}

static void start(const struct http_settings *settings)
{
    struct frank_fault fault = {0};

    assert_int_equal(http_server_start(&hub.server, settings, &fault),
                     FRANK_OK);
    hub.held = NULL;
    hub.done = 0;
    hub.port = listen_tcp(HTTP_PUBLIC);
    hub.private_port = listen_tcp(HTTP_PRIVATE);
    listen_unix(&hub.public_path, HTTP_PUBLIC);
    listen_unix(&hub.private_path, HTTP_PRIVATE);
}

static int stop(void **state)
{
    (void)state;
    http_server_free(hub.server);
    hub.server = NULL;
    (void)unlink(hub.public_path.sun_path);
    (void)unlink(hub.private_path.sun_path);
    return 0;
}

static int start_standard(void **state)
{
    (void)state;
    start(&standard);
    return 0;
}

/* ---- Clients ------------------------------------------------------------ */

static int connect_tcp(uint16_t port)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
    return fd;
}

static int connect_unix(const struct sockaddr_un *name)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)name, sizeof *name),
                     0);
    return fd;
}

static void put_bytes(int fd, const void *bytes, size_t len)
{
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

static void put(int fd, const char *text)
{
    put_bytes(fd, text, strlen(text));
}

/* A byte more, or the client is cut off already. */
static bool drip(int fd)
{
    const struct timespec pause = {0, 20000000};
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    (void)nanosleep(&pause, NULL);
    return send(fd, "x", 1, MSG_NOSIGNAL) == 1 && poll(&ready, 1, 0) == 0;
}

/* All until the end, or until the text given has come; static. */
static const char *get_until(int fd, const char *end)
{
    static char text[65536];
    size_t len = 0;
    ssize_t n = 1;

    text[0] = '\0';
    while (n > 0 && (end == NULL || strstr(text, end) == NULL)) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};

        if (poll(&ready, 1, PATIENCE_MS) != 1) {
            fail_msg("no answer; so far: %s", text);
        }
        n = recv(fd, text + len, sizeof text - 1 - len, 0);
        len += n > 0 ? (size_t)n : 0;
        text[len] = '\0';
    }
    return text;
}

static const char *get(int fd)
{
    const char *text = get_until(fd, NULL);

    (void)close(fd);
    return text;
}

static const char *ask_bytes(const char *bytes, size_t len)
{
    int fd = connect_tcp(hub.port);

    put_bytes(fd, bytes, len);
    return get(fd);
}

static const char *ask(const char *text)
{
    return ask_bytes(text, strlen(text));
}

static unsigned status_of(const char *answer)
{
    return strncmp(answer, "HTTP/1.1 ", 9) == 0
               ? (unsigned)strtoul(answer + 9, NULL, 10)
               : 0;
}

static void assert_answer(const char *answer, unsigned status,
                          const char *holds)
{
    if (status_of(answer) != status || strstr(answer, holds) == NULL) {
        fail_msg("not %u with '%s': %s", status, holds, answer);
    }
}

/* The body is JSON with these members. */
static json_t *assert_problem(const char *answer, unsigned status,
                              const char *name)
{
    const char *body = strstr(answer, "\r\n\r\n");
    char type[64];
    json_t *json;

    (void)snprintf(type, sizeof type, "urn:frank:problem:%s", name);
    assert_answer(answer, status, type);
    assert_answer(answer, status, "Content-Type: application/problem+json\r\n");
    assert_answer(answer, status, "X-Content-Type-Options: nosniff\r\n");
    assert_answer(answer, status, "Cache-Control: no-store\r\n");
    assert_answer(answer, status, "Connection: close\r\n");
    json = json_loads(body + 4, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "type")), type);
    assert_int_equal(json_integer_value(json_object_get(json, "status")),
                     status);
    assert_non_null(
        strstr(answer, json_string_value(json_object_get(json, "request_id"))));
    return json;
}

static void assert_refused(const char *answer, unsigned status,
                           const char *name)
{
    json_decref(assert_problem(answer, status, name));
}

static void wait_for(bool (*is_so)(void))
{
    const struct timespec pause = {0, 1000000};

    for (unsigned i = 0; i < PATIENCE_MS; i++) {
        if (is_so()) {
            return;
        }
        (void)nanosleep(&pause, NULL);
    }
    fail_msg("waited too long");
}

static struct http_counts counts(void)
{
    struct http_counts c;

    http_server_counts(hub.server, &c);
    return c;
}

static bool is_empty(void)
{
    return counts().open == 0 && counts().body_memory == 0;
}

static bool is_held(void)
{
    return held() != NULL;
}

/* ---- Answers ------------------------------------------------------------ */

static void answers_requests(void **state)
{
    (void)state;
    assert_answer(
        ask("GET /echo?q=1&r=2 HTTP/1.1\r\n" HOST "X-Any: some\r\n\r\n"), 200,
        "\r\n\r\n/echo|0||00000000000000000000ffff7f000001|0|1|some");
    assert_answer(ask("GET /below/%2e/x HTTP/1.0\r\n" HOST "\r\n"), 200,
                  "/below/%2e/x|0||");
    assert_answer(ask("POST /echo HTTP/1.1\r\n" HOST BODY
                      "Content-Length: 5\r\n\r\nhello"),
                  200, "/echo|5|hello|");
    assert_answer(
        ask("POST /empty HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"), 204,
        "X-Request-Id: ");
    wait_for(is_empty);
}

static void answers_with_every_header(void **state)
{
    const char *answer = ask("GET /full HTTP/1.1\r\n" HOST "\r\n");

    (void)state;
    assert_answer(answer, 202, "\r\n\r\nowned");
    assert_answer(answer, 202, "Content-Type: text/plain\r\n");
    assert_answer(answer, 202, "Content-Length: 5\r\n");
    assert_answer(answer, 202, "Cache-Control: max-age=60\r\n");
    assert_answer(answer, 202, "X-Content-Type-Options: nosniff\r\n");
    assert_answer(answer, 202, "Retry-After: 7\r\n");
    assert_answer(answer, 202, "Location: /there\r\n");
    assert_answer(answer, 202, "Connection: close\r\n");
    assert_answer(answer, 202, "Date: ");
    assert_null(strstr(answer, "Server:"));
}

static void answers_head_without_a_body(void **state)
{
    const char *answer = ask("HEAD /full HTTP/1.1\r\n" HOST "\r\n");

    (void)state;
    assert_answer(answer, 202, "Content-Length: 5\r\n");
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
}

static void answers_with_problem_details(void **state)
{
    json_t *json = assert_problem(ask("GET /problem HTTP/1.1\r\n" HOST "\r\n"),
                                  422, "mac");

    (void)state;
    assert_string_equal(json_string_value(json_object_get(json, "title")),
                        "Not \"ours\"");
    assert_string_equal(json_string_value(json_object_get(json, "detail")),
                        "a\\b\n??");
    assert_string_equal(json_string_value(json_object_get(json, "field")),
                        "server frank");
    assert_int_equal(json_integer_value(json_object_get(json, "offset")), 17);
    assert_int_equal(json_integer_value(json_object_get(json, "evidence")), 3);
    assert_int_equal(json_integer_value(json_object_get(json, "retry_after")),
                     9);
    json_decref(json);
}

static void names_every_error(void **state)
{
    (void)state;
    for (int error = 1; error >= FRANK_ERR_NO_FILE - 2; error--) {
        const char *name = http_error_name(error);

        assert_int_equal(strcmp(name, "unknown") == 0,
                         error > 0 || error < FRANK_ERR_NO_FILE);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                         strlen(name));
    }
    assert_string_equal(http_error_name(FRANK_ERR_LENGTH_FORM), "length-form");
    assert_string_equal(http_error_name(FRANK_ERR_NO_EPOCH), "no-epoch");
}

static void answers_from_another_thread(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        assert_answer(ask("GET /later HTTP/1.1\r\n" HOST "\r\n"), 200, "later");
    }
    for (unsigned i = 0; i < 300; i++) {
        assert_answer(ask("GET /soon HTTP/1.1\r\n" HOST "\r\n"), 200, "soon");
    }
}

static void outlives_a_client_that_went_away(void **state)
{
    int fd = connect_tcp(hub.port);

    (void)state;
    put(fd, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
    wait_for(is_held);
    (void)close(fd);
    answer_text(held(), "too late");
    wait_for(is_empty);
}

static void ends_with_an_answer_still_owed(void **state)
{
    int fd = connect_tcp(hub.port);
    int other = connect_unix(&hub.private_path);

    (void)state;
    put(fd, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
    wait_for(is_held);
    (void)pthread_mutex_lock(&hub.lock);
    hub.held = NULL;
    (void)pthread_mutex_unlock(&hub.lock);
    put(other, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
    wait_for(is_held);
    assert_int_equal(http_server_drain(hub.server, 50), 2);
    http_server_free(hub.server);
    hub.server = NULL;
    assert_string_equal(get(fd), "");
    assert_string_equal(get(other), "");
}

/* ---- Refusals ----------------------------------------------------------- */

static void refuses_malformed_requests(void **state)
{
#define REFUSED(text, status, name)                                            \
    {                                                                          \
        text, sizeof(text) - 1, status, name                                   \
    }
#define GET "GET /echo HTTP/1.1\r\n"
#define POST "POST /echo HTTP/1.1\r\n" HOST BODY
    static const struct {
        const char *bytes;
        size_t len;
        unsigned status;
        const char *name;
    } cases[] = {
        REFUSED(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400,
                "length-twice"),
        REFUSED(POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400,
                "length-twice"),
        REFUSED(POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501,
                "transfer-encoding"),
        REFUSED(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
                     "0\r\n\r\n",
                501, "transfer-encoding"),
        REFUSED(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "0\r\n\r\n",
                501, "transfer-encoding"),
        REFUSED(GET "\r\n", 400, "host-missing"),
        REFUSED(GET "Host: a/b\r\n\r\n", 400, "host-malformed"),
        REFUSED(GET HOST "Host: b\r\n\r\n", 400, "host-twice"),
        REFUSED("GET /echo HTTP/1.1\nHost: a\n\n", 400, "bare-lf"),
        REFUSED(GET "Host: a\0b\r\n\r\n", 400, "nul"),
        REFUSED(GET HOST "X: a\r\n b\r\n\r\n", 400, "folded"),
        REFUSED("BREW /echo HTTP/1.1\r\n" HOST "\r\n", 501, "method"),
        REFUSED(GET "Host : a\r\n\r\n", 400, "field-name"),
        REFUSED("GET http://a/echo HTTP/1.1\r\n" HOST "\r\n", 400,
                "request-line"),
        REFUSED("GET /echo HTTP/2.0\r\n" HOST "\r\n", 505, "version"),
        REFUSED("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501, "method"),
        REFUSED(POST "\r\n", 411, "length-missing"),
        REFUSED(POST "Content-Length: 5\r\nExpect: no\r\n\r\n", 417, "expect"),
        REFUSED(GET HOST "Upgrade: h2c\r\n\r\n", 400, "upgrade"),
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        assert_refused(ask_bytes(cases[i].bytes, cases[i].len), cases[i].status,
                       cases[i].name);
        wait_for(is_empty);
        (void)pthread_mutex_lock(&hub.lock);
        assert_string_equal(hub.reason, cases[i].name);
        assert_int_equal(hub.done, i + 1);
        (void)pthread_mutex_unlock(&hub.lock);
    }
}

static void refuses_an_overlong_head(void **state)
{
    static char text[100000] = GET HOST "X: ";

    (void)state;
    memset(text + strlen(text), 'x', sizeof text - 1 - strlen(text));
    assert_refused(ask(text), 431, "too-long");
}

static void refuses_a_head_that_ends(void **state)
{
    int fd = connect_tcp(hub.port);

    (void)state;
    put(fd, GET);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    assert_refused(get(fd), 400, "truncated");
    (void)close(connect_tcp(hub.port));
    wait_for(is_empty);
}

static void refuses_what_no_route_is_for(void **state)
{
    const char *answer;

    (void)state;
    assert_refused(ask("GET /none HTTP/1.1\r\n" HOST "\r\n"), 404, "not-found");
    assert_refused(ask("GET /echo/ HTTP/1.1\r\n" HOST "\r\n"), 404,
                   "not-found");
    assert_refused(ask("GET /%65cho HTTP/1.1\r\n" HOST "\r\n"), 404,
                   "not-found");
    assert_refused(ask("GET /private HTTP/1.1\r\n" HOST "\r\n"), 404,
                   "not-found");
    answer = ask("GET /empty HTTP/1.1\r\n" HOST "\r\n");
    assert_refused(answer, 405, "method-not-allowed");
    assert_answer(answer, 405, "Allow: POST\r\n");
    answer = ask("POST /full HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
    assert_refused(answer, 405, "method-not-allowed");
    assert_answer(answer, 405, "Allow: GET, HEAD\r\n");
}

static void refuses_bodies_by_their_head(void **state)
{
    static const struct {
        const char *head;
        unsigned status;
        const char *name;
    } cases[] = {
        {POST "Content-Length: 100001\r\n\r\n", 413, "too-large"},
        {POST "Content-Length: 999999999999999999\r\n\r\nx", 413, "too-large"},
        {GET HOST "Content-Length: 1\r\n\r\nx", 413, "too-large"},
        {"POST /empty HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n", 413,
         "too-large"},
        {"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n", 415,
         "media-type"},
        {"POST /echo HTTP/1.1\r\n" HOST
         "Content-Type: text/plainer\r\nContent-Length: 1\r\n\r\n",
         415, "media-type"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        assert_refused(ask(cases[i].head), cases[i].status, cases[i].name);
    }
    assert_answer(ask("POST /echo HTTP/1.1\r\n" HOST
                      "Content-Type: A/B;c=d\r\nContent-Length: 1\r\n\r\nx"),
                  200, "|x|");
}

/* The client sees the answer although it sends on. */
static void refuses_a_body_under_way(void **state)
{
    static char block[30000];
    int fd = connect_tcp(hub.port);

    (void)state;
    put(fd, POST "Content-Length: 200000\r\n\r\n");
    put_bytes(fd, block, sizeof block);
    assert_answer(get_until(fd, "}"), 413, "too-large");
    put_bytes(fd, block, sizeof block);
    assert_string_equal(get(fd), "");
    wait_for(is_empty);
}

static void sends_continue_before_a_body(void **state)
{
    int fd = connect_tcp(hub.port);

    (void)state;
    put(fd, POST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    assert_int_equal(status_of(get_until(fd, "\r\n\r\n")), 100);
    put(fd, "hello");
    assert_answer(get(fd), 200, "|hello|");
}

static void reads_a_body_in_pieces(void **state)
{
    static char block[20000];
    int fd = connect_tcp(hub.port);

    (void)state;
    memset(block, 'b', sizeof block);
    put(fd, POST "Content-Length: 100000\r\n\r\n");
    for (unsigned i = 0; i < 5; i++) {
        put_bytes(fd, block, sizeof block);
    }
    assert_answer(get(fd), 200, "/echo|100000|bbbb");
    wait_for(is_empty);
}

static void keeps_bodies_within_their_budget(void **state)
{
    static char block[30000];
    struct http_settings settings = standard;
    const char *answer;
    int fd;
    int other;

    (void)state;
    settings.body_memory = 20000;
    start(&settings);
    fd = connect_tcp(hub.port);
    put(fd, POST "Content-Length: 16000\r\nExpect: 100-continue\r\n\r\n");
    assert_int_equal(status_of(get_until(fd, "\r\n\r\n")), 100);
    put_bytes(fd, block, 15999);
    assert_int_equal(counts().body_memory, 16000);
    answer = ask(POST "Content-Length: 10000\r\n\r\n");
    assert_refused(answer, 503, "body-memory");
    assert_answer(answer, 503, "Retry-After: 1\r\n");
    put_bytes(fd, block, 1);
    assert_answer(get(fd), 200, "/echo|16000|");
    wait_for(is_empty);
    other = connect_tcp(hub.port); /* does not fit by itself */
    put(other, POST "Content-Length: 30000\r\n\r\n");
    put_bytes(other, block, 30000);
    assert_refused(get(other), 503, "body-memory");
    wait_for(is_empty);
}

/* ---- Connections -------------------------------------------------------- */

static void answers_one_request_a_connection(void **state)
{
    const char *answer = ask("GET /echo?q=1 HTTP/1.1\r\n" HOST "\r\n"
                             "GET /echo?q=2 HTTP/1.1\r\n" HOST "\r\n");

    (void)state;
    assert_answer(answer, 200, "Connection: close\r\n");
    assert_answer(answer, 200, "|1|-");
    assert_null(strstr(answer, "|2|-"));
    assert_null(strstr(strstr(answer, "\r\n\r\n"), "HTTP/1.1"));
}

static void keeps_private_connections(void **state)
{
    int fd = connect_unix(&hub.private_path);

    (void)state;
    put(fd, "POST /echo HTTP/1.1\r\n" HOST BODY "Content-Length: 1\r\n\r\n1");
    assert_answer(get_until(fd, "|-|-"), 200,
                  "/echo|1|1|00000000000000000000000000000000|1|-|-");
    put(fd, "GET /none HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(get_until(fd, "}"), 404, "not-found");
    put(fd, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(get_until(fd, "\r\n\r\nlater"), 200, "later");
    put(fd, "GET /private HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(get_until(fd, "|-|-"), 200, "/private|0|");
    assert_int_equal(counts().open, 1);
    put(fd, "POST /echo HTTP/1.1\r\n" HOST BODY
            "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
    assert_answer(get(fd), 411, "length-missing");
    wait_for(is_empty);
}

static void answers_private_tcp_through_the_edge(void **state)
{
    int fd = connect_tcp(hub.private_port);

    (void)state;
    put(fd,
        "GET /private HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.1\r\n\r\n");
    assert_answer(get(fd), 200,
                  "/private|0||00000000000000000000ffff7f000001|1|");
    fd = connect_tcp(hub.private_port);
    put(fd, "GET /private HTTP/1.1\n");
    assert_refused(get(fd), 400, "bare-lf");
}

#define FORWARDED "GET /echo HTTP/1.1\r\n" HOST "X-Forwarded-For: "

static void believes_only_a_trusted_proxy(void **state)
{
    static const struct {
        const char *text;
        const char *address;
    } cases[] = {
        {FORWARDED "192.0.2.1\r\n\r\n", "ffffc0000201|"},
        {FORWARDED "10.0.0.1, 192.0.2.2 \r\n\r\n", "ffffc0000202|"},
        {FORWARDED "192.0.2.1\r\nX-Forwarded-For: 192.0.2.3\r\n\r\n",
         "ffffc0000203|"},
        {FORWARDED "1::2\r\n\r\n", "|00010000000000000000000000000002|"},
        {FORWARDED "192.0.2.1, unknown\r\n\r\n", "ffff7f000001|"},
        {FORWARDED "192.0.2.1 x\r\n\r\n", "ffff7f000001|"},
        {FORWARDED "\r\n\r\n", "ffff7f000001|"},
    };
    struct http_settings settings = standard;
    int fd = connect_unix(&hub.public_path);

    assert_answer(ask(cases[0].text), 200, "ffff7f000001|");
    put(fd, cases[0].text);
    assert_answer(get(fd), 200, "|00000000000000000000000000000000|0|");
    (void)stop(state);
    settings.trusted_proxies = loopback;
    settings.connections_per_address = 0; /* not for a proxy */
    start(&settings);
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        assert_answer(ask(cases[i].text), 200, cases[i].address);
    }
    fd = connect_unix(&hub.public_path);
    put(fd, cases[0].text);
    assert_answer(get(fd), 200, cases[0].address);
}

static void refuses_settings_that_cannot_be(void **state)
{
    static const char *const wrong[] = {"127.0.0.1", "localhost", NULL};
    static const char *const many[] = {
        "::", "::", "::", "::", "::", "::", "::", "::", "::",
        "::", "::", "::", "::", "::", "::", "::", "::", NULL};
    struct http_settings settings = standard;
    struct frank_fault fault = {0};

    (void)state;
    settings.trusted_proxies = wrong;
    assert_int_equal(http_server_start(&hub.server, &settings, &fault),
                     FRANK_ERR_VALUE);
    assert_int_equal(fault.offset, 1);
    settings.trusted_proxies = many;
    assert_int_equal(http_server_start(&hub.server, &settings, &fault),
                     FRANK_ERR_LIMIT);
    settings = standard;
    settings.threads = 0;
    assert_int_equal(http_server_start(&hub.server, &settings, &fault),
                     FRANK_ERR_VALUE);
    assert_null(hub.server);
}

static void refuses_what_is_no_listener(void **state)
{
    (void)state;
    assert_int_equal(http_server_listen(hub.server, -1, HTTP_PUBLIC, NULL),
                     FRANK_ERR_FILE);
}

static bool three_wait(void)
{
    return counts().waiting == 3;
}

static bool two_wait(void)
{
    return counts().waiting == 2;
}

static void refuses_too_many_of_one_address(void **state)
{
    struct http_settings settings = standard;
    const char *answer;
    int fds[3];
    int fd;

    (void)state;
    settings.connections_per_address = 3;
    start(&settings);
    for (size_t i = 0; i < 3; i++) {
        fds[i] = connect_tcp(hub.port);
    }
    wait_for(three_wait);
    answer = get(connect_tcp(hub.port));
    assert_refused(answer, 503, "connections-per-address");
    assert_answer(answer, 503, "Retry-After: 1\r\n");
    fd = connect_tcp(hub.private_port); /* not for these */
    put(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(get(fd), 200, "/echo");
    (void)close(fds[1]);
    wait_for(two_wait);
    assert_answer(ask("GET /echo HTTP/1.1\r\n" HOST "\r\n"), 200, "/echo");
    (void)close(fds[0]);
    (void)close(fds[2]);
    wait_for(is_empty);
}

static void refuses_too_many_at_all(void **state)
{
    struct http_settings settings = standard;
    int fds[3];

    (void)state;
    settings.connections = 3;
    start(&settings);
    for (size_t i = 0; i < 3; i++) {
        fds[i] = connect_tcp(hub.port);
    }
    wait_for(three_wait);
    assert_refused(get(connect_tcp(hub.port)), 503, "connections");
    assert_refused(get(connect_unix(&hub.public_path)), 503, "connections");
    for (size_t i = 0; i < 3; i++) {
        (void)close(fds[i]);
    }
    wait_for(is_empty);
}

/* ---- Time --------------------------------------------------------------- */

static void start_hasty(unsigned header_ms, unsigned body_ms)
{
    struct http_settings settings = standard;

    settings.header_ms = header_ms;
    settings.body_ms = body_ms;
    start(&settings);
}

/* Until the client was cut off, at most five times as long as allowed. */
static void drip_for(int fd, unsigned ms)
{
    unsigned i = 0;

    while (drip(fd)) {
        assert_true(++i < 5 * ms / 20);
    }
}

static void ends_a_dripping_head(void **state)
{
    int fd;

    (void)state;
    start_hasty(300, 20000);
    fd = connect_tcp(hub.port);
    put(fd, GET HOST "X: ");
    drip_for(fd, 300);
    assert_refused(get(fd), 408, "timeout");
    assert_refused(get(connect_tcp(hub.port)), 408, "timeout");
    wait_for(is_empty);
}

static void ends_a_dripping_body(void **state)
{
    int fd;

    (void)state;
    start_hasty(20000, 300);
    fd = connect_tcp(hub.port);
    put(fd, POST "Content-Length: 50000\r\n\r\n");
    drip_for(fd, 300);
    assert_refused(get(fd), 408, "timeout");
    fd = connect_tcp(hub.port);
    put(fd, POST "Content-Length: 50000\r\n\r\n");
    assert_refused(get(fd), 408, "timeout");
    wait_for(is_empty);
}

/* A handler may take its time: the deadline is the client's. */
static void does_not_hurry_a_handler(void **state)
{
    int fd;

    (void)state;
    start_hasty(500, 500);
    fd = connect_tcp(hub.port);
    put(fd, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
    wait_for(is_held);
    assert_int_equal(http_server_drain(hub.server, 1500), 1);
    answer_text(held(), "in time");
    assert_answer(get(fd), 200, "in time");
}

static bool slow_wait(void)
{
    return counts().waiting == 300;
}

static void answers_an_honest_client_among_slow_ones(void **state)
{
    static int fds[300];

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        fds[i] = connect_tcp(hub.port);
        put(fds[i], GET "Host: a");
    }
    wait_for(slow_wait);
    for (unsigned i = 0; i < 20; i++) {
        assert_answer(ask("GET /echo HTTP/1.1\r\n" HOST "\r\n"), 200, "/echo");
    }
    for (size_t i = 0; i < 300; i++) {
        put(fds[i], "\r\n\r\n");
        assert_answer(get(fds[i]), 200, "/echo");
    }
    wait_for(is_empty);
}

static void much(struct http_exchange *exchange, void *context)
{
    size_t len = (size_t)64 << 20;
    uint8_t *bytes = calloc(len, 1);

    (void)context;
    assert_non_null(bytes);
    http_answer(exchange, &(struct http_answer){.status = 200,
                                                .type = "a/b",
                                                .body = {bytes, len},
                                                .owned = bytes});
}

/* A minute goes by on the server's clock. */
static void ends_a_client_that_does_not_read(void **state)
{
    static const struct http_route route = {"GET", "/",    HTTP_PUBLIC,
                                            0,     {NULL}, much};
    struct http_settings settings = standard;
    int fd;

    (void)state;
    settings.routes = &route;
    settings.route_count = 1;
    start(&settings);
    fd = connect_tcp(hub.port);
    put(fd, "GET / HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(get_until(fd, "\r\n\r\n"), 200, "a/b");
    assert_int_equal(counts().open, 1);
    atomic_store(&clock_ahead, 60);
    wait_for(is_empty);
    atomic_store(&clock_ahead, 0);
    (void)close(fd);
}

#define STREAMED ((uint64_t)64 << 20)
#define A_STEP (STREAMED / 4) /* more than the sockets hold */

static size_t stream_zeros(void *context, uint8_t *out, size_t most)
{
    (void)context;
    memset(out, 0, most);
    return most;
}

static void end_stream(void *context)
{
    (void)context;
}

static void stream(struct http_exchange *exchange, void *context)
{
    const struct http_source source = {STREAMED, stream_zeros, end_stream,
                                       NULL};

    (void)context;
    http_answer(exchange, &(struct http_answer){
                              .status = 200, .type = "a/b", .source = &source});
}

/* Reads so many bytes, or to the end; gives how many. */
static uint64_t read_some(int fd, uint64_t bytes)
{
    static uint8_t buffer[65536];
    uint64_t got = 0;
    ssize_t n = 1;

    while (n > 0 && got < bytes) {
        size_t most =
            bytes - got < sizeof buffer ? (size_t)(bytes - got) : sizeof buffer;

        n = recv(fd, buffer, most, 0);
        got += n > 0 ? (uint64_t)n : 0;
    }
    return got;
}

/* Twenty seconds go by, four times; the edge looks who is late when somebody
 * else comes. */
static void a_client_that_reads_on_is_not_ended(void **state)
{
    static const struct http_route route = {"GET", "/",    HTTP_PUBLIC,
                                            0,     {NULL}, stream};
    struct http_settings settings = standard;
    uint64_t got = 0;
    int fd;

    (void)state;
    settings.routes = &route;
    settings.route_count = 1;
    start(&settings);
    fd = connect_tcp(hub.port);
    put(fd, "GET / HTTP/1.1\r\n" HOST "\r\n");
    for (long i = 1; i <= 4; i++) {
        got += read_some(fd, A_STEP);
        atomic_store(&clock_ahead, 20 * i);
        assert_answer(ask("GET /none HTTP/1.1\r\n" HOST "\r\n"), 404,
                      "not-found");
    }
    got += read_some(fd, A_STEP);
    assert_true(got > STREAMED); /* with the head */
    atomic_store(&clock_ahead, 0);
    (void)close(fd);
}

static void ends_a_client_that_does_not_part(void **state)
{
    int fd = connect_tcp(hub.port);

    (void)state;
    put(fd, "\n");
    assert_answer(get_until(fd, "}"), 400, "bare-lf");
    assert_int_equal(counts().open, 1);
    wait_for(is_empty);
    (void)close(fd);
    fd = connect_tcp(hub.port);
    put(fd, "\n");
    assert_answer(get_until(fd, "}"), 400, "bare-lf");
    for (unsigned i = 0; i < 4; i++) { /* more than is drained */
        static char block[40000];

        if (send(fd, block, sizeof block, MSG_NOSIGNAL) < 0) {
            break;
        }
    }
    wait_for(is_empty);
    (void)close(fd);
}

static void tells_what_the_system_refuses(void **state)
{
    static const struct {
        enum call call;
        unsigned skip;
        int error;
    } cases[] = {
        {EPOLL_CREATE, 0, FRANK_ERR_FILE}, {EPOLL_CTL, 0, FRANK_ERR_FILE},
        {EVENTFD, 0, FRANK_ERR_FILE},      {THREAD, 0, FRANK_ERR_FILE},
        {ALLOC, 0, FRANK_ERR_MEMORY},      {ALLOC, 1, FRANK_ERR_MEMORY},
    };
    struct frank_fault fault = {0};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        arm(cases[i].call, cases[i].skip, EMFILE);
        assert_int_equal(http_server_start(&hub.server, &standard, &fault),
                         cases[i].error);
        assert_int_equal(fault.error, cases[i].error);
        assert_null(hub.server);
    }
}

static void refuses_a_listener_of_the_system(void **state)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct frank_fault fault = {0};

    (void)state;
    arm(EPOLL_CTL, 0, ENOMEM);
    assert_int_equal(http_server_listen(hub.server, fd, HTTP_PUBLIC, &fault),
                     FRANK_ERR_FILE);
    assert_int_equal(fault.found, ENOMEM);
    for (unsigned i = 3; /* as many are there already */ i < 16; i++) {
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(listen(fd, 1), 0);
        assert_int_equal(http_server_listen(hub.server, fd, HTTP_PUBLIC, NULL),
                         FRANK_OK);
    }
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(http_server_listen(hub.server, fd, HTTP_PUBLIC, &fault),
                     FRANK_ERR_LIMIT);
}

static void goes_on_when_accepting_fails(void **state)
{
    static const int numbers[] = {EMFILE, ENOMEM, ECONNABORTED, EINTR, EIO};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(numbers); i++) {
        arm(ACCEPT, 0, numbers[i]);
        assert_answer(ask("GET /echo HTTP/1.1\r\n" HOST "\r\n"), 200, "/echo");
    }
}

static void goes_on_when_memory_runs_out(void **state)
{
    int fd;

    (void)state;
    arm(ALLOC, 0, ENOMEM); /* of the connection */
    assert_refused(ask("GET /echo HTTP/1.1\r\n" HOST "\r\n"), 503, "memory");
    arm(ALLOC, 1, ENOMEM); /* of the exchange */
    assert_string_equal(ask("GET /echo HTTP/1.1\r\n" HOST "\r\n"), "");
    atomic_store(&failing_size, 12345);
    arm(ALLOC, 0, ENOMEM); /* of the body */
    assert_refused(ask(POST "Content-Length: 12345\r\n\r\n"), 503,
                   "body-memory");
    atomic_store(&failing_size, 0);
    arm(ADD, 0, ENOMEM);
    assert_string_equal(ask("GET /echo HTTP/1.1\r\n" HOST "\r\n"), "");
    arm(EPOLL_CTL, 0, ENOMEM); /* it cannot be watched */
    fd = connect_tcp(hub.port);
    assert_string_equal(get(fd), "");
    wait_for(is_empty);
}

static void drains(void **state)
{
    int fd = connect_tcp(hub.port);
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(hub.port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    put(fd, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
    wait_for(is_held);
    assert_int_equal(http_server_drain(hub.server, 100), 1);
    assert_int_equal(connect(late, (struct sockaddr *)&name, sizeof name), -1);
    (void)close(late);
    start_thread(answer_later, held());
    assert_int_equal(http_server_drain(hub.server, PATIENCE_MS), 0);
    assert_answer(get(fd), 200, "later");
}

static bool one_waits(void)
{
    return counts().waiting == 1;
}

static void ends_with_a_head_still_missing(void **state)
{
    int fd = connect_tcp(hub.port);

    put(fd, "GET /");
    wait_for(one_waits);
    (void)stop(state);
    assert_string_equal(get(fd), "");
}

static void refuses_too_many_private_listeners(void **state)
{
    struct sockaddr_un name;
    struct frank_fault fault = {0};
    int fd;

    (void)state;
    for (unsigned i = 1; i < 8; i++) { /* one is there */
        listen_unix(&name, HTTP_PRIVATE);
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(http_server_listen(hub.server, fd, HTTP_PRIVATE, &fault),
                     FRANK_ERR_LIMIT);
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(http_server_listen(hub.server, fd, HTTP_PUBLIC, &fault),
                     FRANK_ERR_FILE);
}

static void *ask_often(void *argument)
{
    static const char *const texts[] = {
        "GET /soon HTTP/1.1\r\n" HOST "\r\n",
        "GET /later HTTP/1.1\r\n" HOST "\r\n",
        "POST /echo HTTP/1.1\r\n" HOST BODY "Content-Length: 2\r\n\r\nhi",
        "POST /echo HTTP/1.1\r\n" HOST BODY "Content-Length: 999999\r\n\r\nhi",
        "GET /soon HTTP/1.1\n",
    };
    atomic_uint *answered = argument;

    for (unsigned i = 0; i < 100; i++) {
        const char *text = texts[i % SUPPORT_COUNT(texts)];
        int fd = connect_tcp(hub.port);
        char answer[2048];

        if (send(fd, text, strlen(text), MSG_NOSIGNAL) > 0 &&
            recv(fd, answer, sizeof answer, 0) > 12) {
            atomic_fetch_add(answered, 1);
        }
        (void)close(fd);
    }
    return NULL;
}

static void answers_many_at_once(void **state)
{
    pthread_t threads[8];
    atomic_uint answered = 0;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(threads); i++) {
        assert_int_equal(
            pthread_create(&threads[i], NULL, ask_often, &answered), 0);
    }
    for (size_t i = 0; i < SUPPORT_COUNT(threads); i++) {
        (void)pthread_join(threads[i], NULL);
    }
    assert_int_equal(answered, 800);
    wait_for(is_empty);
    (void)pthread_mutex_lock(&hub.lock);
    assert_int_equal(hub.done, 800);
    (void)pthread_mutex_unlock(&hub.lock);
}

static void frees_nothing(void **state)
{
    (void)state;
    http_server_free(NULL);
}

#define STANDARD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, start_standard, stop)
#define OWN(test) cmocka_unit_test_teardown(test, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STANDARD(answers_requests),
        STANDARD(answers_with_every_header),
        STANDARD(answers_head_without_a_body),
        STANDARD(answers_with_problem_details),
        cmocka_unit_test(names_every_error),
        STANDARD(answers_from_another_thread),
        STANDARD(outlives_a_client_that_went_away),
        STANDARD(ends_with_an_answer_still_owed),
        STANDARD(refuses_malformed_requests),
        STANDARD(refuses_an_overlong_head),
        STANDARD(refuses_a_head_that_ends),
        STANDARD(refuses_what_no_route_is_for),
        STANDARD(refuses_bodies_by_their_head),
        STANDARD(refuses_a_body_under_way),
        STANDARD(sends_continue_before_a_body),
        STANDARD(reads_a_body_in_pieces),
        OWN(keeps_bodies_within_their_budget),
        STANDARD(answers_one_request_a_connection),
        STANDARD(keeps_private_connections),
        STANDARD(answers_private_tcp_through_the_edge),
        STANDARD(believes_only_a_trusted_proxy),
        cmocka_unit_test(refuses_settings_that_cannot_be),
        STANDARD(refuses_what_is_no_listener),
        OWN(refuses_too_many_of_one_address),
        OWN(refuses_too_many_at_all),
        OWN(ends_a_dripping_head),
        OWN(ends_a_dripping_body),
        OWN(does_not_hurry_a_handler),
        STANDARD(answers_an_honest_client_among_slow_ones),
        OWN(ends_a_client_that_does_not_read),
        OWN(a_client_that_reads_on_is_not_ended),
        STANDARD(ends_a_client_that_does_not_part),
        cmocka_unit_test(tells_what_the_system_refuses),
        STANDARD(refuses_a_listener_of_the_system),
        STANDARD(goes_on_when_accepting_fails),
        STANDARD(goes_on_when_memory_runs_out),
        STANDARD(drains),
        STANDARD(ends_with_a_head_still_missing),
        STANDARD(refuses_too_many_private_listeners),
        STANDARD(answers_many_at_once),
        cmocka_unit_test(frees_nothing),
    };

    if (sodium_init() < 0) {
        return 3;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
