/* SPDX-License-Identifier: Apache-2.0 */
/* An address of evidence is for whom, what and how long it was made. */
#include "support.h"
#include "ticket.h"

#include <stdio.h>
#include <string.h>

static const uint8_t key[TICKET_KEY_BYTES] = {1};
static const uint8_t session[TOKEN_HASH_BYTES] = {2};
static const struct ticket made = {session, 7, 3, 1000};

static bool reads(const char *text, const uint8_t *who, uint64_t report,
                  uint64_t now)
{
    struct ticket found = {.session = who, .report = report};
    bool is_good = ticket_read(&found, key, text, now);

    if (is_good) {
        assert_int_equal(found.second_look, made.second_look);
        assert_int_equal(found.until, made.until);
    }
    return is_good;
}

static void a_ticket_ends(void **state)
{
    char text[TICKET_BYTES];

    (void)state;
    ticket_make(text, key, &made);
    assert_true(reads(text, session, 7, 0));
    assert_true(reads(text, session, 7, 999));
    assert_false(reads(text, session, 7, 1000));
    assert_false(reads(text, session, 7, UINT64_MAX));
}

static void a_ticket_is_for_one_session_and_report(void **state)
{
    static const uint8_t other[TOKEN_HASH_BYTES] = {3};
    static const uint8_t other_key[TICKET_KEY_BYTES] = {2};
    struct ticket found = {.session = session, .report = 7};
    char text[TICKET_BYTES];

    (void)state;
    ticket_make(text, key, &made);
    assert_false(reads(text, other, 7, 0));
    assert_false(reads(text, session, 8, 0));
    assert_false(ticket_read(&found, other_key, text, 0));
}

static void no_byte_of_a_ticket_may_be_another(void **state)
{
    char text[TICKET_BYTES];
    size_t len;

    (void)state;
    ticket_make(text, key, &made);
    len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        char kept = text[i];

        text[i] = (char)(kept == '1' ? '2' : '1');
        assert_false(reads(text, session, 7, 0));
        text[i] = '\0';
        assert_false(reads(text, session, 7, 0));
        text[i] = kept;
    }
    assert_false(reads(NULL, session, 7, 0));
    assert_false(reads("", session, 7, 0));
    assert_false(reads("1000.x.", session, 7, 0));
}

static void the_longest_fits(void **state)
{
    const struct ticket longest = {session, 7, UINT64_MAX, UINT64_MAX};
    struct ticket found = {.session = session, .report = 7};
    char text[TICKET_BYTES];

    (void)state;
    ticket_make(text, key, &longest);
    assert_int_equal(strlen(text), TICKET_BYTES - 1);
    assert_true(ticket_read(&found, key, text, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_ends),
        cmocka_unit_test(a_ticket_is_for_one_session_and_report),
        cmocka_unit_test(no_byte_of_a_ticket_may_be_another),
        cmocka_unit_test(the_longest_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
