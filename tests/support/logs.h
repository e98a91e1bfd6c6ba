/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log in memory, with its tiles, entries and checkpoint, as a log_read()
 * gives it; each of them can be changed behind the others' back. Its entries
 * are lines of JSON, no two alike.
 */
#ifndef TESTS_LOGS_H
#define TESTS_LOGS_H

#include "log_client.h"
#include "log_tree.h"

#define LOGS_ORIGIN "log.example"
#define LOGS_LEVELS 3
#define LOGS_NOTE_MAX_BYTES 4096

struct logs_log {
    size_t count; /* entries that there are; a checkpoint may say less */
    size_t room;
    struct frank_span *entries;
    log_hash *levels[LOGS_LEVELS];
    size_t nodes[LOGS_LEVELS];
    char note[LOGS_NOTE_MAX_BYTES];
    size_t note_len;
    size_t reads; /* files that were asked for */
    /* A file that is not as it would be: gone (SIZE_MAX), or of this length. */
    const char *broken;
    size_t broken_len;
    /* A file that cannot be had: trouble. */
    const char *troubled;
    struct logs_log *next; /* of all that were made */
};

/* count entries (room for more), the tiles, and no checkpoint yet; `seed` makes
 * other ones. Lives until the program ends. */
struct logs_log *logs_new(size_t count, size_t room, unsigned seed);
/* A copy that can be changed by itself; one that is there is written over. */
void logs_copy(struct logs_log *to, const struct logs_log *from);

/* Computes the hashes from entry `from` on, and all tiles above. */
void logs_hash(struct logs_log *log, size_t from);
/* Only those above the leaves. */
void logs_hash_above(struct logs_log *log, size_t from);

/* Signs the tree of the first `size` entries as the tiles have it; the witness
 * cosigns where `time_s` is not 0. */
void logs_sign(struct logs_log *log, size_t size, uint64_t time_s);

extern struct note_key logs_key;
extern struct cosigner logs_witness;
/* Names the log and wants the witness. */
const struct policy *logs_policy(void);

/* A log_read(); context: the log. */
int logs_read(void *context, const char *path, uint8_t *out, size_t *len);

#endif
