/* SPDX-License-Identifier: Apache-2.0 */
#include "head.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

#define GET "GET / HTTP/1.1\r\n"
#define HOST "Host: a.example\r\n"
#define POST "POST / HTTP/1.1\r\n" HOST

static enum head_result look(struct head *head, const char *text)
{
    struct frank_span s = support_text(text);

    return head_look(head, support_copy(s.data, s.len), s.len);
}

static void assert_bad(const char *text, unsigned status, const char *reason)
{
    struct head head;

    if (look(&head, text) != HEAD_BAD || head.status != status ||
        strcmp(head.reason, reason) != 0) {
        fail_msg("%s: %u %s", text, head.status,
                 head.reason != NULL ? head.reason : "not refused");
    }
}

static void takes_plain_requests(void **state)
{
    static const char *const heads[] = {
        GET HOST "\r\n",
        "HEAD /a/b?c=%2f&d='~!$()*+,;:@ HTTP/1.0\r\nhost:\tb:80 \t\r\n\r\n",
        GET "Host: [::1]:8080\r\nX-Any: \xc3\xa4\tb\r\nEmpty:\r\n\r\n",
        GET "Host: [v1.a]\r\n\r\n",
        GET "Host: a%2Db.example:00443\r\n\r\n",
    };
    struct head head;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(heads); i++) {
        assert_int_equal(look(&head, heads[i]), HEAD_WHOLE);
        assert_int_equal(head.len, strlen(heads[i]));
        assert_int_equal(head.content_length, 0);
    }
    assert_int_equal(look(&head, POST "Expect: 100-Continue\r\n"
                                      "CONTENT-LENGTH:  0123456789 \r\n\r\n"
                                      "body\n"),
                     HEAD_WHOLE);
    assert_int_equal(head.content_length, 123456789);
}

static void waits_for_every_byte(void **state)
{
    static const char whole[] = POST "Content-Length: 5\r\n\r\n";
    struct head head;

    (void)state;
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        assert_int_equal(head_look(&head, (const uint8_t *)whole, len),
                         HEAD_MORE);
        assert_int_equal(head.content_length, 0);
    }
    assert_int_equal(look(&head, whole), HEAD_WHOLE);
}

