/* SPDX-License-Identifier: Apache-2.0 */
/* What the hub is told of reports, and its answer (docs/HUB.md, section 6), as
 * text. Pure. */
#ifndef MODERATION_OUTSIDE_FEED_NOTICES_H
#define MODERATION_OUTSIDE_FEED_NOTICES_H

#include "frank.h"

#define FEED_NOTICES_MAX ((size_t)1000)
#define FEED_OUTCOME_MAX_BYTES 32

enum feed_state {
    FEED_STATE_SAME, /* says nothing of it */
    FEED_IN_REVIEW,
    FEED_DECIDED,
    FEED_CLOSED
};

struct feed_notice {
    uint8_t report_id[FRANK_REPORT_ID_BYTES];
    enum feed_state state;
    char outcome[FEED_OUTCOME_MAX_BYTES + 1]; /* empty: says nothing of it;
                                                 else of [a-z_], and with a
                                                 state */
    bool discloses_nothing; /* its place may be another anonymous report's */
};

/* The request's body; free it with free(). LIMIT (none, or more than
 * FEED_NOTICES_MAX), VALUE (outcome; offset is the notice's place), MEMORY. */
FRANK_MUST_CHECK int feed_notices_write(char **out,
                                        const struct feed_notice *notices,
                                        size_t count,
                                        struct frank_fault *fault);

/* The answer: unknown[i] is set where the hub does not know notices[i]'s report
 * (any more). JSON, DEPTH, MISSING, VALUE (also of an id that was not asked
 * about). unknown[] is all false after an error. */
FRANK_MUST_CHECK int feed_notices_read(bool *unknown,
                                       const struct feed_notice *notices,
                                       size_t count, const char *text,
                                       size_t len, struct frank_fault *fault);

/* The answer to an acknowledgement. JSON, DEPTH, MISSING, VALUE. */
FRANK_MUST_CHECK int feed_ack_read(uint64_t *taken_over, const char *text,
                                   size_t len, struct frank_fault *fault);

#define FEED_PROBLEM_MAX_BYTES 160

/* Title of a problem (RFC 9457), or nothing; printable ASCII. */
void feed_problem_read(char out[static FEED_PROBLEM_MAX_BYTES],
                       const char *text, size_t len);

/* Milliseconds until the next try after so many failures in a row (from 1):
 * 250 ms, doubling up to 30 s, less up to a half of it by `random`, so that
 * those who failed together do not come back together. */
uint64_t feed_backoff(unsigned failures, uint32_t random);

#endif
