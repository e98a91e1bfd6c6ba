/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documents hold what the code does: each worked example and key file of
 * docs/WIRE.md is computed again, each function of frank.h has a man page that
 * declares it, each rule has its text.
 */
#include "hub_verdict.h"
#include "mimi_report.h"
#include "quorum.h"
#include "quorum_public.h"
#include "reports.h"
#include "rings.h"
#include "stamp.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for any example. */
struct bytes {
    uint8_t data[8192];
    size_t len;
};

typedef void make_example(struct bytes *out);

static const json_t *vector(const char *list, size_t index)
{
    return json_array_get(support_vectors(list), index);
}

static void put(struct bytes *out, struct frank_span span)
{
    assert_true(out->len + span.len <= sizeof out->data);
    if (span.len > 0) {
        memcpy(out->data + out->len, span.data, span.len);
    }
    out->len += span.len;
}

static void put_tag(struct bytes *out, struct frank_span content)
{
    assert_int_equal(frank_tag(out->data, content.data, content.len, NULL),
                     FRANK_OK);
    out->len = FRANK_TAG_BYTES;
}

static void put_length(struct bytes *out, size_t len)
{
    struct wire_writer w;

    wire_write_init(&w, out->data, sizeof out->data);
    wire_write_length(&w, len, "length");
    out->len = w.len;
}

/* The examples of RFC 9420 section 2.1.2. */
static void varint_1(struct bytes *out)
{
    put_length(out, 37);
}

static void varint_2(struct bytes *out)
{
    put_length(out, 15293);
}

static void varint_4(struct bytes *out)
{
    put_length(out, 494878333);
}

static void plain_content(struct bytes *out)
{
    const json_t *v = vector("plain", 0);

    assert_int_equal(
        frank_plain_build(out->data, sizeof out->data, &out->len,
                          support_member(v, "salt").data,
                          support_text(support_member_text(v, "sender")),
                          support_text(support_member_text(v, "room")),
                          support_text(support_member_text(v, "media_type")),
                          support_member(v, "body"), NULL),
        FRANK_OK);
}

static void plain_tag(struct bytes *out)
{
    struct bytes content;

    plain_content(&content);
    put_tag(out, (struct frank_span){content.data, content.len});
}

/* Taken apart and built again. */
static void parted_content(struct bytes *out)
{
    struct frank_span content = support_member(vector("parted", 0), "content");
    struct frank_content located;
    struct frank_part part;

    assert_int_equal(frank_locate(&located, content.data, content.len, NULL),
                     FRANK_OK);
    assert_int_equal(frank_part_read(&part, content.data, content.len, 0, NULL),
                     FRANK_OK);
    assert_int_equal(
        frank_parted_build(
            out->data, sizeof out->data, &out->len, located.salt,
            (struct frank_span){located.sender.bytes, located.sender.len},
            (struct frank_span){located.room.bytes, located.room.len}, &part,
            located.parts, NULL),
        FRANK_OK);
}

static void parted_redacted(struct bytes *out)
{
    struct frank_span content = support_member(vector("parted", 0), "content");

    assert_int_equal(frank_parted_withhold(out->data, sizeof out->data,
                                           &out->len, content.data, content.len,
                                           1, NULL),
                     FRANK_OK);
}

static void parted_tag(struct bytes *out)
{
    put_tag(out, support_member(vector("parted", 0), "content"));
}

static struct frank_span offer(void)
{
    return support_file("tests/vectors/messages/01-offer.cbor");
}

static void mimi_content(struct bytes *out)
{
    put(out, offer());
}

static void mimi_tag(struct bytes *out)
{
    put_tag(out, offer());
}

static void mimi_message_id(struct bytes *out)
{
    assert_int_equal(
        frank_message_id(out->data, offer().data, offer().len, NULL), FRANK_OK);
    out->len = FRANK_MESSAGE_ID_BYTES;
}

static struct frank_context offer_context(void)
{
    const json_t *v = vector("mimi", 0);

    return (struct frank_context){
        support_text(support_member_text(v, "sender")),
        support_text(support_member_text(v, "room")),
        support_member_number(v, "accepted_timestamp")};
}

