/* SPDX-License-Identifier: Apache-2.0 */
/* Entry bundles (C2SP tlog-tiles): entries one after the other, each with its
 * length in two bytes in front. */
#ifndef MODERATION_AUDIT_LOG_BUNDLE_H
#define MODERATION_AUDIT_LOG_BUNDLE_H

#include "frank.h"

#define LOG_ENTRY_MAX_BYTES 65535
#define LOG_BUNDLE_MAX_BYTES ((size_t)256 * (2 + LOG_ENTRY_MAX_BYTES))

/* Splits the first `count` entries (1..256) of a bundle into out; they point
 * into it. TRUNCATED: it has fewer; fault->found is how many. *left, if not
 * NULL, gets how many bytes are left over. */
FRANK_MUST_CHECK int log_bundle_split(struct frank_span *out, size_t *left,
                                      struct frank_span bundle, size_t count,
                                      struct frank_fault *fault);

#endif
