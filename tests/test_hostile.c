/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that are well-formed CBOR but not what a decent client sends. An
 * abuser's friend may show them all the same, so each must be located and its
 * opening must check: breaking a rule must not keep a message from being
 * reported.
 */
#include "content.h"
#include "support.h"

#include <string.h>

#define SALT "(5a)*16"

/* The opening of a message with the salt of support_mimi(), against the names
 * of a context. The tag is another implementation's. */
static int check_opening(struct frank_span content, const char *sender,
                         const char *room)
{
    struct frank_context context = {support_text(sender), support_text(room),
                                    1};
    uint8_t tag[FRANK_TAG_BYTES];

    support_hmac(tag, support_bytes(SALT), content);
    return frank_opening_check(NULL, content.data, content.len, tag, &context,
                               NULL);
}

static void assert_proven(struct frank_span content)
{
    struct frank_content located;
    struct frank_findings findings;
    uint8_t tag[FRANK_TAG_BYTES];
    uint8_t expected[FRANK_TAG_BYTES];

    assert_int_equal(frank_locate(&located, content.data, content.len, NULL),
                     FRANK_OK);
    support_assert_span((struct frank_span){located.salt, located.salt_len},
                        support_bytes(SALT));
    support_hmac(expected, support_bytes(SALT), content);
    assert_int_equal(frank_tag(tag, content.data, content.len, NULL), FRANK_OK);
    assert_memory_equal(tag, expected, sizeof tag);
    assert_int_equal(check_opening(content, SUPPORT_SENDER, SUPPORT_ROOM),
                     FRANK_OK);
    assert_int_equal(check_opening(content, "a:usex", SUPPORT_ROOM),
                     FRANK_ERR_SENDER);
    assert_int_equal(check_opening(content, SUPPORT_SENDER, "r:roo"),
                     FRANK_ERR_ROOM);
    assert_int_equal(frank_validate(&findings, content.data, content.len, NULL),
                     FRANK_OK);
}

static const struct support_mimi hostile[] = {
    /* indefinite lengths */
    {.array = "9f", .after = "ff"},
    {.array = "9f", .after = "00 01 ff"},
    {.salt = "5f 50 " SALT " ff"},
    {.salt = "5f 40 48 (5a)*8 40 47 (5a)*7 41 5a 40 ff"},
    {.extensions = "bf" SUPPORT_NAMES "ff"},
    {.extensions = "a2 01 7f 62'a:' 60 64'user' ff 02 66'r:room'"},
    {.extensions = "a2 01 66'a:user' 02 7f 61'r' 65':room' ff"},
    {.extensions = "bf 01 7f 66'a:user' ff 02 7f 66'r:room' ff ff"},
    {.part = "9f 01 60 01 6a'text/plain' 42'hi' ff"},
    /* order, repetition, unknown keys of every type */
    {.extensions = "a2 02 66'r:room' 01 66'a:user'"},
    {.extensions = "a4 03 00 02 66'r:room' 03 00 01 66'a:user'"},
    {.extensions = "a9 80 00 a0 00 41'x' 00 61'x' 00 20 00 f6 00 f90000 "
                   "00" SUPPORT_NAMES},
    {.extensions = "a4 9f01ff 00 5f4101ff 00" SUPPORT_NAMES},
    {.extensions = "a3 00 66'b:user'" SUPPORT_NAMES},
    /* something else under a key that matters, beside what can be taken */
    {.extensions = "a3 01 00" SUPPORT_NAMES},
    {.extensions = "a4 01 60 02 82 01 02" SUPPORT_NAMES},
    {.extensions = "a4" SUPPORT_NAMES "01 41'x' 02 790401 ('r')*1025"},
    {.extensions = "a3 21 66'b:user'" SUPPORT_NAMES},
    {.extensions = "a3" SUPPORT_NAMES "f90001 66'b:user'"},
    /* heads that are longer than they must be */
    {.array = "9807"},
    {.array = "990007"},
    {.array = "9a00000007"},
    {.array = "9b0000000000000007"},
    {.salt = "58 10" SALT},
    {.salt = "5b 0000000000000010" SALT},
    {.topic = "5a 00000000"},
    {.extensions = "b802" SUPPORT_NAMES},
    {.extensions = "a2 1801 7806'a:user' 1b0000000000000002 790006'r:room'"},
    /* tags */
    {.array = "d9d9f7 87"},
    {.array = "d9d9f7 c0 d81c (c6)*1000 87"},
    {.array = "d9d9f7 9f", .after = "ff"},
    {.salt = "d825 50" SALT},
    {.extensions = "c6 a2 c1 01 c6 c7 66'a:user' d82002 66'r:room'"},
    {.part = "(c1)*1000 00"},
    {.replaces = "c1 f6", .topic = "c1 40", .expires = "c1 f6"},
    /* elements of any type, and more of them */
    {.array = "88", .after = "f6"},
    {.array = "98ff", .after = "(00)*248"},
    {.replaces = "f5", .topic = "f6", .expires = "a0", .in_reply_to = "80"},
    {.replaces = "9f01ff", .topic = "bf0101ff", .expires = "7fff"},
    {.part = "f6"},
    {.part = "60"},
    /* values that some decoders refuse */
    {.extensions = "a5 03 e0 04 f3 05 f8ff" SUPPORT_NAMES},
    {.topic = "e0", .part = "f820"},
    {.extensions = "a3 03 62 c328" SUPPORT_NAMES},
    {.part = "85 01 61ff 01 62 c080 41ff"},
    {.extensions =
         "a4 c249ffffffffffffffffff 00 fb7ff8000000000001 00" SUPPORT_NAMES},
    /* depth */
    {.extensions = "a3 03 (81)*100000 00" SUPPORT_NAMES},
    {.extensions = "a3 (c6)*100000 03 00" SUPPORT_NAMES},
    {.extensions = "a3 03 (a100)*100000 00" SUPPORT_NAMES},
    {.extensions = "a3 03 (9f)*2048 (ff)*2048" SUPPORT_NAMES},
    {.part = "(85 01 60 03 00 81)*1000 00"},
};

