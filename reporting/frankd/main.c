/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frankd: the hub's service. Order of the start: settings; sockets, while the
 * process may still make them; confinement, which every thread inherits; keys,
 * database, log; then requests.
 */
#include "clock.h"
#include "command.h"
#include "counts.h"
#include "hash.h"
#include "hours.h"
#include "hub.h"
#include "init.h"
#include "io.h"
#include "journal.h"
#include "key_json.h"
#include "listen.h"
#include "process.h"
#include "publisher.h"
#include "settings.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SOCKETS_MAX ((size_t)2 * OPTIONS_LIST_MAX)

struct service {
    struct settings settings;
    struct options_memory *memory;
    char private_socket[PROCESS_PATH_MAX];
    struct {
        int fd;
        enum http_scope scope;
        const char *where;
    } sockets[SOCKETS_MAX];
    size_t socket_count;
    struct hub hub;
};

static int usage(FILE *out, int code)
{
    static const struct settings none;

    (void)fputs(
        "usage: frankd --config FILE [--SETTING VALUE ...]\n"
        "       frankd --check-config --config FILE [--SETTING VALUE ...]\n"
        "       frankd init FOLDER     make keys, tokens and a configuration\n"
        "       frankd --version | --help\n\n"
        "Settings, as flags, as FRANKD_SETTING in the environment, or in the "
        "file:\n\n",
        out);
    (void)none;
    options_print(out, &settings_options, NULL, true);
    return code;
}

static _Noreturn void out_of_memory(void)
{
    JOURNAL(JOURNAL_ERROR, "out-of-memory",
            JOURNAL_TEXT("then", "exit: the JSON library cannot go on"));
    _exit(3);
}

/* ---- Settings -------------------------------------------------------------
 */

struct arguments {
    const char *config;
    bool check;
    int argc;
    char *argv[256];
};

/* Takes out what is not a setting. false: wrong use. */
static bool read_arguments(struct arguments *out, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            out->config = argv[++i];
        } else if (strncmp(argv[i], "--config=", 9) == 0) {
            out->config = argv[i] + 9;
        } else if (strcmp(argv[i], "--check-config") == 0) {
            out->check = true;
        } else if (out->argc < 256) {
            out->argv[out->argc++] = argv[i];
        } else {
            return false;
        }
    }
    return true;
}

static bool read_settings(struct service *service, struct arguments *arguments)
{
    struct settings *s = &service->settings;
    struct options_error error;

    if (!options_read(s, &service->memory, &settings_options, arguments->config,
                      environ, arguments->argc, arguments->argv, &error) ||
        !settings_check(s, &error)) {
        (void)fprintf(stderr, "frankd: %s\n", error.text);
        return false;
    }
    if (s->listen_private.count == 0) {
        (void)snprintf(service->private_socket, sizeof service->private_socket,
                       "unix:%s/private.sock", s->data);
        s->listen_private.items[0] = service->private_socket;
        s->listen_private.items[1] = NULL;
        s->listen_private.count = 1;
    }
    return true;
}

/* ---- Sockets and confinement -----------------------------------------------
 */

static bool open_sockets(struct service *service,
                         const struct option_list *list, enum http_scope scope,
                         unsigned mode)
{
    for (size_t i = 0; i < list->count; i++) {
        int fd = listen_on(list->items[i], mode);

        if (fd < 0) {
            return false;
        }
        service->sockets[service->socket_count].fd = fd;
        service->sockets[service->socket_count].scope = scope;
        service->sockets[service->socket_count++].where = list->items[i];
    }
    return true;
}

static void forget_sockets(struct service *service)
{
    for (size_t i = 0; i < service->socket_count; i++) {
        listen_forget(service->sockets[i].where);
    }
}

#define PATHS_MAX ((size_t)32)

/* The folder of a file: keys are replaced by renaming. */
static void add_path(const char *paths[static PATHS_MAX], size_t *count,
                     char *copies[static PATHS_MAX], char *copy)
{
    if (copy != NULL && *count < PATHS_MAX) {
        copies[*count] = copy;
        paths[(*count)++] = dirname(copy);
    } else {
        free(copy);
    }
}

/* Also that of the file itself, where the name is a link. */
static void add_folder(const char *paths[static PATHS_MAX], size_t *count,
                       char *copies[static PATHS_MAX], const char *file)
{
    char real[PROCESS_PATH_MAX];
    struct frank_fault fault;

    if (file[0] != '\0' && process_credential(real, file, &fault) == FRANK_OK) {
        add_path(paths, count, copies, strdup(real));
        add_path(paths, count, copies, realpath(real, NULL));
    }
}

