/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's stamp as a recipient sees it: contexts, franks, signatures, and
 * the check before a message is shown. */
#include "stamp.h"
#include "support.h"

#include <sodium.h>
#include <string.h>

/* A message of the vectors with all that came beside it. */
struct received {
    struct frank_span content;
    uint8_t tag[FRANK_TAG_BYTES];
    struct frank_context context;
    struct frank_frank frank;
    uint8_t key[FRANK_PUBLIC_KEY_BYTES];
};

static struct received receive(size_t index)
{
    const json_t *v = json_array_get(support_vectors("mimi"), index);
    struct frank_span frank = support_member(v, "frank");
    struct received out;
    char path[256] = "tests/vectors/messages/";

    (void)strncat(path, support_member_text(v, "file"), 200);
    out.content = support_file(path);
    memcpy(out.tag, support_member(v, "franking_tag").data, sizeof out.tag);
    out.context =
        (struct frank_context){support_text(support_member_text(v, "sender")),
                               support_text(support_member_text(v, "room")),
                               support_member_number(v, "accepted_timestamp")};
    assert_int_equal(
        frank_frank_decode(&out.frank, frank.data, frank.len, NULL), FRANK_OK);
    memcpy(
        out.key,
        support_member(support_vectors("keyring"), "franking_signature_public")
            .data,
        sizeof out.key);
    return out;
}

static int check(const struct received *r, struct frank_fault *fault)
{
    return frank_check(r->content.data, r->content.len, r->tag, &r->context,
                       &r->frank, r->key, fault);
}

static void contexts_are_those_of_the_vectors(void **state)
{
    const json_t *v;
    size_t i;

    (void)state;
    json_array_foreach((json_t *)support_vectors("mimi"), i, v)
    {
        struct received r = receive(i);
        struct frank_span bytes = support_member(v, "context");
        struct frank_context decoded;
        uint8_t out[FRANK_CONTEXT_MAX_BYTES];
        size_t written = 0;

        assert_int_equal(
            frank_context_encode(out, sizeof out, &written, &r.context, NULL),
            FRANK_OK);
        support_assert_span((struct frank_span){out, written}, bytes);
        assert_int_equal(
            frank_context_decode(&decoded, bytes.data, bytes.len, NULL),
            FRANK_OK);
        support_assert_span(decoded.sender, r.context.sender);
        support_assert_span(decoded.room, r.context.room);
        assert_int_equal(decoded.accepted_timestamp,
                         r.context.accepted_timestamp);
    }
}

static void contexts_are_read_exactly(void **state)
{
    struct frank_span good =
        support_member(json_array_get(support_vectors("mimi"), 0), "context");
    uint8_t *longer = support_zeros(good.len + 1);
    struct frank_context decoded;
    struct frank_fault fault;

    (void)state;
    for (size_t len = 0; len < good.len; len++) {
        assert_int_equal(frank_context_decode(&decoded,
                                              support_copy(good.data, len), len,
                                              &fault),
                         FRANK_ERR_TRUNCATED);
    }
    memcpy(longer, good.data, good.len);
    assert_int_equal(
        frank_context_decode(&decoded, longer, good.len + 1, &fault),
        FRANK_ERR_TRAILING);
    assert_int_equal(fault.offset, good.len);
}

static void contexts_need_names_of_1_to_1024_bytes(void **state)
{
    static uint8_t name[FRANK_URI_MAX_BYTES + 1];
    uint8_t out[FRANK_CONTEXT_MAX_BYTES];
    struct frank_span most = {name, FRANK_URI_MAX_BYTES};
    struct frank_context c = {most, most, UINT64_MAX};
    struct frank_fault fault;
    size_t written = 0;

    (void)state;
    assert_int_equal(frank_context_encode(out, sizeof out, &written, &c, NULL),
                     FRANK_OK);
    assert_int_equal(written, FRANK_CONTEXT_MAX_BYTES);
    assert_int_equal(
        frank_context_encode(out, sizeof out - 1, &written, &c, &fault),
        FRANK_ERR_SPACE);
    assert_int_equal(written, FRANK_CONTEXT_MAX_BYTES);
    c.sender.len++;
    assert_int_equal(
        frank_context_encode(out, sizeof out, &written, &c, &fault),
        FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "sender URI");
    c.sender.len = 0;
    assert_int_equal(
        frank_context_encode(out, sizeof out, &written, &c, &fault),
        FRANK_ERR_MISSING);
    assert_int_equal(written, 0);
}

