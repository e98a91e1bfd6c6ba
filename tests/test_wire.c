/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"
#include "wire.h"

#include <string.h>

static struct wire_reader reader(const char *notation)
{
    struct wire_reader r;

    wire_read_init(&r, support_bytes(notation), 0);
    return r;
}

static void assert_fault(const struct frank_fault *fault, int error,
                         size_t offset, uint64_t found, uint64_t expected)
{
    assert_int_equal(fault->error, error);
    assert_string_equal(fault->field, "field");
    assert_int_equal(fault->offset, offset);
    assert_int_equal(fault->found, found);
    assert_int_equal(fault->expected, expected);
}

/* ---- Lengths ------------------------------------------------------------ */

static void reads_the_examples_of_rfc9420(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } examples[] = {{"9d7f3e7d", 494878333}, {"7bbd", 15293}, {"25", 37}};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(examples); i++) {
        struct wire_reader r = reader(examples[i].bytes);

        assert_int_equal(wire_read_length(&r, "field"), examples[i].len);
        assert_true(wire_read_ok(&r));
        assert_int_equal(r.pos, r.len);
    }
}

static void refuses_nonminimal_length(void **state)
{
    static const struct {
        const char *bytes;
        uint64_t found;
        uint64_t expected;
    } cases[] = {
        {"4025", 2, 1},     {"4000", 2, 1},     {"403f", 2, 1},
        {"80000000", 4, 1}, {"8000003f", 4, 1}, {"80000040", 4, 2},
        {"80003fff", 4, 2},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct wire_reader r = reader(cases[i].bytes);

        assert_int_equal(wire_read_length(&r, "field"), 0);
        assert_fault(&r.fault, FRANK_ERR_LENGTH_FORM, 0, cases[i].found,
                     cases[i].expected);
    }
}

static void refuses_the_undefined_length_prefix(void **state)
{
    (void)state;
    for (unsigned first = 0xc0; first <= 0xff; first++) {
        uint8_t bytes[8] = {(uint8_t)first};
        struct wire_reader r;

        wire_read_init(&r, (struct frank_span){bytes, sizeof bytes}, 0);
        assert_int_equal(wire_read_length(&r, "field"), 0);
        assert_fault(&r.fault, FRANK_ERR_VALUE, 0, first, 0xbf);
    }
}

static void refuses_a_truncated_length(void **state)
{
    static const struct {
        const char *bytes;
        size_t offset;
        uint64_t found;
        uint64_t expected;
    } cases[] = {
        {"", 0, 0, 1},     {"40", 1, 0, 1},     {"80", 1, 0, 3},
        {"8000", 1, 1, 3}, {"800040", 1, 2, 3},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct wire_reader r = reader(cases[i].bytes);

        assert_int_equal(wire_read_length(&r, "field"), 0);
        assert_fault(&r.fault, FRANK_ERR_TRUNCATED, cases[i].offset,
                     cases[i].found, cases[i].expected);
    }
}

