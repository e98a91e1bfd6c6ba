/* SPDX-License-Identifier: Apache-2.0 */
/* A log, from a folder or from a service, checked from end to end. */
#include "commands.h"
#include "fetch.h"
#include "io.h"
#include "log_check.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_MS 10000
#define TOTAL_MS 60000
#define PLACE_MAX 1900

struct source {
    const char *place; /* folder or URL, without the slash at its end */
    size_t len;
    bool is_url;
    const char *ca;
    struct fetch_networks networks;
};

/* Logs are also of one's own machine and network: whoever names an address here
 * means it. */
static int read_url(const struct source *s, const char *path, uint8_t *out,
                    size_t *len, bool exactly)
{
    char url[FETCH_URL_MAX_BYTES];
    struct fetch_answer answer = {0};
    struct fetch_trouble trouble;
    struct fetch_request request = {.url = url,
                                    .method = "GET",
                                    .ca_file = s->ca,
                                    .connect_ms = CONNECT_MS,
                                    .total_ms = TOTAL_MS,
                                    .max_bytes = *len,
                                    .allowed = &s->networks};
    int error;

    (void)snprintf(url, sizeof url, "%.*s/%s", (int)s->len, s->place, path);
    error = fetch(&answer, &request, &trouble);
    if (error != FRANK_OK) {
        (void)io_say(EXIT_TROUBLE, "%s: %s", path, trouble.text);
    } else if (answer.status != 200) {
        (void)io_say(EXIT_TROUBLE, "%s: status %u", path, answer.status);
        error = FRANK_ERR_FILE;
    } else if (exactly && answer.len != *len) {
        (void)io_say(EXIT_REFUSED, "%s: %zu bytes in place of %zu", path,
                     answer.len, *len);
        error = FRANK_ERR_TRUNCATED;
    } else {
        memcpy(out, answer.body, answer.len);
        *len = answer.len;
    }
    fetch_answer_free(&answer);
    return error;
}

/* In files a tile that grows is one file, of which the first hashes count. */
static int read_folder(const struct source *s, const char *path, uint8_t *out,
                       size_t *len, bool exactly)
{
    char name[PLACE_MAX + LOG_WHERE_BYTES];
    const char *part = strstr(path, ".p/");
    size_t got = 0;
    FILE *file;

    (void)snprintf(name, sizeof name, "%.*s/%s", (int)s->len, s->place, path);
    file = fopen(name, "rb");
    if (file == NULL && part != NULL) {
        name[s->len + 1 + (size_t)(part - path)] = '\0';
        file = fopen(name, "rb");
    }
    if (file == NULL) {
        (void)io_say(EXIT_TROUBLE, "%s: cannot be opened", name);
        return FRANK_ERR_FILE;
    }
    got = fread(out, 1, *len, file);
    if (ferror(file) != 0 || (exactly && got != *len)) {
        (void)io_say(EXIT_REFUSED, "%s: too short", name);
        (void)fclose(file);
        return FRANK_ERR_TRUNCATED;
    }
    (void)fclose(file);
    *len = got;
    return FRANK_OK;
}

static int read_source(void *context, const char *path, uint8_t *out,
                       size_t *len)
{
    const struct source *s = context;
    bool exactly = strcmp(path, "checkpoint") != 0;

    return s->is_url ? read_url(s, path, out, len, exactly)
                     : read_folder(s, path, out, len, exactly);
}

static void show_progress(void *context, uint64_t done, uint64_t size)
{
    (void)context;
    if (isatty(STDERR_FILENO) == 1) {
        (void)fprintf(stderr, "\r%3u %% of %" PRIu64 " entries",
                      (unsigned)(100 * done / size), size);
    }
}

static int put_result(const struct log_key *key,
                      const struct note_checkpoint *checkpoint, bool json)
{
    char root[2 * MERKLE_HASH_BYTES + 1];

    (void)sodium_bin2hex(root, sizeof root, checkpoint->root,
                         sizeof checkpoint->root);
    if (json) {
        json_t *line = json_object();

        io_json_set(line, "origin", json_string(key->origin));
        io_json_set(line, "size", json_integer((json_int_t)checkpoint->size));
        io_json_set(line, "root", json_string(root));
        return io_put_json(line);
    }
    (void)printf("%s holds: %" PRIu64 " entries make the root that was "
                 "signed\n  root %s\n",
                 key->origin, checkpoint->size, root);
    return io_finish(EXIT_DONE);
}

static int check(const struct log_key *key, struct source *source, bool json)
{
    struct note_checkpoint checkpoint;
    char where[LOG_WHERE_BYTES];
    struct frank_fault fault = {.error = FRANK_OK};
    int error = log_check(&checkpoint, where, key, read_source, show_progress,
                          source, &fault);

    if (isatty(STDERR_FILENO) == 1) {
        (void)fputs("\r\033[K", stderr);
    }
    if (error == FRANK_OK) {
        return put_result(key, &checkpoint, json);
    }
    if (fault.error != FRANK_OK) {
        (void)io_fault(where, &fault);
    }
    return error == FRANK_ERR_FILE || error == FRANK_ERR_MEMORY ? EXIT_TROUBLE
                                                                : EXIT_REFUSED;
}

static int run(const char *vkey, struct source *source, bool json)
{
    struct frank_fault fault;
    struct log_key key;
    int code;

    if (log_key_read(&key, vkey, &fault) != FRANK_OK) {
        return io_say(EXIT_USAGE, "--key: not a verifier key, "
                                  "\"origin+hash+base64\"");
    }
    source->len = strlen(source->place);
    while (source->len > 1 && source->place[source->len - 1] == '/') {
        source->len--;
    }
    source->is_url = strncmp(source->place, "http://", 7) == 0 ||
                     strncmp(source->place, "https://", 8) == 0;
    if (source->len > PLACE_MAX) {
        return io_say(EXIT_USAGE, "too long a place");
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (fetch_networks_parse(&source->networks, "0.0.0.0/0, ::/0", NULL) !=
            FRANK_OK ||
        fetch_start() != FRANK_OK) {
        return io_say(EXIT_TROUBLE, "libcurl does not start");
    }
    code = check(&key, source, json);
    fetch_stop();
    return code;
}

enum { KEY, CA, AS_JSON };
static const struct option options[] = {
    [KEY] = {"key", required_argument, NULL, KEY},
    [CA] = {"ca", required_argument, NULL, CA},
    [AS_JSON] = {"json", no_argument, NULL, AS_JSON},
    {NULL, 0, NULL, 0}};

int log_command(const struct command *self, int argc, char **argv)
{
    struct source source = {.place = NULL};
    const char *key = NULL;
    bool json = false;
    int option;

    while ((option = command_option(self, argc, argv, options)) != -1) {
        if (option == '?') {
            return EXIT_USAGE;
        }
        key = option == KEY ? optarg : key;
        source.ca = option == CA ? optarg : source.ca;
        json = json || option == AS_JSON;
    }
    if (key == NULL || argc - optind != 1) {
        return command_usage(self, "a key and a log are needed");
    }
    source.place = argv[optind];
    return run(key, &source, json);
}
