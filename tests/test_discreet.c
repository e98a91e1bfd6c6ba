/* SPDX-License-Identifier: Apache-2.0 */
/* A statement for the accused: what gives the message, the room or the reporter
 * away is found wherever it stands, and what everybody may know is not. */
#include "discreet.h"
#include "folded.h"
#include "runs.h"
#include "support.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool exhausted_now;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    return exhausted_now ? NULL : __real_calloc(count, size);
}

static void refused(const char *text, const struct discreet_secrets *secrets,
                    const char *kind, size_t offset)
{
    struct frank_fault fault = {0};

    assert_int_equal(discreet_check(text, secrets, &fault), FRANK_ERR_VALUE);
    assert_string_equal(fault.field, kind);
    assert_int_equal(fault.offset, offset);
    assert_int_equal(discreet_check(text, secrets, NULL), FRANK_ERR_VALUE);
}

static void taken(const char *text, const struct discreet_secrets *secrets)
{
    struct frank_fault fault = {0};
    int error = discreet_check(text, secrets, &fault);

    if (error != FRANK_OK) {
        fail_msg("%s at %zu: %s", fault.field, fault.offset, text);
    }
}

/* ---- Names --------------------------------------------------------------- */

#define REPORTER "mimi://example.com/u/Alice"

static void refuses_the_uris_of_reporter_and_room(void **state)
{
    struct discreet_secrets secrets = {
        .reporter = support_text(REPORTER),
        .room = support_text("mimi://example.com/r/Club Room")};

    (void)state;
    refused("By <" REPORTER ">.", &secrets, "reporter", 4);
    refused("By MIMI://EXAMPLE.COM/u/aLICEandmore", &secrets, "reporter", 3);
    refused("In mimi://example.com/r/club \n\troom!", &secrets, "room", 3);
    taken("In mimi://example.com/r/clubroom", &secrets);
    taken("", &secrets);
}

static void refuses_the_reporter_s_name_as_a_word(void **state)
{
    struct discreet_secrets secrets = {.reporter = support_text(REPORTER)};

    (void)state;
    refused("Alice", &secrets, "reporter's name", 0);
    refused("said  aLICE's friend", &secrets, "reporter's name", 6);
    refused("malice, alicee and alice2; _alice_", &secrets, "reporter's name",
            28);
    refused("\u2018alice\u2019", &secrets, "reporter's name", 3);
    taken("malice, alicee, 1alice, alice2", &secrets);
    taken("example.com", &secrets);
}

static void knows_the_user_part_of_many_uris(void **state)
{
    static const char *const uris[] = {
        "mimi://example.com/u/alice",
        "mimi://example.com/u/alice/",
        "mimi://example.com/u/alice?x",
        "mimi://example.com/u/alice#alicia",
        "im:alice@example.com",
        "sip:alice@example.com:5060;tls",
        "xmpp:alice@example.com/phone",
        "sip://alice@example.com/phone",
        "sip://alice:pw@example.com",
        "@alice:example.com",
        "https://example.com/@alice",
        "matrix:u/alice:example.com",
        "alice",
        "a:alice",
        "alice@example.com",
        "u/alice",
    };
    static const char *const none[] = {
        "mimi://alice", "mimi://alice/", "/", "a:", ":", ""};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(uris); i++) {
        struct discreet_secrets secrets = {.reporter = support_text(uris[i])};

        refused("It was Alice.", &secrets,
                strlen(uris[i]) == 5 ? "reporter" : "reporter's name", 7);
        taken("It was example, phone, com, tls, pw, a, im, sip.", &secrets);
    }
    for (size_t i = 0; i < SUPPORT_COUNT(none); i++) {
        struct discreet_secrets secrets = {.reporter = support_text(none[i])};

        taken("It was Alice. Was it?", &secrets);
    }
}

static void refuses_a_short_name_only_behind_an_at(void **state)
{
    struct discreet_secrets secrets = {.reporter = support_text("a:it")};

    (void)state;
    taken("It was what it was; it.", &secrets);
    refused("It was by @IT.", &secrets, "reporter's name", 11);
    secrets.reporter = support_text("a:ada");
    refused("It was by Ada.", &secrets, "reporter's name", 10);
}

static void takes_a_name_that_is_a_word_of_an_open_text(void **state)
{
    const struct frank_span open[] = {support_text("A bad accounting."),
                                      support_text("Your Account is shut.")};
    struct discreet_secrets secrets = {
        .reporter = support_text("a:account"), .open = open, .open_count = 2};

    (void)state;
    taken("Your account is shut.", &secrets);
    secrets.open_count = 1;
    refused("Your account is shut.", &secrets, "reporter's name", 5);
}

/* ---- Runs ---------------------------------------------------------------- */