static void refuses_what_is_not_plain(void **state)
{
    static const struct {
        const char *head;
        unsigned status;
        const char *reason;
    } cases[] = {
        {"GET / HTTP/1.1\n", 400, "bare-lf"},
        {GET "Host: a\n", 400, "bare-lf"},
        {GET "Host: a\rb", 400, "bare-cr"},
        {"\x16\x03\x01", 400, "control"},
        {"GET\t/ HTTP/1.1\r\n", 400, "control"},
        {GET "Host: a\x7f", 400, "control"},
        {"\r\n" GET, 400, "request-line"},
        {"GET / HTTP/1.1 \r\n", 400, "request-line"},
        {"GET  / HTTP/1.1\r\n", 400, "request-line"},
        {"GET /\r\n", 400, "request-line"},
        {"GET\r\n", 400, "request-line"},
        {"G@T / HTTP/1.1\r\n", 400, "request-line"},
        {"GET / http/1.1\r\n", 400, "request-line"},
        {"GET / HTTP/1.10\r\n", 400, "request-line"},
        {"GET http://a/ HTTP/1.1\r\n", 400, "request-line"},
        {"GET * HTTP/1.1\r\n", 400, "request-line"},
        {"GET /# HTTP/1.1\r\n", 400, "request-line"},
        {"GET /%4 HTTP/1.1\r\n", 400, "request-line"},
        {"GET /%g0 HTTP/1.1\r\n", 400, "request-line"},
        {"GET /%0g HTTP/1.1\r\n", 400, "request-line"},
        {"GET /\xc3\xa4 HTTP/1.1\r\n", 400, "request-line"},
        {"GET /\" HTTP/1.1\r\n", 400, "request-line"},
        {"BREW / HTTP/1.1\r\n", 501, "method"},
        {"get / HTTP/1.1\r\n", 501, "method"},
        {"CONNECT a:443 HTTP/1.1\r\n", 501, "method"},
        {"GET / HTTP/2.0\r\n", 505, "version"},
        {"GET / HTTP/1.2\r\n", 505, "version"},
        {GET " Host: a\r\n", 400, "folded"},
        {GET "\tHost: a\r\n", 400, "folded"},
        {GET HOST "X: 1\r\n 2\r\n", 400, "folded"},
        {GET "Host : a\r\n", 400, "field-name"},
        {GET "Host\r\n", 400, "field-name"},
        {GET ": a\r\n", 400, "field-name"},
        {GET "H\tost: a\r\n", 400, "field-name"},
        {GET "\r\n", 400, "host-missing"},
        {"GET / HTTP/1.0\r\n\r\n", 400, "host-missing"},
        {GET HOST HOST, 400, "host-twice"},
        {GET "Authorization: a\r\nauthorization: b\r\n", 400, "field-twice"},
        {GET "Content-Type: a\r\nContent-Type: a\r\n", 400, "field-twice"},
        {GET "Frank-Reporting-User: a\r\nFrank-Reporting-User: b\r\n", 400,
         "field-twice"},
        {GET "Frank-Signals: a\r\nX: b\r\nFrank-Signals: a\r\n", 400,
         "field-twice"},
        {GET "Host: \r\n", 400, "host-malformed"},
        {GET "Host: a/b\r\n", 400, "host-malformed"},
        {GET "Host: u@a\r\n", 400, "host-malformed"},
        {GET "Host: a:\r\n", 400, "host-malformed"},
        {GET "Host: :80\r\n", 400, "host-malformed"},
        {GET "Host: a:123456\r\n", 400, "host-malformed"},
        {GET "Host: a:8x\r\n", 400, "host-malformed"},
        {GET "Host: a b\r\n", 400, "host-malformed"},
        {GET "Host: a, b@\r\n", 400, "host-malformed"},
        {GET "Host: [::1\r\n", 400, "host-malformed"},
        {GET "Host: []\r\n", 400, "host-malformed"},
        {GET "Host: [::1]x\r\n", 400, "host-malformed"},
        {GET "Host: [::1]:\r\n", 400, "host-malformed"},
        {GET "Host: [:/1]\r\n", 400, "host-malformed"},
        {POST "Content-Length: 5\r\nContent-Length: 5\r\n", 400,
         "length-twice"},
        {POST "Content-Length: 5\r\ncontent-length: 6\r\n", 400,
         "length-twice"},
        {POST "Content-Length: 5, 5\r\n", 400, "length-twice"},
        {POST "Content-Length: +5\r\n", 400, "length-malformed"},
        {POST "Content-Length:\r\n", 400, "length-malformed"},
        {POST "Content-Length: 0x5\r\n", 400, "length-malformed"},
        {POST "Content-Length: 1234567890123456789\r\n", 400,
         "length-malformed"},
        {POST "Transfer-Encoding: chunked\r\n", 501, "transfer-encoding"},
        {POST "Content-Length: 5\r\nTransfer-Encoding: identity\r\n", 501,
         "transfer-encoding"},
        {POST "\r\n", 411, "length-missing"},
        {POST "Expect: 200-ok\r\n", 417, "expect"},
        {GET "Upgrade: h2c\r\n", 400, "upgrade"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        assert_bad(cases[i].head, cases[i].status, cases[i].reason);
    }
}

static void refuses_nul_anywhere(void **state)
{
    static const char head[] = GET "Host: a\0b\r\n\r\n";
    struct head out;

    (void)state;
    assert_int_equal(head_look(&out, (const uint8_t *)head, sizeof head - 1),
                     HEAD_BAD);
    assert_string_equal(out.reason, "nul");
    assert_int_equal(head_look(&out, (const uint8_t *)"", 1), HEAD_BAD);
    assert_string_equal(out.reason, "nul");
}

static void refuses_what_is_too_long(void **state)
{
    static char text[HEAD_MAX_BYTES + 64];
    struct head head;
    int len;

    (void)state;
    len = snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n",
                   HEAD_TARGET_MAX_BYTES - 1, 0);
    assert_int_equal(look(&head, text), HEAD_WHOLE);
    (void)snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\n",
                   HEAD_TARGET_MAX_BYTES, 0);
    assert_bad(text, 414, "target-too-long");
    (void)snprintf(text, sizeof text, "GET /%0*d", HEAD_TARGET_MAX_BYTES + 16,
                   0);
    assert_bad(text, 414, "target-too-long");
    len = snprintf(text, sizeof text, GET HOST "X: ");
    memset(text + len, 'x', HEAD_MAX_BYTES - (size_t)len - 4);
    memcpy(text + HEAD_MAX_BYTES - 4, "\r\n\r\n", 5);
    assert_int_equal(look(&head, text), HEAD_WHOLE);
    assert_int_equal(head.len, HEAD_MAX_BYTES);
    memcpy(text + HEAD_MAX_BYTES - 4, "x\r\n\r\n", 6);
    assert_bad(text, 431, "too-long");
}

static void refuses_too_many_fields(void **state)
{
    char text[2048] = GET HOST;
    struct head head;

    (void)state;
    for (unsigned i = 1; i < HEAD_FIELDS_MAX; i++) {
        (void)strcat(text, "X:1\r\n");
    }
    (void)strcat(text, "\r\n");
    assert_int_equal(look(&head, text), HEAD_WHOLE);
    (void)strcpy(text + strlen(text) - 2, "X:1\r\n");
    assert_bad(text, 431, "too-many-fields");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_plain_requests),
        cmocka_unit_test(waits_for_every_byte),
        cmocka_unit_test(refuses_what_is_not_plain),
        cmocka_unit_test(refuses_nul_anywhere),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(refuses_too_many_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