static void context(struct bytes *out)
{
    struct frank_context c = offer_context();

    assert_int_equal(
        frank_context_encode(out->data, sizeof out->data, &out->len, &c, NULL),
        FRANK_OK);
}

static void server_frank_input(struct bytes *out)
{
    struct bytes tail = {.len = 0};

    mimi_tag(out);
    context(&tail);
    put(out, (struct frank_span){tail.data, tail.len});
}

static void transcript_input(struct bytes *out)
{
    const json_t *v = vector("transcript", 0);
    struct wire_writer w;

    server_frank_input(out);
    wire_write_init(&w, out->data + out->len, 16);
    wire_write_u64(&w, support_member_number(v, "room_seq"));
    wire_write_u64(&w, support_member_number(v, "seen_seq"));
    out->len += w.len;
}

static void stamp_offer(struct stamp *out)
{
    const json_t *keys = support_vectors("keyring");
    const json_t *order = vector("transcript", 0);
    struct stamp_request request = {
        .context = offer_context(),
        .suite = FRANK_SUITE_X25519_AES128GCM,
        .ordered = true,
        .order = {support_member_number(order, "room_seq"),
                  support_member_number(order, "seen_seq")}};
    struct keyring *ring = NULL;
    struct stamper *stamper = NULL;

    assert_int_equal(
        keyring_new(&ring, support_member(keys, "master").data,
                    support_member(keys, "franking_signature_seed").data, 0,
                    NULL),
        FRANK_OK);
    assert_int_equal(stamper_new(&stamper, ring, NULL), FRANK_OK);
    assert_int_equal(frank_tag(request.tag, offer().data, offer().len, NULL),
                     FRANK_OK);
    assert_int_equal(stamper_stamp(stamper, out, &request, NULL), FRANK_OK);
    stamper_free(stamper);
    keyring_free(ring);
}

static void frank(struct bytes *out)
{
    struct stamp stamp;

    stamp_offer(&stamp);
    frank_frank_encode(out->data, &stamp.frank);
    out->len = FRANK_FRANK_BYTES;
}

static void transcript_frank(struct bytes *out)
{
    struct stamp stamp;

    stamp_offer(&stamp);
    put(out, (struct frank_span){stamp.transcript_frank, FRANK_MAC_BYTES});
}

static void frank_sign_content(struct bytes *out)
{
    struct stamp stamp;
    struct frank_context c = offer_context();

    stamp_offer(&stamp);
    assert_int_equal(stamp_signed_bytes(out->data, &out->len,
                                        stamp.frank.server_frank,
                                        stamp.frank.suite, &c, NULL),
                     FRANK_OK);
}

static void frank_tbs(struct bytes *out)
{
    struct stamp stamp;
    struct bytes tail = {.len = 0};

    stamp_offer(&stamp);
    context(&tail);
    put(out, (struct frank_span){stamp.frank.server_frank, FRANK_MAC_BYTES});
    put(out, support_bytes("0001"));
    put(out, (struct frank_span){tail.data, tail.len});
}

static void abuse_report(struct bytes *out)
{
    static struct mimi_report report;
    struct frank_span bytes =
        support_member(vector("abuse_report", 1), "abuse_report");

    assert_int_equal(mimi_report_decode(&report, bytes.data, bytes.len, NULL),
                     FRANK_OK);
    assert_int_equal(mimi_report_encode(out->data, sizeof out->data, &out->len,
                                        &report, NULL),
                     FRANK_OK);
}

static void keyring_file(struct bytes *out)
{
    const json_t *keys = support_vectors("keyring");
    uint8_t *encoded = malloc(KEYRING_MAX_BYTES);
    struct keyring *ring = NULL;

    assert_non_null(encoded);
    assert_int_equal(
        keyring_new(&ring, support_member(keys, "master").data,
                    support_member(keys, "franking_signature_seed").data, 0,
                    NULL),
        FRANK_OK);
    put(out, (struct frank_span){encoded, keyring_encode(encoded, ring)});
    keyring_free(ring);
    free(encoded);
}

/* ---- Sealed reports: tests/vectors/sealed.json -------------------------- */

