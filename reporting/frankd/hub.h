/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub as a service: its keys, its store, its limits, which every route
 * uses. hub.c opens and closes it; what a route does is in the route's own
 * file.
 */
#ifndef REPORTING_FRANKD_HUB_H
#define REPORTING_FRANKD_HUB_H

#include "base.h"
#include "bearer.h"
#include "hub_store.h"
#include "keyring.h"
#include "rates.h"
#include "server.h"
#include "settings.h"
#include "stamper.h"

#include <pthread.h>
#include <stdatomic.h>

/* Keys that a reload replaces as a whole. Whoever uses them holds them. */
struct hub_keys {
    atomic_uint holders;
    struct stamper *stamper;
    char *public_json; /* hub_public_encode() */
    bool has_quorum;
    struct frank_quorum quorum;
    uint8_t quorum_id[FRANK_QUORUM_ID_BYTES];
    char *quorum_json; /* quorum_public_encode(), or NULL */
    uint8_t *quorum_record;
    size_t quorum_record_len;  /* 0: it is a quorum.pub */
    uint64_t epoch_not_before; /* of the epoch in force */
    size_t epoch_count;
    struct {
        uint32_t id;
        uint64_t not_before;
        bool destroyed;
    } epochs[KEYRING_EPOCHS_MAX];
};

/* Whose bearer tokens there are. */
enum hub_bearer {
    BEARER_PRIVATE,
    BEARER_GATEWAY,
    BEARER_AUDITOR,
    BEARER_OPERATOR,
    BEARER_COUNT
};

/* Secrets that stay as they are; in guarded memory. */
struct hub_secrets {
    uint8_t receipt_key[32]; /* receipt tokens */
    uint8_t bytes_key[32];   /* hashes of what was sent */
    uint8_t names_key[32];   /* of rooms and devices that are counted */
    uint8_t log_secret[64];  /* Ed25519 */
    uint8_t reporter_token_key[32];
    uint8_t bearer_hash[BEARER_COUNT][BEARER_HASH_BYTES];
};

/* Reports that were refused since the last entry of the log, by name. */
#define HUB_REFUSALS_MAX 64

struct publisher;

struct hub {
    const struct settings *settings;
    struct hub_secrets *secrets;
    bool has_bearer[BEARER_COUNT];
    bool has_reporter_token_key;
    uint8_t log_public[32];

    pthread_mutex_t keys_lock;
    struct hub_keys *keys;

    struct store store;

    struct rates *by_reporter;
    struct rates *by_address;
    struct rates *overall;

    struct publisher *publisher;
    _Atomic uint64_t refusals_since; /* what is not in the log yet */
    struct http_server *server;
    atomic_bool ready;
};

/* Opens keys, database, log; starts the writer. false after a line in the
 * journal. */
FRANK_MUST_CHECK bool hub_open(struct hub *hub,
                               const struct settings *settings);
/* After the server is gone. What waits is committed. */
void hub_close(struct hub *hub);

/* Reads keyring and quorum again; the old ones stay in force where that fails,
 * after a line in the journal. */
bool hub_reload(struct hub *hub);

/* The keys in force, to be given back. */
struct hub_keys *hub_keys_hold(struct hub *hub);
void hub_keys_release(struct hub_keys *keys);

/* Whether a token is the one; in constant time. */
bool hub_is_bearer(const struct hub *hub, enum hub_bearer bearer,
                   const char *token);

/* For routes of one party's: whether the exchange came over a private Unix
 * socket, or has its bearer token. Otherwise answers 401, or 404 where the
 * party has no token. */
bool hub_admits(struct hub *hub, struct http_exchange *exchange,
                enum hub_bearer bearer);

/* Counts a report that was refused: metrics, and the log's hourly entry. name
 * is static text. */
void hub_count_refused(const char *name);
/* Takes the counts, which begin anew. */
size_t hub_refusals_take(struct hub_refusals out[static HUB_REFUSALS_MAX]);
void hub_refusals_put_back(const struct hub_refusals *refusals, size_t count);

/* ---- Routes -------------------------------------------------------------- */

extern const struct http_route hub_routes[];
extern const size_t hub_route_count;

http_handler route_reports;      /* intake.c */
http_handler route_abuse_report; /* intake.c */
http_handler route_receipt;      /* receipts.c */
http_handler route_franks;       /* franks.c */
http_handler route_seen;         /* seen.c */
http_handler route_feed;         /* feed.c */
http_handler route_feed_ack;
http_handler route_notices;
http_handler route_well_known; /* pages.c */
http_handler route_openapi;
http_handler route_livez;
http_handler route_readyz;
http_handler route_metrics;
http_handler route_checkpoint; /* log_routes.c */
http_handler route_tile;

#endif
