/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of a spot check have in common. */
#ifndef MODERATION_FRANK_AUDIT_SPOT_COMMANDS_H
#define MODERATION_FRANK_AUDIT_SPOT_COMMANDS_H

#include "command.h"
#include "log_argument.h"
#include "spot_case.h"

enum spot_option {
    SPOT_MOD,
    SPOT_MOD_KEY,
    SPOT_POLICY,
    SPOT_TOKEN,
    SPOT_CA,
    SPOT_CHECKPOINT,
    SPOT_BEACON,
    SPOT_COUNT,
    SPOT_KEY,
    SPOT_HUB_PUBLIC,
    SPOT_JSON,
    SPOT_QUORUM,
    SPOT_OPTIONS
};

/* What is asked. given: arguments of options, "" for those without. */
struct spot_wish {
    const char *given[SPOT_OPTIONS];
    const char *quorums[BUNDLE_QUORUMS_MAX];
    size_t quorum_count;
    uint64_t count;
};

/* Each gives an exit code, after a message unless it is 0. */

/* opens: an answer and the auditor's key are needed. */
int spot_wish_read(struct spot_wish *out, const struct command *self, int argc,
                   char **argv, bool opens);

/* The auditor's key; wipe the secret. */
int spot_key_load(uint8_t public_key[static SPOT_KEY_BYTES],
                  uint8_t secret[static SPOT_KEY_BYTES], const char *path);

/* Reads the whole log, which is checked meanwhile and has to go on from the
 * checkpoint that was kept, and draws the sample of that. What
 * is watched is set before; free the walk in any case. */
int spot_walk_log(struct spot_walk *walk, const struct spot_wish *wish,
                  const struct log_trust *trust);

#endif
