/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documents hold what the code does: each worked example and key file of
 * docs/WIRE.md is computed again, each function of frank.h has a man page that
 * declares it, each rule has its text.
 */
#include "examples.h"
#include "report.h"
#include "reports.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The hexadecimal digits of the block ```example NAME; false without one. */
static bool find_example(char *hex, size_t size, struct frank_span page,
                         const char *name)
{
    char fence[64];
    const char *text = (const char *)page.data;
    const char *at;
    size_t n = 0;

    (void)snprintf(fence, sizeof fence, "```example %s\n", name);
    at = memmem(text, page.len, fence, strlen(fence));
    if (at == NULL) {
        return false;
    }
    for (at += strlen(fence); *at != '`'; at++) {
        if (*at != ' ' && *at != '\n') {
            assert_true(n + 1 < size);
            hex[n++] = *at;
        }
    }
    hex[n] = '\0';
    return true;
}

/* Each is as the page states it; gives how many there are. */
static size_t check_examples(const struct example *examples)
{
    struct frank_span page = support_file("docs/WIRE.md");
    static char stated[2 * sizeof(struct bytes)];
    static char made[2 * sizeof(struct bytes)];
    size_t i;

    for (i = 0; examples[i].name != NULL; i++) {
        struct bytes bytes = {.len = 0};

        if (!find_example(stated, sizeof stated, page, examples[i].name)) {
            fail_msg("docs/WIRE.md has no example %s", examples[i].name);
        }
        examples[i].make(&bytes);
        support_hex_encode(made, bytes.data, bytes.len);
        if (strcmp(stated, made) != 0) {
            fail_msg("docs/WIRE.md: example %s is\n%s, not\n%s",
                     examples[i].name, made, stated);
        }
    }
    return i;
}

/* How many blocks of the page begin so. */
static size_t count_fences(const char *fence)
{
    struct frank_span page = support_file("docs/WIRE.md");
    size_t len = strlen(fence);
    size_t count = 0;

    for (size_t i = 0; i + len < page.len; i++) {
        count += memcmp(page.data + i, fence, len) == 0;
    }
    return count;
}

static void wire_examples_are_what_the_code_makes(void **state)
{
    (void)state;
    assert_int_equal(
        count_fences("```example "),
        check_examples(examples_franking) + check_examples(examples_sealed) +
            check_examples(examples_service) + check_examples(examples_bundle));
}

/* An example of sealed reports, by its name. */
static struct bytes example(const char *name)
{
    struct bytes out = {.len = 0};
    size_t i = 0;

    while (strcmp(examples_sealed[i].name, name) != 0) {
        i++;
    }
    examples_sealed[i].make(&out);
    return out;
}

/* UnsealedReport has a table alone: header, reporter, length, body, padding. */
static void wire_unsealed_report_is_made_of_its_parts(void **state)
{
    struct frank_report report = reports_report(0);
    struct frank_span stated = reports_build(&report, reports_random(0));
    struct bytes made = {.len = 0};
    struct bytes part;
    struct wire_writer w;
    size_t end;

    (void)state;
    part = example("report-header");
    examples_put(&made, part.data, part.len);
    part = example("reporter");
    examples_put(&made, part.data, part.len);
    part = example("report-body");
    wire_write_init(&w, made.data + made.len, WIRE_LENGTH_MAX_BYTES);
    wire_write_length(&w, report_padded(part.len), "report body");
    made.len += w.len;
    end = made.len + report_padded(part.len);
    examples_put(&made, part.data, part.len);
    examples_put(&made, "\x80", 1);
    memset(made.data + made.len, 0, end - made.len);
    support_assert_span((struct frank_span){made.data, end}, stated);
}

static void wire_key_files_are_what_the_code_writes(void **state)
{
    struct frank_span page = support_file("docs/WIRE.md");
    size_t i;

    (void)state;
    for (i = 0; examples_key_files[i].name != NULL; i++) {
        char *text = examples_key_files[i].make();
        char *block = NULL;

        assert_non_null(text);
        assert_true(asprintf(&block, "```json %s\n%s\n```\n",
                             examples_key_files[i].name, text) > 0);
        if (memmem(page.data, page.len, block, strlen(block)) == NULL) {
            fail_msg("docs/WIRE.md does not have\n%s", block);
        }
        free(block);
        free(text);
    }
    assert_int_equal(count_fences("```json"), i);
}

static void wire_reporter_token_is_what_the_code_mints(void **state)
{
    struct frank_span page = support_file("docs/WIRE.md");
    char *text = examples_reporter_token();
    char *block = NULL;

    (void)state;
    assert_true(asprintf(&block, "```token\n%s\n```\n", text) > 0);
    if (memmem(page.data, page.len, block, strlen(block)) == NULL) {
        fail_msg("docs/WIRE.md does not have\n%s", block);
    }
    free(block);
    free(text);
}

/* All man pages of section 3 in one text, closed by a zero. */
static char *pages(void)
{
    static char text[200000];
    FILE *all = popen("cat man/*.3", "r");
    size_t len;

    assert_non_null(all);
    len = fread(text, 1, sizeof text - 1, all);
    assert_int_equal(pclose(all), 0);
    text[len] = '\0';
    return text;
}

static void each_function_is_declared_in_a_man_page(void **state)
{
    struct frank_span header = support_file("client/frank.h");
    const char *text = pages();
    size_t found = 0;

    (void)state;
    for (size_t i = 0; i + 6 < header.len; i++) {
        const char *at = (const char *)header.data + i;
        size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");
        char fo[96];
        char fn[96];

        /* A declaration: frank_name( with no prose around it. */
        if (strncmp(at, "frank_", 6) != 0 || at[len] != '(' ||
            at[len + 1] == ')' ||
            (at[-1] != ' ' && at[-1] != '*' && at[-1] != '\n')) {
            continue;
        }
        (void)snprintf(fo, sizeof fo, ".Fo %.*s\n", (int)len, at);
        (void)snprintf(fn, sizeof fn, ".Fn %.*s ", (int)len, at);
        if (strstr(text, fo) == NULL && strstr(text, fn) == NULL) {
            fail_msg("no man page declares %.*s", (int)len, at);
        }
        found++;
        i += len;
    }
    assert_true(found >= 20);
}

static void each_rule_has_its_text(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRANK_RULE_COUNT; i++) {
        assert_string_not_equal(frank_rule_text((enum frank_rule)i),
                                "unknown rule");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire_examples_are_what_the_code_makes),
        cmocka_unit_test(wire_unsealed_report_is_made_of_its_parts),
        cmocka_unit_test(wire_key_files_are_what_the_code_writes),
        cmocka_unit_test(wire_reporter_token_is_what_the_code_mints),
        cmocka_unit_test(each_function_is_declared_in_a_man_page),
        cmocka_unit_test(each_rule_has_its_text),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