/* Report i, built of its messages and read back. */
static const struct frank_unsealed *unsealed(size_t i)
{
    static struct frank_unsealed out;
    struct frank_report report = reports_report(i);
    struct frank_span bytes = reports_build(&report, reports_random(i));

    assert_ok(frank_report_read(&out, bytes.data, bytes.len, NULL));
    return &out;
}

/* Report 0, sealed with the scalars that the vectors give. */
static const struct sealed_report *sealed(struct bytes *bytes)
{
    static struct sealed_report out;
    struct frank_report report = reports_report(0);
    struct frank_span plain = reports_build(&report, reports_random(0));

    assert_ok(report_seal_with(
        bytes->data, sizeof bytes->data, &bytes->len, plain.data, plain.len,
        reports_quorum(), support_member(reports_vector(0), "r").data,
        support_member(reports_vector(0), "t").data, NULL));
    reports_decode(&out, (struct frank_span){bytes->data, bytes->len});
    return &out;
}

/* Member "1" of an object of report 0: that of holder 1. */
static const uint8_t *of_holder_1(const char *member)
{
    return support_member(json_object_get(reports_vector(0), member), "1").data;
}

static void put_data(struct bytes *out, const void *data, size_t len)
{
    put(out, (struct frank_span){data, len});
}

static void put_hash(struct bytes *out, const uint8_t *data, size_t len)
{
    uint8_t hash[FRANK_DIGEST_BYTES];

    (void)crypto_hash_sha256(hash, data, len);
    put_data(out, hash, sizeof hash);
}

static void put_scalar_times(struct bytes *out, const uint8_t *scalar,
                             const uint8_t *point)
{
    uint8_t product[GROUP_POINT_BYTES];

    assert_int_equal(crypto_scalarmult_ristretto255(product, scalar, point), 0);
    put_data(out, product, sizeof product);
}

static void put_scalar_times_base(struct bytes *out, const uint8_t *scalar)
{
    uint8_t product[GROUP_POINT_BYTES];

    assert_int_equal(crypto_scalarmult_ristretto255_base(product, scalar), 0);
    put_data(out, product, sizeof product);
}

/* An input is the right one if the challenge comes out that a proof holds. */
static void assert_challenge(const struct bytes *input, const uint8_t *e)
{
    uint8_t hash[crypto_hash_sha512_BYTES];
    uint8_t scalar[GROUP_SCALAR_BYTES];

    (void)crypto_hash_sha512(hash, input->data, input->len);
    crypto_core_ristretto255_scalar_reduce(scalar, hash);
    assert_memory_equal(scalar, e, sizeof scalar);
}

static void second_generator(struct bytes *out)
{
    put_data(out, group_second_generator, sizeof group_second_generator);
}

static void evidence(struct bytes *out)
{
    struct wire_writer w;

    wire_write_init(&w, out->data, sizeof out->data);
    report_evidence_write(&w, &unsealed(1)->header.evidence[0]);
    out->len = w.len;
}

static void evidence_digest(struct bytes *out)
{
    report_evidence_digest(out->data, &unsealed(1)->header.evidence[0]);
    out->len = FRANK_DIGEST_BYTES;
}

static void report_header(struct bytes *out)
{
    struct wire_writer w;

    wire_write_init(&w, out->data, sizeof out->data);
    report_header_write(&w, &unsealed(0)->header);
    out->len = w.len;
}

static void header_hash(struct bytes *out)
{
    struct bytes header;

    report_header(&header);
    put_hash(out, header.data, header.len);
}

static void reporter(struct bytes *out)
{
    const json_t *v = reports_vector(0);
    const struct report_reporter r = {
        support_member(v, "reporter_salt").data,
        support_text(support_member_text(v, "reporting_user"))};
    struct wire_writer w;

    wire_write_init(&w, out->data, sizeof out->data);
    report_reporter_write(&w, &r);
    out->len = w.len;
}

static void put_body(struct bytes *out, const struct frank_report *report)
{
    struct wire_writer w;

    wire_write_init(&w, out->data, sizeof out->data);
    report_body_write(&w, report);
    out->len = w.len;
}

static void report_body(struct bytes *out)
{
    struct frank_report report = reports_report(0);

    put_body(out, &report);
}

/* The body of a report of nothing else: behind the lengths of an empty note and
 * of the openings. */
