/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the log in the database to what others can check: tiles in files and
 * signed checkpoints. Always in this order: write the tiles, on disk; read them
 * back; recompute the root and compare it with the database's; sign; write the
 * checkpoint, on disk; and only then show it. A start after a crash takes the
 * same way.
 *
 * The thread that does it also keeps the hours: public checkpoints, counts of
 * refusals, what is to be forgotten.
 */
#ifndef REPORTING_FRANKD_PUBLISHER_H
#define REPORTING_FRANKD_PUBLISHER_H

#include "hub.h"
#include "note.h"
#include "tiles.h"

/*
 * Refuses a database that is older than the last signed checkpoint, or another:
 * what was published could not be kept. Then publishes what is new. After
 * hub_open()'s database and keys, before the writer runs. false after a line in
 * the journal.
 */
FRANK_MUST_CHECK bool publisher_open(struct hub *hub);
/* Starts its thread; at the end, while the writer still runs, logs what was
 * refused since the last hour; stops the thread after a last checkpoint. */
FRANK_MUST_CHECK bool publisher_start(struct hub *hub);
void publisher_last_words(struct hub *hub);
void publisher_stop(struct hub *hub);
void publisher_free(struct publisher *publisher);

/* Newest or public checkpoint: its text, and the size that it covers. false:
 * there is none yet. */
struct published {
    char text[NOTE_MAX_BYTES];
    size_t len;
    uint64_t size;
    uint64_t time;
};
bool publisher_checkpoint(struct publisher *publisher, bool is_public,
                          struct published *out);
const struct tiles *publisher_tiles(const struct publisher *publisher);

#endif
