/* SPDX-License-Identifier: Apache-2.0 */
/* How a server finds the route of a request, and what an answer says beside its
 * body: clients over real sockets against a server in this process. */
#include "server.h"
#include "support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS 20000 /* far more than any answer takes */
#define HOST "Host: a.example\r\n"

static struct {
    struct http_server *server;
    uint16_t port;
    struct sockaddr_un private_path;
} here;

static void answer_text(struct http_exchange *exchange, const char *text)
{
    http_answer(exchange, &(struct http_answer){
                              .status = 200,
                              .type = "text/plain",
                              .body = {(const uint8_t *)text, strlen(text)}});
}

/* ---- Handlers ----------------------------------------------------------- */

static const struct http_field two_cookies[] = {
    {"Set-Cookie", "a=1; Secure"}, {"Set-Cookie", "b=2; Secure"}, {NULL, NULL}};

static void with_fields(struct http_exchange *exchange, void *context)
{
    (void)context;
    http_answer(exchange,
                &(struct http_answer){.status = 200,
                                      .type = "text/plain",
                                      .body = {(const uint8_t *)"two", 3},
                                      .fields = two_cookies});
}

static void problem_with_fields(struct http_exchange *exchange, void *context)
{
    (void)context;
    http_problem(exchange, &(struct http_problem){.status = 403,
                                                  .name = "not-yours",
                                                  .title = "Not yours",
                                                  .evidence = SIZE_MAX,
                                                  .fields = two_cookies});
}

static void with_a_split_field(struct http_exchange *exchange, void *context)
{
    static const struct http_field fields[] = {
        {"X-Any", "a\r\nSet-Cookie: b=c"}, {NULL, NULL}};

    (void)context;
    http_answer(exchange,
                &(struct http_answer){.status = 204, .fields = fields});
}

static void plain(struct http_exchange *exchange, void *context)
{
    (void)context;
    answer_text(exchange, "plain");
}

/* A body that is made while it is read: its bytes count up. */
#define LONG_BYTES (3 * 1024 * 1024 + 7)
static struct {
    uint64_t at;
    uint64_t breaks;  /* gives no more from there on */
    atomic_uint ends; /* of the server's thread */
} counting;

static size_t count_up(void *context, uint8_t *out, size_t most)
{
    size_t len = 0;

    (void)context;
    while (len < most && len < 1000 && counting.at < counting.breaks) {
        out[len++] = (uint8_t)(counting.at++ % 251);
    }
    return len;
}

static void end_counting(void *context)
{
    (void)context;
    counting.ends++;
}

static void answer_counting(struct http_exchange *exchange, uint64_t breaks)
{
    const struct http_source source = {LONG_BYTES, count_up, end_counting,
                                       NULL};

    counting.at = 0;
    counting.breaks = breaks;
    counting.ends = 0;
    http_answer(exchange, &(struct http_answer){.status = 206,
                                                .type = "video/webm",
                                                .source = &source});
}

static void long_one(struct http_exchange *exchange, void *context)
{
    (void)context;
    answer_counting(exchange, LONG_BYTES);
}

static void broken_one(struct http_exchange *exchange, void *context)
{
    (void)context;
    answer_counting(exchange, 100000);
}

/* Says which route it is, and what stands in its open places. */
static void say(struct http_exchange *exchange, const char *route)
{
    char text[512];
    const char *parts[HTTP_SEGMENTS_MAX + 1];

    for (unsigned i = 0; i <= HTTP_SEGMENTS_MAX; i++) {
        const char *segment = http_segment(exchange, i);

        parts[i] = segment != NULL ? segment : "-";
    }
    (void)snprintf(text, sizeof text, "%s:%s,%s,%s,%s,%s", route, parts[0],
                   parts[1], parts[2], parts[3], parts[4]);
    answer_text(exchange, text);
}

