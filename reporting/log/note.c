/* SPDX-License-Identifier: Apache-2.0 */
#include "note.h"

#include "hash.h"
#include "utf8.h"
#include "wire.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_ID_BYTES 4
#define TYPE_ED25519 0x01
#define DASH "\xe2\x80\x94 " /* U+2014 and a space */
#define BASE64 sodium_base64_VARIANT_ORIGINAL
#define BASE64_BYTES(len) sodium_base64_ENCODED_LEN(len, BASE64)
/* origin, size of up to 20 digits, root; with their newlines */
#define BODY_MAX_BYTES                                                         \
    (NOTE_ORIGIN_MAX_BYTES + 1 + 20 + 1 + BASE64_BYTES(MERKLE_HASH_BYTES))
#define SIGNED_BYTES (KEY_ID_BYTES + FRANK_SIGNATURE_BYTES)

_Static_assert(BODY_MAX_BYTES + sizeof "\n" DASH + NOTE_ORIGIN_MAX_BYTES + 1 +
                       BASE64_BYTES(SIGNED_BYTES) + 1 <=
                   NOTE_MAX_BYTES,
               "a note that we sign fits");

bool note_origin_is_valid(const char *origin)
{
    size_t len = strlen(origin);

    for (size_t i = 0; i < len; i++) {
        if (origin[i] <= ' ' || origin[i] > '~' || origin[i] == '+') {
            return false;
        }
    }
    return len >= 1 && len <= NOTE_ORIGIN_MAX_BYTES;
}

static void require_origin(const char *origin)
{
    if (!note_origin_is_valid(origin)) {
        abort();
    }
}

static void key_id(uint8_t out[static KEY_ID_BYTES], const char *origin,
                   const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES])
{
    static const uint8_t between[] = {'\n', TYPE_ED25519};
    uint8_t digest[HASH_BYTES];
    hash_state state;

    hash_init(&state);
    hash_update(&state, (const uint8_t *)origin, strlen(origin));
    hash_update(&state, between, sizeof between);
    hash_update(&state, public_key, FRANK_PUBLIC_KEY_BYTES);
    hash_final(&state, digest);
    memcpy(out, digest, KEY_ID_BYTES);
}

void note_vkey(char out[static NOTE_VKEY_MAX_BYTES], const char *origin,
               const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES])
{
    uint8_t id[KEY_ID_BYTES];
    uint8_t typed[1 + FRANK_PUBLIC_KEY_BYTES] = {TYPE_ED25519};
    char hex[2 * KEY_ID_BYTES + 1];
    char text[BASE64_BYTES(sizeof typed)];

    require_origin(origin);
    key_id(id, origin, public_key);
    (void)sodium_bin2hex(hex, sizeof hex, id, sizeof id);
    memcpy(typed + 1, public_key, FRANK_PUBLIC_KEY_BYTES);
    (void)sodium_bin2base64(text, sizeof text, typed, sizeof typed, BASE64);
    (void)snprintf(out, NOTE_VKEY_MAX_BYTES, "%s+%s+%s", origin, hex, text);
}

size_t note_sign(char out[static NOTE_MAX_BYTES], const char *origin,
                 const struct note_checkpoint *checkpoint,
                 const uint8_t secret[static 64])
{
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
    uint8_t signature[SIGNED_BYTES];
    char text[BASE64_BYTES(sizeof signature)];
    char root[BASE64_BYTES(MERKLE_HASH_BYTES)];
    size_t len;

    require_origin(origin);
    (void)sodium_bin2base64(root, sizeof root, checkpoint->root,
                            sizeof checkpoint->root, BASE64);
    len = (size_t)snprintf(out, NOTE_MAX_BYTES, "%s\n%" PRIu64 "\n%s\n", origin,
                           checkpoint->size, root);
    (void)crypto_sign_ed25519_sk_to_pk(public_key, secret);
    key_id(signature, origin, public_key);
    (void)crypto_sign_detached(signature + KEY_ID_BYTES, NULL,
                               (const uint8_t *)out, len, secret);
    (void)sodium_bin2base64(text, sizeof text, signature, sizeof signature,
                            BASE64);
    return len + (size_t)snprintf(out + len, NOTE_MAX_BYTES - len,
                                  "\n" DASH "%s %s\n", origin, text);
}

/* ---- Reading ------------------------------------------------------------ */

struct key {
    const char *origin;
    const uint8_t *public_key;
    uint8_t id[KEY_ID_BYTES];
};

/* The next line without its newline; empty where there is an error. */
static struct frank_span next_line(struct wire_reader *r, const char *field)
{
    struct frank_span line = {(const uint8_t *)"", 0};
    const uint8_t *start = NULL;
    const uint8_t *end = NULL;

    if (wire_read_ok(r) && r->pos < r->len) {
        start = r->data + r->pos;
        end = memchr(start, '\n', r->len - r->pos);
    }
    if (end == NULL) {
        wire_read_fail(r, FRANK_ERR_TRUNCATED, field, r->len, 0, 1);
        return line;
    }
    line.data = start;
    line.len = (size_t)(end - start);
    (void)wire_read_span(r, line.len + 1, field);
    return line;
}

/* The line that was just read is not what it must be. */
static void refuse(struct wire_reader *r, struct frank_span line, int error,
                   const char *field)
{
    wire_read_fail(r, error, field, r->pos - line.len - 1, 0, 0);
}

