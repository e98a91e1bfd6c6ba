/* SPDX-License-Identifier: Apache-2.0 */
/* The book of policies: what is read, what is refused and how it is told, and
 * what the book answers. */
#include "book.h"
#include "hub_store.h"
#include "support.h"
#include "wording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool exhausted_now;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    return exhausted_now ? NULL : __real_calloc(count, size);
}

/* The parts of a book that is right; a test puts another in the place of one.
 */
#define QUEUES "[{\"id\":\"general\",\"title\":\"All\"}]"
#define POLICIES                                                               \
    "[{\"id\":\"fraud\",\"title\":\"Fraud\",\"text\":\"Do not.\","             \
    "\"severity\":\"moderate\",\"children\":[{\"id\":\"fraud.card\","          \
    "\"title\":\"Cards\",\"text\":\"Nor these.\",\"severity\":\"grave\"}]},"   \
    "{\"id\":\"old\",\"title\":\"Old\",\"text\":\"Was.\","                     \
    "\"severity\":\"low\",\"retired\":true,\"children\":[{\"id\":\"old.too\"," \
    "\"title\":\"Old\",\"text\":\"Was.\",\"severity\":\"high\","               \
    "\"retired\":false}]}]"
#define GRAVE "[\"suspend\",\"escalate\"]"
#define TEMPLATES                                                              \
    "[{\"id\":\"warn\",\"title\":\"Warn\",\"outcome\":\"warn\","               \
    "\"language\":\"en\",\"text\":\"You broke {rule}.\",\"blanks\":"           \
    "{\"rule\":\"which\"}},"                                                   \
    "{\"id\":\"warn.fraud\",\"title\":\"Warn\",\"policy\":\"fraud\","          \
    "\"outcome\":\"warn\",\"language\":\"pt-BR\",\"text\":\"{{No}}.\"}]"

static char *make(const char *queues, const char *policies, const char *grave,
                  const char *templates, const char *share)
{
    char *text = NULL;

    assert_true(asprintf(&text,
                         "{\"version\":1,\"queues\":%s,\"policies\":%s,"
                         "\"grave\":%s,\"templates\":%s,"
                         "\"second_look_share\":%s}",
                         queues, policies, grave, templates, share) > 0);
    return text;
}

static struct book *read_text(char *text)
{
    struct book_error error = {""};
    struct book *book = NULL;

    if (book_read(&book, text, strlen(text), &error, NULL) != FRANK_OK) {
        fail_msg("%s", error.text);
    }
    free(text);
    return book;
}

static struct book *read_right(void)
{
    return read_text(make(QUEUES, POLICIES, GRAVE, TEMPLATES, "0.05"));
}

/* Refused with this error and these words, whether or not they are asked for.
 */
static void refused(char *text, int expected, const char *words)
{
    struct book_error error = {""};
    struct frank_fault fault = {0};
    struct book *book = NULL;
    size_t len = strlen(text);

    assert_int_equal(book_read(&book, text, len, &error, &fault), expected);
    assert_string_equal(error.text, words);
    assert_null(book);
    assert_int_equal(fault.error, expected);
    assert_non_null(fault.field);
    assert_int_equal(book_read(&book, text, len, NULL, NULL), expected);
    free(text);
}

static void refused_queues(const char *queues, int expected, const char *words)
{
    refused(make(queues, POLICIES, GRAVE, TEMPLATES, "0"), expected, words);
}

static void refused_policies(const char *policies, int expected,
                             const char *words)
{
    refused(make(QUEUES, policies, GRAVE, "[]", "0"), expected, words);
}

static void refused_templates(const char *templates, int expected,
                              const char *words)
{
    refused(make(QUEUES, POLICIES, GRAVE, templates, "0"), expected, words);
}

/* ---- What it answers ----------------------------------------------------- */

static void gives_queues_policies_and_templates(void **state)
{
    struct book *book = read_right();
    const struct book_policy *card = book_policy(book, "fraud.card");
    const struct book_template *warn = book_template(book, "warn");

    (void)state;
    assert_int_equal(book_queue_count(book), 1);
    assert_string_equal(book_queue_at(book, 0)->id, "general");
    assert_string_equal(book_queue_at(book, 0)->title, "All");
    assert_null(book_queue_at(book, 1));
    assert_string_equal(card->title, "Cards");
    assert_string_equal(card->text, "Nor these.");
    assert_int_equal(card->severity, SEVERITY_GRAVE);
    assert_string_equal(book_severity_text(card->severity), "grave");
    assert_null(book_policy(book, "fraud.ca"));
    assert_string_equal(warn->title, "Warn");
    assert_string_equal(warn->text, "You broke {rule}.");
    assert_int_equal(warn->blank_count, 1);
    assert_string_equal(warn->blanks[0].name, "rule");
    assert_string_equal(warn->blanks[0].title, "which");
    assert_null(warn->policy);
    assert_string_equal(book_template_at(book, 1)->language, "pt-BR");
    assert_int_equal(book_template_count(book), 2);
    assert_null(book_template_at(book, 2));
    assert_null(book_template(book, "fraud"));
    assert_true(book_second_look_share(book) == 0.05);
    book_free(book);
    book_free(NULL);
}

