/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords: Argon2id (RFC 9106) with 64 MiB and three passes, as libsodium
 * does it. Each computation takes that much memory, so that two of the process
 * run at once at most, and others wait their turn.
 */
#ifndef MODERATION_PEOPLE_PASSWORD_H
#define MODERATION_PEOPLE_PASSWORD_H

#include "frank.h"

#define PASSWORD_HASH_BYTES 128 /* text, closed by a zero */
#define PASSWORD_MIN_CHARACTERS 12
#define PASSWORD_MAX_BYTES 1024

#define PASSWORD_PASSES 3
#define PASSWORD_MEMORY ((size_t)64 << 20)

/* Whether a password may be chosen: 12 characters of UTF-8 at least, 1,024
 * bytes at most, not one character again and again, not made of the most common
 * words and digits alone, and not with the account's name in it. LENGTH, LIMIT,
 * UTF8, VALUE. */
FRANK_MUST_CHECK int password_is_good(struct frank_span password,
                                      const char *name,
                                      struct frank_fault *fault);

/* The hash of a password, with a salt of its own; it takes some 0.1 s. MEMORY,
 * also where too many wait. */
FRANK_MUST_CHECK int password_hash(char out[static PASSWORD_HASH_BYTES],
                                   struct frank_span password,
                                   struct frank_fault *fault);

enum password_result {
    PASSWORD_IS,
    PASSWORD_IS_NOT,
    PASSWORD_BUSY /* too many wait; nothing was looked at */
};
/* hash NULL: there is no such account, which takes as long to tell. */
enum password_result password_check(const char *hash,
                                    struct frank_span password);

/* A key from a password, for vault.h. MEMORY. */
FRANK_MUST_CHECK int password_key(uint8_t out[static 32],
                                  struct frank_span password,
                                  const uint8_t salt[static 16]);

#endif
