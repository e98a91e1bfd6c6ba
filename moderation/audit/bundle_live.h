/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle beside the log that it is from, as that is now: whether the log
 * still goes on from the bundle's tree, and what became of the case since. */
#ifndef MODERATION_AUDIT_BUNDLE_LIVE_H
#define MODERATION_AUDIT_BUNDLE_LIVE_H

#include "bundle_check.h"
#include "log_client.h"

/* Where the log is read, and what is asked of it; entries: whether they are
 * read too, which tells of the case. Only with entries, or where it is a
 * folder, is more known than that the log goes on. */
struct bundle_live {
    log_read *read;
    void *context;
    bool entries;
    const struct policy *policy; /* NULL: none */
};

/*
 * *out holds findings alone: BUNDLE_REFUSED where the log does not hold, has
 * another past than the bundle, or holds an entry of the case that the bundle
 * has as another; BUNDLE_PROVEN what it tells; BUNDLE_NOT_SHOWN entries of the
 * case that the bundle left out. check was made of a bundle whose checkpoint
 * holds (VALUE otherwise). MEMORY, VALUE; what read() gives, after which *out
 * is untouched.
 */
FRANK_MUST_CHECK int bundle_beside_log(struct bundle_check **out,
                                       const struct bundle_check *check,
                                       const struct bundle_live *live,
                                       struct frank_fault *fault);

#endif
