/* SPDX-License-Identifier: Apache-2.0 */
/* What has an end, ends: what somebody may do as a holder, claims, invitations,
 * legal holds. */
#include "cases_world.h"

#include <string.h>

/* ---- Holders
 * ---------------------------------------------------------------------- */

static const uint8_t quorum[FRANK_QUORUM_ID_BYTES];

/* How many consents for a report count, as both that ask see it. */
static size_t counting(uint64_t report)
{
    struct consent found[FRANK_HOLDERS_MAX];
    struct asking_ready ready[4];
    size_t consents = asking_consents(&world, world_db, report, found);

    for (size_t i = 1; i <= consents + 1; i++) {
        assert_int_equal(asking_ready(world_db, (unsigned)i, ready, 4),
                         i <= consents);
    }
    return consents;
}

/* ann asks, and holders 2 and 3, ben and cat, agree. */
static uint64_t two_agree(void)
{
    uint64_t request = world_ask(ANN, world_claimed(ANN));
    uint64_t report = world_last_report;

    world_holder(BEN, 2);
    world_holder(CAT, 3);
    assert_string_equal(world_consent(BEN, request, report, 2, world_now).name,
                        "");
    assert_string_equal(world_consent(CAT, request, report, 3, world_now).name,
                        "");
    assert_int_equal(counting(report), 2);
    return request;
}

static void what_a_holder_agreed_to_goes_with_his_share(void **state)
{
    (void)state;
    (void)two_agree();
    assert_done(holder_set(W, P(ADA), 0, quorum, 2, world_now));
    assert_int_equal(counting(world_last_report), 1);
}

static void what_a_holder_agreed_to_goes_with_his_account(void **state)
{
    (void)state;
    (void)two_agree();
    assert_done(account_end(W, P(ADA), P(CAT)->number, world_now));
    assert_int_equal(counting(world_last_report), 1);
}

static void a_new_holder_agrees_for_himself(void **state)
{
    uint64_t request = two_agree();

    (void)state;
    assert_done(holder_set(W, P(ADA), P(LEA)->number, quorum, 2, world_now));
    assert_int_equal(counting(world_last_report), 1);
    assert_string_equal(
        world_consent(LEA, request, world_last_report, 2, world_now).name, "");
    assert_int_equal(counting(world_last_report), 2);
}

/* Also where they still stand, as in a database of an earlier version. */
static void a_consent_counts_while_its_holder_is_one(void **state)
{
    (void)state;
    (void)two_agree();
    world_begin();
    (void)db_run(world_db, DROP_HOLDER,
                 DB_VALUES(DB_BLOB(quorum, sizeof quorum), DB_INT(2)));
    world_commit();
    assert_int_equal(counting(world_last_report), 1);
}

/* ---- Legal holds
 * ------------------------------------------------------------------ */

/* A hold of two people, so many days from now. */
static uint64_t hold(uint64_t number, uint64_t days)
{
    uint64_t hold = 0;

    assert_done(retention_hold(W, P(LEA), number, world_now + days * DAY,
                               "court", &hold, world_now));
    assert_done(retention_confirm(W, P(BEN), hold, world_now));
    return hold;
}

static void a_hold_that_is_ended_keeps_nothing(void **state)
{
    uint64_t number = world_closed(ANN, OUTCOME_WARN);
    uint64_t ordered = hold(number, 365);

    (void)state;
    world_now += world_rules.appeal;
    assert_false(world_purge());
    assert_refused("why", retention_end(W, P(LEA), ordered, "", world_now));
    assert_done(retention_end(W, P(LEA), ordered, "settled", world_now));
    assert_refused("hold-over",
                   retention_end(W, P(LEA), ordered, "again", world_now));
    assert_true(world_purge());
    assert_int_equal(world_state(number), CASE_PURGED);
}

static void a_hold_that_is_ended_early_shortens_nothing(void **state)
{
    uint64_t number = world_closed(ANN, OUTCOME_WARN);
    uint64_t due = world_now + world_rules.appeal - world_rules.retract;
    uint64_t ordered = hold(number, 30);

    (void)state;
    assert_int_equal(retention_due(world_db, number, world_now), due);
    assert_done(retention_end(W, P(LEA), ordered, "settled", world_now));
    assert_false(world_purge());
    world_now = due - 1;
    assert_false(world_purge());
    world_now = due;
    assert_true(world_purge());
}

static void another_hold_keeps_on(void **state)
{
    uint64_t number = world_closed(ANN, OUTCOME_WARN);
    uint64_t longer = hold(number, 300);
    uint64_t end = world_now + 200 * DAY;

    (void)state;
    (void)hold(number, 200);
    assert_int_equal(retention_due(world_db, number, world_now),
                     world_now + 300 * DAY);
    world_now += world_rules.appeal;
    assert_false(world_purge());
    assert_done(retention_end(W, P(LEA), longer, "settled", world_now));
    assert_false(world_purge());
    world_now = end;
    assert_true(world_purge());
    assert_int_equal(world_state(number), CASE_PURGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(what_a_holder_agreed_to_goes_with_his_share),
        IN_WORLD(what_a_holder_agreed_to_goes_with_his_account),
        IN_WORLD(a_new_holder_agrees_for_himself),
        IN_WORLD(a_consent_counts_while_its_holder_is_one),
        IN_WORLD(a_hold_that_is_ended_keeps_nothing),
        IN_WORLD(a_hold_that_is_ended_early_shortens_nothing),
        IN_WORLD(another_hold_keeps_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
