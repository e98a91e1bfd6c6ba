/* SPDX-License-Identifier: Apache-2.0 */
/* SignedQuorumKey (docs/WIRE.md): who may open reports, said by the moderation
 * side's own key. */
#ifndef CLIENT_QUORUM_H
#define CLIENT_QUORUM_H

#include "wire.h"

#define QUORUM_VERSION 1
/* version, not_before, not_after, threshold, P, length and share publics, suite
 * of the signature */
#define QUORUM_KEY_MAX_BYTES (1 + 8 + 8 + 1 + 32 + 2 + 32 * 32 + 2)
/* QuorumKey, length and signature */
#define QUORUM_RECORD_MAX_BYTES (QUORUM_KEY_MAX_BYTES + 2 + 64)
#define QUORUM_LABEL "frank v1 quorum key"
/* length and "MLS 1.0 " and label, length, QuorumKey */
#define QUORUM_SIGNED_MAX_BYTES (1 + 8 + 19 + 2 + QUORUM_KEY_MAX_BYTES)

struct quorum_record {
    struct frank_quorum quorum;
    uint64_t not_before;
    uint64_t not_after;
    uint16_t suite; /* FRANK_SUITE_... */
};

void quorum_key_write(struct wire_writer *w,
                      const struct quorum_record *record);

/* A record that nobody has checked, for showing it. Errors as of
 * frank_quorum_open(), but for SIGNER and TIME. */
FRANK_MUST_CHECK int quorum_record_decode(struct quorum_record *out,
                                          const uint8_t *bytes, size_t len,
                                          struct frank_fault *fault);

/* What the moderation key signs. */
void quorum_signed_bytes(struct wire_writer *w,
                         const struct quorum_record *record);

#endif
