/* SPDX-License-Identifier: Apache-2.0 */
#include "cbor.h"
#include "support.h"

#include <string.h>

static void skip_item(struct wire_reader *r, struct frank_span item)
{
    wire_read_init(r, item, 0);
    cbor_skip(r, "field");
}

/* ---- RFC 8949 ----------------------------------------------------------- */

/* Appendix A. */
static const char *const well_formed[] = {
    "00",
    "01",
    "0a",
    "17",
    "1818",
    "1819",
    "1864",
    "1903e8",
    "1a000f4240",
    "1b000000e8d4a51000",
    "1bffffffffffffffff",
    "c249010000000000000000",
    "3bffffffffffffffff",
    "c349010000000000000000",
    "20",
    "29",
    "3863",
    "3903e7",
    "f90000",
    "f98000",
    "f93c00",
    "fb3ff199999999999a",
    "f93e00",
    "f97bff",
    "fa47c35000",
    "fa7f7fffff",
    "fb7e37e43c8800759c",
    "f90001",
    "f90400",
    "f9c400",
    "fbc010666666666666",
    "f97c00",
    "f97e00",
    "f9fc00",
    "fa7f800000",
    "fa7fc00000",
    "faff800000",
    "fb7ff0000000000000",
    "fb7ff8000000000000",
    "fbfff0000000000000",
    "f4",
    "f5",
    "f6",
    "f7",
    "f0",
    "f8ff",
    "c074 '2013-03-21T20:04:00Z'",
    "c11a514b67b0",
    "c1fb41d452d9e8200000",
    "d74401020304",
    "d818456449455446",
    "d82076 'http://www.example.com'",
    "40",
    "4401020304",
    "60",
    "6161",
    "6449455446",
    "62225c",
    "62c3bc",
    "63e6b0b4",
    "64f0908591",
    "80",
    "83010203",
    "8301820203820405",
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    "a0",
    "a201020304",
    "a26161016162820203",
    "826161a161626163",
    "a56161614161626142616361436164614461656145",
    "5f42010243030405ff",
    "7f657374726561646d696e67ff",
    "9fff",
    "9f018202039f0405ffff",
    "9f01820203820405ff",
    "83018202039f0405ff",
    "83019f0203ff820405",
    "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
    "bf61610161629f0203ffff",
    "826161bf61626163ff",
    "bf6346756ef563416d7421ff",
    /* and heads that are longer than they must be */
    "1800",
    "190000",
    "1a00000000",
    "1b0000000000000000",
    "580161",
    "790000",
    "9a0000000100",
    "bb0000000000000000",
    "da0000000000",
    "5fff",
    "7fff",
    "bfff",
    "5f40ff",
    "e0",
    "f3",
    "f820",
    "9fc100ff",
};

/* Appendix F. */
static const char *const not_well_formed[] = {
    /* the input ends within a head */
    "18",
    "19",
    "1a",
    "1b",
    "1901",
    "1a0102",
    "1b01020304050607",
    "38",
    "58",
    "78",
    "98",
    "9a01ff00",
    "b8",
    "d8",
    "f8",
    "f900",
    "fa0000",
    "fb000000",
    /* or within a string */
    "41",
    "61",
    "5affffffff00",
    "5bffffffffffffffff010203",
    "7affffffff00",
    "7b7fffffffffffffff010203",
    /* arrays, maps and tags without all their items */
    "81",
    "818181818181818181",
    "8200",
    "a1",
    "a20102",
    "a100",
    "a2000000",
    "c0",
    /* indefinite lengths without a break */
    "5f4100",
    "7f6100",
    "9f",
    "9f0102",
    "bf",
    "bf01020102",
    "819f",
    "9f8000",
    "9f9f9f9f9fffffffff",
    "9f819f819f9fffffff",
    /* reserved additional information */
    "1c",
    "1d",
    "1e",
    "3c",
    "3d",
    "3e",
    "5c",
    "5d",
    "5e",
    "7c",
    "7d",
    "7e",
    "9c",
    "9d",
    "9e",
    "bc",
    "bd",
    "be",
    "dc",
    "dd",
    "de",
    "fc",
    "fd",
    "fe",
    /* reserved two-byte simple values */
    "f800",
    "f801",
    "f818",
    "f81f",
    /* chunks of a wrong type, or of indefinite length */
    "5f00ff",
    "5f21ff",
    "5f6100ff",
    "5f80ff",
    "5fa0ff",
    "5fc000ff",
    "5fe0ff",
    "7f4100ff",
    "5f5f4100ffff",
    "7f7f6100ffff",
    /* a break of its own, or within definite lengths */
    "ff",
    "81ff",
    "8200ff",
    "a1ff",
    "a1ff00",
    "a100ff",
    "a20000ff",
    "9f81ff",
    "9f829f819f9fffffffff",
    /* a break where a map's value must come */
    "bf00ff",
    "bf000000ff",
    /* no indefinite length */
    "1f",
    "3f",
    "df",
    /* tags without content inside */
    "9fc1ff",
    "82c1",
    "5f41",
    "5f",
    "bf00c1ff",
};