static void franks_are_read_exactly(void **state)
{
    struct frank_span good =
        support_member(json_array_get(support_vectors("mimi"), 0), "frank");
    uint8_t out[FRANK_FRANK_BYTES];
    struct frank_frank frank;
    struct frank_fault fault;

    (void)state;
    assert_int_equal(good.len, FRANK_FRANK_BYTES);
    assert_int_equal(frank_frank_decode(&frank, good.data, good.len, NULL),
                     FRANK_OK);
    frank_frank_encode(out, &frank);
    assert_memory_equal(out, good.data, good.len);
    for (size_t len = 0; len < good.len; len++) {
        assert_int_equal(frank_frank_decode(
                             &frank, support_copy(good.data, len), len, &fault),
                         FRANK_ERR_TRUNCATED);
    }
}

static void assert_frank_refused(const char *notation, int error,
                                 const char *field)
{
    struct frank_span bytes = support_bytes(notation);
    struct frank_frank frank;
    struct frank_fault fault = {0};

    assert_int_equal(frank_frank_decode(&frank, bytes.data, bytes.len, &fault),
                     error);
    assert_string_equal(fault.field, field);
}

static void franks_of_another_kind_are_refused_by_name(void **state)
{
    (void)state;
    assert_frank_refused("(aa)*32 0002 4040 (bb)*64 ", FRANK_ERR_SUITE,
                         "cipher suite");
    assert_frank_refused("(aa)*32 0000 4040 (bb)*64 ", FRANK_ERR_SUITE,
                         "cipher suite");
    assert_frank_refused("(aa)*32 0007 4046 (bb)*70 ", FRANK_ERR_SUITE,
                         "cipher suite");
    assert_frank_refused("(aa)*32 0001 3f (bb)*63 ", FRANK_ERR_LENGTH,
                         "signature");
    assert_frank_refused("(aa)*32 0003 4041 (bb)*65 ", FRANK_ERR_LENGTH,
                         "signature");
    assert_frank_refused("(aa)*32 0001 80000040 (bb)*64 ",
                         FRANK_ERR_LENGTH_FORM, "signature");
    assert_frank_refused("(aa)*32 0001 4040 (bb)*64 00", FRANK_ERR_TRAILING,
                         "frank");
}

static void supports_the_suites_of_ed25519(void **state)
{
    (void)state;
    for (unsigned suite = 0; suite <= UINT16_MAX; suite++) {
        assert_int_equal(frank_suite_is_supported((uint16_t)suite),
                         suite == 1 || suite == 3);
    }
}

/* crypto-basics.json of mlswg/mls-implementations, sign_with_label of cipher
 * suites 1 and 3. */
static void signs_as_the_mls_working_group_does(void **state)
{
    static const struct {
        const char *content;
        const char *public_key;
        const char *signature;
    } cases[] = {
        {"cd289cc7ba2869f64f3c32ffd133f500d17abace919a5ffe7faa974200d81932",
         "85600e54e5c2919ccbd0742126e5d837cf7a2ba50d75a69b3f35dcfe4a50ffe2",
         "996bd223ddb4d55a2b57d85cb2944f21facc95696053ddf66d590060fdc719f4"
         "a26c6212ce605414e0d5e66a55921dd99d11122218c35bc23408b0076e8bc40b"},
        {"df308cf2dbf471edf2c29d30e3daf161b5b87d350ee3b2c715c298ec3d10d432",
         "18275f892ee0ca6f4687ff26c990776387502646ff658c3f572b324faecb05c5",
         "4f56851c2c47f5115a61ff0ab6121b4a4732d4e94805fc7135a5132f87d5ca5f"
         "1dc7408816c1ea4f25887725cf5914b48c427a52cabcfeb746a2b8a12e821f08"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        uint8_t out[128];
        struct wire_writer w;

        wire_write_init(&w, out, sizeof out);
        stamp_write_signed(&w, "SignWithLabel",
                           support_bytes(cases[i].content));
        assert_int_equal(crypto_sign_verify_detached(
                             support_bytes(cases[i].signature).data, out, w.len,
                             support_bytes(cases[i].public_key).data),
                         0);
    }
}

static void every_message_of_the_vectors_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < json_array_size(support_vectors("mimi")); i++) {
        struct received r = receive(i);

        assert_int_equal(check(&r, NULL), FRANK_OK);
    }
}

static void assert_not_shown(struct received r, int error)
{
    struct frank_fault fault = {0};

    assert_int_equal(check(&r, &fault), error);
    assert_int_equal(fault.error, error);
    assert_non_null(fault.field);
    assert_int_equal(check(&r, NULL), error);
}

