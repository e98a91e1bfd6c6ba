/* SPDX-License-Identifier: Apache-2.0 */
/* The rules beside those of a MIMI message itself (test_mimi_rules.c): of its
 * framing, of plain and parted contents; and several broken at once. */
#include "content.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

#define BIT(rule) ((uint64_t)1 << (rule))

static uint64_t broken(struct frank_span content, enum frank_rule rule,
                       size_t *offset)
{
    struct frank_findings findings;

    assert_int_equal(frank_validate(&findings, content.data, content.len, NULL),
                     FRANK_OK);
    *offset = findings.offset[rule];
    return findings.broken;
}

static void all_samples_break_no_rule(void **state)
{
    const json_t *vectors = support_vectors("mimi");
    const json_t *vector;
    size_t i;

    (void)state;
    json_array_foreach((json_t *)vectors, i, vector)
    {
        struct frank_span message;
        char path[4096];
        size_t offset;

        (void)snprintf(path, sizeof path, "tests/vectors/messages/%s",
                       support_member_text(vector, "file"));
        message = support_file(path);
        assert_int_equal(broken(message, FRANK_RULE_ARRAY, &offset), 0);
        assert_int_equal(
            broken(support_framed("00", message), FRANK_RULE_ARRAY, &offset),
            0);
    }
    vectors = support_vectors("parted");
    json_array_foreach((json_t *)vectors, i, vector)
    {
        size_t offset;

        assert_int_equal(
            broken(support_member(vector, "content"), FRANK_RULE_URI, &offset),
            0);
        assert_int_equal(
            broken(support_member(vector, "redacted"), FRANK_RULE_URI, &offset),
            0);
    }
}

static void a_message_is_framed_as_what_it_is(void **state)
{
    static const struct {
        const char *type;
        bool right;
    } cases[] = {
        {"00", true},
        {"18'application/mimi-content'", true},
        {"18'Application/MIMI-Content'", true},
        {"18'application/mimi-contenu'", false},
        {"17'application/mimi-conten'", false},
        {"19'application/mimi-content2'", false},
        {"0a'text/plain'", false},
    };
    struct frank_span message = support_mimi(&(struct support_mimi){0}, NULL);

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct frank_span framed = support_framed(cases[i].type, message);
        size_t offset;

        assert_int_equal(broken(framed, FRANK_RULE_FRAMED_TYPE, &offset),
                         cases[i].right ? 0 : BIT(FRANK_RULE_FRAMED_TYPE));
        assert_int_equal(offset, 0);
    }
}

