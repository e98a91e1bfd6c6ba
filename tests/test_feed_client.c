/* SPDX-License-Identifier: Apache-2.0 */
/* The moderation side's end of the feed, against hubs that say what they
 * should not; tests/feed_client.sh has it against frankd. */
#include "feed_client.h"
#include "folder.h"
#include "support.h"
#include "web.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN "a-token-that-no-message-may-hold"
#define JSON "Content-Type: application/json\r\n"
#define EMPTY_PAGE "{\"items\":[],\"next\":5,\"last\":5,\"more\":false}"
#define ID "00112233445566778899aabbccddeeff"

static bool no_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return no_memory ? NULL : __real_malloc(size);
}

static char answer_text[8192];
static struct feed_trouble trouble;

static const char *answer_of(unsigned status, const char *headers,
                             const char *body)
{
    (void)snprintf(answer_text, sizeof answer_text,
                   "HTTP/1.1 %u X\r\n%sContent-Length: %zu\r\n\r\n%s", status,
                   headers, strlen(body), body);
    return answer_text;
}

static struct feed_source source_at(const char *path)
{
    return (struct feed_source){.url = "http://hub/",
                                .unix_socket = path,
                                .bearer = TOKEN,
                                .connect_ms = 5000,
                                .total_ms = 20000};
}

static void assert_words(void)
{
    assert_true(strlen(trouble.text) > 0);
    assert_null(strstr(trouble.text, TOKEN));
}

/* ---- Each request --------------------------------------------------------
 */

static void a_pull_asks_above_a_number(void **state)
{
    struct web *web = web_start_text("s", answer_of(200, JSON, EMPTY_PAGE));
    struct feed_source source = source_at("s");
    struct feed_page page;

    (void)state;
    assert_int_equal(feed_pull(&source, 5, &page, &trouble), FEED_DONE);
    assert_int_equal(page.last, 5);
    assert_non_null(
        strstr(web_request(web), "GET /v1/feed?after=5 HTTP/1.1\r\n"));
    assert_non_null(strstr(web_request(web), "Authorization: Bearer " TOKEN));
    feed_page_free(&page);
    /* the same answer is none to another question */
    assert_int_equal(feed_pull(&source, 4, &page, &trouble), FEED_MALFORMED);
    assert_true(support_is_zero(&page, sizeof page));
    assert_words();
    web_stop(web);
}

static void an_acknowledgement_says_how_many_were_dropped(void **state)
{
    struct web *web =
        web_start_text("s", answer_of(200, JSON, "{\"taken_over\":3}\n"));
    struct feed_source source = source_at("s");
    uint64_t taken = 9;

    (void)state;
    assert_int_equal(feed_ack(&source, 7, &taken, &trouble), FEED_DONE);
    assert_int_equal(taken, 3);
    assert_non_null(strstr(web_request(web), "POST /v1/feed/ack HTTP/1.1\r\n"));
    assert_non_null(strstr(web_request(web), "\r\n\r\n{\"through\":7}"));
    (void)answer_of(200, JSON, "{\"taken_over\":-3}");
    assert_int_equal(feed_ack(&source, 7, &taken, &trouble), FEED_MALFORMED);
    assert_int_equal(taken, 0);
    (void)answer_of(200, JSON, "{}");
    assert_int_equal(feed_ack(&source, 7, &taken, &trouble), FEED_MALFORMED);
    (void)answer_of(409, "Content-Type: application/problem+json\r\n",
                    "{\"type\":\"urn:frank:problem:value\",\"title\":\"through "
                    "is above all\xc3\xa4\",\"status\":409}");
    taken = 9;
    assert_int_equal(feed_ack(&source, 7, &taken, &trouble), FEED_REFUSED);
    assert_int_equal(taken, 0);
    assert_int_equal(trouble.status, 409);
    assert_string_equal(trouble.text,
                        "the hub answers 409: through is above all\?\?");
    web_stop(web);
}

