/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that a report discloses: which they are, what of them was disclosed,
 * what is still to be fetched, and whether what came is what the sender
 * committed to, chunk by chunk. Each is known by its report, message and part,
 * never by a hash of its ciphertext: two messages can name the same ciphertext
 * and mean different files, and only one of them need be true. Pure.
 */
#ifndef MODERATION_ATTACHMENTS_H
#define MODERATION_ATTACHMENTS_H

#include "aead.h"
#include "disclosure.h"
#include "opening.h"
#include "parts.h"
#include "range.h"

/* ---- Which files there are ----------------------------------------------- */

enum attachment_kind {
    ATTACHMENT_NONE,
    ATTACHMENT_KEY,   /* a part that holds the key of the file before it */
    ATTACHMENT_FRANK, /* a descriptor, with its key in the same part or not */
    ATTACHMENT_MIMI   /* an ExternalPart */
};

/* What a part is, of a content of this format. */
enum attachment_kind attachment_kind(const struct part *part,
                                     enum frank_format format);

/* The entries of a body that are about one part; gives how many. */
size_t attachment_entries(size_t out[static FRANK_DISCLOSURES_MAX],
                          const struct frank_report_body *body, size_t message,
                          size_t part);

/* ---- How it stands --------------------------------------------------------
 */

/* In the order in which one of several counts for all, but for WITHHELD and
 * PARTIAL, which are of a file alone. */
enum attachment_state {
    ATTACHMENT_FETCHING, /* on its way */
    ATTACHMENT_WAITING,  /* to be tried again, later */
    ATTACHMENT_REFUSED,  /* is not what was committed to */
    ATTACHMENT_ABSENT,   /* disclosed, but cannot be had */
    ATTACHMENT_THERE,    /* here, and proven */
    ATTACHMENT_PARTIAL,  /* a part is, and nothing is on its way */
    ATTACHMENT_WITHHELD, /* nothing was disclosed */
    ATTACHMENT_STATES
};

/* "refused", "fetching", ...; static text. */
const char *attachment_state_text(enum attachment_state state);

/* A run of bytes; end is not included. */
struct attachment_run {
    uint64_t begin;
    uint64_t end;
};

/* One entry of the list, as far as it is known. */
struct attachment_entry {
    enum attachment_state state; /* up to THERE */
    struct attachment_run run;   /* of the plain file; empty: of an empty one */
    uint64_t have;               /* sealed bytes */
    uint64_t want;
    const char *why;
};

/* A file, from its entries. */
struct attachment_sum {
    enum attachment_state state;
    const char *why; /* of the entry that counts for all; may be NULL */
    uint64_t have;
    uint64_t want;
    /* Rising, joined. THERE, PARTIAL: what is here and proven; else what was
     * disclosed and is not refused. */
    size_t count;
    struct attachment_run runs[FRANK_DISCLOSURES_MAX];
};

/* entries are in rising order, as in a body. What is proven of a file is never
 * hidden by what is wrong with another run of it: whoever reports, or keeps the
 * file, could else hide it behind one bad entry. */
void attachment_sum(struct attachment_sum *out,
                    const struct attachment_entry *entries, size_t count,
                    uint64_t size);

/* ---- Chunks as they come --------------------------------------------------
 */

/* Sealed bytes of a run of chunks, and where in the sealed file they begin. */
uint64_t attachment_sealed_bytes(const struct disclosed_file *file);
uint64_t attachment_sealed_begin(const struct disclosed_file *file);
/* The same of its i-th chunk. */
struct byte_range attachment_chunk(const struct disclosed_file *file,
                                   uint64_t i);

/* What to ask for next: chunks, and their bytes in the sealed file. */
struct attachment_piece {
    uint64_t chunk; /* of the run */
    uint64_t count;
    struct byte_range bytes;
};

/* From chunk `done` of the run on, as many as are within `most` bytes, at least
 * one. done is below the run's count. */
void attachment_next(struct attachment_piece *out,
                     const struct disclosed_file *file, uint64_t done,
                     size_t most);

/* Opens the i-th chunk of the run under its own key into out, which is as long
 * as the chunk without its tag; leaf gets its hash, which attachment_prove()
 * asks for. A chunk that opens is not proven yet: whoever knows its key can
 * have made it. d: what the run is of. LENGTH, SEALED, MEMORY. */
FRANK_MUST_CHECK int attachment_open(uint8_t *out,
                                     uint8_t leaf[static FRANK_HASH_BYTES],
                                     const struct disclosed_file *file,
                                     const struct frank_disclosure *d,
                                     struct aead *aead, uint64_t i,
                                     struct frank_span sealed);

/* Whether the leaves of the run, by their number in the file, are what the
 * descriptor's root is over. LENGTH (of the proof), FILE_HASH; the reader's. */
FRANK_MUST_CHECK int attachment_prove(const struct disclosed_file *file,
                                      const struct frank_disclosure *d,
                                      frank_leaf_reader *reader, void *context,
                                      struct frank_fault *fault);

/* ---- What a store answers -------------------------------------------------
 */

enum attachment_word {
    ATTACHMENT_TAKE,  /* the piece begins *skip bytes into the body */
    ATTACHMENT_AGAIN, /* later */
    ATTACHMENT_GIVE_UP,
    ATTACHMENT_REFUSE /* it has another file there */
};

/* To a question for a piece (NULL: for all that there is). content_range: as it
 * came, or "". *why: static text, but for TAKE. */
enum attachment_word attachment_judge(size_t *skip, const char **why,
                                      const struct disclosed_file *file,
                                      const struct attachment_piece *piece,
                                      unsigned status,
                                      const char *content_range, size_t len);

#endif
