/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that opened reports disclose are taken in: those enclosed, out of the
 * report's body, right after it was opened; those that lie at a store, piece by
 * piece (fetching.c). Both go the same way: each chunk is opened under its key,
 * kept sealed again (evidence_file.h), and when the last is there all of them
 * are proven. Only then the file is one that can be looked at. So a look asks
 * for a few chunks of a file, and not for all of a body each time.
 */
#ifndef MODERATION_SERVE_TAKING_H
#define MODERATION_SERVE_TAKING_H

#include "attachments.h"
#include "evidence_file.h"
#include "files.h"
#include "looking.h"

/* MIMI's files, which are proven as a whole, are kept in chunks of 64 KiB. */
#define TAKING_MIMI_LOG2 16

/* One entry that is being taken in. */
struct taking {
    struct mod *mod;
    struct files_row row;
    struct looking *looking;
    const struct frank_disclosure *disclosure;
    enum attachment_kind kind;
    struct disclosed_file file; /* FRANK */
    struct parts *parts;        /* of its message */
    const struct part *part;
    struct evidence_file *kept;
    struct aead *aead;
    uint64_t least_wait; /* until the next try, as the store says */
    const char *why;
};

enum taking_word {
    TAKING_MORE,    /* something came, more is to come */
    TAKING_THERE,   /* all of it */
    TAKING_REFUSED, /* it is not what was committed to */
    TAKING_ABSENT,
    TAKING_LATER, /* as one more try in vain */
    TAKING_FULL,  /* of the disk: as none */
    TAKING_GONE   /* the report was purged, or the service ends */
};

/* ---- What is common to both -----------------------------------------------
 */

/* Opens the report again and reads what the entry is about. MORE, or why not;
 * to be ended in any case. */
enum taking_word taking_begin(struct taking *t, struct mod *mod,
                              const struct files_row *row);
/* Whether so much can be kept: room that min-free keeps is the database's. */
bool taking_has_room(const struct taking *t, size_t bytes);
/* Takes the chunks that are whole in `bytes`, which go on where the file ends.
 * MORE, REFUSED, FULL, LATER. */
enum taking_word taking_chunks(struct taking *t, struct frank_span bytes);
/* Takes all of a MIMI file, as it was fetched. */
enum taking_word taking_whole(struct taking *t, struct frank_span fetched);
/* When nothing more is to come: proves what is there. THERE, REFUSED, MORE (a
 * record did not hold: it is to come again), LATER. */
enum taking_word taking_prove(struct taking *t);
/* Writes down what came of it and frees what it holds. false: that could not be
 * written. */
bool taking_end(struct taking *t, enum taking_word word);

/* ---- At the edges ---------------------------------------------------------
 */

/* What a report that was opened discloses; gives how many. */
size_t taking_entries(struct files_entry out[static FILES_OF_REPORT_MAX],
                      const struct looking *looking);
/* Takes in what is enclosed and due. */
void taking_enclosed(struct mod *mod);
/* Removes files that no row is of, or only one of what is refused or absent: at
 * the start, and after a purge. */
void taking_sweep(struct mod *mod);
/* Has those taken in again that are not there, or not whole, though their rows
 * say so, as with a database from a copy: at the start. */
void taking_find_missing(struct mod *mod);

/* The name of an entry's file in the folder. */
#define TAKING_NAME_BYTES 32
void taking_name(char out[static TAKING_NAME_BYTES], uint64_t report,
                 unsigned entry);

#endif
