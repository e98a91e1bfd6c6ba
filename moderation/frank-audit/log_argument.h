/* SPDX-License-Identifier: Apache-2.0 */
/* Whom commands trust about a log: --key VKEY, --policy FILE. */
#ifndef MODERATION_FRANK_AUDIT_LOG_ARGUMENT_H
#define MODERATION_FRANK_AUDIT_LOG_ARGUMENT_H

#include "io.h"
#include "log_client.h"

struct log_trust {
    struct note_key key;
    struct policy policy;
    bool has_key;
    bool has_policy;
};

/* Either can be NULL. Gives an exit code of command.h, after a message unless
 * it is 0. Free it in any case. */
int log_trust_read(struct log_trust *out, const char *vkey,
                   const char *policy_file);
void log_trust_free(struct log_trust *trust);

/* For struct log_ask; NULL where there is none. */
const struct note_key *log_trust_key(const struct log_trust *trust);
const struct policy *log_trust_policy(const struct log_trust *trust);

#endif
