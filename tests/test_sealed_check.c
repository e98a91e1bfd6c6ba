/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's blind check: what it accepts, that it sees every change, and how it
 * judges evidence whose epoch is gone. */
#include "hub_verdict.h"
#include "reports.h"
#include "rings.h"
#include "sealed_check.h"

#include <string.h>

static struct sealed_check found;

static int check_at(struct frank_span sealed, uint64_t now,
                    struct frank_fault *fault)
{
    return sealed_check(&found, reports_stamper(), NULL, sealed.data,
                        sealed.len, now, fault);
}

static int check(struct frank_span sealed, struct frank_fault *fault)
{
    return check_at(sealed, REPORTS_NOW, fault);
}

static struct frank_report sample(struct frank_kept *messages, size_t n)
{
    static const char *const files[] = {"01-offer.cbor", "02-question.cbor",
                                        "03-pressure.cbor"};

    for (size_t i = 0; i < n; i++) {
        messages[i] = reports_kept(files[i % SUPPORT_COUNT(files)], true);
    }
    return (struct frank_report){
        .reason = 1, .created = REPORTS_NOW, .messages = messages, .count = n};
}

static void every_changed_bit_is_seen(void **state)
{
    struct frank_span sealed = reports_sealed(1);
    uint8_t *changed = support_copy(sealed.data, sealed.len);

    (void)state;
    for (size_t i = 0; i < sealed.len; i++) {
        for (unsigned bit = 0; bit < 8; bit += i % 8 == 0 ? 1 : 3) {
            changed[i] ^= (uint8_t)(1U << bit);
            if (check((struct frank_span){changed, sealed.len}, NULL) ==
                FRANK_OK) {
                fail_msg("bit %u of byte %zu can be changed", bit, i);
            }
            changed[i] ^= (uint8_t)(1U << bit);
        }
    }
    assert_ok(check((struct frank_span){changed, sealed.len}, NULL));
}

static void every_prefix_and_a_byte_more_is_refused(void **state)
{
    struct frank_span sealed = reports_sealed(0);
    uint8_t *longer = support_zeros(sealed.len + 1);

    (void)state;
    memcpy(longer, sealed.data, sealed.len);
    for (size_t len = 0; len < sealed.len; len++) {
        assert_true(
            check((struct frank_span){support_copy(sealed.data, len), len},
                  NULL) < 0);
    }
    assert_int_equal(check((struct frank_span){longer, sealed.len + 1}, NULL),
                     FRANK_ERR_TRAILING);
    assert_int_equal(
        check((struct frank_span){longer, FRANK_REPORT_MAX_BYTES + 1}, NULL),
        FRANK_ERR_LIMIT);
}

/* The label of one report before the seal and body of another. */
static void bodies_cannot_be_moved_to_another_header(void **state)
{
    static struct sealed_report a;
    static struct sealed_report b;
    struct frank_fault fault;

    (void)state;
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        for (size_t j = 0; j < REPORTS_COUNT; j++) {
            struct frank_span one = reports_sealed(i);
            struct frank_span two = reports_sealed(j);
            size_t label;
            size_t rest;
            uint8_t *moved;

            reports_decode(&a, one);
            reports_decode(&b, two);
            label = a.label.header.len + a.label.reporter.len;
            rest = two.len - b.label.header.len - b.label.reporter.len;
            moved = support_zeros(label + rest);
            memcpy(moved, one.data, label);
            memcpy(moved + label, two.data + two.len - rest, rest);
            assert_int_equal(
                check((struct frank_span){moved, label + rest}, &fault),
                i == j ? FRANK_OK : FRANK_ERR_PROOF);
        }
    }
}

static void evidence_that_is_not_ours_is_named(void **state)
{
    struct frank_kept messages[3];
    struct frank_report report = sample(messages, 3);
    struct frank_fault fault;

    (void)state;
    assert_ok(check(reports_seal(&report), &fault));
    assert_int_equal(found.at, SIZE_MAX);

    messages[1].frank.server_frank[5] ^= 1;
    assert_int_equal(check(reports_seal(&report), &fault), FRANK_ERR_MAC);
    assert_int_equal(found.at, 1);
    assert_int_equal(found.items[0].verdict, EVIDENCE_VALID);
    assert_int_equal(found.items[1].verdict, EVIDENCE_INVALID);
    assert_int_equal(found.items[2].verdict, EVIDENCE_VALID);

    report = sample(messages, 3);
    messages[2].frank.signature[5] ^= 1;
    assert_int_equal(check(reports_seal(&report), &fault), FRANK_ERR_SIGNATURE);
    assert_int_equal(found.at, 2);

    report = sample(messages, 3);
    messages[0].transcript.room_seq++;
    assert_int_equal(check(reports_seal(&report), &fault),
                     FRANK_ERR_TRANSCRIPT);
    assert_int_equal(found.at, 0);

    report = sample(messages, 3);
    messages[2].context.accepted_timestamp++;
    assert_int_equal(check(reports_seal(&report), &fault), FRANK_ERR_MAC);

    /* the stamp of one message on another */
    report = sample(messages, 3);
    messages[2].frank = messages[0].frank;
    assert_int_equal(check(reports_seal(&report), &fault), FRANK_ERR_MAC);
}

