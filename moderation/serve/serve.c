/* SPDX-License-Identifier: Apache-2.0 */
/* frank-mod serve: the moderation side's service. daemon.h tells the order of
 * its start; keys, database and log come after the confinement, threads and
 * requests at the end. */
#include "serve.h"

#include "call.h"
#include "clock.h"
#include "command.h"
#include "daemon.h"
#include "fetch.h"
#include "hash.h"
#include "io.h"
#include "journal.h"
#include "mod_metrics.h"
#include "process.h"
#include "taking.h"
#include "threads.h"
#include "totp.h"

#include <stdio.h>
#include <string.h>

struct service {
    struct mod_settings settings;
    char private_socket[PROCESS_PATH_MAX];
    char attachments[PROCESS_PATH_MAX]; /* a name within the folder, or "" */
    struct mod mod;
};

static void print_usage(FILE *out)
{
    (void)fputs(
        "usage: frank-mod serve --config FILE [--SETTING VALUE ...]\n"
        "       frank-mod serve --check-config --config FILE [...]\n"
        "       frank-mod init FOLDER  make keys, tokens and a "
        "configuration\n\n"
        "Settings, as flags, as FRANK_MOD_SETTING in the environment, or in "
        "the file:\n\n",
        out);
    options_print(out, &mod_options, NULL, true);
}

/* ---- Settings
 * ---------------------------------------------------------------------- */

static void listen_in_folder(struct service *service)
{
    struct mod_settings *s = &service->settings;

    (void)snprintf(service->private_socket, sizeof service->private_socket,
                   "unix:%s/mod.sock", s->data);
    s->listen_private.items[0] = service->private_socket;
    s->listen_private.items[1] = NULL;
    s->listen_private.count = 1;
}

static bool prepare(void *context, struct daemon_needs *needs,
                    struct options_error *error)
{
    struct service *service = context;
    const struct mod_settings *s = &service->settings;
    size_t at;

    if (!mod_settings_check(s, error)) {
        return false;
    }
    if (s->listen_private.count == 0) {
        listen_in_folder(service);
    }
    if (s->attachments[0] != '\0') {
        (void)snprintf(service->attachments, sizeof service->attachments,
                       "%s/.", s->attachments);
    }
    *needs = (struct daemon_needs){
        .data = s->data,
        .listen = {{&s->listen_private, HTTP_PRIVATE, 0660},
                   {&s->listen, HTTP_PUBLIC, 0666}},
        .connections = s->connections,
        .read = {s->service_key, s->log_key, s->hub_token, s->hub_public,
                 s->hub_ca, s->platform_token, s->auditor_token,
                 s->operator_token, s->webhook_secret, s->webhook_ca,
                 s->witnesses, s->witness_ca, s->attachment_token,
                 s->attachment_ca},
        .write = {s->checkpoint, service->attachments},
        .sandbox = s->sandbox,
        .connects = true,
    };
    at = 14;
    for (size_t i = 0; i < s->quorum.count && at < DAEMON_FILES_MAX; i++) {
        needs->read[at++] = s->quorum.items[i];
    }
    if (strncmp(s->hub, "unix:", 5) == 0 && at < DAEMON_FILES_MAX) {
        needs->read[at++] = s->hub + 5;
    }
    return true;
}

/* ---- Requests
 * ------------------------------------------------------------------------ */

static void request_done(void *context, const struct http_route *route,
                         const char *id, unsigned status, uint64_t microseconds,
                         const char *reason)
{
    const struct mod *mod = context;

    if (status >= 100 && status < 600) {
        metric_add(&mod_answers, status / 100 - 1, 1);
    }
    if (route == NULL && reason != NULL) {
        metric_add(&mod_edge, metric_label(&mod_edge, reason), 1);
    }
    if (mod->settings->log_requests) {
        JOURNAL(JOURNAL_INFO, "request", JOURNAL_TEXT("id", id),
                JOURNAL_TEXT("route", route != NULL ? route->path : "none"),
                JOURNAL_TEXT("method", route != NULL ? route->method : "none"),
                JOURNAL_NUMBER("status", status),
                JOURNAL_NUMBER("microseconds", microseconds),
                JOURNAL_TEXT("reason", reason != NULL ? reason : ""));
    }
}