static void walks_policies_in_order_with_their_depth(void **state)
{
    static const char *const ids[] = {"fraud", "fraud.card", "old", "old.too"};
    struct book *book = read_right();

    (void)state;
    assert_int_equal(book_policy_count(book), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct book_policy *policy = book_policy_at(book, i);

        assert_string_equal(policy->id, ids[i]);
        assert_int_equal(policy->depth, i % 2);
        assert_ptr_equal(policy->parent,
                         i % 2 == 0 ? NULL : book_policy_at(book, i - 1));
        assert_int_equal(policy->retired, i >= 2);
    }
    assert_null(book_policy_at(book, 4));
    book_free(book);
}

static void
grave_is_a_grave_outcome_or_policy_unless_nothing_is_done(void **state)
{
    struct book *book = read_right();
    const struct book_policy *fraud = book_policy(book, "fraud");
    const struct book_policy *card = book_policy(book, "fraud.card");

    (void)state;
    assert_true(book_is_grave(book, fraud, OUTCOME_SUSPEND));
    assert_true(book_is_grave(book, NULL, OUTCOME_ESCALATE));
    assert_false(book_is_grave(book, fraud, OUTCOME_WARN));
    assert_false(book_is_grave(book, NULL, OUTCOME_NO_ACTION));
    assert_true(book_is_grave(book, card, OUTCOME_WARN));
    assert_false(book_is_grave(book, card, OUTCOME_NO_ACTION));
    book_free(book);
}

static void
templates_fit_their_outcome_and_what_is_below_their_policy(void **state)
{
    struct book *book = read_right();
    const struct book_template *any = book_template(book, "warn");
    const struct book_template *own = book_template(book, "warn.fraud");

    (void)state;
    assert_true(book_template_fits(any, NULL, OUTCOME_WARN));
    assert_true(
        book_template_fits(any, book_policy(book, "old"), OUTCOME_WARN));
    assert_false(book_template_fits(any, NULL, OUTCOME_SUSPEND));
    assert_true(
        book_template_fits(own, book_policy(book, "fraud"), OUTCOME_WARN));
    assert_true(
        book_template_fits(own, book_policy(book, "fraud.card"), OUTCOME_WARN));
    assert_false(
        book_template_fits(own, book_policy(book, "old.too"), OUTCOME_WARN));
    assert_false(book_template_fits(own, NULL, OUTCOME_WARN));
    book_free(book);
}

static void routes_to_the_first_queue_whose_conditions_all_hold(void **state)
{
    static const char queues[] =
        "[{\"id\":\"q0\",\"title\":\"t\",\"reasons\":[\"threat\",\"other\"],"
        "\"source\":\"mimi\"},"
        "{\"id\":\"q1\",\"title\":\"t\",\"reporter\":\"vouched\","
        "\"first_contact\":true},"
        "{\"id\":\"q2\",\"title\":\"t\",\"min_priority\":4294967295},"
        "{\"id\":\"q3\",\"title\":\"t\",\"min_reporters\":3,"
        "\"first_contact\":false},"
        "{\"id\":\"q4\",\"title\":\"t\"}]";
    static const struct {
        struct book_report report;
        size_t queue;
    } cases[] = {
        {{.reason = 5, .source = BOOK_MIMI}, 0},
        {{.reason = 255, .source = BOOK_MIMI}, 0},
        {{.reason = 5, .source = BOOK_SEALED}, 4},
        {{.reason = 6, .source = BOOK_MIMI}, 4},
        {{.reason = 99, .source = BOOK_MIMI}, 4},
        {{.reporter = BOOK_VOUCHED, .first_contact = true}, 1},
        {{.reporter = BOOK_VOUCHED}, 4},
        {{.reporter = BOOK_NAMED, .first_contact = true}, 4},
        {{.priority = UINT32_MAX}, 2},
        {{.priority = UINT32_MAX - 1}, 4},
        {{.reporters = 3}, 3},
        {{.reporters = 2}, 4},
        {{.reporters = 3, .first_contact = true}, 4},
    };
    struct book *book =
        read_text(make(queues, POLICIES, GRAVE, TEMPLATES, "1"));

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        assert_int_equal(book_route(book, &cases[i].report), cases[i].queue);
    }
    book_free(book);
}

static void numbers_sources_and_reporters_as_the_hub_does(void **state)
{
    (void)state;
    assert_int_equal(BOOK_SEALED, SOURCE_SEALED);
    assert_int_equal(BOOK_MIMI, SOURCE_MIMI);
    assert_int_equal(BOOK_ANONYMOUS, REPORTER_ANONYMOUS);
    assert_int_equal(BOOK_NAMED, REPORTER_NAMED);
    assert_int_equal(BOOK_VOUCHED, REPORTER_VOUCHED);
}