/* Which frank_report_build() would refuse: put in afterwards. */
static void a_message_seen_before_it_was_sent_is_refused(void **state)
{
    struct frank_kept messages[1];
    struct frank_report report = sample(messages, 1);
    const struct frank_transcript *place = &messages[0].transcript;
    struct frank_span built = reports_build(&report, reports_random(0));
    uint8_t *bytes = support_copy(built.data, built.len);
    uint8_t *stamp = memmem(bytes, built.len, place->transcript_frank,
                            sizeof place->transcript_frank);
    struct frank_fault fault;

    (void)state;
    assert_non_null(stamp);
    memcpy(stamp - 8, stamp - 16, 8); /* room_seq into seen_seq */
    assert_int_equal(
        check(reports_seal_built((struct frank_span){bytes, built.len}),
              &fault),
        FRANK_ERR_VALUE);
    assert_int_equal(found.at, 0);
}

static void what_comes_from_the_future_is_refused(void **state)
{
    struct frank_kept messages[1];
    struct frank_report report = sample(messages, 1);
    uint64_t time = messages[0].context.accepted_timestamp;
    struct frank_fault fault;
    struct frank_span sealed = reports_seal(&report);

    (void)state;
    assert_ok(check_at(sealed, REPORTS_NOW - SEALED_AHEAD_MS, &fault));
    assert_int_equal(
        check_at(sealed, REPORTS_NOW - SEALED_AHEAD_MS - 1, &fault),
        FRANK_ERR_TIME);
    assert_string_equal(fault.field, "created, over an hour ahead");
    report.created = 0;
    sealed = reports_seal(&report);
    assert_ok(check_at(sealed, time - SEALED_AHEAD_MS, &fault));
    assert_int_equal(check_at(sealed, time - SEALED_AHEAD_MS - 1, &fault),
                     FRANK_ERR_TIME);
    assert_string_equal(fault.field, "accepted timestamp, over an hour ahead");
    assert_int_equal(found.at, 0);
}

static void other_quorums_are_refused(void **state)
{
    struct frank_span sealed = reports_sealed(0);
    uint8_t id[FRANK_QUORUM_ID_BYTES];

    (void)state;
    frank_quorum_id(id, reports_quorum());
    assert_ok(sealed_check(&found, reports_stamper(), id, sealed.data,
                           sealed.len, REPORTS_NOW, NULL));
    id[15] ^= 1;
    assert_int_equal(sealed_check(&found, reports_stamper(), id, sealed.data,
                                  sealed.len, REPORTS_NOW, NULL),
                     FRANK_ERR_QUORUM);
    assert_false(found.judged);
}

/* ---- Structure ---------------------------------------------------------- */

enum { VERSION_AT = 0, DIGEST_AT = 25, ACCUSED_AT = 58 };

static void headers_are_exact(void **state)
{
    struct frank_span sealed = reports_sealed(0); /* with a reporter */
    static const struct {
        size_t at;
        uint8_t value;
        int error;
    } cases[] = {
        {VERSION_AT, 0, FRANK_ERR_VALUE},   {VERSION_AT, 2, FRANK_ERR_VALUE},
        {ACCUSED_AT, 3, FRANK_ERR_VALUE},   {ACCUSED_AT, 255, FRANK_ERR_VALUE},
        {DIGEST_AT, 0, FRANK_ERR_REPORTER},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        uint8_t *changed = support_copy(sealed.data, sealed.len);

        changed[cases[i].at] = cases[i].value;
        assert_int_equal(check((struct frank_span){changed, sealed.len}, NULL),
                         cases[i].error);
    }
}

