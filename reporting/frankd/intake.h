/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report on its way in: what the routes for sealed reports (reports.c) and
 * for plain ones (abuse_reports.c) have in common. Each function that says so
 * answers the exchange and frees the intake: it is gone then.
 */
#ifndef REPORTING_FRANKD_INTAKE_H
#define REPORTING_FRANKD_INTAKE_H

#include "hub_verdict.h"
#include "vouch.h"

#define TOKEN_BYTES 32

struct intake {
    struct write write; /* first: the writer's callbacks get it */
    struct hub *hub;
    struct http_exchange *exchange;
    struct hub_keys *keys;
    uint64_t begun; /* monotonic microseconds */
    struct vouch vouch;
    struct sealed_check check;
    uint8_t *made; /* a sealed report that was made here, or NULL */
    struct frank_span sent;
    uint8_t token[TOKEN_BYTES];
    uint8_t verdict[HUB_VERDICT_SIGNED_MAX_BYTES];
    struct incoming incoming;
    enum taken taken;
    uint64_t received;
};

/* Why a report is refused: name is static text, among those of counts.c. */
struct refusal {
    unsigned status;
    const char *name;
    const char *title;
};

/* A new intake for an exchange, or NULL after an answer. */
struct intake *intake_begin(struct http_exchange *exchange, struct hub *hub);
void intake_free(struct intake *in);

/* Answers, and is gone. evidence: which one is at fault, or SIZE_MAX. */
void intake_refuse(struct intake *in, const struct refusal *why,
                   const struct frank_fault *fault, size_t evidence,
                   uint64_t retry_ms);
void intake_refuse_fault(struct intake *in, const struct frank_fault *fault,
                         size_t evidence);

/* Whose word stands behind it, and the limit of its address. false: gone. */
FRANK_MUST_CHECK bool intake_admit(struct intake *in);
/* The limit of its reporter, if the platform knows one. false: gone. */
FRANK_MUST_CHECK bool intake_within_reporter(struct intake *in);
/* The limit of all. false: gone. Given back where a later check fails: junk
 * must not use up what honest reports need. */
FRANK_MUST_CHECK bool intake_within_overall(struct intake *in);
void intake_give_back(struct intake *in);

/* Whether a name that a report gives is the one that the platform vouches for.
 * Sets the kind of reporter. An empty name: anonymous. false: gone. */
FRANK_MUST_CHECK bool intake_check_reporter(struct intake *in,
                                            struct frank_span name);

/* How old its messages are, and whether that of the accused can still be
 * proven. false: gone. */
FRANK_MUST_CHECK bool intake_check_ages(struct intake *in);

/* Hash of what was sent, and the receipt's token. */
void intake_make_token(struct intake *in);

/* Whether these bytes, or others under their report id, were taken in before;
 * then answers so, and is gone. */
FRANK_MUST_CHECK bool intake_is_known(struct intake *in);

/* Every check holds and incoming.sealed is set: to the writer. Gone. */
void intake_take(struct intake *in);

#endif
