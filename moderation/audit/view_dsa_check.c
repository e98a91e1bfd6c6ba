/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the DSA Transparency Database takes: names, allowed values, lengths. The
 * tables are those of its own check (StatementStoreRequest.php and
 * Statement.php, commit 69e80a0b of 2026-06-24). Of keywords, countries and
 * languages it has lists of its own, which are not copied here.
 */
#include "view.h"

#include <string.h>

static const char *const visibilities[] = {
    "DECISION_VISIBILITY_CONTENT_REMOVED",
    "DECISION_VISIBILITY_CONTENT_DISABLED",
    "DECISION_VISIBILITY_CONTENT_DEMOTED",
    "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
    "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
    "DECISION_VISIBILITY_CONTENT_LABELLED",
    "DECISION_VISIBILITY_OTHER",
    NULL};
static const char *const monetaries[] = {"DECISION_MONETARY_SUSPENSION",
                                         "DECISION_MONETARY_TERMINATION",
                                         "DECISION_MONETARY_OTHER", NULL};
static const char *const provisions[] = {
    "DECISION_PROVISION_PARTIAL_SUSPENSION",
    "DECISION_PROVISION_TOTAL_SUSPENSION",
    "DECISION_PROVISION_PARTIAL_TERMINATION",
    "DECISION_PROVISION_TOTAL_TERMINATION", NULL};
static const char *const accounts[] = {"DECISION_ACCOUNT_SUSPENDED",
                                       "DECISION_ACCOUNT_TERMINATED", NULL};
static const char *const account_types[] = {"ACCOUNT_TYPE_BUSINESS",
                                            "ACCOUNT_TYPE_PRIVATE", NULL};
static const char *const grounds[] = {"DECISION_GROUND_ILLEGAL_CONTENT",
                                      "DECISION_GROUND_INCOMPATIBLE_CONTENT",
                                      NULL};
static const char *const content_types[] = {"CONTENT_TYPE_APP",
                                            "CONTENT_TYPE_AUDIO",
                                            "CONTENT_TYPE_IMAGE",
                                            "CONTENT_TYPE_PRODUCT",
                                            "CONTENT_TYPE_TEXT",
                                            "CONTENT_TYPE_SYNTHETIC_MEDIA",
                                            "CONTENT_TYPE_VIDEO",
                                            "CONTENT_TYPE_OTHER",
                                            NULL};
static const char *const categories[] = {
    "STATEMENT_CATEGORY_ANIMAL_WELFARE",
    "STATEMENT_CATEGORY_CONSUMER_INFORMATION",
    "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN",
    "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
    "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
    "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
    "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
    "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
    "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "STATEMENT_CATEGORY_SELF_HARM",
    "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
    "STATEMENT_CATEGORY_VIOLENCE",
    NULL};
static const char *const sources[] = {
    "SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER",
    "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY", NULL};
static const char *const yes_or_no[] = {"Yes", "No", NULL};
static const char *const automated[] = {
    "AUTOMATED_DECISION_FULLY", "AUTOMATED_DECISION_PARTIALLY",
    "AUTOMATED_DECISION_NOT_AUTOMATED", NULL};

enum kind { TEXT, LIST, DATE, NAME };
struct member {
    const char *name;
    enum kind kind;
    bool required;
    size_t max;                 /* characters of a TEXT or NAME */
    const char *const *allowed; /* NULL: anything */
};
static const struct member members[] = {
    {"decision_visibility", LIST, false, 0, visibilities},
    {"decision_visibility_other", TEXT, false, 500, NULL},
    {"decision_monetary", TEXT, false, 0, monetaries},
    {"decision_monetary_other", TEXT, false, 500, NULL},
    {"decision_provision", TEXT, false, 0, provisions},
    {"decision_account", TEXT, false, 0, accounts},
    {"account_type", TEXT, false, 0, account_types},
    {"decision_ground", TEXT, true, 0, grounds},
    {"decision_ground_reference_url", TEXT, false, 500, NULL},
    {"illegal_content_legal_ground", TEXT, false, 500, NULL},
    {"illegal_content_explanation", TEXT, false, 2000, NULL},
    {"incompatible_content_ground", TEXT, false, 500, NULL},
    {"incompatible_content_explanation", TEXT, false, 2000, NULL},
    {"incompatible_content_illegal", TEXT, false, 0, yes_or_no},
    {"content_type", LIST, true, 0, content_types},
    {"content_type_other", TEXT, false, 500, NULL},
    {"category", TEXT, true, 0, categories},
    {"category_addition", LIST, false, 0, categories},
    {"category_specification", LIST, false, 0, NULL},
    {"category_specification_other", TEXT, false, 500, NULL},
    {"territorial_scope", LIST, false, 0, NULL},
    {"content_language", TEXT, false, 2, NULL},
    {"content_date", DATE, true, 0, NULL},
    {"application_date", DATE, true, 0, NULL},
    {"end_date_account_restriction", DATE, false, 0, NULL},
    {"end_date_monetary_restriction", DATE, false, 0, NULL},
    {"end_date_service_restriction", DATE, false, 0, NULL},
    {"end_date_visibility_restriction", DATE, false, 0, NULL},
    {"decision_facts", TEXT, true, 5000, NULL},
    {"source_type", TEXT, true, 0, sources},
    {"source_identity", TEXT, false, 500, NULL},
    {"automated_detection", TEXT, true, 0, yes_or_no},
    {"automated_decision", TEXT, true, 0, automated},
    {"puid", NAME, true, 500, NULL},
};
#define MEMBERS (sizeof members / sizeof members[0])

