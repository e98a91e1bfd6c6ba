/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons: the codes and names that are fixed, the values others define, and
 * the tables of docs/REASONS.md, which are those of the code. */
#include "support.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODES 256

static const char *const names[CODES] = {
    [0] = "unspecified",
    [1] = "spam",
    [2] = "fraud",
    [3] = "harassment",
    [4] = "hate",
    [5] = "threat",
    [6] = "self_harm",
    [7] = "unsolicited_sexual",
    [8] = "intimate_image",
    [9] = "child_safety",
    [10] = "grooming",
    [11] = "extremism",
    [12] = "illegal_goods",
    [13] = "impersonation",
    [14] = "private_information",
    [15] = "malware",
    [255] = "other",
};

static size_t count(void)
{
    size_t n = 0;

    while (frank_reason_at(n) != NULL) {
        n++;
    }
    return n;
}

static void each_code_has_its_name_and_no_other_code_is_known(void **state)
{
    size_t known = 0;

    (void)state;
    for (unsigned code = 0; code < CODES; code++) {
        const struct frank_reason *reason = frank_reason((uint8_t)code);

        if (names[code] == NULL) {
            assert_null(reason);
            continue;
        }
        assert_non_null(reason);
        assert_int_equal(reason->code, code);
        assert_string_equal(reason->name, names[code]);
        assert_ptr_equal(frank_reason_named(names[code]), reason);
        known++;
    }
    assert_int_equal(count(), known);
}

static void a_name_is_found_letter_for_letter(void **state)
{
    static const char *const others[] = {"",        "spa",   "spamm",
                                         "Spam",    " spam", "spam ",
                                         "unknown", "1",     "self-harm"};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(others); i++) {
        assert_null(frank_reason_named(others[i]));
    }
}

static void each_reason_is_shown_once_and_other_is_last(void **state)
{
    size_t n = count();

    (void)state;
    for (size_t a = 0; a < n; a++) {
        const struct frank_reason *one = frank_reason_at(a);

        assert_ptr_equal(frank_reason(one->code), one);
        for (size_t b = 0; b < a; b++) {
            const struct frank_reason *two = frank_reason_at(b);

            assert_int_not_equal(one->code, two->code);
            assert_string_not_equal(one->name, two->name);
            assert_string_not_equal(one->plain, two->plain);
        }
    }
    assert_int_equal(frank_reason_at(n - 1)->code, 255);
    assert_null(frank_reason_at(n));
    assert_null(frank_reason_at(SIZE_MAX));
}

/* One line that a small screen can show, and that speaks for nobody. */
static void plain_words_are_short_ascii_and_without_first_person(void **state)
{
    static const char *const words[] = {" I ", " me ", " my ", " we ", " our "};

    (void)state;
    for (size_t i = 0; i < count(); i++) {
        const char *plain = frank_reason_at(i)->plain;
        char padded[80];

        assert_in_range(strlen(plain), 1, 64);
        assert_true(isupper((unsigned char)plain[0]));
        for (const char *c = plain; *c != '\0'; c++) {
            assert_true(*c >= ' ' && *c <= '~' && *c != '|' && *c != '`');
        }
        (void)snprintf(padded, sizeof padded, " %s ", plain);
        for (size_t w = 0; w < SUPPORT_COUNT(words); w++) {
            assert_null(strstr(padded, words[w]));
        }
    }
}

typedef bool is_value(const char *value);

/* Each of the values, which one space separates, is of the right kind. */
static void assert_values(const char *values, is_value *is)
{
    char copy[512];
    char *rest = copy;

    if (values == NULL) {
        return;
    }
    assert_true(strlen(values) < sizeof copy);
    memcpy(copy, values, strlen(values) + 1);
    while (rest != NULL) {
        char *value = strsep(&rest, " ");

        if (!is(value)) {
            fail_msg("\"%s\" in \"%s\"", value, values);
        }
    }
}

static bool begins(const char *value, const char *prefix)
{
    return strncmp(value, prefix, strlen(prefix)) == 0 &&
           value[strlen(prefix)] != '\0';
}

static bool is_bluesky(const char *value)
{
    return begins(value, "tools.ozone.report.defs#reason") ||
           begins(value, "com.atproto.moderation.defs#reason");
}

static bool is_dsa_category(const char *value)
{
    return begins(value, "STATEMENT_CATEGORY_");
}

static bool is_dsa_keyword(const char *value)
{
    return begins(value, "KEYWORD_");
}

static bool is_one_of(const char *value, const char *const *list)
{
    while (*list != NULL && strcmp(value, *list) != 0) {
        list++;
    }
    return *list != NULL;
}

static bool is_xarf(const char *value)
{
    static const char *const types[] = {
        "messaging/spam",       "messaging/bulk_messaging",
        "content/phishing",     "content/malware",
        "content/fraud",        "content/csam",
        "content/csem",         "content/brand_infringement",
        "content/exposed_data", NULL};

    return is_one_of(value, types);
}

static bool is_marf(const char *value)
{
    static const char *const types[] = {"abuse", "fraud", "virus", "other",
                                        NULL};

    return is_one_of(value, types);
}

static bool is_cybertipline(const char *value)
{
    static const char *const types[] = {
        "Child Pornography (possession, manufacture, and distribution)",
        "Child Sex Trafficking",
        "Child Sex Tourism",
        "Child Sexual Molestation",
        "Misleading Domain Name",
        "Misleading Words or Digital Images on the Internet",
        "Online Enticement of Children for Sexual Acts",
        "Unsolicited Obscene Material Sent to a Child",
        NULL};

    return is_one_of(value, types);
}

