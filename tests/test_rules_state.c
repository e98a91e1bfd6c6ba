/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that go on where the last one ended, and what they keep. */
#include "folder.h"
#include "key_json.h"
#include "story.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static struct rules *open_at(const char *path)
{
    char trouble[RULES_TROUBLE_BYTES];
    struct rules *rules;

    story_settings.path = path;
    assert_int_equal(rules_open(&rules, &story_settings, trouble), FRANK_OK);
    return rules;
}

static void feed(struct rules *rules, enum rules_log log, size_t until)
{
    while (rules_next(rules, log) < until) {
        uint64_t i = rules_next(rules, log);
        const char *text = story_text(log, (size_t)i);

        assert_int_equal(rules_entry(rules, log, i,
                                     (struct frank_span){(const uint8_t *)text,
                                                         strlen(text)}),
                         FRANK_OK);
    }
}

static bool count(void *context, const struct rules_finding *finding)
{
    (void)finding;
    ++*(size_t *)context;
    return true;
}

static size_t all_of(struct rules *rules)
{
    size_t n = 0;

    rules_each(rules, count, &n);
    return n;
}

static void finish(struct rules *rules)
{
    assert_int_equal(rules_end(rules, 0), FRANK_OK);
    assert_int_equal(rules_commit(rules), FRANK_OK);
    rules_close(rules);
}

static void broken(void)
{
    story_begin();
    (void)story_life(100);
    (void)story_arrives(1);
    (void)story_opens(ann, 1);
    (void)story_decides(ann, 1, "suspend");
    (void)story_received(2);
    story_now += 3 * STORY_DAY;
    (void)story_hub("padding", "%s", "");
}

static void a_second_run_goes_on_where_the_first_ended(void **state)
{
    struct rules *rules;
    struct rules_part part;
    size_t hub;
    size_t mod;

    (void)state;
    broken();
    hub = story_size(RULES_HUB);
    mod = story_size(RULES_MOD);
    for (size_t i = 0; i < 4; i++) {
        const char *const names[] = {"0", "1", "2", "3"};

        rules = open_at(names[i]);
        feed(rules, RULES_HUB, hub / (i + 2));
        feed(rules, RULES_MOD, mod * (i + 1) / 5);
        finish(rules);
        rules = open_at(names[i]);
        assert_int_equal(rules_next(rules, RULES_HUB), hub / (i + 2));
        feed(rules, RULES_HUB, hub);
        feed(rules, RULES_MOD, mod);
        assert_int_equal(rules_end(rules, 0), FRANK_OK);
        part = rules_part(rules, RULES_MOD);
        assert_int_equal(part.from, mod * (i + 1) / 5);
        assert_int_equal(part.to, mod);
        assert_int_equal(all_of(rules), 2);
        rules_close(rules);
    }
}

/* What was late stays late, and is told once. */
static void a_finding_is_told_once(void **state)
{
    struct rules *rules;
    size_t i;

    (void)state;
    broken();
    story_run("kept", 0);
    assert_int_equal(story_count, 2);
    (void)story_taken(2);
    i = story_case(ben, 1, "case_claimed", "released", NULL, NULL, "%s", "");
    rules = open_at("kept");
    feed(rules, RULES_HUB, story_size(RULES_HUB));
    feed(rules, RULES_MOD, story_size(RULES_MOD));
    assert_int_equal(rules_end(rules, 0), FRANK_OK);
    /* released in a state in which nobody is released, by nobody who held it */
    assert_int_equal(rules_findings(rules), 2);
    assert_int_equal(all_of(rules), 4);
    for (size_t j = 0; j < rules_count(); j++) {
        struct rules_result r = rules_result(rules, j);

        assert_int_equal(r.earlier,
                         strcmp(r.name, "second-reviewer") == 0 ||
                             strcmp(r.name, "taken-over-in-time") == 0);
    }
    assert_true(i > 0);
    rules_close(rules);
}

static void what_is_not_kept_is_as_if_it_never_was(void **state)
{
    struct rules *rules;

    (void)state;
    broken();
    rules = open_at("kept");
    feed(rules, RULES_MOD, 5);
    rules_close(rules);
    assert_false(folder_has("kept"));
    assert_false(folder_has("kept.new"));
    rules = open_at("kept");
    assert_int_equal(rules_next(rules, RULES_MOD), 0);
    feed(rules, RULES_MOD, 5);
    finish(rules);
    rules = open_at("kept");
    feed(rules, RULES_MOD, 9);
    rules_close(rules);
    rules = open_at("kept");
    assert_int_equal(rules_next(rules, RULES_MOD), 5);
    rules_close(rules);
}

