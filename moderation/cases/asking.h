/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the quorum is asked for, and what came of it. Whoever works on a case
 * asks for some of its reports to be opened, and says why; holders of the
 * quorum's shares agree or refuse. Consents are as secret as the report: they
 * stand wrapped (kept.h) until the report is open, are dropped then, and stand
 * nowhere else. Their receipts are public, in the log.
 *
 * Proofs are checked before these functions are called; what depends on the
 * database is checked here.
 */
#ifndef MODERATION_CASES_ASKING_H
#define MODERATION_CASES_ASKING_H

#include "cases.h"
#include "consent.h"
#include "files.h"
#include "kept.h"

#define ASKING_REPORTS_MAX 64
/* A receipt's clock may be off by so much. */
#define ASKING_SKEW_MS UINT64_C(120000)

enum request_state {
    REQUEST_PENDING = 0,
    REQUEST_OPENED = 1,
    REQUEST_WITHDRAWN = 2,
    REQUEST_REFUSED = 3, /* fewer than k can still agree */
    REQUEST_EXPIRED = 4
};

/* Asks to open reports of one's case that are not open yet. One request of a
 * case waits at a time. */
struct cases_answer asking_ask(struct cases *cases, struct db *db,
                               const struct actor *who, uint64_t number,
                               const uint64_t *reports, size_t count,
                               const char *why, uint64_t *request,
                               uint64_t now);

/* By whoever works on the case. */
struct cases_answer asking_withdraw(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t request,
                                    uint64_t now);

/* A quorum as far as is known here. */
struct asking_quorum {
    uint8_t id[FRANK_QUORUM_ID_BYTES];
    unsigned threshold;
    unsigned holders;
};

/* He holds a share of this quorum and does not agree. Where fewer than k can
 * still agree, the request is over. */
struct cases_answer asking_refuse(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t request,
                                  const struct asking_quorum *quorum,
                                  const char *why, uint64_t now);

/* A consent to open one report of a request, with its receipt. Its holder is
 * the one that this account is; the receipt is not older than the request.
 * Given twice it is there already: DONE, and nothing changes. */
struct asking_consent {
    uint64_t report;
    const struct consent *consent;
    const struct receipt *receipt;
};
struct cases_answer asking_consent(struct cases *cases, struct db *db,
                                   const struct actor *who, uint64_t request,
                                   const struct asking_consent *given,
                                   uint64_t now);

/* A holder takes a sealed report of a request away, to consent elsewhere. Its
 * bytes hold the reporter's name where he gave one: then the log says so, and
 * they may be given when that is on disk. */
struct cases_answer asking_give_sealed(struct cases *cases, struct db *db,
                                       const struct actor *who,
                                       uint64_t request, uint64_t report,
                                       uint64_t now);

/* ---- Opening
 * ----------------------------------------------------------------- */

/* What is needed to open a report. sealed and verdict are copied: free() them.
 */
struct asking_report {
    uint64_t number;
    uint64_t in_case;
    uint64_t request; /* the one that waits for it; 0: none */
    uint64_t asked;
    uint8_t quorum[FRANK_QUORUM_ID_BYTES];
    uint8_t digest[FRANK_DIGEST_BYTES];
    bool is_open;
    bool is_unreadable; /* it was opened, and its body cannot be read */
    uint8_t *sealed;
    size_t sealed_len;
    uint8_t *verdict;
    size_t verdict_len;
    uint8_t wrapped_key[SEAL_KEY_BYTES + KEPT_OVERHEAD_BYTES];
};
/* false: there is no such report, or no memory. */
bool asking_report(struct asking_report *out, struct db *db, uint64_t report);
void asking_report_free(struct asking_report *report);

/* The consents there are for a report, to be wiped; gives how many. */
size_t asking_consents(struct cases *cases, struct db *db, uint64_t report,
                       struct consent out[static FRANK_HOLDERS_MAX]);

/* Reports of requests that wait and have so many consents at least, at most
 * `most`: those of the smallest quorum; after a crash some may have enough. */
struct asking_ready {
    uint64_t report;
    size_t consents;
};
size_t asking_ready(struct db *db, unsigned consents, struct asking_ready *out,
                    size_t most);

/* The key of the body of a report that is open; secret. SEALED. */
FRANK_MUST_CHECK int asking_key(uint8_t key[static SEAL_KEY_BYTES],
                                const struct cases *cases,
                                const struct asking_report *report);

/* What was found in a report when it was opened. */
struct asking_found {
    const uint8_t *key; /* SEAL_KEY_BYTES, of its body; NULL: that cannot be
                           read */
    unsigned disclosed; /* messages that can be read */
    unsigned withheld;
    unsigned parts_withheld; /* messages with some of their parts withheld */
    unsigned not_proven;     /* messages that do not match, or cannot be proven
                              */
    bool nothing; /* neither a message nor a note: it takes no place */
    unsigned holders[FRANK_HOLDERS_MAX]; /* who agreed */
    size_t holder_count;
    const char *verdicts;            /* JSON: counts by verdict */
    const struct files_entry *files; /* what it discloses of files */
    size_t file_count;
};

/* The report is open: its key is kept, its consents are dropped, the log says
 * so. One that cannot be read is open as well, and shows nothing: else its case
 * would wait for it for ever. Content may be shown when this is on disk.
 * CONFLICT: it is open already, nobody asks for it any more, or a holder by
 * whose consent it was opened does not agree any more: then nothing is shown.
 */
struct cases_answer asking_open(struct cases *cases, struct db *db,
                                uint64_t report,
                                const struct asking_found *found, uint64_t now);

/* ---- Ends
 * --------------------------------------------------------------------- */

/* Ends what waits of a case, as its decision makes it needless. */
void asking_drop(struct db *db, const struct case_row *row);

/* Requests whose time is over, at most `most`; gives how many. */
size_t asking_expire(struct cases *cases, struct db *db, size_t most,
                     uint64_t now);

#endif
