/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed reports, of tests/vectors/sealed.json, and the files of keys. */
#include "disclosures.h"
#include "examples.h"
#include "hub_verdict.h"
#include "quorum.h"
#include "quorum_public.h"
#include "reports.h"
#include "rings.h"
#include "stamp.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void put_span(struct bytes *out, struct frank_span span)
{
    examples_put(out, span.data, span.len);
}

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

static void put_hash(struct bytes *out, const uint8_t *data, size_t len)
{
    uint8_t hash[FRANK_DIGEST_BYTES];

    (void)crypto_hash_sha256(hash, data, len);
    examples_put(out, hash, sizeof hash);
}

static void put_scalar_times(struct bytes *out, const uint8_t *scalar,
                             const uint8_t *point)
{
    uint8_t product[GROUP_POINT_BYTES];

    assert_int_equal(crypto_scalarmult_ristretto255(product, scalar, point), 0);
    examples_put(out, product, sizeof product);
}

static void put_scalar_times_base(struct bytes *out, const uint8_t *scalar)
{
    uint8_t product[GROUP_POINT_BYTES];

    assert_int_equal(crypto_scalarmult_ristretto255_base(product, scalar), 0);
    examples_put(out, product, sizeof product);
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
    examples_put(out, group_second_generator, sizeof group_second_generator);
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
    examples_put(out, body.data + 2, 2);
}

/* The second chunk of files[10] of attachments.json, in parts whose key is
 * withheld: behind a note's length, the content, and the list's length. */
static void attachment_range(struct bytes *out)
{
    struct sealed_file file = sealed_file_stated(10);
    struct frank_disclosure d = disclosures_range(&file, 1, 1, 1);
    struct frank_kept kept = disclosures_kept(disclosures_parted(&file));
    struct frank_report report = {.messages = &kept,
                                  .count = 1,
                                  .disclosures = &d,
                                  .disclosure_count = 1};
    struct bytes without;
    struct bytes body;

    kept.withhold_parts = 1U << 2;
    (void)reports_build(&report, reports_random(0)); /* it is a right one */
    put_body(&body, &report);
    report.disclosure_count = 0;
    put_body(&without, &report);
    examples_put(out, body.data + without.len + 1,
                 body.len - without.len - 1); /* a length of two bytes */
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

    put_span(out, support_text("frank v1 report"));
    examples_put(out, report->seal.quorum_id, sizeof report->seal.quorum_id);
    put_hash(out, report->label.header.data, report->label.header.len);
    examples_put(out, report->seal.u, sizeof report->seal.u);
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

    put_span(out, support_text("frank v1 seal"));
    put_hash(out, report->label.header.data,
             report->label.header.len + report->label.reporter.len);
    examples_put(out, seal->quorum_id, sizeof seal->quorum_id);
    examples_put(out, seal->commitment, sizeof seal->commitment);
    put_hash(out, report->sealed.data, report->sealed.len);
    examples_put(out, seal->u, sizeof seal->u);
    examples_put(out, seal->w, sizeof seal->w);
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

    examples_put(out, sealed(&bytes)->digest, FRANK_DIGEST_BYTES);
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

    put_span(out, support_text("frank v1 consent"));
    examples_put(out, report->digest, sizeof report->digest);
    examples_put(out, report->seal.u, sizeof report->seal.u);
    examples_put(out, made.u, sizeof made.u);
    examples_put(out, reports_quorum()->share_publics[0], GROUP_POINT_BYTES);
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

    put_span(out, support_text("frank v1 consent receipt"));
    examples_put(out, made.report_digest, sizeof made.report_digest);
    examples_put(out, made.quorum_id, sizeof made.quorum_id);
    wire_write_init(&w, out->data + out->len, 8);
    wire_write_u64(&w, made.time);
    out->len += w.len;
    examples_put(out, reports_quorum()->share_publics[0], GROUP_POINT_BYTES);
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

const struct example examples_sealed[] = {
    {"second-generator", second_generator},
    {"evidence", evidence},
    {"evidence-digest", evidence_digest},
    {"report-header", report_header},
    {"header-hash", header_hash},
    {"reporter", reporter},
    {"report-body", report_body},
    {"opening-withheld", opening_withheld},
    {"attachment-range", attachment_range},
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
    {NULL, NULL}};

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

const struct key_file examples_key_files[] = {
    {"hub-public", hub_public_text},
    {"hub-public-destroyed", hub_public_destroyed_text},
    {"moderation-public", moderation_public_text},
    {"quorum-public", quorum_public_text},
    {"share", share_text},
    {NULL, NULL}};
