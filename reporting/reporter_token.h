/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A platform's word for a reporter, short-lived: "this is that user", or "this
 * is a user of ours" for one who stays anonymous. The platform mints it with a
 * key that it shares with its hub; the client sends it with the report as a
 * bearer token. docs/WIRE.md, "Reporter token".
 *
 *     struct { uint8 version = 1; uint8 flags; uint64 not_after;
 *              uint8 nonce[16]; opaque user<V>; uint8 mac[32]; } ReporterToken;
 *
 * as "frank1." and base64url without padding. mac = HMAC-SHA256(subkey(key,
 * "frank v1 reporter token"), all before it). An empty user: anonymous.
 */
#ifndef REPORTING_REPORTER_TOKEN_H
#define REPORTING_REPORTER_TOKEN_H

#include "frank.h"

#define REPORTER_TOKEN_PREFIX "frank1."
#define REPORTER_TOKEN_KEY_BYTES 32
#define REPORTER_TOKEN_NONCE_BYTES 16
/* the platform says that sender and reporter had not been in touch before */
#define REPORTER_TOKEN_FIRST_CONTACT 0x01
/* version, flags, not_after, nonce, length and bytes of user, mac */
#define REPORTER_TOKEN_MAX_BYTES (1 + 1 + 8 + 16 + 2 + 1024 + 32)
/* text, with its closing zero */
#define REPORTER_TOKEN_TEXT_BYTES                                              \
    (sizeof REPORTER_TOKEN_PREFIX + (4 * REPORTER_TOKEN_MAX_BYTES + 2) / 3)

struct reporter_token {
    uint8_t flags;
    uint64_t not_after; /* counts until then, that moment not included */
    uint8_t nonce[REPORTER_TOKEN_NONCE_BYTES];
    struct frank_uri user; /* len 0: anonymous */
};

/* Writes a token's text, closed by a zero. LIMIT, VALUE (flags). */
FRANK_MUST_CHECK int
reporter_token_mint(char out[static REPORTER_TOKEN_TEXT_BYTES],
                    const struct reporter_token *token,
                    const uint8_t key[static REPORTER_TOKEN_KEY_BYTES],
                    struct frank_fault *fault);

/*
 * Reads a token that this key minted. FORMAT (not a token of ours: prefix,
 * alphabet, length; its offset counts characters, all others count bytes of the
 * ReporterToken), MAC, TIME (expired at `now`), TRUNCATED, TRAILING,
 * LENGTH_FORM, LIMIT, VALUE (version, flags). The MAC is checked before
 * anything is read. A token has one text: no other that decodes to its bytes is
 * read. *out is zero until success.
 */
FRANK_MUST_CHECK int
reporter_token_open(struct reporter_token *out, const char *text,
                    const uint8_t key[static REPORTER_TOKEN_KEY_BYTES],
                    uint64_t now, struct frank_fault *fault);

/* What a token says, true or not: neither MAC nor time are checked. To be shown
 * to people, never to decide by. Errors as above but MAC and TIME. */
FRANK_MUST_CHECK int reporter_token_peek(struct reporter_token *out,
                                         const char *text,
                                         struct frank_fault *fault);

#endif
