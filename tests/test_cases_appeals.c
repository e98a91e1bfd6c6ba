/* SPDX-License-Identifier: Apache-2.0 */
/* Appeals: what their answer may be, by whom, and what comes of it. */
#include "cases_world.h"

#include <string.h>

#define FOR_ACCUSED false
#define FOR_REPORTER true

/* A case that ann decided, and somebody appeals; cat works on it. */
static uint64_t appealed(enum outcome outcome, bool by_reporter)
{
    uint64_t number = world_decided(ANN, outcome);
    uint8_t id[CASE_ID_BYTES];

    world_id(id, number);
    assert_done(
        deciding_appeal(W, id, by_reporter, "it was not right", world_now));
    assert_done(claims_claim(W, P(CAT), number, world_now));
    return number;
}

static const char *overturn(unsigned who, uint64_t number, enum outcome outcome,
                            bool grave, bool *proposed)
{
    const struct decision decision = world_decision(outcome, grave);

    return DO(deciding_answer(W, P(who), number, false, &decision, "why",
                              proposed, world_now))
        .name;
}

/* The decisions of a case in order: state and outcome, "in_force warn". */
static bool add_decision(void *context, const struct queue_decision *d)
{
    static const char *const states[] = {"proposed", "in force", "returned",
                                         "retracted", "overturned"};
    char *out = context;

    (void)snprintf(out + strlen(out), 256 - strlen(out), "%s %s;",
                   states[d->state], outcome_text(d->outcome));
    return true;
}

static const char *decisions(uint64_t number)
{
    static char out[256];

    out[0] = '\0';
    queue_decisions(world_db, number, add_decision, out);
    return out;
}

static void the_accused_is_never_worse_off_for_his_appeal(void **state)
{
    uint64_t number = appealed(OUTCOME_RESTRICT, FOR_ACCUSED);
    bool proposed;

    (void)state;
    assert_string_equal(
        overturn(CAT, number, OUTCOME_SUSPEND, false, &proposed), "outcome");
    /* The same outcome by a policy that makes it grave. */
    assert_string_equal(
        overturn(CAT, number, OUTCOME_RESTRICT, true, &proposed), "outcome");
    assert_string_equal(overturn(CAT, number, OUTCOME_WARN, false, &proposed),
                        "");
    assert_false(proposed);
    assert_int_equal(world_state(number), CASE_CLOSED);
}

static void a_reporters_appeal_can_make_it_worse(void **state)
{
    uint64_t number = appealed(OUTCOME_WARN, FOR_REPORTER);
    bool proposed;

    (void)state;
    assert_string_equal(
        overturn(CAT, number, OUTCOME_RESTRICT, false, &proposed), "");
    assert_false(proposed);
    assert_int_equal(world_state(number), CASE_CLOSED);
    assert_string_equal(decisions(number),
                        "overturned warn;in force restrict;");
}

/* A case in which cat proposes to suspend, on a reporter's appeal. */
static uint64_t proposed_on_appeal(void)
{
    uint64_t number = appealed(OUTCOME_WARN, FOR_REPORTER);
    bool proposed = false;

    assert_string_equal(overturn(CAT, number, OUTCOME_SUSPEND, true, &proposed),
                        "");
    assert_true(proposed);
    assert_int_equal(world_state(number), CASE_IN_REVIEW);
    return number;
}

static void worse_and_grave_takes_a_second_person_on_appeal(void **state)
{
    uint64_t number = proposed_on_appeal();

    (void)state;
    assert_string_equal(decisions(number), "in force warn;proposed suspend;");
    assert_int_equal(world_count("\"from\":\"appealed\",\"to\":\"in_review\""),
                     1);
    assert_refused("own-decision", claims_claim(W, P(CAT), number, world_now));
    assert_refused("took-part", claims_claim(W, P(ANN), number, world_now));
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_refused("took-part", claims_hand_over(W, P(BEN), number, P(ANN),
                                                 "why", world_now));
    assert_done(deciding_review(W, P(BEN), number, true, "", world_now));
    assert_int_equal(world_state(number), CASE_DECIDED);
    assert_string_equal(decisions(number), "overturned warn;in force suspend;");
    assert_int_equal(world_count("\"action\":\"confirmed\""), 1);
}