static void values_are_of_the_taxonomy_they_stand_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < count(); i++) {
        const struct frank_reason *reason = frank_reason_at(i);

        assert_values(reason->bluesky, is_bluesky);
        assert_values(reason->dsa_category, is_dsa_category);
        assert_values(reason->dsa_keywords, is_dsa_keyword);
        assert_values(reason->xarf, is_xarf);
        assert_values(reason->marf, is_marf);
        /* A statement, and a feedback report, has one of these. */
        assert_true(reason->dsa_category == NULL ||
                    strchr(reason->dsa_category, ' ') == NULL);
        assert_true(reason->marf == NULL || strchr(reason->marf, ' ') == NULL);
        assert_true(reason->cybertipline == NULL ||
                    is_cybertipline(reason->cybertipline));
    }
}

/* The old token is the last, so that it is easily found. */
static void the_old_token_of_bluesky_is_the_last(void **state)
{
    static const char old[] = "com.atproto.moderation.defs#";

    (void)state;
    for (size_t i = 0; i < count(); i++) {
        const char *values = frank_reason_at(i)->bluesky;
        const char *last;

        if (values == NULL) {
            continue;
        }
        last = strrchr(values, ' ');
        assert_non_null(last);
        assert_ptr_equal(strstr(values, old), last + 1);
    }
}

static bool speaks_of_children(const char *values)
{
    static const char *const words[] = {"child", "minor", "csam",      "csem",
                                        "groom", "girls", "enticement"};

    for (size_t i = 0; values != NULL && i < SUPPORT_COUNT(words); i++) {
        if (strcasestr(values, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void only_child_safety_and_grooming_speak_of_children(void **state)
{
    (void)state;
    for (size_t i = 0; i < count(); i++) {
        const struct frank_reason *r = frank_reason_at(i);
        bool expected = strcmp(r->name, "child_safety") == 0 ||
                        strcmp(r->name, "grooming") == 0;

        assert_int_equal(speaks_of_children(r->plain), expected);
        assert_int_equal(speaks_of_children(r->bluesky), expected);
        assert_int_equal(speaks_of_children(r->dsa_category), expected);
        assert_int_equal(speaks_of_children(r->dsa_keywords), expected);
        assert_int_equal(speaks_of_children(r->xarf), expected);
        assert_int_equal(r->cybertipline != NULL, expected);
        /* Such messages are not to be mailed on. */
        assert_true(!expected || r->marf == NULL);
    }
}

#define MAX_CELLS 16

/* Takes a row of a table apart, in place: cells without the spaces around
 * them and without backquotes. Returns their number; 0 if it is no row that
 * begins with a number. */
static size_t read_row(char *cells[static MAX_CELLS], char *line)
{
    size_t n = 0;

    if (strncmp(line, "| ", 2) != 0 || !isdigit((unsigned char)line[2])) {
        return 0;
    }
    line++;
    for (char *end; (end = strchr(line, '|')) != NULL; line = end + 1) {
        char *to = line;

        assert_true(n < MAX_CELLS && line[0] == ' ' && end[-1] == ' ');
        cells[n++] = to;
        for (const char *from = line + 1; from < end - 1; from++) {
            if (*from != '`') {
                *to++ = *from;
            }
        }
        *to = '\0';
    }
    assert_string_equal(line, "");
    return n;
}

static void assert_cell(const char *cell, const char *value)
{
    assert_string_equal(cell, value == NULL ? "-" : value);
}

static void assert_row(char *const cells[static MAX_CELLS], size_t columns,
                       const struct frank_reason *reason)
{
    char code[4];

    assert_non_null(reason);
    (void)snprintf(code, sizeof code, "%u", (unsigned)reason->code);
    assert_cell(cells[0], code);
    assert_cell(cells[1], reason->name);
    if (columns == 3) {
        assert_cell(cells[2], reason->plain);
        return;
    }
    assert_int_equal(columns, 8);
    assert_cell(cells[2], reason->bluesky);
    assert_cell(cells[3], reason->dsa_category);
    assert_cell(cells[4], reason->dsa_keywords);
    assert_cell(cells[5], reason->xarf);
    assert_cell(cells[6], reason->cybertipline);
    assert_cell(cells[7], reason->marf);
}

static void the_tables_of_the_document_are_those_of_the_code(void **state)
{
    struct frank_span page = support_file("docs/REASONS.md");
    char *text = strndup((const char *)page.data, page.len);
    char *rest = text;
    size_t words = 0;
    size_t values = 0;

    (void)state;
    assert_non_null(text);
    while (rest != NULL) {
        char *cells[MAX_CELLS];
        size_t columns = read_row(cells, strsep(&rest, "\n"));

        if (columns == 3) {
            assert_row(cells, columns, frank_reason_at(words++));
        } else if (columns != 0) {
            assert_row(cells, columns, frank_reason_at(values++));
        }
    }
    assert_int_equal(words, count());
    assert_int_equal(values, count());
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_has_its_name_and_no_other_code_is_known),
        cmocka_unit_test(a_name_is_found_letter_for_letter),
        cmocka_unit_test(each_reason_is_shown_once_and_other_is_last),
        cmocka_unit_test(plain_words_are_short_ascii_and_without_first_person),
        cmocka_unit_test(values_are_of_the_taxonomy_they_stand_for),
        cmocka_unit_test(the_old_token_of_bluesky_is_the_last),
        cmocka_unit_test(only_child_safety_and_grooming_speak_of_children),
        cmocka_unit_test(the_tables_of_the_document_are_those_of_the_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