#define SAYS(name)                                                             \
    static void name(struct http_exchange *exchange, void *context)            \
    {                                                                          \
        (void)context;                                                         \
        say(exchange, #name);                                                  \
    }
SAYS(a_case)
SAYS(mine)
SAYS(claim)
SAYS(part)
SAYS(below)
SAYS(four)

static void cookie(struct http_exchange *exchange, void *context)
{
    char value[9] = "before";
    char text[64];
    bool found = http_cookie(exchange, "sid", value, sizeof value);

    (void)context;
    (void)snprintf(text, sizeof text, "%d:%s.", found, value);
    answer_text(exchange, text);
}

/* ---- The server --------------------------------------------------------- */

#define BOTH (HTTP_PUBLIC | HTTP_PRIVATE)
static const struct http_route routes[] = {
    {"GET", "/fields", BOTH, 0, {NULL}, with_fields},
    {"GET", "/problem", BOTH, 0, {NULL}, problem_with_fields},
    {"GET", "/split", BOTH, 0, {NULL}, with_a_split_field},
    {"GET", "/plain", BOTH, 0, {NULL}, plain},
    {"GET", "/long", BOTH, 0, {NULL}, long_one},
    {"GET", "/broken", BOTH, 0, {NULL}, broken_one},
    {"GET", "/cookie", BOTH, 0, {NULL}, cookie},
    {"GET", "/cases/{}", BOTH, 0, {NULL}, a_case},
    {"GET", "/cases/mine", BOTH, 0, {NULL}, mine},
    {"POST", "/cases/{}/claim", BOTH, 100, {"text/plain"}, claim},
    {"POST", "/any", BOTH, 100, {HTTP_ANY_TYPE}, mine},
    {"GET", "/cases/{}/part/{}", BOTH, 0, {NULL}, part},
    {"GET", "/cases/{}/below/", BOTH, 0, {NULL}, below},
    {"GET", "/{}/four/{}/{}/{}", HTTP_PRIVATE, 0, {NULL}, four},
};

static const struct http_field everywhere[] = {
    {"Content-Security-Policy", "default-src 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {NULL, NULL}};

static uint16_t listen_tcp(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof name;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, len), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
    assert_int_equal(http_server_listen(here.server, fd, HTTP_PUBLIC, NULL),
                     FRANK_OK);
    return ntohs(name.sin_port);
}

static void listen_unix(struct sockaddr_un *name)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    name->sun_family = AF_UNIX;
    (void)snprintf(name->sun_path, sizeof name->sun_path,
                   "/tmp/test_http_routes.%ld", (long)getpid());
    (void)unlink(name->sun_path);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)name, sizeof *name), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(http_server_listen(here.server, fd, HTTP_PRIVATE, NULL),
                     FRANK_OK);
}

static int start(void **state)
{
    const struct http_settings settings = {
        .routes = routes,
        .route_count = SUPPORT_COUNT(routes),
        .threads = 2,
        .connections = 100,
        .connections_per_address = 100,
        .header_ms = PATIENCE_MS,
        .body_ms = PATIENCE_MS,
        .body_memory = 1000000,
        .fields = everywhere,
    };

    (void)state;
    if (http_server_start(&here.server, &settings, NULL) != FRANK_OK) {
        return 1;
    }
    here.port = listen_tcp();
    listen_unix(&here.private_path);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_server_free(here.server);
    (void)unlink(here.private_path.sun_path);
    return 0;
}

/* ---- Clients ------------------------------------------------------------ */

static int connect_to(const void *name, socklen_t len)
{
    const struct sockaddr *address = name;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, address, len), 0);
    return fd;
}

static int connect_public(void)
{
    const struct sockaddr_in name = {.sin_family = AF_INET,
                                     .sin_port = htons(here.port),
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    return connect_to(&name, sizeof name);
}

/* The whole answer; static. */
static const char *ask_over(int fd, const char *text)
{
    static char answer[65536];
    size_t len = 0;
    ssize_t n = 1;

    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    while (n > 0) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};

        assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
        n = recv(fd, answer + len, sizeof answer - 1 - len, 0);
        len += n > 0 ? (size_t)n : 0;
    }
    answer[len] = '\0';
    (void)close(fd);
    return answer;
}

static const char *ask(const char *text)
{
    return ask_over(connect_public(), text);
}

static void assert_answer(const char *answer, unsigned status,
                          const char *holds)
{
    if (strncmp(answer, "HTTP/1.1 ", 9) != 0 ||
        strtoul(answer + 9, NULL, 10) != status ||
        strstr(answer, holds) == NULL) {
        fail_msg("not %u with '%s': %s", status, holds, answer);
    }
}

/* ---- Fields --------------------------------------------------------------
 */

