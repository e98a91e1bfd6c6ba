/* SPDX-License-Identifier: Apache-2.0 */
/* What a hub's service exchanges with relays, platforms and reporters. */
#include "examples.h"
#include "receipt.h"
#include "reporter_token.h"
#include "rings.h"
#include "stamp_batch.h"
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* The time of the examples, as in reports.h, which names another receipt. */
#define NOW UINT64_C(1700000100000)

static const json_t *report_0(void)
{
    return json_array_get(
        json_object_get(support_json("tests/vectors/sealed.json"), "reports"),
        0);
}

/* The hub of the vectors; free both. */
static struct stamper *make_hub(struct keyring **ring)
{
    const json_t *keys = support_vectors("keyring");
    struct stamper *stamper = NULL;

    assert_ok(keyring_new(ring, support_member(keys, "master").data,
                          support_member(keys, "franking_signature_seed").data,
                          0, NULL));
    assert_ok(stamper_new(&stamper, *ring, NULL));
    return stamper;
}

/* ---- Reporter token ----------------------------------------------------- */

char *examples_reporter_token(void)
{
    struct frank_span user =
        support_text(support_member_text(report_0(), "reporting_user"));
    struct reporter_token token = {.flags = REPORTER_TOKEN_FIRST_CONTACT,
                                   .not_after = NOW + 600000};
    struct reporter_token opened;
    uint8_t key[REPORTER_TOKEN_KEY_BYTES];
    char *text = malloc(REPORTER_TOKEN_TEXT_BYTES);

    assert_non_null(text);
    memset(key, 0x2b, sizeof key);
    for (size_t i = 0; i < sizeof token.nonce; i++) {
        token.nonce[i] = (uint8_t)i;
    }
    memcpy(token.user.bytes, user.data, user.len);
    token.user.len = user.len;
    assert_ok(reporter_token_mint(text, &token, key, NULL));
    assert_ok(reporter_token_open(&opened, text, key, NOW, NULL));
    return text;
}

static void reporter_token(struct bytes *out)
{
    char *text = examples_reporter_token();
    const char *digits = text + strlen(REPORTER_TOKEN_PREFIX);

    assert_int_equal(
        sodium_base642bin(out->data, sizeof out->data, digits, strlen(digits),
                          NULL, &out->len, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING),
        0);
    free(text);
}

/* ---- Receipt ------------------------------------------------------------ */

static void receipt(struct bytes *out)
{
    struct keyring *ring = NULL;
    struct stamper *stamper = make_hub(&ring);
    struct hub_public hub;
    struct report_receipt receipt = {.received = NOW};

    memcpy(receipt.report_id, support_member(report_0(), "report_id").data,
           sizeof receipt.report_id);
    assert_ok(receipt_sign(out->data, &receipt, stamper, NULL));
    out->len = RECEIPT_SIGNED_BYTES;
    hub_public_from(&hub, ring);
    assert_ok(receipt_open(&receipt, out->data, out->len, &hub, NULL));
    stamper_free(stamper);
    keyring_free(ring);
}

/* ---- Batch of stamps ---------------------------------------------------- */

static void put_request(struct wire_writer *w, uint16_t suite)
{
    const json_t *message = json_array_get(support_vectors("mimi"), 0);
    struct frank_span tag = support_member(message, "franking_tag");
    struct frank_span context = support_member(message, "context");

    wire_write_bytes(w, tag.data, tag.len);
    wire_write_bytes(w, context.data, context.len);
    wire_write_u16(w, suite);
    wire_write_u32(w, 0);
}

static void put_requests(struct bytes *out, struct frank_span list,
                         uint8_t flags)
{
    struct wire_writer w;

    wire_write_init(&w, out->data, sizeof out->data);
    wire_write_u8(&w, 1);
    wire_write_u8(&w, flags);
    wire_write_opaque(&w, list, list.len, "list");
    assert_ok(wire_write_result(&w, &out->len, NULL));
}

