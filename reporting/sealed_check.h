/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub's blind check of a sealed report: everything that can be known
 * without reading it. A pure function of bytes, keys and time.
 */
#ifndef REPORTING_SEALED_CHECK_H
#define REPORTING_SEALED_CHECK_H

#include "report.h"
#include "stamper.h"

/* How far a clock may be ahead of ours: a report or a message from later than
 * that is refused. */
#define SEALED_AHEAD_MS UINT64_C(3600000)

/* EvidenceVerdict of docs/WIRE.md. */
enum evidence_verdict {
    EVIDENCE_INVALID = 0,
    EVIDENCE_VALID = 1,  /* this hub stamped this tag, context and order */
    EVIDENCE_EXPIRED = 2 /* its signature holds, but its epoch is gone: nothing
                            ties it to its tag or order */
};

struct sealed_item {
    enum evidence_verdict verdict;
    struct frank_fault fault; /* unless valid */
};

struct sealed_check {
    struct sealed_report report;
    struct sealed_item items[FRANK_MESSAGES_MAX]; /* one for each evidence */
    bool judged;                                  /* items hold */
    size_t at; /* which evidence an error is about; SIZE_MAX: the report */
};

/*
 * quorum_id: the key that reports have to be sealed to, or NULL for any. The
 * cheapest check comes first: structure, MAC, signature, proof of the seal.
 *
 * 0: the report may be taken in. Otherwise the first error, with *fault:
 * - structure: those of sealed_report_decode();
 * - QUORUM: sealed to another key; TIME: from the future;
 * - of evidence out->at: SUITE, NO_EPOCH, MAC, NO_KEY, SIGNATURE, TRANSCRIPT,
 *   TIME; VALUE (seen_seq);
 * - EPOCH_DESTROYED: all evidence is expired, so that nothing is proven;
 * - SCALAR, POINT, PROOF: not sealed by who wrote the header, or altered since.
 * out->judged says whether the report got as far as that each of its evidence
 * was looked at.
 */
FRANK_MUST_CHECK int sealed_check(struct sealed_check *out,
                                  const struct stamper *stamper,
                                  const uint8_t *quorum_id,
                                  const uint8_t *bytes, size_t len,
                                  uint64_t now, struct frank_fault *fault);

/* The same in two steps, for who has something to do in between: all but the
 * proof, and the proof, which is the dearest. The first step ends at the first
 * invalid evidence: the items behind it say nothing then. */
FRANK_MUST_CHECK int
sealed_check_stamps(struct sealed_check *out, const struct stamper *stamper,
                    const uint8_t *quorum_id, const uint8_t *bytes, size_t len,
                    uint64_t now, struct frank_fault *fault);
FRANK_MUST_CHECK int sealed_check_seal(const struct sealed_check *check,
                                       struct frank_fault *fault);

#endif
