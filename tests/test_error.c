/* SPDX-License-Identifier: Apache-2.0 */
/* Errors and faults in words: each has some, none overruns its buffer. */
#include "support.h"

#include <string.h>

static void each_error_has_words_of_its_own(void **state)
{
    (void)state;
    for (int a = FRANK_ERR_NO_FILE; a <= FRANK_OK; a++) {
        assert_string_not_equal(frank_strerror(a), "unknown error");
        for (int b = a + 1; b <= FRANK_OK; b++) {
            assert_string_not_equal(frank_strerror(a), frank_strerror(b));
        }
    }
}

static void other_values_are_unknown_errors(void **state)
{
    static const int others[] = {1, FRANK_ERR_NO_FILE - 1, INT32_MIN,
                                 INT32_MAX};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(others); i++) {
        assert_string_equal(frank_strerror(others[i]), "unknown error");
    }
}

static void assert_text(const struct frank_fault *fault, const char *expected)
{
    char text[FRANK_FAULT_TEXT_BYTES];

    frank_fault_text(text, sizeof text, fault);
    assert_string_equal(text, expected);
}

static void a_fault_says_what_where_and_what_was_expected(void **state)
{
    (void)state;
    assert_text(&(struct frank_fault){FRANK_ERR_LENGTH, "salt", 1, 15, 16},
                "salt at byte 1: not of the required length: 15 instead of 16");
    assert_text(&(struct frank_fault){FRANK_ERR_TRUNCATED, "body", 40, 2, 10},
                "body at byte 40: ends too early: 2 bytes, 10 needed");
    assert_text(&(struct frank_fault){FRANK_ERR_LIMIT, "note", 7, 4097, 4096},
                "note at byte 7: larger than the limit: 4097, at most 4096");
    assert_text(&(struct frank_fault){FRANK_ERR_FORMAT, "content", 0, 0xff, 0},
                "content at byte 0: unknown content format: 0xff");
    assert_text(&(struct frank_fault){FRANK_ERR_MISSING, "room URI", 9, 0, 1},
                "room URI at byte 9: missing or empty");
    assert_text(&(struct frank_fault){FRANK_ERR_TAG, "franking tag", 0, 0, 0},
                "franking tag: content is not what the franking tag commits "
                "to");
    assert_text(&(struct frank_fault){FRANK_ERR_AEAD, "aead", 0, 30, 0},
                "aead: AEAD not supported: 30");
    assert_text(&(struct frank_fault){FRANK_ERR_AEAD, "aead", 7, 30, 0},
                "aead at byte 7: AEAD not supported: 30");
    assert_text(&(struct frank_fault){FRANK_ERR_MEMORY, NULL, 0, 0, 0},
                "out of memory");
}

static void no_text_overruns_its_buffer(void **state)
{
    struct frank_fault fault = {FRANK_ERR_TRUNCATED, "field", SIZE_MAX,
                                UINT64_MAX, UINT64_MAX};

    (void)state;
    for (fault.error = FRANK_OK; fault.error >= FRANK_ERR_NO_FILE;
         fault.error--) {
        for (size_t size = 0; size < FRANK_FAULT_TEXT_BYTES; size++) {
            char *text = (char *)support_zeros(size);

            frank_fault_text(text, size, &fault);
            assert_true(size == 0 || memchr(text, 0, size) != NULL);
        }
    }
}

static void each_rule_has_words_of_its_own(void **state)
{
    (void)state;
    for (int a = 0; a < FRANK_RULE_COUNT; a++) {
        assert_string_not_equal(frank_rule_text((enum frank_rule)a),
                                "unknown rule");
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(frank_rule_text((enum frank_rule)a),
                                    frank_rule_text((enum frank_rule)b));
        }
    }
    assert_string_equal(frank_rule_text(FRANK_RULE_COUNT), "unknown rule");
}

static void the_library_tells_its_version(void **state)
{
    (void)state;
    assert_string_equal(frank_version(), FRANK_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_has_words_of_its_own),
        cmocka_unit_test(other_values_are_unknown_errors),
        cmocka_unit_test(a_fault_says_what_where_and_what_was_expected),
        cmocka_unit_test(no_text_overruns_its_buffer),
        cmocka_unit_test(each_rule_has_words_of_its_own),
        cmocka_unit_test(the_library_tells_its_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