static void reads_every_example_of_appendix_a(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(well_formed); i++) {
        struct frank_span item = support_bytes(well_formed[i]);
        struct wire_reader r;

        skip_item(&r, item);
        if (!wire_read_ok(&r) || r.pos != item.len) {
            fail_msg("%s", well_formed[i]);
        }
    }
}

static void refuses_every_example_of_appendix_f(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(not_well_formed); i++) {
        struct wire_reader r;

        skip_item(&r, support_bytes(not_well_formed[i]));
        if (r.fault.error != FRANK_ERR_CBOR &&
            r.fault.error != FRANK_ERR_TRUNCATED) {
            fail_msg("%s", not_well_formed[i]);
        }
    }
}

static void refuses_every_prefix_of_an_item(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(well_formed); i++) {
        struct frank_span item = support_bytes(well_formed[i]);

        for (size_t cut = 0; cut < item.len; cut++) {
            struct wire_reader r;

            skip_item(&r,
                      (struct frank_span){support_copy(item.data, cut), cut});
            assert_int_equal(r.fault.error, FRANK_ERR_TRUNCATED);
        }
    }
}

static void leaves_what_stands_behind_an_item(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(well_formed); i++) {
        struct frank_span item = support_bytes(well_formed[i]);
        uint8_t *longer = support_zeros(item.len + 2);
        struct wire_reader r;

        memcpy(longer, item.data, item.len);
        memset(longer + item.len, 0xff, 2);
        skip_item(&r, (struct frank_span){longer, item.len + 2});
        assert_true(wire_read_ok(&r));
        assert_int_equal(r.pos, item.len);
    }
}

static void refuses_no_bytes_at_all(void **state)
{
    struct wire_reader r;

    (void)state;
    skip_item(&r, (struct frank_span){NULL, 0});
    assert_int_equal(r.fault.error, FRANK_ERR_TRUNCATED);
    assert_int_equal(r.fault.expected, 1);
}

/* ---- Heads -------------------------------------------------------------- */

static void heads_say_what_was_encoded(void **state)
{
    static const struct {
        const char *bytes;
        enum cbor_major major;
        uint8_t info;
        bool indefinite;
        uint64_t value;
    } cases[] = {
        {"17", CBOR_UINT, 23, false, 23},
        {"1817", CBOR_UINT, 24, false, 23},
        {"190100", CBOR_UINT, 25, false, 256},
        {"1a01020304", CBOR_UINT, 26, false, 0x01020304},
        {"1b0102030405060708", CBOR_UINT, 27, false, 0x0102030405060708},
        {"3bffffffffffffffff", CBOR_NEGINT, 27, false, UINT64_MAX},
        {"43", CBOR_BYTES, 3, false, 3},
        {"5f", CBOR_BYTES, 31, true, 0},
        {"7801", CBOR_TEXT, 24, false, 1},
        {"9f", CBOR_ARRAY, 31, true, 0},
        {"b2", CBOR_MAP, 18, false, 18},
        {"d9d9f7", CBOR_TAG, 25, false, 55799},
        {"f6", CBOR_SIMPLE, 22, false, 22},
        {"f97e00", CBOR_SIMPLE, 25, false, 0x7e00},
        {"ff", CBOR_SIMPLE, 31, true, 0},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct cbor_head head;
        struct wire_reader r;

        wire_read_init(&r, support_bytes(cases[i].bytes), 10);
        head = cbor_read_head(&r, "field");
        assert_true(wire_read_ok(&r));
        assert_int_equal(r.pos, r.len);
        assert_int_equal(head.major, cases[i].major);
        assert_int_equal(head.info, cases[i].info);
        assert_int_equal(head.indefinite, cases[i].indefinite);
        assert_true(head.value == cases[i].value);
        assert_int_equal(head.pos, 0);
    }
}

