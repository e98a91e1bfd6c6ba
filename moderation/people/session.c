/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "hash.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static void hash_of(uint8_t out[static SESSION_HASH_BYTES],
                    const uint8_t bytes[static 32])
{
    hash_state state;

    hash_init(&state);
    hash_update(&state, bytes, 32);
    hash_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

void session_new(char token[static SESSION_TOKEN_BYTES],
                 uint8_t hash[static SESSION_HASH_BYTES])
{
    uint8_t bytes[32];

    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2base64(token, SESSION_TOKEN_BYTES, bytes, sizeof bytes,
                            VARIANT);
    hash_of(hash, bytes);
    sodium_memzero(bytes, sizeof bytes);
}

bool session_hash(uint8_t hash[static SESSION_HASH_BYTES], const char *token)
{
    uint8_t bytes[32];
    char again[SESSION_TOKEN_BYTES] = "";
    size_t len = 0;
    bool ok =
        strlen(token) == SESSION_TOKEN_BYTES - 1 &&
        sodium_base642bin(bytes, sizeof bytes, token, SESSION_TOKEN_BYTES - 1,
                          NULL, &len, NULL, VARIANT) == 0 &&
        len == sizeof bytes;

    /* libsodium takes other characters for '-' and '_' too. */
    if (ok) {
        (void)sodium_bin2base64(again, sizeof again, bytes, sizeof bytes,
                                VARIANT);
        ok = sodium_memcmp(again, token, sizeof again) == 0;
    }
    if (ok) {
        hash_of(hash, bytes);
    }
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(again, sizeof again);
    return ok;
}

void session_cookie(char out[static SESSION_COOKIE_BYTES], const char *token)
{
    (void)snprintf(
        out, SESSION_COOKIE_BYTES,
        SESSION_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
        token != NULL ? token : "", token != NULL ? "" : "; Max-Age=0");
}
