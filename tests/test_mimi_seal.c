/* SPDX-License-Identifier: Apache-2.0 */
/* A MIMI client's plain AbuseReport made a sealed one: what is taken in, what
 * is refused, and that it opens to what was reported. */
#include "hubs.h"
#include "mimi_seal.h"
#include "opening.h"
#include "reports.h"
#include "sealed_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME (RINGS_NOW + 5)
/* An epoch later, when the first can be destroyed. */
#define LATER (RINGS_NOW + 2 * RINGS_HOUR)
#define REPORTER "a:reporter"

/* Another epoch, and the first destroyed. */
static void destroy_first_epoch(void)
{
    stamper_free(stamper);
    assert_ok(keyring_rotate(ring, rings_secret(2), LATER, RINGS_NOW, NULL));
    assert_ok(keyring_destroy(ring, 1, NULL));
    assert_ok(stamper_new(&stamper, ring, NULL));
}

/* ---- Failing allocation ------------------------------------------------- */

static int allocations_left = -1; /* -1: no limit */

static bool fails(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

void *__real_sodium_malloc(size_t size);
void *__wrap_sodium_malloc(size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_sodium_malloc(size_t size)
{
    return fails() ? NULL : __real_sodium_malloc(size);
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

/* ---- Reports ------------------------------------------------------------ */

static struct mimi_report_message sent(const char *sender, const char *room,
                                       const char *text, uint64_t time)
{
    char extensions[64];
    char part[128];
    uint8_t *frank = support_zeros(FRANK_FRANK_BYTES);
    struct stamp_request request = {
        .context = {support_text(sender), support_text(room), time},
        .suite = FRANK_SUITE_X25519_AES128GCM};
    struct frank_span content;
    struct stamp stamp;

    (void)snprintf(extensions, sizeof extensions,
                   "a2 01 %02zx'%s' 02 %02zx'%s'", 0x60 + strlen(sender),
                   sender, 0x60 + strlen(room), room);
    (void)snprintf(part, sizeof part, "85 01 60 01 6a'text/plain' %02zx'%s'",
                   0x40 + strlen(text), text);
    content = support_mimi(
        &(struct support_mimi){.extensions = extensions, .part = part}, NULL);
    assert_ok(frank_tag(request.tag, content.data, content.len, NULL));
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    frank_frank_encode(frank, &stamp.frank);
    return (struct mimi_report_message){
        content, {frank, FRANK_FRANK_BYTES}, time};
}

static struct mimi_report against(const char *abuser)
{
    return (struct mimi_report){.reporting_user = support_text(REPORTER),
                                .alleged_abuser = support_text(abuser),
                                .reason = 3,
                                .note = support_text("he goes on")};
}

static void add(struct mimi_report *report, struct mimi_report_message message)
{
    report->messages[report->count++] = message;
}

static struct frank_span encoded(const struct mimi_report *report)
{
    size_t len = 0;
    uint8_t *out;

    assert_int_equal(mimi_report_encode(NULL, 0, &len, report, NULL),
                     FRANK_ERR_SPACE);
    out = support_zeros(len);
    assert_ok(mimi_report_encode(out, len, &len, report, NULL));
    return (struct frank_span){out, len};
}

static uint8_t *sealed;
static size_t sealed_len;
static size_t about; /* which message the last error was about */
static struct frank_fault fault;

static int convert_bytes(struct frank_span bytes)
{
    uint8_t random[MIMI_SEAL_RANDOM_BYTES];
    int error;

    free(sealed);
    sealed = NULL;
    memset(random, 7, sizeof random);
    fault.error = FRANK_OK;
    error = mimi_seal(&sealed, &sealed_len, &about, stamper, reports_quorum(),
                      bytes.data, bytes.len, LATER, random, &fault);
    assert_int_equal(fault.error, error);
    assert_true((error == FRANK_OK) == (sealed != NULL));
    return error;
}

static int convert(const struct mimi_report *report)
{
    return convert_bytes(encoded(report));
}

static int blind_check(struct sealed_check *found)
{
    return sealed_check(found, stamper, NULL, sealed, sealed_len, LATER, NULL);
}

/* ---- Tests -------------------------------------------------------------- */

static void opens_to_what_was_reported(void **state)
{
    static struct sealed_check found;
    struct mimi_report report = against(SUPPORT_SENDER);
    struct frank_span bytes;
    struct consent consents[2];
    struct opening *opening = NULL;
    struct sealed_report decoded;
    uint8_t digest[32];
    size_t which;

    (void)state;
    add(&report, sent("a:other", SUPPORT_ROOM, "what?", TIME));
    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "pay me", TIME + 1));
    bytes = encoded(&report);
    assert_ok(convert_bytes(bytes));
    assert_int_equal(about, SIZE_MAX);
    assert_ok(blind_check(&found));
    assert_int_equal(found.items[0].verdict, EVIDENCE_VALID);
    assert_int_equal(found.items[1].verdict, EVIDENCE_VALID);

    reports_decode(&decoded, (struct frank_span){sealed, sealed_len});
    crypto_hash_sha256(digest, bytes.data, bytes.len);
    assert_memory_equal(decoded.header.report_id, digest,
                        FRANK_REPORT_ID_BYTES);
    assert_int_equal(decoded.header.created, LATER);
    assert_int_equal(decoded.header.reason, 3);
    assert_int_equal(decoded.header.accused, 1);
    assert_int_equal(decoded.header.evidence[1].context.accepted_timestamp,
                     TIME + 1);
    support_assert_span(decoded.reporter.uri, support_text(REPORTER));

    for (unsigned i = 0; i < 2; i++) {
        consents[i] =
            reports_consent((struct frank_span){sealed, sealed_len}, i + 1);
    }
    assert_ok(opening_open(&opening, &which, sealed, sealed_len,
                           reports_quorum(), consents, 2, NULL));
    support_assert_span(opening_body(opening)->note, report.note);
    for (size_t i = 0; i < report.count; i++) {
        assert_true(opening_body(opening)->openings[i].disclosed);
        support_assert_span(opening_body(opening)->openings[i].content,
                            report.messages[i].content);
    }
    opening_free(opening);
}

static void report_without_a_name_stays_anonymous(void **state)
{
    static struct sealed_check found;
    struct mimi_report report = against(SUPPORT_SENDER);

    (void)state;
    report.reporting_user = (struct frank_span){NULL, 0};
    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "pay me", TIME));
    assert_ok(convert(&report));
    assert_ok(blind_check(&found));
    assert_int_equal(found.report.reporter.uri.len, 0);
    assert_true(support_is_zero(found.report.header.reporter_digest, 32));
}

