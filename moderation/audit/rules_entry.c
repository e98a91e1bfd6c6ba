/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_member.h"

#include <sodium.h>
#include <string.h>

#define NONCE_BYTES 16

/* The first thing that is wrong. */
static void wrong(struct rules_entry *out, const char *what, const char *member)
{
    if (out->wrong == NULL) {
        out->wrong = what;
        out->wrong_member = member;
    }
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

/* By type and action: what of it there is in this log. */
static const struct rules_kind *find_kind(const char *type, const char *action,
                                          enum rules_log log)
{
    for (size_t i = 0; i < SAYS_COUNT; i++) {
        const struct rules_kind *k = &rules_kinds[i];

        if ((k->log == log || i == SAYS_PADDING) && same(k->type, type) &&
            same(k->action, action)) {
            return k;
        }
    }
    return NULL;
}

static void read_change(struct rules_entry *out, const json_t *object)
{
    const char *from = json_string_value(json_object_get(object, "from"));
    const char *to = json_string_value(json_object_get(object, "to"));

    out->has_change = from != NULL && to != NULL &&
                      case_state_named(&out->from, from) &&
                      case_state_named(&out->to, to);
    if (!out->has_change) {
        out->usable = false;
        wrong(out, "\"from\" and \"to\" are not two states", NULL);
    }
}

/* An entry of a case names the one before it; the first has none to name. */
static size_t read_previous(struct rules_entry *out, const json_t *object)
{
    const json_t *value = json_object_get(object, "previous");

    if (value == NULL || !out->has_case) {
        return 0;
    }
    out->has_previous = rules_member_number(&out->previous, value);
    if (!out->has_previous) {
        out->usable = false;
        wrong(out, "has a value that it cannot have", "previous");
    }
    return 1;
}

/* Each member that it must have, and the number of these. */
static size_t read_members(struct rules_entry *out,
                           const struct rules_kind *kind, const json_t *object)
{
    size_t count = 0;

    for (size_t i = 0; i < RULES_MEMBERS_MAX && kind->members[i] != 0; i++) {
        enum rules_member member = (enum rules_member)kind->members[i];
        const char *name = rules_member_name(member);
        json_t *value = json_object_get(object, name);

        count++;
        if (value == NULL) {
            out->usable = false;
            wrong(out, "is missing", name);
        } else if (!rules_member_read(out, member, value)) {
            out->usable = false;
            wrong(out, "has a value that it cannot have", name);
        }
    }
    return count;
}

static void read_object(struct rules_entry *out, const json_t *object)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    const json_t *action = json_object_get(object, "action");
    const struct rules_kind *kind =
        find_kind(type, json_string_value(action), out->log);
    uint8_t nonce[NONCE_BYTES];
    size_t count = action != NULL ? 4 : 3;

    if (!rules_member_number(&out->time, json_object_get(object, "time"))) {
        wrong(out, "is missing, or no number of milliseconds", "time");
        return;
    }
    if (kind == NULL || (action != NULL && !json_is_string(action))) {
        wrong(out, "its type, with its action, is not known in this log", NULL);
        out->has_case = rules_member_hex(out->in_case, sizeof out->in_case,
                                         json_object_get(object, "case"));
        return;
    }
    out->what = (enum rules_what)(kind - rules_kinds);
    out->usable = true;
    if (!rules_member_hex(nonce, sizeof nonce,
                          json_object_get(object, "nonce"))) {
        wrong(out, "is not 32 hexadecimal digits", "nonce");
        count -= json_object_get(object, "nonce") == NULL;
    }
    count += read_members(out, kind, object);
    count += read_previous(out, object);
    if (kind->steps != 0 && (json_object_get(object, "from") != NULL ||
                             json_object_get(object, "to") != NULL)) {
        read_change(out, object);
        count += 2;
    }
    if (json_object_size(object) > count) {
        wrong(out, "it has a member that is not known", NULL);
    }
}

const struct frank_quorum *
rules_quorum(const struct rules_quorums *quorums,
             const uint8_t id[static FRANK_QUORUM_ID_BYTES])
{
    for (size_t i = 0; i < quorums->count; i++) {
        uint8_t of[FRANK_QUORUM_ID_BYTES];

        frank_quorum_id(of, &quorums->quorums[i]);
        if (memcmp(of, id, sizeof of) == 0) {
            return &quorums->quorums[i];
        }
    }
    return NULL;
}

static void check_receipt(struct rules_entry *out,
                          const struct rules_quorums *quorums)
{
    const struct frank_quorum *quorum =
        rules_quorum(quorums, out->receipt.quorum_id);

    out->receipt_error = quorum == NULL
                             ? FRANK_ERR_MISSING
                             : receipt_check(&out->receipt, quorum, NULL);
}

/* Printable, so that one line is one entry, and nothing around the object. */
static bool is_a_line(struct frank_span text)
{
    if (text.len < 2 || text.data[0] != '{' || text.data[text.len - 1] != '}') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ') {
            return false;
        }
    }
    return true;
}

void rules_read(struct rules_entry *out, enum rules_log log, uint64_t index,
                struct frank_span text, const struct rules_quorums *quorums)
{
    json_t *object;

    memset(out, 0, sizeof *out);
    out->log = log;
    out->index = index;
    if (!is_a_line(text)) {
        wrong(out, "it is not one line of JSON", NULL);
        return;
    }
    object = json_loadb((const char *)text.data, text.len,
                        JSON_REJECT_DUPLICATES, NULL);
    if (object == NULL) {
        wrong(out, "it is not JSON, or has a member twice", NULL);
        return;
    }
    if (memchr(text.data, '\\', text.len) != NULL) {
        wrong(out, "it has a backslash, which no service writes", NULL);
    }
    read_object(out, object);
    json_decref(object);
    if (out->usable && out->has_receipt && out->receipt_error == FRANK_OK) {
        check_receipt(out, quorums);
    }
}
