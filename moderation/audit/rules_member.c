/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_member.h"

#include <sodium.h>
#include <string.h>

static const char *const names[MEMBER_COUNT] = {
    [MEMBER_END] = "",
    [MEMBER_BY] = "by",
    [MEMBER_CASE] = "case",
    [MEMBER_REPORT] = "report",
    [MEMBER_ACCOUNT] = "account",
    [MEMBER_NOBODY] = "account",
    [MEMBER_HANDED_TO] = "handed_to",
    [MEMBER_REPORTS] = "reports",
    [MEMBER_RECEIPT] = "receipt",
    [MEMBER_HOLDERS] = "holders",
    [MEMBER_VERDICTS] = "verdicts",
    [MEMBER_POLICY] = "policy",
    [MEMBER_OUTCOME] = "outcome",
    [MEMBER_GRAVE] = "grave",
    [MEMBER_BOOK] = "book",
    [MEMBER_WITHHELD] = "withheld",
    [MEMBER_UNOPENED] = "unopened",
    [MEMBER_AGREES] = "agrees",
    [MEMBER_UNTIL] = "until",
    [MEMBER_QUORUM] = "quorum",
    [MEMBER_POINT] = "P",
    [MEMBER_THRESHOLD] = "threshold",
    [MEMBER_HOLDER_COUNT] = "holders",
    [MEMBER_HOLDER] = "holder",
    [MEMBER_ROLES] = "roles",
    [MEMBER_VERSION] = "version",
    [MEMBER_TO_HUB] = "to",
    [MEMBER_TO_ACCUSED] = "to",
    [MEMBER_TOLD] = "state",
    [MEMBER_EPOCH] = "epoch",
    [MEMBER_NOT_BEFORE] = "not_before",
    [MEMBER_EPOCH_STATE] = "state",
    [MEMBER_FROM_TIME] = "from",
    [MEMBER_COUNTS] = "counts",
    [MEMBER_BUNDLE] = "bundle",
    [MEMBER_WITH_REPORTER] = "reporter",
    [MEMBER_WITH_WITHHELD] = "withheld",
    [MEMBER_WITH_SEALED] = "sealed",
};

const char *rules_member_name(enum rules_member member)
{
    return names[member];
}

/* ---- Values ---------------------------------------------------------------
 */

