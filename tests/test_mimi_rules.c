/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule of draft-ietf-mimi-content-08: messages that break it and no
 * other, with the place, and messages at its edge that break none. */
#include "content.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

#define NO_RULE FRANK_RULE_COUNT

/* One extension more, of key 3. */
#define EXTRA(value) .extensions = "a3" SUPPORT_NAMES "03" value
/* One of the key that is given. */
#define KEYED(key) .extensions = "a3" SUPPORT_NAMES key " 00"

#define NULL_PART "83016000"
#define SINGLE(fields) .part = "85 01 60 01" fields
#define EXTERNAL(fields) .part = "8f 06 60 02" fields
/* A multipart of what is given and one part more. */
#define MULTI(part) "85 01 60 03 00 82" part NULL_PART

static const struct {
    enum frank_rule rule;
    struct support_mimi elements; /* @: where the rule is broken */
} cases[] = {
    {NO_RULE, {0}},

    {FRANK_RULE_SHORTEST, {.array = "@9807"}},
    {FRANK_RULE_SHORTEST, {.array = "@9b0000000000000007"}},
    {FRANK_RULE_SHORTEST, {.salt = "@5810 (00)*16"}},
    {FRANK_RULE_SHORTEST, {.salt = "@5a00000010 (00)*16"}},
    {FRANK_RULE_SHORTEST, {.topic = "@590018 (00)*24"}},
    {FRANK_RULE_SHORTEST, {.extensions = "@b802" SUPPORT_NAMES}},
    {FRANK_RULE_SHORTEST, {EXTRA("@1817")}},
    {FRANK_RULE_SHORTEST, {EXTRA("@1900ff")}},
    {FRANK_RULE_SHORTEST, {EXTRA("@1a0000ffff")}},
    {FRANK_RULE_SHORTEST, {EXTRA("@1b00000000ffffffff")}},
    {FRANK_RULE_SHORTEST, {EXTRA("@3817")}},
    {FRANK_RULE_SHORTEST, {EXTRA("@d805 00")}},
    {FRANK_RULE_SHORTEST, {EXTRA("82 @1800 1800")}},
    {NO_RULE, {EXTRA("85 1818 190100 1a00010000 1b0000000100000000 3818")}},

    {FRANK_RULE_DEFINITE, {.array = "@9f", .after = "ff"}},
    {FRANK_RULE_DEFINITE, {.topic = "@5f 41 00 ff"}},
    {FRANK_RULE_DEFINITE, {.salt = "@5f 48 (00)*8 48 (00)*8 ff"}},
    {FRANK_RULE_DEFINITE, {.expires = "@9f f5 00 ff"}},
    {FRANK_RULE_DEFINITE, {.replaces = "@5f 41 01 581f (00)*31 ff"}},
    {FRANK_RULE_DEFINITE, {.extensions = "@bf" SUPPORT_NAMES "ff"}},
    {FRANK_RULE_DEFINITE,
     {.extensions = "a2 01 @7f 66'a:user' ff 02 66'r:room'"}},
    {FRANK_RULE_DEFINITE, {.part = "@9f 01 60 00 ff"}},
    {FRANK_RULE_DEFINITE, {.part = "83 01 @7f 62'en' ff 00"}},
    {FRANK_RULE_DEFINITE,
     {.part = "85 01 60 03 00 @9f " NULL_PART NULL_PART "ff"}},
    {FRANK_RULE_DEFINITE, {EXTRA("@9f ff")}},
    {FRANK_RULE_DEFINITE, {KEYED("@7f ff")}},

    /* 0, -0, infinity, 1, the least and the largest half, a number between */
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fa00000000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fa80000000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@faff800000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fa3f800000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fa33800000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fa477fe000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fa387fc000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fb0000000000000000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fbfff0000000000000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fbbff0000000000000")}},
    /* the least, a middling and the largest single */
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fb36a0000000000000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fb3ff3c0ca20000000")}},
    {FRANK_RULE_FLOAT_SHORTEST, {EXTRA("@fb47efffffe0000000")}},
    /* one step off these, nothing shorter will do */
    {NO_RULE, {EXTRA("86 f90000 f98000 f97c00 f90001 f97bff f903ff")}},
    {NO_RULE, {EXTRA("83 fa33000000 fa33800001 fa33c00000")}},
    {NO_RULE, {EXTRA("84 fa47800000 fa477ff000 fa387fe000 fa00000001")}},
    {NO_RULE, {EXTRA("82 fa3f801000 fa7f7fffff")}},
    {NO_RULE, {EXTRA("82 fb3690000000000000 fb36a8000000000000")}},
    {NO_RULE, {EXTRA("82 fb47f0000000000000 fb47efffffe0000001")}},
    {NO_RULE, {EXTRA("82 fb0000000000000001 fb3ff199999999999a")}},

    {FRANK_RULE_NAN, {EXTRA("@f97e01")}},
    {FRANK_RULE_NAN, {EXTRA("@f9fe00")}},
    {FRANK_RULE_NAN, {EXTRA("@f97c01")}},
    {FRANK_RULE_NAN, {EXTRA("@fa7fc00000")}},
    {FRANK_RULE_NAN, {EXTRA("@fb7ff8000000000000")}},
    {FRANK_RULE_NAN, {EXTRA("d84f @fa7fc00000")}},
    {FRANK_RULE_NAN, {EXTRA("d858 @fa7fc00000")}},
    {NO_RULE, {EXTRA("83 f97e00 d850 fa7fc00000 d857 fb7ff8000000000000")}},

    {FRANK_RULE_BIGNUM, {EXTRA("c2 @48 (ff)*8")}},
    {FRANK_RULE_BIGNUM, {EXTRA("c3 @48 (ff)*8")}},
    {FRANK_RULE_BIGNUM, {EXTRA("c2 @40")}},
    {FRANK_RULE_BIGNUM, {EXTRA("c2 @4a 00 01 (00)*8")}},
    {NO_RULE, {EXTRA("84 c249 01 (00)*8 c349 01 (00)*8 c4 41 00 c2 61 00")}},

    {FRANK_RULE_UTF8, {EXTRA("@61 ff")}},
    {FRANK_RULE_UTF8, {KEYED("@61 80")}},
    {FRANK_RULE_UTF8, {SINGLE("@62 c328 40")}},
    {FRANK_RULE_UTF8, {.extensions = "a2 01 @61 ff 02 61'r'"}},
    {NO_RULE, {SINGLE("60 41 ff")}},

    {FRANK_RULE_KEY_ORDER, {.extensions = "a2 02 66'r:room' @01 66'a:user'"}},
    {FRANK_RULE_KEY_ORDER, {.extensions = "a4" SUPPORT_NAMES "0400 @0300"}},
    {FRANK_RULE_KEY_ORDER,
     {.extensions = "a4" SUPPORT_NAMES "61'b'00 @61'a'00"}},
    {FRANK_RULE_KEY_ORDER, {EXTRA("a2 61'b' 00 @41'z' 00")}},
    /* shorter keys first is the order of RFC 7049, not of RFC 8949 */
    {FRANK_RULE_KEY_ORDER, {.extensions = "a4" SUPPORT_NAMES "2000 @181800"}},
    {NO_RULE, {.extensions = "a5" SUPPORT_NAMES "181800 2000 61'b'00"}},
    {NO_RULE, {EXTRA("a3 0100 0200 62'aa' 00")}},

    {FRANK_RULE_KEY_TWICE, {.extensions = "a4" SUPPORT_NAMES "0300 @0300"}},
    {FRANK_RULE_KEY_TWICE, {EXTRA("a2 61'x' 00 @61'x' 00")}},
    {FRANK_RULE_KEY_TWICE,
     {.extensions = "@a3 01 66'a:user' 01 66'b:user' 02 66'r:room'"}},
    {FRANK_RULE_KEY_TWICE,
     {.extensions = "@a3 01 66'a:user' 02 66'r:room' 02 66'q:room'"}},

    {FRANK_RULE_KEY_TYPE, {KEYED("@41 00")}},
    {FRANK_RULE_KEY_TYPE, {KEYED("@f5")}},
    {FRANK_RULE_KEY_TYPE, {KEYED("@80")}},
    {FRANK_RULE_KEY_TYPE, {KEYED("@c1 05")}},
    {FRANK_RULE_KEY_TYPE, {EXTRA("a1 @f90000 00")}},
    {FRANK_RULE_KEY_TYPE, {EXTRA("a1 @a0 00")}},
    {NO_RULE, {EXTRA("a1 41 00 00")}},

    {FRANK_RULE_KEY_RANGE, {KEYED("@1b0020000000000000")}},
    {FRANK_RULE_KEY_RANGE, {KEYED("@3b001fffffffffffff")}},
    {FRANK_RULE_KEY_RANGE, {EXTRA("a1 @1bffffffffffffffff 00")}},
    {NO_RULE, {KEYED("1b001fffffffffffff")}},
    {NO_RULE, {KEYED("3b001ffffffffffffe")}},

    {FRANK_RULE_KEY_LENGTH, {KEYED("@60")}},
    {FRANK_RULE_KEY_LENGTH, {KEYED("@790100 ('k')*256")}},
    {NO_RULE, {KEYED("61'k'")}},
    {NO_RULE, {KEYED("78ff ('k')*255")}},
    {NO_RULE, {EXTRA("a1 60 00")}},

    {FRANK_RULE_KEY_RESERVED, {.extensions = "a3 @00 00" SUPPORT_NAMES}},
    {NO_RULE, {EXTRA("a1 00 00")}},

    {FRANK_RULE_EXTENSION_DEPTH, {EXTRA("81 81 81 @80")}},
    {FRANK_RULE_EXTENSION_DEPTH, {EXTRA("c1 c1 c1 @c1 00")}},
    {FRANK_RULE_EXTENSION_DEPTH, {EXTRA("a100 a100 a100 @a0")}},
    {FRANK_RULE_EXTENSION_DEPTH, {EXTRA("82 00 81 81 @(81)*9999 00")}},
    /* the draft's example */
    {NO_RULE,
     {.extensions = "a3" SUPPORT_NAMES "190100 82 82 421234 d820"
                    "72'http://example.com' 82 423456 19168b"}},
    {NO_RULE, {EXTRA("82 81 81 00 a100 c1 f6")}},

    {FRANK_RULE_PART_DEPTH,
     {.part = MULTI(MULTI(MULTI(MULTI("@" NULL_PART))))}},
    {FRANK_RULE_PART_DEPTH,
     {.part = MULTI(MULTI(MULTI(MULTI("@" MULTI(NULL_PART)))))}},
    {NO_RULE, {.part = MULTI(MULTI(MULTI(NULL_PART)))}},

    {FRANK_RULE_PART_COUNT,
     {.part = "85 01 60 03 00 990400 (83016000)*1023 @" NULL_PART}},
    {NO_RULE, {.part = "85 01 60 03 00 9903ff (83016000)*1023"}},

    {FRANK_RULE_ARRAY, {.array = "@88", .after = "00"}},
    {FRANK_RULE_ARRAY, {.expires = "@83 f5 00 00"}},
    {FRANK_RULE_ARRAY, {.expires = "@81 f5"}},
    {FRANK_RULE_ARRAY, {.expires = "@80"}},
    {FRANK_RULE_ARRAY, {.part = "@80"}},
    {FRANK_RULE_ARRAY, {.part = "@81 01"}},
    {FRANK_RULE_ARRAY, {.part = "@82 01 60"}},
    {FRANK_RULE_ARRAY, {.part = "@84 01 60 00 00"}},
    {FRANK_RULE_ARRAY, {.part = "@84 01 60 01 60"}},
    {FRANK_RULE_ARRAY, {.part = "@86 01 60 01 60 40 00"}},
    {FRANK_RULE_ARRAY,
     {.part = "@8e 06 60 02 60 60 00 00 00 40 40 40 01 40 60"}},
    {FRANK_RULE_ARRAY, {.part = "@83 01 60 03"}},
    {FRANK_RULE_ARRAY, {.part = "@84 01 60 03 00"}},
    {FRANK_RULE_ARRAY, {.part = "@00"}},
    {FRANK_RULE_ARRAY, {.part = MULTI("@f6")}},

    {FRANK_RULE_TAGGED, {.array = "d9d9f7 @87"}},
    {FRANK_RULE_TAGGED, {.salt = "d825 @50 (00)*16"}},
    {FRANK_RULE_TAGGED, {.topic = "c1 @40"}},
    {FRANK_RULE_TAGGED, {.replaces = "c1 @f6"}},
    {FRANK_RULE_TAGGED, {.expires = "82 c1 @f5 00"}},
    {FRANK_RULE_TAGGED, {.extensions = "c1 @a2" SUPPORT_NAMES}},
    {FRANK_RULE_TAGGED, {.part = "c1 c2 @" NULL_PART}},
    {FRANK_RULE_TAGGED, {.part = "83 01 d820 @60 00"}},

    {FRANK_RULE_MESSAGE_ID, {.replaces = "@581f 01 (00)*30"}},
    {FRANK_RULE_MESSAGE_ID, {.replaces = "@5821 01 (00)*32"}},
    {FRANK_RULE_MESSAGE_ID, {.replaces = "@40"}},
    {FRANK_RULE_MESSAGE_ID, {.replaces = "@7820 01 (00)*31"}},
    {FRANK_RULE_MESSAGE_ID, {.in_reply_to = "@00"}},
    {FRANK_RULE_MESSAGE_ID, {.in_reply_to = "@f5"}},
    {FRANK_RULE_MESSAGE_ID, {.in_reply_to = "@f7"}},
    {FRANK_RULE_MESSAGE_ID, {.in_reply_to = "@f90016"}},
    {FRANK_RULE_MESSAGE_ID, {.in_reply_to = "@81 5820 01 (00)*31"}},
    {FRANK_RULE_MESSAGE_ID_HASH, {.replaces = "@5820 (00)*32"}},
    {FRANK_RULE_MESSAGE_ID_HASH, {.in_reply_to = "@5820 02 01 (00)*30"}},
    {NO_RULE,
     {.replaces = "5820 01 (00)*31", .in_reply_to = "5820 01 (ff)*31"}},

    {FRANK_RULE_TOPIC, {.topic = "@60"}},
    {FRANK_RULE_TOPIC, {.topic = "@f6"}},
    {FRANK_RULE_TOPIC, {.topic = "@82 00 00"}},
    {FRANK_RULE_TOPIC, {.topic = "@591001 (00)*4097"}},
    {NO_RULE, {.topic = "591000 (00)*4096"}},

    {FRANK_RULE_EXPIRES, {.expires = "@00"}},
    {FRANK_RULE_EXPIRES, {.expires = "@a1 f5 00"}},
    {FRANK_RULE_EXPIRES, {.expires = "@f4"}},
    {FRANK_RULE_EXPIRES, {.expires = "82 @f6 00"}},
    {FRANK_RULE_EXPIRES, {.expires = "82 @14 00"}},
    {FRANK_RULE_EXPIRES, {.expires = "82 @81 f5 00"}},
    {FRANK_RULE_EXPIRES, {.expires = "82 f5 @1b0000000100000000"}},
    {FRANK_RULE_EXPIRES, {.expires = "82 f5 @20"}},
    {FRANK_RULE_EXPIRES, {.expires = "82 f5 @f5"}},
    {NO_RULE, {.expires = "82 f4 1affffffff"}},
    {NO_RULE, {.expires = "82 f5 00"}},

    {FRANK_RULE_DISPOSITION, {.part = "83 @190100 60 00"}},
    {FRANK_RULE_DISPOSITION, {.part = "83 @20 60 00"}},
    {FRANK_RULE_DISPOSITION, {.part = "83 @61'1' 60 00"}},
    {NO_RULE, {.part = "83 18ff 60 00"}},

    {FRANK_RULE_LANGUAGE, {.part = "83 01 @40 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @00 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @62'e_' 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @63'en,' 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @64'en, ' 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @63' en' 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @65'en de' 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @66'en,,de' 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @62'a-' 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @61'-' 00"}},
    {FRANK_RULE_LANGUAGE, {.part = "83 01 @69'abcdefghi' 00"}},
    {NO_RULE, {.part = "83 01 68'abcdefgh' 00"}},
    {NO_RULE, {.part = "83 01 76'zh-Hans-CN, de,en-x-09' 00"}},

    {FRANK_RULE_CARDINALITY, {.part = "83 01 60 @04"}},
    {FRANK_RULE_CARDINALITY, {.part = "85 01 60 @04 00 80"}},
    {FRANK_RULE_CARDINALITY, {.part = "83 01 60 @20"}},
    {FRANK_RULE_CARDINALITY, {.part = "83 01 60 @60"}},

    {FRANK_RULE_CONTENT_TYPE, {SINGLE("@40 40")}},
    {FRANK_RULE_CONTENT_TYPE, {SINGLE("@f6 40")}},
    {FRANK_RULE_CONTENT_TYPE, {EXTERNAL("@40 60 00 00 00 404040 01 40 60 60")}},
    {FRANK_RULE_PART_BODY, {SINGLE("60 @62'hi'")}},
    {FRANK_RULE_PART_BODY, {SINGLE("60 @f6")}},
    {FRANK_RULE_SEMANTICS, {.part = "85 01 60 03 @03 82" NULL_PART NULL_PART}},
    {FRANK_RULE_SEMANTICS, {.part = "85 01 60 03 @20 82" NULL_PART NULL_PART}},
    {NO_RULE, {.part = "85 01 60 03 02 82" NULL_PART NULL_PART}},
    {FRANK_RULE_MULTIPART, {.part = "85 01 60 03 00 @81" NULL_PART}},
    {FRANK_RULE_MULTIPART, {.part = "85 01 60 03 00 @80"}},
    {FRANK_RULE_MULTIPART, {.part = "85 01 60 03 00 @a0"}},
    {FRANK_RULE_MULTIPART, {.part = "85 01 60 03 00 @00"}},

    /* url, expires, size, encAlg, key, nonce, aad, hashAlg, contentHash,
     * description, filename */
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 @40 00 00 00 404040 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 @f6 00 00 404040 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL,
     {EXTERNAL("60 60 @1b0000000100000000 00 00 404040 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 @20 00 404040 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL,
     {EXTERNAL("60 60 00 00 @1a00010000 404040 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 01 @60 4040 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 01 40 @60 40 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 01 4040 @60 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 00 @4100 4040 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 00 40 @4100 40 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 00 4040 @4100 01 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 00 404040 @190100 40 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 00 404040 01 @60 60 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 00 404040 01 40 @40 60")}},
    {FRANK_RULE_EXTERNAL, {EXTERNAL("60 60 00 00 00 404040 01 40 60 @40")}},
    {NO_RULE,
     {EXTERNAL("61'a' 61'b' 1affffffff 1bffffffffffffffff 19ffff"
               "4101 4102 4103 18ff 4104 61'c' 61'd'")}},

    {FRANK_RULE_URI, {.extensions = "a2 01 @c1 61's' 02 61'r'"}},
    {FRANK_RULE_URI, {.extensions = "a2 01 61's' 02 @d820 61'r'"}},
};

static void fail_case(size_t i, uint64_t broken, size_t offset)
{
    fail_msg("case %zu: broken 0x%llx, expected rule %d; at %zu", i,
             (unsigned long long)broken, (int)cases[i].rule, offset);
}

static void check_case(size_t i, struct frank_span content, size_t mark)
{
    enum frank_rule rule = cases[i].rule;
    uint64_t expected = rule == NO_RULE ? 0 : (uint64_t)1 << rule;
    struct frank_findings findings;

    memset(&findings, 0xaa, sizeof findings);
    assert_int_equal(frank_validate(&findings, content.data, content.len, NULL),
                     FRANK_OK);
    if (findings.broken != expected ||
        (expected != 0 && findings.offset[rule] != mark)) {
        fail_case(i, findings.broken,
                  rule == NO_RULE ? 0 : findings.offset[rule]);
    }
}

static void each_case_breaks_its_rule_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        size_t mark;
        struct frank_span message = support_mimi(&cases[i].elements, &mark);
        struct frank_span framed =
            support_framed("18'application/mimi-content'", message);

        check_case(i, message, mark);
        check_case(i, framed, mark + framed.len - message.len);
    }
}

static void every_rule_of_a_message_has_a_case(void **state)
{
    (void)state;
    for (int rule = 0; rule < FRANK_RULE_COUNT; rule++) {
        bool found = rule == FRANK_RULE_FRAMED_TYPE || /* test_rules.c */
                     rule == FRANK_RULE_MEDIA_TYPE ||
                     rule == FRANK_RULE_PART_NAME;

        for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
            found |= (int)cases[i].rule == rule;
        }
        assert_true(found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_breaks_its_rule_and_no_other),
        cmocka_unit_test(every_rule_of_a_message_has_a_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
