/* SPDX-License-Identifier: Apache-2.0 */
/* AbuseReport of draft-ietf-mimi-protocol-06, "Report abuse": a report that
 * shows its messages to the hub. */
#ifndef REPORTING_MIMI_REPORT_H
#define REPORTING_MIMI_REPORT_H

#include "stamper.h"

#define MIMI_REPORT_MAX_BYTES 16777216
#define MIMI_REPORT_MESSAGES_MAX 64
#define MIMI_REPORT_NOTE_MAX_BYTES 4096

/* AbusiveMessage. The frank is kept as it came: one of an unknown suite fails
 * this message, not the report. */
struct mimi_report_message {
    struct frank_span content;
    struct frank_span frank;
    uint64_t accepted_timestamp;
};

struct mimi_report {
    struct frank_span reporting_user; /* may be empty */
    struct frank_span alleged_abuser;
    uint8_t reason;
    struct frank_span note; /* UTF-8 */
    size_t count;
    struct mimi_report_message messages[MIMI_REPORT_MESSAGES_MAX];
};

/* Spans point into bytes. TRUNCATED, TRAILING, LENGTH_FORM, LIMIT, MISSING,
 * UTF8 (note), ORDER (extensions). Extensions are read and passed over. */
FRANK_MUST_CHECK int mimi_report_decode(struct mimi_report *out,
                                        const uint8_t *bytes, size_t len,
                                        struct frank_fault *fault);

/* Without extensions. LIMIT, MISSING, UTF8, SPACE (see
 * frank_plain_build()). */
FRANK_MUST_CHECK int mimi_report_encode(uint8_t *out, size_t capacity,
                                        size_t *written,
                                        const struct mimi_report *report,
                                        struct frank_fault *fault);

/* What is proven about one message of a report. */
struct mimi_report_verdict {
    int error; /* FRANK_OK: this hub took this content from its sender, in its
                  room, at its time */
    struct frank_fault fault;     /* with an error */
    bool located;                 /* content, tag and findings hold */
    struct frank_content content; /* in the reading that is proven */
    uint8_t tag[FRANK_TAG_BYTES];
    struct frank_findings findings; /* rules broken: proven, but malformed */
    bool from_abuser;               /* content names the alleged abuser */
};

void mimi_report_check(struct mimi_report_verdict *out,
                       const struct stamper *stamper,
                       const struct mimi_report *report, size_t index);

#endif