static void opening_withheld(struct bytes *out)
{
    struct frank_report report = reports_report(1);
    struct bytes body;

    report.messages++;
    report.count = 1;
    put_body(&body, &report);
    assert_int_equal(body.len, 5);
    put_data(out, body.data + 2, 2);
}

static void quorum_seal(struct bytes *out)
{
    struct bytes bytes;
    struct wire_writer w;

    wire_write_init(&w, out->data, sizeof out->data);
    seal_write(&w, &sealed(&bytes)->seal);
    out->len = w.len;
}

static void seal_keys_example(struct bytes *out)
{
    struct bytes bytes;
    struct bytes z = {.len = 0};
    const struct sealed_report *report = sealed(&bytes);

    put_scalar_times(&z, support_member(reports_vector(0), "r").data,
                     reports_quorum()->public_key);
    seal_keys(out->data, out->data + SEAL_KEY_BYTES, &report->seal,
              report->label.header, z.data);
    out->len = SEAL_KEY_BYTES + SEAL_COMMITMENT_BYTES;
}

static void seal_keys_input(struct bytes *out)
{
    struct bytes bytes;
    struct bytes keys;
    const struct sealed_report *report = sealed(&bytes);
    uint8_t hash[crypto_hash_sha512_BYTES];

    put(out, support_text("frank v1 report"));
    put_data(out, report->seal.quorum_id, sizeof report->seal.quorum_id);
    put_hash(out, report->label.header.data, report->label.header.len);
    put_data(out, report->seal.u, sizeof report->seal.u);
    put_scalar_times(out, support_member(reports_vector(0), "r").data,
                     reports_quorum()->public_key);
    seal_keys_example(&keys);
    (void)crypto_hash_sha512(hash, out->data, out->len);
    assert_memory_equal(keys.data, hash, sizeof hash);
}

static void seal_challenge_input(struct bytes *out)
{
    struct bytes bytes;
    const struct sealed_report *report = sealed(&bytes);
    const struct seal *seal = &report->seal;
    const uint8_t *t = support_member(reports_vector(0), "t").data;

    put(out, support_text("frank v1 seal"));
    put_hash(out, report->label.header.data,
             report->label.header.len + report->label.reporter.len);
    put_data(out, seal->quorum_id, sizeof seal->quorum_id);
    put_data(out, seal->commitment, sizeof seal->commitment);
    put_hash(out, report->sealed.data, report->sealed.len);
    put_data(out, seal->u, sizeof seal->u);
    put_data(out, seal->w, sizeof seal->w);
    put_scalar_times_base(out, t);
    put_scalar_times(out, t, group_second_generator);
    assert_challenge(out, seal->proof.e);
}

static void sealed_report(struct bytes *out)
{
    (void)sealed(out);
}

static void report_digest(struct bytes *out)
{
    struct bytes bytes;

    put_data(out, sealed(&bytes)->digest, FRANK_DIGEST_BYTES);
}

static struct consent consent_1(const struct sealed_report *report)
{
    struct share share = reports_share(1);
    struct consent consent;

    assert_ok(
        consent_make_with(&consent, &share, report, of_holder_1("consent_t")));
    return consent;
}

static void consent(struct bytes *out)
{
    struct bytes bytes;
    struct consent made = consent_1(sealed(&bytes));

    consent_encode(out->data, &made);
    out->len = CONSENT_BYTES;
}

static void consent_challenge_input(struct bytes *out)
{
    struct bytes bytes;
    const struct sealed_report *report = sealed(&bytes);
    struct consent made = consent_1(report);

    put(out, support_text("frank v1 consent"));
    put_data(out, report->digest, sizeof report->digest);
    put_data(out, report->seal.u, sizeof report->seal.u);
    put_data(out, made.u, sizeof made.u);
    put_data(out, reports_quorum()->share_publics[0], GROUP_POINT_BYTES);
    put_scalar_times_base(out, of_holder_1("consent_t"));
    put_scalar_times(out, of_holder_1("consent_t"), report->seal.u);
    assert_challenge(out, made.proof.e);
}

/* Of the time that the vectors' receipt states. */
static struct receipt receipt_1(const struct sealed_report *report)
{
    struct share share = reports_share(1);
    struct receipt stated;
    struct receipt made;

