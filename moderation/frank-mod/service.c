/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "command.h"
#include "fetch.h"
#include "render.h"
#include "secret_file.h"

#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MAX 128
#define TOTAL_MS 60000

const char *service_where(const char *flag)
{
    const char *set = flag != NULL ? flag : getenv("FRANK_SERVICE");

    return set != NULL && set[0] != '\0' ? set : "unix:/run/frank-mod/mod.sock";
}

const char *service_session(const char *flag)
{
    static char path[PATH_MAX];
    const char *home = getenv("HOME");

    if (flag == NULL) {
        flag = getenv("FRANK_SESSION");
    }
    if (flag != NULL) {
        return flag;
    }
    (void)snprintf(path, sizeof path, "%s/.frank-mod-session",
                   home != NULL ? home : ".");
    return path;
}

/* ---- Asking
 * ------------------------------------------------------------------------ */

static bool load_token(char out[static TOKEN_MAX], const char *path)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    bool ok =
        path[0] != '\0' &&
        secret_file_load(&bytes, &len, path, TOKEN_MAX - 1, NULL) == FRANK_OK;

    out[0] = '\0';
    if (ok) {
        len -= len > 0 && bytes[len - 1] == '\n';
        memcpy(out, bytes, len);
        out[len] = '\0';
    }
    sodium_free(bytes); /* wipes */
    return ok;
}

static int send_request(struct fetch_answer *answer,
                        const struct service *service, const char *method,
                        const char *path, const char *body, const char *range)
{
    const struct fetch_header headers[] = {
        {"Frank-Request", "1"},
        {range != NULL ? "Range" : NULL, range},
        {NULL, NULL}};
    static const struct fetch_networks anywhere = {
        .list = {{.bits = 0}, {.address = {{0}}, .bits = 0}}, .count = 1};
    bool is_unix = strncmp(service->where, "unix:", 5) == 0;
    char url[FETCH_URL_MAX_BYTES];
    char token[TOKEN_MAX];
    struct fetch_trouble trouble;
    int error;

    (void)snprintf(url, sizeof url, "%s%s",
                   is_unix ? "http://frank-mod" : service->where, path);
    (void)load_token(token, service->session);
    error = fetch(
        answer,
        &(struct fetch_request){
            .url = url,
            .unix_socket = is_unix ? service->where + 5 : NULL,
            .bearer = token[0] != '\0' ? token : NULL,
            .method = method,
            .type = body != NULL ? "application/json" : NULL,
            .body = body != NULL ? io_span(body) : (struct frank_span){NULL, 0},
            .headers = headers,
            .connect_ms = 10000,
            .total_ms = TOTAL_MS,
            .max_bytes = SERVICE_ANSWER_MAX,
            .allowed = &anywhere,
        },
        &trouble);
    sodium_memzero(token, sizeof token);
    return error == FRANK_OK
               ? EXIT_DONE
               : io_say(EXIT_TROUBLE, "%s: %s", service->where, trouble.text);
}

/* What it refused, in its words; whoever answers there is not trusted with the
 * terminal. */
static int refused(const struct fetch_answer *answer)
{
    json_t *problem = json_loadb(answer->body, answer->len, 0, NULL);
    const json_t *title = json_object_get(problem, "title");
    const json_t *detail = json_object_get(problem, "detail");
    char *said = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&said, &len);
    int code = answer->status >= 500 ? EXIT_TROUBLE : EXIT_REFUSED;

    if (out != NULL) {
        io_put_text(out,
                    io_span(json_is_string(title) ? json_string_value(title)
                                                  : "refused"));
        if (json_is_string(detail)) {
            (void)fputs(": ", out);
            io_put_text(out, io_span(json_string_value(detail)));
        }
        (void)fclose(out);
    }
    code = io_say(code, "%s", said != NULL ? said : "refused");
    free(said);
    json_decref(problem);
    return code;
}

/* range NULL: all of it. */
static int ask(struct fetch_answer *answer, const struct service *service,
               const char *method, const char *path, json_t *body,
               const char *range)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    int code;

    if (fetch_start() != FRANK_OK || (body != NULL && text == NULL)) {
        code = io_say(EXIT_TROUBLE, "out of memory");
    } else {
        code = send_request(answer, service, method, path, text, range);
    }
    if (text != NULL) {
        sodium_memzero(text, strlen(text));
        free(text);
    }
    if (code == EXIT_DONE && answer->status != (range != NULL ? 206 : 200)) {
        code = refused(answer);
        fetch_answer_free(answer);
    }
    return code;
}

int service_ask(json_t **out, const struct service *service, const char *method,
                const char *path, json_t *body)
{
    struct fetch_answer answer = {0};
    int code = ask(&answer, service, method, path, body, NULL);

    *out = NULL;
    if (code == EXIT_DONE && strcmp(answer.media, "text/csv") == 0) {
        (void)fwrite(answer.body, 1, answer.len, stdout);
        *out = json_object();
    } else if (code == EXIT_DONE) {
        *out = json_loadb(answer.body, answer.len, JSON_ALLOW_NUL, NULL);
        if (*out == NULL) {
            code = io_say(EXIT_TROUBLE, "%s: not an answer of the service",
                          service->where);
        }
    }
    fetch_answer_free(&answer);
    return code;
}

static int take_bytes(struct blob *out, const struct fetch_answer *answer)
{
    int code = io_alloc(out, answer->len);

    if (code == EXIT_DONE) {
        memcpy(out->data, answer->body, answer->len);
    }
    return code;
}

/* media NULL: any. */
static int ask_bytes(struct blob *out, const struct service *service,
                     const char *method, const char *path, const char *media,
                     json_t *body)
{
    struct fetch_answer answer = {0};
    int code = ask(&answer, service, method, path, body, NULL);

    memset(out, 0, sizeof *out);
    if (code == EXIT_DONE && media != NULL &&
        strcmp(answer.media, media) != 0) {
        code = io_say(EXIT_TROUBLE, "%s: not an answer of the service",
                      service->where);
    }
    if (code == EXIT_DONE) {
        code = take_bytes(out, &answer);
    }
    fetch_answer_free(&answer);
    return code;
}

int service_range(struct blob *out, const struct service *service,
                  const char *path, uint64_t begin, uint64_t end)
{
    struct fetch_answer answer = {0};
    char range[64];
    int code;

    memset(out, 0, sizeof *out);
    (void)snprintf(range, sizeof range, "bytes=%" PRIu64 "-%" PRIu64, begin,
                   end - 1);
    code = ask(&answer, service, "GET", path, NULL, range);
    if (code == EXIT_DONE && answer.len != end - begin) {
        code = io_say(EXIT_TROUBLE, "%s: not an answer of the service",
                      service->where);
    }
    if (code == EXIT_DONE) {
        code = take_bytes(out, &answer);
    }
    fetch_answer_free(&answer);
    return code;
}

int service_bytes(struct blob *out, const struct service *service,
                  const char *path)
{
    json_t *nothing = json_object();
    int code = ask_bytes(out, service, "POST", path, NULL, nothing);

    json_decref(nothing);
    return code;
}

int service_post_bytes(struct blob *out, const struct service *service,
                       const char *path, const char *media, json_t *body)
{
    return ask_bytes(out, service, "POST", path, media, body);
}

/* ---- Showing
 * ---------------------------------------------------------------------------
 */

int service_show(const struct service *service, const json_t *answer)
{
    if (service->json) {
        (void)json_dumpf(answer, stdout, JSON_COMPACT);
        (void)putchar('\n');
    } else {
        render_value(stdout, answer);
    }
    return io_finish(EXIT_DONE);
}
