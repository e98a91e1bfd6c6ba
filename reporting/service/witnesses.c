/* SPDX-License-Identifier: Apache-2.0 */
#include "witnesses.h"

#include "clock.h"
#include "journal.h"
#include "policy_file.h"
#include "witnesses_inside.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AGAIN_MS 60000

const char *const witnesses_results[] = {
    [WITNESSES_COSIGNED] = "cosigned", [WITNESSES_AWAY] = "away",
    [WITNESSES_REFUSED] = "refused",   [WITNESSES_AHEAD] = "ahead",
    [WITNESSES_BAD] = "bad",           NULL};

struct witnesses {
    struct witnesses_settings settings;
    struct policy policy;
    struct fetch_networks networks;
    const struct tiles *tiles;
    atomic_bool stop;
    pthread_t thread;
    bool running;

    /* The thread's. */
    struct cosigned asked; /* for which cosignatures are collected */
    struct witnesses_one ones[POLICY_WITNESSES_MAX]; /* as in the policy */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    struct cosigned wanted;
    bool has_wanted; /* that the thread has not begun with */
    struct cosigned ready;
    bool has_ready;
};

/* ---- Opening --------------------------------------------------------------
 */

static bool refuse(const struct witnesses *w, const char *why)
{
    JOURNAL(JOURNAL_ERROR, "cannot-start",
            JOURNAL_TEXT("what", w->settings.policy), JOURNAL_TEXT("why", why));
    return false;
}

static bool is_web(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

/* Whether it is a policy by which this log can go on. */
static bool
check_policy(struct witnesses *w, const char *origin,
             const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES])
{
    bool can[POLICY_WITNESSES_MAX] = {false};
    bool is_named = policy_log_count(&w->policy) == 0;

    for (size_t i = 0; i < policy_log_count(&w->policy); i++) {
        const struct note_key *key = &policy_log_at(&w->policy, i)->key;

        is_named = is_named || (strcmp(key->name, origin) == 0 &&
                                memcmp(key->public_key, public_key,
                                       FRANK_PUBLIC_KEY_BYTES) == 0);
    }
    for (size_t i = 0; i < policy_witness_count(&w->policy); i++) {
        w->ones[i].who = policy_witness(&w->policy, i);
        can[i] = w->ones[i].who->url != NULL;
        if (can[i] &&
            (!is_web(w->ones[i].who->url) ||
             strlen(w->ones[i].who->url) + 32 > FETCH_URL_MAX_BYTES)) {
            return refuse(w, "a witness's URL is not one of http or https");
        }
    }
    return (is_named || refuse(w, "it names logs, and not this one")) &&
           (policy_quorum_met(&w->policy, can) ||
            refuse(w, "its quorum takes witnesses that have no URL"));
}

static void init_wake(struct witnesses *w)
{
    pthread_condattr_t monotonic;

    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

bool witnesses_open(struct witnesses **out,
                    const struct witnesses_settings *settings,
                    const char *origin,
                    const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
                    const struct tiles *tiles)
{
    struct witnesses *w = calloc(1, sizeof *w);
    struct frank_fault fault = {FRANK_ERR_MEMORY, "witnesses", 0, 0, 0};

    if (w == NULL) {
        journal_fault(JOURNAL_ERROR, "cannot-start", "witnesses", &fault);
        return false;
    }
    w->settings = *settings;
    w->settings.again = settings->again > 0 ? settings->again : AGAIN_MS;
    w->tiles = tiles;
    init_wake(w);
    if (fetch_networks_parse(&w->networks, settings->networks, &fault) !=
        FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "cannot-start", "witness-networks",
                      &fault);
        witnesses_free(w);
        return false;
    }
    if (!policy_file_load(&w->policy, "cannot-start", settings->policy, NULL) ||
        !check_policy(w, origin, public_key)) {
        witnesses_free(w);
        return false;
    }
    *out = w; /* transferred */
    return true;
}

void witnesses_free(struct witnesses *w)
{
    if (w != NULL) {
        policy_free(&w->policy);
        (void)pthread_cond_destroy(&w->wake);
        (void)pthread_mutex_destroy(&w->lock);
        free(w);
    }
}

/* ---- A round --------------------------------------------------------------
 */

struct asking {
    struct witnesses *all;
    struct witnesses_one *one;
    const struct witnesses_round *round;
    pthread_t thread;
    bool running;
};

static void *ask(void *argument)
{
    const struct asking *asking = argument;
    const struct witnesses_settings *s = &asking->all->settings;
    enum witnesses_result result = witnesses_ask(asking->one, asking->round);

    if (s->asked != NULL && !atomic_load(&asking->all->stop)) {
        s->asked(s->context, result);
    }
    return NULL;
}

/* Asks all that have not cosigned it, at once; ends when each has answered or
 * his time is over. */
