/* SPDX-License-Identifier: Apache-2.0 */
#include "note.h"

#include "hash.h"
#include "wire.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define TYPE_ED25519 0x01
#define KEY_ID_BYTES 4
#define DASH "\xe2\x80\x94 " /* an em dash and a space */
#define BASE64 sodium_base64_VARIANT_ORIGINAL

bool note_origin_is_valid(const char *origin)
{
    size_t len = strlen(origin);

    for (size_t i = 0; i < len; i++) {
        if (origin[i] <= ' ' || origin[i] >= 0x7f || origin[i] == '+') {
            return false;
        }
    }
    return len > 0 && len <= NOTE_ORIGIN_MAX_BYTES;
}

static void make_key_id(uint8_t id[static KEY_ID_BYTES], const char *origin,
                        const uint8_t *public_key)
{
    static const uint8_t middle[] = {'\n', TYPE_ED25519};
    uint8_t digest[HASH_BYTES];
    hash_state state;

    hash_init(&state);
    hash_update(&state, (const uint8_t *)origin, strlen(origin));
    hash_update(&state, middle, sizeof middle);
    hash_update(&state, public_key, FRANK_PUBLIC_KEY_BYTES);
    hash_final(&state, digest);
    memcpy(id, digest, KEY_ID_BYTES);
}

void note_vkey(char out[static NOTE_VKEY_MAX_BYTES], const char *origin,
               const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES])
{
    uint8_t id[KEY_ID_BYTES];
    uint8_t key[1 + FRANK_PUBLIC_KEY_BYTES] = {TYPE_ED25519};
    char hex[2 * KEY_ID_BYTES + 1];
    char text[sodium_base64_ENCODED_LEN(sizeof key, BASE64)];

    make_key_id(id, origin, public_key);
    memcpy(key + 1, public_key, FRANK_PUBLIC_KEY_BYTES);
    (void)sodium_bin2hex(hex, sizeof hex, id, sizeof id);
    (void)sodium_bin2base64(text, sizeof text, key, sizeof key, BASE64);
    (void)snprintf(out, NOTE_VKEY_MAX_BYTES, "%.128s+%s+%s", origin, hex, text);
}

size_t note_sign(char out[static NOTE_MAX_BYTES], const char *origin,
                 const struct note_checkpoint *checkpoint,
                 const uint8_t secret[static 64])
{
    uint8_t signature[KEY_ID_BYTES + FRANK_SIGNATURE_BYTES];
    char root[sodium_base64_ENCODED_LEN(MERKLE_HASH_BYTES, BASE64)];
    char text[sodium_base64_ENCODED_LEN(sizeof signature, BASE64)];
    int body;
    int line;

    (void)sodium_bin2base64(root, sizeof root, checkpoint->root,
                            MERKLE_HASH_BYTES, BASE64);
    body = snprintf(out, NOTE_MAX_BYTES, "%.128s\n%" PRIu64 "\n%s\n", origin,
                    checkpoint->size, root);
    make_key_id(signature, origin, secret + 32);
    (void)crypto_sign_detached(signature + KEY_ID_BYTES, NULL,
                               (const uint8_t *)out, (unsigned)body, secret);
    (void)sodium_bin2base64(text, sizeof text, signature, sizeof signature,
                            BASE64);
    line = snprintf(out + body, NOTE_MAX_BYTES - (size_t)body,
                    "\n" DASH "%.128s %s\n", origin, text);
    return (size_t)body + (size_t)line;
}

/* ---- Reading --------------------------------------------------------------
 */

struct lines {
    const char *text;
    size_t len;
    size_t pos;
};

/* The next line, without its line feed. */
static int next_line(struct frank_span *out, struct lines *lines,
                     const char *what, struct frank_fault *fault)
{
    const char *begin = lines->text + lines->pos;
    const char *end = memchr(begin, '\n', lines->len - lines->pos);

    if (end == NULL) {
        return wire_fault(fault, FRANK_ERR_TRUNCATED, what, lines->pos, 0, 0);
    }
    *out = (struct frank_span){(const uint8_t *)begin, (size_t)(end - begin)};
    lines->pos += out->len + 1;
    return FRANK_OK;
}

