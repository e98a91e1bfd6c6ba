/* SPDX-License-Identifier: Apache-2.0 */
/* What opening a report refuses, and what it says of each message. */
#include "openings.h"

#include <string.h>

static int allocations_left = -1; /* -1: no limit */

void *__real_sodium_malloc(size_t size);
void *__wrap_sodium_malloc(size_t size);

void *__wrap_sodium_malloc(size_t size)
{
    if (allocations_left >= 0 && allocations_left-- == 0) {
        return NULL;
    }
    return __real_sodium_malloc(size);
}

/* ---- Opening ------------------------------------------------------------ */

/* Nor is it opened if k holders consent without a look at its proof. */
static void a_stolen_seal_is_not_opened(void **state)
{
    static struct sealed_report report;
    struct frank_span sealed = reports_sealed(0);
    uint8_t *stolen = support_copy(sealed.data, sealed.len);
    const uint8_t t[GROUP_SCALAR_BYTES] = {5};
    struct consent c[2];
    struct frank_fault fault;
    size_t which;

    (void)state;
    stolen[1] ^= 1; /* report id */
    reports_decode(&report, (struct frank_span){stolen, sealed.len});
    for (unsigned i = 0; i < 2; i++) {
        struct share share = reports_share(i + 1);

        assert_ok(consent_make_with(&c[i], &share, &report, t));
    }
    assert_int_equal(
        try_open((struct frank_span){stolen, sealed.len}, c, 2, &which, &fault),
        FRANK_ERR_PROOF);
    assert_string_equal(fault.field, "proof of the seal");
    assert_int_equal(which, SIZE_MAX);
    assert_null(opened);
}

static void failing_memory_is_an_error(void **state)
{
    struct frank_span sealed = reports_sealed(0);
    const struct consent c[] = {reports_consent(sealed, 1),
                                reports_consent(sealed, 2)};

    (void)state;
    allocations_left = 0;
    assert_int_equal(open_with(sealed, c, 2), FRANK_ERR_MEMORY);
    assert_null(opened);
    allocations_left = -1;
    assert_ok(open_with(sealed, c, 2));
}

/* The reporter can seal what he likes: a commitment to another key than the
 * body's. It is looked at before anything is decrypted. */
static void other_commitments_are_refused_before_decrypting(void **state)
{
    static struct sealed_report report;
    struct frank_span vector = reports_sealed(0);
    uint8_t *bytes = support_copy(vector.data, vector.len);
    struct frank_span sealed = {bytes, vector.len};
    struct group_statement statement;
    struct wire_writer w;
    size_t seal_at;
    struct consent consents[2];

    (void)state;
    reports_decode(&report, sealed);
    seal_at = report.label.header.len + report.label.reporter.len;
    report.seal.commitment[0] ^= 1;
    seal_statement(&statement, &report.seal, &report.label, report.sealed);
    assert_ok(group_prove_with(&report.seal.proof, &statement,
                               group_second_generator,
                               support_member(reports_vector(0), "r").data,
                               support_member(reports_vector(0), "t").data));
    wire_write_init(&w, bytes + seal_at, SEAL_BYTES);
    seal_write(&w, &report.seal);
    consents[0] = reports_consent(sealed, 1);
    consents[1] = reports_consent(sealed, 3);
    assert_int_equal(open_with(sealed, consents, 2), FRANK_ERR_COMMITMENT);
}

/* Seals given bytes in the place of a padded body. */
static struct frank_span seal_raw(const uint8_t *body, size_t len, bool spoil)
{
    struct frank_kept kept = reports_kept("01-offer.cbor", false);
    struct frank_report report = {.messages = &kept, .count = 1};
    struct frank_span unsealed = reports_build(&report, reports_random(0));
    struct seal_label label;
    size_t label_len = unsealed.len - 1024 - 2;
    uint8_t *out = support_zeros(8192);
    const uint8_t *r = support_member(reports_vector(0), "r").data;
    uint8_t key[SEAL_KEY_BYTES];
    struct group_statement statement;
    struct seal seal;
    struct wire_writer w;
    uint8_t *at;

