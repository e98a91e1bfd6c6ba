/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses are the store's, and the ways to make one look like it. */
#include "store_url.h"
#include "support.h"

#include <string.h>

static bool below(const char *url, const char *prefix)
{
    return store_url_is_below(
        (struct frank_span){(const uint8_t *)url, strlen(url)}, prefix);
}

static void takes_prefixes(void **state)
{
    static const char *const good[] = {
        "https://media.example/",       "https://media.example/files/",
        "http://127.0.0.1:8000/a/b/",   "https://[2001:db8::1]:8443/x/",
        "https://media.example:65535/", "https://m/%C3%BC/"};
    static const char *const bad[] = {"",
                                      "https://media.example",
                                      "https://media.example/files",
                                      "https://media.example/?a=/",
                                      "ftp://media.example/",
                                      "HTTPS://media.example/",
                                      "https:///files/",
                                      "https://media.example:0/",
                                      "https://media.example:65536/",
                                      "https://media.example:/",
                                      "https://media.example:999999/",
                                      "https://me@media.example/",
                                      "https://[::1/",
                                      "https://[]/",
                                      "https://[::1",
                                      "https://media.example/a/../b/",
                                      "https://media.example/files/#/"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(store_url_is_prefix(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(store_url_is_prefix(bad[i]));
    }
}

#define PREFIX "https://media.example/files/"

static void takes_what_is_below(void **state)
{
    static const char *const good[] = {PREFIX "a",
                                       PREFIX "a/b.c/d..e/...",
                                       PREFIX "a?token=../x&y=%2F",
                                       PREFIX "%20a%C3%A4",
                                       PREFIX "a;v=1/b..;/...;/b%3B",
                                       "https://MEDIA.example/files/a",
                                       "https://media.example:443/files/a"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(below(good[i], PREFIX));
    }
    assert_true(below("http://h:80/a", "http://h/"));
}

static void refuses_what_only_looks_like_it(void **state)
{
    static const char *const bad[] = {
        PREFIX,
        "https://media.example/file",
        "https://media.example/filesx/a",
        "https://media.example/Files/a",
        "https://media.example.evil/files/a",
        "https://media.example@evil/files/a",
        "https://media.example:443@evil/files/a",
        "https://evil/https://media.example/files/a",
        "http://media.example/files/a",
        "https://media.example:8443/files/a",
        "https://media.example\\@evil/files/a",
        "https://media.example/files/../a",
        "https://media.example/files/a/..",
        "https://media.example/files/./a",
        "https://media.example/files/%2e%2e/a",
        "https://media.example/files/%2E./a",
        "https://media.example/files/..%2fa",
        "https://media.example/files/..%5ca",
        "https://media.example/files/%252e%252e/a",
        "https://media.example/files/..;/a",
        "https://media.example/files/..;x=y/a",
        "https://media.example/files/.;/a",
        "https://media.example/files/..%3b/a",
        "https://media.example/files/%00",
        "https://media.example/files/%7f",
        "https://media.example/files/%2",
        "https://media.example/files/%zz",
        "https://media.example/files/%2z",
        "https://media.example/files/a#b",
        "https://media.example/files/a?b#c",
        "https://media.example/files/a?b c",
        "https://media.example/files/a?\xc3\xa4",
        "https://media.example/files/a b",
        "https://media.example/files/\xc3\xa4",
        "https://media.example/files\\..\\a",
        " https://media.example/files/a",
        "//media.example/files/a",
        "file:///files/a",
        "https://media.exampl/files/a",
        "https://media.example./files/a",
        "https://media.example?/files/a",
        ""};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(below(bad[i], PREFIX));
    }
    assert_false(below(PREFIX "a", "https://media.example/files"));
}

static void no_zero_hides_an_end(void **state)
{
    static const char url[] = PREFIX "a\0/../b";
    static const char query[] = PREFIX "a?\0";
    static const char host[] = "https://media.example\0.evil/files/a";

    (void)state;
    assert_false(store_url_is_below(
        (struct frank_span){(const uint8_t *)url, sizeof url - 1}, PREFIX));
    assert_false(store_url_is_below(
        (struct frank_span){(const uint8_t *)query, sizeof query - 1}, PREFIX));
    assert_false(store_url_is_below(
        (struct frank_span){(const uint8_t *)host, sizeof host - 1}, PREFIX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_prefixes),
        cmocka_unit_test(takes_what_is_below),
        cmocka_unit_test(refuses_what_only_looks_like_it),
        cmocka_unit_test(no_zero_hides_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