static void lengths_take_their_shortest_form(void **state)
{
    static const struct {
        size_t len;
        const char *bytes;
    } cases[] = {
        {0, "00"},
        {1, "01"},
        {0x3f, "3f"},
        {0x40, "4040"},
        {0x3fff, "7fff"},
        {0x4000, "80004000"},
        {37, "25"},
        {15293, "7bbd"},
        {494878333, "9d7f3e7d"},
        {WIRE_VECTOR_MAX, "bfffffff"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct frank_span expected = support_bytes(cases[i].bytes);
        uint8_t out[WIRE_LENGTH_MAX_BYTES];
        struct wire_writer w;
        struct wire_reader r;

        wire_write_init(&w, out, sizeof out);
        wire_write_length(&w, cases[i].len, "field");
        assert_int_equal(w.fault.error, FRANK_OK);
        support_assert_span((struct frank_span){out, w.len}, expected);
        assert_int_equal(wire_length_bytes(cases[i].len), expected.len);
        wire_read_init(&r, expected, 0);
        assert_int_equal(wire_read_length(&r, "field"), cases[i].len);
        assert_true(wire_read_ok(&r));
    }
}

static void refuses_to_write_a_length_that_no_prefix_holds(void **state)
{
    uint8_t out[8] = {0};
    struct wire_writer w;
    size_t written = 1;
    struct frank_fault fault;

    (void)state;
    wire_write_init(&w, out, sizeof out);
    wire_write_length(&w, (size_t)WIRE_VECTOR_MAX + 1, "field");
    assert_int_equal(wire_write_result(&w, &written, &fault), FRANK_ERR_LIMIT);
    assert_fault(&fault, FRANK_ERR_LIMIT, 0, 0x40000000, 0x3fffffff);
    assert_int_equal(written, 0);
    assert_true(support_is_zero(out, sizeof out));
}

/* ---- Reader ------------------------------------------------------------- */

static void integers_are_big_endian(void **state)
{
    struct wire_reader r = reader("01 0203 04050607 08090a0b0c0d0e0f");
    uint8_t out[15];
    struct wire_writer w;
    size_t written;

    (void)state;
    assert_int_equal(wire_read_u8(&r, "field"), 0x01);
    assert_int_equal(wire_read_u16(&r, "field"), 0x0203);
    assert_int_equal(wire_read_u32(&r, "field"), 0x04050607);
    assert_true(wire_read_u64(&r, "field") == 0x08090a0b0c0d0e0f);
    wire_read_end(&r, "field");
    assert_int_equal(wire_read_result(&r, NULL), FRANK_OK);

    wire_write_init(&w, out, sizeof out);
    wire_write_u8(&w, 0x01);
    wire_write_u16(&w, 0x0203);
    wire_write_u32(&w, 0x04050607);
    wire_write_u64(&w, 0x08090a0b0c0d0e0f);
    assert_int_equal(wire_write_result(&w, &written, NULL), FRANK_OK);
    support_assert_span((struct frank_span){out, written},
                        (struct frank_span){r.data, r.len});
}

static void refuses_truncated_integers(void **state)
{
    (void)state;
    for (size_t len = 0; len < 8; len++) {
        static const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
        struct wire_reader r;

        wire_read_init(&r, (struct frank_span){support_copy(bytes, len), len},
                       100);
        assert_true(wire_read_u64(&r, "field") == 0);
        assert_fault(&r.fault, FRANK_ERR_TRUNCATED, 100, len, 8);
        assert_int_equal(r.pos, 0);
    }
}

static void a_reader_keeps_its_first_fault_and_reads_no_more(void **state)
{
    struct wire_reader r = reader("0102 0304");
    struct frank_fault fault;
    uint8_t out[2] = {0xaa, 0xaa};

    (void)state;
    assert_int_equal(wire_read_u8(&r, "field"), 1);
    wire_read_fail(&r, FRANK_ERR_VALUE, "field", 1, 7, 9);
    assert_int_equal(wire_read_u8(&r, "other"), 0);
    assert_int_equal(wire_read_length(&r, "other"), 0);
    assert_int_equal(wire_read_span(&r, 100, "other").len, 0);
    assert_null(wire_read_span(&r, 1, "other").data);
    assert_int_equal(wire_read_uri(&r, "other").len, 0);
    wire_read_bytes(&r, out, sizeof out, "other");
    assert_true(support_is_zero(out, sizeof out));
    wire_read_fail(&r, FRANK_ERR_TAG, "other", 3, 1, 1);
    wire_read_end(&r, "other");
    assert_int_equal(r.pos, 1);
    assert_int_equal(wire_read_result(&r, NULL), FRANK_ERR_VALUE);
    assert_int_equal(wire_read_result(&r, &fault), FRANK_ERR_VALUE);
    assert_fault(&fault, FRANK_ERR_VALUE, 1, 7, 9);
}

static void an_empty_input_reads_as_nothing(void **state)
{
    struct wire_reader r;
    struct frank_fault untouched = {.offset = 5};

    (void)state;
    wire_read_init(&r, (struct frank_span){NULL, 0}, 0);
    assert_null(wire_read_span(&r, 0, "field").data);
    wire_read_end(&r, "field");
    assert_int_equal(wire_read_result(&r, &untouched), FRANK_OK);
    assert_int_equal(untouched.offset, 5);
}

static void refuses_bytes_that_are_left_over(void **state)
{
    struct wire_reader r = reader("01 02 03");

    (void)state;
    (void)wire_read_u8(&r, "field");
    wire_read_end(&r, "field");
    assert_fault(&r.fault, FRANK_ERR_TRAILING, 1, 2, 0);
}

static void opaque_has_a_limit(void **state)
{
    (void)state;
    for (size_t len = 9; len <= 11; len++) {
        uint8_t bytes[12] = {(uint8_t)len, 'x'};
        struct wire_reader r;
        struct frank_span span;

        wire_read_init(&r, (struct frank_span){bytes, sizeof bytes}, 40);
        span = wire_read_opaque(&r, 10, "field");
        if (len <= 10) {
            assert_true(wire_read_ok(&r));
            assert_int_equal(span.len, len);
            assert_ptr_equal(span.data, bytes + 1);
        } else {
            assert_int_equal(span.len, 0);
            assert_fault(&r.fault, FRANK_ERR_LIMIT, 40, 11, 10);
        }
    }
}

static void refuses_an_opaque_that_overruns(void **state)
{
    struct wire_reader r = reader("03 0102");

    (void)state;
    assert_int_equal(wire_read_opaque(&r, 10, "field").len, 0);
    assert_fault(&r.fault, FRANK_ERR_TRUNCATED, 1, 2, 3);
}

static void a_uri_has_1_to_1024_bytes(void **state)
{
    static const size_t lengths[] = {0, 1, 2, 1023, 1024, 1025};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(lengths); i++) {
        size_t len = lengths[i];
        int error = len == 0     ? FRANK_ERR_MISSING
                    : len > 1024 ? FRANK_ERR_LIMIT
                                 : FRANK_OK;
        struct frank_span uri = {support_zeros(len), len};
        uint8_t out[2 + 1025];
        struct wire_writer w;
        struct wire_reader r;
        size_t written;

        wire_write_init(&w, out, sizeof out);
        wire_write_uri(&w, uri, "field");
        assert_int_equal(wire_write_result(&w, &written, NULL), error);
        assert_int_equal(written,
                         error != FRANK_OK ? 0 : len + wire_length_bytes(len));

        wire_write_init(&w, out, sizeof out);
        wire_write_opaque(&w, uri, 1025, "field");
        wire_read_init(&r, (struct frank_span){out, w.len}, 7);
        assert_int_equal(wire_read_uri(&r, "field").len,
                         error != FRANK_OK ? 0 : len);
        assert_int_equal(r.fault.error, error);
        if (error != FRANK_OK) {
            assert_fault(&r.fault, error, 7, len, len == 0 ? 1 : 1024);
        }
    }
}

