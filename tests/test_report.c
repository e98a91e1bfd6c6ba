/* SPDX-License-Identifier: Apache-2.0 */
/* Reports before they are sealed, and what sealing makes of them. */
#include "report.h"
#include "reports.h"
#include "rings.h"

#include <string.h>

static const uint8_t random_bytes[FRANK_BUILD_RANDOM_BYTES +
                                  FRANK_SEAL_RANDOM_BYTES] = {1, 2, 3};

static size_t about; /* which message an error is about */

static int build(const struct frank_report *report, struct frank_fault *fault)
{
    size_t len = 0;

    return frank_report_build(NULL, 0, &len, &about, report, random_bytes,
                              fault);
}

/* A report of n messages, for a test to change. */
static struct frank_report sample(struct frank_kept *messages, size_t n)
{
    static const char *const files[] = {"01-offer.cbor", "02-question.cbor",
                                        "03-pressure.cbor", "05-warning.cbor",
                                        "06-threat.cbor"};

    for (size_t i = 0; i < n; i++) {
        messages[i] = reports_kept(files[i % SUPPORT_COUNT(files)], false);
    }
    return (struct frank_report){.reason = 3,
                                 .note = support_text("look"),
                                 .created = REPORTS_NOW,
                                 .messages = messages,
                                 .count = n};
}

static void preview_is_what_was_chosen(void **state)
{
    static struct frank_unsealed read;
    struct frank_kept messages[3];
    struct frank_report report = sample(messages, 3);
    struct frank_span bytes;

    (void)state;
    report.reporter = support_text("mimi://hub.example/u/ines");
    report.accused = 2;
    messages[1].withhold = true;
    bytes = reports_build(&report, random_bytes);
    assert_ok(frank_report_read(&read, bytes.data, bytes.len, NULL));
    support_assert_span(read.reporter, report.reporter);
    support_assert_span(read.body.note, report.note);
    assert_int_equal(read.header.created, REPORTS_NOW);
    assert_int_equal(read.header.reason, 3);
    assert_int_equal(read.header.accused, 2);
    assert_memory_equal(read.header.report_id, random_bytes, 16);
    assert_int_equal(read.header.count, 3);
    assert_int_equal(read.body.count, 3);
    for (size_t i = 0; i < 3; i++) {
        uint8_t tag[FRANK_TAG_BYTES];

        assert_ok(frank_tag(tag, messages[i].content.data,
                            messages[i].content.len, NULL));
        assert_memory_equal(read.header.evidence[i].tag, tag, sizeof tag);
        assert_memory_equal(&read.header.evidence[i].frank, &messages[i].frank,
                            sizeof messages[i].frank);
        assert_int_equal(read.body.openings[i].disclosed, i != 1);
        if (i != 1) {
            support_assert_span(read.body.openings[i].content,
                                messages[i].content);
        } else {
            assert_int_equal(read.body.openings[i].content.len, 0);
        }
    }
}

static void withheld_text_does_not_leave_the_device(void **state)
{
    static const char secret[] = "instant transfer"; /* of 03-pressure */
    struct frank_kept messages[3];
    struct frank_report report = sample(messages, 3);
    struct frank_span bytes = reports_build(&report, random_bytes);

    (void)state;
    assert_non_null(memmem(bytes.data, bytes.len, secret, strlen(secret)));
    messages[2].withhold = true;
    bytes = reports_build(&report, random_bytes);
    assert_null(memmem(bytes.data, bytes.len, secret, strlen(secret)));
}

/* A parted content, stamped by nobody: building does not need the stamp. */
static struct frank_span parted(unsigned parts)
{
    struct frank_part list[FRANK_PARTS_MAX];
    uint8_t *out = support_zeros(8192);
    size_t len = 0;

    memset(list, 0, sizeof list);
    for (unsigned i = 0; i < parts; i++) {
        list[i].name = support_text("picture");
        list[i].salt[0] = (uint8_t)i;
        list[i].body = support_text(i == 0 ? "first canary" : "other canary");
    }
    assert_ok(frank_parted_build(
        out, 8192, &len, random_bytes, support_text(SUPPORT_SENDER),
        support_text(SUPPORT_ROOM), list, parts, NULL));
    return (struct frank_span){support_copy(out, len), len};
}

