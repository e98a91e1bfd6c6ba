/* SPDX-License-Identifier: Apache-2.0 */
/* A request is checked, then told to libcurl option by option, then run; what
 * its callbacks saw says more about a failure than libcurl's code does, so that
 * they are asked first. */
#include "fetch.h"

#include <ctype.h>
#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_BYTES 16384

struct run {
    const struct fetch_request *request;
    CURL *curl;
    CURLU *url;
    struct curl_slist *headers;
    char error[CURL_ERROR_SIZE];
    /* the answer */
    char *body;
    size_t len;
    size_t capacity;
    size_t head_bytes;
    /* what callbacks saw */
    bool refused_address;
    bool too_large;
    bool stopped;
    bool no_memory;
};

/* ---- Trouble -------------------------------------------------------------
 */

/* Texts of libcurl's can repeat what a stranger sent: nothing of it can start a
 * line of a log, or an escape. */
static int trouble_set(struct fetch_trouble *trouble,
                       enum fetch_failure failure, const char *text,
                       const char *detail)
{
    int error = failure == FETCH_REQUEST   ? FRANK_ERR_ARGUMENT
                : failure == FETCH_ADDRESS ? FRANK_ERR_PERMISSION
                : failure == FETCH_LARGE   ? FRANK_ERR_LIMIT
                : failure == FETCH_MEMORY  ? FRANK_ERR_MEMORY
                                           : FRANK_ERR_FILE;

    if (trouble == NULL) {
        return error;
    }
    trouble->failure = failure;
    (void)snprintf(trouble->text, sizeof trouble->text, "%s%s%s", text,
                   detail[0] != '\0' ? ": " : "", detail);
    for (char *c = trouble->text; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~') {
            *c = '?';
        }
    }
    return error;
}

static enum fetch_failure failure_of(CURLcode code)
{
    switch (code) {
    case CURLE_OUT_OF_MEMORY:
        return FETCH_MEMORY;
    case CURLE_OPERATION_TIMEDOUT:
        return FETCH_SLOW;
    case CURLE_FILESIZE_EXCEEDED:
        return FETCH_LARGE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return FETCH_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return FETCH_TLS;
    default:
        return FETCH_BROKEN;
    }
}

static int trouble_of(struct fetch_trouble *trouble, const struct run *run,
                      CURLcode code)
{
    if (run->stopped) {
        return trouble_set(trouble, FETCH_STOPPED, "stopped", "");
    }
    if (run->no_memory) {
        return trouble_set(trouble, FETCH_MEMORY, "out of memory", "");
    }
    if (run->too_large || code == CURLE_FILESIZE_EXCEEDED) {
        return trouble_set(trouble, FETCH_LARGE, "the answer is too large", "");
    }
    if (run->refused_address && code == CURLE_COULDNT_CONNECT) {
        return trouble_set(trouble, FETCH_ADDRESS,
                           "the address is not a public one, nor of a network "
                           "that is allowed",
                           "");
    }
    return trouble_set(trouble, failure_of(code), curl_easy_strerror(code),
                       run->error);
}

/* ---- Callbacks -----------------------------------------------------------
 */

static curl_socket_t open_socket(void *context, curlsocktype purpose,
                                 struct curl_sockaddr *to)
{
    struct run *run = context;
    struct http_address address;

