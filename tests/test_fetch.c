/* SPDX-License-Identifier: Apache-2.0 */
/* Requests over real sockets, to servers that mean no good. */
#include "fetch.h"
#include "folder.h"
#include "support.h"
#include "web.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOKEN "a-token-that-no-message-may-hold"
#define HIDDEN "a-path-that-no-message-may-hold"
#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static struct fetch_networks loopback;
static char url[256];

static const char *url_of(const char *scheme, const char *host, uint16_t port)
{
    (void)snprintf(url, sizeof url, "%s://%s:%u/" HIDDEN "?q=1", scheme, host,
                   port);
    return url;
}

static struct fetch_request request_to(const struct web *web)
{
    return (struct fetch_request){
        .url = url_of("http", "127.0.0.1", web_port(web)),
        .bearer = TOKEN,
        .method = "GET",
        .connect_ms = 5000,
        .total_ms = 20000,
        .max_bytes = 1000,
        .allowed = &loopback};
}

static void assert_fails(const struct fetch_request *request, int error,
                         enum fetch_failure failure)
{
    struct fetch_trouble trouble;
    struct fetch_answer answer;

    memset(&answer, 0xaa, sizeof answer);
    assert_int_equal(fetch(&answer, request, &trouble), error);
    assert_int_equal(trouble.failure, failure);
    assert_true(support_is_zero(&answer, sizeof answer));
    assert_true(strlen(trouble.text) > 0);
    assert_null(strstr(trouble.text, TOKEN));
    assert_null(strstr(trouble.text, HIDDEN));
}

/* What becomes of a text as an answer. */
static void assert_text_fails(const char *text, int error,
                              enum fetch_failure failure)
{
    struct web *web = web_start_text(NULL, text);
    struct fetch_request request = request_to(web);

    assert_fails(&request, error, failure);
    web_stop(web);
}

static struct fetch_answer fetched(const struct fetch_request *request)
{
    struct fetch_trouble trouble;
    struct fetch_answer answer;

    if (fetch(&answer, request, &trouble) != FRANK_OK) {
        fail_msg("%s", trouble.text);
    }
    return answer;
}

static void assert_text_is_taken(const char *text, unsigned status,
                                 const char *body)
{
    struct web *web = web_start_text(NULL, text);
    struct fetch_request request = request_to(web);
    struct fetch_answer answer = fetched(&request);

    assert_int_equal(answer.status, status);
    assert_string_equal(answer.body, body);
    assert_int_equal(answer.len, strlen(body));
    fetch_answer_free(&answer);
    web_stop(web);
}

static uint64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- Requests ------------------------------------------------------------
 */