static void what_was_altered_is_not_shown(void **state)
{
    struct received good = receive(0);
    struct received r = good;
    uint8_t *copy = support_copy(good.content.data, good.content.len);

    (void)state;
    copy[good.content.len - 1] ^= 1;
    r.content.data = copy;
    assert_not_shown(r, FRANK_ERR_TAG);
    r = good;
    r.tag[31] ^= 1;
    assert_not_shown(r, FRANK_ERR_TAG);
    r = good;
    r.context.sender = support_text("mimi://b.example/u/rui");
    assert_not_shown(r, FRANK_ERR_SENDER);
    r = good;
    r.context.sender.len--;
    assert_not_shown(r, FRANK_ERR_SENDER);
    r = good;
    r.context.room = support_text("mimi://hub.example/r/other");
    assert_not_shown(r, FRANK_ERR_ROOM);
    r = good;
    r.context.accepted_timestamp ^= 1;
    assert_not_shown(r, FRANK_ERR_SIGNATURE);
    r = good;
    r.frank.server_frank[0] ^= 1;
    assert_not_shown(r, FRANK_ERR_SIGNATURE);
    r = good;
    r.frank.suite = 3;
    assert_not_shown(r, FRANK_ERR_SIGNATURE);
    r = good;
    r.frank.suite = 2;
    assert_not_shown(r, FRANK_ERR_SUITE);
    r = good;
    r.frank.signature[63] ^= 1;
    assert_not_shown(r, FRANK_ERR_SIGNATURE);
    r = good;
    r.key[0] ^= 1;
    assert_not_shown(r, FRANK_ERR_SIGNATURE);
    r = good;
    r.content.len--;
    assert_not_shown(r, FRANK_ERR_TRUNCATED);
}

static void a_frank_of_another_message_is_not_enough(void **state)
{
    struct received r = receive(0);
    struct received other = receive(2);

    (void)state;
    r.frank = other.frank;
    assert_not_shown(r, FRANK_ERR_SIGNATURE);
}

static void the_signature_alone_does_not_cover_the_tag(void **state)
{
    struct received r = receive(0);

    (void)state;
    assert_int_equal(frank_signature_check(&r.frank, &r.context, r.key, NULL),
                     FRANK_OK);
    r.context.sender.len = 0;
    assert_int_equal(frank_signature_check(&r.frank, &r.context, r.key, NULL),
                     FRANK_ERR_MISSING);
}

static void a_received_message_has_all_its_parts(void **state)
{
    const json_t *v = json_array_get(support_vectors("parted"), 1);
    struct frank_span whole = support_member(v, "content");
    struct frank_span redacted = support_member(v, "redacted");
    const uint8_t *tag = support_member(v, "franking_tag").data;
    struct frank_content located;
    struct frank_fault fault;
    struct received r = receive(0);
    struct frank_context c;

    (void)state;
    assert_int_equal(frank_locate(&located, whole.data, whole.len, NULL),
                     FRANK_OK);
    c = (struct frank_context){{located.sender.bytes, located.sender.len},
                               {located.room.bytes, located.room.len},
                               0};
    assert_int_equal(
        frank_opening_check(NULL, redacted.data, redacted.len, tag, &c, NULL),
        FRANK_OK);
    assert_int_equal(frank_check(redacted.data, redacted.len, tag, &c, &r.frank,
                                 r.key, &fault),
                     FRANK_ERR_WITHHELD);
    assert_int_equal(
        frank_check(whole.data, whole.len, tag, &c, &r.frank, r.key, &fault),
        FRANK_ERR_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contexts_are_those_of_the_vectors),
        cmocka_unit_test(contexts_are_read_exactly),
        cmocka_unit_test(contexts_need_names_of_1_to_1024_bytes),
        cmocka_unit_test(franks_are_read_exactly),
        cmocka_unit_test(franks_of_another_kind_are_refused_by_name),
        cmocka_unit_test(supports_the_suites_of_ed25519),
        cmocka_unit_test(signs_as_the_mls_working_group_does),
        cmocka_unit_test(every_message_of_the_vectors_is_shown),
        cmocka_unit_test(what_was_altered_is_not_shown),
        cmocka_unit_test(a_frank_of_another_message_is_not_enough),
        cmocka_unit_test(the_signature_alone_does_not_cover_the_tag),
        cmocka_unit_test(a_received_message_has_all_its_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