/* 24 letters, so that one less is no run. */
#define RUN "abcdefghijklmnopqrstuvwx"

static void refuses_a_run_of_a_disclosed_text(void **state)
{
    const struct frank_span disclosed[] = {
        support_text(""), support_text("nothing of the kind, at all, no"),
        support_text("....." RUN "!!!!")};
    struct discreet_secrets secrets = {.disclosed = disclosed,
                                       .disclosed_count = 3};
    struct frank_fault fault = {0};

    (void)state;
    refused("He wrote: " RUN ".", &secrets, "disclosed message", 10);
    refused(RUN, &secrets, "disclosed message", 0);
    taken("He wrote: bcdefghijklmnopqrstuvwx", &secrets);
    taken("He wrote: abcdefghijklmnopqrstuvw", &secrets);
    assert_int_equal(discreet_check(RUN, &secrets, &fault), FRANK_ERR_VALUE);
    assert_int_equal(fault.found, 2);
}

static void compares_without_case_and_with_white_space_folded(void **state)
{
    const struct frank_span disclosed[] = {
        support_text("x Send me\r\n\r\n\t50 Euro\u00a0\u2003 today, "
                     "FRIEND\u3000or else ")};
    struct discreet_secrets secrets = {.disclosed = disclosed,
                                       .disclosed_count = 1};

    (void)state;
    refused("You wrote \"send ME 50\neuro Today, friend\".", &secrets,
            "disclosed message", 9 + 2);
    refused("You  wrote \"50  euro   today,\u00a0friend or  else\".", &secrets,
            "disclosed message", 12);
    taken("You wrote \"send me 5O euro today, friend\".", &secrets);
}

static void passes_over_runs_of_open_texts(void **state)
{
    const struct frank_span disclosed[] = {
        support_text("Dear client, your account was suspended today. Click")};
    const struct frank_span open[] = {
        support_text("Your account was  suspended {until}.")};
    struct discreet_secrets secrets = {.disclosed = disclosed,
                                       .disclosed_count = 1};

    (void)state;
    refused("Your account was suspended for good.", &secrets,
            "disclosed message", 0);
    secrets.open = open;
    secrets.open_count = 1;
    taken("Your account was suspended for good.", &secrets);
    refused("Your account was suspended today. Sorry.", &secrets,
            "disclosed message", 4);
}

/* ---- Against the simplest way to do it ----------------------------------- */

/* Folded byte by byte; only ASCII's white space. */
static size_t simple_fold(uint8_t *out, struct frank_span text)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (c != ' ' && (c < '\t' || c > '\r')) {
            out[len++] = c < 0x80 ? (uint8_t)tolower(c) : c;
        } else if (len == 0 || out[len - 1] != ' ') {
            out[len++] = ' ';
        }
    }
    return len;
}

static bool simple_find(struct frank_span text, struct frank_span other)
{
    static uint8_t a[RUNS_TEXT_MAX_BYTES];
    static uint8_t b[200000];
    size_t a_len = simple_fold(a, text);
    size_t b_len = simple_fold(b, other);

    for (size_t i = 0; i + RUNS_BYTES <= a_len; i++) {
        if (memmem(b, b_len, a + i, RUNS_BYTES) != NULL) {
            return true;
        }
    }
    return false;
}

/* Few different bytes, some of them white space, so that much is folded. */
static void noise(uint8_t *out, size_t len, uint32_t *seed)
{
    static const uint8_t bytes[] = {'a', 'B', 'b', ' ', '\n', 0xc3, 0, 'C'};

    for (size_t i = 0; i < len; i++) {
        out[i] = bytes[support_random(seed) % sizeof bytes];
    }
}

static void finds_what_a_simple_search_finds_and_nothing_else(void **state)
{
    static uint8_t text[600];
    static uint8_t other[100000];
    uint32_t seed = 1;
    size_t found = 0;

    (void)state;
    for (size_t round = 0; round < 300; round++) {
        size_t text_len = 24 + support_random(&seed) % 500;
        size_t other_len = 24 + support_random(&seed) % sizeof other / 2;
        size_t copy = 20 + support_random(&seed) % 16;
        struct frank_span a = {text, text_len};
        struct frank_span b = {other, other_len};
        struct runs *runs;
        size_t place = 0;
        bool expected;

        noise(text, text_len, &seed);
        noise(other, other_len, &seed);
        copy = copy > text_len ? text_len : copy;
        memcpy(other + support_random(&seed) % (other_len - copy + 1),
               text + support_random(&seed) % (text_len - copy + 1), copy);
        runs = runs_new(a);
        assert_non_null(runs);
        expected = simple_find(a, b);
        assert_int_equal(runs_find(&place, runs, b), expected);
        found += expected;
        assert_true(place < text_len);
        runs_pass_over(runs, b);
        assert_false(runs_find(&place, runs, b));
        runs_free(runs);
    }
    assert_true(found > 100 && found < 290);
}