static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return count;
}

static bool is_allowed(const struct member *m, const char *text)
{
    if (m->allowed == NULL) {
        return true;
    }
    for (size_t i = 0; m->allowed[i] != NULL; i++) {
        if (strcmp(m->allowed[i], text) == 0) {
            return true;
        }
    }
    return false;
}

/* "2023-11-14", not before 2000 nor behind 2038-01-01. */
static bool is_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";

    for (size_t i = 0; i < sizeof form; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';

        if (form[i] == 'd' ? !digit : text[i] != form[i]) {
            return false;
        }
    }
    return strcmp(text, "2000-01-01") >= 0 && strcmp(text, "2038-01-01") <= 0;
}

static bool is_name(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    return text[0] != '\0' && strspn(text, allowed) == strlen(text);
}

static bool is_marked(const char *text)
{
    return strncmp(text, VIEW_TO_FILL, strlen(VIEW_TO_FILL)) == 0;
}

static bool is_good_text(const struct member *m, const json_t *value,
                         bool draft)
{
    const char *text = json_string_value(value);

    if (text == NULL) {
        return false;
    }
    if (is_marked(text)) {
        return draft;
    }
    return is_allowed(m, text) && (m->max == 0 || characters(text) <= m->max) &&
           (m->kind != DATE || is_date(text)) &&
           (m->kind != NAME || is_name(text));
}

static bool is_good(const struct member *m, const json_t *value, bool draft)
{
    if (m->kind != LIST) {
        return is_good_text(m, value, draft);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!is_good_text(m, json_array_get(value, i), draft)) {
            return false;
        }
    }
    return json_array_size(value) > 0;
}

/* A member that another one asks for. */
static const char *missing(const json_t *s)
{
    static const char *const some[] = {
        "decision_visibility", "decision_monetary", "decision_provision",
        "decision_account"};
    const char *ground =
        json_string_value(json_object_get(s, "decision_ground"));
    bool any = false;

    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        any = any || json_object_get(s, some[i]) != NULL;
    }
    if (!any) {
        return "decision_visibility";
    }
    if (strcmp(ground, "DECISION_GROUND_INCOMPATIBLE_CONTENT") == 0) {
        return json_object_get(s, "incompatible_content_ground") == NULL
                   ? "incompatible_content_ground"
               : json_object_get(s, "incompatible_content_explanation") == NULL
                   ? "incompatible_content_explanation"
                   : NULL;
    }
    return json_object_get(s, "illegal_content_legal_ground") == NULL
               ? "illegal_content_legal_ground"
           : json_object_get(s, "illegal_content_explanation") == NULL
               ? "illegal_content_explanation"
               : NULL;
}

const char *view_dsa_fault(const json_t *statement, bool draft)
{
    size_t known = 0;

    for (size_t i = 0; i < MEMBERS; i++) {
        const json_t *value = json_object_get(statement, members[i].name);

        if (value == NULL ? members[i].required
                          : !is_good(&members[i], value, draft)) {
            return members[i].name;
        }
        known += value != NULL;
    }
    if (known != json_object_size(statement)) {
        return "a member that the database does not know";
    }
    return missing(statement);
}