static void wrong_message_is_named(void **state)
{
    struct mimi_report report = against(SUPPORT_SENDER);
    uint8_t *other;

    (void)state;
    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "pay me", TIME));
    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "or else", TIME));
    report.messages[1].accepted_timestamp++;
    assert_int_equal(convert(&report), FRANK_ERR_MAC);
    assert_int_equal(about, 1);

    report.messages[1].accepted_timestamp--;
    other = support_copy(report.messages[1].content.data,
                         report.messages[1].content.len);
    other[report.messages[1].content.len - 1] ^= 1;
    report.messages[1].content.data = other;
    assert_int_equal(convert(&report), FRANK_ERR_MAC);
    assert_int_equal(about, 1);

    report.messages[0].content = support_text("no content");
    assert_true(convert(&report) < 0);
    assert_int_equal(about, 0);
}

static void what_makes_no_case_is_refused(void **state)
{
    struct mimi_report report = against("a:nobody");

    (void)state;
    assert_int_equal(convert(&report), FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "messages");
    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "hello", TIME));
    assert_int_equal(convert(&report), FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "provable message of the alleged abuser");
    assert_int_equal(about, SIZE_MAX);
    assert_true(convert_bytes(support_text("nonsense")) < 0);
}

static void messages_are_of_one_room(void **state)
{
    struct mimi_report report = against(SUPPORT_SENDER);

    (void)state;
    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "here", TIME));
    add(&report, sent(SUPPORT_SENDER, "r:else", "there", TIME));
    assert_int_equal(convert(&report), FRANK_ERR_ROOMS);
}

static void expired_stands_beside_valid_and_not_alone(void **state)
{
    static struct sealed_check found;
    struct mimi_report report = against(SUPPORT_SENDER);

    (void)state;
    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "long ago", TIME));
    destroy_first_epoch();
    assert_int_equal(convert(&report), FRANK_ERR_EPOCH_DESTROYED);
    assert_int_equal(about, SIZE_MAX);

    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "today", LATER));
    assert_ok(convert(&report));
    assert_ok(blind_check(&found));
    assert_int_equal(found.items[0].verdict, EVIDENCE_EXPIRED);
    assert_int_equal(found.items[1].verdict, EVIDENCE_VALID);
}

static void wants_a_possible_quorum(void **state)
{
    struct frank_quorum quorum = *reports_quorum();
    struct mimi_report report = against(SUPPORT_SENDER);
    uint8_t random[MIMI_SEAL_RANDOM_BYTES] = {0};
    struct frank_span bytes;
    uint8_t *out = NULL;
    size_t len;

    (void)state;
    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "pay me", TIME));
    bytes = encoded(&report);
    memset(quorum.public_key, 0, sizeof quorum.public_key);
    assert_int_equal(mimi_seal(&out, &len, &about, stamper, &quorum, bytes.data,
                               bytes.len, LATER, random, NULL),
                     FRANK_ERR_POINT);
    assert_null(out);
}

static void failing_memory_is_an_error(void **state)
{
    struct mimi_report report = against(SUPPORT_SENDER);
    struct frank_span bytes;
    int failures = 0;

    (void)state;
    add(&report, sent(SUPPORT_SENDER, SUPPORT_ROOM, "pay me", TIME));
    bytes = encoded(&report);
    for (int at = 0;; at++) {
        int error;

        allocations_left = at;
        error = convert_bytes(bytes);
        allocations_left = -1;
        if (error == FRANK_OK) {
            break;
        }
        assert_int_equal(error, FRANK_ERR_MEMORY);
        failures++;
    }
    assert_int_equal(failures, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_hub, free_hub)
    const struct CMUnitTest tests[] = {
        TEST(opens_to_what_was_reported),
        TEST(report_without_a_name_stays_anonymous),
        TEST(wrong_message_is_named),
        TEST(what_makes_no_case_is_refused),
        TEST(messages_are_of_one_room),
        TEST(expired_stands_beside_valid_and_not_alone),
        TEST(wants_a_possible_quorum),
        TEST(failing_memory_is_an_error),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