static void sends_what_it_was_given_and_nothing_else(void **state)
{
    static const char text[] = OK_HEAD
        "Content-Type: Application/JSON; charset=utf-8\r\nRetry-After: 17\r\n"
        "Set-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}";
    const struct fetch_header headers[] = {{"webhook-id", "msg_1"},
                                           {NULL, NULL}};
    struct web *web = web_start_text(NULL, text);
    struct fetch_request request = request_to(web);
    struct fetch_answer answer;
    char expected[512];

    (void)state;
    request.method = "POST";
    request.type = "application/json";
    request.body = support_text("{\"a\":1}");
    request.headers = headers;
    answer = fetched(&request);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.media, "application/json");
    assert_int_equal(answer.retry_after, 17);
    assert_string_equal(answer.body, "{}");
    (void)snprintf(expected, sizeof expected,
                   "POST /" HIDDEN "?q=1 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                   "User-Agent: frank\r\nAccept: */*\r\n"
                   "Content-Type: application/json\r\n"
                   "Authorization: Bearer " TOKEN "\r\nwebhook-id: msg_1\r\n"
                   "Content-Length: 7\r\n\r\n{\"a\":1}",
                   web_port(web));
    assert_string_equal(web_request(web), expected);
    fetch_answer_free(&answer);
    assert_true(support_is_zero(&answer, sizeof answer));
    fetch_answer_free(&answer);
    web_stop(web);
}

static void a_post_can_be_empty_and_a_token_left_out(void **state)
{
    static const char text[] = "HTTP/1.1 204 No Content\r\n\r\n";
    struct web *web = web_start_text(NULL, text);
    struct fetch_request request = request_to(web);
    struct fetch_answer answer;

    (void)state;
    request.method = "POST";
    request.bearer = NULL;
    request.max_bytes = 0;
    answer = fetched(&request);
    assert_int_equal(answer.status, 204);
    assert_string_equal(answer.body, "");
    assert_string_equal(answer.media, "");
    assert_int_equal(answer.retry_after, 0);
    assert_non_null(strstr(web_request(web), "Content-Length: 0\r\n"));
    assert_null(strstr(web_request(web), "Authorization"));
    assert_null(strstr(web_request(web), "Content-Type"));
    fetch_answer_free(&answer);
    web_stop(web);
}

static void refuses_requests_that_are_none(void **state)
{
    static const char *const urls[] = {
        "",
        "example",
        "//example/",
        "ftp://example/",
        "file:///etc/passwd",
        "gopher://example/",
        "http://",
        "http://user@example/",
        "http://user:" TOKEN "@example/",
        "http://:" TOKEN "@example/",
        "http://exa mple/",
        "http://example/\r\nX: y",
        "http://\xc3\xa4.example/",
        "http://example:99999/",
    };
    static const struct fetch_header bad[][2] = {
        {{"a b", "c"}},       {{"a:", "c"}}, {{"", "c"}},
        {{"a", "c\r\nd: e"}}, {{"a", ""}},   {{"a", NULL}}};
    struct fetch_request good = {.url = "http://example/",
                                 .method = "GET",
                                 .connect_ms = 1,
                                 .total_ms = 1};
    struct fetch_request request = good;
    char *longer = malloc(FETCH_URL_MAX_BYTES + 2);

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(urls); i++) {
        request.url = urls[i];
        assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    }
    assert_non_null(longer);
    memset(longer, 'a', FETCH_URL_MAX_BYTES + 1);
    memcpy(longer, "http://a/", 9);
    longer[FETCH_URL_MAX_BYTES + 1] = '\0';
    request.url = longer;
    assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    free(longer);
    request.url = NULL;
    assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        request = good;
        request.headers = bad[i];
        assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    }
    request = good;
    request.method = "PUT";
    assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    request.method = NULL;
    assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    request = good;
    request.bearer = "a b";
    assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    request.bearer = "";
    assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    request = good;
    request.type = "a\nb";
    assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    request = good;
    request.total_ms = 0;
    assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    request = good;
    request.connect_ms = 0;
    assert_fails(&request, FRANK_ERR_ARGUMENT, FETCH_REQUEST);
    assert_int_equal(fetch(&(struct fetch_answer){0}, &request, NULL),
                     FRANK_ERR_ARGUMENT);
}

/* ---- Addresses -----------------------------------------------------------
 */

static void a_server_beside_us_is_not_connected_to(void **state)
{
    static const char *const hosts[] = {
        "127.0.0.1", "localhost",     "[::1]",      "[::ffff:127.0.0.1]",
        "127.1",     "2130706433",    "0x7f000001", "0.0.0.0",
        "[::]",      "[::127.0.0.1]", "0177.0.0.1"};
    struct web *web = web_start_text(NULL, OK_HEAD "\r\n");
    struct fetch_request request = request_to(web);
    struct fetch_networks others;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(hosts); i++) {
        request.url = url_of("http", hosts[i], web_port(web));
        request.allowed = NULL;
        assert_fails(&request, FRANK_ERR_PERMISSION, FETCH_ADDRESS);
        assert_int_equal(
            fetch_networks_parse(&others, "10.0.0.0/8, 127.0.0.2", NULL), 0);
        request.allowed = &others;
        assert_fails(&request, FRANK_ERR_PERMISSION, FETCH_ADDRESS);
    }
    assert_int_equal(web_connections(web), 0);
    web_stop(web);
}

