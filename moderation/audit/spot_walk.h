/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an auditor takes from the moderation side's log for a spot check, in one
 * walk over its entries: the sample, the root that the beacon was drawn with,
 * and what the log says of the cases that were answered.
 */
#ifndef MODERATION_AUDIT_SPOT_WALK_H
#define MODERATION_AUDIT_SPOT_WALK_H

#include "merkle.h"
#include "spot_check.h"

#include <jansson.h>

/* A report that the log shows as opened, in one of the cases watched. */
struct spot_opened {
    size_t in_case; /* index of the case in the list */
    uint64_t entry; /* the first that says so */
    uint8_t name[FRANK_DIGEST_BYTES];
    bool checked;     /* there is an opening_checked */
    uint64_t matches; /* messages that matched then, malformed ones too */
};

/* A root that somebody else states of this log. */
struct spot_root {
    uint64_t size;
    uint8_t root[MERKLE_HASH_BYTES];
    bool seen; /* the log was so long */
    bool same;
};
#define SPOT_ROOTS_MAX 64

struct spot_walk {
    /* Set by the caller; the rest zero at first. */
    uint64_t size;
    size_t wanted;
    struct frank_span beacon;
    const uint8_t (*watched)[SPOT_CASE_BYTES]; /* cases that were answered */
    size_t watched_count;
    struct spot_root *roots;
    size_t root_count;

    struct merkle_range range;
    struct spot_population *population;
    uint8_t root[MERKLE_HASH_BYTES];
    size_t population_size;
    uint8_t (*sample)[SPOT_CASE_BYTES];
    size_t count;
    bool drawn;
    uint64_t *purged; /* of watched ones: the entry, or UINT64_MAX */
    struct spot_opened *opened;
    size_t opened_count;
    size_t opened_room;
    json_t *places; /* of them: index by case and name */
};

/* LIMIT (wanted, beacon), MISSING (beacon), MEMORY. To be freed in any case. */
FRANK_MUST_CHECK int spot_walk_begin(struct spot_walk *walk,
                                     struct frank_fault *fault);
/* The next entry, from 0 on (log_entry() of log_client.h). JSON, MISSING,
 * VALUE, MEMORY; ORDER: entries were left out. */
FRANK_MUST_CHECK int spot_walk_entry(void *walk, uint64_t index,
                                     struct frank_span entry);
/* Behind the last. VALUE: the log is shorter than `size`. */
FRANK_MUST_CHECK int spot_walk_end(struct spot_walk *walk,
                                   struct frank_fault *fault);
void spot_walk_free(struct spot_walk *walk);

#endif