static void ask_all(struct witnesses *w)
{
    const struct witnesses_round round = {
        .checkpoint = &w->asked,
        .tiles = w->tiles,
        .ca = w->settings.ca[0] != '\0' ? w->settings.ca : NULL,
        .networks = &w->networks,
        .timeout = w->settings.timeout,
        .stop = &w->stop,
    };
    struct asking askings[POLICY_WITNESSES_MAX] = {{.running = false}};

    for (size_t i = 0; i < policy_witness_count(&w->policy); i++) {
        struct asking *a = &askings[i];

        *a = (struct asking){w, &w->ones[i], &round, 0, false};
        if (w->ones[i].who->url != NULL && w->ones[i].line[0] == '\0') {
            a->running = pthread_create(&a->thread, NULL, ask, a) == 0;
        }
    }
    for (size_t i = 0; i < policy_witness_count(&w->policy); i++) {
        if (askings[i].running) {
            (void)pthread_join(askings[i].thread, NULL);
        }
    }
}

/* The checkpoint with the lines that there are. Whether its quorum is met is
 * asked of what will be published. */
static bool put_together(const struct witnesses *w, struct cosigned *out,
                         size_t *count)
{
    struct policy_verdict verdict;
    struct frank_fault fault;

    *out = w->asked;
    for (size_t i = 0; i < policy_witness_count(&w->policy); i++) {
        size_t len = strlen(w->ones[i].line);

        memcpy(out->text + out->len, w->ones[i].line, len + 1);
        out->len += len;
    }
    if (policy_check(&w->policy, out->text, out->len, &verdict, &fault) !=
        FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "witness-trouble", "checkpoint", &fault);
        *count = 0;
        return false;
    }
    *count = verdict.count;
    return verdict.quorum_met;
}

/* Whether that is done: true where the quorum is met. */
static bool round_of(struct witnesses *w)
{
    struct cosigned made;
    size_t count = 0;
    bool met;

    ask_all(w);
    met = put_together(w, &made, &count);
    if (met) {
        (void)pthread_mutex_lock(&w->lock);
        w->ready = made;
        w->has_ready = true;
        (void)pthread_mutex_unlock(&w->lock);
    } else if (!atomic_load(&w->stop)) {
        JOURNAL(JOURNAL_WARNING, "witness-quorum-missing",
                JOURNAL_NUMBER("size", w->asked.size),
                JOURNAL_NUMBER("cosigned", count),
                JOURNAL_NUMBER("witnesses", policy_witness_count(&w->policy)),
                JOURNAL_TEXT("then", "the public checkpoint stays as it is; "
                                     "they are asked again"));
        if (w->settings.missing != NULL) {
            w->settings.missing(w->settings.context);
        }
    }
    return met;
}

/* ---- The thread -----------------------------------------------------------
 */

/* Waits for another checkpoint, or for `until` where that is not 0. false: it
 * ends. */
static bool wait_for_work(struct witnesses *w, uint64_t until, bool *is_new)
{
    struct timespec when = {(time_t)(until / 1000),
                            (long)(until % 1000) * 1000000L};

    (void)pthread_mutex_lock(&w->lock);
    while (!w->has_wanted && !atomic_load(&w->stop) &&
           (until == 0 || clock_monotonic() < until)) {
        if (until == 0) {
            (void)pthread_cond_wait(&w->wake, &w->lock);
        } else {
            (void)pthread_cond_timedwait(&w->wake, &w->lock, &when);
        }
    }
    *is_new = w->has_wanted;
    if (w->has_wanted) {
        w->asked = w->wanted;
        w->has_wanted = false;
    }
    (void)pthread_mutex_unlock(&w->lock);
    return !atomic_load(&w->stop);
}

static void *run(void *argument)
{
    struct witnesses *w = argument;
    uint64_t again = 0;
    bool is_new;

    while (wait_for_work(w, again, &is_new)) {
        for (size_t i = 0; is_new && i < POLICY_WITNESSES_MAX; i++) {
            w->ones[i].line[0] = '\0';
        }
        again = round_of(w) ? 0 : clock_monotonic() + w->settings.again;
    }
    return NULL;
}

bool witnesses_start(struct witnesses *w)
{
    w->running = pthread_create(&w->thread, NULL, run, w) == 0;
    return w->running;
}

void witnesses_stop(struct witnesses *w)
{
    if (w == NULL || !w->running) {
        return;
    }
    (void)pthread_mutex_lock(&w->lock);
    atomic_store(&w->stop, true);
    (void)pthread_cond_signal(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
    (void)pthread_join(w->thread, NULL);
    w->running = false;
}

void witnesses_submit(struct witnesses *w, const struct cosigned *checkpoint)
{
    (void)pthread_mutex_lock(&w->lock);
    w->wanted = *checkpoint;
    w->has_wanted = true;
    (void)pthread_cond_signal(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
}

bool witnesses_take(struct witnesses *w, struct cosigned *out)
{
    bool there;

    (void)pthread_mutex_lock(&w->lock);
    there = w->has_ready;
    if (there) {
        *out = w->ready;
        w->has_ready = false;
    }
    (void)pthread_mutex_unlock(&w->lock);
    return there;
}
