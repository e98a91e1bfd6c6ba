/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook.h"

#include "hmac.h"
#include "wire.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PREFIX "whsec_"
#define PREFIX_LEN (sizeof PREFIX - 1)
#define BASE64 sodium_base64_VARIANT_ORIGINAL
#define SECRET_TEXT_BYTES                                                      \
    sodium_base64_ENCODED_LEN(WEBHOOK_SECRET_MAX_BYTES, BASE64)

/* ---- Secrets -------------------------------------------------------------
 */

/* The bytes of a text that is their one text. Encoding them again tells:
 * libsodium 1.0.18 reads characters from 0x80 on as others. */
static bool read_base64(struct webhook_secret *out, const char *text,
                        size_t len)
{
    char again[SECRET_TEXT_BYTES];
    bool good = len < sizeof again &&
                sodium_base642bin(out->bytes, sizeof out->bytes, text, len,
                                  NULL, &out->len, NULL, BASE64) == 0;

    if (good) {
        (void)sodium_bin2base64(again, sizeof again, out->bytes, out->len,
                                BASE64);
        good = strlen(again) == len && sodium_memcmp(again, text, len) == 0;
        sodium_memzero(again, sizeof again);
    }
    return good;
}

static int read_line(struct webhook_secrets *out, const char *line, size_t len,
                     size_t at, struct frank_fault *fault)
{
    struct webhook_secret *secret = &out->list[out->count];

    if (len < PREFIX_LEN || memcmp(line, PREFIX, PREFIX_LEN) != 0 ||
        !read_base64(secret, line + PREFIX_LEN, len - PREFIX_LEN)) {
        return wire_fault(fault, FRANK_ERR_FORMAT, "webhook secret", at, 0, 0);
    }
    if (secret->len < WEBHOOK_SECRET_MIN_BYTES) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "webhook secret", at,
                          secret->len, WEBHOOK_SECRET_MIN_BYTES);
    }
    if (out->count > 0 &&
        sodium_memcmp(secret, &out->list[0], sizeof *secret) == 0) {
        return wire_fault(fault, FRANK_ERR_TWICE, "webhook secret", at, 0, 0);
    }
    out->count++;
    return FRANK_OK;
}

static int read_lines(struct webhook_secrets *out, const char *text, size_t len,
                      struct frank_fault *fault)
{
    int error = FRANK_OK;

    for (size_t at = 0; error == FRANK_OK && at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t line = end != NULL ? (size_t)(end - text) - at : len - at;

        if (out->count == WEBHOOK_SECRETS_MAX) {
            return wire_fault(fault, FRANK_ERR_LIMIT, "webhook secrets", at,
                              out->count + 1, WEBHOOK_SECRETS_MAX);
        }
        error = read_line(out, text + at, line, at, fault);
        at += line + 1;
    }
    return error;
}

int webhook_secret_read(struct webhook_secrets *out, const char *text,
                        size_t len, struct frank_fault *fault)
{
    int error;

    memset(out, 0, sizeof *out);
    if (len == 0) {
        return wire_fault(fault, FRANK_ERR_MISSING, "webhook secret", 0, 0, 0);
    }
    if (len > WEBHOOK_SECRET_FILE_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "webhook secrets", 0, len,
                          WEBHOOK_SECRET_FILE_MAX_BYTES);
    }
    error = read_lines(out, text, len, fault);
    if (error != FRANK_OK) {
        sodium_memzero(out, sizeof *out);
    }
    return error;
}

/* ---- Signatures ----------------------------------------------------------
 */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ID_CHARACTERS LETTERS "0123456789_-"
#define TYPE_CHARACTERS LETTERS "0123456789_."

static bool is_of(const char *text, const char *characters)
{
    size_t len = strspn(text, characters);

    return len > 0 && len <= WEBHOOK_ID_MAX_BYTES && text[len] == '\0';
}

