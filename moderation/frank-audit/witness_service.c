/* SPDX-License-Identifier: Apache-2.0 */
/* The witness as a service: C2SP tlog-witness over HTTP. What is decided stands
 * in moderation/audit/witness.c, what is held in witness_store.c. */
#include "witness_service.h"

#include "clock.h"
#include "command.h"
#include "cosignature.h"
#include "daemon.h"
#include "io.h"
#include "journal.h"
#include "process.h"
#include "secret_file.h"
#include "witness_settings.h"
#include "witness_store.h"

#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bodies in memory: one that grows counts twice for a moment. */
#define BODY_MEMORY ((size_t)16 << 20)

struct service {
    struct witness_settings settings;
    struct cosigner who;
    uint8_t *secret; /* 64 bytes, guarded */
    struct witness_store *store;
    struct http_server *server;
    pthread_rwlock_t lock; /* of policy */
    struct policy policy;
};

/* ---- Answers --------------------------------------------------------------
 */

static void answer_text(struct http_exchange *exchange, unsigned status,
                        const char *type, const char *text)
{
    http_answer(exchange, &(struct http_answer){
                              .status = status,
                              .type = type,
                              .body = {(const uint8_t *)text, strlen(text)}});
}

static void refuse(struct http_exchange *exchange, enum witness_verdict verdict,
                   const struct frank_fault *fault)
{
    static const char *const titles[] = {
        [WITNESS_MALFORMED] = "This is no request with a checkpoint",
        [WITNESS_ABOVE] = "The old size is above the checkpoint's",
        [WITNESS_UNSIGNED] = "No key that is known for this log signed it",
        [WITNESS_UNKNOWN] = "This log is not witnessed here",
        [WITNESS_FORK] = "Another root was cosigned for this size",
        [WITNESS_PROOF] = "It is not shown to go on from what was cosigned"};

    http_problem(exchange,
                 &(struct http_problem){.status = witness_status(verdict),
                                        .name = witness_name(verdict),
                                        .title = titles[verdict],
                                        .fault = fault,
                                        .evidence = SIZE_MAX});
}

static void answer_cosigned(struct service *service,
                            struct http_exchange *exchange,
                            const struct witness_checkpoint *checkpoint,
                            uint64_t now)
{
    char line[COSIGNATURE_LINE_MAX_BYTES];

    (void)cosignature_sign(line, &service->who, service->secret,
                           (const char *)checkpoint->note.body.data,
                           checkpoint->note.body.len, now / 1000);
    answer_text(exchange, 200, "text/plain; charset=utf-8", line);
}

static void say(const struct witness_checkpoint *checkpoint,
                const struct witness_held *held, enum witness_verdict verdict)
{
    if (verdict == WITNESS_COSIGN && checkpoint->tree.size > held->size) {
        JOURNAL(JOURNAL_INFO, "cosigned",
                JOURNAL_TEXT("log", checkpoint->log->name),
                JOURNAL_NUMBER("size", checkpoint->tree.size),
                JOURNAL_NUMBER("before", held->size));
    }
}

/* Where the checkpoint is one of a log of ours. */
static void decide(struct service *service, struct http_exchange *exchange,
                   const struct witness_request *request,
                   const struct witness_checkpoint *checkpoint)
{
    struct witness_held held;
    enum witness_verdict verdict;
    uint64_t now = clock_wall();
    char size[24];

    if (!witness_store_has_room(service->store)) {
        http_problem(exchange, &(struct http_problem){
                                   .status = 507,
                                   .name = "disk-full",
                                   .title = "There is no room to store it",
                                   .evidence = SIZE_MAX,
                                   .retry_after = 60});
        return;
    }
    verdict =
        witness_store_decide(service->store, &held, request, checkpoint, now);
    say(checkpoint, &held, verdict);
    if (verdict == WITNESS_COSIGN) {
        answer_cosigned(service, exchange, checkpoint, now);
    } else if (verdict == WITNESS_OLD) {
        (void)snprintf(size, sizeof size, "%" PRIu64 "\n", held.size);
        answer_text(exchange, 409, "text/x.tlog.size", size);
    } else {
        refuse(exchange, verdict, NULL);
    }
}