static void faults_of_heads_name_their_place(void **state)
{
    struct wire_reader r;

    (void)state;
    wire_read_init(&r, support_bytes("83 00 1c 00"), 10);
    cbor_skip(&r, "field");
    assert_int_equal(r.fault.error, FRANK_ERR_CBOR);
    assert_int_equal(r.fault.offset, 12);
    assert_int_equal(r.fault.found, 0x1c);
    assert_string_equal(r.fault.field, "field");

    wire_read_init(&r, support_bytes("82 00 19 00"), 10);
    cbor_skip(&r, "field");
    assert_int_equal(r.fault.error, FRANK_ERR_TRUNCATED);
    assert_int_equal(r.fault.offset, 12);
    assert_int_equal(r.fault.found, 2);
    assert_int_equal(r.fault.expected, 3);
}

static void tags_in_front_are_stepped_over(void **state)
{
    struct wire_reader r;
    struct cbor_head head;

    (void)state;
    wire_read_init(&r, support_bytes("(d9d9f7 c0 d81a)*1000 63'abc'"), 0);
    head = cbor_read_untagged(&r, "field");
    assert_int_equal(head.major, CBOR_TEXT);
    assert_int_equal(head.pos, 6000);

    wire_read_init(&r, support_bytes("63'abc'"), 0);
    head = cbor_read_untagged(&r, "field");
    assert_int_equal(head.pos, 0);

    wire_read_init(&r, support_bytes("c0 c1"), 0);
    head = cbor_read_untagged(&r, "field");
    assert_int_equal(r.fault.error, FRANK_ERR_TRUNCATED);
    assert_int_equal(r.fault.offset, 2);
}

static void only_a_break_is_a_break(void **state)
{
    struct wire_reader r;

    (void)state;
    wire_read_init(&r, support_bytes("00 ff"), 0);
    assert_false(cbor_read_break(&r));
    assert_int_equal(r.pos, 0);
    cbor_skip(&r, "field");
    assert_true(cbor_read_break(&r));
    assert_int_equal(r.pos, 2);
    assert_false(cbor_read_break(&r));
    wire_read_init(&r, support_bytes("ff"), 0);
    wire_read_fail(&r, FRANK_ERR_VALUE, "field", 0, 0, 0);
    assert_false(cbor_read_break(&r));
}

static void a_failed_reader_skips_nothing(void **state)
{
    struct cbor_head head = {.major = CBOR_ARRAY, .value = 2};
    struct wire_reader r;

    (void)state;
    wire_read_init(&r, support_bytes("00 00"), 0);
    wire_read_fail(&r, FRANK_ERR_VALUE, "field", 0, 0, 0);
    cbor_skip_rest(&r, head, "other");
    cbor_skip(&r, "other");
    assert_int_equal(r.pos, 0);
    assert_int_equal(r.fault.error, FRANK_ERR_VALUE);
}

/* ---- Strings ------------------------------------------------------------ */

static uint64_t read_string(const char *notation, uint8_t *out, size_t capacity,
                            struct wire_reader *r)
{
    struct cbor_head head;

    wire_read_init(r, support_bytes(notation), 0);
    head = cbor_read_head(r, "field");
    return cbor_read_string(r, head, out, capacity, "field");
}

static void strings_are_copied_in_chunks_or_not(void **state)
{
    static const char *const cases[] = {
        "66'abcdef'",       "7806'abcdef'",
        "7f 66'abcdef' ff", "7f 60 61'a' 60 64'bcde' 7801'f' 60 ff",
        "46'abcdef'",       "5f 42'ab' 43'cde' 41'f' ff",
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        for (size_t capacity = 0; capacity <= 8; capacity++) {
            uint8_t *out = support_zeros(capacity);
            size_t copied = capacity < 6 ? capacity : 6;
            struct wire_reader r;

            assert_int_equal(read_string(cases[i], out, capacity, &r), 6);
            assert_true(wire_read_ok(&r));
            assert_int_equal(r.pos, r.len);
            if (capacity > 0) {
                assert_memory_equal(out, "abcdef", copied);
                assert_true(support_is_zero(out + copied, capacity - copied));
            }
        }
    }
}

