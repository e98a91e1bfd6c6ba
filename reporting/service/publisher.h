/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the log in the database to what others can check: tiles in files and
 * signed checkpoints. Always in this order: write the tiles, on disk; read them
 * back; recompute the root and compare it with the database's; sign; write the
 * checkpoint, on disk; and only then show it. A start after a crash takes the
 * same way.
 *
 * The thread that does it also keeps the hours: it fills the log up to a size
 * that tells nothing and shows that to the public; and before, the program does
 * what it does each hour.
 *
 * With witnesses, what the public is to see goes to them first (witnesses.h),
 * and is shown once as many have cosigned as their policy wants; until then the
 * public sees the last one that has its quorum. The newest checkpoint is the
 * log's word alone, and waits for nobody.
 */
#ifndef REPORTING_SERVICE_PUBLISHER_H
#define REPORTING_SERVICE_PUBLISHER_H

#include "base.h"
#include "witnesses.h"

struct publisher;

/* What it points to must outlive the publisher. */
struct publisher_settings {
    struct store *store;
    const char *data;       /* folder: log/ for tiles, log.public */
    const char *checkpoint; /* file of the last signed one; "": log.checkpoint
                               in the folder, after a warning */
    const char *origin;     /* the log's name */
    const uint8_t *secret_key; /* 64 bytes, Ed25519 as libsodium has it */
    const uint8_t *public_key; /* 32 bytes */
    uint64_t public_every; /* ms between public checkpoints, at fixed times */
    uint64_t round;        /* their sizes are multiples of this, 1 or more */
    /* What the program itself does before each public checkpoint: what is to be
     * forgotten, counts. In the publisher's thread, where it may use
     * writer_do(). false: it could not be written, as the disk is full or the
     * writer at its end; then the hour comes again in a minute. May be NULL. */
    bool (*hourly)(void *context, uint64_t now);
    void *context;
    struct witnesses_settings witnesses; /* policy "": without */
};

/*
 * Refuses a database that is older than the last signed checkpoint, or another:
 * what was published could not be kept. Then publishes what is new. After
 * store_open(), before the writer runs. false after a line in the journal.
 */
FRANK_MUST_CHECK bool publisher_open(struct publisher **out,
                                     const struct publisher_settings *settings);
/* Starts its thread. From then on a log that cannot be written ends the
 * program. */
FRANK_MUST_CHECK bool publisher_start(struct publisher *publisher);
/* Ends the thread after a last checkpoint; also after writer_stop(). NULL, and
 * one that was not started, are allowed. */
void publisher_stop(struct publisher *publisher);
/* After publisher_stop(). NULL is allowed. */
void publisher_free(struct publisher *publisher);

/* Newest or public checkpoint: its text, and the size that it covers. false:
 * there is none yet. */
bool publisher_checkpoint(struct publisher *publisher, bool is_public,
                          struct cosigned *out);
/* Looks for new entries at once. */
void publisher_hurry(struct publisher *publisher);
const struct tiles *publisher_tiles(const struct publisher *publisher);

#endif
