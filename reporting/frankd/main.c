/* SPDX-License-Identifier: Apache-2.0 */
/* frankd: the hub's service. daemon.h tells the order of its start; keys,
 * database and log come after the confinement, requests at the end. */
#include "clock.h"
#include "command.h"
#include "counts.h"
#include "daemon.h"
#include "fetch.h"
#include "hash.h"
#include "hours.h"
#include "hub.h"
#include "init.h"
#include "io.h"
#include "journal.h"
#include "key_json.h"
#include "process.h"
#include "publisher.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct service {
    struct settings settings;
    char private_socket[PROCESS_PATH_MAX];
    struct hub hub;
};

static void print_usage(FILE *out)
{
    (void)fputs(
        "usage: frankd --config FILE [--SETTING VALUE ...]\n"
        "       frankd --check-config --config FILE [--SETTING VALUE ...]\n"
        "       frankd init [--log-origin NAME] FOLDER\n"
        "                              make keys, tokens and a configuration\n"
        "       frankd --version | --help\n\n"
        "Settings, as flags, as FRANKD_SETTING in the environment, or in the "
        "file:\n\n",
        out);
    options_print(out, &settings_options, NULL, true);
}

static int usage(FILE *out, int code)
{
    print_usage(out);
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

static void listen_in_folder(struct service *service)
{
    struct settings *s = &service->settings;

    (void)snprintf(service->private_socket, sizeof service->private_socket,
                   "unix:%s/private.sock", s->data);
    s->listen_private.items[0] = service->private_socket;
    s->listen_private.items[1] = NULL;
    s->listen_private.count = 1;
}

static bool prepare(void *context, struct daemon_needs *needs,
                    struct options_error *error)
{
    struct service *service = context;
    const struct settings *s = &service->settings;

    if (!settings_check(s, error)) {
        return false;
    }
    if (s->listen_private.count == 0) {
        listen_in_folder(service);
    }
    *needs = (struct daemon_needs){
        .data = s->data,
        .listen = {{&s->listen_private, HTTP_PRIVATE, 0660},
                   {&s->listen, HTTP_PUBLIC, 0666}},
        .connections = s->connections,
        .read = {s->keyring, s->service_key, s->log_key, s->quorum,
                 s->moderation_key, s->private_token, s->gateway_token,
                 s->reporter_token_key, s->auditor_token, s->operator_token,
                 s->witnesses, s->witness_ca},
        .write = {s->checkpoint},
        .sandbox = s->sandbox,
        .connects = s->witnesses[0] != '\0',
    };
    if (needs->connects && fetch_start() != FRANK_OK) {
        (void)snprintf(error->text, sizeof error->text,
                       "witnesses: libcurl does not start");
        return false;
    }
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

static bool start_server(struct hub *hub, struct daemon *daemon)
{
    const struct settings *s = hub->settings;
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

    if (http_server_start(&hub->server, &settings, &fault) != FRANK_OK ||
        daemon_listen(daemon, hub->server, &fault) != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "cannot-start", "server", &fault);
        return false;
    }
    if (!publisher_start(hub->publisher)) {
        JOURNAL(JOURNAL_ERROR, "cannot-start", JOURNAL_TEXT("what", "thread"));
        return false;
    }
    return true;
}

/* ---- Running ---------------------------------------------------------------
 */

static void reload(void *context)
{
    if (hub_reload(context)) {
        JOURNAL(JOURNAL_INFO, "reloaded", JOURNAL_TEXT("what", "keys"));
    }
}

static int run(void *context, struct daemon *daemon)
{
    struct service *service = context;
    struct hub *hub = &service->hub;
    uint64_t begun = clock_monotonic();
    unsigned left;

    if (!hub_open(hub, &service->settings)) {
        return EXIT_TROUBLE;
    }
    if (!start_server(hub, daemon)) {
        http_server_free(hub->server);
        hub_close(hub);
        return EXIT_TROUBLE;
    }
    atomic_store(&hub->ready, true);
    JOURNAL(JOURNAL_INFO, "started", JOURNAL_TEXT("version", frank_version()),
            JOURNAL_TEXT("hash", hash_backend()),
            JOURNAL_NUMBER("log_size", hub->store.ledger.range.size),
            JOURNAL_NUMBER("milliseconds", clock_monotonic() - begun));
    daemon_wait(daemon, reload, hub);
    atomic_store(&hub->ready, false);
    left = http_server_drain(hub->server,
                             (unsigned)service->settings.drain_timeout);
    /* Whoever waits for the disk is answered before his connection is gone. */
    hours_last_words(hub);
    writer_stop(hub->store.writer);
    http_server_free(hub->server);
    publisher_stop(hub->publisher);
    hub_close(hub);
    if (service->settings.witnesses[0] != '\0') {
        fetch_stop();
    }
    JOURNAL(JOURNAL_INFO, "ended", JOURNAL_NUMBER("unanswered", left));
    return EXIT_DONE;
}

static int serve(int argc, char **argv)
{
    static struct service service;
    const struct daemon_program program = {
        .options = &settings_options,
        .settings = &service.settings,
        .usage = print_usage,
        .prepare = prepare,
        .run = run,
        .context = &service,
    };

    return daemon_main(&program, argc, argv);
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
        return init_folder(argv[2], "frank.example/hub");
    }
    if (argc == 5 && strcmp(argv[1], "init") == 0 &&
        strcmp(argv[2], "--log-origin") == 0) {
        return init_folder(argv[4], argv[3]);
    }
    if (argc < 2) {
        return usage(stderr, EXIT_USAGE);
    }
    return serve(argc, argv);
}
