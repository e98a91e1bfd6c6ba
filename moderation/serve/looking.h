/* SPDX-License-Identifier: Apache-2.0 */
/* Reports opened within the service: by consents, and again by the key that is
 * kept. What is opened is wiped when it was answered. */
#ifndef MODERATION_SERVE_LOOKING_H
#define MODERATION_SERVE_LOOKING_H

#include "asking.h"
#include "mod.h"
#include "opening.h"

/* A report that was opened and judged. In guarded memory where it is secret. */
struct looking {
    struct asking_report report;
    struct mod_keys *keys;
    struct hub_verdict verdict;
    bool has_verdict;
    struct opening *opening;
    struct opening_verdict verdicts[FRANK_MESSAGES_MAX];
    struct room_place places[FRANK_MESSAGES_MAX];
    size_t place_count;
    bool order_is_forged; /* two messages of one number */
    bool is_unreadable;   /* no message is shown: its body cannot be read */
};

/* Opens a report again by its kept key. NULL: it cannot be; a line in the
 * journal says why. */
struct looking *looking_open(struct mod *mod, uint64_t report);
/* What a report says outside its body, opened or not: header and reporter. Not
 * judged. NULL: no memory, or there is no such report. */
struct looking *looking_outside(struct mod *mod, uint64_t report);
void looking_free(struct looking *looking);

/* Opens each report that has the consents it needs. Returns when that is on
 * disk. */
void looking_open_ready(struct mod *mod);

#endif