static void route_add_checkpoint(struct http_exchange *exchange, void *context)
{
    struct service *service = context;
    struct witness_request request;
    struct witness_checkpoint checkpoint;
    struct frank_fault fault = {.error = FRANK_OK};
    enum witness_verdict verdict = WITNESS_MALFORMED;

    (void)pthread_rwlock_rdlock(&service->lock);
    if (witness_request_read(&request, http_request(exchange)->body, &fault) ==
        FRANK_OK) {
        verdict = witness_checkpoint_read(&checkpoint, &request,
                                          &service->policy, &fault);
    }
    if (verdict == WITNESS_COSIGN) {
        decide(service, exchange, &request, &checkpoint);
    } else {
        refuse(exchange, verdict, fault.error != FRANK_OK ? &fault : NULL);
    }
    (void)pthread_rwlock_unlock(&service->lock);
}

static void route_health(struct http_exchange *exchange, void *context)
{
    const struct service *service = context;
    bool has_room = witness_store_has_room(service->store);

    answer_text(exchange, has_room ? 200 : 503, "text/plain; charset=utf-8",
                has_room ? "ok\n" : "disk full\n");
}

static const struct http_route routes[] = {
    {"POST",
     "/add-checkpoint",
     HTTP_PUBLIC,
     WITNESS_REQUEST_MAX_BYTES,
     {HTTP_ANY_TYPE},
     route_add_checkpoint},
    {"GET", "/health", HTTP_PUBLIC, 0, {NULL}, route_health},
};

/* ---- Settings -------------------------------------------------------------
 */

static void print_usage(FILE *out)
{
    (void)fputs(
        "usage: frank-audit witness serve --config FILE [--SETTING VALUE ...]\n"
        "       frank-audit witness serve --check-config --config FILE [...]\n"
        "       frank-audit witness init --name NAME FOLDER  make a key and a "
        "configuration\n\n"
        "Settings, as flags, as FRANK_WITNESS_SETTING in the environment, or "
        "in the file:\n\n",
        out);
    options_print(out, &witness_options, NULL, true);
}

static bool prepare(void *context, struct daemon_needs *needs,
                    struct options_error *error)
{
    struct service *service = context;
    const struct witness_settings *s = &service->settings;

    *needs = (struct daemon_needs){
        .data = s->data,
        .listen = {{&s->listen, HTTP_PUBLIC, 0666}},
        .connections = s->connections,
        .read = {s->key, s->policy},
        .sandbox = s->sandbox,
    };
    return witness_settings_check(s, error);
}

static bool trouble(const char *what, const struct frank_fault *fault)
{
    journal_fault(JOURNAL_ERROR, "cannot-start", what, fault);
    return false;
}

static bool load_key(struct service *service)
{
    struct frank_fault fault = {FRANK_ERR_MEMORY, "key", 0, 0, 0};
    char real[PROCESS_PATH_MAX];
    uint8_t seed[32];
    bool ok;

    service->secret = sodium_malloc(64);
    if (service->secret == NULL ||
        process_credential(real, service->settings.key, &fault) != FRANK_OK) {
        return trouble("key", &fault);
    }
    ok = secret_file_key(seed, real, &fault) == FRANK_OK ||
         trouble("key", &fault);
    if (ok) {
        (void)crypto_sign_seed_keypair(service->who.public_key, service->secret,
                                       seed);
        (void)snprintf(service->who.name, sizeof service->who.name, "%s",
                       service->settings.name);
    }
    sodium_memzero(seed, sizeof seed);
    return ok;
}

/* ---- Running --------------------------------------------------------------
 */

