/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of sessions and invitations: 32 random bytes as base64url without
 * padding. What is kept of one is its SHA-256.
 */
#ifndef MODERATION_PEOPLE_SESSION_H
#define MODERATION_PEOPLE_SESSION_H

#include "frank.h"

#define SESSION_TOKEN_BYTES 44 /* 43 characters and a zero */
#define SESSION_HASH_BYTES 32
#define SESSION_COOKIE "__Host-frank"
#define SESSION_COOKIE_BYTES 160

/* A new token, and its hash. */
void session_new(char token[static SESSION_TOKEN_BYTES],
                 uint8_t hash[static SESSION_HASH_BYTES]);
/* The hash of a token. false: it is none; there is one text for each. */
FRANK_MUST_CHECK bool session_hash(uint8_t hash[static SESSION_HASH_BYTES],
                                   const char *token);

/* Set-Cookie; token NULL: the one that ends it. */
void session_cookie(char out[static SESSION_COOKIE_BYTES], const char *token);

#endif