    (void)purpose;
    if (run->request->unix_socket == NULL) {
        address_of(&address, &to->addr); /* others become ::, not public */
        if (!fetch_networks_admit(run->request->allowed, &address)) {
            run->refused_address = true;
            return CURL_SOCKET_BAD;
        }
    } else if (to->family != AF_UNIX) {
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t take_head(char *bytes, size_t size, size_t count, void *context)
{
    struct run *run = context;

    (void)bytes;
    run->head_bytes += size * count;
    run->too_large = run->too_large || run->head_bytes > FETCH_HEAD_MAX_BYTES;
    return run->too_large ? 0 : size * count;
}

/* What is known of the length, or else a half more: doubling would hold three
 * times the body for a moment. */
static bool make_room(struct run *run, size_t needed)
{
    size_t most = run->request->max_bytes;
    size_t room = run->capacity + run->capacity / 2;
    curl_off_t said = -1;
    char *moved;

    if (needed <= run->capacity) {
        return true;
    }
    (void)curl_easy_getinfo(run->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                            &said);
    if (said > 0 && (uint64_t)said <= most && (size_t)said > room) {
        room = (size_t)said;
    }
    room = room < FIRST_BYTES ? FIRST_BYTES : room;
    room = room > most ? most : room;
    room = room < needed ? needed : room;
    moved = malloc(room + 1);
    if (moved == NULL) {
        run->no_memory = true;
        return false;
    }
    if (run->body != NULL) {
        memcpy(moved, run->body, run->len);
        sodium_memzero(run->body, run->len);
        free(run->body);
    }
    run->body = moved;
    run->capacity = room;
    return true;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct run *run = context;
    size_t len = size * count;

    if (len > run->request->max_bytes - run->len) {
        run->too_large = true;
        return 0;
    }
    if (!make_room(run, run->len + len)) {
        return 0;
    }
    if (len > 0) {
        memcpy(run->body + run->len, bytes, len);
    }
    run->len += len;
    return len;
}

static int look_at_stop(void *context, curl_off_t a, curl_off_t b, curl_off_t c,
                        curl_off_t d)
{
    struct run *run = context;

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    run->stopped =
        run->request->stop != NULL && atomic_load(run->request->stop);
    return run->stopped;
}

/* ---- The request ---------------------------------------------------------
 */

static bool is_printable(const char *text, char from)
{
    for (; *text != '\0'; text++) {
        if (*text < from || *text > '~') {
            return false;
        }
    }
    return true;
}

static bool is_name(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    return len > 0 && text[len] == '\0';
}

static bool is_value(const char *text)
{
    return text[0] != '\0' && is_printable(text, ' ');
}

/* What of a request cannot be sent; NULL: nothing. */
static const char *wrong_in(const struct fetch_request *request)
{
    if (request->url == NULL || !is_printable(request->url, '!') ||
        strlen(request->url) > FETCH_URL_MAX_BYTES) {
        return "not an URL";
    }
    if (request->method == NULL || (strcmp(request->method, "GET") != 0 &&
                                    strcmp(request->method, "POST") != 0)) {
        return "not a method of ours";
    }
    if (request->bearer != NULL &&
        (request->bearer[0] == '\0' || !is_printable(request->bearer, '!'))) {
        return "not a bearer token";
    }
    if (request->type != NULL && !is_value(request->type)) {
        return "not a media type";
    }
    if (request->connect_ms == 0 || request->total_ms == 0 ||
        request->connect_ms > INT32_MAX || request->total_ms > INT32_MAX) {
        return "no time for it";
    }
    for (const struct fetch_header *h = request->headers;
         h != NULL && h->name != NULL; h++) {
        if (!is_name(h->name) || h->value == NULL || !is_value(h->value)) {
            return "not a header";
        }
    }
    return NULL;
}

/* One parser for what is checked here and what is sent. */
static bool parse_url(struct run *run, const char **wrong)
{
    char *scheme = NULL;
    char *user = NULL;
    bool good = false;

    run->url = curl_url();
    if (run->url == NULL) {
        run->no_memory = true;
        return false;
    }
    *wrong = "not an URL";
    if (curl_url_set(run->url, CURLUPART_URL, run->request->url,
                     CURLU_PATH_AS_IS) == CURLUE_OK &&
        curl_url_get(run->url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK) {
        if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
            *wrong = "neither http nor https";
        } else if (curl_url_get(run->url, CURLUPART_USER, &user, 0) !=
                   CURLUE_NO_USER) {
            *wrong = "an URL with a user in it";
        } else {
            good = true;
        }
    }
    curl_free(scheme);
    curl_free(user);
    return good;
}

static void add_line(struct run *run, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;
    char *line = malloc(size);
    struct curl_slist *more = NULL;

    if (line != NULL) {
        (void)snprintf(line, size, "%s:%s%s", name, value[0] != '\0' ? " " : "",
                       value);
        more = curl_slist_append(run->headers, line);
        sodium_memzero(line, size);
    }
    free(line);
    if (more == NULL) {
        run->no_memory = true;
    } else {
        run->headers = more;
    }
}

/* A line without a value is one that libcurl leaves out. */
static void set_headers(struct run *run)
{
    const struct fetch_request *request = run->request;
    char *token;

    add_line(run, "Expect", "");
    add_line(run, "Content-Type", request->type != NULL ? request->type : "");
    if (request->bearer != NULL) {
        size_t size = sizeof "Bearer " + strlen(request->bearer);

        token = malloc(size);
        if (token == NULL) {
            run->no_memory = true;
            return;
        }
        (void)snprintf(token, size, "Bearer %s", request->bearer);
        add_line(run, "Authorization", token);
        sodium_memzero(token, size);
        free(token);
    }
    for (const struct fetch_header *h = request->headers;
         h != NULL && h->name != NULL; h++) {
        add_line(run, h->name, h->value);
    }
}

static CURLcode set_text(struct run *run, CURLoption option, const char *value)
{
    return curl_easy_setopt(run->curl, option, value);
}

/* An option of numbers or switches. */
struct number_option {
    CURLoption option;
    long value;
};

static CURLcode set_numbers(struct run *run)
{
    const struct fetch_request *request = run->request;
    const struct number_option options[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_NOPROGRESS, 0}, /* for look_at_stop() */
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_HTTP09_ALLOWED, 0},
        {CURLOPT_HTTP_CONTENT_DECODING, 0},
        {CURLOPT_PATH_AS_IS, 1},
        {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_SESSIONID_CACHE, 0},
        {CURLOPT_FORBID_REUSE, 1},
        /* a name that is still looked up does not hold the end back */
        {CURLOPT_QUICK_EXIT, 1},
        {CURLOPT_LOW_SPEED_LIMIT, FETCH_SLOW_BYTES},
        {CURLOPT_LOW_SPEED_TIME, FETCH_SLOW_SECONDS},
        {CURLOPT_BUFFERSIZE, 131072},
        {CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_ms},
        {CURLOPT_TIMEOUT_MS, (long)request->total_ms},
    };
    CURLcode code = CURLE_OK;

