/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A moderator's consent to open one report, U_i = s_i * U with a proof that his
 * share made it (Shoup and Gennaro's decryption share), and the receipt of it,
 * a Schnorr signature. A consent is as secret as the report: any k of them and
 * the sealed bytes can be read. The receipt is public and opens nothing.
 */
#ifndef MODERATION_CONSENT_H
#define MODERATION_CONSENT_H

#include "report.h"
#include "share.h"

/* holder, U_i, e_i, f_i */
#define CONSENT_BYTES (1 + 32 + 32 + 32)
/* holder, report_digest, quorum_key_id, time, e, f */
#define RECEIPT_BYTES (1 + 32 + 16 + 8 + 32 + 32)

struct consent {
    uint8_t holder;
    uint8_t u[GROUP_POINT_BYTES];
    struct group_proof proof;
};

struct receipt {
    uint8_t holder;
    uint8_t report_digest[FRANK_DIGEST_BYTES];
    uint8_t quorum_id[FRANK_QUORUM_ID_BYTES];
    uint64_t time;
    struct group_proof proof;
};

void consent_encode(uint8_t out[static CONSENT_BYTES],
                    const struct consent *consent);
/* TRUNCATED, TRAILING, HOLDER (0 or over 32), SCALAR, POINT. */
FRANK_MUST_CHECK int consent_decode(struct consent *out, const uint8_t *bytes,
                                    size_t len, struct frank_fault *fault);
void receipt_encode(uint8_t out[static RECEIPT_BYTES],
                    const struct receipt *receipt);
/* TRUNCATED, TRAILING, HOLDER, SCALAR. */
FRANK_MUST_CHECK int receipt_decode(struct receipt *out, const uint8_t *bytes,
                                    size_t len, struct frank_fault *fault);

/*
 * Consents to open a report, after checking the proof of its seal: without
 * that, a share could be used on a stranger's U. random: fresh for each call.
 * QUORUM (sealed to another key), SCALAR, POINT, PROOF.
 */
FRANK_MUST_CHECK int
consent_make(struct consent *out, const struct share *share,
             const struct sealed_report *report,
             const uint8_t random[static GROUP_RANDOM_BYTES],
             struct frank_fault *fault);

/* With t given: for vectors. Checks nothing. */
FRANK_MUST_CHECK int consent_make_with(struct consent *out,
                                       const struct share *share,
                                       const struct sealed_report *report,
                                       const uint8_t t[static 32]);

/* Whether this holder of the quorum gave this consent for this report. QUORUM,
 * HOLDER, SCALAR, POINT, PROOF. */
FRANK_MUST_CHECK int consent_check(const struct consent *consent,
                                   const struct sealed_report *report,
                                   const struct frank_quorum *quorum,
                                   struct frank_fault *fault);

FRANK_MUST_CHECK int
receipt_make(struct receipt *out, const struct share *share,
             const struct sealed_report *report, uint64_t time,
             const uint8_t random[static GROUP_RANDOM_BYTES]);

/* With t given: for vectors. */
FRANK_MUST_CHECK int receipt_make_with(struct receipt *out,
                                       const struct share *share,
                                       const struct sealed_report *report,
                                       uint64_t time,
                                       const uint8_t t[static 32]);

/* Whether this holder of the quorum gave this receipt. QUORUM, HOLDER, SCALAR,
 * PROOF. */
FRANK_MUST_CHECK int receipt_check(const struct receipt *receipt,
                                   const struct frank_quorum *quorum,
                                   struct frank_fault *fault);

#endif