static void an_allowed_name_is_connected_to(void **state)
{
    static const char text[] = OK_HEAD "Content-Length: 2\r\n\r\nhi";
    struct web *web = web_start_text(NULL, text);
    struct fetch_request request = request_to(web);
    struct fetch_answer answer;

    (void)state;
    request.url = url_of("http", "localhost", web_port(web));
    answer = fetched(&request);
    assert_string_equal(answer.body, "hi");
    fetch_answer_free(&answer);
    web_stop(web);
}

static bool admits(const char *networks, const char *text)
{
    struct fetch_networks allowed;
    struct http_address address;

    assert_int_equal(fetch_networks_parse(&allowed, networks, NULL), 0);
    assert_true(address_read(&address, text));
    return fetch_networks_admit(&allowed, &address);
}

static void only_public_addresses_are_admitted(void **state)
{
    static const char *const refused[] = {"0.0.0.0",
                                          "0.255.255.255",
                                          "10.0.0.0",
                                          "10.255.255.255",
                                          "100.64.0.0",
                                          "100.127.255.255",
                                          "127.0.0.1",
                                          "127.255.255.255",
                                          "169.254.169.254",
                                          "172.16.0.0",
                                          "172.31.255.255",
                                          "192.0.0.170",
                                          "192.0.2.1",
                                          "192.168.255.255",
                                          "198.18.0.1",
                                          "198.19.255.255",
                                          "198.51.100.1",
                                          "203.0.113.255",
                                          "224.0.0.1",
                                          "239.255.255.255",
                                          "240.0.0.1",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "::7f00:1",
                                          "::ffff:10.0.0.1",
                                          "::ffff:0:10.0.0.1",
                                          "::ffff:0:8.8.8.8",
                                          "64:ff9b::10.0.0.1",
                                          "64:ff9b::127.0.0.1",
                                          "64:ff9b::169.254.169.254",
                                          "64:ff9b:1::1",
                                          "100::1",
                                          "2001::1",
                                          "2001:1ff::1",
                                          "2001:db8::1",
                                          "2002:7f00:1::",
                                          "2002:808:808::1",
                                          "3fff::1",
                                          "3fff:fff::1",
                                          "5f00::1",
                                          "fc00::1",
                                          "fdff:ffff::1",
                                          "fe80::1",
                                          "febf::1",
                                          "fec0::1",
                                          "feff::1",
                                          "ff02::1",
                                          "ffff::1"};
    static const char *const admitted[] = {
        "1.0.0.0",        "9.255.255.255",
        "11.0.0.0",       "100.63.255.255",
        "100.128.0.0",    "126.255.255.255",
        "128.0.0.0",      "169.253.255.255",
        "169.255.0.0",    "172.15.255.255",
        "172.32.0.0",     "192.0.1.0",
        "192.0.3.0",      "192.167.255.255",
        "192.169.0.0",    "198.17.255.255",
        "198.20.0.0",     "223.255.255.255",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
        "2001:200::1",    "2001:4860:4860::8888",
        "2001:db7::1",    "2001:db9::1",
        "2003::1",        "2a00::1",
        "3ffe::1",        "3fff:1000::1"};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(refused); i++) {
        if (admits("", refused[i])) {
            fail_msg("%s is admitted", refused[i]);
        }
        assert_true(admits("::/0", refused[i]));
    }
    for (size_t i = 0; i < SUPPORT_COUNT(admitted); i++) {
        if (!admits("", admitted[i])) {
            fail_msg("%s is not admitted", admitted[i]);
        }
    }
}

static void an_allowed_network_ends_where_it_says(void **state)
{
    (void)state;
    assert_true(admits("127.0.0.0/8", "127.9.9.9"));
    assert_true(admits("127.0.0.0/8", "::ffff:127.9.9.9"));
    assert_true(admits("::ffff:127.0.0.0/104", "127.9.9.9"));
    assert_false(admits("127.0.0.0/8", "10.0.0.1"));
    assert_false(admits("127.0.0.0/8", "64:ff9b::127.0.0.1"));
    assert_true(admits("64:ff9b::127.0.0.0/104", "64:ff9b::127.0.0.1"));
    assert_true(admits("10.1.2.0/23", "10.1.3.255"));
    assert_false(admits("10.1.2.0/23", "10.1.4.0"));
    assert_true(admits("10.1.2.3", "10.1.2.3"));
    assert_false(admits("10.1.2.3", "10.1.2.4"));
    assert_true(admits(" 10.0.0.0/9 ,\tfd00::/8 ", "fd12::1"));
    assert_false(admits("10.0.0.0/9,fd00::/8", "fc12::1"));
    assert_true(admits("0.0.0.0/0", "192.168.1.1"));
    assert_false(admits("0.0.0.0/0", "fd00::1"));
    assert_true(admits("fe80::1/128", "fe80::1"));
    assert_false(
        fetch_networks_admit(NULL, &(struct http_address){.bytes = {0}}));
}

