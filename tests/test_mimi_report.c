/* SPDX-License-Identifier: Apache-2.0 */
/* AbuseReport: reading and writing it. What is proven by one is in
 * test_mimi_verdict.c, but for the vectors. */
#include "mimi_report.h"
#include "rings.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

static struct stamper *stamper; /* of the vectors' keyring */

static int make_stamper(void **state)
{
    const json_t *keys = support_vectors("keyring");
    struct keyring *ring = NULL;

    (void)state;
    assert_ok(keyring_new(&ring, support_member(keys, "master").data,
                          support_member(keys, "franking_signature_seed").data,
                          0, NULL));
    assert_ok(stamper_new(&stamper, ring, NULL));
    keyring_free(ring);
    return 0;
}

static int free_stamper(void **state)
{
    (void)state;
    stamper_free(stamper);
    return 0;
}

static struct frank_span vector_report(size_t index)
{
    return support_member(
        json_array_get(support_vectors("abuse_report"), index), "abuse_report");
}

static void assert_decodes_to(struct frank_span bytes, int error,
                              const char *field, size_t offset)
{
    struct mimi_report report;
    struct frank_fault fault = {0};

    memset(&report, 0xaa, sizeof report);
    assert_int_equal(mimi_report_decode(&report, bytes.data, bytes.len, &fault),
                     error);
    assert_true(support_is_zero(&report, sizeof report));
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_int_equal(fault.offset, offset);
    assert_int_equal(mimi_report_decode(&report, bytes.data, bytes.len, NULL),
                     error);
}

/* A report's fields, to be written in any form. */
struct fields {
    struct frank_span reporting_user;
    struct frank_span alleged_abuser;
    struct frank_span note;
    struct frank_span messages;
    struct frank_span extensions;
};

static struct fields usual(void)
{
    return (struct fields){.reporting_user = support_text("b:bob"),
                           .alleged_abuser = support_text("a:user")};
}

static struct frank_span report_of(const struct fields *fields)
{
    size_t capacity = 32 + fields->reporting_user.len +
                      fields->alleged_abuser.len + fields->note.len +
                      fields->messages.len + fields->extensions.len;
    uint8_t *bytes = support_zeros(capacity);
    struct wire_writer w;
    size_t len;

    wire_write_init(&w, bytes, capacity);
    wire_write_opaque(&w, fields->reporting_user, WIRE_VECTOR_MAX, "");
    wire_write_opaque(&w, fields->alleged_abuser, WIRE_VECTOR_MAX, "");
    wire_write_u8(&w, 3);
    wire_write_opaque(&w, fields->note, WIRE_VECTOR_MAX, "");
    wire_write_opaque(&w, fields->messages, WIRE_VECTOR_MAX, "");
    wire_write_opaque(&w, fields->extensions, WIRE_VECTOR_MAX, "");
    assert_ok(wire_write_result(&w, &len, NULL));
    return (struct frank_span){support_copy(bytes, len), len};
}

/* Reads a report that is in order, and gives it. */
static struct mimi_report decoded(const struct fields *fields)
{
    struct frank_span bytes = report_of(fields);
    struct mimi_report report;

    assert_ok(mimi_report_decode(&report, bytes.data, bytes.len, NULL));
    return report;
}

/* The smallest message: of no content, with a frank of zeros. */
#define ZEROS "0000000000000000"
#define MESSAGE "00" ZEROS ZEROS ZEROS ZEROS "0001 00" ZEROS

/* ---- Vectors ------------------------------------------------------------ */

static void reports_of_the_vectors_are_read_proven_and_written(void **state)
{
    const json_t *item;
    size_t i;

    (void)state;
    json_array_foreach(support_vectors("abuse_report"), i, item)
    {
        struct frank_span bytes = vector_report(i);
        const json_t *files = json_object_get(item, "message_files");
        struct mimi_report report;
        uint8_t *again = support_zeros(bytes.len);
        size_t written = 0;

        assert_ok(mimi_report_decode(&report, bytes.data, bytes.len, NULL));
        support_assert_span(
            report.reporting_user,
            support_text(support_member_text(item, "reporting_user")));
        support_assert_span(
            report.alleged_abuser,
            support_text(support_member_text(item, "alleged_abuser")));
        support_assert_span(report.note,
                            support_text(support_member_text(item, "note")));
        assert_int_equal(report.reason, support_member_number(item, "reason"));
        assert_int_equal(report.count, json_array_size(files));
        for (size_t m = 0; m < report.count; m++) {
            struct mimi_report_verdict verdict;
            char path[64] = "tests/vectors/messages/";

            (void)strncat(path, json_string_value(json_array_get(files, m)),
                          30);
            support_assert_span(report.messages[m].content, support_file(path));
            mimi_report_check(&verdict, stamper, &report, m);
            assert_ok(verdict.error);
            assert_true(verdict.located);
            assert_true(verdict.from_abuser);
            assert_int_equal(verdict.findings.broken, 0);
            assert_true(support_is_zero(&verdict.fault, sizeof verdict.fault));
        }
        assert_int_equal(
            mimi_report_encode(again, bytes.len - 1, &written, &report, NULL),
            FRANK_ERR_SPACE);
        assert_int_equal(written, bytes.len);
        assert_ok(
            mimi_report_encode(again, bytes.len, &written, &report, NULL));
        support_assert_span((struct frank_span){again, written}, bytes);
    }
    assert_int_equal(i, 2);
}

