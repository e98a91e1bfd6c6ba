/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is still to be worked on in some queues, as one list: the gravest and
 * oldest first. Looking for the cases of a few queues among all takes as long
 * as there are others in between.
 */
#ifndef MODERATION_CASES_LANES_H
#define MODERATION_CASES_LANES_H

#include "queue.h"

struct lanes;

/* queues: as in struct actor. NULL: no memory. */
struct lanes *lanes_begin(const char *queues, const struct queue_cursor *after);
/* The number of the next case; 0: there is none. */
uint64_t lanes_next(struct lanes *lanes, struct db *db);
void lanes_free(struct lanes *lanes);

#endif