/* Writes "v1," and the signature, closed by a zero. */
static void sign_once(char *out, size_t size, const struct webhook_signed *head,
                      struct frank_span body,
                      const struct webhook_secret *secret)
{
    uint8_t bytes[HASH_BYTES];
    struct hmac mac;

    hmac_schedule(&mac, secret->bytes, secret->len);
    hmac_update(&mac, (const uint8_t *)head->id, strlen(head->id));
    hmac_update(&mac, (const uint8_t *)".", 1);
    hmac_update(&mac, (const uint8_t *)head->timestamp,
                strlen(head->timestamp));
    hmac_update(&mac, (const uint8_t *)".", 1);
    hmac_update(&mac, body.data, body.len);
    hmac_final(&mac, bytes); /* wipes mac */
    (void)snprintf(out, size, "v1,");
    (void)sodium_bin2base64(out + 3, size - 3, bytes, sizeof bytes, BASE64);
}

int webhook_sign(struct webhook_signed *out, const char *id, uint64_t seconds,
                 struct frank_span body, const struct webhook_secrets *secrets,
                 struct frank_fault *fault)
{
    size_t at = 0;

    memset(out, 0, sizeof *out);
    if (!is_of(id, ID_CHARACTERS)) {
        return wire_fault(fault, FRANK_ERR_VALUE, "webhook id", 0, strlen(id),
                          WEBHOOK_ID_MAX_BYTES);
    }
    memcpy(out->id, id, strlen(id));
    (void)snprintf(out->timestamp, sizeof out->timestamp, "%" PRIu64, seconds);
    for (size_t i = 0; i < secrets->count; i++) {
        if (i > 0) {
            out->signature[at++] = ' ';
        }
        sign_once(out->signature + at, sizeof out->signature - at, out, body,
                  &secrets->list[i]);
        at += strlen(out->signature + at);
    }
    return FRANK_OK;
}

/* ---- Delivery ------------------------------------------------------------
 */

uint64_t webhook_next_try(unsigned tries, uint32_t random)
{
    static const uint32_t seconds[WEBHOOK_TRIES - 1] = {
        5,        30,        2 * 60,    15 * 60,   3600,
        4 * 3600, 10 * 3600, 24 * 3600, 24 * 3600, 24 * 3600};

    if (tries == 0 || tries >= WEBHOOK_TRIES) {
        return 0;
    }
    /* thousandths of a second, and of the wait */
    return (uint64_t)seconds[tries - 1] * (800 + random % 401);
}

enum webhook_outcome webhook_judge(uint64_t *at_least_ms, unsigned status,
                                   unsigned retry_after)
{
    uint64_t wait = (uint64_t)retry_after * 1000;

    *at_least_ms = 0;
    if (status >= 200 && status <= 299) {
        return WEBHOOK_DONE;
    }
    if (status == 410) {
        return WEBHOOK_GONE;
    }
    *at_least_ms = wait < WEBHOOK_WAIT_MAX_MS ? wait : WEBHOOK_WAIT_MAX_MS;
    return WEBHOOK_AGAIN;
}

/* two words, and what stands around them */
#define BODY_MAX_BYTES (2 * WEBHOOK_ID_MAX_BYTES + 128)

char *webhook_body(const char *type, uint64_t time_ms, const char *decision_id)
{
    static const uint64_t end = (uint64_t)253402300800; /* of the year 9999 */
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm utc;
    char when[32];
    char *text = NULL;

    if (!is_of(type, TYPE_CHARACTERS) || !is_of(decision_id, ID_CHARACTERS) ||
        time_ms / 1000 >= end) {
        return NULL;
    }
    (void)gmtime_r(&seconds, &utc);
    (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
    text = malloc(BODY_MAX_BYTES);
    if (text != NULL) {
        (void)snprintf(text, BODY_MAX_BYTES,
                       "{\"type\":\"%s\",\"timestamp\":\"%s.%03uZ\","
                       "\"data\":{\"id\":\"%s\"}}",
                       type, when, (unsigned)(time_ms % 1000), decision_id);
    }
    return text;
}