static void request_done(void *context, const struct http_route *route,
                         const char *id, unsigned status, uint64_t microseconds,
                         const char *reason)
{
    const struct service *service = context;

    if (service->settings.log_requests) {
        JOURNAL(JOURNAL_INFO, "request", JOURNAL_TEXT("id", id),
                JOURNAL_TEXT("route", route != NULL ? route->path : "none"),
                JOURNAL_NUMBER("status", status),
                JOURNAL_NUMBER("microseconds", microseconds),
                JOURNAL_TEXT("reason", reason != NULL ? reason : ""));
    }
}

static bool start_server(struct service *service, struct daemon *daemon)
{
    const struct witness_settings *s = &service->settings;
    const struct http_settings settings = {
        .routes = routes,
        .route_count = sizeof routes / sizeof routes[0],
        .context = service,
        .threads = (unsigned)s->threads,
        .connections = (unsigned)s->connections,
        .connections_per_address = (unsigned)s->connections_per_address,
        .header_ms = (unsigned)s->header_timeout,
        .body_ms = (unsigned)s->body_timeout,
        .body_memory = BODY_MEMORY,
        .trusted_proxies = s->trusted_proxies.items,
        .done = request_done,
    };
    struct frank_fault fault;

    return (http_server_start(&service->server, &settings, &fault) ==
                FRANK_OK &&
            daemon_listen(daemon, service->server, &fault) == FRANK_OK) ||
           trouble("server", &fault);
}

static void reload(void *context)
{
    struct service *service = context;
    struct policy *policy = malloc(sizeof *policy);

    if (policy == NULL || !witness_settings_logs(policy, &service->settings)) {
        free(policy); /* the old one stays */
        return;
    }
    (void)pthread_rwlock_wrlock(&service->lock);
    policy_free(&service->policy);
    service->policy = *policy; /* transferred */
    (void)pthread_rwlock_unlock(&service->lock);
    free(policy);
    JOURNAL(JOURNAL_INFO, "reloaded", JOURNAL_TEXT("what", "policy"));
}

static bool open_service(struct service *service)
{
    return witness_settings_logs(&service->policy, &service->settings) &&
           load_key(service) &&
           witness_store_open(&service->store, service->settings.data,
                              service->settings.min_free);
}

static int run(void *context, struct daemon *daemon)
{
    struct service *service = context;
    char vkey[NOTE_VKEY_MAX_BYTES];
    int code = EXIT_TROUBLE;
    unsigned left;

    (void)pthread_rwlock_init(&service->lock, NULL);
    if (open_service(service) && start_server(service, daemon)) {
        cosigner_vkey(vkey, &service->who);
        JOURNAL(JOURNAL_INFO, "started",
                JOURNAL_TEXT("version", frank_version()),
                JOURNAL_TEXT("witness", vkey),
                JOURNAL_NUMBER("logs", policy_log_count(&service->policy)));
        daemon_wait(daemon, reload, service);
        left = http_server_drain(service->server,
                                 (unsigned)service->settings.drain_timeout);
        JOURNAL(JOURNAL_INFO, "ended", JOURNAL_NUMBER("unanswered", left));
        code = EXIT_DONE;
    }
    http_server_free(service->server);
    witness_store_close(service->store);
    policy_free(&service->policy);
    sodium_free(service->secret); /* wipes */
    (void)pthread_rwlock_destroy(&service->lock);
    return code;
}

int witness_serve(int argc, char **argv)
{
    static struct service service;
    const struct daemon_program program = {
        .options = &witness_options,
        .settings = &service.settings,
        .usage = print_usage,
        .prepare = prepare,
        .run = run,
        .context = &service,
    };

    if (argc < 2 || (argc == 2 && strcmp(argv[1], "--help") == 0)) {
        print_usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : io_finish(EXIT_DONE);
    }
    return daemon_main(&program, argc, argv);
}
