/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_public.h"

#include "wire.h"

#include <jansson.h>
#include <sodium.h>
#include <string.h>

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
    if (root != NULL) {
        text = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);
    }
    json_decref(root);
    return text;
}

/* A time or a number of at most max; absent where it may be gives 0. */
static int read_number(uint64_t *out, const json_t *object, const char *name,
                       uint64_t max, struct frank_fault *fault)
{
    const json_t *number = json_object_get(object, name);
    json_int_t value = json_integer_value(number);

    if (!json_is_integer(number) || value < 0 || (uint64_t)value > max) {
        return wire_fault(fault,
                          number == NULL ? FRANK_ERR_MISSING : FRANK_ERR_VALUE,
                          name, 0, (uint64_t)value, max);
    }
    *out = (uint64_t)value;
    return FRANK_OK;
}

static int read_hex(uint8_t out[static FRANK_PUBLIC_KEY_BYTES],
                    const json_t *object, struct frank_fault *fault)
{
    const json_t *string = json_object_get(object, "public");
    size_t len = json_string_length(string);
    size_t written = 0;

    if (string == NULL) {
        return wire_fault(fault, FRANK_ERR_MISSING, "public", 0, 0, 0);
    }
    if (len != (size_t)2 * FRANK_PUBLIC_KEY_BYTES ||
        sodium_hex2bin(out, FRANK_PUBLIC_KEY_BYTES, json_string_value(string),
                       len, NULL, &written, NULL) != 0 ||
        written != FRANK_PUBLIC_KEY_BYTES) {
        return wire_fault(fault, FRANK_ERR_VALUE,
                          "public, which must be 64 hexadecimal digits", 0, len,
                          (uint64_t)2 * FRANK_PUBLIC_KEY_BYTES);
    }
    return FRANK_OK;
}

static int read_key(struct hub_public_key *out, const json_t *object,
                    struct frank_fault *fault)
{
    uint64_t id = 0;
    int error = read_number(&id, object, "id", UINT32_MAX, fault);

    out->id = (uint32_t)id;
    if (error == FRANK_OK) {
        error = read_number(&out->not_before, object, "not_before", INT64_MAX,
                            fault);
    }
    if (error == FRANK_OK && json_object_get(object, "retired") != NULL) {
        error = read_number(&out->retired, object, "retired", INT64_MAX, fault);
    }
    return error == FRANK_OK ? read_hex(out->public_key, object, fault) : error;
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

int hub_public_decode(struct hub_public *out, const char *text, size_t len,
                      struct frank_fault *fault)
{
    json_error_t where;
    json_t *root;
    int error;

    memset(out, 0, sizeof *out);
    if (len > HUB_PUBLIC_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "hub public file", 0, len,
                          HUB_PUBLIC_MAX_BYTES);
    }
    root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL) {
        bool memory = json_error_code(&where) == json_error_out_of_memory;

        return wire_fault(fault, memory ? FRANK_ERR_MEMORY : FRANK_ERR_FORMAT,
                          "hub public file, which must be JSON",
                          where.position > 0 ? (size_t)where.position : 0, 0,
                          0);
    }
    error = read_keys(out, root, fault);
    json_decref(root);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

int hub_public_check(const struct hub_public *hub,
                     const struct frank_frank *frank,
                     const struct frank_context *context,
                     struct frank_fault *fault)
{
    uint64_t time = context->accepted_timestamp;
    bool tried = false;
    int error = FRANK_ERR_NO_KEY;

    for (size_t i = hub->count; i > 0 && error != FRANK_OK; i--) {
        const struct hub_public_key *key = &hub->keys[i - 1];

        if (key->not_before <= time &&
            (key->retired == 0 || time < key->retired)) {
            error =
                frank_signature_check(frank, context, key->public_key, fault);
            tried = true;
        }
    }
    return tried ? error : wire_fault(fault, error, "signature key", 0, 0, 0);
}
