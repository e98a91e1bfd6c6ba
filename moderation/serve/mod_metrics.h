/* SPDX-License-Identifier: Apache-2.0 */
/* What the service counts, for /metrics. */
#ifndef MODERATION_SERVE_MOD_METRICS_H
#define MODERATION_SERVE_MOD_METRICS_H

#include "metrics.h"

extern struct metric mod_answers;   /* by class of status */
extern struct metric mod_edge;      /* refused before a route, by reason */
extern struct metric mod_taken;     /* reports: new_case, folded, again, bad */
extern struct metric mod_feed;      /* questions to the hub: done, away, ... */
extern struct metric mod_webhooks;  /* done, again, gone, given_up */
extern struct metric mod_files;     /* again, there, refused, absent */
extern struct metric mod_fetched;   /* bytes of them */
extern struct metric mod_witnesses; /* by what came of asking them */
extern struct metric mod_quorum_missing;
extern struct metric mod_public_age;
extern struct metric mod_feed_behind; /* reports that the hub still has */
extern struct metric mod_shares_open; /* in the vault */
extern struct metric *const mod_metrics[];
extern const size_t mod_metric_count;

#endif
