/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of every format: what is located in them, their tags, their limits.
 * What an abuser could do to a message is in test_altered.c and
 * test_hostile.c. */
#include "content.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

static void assert_uri(const struct frank_uri *uri, const char *expected)
{
    support_assert_span((struct frank_span){uri->bytes, uri->len},
                        support_text(expected));
}

static void assert_fault(struct frank_span content, int error,
                         const char *field, size_t offset)
{
    struct frank_content located;
    struct frank_fault fault = {0};
    uint8_t tag[FRANK_TAG_BYTES] = {0};

    memset(&located, 0xaa, sizeof located);
    assert_int_equal(frank_locate(&located, content.data, content.len, &fault),
                     error);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_int_equal(fault.offset, offset);
    assert_true(support_is_zero(&located.salt, sizeof located.salt));
    assert_int_equal(located.sender.len, 0);
    assert_int_equal(located.room.len, 0);
    assert_null(located.body.data);
    assert_int_equal(frank_tag(tag, content.data, content.len, NULL), error);
    assert_true(support_is_zero(tag, sizeof tag));
}

/* ---- Vectors ------------------------------------------------------------ */

static void check_located(const struct frank_content *located,
                          const json_t *vector, enum frank_format format)
{
    struct frank_span salt = support_member(vector, "salt");

    assert_int_equal(located->format, format);
    support_assert_span((struct frank_span){located->salt, located->salt_len},
                        salt);
    assert_uri(&located->sender, support_member_text(vector, "sender"));
    assert_uri(&located->room, support_member_text(vector, "room"));
    assert_int_equal(located->readings, 1);
    assert_int_equal(located->parts, 0);
    assert_int_equal(located->withheld, 0);
}

/* The message ID is of the message, the tag of what was sent. */
static void check_mimi(const json_t *vector, struct frank_span content,
                       enum frank_format format, struct frank_span tag)
{
    struct frank_content located;
    struct frank_context context;
    struct frank_span encoded = support_member(vector, "context");
    uint8_t id[FRANK_MESSAGE_ID_BYTES];
    uint8_t computed[FRANK_TAG_BYTES];

    assert_int_equal(frank_locate(&located, content.data, content.len, NULL),
                     FRANK_OK);
    check_located(&located, vector, format);
    assert_int_equal(frank_message_id(id, content.data, content.len, NULL),
                     FRANK_OK);
    support_assert_span((struct frank_span){id, sizeof id},
                        support_member(vector, "message_id"));
    assert_int_equal(frank_tag(computed, content.data, content.len, NULL),
                     FRANK_OK);
    support_assert_span((struct frank_span){computed, sizeof computed}, tag);

    assert_int_equal(
        frank_context_decode(&context, encoded.data, encoded.len, NULL),
        FRANK_OK);
    memset(&located, 0, sizeof located);
    assert_int_equal(frank_opening_check(&located, content.data, content.len,
                                         computed, &context, NULL),
                     FRANK_OK);
    check_located(&located, vector, format);
}

static struct frank_span body_of(struct frank_span content)
{
    struct frank_content located;

    assert_int_equal(frank_locate(&located, content.data, content.len, NULL),
                     FRANK_OK);
    support_assert_span(located.message, content);
    return located.body;
}

static void check_mimi_vectors(const json_t *vectors, const char *folder)
{
    const json_t *vector;
    size_t i;

    assert_int_not_equal(json_array_size(vectors), 0);
    json_array_foreach((json_t *)vectors, i, vector)
    {
        struct frank_span message;
        struct frank_span framed;
        uint8_t tag[FRANK_TAG_BYTES];
        char path[4096];

        (void)snprintf(path, sizeof path, "%s/%s", folder,
                       support_member_text(vector, "file"));
        message = support_file(path);
        check_mimi(vector, message, FRANK_FORMAT_MIMI,
                   support_member(vector, "franking_tag"));
        assert_int_not_equal(body_of(message).len, 0);

        framed = support_framed("18'application/mimi-content'", message);
        support_hmac(tag, support_member(vector, "salt"), framed);
        check_mimi(vector, framed, FRANK_FORMAT_MIMI_FRAMED,
                   (struct frank_span){tag, sizeof tag});
    }
}

static void mimi_messages_give_the_vectors_values(void **state)
{
    (void)state;
    check_mimi_vectors(support_vectors("mimi"), "tests/vectors/messages");
}