static void refuses_broken_strings_where_they_break(void **state)
{
    static const struct {
        const char *bytes; /* @: where */
        int error;
    } cases[] = {
        {"64@'abc'", FRANK_ERR_TRUNCATED},
        {"7f 61'a' @", FRANK_ERR_TRUNCATED},
        {"7f 61'a' 62@'b'", FRANK_ERR_TRUNCATED},
        {"7f 61'a' @41'b' ff", FRANK_ERR_CBOR},
        {"5f 41'a' @61'b' ff", FRANK_ERR_CBOR},
        {"5f @5f 41'b' ff ff", FRANK_ERR_CBOR},
        {"5f 41'a' @00 ff", FRANK_ERR_CBOR},
        {"5f @1c ff", FRANK_ERR_CBOR},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        uint8_t out[4];
        struct wire_reader r;
        size_t mark;

        (void)support_marked(cases[i].bytes, &mark);
        (void)read_string(cases[i].bytes, out, sizeof out, &r);
        assert_int_equal(r.fault.error, cases[i].error);
        assert_int_equal(r.fault.offset, mark);
    }
}

/* ---- Depth and counts --------------------------------------------------- */

static void a_million_nested_definite_items_are_read(void **state)
{
    static const char *const bombs[] = {
        "(81)*1000000 00",
        "(c6)*1000000 00",
        "(a100)*500000 00",
        "(8200)*500000 00",
        "(9f)*2048 (81)*900000 00 (ff)*2048",
        "(9f81)*2048 00 (ff)*2048",
        "(bf00)*2047 9f(81)*9000 00 ff (ff)*2047",
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bombs); i++) {
        struct wire_reader r;

        skip_item(&r, support_bytes(bombs[i]));
        assert_int_equal(r.fault.error, FRANK_OK);
        assert_int_equal(r.pos, r.len);
    }
}

static void refuses_a_2049th_open_indefinite_item(void **state)
{
    static const char *const bombs[] = {
        "(9f)*2048 @9f (ff)*2049",
        "(bf00)*2048 @9f (ff)*2049",
        "(9f81)*2048 @bf (ff)*2049",
        "(9f)*2048 @(9f)*100000",
    };
    struct wire_reader r;

    (void)state;
    skip_item(&r, support_bytes("(9f)*2048 (ff)*2048"));
    assert_int_equal(r.fault.error, FRANK_OK);
    for (size_t i = 0; i < SUPPORT_COUNT(bombs); i++) {
        size_t mark;

        skip_item(&r, support_marked(bombs[i], &mark));
        assert_int_equal(r.fault.error, FRANK_ERR_DEPTH);
        assert_int_equal(r.fault.offset, mark);
        assert_int_equal(r.fault.expected, CBOR_DEPTH_MAX);
    }
}

/* The walk counts what must still come in 32 bits: no count may wrap it. */
static void refuses_counts_that_the_input_cannot_hold(void **state)
{
    static const char *const cases[] = {
        "9bffffffffffffffff 00",
        "bbffffffffffffffff 00",
        "bb8000000000000000 00",
        "bb8000000000000001 0000",
        "9affffffff 00",
        "baffffffff 00",
        "ba80000000 00",
        "bb0000000100000000 00",
        "9b0000000100000000 00",
        "9b0000000100000001 0000",
        "82 9affffffff 00 00",
        "82 9b00000000ffffffff 00 00",
        "9f 9bffffffffffffffff 00 ff",
        "84 83 82 00 00 00 00",
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct wire_reader r;

        skip_item(&r, support_bytes(cases[i]));
        assert_int_equal(r.fault.error, FRANK_ERR_TRUNCATED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_example_of_appendix_a),
        cmocka_unit_test(refuses_every_example_of_appendix_f),
        cmocka_unit_test(refuses_every_prefix_of_an_item),
        cmocka_unit_test(leaves_what_stands_behind_an_item),
        cmocka_unit_test(refuses_no_bytes_at_all),
        cmocka_unit_test(heads_say_what_was_encoded),
        cmocka_unit_test(faults_of_heads_name_their_place),
        cmocka_unit_test(tags_in_front_are_stepped_over),
        cmocka_unit_test(only_a_break_is_a_break),
        cmocka_unit_test(a_failed_reader_skips_nothing),
        cmocka_unit_test(strings_are_copied_in_chunks_or_not),
        cmocka_unit_test(refuses_broken_strings_where_they_break),
        cmocka_unit_test(a_million_nested_definite_items_are_read),
        cmocka_unit_test(refuses_a_2049th_open_indefinite_item),
        cmocka_unit_test(refuses_counts_that_the_input_cannot_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
