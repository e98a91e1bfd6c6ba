/* SPDX-License-Identifier: Apache-2.0 */
/* Files that commands of both programs read. Each gives an exit code, after a
 * message unless it is 0. */
#ifndef REPORTING_SHELL_LOAD_H
#define REPORTING_SHELL_LOAD_H

#include "command.h"
#include "hub_public.h"
#include "io.h"
#include "report.h"

/* Public keys, of a hub or a moderation side. */
int load_hub_public(struct hub_public *out, const char *file);

/* A sealed report; out points into bytes, which the caller frees in any case.
 * Neither stamps nor seal are checked. */
int load_sealed(struct sealed_report *out, struct blob *bytes,
                const char *file);

#endif
