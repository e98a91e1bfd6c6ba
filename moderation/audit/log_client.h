/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log as its auditor follows it. Each check reads the newest checkpoint
 * (C2SP signed-note, tlog-checkpoint; cosignatures by a policy), and then only
 * what is new since the last one that held: the hashes (C2SP tlog-tiles), and
 * if wanted the entries. The hashes must go on from those that are remembered
 * and make the root that was signed (RFC 6962); each hash that stands in two
 * tiles is compared; each entry must have its hash. What does not hold gets a
 * name, and the entries that it is about.
 *
 * Everything is read through a function, so that a folder, a service and a test
 * are checked alike. Memory does not grow with the log.
 */
#ifndef MODERATION_AUDIT_LOG_CLIENT_H
#define MODERATION_AUDIT_LOG_CLIENT_H

#include "policy.h"

/* ---- What is asked --------------------------------------------------------
 */

/*
 * Reads "checkpoint", a tile "tile/0/x001/067.p/12", or a bundle
 * "tile/entries/x001/067.p/12" into out. *len is its room, then its length.
 * MISSING where the log has no such thing, LIMIT where it is longer than the
 * room. Anything else is trouble that ends the check and is given back as it
 * is: nothing is known of the log then.
 */
typedef int log_read(void *context, const char *path, uint8_t *out,
                     size_t *len);

/*
 * Told of each entry, in order, as it is read: its hash is that of the tile,
 * and the tile goes with the tiles above it. But whether all of it is what the
 * checkpoint stands for is known at the end alone. So keep what follows from
 * an entry where it can be taken back (a transaction), and make it count only
 * if log_client_check() gives FRANK_OK. Anything but FRANK_OK ends the check
 * and is given back as it is. The bytes live until it returns.
 */
typedef int log_entry(void *context, uint64_t index, struct frank_span entry);

/* Told now and then how many entries of how many that are new were checked. */
typedef void log_progress(void *context, uint64_t done, uint64_t of);

#define LOG_ENTRIES_NEW UINT64_MAX

struct log_ask {
    /* The log's key, or a policy that names its key; both can be there. */
    const struct note_key *key;
    const struct policy *policy;
    /* Folder of the state (log_state.h), made if it is not there. NULL: nothing
     * is remembered, and the whole log is checked. */
    const char *state;
    /* Whether entries are read too, from which on (those before were seen), and
     * who is told; NULL: nobody. Where fewer were seen than hashes, entries are
     * checked against the remembered hashes. LOG_ENTRIES_NEW: those of the
     * hashes that are new. */
    bool entries;
    uint64_t entries_from;
    log_entry *entry;
    void *entry_context;
    log_read *read;
    void *read_context;
    log_progress *progress; /* NULL: nobody */
    void *progress_context;
};

/* ---- What is found --------------------------------------------------------
 */

enum log_finding {
    LOG_HOLDS,
    LOG_UNSIGNED, /* the checkpoint is none, or this log's key did not sign it
                   */
    LOG_FEW,      /* fewer cosignatures than the policy wants */
    LOG_REPLAY,   /* an old checkpoint of this log again: it ends before what
                     was seen, and is its beginning */
    LOG_ROLLBACK, /* it ends before what was seen, and is not its beginning */
    LOG_FORK,     /* as long as what was seen, with another root */
    LOG_REWRITE,  /* an entry that was seen is another one now */
    LOG_MISSING,  /* a tile or bundle is missing, or not of its length */
    LOG_TILE,     /* a tile is not what the tiles below or above it, or the
                     root, say */
    LOG_SWAPPED,  /* a tile has the hashes that belong to another place */
    LOG_ENTRY,    /* an entry is not the one whose hash is in the log */
    LOG_ROOT,     /* the hashes do not make the root that was signed */
};
/* "holds", "unsigned", "few-cosignatures", "replay", "rollback", "fork",
 * "rewrite", "missing", "tile", "swapped", "entry", "root". */
const char *log_finding_name(enum log_finding finding);

#define LOG_WHERE_BYTES 96
struct log_result {
    enum log_finding finding;
    /* Entries that it is about, first <= number < end: the first that is
     * affected, and as far as is known. All that cannot be relied on begins at
     * first. first == end: about no entries. */
    uint64_t first;
    uint64_t end;
    char where[LOG_WHERE_BYTES]; /* the file, as read() was asked for it */
    char origin[NOTE_ORIGIN_MAX_BYTES + 1]; /* empty: not known */
    struct note_checkpoint checkpoint;      /* that is there now */
    bool remembers;                         /* a checkpoint held before */
    struct note_checkpoint remembered;      /* that one */
    struct policy_verdict verdict;          /* zero without a policy */
    uint64_t hashes; /* how many were checked: those of new entries */
    uint64_t entries;
};
/* What was found in plain words, one line. */
#define LOG_TEXT_BYTES 400
void log_result_text(char out[static LOG_TEXT_BYTES],
                     const struct log_result *result);

/*
 * FRANK_OK: the log holds, and the state, if there is one, remembers it. PROOF:
 * it was looked at and does not; out->finding is not LOG_HOLDS, and *fault says
 * more where that is of use. Anything else is trouble, of which out->where
 * names the file: what read() or entry() gave (MISSING: there is no
 * checkpoint); of the state ("state") FILE, TRUNCATED (hashes are missing),
 * CHECKSUM (they do not make the root of its checkpoint), SIGNER (its
 * checkpoint is not of this log or key), LIMIT; MEMORY; ARGUMENT (neither a key
 * nor a policy with logs). The state is as it was unless the log holds, but for
 * "refused".
 */
FRANK_MUST_CHECK int log_client_check(struct log_result *out,
                                      const struct log_ask *ask,
                                      struct frank_fault *fault);

#endif
