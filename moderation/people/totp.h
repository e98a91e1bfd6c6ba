/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second factor: codes of six digits from a secret and the time (RFC 6238,
 * SHA-1, 30 s), by liboath; and codes on paper for when the device is lost.
 */
#ifndef MODERATION_PEOPLE_TOTP_H
#define MODERATION_PEOPLE_TOTP_H

#include "frank.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_CODE_BYTES 7 /* with its zero */
/* "otpauth://totp/", issuer, name, secret in base32, parameters */
#define TOTP_URI_BYTES 1024

/* The code of a time. */
void totp_code(char out[static TOTP_CODE_BYTES],
               const uint8_t secret[static TOTP_SECRET_BYTES], uint64_t now);

/* Whether it is the code of now, of 30 s ago or in 30 s, and of a later step
 * than *last_step, which is set to its own: a code works once. Compares in
 * constant time. */
bool totp_check(const uint8_t secret[static TOTP_SECRET_BYTES],
                const char *code, uint64_t now, uint64_t *last_step);

/* What a device takes in as a picture, or a person as text (base32). issuer
 * and name are printable. */
void totp_uri(char out[static TOTP_URI_BYTES], const char *issuer,
              const char *name, const uint8_t secret[static TOTP_SECRET_BYTES]);
#define TOTP_BASE32_BYTES 33
void totp_base32(char out[static TOTP_BASE32_BYTES],
                 const uint8_t secret[static TOTP_SECRET_BYTES]);

/* A code on paper: 80 random bits as "xxxx-xxxx-xxxx-xxxx", in 32 letters and
 * digits that are not taken for one another. */
#define RECOVERY_TEXT_BYTES 20
void recovery_new(char out[static RECOVERY_TEXT_BYTES]);
/* What is kept of it. Case, spaces and hyphens are passed over; O is 0, I and L
 * are 1. false: not 16 such characters. */
FRANK_MUST_CHECK bool recovery_hash(uint8_t out[static 32], const char *text);

/* Once, before threads. */
FRANK_MUST_CHECK bool totp_start(void);

#endif
