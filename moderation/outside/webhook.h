/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks by the Standard Webhooks specification 1.0.0 (standardwebhooks.com),
 * symmetric signatures: how they are signed, when they are tried again, what
 * an answer means. Pure.
 *
 * A body is thin: it says that something is to be fetched, and nothing of what.
 */
#ifndef MODERATION_OUTSIDE_WEBHOOK_H
#define MODERATION_OUTSIDE_WEBHOOK_H

#include "frank.h"

#define WEBHOOK_SECRETS_MAX 2
#define WEBHOOK_SECRET_MIN_BYTES 24
#define WEBHOOK_SECRET_MAX_BYTES 64
/* "whsec_", base64, line feed; twice */
#define WEBHOOK_SECRET_FILE_MAX_BYTES ((size_t)2 * (6 + 88 + 1))
#define WEBHOOK_ID_MAX_BYTES 64
/* "v1,", base64 of 32 bytes, a space or the closing zero; twice */
#define WEBHOOK_SIGNATURE_TEXT_BYTES (2 * (3 + 44 + 1))

struct webhook_secret {
    uint8_t bytes[WEBHOOK_SECRET_MAX_BYTES];
    size_t len;
};

/* All that are in force: the new one and, for while receivers change theirs,
 * the old one. Wipe it after use. */
struct webhook_secrets {
    struct webhook_secret list[WEBHOOK_SECRETS_MAX];
    size_t count;
};

/*
 * The text of a secret file: a line, or two, of "whsec_" and base64 (padded, in
 * the one way there is) of 24 to 64 bytes. The last line feed may be missing;
 * nothing else may be there. LIMIT (file, or more than two lines), MISSING
 * (empty), FORMAT (not "whsec_" or not base64), LENGTH (of a secret), TWICE;
 * fault->offset is where the line begins. *out is zero after an error.
 */
FRANK_MUST_CHECK int webhook_secret_read(struct webhook_secrets *out,
                                         const char *text, size_t len,
                                         struct frank_fault *fault);

/* Values of the headers webhook-id, webhook-timestamp, webhook-signature. */
struct webhook_signed {
    char id[WEBHOOK_ID_MAX_BYTES + 1];
    char timestamp[21];
    char signature[WEBHOOK_SIGNATURE_TEXT_BYTES];
};

/*
 * Signs "id.timestamp.body" with each secret. id names the event, the same at
 * each try: 1 to 64 of [A-Za-z0-9_-] (a full stop could move the signed
 * places). seconds is the time of this try. VALUE (id). *out is zero after an
 * error.
 */
FRANK_MUST_CHECK int webhook_sign(struct webhook_signed *out, const char *id,
                                  uint64_t seconds, struct frank_span body,
                                  const struct webhook_secrets *secrets,
                                  struct frank_fault *fault);

/* Tries, the first one with them. */
#define WEBHOOK_TRIES 11

/*
 * Milliseconds from a try that failed to the next one: 5 s, 30 s, 2 min, 15
 * min, 1 h, 4 h, 10 h, and three times 24 h, each up to 20 % shorter or longer
 * by `random` (any 32 bits). tries is how many there were, from 1. 0: it is
 * given up, after 2.9 to 4.4 days.
 */
uint64_t webhook_next_try(unsigned tries, uint32_t random);

enum webhook_outcome {
    WEBHOOK_DONE,  /* 2xx */
    WEBHOOK_AGAIN, /* all else, and no answer */
    WEBHOOK_GONE   /* 410: the endpoint wants no more, ever */
};

#define WEBHOOK_WAIT_MAX_MS ((uint64_t)86400 * 1000)

/* What an answer means; status 0 is none. *at_least_ms: no try before that
 * (Retry-After, up to a day); 0 unless AGAIN. The longer one counts of it and
 * webhook_next_try(). */
FRANK_MUST_CHECK enum webhook_outcome
webhook_judge(uint64_t *at_least_ms, unsigned status, unsigned retry_after);

/*
 * {"type":TYPE,"timestamp":"2026-11-23T10:00:00.123Z","data":{"id":ID}}, to be
 * freed with free(). type: [A-Za-z0-9_.], 1 to 64; decision_id as the id of
 * webhook_sign(); time_ms of the event, up to the year 9999. NULL: one of them
 * is not so, or memory is out.
 */
FRANK_MUST_CHECK char *webhook_body(const char *type, uint64_t time_ms,
                                    const char *decision_id);

#endif
