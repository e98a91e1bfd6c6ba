/* SPDX-License-Identifier: Apache-2.0 */
/* A token that is opened goes through three steps, in this order: its text
 * becomes bytes in the one way there is, the MAC over them is compared, and
 * only then is a field of them looked at. */
#include "reporter_token.h"

#include "hmac.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

#define TOKEN_LABEL "frank v1 reporter token"
#define TOKEN_VERSION 1
#define TOKEN_FLAGS REPORTER_TOKEN_FIRST_CONTACT
#define PREFIX_LEN (sizeof REPORTER_TOKEN_PREFIX - 1)

/* Over what stands before the MAC. */
static void compute_mac(uint8_t out[static FRANK_MAC_BYTES],
                        const uint8_t *bytes, size_t len,
                        const uint8_t key[static REPORTER_TOKEN_KEY_BYTES])
{
    uint8_t subkey[HASH_BYTES];
    struct hmac mac;

    hmac_subkey(subkey, key, TOKEN_LABEL);
    hmac_schedule(&mac, subkey, sizeof subkey);
    hmac_update(&mac, bytes, len);
    hmac_final(&mac, out); /* wipes mac */
    sodium_memzero(subkey, sizeof subkey);
}

/* A token's text, closed by a zero, with zeros up to the end of out. */
static void encode_text(char out[static REPORTER_TOKEN_TEXT_BYTES],
                        const uint8_t *bytes, size_t len)
{
    memcpy(out, REPORTER_TOKEN_PREFIX, PREFIX_LEN);
    (void)sodium_bin2base64(out + PREFIX_LEN,
                            REPORTER_TOKEN_TEXT_BYTES - PREFIX_LEN, bytes, len,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* ---- Minting ------------------------------------------------------------ */

static int check_flags(uint8_t flags, struct frank_fault *fault)
{
    return (flags & ~TOKEN_FLAGS) == 0
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_VALUE, "flags", 1, flags,
                            TOKEN_FLAGS);
}

int reporter_token_mint(char out[static REPORTER_TOKEN_TEXT_BYTES],
                        const struct reporter_token *token,
                        const uint8_t key[static REPORTER_TOKEN_KEY_BYTES],
                        struct frank_fault *fault)
{
    uint8_t bytes[REPORTER_TOKEN_MAX_BYTES];
    struct wire_writer w;
    size_t len = 0;
    int error = check_flags(token->flags, fault);

    memset(out, 0, REPORTER_TOKEN_TEXT_BYTES);
    if (error != FRANK_OK) {
        return error;
    }
    wire_write_init(&w, bytes, sizeof bytes - FRANK_MAC_BYTES);
    wire_write_u8(&w, TOKEN_VERSION);
    wire_write_u8(&w, token->flags);
    wire_write_u64(&w, token->not_after);
    wire_write_bytes(&w, token->nonce, sizeof token->nonce);
    wire_write_opaque(&w,
                      (struct frank_span){token->user.bytes, token->user.len},
                      FRANK_URI_MAX_BYTES, "user");
    error = wire_write_result(&w, &len, fault);
    if (error == FRANK_OK) {
        compute_mac(bytes + len, bytes, len, key);
        encode_text(out, bytes, len + FRANK_MAC_BYTES);
    }
    sodium_memzero(bytes, sizeof bytes);
    return error;
}

/* ---- Opening ------------------------------------------------------------ */

/* The bytes of a text; false unless it is their one text. Encoding them again
 * tells: libsodium 1.0.18 reads every character from 0x80 on as '_'. */
static bool text_to_bytes(uint8_t out[static REPORTER_TOKEN_MAX_BYTES],
                          size_t *len, const char *text, size_t size)
{
    char again[REPORTER_TOKEN_TEXT_BYTES];
    bool good =
        sodium_base642bin(out, REPORTER_TOKEN_MAX_BYTES, text + PREFIX_LEN,
                          size - PREFIX_LEN, NULL, len, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;

    if (good) {
        encode_text(again, out, *len);
        good = sodium_memcmp(again, text, size) == 0;
        sodium_memzero(again, sizeof again);
    }
    return good;
}

static int decode_text(uint8_t out[static REPORTER_TOKEN_MAX_BYTES],
                       size_t *len, const char *text, struct frank_fault *fault)
{
    size_t size = strnlen(text, REPORTER_TOKEN_TEXT_BYTES);

    if (size >= REPORTER_TOKEN_TEXT_BYTES) {
        return wire_fault(fault, FRANK_ERR_FORMAT, "reporter token",
                          REPORTER_TOKEN_TEXT_BYTES - 1, 0, 0);
    }
    if (strncmp(text, REPORTER_TOKEN_PREFIX, PREFIX_LEN) != 0) {
        return wire_fault(fault, FRANK_ERR_FORMAT, "reporter token", 0, 0, 0);
    }
    if (!text_to_bytes(out, len, text, size)) {
        return wire_fault(fault, FRANK_ERR_FORMAT, "reporter token", PREFIX_LEN,
                          0, 0);
    }
    if (*len < FRANK_MAC_BYTES) {
        return wire_fault(fault, FRANK_ERR_TRUNCATED, "mac", 0, *len,
                          FRANK_MAC_BYTES);
    }
    return FRANK_OK;
}

static int check_mac(const uint8_t *bytes, size_t len,
                     const uint8_t key[static REPORTER_TOKEN_KEY_BYTES],
                     struct frank_fault *fault)
{
    uint8_t mac[FRANK_MAC_BYTES];
    size_t covered = len - sizeof mac;
    int error = FRANK_OK;

    compute_mac(mac, bytes, covered, key);
    if (sodium_memcmp(mac, bytes + covered, sizeof mac) != 0) {
        error = wire_fault(fault, FRANK_ERR_MAC, "mac", covered, 0, 0);
    }
    sodium_memzero(mac, sizeof mac);
    return error;
}

/* The fields in front of the MAC. */
static int read_fields(struct reporter_token *out, const uint8_t *bytes,
                       size_t len, struct frank_fault *fault)
{
    struct wire_reader r;
    struct frank_span user;
    uint8_t version;

    wire_read_init(&r, (struct frank_span){bytes, len - FRANK_MAC_BYTES}, 0);
    version = wire_read_u8(&r, "version");
    if (version != TOKEN_VERSION) {
        wire_read_fail(&r, FRANK_ERR_VALUE, "version", 0, version,
                       TOKEN_VERSION);
    }
    out->flags = wire_read_u8(&r, "flags");
    if (wire_read_ok(&r)) {
        (void)check_flags(out->flags, &r.fault);
    }
    out->not_after = wire_read_u64(&r, "not after");
    wire_read_bytes(&r, out->nonce, sizeof out->nonce, "nonce");
    user = wire_read_opaque(&r, FRANK_URI_MAX_BYTES, "user");
    wire_read_end(&r, "reporter token");
    out->user.len = user.len;
    if (user.len > 0) {
        memcpy(out->user.bytes, user.data, user.len);
    }
    return wire_read_result(&r, fault);
}

/* Without a key the MAC is not checked. */
static int read_token(struct reporter_token *out, const char *text,
                      const uint8_t *key, struct frank_fault *fault)
{
    uint8_t bytes[REPORTER_TOKEN_MAX_BYTES];
    size_t len = 0;
    int error = decode_text(bytes, &len, text, fault);

    memset(out, 0, sizeof *out);
    if (error == FRANK_OK && key != NULL) {
        error = check_mac(bytes, len, key, fault);
    }
    if (error == FRANK_OK) {
        error = read_fields(out, bytes, len, fault);
    }
    sodium_memzero(bytes, sizeof bytes);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

int reporter_token_open(struct reporter_token *out, const char *text,
                        const uint8_t key[static REPORTER_TOKEN_KEY_BYTES],
                        uint64_t now, struct frank_fault *fault)
{
    int error = read_token(out, text, key, fault);

    if (error == FRANK_OK && now >= out->not_after) {
        error = wire_fault(fault, FRANK_ERR_TIME, "not after", 2, now,
                           out->not_after);
        memset(out, 0, sizeof *out);
    }
    return error;
}

int reporter_token_peek(struct reporter_token *out, const char *text,
                        struct frank_fault *fault)
{
    return read_token(out, text, NULL, fault);
}
