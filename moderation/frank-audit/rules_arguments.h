/* SPDX-License-Identifier: Apache-2.0 */
/* What `frank-audit rules` is told. */
#ifndef MODERATION_FRANK_AUDIT_RULES_ARGUMENTS_H
#define MODERATION_FRANK_AUDIT_RULES_ARGUMENTS_H

#include "command.h"
#include "rules.h"

#define RULES_QUORUMS_MAX 16

struct rules_arguments {
    const char *places[RULES_LOGS];
    const char *keys[RULES_LOGS];
    const char *tokens[RULES_LOGS];
    const char *policy;
    const char *ca;
    const char *state;
    const char *html;
    bool json;
    bool all; /* findings of earlier runs too */
    struct rules_limits limits;
    size_t quorum_count;
    struct frank_quorum quorums[RULES_QUORUMS_MAX];
    struct book *book;
};

/* Gives an exit code, after a message unless it is 0. Free it in any case. */
int rules_arguments_read(struct rules_arguments *out,
                         const struct command *self, int argc, char **argv);
void rules_arguments_free(struct rules_arguments *arguments);

/* quorum.pub, for other commands. */
int rules_read_quorum(struct frank_quorum *out, const char *file);

#endif