static bool is_text(struct frank_span line, const char *text)
{
    return line.len == strlen(text) && memcmp(line.data, text, line.len) == 0;
}

/* Decimal, in its one form, up to MERKLE_SIZE_MAX. */
static bool read_number(uint64_t *out, struct frank_span line)
{
    uint64_t number = 0;

    if (line.len == 0 || (line.len > 1 && line.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        unsigned digit = (unsigned)line.data[i] - '0';

        if (digit > 9 || number > (MERKLE_SIZE_MAX - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

/* Standard base64 with padding and without stray bits; SIZE_MAX where it is
 * not. libsodium compares bytes in a way that takes 0xab and 0xaf for plus and
 * slash. */
static size_t read_base64(uint8_t *out, size_t size, struct frank_span text)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] > '~') {
            return SIZE_MAX;
        }
    }
    if (sodium_base642bin(out, size, (const char *)text.data, text.len, NULL,
                          &len, NULL, BASE64) != 0) {
        return SIZE_MAX;
    }
    return len;
}

static void read_body(struct note_checkpoint *out, struct wire_reader *r,
                      const char *origin)
{
    struct frank_span line = next_line(r, "origin");

    if (wire_read_ok(r) &&
        (!note_origin_is_valid(origin) || !is_text(line, origin))) {
        refuse(r, line, FRANK_ERR_VALUE, "origin");
    }
    line = next_line(r, "size");
    if (wire_read_ok(r) && !read_number(&out->size, line)) {
        refuse(r, line, FRANK_ERR_VALUE, "size");
    }
    line = next_line(r, "root");
    if (wire_read_ok(r) &&
        read_base64(out->root, sizeof out->root, line) != sizeof out->root) {
        refuse(r, line, FRANK_ERR_VALUE, "root");
    }
}

/* Splits "— name base64" into its parts. A name of someone else's can be any
 * UTF-8; the Unicode spaces that it must not have cannot mislead here. */
static bool split_signature(struct frank_span *name, struct frank_span *text,
                            struct frank_span line)
{
    const size_t dash = sizeof DASH - 1;
    const uint8_t *space;

    if (line.len < dash || memcmp(line.data, DASH, dash) != 0) {
        return false;
    }
    name->data = line.data + dash;
    space = memchr(name->data, ' ', line.len - dash);
    if (space == NULL) {
        return false;
    }
    name->len = (size_t)(space - name->data);
    text->data = space + 1;
    text->len = line.len - dash - name->len - 1;
    for (size_t i = 0; i < name->len; i++) {
        if (name->data[i] < ' ' || name->data[i] == '+') {
            return false;
        }
    }
    return name->len > 0 && utf8_is_valid(*name);
}

/* Whether the line is this key's. What it signs is checked then. */
static bool read_signature(struct wire_reader *r, struct frank_span line,
                           struct frank_span body, const struct key *key)
{
    uint8_t bytes[NOTE_SIGNATURE_MAX_BYTES];
    struct frank_span name;
    struct frank_span text;
    size_t len = SIZE_MAX;

    if (split_signature(&name, &text, line)) {
        len = read_base64(bytes, sizeof bytes, text);
    }
    if (len == SIZE_MAX || len <= KEY_ID_BYTES) {
        refuse(r, line, FRANK_ERR_VALUE, "signature");
        return false;
    }
    if (!is_text(name, key->origin) ||
        memcmp(bytes, key->id, sizeof key->id) != 0) {
        return false;
    }
    if (len != SIGNED_BYTES ||
        crypto_sign_verify_detached(bytes + KEY_ID_BYTES, body.data, body.len,
                                    key->public_key) != 0) {
        refuse(r, line, FRANK_ERR_SIGNER, "signature");
    }
    return true;
}

static void read_signatures(struct wire_reader *r, struct frank_span body,
                            const struct key *key)
{
    bool signed_by_key = false;

    do {
        struct frank_span line = next_line(r, "signature");

        if (wire_read_ok(r) && line.len == 0) {
            refuse(r, line, FRANK_ERR_TRAILING, "note");
        } else if (wire_read_ok(r)) {
            signed_by_key |= read_signature(r, line, body, key);
        }
    } while (wire_read_ok(r) && r->pos < r->len);
    if (!signed_by_key) {
        wire_read_fail(r, FRANK_ERR_SIGNER, "signature", body.len + 1, 0, 0);
    }
}

int note_open(struct note_checkpoint *out, const char *text, size_t len,
              const char *origin,
              const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
              struct frank_fault *fault)
{
    struct frank_span body = {(const uint8_t *)text, 0};
    struct key key = {origin, public_key, {0}};
    struct frank_span line;
    struct wire_reader r;
    int error;

    memset(out, 0, sizeof *out);
    if (len > NOTE_READ_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "note", 0, len,
                          NOTE_READ_MAX_BYTES);
    }
    key_id(key.id, origin, public_key);
    wire_read_init(&r, (struct frank_span){body.data, len}, 0);
    read_body(out, &r, origin);
    body.len = r.pos;
    line = next_line(&r, "blank line");
    if (wire_read_ok(&r) && line.len > 0) {
        refuse(&r, line, FRANK_ERR_VALUE, "extension");
    }
    if (wire_read_ok(&r)) {
        read_signatures(&r, body, &key);
    }
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}