static void names_what_a_later_book_has_lost(void **state)
{
    struct book *old = read_right();
    struct book *later = read_text(
        make("[{\"id\":\"new\",\"title\":\"All\"}]",
             "[{\"id\":\"fraud.card\",\"title\":\"Cards\",\"text\":\"No.\","
             "\"severity\":\"low\"},{\"id\":\"old.too\",\"title\":\"Old\","
             "\"text\":\"Was.\",\"severity\":\"high\"}]",
             "[]", "[]", "0"));
    size_t next = 0;

    (void)state;
    assert_string_equal(book_lost(old, later, BOOK_QUEUE, &next), "general");
    assert_null(book_lost(old, later, BOOK_QUEUE, &next));
    next = 0;
    assert_string_equal(book_lost(old, later, BOOK_POLICY, &next), "fraud");
    assert_string_equal(book_lost(old, later, BOOK_POLICY, &next), "old");
    assert_null(book_lost(old, later, BOOK_POLICY, &next));
    next = 0;
    assert_string_equal(book_lost(old, later, BOOK_TEMPLATE, &next), "warn");
    next = 0;
    assert_null(book_lost(old, old, BOOK_POLICY, &next));
    assert_true(book_has(old, BOOK_TEMPLATE, "warn.fraud"));
    assert_false(book_has(later, BOOK_TEMPLATE, "warn.fraud"));
    book_free(old);
    book_free(later);
}

static void outcomes_have_names(void **state)
{
    enum outcome outcome = OUTCOME_WARN;

    (void)state;
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        assert_true(outcome_from_text(&outcome, outcome_text((enum outcome)i)));
        assert_int_equal(outcome, i);
    }
    assert_false(outcome_from_text(&outcome, "ban"));
    assert_int_equal(outcome, OUTCOME_ESCALATE);
}

/* ---- What it refuses ----------------------------------------------------- */

static void refuses_what_is_no_json(void **state)
{
    (void)state;
    refused(strdup("{"), FRANK_ERR_JSON,
            "book: line 1, column 1: no JSON: string or '}' expected near end "
            "of file");
    refused(strdup("{\"version\":1,\n\"version\":1}"), FRANK_ERR_JSON,
            "book: line 2, column 9: no JSON: duplicate object key near "
            "'?version?'");
    refused(strdup("[]"), FRANK_ERR_VALUE, "book: must be an object");
}

static void refuses_more_than_a_mebibyte(void **state)
{
    char *text = malloc(BOOK_MAX_BYTES + 2);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', BOOK_MAX_BYTES + 1);
    text[BOOK_MAX_BYTES + 1] = '\0';
    refused(text, FRANK_ERR_LIMIT,
            "book: has 1048577 bytes; 1048576 are possible");
}

static void
refuses_members_of_the_whole_that_are_not_as_they_must_be(void **state)
{
    (void)state;
    refused(strdup("{}"), FRANK_ERR_MISSING, "version: is missing");
    refused(strdup("{\"version\":2}"), FRANK_ERR_VALUE,
            "version: must be 1, the one that is known");
    refused(strdup("{\"version\":\"1\"}"), FRANK_ERR_VALUE,
            "version: must be a whole number of 0 to 4294967295");
    refused(strdup("{\"version\":1}"), FRANK_ERR_MISSING, "queues: is missing");
    refused(strdup("{\"\u00fc\\\"a\":1}"), FRANK_ERR_VALUE,
            "book: has a member \"???a\", which is not known");
    refused(make(QUEUES, POLICIES, "[1]", "[]", "0"), FRANK_ERR_VALUE,
            "grave: must be a list of outcomes: no_action, warn, restrict, "
            "suspend, escalate");
    refused(make(QUEUES, POLICIES, "[\"ban\"]", "[]", "0"), FRANK_ERR_VALUE,
            "grave: must be a list of outcomes: no_action, warn, restrict, "
            "suspend, escalate");
    refused(make(QUEUES, POLICIES, "[\"warn\",\"warn\"]", "[]", "0"),
            FRANK_ERR_VALUE, "grave: \"warn\" is there twice");
    refused(make(QUEUES, POLICIES, "{}", "[]", "0"), FRANK_ERR_VALUE,
            "grave: must be a list");
    refused(make(QUEUES, POLICIES, "[]", "[]", "1.01"), FRANK_ERR_VALUE,
            "second_look_share: must be a number of 0 to 1");
    refused(make(QUEUES, POLICIES, "[]", "[]", "-0.1"), FRANK_ERR_VALUE,
            "second_look_share: must be a number of 0 to 1");
    refused(make(QUEUES, POLICIES, "[]", "[]", "\"0\""), FRANK_ERR_VALUE,
            "second_look_share: must be a number of 0 to 1");
    refused(strdup("{\"version\":1,\"queues\":" QUEUES ",\"policies\":" POLICIES
                   ",\"grave\":[],\"templates\":[]}"),
            FRANK_ERR_MISSING, "second_look_share: is missing");
}

static void
quotes_a_stranger_s_text_in_printable_characters_cut_short(void **state)
{
    char text[300] = "{\"";

    (void)state;
    memset(text + 2, 'a', 200);
    strcpy(text + 202, "\":1}");
    refused(strdup(text), FRANK_ERR_VALUE,
            "book: has a member \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            "...\", which is not known");
}

