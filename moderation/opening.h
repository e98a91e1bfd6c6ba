/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a sealed report with k consents, and what is then proven about each
 * of its messages. The hub checked the stamps without the content; here the
 * content is checked against the tag that was stamped. Neither takes the
 * other's word: the hub's verdict is signed, and checked too.
 */
#ifndef MODERATION_OPENING_H
#define MODERATION_OPENING_H

#include "consent.h"
#include "hub_verdict.h"
#include "room_order.h"

/* A report that was opened; all of it in guarded memory. */
struct opening;

/*
 * Opens a report. consents: count of them, in any order, from different
 * holders; each is checked, also those beyond the threshold. *which is the
 * index of the consent that an error is about, or SIZE_MAX.
 *
 * Errors: those of sealed_report_decode(); QUORUM, HOLDER, TWICE, SCALAR,
 * POINT, PROOF (a consent or the seal); FEW; COMMITMENT (before anything is
 * decrypted); SEALED; those of a body of frank_report_read(); MEMORY.
 */
FRANK_MUST_CHECK int opening_open(struct opening **out, size_t *which,
                                  const uint8_t *bytes, size_t len,
                                  const struct frank_quorum *quorum,
                                  const struct consent *consents, size_t count,
                                  struct frank_fault *fault);
/*
 * Opens a report that was opened before, by the key of its body: for whoever
 * keeps that key, as long as the report may be looked at, so that the quorum is
 * not asked for each look. Errors: those of sealed_report_decode(); PROOF and
 * the like (the seal); SEALED (another key); those of a body; MEMORY.
 */
FRANK_MUST_CHECK int
opening_open_again(struct opening **out, const uint8_t *bytes, size_t len,
                   const uint8_t key[static SEAL_KEY_BYTES],
                   struct frank_fault *fault);
/*
 * A report whose body cannot be read: header and stamps alone, each message
 * withheld, no note, a key of zeros. Errors: those of sealed_report_decode();
 * MEMORY.
 */
FRANK_MUST_CHECK int opening_without_body(struct opening **out,
                                          const uint8_t *bytes, size_t len,
                                          struct frank_fault *fault);
/* The key of the body, SEAL_KEY_BYTES; as secret as the report. */
const uint8_t *opening_key(const struct opening *opening);

/* Wipes it. NULL is allowed. */
void opening_free(struct opening *opening);

/* The report as it was sealed: header and seal. Spans point into bytes, which
 * the caller keeps. */
const struct sealed_report *opening_report(const struct opening *opening);
/* Its body. Spans point into the opening. */
const struct frank_report_body *opening_body(const struct opening *opening);

/* What is known about the stamp of a message. */
enum opening_stamp {
    STAMP_VALID,   /* the hub says so, signed: it stamped this tag */
    STAMP_SIGNED,  /* the hub signed the stamp, but without its verdict nothing
                      ties that to the tag */
    STAMP_EXPIRED, /* the epoch's key is gone: nothing can tie it any more */
    STAMP_INVALID  /* the hub did not stamp this, or says so */
};

/* What is shown about a message. */
enum opening_state {
    OPENING_MATCHES,     /* disclosed and matches its tag, sender and room */
    OPENING_MALFORMED,   /* matches, and breaks rules of its format */
    OPENING_MISMATCH,    /* is not what was stamped */
    OPENING_WITHHELD,    /* that it was sent is shown, not what it says */
    OPENING_EXPIRED,     /* not provable: epoch destroyed */
    OPENING_NOT_STAMPED, /* not provable: the hub did not stamp it */
    OPENING_STATES
};

struct opening_verdict {
    enum opening_state state;
    enum opening_stamp stamp;
    struct frank_fault fault;       /* of MISMATCH and NOT_STAMPED */
    struct frank_findings findings; /* of MALFORMED */
    enum frank_format format;       /* of MATCHES and MALFORMED */
    unsigned parts;                 /* of those, parted: how many there are */
    uint64_t parts_withheld;        /* and which are left out */
};

/*
 * Judges message `index`. hub: the hub's public keys. verdict: what the hub
 * signed about this report, or NULL where that is not at hand. It must be about
 * this report, by its digest.
 */
void opening_judge(struct opening_verdict *out, const struct opening *opening,
                   size_t index, const struct hub_public *hub,
                   const struct hub_verdict *verdict);
/* The same about a message that is at hand without the report it was sealed in.
 */
void opening_judge_message(struct opening_verdict *out,
                           const struct frank_evidence *evidence,
                           const struct frank_opening *message,
                           const struct hub_public *hub,
                           const struct hub_verdict *verdict);

/* "disclosed and matches", "withheld", ...; static text. */
const char *opening_state_text(enum opening_state state);
const char *opening_stamp_text(enum opening_stamp stamp);

/* ---- Order -------------------------------------------------------------- */

/* room_order() of the messages whose transcript stamp the hub's verdict calls
 * valid: without it nobody but the hub can tell. */
FRANK_MUST_CHECK int
opening_order(struct room_place out[static FRANK_MESSAGES_MAX], size_t *count,
              const struct frank_report_header *header,
              const struct opening_verdict *verdicts);

#endif
