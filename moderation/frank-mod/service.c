/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "command.h"
#include "fetch.h"
#include "secret_file.h"

#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TOKEN_MAX 128
#define TOTAL_MS 60000
/* Numbers above this are times: ms since 1970, of this century. */
#define TIME_FROM INT64_C(1000000000000)

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
                        const char *path, const char *body)
{
    static const struct fetch_header headers[] = {{"Frank-Request", "1"},
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

/* What it refused, in its words: they are ours, and printed as text. */
static int refused(const struct fetch_answer *answer)
{
    json_t *problem = json_loadb(answer->body, answer->len, 0, NULL);
    const char *title = json_string_value(json_object_get(problem, "title"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    int code = answer->status >= 500 ? EXIT_TROUBLE : EXIT_REFUSED;

    code = io_say(code, "%s%s%s", title != NULL ? title : "refused",
                  detail != NULL ? ": " : "", detail != NULL ? detail : "");
    json_decref(problem);
    return code;
}

static int ask(struct fetch_answer *answer, const struct service *service,
               const char *method, const char *path, json_t *body)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    int code;

    if (fetch_start() != FRANK_OK || (body != NULL && text == NULL)) {
        code = io_say(EXIT_TROUBLE, "out of memory");
    } else {
        code = send_request(answer, service, method, path, text);
    }
    if (text != NULL) {
        sodium_memzero(text, strlen(text));
        free(text);
    }
    if (code == EXIT_DONE && answer->status != 200) {
        code = refused(answer);
        fetch_answer_free(answer);
    }
    return code;
}

int service_ask(json_t **out, const struct service *service, const char *method,
                const char *path, json_t *body)
{
    struct fetch_answer answer = {0};
    int code = ask(&answer, service, method, path, body);

    *out = NULL;
    if (code == EXIT_DONE) {
        *out = json_loadb(answer.body, answer.len, 0, NULL);
        if (*out == NULL) {
            /* A table, as text. */
            (void)fwrite(answer.body, 1, answer.len, stdout);
            *out = json_object();
        }
    }
    fetch_answer_free(&answer);
    return code;
}

int service_bytes(struct blob *out, const struct service *service,
                  const char *path)
{
    struct fetch_answer answer = {0};
    int code = ask(&answer, service, "GET", path, NULL);

    memset(out, 0, sizeof *out);
    if (code == EXIT_DONE) {
        code = io_alloc(out, answer.len);
    }
    if (code == EXIT_DONE) {
        memcpy(out->data, answer.body, answer.len);
    }
    fetch_answer_free(&answer);
    return code;
}

/* ---- Showing
 * ---------------------------------------------------------------------------
 */

static void indent(unsigned depth)
{
    (void)printf("%*s", (int)(2 * depth), "");
}

static void show(const json_t *value, unsigned depth);

static void show_member(const char *name, const json_t *value, unsigned depth)
{
    bool nested = (json_is_object(value) && json_object_size(value) > 0) ||
                  (json_is_array(value) && json_array_size(value) > 0);

    indent(depth);
    io_put_text(stdout, io_span(name));
    (void)fputs(nested ? ":\n" : ": ", stdout);
    show(value, nested ? depth + 1 : depth);
}

static void show_number(int64_t number)
{
    char time[IO_TIME_BYTES];

    if (number >= TIME_FROM) {
        io_time(time, (uint64_t)number);
        (void)puts(time);
    } else {
        (void)printf("%" PRId64 "\n", number);
    }
}

static void show_list(const json_t *list, unsigned depth)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);

        indent(depth);
        (void)fputs(json_is_object(item) ? "-\n" : "- ", stdout);
        show(item, depth + 1);
    }
    if (json_array_size(list) == 0) {
        (void)puts("none");
    }
}

static void show(const json_t *value, unsigned depth)
{
    const char *name;
    json_t *member;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        json_object_foreach((json_t *)value, name, member)
        {
            show_member(name, member, depth);
        }
        if (json_object_size(value) == 0) {
            (void)puts("-");
        }
        break;
    case JSON_ARRAY:
        show_list(value, depth);
        break;
    case JSON_STRING:
        io_put_text(stdout, (struct frank_span){
                                (const uint8_t *)json_string_value(value),
                                json_string_length(value)});
        (void)putchar('\n');
        break;
    case JSON_INTEGER:
        show_number(json_integer_value(value));
        break;
    case JSON_TRUE:
        (void)puts("yes");
        break;
    case JSON_FALSE:
        (void)puts("no");
        break;
    default:
        (void)puts("-");
        break;
    }
}

int service_show(const struct service *service, const json_t *answer)
{
    const char *name;
    json_t *member;

    if (service->json) {
        (void)json_dumpf(answer, stdout, JSON_COMPACT);
        (void)putchar('\n');
    } else {
        json_object_foreach((json_t *)answer, name, member)
        {
            show_member(name, member, 0);
        }
    }
    return io_finish(EXIT_DONE);
}

/* ---- Secrets
 * --------------------------------------------------------------------------------
 */

int service_secret(char *out, size_t size, const char *prompt)
{
    bool is_terminal = isatty(STDIN_FILENO) == 1;
    struct termios before;
    struct termios quiet;
    char *line;

    if (is_terminal && tcgetattr(STDIN_FILENO, &before) == 0) {
        (void)fprintf(stderr, "%s: ", prompt);
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    (void)setvbuf(stdin, NULL, _IONBF, 0);
    line = fgets(out, (int)size, stdin);
    if (is_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        (void)fputc('\n', stderr);
    }
    if (line == NULL) {
        return io_say(EXIT_USAGE, "no %s on standard input", prompt);
    }
    out[strcspn(out, "\n")] = '\0';
    return EXIT_DONE;
}