static void the_working_groups_messages_give_their_values(void **state)
{
    const char *path = support_shared("vectors/mimi-wg.json");
    const json_t *vectors;
    char folder[4096];

    (void)state;
    if (path == NULL) {
        print_message("no mimi-wg.json in $FRANK_SHARED or ../shared\n");
        skip();
        return;
    }
    vectors = json_object_get(support_json(path), "mimi");
    path = support_shared("mimi");
    assert_non_null(path);
    (void)snprintf(folder, sizeof folder, "%s", path);
    check_mimi_vectors(vectors, folder);
}

static void spans_point_to_what_they_name(void **state)
{
    struct frank_span message = support_mimi(&(struct support_mimi){0}, NULL);
    struct frank_span framed =
        support_framed("18'application/mimi-content'", message);
    struct frank_span body = support_bytes("85 01 60 01 6a'text/plain' 42'hi'");
    struct frank_content located;

    (void)state;
    support_assert_span(body_of(message), body);
    assert_int_equal(frank_locate(&located, framed.data, framed.len, NULL),
                     FRANK_OK);
    support_assert_span(located.media_type,
                        support_text("application/mimi-content"));
    support_assert_span(located.message, message);
    support_assert_span(located.body, body);
    assert_ptr_equal(located.message.data,
                     framed.data + framed.len - message.len);
}

static void a_framing_may_have_parameters_and_no_type(void **state)
{
    static const struct {
        const char *head;
        int error;
    } cases[] = {
        {"00 00", FRANK_OK},
        {"00 02 00 00", FRANK_OK},
        {"00 08 01'a' 01'b' 00 02'cd'", FRANK_OK},
        {"00 01 00", FRANK_ERR_TRUNCATED},    /* a name without a value */
        {"00 02 01'a'", FRANK_ERR_TRUNCATED}, /* the same */
        {"00 02 02'a'", FRANK_ERR_TRUNCATED}, /* beyond the parameters */
        {"00 03 01'a' 4000", FRANK_ERR_TRUNCATED},
        {"00 04 01'a' 4000", FRANK_ERR_LENGTH_FORM},
        {"00 c0", FRANK_ERR_VALUE},
    };
    struct frank_span message = support_mimi(&(struct support_mimi){0}, NULL);
    struct frank_content located;
    uint8_t content[256];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct frank_span head = support_bytes(cases[i].head);

        memcpy(content, head.data, head.len);
        content[head.len] = (uint8_t)message.len;
        memcpy(content + head.len + 1, message.data, message.len);
        assert_int_equal(
            frank_locate(&located, content, head.len + 1 + message.len, NULL),
            cases[i].error);
    }
}

/* ---- Refusals ----------------------------------------------------------- */

static void refuses_what_has_no_format_of_ours(void **state)
{
    (void)state;
    assert_fault((struct frank_span){NULL, 0}, FRANK_ERR_TRUNCATED, "content",
                 0);
    for (unsigned first = 0; first < 256; first++) {
        uint8_t content[64] = {(uint8_t)first};
        struct frank_content located;
        int error = frank_locate(&located, content, sizeof content, NULL);
        /* a framing or one of our own, an array, a tag */
        bool ours = first < 0x80 || first >> 5 == 4 || first >> 5 == 6;

        assert_int_not_equal(error, FRANK_OK);
        assert_int_equal(error == FRANK_ERR_FORMAT, !ours);
    }
}

static void refuses_a_framing_without_a_message(void **state)
{
    (void)state;
    assert_fault(support_bytes("00 00 00"), FRANK_ERR_TRUNCATED, "message", 3);
    assert_fault(support_bytes("00 00"), FRANK_ERR_TRUNCATED, "framed message",
                 2);
    assert_fault(support_bytes("00"), FRANK_ERR_TRUNCATED,
                 "media type parameters", 1);
}

