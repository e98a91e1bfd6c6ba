/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is forgotten, and what must not be. A closed case is purged when the
 * time for an appeal is over: what was sealed, the key it was opened with,
 * names, notes, history, the salts that tie the log to it, and what names it
 * elsewhere (traces.h). The log keeps its entries, which tell nothing without
 * these. A legal hold keeps a case: two people order it, and it has an end, or
 * is ended; then the case goes when its own time is over.
 */
#ifndef MODERATION_CASES_RETENTION_H
#define MODERATION_CASES_RETENTION_H

#include "cases.h"

enum hold_state { HOLD_ASKED = 0, HOLD_IN_FORCE = 1, HOLD_ENDED = 2 };

struct cases_answer retention_hold(struct cases *cases, struct db *db,
                                   const struct actor *who, uint64_t number,
                                   uint64_t until, const char *why,
                                   uint64_t *hold, uint64_t now);
/* By another than who asked for it. */
struct cases_answer retention_confirm(struct cases *cases, struct db *db,
                                      const struct actor *who, uint64_t hold,
                                      uint64_t now);
struct cases_answer retention_end(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t hold,
                                  const char *why, uint64_t now);

/* The holds of a case. */
struct retention_hold_line {
    uint64_t number;
    uint64_t asker;
    struct frank_span name;
    uint64_t asked;
    uint64_t until;
    enum hold_state state;
    struct frank_span why;
};
typedef bool retention_hold_visit(void *context,
                                  const struct retention_hold_line *line);
void retention_holds(struct db *db, uint64_t number,
                     retention_hold_visit *visit, void *context);

/* When a closed case is purged, holds that are in force included; 0: it is not
 * closed. */
uint64_t retention_due(struct db *db, uint64_t number, uint64_t now);

/* Purges at most one case whose time has come and that no hold keeps; true: it
 * did. The write that it
 * runs in must have `drops` set: what is deleted is to be gone from the files.
 */
bool retention_purge(struct cases *cases, struct db *db, uint64_t now);

#endif
