/* SPDX-License-Identifier: Apache-2.0 */
/* What the hub does each hour beside its log's: it forgets what is over, and
 * logs what it refused. */
#ifndef REPORTING_FRANKD_HOURS_H
#define REPORTING_FRANKD_HOURS_H

#include "hub.h"

/* The publisher's hourly(); context is the hub. */
FRANK_MUST_CHECK bool hours_keep(void *context, uint64_t now);

/* At the end, while the writer still runs: what was refused since the last hour
 * would be lost. */
void hours_last_words(struct hub *hub);

#endif
