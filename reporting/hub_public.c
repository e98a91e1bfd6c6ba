/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_public.h"

#include "key_json.h"
#include "stamp.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

static void add_destroyed(struct hub_public *out, const struct keyring *ring)
{
    for (size_t i = 0; i < ring->epoch_count; i++) {
        bool again = i > 0 && ring->epochs[i - 1].destroyed;

        if (ring->epochs[i].destroyed) {
            out->destroyed_count += !again;
            if (!again) {
                out->destroyed[out->destroyed_count - 1].from =
                    ring->epochs[i].not_before;
            }
            out->destroyed[out->destroyed_count - 1].until =
                i + 1 < ring->epoch_count ? ring->epochs[i + 1].not_before
                                          : UINT64_MAX;
        }
    }
}

void hub_public_from(struct hub_public *out, const struct keyring *ring)
{
    memset(out, 0, sizeof *out);
    out->count = ring->key_count;
    for (size_t i = 0; i < ring->key_count; i++) {
        const struct keyring_key *key = &ring->keys[i];

        out->keys[i].id = key->id;
        out->keys[i].not_before = key->not_before;
        out->keys[i].retired = key->retired;
        memcpy(out->keys[i].public_key, key->public_key,
               sizeof key->public_key);
    }
    add_destroyed(out, ring);
}

bool hub_public_is_destroyed(const struct hub_public *hub, uint64_t time)
{
    for (size_t i = 0; i < hub->destroyed_count; i++) {
        const struct hub_public_span *span = &hub->destroyed[i];

        if (span->from <= time &&
            (time < span->until || span->until == UINT64_MAX)) {
            return true;
        }
    }
    return false;
}

static json_t *key_json(const struct hub_public_key *key)
{
    char hex[2 * FRANK_PUBLIC_KEY_BYTES + 1];
    json_t *object;

    (void)sodium_bin2hex(hex, sizeof hex, key->public_key,
                         sizeof key->public_key);
    object = json_pack("{sIsIss}", "id", (json_int_t)key->id, "not_before",
                       (json_int_t)key->not_before, "public", hex);
    if (object != NULL && key->retired != 0 &&
        json_object_set_new(object, "retired",
                            json_integer((json_int_t)key->retired)) != 0) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

static json_t *destroyed_json(const struct hub_public *hub)
{
    json_t *spans = json_array();

    for (size_t i = 0; i < hub->destroyed_count; i++) {
        const struct hub_public_span *span = &hub->destroyed[i];
        json_t *until = span->until == UINT64_MAX
                            ? json_null()
                            : json_integer((json_int_t)span->until);

        if (json_array_append_new(
                spans, json_pack("[Io]", (json_int_t)span->from, until)) != 0) {
            json_decref(spans);
            return NULL;
        }
    }
    return spans;
}

char *hub_public_encode(const struct hub_public *hub)
{
    json_t *root = json_pack("{s[]}", "signature_keys");
    json_t *keys = json_object_get(root, "signature_keys");
    char *text = NULL;

    for (size_t i = 0; i < hub->count; i++) {
        if (json_array_append_new(keys, key_json(&hub->keys[i])) != 0) {
            json_decref(root);
            return NULL;
        }
    }
    if (root != NULL && hub->destroyed_count > 0 &&
        json_object_set_new(root, "destroyed", destroyed_json(hub)) != 0) {
        json_decref(root);
        return NULL;
    }
    if (root != NULL) {
        text = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);
    }
    json_decref(root);
    return text;
}

static int read_key(struct hub_public_key *out, const json_t *object,
                    struct frank_fault *fault)
{
    uint64_t id = 0;
    int error = key_json_number(&id, object, "id", UINT32_MAX, fault);

    out->id = (uint32_t)id;
    if (error == FRANK_OK) {
        error = key_json_number(&out->not_before, object, "not_before",
                                INT64_MAX, fault);
    }
    if (error == FRANK_OK && json_object_get(object, "retired") != NULL) {
        error =
            key_json_number(&out->retired, object, "retired", INT64_MAX, fault);
    }
    if (error == FRANK_OK) {
        error =
            key_json_hex(out->public_key, sizeof out->public_key,
                         json_object_get(object, "public"), "public",
                         "public, which must be 64 hexadecimal digits", fault);
    }
    return error;
}

static int read_keys(struct hub_public *out, const json_t *root,
                     struct frank_fault *fault)
{
    const json_t *keys = json_object_get(root, "signature_keys");
    size_t count = json_array_size(keys);
    int error = FRANK_OK;