static void hostile_messages_are_located_and_proven(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(hostile); i++) {
        struct frank_span message = support_mimi(&hostile[i], NULL);

        assert_proven(message);
        assert_proven(support_framed("00", message));
        assert_proven(support_framed("0a'text/plain'", message));
    }
}

static void refuses_more_open_items_than_can_be_read(void **state)
{
    static const struct support_mimi elements = {
        .extensions = "a3 03 (9f)*2048 @9f (ff)*2049" SUPPORT_NAMES};
    size_t mark;
    struct frank_span message = support_mimi(&elements, &mark);
    struct frank_content located;
    struct frank_fault fault;

    (void)state;
    assert_int_equal(frank_locate(&located, message.data, message.len, &fault),
                     FRANK_ERR_DEPTH);
    assert_int_equal(fault.offset, mark);
}

/* ---- Readings ----------------------------------------------------------- */

/* Of names that stand more than once, decoders take the first or the last. */
static const struct {
    const char *extensions;
    unsigned readings;
    const char *senders[3]; /* first, last, and one that no one takes */
    const char *rooms[3];
} twice[] = {
    {"a3 01 61's' 01 61't' 02 61'r'", 2, {"s", "t", "x"}, {"r", "r", "x"}},
    {"a3 01 61's' 02 61'r' 1801 61't'", 2, {"s", "t", "x"}, {"r", "r", "x"}},
    {"a4 01 61's' 01 61'm' 01 61't' 02 61'r'",
     2,
     {"s", "t", "m"},
     {"r", "r", "x"}},
    {"a3 01 61's' 02 61'q' 02 61'r'", 4, {"s", "s", "x"}, {"q", "r", "x"}},
    {"a4 01 61's' 02 61'q' 02 61'r' 01 61't'",
     4,
     {"s", "t", "x"},
     {"q", "r", "x"}},
    {"a6 02 61'q' 02 61'm' 01 61's' 01 61'm' 01 61't' 02 61'r'",
     4,
     {"s", "t", "m"},
     {"q", "r", "m"}},
    {"bf 01 7f 61's' ff 01 c1 61't' 02 61'r' ff",
     2,
     {"s", "t", "x"},
     {"r", "r", "x"}},
    {"a5 01 00 01 61's' 01 60 01 61't' 02 61'r'",
     2,
     {"s", "t", ""},
     {"r", "r", "x"}},
    {"a4 01 61's' 01 00 02 61'r' 02 60", 1, {"s", "s", "x"}, {"r", "r", "x"}},
};

static void first_and_last_of_repeated_names_are_proven(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(twice); i++) {
        struct support_mimi elements = {.extensions = twice[i].extensions};
        struct frank_span content = support_mimi(&elements, NULL);
        struct frank_content located;

        assert_int_equal(
            frank_locate(&located, content.data, content.len, NULL), FRANK_OK);
        assert_int_equal(located.readings, twice[i].readings);
        for (unsigned pair = 0; pair < 9; pair++) {
            unsigned s = pair / 3;
            unsigned r = pair % 3;
            int error = s == 2   ? FRANK_ERR_SENDER
                        : r == 2 ? FRANK_ERR_ROOM
                                 : FRANK_OK;

            assert_int_equal(
                check_opening(content, twice[i].senders[s], twice[i].rooms[r]),
                error);
        }
    }
}

static void each_reading_can_be_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(twice); i++) {
        struct support_mimi elements = {.extensions = twice[i].extensions};
        struct frank_span content = support_mimi(&elements, NULL);

        for (unsigned reading = 0; reading < 6; reading++) {
            struct frank_content located;
            struct frank_fault fault = {0};
            int error = frank_locate_reading(&located, content.data,
                                             content.len, reading, &fault);

            if (reading >= twice[i].readings) {
                assert_int_equal(error, FRANK_ERR_ARGUMENT);
                assert_int_equal(fault.found, reading);
                assert_true(support_is_zero(&located, sizeof located));
                continue;
            }
            assert_int_equal(error, FRANK_OK);
            assert_int_equal(located.sender.len, 1);
            assert_int_equal(located.sender.bytes[0],
                             twice[i].senders[reading & 1][0]);
            assert_int_equal(located.room.len, 1);
            assert_int_equal(located.room.bytes[0],
                             twice[i].rooms[reading >> 1][0]);
        }
    }
}

static void an_opening_gives_the_reading_that_was_stamped(void **state)
{
    struct support_mimi elements = {.extensions = twice[0].extensions};
    struct frank_span content = support_mimi(&elements, NULL);
    struct frank_context context = {support_text("t"), support_text("r"), 1};
    struct frank_content located;
    uint8_t tag[FRANK_TAG_BYTES];

    (void)state;
    support_hmac(tag, support_bytes(SALT), content);
    assert_int_equal(frank_opening_check(&located, content.data, content.len,
                                         tag, &context, NULL),
                     FRANK_OK);
    assert_int_equal(located.sender.bytes[0], 't');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_messages_are_located_and_proven),
        cmocka_unit_test(refuses_more_open_items_than_can_be_read),
        cmocka_unit_test(first_and_last_of_repeated_names_are_proven),
        cmocka_unit_test(each_reading_can_be_asked_for),
        cmocka_unit_test(an_opening_gives_the_reading_that_was_stamped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