#define QUEUE(more) "[{\"id\":\"a\",\"title\":\"A\"" more "}]"

static void refuses_queues_that_are_not_as_they_must_be(void **state)
{
    (void)state;
    refused_queues("[]", FRANK_ERR_LIMIT,
                   "queues: has 0 entries; 1 to 64 are possible");
    refused_queues("[7]", FRANK_ERR_VALUE, "queues[0]: must be an object");
    refused_queues("[{\"title\":\"A\"}]", FRANK_ERR_MISSING,
                   "queues[0].id: is missing");
    refused_queues("[{\"id\":7}]", FRANK_ERR_VALUE,
                   "queues[0].id: must be a string");
    refused_queues("[{\"id\":\"A\"}]", FRANK_ERR_VALUE,
                   "queues[0].id: must be 1 to 64 of a-z, 0-9, \"_\", \".\", "
                   "\"-\"");
    refused_queues("[{\"id\":\"\"}]", FRANK_ERR_VALUE,
                   "queues[0].id: must be 1 to 64 of a-z, 0-9, \"_\", \".\", "
                   "\"-\"");
    refused_queues("[{\"id\":\"0123456789012345678901234567890123456789012345"
                   "6789012345678901234\"}]",
                   FRANK_ERR_VALUE,
                   "queues[0].id: must be 1 to 64 of a-z, 0-9, \"_\", \".\", "
                   "\"-\"");
    refused_queues(QUEUE(",\"color\":1"), FRANK_ERR_VALUE,
                   "queues[0]: has a member \"color\", which is not known");
    refused_queues(QUEUE(",\"source\":\"mimi\""), FRANK_ERR_VALUE,
                   "queues[0]: is the last queue and must take all reports, so "
                   "that it can have no conditions");
    refused_queues("[{\"id\":\"a\",\"title\":\"A\"},{\"id\":\"b\","
                   "\"title\":\"B\"}]",
                   FRANK_ERR_VALUE,
                   "queues[0]: has no conditions: no report would come to the "
                   "queues after it");
    refused_queues("[{\"id\":\"a\",\"title\":\"A\",\"source\":\"mimi\"},"
                   "{\"id\":\"a\",\"title\":\"B\"}]",
                   FRANK_ERR_VALUE, "queues[1].id: \"a\" is there twice");
}

static void refuses_conditions_that_are_not_as_they_must_be(void **state)
{
    (void)state;
    refused_queues(QUEUE(",\"reasons\":[]"), FRANK_ERR_LIMIT,
                   "queues[0].reasons: has 0 entries; 1 to 256 are possible");
    refused_queues(QUEUE(",\"reasons\":[\"evil\"]"), FRANK_ERR_VALUE,
                   "queues[0].reasons: \"evil\" is no reason of "
                   "docs/REASONS.md");
    refused_queues(QUEUE(",\"reasons\":[5]"), FRANK_ERR_VALUE,
                   "queues[0].reasons: must be a list of strings");
    refused_queues(QUEUE(",\"reasons\":[\"spam\",\"spam\"]"), FRANK_ERR_VALUE,
                   "queues[0].reasons: \"spam\" is there twice");
    refused_queues(QUEUE(",\"source\":\"mail\""), FRANK_ERR_VALUE,
                   "queues[0].source: must be one of sealed, mimi");
    refused_queues(QUEUE(",\"reporter\":null"), FRANK_ERR_VALUE,
                   "queues[0].reporter: must be a string");
    refused_queues(QUEUE(",\"min_priority\":0"), FRANK_ERR_VALUE,
                   "queues[0].min_priority: must be a whole number of 1 to "
                   "4294967295");
    refused_queues(QUEUE(",\"min_reporters\":4294967296"), FRANK_ERR_VALUE,
                   "queues[0].min_reporters: must be a whole number of 1 to "
                   "4294967295");
    refused_queues(QUEUE(",\"first_contact\":1"), FRANK_ERR_VALUE,
                   "queues[0].first_contact: must be true or false");
}

#define POLICY(more) "[{\"id\":\"a\",\"title\":\"A\"" more "}]"
#define WORDS ",\"text\":\"t\",\"severity\":\"low\""

static void refuses_policies_that_are_not_as_they_must_be(void **state)
{
    (void)state;
    refused_policies("[]", FRANK_ERR_LIMIT,
                     "policies: has 0 entries; 1 to 512 are possible");
    refused_policies(POLICY(""), FRANK_ERR_MISSING,
                     "policies[0].text: is missing");
    refused_policies(POLICY(",\"text\":\"t\""), FRANK_ERR_MISSING,
                     "policies[0].severity: is missing");
    refused_policies(POLICY(",\"text\":\"t\",\"severity\":\"dire\""),
                     FRANK_ERR_VALUE,
                     "policies[0].severity: must be one of low, moderate, "
                     "high, grave");
    refused_policies(POLICY(WORDS ",\"retired\":\"no\""), FRANK_ERR_VALUE,
                     "policies[0].retired: must be true or false");
    refused_policies(POLICY(WORDS ",\"children\":{}"), FRANK_ERR_VALUE,
                     "policies[0].children: must be a list");
    refused_policies(POLICY(WORDS ",\"kids\":[]"), FRANK_ERR_VALUE,
                     "policies[0]: has a member \"kids\", which is not known");
    refused_policies(POLICY(WORDS ",\"children\":[{\"id\":\"b\",\"title\":"
                                  "\"B\"" WORDS "},{\"id\":\"a\"}]"),
                     FRANK_ERR_VALUE,
                     "policies[0].children[1].id: \"a\" is there twice");
}