static void refuses_networks_that_are_none(void **state)
{
    static const struct {
        const char *text;
        size_t offset;
    } bad[] = {
        {"10.0.0.0/33", 0},
        {"10.0.0.0/", 0},
        {"10.0.0.0/-1", 0},
        {"10.0.0.0/08", 0},
        {"10.0.0.0/8x", 0},
        {"10.0.0.1/8", 0},
        {"10.0.0/8", 0},
        {"fd00::/129", 0},
        {"fd00::1/64", 0},
        {"fd00::/0128", 0},
        {"example/8", 0},
        {",", 0},
        {"10.0.0.0/8,", 11},
        {"10.0.0.0/8,,", 11},
        {"::1 ::2", 4},
        {"::1, x", 5},
        {"::1/1000", 0},
        {"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8",
         0}};
    struct fetch_networks networks;
    struct frank_fault fault;
    char text[FETCH_NETWORKS_TEXT_MAX + 2] = "";

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        memset(&networks, 0xaa, sizeof networks);
        assert_int_equal(fetch_networks_parse(&networks, bad[i].text, &fault),
                         FRANK_ERR_VALUE);
        assert_int_equal(fault.offset, bad[i].offset);
        assert_true(support_is_zero(&networks, sizeof networks));
    }
    for (size_t i = 0; i < FETCH_NETWORKS_MAX; i++) {
        strcat(text, i > 0 ? ",::1" : "::1");
    }
    assert_int_equal(fetch_networks_parse(&networks, text, &fault), 0);
    assert_int_equal(networks.count, FETCH_NETWORKS_MAX);
    strcat(text, ",::1");
    assert_int_equal(fetch_networks_parse(&networks, text, &fault),
                     FRANK_ERR_LIMIT);
    memset(text, ' ', sizeof text - 1);
    assert_int_equal(fetch_networks_parse(&networks, text, &fault),
                     FRANK_ERR_LIMIT);
    text[sizeof text - 2] = '\0';
    assert_int_equal(fetch_networks_parse(&networks, text, &fault), 0);
    assert_int_equal(networks.count, 0);
}

/* ---- Answers -------------------------------------------------------------
 */

static void a_redirect_is_not_followed(void **state)
{
    struct web *other = web_start_text(NULL, OK_HEAD "\r\n");
    char text[256];
    struct web *web;
    struct fetch_request request;
    struct fetch_answer answer;

    (void)state;
    (void)snprintf(text, sizeof text,
                   "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/\r\n"
                   "Content-Length: 0\r\n\r\n",
                   web_port(other));
    web = web_start_text(NULL, text);
    request = request_to(web);
    answer = fetched(&request);
    assert_int_equal(answer.status, 302);
    assert_int_equal(web_connections(other), 0);
    fetch_answer_free(&answer);
    web_stop(web);
    web_stop(other);
}

static void a_large_answer_is_broken_off(void **state)
{
    static const char *const heads[] = {
        OK_HEAD "Content-Length: 1001\r\n\r\n",
        OK_HEAD "Content-Length: 18446744073709551615\r\n\r\n", OK_HEAD "\r\n",
        OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"};
    char text[2000];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(heads); i++) {
        size_t len = strlen(heads[i]);

        memset(text, 'a', sizeof text);
        memcpy(text, heads[i], len);
        text[len + 1001] = '\0';
        assert_text_fails(text, FRANK_ERR_LIMIT, FETCH_LARGE);
        if (i == 2) {
            text[len + 1000] = '\0';
            assert_text_is_taken(text, 200, text + len);
        }
    }
}

