/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept in the database but not in clear: keys of the bodies that were
 * opened, consents until then, second factors; under keys of the service's
 * secret, which is no part of the database. A copy of the database alone tells
 * none of them; whoever has both can read the reports that were opened already,
 * and no others.
 */
#ifndef MODERATION_CASES_KEPT_H
#define MODERATION_CASES_KEPT_H

#include "frank.h"

#define KEPT_SECRET_BYTES 32
/* nonce, and the tag behind what is kept */
#define KEPT_OVERHEAD_BYTES (24 + 16)

/* Wraps len bytes; out has room for len + KEPT_OVERHEAD_BYTES. what: a label of
 * ours; about: what it belongs to, so that it cannot be put elsewhere. */
void kept_wrap(uint8_t *out, const uint8_t *bytes, size_t len, const char *what,
               struct frank_span about,
               const uint8_t secret[static KEPT_SECRET_BYTES]);

/* The way back; wrapped is exactly len + KEPT_OVERHEAD_BYTES. SEALED; out is
 * zero then. */
FRANK_MUST_CHECK int
kept_unwrap(uint8_t *out, size_t len, struct frank_span wrapped,
            const char *what, struct frank_span about,
            const uint8_t secret[static KEPT_SECRET_BYTES]);

/* What a reporter is known by in the database without his name. */
#define KEPT_NAME_BYTES 32
void kept_name(uint8_t out[static KEPT_NAME_BYTES], struct frank_span uri,
               const uint8_t secret[static KEPT_SECRET_BYTES]);

#endif
