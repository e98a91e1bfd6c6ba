/* SPDX-License-Identifier: Apache-2.0 */
#include "totp.h"

#include "hash.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MS UINT64_C(30000)
#define DIGITS 6

bool totp_start(void)
{
    return oath_init() == OATH_OK;
}

static void code_of(char out[static TOTP_CODE_BYTES],
                    const uint8_t secret[static TOTP_SECRET_BYTES],
                    uint64_t step)
{
    if (oath_hotp_generate((const char *)secret, TOTP_SECRET_BYTES, step,
                           DIGITS, false, OATH_HOTP_DYNAMIC_TRUNCATION,
                           out) != OATH_OK) {
        abort();
    }
}

void totp_code(char out[static TOTP_CODE_BYTES],
               const uint8_t secret[static TOTP_SECRET_BYTES], uint64_t now)
{
    code_of(out, secret, now / STEP_MS);
}

bool totp_check(const uint8_t secret[static TOTP_SECRET_BYTES],
                const char *code, uint64_t now, uint64_t *last_step)
{
    uint64_t step = now / STEP_MS;
    uint64_t found = 0;

    if (strlen(code) != DIGITS) {
        return false;
    }
    for (uint64_t s = step == 0 ? 0 : step - 1; s <= step + 1; s++) {
        char right[TOTP_CODE_BYTES];

        code_of(right, secret, s);
        if (sodium_memcmp(right, code, DIGITS) == 0 && s > *last_step) {
            found = s;
        }
        sodium_memzero(right, sizeof right);
    }
    if (found != 0) {
        *last_step = found;
    }
    return found != 0;
}

/* ---- For a device ----------------------------------------------------------
 */

void totp_base32(char out[static TOTP_BASE32_BYTES],
                 const uint8_t secret[static TOTP_SECRET_BYTES])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    size_t at = 0;
    unsigned bits = 0;
    uint32_t value = 0;

    for (size_t i = 0; i < TOTP_SECRET_BYTES; i++) {
        value = (value << 8 | secret[i]) & 0xfff;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out[at++] = letters[value >> bits & 31];
        }
    }
    out[at] = '\0';
}

static size_t put_escaped(char *out, size_t size, const char *text)
{
    size_t at = 0;

    for (; *text != '\0' && at + 4 < size; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c >= '0' && c <= '9') || strchr("-._~", c) != NULL) {
            out[at++] = (char)c;
        } else {
            at += (size_t)snprintf(out + at, size - at, "%%%02X", c);
        }
    }
    out[at] = '\0';
    return at;
}

void totp_uri(char out[static TOTP_URI_BYTES], const char *issuer,
              const char *name, const uint8_t secret[static TOTP_SECRET_BYTES])
{
    char who[260];
    char account[260];
    char text[TOTP_BASE32_BYTES];

    (void)put_escaped(who, sizeof who, issuer);
    (void)put_escaped(account, sizeof account, name);
    totp_base32(text, secret);
    (void)snprintf(out, TOTP_URI_BYTES,
                   "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1"
                   "&digits=6&period=30",
                   who, account, text, who);
    sodium_memzero(text, sizeof text);
}

/* ---- On paper ---------------------------------------------------------------
 */

static const char paper[] = "0123456789abcdefghjkmnpqrstvwxyz";

void recovery_new(char out[static RECOVERY_TEXT_BYTES])
{
    uint8_t random[16];
    size_t at = 0;

    randombytes_buf(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) {
        if (i > 0 && i % 4 == 0) {
            out[at++] = '-';
        }
        out[at++] = paper[random[i] & 31];
    }
    out[at] = '\0';
    sodium_memzero(random, sizeof random);
}

static char plain(char c)
{
    if (c >= 'A' && c <= 'Z') {
        c = (char)(c - 'A' + 'a');
    }
    if (c == 'o') {
        return '0';
    }
    if (c == 'i' || c == 'l') {
        return '1';
    }
    return c;
}

bool recovery_hash(uint8_t out[static 32], const char *text)
{
    char code[17] = {0};
    size_t len = 0;
    hash_state state;

    for (; *text != '\0'; text++) {
        char c = plain(*text);

        if (c == '-' || c == ' ') {
            continue;
        }
        if (len == 16 || strchr(paper, c) == NULL) {
            return false;
        }
        code[len++] = c;
    }
    if (len == 16) {
        hash_init(&state);
        hash_update(&state, (const uint8_t *)code, len);
        hash_final(&state, out);
        sodium_memzero(&state, sizeof state);
    }
    sodium_memzero(code, sizeof code);
    return len == 16;
}
