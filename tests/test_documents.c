/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documents hold what the code does: each worked example of docs/WIRE.md
 * is computed again, each function of frank.h has a man page that declares it,
 * each rule and error stands in its page.
 */
#include "keyring.h"
#include "mimi_report.h"
#include "stamp.h"
#include "support.h"
#include "wire.h"

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

static void wire_has_no_example_that_is_not_recomputed(void **state)
{
    struct frank_span page = support_file("docs/WIRE.md");
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i + 11 < page.len; i++) {
        count += memcmp(page.data + i, "```example ", 11) == 0;
    }
    assert_int_equal(count, SUPPORT_COUNT(examples));
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
        cmocka_unit_test(each_function_is_declared_in_a_man_page),
        cmocka_unit_test(each_rule_has_its_text),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