static int nibble(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool rules_member_hex(uint8_t *out, size_t len, const json_t *value)
{
    const char *text = json_string_value(value);

    if (text == NULL || json_string_length(value) != 2 * len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        int high = nibble(text[2 * i]);
        int low = nibble(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool rules_member_number(uint64_t *out, const json_t *value)
{
    json_int_t number = json_integer_value(value);

    if (!json_is_integer(value) || number < 0 ||
        (uint64_t)number > RULES_TIME_MAX) {
        return false;
    }
    *out = (uint64_t)number;
    return true;
}

static bool number_from(uint64_t *out, uint64_t least, uint64_t most,
                        const json_t *value)
{
    return rules_member_number(out, value) && *out >= least && *out <= most;
}

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && json_string_length(value) == strlen(text) &&
           strcmp(json_string_value(value), text) == 0;
}

static bool pseudonym(char out[static PSEUDONYM_TEXT_BYTES],
                      const json_t *value)
{
    uint8_t bytes[(PSEUDONYM_TEXT_BYTES - 1) / 2];

    if (!rules_member_hex(bytes, sizeof bytes, value)) {
        return false;
    }
    memcpy(out, json_string_value(value), PSEUDONYM_TEXT_BYTES);
    return true;
}

/* ---- Members --------------------------------------------------------------
 */

static bool read_by(struct rules_entry *out, const json_t *value)
{
    out->by_service = is_text(value, "service");
    out->has_by = out->by_service || pseudonym(out->by, value);
    return out->has_by;
}

static bool read_receipt(struct rules_entry *out, const json_t *value)
{
    uint8_t bytes[RECEIPT_BYTES];

    if (!rules_member_hex(bytes, sizeof bytes, value)) {
        return false;
    }
    out->receipt_error =
        receipt_decode(&out->receipt, bytes, sizeof bytes, NULL);
    out->has_receipt = true;
    return true;
}

static bool read_holders(struct rules_entry *out, json_t *value)
{
    size_t i;
    json_t *item;

    json_array_foreach(value, i, item)
    {
        uint64_t holder;
        uint32_t bit;

        if (i >= FRANK_HOLDERS_MAX ||
            !number_from(&holder, 1, FRANK_HOLDERS_MAX, item)) {
            return false;
        }
        bit = UINT32_C(1) << (holder - 1);
        out->holder_twice = out->holder_twice || (out->holders & bit) != 0;
        out->holder_count =
            (uint8_t)(out->holder_count + ((out->holders & bit) == 0 ? 1 : 0));
        out->holders |= bit;
    }
    return json_is_array(value);
}

static bool read_policy(struct rules_entry *out, const json_t *value)
{
    const char *text = json_string_value(value);

    if (text == NULL || json_string_length(value) > RULES_POLICY_MAX ||
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-") !=
            json_string_length(value)) {
        return false;
    }
    memcpy(out->policy, text, json_string_length(value) + 1);
    return true;
}

static bool read_roles(struct rules_entry *out, json_t *value)
{
    static const struct {
        const char *name;
        unsigned role;
    } roles[] = {{"reviewer", ROLE_REVIEWER},
                 {"lead", ROLE_LEAD},
                 {"admin", ROLE_ADMIN},
                 {"auditor", ROLE_AUDITOR}};
    size_t i;
    json_t *item;

    json_array_foreach(value, i, item)
    {
        unsigned role = 0;

        for (size_t j = 0; j < sizeof roles / sizeof roles[0]; j++) {
            role = is_text(item, roles[j].name) ? roles[j].role : role;
        }
        if (role == 0 || (out->roles & role) != 0) {
            return false;
        }
        out->roles |= role;
    }
    return json_is_array(value);
}

/* An object of numbers; *sum of them. */
static bool read_counts(uint64_t *sum, json_t *value)
{
    const char *name;
    json_t *item;

    json_object_foreach(value, name, item)
    {
        uint64_t number;

        if (strlen(name) > 64 || !rules_member_number(&number, item)) {
            return false;
        }
        *sum = *sum + number > RULES_TIME_MAX ? RULES_TIME_MAX : *sum + number;
    }
    return json_is_object(value);
}

static bool read_told(struct rules_entry *out, const json_t *value)
{
    static const char *const words[] = {"", "in_review", "decided", "closed"};

    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (is_text(value, words[i])) {
            out->told = (enum rules_told)i;
            return true;
        }
    }
    return false;
}

static bool read_epoch_state(struct rules_entry *out, const json_t *value)
{
    out->destroyed = is_text(value, "destroyed");
    return out->destroyed || is_text(value, "live");
}

static bool read_outcome(struct rules_entry *out, const json_t *value)
{
    return json_is_string(value) &&
           outcome_from_text(&out->outcome, json_string_value(value));
}

static bool read_bool(bool *out, const json_t *value)
{
    *out = json_is_true(value);
    return json_is_boolean(value);
}

bool rules_member_read(struct rules_entry *out, enum rules_member member,
                       json_t *value)
{
    uint8_t bytes[16];
    uint64_t number = 0;
    bool flag;

    switch (member) {
    case MEMBER_BY:
        return read_by(out, value);
    case MEMBER_CASE:
        out->has_case =
            rules_member_hex(out->in_case, sizeof out->in_case, value);
        return out->has_case;
    case MEMBER_REPORT:
        out->has_report =
            rules_member_hex(out->report, sizeof out->report, value);
        return out->has_report;
    case MEMBER_ACCOUNT:
    case MEMBER_HANDED_TO:
        return pseudonym(out->account, value);
    case MEMBER_NOBODY:
        return is_text(value, "");
    case MEMBER_REPORTS:
        return number_from(&out->number, 1, 64, value);
    case MEMBER_RECEIPT:
        return read_receipt(out, value);
    case MEMBER_HOLDERS:
        return read_holders(out, value);
    case MEMBER_VERDICTS:
        return read_counts(&number, value);
    case MEMBER_COUNTS:
        return read_counts(&out->number, value);
    case MEMBER_POLICY:
        return read_policy(out, value);
    case MEMBER_OUTCOME:
        return read_outcome(out, value);
    case MEMBER_GRAVE:
        return read_bool(&out->grave, value);
    case MEMBER_AGREES:
    case MEMBER_WITH_REPORTER:
    case MEMBER_WITH_WITHHELD:
    case MEMBER_WITH_SEALED:
        return read_bool(&flag, value);
    case MEMBER_UNOPENED:
        return json_is_true(value);
    case MEMBER_BOOK:
    case MEMBER_WITHHELD:
    case MEMBER_VERSION:
        return rules_member_number(&number, value);
    case MEMBER_UNTIL:
        return rules_member_number(&out->until, value);
    case MEMBER_FROM_TIME:
    case MEMBER_NOT_BEFORE:
        return rules_member_number(&out->second, value);
    case MEMBER_EPOCH:
        return number_from(&out->number, 0, UINT32_MAX, value);
    case MEMBER_EPOCH_STATE:
        return read_epoch_state(out, value);
    case MEMBER_QUORUM:
        return rules_member_hex(out->quorum, sizeof out->quorum, value);
    case MEMBER_POINT:
        return rules_member_hex(out->point, sizeof out->point, value);
    case MEMBER_THRESHOLD:
    case MEMBER_HOLDER:
        return number_from(&out->number, 1, FRANK_HOLDERS_MAX, value);
    case MEMBER_HOLDER_COUNT:
        return number_from(&out->second, 1, FRANK_HOLDERS_MAX, value);
    case MEMBER_ROLES:
        return read_roles(out, value);
    case MEMBER_TO_HUB:
        return is_text(value, "hub");
    case MEMBER_TO_ACCUSED:
        return is_text(value, "accused");
    case MEMBER_TOLD:
        return read_told(out, value);
    case MEMBER_BUNDLE:
        return rules_member_hex(bytes, sizeof bytes, value);
    default:
        return false;
    }
}
