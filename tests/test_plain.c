/* SPDX-License-Identifier: Apache-2.0 */
#include "content.h"
#include "hash.h"
#include "support.h"

#include <string.h>

#define NO_BYTES ((struct frank_span){NULL, 0})

static int build(uint8_t *out, size_t capacity, size_t *written,
                 struct frank_span sender, struct frank_span room,
                 struct frank_span body, struct frank_fault *fault)
{
    static const uint8_t salt[FRANK_PLAIN_SALT_BYTES] = {1, 2, 3};

    return frank_plain_build(out, capacity, written, salt, sender, room,
                             support_text("text/plain"), body, fault);
}

static void check_vector(const json_t *vector)
{
    struct frank_span salt = support_member(vector, "salt");
    struct frank_span sender =
        support_text(support_member_text(vector, "sender"));
    struct frank_span room = support_text(support_member_text(vector, "room"));
    struct frank_span media_type =
        support_text(support_member_text(vector, "media_type"));
    struct frank_span body = support_member(vector, "body");
    size_t len = support_member_number(vector, "content_length");
    uint8_t *content = support_zeros(len);
    uint8_t digest[HASH_BYTES];
    uint8_t tag[FRANK_TAG_BYTES];
    struct frank_content located;
    hash_state hash;
    size_t written;

    assert_int_equal(frank_plain_build(content, len, &written, salt.data,
                                       sender, room, media_type, body, NULL),
                     FRANK_OK);
    assert_int_equal(written, len);
    hash_init(&hash);
    hash_update(&hash, content, len);
    hash_final(&hash, digest);
    support_assert_span((struct frank_span){digest, sizeof digest},
                        support_member(vector, "content_sha256"));
    assert_int_equal(frank_tag(tag, content, len, NULL), FRANK_OK);
    support_assert_span((struct frank_span){tag, sizeof tag},
                        support_member(vector, "franking_tag"));

    assert_int_equal(frank_locate(&located, content, len, NULL), FRANK_OK);
    assert_int_equal(located.format, FRANK_FORMAT_PLAIN);
    assert_int_equal(located.readings, 1);
    support_assert_span((struct frank_span){located.salt, located.salt_len},
                        salt);
    support_assert_span(
        (struct frank_span){located.sender.bytes, located.sender.len}, sender);
    support_assert_span(
        (struct frank_span){located.room.bytes, located.room.len}, room);
    support_assert_span(located.media_type, media_type);
    support_assert_span(located.body, body);
    support_assert_span(located.message, (struct frank_span){content, len});
}

static void contents_give_the_vectors_values(void **state)
{
    const json_t *vectors = support_vectors("plain");
    const json_t *vector;
    size_t i;

    (void)state;
    assert_int_not_equal(json_array_size(vectors), 0);
    json_array_foreach((json_t *)vectors, i, vector)
    {
        check_vector(vector);
    }
}

static void tells_the_space_that_is_needed(void **state)
{
    struct frank_span uri = support_text("u");
    size_t needed = 0;
    size_t written;
    struct frank_fault fault;

    (void)state;
    assert_int_equal(build(NULL, 0, &needed, uri, uri, uri, &fault),
                     FRANK_ERR_SPACE);
    assert_int_equal(needed, 1 + 32 + 2 + 2 + 11 + 2);
    assert_int_equal(fault.expected, needed);
    for (size_t capacity = 1; capacity <= needed + 1; capacity++) {
        uint8_t *out = support_zeros(capacity);

        assert_int_equal(build(out, capacity, &written, uri, uri, uri, NULL),
                         capacity < needed ? FRANK_ERR_SPACE : FRANK_OK);
        assert_int_equal(written, needed);
    }
}

static void refuses_to_build_without_sender_or_room(void **state)
{
    struct frank_span uri = support_text("u");
    uint8_t out[128];
    size_t written;
    struct frank_fault fault;

    (void)state;
    assert_int_equal(
        build(out, sizeof out, &written, NO_BYTES, uri, uri, &fault),
        FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "sender URI");
    assert_int_equal(written, 0);
    assert_int_equal(
        build(out, sizeof out, &written, uri, NO_BYTES, uri, &fault),
        FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "room URI");
    assert_int_equal(
        build(out, sizeof out, &written, uri, uri, NO_BYTES, &fault), FRANK_OK);
}

