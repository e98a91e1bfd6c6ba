/* SPDX-License-Identifier: Apache-2.0 */
#include "log_source.h"

#include "command.h"
#include "log_client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_MS 10000
#define TOTAL_MS 60000
#define PLACE_MAX 1900

/* ---- A service ------------------------------------------------------------
 */

/* NULL: none. */
static const char *bearer_for(const struct log_source *s, const char *path)
{
    return s->token[0] == '\0' ||
                   (s->wants_cosigned && strcmp(path, "checkpoint") == 0)
               ? NULL
               : s->token;
}

static int read_url(const struct log_source *s, const char *path, uint8_t *out,
                    size_t *len)
{
    char url[FETCH_URL_MAX_BYTES];
    struct fetch_answer answer = {0};
    struct fetch_trouble trouble;
    struct fetch_request request = {.url = url,
                                    .method = "GET",
                                    .bearer = bearer_for(s, path),
                                    .ca_file = s->ca,
                                    .connect_ms = CONNECT_MS,
                                    .total_ms = TOTAL_MS,
                                    .max_bytes = *len,
                                    .allowed = &s->networks};
    int error;

    (void)snprintf(url, sizeof url, "%.*s/%s", (int)s->len, s->place, path);
    error = fetch(&answer, &request, &trouble);
    if (error == FRANK_OK && answer.status == 200) {
        memcpy(out, answer.body, answer.len);
        *len = answer.len;
    } else if (error == FRANK_OK &&
               (answer.status == 404 || answer.status == 410)) {
        error = FRANK_ERR_MISSING;
    } else if (error == FRANK_OK &&
               (answer.status == 401 || answer.status == 403)) {
        (void)io_say(EXIT_TROUBLE, "%s: status %u: for auditors alone%s", path,
                     answer.status,
                     s->token[0] != '\0' ? ", and the token is not one's"
                                         : " (--token)");
        error = FRANK_ERR_PERMISSION;
    } else if (error == FRANK_OK) {
        (void)io_say(EXIT_TROUBLE, "%s: status %u", path, answer.status);
        error = FRANK_ERR_FILE;
    } else if (error != FRANK_ERR_LIMIT) {
        (void)io_say(EXIT_TROUBLE, "%s: %s", path, trouble.text);
        error = FRANK_ERR_FILE;
    }
    fetch_answer_free(&answer);
    return error;
}

/* ---- A folder -------------------------------------------------------------
 */

/* As much as there is, and LIMIT for a byte more than there is room for. */
static int read_all(int fd, uint8_t *out, size_t *len)
{
    const size_t room = *len;
    uint8_t more;

    *len = 0;
    for (;;) {
        ssize_t n = *len < room ? read(fd, out + *len, room - *len)
                                : read(fd, &more, 1);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return FRANK_ERR_FILE;
        }
        if (n == 0) {
            return FRANK_OK;
        }
        if (*len == room) {
            return FRANK_ERR_LIMIT;
        }
        *len += (size_t)n;
    }
}

static int read_folder(const struct log_source *s, const char *path,
                       uint8_t *out, size_t *len)
{
    char name[PLACE_MAX + LOG_WHERE_BYTES];
    int error;
    int fd;

    (void)snprintf(name, sizeof name, "%.*s/%s", (int)s->len, s->place, path);
    fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return FRANK_ERR_MISSING;
    }
    error = fd < 0 ? FRANK_ERR_FILE : read_all(fd, out, len);
    if (error == FRANK_ERR_FILE) {
        (void)io_say(EXIT_TROUBLE, "%s: %s", name, strerror(errno));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return error;
}

int log_source_read(void *context, const char *path, uint8_t *out, size_t *len)
{
    const struct log_source *s = context;

    return s->is_url ? read_url(s, path, out, len)
                     : read_folder(s, path, out, len);
}

/* ---- Opening --------------------------------------------------------------
 */

/* The file's one line. */
static int read_token(struct log_source *s, const char *file)
{
    struct blob blob = {0};
    int code = io_read(&blob, file, sizeof s->token - 1);

    if (code == EXIT_DONE) {
        while (blob.len > 0 && (blob.data[blob.len - 1] == '\n' ||
                                blob.data[blob.len - 1] == '\r')) {
            blob.len--;
        }
        for (size_t i = 0; i < blob.len; i++) {
            if (blob.data[i] <= ' ' || blob.data[i] > '~') {
                blob.len = 0;
            }
        }
        if (blob.len == 0) {
            code = io_say(EXIT_TROUBLE, "%s: not a token", file);
        } else {
            memcpy(s->token, blob.data, blob.len);
        }
    }
    io_free(&blob);
    return code;
}

/* Logs are also of one's own machine and network: whoever names an address here
 * means it. */
int log_source_open(struct log_source *out, const char *place,
                    const char *token_file, const char *ca)
{
    memset(out, 0, sizeof *out);
    out->place = place;
    out->ca = ca;
    out->len = strlen(place);
    while (out->len > 1 && place[out->len - 1] == '/') {
        out->len--;
    }
    if (out->len > PLACE_MAX || out->len == 0) {
        return io_say(EXIT_USAGE, "not a place of a log");
    }
    out->is_url =
        strncmp(place, "http://", 7) == 0 || strncmp(place, "https://", 8) == 0;
    if (token_file != NULL) {
        int code = read_token(out, token_file);

        if (code != EXIT_DONE) {
            return code;
        }
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (out->is_url && (fetch_networks_parse(&out->networks, "0.0.0.0/0, ::/0",
                                             NULL) != FRANK_OK ||
                        fetch_start() != FRANK_OK)) {
        out->is_url = false;
        return io_say(EXIT_TROUBLE, "libcurl does not start");
    }
    return EXIT_DONE;
}

void log_source_for(struct log_source *source, const struct policy *policy)
{
    source->wants_cosigned = policy != NULL && policy_needs_witnesses(policy);
}

void log_source_close(struct log_source *source)
{
    if (source->is_url) {
        fetch_stop();
    }
    sodium_memzero(source->token, sizeof source->token);
}
