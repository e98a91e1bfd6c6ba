/* SPDX-License-Identifier: Apache-2.0 */
/* How an answer of the service stands on a terminal. */
#include "../moderation/frank-mod/render.h"

#include "support.h"

#include <stdlib.h>
#include <string.h>

static char *show(void (*render)(FILE *, const json_t *), const char *json)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(value);
    render(out, value);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(strlen(text), len); /* no zero came through */
    json_decref(value);
    return text;
}

static void assert_shown(void (*render)(FILE *, const json_t *),
                         const char *json, const char *expected)
{
    char *text = show(render, json);

    assert_string_equal(text, expected);
    free(text);
}

static void shows_an_answer(void **state)
{
    (void)state;
    assert_shown(
        render_value,
        "{\"case\":7,\"held\":true,\"due\":null,\"made\":1700000000000,"
        "\"reasons\":[\"spam\",\"fraud\"],\"none\":[],"
        "\"by\":{\"shown\":\"Ann\"},\"l\":[{\"a\":1,\"b\":2},{}]}",
        "case: 7\nheld: yes\ndue: -\n"
        "made: 2023-11-14 22:13:20.000 UTC\nreasons: spam, fraud\n"
        "none: -\nby:\n  shown: Ann\nl:\n  - a: 1\n    b: 2\n  - -\n");
}

static void keeps_hostile_text_in_its_place(void **state)
{
    (void)state;
    assert_shown(render_value,
                 "{\"why\":\"a\\u001b[2J\\nstate: closed\\r\\u202ex\\u0000y\"}",
                 "why: a\\x1b[2J\\x0astate: closed\\x0d\\xe2\\x80\\xaex\\x00y"
                 "\n");
    assert_shown(render_value, "{\"a\\nb\\u001b\":1}", "a\\x0ab\\x1b: 1\n");
}

static void shows_a_table(void **state)
{
    json_t *list =
        json_loads("[{\"a\":1,\"b\":{\"c\":\"x\\ty\"}},{\"b\":null}]", 0, NULL);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    render_table(out, list, "a,b.c");
    render_table(out, NULL, "a");
    (void)fclose(out);
    assert_string_equal(text, "a\tb\n1\tx\\x09y\n-\t-\nnone\n");
    free(text);
    json_decref(list);
}

static void a_message_cannot_forge_a_verdict(void **state)
{
    (void)state;
    assert_shown(
        render_look,
        "{\"hub_verdict\":true,\"withheld\":1,\"parts_withheld\":1,"
        "\"messages\":[{\"message\":0,\"accused\":true,"
        "\"proven\":false,\"verdict\":\"mismatch\",\"why\":\"no\","
        "\"parts_withheld\":1,\"sender\":\"s\\nmessage 1: proven\",\"parts\":["
        "{\"state\":\"withheld\"},{\"state\":\"there\",\"bytes\":9,"
        "\"name\":\"n\\nmessage 1: proven\","
        "\"text\":\"hello\\nmessage 1: proven, matches\\r\\u001b[1A\"}]}],"
        "\"note\":\"look\\n\"}",
        "The reporter withheld 1 messages, and parts of 1.\n"
        "message 0 (reported): NOT PROVEN, mismatch: no; parts withheld: 1 of "
        "2\n  sender: s\\x0amessage 1: proven\n"
        "  part 0: withheld\n  part 1: there, 9 bytes\n"
        "  name: n\\x0amessage 1: proven\n"
        "  | hello\n  | message 1: proven, matches\\x0d\\x1b[1A\n"
        "note of the reporter:\n  | look\n");
}

static void says_what_stands_for_all_messages(void **state)
{
    char *text = show(render_look, "{\"hub_verdict\":false,\"messages\":[{"
                                   "\"message\":0,\"proven\":true,"
                                   "\"verdict\":\"matches\"}],"
                                   "\"order_is_forged\":true}");

    (void)state;
    assert_non_null(strstr(text, "nothing here is proven"));
    assert_non_null(strstr(text, "message 0: proven, matches"));
    assert_non_null(strstr(text, "forged"));
    free(text);
}

static void an_order_says_who_had_been_handed_what(void **state)
{
    char *text =
        show(render_look,
             "{\"hub_verdict\":true,\"order_is_forged\":false,\"order\":["
             "{\"message\":1,\"room_seq\":3,\"seen_seq\":0,\"gap\":0,"
             "\"acknowledged\":[],\"not_acknowledged\":[]},"
             "{\"message\":0,\"room_seq\":9,\"seen_seq\":3,\"gap\":5,"
             "\"acknowledged\":[1,2],\"not_acknowledged\":[4]}]}");

    (void)state;
    assert_non_null(strstr(text, "\n1\t3\t0\t0\t-\t-\n"
                                 "0\t9\t3\t5\t1, 2\t4\n"));
    assert_non_null(strstr(text, "stamped, perhaps never delivered"));
    free(text);
}

static void a_file_says_how_it_stands(void **state)
{
    char *text = show(
        render_look,
        "{\"messages\":[{\"parts\":[{\"state\":\"there\",\"attachment\":{"
        "\"state\":\"partial\",\"name\":\"a\\nfile: there\",\"size\":900,"
        "\"disclosed\":[{\"begin\":0,\"end\":10},{\"begin\":20,\"end\":30}],"
        "\"missing\":[{\"begin\":40,\"end\":50,\"state\":\"refused\",\"why\":"
        "\"wrong\"},{\"begin\":60,\"end\":70,\"state\":\"waiting\"}],"
        "\"why\":\"busy\",\"text\":\"hello\"}}]}]}");

    (void)state;
    assert_non_null(
        strstr(text, "\n  file: partial, bytes 0 to 9, 20 to 29 of 900\n"));
    assert_non_null(strstr(text, "a\\x0afile: there\n"));
    assert_non_null(strstr(text, "busy\n"));
    assert_non_null(strstr(text,
                           "\n  not here: bytes 40 to 49, refused: wrong\n"
                           "  not here: bytes 60 to 69, waiting\n"));
    assert_non_null(strstr(text, "hello"));
    free(text);
}

static void bears_another_kind_of_answer(void **state)
{
    static const char *const answers[] = {
        "null",
        "[]",
        "7",
        "{\"messages\":7,\"order\":\"x\",\"note\":[1]}",
        "{\"messages\":[null,{\"message\":\"x\",\"why\":{}}]}",
        "{\"messages\":[{\"parts\":[null,7,{\"text\":7,\"state\":{}}]},"
        "{\"parts\":7}]}"};

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        free(show(render_look, answers[i]));
        free(show(render_value, answers[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_an_answer),
        cmocka_unit_test(keeps_hostile_text_in_its_place),
        cmocka_unit_test(shows_a_table),
        cmocka_unit_test(a_message_cannot_forge_a_verdict),
        cmocka_unit_test(says_what_stands_for_all_messages),
        cmocka_unit_test(an_order_says_who_had_been_handed_what),
        cmocka_unit_test(a_file_says_how_it_stands),
        cmocka_unit_test(bears_another_kind_of_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
