/* SPDX-License-Identifier: Apache-2.0 */
/* Templates are filled once, with what shows something; explanations have no
 * blank left. */
#include "support.h"
#include "template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool exhausted_now;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return exhausted_now ? NULL : __real_malloc(size);
}

/* ---- Templates ----------------------------------------------------------- */

/* A template with the blanks a and b, and its book. */
static const struct book_template *read_template(struct book **book,
                                                 const char *words)
{
    struct book_error error;
    char *text = NULL;

    assert_true(
        asprintf(&text,
                 "{\"version\":1,\"queues\":[{\"id\":\"q\",\"title\":\"t\"}],"
                 "\"policies\":[{\"id\":\"p\",\"title\":\"t\",\"text\":\"t\","
                 "\"severity\":\"low\"}],\"grave\":[],\"second_look_share\":0,"
                 "\"templates\":[{\"id\":\"t\",\"title\":\"t\",\"outcome\":"
                 "\"warn\",\"language\":\"en\",\"text\":\"%s\",\"blanks\":"
                 "{\"a\":\"the first\",\"b_b\":\"the other\"}}]}",
                 words) > 0);
    if (book_read(book, text, strlen(text), &error, NULL) != FRANK_OK) {
        fail_msg("%s", error.text);
    }
    free(text);
    return book_template(*book, "t");
}

static void fills(const char *words, const char *a, const char *b,
                  const char *expected)
{
    const struct template_value values[] = {{"b_b", b}, {"a", a}};
    struct book *book = NULL;
    char *text = NULL;

    assert_int_equal(
        template_fill(&text, read_template(&book, words), values, 2, NULL), 0);
    assert_string_equal(text, expected);
    free(text);
    book_free(book);
}

static void refuses(const struct template_value *values, size_t count,
                    int expected, const char *field, size_t offset)
{
    struct frank_fault fault = {0};
    struct book *book = NULL;
    char *text = NULL;

    assert_int_equal(template_fill(&text, read_template(&book, "{a} {b_b}"),
                                   values, count, &fault),
                     expected);
    assert_null(text);
    assert_string_equal(fault.field, field);
    assert_int_equal(fault.offset, offset);
    book_free(book);
}

static void refuses_value(const char *value, int expected, size_t offset)
{
    const struct template_value values[] = {{"a", "x"}, {"b_b", value}};

    refuses(values, 2, expected, "b_b", offset);
}

static void fills_each_blank_wherever_it_stands(void **state)
{
    (void)state;
    fills("{a}{b_b}", "x", "y", "xy");
    fills("1 {b_b} 2 {a} 3 {b_b}.", "x", "y z", "1 y z 2 x 3 y z.");
    fills("{a}\\n{b_b}", "\u00fc", "\u4e2d", "\u00fc\n\u4e2d");
}

static void doubled_braces_are_braces(void **state)
{
    (void)state;
    fills("{{a}} {a} {{{b_b}}}", "x", "y", "{a} x {y}");
}

static void values_are_not_expanded_again(void **state)
{
    (void)state;
    fills("{a} {b_b}", "{b_b}", "{{ } {a}", "{b_b} {{ } {a}");
}

static void refuses_blanks_without_a_value(void **state)
{
    static const struct template_value values[] = {{"b_b", "x"}};

    (void)state;
    refuses(values, 1, FRANK_ERR_MISSING, "a", 0);
    refuses(NULL, 0, FRANK_ERR_MISSING, "a", 0);
    refuses_value("", FRANK_ERR_MISSING, 0);
    refuses_value(" \u00a0\u200b", FRANK_ERR_MISSING, 0);
}

static void refuses_values_that_are_no_line_of_text(void **state)
{
    char value[TEMPLATE_VALUE_MAX_BYTES + 2];

    (void)state;
    refuses_value("a\nb", FRANK_ERR_VALUE, 1);
    refuses_value("ab\u202egnp", FRANK_ERR_VALUE, 2);
    refuses_value("ab\u2067", FRANK_ERR_VALUE, 2);
    refuses_value("abc\xc3", FRANK_ERR_UTF8, 3);
    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    refuses_value(value, FRANK_ERR_LIMIT, 0);
}

static void refuses_values_that_are_for_no_blank_of_their_own(void **state)
{
    static const struct template_value other[] = {
        {"a", "x"}, {"b_b", "y"}, {"c", "z"}};
    static const struct template_value twice[] = {
        {"a", "x"}, {"a", "y"}, {"b_b", "z"}};

    (void)state;
    refuses(other, 3, FRANK_ERR_VALUE, "value", 2);
    refuses(twice, 3, FRANK_ERR_VALUE, "value", 1);
}

