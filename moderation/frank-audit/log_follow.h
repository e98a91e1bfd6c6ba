/* SPDX-License-Identifier: Apache-2.0 */
/* A log's entries for a command, as the log client reads and checks them. */
#ifndef MODERATION_FRANK_AUDIT_LOG_FOLLOW_H
#define MODERATION_FRANK_AUDIT_LOG_FOLLOW_H

#include "log_argument.h"

/* NULL and 0 where nothing is given. */
struct log_follow {
    const char *name; /* "hub", for messages */
    const char *place;
    const char *key;
    const char *token; /* file */
    const char *policy;
    const char *ca;
    const char *state; /* folder */
    uint64_t from;     /* the first entry that was not seen */
    log_entry *entry;
    void *context;
};

/* Gives an exit code of command.h, after a message unless it is 0: the log
 * holds, and what came of its entries counts. What entry() gave is trouble of
 * its own, after a message of its own. */
int log_follow(struct log_result *out, const struct log_follow *log);

#endif