/* ---- Vectors within each other ------------------------------------------ */

static void faults_of_nested_vectors_count_from_the_input(void **state)
{
    /* 0: aa | 1: length 6 | 2: bb | 3: length 3 | 4: 01 02 03 | 7: cc | 8: dd
     */
    struct wire_reader r = reader("aa 06 bb 03 010203 cc dd");
    struct wire_reader outer;
    struct wire_reader inner;

    (void)state;
    r.base = 1000;
    (void)wire_read_u8(&r, "field");
    outer = wire_read_vector(&r, 6, "field");
    (void)wire_read_u8(&outer, "field");
    inner = wire_read_vector(&outer, 3, "field");
    assert_int_equal(inner.base, 1004);
    assert_int_equal(inner.len, 3);
    (void)wire_read_u16(&inner, "field");
    wire_read_end(&inner, "field");
    assert_fault(&inner.fault, FRANK_ERR_TRAILING, 1006, 1, 0);
    assert_true(wire_read_ok(&outer));
    wire_read_join(&outer, &inner);
    wire_read_join(&r, &outer);
    assert_fault(&r.fault, FRANK_ERR_TRAILING, 1006, 1, 0);
}

static void the_reader_goes_on_behind_a_vector(void **state)
{
    struct wire_reader r = reader("02 0102 dd");
    struct wire_reader inner = wire_read_vector(&r, 2, "field");

    (void)state;
    assert_int_equal(wire_read_u16(&inner, "field"), 0x0102);
    wire_read_end(&inner, "field");
    wire_read_join(&r, &inner);
    assert_int_equal(wire_read_u8(&r, "field"), 0xdd);
    wire_read_end(&r, "field");
    assert_int_equal(wire_read_result(&r, NULL), FRANK_OK);
}

static void an_empty_vector_ends_at_once(void **state)
{
    struct wire_reader r = reader("00 00");
    struct wire_reader inner;

    (void)state;
    (void)wire_read_u8(&r, "field");
    inner = wire_read_vector(&r, 2, "field");
    assert_int_equal(inner.base, 2);
    (void)wire_read_u8(&inner, "field");
    assert_fault(&inner.fault, FRANK_ERR_TRUNCATED, 2, 0, 1);
}

static void a_vector_that_overruns_its_parent_is_faulty_itself(void **state)
{
    struct wire_reader r = reader("03 0102");
    struct wire_reader inner = wire_read_vector(&r, 10, "field");

    (void)state;
    assert_int_equal(inner.len, 0);
    assert_fault(&inner.fault, FRANK_ERR_TRUNCATED, 1, 2, 3);
    wire_read_fail(&inner, FRANK_ERR_VALUE, "other", 0, 0, 0);
    wire_read_join(&r, &inner);
    assert_fault(&r.fault, FRANK_ERR_TRUNCATED, 1, 2, 3);
}

/* ---- Writer ------------------------------------------------------------- */

