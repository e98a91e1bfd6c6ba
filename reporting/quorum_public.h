/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quorum's public key as a JSON file, quorum.pub:
 *   {"threshold": 2, "holders": 3, "P": HEX, "share_publics": [P_1, ...]}
 * Whoever takes a report's key from such a file vouches for it himself; one
 * that comes from a hub is a SignedQuorumKey (client/quorum.h).
 */
#ifndef REPORTING_QUORUM_PUBLIC_H
#define REPORTING_QUORUM_PUBLIC_H

#include "frank.h"

#define QUORUM_PUBLIC_MAX_BYTES 16384

/* The JSON text, closed by a zero; free() it. NULL: out of memory. */
FRANK_MUST_CHECK char *quorum_public_encode(const struct frank_quorum *quorum);

/* JSON, LIMIT, MISSING, VALUE, LENGTH (share_publics), POINT, MEMORY. */
FRANK_MUST_CHECK int quorum_public_decode(struct frank_quorum *out,
                                          const char *text, size_t len,
                                          struct frank_fault *fault);

#endif
