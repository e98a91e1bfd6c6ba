/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service does by itself, a thread each: takes reports over from the
 * hub and tells it what became of them (pulling.c); ends what ends by itself
 * (keeping.c); tells the platform (telling.c); fetches files from the
 * messenger's store (fetching.c).
 */
#ifndef MODERATION_SERVE_THREADS_H
#define MODERATION_SERVE_THREADS_H

#include "feed_client.h"
#include "files.h"
#include "mod.h"
#include "webhook.h"

struct threads;

/* Reads tokens, networks, secrets; starts them. NULL after a line in the
 * journal. */
FRANK_MUST_CHECK struct threads *threads_start(struct mod *mod);
/* Waits for their end. NULL is allowed. */
void threads_stop(struct threads *threads);
/* When nobody asks the hub any more. NULL is allowed. */
void threads_free(struct threads *threads);

/* ---- Their inside
 * ------------------------------------------------------------- */

struct threads {
    struct mod *mod;
    struct feed_source source;
    char hub_token[520];
    struct fetch_networks hub_networks;
    struct fetch_networks webhook_networks;
    struct fetch_networks attachment_networks;
    char attachment_token[520];
    struct files_row fetched; /* whose piece was fetched last */
    struct webhook_secrets secrets;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t pulling;
    pthread_t keeping;
    pthread_t telling;
    pthread_t fetching;
    unsigned running;
};

/* Waits so long, or until the service ends: false then. */
bool threads_wait(struct threads *t, uint64_t ms);

/* One round of each; the tests call them too. pull: how long to wait for the
 * next. */
uint64_t pulling_round(struct threads *t, unsigned *failures);
void keeping_round(struct mod *mod, uint64_t now);
uint64_t telling_round(struct threads *t);
uint64_t fetching_round(struct threads *t);

#endif