static void a_writer_counts_on_past_its_capacity(void **state)
{
    static const uint8_t bytes[] = {1, 2, 3, 4, 5};
    uint8_t out[8];
    struct wire_writer w;
    struct frank_fault fault;
    size_t written = 0;

    (void)state;
    memset(out, 0xaa, sizeof out);
    wire_write_init(&w, out, 4);
    wire_write_u8(&w, 9);
    wire_write_bytes(&w, bytes, sizeof bytes); /* does not fit */
    wire_write_u8(&w, 9);                      /* nor anything behind it */
    assert_int_equal(wire_write_result(&w, &written, &fault), FRANK_ERR_SPACE);
    assert_int_equal(written, 7);
    assert_int_equal(fault.found, 4);
    assert_int_equal(fault.expected, 7);
    for (size_t i = 4; i < sizeof out; i++) {
        assert_int_equal(out[i], 0xaa);
    }
    assert_int_equal(wire_write_result(&w, &written, NULL), FRANK_ERR_SPACE);
}

static void a_writer_without_a_buffer_counts(void **state)
{
    struct wire_writer w;
    size_t written;

    (void)state;
    wire_write_init(&w, NULL, 0);
    wire_write_bytes(&w, NULL, 0);
    assert_int_equal(wire_write_result(&w, &written, NULL), FRANK_OK);
    assert_int_equal(written, 0);
    wire_write_u32(&w, 1);
    assert_int_equal(wire_write_result(&w, &written, NULL), FRANK_ERR_SPACE);
    assert_int_equal(written, 4);
}

static void a_writer_fills_its_buffer_to_the_last_byte(void **state)
{
    uint8_t *out = support_zeros(4);
    struct wire_writer w;
    size_t written;

    (void)state;
    wire_write_init(&w, out, 4);
    wire_write_opaque(&w, support_text("abc"), 3, "field");
    wire_write_bytes(&w, NULL, 0);
    assert_int_equal(wire_write_result(&w, &written, NULL), FRANK_OK);
    assert_int_equal(written, 4);
    assert_memory_equal(out, "\3abc", 4);
}

static void a_writer_keeps_its_first_fault(void **state)
{
    uint8_t out[16];
    struct wire_writer w;
    struct frank_fault fault;
    size_t written;

    (void)state;
    wire_write_init(&w, out, sizeof out);
    wire_write_u16(&w, 1);
    wire_write_opaque(&w, support_text("abcd"), 3, "field");
    wire_write_fail(&w, FRANK_ERR_VALUE, "other", 0, 0);
    assert_int_equal(wire_write_result(&w, &written, &fault), FRANK_ERR_LIMIT);
    assert_fault(&fault, FRANK_ERR_LIMIT, 2, 4, 3);
    assert_int_equal(written, 0);
}

static void a_fault_needs_no_place_to_go(void **state)
{
    (void)state;
    assert_int_equal(wire_fault(NULL, FRANK_ERR_TAG, "field", 1, 2, 3),
                     FRANK_ERR_TAG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_examples_of_rfc9420),
        cmocka_unit_test(refuses_nonminimal_length),
        cmocka_unit_test(refuses_the_undefined_length_prefix),
        cmocka_unit_test(refuses_a_truncated_length),
        cmocka_unit_test(lengths_take_their_shortest_form),
        cmocka_unit_test(refuses_to_write_a_length_that_no_prefix_holds),
        cmocka_unit_test(integers_are_big_endian),
        cmocka_unit_test(refuses_truncated_integers),
        cmocka_unit_test(a_reader_keeps_its_first_fault_and_reads_no_more),
        cmocka_unit_test(an_empty_input_reads_as_nothing),
        cmocka_unit_test(refuses_bytes_that_are_left_over),
        cmocka_unit_test(opaque_has_a_limit),
        cmocka_unit_test(refuses_an_opaque_that_overruns),
        cmocka_unit_test(a_uri_has_1_to_1024_bytes),
        cmocka_unit_test(faults_of_nested_vectors_count_from_the_input),
        cmocka_unit_test(the_reader_goes_on_behind_a_vector),
        cmocka_unit_test(an_empty_vector_ends_at_once),
        cmocka_unit_test(a_vector_that_overruns_its_parent_is_faulty_itself),
        cmocka_unit_test(a_writer_counts_on_past_its_capacity),
        cmocka_unit_test(a_writer_without_a_buffer_counts),
        cmocka_unit_test(a_writer_fills_its_buffer_to_the_last_byte),
        cmocka_unit_test(a_writer_keeps_its_first_fault),
        cmocka_unit_test(a_fault_needs_no_place_to_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
