/* SPDX-License-Identifier: Apache-2.0 */
#include "threads.h"

#include "clock.h"
#include "journal.h"
#include "process.h"
#include "secret_file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOKEN_FILE_MAX 512
#define TOKEN_BYTES 520 /* with a zero */
#define CONNECT_MS 10000
#define KEEP_EVERY_MS 500

static bool trouble(const char *what, const struct frank_fault *fault)
{
    journal_fault(JOURNAL_ERROR, "cannot-start", what, fault);
    return false;
}

/* ---- What they are started with
 * ----------------------------------------------------- */

static bool load_secret(const char *name, const char *path, uint8_t **bytes,
                        size_t *len, size_t max)
{
    char real[PROCESS_PATH_MAX];
    struct frank_fault fault;

    return (process_credential(real, path, &fault) == FRANK_OK &&
            secret_file_load(bytes, len, real, max, &fault) == FRANK_OK) ||
           trouble(name, &fault);
}

/* A bearer token, without the line's end; "" is none. */
static bool load_token(char out[static TOKEN_BYTES], const char *name,
                       const char *path)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    bool ok;

    if (path[0] == '\0') {
        return true;
    }
    ok = load_secret(name, path, &bytes, &len, TOKEN_FILE_MAX);
    if (ok) {
        len -= len > 0 && bytes[len - 1] == '\n';
        memcpy(out, bytes, len);
    }
    sodium_free(bytes); /* wipes */
    return ok;
}

static bool load_webhook_secret(struct threads *t, const char *path)
{
    struct frank_fault fault;
    uint8_t *bytes = NULL;
    size_t len = 0;
    bool ok;

    if (path[0] == '\0') {
        return true;
    }
    ok = load_secret("webhook-secret", path, &bytes, &len,
                     WEBHOOK_SECRET_FILE_MAX_BYTES) &&
         (webhook_secret_read(&t->secrets, (const char *)bytes, len, &fault) ==
              FRANK_OK ||
          trouble("webhook-secret", &fault));
    sodium_free(bytes); /* wipes */
    return ok;
}

static bool read_networks(struct fetch_networks *out, const char *name,
                          const char *text)
{
    struct frank_fault fault;

    return text[0] == '\0' ||
           fetch_networks_parse(out, text, &fault) == FRANK_OK ||
           trouble(name, &fault);
}

static bool prepare(struct threads *t)
{
    const struct mod_settings *s = t->mod->settings;
    bool is_unix = strncmp(s->hub, "unix:", 5) == 0;

    t->source = (struct feed_source){
        .url = is_unix ? "http://hub" : s->hub,
        .unix_socket = is_unix ? s->hub + 5 : NULL,
        .ca_file = s->hub_ca[0] != '\0' ? s->hub_ca : NULL,
        .networks = &t->hub_networks,
        .bearer = s->hub_token[0] != '\0' ? t->hub_token : NULL,
        .connect_ms = s->hub_timeout < CONNECT_MS ? s->hub_timeout : CONNECT_MS,
        .total_ms = s->hub_timeout,
        .stop = &t->mod->stopping,
    };
    return read_networks(&t->hub_networks, "hub-networks", s->hub_networks) &&
           read_networks(&t->webhook_networks, "webhook-networks",
                         s->webhook_networks) &&
           read_networks(&t->attachment_networks, "attachment-networks",
                         s->attachment_networks) &&
           load_token(t->hub_token, "hub-token", s->hub_token) &&
           load_token(t->attachment_token, "attachment-token",
                      s->attachment_token) &&
           load_webhook_secret(t, s->webhook_secret);
}

/* ---- Running
 * ---------------------------------------------------------------------------
 */

bool threads_wait(struct threads *t, uint64_t ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_mutex_lock(&t->lock);
    if (!atomic_load(&t->mod->stopping)) {
        (void)pthread_cond_timedwait(&t->wake, &t->lock, &until);
    }
    (void)pthread_mutex_unlock(&t->lock);
    return !atomic_load(&t->mod->stopping);
}

static void *pull(void *argument)
{
    struct threads *t = argument;
    unsigned failures = 0;

    while (threads_wait(t, pulling_round(t, &failures))) {
    }
    return NULL;
}

static void *keep(void *argument)
{
    struct threads *t = argument;

    do {
        keeping_round(t->mod, clock_wall());
    } while (threads_wait(t, KEEP_EVERY_MS));
    return NULL;
}

static void *tell(void *argument)
{
    struct threads *t = argument;

    while (threads_wait(t, telling_round(t))) {
    }
    return NULL;
}

static void *bring(void *argument)
{
    struct threads *t = argument;

    while (threads_wait(t, fetching_round(t))) {
    }
    return NULL;
}

static bool start(struct threads *t)
{
    static void *(*const runs[])(void *) = {pull, keep, tell, bring};
    pthread_t *const which[] = {&t->pulling, &t->keeping, &t->telling,
                                &t->fetching};

    for (size_t i = 0; i < 4; i++) {
        if (pthread_create(which[i], NULL, runs[i], t) != 0) {
            return trouble("thread", &(struct frank_fault){FRANK_ERR_MEMORY,
                                                           "thread", 0, 0, 0});
        }
        t->running++;
    }
    return true;
}

struct threads *threads_start(struct mod *mod)
{
    struct threads *t = calloc(1, sizeof *t);
    pthread_condattr_t monotonic;

    if (t == NULL) {
        return NULL;
    }
    t->mod = mod;
    mod->hub_source = &t->source;
    (void)pthread_mutex_init(&t->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&t->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    if (!prepare(t) || !start(t)) {
        threads_stop(t);
        threads_free(t);
        return NULL;
    }
    return t;
}

void threads_stop(struct threads *t)
{
    if (t == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&t->lock);
    atomic_store(&t->mod->stopping, true);
    (void)pthread_cond_broadcast(&t->wake);
    (void)pthread_mutex_unlock(&t->lock);
    if (t->running > 0) {
        (void)pthread_join(t->pulling, NULL);
    }
    if (t->running > 1) {
        (void)pthread_join(t->keeping, NULL);
    }
    if (t->running > 2) {
        (void)pthread_join(t->telling, NULL);
    }
    if (t->running > 3) {
        (void)pthread_join(t->fetching, NULL);
    }
}

void threads_free(struct threads *t)
{
    if (t == NULL) {
        return;
    }
    (void)pthread_cond_destroy(&t->wake);
    (void)pthread_mutex_destroy(&t->lock);
    sodium_memzero(t, sizeof *t);
    free(t);
}
