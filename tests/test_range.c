/* SPDX-License-Identifier: Apache-2.0 */
/* Byte ranges of HTTP. */
#include "range.h"
#include "support.h"

static const struct {
    const char *header;
    uint64_t size;
    enum range_asked is;
    struct byte_range range;
} asked[] = {
    {NULL, 10, RANGE_ALL, {0, 0}},
    {"bytes=0-", 10, RANGE_PART, {0, 9}},
    {"Bytes=0-0", 10, RANGE_PART, {0, 0}},
    {"bytes=3-7", 10, RANGE_PART, {3, 7}},
    {"bytes=3-99", 10, RANGE_PART, {3, 9}},
    {"bytes=9-", 10, RANGE_PART, {9, 9}},
    {"bytes=0-99999999999999999999", 10, RANGE_PART, {0, 9}},
    {"bytes=-4", 10, RANGE_PART, {6, 9}},
    {"bytes=-10", 10, RANGE_PART, {0, 9}},
    {"bytes=-99999999999999999999", 10, RANGE_PART, {0, 9}},
    {"bytes=10-", 10, RANGE_NONE, {0, 0}},
    {"bytes=99999999999999999999-", 10, RANGE_NONE, {0, 0}},
    {"bytes=-0", 10, RANGE_NONE, {0, 0}},
    {"bytes=-1", 0, RANGE_NONE, {0, 0}},
    {"bytes=0-", 0, RANGE_NONE, {0, 0}},
    {"bytes=7-3", 10, RANGE_ALL, {0, 0}},
    {"bytes=0-1,3-4", 10, RANGE_ALL, {0, 0}},
    {"bytes=-1,3-4", 10, RANGE_ALL, {0, 0}},
    {"bytes=-", 10, RANGE_ALL, {0, 0}},
    {"bytes=", 10, RANGE_ALL, {0, 0}},
    {"bytes=1", 10, RANGE_ALL, {0, 0}},
    {"bytes=a-b", 10, RANGE_ALL, {0, 0}},
    {"bytes=1-b", 10, RANGE_ALL, {0, 0}},
    {"bytes= 1-2", 10, RANGE_ALL, {0, 0}},
    {"seconds=1-2", 10, RANGE_ALL, {0, 0}},
};

static void tells_what_is_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct byte_range range = {0, 0};

        assert_int_equal(range_asked(&range, asked[i].header, asked[i].size),
                         asked[i].is);
        assert_int_equal(range.first, asked[i].range.first);
        assert_int_equal(range.last, asked[i].range.last);
    }
}

static void reads_what_was_given(void **state)
{
    struct byte_range range;
    uint64_t total;

    (void)state;
    assert_true(range_given(&range, &total, "bytes 5-9/100"));
    assert_int_equal(range.first, 5);
    assert_int_equal(range.last, 9);
    assert_int_equal(total, 100);
    assert_true(range_given(&range, &total, "Bytes 0-0/*"));
    assert_int_equal(total, UINT64_MAX);
}

static void refuses_what_was_not_given_as_bytes(void **state)
{
    static const char *const headers[] = {"bytes */100",
                                          "bytes 5-9",
                                          "bytes 9-5/100",
                                          "bytes 5-9/9",
                                          "bytes 5-9/100 ",
                                          "bytes 5-9/",
                                          "bytes=5-9/100",
                                          "items 5-9/100",
                                          "bytes -9/100",
                                          "bytes 5-/100",
                                          "bytes 5 9/100",
                                          "bytes 5-9/*x",
                                          "",
                                          "bytes ",
                                          "bytes x-9/100"};
    struct byte_range range;
    uint64_t total;

    (void)state;
    assert_false(range_given(&range, &total, NULL));
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        assert_false(range_given(&range, &total, headers[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_is_asked),
        cmocka_unit_test(reads_what_was_given),
        cmocka_unit_test(refuses_what_was_not_given_as_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
