/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of the feed, and the scanner of JSON under them. */
#include "feed_page.h"

#include "json_scan.h"
#include "support.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ID "00112233445566778899aabbccddeeff"
#define SALT "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"

static bool no_memory;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    return no_memory ? NULL : __real_calloc(count, size);
}

static const char *const members[] = {
    "\"number\":7",
    "\"report_id\":\"" ID "\"",
    "\"received\":1795435834905",
    "\"reporter\":\"named\"",
    "\"source\":\"mimi\"",
    "\"priority\":30",
    "\"distinct_reporters\":2",
    "\"first_contact\":true",
    "\"folds_into\":6",
    "\"report_salt\":\"" SALT "\"",
    "\"verdict\":\"AQID\"",
    "\"report\":\"BAUGBw==\"",
};

/* An item in which member `at` is `other` (NULL: left out). */
static const char *item_with(size_t at, const char *other)
{
    static char text[16384];
    char *end = text;

    *end++ = '{';
    for (size_t i = 0; i < SUPPORT_COUNT(members); i++) {
        const char *member = i == at ? other : members[i];

        if (member != NULL) {
            end += sprintf(end, "%s%s", end > text + 1 ? "," : "", member);
        }
    }
    (void)strcpy(end, "}");
    return text;
}

static const char *page_of(const char *items, uint64_t next)
{
    static char text[131072];

    (void)snprintf(text, sizeof text,
                   "{\"items\":[%s],\"next\":%" PRIu64
                   ",\"last\":9,\"more\":false}\n",
                   items, next);
    return text;
}

static int parse(struct feed_page *page, const char *text, uint64_t after,
                 struct frank_fault *fault)
{
    struct frank_span copy = support_text(text);

    memset(page, 0xaa, sizeof *page);
    return feed_page_parse(page,
                           (const char *)support_copy(copy.data, copy.len),
                           copy.len, after, fault);
}

static void assert_page_refused(const char *text, int error, const char *field)
{
    struct feed_page page;
    struct frank_fault fault;

    assert_int_equal(parse(&page, text, 5, &fault), error);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_true(fault.offset <= strlen(text));
    assert_true(support_is_zero(&page, sizeof page));
    assert_int_equal(parse(&page, text, 5, NULL), error);
}

/* A page of a good item (6), the one with the member, and a good one (8). */
static void assert_marked(size_t at, const char *other, int error,
                          const char *field)
{
    static char items[65536];
    struct feed_page page;
    const char *text;
    int len = sprintf(items, "%s,", item_with(0, "\"number\":6"));

    len += sprintf(items + len, "%s,", item_with(at, other));
    (void)sprintf(items + len, "%s", item_with(0, "\"number\":8"));
    text = page_of(items, 8);
    assert_int_equal(parse(&page, text, 5, NULL), FRANK_OK);
    assert_int_equal(page.count, 3);
    assert_int_equal(page.items[0].fault.error, FRANK_OK);
    assert_int_equal(page.items[2].fault.error, FRANK_OK);
    assert_int_equal(page.items[2].report.len, 4);
    assert_int_equal(page.items[1].fault.error, error);
    assert_string_equal(page.items[1].fault.field, field);
    assert_in_range(page.items[1].fault.offset, 1, strlen(text));
    assert_int_equal(page.items[1].number, at == 0 ? 0 : 7);
    assert_int_equal(memcmp(page.items[1].report_id, page.items[0].report_id,
                            FRANK_REPORT_ID_BYTES) == 0,
                     at != 1);
    assert_true(support_is_zero(&page.items[1].received,
                                sizeof page.items[1] -
                                    offsetof(struct feed_page_item, received)));
    feed_page_free(&page);
}

/* ---- Pages ---------------------------------------------------------------
 */