static void notices_come_back_where_they_are_unknown(void **state)
{
    const struct feed_notice notices[] = {
        {.report_id = {1}, .state = FEED_DECIDED, .outcome = "warned"},
        {.report_id = {2}, .discloses_nothing = true},
        {.report_id = {3}, .state = FEED_IN_REVIEW},
        {.report_id = {2}, .state = FEED_CLOSED},
    };
    bool unknown[4];
    struct web *web = web_start_text(
        "s", answer_of(200, JSON,
                       "{\"taken\":2,\"unknown\":"
                       "[\"02000000000000000000000000000000\","
                       "\"02000000000000000000000000000000\"]}"));
    struct feed_source source = source_at("s");

    (void)state;
    assert_int_equal(feed_notices(&source, notices, 4, unknown, &trouble),
                     FEED_DONE);
    assert_false(unknown[0]);
    assert_true(unknown[1]);
    assert_false(unknown[2]);
    assert_true(unknown[3]);
    assert_non_null(strstr(
        web_request(web), "\r\n\r\n{\"notices\":["
                          "{\"report_id\":\"01000000000000000000000000000000\","
                          "\"state\":\"decided\",\"outcome\":\"warned\"},"
                          "{\"report_id\":\"02000000000000000000000000000000\","
                          "\"discloses_nothing\":true},"
                          "{\"report_id\":\"03000000000000000000000000000000\","
                          "\"state\":\"in_review\"},"
                          "{\"report_id\":\"02000000000000000000000000000000\","
                          "\"state\":\"closed\"}]}"));
    web_stop(web);
}

static void answers_about_other_notices_are_malformed(void **state)
{
    static const char *const bodies[] = {
        "{\"taken\":0,\"unknown\":[\"" ID "\"]}",
        "{\"unknown\":[\"01000000000000000000000000000000\",\"00\"]}",
        "{\"unknown\":[\"0100000000000000000000000000000g\"]}",
        "{\"unknown\":[1]}",
        "{\"unknown\":{}}",
        "{\"taken\":1}",
        "[]",
        "<html>",
        ""};
    const struct feed_notice notice = {.report_id = {1}};
    struct web *web = web_start_text("s", answer_of(200, JSON, ""));
    struct feed_source source = source_at("s");
    bool unknown;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bodies); i++) {
        (void)answer_of(200, JSON, bodies[i]);
        unknown = true;
        assert_int_equal(feed_notices(&source, &notice, 1, &unknown, &trouble),
                         FEED_MALFORMED);
        assert_false(unknown);
        assert_words();
    }
    (void)answer_of(404, JSON, "{}");
    assert_int_equal(feed_notices(&source, &notice, 1, &unknown, &trouble),
                     FEED_REFUSED);
    web_stop(web);
}

static void notices_the_hub_would_refuse_are_not_sent(void **state)
{
    struct feed_notice bad[] = {
        {.state = FEED_DECIDED, .outcome = "Warned"},
        {.state = FEED_DECIDED, .outcome = "a\"b"},
        {.state = FEED_STATE_SAME, .outcome = "warned"},
        {.state = (enum feed_state)7},
        {.state = FEED_DECIDED},
    };
    struct web *web = web_start_text("s", answer_of(200, JSON, "{}"));
    struct feed_source source = source_at("s");
    struct feed_notice *many = calloc(FEED_NOTICES_MAX + 1, sizeof *many);
    bool *unknown = calloc(FEED_NOTICES_MAX + 1, sizeof *unknown);
    struct frank_fault fault;
    char *text = NULL;
    json_t *json;

    (void)state;
    memset(bad[4].outcome, 'a', sizeof bad[4].outcome);
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_int_equal(feed_notices(&source, &bad[i], 1, unknown, &trouble),
                         FEED_REFUSED);
        assert_words();
    }
    assert_int_equal(feed_notices(&source, bad, 0, unknown, &trouble),
                     FEED_REFUSED);
    assert_int_equal(
        feed_notices(&source, many, FEED_NOTICES_MAX + 1, unknown, &trouble),
        FEED_REFUSED);
    no_memory = true;
    assert_int_equal(feed_notices(&source, many, 1, unknown, &trouble),
                     FEED_AWAY);
    no_memory = false;
    assert_int_equal(web_connections(web), 0);
    /* the longest that there can be */
    for (size_t i = 0; i < FEED_NOTICES_MAX; i++) {
        many[i].state = FEED_IN_REVIEW;
        many[i].discloses_nothing = true;
        memset(many[i].outcome, 'z', FEED_OUTCOME_MAX_BYTES);
    }
    assert_int_equal(feed_notices_write(&text, many, FEED_NOTICES_MAX, &fault),
                     FRANK_OK);
    json = json_loads(text, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(json, "notices")),
                     FEED_NOTICES_MAX);
    json_decref(json);
    free(text);
    free(many);
    free(unknown);
    web_stop(web);
}