static void other_limits_need_another_folder(void **state)
{
    char trouble[RULES_TROUBLE_BYTES];
    struct rules *rules;

    (void)state;
    broken();
    story_run("kept", 0);
    story_settings.limits.take_over += 1;
    assert_int_equal(rules_open(&rules, &story_settings, trouble),
                     FRANK_ERR_VALUE);
    assert_non_null(strstr(trouble, "other limits"));
    story_settings.limits.take_over -= 1;
    story_settings.path = "nowhere/kept";
    assert_int_equal(rules_open(&rules, &story_settings, trouble),
                     FRANK_ERR_FILE);
    folder_put("other", "not a database, but a text of some length", 41, 0600);
    story_settings.path = "other";
    assert_int_equal(rules_open(&rules, &story_settings, trouble),
                     FRANK_ERR_FILE);
}

static void entries_come_in_order(void **state)
{
    const struct frank_span text = {(const uint8_t *)"{}", 2};
    struct rules *rules;

    (void)state;
    broken();
    rules = open_at(NULL);
    assert_int_equal(rules_entry(rules, RULES_HUB, 1, text),
                     FRANK_ERR_ARGUMENT);
    assert_int_equal(
        rules_entry(rules, RULES_HUB, 0, (struct frank_span){text.data, 70000}),
        FRANK_ERR_ARGUMENT);
    assert_int_equal(rules_entry(rules, RULES_HUB, 0, text), FRANK_OK);
    rules_close(rules);
    rules_close(NULL);
}

/* The moderation side's log may be read first. */
static void the_order_of_the_logs_does_not_matter(void **state)
{
    struct rules *rules;

    (void)state;
    broken();
    for (unsigned threads = 1; threads <= 3; threads++) {
        story_settings.threads = threads;
        rules = open_at(NULL);
        feed(rules, RULES_MOD, story_size(RULES_MOD));
        feed(rules, RULES_HUB, story_size(RULES_HUB));
        assert_int_equal(rules_end(rules, 0), FRANK_OK);
        assert_int_equal(all_of(rules), 2);
        assert_true(rules_receipts(rules) > 0);
        rules_close(rules);
    }
    /* taken over late, and received afterwards, as it is read */
    story_begin();
    (void)story_received(1);
    story_now += 25 * STORY_HOUR;
    (void)story_case(service, 1, "report_taken_over", "new", NULL, NULL,
                     ",\"report\":\"%s\"", story_report_name(1));
    rules = open_at(NULL);
    feed(rules, RULES_MOD, story_size(RULES_MOD));
    feed(rules, RULES_HUB, story_size(RULES_HUB));
    assert_int_equal(rules_end(rules, 0), FRANK_OK);
    assert_int_equal(rules_findings(rules), 1);
    rules_close(rules);
}

static bool add_up(void *context, uint64_t day, enum rules_number number,
                   uint64_t n)
{
    uint64_t *sums = context;

    assert_true(day >= 19675);
    sums[number] += n;
    return true;
}

static void the_numbers_are_those_of_the_logs(void **state)
{
    uint64_t sums[NUMBER_COUNT] = {0};
    uint64_t spans[RULES_BUCKETS];
    struct rules *rules;

    (void)state;
    story_begin();
    (void)story_life(100);
    rules = open_at(NULL);
    feed(rules, RULES_HUB, story_size(RULES_HUB));
    feed(rules, RULES_MOD, story_size(RULES_MOD));
    assert_int_equal(rules_end(rules, 0), FRANK_OK);
    rules_days(rules, add_up, sums);
    assert_int_equal(sums[NUMBER_RECEIVED], 6);
    assert_int_equal(sums[NUMBER_TAKEN], 6);
    assert_int_equal(sums[NUMBER_REFUSED], 4);
    assert_int_equal(sums[NUMBER_OPENED], 5);
    assert_int_equal(sums[NUMBER_NO_ACTION], 1);
    assert_int_equal(sums[NUMBER_WARN], 1);
    assert_int_equal(sums[NUMBER_RESTRICT], 2);
    assert_int_equal(sums[NUMBER_ESCALATE], 1);
    assert_int_equal(sums[NUMBER_DISMISSED], 2);
    assert_int_equal(sums[NUMBER_APPEALED], 2);
    assert_int_equal(sums[NUMBER_OVERTURNED], 1);
    assert_int_equal(sums[NUMBER_PURGED], 5);
    rules_spans(rules, SPAN_TAKE_OVER, spans);
    assert_int_equal(spans[0], 6);
    rules_spans(rules, SPAN_DECIDE, spans);
    assert_int_equal(spans[0] + spans[1] + spans[2] + spans[3], 5);
    assert_string_equal(rules_bucket(RULES_BUCKETS - 1), "longer");
    rules_close(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_second_run_goes_on_where_the_first_ended),
        IN_FOLDER(a_finding_is_told_once),
        IN_FOLDER(what_is_not_kept_is_as_if_it_never_was),
        IN_FOLDER(other_limits_need_another_folder),
        IN_FOLDER(entries_come_in_order),
        IN_FOLDER(the_order_of_the_logs_does_not_matter),
        IN_FOLDER(the_numbers_are_those_of_the_logs),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    key_json_start(abort);
    (void)reports_quorum(); /* before the tests leave this folder */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