static void an_older_hub_says_no_log_index(void **state)
{
    static const struct {
        const char *member;
        bool has;
        uint64_t index;
    } good[] = {
        {"\"number\":7", false, 0},
        {"\"number\":7,\"log_index\":0", true, 0},
        {"\"number\":7,\"log_index\":9223372036854775807", true, INT64_MAX},
    };
    struct feed_page page;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(good); i++) {
        assert_int_equal(
            parse(&page, page_of(item_with(0, good[i].member), 7), 6, NULL),
            FRANK_OK);
        assert_int_equal(page.items[0].fault.error, FRANK_OK);
        assert_int_equal(page.items[0].has_log_index, good[i].has);
        assert_int_equal(page.items[0].log_index, good[i].index);
        feed_page_free(&page);
    }
    assert_marked(2, "\"received\":1,\"log_index\":-1", FRANK_ERR_VALUE,
                  "log_index");
    assert_marked(2, "\"received\":1,\"log_index\":\"1\"", FRANK_ERR_VALUE,
                  "log_index");
    assert_marked(2, "\"received\":1,\"log_index\":1,\"log_index\":1",
                  FRANK_ERR_JSON, "log_index");
}

static void a_page_is_read_as_it_was_written(void **state)
{
    struct feed_page page;
    const struct feed_page_item *item;

    (void)state;
    assert_int_equal(
        parse(&page, page_of(item_with(SIZE_MAX, NULL), 7), 6, NULL), FRANK_OK);
    assert_int_equal(page.count, 1);
    assert_int_equal(page.next, 7);
    assert_int_equal(page.last, 9);
    assert_false(page.more);
    item = &page.items[0];
    assert_int_equal(item->fault.error, FRANK_OK);
    assert_int_equal(item->number, 7);
    assert_memory_equal(item->report_id, support_bytes(ID).data, 16);
    assert_int_equal(item->received, 1795435834905);
    assert_int_equal(item->reporter, FEED_NAMED);
    assert_int_equal(item->origin, FEED_MIMI);
    assert_int_equal(item->priority, 30);
    assert_int_equal(item->distinct, 2);
    assert_true(item->first_contact);
    assert_int_equal(item->folds_into, 6);
    assert_memory_equal(item->salt, support_bytes(SALT).data, 32);
    support_assert_span(item->verdict, support_bytes("010203"));
    support_assert_span(item->report, support_bytes("04050607"));
    feed_page_free(&page);
    assert_true(support_is_zero(&page, sizeof page));
    feed_page_free(&page);
}

static void an_empty_page_says_where_the_hub_is(void **state)
{
    struct feed_page page;

    (void)state;
    assert_int_equal(parse(&page, page_of("", 5), 5, NULL), FRANK_OK);
    assert_int_equal(page.count, 0);
    assert_int_equal(page.next, 5);
    feed_page_free(&page);
    /* a hub that was put back, or is another one */
    assert_int_equal(parse(&page, page_of("", 50), 50, NULL), FRANK_OK);
    assert_int_equal(page.last, 9);
    feed_page_free(&page);
}

static void unknown_members_are_passed_over(void **state)
{
    struct feed_page page;
    char text[4096];

    (void)state;
    (void)snprintf(text, sizeof text,
                   " { \"new\" : [ { } , [ 1.5e+7 , -0 ] , \"\\u00e9\\n\" ] ,"
                   "\"more\":true,\"last\":7,\"next\":7,\"items\":[%s]}",
                   item_with(0, "\"number\":7,\"numbe\\u0072\":null"));
    assert_int_equal(parse(&page, text, 6, NULL), FRANK_OK);
    assert_true(page.more);
    assert_int_equal(page.items[0].fault.error, FRANK_OK);
    feed_page_free(&page);
}

static void each_member_must_be_there_once(void **state)
{
    static const char *const fields[] = {"number",
                                         "report_id",
                                         "received",
                                         "reporter",
                                         "source",
                                         "priority",
                                         "distinct_reporters",
                                         "first_contact",
                                         "folds_into",
                                         "report_salt",
                                         "verdict",
                                         "report"};
    char twice[512];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(members); i++) {
        assert_marked(i, NULL, FRANK_ERR_MISSING, fields[i]);
        if (i > 1) {
            (void)snprintf(twice, sizeof twice, "%s,%s", members[i],
                           members[i]);
            assert_marked(i, twice, FRANK_ERR_JSON, fields[i]);
        }
    }
    assert_page_refused("{\"items\":[],\"next\":5,\"last\":5}",
                        FRANK_ERR_MISSING, "more");
    assert_page_refused("{\"items\":[],\"next\":5,\"last\":5,\"more\":false,"
                        "\"next\":5}",
                        FRANK_ERR_JSON, "next");
    assert_page_refused("[]", FRANK_ERR_MISSING, "items");
}