static void endless_heads_are_broken_off(void **state)
{
    size_t size = 2 * FETCH_HEAD_MAX_BYTES;
    char *text = malloc(size + 100);
    char *at = text;

    (void)state;
    assert_non_null(text);
    at += sprintf(at, OK_HEAD);
    while ((size_t)(at - text) < size) {
        at += sprintf(at, "X-Y: zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\r\n");
    }
    (void)sprintf(at, "\r\n");
    assert_text_fails(text, FRANK_ERR_LIMIT, FETCH_LARGE);
    at = text;
    while ((size_t)(at - text) < size) {
        at += sprintf(at, "HTTP/1.1 103 Early Hints\r\n\r\n");
    }
    (void)sprintf(at, OK_HEAD "\r\n");
    assert_text_fails(text, FRANK_ERR_LIMIT, FETCH_LARGE);
    free(text);
}

static void interim_answers_are_passed_over(void **state)
{
    (void)state;
    assert_text_is_taken("HTTP/1.1 100 Continue\r\n\r\n"
                         "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                         "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\na",
                         201, "a");
    assert_text_fails("HTTP/1.1 100 Continue\r\n\r\n", FRANK_ERR_FILE,
                      FETCH_BROKEN);
    assert_text_fails("HTTP/1.1 101 Switching Protocols\r\n\r\nabc",
                      FRANK_ERR_FILE, FETCH_BROKEN);
}

static void answers_that_are_no_whole_ones_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "HTTP",
        "hello there, this is no HTTP at all\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 099 X\r\n\r\n",
        OK_HEAD "Content-Length: 5\r\n\r\nabcd",
        OK_HEAD "Content-Length: -5\r\n\r\nabcd",
        OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
        OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(texts); i++) {
        assert_text_fails(texts[i], FRANK_ERR_FILE, FETCH_BROKEN);
    }
}

static void nothing_is_unpacked(void **state)
{
    (void)state;
    assert_text_is_taken(OK_HEAD "Content-Encoding: gzip\r\n"
                                 "Content-Length: 3\r\n\r\nabc",
                         200, "abc");
    assert_text_is_taken(OK_HEAD "Transfer-Encoding: gzip\r\n"
                                 "Content-Length: 3\r\n\r\nabc",
                         200, "abc");
    assert_text_is_taken(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
                                 "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
                         200, "abc");
}

static void media_types_and_waits_are_bounded(void **state)
{
    char text[512];

    (void)state;
    for (size_t len = 63; len <= 64; len++) {
        struct fetch_request request;
        struct fetch_answer answer;
        struct web *web;

        (void)snprintf(text, sizeof text,
                       "HTTP/1.1 503 X\r\nRetry-After: 99999999999\r\n"
                       "Content-Type: %0*d\r\nContent-Length: 0\r\n\r\n",
                       (int)len, 0);
        web = web_start_text(NULL, text);
        request = request_to(web);
        answer = fetched(&request);
        assert_int_equal(strlen(answer.media), len == 63 ? 63 : 0);
        assert_int_equal(answer.retry_after, INT32_MAX);
        fetch_answer_free(&answer);
        web_stop(web);
    }
}

static void a_content_range_is_given_if_it_is_one(void **state)
{
    static const struct {
        const char *header;
        const char *range;
    } cases[] = {
        {"Content-Range: bytes 0-3/10\r\n", "bytes 0-3/10"},
        {"", ""},
        {"Content-Range: bytes 0-3/10\r\nContent-Range: bytes 4-7/10\r\n", ""},
        {"Content-Range: bytes 0-3/1000000000000000000000000000000000000000000"
         "00000000000000000000\r\n",
         ""}};
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fetch_request request;
        struct fetch_answer answer;
        struct web *web;

        (void)snprintf(text, sizeof text,
                       "HTTP/1.1 206 X\r\n%sContent-Length: 4\r\n\r\nabcd",
                       cases[i].header);
        web = web_start_text(NULL, text);
        request = request_to(web);
        answer = fetched(&request);
        assert_int_equal(answer.status, 206);
        assert_string_equal(answer.range, cases[i].range);
        fetch_answer_free(&answer);
        web_stop(web);
    }
}