    label.header = (struct frank_span){unsealed.data, label_len - 1};
    label.reporter = (struct frank_span){unsealed.data + label_len - 1, 1};
    assert_ok(seal_make(&seal, key, reports_quorum(), &label, r));
    key[0] ^= spoil;
    wire_write_init(&w, out, 8192);
    wire_write_bytes(&w, unsealed.data, label_len);
    seal_write(&w, &seal);
    wire_write_length(&w, len + SEAL_TAG_BYTES, "");
    at = out + w.len;
    memcpy(at, body, len);
    seal_body(at, len,
              (struct frank_span){out, label_len + FRANK_QUORUM_ID_BYTES + 64},
              key);
    w.len += len + SEAL_TAG_BYTES;
    seal_statement(&statement, &seal, &label,
                   (struct frank_span){at, len + SEAL_TAG_BYTES});
    assert_ok(group_prove_with(&seal.proof, &statement, group_second_generator,
                               r, support_member(reports_vector(0), "t").data));
    {
        struct wire_writer again;

        wire_write_init(&again, out + label_len, SEAL_BYTES);
        seal_write(&again, &seal);
    }
    return (struct frank_span){out, w.len};
}

static int open_raw(const uint8_t *body, size_t len, bool spoil)
{
    struct frank_span sealed = seal_raw(body, len, spoil);
    struct consent consents[2] = {reports_consent(sealed, 2),
                                  reports_consent(sealed, 3)};

    return open_with(sealed, consents, 2);
}

static void bodies_that_are_not_exact_are_refused(void **state)
{
    uint8_t body[1024] = {0x00, 0x02, 0x01, 0x00, 0x00, 0x80};

    (void)state;
    assert_ok(open_raw(body, sizeof body, false));
    assert_int_equal(open_raw(body, sizeof body, true), FRANK_ERR_SEALED);
    body[1023] = 1;
    assert_int_equal(open_raw(body, sizeof body, false), FRANK_ERR_PADDING);
    memset(body, 0, sizeof body);
    assert_int_equal(open_raw(body, sizeof body, false), FRANK_ERR_PADDING);
    body[0] = 0x00;
    body[2] = 0x00;
    body[3] = 0x80; /* no opening for the evidence */
    assert_int_equal(open_raw(body, sizeof body, false), FRANK_ERR_LENGTH);
}

/* Whoever keeps its key needs no quorum; no other key opens it. */
static void a_report_opens_again_by_its_key(void **state)
{
    struct frank_span sealed = reports_sealed(0);
    struct opening *again = NULL;
    struct frank_fault fault;
    uint8_t key[SEAL_KEY_BYTES];

    (void)state;
    open_report(sealed);
    memcpy(key, opening_key(opened), sizeof key);
    assert_ok(opening_open_again(&again, sealed.data, sealed.len, key, &fault));
    assert_int_equal(opening_body(again)->note.len,
                     opening_body(opened)->note.len);
    opening_free(again);
    again = NULL;
    key[0] ^= 1;
    assert_int_equal(
        opening_open_again(&again, sealed.data, sealed.len, key, &fault),
        FRANK_ERR_SEALED);
    assert_int_equal(opening_open_again(&again, sealed.data, 5, key, &fault),
                     FRANK_ERR_TRUNCATED);
    assert_null(again);
}

/* What others are told of one that cannot be read: who, where, when, no more.
 */
