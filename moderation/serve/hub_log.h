/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub's log as the hub shows it over the feed's connection: its newest
 * checkpoint, the one that the public sees, and entries with their proofs. All
 * that is given was checked against the checkpoint, and that against the key in
 * hub.json. A hub that is away, or whose log does not hold, is asked no more.
 */
#ifndef MODERATION_SERVE_HUB_LOG_H
#define MODERATION_SERVE_HUB_LOG_H

#include "arena.h"
#include "bundle.h"
#include "feed_client.h"
#include "note.h"

struct hub_log {
    const struct feed_source *source;
    const char *vkey; /* of hub.json; "": it names none */
    bool asked;
    bool good;
    struct note_key key;
    uint64_t until; /* monotonic: then it took too long */
    char *text;     /* the checkpoint */
    size_t len;
    struct note_checkpoint checkpoint;
    char *shown; /* the public's; NULL: there is none yet */
    size_t shown_len;
    struct note_checkpoint public;
};

/* Whether there is a checkpoint of more than `index` entries. The one there was
 * is replaced where it is smaller: for before the first entry of a bundle. */
bool hub_log_covers(struct hub_log *log, uint64_t index);
/* An entry that is covered, with its proof, copied into the arena. false: not
 * to be had. */
bool hub_log_entry(struct hub_log *log, struct bundle_entry *out,
                   struct arena *arena, uint64_t index);
/* That the checkpoint goes on from the public one, which is there; copied into
 * the arena. false: not to be had. */
bool hub_log_consistency(struct hub_log *log, struct frank_span *out,
                         struct arena *arena);
void hub_log_free(struct hub_log *log);

#endif