    assert_ok(
        receipt_decode(&stated, of_holder_1("receipts"), RECEIPT_BYTES, NULL));
    assert_ok(receipt_make_with(&made, &share, report, stated.time,
                                of_holder_1("receipt_t")));
    return made;
}

static void consent_receipt(struct bytes *out)
{
    struct bytes bytes;
    struct receipt made = receipt_1(sealed(&bytes));

    receipt_encode(out->data, &made);
    out->len = RECEIPT_BYTES;
}

static void receipt_challenge_input(struct bytes *out)
{
    struct bytes bytes;
    struct receipt made = receipt_1(sealed(&bytes));
    struct wire_writer w;

    put(out, support_text("frank v1 consent receipt"));
    put_data(out, made.report_digest, sizeof made.report_digest);
    put_data(out, made.quorum_id, sizeof made.quorum_id);
    wire_write_init(&w, out->data + out->len, 8);
    wire_write_u64(&w, made.time);
    out->len += w.len;
    put_data(out, reports_quorum()->share_publics[0], GROUP_POINT_BYTES);
    put_scalar_times_base(out, of_holder_1("receipt_t"));
    assert_challenge(out, made.proof.e);
}

/* The moderation side's key in the examples. */
static void moderation_keypair(uint8_t *public_key, uint8_t *secret)
{
    uint8_t seed[crypto_sign_SEEDBYTES];

    memset(seed, 0x2a, sizeof seed);
    assert_int_equal(crypto_sign_seed_keypair(public_key, secret, seed), 0);
}

static void signed_quorum_key(struct bytes *out)
{
    const struct quorum_record record = {.quorum = *reports_quorum(),
                                         .not_before = RINGS_NOW,
                                         .not_after = RINGS_NOW +
                                                      UINT64_C(365) * 86400000,
                                         .suite = FRANK_SUITE_X25519_AES128GCM};
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t signature[FRANK_SIGNATURE_BYTES];
    uint8_t message[QUORUM_SIGNED_MAX_BYTES];
    struct frank_quorum quorum;
    struct wire_writer w;

    moderation_keypair(public_key, secret);
    wire_write_init(&w, message, sizeof message);
    quorum_signed_bytes(&w, &record);
    (void)crypto_sign_detached(signature, NULL, message, w.len, secret);
    wire_write_init(&w, out->data, sizeof out->data);
    quorum_key_write(&w, &record);
    wire_write_opaque(&w, (struct frank_span){signature, sizeof signature},
                      sizeof signature, "signature");
    out->len = w.len;
    assert_ok(frank_quorum_open(&quorum, NULL, out->data, out->len, public_key,
                                record.not_before, NULL));
}

static void signed_hub_verdict(struct bytes *out)
{
    static struct sealed_check check;
    struct frank_span report = reports_sealed(0);
    struct hub_public hub = reports_hub_public();
    struct hub_verdict verdict;

    assert_ok(sealed_check(&check, reports_stamper(), NULL, report.data,
                           report.len, REPORTS_NOW, NULL));
    hub_verdict_from(&verdict, &check, REPORTS_NOW);
    assert_ok(hub_verdict_sign(out->data, &out->len, &verdict,
                               reports_stamper(), NULL));
    assert_ok(hub_verdict_open(&verdict, out->data, out->len, &hub, NULL));
}

/* ---- The page ----------------------------------------------------------- */

