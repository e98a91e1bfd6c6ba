/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of logs: which ones are taken, and what is wrong with others. */
#include "key_json.h"
#include "rules_member.h"
#include "story.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rules_entry read_text(enum rules_log log, const char *text)
{
    const struct rules_quorums quorums = {reports_quorum(), 1};
    struct rules_entry entry;

    rules_read(&entry, log, 7, support_text(text), &quorums);
    assert_int_equal(entry.index, 7);
    return entry;
}

static void every_entry_of_a_life_is_known(void **state)
{
    uint64_t seen = 0;

    (void)state;
    story_begin();
    (void)story_life(1);
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        for (size_t i = 0; i < story_size(log); i++) {
            struct rules_entry e = read_text(log, story_text(log, i));

            assert_null(e.wrong);
            assert_true(e.usable);
            seen |= UINT64_C(1) << e.what;
        }
    }
    assert_true(seen != 0);
}

/* Whatever one byte becomes, the entry is refused, or is another one of the
 * same form; nothing else happens. */
static void no_change_of_a_byte_is_taken_for_another_kind(void **state)
{
    (void)state;
    story_begin();
    (void)story_life(1);
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        for (size_t i = 0; i < story_size(log); i += 5) {
            char *text = story_text(log, i);
            size_t len = strlen(text);

            for (size_t j = 0; j < len; j += 3) {
                char was = text[j];
                struct rules_entry e;

                text[j] = (char)(was ^ 1);
                e = read_text(log, text);
                assert_true(e.usable || e.wrong != NULL);
                text[j] = was;
            }
        }
    }
}

/* Each member of each entry is needed, and is there once; but for `previous`,
 * which the first entry of a case has not: rule case-chain. */
static void no_member_may_be_missing(void **state)
{
    (void)state;
    story_begin();
    (void)story_life(1);
    for (unsigned log = 0; log < RULES_LOGS; log++) {
        for (size_t i = 0; i < story_size(log); i++) {
            json_t *object =
                json_loads(story_text(log, i), JSON_REJECT_DUPLICATES, NULL);
            const char *name;
            json_t *value;
            void *next;

            assert_non_null(object);
            json_object_foreach_safe(object, next, name, value)
            {
                json_t *copy = json_copy(object);
                char *text;

                assert_int_equal(json_object_del(copy, name), 0);
                text = json_dumps(copy, JSON_COMPACT | JSON_PRESERVE_ORDER);
                assert_int_equal(read_text(log, text).wrong == NULL,
                                 strcmp(name, "previous") == 0);
                free(text);
                assert_int_equal(json_object_set_new(copy, name, json_null()),
                                 0);
                text = json_dumps(copy, JSON_COMPACT | JSON_PRESERVE_ORDER);
                assert_non_null(read_text(log, text).wrong);
                free(text);
                json_decref(copy);
            }
            json_decref(object);
        }
    }
}

static void an_entry_of_the_other_log_is_not_known(void **state)
{
    (void)state;
    story_begin();
    (void)story_life(1);
    for (size_t i = 0; i < story_size(RULES_MOD) - 1; i++) {
        assert_non_null(read_text(RULES_HUB, story_text(RULES_MOD, i)).wrong);
    }
    assert_non_null(read_text(RULES_MOD, story_text(RULES_HUB, 0)).wrong);
}

static void values_have_bounds(void **state)
{
    static const struct {
        enum rules_member member;
        const char *good;
        const char *bad;
    } values[] = {
        {MEMBER_BY, "\"service\"", "\"Service\""},
        {MEMBER_BY, "\"00000000000000ff\"", "\"00000000000000FF\""},
        {MEMBER_NOBODY, "\"\"", "\"0\""},
        {MEMBER_REPORTS, "64", "65"},
        {MEMBER_REPORTS, "1", "0"},
        {MEMBER_HOLDERS, "[1,32]", "[0]"},
        {MEMBER_HOLDERS, "[]", "[33]"},
        {MEMBER_HOLDERS, "[1]", "{}"},
        {MEMBER_VERDICTS, "{\"a\":0}", "{\"a\":-1}"},
        {MEMBER_POLICY, "\"a.b-c_9\"", "\"A\""},
        {MEMBER_POLICY, "\"a\"", "5"},
        {MEMBER_OUTCOME, "\"escalate\"", "\"ban\""},
        {MEMBER_GRAVE, "true", "1"},
        {MEMBER_UNOPENED, "true", "false"},
        {MEMBER_AGREES, "false", "null"},
        {MEMBER_THRESHOLD, "32", "33"},
        {MEMBER_HOLDER_COUNT, "1", "0"},
        {MEMBER_ROLES, "[\"reviewer\",\"lead\"]", "[\"lead\",\"lead\"]"},
        {MEMBER_ROLES, "[]", "[\"boss\"]"},
        {MEMBER_TO_HUB, "\"hub\"", "\"accused\""},
        {MEMBER_TO_ACCUSED, "\"accused\"", "\"hub\""},
        {MEMBER_TOLD, "\"\"", "\"received\""},
        {MEMBER_EPOCH, "4294967295", "4294967296"},
        {MEMBER_EPOCH_STATE, "\"live\"", "\"dead\""},
        {MEMBER_UNTIL, "9007199254740992", "9007199254740993"},
        {MEMBER_UNTIL, "0", "1.0"},
        {MEMBER_BUNDLE, "\"0123456789abcdef0123456789abcdef\"", "\"01\""},
        {MEMBER_COUNT, NULL, "1"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(values); i++) {
        for (unsigned j = 0; j < 2; j++) {
            const char *text = j == 0 ? values[i].good : values[i].bad;
            struct rules_entry entry = {.usable = false};
            json_t *value =
                text != NULL ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

            if (value != NULL) {
                assert_int_equal(
                    rules_member_read(&entry, values[i].member, value), j == 0);
            }
            json_decref(value);
        }
    }
}

static void receipts_are_read_and_checked(void **state)
{
    struct rules_entry e;
    size_t i;

    (void)state;
    story_begin();
    (void)story_arrives(1);
    i = story_gives(2, 1);
    e = read_text(RULES_MOD, story_text(RULES_MOD, i));
    assert_true(e.has_receipt);
    assert_int_equal(e.receipt_error, FRANK_OK);
    assert_int_equal(e.receipt.holder, 2);
    story_replace(RULES_MOD, i, "\"receipt\":\"02", "\"receipt\":\"01");
    e = read_text(RULES_MOD, story_text(RULES_MOD, i));
    assert_int_equal(e.receipt_error, FRANK_ERR_PROOF);
    story_replace(RULES_MOD, i, "\"receipt\":\"01", "\"receipt\":\"00");
    e = read_text(RULES_MOD, story_text(RULES_MOD, i));
    assert_true(e.usable);
    assert_int_equal(e.receipt_error, FRANK_ERR_HOLDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_of_a_life_is_known),
        cmocka_unit_test(no_change_of_a_byte_is_taken_for_another_kind),
        cmocka_unit_test(no_member_may_be_missing),
        cmocka_unit_test(an_entry_of_the_other_log_is_not_known),
        cmocka_unit_test(values_have_bounds),
        cmocka_unit_test(receipts_are_read_and_checked),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    key_json_start(abort);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