static bool start_server(struct mod *mod, struct daemon *daemon)
{
    /* What is answered here is data for a program; a page has others. */
    static const struct http_field fields[] = {
        {"Content-Security-Policy",
         "default-src 'none'; frame-ancestors 'none'"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {NULL, NULL}};
    const struct mod_settings *s = mod->settings;
    const struct http_settings settings = {
        .routes = call_routes(),
        .route_count = mod_route_count,
        .context = mod,
        .threads = (unsigned)s->threads,
        .connections = (unsigned)s->connections,
        .connections_per_address = (unsigned)s->connections_per_address,
        .header_ms = (unsigned)s->header_timeout,
        .body_ms = (unsigned)s->body_timeout,
        .body_memory = s->body_memory,
        .trusted_proxies = s->trusted_proxies.items,
        .fields = fields,
        .done = request_done,
    };
    struct frank_fault fault;

    if (http_server_start(&mod->server, &settings, &fault) != FRANK_OK ||
        daemon_listen(daemon, mod->server, &fault) != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "cannot-start", "server", &fault);
        return false;
    }
    return true;
}

/* ---- Running
 * -------------------------------------------------------------------------- */

static void reload(void *context)
{
    if (mod_reload(context)) {
        JOURNAL(JOURNAL_INFO, "reloaded", JOURNAL_TEXT("what", "keys"));
    }
}

static void stop(struct mod *mod, struct threads *threads)
{
    threads_stop(threads);
    if (mod->store.writer != NULL) {
        writer_stop(mod->store.writer);
    }
    http_server_free(mod->server);
    threads_free(threads);
    publisher_stop(mod->publisher);
    mod_close(mod);
}

/* Files and rows that a crash, or a copy of the database, left without each
 * other are looked for before anybody can ask for them. */
static bool begin(struct mod *mod, const struct mod_settings *settings,
                  struct threads **threads, struct daemon *daemon)
{
    if (!mod_open(mod, settings) || !publisher_start(mod->publisher)) {
        return false;
    }
    taking_sweep(mod);
    taking_find_missing(mod);
    *threads = threads_start(mod);
    return *threads != NULL && start_server(mod, daemon);
}

static int run(void *context, struct daemon *daemon)
{
    struct service *service = context;
    struct mod *mod = &service->mod;
    struct threads *threads = NULL;
    uint64_t begun = clock_monotonic();
    unsigned left;

    if (!begin(mod, &service->settings, &threads, daemon)) {
        stop(mod, threads);
        return EXIT_TROUBLE;
    }
    atomic_store(&mod->ready, true);
    JOURNAL(JOURNAL_INFO, "started", JOURNAL_TEXT("version", frank_version()),
            JOURNAL_TEXT("hash", hash_backend()),
            JOURNAL_NUMBER("log_size", mod->store.ledger.range.size),
            JOURNAL_NUMBER("milliseconds", clock_monotonic() - begun));
    daemon_wait(daemon, reload, mod);
    atomic_store(&mod->ready, false);
    left = http_server_drain(mod->server,
                             (unsigned)service->settings.drain_timeout);
    stop(mod, threads);
    JOURNAL(JOURNAL_INFO, "ended", JOURNAL_NUMBER("unanswered", left));
    return EXIT_DONE;
}

int serve_main(int argc, char **argv)
{
    static struct service service;
    const struct daemon_program program = {
        .options = &mod_options,
        .settings = &service.settings,
        .usage = print_usage,
        .prepare = prepare,
        .run = run,
        .context = &service,
    };
    int code;

    if (argc < 2 || (argc == 2 && strcmp(argv[1], "--help") == 0)) {
        print_usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : io_finish(EXIT_DONE);
    }
    if (!totp_start() || fetch_start() != FRANK_OK) {
        return io_say(EXIT_TROUBLE, "a library does not start");
    }
    code = daemon_main(&program, argc, argv);
    fetch_stop();
    return code;
}
