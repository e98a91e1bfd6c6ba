/* SPDX-License-Identifier: Apache-2.0 */
/* CONTENT:FRANK:MS[:SEQ:SEEN:TRANSCRIPTFRANK]: a message as its recipient kept
 * it, in files. */
#ifndef REPORTING_FRANK_KEPT_ARGUMENT_H
#define REPORTING_FRANK_KEPT_ARGUMENT_H

#include "command.h"
#include "hub_public.h"
#include "io.h"

/* A message and what it points into. */
struct kept_message {
    struct blob content; /* to be freed, as it wipes */
    struct frank_content located;
};

/*
 * Reads the files that argument names (it is cut up). Sender and room are those
 * of the content; hub, if not NULL, tells which of several readings it is. What
 * is to be withheld stays as it was in out. An exit code, after a message
 * unless it is 0.
 */
int kept_argument(struct frank_kept *out, struct kept_message *message,
                  const struct command *self, const struct hub_public *hub,
                  char *argument);

#endif