static void own_formats_have_rules_of_their_own(void **state)
{
#define PLAIN "01 (00)*32 "
#define PARTED "02 (00)*32 01's' 01'r' "
    static const struct {
        uint64_t broken;
        const char *content; /* @: where */
    } cases[] = {
        {0, PLAIN "01's' 01'r' 00 00"},
        {0, PLAIN "02 c3a9 02 c3a9 03' a~' 01 ff"},
        {BIT(FRANK_RULE_URI), PLAIN "@02 c328 01'r' 00 00"},
        {BIT(FRANK_RULE_URI), PLAIN "01's' @01 80 00 00"},
        {BIT(FRANK_RULE_URI), PLAIN "4040 ('s')*64 @01 80 00 00"},
        {BIT(FRANK_RULE_URI), PLAIN "@01 ff 01 ff 00 00"},
        {BIT(FRANK_RULE_MEDIA_TYPE), PLAIN "01's' 01'r' 02 @'a' 7f 00"},
        {BIT(FRANK_RULE_MEDIA_TYPE), PLAIN "01's' 01'r' 01 @1f 00"},
        {BIT(FRANK_RULE_MEDIA_TYPE), PLAIN "01's' 01'r' 02 @c3a9 00"},
        {0, PARTED "25 00 00 00 (00)*32 01 ff"},
        {0, PARTED "21 01 (ff)*32"},
        {0, PARTED "2a 00 02 c3a9 03'a/b' (00)*32 01 ff"},
        {BIT(FRANK_RULE_PART_NAME), PARTED "25 @00 01 ff 00 (00)*32 00"},
        {BIT(FRANK_RULE_PART_NAME),
         PARTED "4049 00 00 00 (00)*32 00 @00 01 ff 00 (00)*32 00"},
        {BIT(FRANK_RULE_MEDIA_TYPE), PARTED "25 @00 00 01 80 (00)*32 00"},
        {BIT(FRANK_RULE_URI), "02 (00)*32 @01 ff 01'r' 21 01 (00)*32"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        size_t mark;
        struct frank_span content = support_marked(cases[i].content, &mark);

        for (int rule = 0; rule < FRANK_RULE_COUNT; rule++) {
            size_t offset;
            uint64_t found = broken(content, (enum frank_rule)rule, &offset);

            assert_int_equal(found, cases[i].broken);
            assert_int_equal(offset, found == BIT(rule) ? mark : 0);
        }
    }
}

static void many_rules_can_be_broken_at_once(void **state)
{
    static const struct support_mimi elements = {
        .array = "88",
        .topic = "60",
        .expires = "00",
        .extensions = "a4 00 00" SUPPORT_NAMES "00 fa00000000",
        .part = "83 20 60 04",
        .after = "5fff",
    };
    struct frank_span message = support_mimi(&elements, NULL);
    size_t offset;

    (void)state;
    assert_int_equal(
        broken(message, FRANK_RULE_ARRAY, &offset),
        BIT(FRANK_RULE_ARRAY) | BIT(FRANK_RULE_TOPIC) |
            BIT(FRANK_RULE_EXPIRES) | BIT(FRANK_RULE_KEY_RESERVED) |
            BIT(FRANK_RULE_KEY_ORDER) | BIT(FRANK_RULE_FLOAT_SHORTEST) |
            BIT(FRANK_RULE_DISPOSITION) | BIT(FRANK_RULE_CARDINALITY) |
            BIT(FRANK_RULE_DEFINITE));
    assert_int_equal(offset, 0);
}

/* Arrays of indefinite length that end too early, or too late: the shape is
 * walked to its end without running out of them. */
static void indefinite_arrays_of_a_wrong_length_are_walked(void **state)
{
    static const struct {
        const char *part;
        enum frank_rule rule;
    } cases[] = {
        {"9f ff", FRANK_RULE_ARRAY},
        {"9f 01 ff", FRANK_RULE_ARRAY},
        {"9f 01 60 ff", FRANK_RULE_ARRAY},
        {"9f 01 60 01 60 ff", FRANK_RULE_ARRAY},
        {"9f 01 60 03 ff", FRANK_RULE_ARRAY},
        {"9f 01 60 03 00 ff", FRANK_RULE_ARRAY},
        {"9f 01 60 00 9fff ff", FRANK_RULE_ARRAY},
        {"9f 01 60 04 9fff ff", FRANK_RULE_CARDINALITY},
        {"85 01 60 03 00 9f ff", FRANK_RULE_MULTIPART},
        {"85 01 60 03 00 9f 83016000 ff", FRANK_RULE_MULTIPART},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct support_mimi elements = {.part = cases[i].part};
        size_t offset;

        assert_int_equal(
            broken(support_mimi(&elements, NULL), cases[i].rule, &offset),
            BIT(cases[i].rule) | BIT(FRANK_RULE_DEFINITE));
    }
}

static void only_what_is_located_is_validated(void **state)
{
    struct frank_findings findings;
    struct frank_fault fault;
    struct frank_span content = support_bytes("87 4f (00)*15");

    (void)state;
    memset(&findings, 0xaa, sizeof findings);
    assert_int_equal(
        frank_validate(&findings, content.data, content.len, &fault),
        FRANK_ERR_LENGTH);
    assert_true(support_is_zero(&findings, sizeof findings));
    assert_int_equal(fault.offset, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_samples_break_no_rule),
        cmocka_unit_test(a_message_is_framed_as_what_it_is),
        cmocka_unit_test(own_formats_have_rules_of_their_own),
        cmocka_unit_test(many_rules_can_be_broken_at_once),
        cmocka_unit_test(indefinite_arrays_of_a_wrong_length_are_walked),
        cmocka_unit_test(only_what_is_located_is_validated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