static void drip(struct web *web, int fd, void *context)
{
    (void)context;
    (void)web_read(web, fd);
    (void)web_say(fd, OK_HEAD "Content-Length: 100000\r\n\r\n");
    while (web_say(fd, "a")) {
        (void)usleep(10000);
    }
}

static void a_slow_drip_ends_with_its_time(void **state)
{
    struct web *web = web_start(NULL, drip, NULL);
    struct fetch_request request = request_to(web);
    uint64_t begun = now_ms();

    (void)state;
    request.max_bytes = 1000000;
    request.total_ms = 700;
    assert_fails(&request, FRANK_ERR_FILE, FETCH_SLOW);
    assert_in_range(now_ms() - begun, 650, 5000);
    web_stop(web);
}

static void say_nothing(struct web *web, int fd, void *context)
{
    (void)web;
    (void)context;
    web_wait_closed(fd);
}

static void a_request_can_be_stopped(void **state)
{
    atomic_bool stop = true;
    struct web *web = web_start(NULL, say_nothing, NULL);
    struct fetch_request request = request_to(web);
    uint64_t begun = now_ms();

    (void)state;
    request.stop = &stop;
    assert_fails(&request, FRANK_ERR_FILE, FETCH_STOPPED);
    assert_in_range(now_ms() - begun, 0, 3000);
    atomic_store(&stop, false);
    request.total_ms = 300;
    assert_fails(&request, FRANK_ERR_FILE, FETCH_SLOW);
    web_stop(web);
}

/* ---- The environment, other ways -----------------------------------------
 */

static void the_environment_does_not_count(void **state)
{
    static const char text[] = OK_HEAD "Content-Length: 2\r\n\r\nhi";
    static const char *const names[] = {
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    static const char netrc[] = "machine 127.0.0.1 login a password b\n";
    struct web *proxy = web_start_text(NULL, OK_HEAD "\r\n");
    struct web *web = web_start_text(NULL, text);
    struct fetch_request request = request_to(web);
    struct fetch_answer answer;
    char value[64];

    (void)state;
    (void)snprintf(value, sizeof value, "http://127.0.0.1:%u", web_port(proxy));
    for (size_t i = 0; i < SUPPORT_COUNT(names); i++) {
        assert_int_equal(setenv(names[i], value, 1), 0);
    }
    folder_put(".netrc", netrc, strlen(netrc), 0600);
    assert_int_equal(setenv("HOME", folder_path(), 1), 0);
    assert_null(getenv("SSLKEYLOGFILE"));
    request.bearer = NULL;
    answer = fetched(&request);
    assert_string_equal(answer.body, "hi");
    assert_int_equal(web_connections(proxy), 0);
    assert_null(strstr(web_request(web), "Authorization"));
    for (size_t i = 0; i < SUPPORT_COUNT(names); i++) {
        (void)unsetenv(names[i]);
    }
    fetch_answer_free(&answer);
    web_stop(web);
    web_stop(proxy);
}

static void a_unix_socket_needs_no_permission(void **state)
{
    static const char text[] = OK_HEAD "Content-Length: 2\r\n\r\nhi";
    struct web *web = web_start_text("hub.sock", text);
    struct fetch_request request = request_to(web);
    struct fetch_answer answer;
    char longer[200];

    (void)state;
    request.url = "http://hub/v1/feed";
    request.unix_socket = "hub.sock";
    request.allowed = NULL;
    answer = fetched(&request);
    assert_string_equal(answer.body, "hi");
    assert_non_null(strstr(web_request(web), "Host: hub\r\n"));
    fetch_answer_free(&answer);
    web_stop(web);
    assert_fails(&request, FRANK_ERR_FILE, FETCH_CONNECT); /* it has ended */
    request.unix_socket = "none.sock";
    assert_fails(&request, FRANK_ERR_FILE, FETCH_CONNECT);
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    request.unix_socket = longer;
    assert_fails(&request, FRANK_ERR_FILE, FETCH_CONNECT);
}

static void nobody_there_is_trouble_with_the_connection(void **state)
{
    struct web *web = web_start_text(NULL, "");
    struct fetch_request request = request_to(web);

    (void)state;
    web_stop(web);
    assert_fails(&request, FRANK_ERR_FILE, FETCH_CONNECT);
    request.url = "http://name.that.is.invalid/" HIDDEN;
    assert_fails(&request, FRANK_ERR_FILE, FETCH_CONNECT);
}

static void *fetch_often(void *context)
{
    for (int i = 0; i < 20; i++) {
        struct fetch_answer answer;

        if (fetch(&answer, context, NULL) != FRANK_OK || answer.len != 2) {
            return context;
        }
        fetch_answer_free(&answer);
    }
    return NULL;
}

static void threads_can_fetch_at_once(void **state)
{
    static const char text[] = OK_HEAD "Content-Length: 2\r\n\r\nhi";
    struct web *web = web_start_text(NULL, text);
    struct fetch_request request = request_to(web);
    pthread_t threads[8];

    (void)state;
    request.url = url_of("http", "localhost", web_port(web));
    for (size_t i = 0; i < SUPPORT_COUNT(threads); i++) {
        assert_int_equal(
            pthread_create(&threads[i], NULL, fetch_often, &request), 0);
    }
    for (size_t i = 0; i < SUPPORT_COUNT(threads); i++) {
        void *failed = NULL;

        (void)pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(web_connections(web), 8 * 20);
    web_stop(web);
}

/* A filter under which it dies that starts a process. */
static bool forbid_processes(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    static const int calls[] = {SCMP_SYS(execve), SCMP_SYS(execveat),
                                SCMP_SYS(fork), SCMP_SYS(vfork)};
    bool good = filter != NULL;

    for (size_t i = 0; i < SUPPORT_COUNT(calls); i++) {
        good = good && seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, calls[i],
                                        0) == 0;
    }
    /* a thread, or nothing; by clone(), whose flags can be looked at */
    good = good &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3),
                            0) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) == 0;
    return good && seccomp_load(filter) == 0;
}