static void an_answer_has_further_fields(void **state)
{
    const char *answer;

    (void)state;
    answer = ask("GET /fields HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(answer, 200, "\r\nSet-Cookie: a=1; Secure\r\n");
    assert_answer(answer, 200, "\r\nSet-Cookie: b=2; Secure\r\n");
    assert_answer(answer, 200, "\r\n\r\ntwo");
    answer = ask("GET /problem HTTP/1.1\r\n" HOST "\r\n");
    assert_answer(answer, 403, "\r\nSet-Cookie: a=1; Secure\r\n");
    assert_answer(answer, 403, "\r\nSet-Cookie: b=2; Secure\r\n");
    assert_answer(answer, 403, "urn:frank:problem:not-yours");
}

static void assert_everywhere(const char *answer, unsigned status)
{
    assert_answer(answer, status,
                  "\r\nContent-Security-Policy: default-src 'none'\r\n");
    assert_answer(answer, status, "\r\nReferrer-Policy: no-referrer\r\n");
}

static void every_answer_has_the_server_s_fields(void **state)
{
    (void)state;
    assert_everywhere(ask("GET /plain HTTP/1.1\r\n" HOST "\r\n"), 200);
    assert_everywhere(ask("GET /fields HTTP/1.1\r\n" HOST "\r\n"), 200);
    assert_everywhere(ask("GET /problem HTTP/1.1\r\n" HOST "\r\n"), 403);
    assert_everywhere(ask("GET /none HTTP/1.1\r\n" HOST "\r\n"), 404);
    assert_everywhere(
        ask("POST /plain HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi"),
        405);
    assert_everywhere(
        ask_over(connect_to(&here.private_path, sizeof here.private_path),
                 "GET /none HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"),
        404);
}

static void a_field_cannot_split_an_answer(void **state)
{
    (void)state;
    assert_string_equal(ask("GET /split HTTP/1.1\r\n" HOST "\r\n"), "");
}

/* ---- Long answers --------------------------------------------------------
 */

/* Reads a long answer to its end; gives the bytes of its body. */
static uint64_t read_counting(int fd, const char *request)
{
    static uint8_t bytes[65536];
    const uint8_t *end = NULL;
    uint64_t count = 0;
    size_t len = 0;
    ssize_t n = 1;

    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL),
                     strlen(request));
    while (n > 0) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        size_t from = 0;

        assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
        n = recv(fd, bytes + len, sizeof bytes - len, 0);
        len += n > 0 ? (size_t)n : 0;
        if (end == NULL) {
            end = memmem(bytes, len, "\r\n\r\n", 4);
            assert_true(end != NULL || len < sizeof bytes);
            from = end != NULL ? (size_t)(end - bytes) + 4 : len;
        }
        for (size_t i = from; end != NULL && i < len; i++) {
            assert_int_equal(bytes[i], count++ % 251);
        }
        len = end != NULL ? 0 : len;
    }
    (void)close(fd);
    return count;
}

static unsigned ends_counted(void)
{
    for (unsigned i = 0; i < PATIENCE_MS && counting.ends == 0; i++) {
        (void)poll(NULL, 0, 1);
    }
    return counting.ends;
}

static void a_long_answer_is_made_while_it_is_read(void **state)
{
    (void)state;
    assert_int_equal(
        read_counting(connect_public(), "GET /long HTTP/1.1\r\n" HOST "\r\n"),
        LONG_BYTES);
    assert_int_equal(ends_counted(), 1);
    assert_int_equal(
        read_counting(connect_to(&here.private_path, sizeof here.private_path),
                      "GET /long HTTP/1.1\r\n" HOST
                      "Connection: close\r\n\r\n"),
        LONG_BYTES);
    assert_int_equal(ends_counted(), 1);
}

static void one_that_breaks_off_is_seen_to(void **state)
{
    (void)state;
    assert_int_equal(
        read_counting(connect_public(), "GET /broken HTTP/1.1\r\n" HOST "\r\n"),
        100000);
    assert_int_equal(ends_counted(), 1);
}

static void nobody_reads_a_long_answer_to_a_head(void **state)
{
    (void)state;
    assert_answer(ask("HEAD /long HTTP/1.1\r\n" HOST "\r\n"), 206,
                  "\r\nContent-Length: 3145735\r\n");
    assert_int_equal(counting.at, 0);
    assert_int_equal(ends_counted(), 1);
}

/* ---- Routes --------------------------------------------------------------
 */

static const char *ask_path(const char *method, const char *path)
{
    char text[1024];

    (void)snprintf(text, sizeof text,
                   "%s %s HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n"
                   "Content-Length: 0\r\n\r\n",
                   method, path);
    return ask(text);
}

static void a_route_has_open_segments(void **state)
{
    (void)state;
    assert_answer(ask_path("GET", "/cases/17"), 200, "a_case:17,-,-,-,-");
    assert_answer(ask_path("GET", "/cases/A-Za_z.0~9?x=/y"), 200,
                  "a_case:A-Za_z.0~9,-,-,-,-");
    assert_answer(ask_path("GET", "/cases/..."), 200, "a_case:...,-,-,-,-");
    assert_answer(ask_path("POST", "/cases/17/claim"), 200, "claim:17,-,-,-,-");
    assert_answer(ask_path("GET", "/cases/17/part/9"), 200, "part:17,9,-,-,-");
    assert_answer(ask_path("GET", "/cases/17/below/all/of/it"), 200,
                  "below:17,-,-,-,-");
    assert_answer(
        ask_over(connect_to(&here.private_path, sizeof here.private_path),
                 "GET /a/four/b/c/d HTTP/1.1\r\n" HOST
                 "Connection: close\r\n\r\n"),
        200, "four:a,b,c,d,-");
    assert_answer(ask_path("GET", "/plain"), 200, "plain");
}

