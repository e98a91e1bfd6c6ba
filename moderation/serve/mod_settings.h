/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of `frank-mod serve`: man frank-mod-serve(8) tells them,
 * mod_settings.c is their table. */
#ifndef MODERATION_SERVE_MOD_SETTINGS_H
#define MODERATION_SERVE_MOD_SETTINGS_H

#include "options.h"

struct mod_settings {
    struct option_list listen;
    struct option_list listen_private;
    struct option_list trusted_proxies;
    const char *data;
    const char *name; /* of the team, on a second factor's device */
    const char *service_key;
    const char *log_key;
    const char *checkpoint;
    const char *log_origin;
    struct option_list quorum;
    const char *hub;
    const char *hub_token;
    const char *hub_public;
    const char *hub_ca;
    const char *hub_networks;
    uint64_t hub_every;
    uint64_t hub_timeout;
    const char *platform_token;
    const char *auditor_token;
    const char *operator_token;
    struct option_list webhook;
    const char *webhook_secret;
    const char *webhook_ca;
    const char *webhook_networks;
    const char *attachments;
    struct option_list attachment_store;
    const char *attachment_token;
    const char *attachment_ca;
    const char *attachment_networks;
    uint64_t attachment_max;
    uint64_t attachment_external_max;
    uint64_t attachment_retry;
    bool stored_shares;
    uint64_t claim;
    uint64_t hold_max;
    uint64_t request;
    uint64_t retract;
    uint64_t statement_delay;
    uint64_t appeal_window;
    uint64_t flood_undo;
    uint64_t legal_hold_max;
    uint64_t priority_worth;
    uint64_t session_idle;
    uint64_t session_longest;
    uint64_t invitation;
    uint64_t threads;
    uint64_t connections;
    uint64_t connections_per_address;
    uint64_t header_timeout;
    uint64_t body_timeout;
    uint64_t body_memory;
    uint64_t queue;
    uint64_t drain_timeout;
    uint64_t public_checkpoint;
    uint64_t log_round;
    const char *witnesses;
    const char *witness_ca;
    const char *witness_networks;
    uint64_t witness_timeout;
    uint64_t min_free;
    bool sandbox;
    bool log_requests;
};

extern const struct options mod_options;

/* What no table can say. false: *error says what is wrong. */
FRANK_MUST_CHECK bool mod_settings_check(const struct mod_settings *settings,
                                         struct options_error *error);

#endif