static void texts_are_given_as_they_are(void **state)
{
    struct web *web = web_start_text(
        "s", answer_of(200, "Content-Type: text/plain; charset=utf-8\r\n",
                       "log.example\n5\n"));
    struct feed_source source = source_at("s");
    size_t len = 0;
    char *text = NULL;

    (void)state;
    assert_int_equal(feed_checkpoint(&source, false, &text, &len, &trouble),
                     FEED_DONE);
    assert_string_equal(text, "log.example\n5\n");
    assert_int_equal(len, strlen(text));
    assert_non_null(strstr(web_request(web), "GET /log/checkpoint HTTP/1.1"));
    free(text);
    assert_int_equal(feed_checkpoint(&source, true, &text, &len, &trouble),
                     FEED_DONE);
    assert_non_null(
        strstr(web_request(web), "GET /log/checkpoint?public=1 HTTP/1.1"));
    free(text);
    (void)answer_of(200, JSON, "{\"a\":1}");
    assert_int_equal(feed_checkpoint(&source, false, &text, &len, &trouble),
                     FEED_MALFORMED);
    assert_null(text);
    assert_int_equal(feed_public(&source, &text, &len, &trouble), FEED_DONE);
    assert_string_equal(text, "{\"a\":1}");
    assert_non_null(
        strstr(web_request(web), "GET /.well-known/frank HTTP/1.1"));
    free(text);
    (void)answer_of(404, JSON, "");
    assert_int_equal(feed_public(&source, &text, &len, &trouble), FEED_REFUSED);
    assert_null(text);
    web_stop(web);
}

/* ---- What goes wrong -----------------------------------------------------
 */

static void statuses_tell_what_to_do(void **state)
{
    static const struct {
        unsigned status;
        enum feed_result result;
    } all[] = {
        {200, FEED_DONE},      {201, FEED_MALFORMED}, {204, FEED_MALFORMED},
        {302, FEED_MALFORMED}, {400, FEED_REFUSED},   {401, FEED_REFUSED},
        {403, FEED_REFUSED},   {404, FEED_REFUSED},   {408, FEED_AWAY},
        {409, FEED_REFUSED},   {413, FEED_REFUSED},   {429, FEED_AWAY},
        {500, FEED_AWAY},      {501, FEED_REFUSED},   {502, FEED_AWAY},
        {503, FEED_AWAY},      {507, FEED_AWAY}};
    struct web *web = web_start_text("s", answer_of(200, JSON, ""));
    struct feed_source source = source_at("s");
    struct feed_page page;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(all); i++) {
        (void)answer_of(all[i].status, JSON "Retry-After: 60\r\n", EMPTY_PAGE);
        assert_int_equal(feed_pull(&source, 5, &page, &trouble), all[i].result);
        assert_int_equal(trouble.retry_after, i == 0 ? 0 : 60);
        assert_int_equal(trouble.status, i == 0 ? 0 : all[i].status);
        feed_page_free(&page);
    }
    (void)answer_of(401, "", "no JSON");
    assert_int_equal(feed_pull(&source, 5, &page, &trouble), FEED_REFUSED);
    assert_string_equal(trouble.text, "the hub answers 401");
    (void)answer_of(503, "", "{\"title\":7}");
    assert_int_equal(feed_pull(&source, 5, &page, &trouble), FEED_AWAY);
    assert_string_equal(trouble.text, "the hub answers 503");
    (void)answer_of(200, "Content-Type: text/html\r\n", EMPTY_PAGE);
    assert_int_equal(feed_pull(&source, 5, &page, &trouble), FEED_MALFORMED);
    web_stop(web);
}

static void long_titles_are_cut(void **state)
{
    char body[600];
    char title[FEED_PROBLEM_MAX_BYTES];

    (void)state;
    (void)snprintf(body, sizeof body, "{\"title\":\"%0*d\"}", 500, 0);
    feed_problem_read(title, body, strlen(body));
    assert_int_equal(strlen(title), FEED_PROBLEM_MAX_BYTES - 1);
}

static void a_hub_that_is_not_there_is_away(void **state)
{
    struct web *web =
        web_start_text("s", "HTTP/1.1 200 OK\r\n" JSON
                            "Content-Length: 100\r\n\r\n{\"items\":[]");
    struct feed_source source = source_at("s");
    struct feed_page page;
    uint64_t taken;

    (void)state;
    assert_int_equal(feed_pull(&source, 5, &page, &trouble), FEED_AWAY);
    assert_words();
    (void)snprintf(answer_text, sizeof answer_text,
                   "HTTP/1.1 200 OK\r\n" JSON "Content-Length: %zu\r\n\r\n",
                   FEED_PAGE_MAX_BYTES + 1);
    web_stop(web);
    assert_int_equal(feed_ack(&source, 5, &taken, &trouble), FEED_AWAY);
    assert_int_equal(trouble.status, 0);
    (void)remove("s");
    web = web_start_text("s", answer_text);
    assert_int_equal(feed_pull(&source, 5, &page, &trouble), FEED_MALFORMED);
    web_stop(web);
}