static void a_segment_is_not_empty_and_not_encoded(void **state)
{
    static const char *const paths[] = {
        "/cases/",           "/cases/17/",       "/cases/17/x",
        "/cases//claim",     "/cases/a%2fb",     "/cases/%41",
        "/cases/a:b",        "/cases/a;b",       "/cases/.",
        "/cases/..",         "/cases/../part/9", "/cases/17/part/",
        "/cases/17/part/9/", "/cases/%7b%7d",    "/a/four/b/c/d",
        "/cases/a+b"};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(paths); i++) {
        assert_answer(ask_path("GET", paths[i]), 404,
                      "urn:frank:problem:not-found");
    }
}

static void an_exact_route_goes_before_an_open_one(void **state)
{
    (void)state;
    assert_answer(ask_path("GET", "/cases/mine"), 200, "mine:-,-,-,-,-");
    assert_answer(ask_path("POST", "/cases/mine/claim"), 200, "claim:mine,");
}

static void an_open_route_says_its_methods(void **state)
{
    (void)state;
    assert_answer(ask_path("POST", "/cases/17"), 405,
                  "\r\nAllow: GET, HEAD\r\n");
    assert_answer(ask_path("GET", "/cases/17/claim"), 405,
                  "\r\nAllow: POST\r\n");
    assert_answer(ask_path("HEAD", "/cases/17"), 200, "Content-Length: 17");
}

static void a_route_can_take_any_media_type(void **state)
{
    static const char head[] =
        "POST /any HTTP/1.1\r\n" HOST "Content-Length: 2\r\n";
    static const char *const types[] = {"", "Content-Type: text/plain\r\n",
                                        "Content-Type: a/b; c=d\r\n",
                                        "Content-Type: nonsense\r\n"};
    char text[512];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(types); i++) {
        (void)snprintf(text, sizeof text, "%s%s\r\nhi", head, types[i]);
        assert_answer(ask(text), 200, "mine:");
    }
    assert_answer(
        ask("POST /any HTTP/1.1\r\n" HOST "Content-Length: 101\r\n\r\n"), 413,
        "too-large");
}

/* ---- Cookies -------------------------------------------------------------
 */

static const char *ask_cookie(const char *headers)
{
    char text[1024];

    (void)snprintf(text, sizeof text, "GET /cookie HTTP/1.1\r\n" HOST "%s\r\n",
                   headers);
    return ask(text);
}

static void a_cookie_is_the_one_of_its_name(void **state)
{
    (void)state;
    assert_answer(ask_cookie("Cookie: sid=12345678\r\n"), 200, "1:12345678.");
    assert_answer(ask_cookie("cookie: a=b; sid=x=y\t; c=d\r\n"), 200, "1:x=y.");
    assert_answer(ask_cookie("Cookie: a=b;sid=\"q\"\r\n"), 200, "1:\"q\".");
    assert_answer(ask_cookie("Cookie: a=b\r\nCookie: sid=1\r\n"), 200, "1:1.");
    assert_answer(ask_cookie("Cookie: sid=\r\n"), 200, "1:.");
    assert_answer(ask_cookie(""), 200, "0:before.");
    assert_answer(ask_cookie("Cookie: SID=1; xsid=2; sid =3; sid\r\n"), 200,
                  "0:before.");
    assert_answer(ask_cookie("Cookie: sid=123456789\r\n"), 200, "0:before.");
}

static void a_cookie_that_is_there_twice_is_none(void **state)
{
    (void)state;
    assert_answer(ask_cookie("Cookie: sid=1; sid=2\r\n"), 200, "0:before.");
    assert_answer(ask_cookie("Cookie: sid=1; sid=1\r\n"), 200, "0:before.");
    assert_answer(ask_cookie("Cookie: sid=1\r\nCookie: sid=2\r\n"), 200,
                  "0:before.");
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(an_answer_has_further_fields),
        SERVED(every_answer_has_the_server_s_fields),
        SERVED(a_field_cannot_split_an_answer),
        SERVED(a_long_answer_is_made_while_it_is_read),
        SERVED(one_that_breaks_off_is_seen_to),
        SERVED(nobody_reads_a_long_answer_to_a_head),
        SERVED(a_route_has_open_segments),
        SERVED(a_segment_is_not_empty_and_not_encoded),
        SERVED(an_exact_route_goes_before_an_open_one),
        SERVED(an_open_route_says_its_methods),
        SERVED(a_route_can_take_any_media_type),
        SERVED(a_cookie_is_the_one_of_its_name),
        SERVED(a_cookie_that_is_there_twice_is_none),
    };

    if (sodium_init() < 0) {
        return 3;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