static void no_process_is_started(void **state)
{
    static const char text[] = OK_HEAD "Content-Length: 2\r\n\r\nhi";
    struct web *web = web_start_text(NULL, text);
    struct fetch_request request = request_to(web);
    struct fetch_request other = request;
    struct fetch_answer answer;
    int status = 0;
    pid_t child;

    (void)state;
    other.url = "http://name.that.is.invalid/";
    request.url = url_of("http", "localhost", web_port(web));
    child = fork();
    if (child == 0) {
        _exit(!forbid_processes()                              ? 1
              : fetch(&answer, &request, NULL) != FRANK_OK     ? 2
              : fetch(&answer, &other, NULL) != FRANK_ERR_FILE ? 3
                                                               : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    web_stop(web);
}

/* ---- TLS -----------------------------------------------------------------
 */

struct tls {
    SSL_CTX *context;
    int version; /* the highest that the server speaks */
};

/* A key and a certificate for 127.0.0.1 that is its own authority. */
static void make_certificate(struct tls *tls, const char *file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(
        NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1,DNS:a.example");
    FILE *out = fopen(file, "w");

    assert_non_null(out);
    (void)X509_set_version(x, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(x), -86400);
    (void)X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     (const unsigned char *)"test", -1, -1, 0);
    (void)X509_set_issuer_name(x, name);
    (void)X509_set_pubkey(x, key);
    (void)X509_add_ext(x, names, -1);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_X509(out, x), 1);
    assert_int_equal(fclose(out), 0);
    tls->context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(tls->context, x), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(tls->context, key), 1);
    if (tls->version < TLS1_2_VERSION) {
        (void)SSL_CTX_set_cipher_list(tls->context, "ALL:@SECLEVEL=0");
        (void)SSL_CTX_set_min_proto_version(tls->context, tls->version);
    }
    (void)SSL_CTX_set_max_proto_version(tls->context, tls->version);
    X509_EXTENSION_free(names);
    X509_free(x);
    EVP_PKEY_free(key);
}