/* A header written by hand around given evidence, with nothing behind it. */
static int read_header(const struct frank_evidence *evidence, size_t count,
                       bool reporter_octet, struct frank_fault *fault)
{
    static struct frank_unsealed read;
    struct wire_writer w;
    struct wire_writer list;
    uint8_t *bytes = support_zeros(65536);
    uint8_t *inner = support_zeros(65536);

    wire_write_init(&list, inner, 65536);
    for (size_t i = 0; i < count; i++) {
        report_evidence_write(&list, &evidence[i]);
    }
    wire_write_init(&w, bytes, 65536);
    wire_write_u8(&w, REPORT_VERSION);
    for (size_t i = 0; i < 16 + 8 + 32 + 1 + 1; i++) {
        wire_write_u8(&w, 0);
    }
    wire_write_opaque(&w, (struct frank_span){inner, list.len}, 65536, "");
    wire_write_u8(&w, reporter_octet ? 2 : 0);
    return frank_report_read(&read, bytes, w.len, fault);
}

static void evidence_is_exact(void **state)
{
    static struct frank_evidence evidence[FRANK_MESSAGES_MAX + 1];
    struct frank_fault fault;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(evidence); i++) {
        evidence[i].context = support_context();
        evidence[i].frank.suite = 1;
    }
    assert_int_equal(read_header(evidence, 0, false, &fault),
                     FRANK_ERR_MISSING);
    assert_int_equal(
        read_header(evidence, FRANK_MESSAGES_MAX + 1, false, &fault),
        FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "evidence");
    /* as far as the body, which is not there */
    assert_int_equal(read_header(evidence, FRANK_MESSAGES_MAX, false, &fault),
                     FRANK_ERR_TRUNCATED);
    assert_string_equal(fault.field, "report body");
    assert_int_equal(read_header(evidence, 1, true, &fault), FRANK_ERR_VALUE);
    evidence[63].context.room = support_text("r:other");
    assert_int_equal(read_header(evidence, FRANK_MESSAGES_MAX, false, &fault),
                     FRANK_ERR_ROOMS);
    evidence[0].frank.suite = 2;
    assert_int_equal(read_header(evidence, 1, false, &fault), FRANK_ERR_SUITE);
}

/* ---- Epochs ------------------------------------------------------------- */

/* A hub with an epoch from 1,000,000 ms on, destroyed or not, and one from
 * 9,000,000 ms on. */
static struct keyring *two_epochs(bool destroyed)
{
    struct keyring *ring = rings_new(1000000);

    assert_ok(keyring_rotate(ring, rings_secret(2), 9000000, 1000000, NULL));
    if (destroyed) {
        assert_ok(keyring_destroy(ring, 1, NULL));
    }
    return ring;
}

static struct stamper *two_epochs_stamper(bool destroyed)
{
    struct keyring *ring = two_epochs(destroyed);
    struct stamper *stamper = NULL;

    assert_ok(stamper_new(&stamper, ring, NULL));
    keyring_free(ring);
    return stamper;
}

static struct frank_span content(const char *body)
{
    static const uint8_t salt[FRANK_PLAIN_SALT_BYTES] = {7};
    uint8_t *out = support_zeros(512);
    size_t len = 0;

    assert_ok(frank_plain_build(
        out, 512, &len, salt, support_text(SUPPORT_SENDER),
        support_text(SUPPORT_ROOM), support_text("text/plain"),
        support_text(body), NULL));
    return (struct frank_span){support_copy(out, len), len};
}

/* A message stamped at a time while all epochs were there. */
static struct frank_kept stamped(const char *body, uint64_t time)
{
    struct stamper *stamper = two_epochs_stamper(false);
    struct stamp_request request = {.context = support_context(),
                                    .suite = 1,
                                    .ordered = true,
                                    .order = {5, 4}};
    struct frank_kept kept = {.content = content(body),
                              .ordered = true,
                              .transcript = {.room_seq = 5, .seen_seq = 4}};
    struct stamp stamp;

    request.context.accepted_timestamp = time;
    assert_ok(
        frank_tag(request.tag, kept.content.data, kept.content.len, NULL));
    assert_ok(stamper_stamp(stamper, &stamp, &request, NULL));
    kept.context = request.context;
    kept.frank = stamp.frank;
    memcpy(kept.transcript.transcript_frank, stamp.transcript_frank, 32);
    stamper_free(stamper);
    return kept;
}

static int check_worn(const struct frank_report *report,
                      struct frank_fault *fault)
{
    struct stamper *stamper = two_epochs_stamper(true);
    struct frank_span sealed = reports_seal(report);
    int error = sealed_check(&found, stamper, NULL, sealed.data, sealed.len,
                             REPORTS_NOW, fault);