static void the_platform_is_told_when_it_is_in_force(void **state)
{
    static const char *const types[] = {"decision.made", "appeal.overturned"};
    const char *const urls[] = {"https://platform.example/hook", NULL};
    struct outbox_event event;
    uint64_t number;
    uint64_t next;

    (void)state;
    world_begin();
    outbox_endpoints(world_db, urls);
    world_commit();
    number = proposed_on_appeal();
    for (size_t i = 0; i < 2; i++) {
        assert_true(outbox_event_due(world_db, &event, &next, world_now));
        assert_string_equal(event.type, types[i]);
        world_begin();
        outbox_event_told(world_db, event.number);
        world_commit();
        if (i == 0) {
            assert_false(outbox_event_due(world_db, &event, &next, world_now));
            assert_done(claims_claim(W, P(BEN), number, world_now));
            assert_done(
                deciding_review(W, P(BEN), number, true, "", world_now));
        }
    }
}

static void what_is_returned_on_appeal_is_decided_by_others(void **state)
{
    const struct decision warn = world_decision(OUTCOME_RESTRICT, false);
    uint64_t number = proposed_on_appeal();
    uint8_t id[CASE_ID_BYTES];
    uint64_t next = 0;

    (void)state;
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_done(
        deciding_review(W, P(BEN), number, false, "too much", world_now));
    assert_int_equal(world_state(number), CASE_OPEN);
    assert_string_equal(decisions(number), "in force warn;returned suspend;");
    assert_refused("took-part", claims_claim(W, P(ANN), number, world_now));
    assert_refused("not-found", claims_next(W, P(ANN), NULL, &next, world_now));
    assert_done(claims_next(W, P(LEA), NULL, &next, world_now));
    assert_int_equal(next, number);
    assert_done(deciding_decide(W, P(LEA), number, &warn, id, world_now));
    assert_string_equal(decisions(number),
                        "overturned warn;returned suspend;in force restrict;");
}

static void the_accused_may_appeal_what_a_reporters_appeal_made(void **state)
{
    uint64_t number = appealed(OUTCOME_RESTRICT, FOR_ACCUSED);
    uint8_t id[CASE_ID_BYTES];
    bool proposed;

    (void)state;
    assert_string_equal(overturn(CAT, number, OUTCOME_WARN, false, &proposed),
                        "");
    world_id(id, number);
    assert_refused("appealed-before",
                   deciding_appeal(W, id, FOR_ACCUSED, "again", world_now));
    assert_done(deciding_appeal(W, id, FOR_REPORTER, "too mild", world_now));
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_string_equal(
        overturn(BEN, number, OUTCOME_RESTRICT, false, &proposed), "");
    world_id(id, number);
    assert_refused("appealed-before",
                   deciding_appeal(W, id, FOR_REPORTER, "again", world_now));
    assert_done(deciding_appeal(W, id, FOR_ACCUSED, "not again", world_now));
    assert_done(claims_claim(W, P(LEA), number, world_now));
    assert_string_equal(overturn(LEA, number, OUTCOME_SUSPEND, true, &proposed),
                        "outcome");
    assert_done(deciding_answer(W, P(LEA), number, true, NULL, "it stands",
                                &proposed, world_now));
    assert_refused("appealed-before",
                   deciding_appeal(W, id, FOR_ACCUSED, "again", world_now));
}

/* Whoever works on an appeal does not get round its answer. */
static void an_appealed_case_is_not_decided_like_an_open_one(void **state)
{
    uint64_t number = appealed(OUTCOME_WARN, FOR_ACCUSED);
    const struct decision grave = world_decision(OUTCOME_SUSPEND, true);
    uint8_t id[CASE_ID_BYTES];

    (void)state;
    assert_refused("state",
                   deciding_decide(W, P(CAT), number, &grave, id, world_now));
}