static void serve_tls(struct web *web, int fd, void *context)
{
    static const char text[] = OK_HEAD "Content-Length: 2\r\n\r\nhi";
    const struct tls *tls = context;
    SSL *ssl = SSL_new(tls->context);
    char request[4096];

    (void)web;
    (void)SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof request) > 0) {
        (void)SSL_write(ssl, text, sizeof text - 1);
        (void)SSL_shutdown(ssl);
    }
    SSL_free(ssl);
}

static void only_a_trusted_certificate_of_that_name_counts(void **state)
{
    static const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(versions); i++) {
        struct tls tls = {.version = versions[i]};
        struct tls other = {.version = versions[i]};
        struct fetch_request request;
        struct fetch_answer answer;
        struct web *web;

        make_certificate(&other, "other.pem");
        make_certificate(&tls, "ca.pem");
        web = web_start(NULL, serve_tls, &tls);
        request = request_to(web);
        request.url = url_of("https", "127.0.0.1", web_port(web));
        assert_fails(&request, FRANK_ERR_FILE, FETCH_TLS);
        request.ca_file = "other.pem";
        assert_fails(&request, FRANK_ERR_FILE, FETCH_TLS);
        request.ca_file = "none.pem";
        assert_fails(&request, FRANK_ERR_FILE, FETCH_TLS);
        request.ca_file = "ca.pem";
        answer = fetched(&request);
        assert_string_equal(answer.body, "hi");
        fetch_answer_free(&answer);
        request.url = url_of("https", "localhost", web_port(web));
        assert_fails(&request, FRANK_ERR_FILE, FETCH_TLS);
        request.url = url_of("http", "127.0.0.1", web_port(web));
        assert_fails(&request, FRANK_ERR_FILE, FETCH_BROKEN);
        web_stop(web);
        SSL_CTX_free(tls.context);
        SSL_CTX_free(other.context);
    }
}

static void old_tls_is_not_spoken(void **state)
{
    struct tls tls = {.version = TLS1_1_VERSION};
    struct fetch_request request;
    struct web *web;

    (void)state;
    make_certificate(&tls, "ca.pem");
    web = web_start(NULL, serve_tls, &tls);
    request = request_to(web);
    request.url = url_of("https", "127.0.0.1", web_port(web));
    request.ca_file = "ca.pem";
    assert_fails(&request, FRANK_ERR_FILE, FETCH_TLS);
    web_stop(web);
    SSL_CTX_free(tls.context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_what_it_was_given_and_nothing_else),
        cmocka_unit_test(a_post_can_be_empty_and_a_token_left_out),
        cmocka_unit_test(refuses_requests_that_are_none),
        cmocka_unit_test(a_server_beside_us_is_not_connected_to),
        cmocka_unit_test(an_allowed_name_is_connected_to),
        cmocka_unit_test(only_public_addresses_are_admitted),
        cmocka_unit_test(an_allowed_network_ends_where_it_says),
        cmocka_unit_test(refuses_networks_that_are_none),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(a_large_answer_is_broken_off),
        cmocka_unit_test(endless_heads_are_broken_off),
        cmocka_unit_test(interim_answers_are_passed_over),
        cmocka_unit_test(answers_that_are_no_whole_ones_are_refused),
        cmocka_unit_test(nothing_is_unpacked),
        cmocka_unit_test(media_types_and_waits_are_bounded),
        cmocka_unit_test(a_content_range_is_given_if_it_is_one),
        cmocka_unit_test(a_slow_drip_ends_with_its_time),
        cmocka_unit_test(a_request_can_be_stopped),
        IN_FOLDER(the_environment_does_not_count),
        IN_FOLDER(a_unix_socket_needs_no_permission),
        cmocka_unit_test(nobody_there_is_trouble_with_the_connection),
        cmocka_unit_test(threads_can_fetch_at_once),
        cmocka_unit_test(no_process_is_started),
        IN_FOLDER(only_a_trusted_certificate_of_that_name_counts),
        IN_FOLDER(old_tls_is_not_spoken),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    (void)setenv("SSLKEYLOGFILE", "/nowhere/keys", 1);
    if (sodium_init() < 0 || fetch_start() != FRANK_OK ||
        fetch_networks_parse(&loopback, "127.0.0.0/8, ::1", NULL) != FRANK_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL) + (fetch_stop(), 0);
}