static const struct {
    const char *name;
    make_example *make;
} examples[] = {
    {"varint-1", varint_1},
    {"varint-2", varint_2},
    {"varint-4", varint_4},
    {"plain-content", plain_content},
    {"plain-tag", plain_tag},
    {"parted-content", parted_content},
    {"parted-digested", parted_redacted}, /* its one part withheld */
    {"parted-redacted", parted_redacted},
    {"parted-tag", parted_tag},
    {"mimi-content", mimi_content},
    {"mimi-tag", mimi_tag},
    {"mimi-message-id", mimi_message_id},
    {"context", context},
    {"server-frank-input", server_frank_input},
    {"frank", frank},
    {"frank-tbs", frank_tbs},
    {"frank-sign-content", frank_sign_content},
    {"transcript-input", transcript_input},
    {"transcript-frank", transcript_frank},
    {"abuse-report", abuse_report},
    {"second-generator", second_generator},
    {"evidence", evidence},
    {"evidence-digest", evidence_digest},
    {"report-header", report_header},
    {"header-hash", header_hash},
    {"reporter", reporter},
    {"report-body", report_body},
    {"opening-withheld", opening_withheld},
    {"quorum-seal", quorum_seal},
    {"seal-keys-input", seal_keys_input},
    {"seal-keys", seal_keys_example},
    {"seal-challenge-input", seal_challenge_input},
    {"sealed-report", sealed_report},
    {"report-digest", report_digest},
    {"consent", consent},
    {"consent-challenge-input", consent_challenge_input},
    {"consent-receipt", consent_receipt},
    {"receipt-challenge-input", receipt_challenge_input},
    {"signed-quorum-key", signed_quorum_key},
    {"signed-hub-verdict", signed_hub_verdict},
    {"keyring-file", keyring_file},
};

/* The hexadecimal digits of the block ```example NAME; false without one. */
static bool find_example(char *hex, size_t size, struct frank_span page,
                         const char *name)
{
    char fence[64];
    const char *text = (const char *)page.data;
    const char *at;
    size_t n = 0;

    (void)snprintf(fence, sizeof fence, "```example %s\n", name);
    at = memmem(text, page.len, fence, strlen(fence));
    if (at == NULL) {
        return false;
    }
    for (at += strlen(fence); *at != '`'; at++) {
        if (*at != ' ' && *at != '\n') {
            assert_true(n + 1 < size);
            hex[n++] = *at;
        }
    }
    hex[n] = '\0';
    return true;
}

static void wire_examples_are_what_the_code_makes(void **state)
{
    struct frank_span page = support_file("docs/WIRE.md");
    static char stated[2 * sizeof(struct bytes)];
    static char made[2 * sizeof(struct bytes)];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(examples); i++) {
        struct bytes bytes = {.len = 0};

        if (!find_example(stated, sizeof stated, page, examples[i].name)) {
            fail_msg("docs/WIRE.md has no example %s", examples[i].name);
        }
        examples[i].make(&bytes);
        support_hex_encode(made, bytes.data, bytes.len);
        if (strcmp(stated, made) != 0) {
            fail_msg("docs/WIRE.md: example %s is\n%s, not\n%s",
                     examples[i].name, made, stated);
        }
    }
}

/* How many blocks of the page begin so. */
static size_t count_fences(const char *fence)
{
    struct frank_span page = support_file("docs/WIRE.md");
    size_t len = strlen(fence);
    size_t count = 0;

    for (size_t i = 0; i + len < page.len; i++) {
        count += memcmp(page.data + i, fence, len) == 0;
    }
    return count;
}

static void wire_has_no_example_that_is_not_recomputed(void **state)
{
    (void)state;
    assert_int_equal(count_fences("```example "), SUPPORT_COUNT(examples));
}

/* UnsealedReport has a table alone: header, reporter, length, body, padding. */
static void wire_unsealed_report_is_made_of_its_parts(void **state)
{
    struct frank_report report = reports_report(0);
    struct frank_span stated = reports_build(&report, reports_random(0));
    struct bytes made = {.len = 0};
    struct bytes part;
    struct wire_writer w;
    size_t end;

    (void)state;
    report_header(&made);
    reporter(&part);
    put_data(&made, part.data, part.len);
    report_body(&part);
    wire_write_init(&w, made.data + made.len, WIRE_LENGTH_MAX_BYTES);
    wire_write_length(&w, report_padded(part.len), "report body");
    made.len += w.len;
    end = made.len + report_padded(part.len);
    put_data(&made, part.data, part.len);
    put(&made, support_bytes("80"));
    memset(made.data + made.len, 0, end - made.len);
    support_assert_span((struct frank_span){made.data, end}, stated);
}

/* ---- Key files ---------------------------------------------------------- */

static char *hub_public_text(void)
{
    struct hub_public hub = reports_hub_public();

    return hub_public_encode(&hub);
}