static void withheld_parts_do_not_leave_the_device(void **state)
{
    static struct frank_unsealed read;
    struct frank_kept kept = {.content = parted(5),
                              .context = support_context(),
                              .frank = {.suite = 1},
                              .withhold_parts = 0x12};
    struct frank_report report = {.messages = &kept, .count = 1};
    struct frank_span bytes = reports_build(&report, random_bytes);
    struct frank_content located;

    (void)state;
    assert_ok(frank_report_read(&read, bytes.data, bytes.len, NULL));
    assert_ok(frank_opening_check(&located, read.body.openings[0].content.data,
                                  read.body.openings[0].content.len,
                                  read.header.evidence[0].tag, &kept.context,
                                  NULL));
    assert_int_equal(located.withheld, 0x12);
    kept.withhold_parts = 1;
    bytes = reports_build(&report, random_bytes);
    assert_null(memmem(bytes.data, bytes.len, "first canary", 12));
    assert_non_null(memmem(bytes.data, bytes.len, "other canary", 12));
    kept.withhold_parts = 0x1f;
    bytes = reports_build(&report, random_bytes);
    assert_null(memmem(bytes.data, bytes.len, "other canary", 12));
}

static void refuses_what_makes_no_report(void **state)
{
    static struct frank_kept many[FRANK_MESSAGES_MAX + 1];
    struct frank_kept messages[3];
    struct frank_report report = sample(messages, 3);
    struct frank_report changed = report;
    struct frank_fault fault;
    uint8_t *note = support_zeros(FRANK_NOTE_MAX_BYTES + 1);

    (void)state;
    changed.count = 0;
    assert_int_equal(build(&changed, &fault), FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "messages");
    changed = sample(many, FRANK_MESSAGES_MAX + 1);
    assert_int_equal(build(&changed, &fault), FRANK_ERR_LIMIT);
    changed.count = FRANK_MESSAGES_MAX;
    assert_int_equal(build(&changed, &fault), FRANK_ERR_SPACE);
    changed = report;
    changed.accused = 3;
    assert_int_equal(build(&changed, &fault), FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "accused");
    changed.accused = 256; /* not taken for 0 */
    assert_int_equal(build(&changed, &fault), FRANK_ERR_VALUE);
    changed = report;
    memset(note, 'n', FRANK_NOTE_MAX_BYTES + 1);
    changed.note = (struct frank_span){note, FRANK_NOTE_MAX_BYTES + 1};
    assert_int_equal(build(&changed, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "note");
    changed.note.len--;
    assert_int_equal(build(&changed, &fault), FRANK_ERR_SPACE);
    changed.note = support_bytes("c3");
    assert_int_equal(build(&changed, &fault), FRANK_ERR_UTF8);
    changed = report;
    note = support_zeros(FRANK_URI_MAX_BYTES + 1);
    changed.reporter = (struct frank_span){note, FRANK_URI_MAX_BYTES + 1};
    assert_int_equal(build(&changed, &fault), FRANK_ERR_LIMIT);
}

static void refuses_messages_that_prove_nothing(void **state)
{
    struct frank_kept messages[3];
    struct frank_report report = sample(messages, 3);
    struct frank_fault fault;

    (void)state;
    messages[1].context.sender = support_text("mimi://hub.example/u/nobody");
    assert_int_equal(build(&report, &fault), FRANK_ERR_SENDER);
    assert_int_equal(about, 1);
    report = sample(messages, 3);
    messages[1].context.room = support_text("mimi://hub.example/r/other");
    assert_int_equal(build(&report, &fault), FRANK_ERR_ROOM);
    assert_int_equal(about, 1);
    report = sample(messages, 3);
    messages[2].content.len--;
    assert_true(build(&report, &fault) < 0);
    report = sample(messages, 3);
    messages[2].withhold_parts = 1; /* not parted */
    assert_int_equal(build(&report, &fault), FRANK_ERR_FORMAT);
    assert_int_equal(about, 2);
    report = sample(messages, 3);
    messages[2] = (struct frank_kept){.content = parted(2),
                                      .context = support_context(),
                                      .frank = {.suite = 1}};
    assert_int_equal(build(&report, &fault), FRANK_ERR_ROOMS);
    assert_int_equal(about, 2);
    report.messages = &messages[2];
    report.count = 1;
    messages[2].withhold_parts = 4; /* no such part */
    assert_int_equal(build(&report, &fault), FRANK_ERR_VALUE);
    assert_int_equal(about, 0);
    messages[2].withhold = true; /* which does not matter then */
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    assert_int_equal(about, SIZE_MAX);
    messages[2].frank.suite = 2;
    assert_int_equal(build(&report, &fault), FRANK_ERR_SUITE);
    assert_int_equal(about, 0);
    messages[2].frank.suite = 1;
    messages[2].ordered = true;
    messages[2].transcript.room_seq = 5;
    messages[2].transcript.seen_seq = 5;
    assert_int_equal(build(&report, &fault), FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "seen_seq");
}

static void too_large_a_report_is_refused(void **state)
{
    static struct frank_kept messages[17];
    size_t size = FRANK_CONTENT_MAX_BYTES - 256;
    uint8_t *content = support_zeros(FRANK_CONTENT_MAX_BYTES);
    uint8_t *body = support_zeros(size);
    struct frank_report report = {.messages = messages};
    struct frank_fault fault;
    size_t len = 0;

    (void)state;
    assert_ok(frank_plain_build(
        content, FRANK_CONTENT_MAX_BYTES, &len, random_bytes,
        support_text(SUPPORT_SENDER), support_text(SUPPORT_ROOM),
        support_text("text/plain"), (struct frank_span){body, size}, NULL));
    for (size_t i = 0; i < SUPPORT_COUNT(messages); i++) {
        messages[i] = (struct frank_kept){.content = {content, len},
                                          .context = support_context(),
                                          .frank = {.suite = 1}};
    }
    report.count = 17;
    assert_int_equal(build(&report, &fault), FRANK_ERR_LIMIT);
    report.count = 15;
    assert_int_equal(build(&report, &fault), FRANK_ERR_SPACE);
    assert_true(fault.expected < FRANK_REPORT_MAX_BYTES);
}

static void needs_the_space_that_it_says(void **state)
{
    struct frank_kept messages[2];
    struct frank_report report = sample(messages, 2);
    struct frank_span unsealed = reports_build(&report, random_bytes);
    uint8_t *out = support_zeros(unsealed.len + SEAL_BYTES + 64);
    size_t len = 0;
    size_t needed = 0;

    (void)state;
    assert_int_equal(frank_report_build(out, unsealed.len - 1, &len, NULL,
                                        &report, random_bytes, NULL),
                     FRANK_ERR_SPACE);
    assert_int_equal(len, unsealed.len);
    assert_true(support_is_zero(out, unsealed.len));
    assert_int_equal(frank_report_seal(NULL, 0, &needed, unsealed.data,
                                       unsealed.len, reports_quorum(),
                                       random_bytes, NULL),
                     FRANK_ERR_SPACE);
    assert_int_equal(frank_report_seal(out, needed - 1, &len, unsealed.data,
                                       unsealed.len, reports_quorum(),
                                       random_bytes, NULL),
                     FRANK_ERR_SPACE);
    assert_true(support_is_zero(out, needed));
    assert_ok(frank_report_seal(out, needed, &len, unsealed.data, unsealed.len,
                                reports_quorum(), random_bytes, NULL));
    assert_int_equal(len, needed);
}

static void seal(uint8_t *out, size_t *len, struct frank_span unsealed,
                 const uint8_t *random)
{
    assert_ok(frank_report_seal(out, 8192, len, unsealed.data, unsealed.len,
                                reports_quorum(), random, NULL));
}

/* A generator that repeats gives two reports different keys. */
static void two_reports_never_share_a_key(void **state)
{
    static struct sealed_report a;
    static struct sealed_report b;
    struct frank_kept messages[1];
    struct frank_report report = sample(messages, 1);
    uint8_t *one = support_zeros(8192);
    uint8_t *two = support_zeros(8192);
    size_t len = 0;

    (void)state;
    seal(one, &len, reports_build(&report, random_bytes), random_bytes);
    reports_decode(&a, (struct frank_span){one, len});
    report.note = support_text("lock"); /* the header is the same */
    seal(two, &len, reports_build(&report, random_bytes), random_bytes);
    reports_decode(&b, (struct frank_span){two, len});
    assert_memory_not_equal(a.seal.u, b.seal.u, 32);
    assert_memory_not_equal(a.seal.commitment, b.seal.commitment, 32);
    assert_memory_not_equal(a.sealed.data, b.sealed.data, 16);
}

static void refuses_to_seal_to_no_point(void **state)
{
    struct frank_kept messages[1];
    struct frank_report report = sample(messages, 1);
    struct frank_span unsealed = reports_build(&report, random_bytes);
    struct frank_quorum quorum = *reports_quorum();
    uint8_t *out = support_zeros(8192);
    struct frank_fault fault;
    size_t len = 1;

    (void)state;
    memset(quorum.public_key, 0, sizeof quorum.public_key);
    assert_int_equal(frank_report_seal(out, 8192, &len, unsealed.data,
                                       unsealed.len, &quorum, random_bytes,
                                       &fault),
                     FRANK_ERR_POINT);
    assert_int_equal(len, 0);
    memset(quorum.public_key, 0xff, sizeof quorum.public_key);
    assert_int_equal(frank_report_seal(out, 8192, &len, unsealed.data,
                                       unsealed.len, &quorum, random_bytes,
                                       &fault),
                     FRANK_ERR_POINT);
    assert_true(support_is_zero(out, 8192));
}

static void refuses_to_seal_what_it_cannot_read(void **state)
{
    static struct frank_unsealed read;
    struct frank_kept messages[2];
    struct frank_report report = sample(messages, 2);
    struct frank_span unsealed = reports_build(&report, random_bytes);
    uint8_t *out = support_zeros(8192);
    size_t len = 0;

    (void)state;
    for (size_t cut = 0; cut < unsealed.len; cut++) {
        assert_true(frank_report_read(&read, unsealed.data, cut, NULL) < 0);
        assert_true(frank_report_seal(out, 8192, &len, unsealed.data, cut,
                                      reports_quorum(), random_bytes,
                                      NULL) < 0);
        assert_true(report_seal_with(out, 8192, &len, unsealed.data, cut,
                                     reports_quorum(), random_bytes + 1,
                                     random_bytes + 1, NULL) < 0);
    }
    assert_int_equal(frank_report_read(&read, unsealed.data,
                                       FRANK_REPORT_MAX_BYTES + 1, NULL),
                     FRANK_ERR_LIMIT);
}

static void small_reports_stay_small(void **state)
{
    struct frank_kept messages[5];
    struct frank_report report = sample(messages, 5);

    (void)state;
    report.reporter = support_text("mimi://hub.example/u/ines");
    assert_true(reports_seal(&report).len < 4096);
}

static void digest_of_the_reporter_hides_him(void **state)
{
    struct report_reporter reporter = {random_bytes, support_text("a:b")};
    struct report_reporter other = {random_bytes + 1, support_text("a:b")};
    struct report_reporter nobody = {NULL, {NULL, 0}};
    uint8_t a[32];
    uint8_t b[32];

    (void)state;
    report_reporter_digest(a, &reporter);
    report_reporter_digest(b, &other);
    assert_memory_not_equal(a, b, 32);
    report_reporter_digest(a, &nobody);
    assert_true(support_is_zero(a, 32));
}

/* ---- Body --------------------------------------------------------------- */

static int read_body(struct frank_span body, size_t len, size_t count)
{
    static struct frank_report_body out;
    uint8_t *padded = support_zeros(len);

    memcpy(padded, body.data, body.len);
    return report_body_decode(&out, (struct frank_span){padded, len}, 0, count,
                              NULL);
}

static void padding_is_exact(void **state)
{
    struct frank_span body = support_bytes("00 02 00 00 00 80");
    static struct frank_report_body out;
    uint8_t *zeros = support_zeros(1024);

    (void)state;
    assert_ok(read_body(body, 1024, 1));
    assert_int_equal(read_body(body, 1023, 1), FRANK_ERR_PADDING);
    assert_int_equal(read_body(body, 1088, 1), FRANK_ERR_PADDING);
    assert_int_equal(read_body(body, 6, 1), FRANK_ERR_PADDING);
    body = support_bytes("00 02 00 00 00 81");
    assert_int_equal(read_body(body, 1024, 1), FRANK_ERR_PADDING);
    body = support_bytes("00 02 00 00 00 80 80");
    assert_int_equal(read_body(body, 1024, 1), FRANK_ERR_TRAILING);
    body = support_bytes("00 02 00 00 00 80 00 01");
    assert_int_equal(read_body(body, 1024, 1), FRANK_ERR_PADDING);
    body = support_bytes("80");
    assert_int_equal(read_body(body, 1024, 1), FRANK_ERR_PADDING);
    assert_int_equal(
        report_body_decode(&out, (struct frank_span){zeros, 1024}, 0, 1, NULL),
        FRANK_ERR_PADDING);
    assert_int_equal(
        report_body_decode(&out, (struct frank_span){NULL, 0}, 0, 1, NULL),
        FRANK_ERR_PADDING);
}

static void bodies_are_exact(void **state)
{
    static const struct {
        const char *body;
        size_t count;
        int error;
    } cases[] = {
        {"00 02 0000 00 80", 1, FRANK_OK},
        {"00 02 0100 00 80", 1, FRANK_OK}, /* disclosed and empty */
        {"00 03 0101 61 00 80", 1, FRANK_OK},
        {"00 03 0001 61 00 80", 1, FRANK_ERR_LENGTH}, /* withheld, not empty */
        {"00 02 0200 00 80", 1, FRANK_ERR_VALUE},
        {"00 02 0000 00 80", 2, FRANK_ERR_LENGTH},
        {"00 04 0000 0000 00 80", 1, FRANK_ERR_LENGTH},
        {"00 00 00 80", 1, FRANK_ERR_LENGTH},
        {"00 02 0000 01 61 80", 1, FRANK_ERR_TRUNCATED}, /* attachments */
        {"00 02 0000 80", 1, FRANK_ERR_TRUNCATED},
        {"01 c3 02 0000 00 80", 1, FRANK_ERR_UTF8},
        {"4000 02 0000 00 80", 1, FRANK_ERR_LENGTH_FORM},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        assert_int_equal(
            read_body(support_bytes(cases[i].body), 1024, cases[i].count),
            cases[i].error);
    }
}

static void padding_grows_as_padme(void **state)
{
    size_t last = 0;

    (void)state;
    for (size_t n = 0; n < 70000; n++) {
        size_t padded = report_padded(n);

        assert_true(padded > n && padded >= 1024 && padded >= last);
        assert_true(padded == 1024 || padded * 100 <= (n + 1) * 112);
        last = padded;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preview_is_what_was_chosen),
        cmocka_unit_test(withheld_text_does_not_leave_the_device),
        cmocka_unit_test(withheld_parts_do_not_leave_the_device),
        cmocka_unit_test(refuses_what_makes_no_report),
        cmocka_unit_test(refuses_messages_that_prove_nothing),
        cmocka_unit_test(too_large_a_report_is_refused),
        cmocka_unit_test(needs_the_space_that_it_says),
        cmocka_unit_test(two_reports_never_share_a_key),
        cmocka_unit_test(refuses_to_seal_to_no_point),
        cmocka_unit_test(refuses_to_seal_what_it_cannot_read),
        cmocka_unit_test(small_reports_stay_small),
        cmocka_unit_test(digest_of_the_reporter_hides_him),
        cmocka_unit_test(padding_is_exact),
        cmocka_unit_test(bodies_are_exact),
        cmocka_unit_test(padding_grows_as_padme),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
