/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what the accused is told keeps from him which message was reported,
 * and by whom: held against all reports of the case. */
#ifndef MODERATION_SERVE_DISCRETION_H
#define MODERATION_SERVE_DISCRETION_H

#include "call.h"

/*
 * Checks an explanation (at most DISCREET_TEXT_MAX_BYTES) for the case of the
 * call's path, if it is his: reporters and room of every report, opened or not,
 * messages of every one that was opened, copies too. open: texts that everybody
 * may know. false: he was told. Where the case is not his, true: the store says
 * so.
 */
bool discretion_check(struct call *call, const char *explanation,
                      const struct frank_span *open, size_t open_count);

#endif