static void refuses_titles_and_texts_that_are_not_as_they_must_be(void **state)
{
    char text[BOOK_TEXT_MAX_BYTES + 100] = "[{\"id\":\"a\",\"title\":\"A\","
                                           "\"severity\":\"low\",\"text\":\"";
    size_t len = strlen(text);
    struct book *book;

    (void)state;
    refused_policies("[{\"id\":\"a\",\"title\":\" \\u200b\"}]",
                     FRANK_ERR_MISSING, "policies[0].title: is empty");
    refused_policies("[{\"id\":\"a\",\"title\":\"a\\nb\"}]", FRANK_ERR_VALUE,
                     "policies[0].title: has a character that is not allowed, "
                     "U+000A, at byte 1");
    refused_policies("[{\"id\":\"a\",\"title\":\"ab\\u202e\"}]",
                     FRANK_ERR_VALUE,
                     "policies[0].title: has a character that is not allowed, "
                     "U+202E, at byte 2");
    refused_policies("[{\"id\":\"a\",\"title\":\"A\",\"text\":\"a\\n\\r\"}]",
                     FRANK_ERR_VALUE,
                     "policies[0].text: has a character that is not allowed, "
                     "U+000D, at byte 2");
    memset(text + len, 'a', BOOK_TEXT_MAX_BYTES);
    strcpy(text + len + BOOK_TEXT_MAX_BYTES, "\"}]");
    book = read_text(make(QUEUES, text, "[]", "[]", "0"));
    book_free(book);
    strcpy(text + len + BOOK_TEXT_MAX_BYTES, "a\"}]");
    refused_policies(text, FRANK_ERR_LIMIT,
                     "policies[0].text: has 8193 bytes; 8192 are possible");
}