    for (size_t i = 0; code == CURLE_OK && i < sizeof options / sizeof *options;
         i++) {
        code = curl_easy_setopt(run->curl, options[i].option, options[i].value);
    }
    if (code == CURLE_OK && (uint64_t)request->max_bytes < INT64_MAX) {
        code = curl_easy_setopt(run->curl, CURLOPT_MAXFILESIZE_LARGE,
                                (curl_off_t)request->max_bytes);
    }
    return code;
}

static CURLcode set_texts(struct run *run)
{
    const struct fetch_request *request = run->request;
    CURLcode code = set_text(run, CURLOPT_PROTOCOLS_STR, "http,https");

    if (code == CURLE_OK) {
        code = set_text(run, CURLOPT_PROXY, ""); /* nor of the environment */
    }
    if (code == CURLE_OK) {
        code = set_text(run, CURLOPT_USERAGENT, "frank");
    }
    if (code == CURLE_OK && request->unix_socket != NULL) {
        code = set_text(run, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);
    }
    if (code == CURLE_OK && request->ca_file != NULL) {
        code = set_text(run, CURLOPT_CAINFO, request->ca_file);
        /* else the system's would count beside them */
        if (code == CURLE_OK) {
            code = set_text(run, CURLOPT_CAPATH, NULL);
        }
    }
    return code;
}

static CURLcode set_body(struct run *run)
{
    const struct fetch_request *request = run->request;
    CURLcode code;

    if (strcmp(request->method, "GET") == 0) {
        return curl_easy_setopt(run->curl, CURLOPT_HTTPGET, 1L);
    }
    code = curl_easy_setopt(run->curl, CURLOPT_POST, 1L);
    if (code == CURLE_OK) {
        code = curl_easy_setopt(run->curl, CURLOPT_POSTFIELDSIZE_LARGE,
                                (curl_off_t)request->body.len);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(
            run->curl, CURLOPT_POSTFIELDS,
            request->body.len > 0 ? (const char *)request->body.data : "");
    }
    return code;
}

