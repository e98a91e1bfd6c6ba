/* SPDX-License-Identifier: Apache-2.0 */
/* --quorum and --pin: which quorum key a report is sealed to. */
#ifndef REPORTING_FRANK_QUORUM_ARGUMENT_H
#define REPORTING_FRANK_QUORUM_ARGUMENT_H

#include "frank.h"

#include <stdint.h>

/*
 * Takes the quorum's key from `file`. Without a pin the file is quorum.pub, and
 * whoever names it vouches for it. With one, a file of moderation keys, the
 * file is a SignedQuorumKey that one of these keys signed; a quorum.pub is
 * refused then, and a SignedQuorumKey without a pin, as it may be anybody's. An
 * exit code, after a message unless it is 0.
 */
int quorum_argument(struct frank_quorum *out, const char *file, const char *pin,
                    uint64_t now);

#endif