static void every_prefix_is_refused(void **state)
{
    struct frank_span bytes = vector_report(0);

    (void)state;
    for (size_t len = 0; len < bytes.len; len++) {
        struct mimi_report report;
        const uint8_t *exact = support_copy(bytes.data, len);

        assert_int_equal(mimi_report_decode(&report, exact, len, NULL),
                         FRANK_ERR_TRUNCATED);
    }
}

static bool all_proven(const struct mimi_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        struct mimi_report_verdict verdict;

        mimi_report_check(&verdict, stamper, report, i);
        if (verdict.error != FRANK_OK) {
            return false;
        }
    }
    return true;
}

/* Nothing that is proven can be altered: only what the reporter says. */
static void no_flipped_bit_alters_what_is_proven(void **state)
{
    struct frank_span bytes = vector_report(0);
    uint8_t *altered = support_copy(bytes.data, bytes.len);
    struct mimi_report original;
    unsigned harmless = 0;

    (void)state;
    assert_ok(mimi_report_decode(&original, bytes.data, bytes.len, NULL));
    for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
        struct mimi_report report;

        altered[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (mimi_report_decode(&report, altered, bytes.len, NULL) == FRANK_OK &&
            all_proven(&report)) {
            assert_int_equal(report.count, original.count);
            for (size_t i = 0; i < report.count; i++) {
                support_assert_span(report.messages[i].content,
                                    original.messages[i].content);
                support_assert_span(report.messages[i].frank,
                                    original.messages[i].frank);
                assert_int_equal(report.messages[i].accepted_timestamp,
                                 original.messages[i].accepted_timestamp);
            }
            harmless++;
        }
        altered[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_in_range(harmless, 1,
                    8 * (original.reporting_user.len +
                         original.alleged_abuser.len + original.note.len + 1));
}

/* ---- Fields ------------------------------------------------------------- */

static void reporter_can_be_unnamed_but_not_the_abuser(void **state)
{
    static uint8_t uri[FRANK_URI_MAX_BYTES + 1];
    struct frank_span longest = {uri, FRANK_URI_MAX_BYTES};
    struct frank_span too_long = {uri, sizeof uri};
    struct fields fields = usual();

    (void)state;
    fields.reporting_user.len = 0;
    assert_int_equal(decoded(&fields).reporting_user.len, 0);
    fields.reporting_user = longest;
    fields.alleged_abuser = longest;
    assert_int_equal(decoded(&fields).alleged_abuser.len, longest.len);
    fields.reporting_user = too_long;
    assert_decodes_to(report_of(&fields), FRANK_ERR_LIMIT, "reporting user", 0);
    fields = usual();
    fields.alleged_abuser = too_long;
    assert_decodes_to(report_of(&fields), FRANK_ERR_LIMIT, "alleged abuser", 6);
    fields.alleged_abuser.len = 0;
    assert_decodes_to(report_of(&fields), FRANK_ERR_MISSING, "alleged abuser",
                      6);
}

static void note_is_utf8_of_at_most_4096_bytes(void **state)
{
    struct fields fields = usual();
    /* length and bytes of both URIs, reason */
    size_t at = 1 + 5 + 1 + 6 + 1;

    (void)state;
    fields.note = support_bytes("('ab' c3a4 e282ac f09f9880)*372 'abcd'");
    assert_int_equal(fields.note.len, MIMI_REPORT_NOTE_MAX_BYTES);
    support_assert_span(decoded(&fields).note, fields.note);
    fields.note = support_bytes("('a')*4097");
    assert_decodes_to(report_of(&fields), FRANK_ERR_LIMIT, "note", at);
    fields.note = support_bytes("'oh' ff 'no'");
    assert_decodes_to(report_of(&fields), FRANK_ERR_UTF8, "note", at + 1 + 2);
    fields.note = support_bytes("'cut' e282");
    assert_decodes_to(report_of(&fields), FRANK_ERR_UTF8, "note", at + 1 + 3);
    fields.note = support_bytes("00 0a 1b"); /* controls are UTF-8 too */
    support_assert_span(decoded(&fields).note, fields.note);
}

static void report_holds_up_to_64_messages(void **state)
{
    struct fields fields = usual();

    (void)state;
    assert_int_equal(decoded(&fields).count, 0);
    fields.messages = support_bytes("(" MESSAGE ")*64");
    assert_int_equal(decoded(&fields).count, MIMI_REPORT_MESSAGES_MAX);
    fields.messages = support_bytes("(" MESSAGE ")*65");
    /* URIs, reason, empty note, length of the messages */
    assert_decodes_to(report_of(&fields), FRANK_ERR_LIMIT, "messages",
                      6 + 7 + 1 + 1 + 2 + 64 * 44);
}

static void message_must_end_with_the_list(void **state)
{
    struct frank_span message = support_bytes("03'abc' (00)*32 0001"
                                              "03'abc' (00)*8");
    struct fields fields = usual();

    (void)state;
    fields.messages = message;
    assert_int_equal(decoded(&fields).messages[0].content.len, 3);
    assert_int_equal(decoded(&fields).messages[0].frank.len, 32 + 2 + 4);
    for (size_t len = 1; len < message.len; len++) {
        struct frank_span bytes;
        struct mimi_report report;

        fields.messages.len = len;
        bytes = report_of(&fields);
        assert_int_equal(
            mimi_report_decode(&report, bytes.data, bytes.len, NULL),
            FRANK_ERR_TRUNCATED);
    }
}

static void extensions_are_sorted_and_passed_over(void **state)
{
    struct fields fields = usual();
    size_t at = 6 + 7 + 1 + 1 + 1 + 1; /* where the first stands */

    (void)state;
    fields.extensions = support_bytes("0000 00  0001 02'ab'  ffff 01'c'");
    assert_int_equal(decoded(&fields).count, 0);
    fields.extensions = support_bytes("0002 00  0001 00");
    assert_decodes_to(report_of(&fields), FRANK_ERR_ORDER, "component id",
                      at + 3);
    fields.extensions = support_bytes("0002 01'a' 0002 01'a'");
    assert_decodes_to(report_of(&fields), FRANK_ERR_ORDER, "component id",
                      at + 4);
    fields.extensions = support_bytes("ffff 00  ffff 00");
    assert_decodes_to(report_of(&fields), FRANK_ERR_ORDER, "component id",
                      at + 3);
    fields.extensions = support_bytes("0002 02'a'");
    assert_decodes_to(report_of(&fields), FRANK_ERR_TRUNCATED, "component data",
                      at + 3);
    fields.extensions = support_bytes("00");
    assert_decodes_to(report_of(&fields), FRANK_ERR_TRUNCATED, "component id",
                      at);
}

static void nothing_may_be_left_over(void **state)
{
    struct fields fields = usual();
    struct frank_span bytes = report_of(&fields);
    uint8_t *longer = support_zeros(bytes.len + 1);

    (void)state;
    memcpy(longer, bytes.data, bytes.len);
    assert_decodes_to((struct frank_span){longer, bytes.len + 1},
                      FRANK_ERR_TRAILING, "report", bytes.len);
}

static void lengths_have_their_shortest_form(void **state)
{
    (void)state;
    assert_decodes_to(support_bytes("4005 'b:bob' 01'a' 03 00 00 00"),
                      FRANK_ERR_LENGTH_FORM, "reporting user", 0);
    assert_decodes_to(support_bytes("05'b:bob' 01'a' 03 00 80000000 00"),
                      FRANK_ERR_LENGTH_FORM, "messages", 10);
    assert_decodes_to(support_bytes("05'b:bob' 01'a' 03 00 00 c0"),
                      FRANK_ERR_VALUE, "abuse extensions", 11);
}

static void report_of_more_than_16_mib_is_refused(void **state)
{
    struct fields fields = usual();
    struct frank_span largest;
    struct mimi_report report;
    struct mimi_report_verdict verdict;
    uint8_t *message = support_zeros(MIMI_REPORT_MAX_BYTES);
    struct wire_writer w;

    (void)state;
    /* One message, as long as the rest leaves room for. */
    fields.messages.len = MIMI_REPORT_MAX_BYTES - (6 + 7 + 1 + 1 + 4 + 1);
    fields.messages.data = message;
    wire_write_init(&w, message, 4);
    wire_write_length(&w, fields.messages.len - 4 - 43, "");
    largest = report_of(&fields);
    assert_int_equal(largest.len, MIMI_REPORT_MAX_BYTES);
    assert_ok(mimi_report_decode(&report, largest.data, largest.len, NULL));
    mimi_report_check(&verdict, stamper, &report, 0);
    assert_int_equal(verdict.error, FRANK_ERR_LIMIT);
    assert_false(verdict.located);
    largest.len++; /* refused before it is read */
    assert_decodes_to(largest, FRANK_ERR_LIMIT, "report", 0);
}

/* ---- Encoding ----------------------------------------------------------- */

static void assert_encodes_to(const struct mimi_report *report, int error,
                              const char *field)
{
    struct frank_fault fault = {0};
    size_t written = 1;

    assert_int_equal(mimi_report_encode(NULL, 0, &written, report, &fault),
                     error);
    assert_int_equal(written, 0);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
}

static void what_would_not_be_read_is_not_written(void **state)
{
    static uint8_t bytes[FRANK_URI_MAX_BYTES + 1];
    const struct mimi_report fine = {.alleged_abuser = support_text("a:user")};
    struct mimi_report report = fine;
    size_t written;

    (void)state;
    assert_int_equal(mimi_report_encode(NULL, 0, &written, &report, NULL),
                     FRANK_ERR_SPACE);
    assert_int_equal(written, 1 + 7 + 1 + 1 + 1 + 1);
    report.reporting_user = (struct frank_span){bytes, sizeof bytes};
    assert_encodes_to(&report, FRANK_ERR_LIMIT, "reporting user");
    report = fine;
    report.alleged_abuser = (struct frank_span){bytes, sizeof bytes};
    assert_encodes_to(&report, FRANK_ERR_LIMIT, "alleged abuser");
    report.alleged_abuser.len = 0;
    assert_encodes_to(&report, FRANK_ERR_MISSING, "alleged abuser");
    report = fine;
    report.note = support_bytes("('a')*4097");
    assert_encodes_to(&report, FRANK_ERR_LIMIT, "note");
    report.note = support_bytes("'a' c3");
    assert_encodes_to(&report, FRANK_ERR_UTF8, "note");
}

static void messages_beyond_the_limits_are_not_written(void **state)
{
    /* Room behind the last message, should it look there. */
    static struct {
        struct mimi_report report;
        struct mimi_report_message beyond;
    } many;
    struct mimi_report_message large = {
        .content = {support_zeros(FRANK_CONTENT_MAX_BYTES + 1),
                    FRANK_CONTENT_MAX_BYTES},
        .frank = {support_zeros(FRANK_FRANK_BYTES), FRANK_FRANK_BYTES}};
    struct mimi_report report = {.alleged_abuser = support_text("a:user")};
    size_t written;

    (void)state;
    report.messages[report.count++] = large;
    assert_int_equal(mimi_report_encode(NULL, 0, &written, &report, NULL),
                     FRANK_ERR_SPACE);
    report.messages[0].content.len++;
    assert_encodes_to(&report, FRANK_ERR_LIMIT, "message content");
    report.count = 0;
    while (report.count < 16) {
        report.messages[report.count++] = large;
    }
    assert_encodes_to(&report, FRANK_ERR_LIMIT, "report");
    many.report.alleged_abuser = report.alleged_abuser;
    many.report.count = MIMI_REPORT_MESSAGES_MAX + 1;
    assert_encodes_to(&many.report, FRANK_ERR_LIMIT, "messages");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_of_the_vectors_are_read_proven_and_written),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(no_flipped_bit_alters_what_is_proven),
        cmocka_unit_test(reporter_can_be_unnamed_but_not_the_abuser),
        cmocka_unit_test(note_is_utf8_of_at_most_4096_bytes),
        cmocka_unit_test(report_holds_up_to_64_messages),
        cmocka_unit_test(message_must_end_with_the_list),
        cmocka_unit_test(extensions_are_sorted_and_passed_over),
        cmocka_unit_test(nothing_may_be_left_over),
        cmocka_unit_test(lengths_have_their_shortest_form),
        cmocka_unit_test(report_of_more_than_16_mib_is_refused),
        cmocka_unit_test(what_would_not_be_read_is_not_written),
        cmocka_unit_test(messages_beyond_the_limits_are_not_written),
    };

    return sodium_init() < 0
               ? 1
               : cmocka_run_group_tests(tests, make_stamper, free_stamper);
}
