/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that opened reports disclose: a row for each entry of a report's list,
 * made in the transaction in which it is opened, with the key under which the
 * file is kept outside the database. When the row goes nobody can read that
 * file any more.
 */
#ifndef MODERATION_CASES_FILES_H
#define MODERATION_CASES_FILES_H

#include "cases.h"
#include "kept.h"

#define FILES_KEY_BYTES 32
#define FILES_WHY_MAX_BYTES 128
/* FRANK_DISCLOSURES_MAX */
#define FILES_OF_REPORT_MAX 64

enum files_state {
    FILES_WAITING = 0, /* for its bytes, or for the rest of them */
    FILES_THERE = 1,   /* all of it, and proven */
    FILES_REFUSED = 2,
    FILES_ABSENT = 3
};

/* What is known of an entry when its report is opened. */
struct files_entry {
    unsigned message;
    unsigned part;
    bool is_remote; /* to be fetched from a store */
};

struct files_row {
    uint64_t report;
    unsigned entry; /* its place in the report's list */
    unsigned message;
    unsigned part;
    enum files_state state;
    uint64_t tries; /* in vain, since something came last */
    uint64_t next;  /* when it is tried again */
    uint8_t wrapped_key[FILES_KEY_BYTES + KEPT_OVERHEAD_BYTES];
    char why[FILES_WHY_MAX_BYTES];
};

/* The entries of a report that is being opened, in their order. */
void files_add(struct cases *cases, struct db *db, uint64_t report,
               const struct files_entry *entries, size_t count, uint64_t now);

/* The rows of a report, in the order of its list; gives how many. */
size_t files_of(struct db *db, uint64_t report,
                struct files_row out[static FILES_OF_REPORT_MAX]);

/* The first that waits and is due behind this report and entry (0, 0: of all),
 * of those to be fetched or of the others. */
bool files_next(struct files_row *out, struct db *db, bool remote,
                uint64_t report, uint64_t entry, uint64_t now);

/* The key of its file; secret. SEALED. */
FRANK_MUST_CHECK int files_key(uint8_t key[static FILES_KEY_BYTES],
                               const struct cases *cases,
                               const struct files_row *row);

/* Writes down how it stands: state, tries, next, why. false: there is no such
 * row any more. */
bool files_set(struct db *db, const struct files_row *row);

/* Whether there is a row of this report and entry, and what it is of is kept:
 * neither refused nor absent. */
bool files_is_known(struct db *db, uint64_t report, uint64_t entry);

/* Those that are there, for whoever looks whether they are. */
typedef void files_visit(void *context, const struct files_row *row);
void files_there(struct db *db, files_visit *visit, void *context);

/* Whoever works on the case has a file of a part tried again that could not be
 * had, or of which the store gave something else: it may have mended it.
 * CONFLICT: there is none such. */
struct cases_answer files_retry(struct db *db, const struct actor *who,
                                uint64_t report, uint64_t message,
                                uint64_t part, uint64_t now);

#endif
