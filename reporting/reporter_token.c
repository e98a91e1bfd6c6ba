/* SPDX-License-Identifier: Apache-2.0 */
#include "reporter_token.h"

#include "hmac.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

#define VERSION 1
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define PREFIX_BYTES (sizeof REPORTER_TOKEN_PREFIX - 1)
#define MAC_BYTES 32

static void make_mac(uint8_t out[static MAC_BYTES],
                     const uint8_t key[static REPORTER_TOKEN_KEY_BYTES],
                     const uint8_t *bytes, size_t len)
{
    uint8_t subkey[HASH_BYTES];
    struct hmac mac;

    hmac_subkey(subkey, key, "frank v1 reporter token");
    hmac_schedule(&mac, subkey, sizeof subkey);
    hmac_update(&mac, bytes, len);
    hmac_final(&mac, out);
    sodium_memzero(subkey, sizeof subkey);
}

int reporter_token_mint(char out[static REPORTER_TOKEN_TEXT_BYTES],
                        const struct reporter_token *token,
                        const uint8_t key[static REPORTER_TOKEN_KEY_BYTES],
                        struct frank_fault *fault)
{
    uint8_t bytes[REPORTER_TOKEN_MAX_BYTES];
    uint8_t mac[MAC_BYTES];
    struct wire_writer w;
    size_t len;
    int error;

    if ((token->flags & ~REPORTER_TOKEN_FIRST_CONTACT) != 0) {
        return wire_fault(fault, FRANK_ERR_VALUE, "flags", 0, token->flags,
                          REPORTER_TOKEN_FIRST_CONTACT);
    }
    wire_write_init(&w, bytes, sizeof bytes);
    wire_write_u8(&w, VERSION);
    wire_write_u8(&w, token->flags);
    wire_write_u64(&w, token->not_after);
    wire_write_bytes(&w, token->nonce, sizeof token->nonce);
    wire_write_opaque(&w,
                      (struct frank_span){token->user.bytes, token->user.len},
                      FRANK_URI_MAX_BYTES, "user");
    if (w.fault.error == FRANK_OK) {
        make_mac(mac, key, bytes, w.len);
        wire_write_bytes(&w, mac, sizeof mac);
    }
    error = wire_write_result(&w, &len, fault);
    if (error == FRANK_OK) {
        memcpy(out, REPORTER_TOKEN_PREFIX, PREFIX_BYTES);
        (void)sodium_bin2base64(out + PREFIX_BYTES,
                                REPORTER_TOKEN_TEXT_BYTES - PREFIX_BYTES, bytes,
                                len, BASE64);
    }
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(mac, sizeof mac);
    return error;
}

/* The token's bytes; false where it is not written as we write it. */
static bool decode(uint8_t out[static REPORTER_TOKEN_MAX_BYTES], size_t *len,
                   const char *text)
{
    char again[REPORTER_TOKEN_TEXT_BYTES];
    bool same;

    if (strncmp(text, REPORTER_TOKEN_PREFIX, PREFIX_BYTES) != 0 ||
        strlen(text) >= REPORTER_TOKEN_TEXT_BYTES) {
        return false;
    }
    text += PREFIX_BYTES;
    if (sodium_base642bin(out, REPORTER_TOKEN_MAX_BYTES, text, strlen(text),
                          NULL, len, NULL, BASE64) != 0 ||
        *len <= MAC_BYTES) {
        return false;
    }
    (void)sodium_bin2base64(again, sizeof again, out, *len, BASE64);
    same = strcmp(again, text) == 0; /* spare bits are zero */
    sodium_memzero(again, sizeof again);
    return same;
}

static int read_token(struct reporter_token *out, struct frank_span bytes,
                      struct frank_fault *fault)
{
    struct wire_reader r;
    struct frank_span user;
    uint8_t version;

    wire_read_init(&r, bytes, 0);
    version = wire_read_u8(&r, "version");
    if (version != VERSION) {
        wire_read_fail(&r, FRANK_ERR_VALUE, "version", 0, version, VERSION);
    }
    out->flags = wire_read_u8(&r, "flags");
    if ((out->flags & ~REPORTER_TOKEN_FIRST_CONTACT) != 0) {
        wire_read_fail(&r, FRANK_ERR_VALUE, "flags", 1, out->flags,
                       REPORTER_TOKEN_FIRST_CONTACT);
    }
    out->not_after = wire_read_u64(&r, "not_after");
    wire_read_bytes(&r, out->nonce, sizeof out->nonce, "nonce");
    user = wire_read_opaque(&r, FRANK_URI_MAX_BYTES, "user");
    wire_read_end(&r, "reporter token");
    out->user.len = user.len;
    if (user.len > 0) {
        memcpy(out->user.bytes, user.data, user.len);
    }
    return wire_read_result(&r, fault);
}

int reporter_token_open(struct reporter_token *out, const char *text,
                        const uint8_t key[static REPORTER_TOKEN_KEY_BYTES],
                        uint64_t now, struct frank_fault *fault)
{
    uint8_t bytes[REPORTER_TOKEN_MAX_BYTES];
    uint8_t mac[MAC_BYTES];
    size_t len = 0;
    int error;

    memset(out, 0, sizeof *out);
    if (!decode(bytes, &len, text)) {
        error = wire_fault(fault, FRANK_ERR_FORMAT, "reporter token", 0, 0, 0);
        goto out;
    }
    len -= MAC_BYTES;
    make_mac(mac, key, bytes, len);
    if (sodium_memcmp(mac, bytes + len, sizeof mac) != 0) {
        error = wire_fault(fault, FRANK_ERR_MAC, "reporter token", 0, 0, 0);
        goto out;
    }
    error = read_token(out, (struct frank_span){bytes, len}, fault);
    if (error == FRANK_OK && now >= out->not_after) {
        error = wire_fault(fault, FRANK_ERR_TIME, "not_after, which is past", 2,
                           out->not_after, now);
    }
out:
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(mac, sizeof mac);
    return error;
}
