/* SPDX-License-Identifier: Apache-2.0 */
/* The page of what the rules found. */
#include "../moderation/frank-audit/rules_page.h"
#include "folder.h"
#include "key_json.h"
#include "story.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static size_t text_len;
static bool compared;

static struct rules *run_all(void)
{
    char trouble[RULES_TROUBLE_BYTES];
    struct rules *rules;

    story_settings.path = NULL;
    assert_int_equal(rules_open(&rules, &story_settings, trouble), FRANK_OK);
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        for (size_t i = 0; i < story_size(log); i++) {
            const char *entry = story_text(log, i);

            assert_int_equal(
                rules_entry(
                    rules, log, i,
                    (struct frank_span){(const uint8_t *)entry, strlen(entry)}),
                FRANK_OK);
        }
    }
    assert_int_equal(rules_end(rules, 0), FRANK_OK);
    assert_int_equal(rules_commit(rules), FRANK_OK);
    return rules;
}

static void write_page(const char *origin)
{
    struct rules *rules = run_all();
    struct rules_page page = {.rules = rules,
                              .limits = &story_settings.limits,
                              .now = story_now,
                              .compared = compared};
    FILE *out;

    for (unsigned log = 0; log < RULES_LOGS; log++) {
        page.logs[log].origin = origin;
        page.logs[log].size = story_size(log);
        memset(page.logs[log].root, 'a', 64);
    }
    free(text);
    out = open_memstream(&text, &text_len);
    assert_non_null(out);
    rules_page_write(out, &page);
    assert_int_equal(fclose(out), 0);
    rules_close(rules);
    folder_put("page.html", text, text_len, 0600);
}

static size_t count(const char *word)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        n++;
    }
    return n;
}

static void assert_alone(void)
{
    assert_int_equal(count("<script"), 0);
    assert_int_equal(count("src="), 0);
    assert_int_equal(count("href="), 0);
    assert_int_equal(count("url("), 0);
    assert_int_equal(count("<svg"), count("</svg>"));
    assert_int_equal(count("<table"), count("</table>"));
    assert_int_equal(count("<tr>"), count("</tr>"));
    assert_int_equal(count("</html>"), 1);
    assert_null(strchr(text, '\t'));
}

static void a_page_says_that_all_is_well(void **state)
{
    (void)state;
    story_begin();
    (void)story_life(1);
    write_page("log.example");
    assert_alone();
    assert_int_equal(count("No rule was broken"), 1);
    assert_int_equal(count("<h2>Findings"), 0);
    for (size_t i = 0; i < rules_count(); i++) {
        assert_true(count("<tr><td><b>") == rules_count());
    }
}

/* Well by one log is not well by the one that others see. */
static void it_says_whether_witnesses_saw_the_logs(void **state)
{
    (void)state;
    story_begin();
    write_page("log.example");
    assert_int_equal(count("Compared with witnesses: no;"), 1);
    compared = true;
    write_page("log.example");
    compared = false;
    assert_int_equal(count("Compared with witnesses: yes (policy)."), 1);
    assert_int_equal(count("Compared with witnesses: no"), 0);
}

static void a_rule_without_entries_had_nothing_to_look_at(void **state)
{
    (void)state;
    story_begin();
    (void)story_life(1);
    write_page("log.example");
    assert_int_equal(count("nothing to look at"), 0);
    story_begin();
    write_page("log.example");
    assert_true(count("nothing to look at") > 10);
    assert_int_equal(count("<td class=\"n\">0</td><td"), 0);
}

static void findings_are_on_it_and_nothing_slips_through(void **state)
{
    (void)state;
    story_begin();
    (void)story_arrives(1);
    (void)story_opens(ann, 1);
    (void)story_decides(ann, 1, "suspend");
    write_page("<script>alert('&\"\x01\xff')</script>");
    assert_alone();
    assert_int_equal(count("1 finding, in"), 1);
    assert_int_equal(count("&lt;script&gt;alert(&#39;&amp;&quot;\\x01\\xff"),
                     2);
    assert_int_equal(count(story_case_name(1)), 1);
}

static void empty_logs_have_a_page(void **state)
{
    (void)state;
    story_begin();
    story_end();
    write_page("log.example");
    assert_alone();
    assert_int_equal(count("Nothing is in the logs yet"), 1);
}

/* Two years fit into one picture. */
static void many_days_become_fewer_bars(void **state)
{
    unsigned number = 1;

    (void)state;
    story_begin();
    for (unsigned i = 0; i < 120; i++) {
        for (unsigned j = 0; j < 1 + i * 7 % 9; j++, number++) {
            (void)story_arrives(number);
            if (number % 3 != 0) {
                (void)story_opens(ann, number);
                (void)story_decides(
                    ann, number,
                    outcome_text((enum outcome)(number % 7 % OUTCOME_COUNT)));
            }
        }
        story_now += 6 * STORY_DAY;
    }
    write_page("log.example");
    assert_alone();
    assert_int_equal(count("days a bar"), 2); /* what came in, and decisions */
    assert_true(count("<g>") > 80 && count("<g>") <= 180);
    assert_true(count("purged-in-time") > 100);
}

static void numbers_are_easy_to_read(void **state)
{
    static const struct {
        uint64_t number;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {1234567, "1,234,567"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    char out[RULES_PAGE_NUMBER_BYTES];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        assert_string_equal(rules_page_number(out, cases[i].number),
                            cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_page_says_that_all_is_well),
        IN_FOLDER(it_says_whether_witnesses_saw_the_logs),
        IN_FOLDER(a_rule_without_entries_had_nothing_to_look_at),
        IN_FOLDER(findings_are_on_it_and_nothing_slips_through),
        IN_FOLDER(empty_logs_have_a_page),
        IN_FOLDER(many_days_become_fewer_bars),
        IN_FOLDER(numbers_are_easy_to_read),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    key_json_start(abort);
    (void)reports_quorum(); /* before the tests leave this folder */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
