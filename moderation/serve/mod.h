/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The moderation side as a service: its keys, its book, its store, which every
 * route and thread uses. mod.c opens and closes it.
 */
#ifndef MODERATION_SERVE_MOD_H
#define MODERATION_SERVE_MOD_H

#include "accounts.h"
#include "attempts.h"
#include "base.h"
#include "bearer.h"
#include "book.h"
#include "hub_public.h"
#include "mod_settings.h"
#include "publisher.h"
#include "server.h"
#include "vault.h"

#include <pthread.h>
#include <stdatomic.h>

struct feed_source;

#define MOD_QUORUMS_MAX OPTIONS_LIST_MAX

/* A quorum that reports were sealed to. */
struct mod_quorum {
    struct frank_quorum key;
    uint8_t id[FRANK_QUORUM_ID_BYTES];
};

/* What a reload replaces as a whole. Whoever uses it holds it. */
struct mod_keys {
    atomic_uint holders;
    struct hub_public hub;
    char hub_log[NOTE_VKEY_MAX_BYTES]; /* verifier key of its log, or "" */
    size_t quorum_count;
    struct mod_quorum quorums[MOD_QUORUMS_MAX];
};

/* The book in force. Whoever uses it holds it. */
struct mod_book {
    atomic_uint holders;
    uint64_t version;
    struct book *book;
    char *text;
    size_t len;
};

enum mod_bearer {
    MOD_BEARER_PLATFORM,
    MOD_BEARER_AUDITOR,
    MOD_BEARER_OPERATOR,
    MOD_BEARER_COUNT
};

/* In guarded memory. */
struct mod_secrets {
    uint8_t kept[KEPT_SECRET_BYTES];
    uint8_t tickets[32];    /* of addresses of evidence; anew at each start */
    uint8_t log_secret[64]; /* Ed25519 */
    uint8_t bearer_hash[MOD_BEARER_COUNT][BEARER_HASH_BYTES];
};

struct mod {
    const struct mod_settings *settings;
    struct mod_secrets *secrets;
    bool has_bearer[MOD_BEARER_COUNT];
    uint8_t log_public[32];
    struct cases_rules rules;
    struct session_rules session_rules;
    struct cases cases; /* for the writer's thread */
    struct store store;
    int attachments; /* the folder of disclosed files */
    struct publisher *publisher;
    struct vault *vault;
    struct attempts *attempts;
    struct http_server *server;
    const struct feed_source *hub_source; /* of the threads; once they run */
    pthread_mutex_t exporting;            /* one at a time */

    pthread_mutex_t lock; /* of the two below */
    struct mod_keys *keys;
    struct mod_book *book;

    atomic_bool ready;
    atomic_bool stopping;
    atomic_bool hub_answers; /* it did when it was asked last */
    _Atomic uint64_t feed_next;
    _Atomic uint64_t feed_last;
};

/* Opens keys, database, log, book; starts the writer. false after a line in the
 * journal; to be closed all the same. */
FRANK_MUST_CHECK bool mod_open(struct mod *mod,
                               const struct mod_settings *settings);
/* After the server and the threads are gone. */
void mod_close(struct mod *mod);

/* Reads quorums and hub's keys again; the old ones stay where that fails. */
bool mod_reload(struct mod *mod);

struct mod_keys *mod_keys_hold(struct mod *mod);
void mod_keys_release(struct mod_keys *keys);
/* The quorum of an id, or NULL. */
const struct mod_quorum *
mod_quorum_of(const struct mod_keys *keys,
              const uint8_t id[static FRANK_QUORUM_ID_BYTES]);

struct mod_book *mod_book_hold(struct mod *mod);
void mod_book_release(struct mod_book *book);
/* Puts another book in force, which is in the database already. */
void mod_book_replace(struct mod *mod, struct mod_book *book);

/* Runs work within a transaction of the writer's and waits for the disk. false:
 * the disk is full, or too much waits; nothing was done. drops as in
 * struct write. */
typedef void mod_work(void *context, struct db *db);
FRANK_MUST_CHECK bool mod_write(struct mod *mod, mod_work *work, void *context,
                                size_t bytes, bool drops);
/* The same for what can wait: not on a disk of which only the room is left that
 * moderators need to go on (min-free). */
FRANK_MUST_CHECK bool mod_write_more(struct mod *mod, mod_work *work,
                                     void *context, size_t bytes);

#endif
