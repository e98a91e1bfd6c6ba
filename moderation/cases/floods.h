/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many cases closed in one step, unopened: what it covers is shown first, and
 * must be the same when it is done; it can be undone for a while, and only then
 * are reporters told.
 */
#ifndef MODERATION_CASES_FLOODS_H
#define MODERATION_CASES_FLOODS_H

#include "hash.h"
#include "queue.h"

#define FLOOD_CASES_MAX ((size_t)5000)
/* Among so many that are still to be worked on: it is done by the writer. */
#define FLOOD_SCAN_MOST ((size_t)20000)

/* What a filter covers: cases that wait and that nobody works on. */
struct flood {
    size_t cases;
    bool more; /* there are, or may be, others: close these first, or name a
                  queue or a sender */
    uint64_t reports;
    uint64_t messages;
    uint64_t priority; /* the highest among them */
    uint64_t reporters;
    uint64_t first;
    uint64_t last;
    uint8_t digest[HASH_BYTES]; /* of their numbers */
    uint64_t *numbers;          /* free() */
};
/* false: no memory. */
bool flood_look(struct flood *out, struct db *db, const struct actor *who,
                const struct queue_filter *filter, uint64_t now);
void flood_free(struct flood *flood);

/* Closes them. CONFLICT: it covers others by now than `digest` says. */
struct cases_answer flood_close(struct cases *cases, struct db *db,
                                const struct actor *who,
                                const struct queue_filter *filter,
                                const uint8_t digest[static HASH_BYTES],
                                const char *why, uint64_t *flood, size_t *count,
                                uint64_t now);
/* By whoever closed it, or a lead of a queue that it was in. */
struct cases_answer flood_undo(struct cases *cases, struct db *db,
                               const struct actor *who, uint64_t flood,
                               size_t *count, uint64_t now);
/* The newest hundred that he closed, or that were in a queue of his. */
struct flood_line {
    uint64_t number;
    struct frank_span name;
    uint64_t made;
    uint64_t undo_until;
    uint64_t cases;
    uint64_t undone; /* 0: not */
    struct frank_span why;
};
typedef bool flood_visit(void *context, const struct flood_line *line);
void floods(struct db *db, const struct actor *who, flood_visit *visit,
            void *context);

/* Tells the hub about floods that can be undone no more; gives how many. */
size_t flood_settle(struct db *db, size_t most, uint64_t now);

#endif
