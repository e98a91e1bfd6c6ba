/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quorum's secret s, shared k of n (Shamir, 1979): holder i has s_i = f(i)
 * for a random polynomial f of degree k - 1 with f(0) = s. A dealer makes all
 * shares once and forgets s; nobody puts it together again.
 */
#ifndef MODERATION_SHARE_H
#define MODERATION_SHARE_H

#include "group.h"

struct share {
    uint8_t quorum_id[FRANK_QUORUM_ID_BYTES];
    unsigned holder; /* 1..n */
    uint8_t scalar[GROUP_SCALAR_BYTES];
};

/* Random bytes for each of the threshold's coefficients. */
#define SHARE_RANDOM_BYTES 64

/*
 * Makes a quorum key and its shares. shares: room for `holders`, to be kept
 * secret and wiped; random: threshold * SHARE_RANDOM_BYTES. VALUE (numbers);
 * shares are zero then.
 */
FRANK_MUST_CHECK int share_deal(struct frank_quorum *out, struct share *shares,
                                unsigned threshold, unsigned holders,
                                const uint8_t *random,
                                struct frank_fault *fault);

/* P_i = s_i * G. POINT (a share of zero). */
FRANK_MUST_CHECK int share_public(uint8_t out[static GROUP_POINT_BYTES],
                                  const struct share *share);

/* Whether it is a share of this quorum: QUORUM, HOLDER, PROOF (another
 * share than the holder's public part says). */
FRANK_MUST_CHECK int share_check(const struct share *share,
                                 const struct frank_quorum *quorum,
                                 struct frank_fault *fault);

/* Whether P and all P_i are of one polynomial of degree threshold - 1, not more
 * and not less: else some k holders would open nothing, or fewer than k would
 * open. PROOF. */
FRANK_MUST_CHECK int share_check_publics(const struct frank_quorum *quorum,
                                         struct frank_fault *fault);

/*
 * sum of lambda_i * points[i], the value at `at` of the polynomial through
 * (holders[i], points[i]), in the exponent; at = 0 for the secret's. holders
 * are distinct and not `at`. POINT: the sum is the identity.
 */
FRANK_MUST_CHECK int share_interpolate(
    uint8_t out[static GROUP_POINT_BYTES], const unsigned *holders,
    const uint8_t (*points)[GROUP_POINT_BYTES], size_t count, unsigned at);

/* ---- Share file --------------------------------------------------------- */

/* {"quorum_key_id": HEX, "holder": 1, "share": HEX}, mode 0600 */

#define SHARE_TEXT_MAX_BYTES 256
#define SHARE_FILE_MAX_BYTES 4096

/* The JSON text with its line feed and closing zero; secret. */
void share_encode(char out[static SHARE_TEXT_MAX_BYTES],
                  const struct share *share);

/* JSON, LIMIT, MISSING, VALUE, SCALAR, MEMORY. The JSON library takes copies:
 * call key_json_start() once in the program before. */
FRANK_MUST_CHECK int share_decode(struct share *out, const char *text,
                                  size_t len, struct frank_fault *fault);

#endif
