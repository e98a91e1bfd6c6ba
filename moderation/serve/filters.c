/* SPDX-License-Identifier: Apache-2.0 */
#include "filters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    "queue",  "sender",        "room",      "state",    "claim",
    "reason", "priority",      "reporters", "messages", "from",
    "to",     "first_contact", "cases",
};
#define NAMES (sizeof names / sizeof names[0])

/* A member's text: numbers of an object as in a query. */
static const char *member(struct call *call, const json_t *object,
                          const char *name, char number[static 24])
{
    const json_t *value;

    if (object == NULL) {
        return http_query(call->exchange, name);
    }
    value = json_object_get(object, name);
    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        (void)snprintf(number, 24, "%" PRId64,
                       (int64_t)json_integer_value(value));
        return number;
    }
    if (json_is_boolean(value)) {
        return json_is_true(value) ? "true" : "false";
    }
    return json_string_value(value);
}

static bool read_number(uint64_t *out, const char *text)
{
    if (text[0] == '\0' || strlen(text) > 15 ||
        strspn(text, "0123456789") != strlen(text)) {
        return false;
    }
    *out = strtoull(text, NULL, 10);
    return true;
}

/* "fraud,spam" as bits of places in the list of reasons. */
bool filter_reason_mask(uint64_t *out, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        const struct frank_reason *reason;
        bool found = false;

        for (size_t i = 0; i < 62 && (reason = frank_reason_at(i)) != NULL;
             i++) {
            if (strlen(reason->name) == len &&
                memcmp(reason->name, text, len) == 0) {
                *out |= UINT64_C(1) << i;
                found = true;
            }
        }
        if (!found) {
            return false;
        }
        text += len + (text[len] == ',');
    }
    return true;
}

/* "3,17,18" in rising order, so that what is covered has one digest. */
static bool read_cases(struct call_filter *out, const char *text)
{
    size_t count = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        char one[16];

        if (count == FILTER_CASES_MAX || len >= sizeof one) {
            return false;
        }
        memcpy(one, text, len);
        one[len] = '\0';
        if (!read_number(&out->cases[count], one) ||
            (count > 0 && out->cases[count] <= out->cases[count - 1])) {
            return false;
        }
        count++;
        text += len + (text[len] == ',');
    }
    out->filter.numbers = out->cases;
    out->filter.number_count = count;
    return count > 0;
}

static bool read_claim(enum queue_claim *out, const char *text)
{
    static const char *const claims[] = {"any", "unclaimed", "claimed", "mine"};

    for (unsigned i = 0; i < 4; i++) {
        if (strcmp(claims[i], text) == 0) {
            *out = (enum queue_claim)i;
            return true;
        }
    }
    return false;
}

static bool keep(char out[static FILTER_TEXT_BYTES], struct frank_span *span,
                 const char *text)
{
    size_t len = strlen(text);

    if (len == 0 || len >= FILTER_TEXT_BYTES) {
        return false;
    }
    memcpy(out, text, len + 1);
    if (span != NULL) {
        *span = (struct frank_span){(const uint8_t *)out, len};
    }
    return true;
}

static bool read_one(struct call_filter *out, size_t which, const char *text)
{
    struct queue_filter *f = &out->filter;

    switch (which) {
    case 0:
        f->queue = out->queue;
        return keep(out->queue, NULL, text);
    case 1:
        return keep(out->sender, &f->sender, text);
    case 2:
        return keep(out->room, &f->room, text);
    case 3:
        f->has_state = true;
        return case_state_named(&f->state, text);
    case 4:
        return read_claim(&f->claim, text);
    case 5:
        return filter_reason_mask(&f->reasons, text);
    case 6:
        return read_number(&f->priority_min, text);
    case 7:
        return read_number(&f->reporters_min, text);
    case 8:
        return read_number(&f->messages_min, text);
    case 9:
        return read_number(&f->first_from, text);
    case 10:
        return read_number(&f->first_to, text);
    case 12:
        return read_cases(out, text);
    default:
        f->first_contact = strcmp(text, "true") == 0;
        return f->first_contact || strcmp(text, "false") == 0;
    }
}

static bool is_known(const char *name)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool filter_read(struct call_filter *out, struct call *call,
                 const json_t *object)
{
    bool ok = true;

    memset(out, 0, sizeof *out);
    if (object != NULL) {
        const char *name;
        json_t *value;

        json_object_foreach((json_t *)object, name, value)
        {
            ok = ok && is_known(name);
        }
    }
    for (size_t i = 0; ok && i < NAMES; i++) {
        char number[24];
        const char *text = member(call, object, names[i], number);

        if (text == NULL) {
            ok = object == NULL || json_object_get(object, names[i]) == NULL;
        } else {
            ok = read_one(out, i, text);
        }
    }
    if (!ok) {
        call_refuse(call, 400, "filter",
                    "What is asked for is not as it must be: see the "
                    "description of the API");
    }
    return ok;
}

json_t *filter_reasons(uint64_t mask)
{
    json_t *list = json_array();
    const struct frank_reason *reason;

    for (size_t i = 0; i < 62 && (reason = frank_reason_at(i)) != NULL; i++) {
        if ((mask >> i & 1) != 0) {
            (void)json_array_append_new(list, json_string(reason->name));
        }
    }
    return list;
}
