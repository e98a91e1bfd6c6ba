/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a case's states by itself. */
#include "states.h"
#include "support.h"

static void every_state_and_action_has_its_name(void **state)
{
    (void)state;
    for (unsigned s = 0; s < CASE_STATES; s++) {
        enum case_state found;

        assert_true(case_state_named(&found, case_state_text(s)));
        assert_int_equal(found, s);
    }
    for (unsigned a = 0; a < CASE_ACTIONS; a++) {
        assert_non_null(case_action_text(a));
    }
    assert_false(case_state_named(&(enum case_state){0}, "gone"));
}

static bool leads(enum case_state from, enum case_action action,
                  enum case_state to)
{
    enum case_state next;

    return case_next(&next, from, action) && next == to;
}

static void nothing_leads_out_of_purged(void **state)
{
    enum case_state next;

    (void)state;
    for (unsigned a = 0; a < CASE_ACTIONS; a++) {
        assert_false(case_next(&next, CASE_PURGED, a));
    }
}

static void only_what_is_closed_is_purged(void **state)
{
    enum case_state next;

    (void)state;
    for (unsigned s = 0; s < CASE_STATES; s++) {
        assert_int_equal(case_next(&next, s, CASE_PURGE), s == CASE_CLOSED);
    }
}

static void only_an_open_case_is_decided(void **state)
{
    enum case_state next;

    (void)state;
    for (unsigned s = 0; s < CASE_STATES; s++) {
        assert_int_equal(case_next(&next, s, CASE_DECIDE), s == CASE_OPEN);
        /* On a reporter's appeal, too. */
        assert_int_equal(case_next(&next, s, CASE_PROPOSE),
                         s == CASE_OPEN || s == CASE_APPEALED);
    }
    assert_true(leads(CASE_OPEN, CASE_DECIDE, CASE_DECIDED));
    assert_true(leads(CASE_OPEN, CASE_PROPOSE, CASE_IN_REVIEW));
    assert_true(leads(CASE_APPEALED, CASE_PROPOSE, CASE_IN_REVIEW));
}

static void nothing_is_opened_that_was_not_asked_for(void **state)
{
    enum case_state next;

    (void)state;
    for (unsigned s = 0; s < CASE_STATES; s++) {
        assert_int_equal(case_next(&next, s, CASE_UNSEAL),
                         s == CASE_CONSENT_ASKED || s == CASE_OPEN);
    }
}

static void every_state_can_be_reached(void **state)
{
    bool reached[CASE_STATES] = {[CASE_WAITING] = true};
    bool more = true;

    (void)state;
    while (more) {
        more = false;
        for (unsigned s = 0; s < CASE_STATES; s++) {
            for (unsigned a = 0; reached[s] && a < CASE_ACTIONS; a++) {
                enum case_state next;

                if (case_next(&next, s, a) && !reached[next]) {
                    reached[next] = true;
                    more = true;
                }
            }
        }
    }
    for (unsigned s = 0; s < CASE_STATES; s++) {
        assert_true(reached[s]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_and_action_has_its_name),
        cmocka_unit_test(nothing_leads_out_of_purged),
        cmocka_unit_test(only_what_is_closed_is_purged),
        cmocka_unit_test(only_an_open_case_is_decided),
        cmocka_unit_test(nothing_is_opened_that_was_not_asked_for),
        cmocka_unit_test(every_state_can_be_reached),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