static void set_callbacks(struct run *run)
{
    (void)curl_easy_setopt(run->curl, CURLOPT_ERRORBUFFER, run->error);
    (void)curl_easy_setopt(run->curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(run->curl, CURLOPT_OPENSOCKETDATA, run);
    (void)curl_easy_setopt(run->curl, CURLOPT_HEADERFUNCTION, take_head);
    (void)curl_easy_setopt(run->curl, CURLOPT_HEADERDATA, run);
    (void)curl_easy_setopt(run->curl, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(run->curl, CURLOPT_WRITEDATA, run);
    (void)curl_easy_setopt(run->curl, CURLOPT_XFERINFOFUNCTION, look_at_stop);
    (void)curl_easy_setopt(run->curl, CURLOPT_XFERINFODATA, run);
    (void)curl_easy_setopt(run->curl, CURLOPT_CURLU, run->url);
    (void)curl_easy_setopt(run->curl, CURLOPT_HTTPHEADER, run->headers);
}

static CURLcode perform(struct run *run)
{
    CURLcode code = CURLE_OUT_OF_MEMORY;

    set_headers(run);
    run->curl = curl_easy_init();
    if (run->curl == NULL || run->no_memory) {
        return code;
    }
    set_callbacks(run);
    code = set_numbers(run);
    if (code == CURLE_OK) {
        code = set_texts(run);
    }
    if (code == CURLE_OK) {
        code = set_body(run);
    }
    return code == CURLE_OK ? curl_easy_perform(run->curl) : code;
}

/* ---- The answer ----------------------------------------------------------
 */

static void take_media(char out[static 64], const char *type)
{
    size_t len = type != NULL ? strcspn(type, "; \t") : 0;

    if (len == 0 || len >= 64) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        char c = (char)tolower((unsigned char)type[i]);

        if (c <= ' ' || c > '~') {
            c = '?';
        }
        out[i] = c;
    }
}

static void take_range(char out[static 64], CURL *curl)
{
    struct curl_header *header = NULL;

    if (curl_easy_header(curl, "Content-Range", 0, CURLH_HEADER, -1, &header) ==
            CURLHE_OK &&
        header->amount == 1 && strlen(header->value) < 64) {
        (void)snprintf(out, 64, "%s", header->value);
    }
}

/* false: no answer that is one. */
static bool take_answer(struct fetch_answer *out, struct run *run)
{
    long status = 0;
    curl_off_t wait = 0;
    char *type = NULL;

    (void)curl_easy_getinfo(run->curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(run->curl, CURLINFO_RETRY_AFTER, &wait);
    (void)curl_easy_getinfo(run->curl, CURLINFO_CONTENT_TYPE, &type);
    if (status < 200 || status > 599 || !make_room(run, 1)) {
        return false;
    }
    out->status = (unsigned)status;
    out->retry_after = wait <= 0          ? 0
                       : wait > INT32_MAX ? INT32_MAX
                                          : (unsigned)wait;
    take_media(out->media, type);
    take_range(out->range, run->curl);
    run->body[run->len] = '\0';
    out->body = run->body;
    out->len = run->len;
    run->body = NULL; /* transferred */
    return true;
}

static void run_free(struct run *run)
{
    for (struct curl_slist *line = run->headers; line != NULL;
         line = line->next) {
        sodium_memzero(line->data, strlen(line->data));
    }
    if (run->body != NULL) {
        sodium_memzero(run->body, run->len);
    }
    curl_easy_cleanup(run->curl);
    curl_slist_free_all(run->headers);
    curl_url_cleanup(run->url);
    free(run->body);
}

int fetch(struct fetch_answer *out, const struct fetch_request *request,
          struct fetch_trouble *trouble)
{
    struct run run = {.request = request};
    const char *wrong = wrong_in(request);
    int error = FRANK_OK;
    CURLcode code;

    memset(out, 0, sizeof *out);
    if (trouble != NULL) {
        memset(trouble, 0, sizeof *trouble);
    }
    if (wrong != NULL) {
        return trouble_set(trouble, FETCH_REQUEST, wrong, "");
    }
    if (!parse_url(&run, &wrong)) {
        error = run.no_memory ? trouble_of(trouble, &run, CURLE_OUT_OF_MEMORY)
                              : trouble_set(trouble, FETCH_REQUEST, wrong, "");
    } else {
        code = perform(&run);
        if (code != CURLE_OK) {
            error = trouble_of(trouble, &run, code);
        } else if (!take_answer(out, &run)) {
            error =
                trouble_set(trouble, FETCH_BROKEN, "not a whole answer", "");
        }
    }
    run_free(&run);
    return error;
}

void fetch_answer_free(struct fetch_answer *answer)
{
    if (answer->body != NULL) {
        sodium_memzero(answer->body, answer->len);
    }
    free(answer->body);
    memset(answer, 0, sizeof *answer);
}

int fetch_start(void)
{
    (void)unsetenv("SSLKEYLOGFILE");
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? FRANK_OK
                                                             : FRANK_ERR_MEMORY;
}

void fetch_stop(void)
{
    curl_global_cleanup();
}