    stamper_free(stamper);
    return error;
}

/* An old genuine frank attached to invented content: its signature holds. */
static void old_stamps_on_invented_content_are_expired_not_valid(void **state)
{
    struct frank_kept messages[2] = {stamped("true", 2000000),
                                     stamped("new", 9500000)};
    struct frank_report report = {.messages = messages, .count = 2};
    struct frank_fault fault;

    (void)state;
    messages[0].content = content("invented");
    assert_ok(check_worn(&report, &fault));
    assert_int_equal(found.items[0].verdict, EVIDENCE_EXPIRED);
    assert_int_equal(found.items[0].fault.error, FRANK_ERR_EPOCH_DESTROYED);
    assert_int_equal(found.items[1].verdict, EVIDENCE_VALID);

    /* alone, it is no report */
    report.count = 1;
    assert_int_equal(check_worn(&report, &fault), FRANK_ERR_EPOCH_DESTROYED);
    assert_int_equal(found.at, SIZE_MAX);

    /* and where the epoch is there, it is a forgery */
    {
        struct stamper *stamper = two_epochs_stamper(false);
        struct frank_span sealed;

        report.count = 2;
        sealed = reports_seal(&report);
        assert_int_equal(sealed_check(&found, stamper, NULL, sealed.data,
                                      sealed.len, REPORTS_NOW, &fault),
                         FRANK_ERR_MAC);
        stamper_free(stamper);
    }
}

static void expired_stamps_still_need_their_signature(void **state)
{
    struct frank_kept messages[2] = {stamped("true", 2000000),
                                     stamped("new", 9500000)};
    struct frank_report report = {.messages = messages, .count = 2};
    struct frank_fault fault;

    (void)state;
    messages[0].context.accepted_timestamp++;
    assert_int_equal(check_worn(&report, &fault), FRANK_ERR_SIGNATURE);
    messages[0].context.accepted_timestamp = 999999; /* before any epoch */
    assert_int_equal(check_worn(&report, &fault), FRANK_ERR_NO_EPOCH);
}

static void hub_publishes_which_times_are_over(void **state)
{
    struct keyring *ring = two_epochs(true);
    static struct hub_public hub;
    static struct hub_public read;
    char *text;

    (void)state;
    hub_public_from(&hub, ring);
    assert_true(hub_public_is_destroyed(&hub, 1000000));
    assert_true(hub_public_is_destroyed(&hub, 8999999));
    assert_false(hub_public_is_destroyed(&hub, 999999));
    assert_false(hub_public_is_destroyed(&hub, 9000000));
    text = hub_public_encode(&hub);
    assert_non_null(strstr(text, "\"destroyed\":[[1000000,9000000]]"));
    assert_ok(hub_public_decode(&read, text, strlen(text), NULL));
    assert_memory_equal(&read, &hub, sizeof hub);
    free(text);
    assert_ok(keyring_destroy(ring, 2, NULL));
    hub_public_from(&hub, ring);
    assert_int_equal(hub.destroyed_count, 1);
    assert_true(hub_public_is_destroyed(&hub, UINT64_MAX - 1));
    text = hub_public_encode(&hub);
    assert_non_null(strstr(text, "\"destroyed\":[[1000000,null]]"));
    assert_ok(hub_public_decode(&read, text, strlen(text), NULL));
    assert_memory_equal(&read, &hub, sizeof hub);
    free(text);
    keyring_free(ring);
}

/* ---- Verdict ------------------------------------------------------------ */

static void verdicts_are_signed_and_read_back(void **state)
{
    static struct hub_verdict verdict;
    static struct hub_verdict read;
    struct hub_public hub = reports_hub_public();
    struct frank_span sealed = reports_sealed(1);
    uint8_t bytes[HUB_VERDICT_SIGNED_MAX_BYTES];
    struct frank_evidence other;
    size_t len = 0;

    (void)state;
    assert_ok(check(sealed, NULL));
    hub_verdict_from(&verdict, &found, REPORTS_NOW);
    assert_ok(hub_verdict_sign(bytes, &len, &verdict, reports_stamper(), NULL));
    assert_ok(hub_verdict_open(&read, bytes, len, &hub, NULL));
    assert_memory_equal(&read, &verdict, sizeof verdict);
    assert_memory_equal(read.report_digest, found.report.digest, 32);
    for (size_t i = 0; i < read.count; i++) {
        assert_int_equal(
            hub_verdict_of(&read, &found.report.header.evidence[i]),
            EVIDENCE_VALID);
    }
    other = found.report.header.evidence[0];
    other.tag[0] ^= 1;
    assert_int_equal(hub_verdict_of(&read, &other), EVIDENCE_INVALID);
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 1;
        assert_true(hub_verdict_open(&read, bytes, len, &hub, NULL) < 0);
        assert_int_equal(read.count, 0);
        bytes[i] ^= 1;
    }
    for (size_t i = 0; i < len; i++) {
        assert_true(hub_verdict_open(&read, bytes, i, &hub, NULL) < 0);
    }
    hub.keys[0].not_before = REPORTS_NOW + 1;
    assert_int_equal(hub_verdict_open(&read, bytes, len, &hub, NULL),
                     FRANK_ERR_NO_KEY);
    hub.keys[0].not_before = 0;
    hub.keys[0].public_key[3] ^= 1;
    assert_int_equal(hub_verdict_open(&read, bytes, len, &hub, NULL),
                     FRANK_ERR_SIGNER);
}