static void uris_and_content_have_their_limits(void **state)
{
    static const size_t lengths[] = {1023, 1024, 1025};
    struct frank_span uri = support_text("u");
    uint8_t *out = support_zeros(FRANK_CONTENT_MAX_BYTES + 100);
    size_t written;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(lengths); i++) {
        struct frank_span long_uri = {out, lengths[i]};
        int error = lengths[i] > 1024 ? FRANK_ERR_LIMIT : FRANK_OK;
        uint8_t small[2048];

        assert_int_equal(
            build(small, sizeof small, &written, long_uri, uri, uri, NULL),
            error);
        assert_int_equal(
            build(small, sizeof small, &written, uri, long_uri, uri, NULL),
            error);
    }
    for (size_t len = 1048575; len <= 1048577; len++) {
        size_t body = len - (1 + 32 + 2 + 2 + 11 + 4);
        struct frank_content located;
        int error = len > 1048576 ? FRANK_ERR_LIMIT : FRANK_OK;

        assert_int_equal(
            build(out, FRANK_CONTENT_MAX_BYTES + 100, &written, uri, uri,
                  (struct frank_span){support_zeros(body), body}, NULL),
            error);
        if (error == FRANK_OK) {
            assert_int_equal(written, len);
            assert_int_equal(frank_locate(&located, out, written, NULL),
                             FRANK_OK);
            assert_int_equal(located.body.len, body);
        }
    }
    /* larger than a content by itself */
    assert_int_equal(
        build(out, 100, &written, uri, uri,
              (struct frank_span){out, FRANK_CONTENT_MAX_BYTES + 1}, NULL),
        FRANK_ERR_LIMIT);
    assert_int_equal(written, 0);
}

static void refuses_malformed_contents(void **state)
{
    static const struct {
        const char *content;
        int error;
        const char *field;
    } cases[] = {
        {"01 (00)*31", FRANK_ERR_TRUNCATED, "salt"},
        {"01 (00)*32 @00 01'r' 00 00", FRANK_ERR_MISSING, "sender URI"},
        {"01 (00)*32 01's' @00 00 00", FRANK_ERR_MISSING, "room URI"},
        {"01 (00)*32 @4401 ('s')*1025 01'r' 00 00", FRANK_ERR_LIMIT,
         "sender URI"},
        {"01 (00)*32 01's' @4401 ('r')*1025 00 00", FRANK_ERR_LIMIT,
         "room URI"},
        {"01 (00)*32 @4001's' 01'r' 00 00", FRANK_ERR_LENGTH_FORM,
         "sender URI"},
        {"01 (00)*32 01's' 01'r' @80100001 00", FRANK_ERR_LIMIT, "media type"},
        {"01 (00)*32 01's' 01'r' 00 @80100001", FRANK_ERR_LIMIT, "body"},
        {"01 (00)*32 01's' 01'r' 00 @c0", FRANK_ERR_VALUE, "body"},
        {"01 (00)*32 01's' 01'r' 00 02@'b'", FRANK_ERR_TRUNCATED, "body"},
        {"01 (00)*32 01's' 01'r' 00 00 @00", FRANK_ERR_TRAILING, "content"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        size_t mark;
        struct frank_span content = support_marked(cases[i].content, &mark);
        struct frank_content located;
        struct frank_fault fault;

        assert_int_equal(
            frank_locate(&located, content.data, content.len, &fault),
            cases[i].error);
        assert_string_equal(fault.field, cases[i].field);
        assert_int_equal(fault.offset, mark == SIZE_MAX ? 1 : mark);
        assert_true(support_is_zero(located.salt, sizeof located.salt));
    }
}

static void only_the_one_reading_there_is_can_be_asked_for(void **state)
{
    struct frank_span plain = support_bytes("01 (00)*32 01's' 01'r' 00 00");
    struct frank_content located;

    (void)state;
    assert_int_equal(
        frank_locate_reading(&located, plain.data, plain.len, 0, NULL),
        FRANK_OK);
    assert_int_equal(
        frank_locate_reading(&located, plain.data, plain.len, 1, NULL),
        FRANK_ERR_ARGUMENT);
    assert_int_equal(located.sender.len, 0);
}

static void what_failed_leaves_nothing_behind(void **state)
{
    uint8_t out[256];
    uint8_t salt[FRANK_PLAIN_SALT_BYTES];
    struct frank_span text = support_text("text");
    size_t written = 0;

    (void)state;
    memset(salt, 0x5a, sizeof salt);
    memset(out, 0, sizeof out);
    assert_int_equal(frank_plain_build(out, sizeof out, &written, salt, text,
                                       support_text(""), text, text, NULL),
                     FRANK_ERR_MISSING);
    assert_true(support_is_zero(out, sizeof out));
    assert_int_equal(frank_plain_build(out, 50, &written, salt, text, text,
                                       text, text, NULL),
                     FRANK_ERR_SPACE);
    assert_true(support_is_zero(out, sizeof out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_failed_leaves_nothing_behind),
        cmocka_unit_test(contents_give_the_vectors_values),
        cmocka_unit_test(tells_the_space_that_is_needed),
        cmocka_unit_test(refuses_to_build_without_sender_or_room),
        cmocka_unit_test(uris_and_content_have_their_limits),
        cmocka_unit_test(refuses_malformed_contents),
        cmocka_unit_test(only_the_one_reading_there_is_can_be_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
