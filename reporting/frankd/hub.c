/* SPDX-License-Identifier: Apache-2.0 */
#include "hub.h"

#include "clock.h"
#include "counts.h"
#include "hmac.h"
#include "hours.h"
#include "hub_keys.h"
#include "journal.h"
#include "process.h"
#include "publisher.h"
#include "secret_file.h"

#include <sodium.h>
#include <string.h>

#define RATE_SLOTS ((size_t)65536)

/* ---- Secrets ------------------------------------------------------------- */

static bool trouble(const char *what, const struct frank_fault *fault)
{
    journal_fault(JOURNAL_ERROR, "cannot-start", what, fault);
    return false;
}

static bool load_key(uint8_t out[static 32], const char *name, const char *path)
{
    char real[PROCESS_PATH_MAX];
    struct frank_fault fault;

    return (process_credential(real, path, &fault) == FRANK_OK &&
            secret_file_key(out, real, &fault) == FRANK_OK) ||
           trouble(name, &fault);
}

static bool load_token(struct hub *hub, enum hub_bearer bearer,
                       const char *name, const char *path)
{
    struct frank_fault fault;

    if (path[0] == '\0') {
        return true;
    }
    hub->has_bearer[bearer] = bearer_load(hub->secrets->bearer_hash[bearer],
                                          path, &fault) == FRANK_OK;
    return hub->has_bearer[bearer] || trouble(name, &fault);
}

static bool load_secrets(struct hub *hub)
{
    const struct settings *s = hub->settings;
    struct hub_secrets *secrets =
        sodium_malloc((sizeof *secrets + 63) / 64 * 64);
    uint8_t key[32];
    bool ok;

    if (secrets == NULL) {
        return trouble("secrets", &(struct frank_fault){FRANK_ERR_MEMORY,
                                                        "secrets", 0, 0, 0});
    }
    memset(secrets, 0, sizeof *secrets);
    hub->secrets = secrets;
    ok = load_key(key, "service-key", s->service_key);
    if (ok) {
        hmac_subkey(secrets->receipt_key, key, "frank v1 receipt token");
        hmac_subkey(secrets->bytes_key, key, "frank v1 bytes hash");
        hmac_subkey(secrets->names_key, key, "frank v1 room names");
        ok = load_key(key, "log-key", s->log_key);
    }
    if (ok) {
        (void)crypto_sign_seed_keypair(hub->log_public, secrets->log_secret,
                                       key);
    }
    if (ok && s->reporter_token_key[0] != '\0') {
        ok = load_key(secrets->reporter_token_key, "reporter-token-key",
                      s->reporter_token_key);
        hub->has_reporter_token_key = ok;
    }
    sodium_memzero(key, sizeof key);
    return ok &&
           load_token(hub, BEARER_PRIVATE, "private-token", s->private_token) &&
           load_token(hub, BEARER_GATEWAY, "gateway-token", s->gateway_token) &&
           load_token(hub, BEARER_AUDITOR, "auditor-token", s->auditor_token) &&
           load_token(hub, BEARER_OPERATOR, "operator-token",
                      s->operator_token);
}

bool hub_is_bearer(const struct hub *hub, enum hub_bearer bearer,
                   const char *token)
{
    return hub->has_bearer[bearer] &&
           bearer_is(hub->secrets->bearer_hash[bearer], token);
}

bool hub_admits(struct hub *hub, struct http_exchange *exchange,
                enum hub_bearer bearer)
{
    const struct http_request *request = http_request(exchange);
    const char *token = bearer_token(exchange);
    bool is_unix =
        request->is_private &&
        sodium_is_zero(request->address.bytes, sizeof request->address.bytes);

    if (is_unix || (token != NULL && hub_is_bearer(hub, bearer, token))) {
        return true;
    }
    http_problem(
        exchange,
        &(struct http_problem){
            .status = hub->has_bearer[bearer] ? 401 : 404,
            .name = hub->has_bearer[bearer] ? "unauthorized" : "not-found",
            .title = hub->has_bearer[bearer] ? "A bearer token is needed here"
                                             : "There is nothing here",
            .evidence = SIZE_MAX});
    return false;
}

/* ---- Keys ---------------------------------------------------------------- */

struct hub_keys *hub_keys_hold(struct hub *hub)
{
    struct hub_keys *keys;

    (void)pthread_mutex_lock(&hub->keys_lock);
    keys = hub->keys;
    atomic_fetch_add(&keys->holders, 1);
    (void)pthread_mutex_unlock(&hub->keys_lock);
    return keys;
}

static void replace_keys(struct hub *hub, struct hub_keys *keys)
{
    struct hub_keys *old;

    (void)pthread_mutex_lock(&hub->keys_lock);
    old = hub->keys;
    hub->keys = keys; /* transferred */
    (void)pthread_mutex_unlock(&hub->keys_lock);
    hub_keys_release(old);
}

struct epochs_write {
    struct write write;
    struct hub *hub;
    struct hub_keys *keys;
};

