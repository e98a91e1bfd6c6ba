/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of `frank-audit witness serve`: man frank-audit-witness(8) tells
 * them, witness_settings.c is their table. */
#ifndef MODERATION_FRANK_AUDIT_WITNESS_SETTINGS_H
#define MODERATION_FRANK_AUDIT_WITNESS_SETTINGS_H

#include "options.h"
#include "policy.h"

struct witness_settings {
    struct option_list listen;
    struct option_list trusted_proxies;
    const char *name; /* of the witness */
    const char *key;
    const char *policy;
    struct option_list log; /* verifier keys */
    const char *data;
    uint64_t threads;
    uint64_t connections;
    uint64_t connections_per_address;
    uint64_t header_timeout;
    uint64_t body_timeout;
    uint64_t drain_timeout;
    uint64_t min_free;
    bool sandbox;
    bool log_requests;
};

extern const struct options witness_options;

/* What no table can say. false: *error says what is wrong. */
FRANK_MUST_CHECK bool
witness_settings_check(const struct witness_settings *settings,
                       struct options_error *error);

/* The logs that are witnessed: those of the policy file and of `log`. false
 * after a line in the journal; free it with policy_free(). */
FRANK_MUST_CHECK bool
witness_settings_logs(struct policy *out,
                      const struct witness_settings *settings);

#endif
