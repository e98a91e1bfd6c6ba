/* SPDX-License-Identifier: Apache-2.0 */
/* Contents, tags, files, stamps, plain reports, keyring. */
#include "examples.h"
#include "mimi_report.h"
#include "rings.h"
#include "sealed_files.h"
#include "stamp.h"
#include "stamper.h"

#include <sodium.h>
#include <string.h>

void examples_put(struct bytes *out, const void *data, size_t len)
{
    assert_true(out->len + len <= sizeof out->data);
    if (len > 0) {
        memcpy(out->data + out->len, data, len);
    }
    out->len += len;
}

static const json_t *vector(const char *list, size_t index)
{
    return json_array_get(support_vectors(list), index);
}

static void put_span(struct bytes *out, struct frank_span span)
{
    examples_put(out, span.data, span.len);
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
    put_span(out, offer());
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
    put_span(out, (struct frank_span){tail.data, tail.len});
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
    put_span(out, (struct frank_span){stamp.transcript_frank, FRANK_MAC_BYTES});
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
    put_span(out,
             (struct frank_span){stamp.frank.server_frank, FRANK_MAC_BYTES});
    put_span(out, support_bytes("0001"));
    put_span(out, (struct frank_span){tail.data, tail.len});
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
    put_span(out, (struct frank_span){encoded, keyring_encode(encoded, ring)});
    keyring_free(ring);
    free(encoded);
}

/* ---- Files --------------------------------------------------------------- */

static void attachment_descriptor(struct bytes *out)
{
    struct sealed_file file = sealed_file_stated(10);

    assert_ok(frank_attachment_encode(out->data, sizeof out->data, &out->len,
                                      &file.attachment, NULL));
}

/* Of the second chunk, which is one byte long. */
static void attachment_leaf_input(struct bytes *out)
{
    static const uint8_t front[] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
    struct sealed_file file = sealed_file_stated(10);
    struct frank_span key = sealed_file_keys(&file, (struct frank_range){1, 1});
    struct frank_span sealed =
        sealed_file_run(&file, (struct frank_range){1, 1});
    uint8_t hash[FRANK_HASH_BYTES];

    (void)crypto_hash_sha256(hash, key.data, key.len);
    examples_put(out, front, sizeof front);
    examples_put(out, hash, sizeof hash);
    examples_put(out, sealed.data, sealed.len);
}

static void attachment_leaf(struct bytes *out)
{
    struct sealed_file file = sealed_file_stated(10);
    struct bytes input = {.len = 0};
    uint8_t hash[FRANK_HASH_BYTES];

    out->len = FRANK_HASH_BYTES;
    assert_int_equal(sealed_file_leaf(&file, 1, out->data), FRANK_OK);
    attachment_leaf_input(&input);
    (void)crypto_hash_sha256(hash, input.data, input.len);
    assert_memory_equal(hash, out->data, sizeof hash);
}

const struct example examples_franking[] = {
    {"varint-1", varint_1},
    {"varint-2", varint_2},
    {"varint-4", varint_4},
    {"plain-content", plain_content},
    {"plain-tag", plain_tag},
    {"parted-content", parted_content},
    {"parted-digested", parted_redacted}, /* its one part withheld */
    {"parted-redacted", parted_redacted},
    {"attachment-descriptor", attachment_descriptor},
    {"attachment-leaf-input", attachment_leaf_input},
    {"attachment-leaf", attachment_leaf},
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
    {"keyring-file", keyring_file},
    {NULL, NULL}};