static void refuses_a_result_over_sixteen_kibibytes(void **state)
{
    char value[TEMPLATE_VALUE_MAX_BYTES + 1];
    char words[100];
    const struct template_value values[] = {{"a", value}, {"b_b", "y"}};
    struct frank_fault fault = {0};
    struct book *book = NULL;
    const struct book_template *template;
    char *text = NULL;

    (void)state;
    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    words[0] = '\0';
    for (int i = 0; i < 16; i++) {
        strcat(words, "{a}");
    }
    strcat(words, "{b_b}");
    template = read_template(&book, words);
    assert_int_equal(template_fill(&text, template, values, 2, &fault),
                     FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "text");
    assert_int_equal(fault.found, TEMPLATE_RESULT_MAX_BYTES + 1);
    value[sizeof value - 2] = '\0';
    assert_int_equal(template_fill(&text, template, values, 2, NULL), 0);
    assert_int_equal(strlen(text), TEMPLATE_RESULT_MAX_BYTES - 15);
    free(text);
    book_free(book);
}

static void says_when_memory_runs_out(void **state)
{
    static const struct template_value values[] = {{"a", "x"}, {"b_b", "y"}};
    struct frank_fault fault = {0};
    struct book *book = NULL;
    const struct book_template *template = read_template(&book, "{a}{b_b}");
    char *text = NULL;
    int error;

    (void)state;
    exhausted_now = true;
    error = template_fill(&text, template, values, 2, &fault);
    exhausted_now = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
    assert_null(text);
    book_free(book);
}

/* ---- Explanations -------------------------------------------------------- */

static int check(const char *text, struct frank_fault *fault)
{
    struct frank_span bytes = support_text(text);

    return explanation_check((const char *)bytes.data, bytes.len, fault);
}

static void takes_explanations_in_plain_words(void **state)
{
    static const char *const good[] = {
        "a",
        "Two lines.\n\nAnd \u00fcber-all [1], [...] <3, {} [] <>, a < b > c.",
        "See <https://example.com/rules> and <a@b.example>.",
        "todo el mundo; tbd; XX; XXL; XXXL; aXXX; XXX1; xxx; __; TODOS; ATBD",
        "an open [bracket, an open {brace",
        "[a bracket with more words in it than any blank ever has in one]",
        "[a1}",
        "[",
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(good); i++) {
        assert_int_equal(check(good[i], NULL), 0);
    }
}

static void refuses_explanations_with_a_blank_left(void **state)
{
    static const char *const bad[] = {
        "ab {rule}",     "ab {{rule}}",      "ab [Name]",    "ab <the rule>",
        "ab [user-1.x]", "ab <\u00fcber_x>", "ab [a]",       "ab XXX",
        "ab XXXX.",      "ab (TODO)",        "ab TODO: say", "ab TBD",
        "ab FIXME",      "ab ___",           "ab x____",     "XXX",
    };
    struct frank_fault fault;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        size_t at = strcspn(bad[i], "{[<XTF_");

        if (strncmp(bad[i] + at, "{{", 2) == 0 ||
            strncmp(bad[i] + at, "(", 1) == 0) {
            at++;
        }
        assert_int_equal(check(bad[i], &fault), FRANK_ERR_VALUE);
        assert_string_equal(fault.field, "blank");
        assert_int_equal(fault.offset, at);
    }
}

static void refuses_explanations_that_are_no_text(void **state)
{
    static char text[TEMPLATE_RESULT_MAX_BYTES + 1];
    struct frank_fault fault;

    (void)state;
    assert_int_equal(check("", &fault), FRANK_ERR_MISSING);
    assert_int_equal(check(" \n ", &fault), FRANK_ERR_MISSING);
    assert_int_equal(check("a\tb", &fault), FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "explanation");
    assert_int_equal(fault.offset, 1);
    assert_int_equal(explanation_check("a\0b", 3, &fault), FRANK_ERR_VALUE);
    assert_int_equal(check("ab\xff", &fault), FRANK_ERR_UTF8);
    assert_int_equal(fault.offset, 2);
    memset(text, 'a', sizeof text);
    assert_int_equal(explanation_check(text, sizeof text, &fault),
                     FRANK_ERR_LIMIT);
    assert_int_equal(explanation_check(text, sizeof text - 1, &fault), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_each_blank_wherever_it_stands),
        cmocka_unit_test(doubled_braces_are_braces),
        cmocka_unit_test(values_are_not_expanded_again),
        cmocka_unit_test(refuses_blanks_without_a_value),
        cmocka_unit_test(refuses_values_that_are_no_line_of_text),
        cmocka_unit_test(refuses_values_that_are_for_no_blank_of_their_own),
        cmocka_unit_test(refuses_a_result_over_sixteen_kibibytes),
        cmocka_unit_test(says_when_memory_runs_out),
        cmocka_unit_test(takes_explanations_in_plain_words),
        cmocka_unit_test(refuses_explanations_with_a_blank_left),
        cmocka_unit_test(refuses_explanations_that_are_no_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
