/* SPDX-License-Identifier: Apache-2.0 */
/* Names, keys, and notes that are written; note_read.c reads them. */
#include "note.h"

#include "hash.h"
#include "note_text.h"
#include "utf8.h"
#include "wire.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED_BYTES (NOTE_KEY_ID_BYTES + FRANK_SIGNATURE_BYTES)
/* origin, size of up to 20 digits, root; with their newlines */
#define BODY_MAX_BYTES                                                         \
    (NOTE_ORIGIN_MAX_BYTES + 1 + 20 + 1 + NOTE_BASE64_BYTES(MERKLE_HASH_BYTES))

_Static_assert(BODY_MAX_BYTES + sizeof "\n" NOTE_DASH + NOTE_ORIGIN_MAX_BYTES +
                       1 + NOTE_BASE64_BYTES(SIGNED_BYTES) + 1 <=
                   NOTE_MAX_BYTES,
               "a note that we sign fits");

/* ---- Names ----------------------------------------------------------------
 */

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

/* White_Space of Unicode's PropList. */
static bool is_space(uint32_t code)
{
    return code == ' ' || (code >= 0x09 && code <= 0x0d) || code == 0x85 ||
           code == 0xa0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

bool note_name_is_valid(struct frank_span name)
{
    size_t at = 0;

    while (at < name.len) {
        uint32_t code = 0;
        size_t len = utf8_char(name.data + at, name.len - at, &code);

        if (len == 0 || code < ' ' || code == '+' || is_space(code)) {
            return false;
        }
        at += len;
    }
    return name.len >= 1 && name.len <= NOTE_ORIGIN_MAX_BYTES;
}

static void require_name(const char *name)
{
    if (!note_name_is_valid(
            (struct frank_span){(const uint8_t *)name, strlen(name)})) {
        abort();
    }
}

/* ---- Keys -----------------------------------------------------------------
 */

void note_key_id(uint8_t out[static NOTE_KEY_ID_BYTES], const char *name,
                 enum note_type type,
                 const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES])
{
    const uint8_t between[] = {'\n', (uint8_t)type};
    uint8_t digest[HASH_BYTES];
    hash_state state;

    hash_init(&state);
    hash_update(&state, (const uint8_t *)name, strlen(name));
    hash_update(&state, between, sizeof between);
    hash_update(&state, public_key, FRANK_PUBLIC_KEY_BYTES);
    hash_final(&state, digest);
    memcpy(out, digest, NOTE_KEY_ID_BYTES);
}

void note_vkey_write(char out[static NOTE_VKEY_MAX_BYTES], const char *name,
                     enum note_type type,
                     const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES])
{
    uint8_t id[NOTE_KEY_ID_BYTES];
    uint8_t typed[1 + FRANK_PUBLIC_KEY_BYTES] = {(uint8_t)type};
    char hex[2 * NOTE_KEY_ID_BYTES + 1];
    char text[NOTE_BASE64_BYTES(sizeof typed)];

    require_name(name);
    note_key_id(id, name, type, public_key);
    (void)sodium_bin2hex(hex, sizeof hex, id, sizeof id);
    memcpy(typed + 1, public_key, FRANK_PUBLIC_KEY_BYTES);
    (void)sodium_bin2base64(text, sizeof text, typed, sizeof typed,
                            NOTE_BASE64);
    (void)snprintf(out, NOTE_VKEY_MAX_BYTES, "%s+%s+%s", name, hex, text);
}

void note_vkey(char out[static NOTE_VKEY_MAX_BYTES], const char *origin,
               const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES])
{
    note_vkey_write(out, origin, NOTE_ED25519, public_key);
}