/* One request with an order, and one of a suite that is not supported. */
static void stamp_requests(struct bytes *out)
{
    const json_t *order = json_array_get(support_vectors("transcript"), 0);
    uint8_t list[1024];
    struct wire_writer w;
    size_t len;

    wire_write_init(&w, list, sizeof list);
    put_request(&w, FRANK_SUITE_X25519_AES128GCM);
    wire_write_u8(&w, 1);
    wire_write_u64(&w, support_member_number(order, "room_seq"));
    wire_write_u64(&w, support_member_number(order, "seen_seq"));
    put_request(&w, 2);
    wire_write_u8(&w, 0);
    assert_ok(wire_write_result(&w, &len, NULL));
    put_requests(out, (struct frank_span){list, len}, 0);
}

/* One that the hub is to number, of a device that has a name. */
static void stamp_requests_counted(struct bytes *out)
{
    uint8_t list[512];
    struct wire_writer w;
    size_t len;

    wire_write_init(&w, list, sizeof list);
    put_request(&w, FRANK_SUITE_X25519_AES128GCM);
    wire_write_u8(&w, 2);
    wire_write_opaque(&w, support_text("phone-7"), 255, "device");
    assert_ok(wire_write_result(&w, &len, NULL));
    put_requests(out, (struct frank_span){list, len}, STAMP_BATCH_MAC_ONLY);
}

static void put_answers(struct bytes *out, uint8_t flags)
{
    const json_t *message = json_array_get(support_vectors("mimi"), 0);
    const struct stamp_window window = {
        .now = support_member_number(message, "accepted_timestamp")};
    struct keyring *ring = NULL;
    struct stamper *stamper = make_hub(&ring);
    struct bytes requests;
    size_t count;
    size_t failed;

    stamp_requests(&requests);
    requests.data[1] = flags;
    assert_ok(stamp_batch(out->data, sizeof out->data, &out->len, &count,
                          &failed, stamper, requests.data, requests.len,
                          &window, NULL, NULL));
    assert_int_equal(count, 2);
    assert_int_equal(failed, 1);
    stamper_free(stamper);
    keyring_free(ring);
}

static void stamp_answers(struct bytes *out)
{
    put_answers(out, 0);
}

static void stamp_answers_mac_only(struct bytes *out)
{
    put_answers(out, STAMP_BATCH_MAC_ONLY);
}

/* The numbers of the sample's order, as the hub's store might give them. */
static void stamp_answers_counted(struct bytes *out)
{
    const json_t *message = json_array_get(support_vectors("mimi"), 0);
    const json_t *order = json_array_get(support_vectors("transcript"), 0);
    const struct stamp_window window = {
        .now = support_member_number(message, "accepted_timestamp")};
    static struct stamp_counted items[STAMP_BATCH_MAX];
    struct stamp_counting counting = {items, 0};
    struct keyring *ring = NULL;
    struct stamper *stamper = make_hub(&ring);
    struct bytes requests;
    size_t count;
    size_t failed;

    stamp_requests_counted(&requests);
    assert_ok(stamp_batch(out->data, sizeof out->data, &out->len, &count,
                          &failed, stamper, requests.data, requests.len,
                          &window, &counting, NULL));
    assert_int_equal(counting.count, 1);
    items[0].request.order.room_seq = support_member_number(order, "room_seq");
    items[0].request.order.seen_seq = support_member_number(order, "seen_seq");
    assert_ok(stamp_batch_number(out->data, &items[0], stamper, NULL));
    stamper_free(stamper);
    keyring_free(ring);
}

const struct example examples_service[] = {
    {"reporter-token", reporter_token},
    {"receipt", receipt},
    {"stamp-requests", stamp_requests},
    {"stamp-answers", stamp_answers},
    {"stamp-answers-mac-only", stamp_answers_mac_only},
    {"stamp-requests-counted", stamp_requests_counted},
    {"stamp-answers-counted", stamp_answers_counted},
    {NULL, NULL}};