static void one_bad_item_leaves_the_others_good(void **state)
{
    static const struct {
        size_t at;
        const char *other;
        const char *field;
    } bad[] = {
        {0, "\"number\":0", "number"},
        {0, "\"number\":-1", "number"},
        {0, "\"number\":1.0", "number"},
        {0, "\"number\":\"7\"", "number"},
        {0, "\"number\":9223372036854775808", "number"},
        {0, "\"number\":99999999999999999999999", "number"},
        {1, "\"report_id\":7", "report_id"},
        {1, "\"report_id\":\"00\"", "report_id"},
        {1, "\"report_id\":\"0011223344556677zz99aabbccddeeff\"", "report_id"},
        {1, "\"report_id\":\"00112233445566\\u0037788aabbccddeff\"",
         "report_id"},
        {2, "\"received\":null", "received"},
        {2, "\"received\":1e3", "received"},
        {3, "\"reporter\":\"Named\"", "reporter"},
        {3, "\"reporter\":1", "reporter"},
        {4, "\"source\":\"\"", "source"},
        {4, "\"source\":[\"mimi\"]", "source"},
        {5, "\"priority\":4294967296", "priority"},
        {6, "\"distinct_reporters\":{}", "distinct_reporters"},
        {7, "\"first_contact\":\"true\"", "first_contact"},
        {7, "\"first_contact\":1", "first_contact"},
        {8, "\"folds_into\":0", "folds_into"},
        {9, "\"report_salt\":\"" ID "\"", "report_salt"},
        {10, "\"verdict\":\"\"", "verdict"},
        {10, "\"verdict\":null", "verdict"},
        {10, "\"verdict\":\"AQI\"", "verdict"},
        {10, "\"verdict\":\"AQI-\"", "verdict"},
        {10, "\"verdict\":\"AQ==AQID\"", "verdict"},
        {10, "\"verdict\":\" AQID\"", "verdict"},
        {10, "\"verdict\":\"AQ\\u0049D\"", "verdict"},
        {10, "\"verdict\":\"AQ\xc3\xa4\"", "verdict"},
        {11, "\"report\":\"BAUGBx==\"", "report"},
        {11, "\"report\":\"BAUGBw=\"", "report"},
        {11, "\"report\":\"BAUGBw\"", "report"},
        {11, "\"report\":{\"a\":\"BAUGBw==\"}", "report"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_marked(bad[i].at, bad[i].other, FRANK_ERR_VALUE, bad[i].field);
    }
}

/* libsodium 1.0.18 reads these as characters of base64. */
static void base64_has_no_other_characters(void **state)
{
    static const char good[] = "\"verdict\":\"AQID/+/+\"";
    char text[64];
    struct feed_page page;

    (void)state;
    assert_int_equal(parse(&page, page_of(item_with(10, good), 7), 5, NULL),
                     FRANK_OK);
    assert_int_equal(page.items[0].fault.error, FRANK_OK);
    support_assert_span(page.items[0].verdict, support_bytes("010203ffeffe"));
    feed_page_free(&page);
    for (unsigned c = 0x20; c < 0x800; c++) {
        bool is_good =
            c < 0x80 &&
            (strchr("+/", (int)c) != NULL || (c >= '0' && c <= '9') ||
             (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));

        if (c == '"' || c == '\\') {
            continue;
        }
        if (c < 0x80) {
            (void)sprintf(text, "\"verdict\":\"AQ%cD\"", (int)c);
        } else {
            (void)sprintf(text, "\"verdict\":\"AQ%c%c\"", (int)(0xc0 | c >> 6),
                          (int)(0x80 | (c & 0x3f)));
        }
        assert_int_equal(parse(&page, page_of(item_with(10, text), 7), 5, NULL),
                         FRANK_OK);
        assert_int_equal(page.items[0].fault.error,
                         is_good ? FRANK_OK : FRANK_ERR_VALUE);
        feed_page_free(&page);
    }
}

static void items_that_are_no_objects_are_marked(void **state)
{
    static const char *const items[] = {"7", "null", "\"7\"", "[]"};
    struct feed_page page;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(items); i++) {
        assert_int_equal(parse(&page, page_of(items[i], 7), 5, NULL), FRANK_OK);
        assert_int_equal(page.count, 1);
        assert_int_equal(page.items[0].fault.error, FRANK_ERR_VALUE);
        assert_string_equal(page.items[0].fault.field, "item");
        feed_page_free(&page);
    }
    assert_page_refused(page_of("7", 5), FRANK_ERR_ORDER, "next");
}