/* A policy below a policy, `levels` in all. */
static char *nested(unsigned levels)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    for (unsigned i = 0; i < levels; i++) {
        (void)fprintf(out,
                      "%s[{\"id\":\"p%u\",\"title\":\"t\",\"text\":\"t\","
                      "\"severity\":\"low\"",
                      i > 0 ? ",\"children\":" : "", i);
    }
    for (unsigned i = 0; i < levels; i++) {
        (void)fputs("}]", out);
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static void refuses_a_tree_deeper_than_eight(void **state)
{
    char *text = nested(BOOK_DEPTH_MAX);
    struct book *book = read_text(make(QUEUES, text, "[]", "[]", "0"));

    (void)state;
    assert_int_equal(book_policy(book, "p7")->depth, 7);
    book_free(book);
    free(text);
    text = nested(BOOK_DEPTH_MAX + 1);
    refused_policies(text, FRANK_ERR_DEPTH,
                     "policies[0].children[0].children[0].children[0]"
                     ".children[0].children[0].children[0].children[0]"
                     ".children[0]: is too deep; 8 levels are possible");
    free(text);
}

/* A list of `count` that differ in their id. */
static char *many(unsigned count, const char *rest)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    for (unsigned i = 0; i < count; i++) {
        (void)fprintf(out, "%c{\"id\":\"p%u\",\"title\":\"t\"%s}",
                      i == 0 ? '[' : ',', i, rest);
    }
    (void)fputs("]", out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void refuses_more_than_it_can_hold(void **state)
{
    char *text = many(BOOK_POLICIES_MAX, WORDS);
    struct book *book = read_text(make(QUEUES, text, "[]", "[]", "0"));
    char *within = NULL;

    (void)state;
    assert_int_equal(book_policy_count(book), BOOK_POLICIES_MAX);
    book_free(book);
    assert_true(asprintf(&within,
                         "[{\"id\":\"a\",\"title\":\"t\"" WORDS
                         ",\"children\":%s}]",
                         text) > 0);
    refused_policies(within, FRANK_ERR_LIMIT,
                     "policies[0].children[511]: is one policy too many; 512 "
                     "are possible");
    free(within);
    free(text);
    text = many(BOOK_QUEUES_MAX + 1, ",\"first_contact\":true");
    refused_queues(text, FRANK_ERR_LIMIT,
                   "queues: has 65 entries; 1 to 64 are possible");
    free(text);
    text = many(BOOK_TEMPLATES_MAX + 1, "");
    refused_templates(text, FRANK_ERR_LIMIT,
                      "templates: has 513 entries; 0 to 512 are possible");
    free(text);
}

#define TEMPLATE(more)                                                         \
    "[{\"id\":\"a\",\"title\":\"A\",\"outcome\":\"warn\",\"language\":"        \
    "\"en\"" more "}]"

static void refuses_templates_that_are_not_as_they_must_be(void **state)
{
    (void)state;
    refused_templates("[{\"id\":\"a\",\"title\":\"A\"}]", FRANK_ERR_MISSING,
                      "templates[0].outcome: is missing");
    refused_templates("[{\"id\":\"a\",\"title\":\"A\",\"outcome\":\"ban\"}]",
                      FRANK_ERR_VALUE,
                      "templates[0].outcome: must be one of no_action, warn, "
                      "restrict, suspend, escalate");
    refused_templates("[{\"id\":\"a\",\"title\":\"A\",\"outcome\":\"warn\"}]",
                      FRANK_ERR_MISSING, "templates[0].language: is missing");
    refused_templates(TEMPLATE(""), FRANK_ERR_MISSING,
                      "templates[0].text: is missing");
    refused_templates(TEMPLATE(",\"policy\":\"x\""), FRANK_ERR_VALUE,
                      "templates[0].policy: there is no policy \"x\"");
    refused_templates(TEMPLATE(",\"policy\":null"), FRANK_ERR_VALUE,
                      "templates[0].policy: must be a string");
    refused_templates(TEMPLATE(",\"tone\":1"), FRANK_ERR_VALUE,
                      "templates[0]: has a member \"tone\", which is not "
                      "known");
}

static void refuses_languages_that_are_no_tags(void **state)
{
    static const char *const bad[] = {"",
                                      "e",
                                      "en-",
                                      "en--us",
                                      "-en",
                                      "e1",
                                      "en ",
                                      "en_US",
                                      "\u00fcn",
                                      "en-\u00fc",
                                      "abcdefghi",
                                      "en-abcdefghi",
                                      "en-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa"};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        char *text = NULL;

        assert_true(asprintf(&text,
                             "[{\"id\":\"a\",\"title\":\"A\",\"outcome\":"
                             "\"warn\",\"language\":\"%s\",\"text\":\"t\"}]",
                             bad[i]) > 0);
        refused_templates(text, FRANK_ERR_VALUE,
                          "templates[0].language: must be a language tag, as "
                          "\"en\" or \"pt-BR\"");
        free(text);
    }
}

static void refuses_blanks_that_are_not_as_they_must_be(void **state)
{
    char *blanks = NULL;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&blanks, &len);

    (void)state;
    refused_templates(TEMPLATE(",\"text\":\"t\",\"blanks\":[]"),
                      FRANK_ERR_VALUE,
                      "templates[0].blanks: must be an object");
    refused_templates(TEMPLATE(",\"text\":\"t\",\"blanks\":{\"A\":\"t\"}"),
                      FRANK_ERR_VALUE,
                      "templates[0].blanks: \"A\" must be 1 to 32 of a-z and "
                      "\"_\"");
    refused_templates(TEMPLATE(",\"text\":\"t\",\"blanks\":{\"a\":7}"),
                      FRANK_ERR_VALUE,
                      "templates[0].blanks.a: must be a string");
    refused_templates(TEMPLATE(",\"text\":\"t\",\"blanks\":{\"a\":\"t\"}"),
                      FRANK_ERR_VALUE,
                      "templates[0].blanks: \"a\" is not in the text");
    refused_templates(TEMPLATE(",\"text\":\"t {b}\",\"blanks\":{\"a\":\"t\"}"),
                      FRANK_ERR_VALUE,
                      "templates[0].text: has a blank {b} that is not in "
                      "\"blanks\"");
    assert_non_null(out);
    (void)fputs(",\"text\":\"t\",\"blanks\":{", out);
    for (int i = 0; i <= BOOK_BLANKS_MAX; i++) {
        (void)fprintf(out, "%s\"%c%c\":\"t\"", i > 0 ? "," : "", 'a' + i / 26,
                      'a' + i % 26);
    }
    (void)fputs("}", out);
    assert_int_equal(fclose(out), 0);
    assert_true(asprintf(&text,
                         "[{\"id\":\"a\",\"title\":\"A\",\"outcome\":\"warn\","
                         "\"language\":\"en\"%s}]",
                         blanks) > 0);
    refused_templates(text, FRANK_ERR_LIMIT,
                      "templates[0].blanks: are too many; 32 are possible");
    free(text);
    free(blanks);
}

static void refuses_braces_that_are_of_no_blank(void **state)
{
    static const char *const bad[] = {
        "ab{",  "ab}",     "ab{}",    "ab{A}",
        "ab{a", "ab{a b}", "ab}x{a}", "ab{abcdefghijklmnopqrstuvwxyzabcdefg}"};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        char *text = NULL;

        assert_true(asprintf(&text,
                             "[{\"id\":\"a\",\"title\":\"A\",\"outcome\":"
                             "\"warn\",\"language\":\"en\",\"text\":\"%s\"}]",
                             bad[i]) > 0);
        refused_templates(text, FRANK_ERR_VALUE,
                          "templates[0].text: has a brace at byte 2 that is "
                          "not of a blank, as {name}; write it twice");
        free(text);
    }
}