static void finds_a_run_wherever_it_stands_in_a_long_text(void **state)
{
    static uint8_t other[32768 + 200];
    const struct frank_span text = support_text("- " RUN " -");
    struct runs *runs = runs_new(text);
    size_t place = 0;

    (void)state;
    assert_non_null(runs);
    for (size_t at = 0; at + strlen(RUN) <= sizeof other;
         at += at < 300 || at > 32600 ? 1 : 499) {
        memset(other, '.', sizeof other);
        memcpy(other + at, RUN, strlen(RUN));
        assert_true(
            runs_find(&place, runs, (struct frank_span){other, sizeof other}));
        assert_int_equal(place, 2);
    }
    runs_free(runs);
}

static void folds_the_same_in_whatever_pieces(void **state)
{
    static uint8_t text[2000];
    static uint8_t whole[2000];
    static uint8_t parts[2000];
    static uint16_t places[2000];
    uint32_t seed = 7;

    (void)state;
    for (size_t round = 0; round < 200; round++) {
        struct frank_span span = {text, 1 + support_random(&seed) % 2000};
        struct folded_reader a = {.text = span};
        struct folded_reader b = {.text = span};
        size_t len;
        size_t done = 0;
        size_t more = 1;

        memset(text, 'A', sizeof text);
        noise(text, span.len / (1 + round % 4), &seed);
        len = folded_read(&a, whole, sizeof whole, places);
        assert_int_equal(len, simple_fold(parts, span));
        assert_memory_equal(whole, parts, len);
        memset(parts, 0, sizeof parts);
        while (more > 0) {
            size_t room = 1 + support_random(&seed) % 200;

            more = folded_read(&b, parts + done,
                               room < len - done ? room : len - done, NULL);
            done += more;
        }
        assert_int_equal(done, len);
        assert_memory_equal(whole, parts, len);
        for (size_t i = 0; i < len; i++) {
            uint8_t from = text[places[i]];

            assert_true(
                whole[i] == ' '
                    ? isspace(from)
                    : whole[i] ==
                          (from | (from >= 'A' && from <= 'Z' ? 32 : 0)));
        }
    }
}

/* ---- Limits -------------------------------------------------------------- */

static void refuses_what_is_too_long(void **state)
{
    char *text = (char *)support_zeros(DISCREET_TEXT_MAX_BYTES + 2);
    const struct frank_span open[] = {
        {(const uint8_t *)text, DISCREET_TEXT_MAX_BYTES + 1}};
    struct discreet_secrets secrets = {.reporter = {NULL, 0}};
    struct frank_fault fault;

    (void)state;
    memset(text, 'a', DISCREET_TEXT_MAX_BYTES + 1);
    assert_int_equal(discreet_check(text, &secrets, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "text");
    text[DISCREET_TEXT_MAX_BYTES] = '\0';
    assert_int_equal(discreet_check(text, &secrets, &fault), 0);
    secrets.reporter = (struct frank_span){open[0].data, 1025};
    assert_int_equal(discreet_check("a", &secrets, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "reporter");
    secrets.reporter.len = 1024;
    secrets.room = (struct frank_span){open[0].data, 1025};
    assert_int_equal(discreet_check("a", &secrets, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "room");
    secrets.room.len = 1024;
    secrets.open = open;
    secrets.open_count = 1;
    assert_int_equal(discreet_check("a", &secrets, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "open text");
}

static void says_when_memory_runs_out(void **state)
{
    struct discreet_secrets secrets = {.reporter = {NULL, 0}};
    struct frank_fault fault;
    int error;

    (void)state;
    exhausted_now = true;
    error = discreet_check("a", &secrets, &fault);
    exhausted_now = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_the_uris_of_reporter_and_room),
        cmocka_unit_test(refuses_the_reporter_s_name_as_a_word),
        cmocka_unit_test(knows_the_user_part_of_many_uris),
        cmocka_unit_test(refuses_a_short_name_only_behind_an_at),
        cmocka_unit_test(takes_a_name_that_is_a_word_of_an_open_text),
        cmocka_unit_test(refuses_a_run_of_a_disclosed_text),
        cmocka_unit_test(compares_without_case_and_with_white_space_folded),
        cmocka_unit_test(passes_over_runs_of_open_texts),
        cmocka_unit_test(finds_what_a_simple_search_finds_and_nothing_else),
        cmocka_unit_test(finds_a_run_wherever_it_stands_in_a_long_text),
        cmocka_unit_test(folds_the_same_in_whatever_pieces),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(says_when_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