static void write_epochs(struct hub *hub, struct db *db,
                         const struct hub_keys *keys)
{
    for (size_t i = 0; i < keys->epoch_count; i++) {
        hub_epoch(&hub->store.ledger, db, keys->epochs[i].id,
                  keys->epochs[i].not_before, keys->epochs[i].destroyed,
                  clock_wall());
    }
}

static void run_epochs(struct write *write, struct db *db)
{
    struct epochs_write *w = (struct epochs_write *)write;

    write_epochs(w->hub, db, w->keys);
}

/* Logs what became of the epochs, and drops what ended with them. */
static bool log_epochs(struct hub *hub, struct hub_keys *keys)
{
    struct epochs_write w = {
        .write = {.run = run_epochs,
                  .small = true,
                  .drops = true,
                  .bytes = 65536},
        .hub = hub,
        .keys = keys,
    };

    if (writer_do(hub->store.writer, &w.write) == WRITE_DONE) {
        return true;
    }
    JOURNAL(JOURNAL_ERROR, "epochs-not-logged",
            JOURNAL_TEXT("why", "too much is waiting; reload again"));
    return false;
}

bool hub_reload(struct hub *hub)
{
    struct hub_keys *keys = hub_keys_load(hub->settings);

    if (keys == NULL) {
        return false;
    }
    /* First the keys, then what ends with them: whoever still holds the old
     * ones is told by the store that an epoch is over. */
    atomic_fetch_add(&keys->holders, 1);
    replace_keys(hub, keys);
    if (!log_epochs(hub, keys)) {
        hub_keys_release(keys);
        return false;
    }
    hub_keys_release(keys);
    return true;
}

/* ---- The store ----------------------------------------------------------- */

static void write_committed(void *context, uint64_t microseconds, size_t count)
{
    (void)context;
    (void)count;
    metric_observe(&time_commit, microseconds);
}

static bool open_store(struct hub *hub)
{
    const struct store_settings settings = {
        .data = hub->settings->data,
        .name = "hub.db",
        .program = "frankd",
        .schema = &hub_schema,
        .statements = hub_statements,
        .statement_count = hub_statement_count,
        .min_free = hub->settings->min_free,
        .queue_max = hub->settings->queue,
        .committed = write_committed,
    };

    return store_open(&hub->store, &settings);
}

static void witness_asked(void *context, enum witnesses_result result)
{
    (void)context;
    metric_add(&count_witnesses, (size_t)result, 1);
}

static void quorum_missing(void *context)
{
    (void)context;
    metric_add(&count_quorum_missing, 0, 1);
}

static bool open_publisher(struct hub *hub)
{
    const struct settings *s = hub->settings;
    const struct publisher_settings settings = {
        .store = &hub->store,
        .data = s->data,
        .checkpoint = s->checkpoint,
        .origin = s->log_origin,
        .secret_key = hub->secrets->log_secret,
        .public_key = hub->log_public,
        .public_every = s->public_checkpoint,
        .round = s->log_round,
        .hourly = hours_keep,
        .context = hub,
        .witnesses = {.policy = s->witnesses,
                      .ca = s->witness_ca,
                      .networks = s->witness_networks,
                      .timeout = s->witness_timeout,
                      .asked = witness_asked,
                      .missing = quorum_missing},
    };

    atomic_store(&hub->refusals_since, clock_wall());
    return publisher_open(&hub->publisher, &settings);
}

/* ---- Opening ------------------------------------------------------------- */

static bool start_rates(struct hub *hub)
{
    const struct settings *s = hub->settings;
    struct frank_fault fault;

    return (rates_new(&hub->by_reporter, s->rate_reporter.count,
                      s->rate_reporter.per_ms, RATE_SLOTS,
                      &fault) == FRANK_OK &&
            rates_new(&hub->by_address, s->rate_address.count,
                      s->rate_address.per_ms, RATE_SLOTS, &fault) == FRANK_OK &&
            rates_new(&hub->overall, s->rate_overall.count,
                      s->rate_overall.per_ms, 8, &fault) == FRANK_OK) ||
           trouble("rate limits", &fault);
}

bool hub_open(struct hub *hub, const struct settings *settings)
{
    memset(hub, 0, sizeof *hub);
    hub->settings = settings;
    (void)pthread_mutex_init(&hub->keys_lock, NULL);
    if (!load_secrets(hub) || (hub->keys = hub_keys_load(settings)) == NULL ||
        !start_rates(hub) || !open_store(hub) || !open_publisher(hub) ||
        !store_start_writer(&hub->store)) {
        hub_close(hub);
        return false;
    }
    log_epochs(hub, hub->keys);
    return true;
}

void hub_close(struct hub *hub)
{
    publisher_free(hub->publisher); /* its thread is gone by now */
    store_close(&hub->store);
    rates_free(hub->by_reporter);
    rates_free(hub->by_address);
    rates_free(hub->overall);
    if (hub->keys != NULL) {
        hub_keys_release(hub->keys);
    }
    sodium_free(hub->secrets); /* wipes */
    (void)pthread_mutex_destroy(&hub->keys_lock);
    memset(hub, 0, sizeof *hub);
}