static void an_answer_is_looked_at_a_second_time(void **state)
{
    uint64_t reasons;
    uint64_t number;
    uint64_t found = 0;
    uint64_t look;
    bool proposed;
    bool agrees = false;

    (void)state;
    world_rules.second_look_ppm = 1000000;
    number = appealed(OUTCOME_RESTRICT, FOR_ACCUSED);
    assert_string_equal(overturn(CAT, number, OUTCOME_WARN, false, &proposed),
                        "");
    assert_refused("not-found", looks_second_next(W, P(CAT), &look, &found,
                                                  &reasons, world_now));
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    assert_int_equal(found, number);
    assert_done(looks_second_decide(W, P(BEN), look, "fraud", OUTCOME_WARN,
                                    &agrees, world_now));
    assert_true(agrees);
}

/* It was drawn when the case was settled, and nobody came to it before the
 * appeal: there is one, at what is in force. */
static void a_second_look_that_waits_is_at_the_answer(void **state)
{
    uint64_t reasons;
    uint8_t id[CASE_ID_BYTES];
    uint64_t number;
    uint64_t found;
    uint64_t look;
    bool proposed;
    bool agrees = false;

    (void)state;
    world_rules.second_look_ppm = 1000000;
    number = world_closed(ANN, OUTCOME_RESTRICT);
    world_id(id, number);
    assert_done(deciding_appeal(W, id, FOR_ACCUSED, "why", world_now));
    assert_done(claims_claim(W, P(CAT), number, world_now));
    assert_string_equal(overturn(CAT, number, OUTCOME_WARN, false, &proposed),
                        "");
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    assert_done(looks_second_decide(W, P(BEN), look, "fraud", OUTCOME_WARN,
                                    &agrees, world_now));
    assert_true(agrees);
    assert_refused("not-found", looks_second_next(W, P(LEA), &look, &found,
                                                  &reasons, world_now));
}

static void whoever_looks_a_second_time_is_blind_until_he_judged(void **state)
{
    uint64_t reasons;
    uint64_t number;
    uint64_t found;
    uint64_t look;
    bool agrees;

    (void)state;
    world_rules.second_look_ppm = 1000000;
    number = world_closed(ANN, OUTCOME_WARN);
    assert_false(looks_is_blind(world_db, P(BEN), number, world_now));
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    assert_true(looks_is_blind(world_db, P(BEN), number, world_now));
    assert_false(looks_is_blind(world_db, P(LEA), number, world_now));
    /* Nor does he see it in between, and judge then. */
    world_now += 2 * world_rules.claim;
    assert_true(looks_is_blind(world_db, P(BEN), number, world_now));
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    assert_done(looks_second_decide(W, P(BEN), look, "fraud", OUTCOME_WARN,
                                    &agrees, world_now));
    assert_false(looks_is_blind(world_db, P(BEN), number, world_now));
}

/* Ben has a look when the accused appeals, and it is he who answers. */
static void nobody_looks_a_second_time_at_his_own_answer(void **state)
{
    uint64_t reasons;
    uint8_t id[CASE_ID_BYTES];
    uint64_t number;
    uint64_t found;
    uint64_t look;
    bool proposed;
    bool agrees;

    (void)state;
    world_rules.second_look_ppm = 1000000;
    number = world_closed(ANN, OUTCOME_RESTRICT);
    world_id(id, number);
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    assert_done(deciding_appeal(W, id, FOR_ACCUSED, "why", world_now));
    assert_refused("not-found",
                   looks_second_decide(W, P(BEN), look, "fraud", OUTCOME_WARN,
                                       &agrees, world_now));
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_string_equal(overturn(BEN, number, OUTCOME_WARN, false, &proposed),
                        "");
    assert_refused("not-found",
                   looks_second_decide(W, P(BEN), look, "fraud", OUTCOME_WARN,
                                       &agrees, world_now));
    assert_false(looks_is_blind(world_db, P(BEN), number, world_now));
    /* It is anybody else's, at once. */
    assert_done(
        looks_second_next(W, P(CAT), &look, &found, &reasons, world_now));
    assert_int_equal(found, number);
}