static void names_the_member_in_the_fault(void **state)
{
    char *text = make(QUEUES, POLICIES, GRAVE,
                      TEMPLATE(",\"text\":\"t\",\"blanks\":{\"a\":7}"), "0");
    struct frank_fault fault = {0};
    struct book *book = NULL;

    (void)state;
    assert_int_equal(book_read(&book, text, strlen(text), NULL, &fault),
                     FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "blanks");
    free(text);
    text = make(QUEUES, "[{\"id\":\"A\"}]", GRAVE, "[]", "0");
    assert_int_equal(book_read(&book, text, strlen(text), NULL, &fault),
                     FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "id");
    free(text);
    assert_int_equal(book_read(&book, "{\"a\" x", 6, NULL, &fault),
                     FRANK_ERR_JSON);
    assert_string_equal(fault.field, "book");
    assert_int_equal(fault.offset, 6);
}

static void says_when_memory_runs_out(void **state)
{
    struct book_error error;
    struct frank_fault fault;
    struct book *book = NULL;
    int result;

    (void)state;
    exhausted_now = true;
    result = book_read(&book, "{}", 2, &error, &fault);
    exhausted_now = false;
    assert_int_equal(result, FRANK_ERR_MEMORY);
    assert_string_equal(error.text, "book: out of memory");
    assert_null(book);
}

/* ---- Words --------------------------------------------------------------- */

static int check_words(const char *text, enum wording wording)
{
    struct frank_fault fault;

    return wording_check(support_text(text), 100, wording, "words", &fault);
}

static void words_show_something_and_hide_nothing(void **state)
{
    static const char *const unseen[] = {
        "",       " ",      "\u00a0", "\u00ad",       "\u034f",
        "\u061c", "\u115f", "\u1160", "\u1680",       "\u2003",
        "\u200b", "\u202f", "\u205f", "\u2060",       "\u2800",
        "\u3000", "\u3164", "\ufeff", "\uffa0 \u200e"};
    static const char *const bad[] = {"a\u202a", "a\u202e", "a\u2066",
                                      "a\u2069", "a\u2028", "a\u2029",
                                      "a\n"};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(unseen); i++) {
        assert_int_equal(check_words(unseen[i], WORDING_LINE),
                         FRANK_ERR_MISSING);
    }
    assert_int_equal(check_words("\u202a", WORDING_LINES), FRANK_ERR_MISSING);
    assert_int_equal(check_words("\u2028\u2029\n", WORDING_LINES),
                     FRANK_ERR_MISSING);
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_int_equal(check_words(bad[i], WORDING_LINE), FRANK_ERR_VALUE);
        assert_int_equal(check_words(bad[i], WORDING_LINES), 0);
    }
    assert_int_equal(check_words("a\xc2\x85", WORDING_LINES), FRANK_ERR_VALUE);
    assert_int_equal(check_words("a\x7f", WORDING_LINES), FRANK_ERR_VALUE);
    assert_int_equal(check_words("a\t", WORDING_LINES), FRANK_ERR_VALUE);
    assert_int_equal(check_words("a\xff", WORDING_LINES), FRANK_ERR_UTF8);
}

/* ---- The standard book --------------------------------------------------- */

static struct book *read_standard(void)
{
    struct book_error error;
    struct book *book = NULL;

    if (book_read(&book, (const char *)book_standard, book_standard_bytes,
                  &error, NULL) != FRANK_OK) {
        fail_msg("%s", error.text);
    }
    return book;
}

static void the_standard_book_is_the_file_and_routes_each_reason(void **state)
{
    static const char *const grave[] = {"child_safety", "grooming", "threat",
                                        "self_harm"};
    struct book *book = read_standard();
    const struct frank_reason *reason;

    (void)state;
    support_assert_span((struct frank_span){book_standard, book_standard_bytes},
                        support_file("moderation/policy/standard.json"));
    for (size_t i = 0; (reason = frank_reason_at(i)) != NULL; i++) {
        struct book_report report = {.reason = reason->code,
                                     .first_contact = true};
        size_t queue = book_route(book, &report);
        bool rest = strcmp(reason->name, "other") == 0 ||
                    strcmp(reason->name, "unspecified") == 0;

        assert_true(queue < book_queue_count(book));
        assert_int_equal(queue + 1 == book_queue_count(book), rest);
    }
    for (size_t i = 0; i < SUPPORT_COUNT(grave); i++) {
        struct book_report report = {
            .reason = frank_reason_named(grave[i])->code, .reporters = 100};

        assert_int_equal(book_route(book, &report), i / 2);
    }
    book_free(book);
}

