/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What names a case's people, or says why, outside of the case's own rows:
 * searches that somebody keeps, and the reasons of floods.
 */
#ifndef MODERATION_CASES_TRACES_H
#define MODERATION_CASES_TRACES_H

#include "cases.h"

/* Drops searches, anybody's, with the sender's or the room's URI, percent-
 * encoded or not, in their name or query, where no other case is about these;
 * and the reasons of floods whose last case this is, or that were undone before
 * a time. Before the case's own row is emptied. */
void traces_drop(struct db *db, uint64_t number, uint64_t undone_before);

#endif