/* Ben upheld the accused's; what he upheld is what the reporter objects to. */
static void whoever_upheld_it_confirms_nothing_in_its_place(void **state)
{
    uint64_t number = world_decided(ANN, OUTCOME_WARN);
    uint64_t next = 0;
    uint8_t id[CASE_ID_BYTES];
    bool proposed;

    (void)state;
    world_id(id, number);
    assert_done(deciding_appeal(W, id, FOR_ACCUSED, "too much", world_now));
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_done(deciding_answer(W, P(BEN), number, true, NULL, "it stands",
                                &proposed, world_now));
    assert_done(deciding_appeal(W, id, FOR_REPORTER, "too mild", world_now));
    assert_done(claims_claim(W, P(CAT), number, world_now));
    assert_string_equal(overturn(CAT, number, OUTCOME_SUSPEND, true, &proposed),
                        "");
    assert_refused("took-part", claims_claim(W, P(BEN), number, world_now));
    assert_done(claims_claim(W, P(LEA), number, world_now));
    assert_done(
        deciding_review(W, P(LEA), number, false, "too much", world_now));
    assert_refused("not-found", claims_next(W, P(BEN), NULL, &next, world_now));
    assert_done(claims_next(W, P(CAT), NULL, &next, world_now));
    assert_int_equal(next, number);
}

/* How often the statistics have a measure, on all days and in all queues. */
struct measured {
    const char *name;
    uint64_t count;
};

static bool add_count(void *context, const struct tally_line *line)
{
    struct measured *m = context;

    if (strcmp(line->measure, m->name) == 0) {
        m->count += line->count;
    }
    return true;
}

static uint64_t measured(const char *name)
{
    struct measured m = {name, 0};

    tally_read(world_db, 0, UINT64_MAX / 2, add_count, &m);
    return m.count;
}

static void statistics_have_each_case_once_as_first_decided(void **state)
{
    const struct decision again = world_decision(OUTCOME_RESTRICT, false);
    uint64_t number = proposed_on_appeal();
    uint8_t id[CASE_ID_BYTES];

    (void)state;
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_done(deciding_review(W, P(BEN), number, true, "", world_now));
    assert_int_equal(measured("decided.warn"), 1);
    assert_int_equal(measured("decided.suspend"), 0);
    assert_int_equal(measured("appeal.overturned"), 1);
    /* Nor what is decided when a proposal came back. */
    number = proposed_on_appeal();
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_done(
        deciding_review(W, P(BEN), number, false, "too much", world_now));
    assert_done(claims_claim(W, P(LEA), number, world_now));
    assert_done(deciding_decide(W, P(LEA), number, &again, id, world_now));
    assert_int_equal(measured("decided.warn"), 2);
    assert_int_equal(measured("decided.restrict"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_accused_is_never_worse_off_for_his_appeal),
        IN_WORLD(a_reporters_appeal_can_make_it_worse),
        IN_WORLD(worse_and_grave_takes_a_second_person_on_appeal),
        IN_WORLD(the_platform_is_told_when_it_is_in_force),
        IN_WORLD(what_is_returned_on_appeal_is_decided_by_others),
        IN_WORLD(the_accused_may_appeal_what_a_reporters_appeal_made),
        IN_WORLD(an_appealed_case_is_not_decided_like_an_open_one),
        IN_WORLD(an_answer_is_looked_at_a_second_time),
        IN_WORLD(a_second_look_that_waits_is_at_the_answer),
        IN_WORLD(whoever_looks_a_second_time_is_blind_until_he_judged),
        IN_WORLD(nobody_looks_a_second_time_at_his_own_answer),
        IN_WORLD(whoever_upheld_it_confirms_nothing_in_its_place),
        IN_WORLD(statistics_have_each_case_once_as_first_decided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
