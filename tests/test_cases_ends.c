/* SPDX-License-Identifier: Apache-2.0 */
/* What has an end, ends: what somebody may do as a holder, claims, invitations,
 * legal holds. */
#include "cases_world.h"

#include "desk.h"

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

/* Whose consents were read, and who agrees when it is written down. */
static void what_was_taken_back_meanwhile_opens_nothing(void **state)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {7};
    const struct asking_quorum all = {.threshold = 2, .holders = 3};
    const struct asking_found found = {.key = key,
                                       .disclosed = 1,
                                       .holders = {2, 3},
                                       .holder_count = 2,
                                       .verdicts = "{\"matches\":1}"};
    uint64_t request = two_agree();

    (void)state;
    assert_done(asking_refuse(W, P(CAT), request, &all, "no", world_now));
    assert_refused("consents",
                   asking_open(W, world_last_report, &found, world_now));
    assert_string_equal(
        world_consent(CAT, request, world_last_report, 3, world_now).name, "");
    assert_done(asking_open(W, world_last_report, &found, world_now));
}

/* ---- Claims
 * ----------------------------------------------------------------------- */

/* All but the last minute of a claim goes by, and he does something. */
#define WORKS(call)                                                            \
    do {                                                                       \
        world_now += world_rules.claim - MINUTE;                               \
        assert_done(call);                                                     \
        assert_refused("claimed-by-other",                                     \
                       claims_claim(W, P(BEN), number, world_now));            \
    } while (0)

static void a_claim_lasts_while_he_works(void **state)
{
    uint64_t number = world_claimed(ANN);
    uint64_t report = world_last_report;
    uint64_t request;

    (void)state;
    WORKS(claims_claim(W, P(ANN), number, world_now));
    WORKS(deciding_note(W, P(ANN), number, "looks like fraud", world_now));
    WORKS(desk_draft_keep(W, P(ANN), number, "{}", world_now));
    WORKS(
        asking_ask(W, P(ANN), number, &report, 1, "why", &request, world_now));
    world_unseal(report, 0);
    WORKS(looks_look(W, P(ANN), report, 0, world_now));
    world_now += world_rules.claim;
    assert_done(claims_claim(W, P(BEN), number, world_now));
}

/* What others do makes no claim last. */
static void a_claim_ends_while_others_work(void **state)
{
    uint64_t number = world_claimed(ANN);

    (void)state;
    world_now += world_rules.claim - MINUTE;
    assert_done(deciding_note(W, P(BEN), number, "seen before", world_now));
    world_now += MINUTE;
    assert_done(claims_claim(W, P(BEN), number, world_now));
}

static void a_second_look_is_his_for_as_long_as_a_claim(void **state)
{
    uint64_t reasons;
    uint64_t look = 0;
    uint64_t found;
    uint64_t report;
    bool agrees;

    (void)state;
    world_rules.second_look_ppm = 1000000;
    (void)world_closed(ANN, OUTCOME_WARN);
    report = world_last_report;
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    world_now += world_rules.claim - 1;
    assert_done(looks_look(W, P(BEN), report, look, world_now));
    assert_refused("not-found", looks_second_next(W, P(CAT), &look, &found,
                                                  &reasons, world_now));
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    world_now += world_rules.claim;
    assert_refused("not-claimed",
                   looks_look(W, P(BEN), report, look, world_now));
    assert_refused("not-found",
                   looks_second_decide(W, P(BEN), look, "fraud", OUTCOME_WARN,
                                       &agrees, world_now));
    assert_done(
        looks_second_next(W, P(CAT), &look, &found, &reasons, world_now));
    assert_done(looks_second_decide(W, P(CAT), look, "fraud", OUTCOME_WARN,
                                    &agrees, world_now));
    assert_true(agrees);
}

/* ---- Invitations
 * ------------------------------------------------------------------ */

static void an_invitation_is_good_until_its_end(void **state)
{
    static const uint8_t codes[RECOVERY_CODES][TOKEN_HASH_BYTES];
    const uint8_t token[TOKEN_HASH_BYTES] = {99};
    const uint8_t factor[FACTOR_BYTES] = {1};
    struct account_secrets found;
    uint64_t end = world_now + DAY;
    uint64_t number;

    (void)state;
    assert_done(account_add(W, P(ADA), "eve", "Eve", ROLE_REVIEWER, NULL, token,
                            end, &number, world_now));
    world_now = end - 1;
    assert_true(
        account_invited(&found, world_db, world.secret, token, world_now));
    assert_done(account_enrol(W, token, "$hash", factor, world_now));
    world_now = end;
    assert_false(
        account_invited(&found, world_db, world.secret, token, world_now));
    assert_refused("invitation",
                   account_enrol(W, token, "$hash", factor, world_now));
    assert_refused("invitation",
                   account_confirm(W, token, 1, codes, &number, world_now));
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
        IN_WORLD(what_was_taken_back_meanwhile_opens_nothing),
        IN_WORLD(a_claim_lasts_while_he_works),
        IN_WORLD(a_claim_ends_while_others_work),
        IN_WORLD(a_second_look_is_his_for_as_long_as_a_claim),
        IN_WORLD(an_invitation_is_good_until_its_end),
        IN_WORLD(a_hold_that_is_ended_keeps_nothing),
        IN_WORLD(a_hold_that_is_ended_early_shortens_nothing),
        IN_WORLD(another_hold_keeps_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