static char *hub_public_destroyed_text(void)
{
    const json_t *keys = support_vectors("keyring");
    struct keyring *ring = NULL;
    struct hub_public hub;

    assert_ok(keyring_new(&ring, support_member(keys, "master").data,
                          support_member(keys, "franking_signature_seed").data,
                          0, NULL));
    assert_ok(keyring_rotate(ring, rings_secret(2), RINGS_NOW,
                             RINGS_NOW - RINGS_HOUR, NULL));
    assert_ok(keyring_destroy(ring, 1, NULL));
    hub_public_from(&hub, ring);
    keyring_free(ring);
    return hub_public_encode(&hub);
}

static char *moderation_public_text(void)
{
    struct hub_public pin = {.count = 1, .keys = {{.id = 1}}};
    uint8_t secret[crypto_sign_SECRETKEYBYTES];

    moderation_keypair(pin.keys[0].public_key, secret);
    return hub_public_encode(&pin);
}

static char *quorum_public_text(void)
{
    return quorum_public_encode(reports_quorum());
}

static char *share_text(void)
{
    struct share share = reports_share(1);
    char *text = malloc(SHARE_TEXT_MAX_BYTES);

    assert_non_null(text);
    share_encode(text, &share);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static const struct {
    const char *name;
    char *(*make)(void);
} key_files[] = {
    {"hub-public", hub_public_text},
    {"hub-public-destroyed", hub_public_destroyed_text},
    {"moderation-public", moderation_public_text},
    {"quorum-public", quorum_public_text},
    {"share", share_text},
};

static void wire_key_files_are_what_the_code_writes(void **state)
{
    struct frank_span page = support_file("docs/WIRE.md");

    (void)state;
    assert_int_equal(count_fences("```json"), SUPPORT_COUNT(key_files));
    for (size_t i = 0; i < SUPPORT_COUNT(key_files); i++) {
        char *text = key_files[i].make();
        char *block = NULL;

        assert_non_null(text);
        assert_true(asprintf(&block, "```json %s\n%s\n```\n", key_files[i].name,
                             text) > 0);
        if (memmem(page.data, page.len, block, strlen(block)) == NULL) {
            fail_msg("docs/WIRE.md does not have\n%s", block);
        }
        free(block);
        free(text);
    }
}

/* All man pages of section 3 in one text, closed by a zero. */
static char *pages(void)
{
    static char text[200000];
    FILE *all = popen("cat man/*.3", "r");
    size_t len;

    assert_non_null(all);
    len = fread(text, 1, sizeof text - 1, all);
    assert_int_equal(pclose(all), 0);
    text[len] = '\0';
    return text;
}

static void each_function_is_declared_in_a_man_page(void **state)
{
    struct frank_span header = support_file("client/frank.h");
    const char *text = pages();
    size_t found = 0;

    (void)state;
    for (size_t i = 0; i + 6 < header.len; i++) {
        const char *at = (const char *)header.data + i;
        size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");
        char fo[96];
        char fn[96];

        /* A declaration: frank_name( with no prose around it. */
        if (strncmp(at, "frank_", 6) != 0 || at[len] != '(' ||
            at[len + 1] == ')' ||
            (at[-1] != ' ' && at[-1] != '*' && at[-1] != '\n')) {
            continue;
        }
        (void)snprintf(fo, sizeof fo, ".Fo %.*s\n", (int)len, at);
        (void)snprintf(fn, sizeof fn, ".Fn %.*s ", (int)len, at);
        if (strstr(text, fo) == NULL && strstr(text, fn) == NULL) {
            fail_msg("no man page declares %.*s", (int)len, at);
        }
        found++;
        i += len;
    }
    assert_true(found >= 20);
}

static void each_rule_has_its_text(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRANK_RULE_COUNT; i++) {
        assert_string_not_equal(frank_rule_text((enum frank_rule)i),
                                "unknown rule");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire_examples_are_what_the_code_makes),
        cmocka_unit_test(wire_has_no_example_that_is_not_recomputed),
        cmocka_unit_test(wire_unsealed_report_is_made_of_its_parts),
        cmocka_unit_test(wire_key_files_are_what_the_code_writes),
        cmocka_unit_test(each_function_is_declared_in_a_man_page),
        cmocka_unit_test(each_rule_has_its_text),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
