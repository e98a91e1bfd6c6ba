/* SPDX-License-Identifier: Apache-2.0 */
/* What frankd counts (counts.c is the table; /metrics prints it). */
#ifndef REPORTING_FRANKD_COUNTS_H
#define REPORTING_FRANKD_COUNTS_H

#include "hub.h"
#include "metrics.h"

extern struct metric count_reports; /* by result: new, counted, again */
extern struct metric count_refused; /* by reason */
extern struct metric count_stamps;  /* by result: stamped, refused */
extern struct metric count_seen;    /* by result: taken, above */
extern struct metric count_answers; /* by class of status */
extern struct metric count_edge;    /* by reason: refused at the edge */
extern struct metric count_witnesses;
extern struct metric count_quorum_missing;
extern struct metric time_commit;
extern struct metric time_intake; /* from the whole request to its answer */

/* /metrics, with gauges as they are now; free() it. NULL: out of memory. */
FRANK_MUST_CHECK char *counts_text(struct hub *hub);

#endif