/* The parts of "name+hash+base64", by what their bytes are. */
static int read_vkey(struct note_key *out, enum note_type type,
                     const char *vkey, struct frank_fault *fault)
{
    uint8_t typed[1 + FRANK_PUBLIC_KEY_BYTES];
    uint8_t id[NOTE_KEY_ID_BYTES];
    char hex[2 * NOTE_KEY_ID_BYTES + 1];
    struct frank_span name = {(const uint8_t *)vkey, strcspn(vkey, "+")};
    const char *hash = vkey + name.len + 1;
    const char *encoded = hash + sizeof hex;

    if (vkey[name.len] != '+' || !note_name_is_valid(name)) {
        return wire_fault(fault, FRANK_ERR_VALUE, "key's name", 0, name.len,
                          NOTE_ORIGIN_MAX_BYTES);
    }
    if (strnlen(hash, sizeof hex) < sizeof hex || hash[sizeof hex - 1] != '+') {
        return wire_fault(fault, FRANK_ERR_VALUE, "key's hash", name.len + 1, 0,
                          0);
    }
    if (note_base64_read(
            typed, sizeof typed,
            (struct frank_span){(const uint8_t *)encoded, strlen(encoded)}) !=
        sizeof typed) {
        return wire_fault(fault, FRANK_ERR_VALUE, "key",
                          (size_t)(encoded - vkey), 0, 0);
    }
    if (typed[0] != type) {
        return wire_fault(fault, FRANK_ERR_VALUE, "key's type",
                          (size_t)(encoded - vkey), typed[0], type);
    }
    memcpy(out->name, name.data, name.len);
    memcpy(out->public_key, typed + 1, sizeof out->public_key);
    note_key_id(id, out->name, type, out->public_key);
    (void)sodium_bin2hex(hex, sizeof hex, id, sizeof id);
    if (memcmp(hash, hex, sizeof hex - 1) != 0) {
        return wire_fault(fault, FRANK_ERR_VALUE, "key's hash", name.len + 1, 0,
                          0);
    }
    return FRANK_OK;
}

int note_vkey_read(struct note_key *out, enum note_type type, const char *vkey,
                   struct frank_fault *fault)
{
    int error;

    memset(out, 0, sizeof *out);
    error = read_vkey(out, type, vkey, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

/* ---- Writing --------------------------------------------------------------
 */

size_t note_line_write(char *out, size_t room, const char *name,
                       const uint8_t key_id[static NOTE_KEY_ID_BYTES],
                       const uint8_t *signature, size_t len)
{
    uint8_t bytes[NOTE_KEY_ID_BYTES + NOTE_SIGNATURE_MAX_BYTES];
    char text[NOTE_BASE64_BYTES(sizeof bytes)];
    size_t written;

    require_name(name);
    if (len > NOTE_SIGNATURE_MAX_BYTES ||
        room <= strlen(NOTE_DASH) + strlen(name) + 1 +
                    NOTE_BASE64_BYTES(NOTE_KEY_ID_BYTES + len)) {
        abort();
    }
    memcpy(bytes, key_id, NOTE_KEY_ID_BYTES);
    memcpy(bytes + NOTE_KEY_ID_BYTES, signature, len);
    (void)sodium_bin2base64(text, sizeof text, bytes, NOTE_KEY_ID_BYTES + len,
                            NOTE_BASE64);
    written = (size_t)snprintf(out, room, NOTE_DASH "%s %s\n", name, text);
    return written;
}

size_t note_body(char out[static NOTE_MAX_BYTES], const char *origin,
                 const struct note_checkpoint *checkpoint)
{
    char root[NOTE_BASE64_BYTES(MERKLE_HASH_BYTES)];

    require_name(origin);
    (void)sodium_bin2base64(root, sizeof root, checkpoint->root,
                            sizeof checkpoint->root, NOTE_BASE64);
    return (size_t)snprintf(out, NOTE_MAX_BYTES, "%s\n%" PRIu64 "\n%s\n",
                            origin, checkpoint->size, root);
}

size_t note_sign(char out[static NOTE_MAX_BYTES], const char *origin,
                 const struct note_checkpoint *checkpoint,
                 const uint8_t secret[static 64])
{
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
    uint8_t signature[FRANK_SIGNATURE_BYTES];
    uint8_t id[NOTE_KEY_ID_BYTES];
    size_t len;

    if (!note_origin_is_valid(origin)) {
        abort();
    }
    len = note_body(out, origin, checkpoint);
    (void)crypto_sign_ed25519_sk_to_pk(public_key, secret);
    note_key_id(id, origin, NOTE_ED25519, public_key);
    (void)crypto_sign_detached(signature, NULL, (const uint8_t *)out, len,
                               secret);
    out[len++] = '\n';
    return len + note_line_write(out + len, NOTE_MAX_BYTES - len, origin, id,
                                 signature, sizeof signature);
}
