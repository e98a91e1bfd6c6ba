/* SPDX-License-Identifier: Apache-2.0 */
/* A policy (C2SP tlog-policy) as a setting names it. */
#ifndef REPORTING_SERVICE_POLICY_FILE_H
#define REPORTING_SERVICE_POLICY_FILE_H

#include "options.h"
#include "policy.h"

/* The policy of a file, and the verifier keys of further logs beside it (NULL:
 * none); with path "" these alone, and no witnesses. false after a line of this
 * event in the journal, which says what is wrong and where; else free it with
 * policy_free(). */
FRANK_MUST_CHECK bool policy_file_load(struct policy *out, const char *event,
                                       const char *path,
                                       const struct option_list *logs);

#endif
