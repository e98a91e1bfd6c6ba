/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an auditor remembers of a log, in a folder of his: the last checkpoint
 * that held, as it was signed, and the hashes of all entries up to it (32 bytes
 * an entry, and a 255th more for the levels above), so that a log that changes
 * its past can be told which entry it changed.
 *
 *     checkpoint   the signed note
 *     hashes.0     of entry i at byte 32 i
 *     hashes.1 ... of the full tiles below: node i of that level of tiles
 *     refused      the last signed checkpoint that did not go with it, if any:
 *                  the two together prove that the log showed two pasts
 *
 * Hashes behind what the checkpoint covers mean nothing: a crash, or a log that
 * did not hold, leaves them, and they are written over.
 */
#ifndef MODERATION_AUDIT_LOG_STATE_H
#define MODERATION_AUDIT_LOG_STATE_H

#include "log_tree.h"
#include "note.h"

struct log_state;

/* Makes the folder (its parent must be there), and locks it: two at a time on
 * one state are refused (FILE, EWOULDBLOCK, "lock"). MEMORY, FILE
 * (fault->found is errno, field the call that failed). */
FRANK_MUST_CHECK int log_state_open(struct log_state **out, const char *folder,
                                    struct frank_fault *fault);
/* Takes NULL. */
void log_state_close(struct log_state *state);

/* The checkpoint: *len is its room, then its length; 0: none yet. FILE, LIMIT.
 */
FRANK_MUST_CHECK int log_state_note(const struct log_state *state, char *out,
                                    size_t *len, struct frank_fault *fault);

/* count hashes of a level from node `at` on, as they were staged. FILE,
 * TRUNCATED. */
FRANK_MUST_CHECK int log_state_read(log_hash *out, struct log_state *state,
                                    unsigned level, uint64_t at, size_t count,
                                    struct frank_fault *fault);
/* The tree of the first `size` entries. FILE, TRUNCATED. */
FRANK_MUST_CHECK int log_state_tree(struct log_tree *out,
                                    struct log_state *state, uint64_t size,
                                    struct frank_fault *fault);

/* Writes hashes; on disk after log_state_keep() only. FILE. */
FRANK_MUST_CHECK int log_state_stage(struct log_state *state, unsigned level,
                                     uint64_t at, const log_hash *hashes,
                                     size_t count, struct frank_fault *fault);
/* Syncs what was staged, then replaces the checkpoint. FILE; the state is as it
 * was then, or as it is now. */
FRANK_MUST_CHECK int log_state_keep(struct log_state *state, const char *note,
                                    size_t len, struct frank_fault *fault);
/* Keeps a note as evidence ("refused"). FILE. */
FRANK_MUST_CHECK int log_state_refuse(struct log_state *state, const char *note,
                                      size_t len, struct frank_fault *fault);

#endif