static void a_report_without_its_body_has_its_stamps_alone(void **state)
{
    struct frank_span sealed = reports_sealed(0);
    struct opening *bare = NULL;
    struct frank_fault fault;

    (void)state;
    assert_ok(opening_without_body(&bare, sealed.data, sealed.len, &fault));
    assert_true(opening_report(bare)->header.count > 0);
    assert_int_equal(opening_body(bare)->note.len, 0);
    assert_false(opening_body(bare)->openings[0].disclosed);
    assert_true(sodium_is_zero(opening_key(bare), SEAL_KEY_BYTES));
    opening_free(bare);
    bare = NULL;
    assert_int_equal(opening_without_body(&bare, sealed.data, 5, &fault),
                     FRANK_ERR_TRUNCATED);
    assert_null(bare);
}

static void altered_reports_do_not_open(void **state)
{
    struct frank_span sealed = reports_sealed(0);
    const struct consent consents[] = {reports_consent(sealed, 1),
                                       reports_consent(sealed, 2)};
    uint8_t *changed = support_copy(sealed.data, sealed.len);

    (void)state;
    for (size_t i = 0; i < sealed.len; i++) {
        changed[i] ^= 4;
        assert_true(open_with((struct frank_span){changed, sealed.len},
                              consents, 2) < 0);
        assert_null(opened);
        changed[i] ^= 4;
    }
}

/* A quorum key of the same P with other share publics, as a hub might offer. */
static void consents_count_only_under_their_public_part(void **state)
{
    struct frank_span sealed = reports_sealed(0);
    const struct consent consents[] = {reports_consent(sealed, 1),
                                       reports_consent(sealed, 2)};
    struct frank_quorum quorum = *reports_quorum();
    struct frank_fault fault;
    size_t which;

    (void)state;
    memcpy(quorum.share_publics[1], quorum.share_publics[2], 32);
    assert_int_equal(opening_open(&opened, &which, sealed.data, sealed.len,
                                  &quorum, consents, 2, &fault),
                     FRANK_ERR_PROOF);
    assert_int_equal(which, 1);
    quorum = *reports_quorum();
    memcpy(quorum.public_key, quorum.share_publics[2], 32);
    assert_int_equal(opening_open(&opened, &which, sealed.data, sealed.len,
                                  &quorum, consents, 2, &fault),
                     FRANK_ERR_QUORUM);
}

/* ---- Judging ------------------------------------------------------------ */

static struct opening_verdict verdicts[FRANK_MESSAGES_MAX];

static void judge(const struct hub_public *hub,
                  const struct hub_verdict *verdict)
{
    size_t count = opening_report(opened)->header.count;

    for (size_t i = 0; i < count; i++) {
        opening_judge(&verdicts[i], opened, i, hub, verdict);
    }
}

/* What the hub of the vectors signs about a report. */
static const struct hub_verdict *hubs_verdict(struct frank_span sealed)
{
    static struct sealed_check check;
    static struct hub_verdict verdict;

    assert_ok(sealed_check(&check, reports_stamper(), NULL, sealed.data,
                           sealed.len, REPORTS_NOW, NULL));
    hub_verdict_from(&verdict, &check, REPORTS_NOW);
    return &verdict;
}

static void each_message_gets_its_verdict(void **state)
{
    struct hub_public hub = reports_hub_public();

    (void)state;
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        struct frank_report report = reports_report(i);

        open_report(reports_sealed(i));
        judge(&hub, hubs_verdict(reports_sealed(i)));
        for (size_t m = 0; m < report.count; m++) {
            assert_int_equal(verdicts[m].stamp, STAMP_VALID);
            assert_int_equal(verdicts[m].state, report.messages[m].withhold
                                                    ? OPENING_WITHHELD
                                                    : OPENING_MATCHES);
        }
        judge(&hub, NULL);
        assert_int_equal(verdicts[0].stamp, STAMP_SIGNED);
    }
}

/* Seals what frank_report_build() would refuse: contents[i] for evidence i. */
static struct frank_span seal_other(const struct frank_report *report,
                                    struct frank_span instead)
{
    struct frank_kept kept = report->messages[0];
    uint8_t padded[4096] = {0};
    struct wire_writer w;
    size_t len;

