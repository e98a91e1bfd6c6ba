/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program's log as others read it: a C2SP tlog-tiles log. Whoever sees the
 * newest is answered up to the newest checkpoint, and has entries; others up to
 * the last public one, and hashes alone. The caller decides who does.
 */
#ifndef REPORTING_SERVICE_LOG_PAGES_H
#define REPORTING_SERVICE_LOG_PAGES_H

#include "publisher.h"
#include "server.h"

void log_answer_checkpoint(struct http_exchange *exchange,
                           struct publisher *publisher, bool sees_newest);

/* path: what follows ".../tile/". false: it asks for entries, which he may not
 * see; then nothing is answered yet, and the caller says so. */
FRANK_MUST_CHECK bool log_answer_tile(struct http_exchange *exchange,
                                      struct publisher *publisher,
                                      struct store *store, const char *path,
                                      bool sees_newest);

#endif