static void numbers_rise_above_what_was_asked_for(void **state)
{
    char items[8192];

    (void)state;
    assert_page_refused(page_of(item_with(0, "\"number\":5"), 5),
                        FRANK_ERR_ORDER, "number");
    (void)snprintf(items, sizeof items, "%s,", item_with(SIZE_MAX, NULL));
    (void)strcat(items, item_with(SIZE_MAX, NULL));
    assert_page_refused(page_of(items, 7), FRANK_ERR_ORDER, "number");
    assert_page_refused(page_of(item_with(SIZE_MAX, NULL), 8), FRANK_ERR_ORDER,
                        "next");
    assert_page_refused(page_of(item_with(SIZE_MAX, NULL), 6), FRANK_ERR_ORDER,
                        "next");
    assert_page_refused(page_of("", 6), FRANK_ERR_ORDER, "next");
    assert_page_refused("{\"items\":[],\"next\":5,\"last\":9,\"more\":true}",
                        FRANK_ERR_ORDER, "next");
}

static void pages_that_are_none_are_refused(void **state)
{
    static const struct {
        const char *text;
        int error;
        const char *field;
    } bad[] = {
        {"", FRANK_ERR_JSON, "feed"},
        {"{", FRANK_ERR_JSON, "feed"},
        {"<html>", FRANK_ERR_JSON, "feed"},
        {"{\"items\":{},\"next\":5,\"last\":5,\"more\":false}", FRANK_ERR_VALUE,
         "items"},
        {"{\"items\":[],\"next\":-5,\"last\":5,\"more\":false}",
         FRANK_ERR_VALUE, "next"},
        {"{\"items\":[],\"next\":5,\"last\":\"5\",\"more\":false}",
         FRANK_ERR_VALUE, "last"},
        {"{\"items\":[],\"next\":5,\"last\":5,\"more\":0}", FRANK_ERR_VALUE,
         "more"},
    };
    struct feed_page page;
    const char *whole;
    char *text = calloc(1, 8192);

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_page_refused(bad[i].text, bad[i].error, bad[i].field);
    }
    whole = page_of(item_with(SIZE_MAX, NULL), 7);
    for (size_t len = 0; len + 1 < strlen(whole); len++) {
        memcpy(text, whole, len);
        text[len] = '\0';
        assert_int_equal(parse(&page, text, 5, NULL), FRANK_ERR_JSON);
    }
    free(text);
}

static void too_many_or_too_large_is_refused(void **state)
{
    size_t most = (HUB_VERDICT_SIGNED_MAX_BYTES + 2) / 3 * 4;
    char verdict[4096] = "\"verdict\":\"";
    struct feed_page page;
    struct frank_fault fault;
    char *items = calloc(1, 1 << 12);
    char *large = calloc(1, FEED_PAGE_MAX_BYTES + 1);

    (void)state;
    for (size_t i = 0; i < FEED_PAGE_ITEMS_MAX; i++) {
        (void)strcat(items, i > 0 ? ",{}" : "{}");
    }
    assert_int_equal(parse(&page, page_of(items, 7), 5, NULL), FRANK_OK);
    assert_int_equal(page.count, FEED_PAGE_ITEMS_MAX);
    feed_page_free(&page);
    (void)strcat(items, ",{}");
    assert_page_refused(page_of(items, 7), FRANK_ERR_LIMIT, "items");
    assert_int_equal(
        feed_page_parse(&page, large, FEED_PAGE_MAX_BYTES + 1, 5, &fault),
        FRANK_ERR_LIMIT);
    free(items);
    free(large);
    memset(verdict + 11, 'A', most);
    (void)strcpy(verdict + 11 + most - 1, "=\"");
    assert_int_equal(HUB_VERDICT_SIGNED_MAX_BYTES % 3, 2);
    assert_int_equal(parse(&page, page_of(item_with(10, verdict), 7), 5, NULL),
                     FRANK_OK);
    assert_int_equal(page.items[0].fault.error, FRANK_OK);
    assert_int_equal(page.items[0].verdict.len, HUB_VERDICT_SIGNED_MAX_BYTES);
    feed_page_free(&page);
    (void)strcpy(verdict + 11 + most - 1, "A\""); /* a byte more */
    assert_marked(10, verdict, FRANK_ERR_LIMIT, "verdict");
    (void)strcpy(verdict + 11 + most, "AAAA\"");
    verdict[11 + most - 1] = 'A';
    assert_marked(10, verdict, FRANK_ERR_LIMIT, "verdict");
}