    assert_int_equal(report->count, 1);
    (void)kept;
    wire_write_init(&w, padded, sizeof padded);
    wire_write_length(&w, 0, "");
    wire_write_length(&w, 1 + wire_length_bytes(instead.len) + instead.len, "");
    wire_write_u8(&w, 1);
    wire_write_opaque(&w, instead, 4096, "");
    wire_write_length(&w, 0, "");
    wire_write_u8(&w, 0x80);
    len = report_padded(w.len - 1);
    return seal_raw(padded, len, false);
}

/* What is shown later: the header's bytes, the hub's signed verdict, the
 * contents; without reporter, seal and sealed body. */
static void all_is_proven_with_the_reporter_left_out(void **state)
{
    static struct sealed_report whole;
    static struct frank_report_header header;
    static struct hub_verdict read;
    struct hub_public hub = reports_hub_public();
    struct frank_report report = reports_report(0);
    struct frank_span sealed;
    uint8_t bytes[HUB_VERDICT_SIGNED_MAX_BYTES];
    struct frank_span shown;
    struct wire_reader r;
    size_t len = 0;

    (void)state;
    report.reporter = support_text("mimi://d.example/u/who-wrote-nothing");
    sealed = reports_seal(&report);
    reports_decode(&whole, sealed);
    shown = (struct frank_span){
        support_copy(whole.label.header.data, whole.label.header.len),
        whole.label.header.len};
    assert_ok(hub_verdict_sign(bytes, &len, hubs_verdict(sealed),
                               reports_stamper(), NULL));
    assert_null(memmem(shown.data, shown.len, whole.reporter.uri.data,
                       whole.reporter.uri.len));
    assert_null(
        memmem(bytes, len, whole.reporter.uri.data, whole.reporter.uri.len));
    open_report(sealed);

    wire_read_init(&r, shown, 0);
    report_header_read(&header, &r);
    wire_read_end(&r, "header");
    assert_ok(wire_read_result(&r, NULL));
    assert_ok(hub_verdict_open(&read, bytes, len, &hub, NULL));
    for (size_t i = 0; i < header.count; i++) {
        const struct frank_evidence *evidence = &header.evidence[i];
        struct frank_span content = opening_body(opened)->openings[i].content;

        assert_int_equal(hub_verdict_of(&read, evidence), EVIDENCE_VALID);
        assert_ok(frank_opening_check(NULL, content.data, content.len,
                                      evidence->tag, &evidence->context, NULL));
        assert_null(memmem(content.data, content.len, whole.reporter.uri.data,
                           whole.reporter.uri.len));
    }
}

static void invented_content_does_not_match(void **state)
{
    struct hub_public hub = reports_hub_public();
    struct frank_kept kept = reports_kept("01-offer.cbor", false);
    struct frank_report report = {.messages = &kept, .count = 1};
    uint8_t *changed = support_copy(kept.content.data, kept.content.len);
    struct frank_span sealed;

    (void)state;
    changed[kept.content.len - 1] ^= 1;
    sealed =
        seal_other(&report, (struct frank_span){changed, kept.content.len});
    open_report(sealed);
    judge(&hub, hubs_verdict(sealed));
    assert_int_equal(verdicts[0].state, OPENING_MISMATCH);
    assert_int_equal(verdicts[0].fault.error, FRANK_ERR_TAG);
    sealed = seal_other(&report, support_bytes("ff"));
    open_report(sealed);
    judge(&hub, hubs_verdict(sealed));
    assert_int_equal(verdicts[0].state, OPENING_MISMATCH);
}

static struct frank_kept stamped(struct frank_span content)
{
    struct stamp_request request = {.context = support_context(), .suite = 1};
    struct frank_kept kept = {.content = content, .context = support_context()};
    struct stamp stamp;

    assert_ok(frank_tag(request.tag, content.data, content.len, NULL));
    assert_ok(stamper_stamp(reports_stamper(), &stamp, &request, NULL));
    kept.frank = stamp.frank;
    return kept;
}

