/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bearer tokens that a service holds against those that it is given: of each
 * it keeps the SHA-256 alone.
 */
#ifndef REPORTING_SERVICE_BEARER_H
#define REPORTING_SERVICE_BEARER_H

#include "frank.h"
#include "server.h"

#define BEARER_HASH_BYTES 32

/* Reads the hash of a token from its secret file: a line of printable
 * bytes, at least 16, at most 512 with its newline, which may be missing;
 * process_credential() finds the file. Errors of secret_file_load() and
 * process_credential(); VALUE (fault->offset: of the byte), LENGTH. */
FRANK_MUST_CHECK int bearer_load(uint8_t out[static BEARER_HASH_BYTES],
                                 const char *path, struct frank_fault *fault);

/* Whether this is the token of that hash, in constant time. */
bool bearer_is(const uint8_t hash[static BEARER_HASH_BYTES], const char *token);

/* The token of an Authorization header, or NULL where there is none of this
 * kind. Lives as long as the exchange. */
const char *bearer_token(const struct http_exchange *exchange);

#endif