/* Two for each connection, as one that ends badly is kept for a moment; and
 * some for files. */
static bool raise_limit(const struct settings *s)
{
    struct rlimit limit;
    rlim_t needed = 2 * (rlim_t)s->connections + 128;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return true;
    }
    if (limit.rlim_cur < needed && limit.rlim_max >= needed) {
        limit.rlim_cur = needed;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < needed) {
        JOURNAL(JOURNAL_ERROR, "cannot-start",
                JOURNAL_TEXT("what", "too few open files are allowed: lower "
                                     "connections, or raise the limit (ulimit "
                                     "-n, LimitNOFILE=)"),
                JOURNAL_NUMBER("allowed", limit.rlim_cur),
                JOURNAL_NUMBER("needed", needed));
    }
    return limit.rlim_cur >= needed;
}

static bool confine(const struct settings *s)
{
    const char *readable[PATHS_MAX + 1] = {NULL};
    const char *writable[PATHS_MAX + 1] = {s->data, NULL};
    char *copies[2 * PATHS_MAX] = {NULL};
    const char *const files[] = {s->keyring,        s->service_key,
                                 s->log_key,        s->quorum,
                                 s->moderation_key, s->private_token,
                                 s->gateway_token,  s->reporter_token_key,
                                 s->auditor_token,  s->operator_token};
    struct frank_fault fault;
    size_t count = 0;
    size_t writable_count = 1;
    unsigned got = 0;
    int error;

    if (!s->sandbox) {
        JOURNAL(JOURNAL_WARNING, "not-confined",
                JOURNAL_TEXT("why", "sandbox = off"));
        return true;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        add_folder(readable, &count, copies, files[i]);
    }
    add_folder(writable, &writable_count, copies + PATHS_MAX, s->checkpoint);
    error = process_confine(&(struct process_paths){readable, writable}, &got,
                            &fault);
    for (size_t i = 0; i < 2 * PATHS_MAX; i++) {
        free(copies[i]);
    }
    if (error != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "cannot-start", "confinement", &fault);
        return false;
    }
    JOURNAL(got == (PROCESS_SECCOMP | PROCESS_LANDLOCK) ? JOURNAL_INFO
                                                        : JOURNAL_WARNING,
            "confined",
            JOURNAL_TEXT("seccomp", got & PROCESS_SECCOMP ? "on" : "no"),
            JOURNAL_TEXT("landlock", got & PROCESS_LANDLOCK ? "on" : "no"));
    return true;
}

/* ---- Requests --------------------------------------------------------------
 */

static void request_done(void *context, const struct http_route *route,
                         const char *id, unsigned status, uint64_t microseconds,
                         const char *reason)
{
    const struct hub *hub = context;

    if (status >= 100 && status < 600) {
        metric_add(&count_answers, status / 100 - 1, 1);
    }
    if (route == NULL && reason != NULL) {
        metric_add(&count_edge, metric_label(&count_edge, reason), 1);
    }
    if (hub->settings->log_requests) {
        JOURNAL(JOURNAL_INFO, "request", JOURNAL_TEXT("id", id),
                JOURNAL_TEXT("route", route != NULL ? route->path : "none"),
                JOURNAL_TEXT("method", route != NULL ? route->method : "none"),
                JOURNAL_NUMBER("status", status),
                JOURNAL_NUMBER("microseconds", microseconds),
                JOURNAL_TEXT("reason", reason != NULL ? reason : ""));
    }
}

static bool start_server(struct service *service)
{
    struct hub *hub = &service->hub;
    const struct settings *s = &service->settings;
    const struct http_settings settings = {
        .routes = hub_routes,
        .route_count = hub_route_count,
        .context = hub,
        .threads = (unsigned)s->threads,
        .connections = (unsigned)s->connections,
        .connections_per_address = (unsigned)s->connections_per_address,
        .header_ms = (unsigned)s->header_timeout,
        .body_ms = (unsigned)s->body_timeout,
        .body_memory = s->body_memory,
        .trusted_proxies = s->trusted_proxies.items,
        .done = request_done,
    };
    struct frank_fault fault;
    int error = http_server_start(&hub->server, &settings, &fault);

    for (size_t i = 0; error == FRANK_OK && i < service->socket_count; i++) {
        error = http_server_listen(hub->server, service->sockets[i].fd,
                                   service->sockets[i].scope, &fault);
    }
    if (error != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "cannot-start", "server", &fault);
    }
    return error == FRANK_OK;
}

/* ---- Running ---------------------------------------------------------------
 */

