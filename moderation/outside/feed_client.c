/* SPDX-License-Identifier: Apache-2.0 */
#include "feed_client.h"

#include "note.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL_MAX_BYTES ((size_t)65536)
/* 256 entries of 64 KiB, each with its length. */
#define TILE_MAX_BYTES ((size_t)256 * (2 + 65535))
#define PUBLIC_MAX_BYTES ((size_t)1 << 20)
#define JSON_TYPE "application/json"

/* ---- A request, and what is made of its end ------------------------------
 */

static enum feed_result say(struct feed_trouble *trouble,
                            enum feed_result result, unsigned status,
                            const char *what, const char *detail)
{
    trouble->status = status;
    (void)snprintf(trouble->text, sizeof trouble->text, "%s%s%s", what,
                   detail[0] != '\0' ? ": " : "", detail);
    return result;
}

static enum feed_result malformed(struct feed_trouble *trouble,
                                  const struct frank_fault *fault)
{
    char words[192];

    frank_fault_text(words, sizeof words, fault);
    return say(trouble, FEED_MALFORMED, 200, "the hub's answer", words);
}

static enum feed_result not_fetched(struct feed_trouble *trouble,
                                    const struct fetch_trouble *why)
{
    switch (why->failure) {
    case FETCH_REQUEST:
    case FETCH_ADDRESS:
        return say(trouble, FEED_REFUSED, 0, "the hub cannot be asked",
                   why->text);
    case FETCH_LARGE:
        return say(trouble, FEED_MALFORMED, 0, "the hub", why->text);
    default:
        return say(trouble, FEED_AWAY, 0, "the hub", why->text);
    }
}

/* 501 is for good; the others above 500, and these two, pass. */
static bool is_for_now(unsigned status)
{
    return status == 408 || status == 429 || (status >= 500 && status != 501);
}

static enum feed_result judge(struct feed_trouble *trouble,
                              const struct fetch_answer *answer,
                              const char *media)
{
    char title[FEED_PROBLEM_MAX_BYTES];
    char words[64];

    if (answer->status == 200 && strcmp(answer->media, media) == 0) {
        return FEED_DONE;
    }
    feed_problem_read(title, answer->body, answer->len);
    (void)snprintf(words, sizeof words, "the hub answers %u", answer->status);
    trouble->retry_after = answer->retry_after;
    return say(trouble,
               is_for_now(answer->status) ? FEED_AWAY
               : answer->status >= 400    ? FEED_REFUSED
                                          : FEED_MALFORMED,
               answer->status, words, title);
}

/* GET, or POST of a text. answer is the caller's to free on DONE. */
static enum feed_result ask(const struct feed_source *source, const char *path,
                            const char *text, size_t max_bytes,
                            const char *media, struct fetch_answer *answer,
                            struct feed_trouble *trouble)
{
    char url[FETCH_URL_MAX_BYTES + 1];
    size_t base = strnlen(source->url, sizeof url);
    int len;
    struct fetch_trouble why;
    enum feed_result result;
    struct fetch_request request = {.url = url,
                                    .unix_socket = source->unix_socket,
                                    .bearer = source->bearer,
                                    .method = text != NULL ? "POST" : "GET",
                                    .ca_file = source->ca_file,
                                    .connect_ms = source->connect_ms,
                                    .total_ms = source->total_ms,
                                    .max_bytes = max_bytes,
                                    .allowed = source->networks,
                                    .stop = source->stop};

    memset(trouble, 0, sizeof *trouble);
    base -= base > 0 && source->url[base - 1] == '/';
    len = snprintf(url, sizeof url, "%.*s%s", (int)base, source->url, path);
    if (len < 0 || (size_t)len >= sizeof url) {
        return say(trouble, FEED_REFUSED, 0, "the hub's URL is too long", "");
    }
    if (text != NULL) {
        request.type = JSON_TYPE;
        request.body = (struct frank_span){(const uint8_t *)text, strlen(text)};
    }
    if (fetch(answer, &request, &why) != FRANK_OK) {
        return not_fetched(trouble, &why);
    }
    result = judge(trouble, answer, media);
    if (result != FEED_DONE) {
        fetch_answer_free(answer);
    }
    return result;
}

/* ---- The requests --------------------------------------------------------
 */

enum feed_result feed_pull(const struct feed_source *source, uint64_t after,
                           struct feed_page *page, struct feed_trouble *trouble)
{
    struct fetch_answer answer;
    struct frank_fault fault;
    enum feed_result result;
    char path[64];