static void without_memory_it_is_not_read(void **state)
{
    struct frank_span text = support_text(page_of("", 5));
    struct feed_page page;
    int error;

    (void)state;
    no_memory = true;
    error = feed_page_parse(&page, (const char *)text.data, text.len, 5, NULL);
    no_memory = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
    assert_true(support_is_zero(&page, sizeof page));
}

/* A page with a report of 12 MiB, which is 16 MiB of base64; in a process of
 * its own, whose memory it is. */
static int take_large_page(void)
{
    size_t size = (size_t)16 << 20;
    const char *item = item_with(11, "\"report\":\"@\"");
    const char *whole = page_of(item, 7);
    size_t before = (size_t)(strchr(whole, '@') - whole);
    char *text = malloc(size + 4096);
    struct feed_page page;
    struct rusage usage;
    int good;

    if (text == NULL) {
        return 1;
    }
    memcpy(text, whole, before);
    memset(text + before, 'A', size);
    (void)strcpy(text + before + size, whole + before + 1);
    if (feed_page_parse(&page, text, strlen(text), 5, NULL) != FRANK_OK) {
        return 2;
    }
    good = page.items[0].report.len == size / 4 * 3;
    feed_page_free(&page);
    free(text);
    (void)getrusage(RUSAGE_SELF, &usage);
    return !good ? 3 : usage.ru_maxrss > 64 * 1024 ? 4 : 0;
}

static void a_large_page_takes_little_memory(void **state)
{
    int status = 0;
    pid_t child;

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip();
#endif
    child = fork();
    if (child == 0) {
        _exit(take_large_page());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* ---- JSON ----------------------------------------------------------------
 */

static void json_is_what_jansson_takes_too(void **state)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "10",
                                        "01",
                                        "-",
                                        "+1",
                                        "1.",
                                        "1.5",
                                        ".5",
                                        "1e5",
                                        "1E+5",
                                        "1e-05",
                                        "1e",
                                        "1e+",
                                        "-1.25e2",
                                        "true",
                                        "false",
                                        "null",
                                        "tru",
                                        "nul",
                                        "True",
                                        "\"\"",
                                        "\"a",
                                        "a\"",
                                        "\"\\\"\"",
                                        "\"\\\\\"",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"\\u12g4\"",
                                        "\"\\u00e9\"",
                                        "\"\\uABCD\"",
                                        "\"\\b\\f\"",
                                        "\"\\",
                                        "\"\\u",
                                        "\"\t\"",
                                        "\"\x7f\"",
                                        "\"\xc3\xa9\"",
                                        "\"\xc3\"",
                                        "\"\xc0\x80\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xf4\x90\x80\x80\"",
                                        "\"\xf0\x9f\x98\x80\"",
                                        "[]",
                                        "[ ]",
                                        "[1]",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "[1,2",
                                        "[1,2]]",
                                        "[[1],[2]]",
                                        "[1}",
                                        "{}",
                                        "{ }",
                                        "{\"a\":1}",
                                        "{\"a\" :\t1 ,\r\n\"b\": 2}",
                                        "{\"a\":1,}",
                                        "{,\"a\":1}",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{a:1}",
                                        "{\"a\":1 \"b\":2}",
                                        "{\"a\":1]",
                                        "{1:1}",
                                        "",
                                        " ",
                                        " 1 ",
                                        "1 1",
                                        "\xef\xbb\xbf{}",
                                        "{\"a\":{\"b\":[{},[],\"\"]}}",
                                        "[1,2]x",
                                        "/**/1",
                                        "'a'",
                                        "NaN",
                                        "[1,,2]",
                                        "{\"a\"::1}",
                                        "\x01",
                                        ":"};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(texts); i++) {
        struct frank_span text = support_text(texts[i]);
        json_t *json = json_loadb((const char *)text.data, text.len,
                                  JSON_DECODE_ANY, NULL);
        struct json_scan_value value;
        struct frank_fault fault = {0};
        int error =
            json_scan(&value, (const char *)support_copy(text.data, text.len),
                      text.len, "text", &fault);

        if ((error == FRANK_OK) != (json != NULL)) {
            fail_msg("%s", texts[i]);
        }
        if (error != FRANK_OK) {
            assert_int_equal(error, FRANK_ERR_JSON);
            assert_true(fault.offset <= text.len);
            assert_true(support_is_zero(&value, sizeof value));
        }
        json_decref(json);
    }
    assert_int_equal(
        json_scan(&(struct json_scan_value){0}, "\"\0\"", 3, "text", NULL),
        FRANK_ERR_JSON);
}

