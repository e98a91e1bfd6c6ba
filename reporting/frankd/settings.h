/* SPDX-License-Identifier: Apache-2.0 */
/* frankd's settings: man frankd(8) tells them, settings.c is their table. */
#ifndef REPORTING_FRANKD_SETTINGS_H
#define REPORTING_FRANKD_SETTINGS_H

#include "options.h"

struct settings {
    struct option_list listen;
    struct option_list listen_private;
    struct option_list trusted_proxies;
    const char *data;
    const char *keyring;
    const char *service_key;
    const char *log_key;
    const char *checkpoint;
    const char *quorum;
    const char *moderation_key;
    const char *private_token;
    const char *gateway_token;
    const char *reporter_token_key;
    const char *auditor_token;
    const char *operator_token;
    const char *log_origin;
    uint64_t threads;
    uint64_t connections;
    uint64_t connections_per_address;
    uint64_t header_timeout;
    uint64_t body_timeout;
    uint64_t body_memory;
    uint64_t queue;
    uint64_t drain_timeout;
    uint64_t message_age_max;
    uint64_t stamp_past;
    uint64_t stamp_ahead;
    bool room_numbers;
    uint64_t room_numbers_above;
    uint64_t anonymous_per_message;
    struct option_rate rate_reporter;
    struct option_rate rate_address;
    struct option_rate rate_overall;
    uint64_t priority_window;
    uint64_t priority_reporter;
    uint64_t priority_first_contact;
    struct option_list priority_reasons;
    uint64_t public_checkpoint;
    uint64_t log_round;
    const char *witnesses;
    const char *witness_ca;
    const char *witness_networks;
    uint64_t witness_timeout;
    uint64_t retain;
    uint64_t min_free;
    bool sandbox;
    bool log_requests;
};

extern const struct options settings_options;

/* What no table can say: members that need each other, reasons by name. false:
 * *error says what is wrong. */
FRANK_MUST_CHECK bool settings_check(const struct settings *settings,
                                     struct options_error *error);

/* What a report's reason adds to its priority. */
uint32_t settings_reason_priority(const struct settings *settings,
                                  uint8_t reason);

#endif