    memset(page, 0, sizeof *page);
    (void)snprintf(path, sizeof path, "/v1/feed?after=%" PRIu64, after);
    result = ask(source, path, NULL, FEED_PAGE_MAX_BYTES, JSON_TYPE, &answer,
                 trouble);
    if (result != FEED_DONE) {
        return result;
    }
    if (feed_page_parse(page, answer.body, answer.len, after, &fault) !=
        FRANK_OK) {
        result = fault.error == FRANK_ERR_MEMORY
                     ? say(trouble, FEED_AWAY, 0, "out of memory", "")
                     : malformed(trouble, &fault);
    }
    fetch_answer_free(&answer);
    return result;
}

enum feed_result feed_ack(const struct feed_source *source, uint64_t through,
                          uint64_t *taken_over, struct feed_trouble *trouble)
{
    struct fetch_answer answer;
    struct frank_fault fault;
    enum feed_result result;
    char text[64];

    *taken_over = 0;
    (void)snprintf(text, sizeof text, "{\"through\":%" PRIu64 "}", through);
    result = ask(source, "/v1/feed/ack", text, SMALL_MAX_BYTES, JSON_TYPE,
                 &answer, trouble);
    if (result != FEED_DONE) {
        return result;
    }
    if (feed_ack_read(taken_over, answer.body, answer.len, &fault) !=
        FRANK_OK) {
        result = malformed(trouble, &fault);
    }
    fetch_answer_free(&answer);
    return result;
}

enum feed_result feed_notices(const struct feed_source *source,
                              const struct feed_notice *notices, size_t count,
                              bool *unknown, struct feed_trouble *trouble)
{
    struct fetch_answer answer;
    struct frank_fault fault;
    enum feed_result result;
    char *text = NULL;
    char words[192];

    memset(trouble, 0, sizeof *trouble);
    memset(unknown, 0, count * sizeof *unknown);
    if (feed_notices_write(&text, notices, count, &fault) != FRANK_OK) {
        frank_fault_text(words, sizeof words, &fault);
        return say(trouble,
                   fault.error == FRANK_ERR_MEMORY ? FEED_AWAY : FEED_REFUSED,
                   0, "notices that cannot be sent", words);
    }
    result = ask(source, "/v1/notices", text, SMALL_MAX_BYTES, JSON_TYPE,
                 &answer, trouble);
    free(text);
    if (result != FEED_DONE) {
        return result;
    }
    if (feed_notices_read(unknown, notices, count, answer.body, answer.len,
                          &fault) != FRANK_OK) {
        result = malformed(trouble, &fault);
    }
    fetch_answer_free(&answer);
    return result;
}

static enum feed_result take_text(const struct feed_source *source,
                                  const char *path, size_t max_bytes,
                                  const char *media, char **text, size_t *len,
                                  struct feed_trouble *trouble)
{
    struct fetch_answer answer;
    enum feed_result result =
        ask(source, path, NULL, max_bytes, media, &answer, trouble);

    *text = NULL;
    *len = 0;
    if (result == FEED_DONE) {
        *text = answer.body; /* transferred */
        *len = answer.len;
    }
    return result;
}

enum feed_result feed_checkpoint(const struct feed_source *source,
                                 bool of_public, char **text, size_t *len,
                                 struct feed_trouble *trouble)
{
    return take_text(source,
                     of_public ? "/log/checkpoint?public=1" : "/log/checkpoint",
                     NOTE_READ_MAX_BYTES, "text/plain", text, len, trouble);
}

enum feed_result feed_public(const struct feed_source *source, char **text,
                             size_t *len, struct feed_trouble *trouble)
{
    return take_text(source, "/.well-known/frank", PUBLIC_MAX_BYTES, JSON_TYPE,
                     text, len, trouble);
}

enum feed_result feed_tile(const struct feed_source *source, const char *path,
                           uint8_t **bytes, size_t *len,
                           struct feed_trouble *trouble)
{
    char below[128];
    char *text = NULL;
    enum feed_result result;

    (void)snprintf(below, sizeof below, "/log/tile/%s", path);
    result = take_text(source, below, TILE_MAX_BYTES,
                       "application/octet-stream", &text, len, trouble);
    *bytes = (uint8_t *)text; /* transferred */
    return result;
}