    if (count == 0) {
        return wire_fault(fault, FRANK_ERR_MISSING, "signature_keys", 0, 0, 1);
    }
    if (count > KEYRING_KEYS_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "signature_keys", 0, count,
                          KEYRING_KEYS_MAX);
    }
    out->count = count;
    for (size_t i = 0; i < count && error == FRANK_OK; i++) {
        error = read_key(&out->keys[i], json_array_get(keys, i), fault);
    }
    return error;
}

static int read_span(struct hub_public_span *out, const json_t *pair,
                     struct frank_fault *fault)
{
    const json_t *from = json_array_get(pair, 0);
    const json_t *until = json_array_get(pair, 1);
    bool open = json_is_null(until);

    if (json_array_size(pair) != 2 || !json_is_integer(from) ||
        json_integer_value(from) < 0 ||
        (!open && (!json_is_integer(until) ||
                   json_integer_value(until) <= json_integer_value(from)))) {
        return wire_fault(fault, FRANK_ERR_VALUE,
                          "destroyed, which must be pairs of times", 0, 0, 0);
    }
    out->from = (uint64_t)json_integer_value(from);
    out->until = open ? UINT64_MAX : (uint64_t)json_integer_value(until);
    return FRANK_OK;
}

static int read_destroyed(struct hub_public *out, const json_t *root,
                          struct frank_fault *fault)
{
    const json_t *spans = json_object_get(root, "destroyed");
    size_t count = json_array_size(spans);
    int error = FRANK_OK;

    if (spans != NULL && !json_is_array(spans)) {
        return wire_fault(fault, FRANK_ERR_VALUE,
                          "destroyed, which must be pairs of times", 0, 0, 0);
    }
    if (count > HUB_PUBLIC_SPANS_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "destroyed", 0, count,
                          HUB_PUBLIC_SPANS_MAX);
    }
    out->destroyed_count = count;
    for (size_t i = 0; i < count && error == FRANK_OK; i++) {
        error = read_span(&out->destroyed[i], json_array_get(spans, i), fault);
    }
    return error;
}

int hub_public_decode(struct hub_public *out, const char *text, size_t len,
                      struct frank_fault *fault)
{
    json_t *root = NULL;
    int error;

    memset(out, 0, sizeof *out);
    error = key_json_load(&root, text, len, HUB_PUBLIC_MAX_BYTES,
                          "public key file", fault);
    if (error != FRANK_OK) {
        return error;
    }
    error = read_keys(out, root, fault);
    if (error == FRANK_OK) {
        error = read_destroyed(out, root, fault);
    }
    json_decref(root);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

static bool is_in_force(const struct hub_public_key *key, uint64_t time)
{
    return key->not_before <= time &&
           (key->retired == 0 || time < key->retired);
}

int hub_public_check(const struct hub_public *hub,
                     const struct frank_frank *frank,
                     const struct frank_context *context,
                     struct frank_fault *fault)
{
    struct frank_fault last = {FRANK_ERR_NO_KEY, "signature key", 0, 0, 0};
    int error = FRANK_ERR_NO_KEY;

    for (size_t i = hub->count; i > 0 && error != FRANK_OK; i--) {
        const struct hub_public_key *key = &hub->keys[i - 1];

        if (is_in_force(key, context->accepted_timestamp)) {
            error =
                frank_signature_check(frank, context, key->public_key, &last);
        }
    }
    return error == FRANK_OK ? FRANK_OK
                             : wire_fault(fault, error, last.field, last.offset,
                                          last.found, last.expected);
}

int hub_public_verify(const struct hub_public *hub, const char *label,
                      struct frank_span content, const uint8_t *signature,
                      uint64_t time, struct frank_fault *fault)
{
    uint8_t message[HUB_PUBLIC_SIGNED_MAX_BYTES];
    struct wire_writer w;
    size_t len;
    bool tried = false;
    int error;

    wire_write_init(&w, message, sizeof message);
    stamp_write_signed(&w, label, content);
    error = wire_write_result(&w, &len, fault);
    if (error != FRANK_OK) {
        return error;
    }
    for (size_t i = hub->count; i > 0; i--) {
        const struct hub_public_key *key = &hub->keys[i - 1];

        if (is_in_force(key, time)) {
            tried = true;
            if (crypto_sign_verify_detached(signature, message, len,
                                            key->public_key) == 0) {
                return FRANK_OK;
            }
        }
    }
    return wire_fault(fault, tried ? FRANK_ERR_SIGNER : FRANK_ERR_NO_KEY,
                      "signature", 0, 0, 0);
}