static void refuses_a_salt_of_another_length(void **state)
{
    static const struct {
        const char *salt;
        int error;
    } cases[] = {
        {"@4f (00)*15", FRANK_ERR_LENGTH},
        {"@51 (00)*17", FRANK_ERR_LENGTH},
        {"@40", FRANK_ERR_LENGTH},
        {"@58 20 (00)*32", FRANK_ERR_LENGTH},
        {"@5f 48 (00)*8 47 (00)*7 ff", FRANK_ERR_LENGTH},
        {"@5f 48 (00)*8 49 (00)*9 ff", FRANK_ERR_LENGTH},
        {"c0 @4f (00)*15", FRANK_ERR_LENGTH},
        {"@70 ('a')*16", FRANK_ERR_TYPE},
        {"@f6", FRANK_ERR_TYPE},
        {"@90 (00)*16", FRANK_ERR_TYPE},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct support_mimi elements = {.salt = cases[i].salt};
        size_t mark;
        struct frank_span content = support_mimi(&elements, &mark);

        assert_fault(content, cases[i].error, "salt", mark);
    }
}

static void refuses_a_message_without_sender_or_room(void **state)
{
    static const char sender[] = "sender URI (extension 1)";
    static const char room[] = "room URI (extension 2)";
    static const struct {
        const char *extensions;
        int error;
        const char *field;
    } cases[] = {
        {"@a0", FRANK_ERR_MISSING, sender},
        {"@a1 02 61'r'", FRANK_ERR_MISSING, sender},
        {"@a1 01 61's'", FRANK_ERR_MISSING, room},
        {"c0 @a1 01 61's'", FRANK_ERR_MISSING, room},
        {"@a2 00 61's' 02 61'r'", FRANK_ERR_MISSING, sender},
        {"@a2 20 61's' 02 61'r'", FRANK_ERR_MISSING, sender},
        {"@a2 6131 61's' 02 61'r'", FRANK_ERR_MISSING, sender},
        {"@a2 f90001 61's' 02 61'r'", FRANK_ERR_MISSING, sender},
        {"@bf 01 61's' ff", FRANK_ERR_MISSING, room},
        {"a2 01 @60 02 61'r'", FRANK_ERR_MISSING, sender},
        {"a2 01 61's' 02 @7f60ff", FRANK_ERR_MISSING, room},
        {"a2 01 @41's' 02 61'r'", FRANK_ERR_TYPE, sender},
        {"a2 01 61's' 02 @82 0000", FRANK_ERR_TYPE, room},
        {"a2 01 61's' 02 c0 @00", FRANK_ERR_TYPE, room},
        {"a3 01 @00 01 60 02 61'r'", FRANK_ERR_TYPE, sender},
        {"a2 01 @790401 ('a')*1025 02 61'r'", FRANK_ERR_LIMIT, sender},
        {"a2 01 61's' 02 @7f (61'a')*1025 ff", FRANK_ERR_LIMIT, room},
        {"@80", FRANK_ERR_TYPE, "extensions"},
        {"@f6", FRANK_ERR_TYPE, "extensions"},
        {"c0 @00", FRANK_ERR_TYPE, "extensions"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct support_mimi elements = {.extensions = cases[i].extensions};
        size_t mark;
        struct frank_span content = support_mimi(&elements, &mark);
        struct frank_span framed = support_framed("00", content);

        assert_fault(content, cases[i].error, cases[i].field, mark);
        assert_fault(framed, cases[i].error, cases[i].field,
                     mark + framed.len - content.len);
    }
}

static void refuses_an_array_that_is_no_message(void **state)
{
    static const struct {
        const char *content;
        int error;
        const char *field;
    } cases[] = {
        {"@86 50 (00)*16 f6 40 f6 f6 a0", FRANK_ERR_LENGTH, "message"},
        {"c0 @80", FRANK_ERR_LENGTH, "message"},
        {"c0 @a0", FRANK_ERR_TYPE, "message"},
        {"c0 @", FRANK_ERR_TRUNCATED, "message"},
        {"9f @ff", FRANK_ERR_TYPE, "salt"},
        {"9f 50 (00)*16 f6 40 f6 f6 a2" SUPPORT_NAMES "@ff", FRANK_ERR_CBOR,
         "nestedPart"},
        {"87 50 (00)*16 f6 40 f6 @1c", FRANK_ERR_CBOR, "inReplyTo"},
        {"87 50 (00)*16 f6 40 f6 f6 @", FRANK_ERR_TRUNCATED, "extensions"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        size_t mark;
        struct frank_span content = support_marked(cases[i].content, &mark);

        assert_fault(content, cases[i].error, cases[i].field, mark);
    }
}

/* ---- Limits ------------------------------------------------------------- */

static void a_content_has_at_most_a_mebibyte(void **state)
{
    (void)state;
    for (size_t len = 1048575; len <= 1048577; len++) {
        struct frank_content located;
        struct frank_fault fault = {0};
        struct support_mimi elements = {.part = "5a 00000000"};
        struct frank_span head = support_mimi(&elements, NULL);
        uint8_t *content = support_zeros(len);
        size_t body = len - head.len;

        memcpy(content, head.data, head.len);
        content[head.len - 3] = (uint8_t)(body >> 16);
        content[head.len - 2] = (uint8_t)(body >> 8);
        content[head.len - 1] = (uint8_t)body;
        assert_int_equal(frank_locate(&located, content, len, &fault),
                         len > 1048576 ? FRANK_ERR_LIMIT : FRANK_OK);
        if (len > 1048576) {
            assert_int_equal(fault.found, 1048577);
            assert_int_equal(fault.expected, FRANK_CONTENT_MAX_BYTES);
        } else {
            assert_int_equal(located.body.len, 5 + body);
        }
    }
}

static void a_uri_has_1_to_1024_bytes(void **state)
{
    static const struct {
        const char *uri;
        int error;
    } cases[] = {
        {"61'a'", FRANK_OK},
        {"7903ff ('a')*1023", FRANK_OK},
        {"790400 ('a')*1024", FRANK_OK},
        {"790401 ('a')*1025", FRANK_ERR_LIMIT},
        {"7f (61'a')*1024 ff", FRANK_OK},
        {"7f 7903ff ('a')*1023 62'aa' ff", FRANK_ERR_LIMIT},
    };

    (void)state;
    for (size_t i = 0; i < 2 * SUPPORT_COUNT(cases); i++) {
        bool sender = i % 2 == 0;
        char extensions[128];
        struct support_mimi elements = {.extensions = extensions};
        struct frank_content located;
        struct frank_span content;

        (void)snprintf(extensions, sizeof extensions,
                       sender ? "a2 01 %s 02 61'r'" : "a2 01 61's' 02 %s",
                       cases[i / 2].uri);
        content = support_mimi(&elements, NULL);
        assert_int_equal(
            frank_locate(&located, content.data, content.len, NULL),
            cases[i / 2].error);
    }
}

static void formats_have_names(void **state)
{
    (void)state;
    assert_string_equal(frank_format_name(FRANK_FORMAT_MIMI), "mimi");
    assert_string_equal(frank_format_name(FRANK_FORMAT_MIMI_FRAMED),
                        "mimi framed");
    assert_string_equal(frank_format_name(FRANK_FORMAT_PLAIN), "plain");
    assert_string_equal(frank_format_name(FRANK_FORMAT_PARTED), "parted");
    assert_string_equal(frank_format_name((enum frank_format)0), "unknown");
    assert_string_equal(frank_format_name((enum frank_format)5), "unknown");
}

static void only_mimi_messages_have_a_message_id(void **state)
{
    uint8_t id[FRANK_MESSAGE_ID_BYTES] = {0};
    struct frank_span plain = support_bytes("01 (00)*32 01's' 01'r' 00 00");
    struct frank_fault fault;

    (void)state;
    assert_int_equal(frank_message_id(id, plain.data, plain.len, &fault),
                     FRANK_ERR_FORMAT);
    assert_int_equal(fault.found, CONTENT_PLAIN);
    assert_int_equal(frank_message_id(id, plain.data, 5, NULL),
                     FRANK_ERR_TRUNCATED);
    assert_true(support_is_zero(id, sizeof id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mimi_messages_give_the_vectors_values),
        cmocka_unit_test(the_working_groups_messages_give_their_values),
        cmocka_unit_test(spans_point_to_what_they_name),
        cmocka_unit_test(a_framing_may_have_parameters_and_no_type),
        cmocka_unit_test(refuses_what_has_no_format_of_ours),
        cmocka_unit_test(refuses_a_framing_without_a_message),
        cmocka_unit_test(refuses_a_salt_of_another_length),
        cmocka_unit_test(refuses_a_message_without_sender_or_room),
        cmocka_unit_test(refuses_an_array_that_is_no_message),
        cmocka_unit_test(a_content_has_at_most_a_mebibyte),
        cmocka_unit_test(a_uri_has_1_to_1024_bytes),
        cmocka_unit_test(formats_have_names),
        cmocka_unit_test(only_mimi_messages_have_a_message_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
