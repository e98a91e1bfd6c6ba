/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the accused is told must not show him which message was reported, nor
 * by whom. This finds what was copied; who gives it away in other words is not
 * stopped by it.
 *
 * All is compared without the case of ASCII letters, and with any run of white
 * space (Unicode's too) as one space.
 */
#ifndef MODERATION_POLICY_DISCREET_H
#define MODERATION_POLICY_DISCREET_H

#include "frank.h"

#define DISCREET_TEXT_MAX_BYTES 16384
/* As many bytes in common are no chance. */
#define DISCREET_RUN_BYTES 24
/* Shorter user parts are words of any text. */
#define DISCREET_USER_MIN_BYTES 3

struct discreet_secrets {
    struct frank_span reporter;         /* URI; len 0: he is not known */
    struct frank_span room;             /* URI; len 0: not known */
    const struct frank_span *disclosed; /* of any length, and any bytes */
    size_t disclosed_count;
    /* Texts that everybody may know, as the template's and the policy's: a run
     * that is in one of them as well gives nothing away, nor does a name that
     * is a word of one ("account"). Without them nobody
     * could be told that his account is suspended who wrote "your account is
     * suspended" to others. */
    const struct frank_span *open;
    size_t open_count;
};

/*
 * Refuses a text of up to 16,384 bytes, closed by a zero, that contains
 *   "room": the room's URI,
 *   "reporter": the reporter's URI,
 *   "reporter's name": the user part of it (behind the last "/", before an
 *       "@"; without "@" at its beginning, scheme, port, query and fragment),
 *       with no letter or digit before or behind it; if it is shorter than 3
 *       bytes, only with an "@" before it,
 *   "disclosed message": 24 bytes in a row of a disclosed text; found is its
 *       index among them.
 * VALUE; the fault's offset tells where in the text, and nothing is echoed.
 * LIMIT ("text", "reporter", "room": over 1,024 bytes; "open text": over
 * 16,384), MEMORY. 64 MiB of disclosed prose take some 50 ms, and what was made
 * to take long a quarter of a second.
 */
FRANK_MUST_CHECK int discreet_check(const char *text,
                                    const struct discreet_secrets *secrets,
                                    struct frank_fault *fault);

#endif
