/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SignedHubVerdict (docs/WIRE.md): what the hub found when it checked a report.
 * The draft's signature does not cover the franking tag, and only the hub can
 * check a MAC; this is what tells everyone else which messages were stamped. It
 * goes to the moderation side alone: given to a reporter, it would turn any
 * message into a public proof.
 */
#ifndef REPORTING_HUB_VERDICT_H
#define REPORTING_HUB_VERDICT_H

#include "hub_public.h"
#include "sealed_check.h"

struct hub_verdict_item {
    uint8_t evidence_digest[FRANK_DIGEST_BYTES]; /* SHA-256(Evidence) */
    enum evidence_verdict verdict;
};

struct hub_verdict {
    uint8_t report_digest[FRANK_DIGEST_BYTES];
    uint64_t checked; /* when */
    size_t count;
    struct hub_verdict_item items[FRANK_MESSAGES_MAX];
};

/* HubVerdict: report_digest, checked, length and items */
#define HUB_VERDICT_MAX_BYTES (32 + 8 + 2 + 64 * (32 + 1))
/* HubVerdict, suite, length and signature */
#define HUB_VERDICT_SIGNED_MAX_BYTES (HUB_VERDICT_MAX_BYTES + 2 + 2 + 64)

/* What sealed_check() found. */
void hub_verdict_from(struct hub_verdict *out, const struct sealed_check *check,
                      uint64_t now);

/* Signs with the hub's newest key of the time `checked`. NO_KEY. *written is
 * the length of the SignedHubVerdict. */
FRANK_MUST_CHECK int
hub_verdict_sign(uint8_t out[static HUB_VERDICT_SIGNED_MAX_BYTES],
                 size_t *written, const struct hub_verdict *verdict,
                 const struct stamper *stamper, struct frank_fault *fault);

/* Reads a SignedHubVerdict that one of the hub's keys of its time signed.
 * TRUNCATED, TRAILING, LENGTH_FORM, LIMIT, LENGTH, VALUE, MISSING, SUITE,
 * NO_KEY, SIGNER. */
FRANK_MUST_CHECK int hub_verdict_open(struct hub_verdict *out,
                                      const uint8_t *bytes, size_t len,
                                      const struct hub_public *hub,
                                      struct frank_fault *fault);

/* What the verdict says of an evidence of this report: INVALID also where it
 * says nothing of it. */
enum evidence_verdict hub_verdict_of(const struct hub_verdict *verdict,
                                     const struct frank_evidence *evidence);

#endif
