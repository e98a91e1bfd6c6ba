/* SPDX-License-Identifier: Apache-2.0 */
/* What was found of a bundle, on standard output: in words, or as a line of
 * JSON for each finding and one for the sum. Each gives an exit code. */
#ifndef MODERATION_FRANK_AUDIT_BUNDLE_OUTPUT_H
#define MODERATION_FRANK_AUDIT_BUNDLE_OUTPUT_H

#include "bundle_check.h"
#include "command.h"

int bundle_put(const struct bundle_check *c, bool json);
/* Of bundle_compare(). */
int bundle_put_compared(const struct bundle_check *c, bool json);
/* Of bundle_beside_log(). */
int bundle_put_live(const struct bundle_check *c, bool json);

#endif