static void a_hub_that_cannot_be_asked_needs_somebody(void **state)
{
    struct feed_source source = {
        .url = "http://127.0.0.1:9", .connect_ms = 1000, .total_ms = 1000};
    struct feed_page page;
    char *longer = calloc(1, FETCH_URL_MAX_BYTES + 2);

    (void)state;
    assert_int_equal(feed_pull(&source, 5, &page, &trouble), FEED_REFUSED);
    assert_words();
    source.url = "";
    assert_int_equal(feed_pull(&source, 5, &page, &trouble), FEED_REFUSED);
    memset(longer, 'a', FETCH_URL_MAX_BYTES);
    source.url = longer;
    assert_int_equal(feed_pull(&source, 5, &page, &trouble), FEED_REFUSED);
    assert_words();
    free(longer);
}

/* A page with a report of 12 MiB, 16 MiB of base64. */
static char *make_large_page(void)
{
    static const char before[] =
        "{\"items\":[{\"number\":7,\"report_id\":\"" ID "\",\"received\":1,"
        "\"reporter\":\"named\",\"source\":\"sealed\",\"priority\":0,"
        "\"distinct_reporters\":0,\"first_contact\":false,\"folds_into\":7,"
        "\"report_salt\":\"" ID ID "\",\"verdict\":\"AAAA\",\"report\":\"";
    static const char after[] = "\"}],\"next\":7,\"last\":7,\"more\":false}";
    size_t len = (size_t)16 << 20;
    char *text = malloc(len + 4096);
    int head;

    assert_non_null(text);
    head = sprintf(text,
                   "HTTP/1.1 200 OK\r\n" JSON "Content-Length: %zu\r\n\r\n%s",
                   strlen(before) + len + strlen(after), before);
    memset(text + head, 'A', len);
    (void)strcpy(text + head + len, after);
    return text;
}

static int pull_large_page(void)
{
    struct feed_source source = source_at("s");
    struct rusage before;
    struct rusage after;
    struct feed_page page;
    int good;

    (void)getrusage(RUSAGE_SELF, &before);
    if (feed_pull(&source, 5, &page, &trouble) != FEED_DONE) {
        return 1;
    }
    good = page.items[0].report.len == (size_t)12 << 20;
    feed_page_free(&page);
    (void)getrusage(RUSAGE_SELF, &after);
    return !good ? 2 : after.ru_maxrss - before.ru_maxrss > 48 * 1024 ? 3 : 0;
}

static void a_large_page_takes_little_memory(void **state)
{
    struct web *web;
    char *text;
    int status = 0;
    pid_t child;

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip();
#endif
    text = make_large_page();
    web = web_start_text("s", text);
    child = fork();
    if (child == 0) {
        _exit(pull_large_page());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    web_stop(web);
    free(text);
}

static void waits_double_up_to_half_a_minute(void **state)
{
    static const uint64_t waits[] = {250,  500,   1000,  2000, 4000,
                                     8000, 16000, 30000, 30000};
    uint32_t random = 1;

    (void)state;
    for (unsigned i = 0; i < SUPPORT_COUNT(waits); i++) {
        assert_int_equal(feed_backoff(i + 1, 0), waits[i]);
        assert_int_equal(feed_backoff(i + 1, 1000), waits[i] / 2);
        for (int k = 0; k < 100; k++) {
            assert_in_range(feed_backoff(i + 1, support_random(&random)),
                            waits[i] / 2, waits[i]);
        }
    }
    assert_int_equal(feed_backoff(0, 0), 250);
    assert_int_equal(feed_backoff(UINT32_MAX, 0), 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_pull_asks_above_a_number),
        IN_FOLDER(an_acknowledgement_says_how_many_were_dropped),
        IN_FOLDER(notices_come_back_where_they_are_unknown),
        IN_FOLDER(answers_about_other_notices_are_malformed),
        IN_FOLDER(notices_the_hub_would_refuse_are_not_sent),
        IN_FOLDER(texts_are_given_as_they_are),
        IN_FOLDER(statuses_tell_what_to_do),
        cmocka_unit_test(long_titles_are_cut),
        IN_FOLDER(a_hub_that_is_not_there_is_away),
        IN_FOLDER(a_hub_that_cannot_be_asked_needs_somebody),
        IN_FOLDER(a_large_page_takes_little_memory),
        cmocka_unit_test(waits_double_up_to_half_a_minute),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return sodium_init() < 0 || fetch_start() != FRANK_OK
               ? 1
               : cmocka_run_group_tests(tests, NULL, NULL);
}
