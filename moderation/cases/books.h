/* SPDX-License-Identifier: Apache-2.0 */
/* The books by which was and is decided, all versions: a decision names its
 * own. */
#ifndef MODERATION_CASES_BOOKS_H
#define MODERATION_CASES_BOOKS_H

#include "cases.h"

/* The newest, or one version; *text is copied: free() it. false: there is none,
 * or no memory. */
bool books_newest(uint64_t *version, char **text, size_t *len, struct db *db);
bool books_version(char **text, size_t *len, struct db *db, uint64_t version);

/* Puts another into force, that was read and checked. CONFLICT: the newest is
 * not `after` any more. */
struct cases_answer books_add(struct cases *cases, struct db *db,
                              const struct actor *who, uint64_t after,
                              const char *text, size_t len, uint64_t *version,
                              uint64_t now);

#endif