/* Exactly len bytes, in the one way that base64 writes them. */
static bool read_base64(uint8_t *out, size_t len, struct frank_span text)
{
    char again[128];
    size_t written = 0;

    return sodium_base642bin(out, len, (const char *)text.data, text.len, NULL,
                             &written, NULL, BASE64) == 0 &&
           written == len &&
           sodium_base64_encoded_len(len, BASE64) <= sizeof again &&
           sodium_bin2base64(again, sizeof again, out, len, BASE64) != NULL &&
           strlen(again) == text.len && memcmp(again, text.data, text.len) == 0;
}

static bool read_size(uint64_t *out, struct frank_span text)
{
    uint64_t value = 0;

    if (text.len == 0 || text.len > 19 ||
        (text.data[0] == '0' && text.len > 1)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        value = 10 * value + (uint64_t)(text.data[i] - '0');
    }
    *out = value;
    return value <= INT64_MAX;
}

static int read_body(struct note_checkpoint *out, struct lines *lines,
                     const char *origin, struct frank_fault *fault)
{
    struct frank_span line;
    size_t at = lines->pos;
    int error = next_line(&line, lines, "origin", fault);

    if (error == FRANK_OK && (line.len != strlen(origin) ||
                              memcmp(line.data, origin, line.len) != 0)) {
        return wire_fault(fault, FRANK_ERR_VALUE, "origin", at, 0, 0);
    }
    at = lines->pos;
    error = error ? error : next_line(&line, lines, "size", fault);
    if (error == FRANK_OK && !read_size(&out->size, line)) {
        return wire_fault(fault, FRANK_ERR_VALUE, "size", at, 0, 0);
    }
    at = lines->pos;
    error = error ? error : next_line(&line, lines, "root", fault);
    if (error == FRANK_OK && !read_base64(out->root, sizeof out->root, line)) {
        return wire_fault(fault, FRANK_ERR_VALUE, "root", at, 0, 0);
    }
    return error;
}

/* Whether a signature's line is this key's, and holds. */
static bool signs(struct frank_span line, struct frank_span body,
                  const char *origin, const uint8_t *public_key)
{
    uint8_t signature[KEY_ID_BYTES + FRANK_SIGNATURE_BYTES];
    uint8_t id[KEY_ID_BYTES];
    size_t name = strlen(origin);
    size_t skip = strlen(DASH) + name + 1;

    if (line.len <= skip || memcmp(line.data, DASH, strlen(DASH)) != 0 ||
        memcmp(line.data + strlen(DASH), origin, name) != 0 ||
        line.data[skip - 1] != ' ' ||
        !read_base64(signature, sizeof signature,
                     (struct frank_span){line.data + skip, line.len - skip})) {
        return false;
    }
    make_key_id(id, origin, public_key);
    return memcmp(id, signature, sizeof id) == 0 &&
           crypto_sign_verify_detached(signature + KEY_ID_BYTES, body.data,
                                       body.len, public_key) == 0;
}

int note_open(struct note_checkpoint *out, const char *text, size_t len,
              const char *origin,
              const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
              struct frank_fault *fault)
{
    struct note_checkpoint checkpoint;
    struct lines lines = {text, len, 0};
    struct frank_span line;
    struct frank_span body;
    bool is_signed = false;
    int error;

    memset(out, 0, sizeof *out);
    if (len > NOTE_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "checkpoint", 0, len,
                          NOTE_MAX_BYTES);
    }
    error = read_body(&checkpoint, &lines, origin, fault);
    body = (struct frank_span){(const uint8_t *)text, lines.pos};
    error = error ? error : next_line(&line, &lines, "empty line", fault);
    if (error == FRANK_OK && line.len != 0) {
        return wire_fault(fault, FRANK_ERR_VALUE, "empty line", body.len, 0, 0);
    }
    while (error == FRANK_OK && lines.pos < len) {
        error = next_line(&line, &lines, "signature", fault);
        is_signed = is_signed || (error == FRANK_OK &&
                                  signs(line, body, origin, public_key));
    }
    if (error == FRANK_OK && !is_signed) {
        error =
            wire_fault(fault, FRANK_ERR_SIGNER, "signature", body.len, 0, 0);
    }
    if (error == FRANK_OK) {
        *out = checkpoint;
    }
    return error;
}