static void the_standard_book_has_a_policy_for_each_reason(void **state)
{
    static const struct {
        const char *reason;
        const char *policy;
    } pairs[] = {
        {"spam", "spam"},
        {"fraud", "fraud"},
        {"harassment", "conduct.harassment"},
        {"hate", "conduct.hate"},
        {"threat", "violence.threat"},
        {"self_harm", "self_harm"},
        {"unsolicited_sexual", "sexual.unsolicited"},
        {"intimate_image", "sexual.intimate_image"},
        {"child_safety", "child_safety.material"},
        {"grooming", "child_safety.grooming"},
        {"extremism", "violence.extremism"},
        {"illegal_goods", "illegal_goods"},
        {"impersonation", "fraud.impersonation"},
        {"private_information", "conduct.private_information"},
        {"malware", "malware"},
        {"unspecified", "other"},
        {"other", "other"},
    };
    struct book *book = read_standard();
    const struct frank_reason *reason;
    size_t i;

    (void)state;
    for (i = 0; (reason = frank_reason_at(i)) != NULL; i++) {
        assert_true(i < SUPPORT_COUNT(pairs));
        assert_string_equal(pairs[i].reason, reason->name);
        assert_non_null(book_policy(book, pairs[i].policy));
    }
    assert_int_equal(i, SUPPORT_COUNT(pairs));
    book_free(book);
}

static void
the_standard_book_has_a_template_for_all_that_can_be_decided(void **state)
{
    struct book *book = read_standard();

    (void)state;
    for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        size_t any = 0;

        for (size_t i = 0; i < book_template_count(book); i++) {
            any += book_template_fits(book_template_at(book, i), NULL,
                                      (enum outcome)outcome);
        }
        assert_true(any > 0);
    }
    book_free(book);
}

/* ---- docs/POLICY.md ------------------------------------------------------ */

/* The blocks ```json of the page: a queue, a policy, a template. */
#define BLOCKS 3

static char *page_block(struct frank_span page, size_t index)
{
    static const char fence[] = "```json\n";
    const uint8_t *at = page.data;
    const uint8_t *end = page.data + page.len;
    const uint8_t *close;

    for (size_t i = 0; i <= index; i++) {
        at = memmem(at, (size_t)(end - at), fence, strlen(fence));
        assert_non_null(at);
        at += strlen(fence);
    }
    close = memmem(at, (size_t)(end - at), "```", 3);
    assert_non_null(close);
    return strndup((const char *)at, (size_t)(close - at));
}

static void the_examples_of_the_page_are_read(void **state)
{
    struct frank_span page = support_file("docs/POLICY.md");
    char *blocks[BLOCKS];
    char *lists[BLOCKS];
    struct book *book;

    (void)state;
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = page_block(page, i);
        assert_true(asprintf(&lists[i], "[%s%s]", blocks[i],
                             i == 0 ? ",{\"id\":\"z\",\"title\":\"Z\"}" : "") >
                    0);
    }
    book = read_text(make(lists[0], lists[1], GRAVE, lists[2], "0.05"));
    assert_string_equal(book_queue_at(book, 0)->id, "urgent");
    assert_int_equal(book_policy(book, "fraud.phishing")->depth, 1);
    assert_ptr_equal(book_template(book, "warn.fraud")->policy,
                     book_policy(book, "fraud"));
    for (size_t i = 0; i < BLOCKS; i++) {
        free(blocks[i]);
        free(lists[i]);
    }
    book_free(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_queues_policies_and_templates),
        cmocka_unit_test(walks_policies_in_order_with_their_depth),
        cmocka_unit_test(
            grave_is_a_grave_outcome_or_policy_unless_nothing_is_done),
        cmocka_unit_test(
            templates_fit_their_outcome_and_what_is_below_their_policy),
        cmocka_unit_test(routes_to_the_first_queue_whose_conditions_all_hold),
        cmocka_unit_test(numbers_sources_and_reporters_as_the_hub_does),
        cmocka_unit_test(names_what_a_later_book_has_lost),
        cmocka_unit_test(outcomes_have_names),
        cmocka_unit_test(refuses_what_is_no_json),
        cmocka_unit_test(refuses_more_than_a_mebibyte),
        cmocka_unit_test(
            refuses_members_of_the_whole_that_are_not_as_they_must_be),
        cmocka_unit_test(
            quotes_a_stranger_s_text_in_printable_characters_cut_short),
        cmocka_unit_test(refuses_queues_that_are_not_as_they_must_be),
        cmocka_unit_test(refuses_conditions_that_are_not_as_they_must_be),
        cmocka_unit_test(refuses_policies_that_are_not_as_they_must_be),
        cmocka_unit_test(refuses_titles_and_texts_that_are_not_as_they_must_be),
        cmocka_unit_test(refuses_a_tree_deeper_than_eight),
        cmocka_unit_test(refuses_more_than_it_can_hold),
        cmocka_unit_test(refuses_templates_that_are_not_as_they_must_be),
        cmocka_unit_test(refuses_languages_that_are_no_tags),
        cmocka_unit_test(refuses_blanks_that_are_not_as_they_must_be),
        cmocka_unit_test(refuses_braces_that_are_of_no_blank),
        cmocka_unit_test(names_the_member_in_the_fault),
        cmocka_unit_test(says_when_memory_runs_out),
        cmocka_unit_test(words_show_something_and_hide_nothing),
        cmocka_unit_test(the_standard_book_is_the_file_and_routes_each_reason),
        cmocka_unit_test(the_standard_book_has_a_policy_for_each_reason),
        cmocka_unit_test(
            the_standard_book_has_a_template_for_all_that_can_be_decided),
        cmocka_unit_test(the_examples_of_the_page_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
