/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reporter gets for a report: the hub's word that it came in, and when.
 * It is bound to nothing of a message: otherwise a recipient could turn any
 * message into a public proof by filing an empty report.
 *
 *     struct { uint8 report_id[16]; uint64 received; } Receipt;
 *     struct { Receipt receipt; CipherSuite suite; opaque signature<V>; }
 *         SignedReceipt;
 *     signature = SignWithLabel(franking_private_key, "frank v1 receipt",
 *                               Receipt)
 *
 * docs/WIRE.md, "Receipt". A holder's receipt for a consent is another struct
 * receipt, in moderation/consent.h: no file can include both.
 */
#ifndef REPORTING_RECEIPT_H
#define REPORTING_RECEIPT_H

#include "hub_public.h"
#include "stamper.h"

/* report_id, received, suite, length and signature */
#define RECEIPT_SIGNED_BYTES (16 + 8 + 2 + 2 + 64)

struct report_receipt {
    uint8_t report_id[FRANK_REPORT_ID_BYTES];
    uint64_t received;
};

/* Signs with the hub's newest key of the time `received`. NO_KEY. */
FRANK_MUST_CHECK int receipt_sign(uint8_t out[static RECEIPT_SIGNED_BYTES],
                                  const struct report_receipt *receipt,
                                  const struct stamper *stamper,
                                  struct frank_fault *fault);

/* Reads a SignedReceipt that one of the hub's keys of its time signed.
 * TRUNCATED, TRAILING, LENGTH_FORM, LENGTH, SUITE, NO_KEY, SIGNER. */
FRANK_MUST_CHECK int receipt_open(struct report_receipt *out,
                                  const uint8_t *bytes, size_t len,
                                  const struct hub_public *hub,
                                  struct frank_fault *fault);

#endif
