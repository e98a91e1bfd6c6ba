/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"
#include "utf8.h"

/* Encodes by RFC 3629 section 3, without asking whether the code point is
 * one: surrogates and what lies beyond U+10FFFF too. */
static size_t encode(uint8_t out[static 4], uint32_t code, size_t len)
{
    static const uint8_t first[] = {0, 0x00, 0xc0, 0xe0, 0xf0};

    for (size_t i = len; i-- > 1; code >>= 6) {
        out[i] = (uint8_t)(0x80 | (code & 0x3f));
    }
    out[0] = (uint8_t)(first[len] | code);
    return len;
}

static size_t natural_length(uint32_t code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

static void every_code_point_is_read_but_surrogates(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x200000; code++) {
        bool valid = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        uint8_t bytes[4];
        size_t len = encode(bytes, code, natural_length(code));
        uint32_t found = 0;

        if (utf8_char(bytes, len, &found) != (valid ? len : 0) ||
            found != (valid ? code : 0)) {
            fail_msg("U+%04X", (unsigned)code);
        }
    }
}

static void refuses_overlong_forms(void **state)
{
    static const uint32_t codes[] = {0, '/', 0x7f, 0x80, 0x7ff, 0x800, 0xffff};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(codes); i++) {
        size_t natural = natural_length(codes[i]);

        for (size_t len = natural + 1; len <= 4; len++) {
            uint8_t bytes[4];

            (void)encode(bytes, codes[i], len);
            assert_int_equal(utf8_char(bytes, len, NULL), 0);
        }
    }
}

static void refuses_truncated_characters(void **state)
{
    static const uint32_t codes[] = {0x80, 0x7ff, 0x800, 0xffff, 0x10000};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(codes); i++) {
        uint8_t bytes[4];
        size_t len = encode(bytes, codes[i], natural_length(codes[i]));

        for (size_t cut = 1; cut < len; cut++) {
            struct frank_span text = {support_copy(bytes, cut), cut};

            assert_int_equal(utf8_char(text.data, cut, NULL), 0);
            assert_int_equal(utf8_fault(text), 0);
        }
    }
}

static void refuses_what_cannot_stand_in_a_character(void **state)
{
    static const char *const cases[] = {
        "80",       "bf",       "c080",     "c1bf",     "c200",     "c2c2",
        "e00080",   "e08000",   "e0a000",   "eda080",   "edbfbf",   "f0808080",
        "f08fbfbf", "f4908080", "f5808080", "f8808080", "fc808080", "fe",
        "ff",       "e28228",   "f0908228", "f0289080",
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct frank_span text = support_bytes(cases[i]);

        assert_int_equal(utf8_char(text.data, text.len, NULL), 0);
        assert_false(utf8_is_valid(text));
    }
}

static void tells_where_the_first_fault_is(void **state)
{
    struct frank_span text = support_bytes("'ab' c3a9 e282ac f09f9880 c3 'x'");

    (void)state;
    assert_int_equal(utf8_fault(text), 11);
    assert_false(utf8_is_valid(text));
    text.len = 11;
    assert_int_equal(utf8_fault(text), 11);
    assert_true(utf8_is_valid(text));
    text.len = 12;
    assert_int_equal(utf8_fault(text), 11);
    assert_false(utf8_is_valid(text));
}

static void no_text_is_valid_text(void **state)
{
    (void)state;
    assert_true(utf8_is_valid((struct frank_span){NULL, 0}));
    assert_int_equal(utf8_fault((struct frank_span){NULL, 0}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_read_but_surrogates),
        cmocka_unit_test(refuses_overlong_forms),
        cmocka_unit_test(refuses_truncated_characters),
        cmocka_unit_test(refuses_what_cannot_stand_in_a_character),
        cmocka_unit_test(tells_where_the_first_fault_is),
        cmocka_unit_test(no_text_is_valid_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