static void json_is_nested_so_deep(void **state)
{
    char text[64] = "";
    struct json_scan_value value;
    struct frank_fault fault;

    (void)state;
    for (size_t depth = 1; depth <= JSON_SCAN_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(json_scan(&value, text, 2 * depth, "text", &fault),
                         depth <= JSON_SCAN_DEPTH_MAX ? FRANK_OK
                                                      : FRANK_ERR_DEPTH);
    }
    assert_int_equal(fault.offset, JSON_SCAN_DEPTH_MAX);
}

static void walks_end_where_they_should(void **state)
{
    static const char text[] = "{\"a\":[1,[2],\"x\"],\"b\":\"\\n\"}";
    struct json_scan_value root;
    struct json_scan_value array;
    struct json_scan_value value;
    struct json_walk walk;
    struct frank_span name;
    uint64_t number = 0;

    (void)state;
    assert_int_equal(json_scan(&root, text, strlen(text), "text", NULL), 0);
    walk = json_walk(&root);
    assert_false(json_walk_element(&value, &walk));
    walk = json_walk(&root);
    assert_true(json_walk_member(&name, &array, &walk));
    assert_true(json_scan_is(name, "a"));
    assert_true(json_walk_member(&name, &value, &walk));
    assert_true(json_scan_is(name, "b"));
    assert_true(value.escaped);
    assert_true(json_scan_is(value.text, "\\n"));
    assert_false(json_walk_member(&name, &value, &walk));
    assert_false(json_walk_member(&name, &value, &walk));
    walk = json_walk(&array);
    assert_true(json_walk_element(&value, &walk));
    assert_true(json_scan_number(&number, &value, 1));
    assert_int_equal(number, 1);
    assert_false(json_scan_number(&number, &value, 0));
    assert_true(json_walk_element(&value, &walk));
    assert_false(json_scan_number(&number, &value, 10));
    assert_true(json_walk_element(&value, &walk));
    assert_int_equal(value.type, JSON_SCAN_STRING);
    assert_false(json_walk_element(&value, &walk));
    walk = json_walk(&value);
    assert_false(json_walk_element(&value, &walk));
    assert_int_equal(json_scan(&value, "18446744073709551615", 20, "", NULL),
                     0);
    assert_true(json_scan_number(&number, &value, UINT64_MAX));
    assert_int_equal(number, UINT64_MAX);
    assert_int_equal(json_scan(&value, "18446744073709551616", 20, "", NULL),
                     0);
    assert_false(json_scan_number(&number, &value, UINT64_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_read_as_it_was_written),
        cmocka_unit_test(an_older_hub_says_no_log_index),
        cmocka_unit_test(an_empty_page_says_where_the_hub_is),
        cmocka_unit_test(unknown_members_are_passed_over),
        cmocka_unit_test(each_member_must_be_there_once),
        cmocka_unit_test(one_bad_item_leaves_the_others_good),
        cmocka_unit_test(base64_has_no_other_characters),
        cmocka_unit_test(items_that_are_no_objects_are_marked),
        cmocka_unit_test(numbers_rise_above_what_was_asked_for),
        cmocka_unit_test(pages_that_are_none_are_refused),
        cmocka_unit_test(too_many_or_too_large_is_refused),
        cmocka_unit_test(without_memory_it_is_not_read),
        cmocka_unit_test(a_large_page_takes_little_memory),
        cmocka_unit_test(json_is_what_jansson_takes_too),
        cmocka_unit_test(json_is_nested_so_deep),
        cmocka_unit_test(walks_end_where_they_should),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