static void malformed_content_is_proven_all_the_same(void **state)
{
    struct hub_public hub = reports_hub_public();
    struct frank_kept kept =
        stamped(support_mimi(&(struct support_mimi){.topic = "58 01 61"},
                             NULL)); /* a length that is not the shortest */
    struct frank_report report = {.messages = &kept, .count = 1};
    struct frank_span sealed = reports_seal(&report);

    (void)state;
    open_report(sealed);
    judge(&hub, hubs_verdict(sealed));
    assert_int_equal(verdicts[0].state, OPENING_MALFORMED);
    assert_int_equal(verdicts[0].findings.broken, UINT64_C(1)
                                                      << FRANK_RULE_SHORTEST);
    assert_int_equal(verdicts[0].format, FRANK_FORMAT_MIMI);
}

static void withheld_parts_are_counted(void **state)
{
    struct hub_public hub = reports_hub_public();
    struct frank_part parts[5];
    uint8_t content[2048];
    static const uint8_t salt[32] = {1};
    size_t len = 0;
    struct frank_kept kept;
    struct frank_report report = {.messages = &kept, .count = 1};
    struct frank_span sealed;

    (void)state;
    memset(parts, 0, sizeof parts);
    assert_ok(frank_parted_build(content, sizeof content, &len, salt,
                                 support_text(SUPPORT_SENDER),
                                 support_text(SUPPORT_ROOM), parts, 5, NULL));
    kept = stamped((struct frank_span){content, len});
    kept.withhold_parts = 0x11;
    sealed = reports_seal(&report);
    open_report(sealed);
    judge(&hub, hubs_verdict(sealed));
    assert_int_equal(verdicts[0].state, OPENING_MATCHES);
    assert_int_equal(verdicts[0].parts, 5);
    assert_int_equal(verdicts[0].parts_withheld, 0x11);
}

static void what_the_hub_did_not_stamp_is_not_provable(void **state)
{
    struct hub_public hub = reports_hub_public();
    struct frank_span sealed = reports_sealed(0);
    struct hub_verdict verdict = *hubs_verdict(sealed);

    (void)state;
    open_report(sealed);
    verdict.items[0].verdict = EVIDENCE_INVALID;
    verdict.items[1].verdict = EVIDENCE_EXPIRED;
    verdict.items[2].evidence_digest[0] ^= 1; /* says nothing of it */
    judge(&hub, &verdict);
    assert_int_equal(verdicts[0].state, OPENING_NOT_STAMPED);
    assert_int_equal(verdicts[1].state, OPENING_EXPIRED);
    assert_int_equal(verdicts[1].stamp, STAMP_EXPIRED);
    assert_int_equal(verdicts[2].state, OPENING_NOT_STAMPED);
    hub.keys[0].public_key[0] ^= 1; /* another hub's keys */
    judge(&hub, NULL);
    assert_int_equal(verdicts[0].state, OPENING_NOT_STAMPED);
    assert_int_equal(verdicts[0].fault.error, FRANK_ERR_SIGNATURE);
}

/* Content invented for an old genuine frank, whose epoch's key is gone: tag and
 * content agree, the signature holds, and it never counts as matching. */
static void expired_evidence_never_matches(void **state)
{
    struct hub_public hub = reports_hub_public();
    struct frank_span sealed = reports_sealed(0);
    struct hub_verdict verdict = *hubs_verdict(sealed);

    (void)state;
    open_report(sealed);
    for (size_t i = 0; i < verdict.count; i++) {
        verdict.items[i].verdict = EVIDENCE_EXPIRED;
    }
    judge(&hub, &verdict);
    for (size_t i = 0; i < verdict.count; i++) {
        assert_int_equal(verdicts[i].state, OPENING_EXPIRED);
    }
    /* Without the hub's verdict its public file tells the same. */
    hub.destroyed_count = 1;
    hub.destroyed[0] = (struct hub_public_span){0, UINT64_MAX};
    judge(&hub, NULL);
    for (size_t i = 0; i < verdict.count; i++) {
        assert_int_equal(verdicts[i].state, OPENING_EXPIRED);
    }
    /* Destroyed since: what the hub signed before still holds. */
    judge(&hub, hubs_verdict(sealed));
    assert_int_equal(verdicts[0].state, OPENING_MATCHES);
}

