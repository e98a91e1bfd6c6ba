/* SPDX-License-Identifier: Apache-2.0 */
#include "seen_read.h"

#include "key_json.h"
#include "room_names.h"
#include "stamp_batch.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

/* A string of 1 to max bytes. */
static int read_name(struct frank_span *out, const json_t *object,
                     const char *name, size_t max, struct frank_fault *fault)
{
    const json_t *value = json_object_get(object, name);
    size_t len = json_string_length(value);

    if (value == NULL) {
        return wire_fault(fault, FRANK_ERR_MISSING, name, 0, 0, 0);
    }
    if (!json_is_string(value) || len == 0 || len > max) {
        return wire_fault(fault, FRANK_ERR_VALUE, name, 0, len, max);
    }
    *out = (struct frank_span){(const uint8_t *)json_string_value(value), len};
    return FRANK_OK;
}

static int read_place(struct hub_place *out, const json_t *object, bool is_ack,
                      const uint8_t key[static HUB_NAME_BYTES],
                      struct frank_fault *fault)
{
    struct frank_span room = {NULL, 0};
    struct frank_span device = {NULL, 0};
    int error = read_name(&room, object, "room", FRANK_URI_MAX_BYTES, fault);

    if (error == FRANK_OK) {
        error =
            read_name(&device, object, "device", STAMP_DEVICE_MAX_BYTES, fault);
    }
    if (error == FRANK_OK && is_ack) {
        error =
            key_json_number(&out->seen_seq, object, "seq", INT64_MAX, fault);
    }
    if (error == FRANK_OK) {
        room_names(out, key, room, device);
    }
    return error;
}

/* How many there are in a list that may be absent. */
static int count_list(size_t *out, const json_t *list, const char *name,
                      struct frank_fault *fault)
{
    *out = json_array_size(list);
    if (list != NULL && !json_is_array(list)) {
        return wire_fault(fault, FRANK_ERR_VALUE, name, 0, 0, 0);
    }
    if (*out > SEEN_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, name, 0, *out, SEEN_MAX);
    }
    return FRANK_OK;
}

static int count_all(struct seen *out, const json_t *acks,
                     const json_t *leaving, struct frank_fault *fault)
{
    int error = count_list(&out->acks, acks, "seen", fault);

    if (error == FRANK_OK) {
        error = count_list(&out->leaving, leaving, "left", fault);
    }
    if (error == FRANK_OK && out->acks + out->leaving == 0) {
        error = wire_fault(fault, FRANK_ERR_MISSING, "seen", 0, 0, 1);
    }
    if (error == FRANK_OK && out->acks + out->leaving > SEEN_MAX) {
        error = wire_fault(fault, FRANK_ERR_LIMIT, "seen and left", 0,
                           out->acks + out->leaving, SEEN_MAX);
    }
    return error;
}

static int read_all(struct seen *out, const json_t *root,
                    const uint8_t key[static HUB_NAME_BYTES],
                    struct frank_fault *fault)
{
    const json_t *acks = json_object_get(root, "seen");
    const json_t *leaving = json_object_get(root, "left");
    int error = count_all(out, acks, leaving, fault);

    if (error != FRANK_OK) {
        return error;
    }
    out->places = calloc(out->acks + out->leaving + 1, sizeof *out->places);
    if (out->places == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "seen", 0, 0, 0);
    }
    for (size_t i = 0; i < out->acks + out->leaving && error == FRANK_OK; i++) {
        bool is_ack = i < out->acks;

        error = read_place(&out->places[i],
                           is_ack ? json_array_get(acks, i)
                                  : json_array_get(leaving, i - out->acks),
                           is_ack, key, fault);
    }
    return error;
}

int seen_read(struct seen *out, struct frank_span body,
              const uint8_t key[static HUB_NAME_BYTES],
              struct frank_fault *fault)
{
    json_t *root = NULL;
    int error;

    memset(out, 0, sizeof *out);
    error = key_json_load(&root, (const char *)body.data, body.len,
                          SEEN_MAX_BYTES, "acknowledgements", fault);
    if (error == FRANK_OK) {
        error = read_all(out, root, key, fault);
    }
    if (error != FRANK_OK) {
        free(out->places);
        memset(out, 0, sizeof *out);
    }
    json_decref(root);
    return error;
}
