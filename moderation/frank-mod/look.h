/* SPDX-License-Identifier: Apache-2.0 */
/* A report that frank-mod open looks at, and how it is told. */
#ifndef MODERATION_FRANK_MOD_LOOK_H
#define MODERATION_FRANK_MOD_LOOK_H

#include "command.h"
#include "io.h"
#include "opening.h"

/* All that is opened with, and what came of it. */
struct look {
    struct frank_quorum quorum;
    struct hub_public hub;
    struct hub_verdict verdict;
    bool has_verdict;
    struct consent consents[FRANK_HOLDERS_MAX];
    struct blob sealed;
    struct opening *opening;
    struct opening_verdict verdicts[FRANK_MESSAGES_MAX];
};

#define LOOK_NAME_BYTES 80

/* The name of the file that a message's content is written to. */
void look_content_name(char out[static LOOK_NAME_BYTES], size_t index);

/* Each gives an exit code. filed: contents were written to files. */
int look_put_text(const struct look *look);
int look_put_json(const struct look *look, bool filed);

#endif