static void states_have_their_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < OPENING_STATES; i++) {
        assert_string_not_equal(opening_state_text((enum opening_state)i),
                                "unknown");
    }
    assert_string_equal(opening_state_text(OPENING_STATES), "unknown");
    assert_string_equal(opening_stamp_text(STAMP_VALID), "valid");
    assert_string_equal(opening_stamp_text(STAMP_SIGNED), "signed");
    assert_string_equal(opening_stamp_text(STAMP_EXPIRED), "expired");
    assert_string_equal(opening_stamp_text(STAMP_INVALID), "invalid");
}

/* ---- Order -------------------------------------------------------------- */

static void order_and_gaps_are_shown(void **state)
{
    static struct frank_report_header header = {.count = 5};
    struct room_place places[FRANK_MESSAGES_MAX];
    static const uint64_t seqs[] = {9, 3, 0, 4, 20};
    size_t count;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        header.evidence[i].ordered = i != 2;
        header.evidence[i].tag[0] = (uint8_t)i;
        header.evidence[i].transcript.room_seq = seqs[i];
        verdicts[i] = (struct opening_verdict){.stamp = STAMP_VALID};
    }
    verdicts[4].stamp = STAMP_EXPIRED; /* its order is not provable */
    assert_ok(opening_order(places, &count, &header, verdicts));
    assert_int_equal(count, 3);
    assert_int_equal(places[0].message, 1);
    assert_int_equal(places[0].gap, 0);
    assert_int_equal(places[1].message, 3);
    assert_int_equal(places[1].gap, 0);
    assert_int_equal(places[2].message, 0);
    assert_int_equal(places[2].gap, 4);
    /* without the hub's verdict nor is any */
    verdicts[4].stamp = STAMP_SIGNED;
    assert_ok(opening_order(places, &count, &header, verdicts));
    assert_int_equal(count, 3);
    /* the same message twice in a report counts once */
    verdicts[4].stamp = STAMP_VALID;
    header.evidence[4].transcript.room_seq = 9;
    header.evidence[4].tag[0] = 0;
    assert_ok(opening_order(places, &count, &header, verdicts));
    assert_int_equal(count, 3);
    /* another one with its number is no honest hub's */
    header.evidence[4].tag[0] = 4;
    assert_int_equal(opening_order(places, &count, &header, verdicts),
                     FRANK_ERR_TWICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stolen_seal_is_not_opened),
        cmocka_unit_test(failing_memory_is_an_error),
        cmocka_unit_test(other_commitments_are_refused_before_decrypting),
        cmocka_unit_test(bodies_that_are_not_exact_are_refused),
        cmocka_unit_test(a_report_opens_again_by_its_key),
        cmocka_unit_test(a_report_without_its_body_has_its_stamps_alone),
        cmocka_unit_test(altered_reports_do_not_open),
        cmocka_unit_test(consents_count_only_under_their_public_part),
        cmocka_unit_test(each_message_gets_its_verdict),
        cmocka_unit_test(all_is_proven_with_the_reporter_left_out),
        cmocka_unit_test(invented_content_does_not_match),
        cmocka_unit_test(malformed_content_is_proven_all_the_same),
        cmocka_unit_test(withheld_parts_are_counted),
        cmocka_unit_test(what_the_hub_did_not_stamp_is_not_provable),
        cmocka_unit_test(expired_evidence_never_matches),
        cmocka_unit_test(states_have_their_words),
        cmocka_unit_test(order_and_gaps_are_shown),
    };
    int failed;

    if (sodium_init() < 0) {
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_the_last();
    return failed;
}
