/* SPDX-License-Identifier: Apache-2.0 */
#include "feed_read.h"

#include "key_json.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

bool feed_read_after(uint64_t *out, const char *text)
{
    uint64_t value = 0;

    if (text[0] == '\0') {
        return false;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
        if (value > INT64_MAX / 10 - 1) {
            return false;
        }
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *out = value;
    return *text == '\0';
}

int feed_read_ack(uint64_t *through, struct frank_span body,
                  struct frank_fault *fault)
{
    json_t *root = NULL;
    int error = key_json_load(&root, (const char *)body.data, body.len,
                              FEED_READ_MAX_BYTES, "acknowledgement", fault);

    if (error == FRANK_OK) {
        error = key_json_number(through, root, "through", INT64_MAX, fault);
    }
    json_decref(root);
    return error;
}

/* A word of lower-case letters and underscores: it goes into answers as it is.
 */
static bool read_outcome(char out[static 33], const json_t *value)
{
    const char *word = json_string_value(value);
    size_t len = json_string_length(value);

    if (value == NULL || json_is_null(value)) {
        return true;
    }
    if (word == NULL || len > 32 ||
        strspn(word, "abcdefghijklmnopqrstuvwxyz_") != len) {
        return false;
    }
    memcpy(out, word, len);
    return true;
}

static bool read_state(struct hub_notice *out, const json_t *value)
{
    static const struct {
        const char *name;
        enum report_state state;
    } states[] = {{"in_review", REPORT_IN_REVIEW},
                  {"decided", REPORT_DECIDED},
                  {"closed", REPORT_CLOSED}};
    const char *word = json_string_value(value);

    for (size_t i = 0; word != NULL && i < sizeof states / sizeof states[0];
         i++) {
        if (strcmp(word, states[i].name) == 0) {
            out->has_state = true;
            out->state = states[i].state;
            return true;
        }
    }
    return value == NULL;
}

static int read_notice(struct hub_notice *out, const json_t *notice,
                       struct frank_fault *fault)
{
    const json_t *nothing = json_object_get(notice, "discloses_nothing");
    int error =
        key_json_hex(out->report_id, sizeof out->report_id,
                     json_object_get(notice, "report_id"), "report_id",
                     "report_id, which must be 32 hexadecimal digits", fault);
    const char *wrong = NULL;

    if (error != FRANK_OK) {
        return error;
    }
    if (!read_state(out, json_object_get(notice, "state"))) {
        wrong = "state";
    } else if (!read_outcome(out->outcome,
                             json_object_get(notice, "outcome"))) {
        wrong = "outcome";
    } else if (out->outcome[0] != '\0' && !out->has_state) {
        wrong = "outcome, which needs a state";
    } else if (nothing != NULL && !json_is_boolean(nothing)) {
        wrong = "discloses_nothing";
    }
    out->discloses_nothing = json_is_true(nothing);
    if (wrong != NULL) {
        return wire_fault(fault, FRANK_ERR_VALUE, wrong, 0, 0, 0);
    }
    return FRANK_OK;
}

static int read_all(struct hub_notice **out, size_t *count,
                    const json_t *notices, struct frank_fault *fault)
{
    struct hub_notice *all;
    int error = FRANK_OK;

    *count = json_array_size(notices);
    if (!json_is_array(notices)) {
        return wire_fault(fault,
                          notices == NULL ? FRANK_ERR_MISSING : FRANK_ERR_VALUE,
                          "notices", 0, 0, 0);
    }
    if (*count > NOTICES_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "notices", 0, *count,
                          NOTICES_MAX);
    }
    all = calloc(*count + 1, sizeof *all);
    if (all == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "notices", 0, 0, 0);
    }
    for (size_t i = 0; i < *count && error == FRANK_OK; i++) {
        error = read_notice(&all[i], json_array_get(notices, i), fault);
    }
    if (error != FRANK_OK) {
        free(all);
        return error;
    }
    *out = all;
    return FRANK_OK;
}

int feed_read_notices(struct hub_notice **out, size_t *count,
                      struct frank_span body, struct frank_fault *fault)
{
    json_t *root = NULL;
    int error = key_json_load(&root, (const char *)body.data, body.len,
                              FEED_READ_MAX_BYTES, "notices", fault);

    if (error == FRANK_OK) {
        error = read_all(out, count, json_object_get(root, "notices"), fault);
    }
    json_decref(root);
    return error;
}