static void verdicts_without_items_or_of_unknown_kinds_are_refused(void **state)
{
    static struct hub_verdict read;
    struct hub_public hub = reports_hub_public();
    static const struct {
        const char *bytes;
        int error;
    } cases[] = {
        {"(11)*32 (00)*8 00 0001 4040 (00)*64", FRANK_ERR_MISSING},
        {"(11)*32 (00)*8 21 (22)*32 03 0001 4040 (00)*64", FRANK_ERR_VALUE},
        {"(11)*32 (00)*8 21 (22)*32 01 0002 4040 (00)*64", FRANK_ERR_SUITE},
        {"(11)*32 (00)*8 21 (22)*32 01 0001 3f (00)*63", FRANK_ERR_LENGTH},
        {"(11)*32 (00)*8 21 (22)*32 01 0001 4040 (00)*64", FRANK_ERR_SIGNER},
        {"(11)*32 (00)*8 22 (22)*32 01 01 0001 4040 (00)*64",
         FRANK_ERR_TRUNCATED},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct frank_span bytes = support_bytes(cases[i].bytes);

        assert_int_equal(
            hub_verdict_open(&read, bytes.data, bytes.len, &hub, NULL),
            cases[i].error);
    }
}

static void a_hub_without_a_key_signs_no_verdict(void **state)
{
    static struct hub_verdict verdict = {.checked = 5, .count = 1};
    struct stamper *stamper = two_epochs_stamper(false); /* from 1,000,000 on */
    uint8_t bytes[HUB_VERDICT_SIGNED_MAX_BYTES];
    uint8_t signature[FRANK_SIGNATURE_BYTES];
    uint8_t *large = support_zeros(HUB_PUBLIC_SIGNED_MAX_BYTES);
    struct hub_public hub = reports_hub_public();
    size_t len = 1;

    (void)state;
    assert_int_equal(hub_verdict_sign(bytes, &len, &verdict, stamper, NULL),
                     FRANK_ERR_NO_KEY);
    assert_int_equal(len, 0);
    assert_int_equal(
        stamper_sign(stamper, signature, "label",
                     (struct frank_span){large, HUB_PUBLIC_SIGNED_MAX_BYTES},
                     2000000, NULL),
        FRANK_ERR_SPACE);
    assert_int_equal(hub_public_verify(&hub, "label",
                                       (struct frank_span){
                                           large, HUB_PUBLIC_SIGNED_MAX_BYTES},
                                       signature, 2000000, NULL),
                     FRANK_ERR_SPACE);
    stamper_free(stamper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_bit_is_seen),
        cmocka_unit_test(every_prefix_and_a_byte_more_is_refused),
        cmocka_unit_test(bodies_cannot_be_moved_to_another_header),
        cmocka_unit_test(evidence_that_is_not_ours_is_named),
        cmocka_unit_test(a_message_seen_before_it_was_sent_is_refused),
        cmocka_unit_test(what_comes_from_the_future_is_refused),
        cmocka_unit_test(other_quorums_are_refused),
        cmocka_unit_test(headers_are_exact),
        cmocka_unit_test(evidence_is_exact),
        cmocka_unit_test(old_stamps_on_invented_content_are_expired_not_valid),
        cmocka_unit_test(expired_stamps_still_need_their_signature),
        cmocka_unit_test(hub_publishes_which_times_are_over),
        cmocka_unit_test(verdicts_are_signed_and_read_back),
        cmocka_unit_test(
            verdicts_without_items_or_of_unknown_kinds_are_refused),
        cmocka_unit_test(a_hub_without_a_key_signs_no_verdict),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