static void reload(struct hub *hub)
{
    char state[96];
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%llu",
                   (unsigned long long)now.tv_sec * 1000000 +
                       (unsigned long long)now.tv_nsec / 1000);
    process_notify(state);
    if (hub_reload(hub)) {
        JOURNAL(JOURNAL_INFO, "reloaded", JOURNAL_TEXT("what", "keys"));
    }
    process_notify("READY=1");
}

static void wait_for_end(struct hub *hub, const sigset_t *signals)
{
    int signal = 0;

    for (;;) {
        if (sigwait(signals, &signal) != 0) {
            continue;
        }
        if (signal == SIGHUP) {
            reload(hub);
        } else {
            break;
        }
    }
    JOURNAL(JOURNAL_INFO, "ending",
            JOURNAL_TEXT("why", signal == SIGTERM ? "SIGTERM" : "SIGINT"));
    process_notify("STOPPING=1");
}

static int run(struct service *service, const sigset_t *signals)
{
    struct hub *hub = &service->hub;
    const struct settings *s = &service->settings;
    uint64_t begun = clock_monotonic();
    unsigned left;

    if (!hub_open(hub, s)) {
        return EXIT_TROUBLE;
    }
    if (!start_server(service)) {
        http_server_free(hub->server);
        hub_close(hub);
        return EXIT_TROUBLE;
    }
    if (!publisher_start(hub->publisher)) {
        JOURNAL(JOURNAL_ERROR, "cannot-start", JOURNAL_TEXT("what", "thread"));
        http_server_free(hub->server);
        hub_close(hub);
        return EXIT_TROUBLE;
    }
    atomic_store(&hub->ready, true);
    JOURNAL(JOURNAL_INFO, "started", JOURNAL_TEXT("version", frank_version()),
            JOURNAL_TEXT("hash", hash_backend()),
            JOURNAL_NUMBER("log_size", hub->store.ledger.range.size),
            JOURNAL_NUMBER("milliseconds", clock_monotonic() - begun));
    process_notify("READY=1");
    wait_for_end(hub, signals);
    atomic_store(&hub->ready, false);
    left = http_server_drain(hub->server, (unsigned)s->drain_timeout);
    /* Whoever waits for the disk is answered before his connection is gone. */
    hours_last_words(hub);
    writer_stop(hub->store.writer);
    http_server_free(hub->server);
    publisher_stop(hub->publisher);
    hub_close(hub);
    JOURNAL(JOURNAL_INFO, "ended", JOURNAL_NUMBER("unanswered", left));
    return EXIT_DONE;
}

static int serve(int argc, char **argv)
{
    static struct service service;
    struct arguments arguments = {0};
    struct frank_fault fault;
    sigset_t signals;
    int code = EXIT_TROUBLE;

    if (!read_arguments(&arguments, argc, argv)) {
        return usage(stderr, EXIT_USAGE);
    }
    if (!read_settings(&service, &arguments)) {
        options_free(service.memory);
        return EXIT_USAGE;
    }
    if (arguments.check) {
        options_print(stdout, &settings_options, &service.settings, false);
        options_free(service.memory);
        return io_finish(EXIT_DONE);
    }
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (process_harden(&fault) != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "cannot-start", "process", &fault);
    } else {
        process_notify("STATUS=starting");
        if (mkdir(service.settings.data, 0700) != 0 && errno != EEXIST) {
            JOURNAL(JOURNAL_ERROR, "cannot-start",
                    JOURNAL_TEXT("what", service.settings.data),
                    JOURNAL_TEXT("why", strerror(errno)));
        } else if (open_sockets(&service, &service.settings.listen_private,
                                HTTP_PRIVATE, 0660) &&
                   open_sockets(&service, &service.settings.listen, HTTP_PUBLIC,
                                0666) &&
                   raise_limit(&service.settings) &&
                   confine(&service.settings)) {
            code = run(&service, &signals);
        }
    }
    forget_sockets(&service);
    options_free(service.memory);
    return code;
}

int main(int argc, char **argv)
{
    io_name("frankd");
    if (sodium_init() < 0) {
        return io_say(EXIT_TROUBLE, "libsodium does not start");
    }
    key_json_start(out_of_memory);
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("frankd %s\n", frank_version());
        return io_finish(EXIT_DONE);
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        return usage(stdout, EXIT_DONE);
    }
    if (argc == 3 && strcmp(argv[1], "init") == 0) {
        return init_folder(argv[2]);
    }
    if (argc < 2) {
        return usage(stderr, EXIT_USAGE);
    }
    return serve(argc, argv);
}
