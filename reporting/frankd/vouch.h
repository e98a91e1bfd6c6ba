/* SPDX-License-Identifier: Apache-2.0 */
/* Whose word stands behind a report: nobody's, the platform's gateway's, or
 * that of a token that the platform minted. */
#ifndef REPORTING_FRANKD_VOUCH_H
#define REPORTING_FRANKD_VOUCH_H

#include "hub.h"
#include "reporter_token.h"

struct vouch {
    bool by_platform; /* gateway or token */
    bool by_gateway;  /* whose address is not the reporter's */
    bool first_contact;
    struct frank_span user; /* empty: a user of theirs, who is not named */
    struct frank_span key;  /* what reports are limited by: user, or nonce of
                               a token; empty: by nothing but the address */
    struct reporter_token token; /* user and key may point into it */
};

/*
 * What Authorization, Frank-Reporting-User and Frank-Signals say. A gateway
 * names the user it has authenticated in Frank-Reporting-User: it must not
 * vouch for a name that it did not look at. FRANK_OK; MAC, FORMAT, TIME and
 * others of reporter_token_open(): the bearer token is not one of ours. LIMIT:
 * a user of over 1,024 bytes.
 */
FRANK_MUST_CHECK int vouch_read(struct vouch *out, const struct hub *hub,
                                const struct http_exchange *exchange,
                                uint64_t now, struct frank_fault *fault);

#endif
