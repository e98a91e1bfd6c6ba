/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to cases: reports fall into them, people claim them, they are
 * opened, decided, appealed, and forgotten. */
#include "cases_world.h"
#include "desk.h"
#include "rings.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- Intake
 * ------------------------------------------------------------------ */

static void reports_about_one_sender_in_one_room_are_one_case(void **state)
{
    uint64_t first = world_take(&(struct world_report){.message = 1});

    (void)state;
    assert_int_equal(world_taken, ARRIVAL_NEW_CASE);
    assert_int_equal(world_take(&(struct world_report){.message = 2}), first);
    assert_int_equal(world_taken, ARRIVAL_FOLDED);
    assert_int_not_equal(
        world_take(&(struct world_report){.room = "mimi://a.example/r/x"}),
        first);
    assert_int_not_equal(
        world_take(&(struct world_report){.sender = "mimi://a.example/bob"}),
        first);
    assert_int_equal(world_count("\"report_taken_over\""), 4);
}

struct page {
    size_t count;
    struct queue_case items[128];
};

static bool collect(void *context, const struct queue_case *item)
{
    struct page *page = context;

    page->items[page->count++] = *item;
    return page->count < 128;
}

static struct page list(unsigned who, const struct queue_filter *filter)
{
    struct page page = {.count = 0};
    struct queue_cursor start = {0, 0};
    struct queue_cursor end;
    bool cut;

    queue_list(world_db, P(who), filter, &start, 100000, collect, &page, &cut,
               &end, world_now);
    return page;
}

static struct queue_case one(unsigned who, uint64_t number)
{
    struct page page = {.count = 0};

    assert_true(
        queue_case(world_db, P(who), number, collect, &page, world_now));
    return page.items[0];
}

static void copies_are_told_from_follow_ups(void **state)
{
    uint64_t number = world_take(&(struct world_report){.message = 1});
    struct queue_case item;

    (void)state;
    (void)world_take(&(struct world_report){.message = 1, .reporters = 3});
    (void)world_take(&(struct world_report){.message = 2});
    item = one(ANN, number);
    assert_int_equal(item.reports, 3);
    assert_int_equal(item.copies, 1);
    assert_int_equal(item.reporters, 3);
}

static void a_graver_report_takes_a_waiting_case_along(void **state)
{
    uint64_t number = world_take(&(struct world_report){.queue = "general"});

    (void)state;
    (void)world_take(
        &(struct world_report){.queue = "urgent", .priority = 60, .reason = 5});
    assert_string_equal(
        list(ANN, &(struct queue_filter){.queue = "urgent"}).items[0].number ==
                number
            ? "there"
            : "not",
        "there");
    assert_int_equal(
        list(ANN, &(struct queue_filter){.queue = "general"}).count, 0);
}

/* Texts of a case last as long as the visit. */
static bool copy_sender(void *context, const struct queue_case *item)
{
    memcpy(context, item->sender.data, item->sender.len);
    return true;
}

static void what_is_decided_takes_no_more_reports(void **state)
{
    uint64_t number = world_decided(ANN, OUTCOME_WARN);
    char sender[1025] = {0};

    (void)state;
    assert_true(
        queue_case(world_db, P(ANN), number, copy_sender, sender, world_now));
    assert_int_not_equal(world_take(&(struct world_report){.sender = sender}),
                         number);
}

/* ---- Claims
 * ------------------------------------------------------------------- */

static void two_people_never_hold_one_case(void **state)
{
    uint64_t number = world_claimed(ANN);

    (void)state;
    assert_refused("claimed-by-other",
                   claims_claim(W, P(BEN), number, world_now));
    assert_done(claims_claim(W, P(ANN), number, world_now));
}

static void a_claim_that_ends_loses_nothing(void **state)
{
    uint64_t number = world_claimed(ANN);

    (void)state;
    assert_done(
        deciding_note(W, P(ANN), number, "looks like fraud", world_now));
    world_now += world_rules.claim + 1;
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_int_equal(world_state(number), CASE_CLAIMED);
    assert_int_equal(world_count("\"action\":\"lapsed\""), 1);
    assert_refused("claimed-by-other",
                   claims_release(W, P(ANN), number, world_now));
}

static void claims_lapse_by_themselves(void **state)
{
    uint64_t number = world_claimed(ANN);

    (void)state;
    world_now += world_rules.claim;
    world_begin();
    assert_int_equal(claims_lapse(W, 100, world_now), 1);
    assert_int_equal(claims_lapse(W, 100, world_now), 0);
    world_commit();
    assert_int_equal(world_state(number), CASE_WAITING);
}

static void an_open_case_stays_open_when_its_claim_ends(void **state)
{
    uint64_t number = world_opened(ANN);

    (void)state;
    world_now += world_rules.claim;
    world_begin();
    (void)claims_lapse(W, 100, world_now);
    world_commit();
    assert_int_equal(world_state(number), CASE_OPEN);
    assert_done(claims_claim(W, P(BEN), number, world_now));
}

static void a_case_is_held_for_a_limited_time(void **state)
{
    uint64_t number = world_claimed(ANN);

    (void)state;
    assert_refused("until", claims_hold(W, P(ANN), number,
                                        world_now + world_rules.hold_max + 1,
                                        "why", world_now));
    assert_refused(
        "why", claims_hold(W, P(ANN), number, world_now + DAY, " ", world_now));
    assert_done(claims_hold(W, P(ANN), number, world_now + DAY, "waits for law",
                            world_now));
    world_now += DAY - 1;
    assert_refused("claimed-by-other",
                   claims_claim(W, P(BEN), number, world_now));
}

static void a_case_is_handed_to_a_named_person(void **state)
{
    uint64_t number = world_claimed(ANN);

    (void)state;
    assert_refused(
        "to", claims_hand_over(W, P(ANN), number, P(ADA), "please", world_now));
    assert_done(claims_hand_over(W, P(ANN), number, P(BEN), "speaks Danish",
                                 world_now));
    assert_refused(
        "claimed-by-other",
        claims_hand_over(W, P(ANN), number, P(CAT), "again", world_now));
    assert_done(claims_release(W, P(BEN), number, world_now));
    assert_int_equal(world_state(number), CASE_WAITING);
}

static void the_next_case_is_the_gravest_and_oldest(void **state)
{
    uint64_t slow = world_take(&(struct world_report){.sender = "mimi://x/1"});
    uint64_t grave;
    uint64_t next = 0;

    (void)state;
    world_now += MINUTE;
    grave = world_take(
        &(struct world_report){.sender = "mimi://x/2", .priority = 10});
    assert_done(claims_next(W, P(ANN), NULL, &next, world_now));
    assert_int_equal(next, grave);
    assert_done(claims_next(W, P(BEN), "general", &next, world_now));
    assert_int_equal(next, slow);
    assert_refused("not-found", claims_next(W, P(CAT), NULL, &next, world_now));
}

static void nobody_sees_a_queue_that_is_not_his(void **state)
{
    uint64_t number = world_take(&(struct world_report){.queue = "urgent"});
    uint64_t next;

    (void)state;
    assert_done(account_change(W, P(ADA), P(ANN)->number, "ann", ROLE_REVIEWER,
                               "\ngeneral\n", world_now));
    assert_true(account_actor(P(ANN), world_db, P(ANN)->number));
    assert_refused("not-found", claims_claim(W, P(ANN), number, world_now));
    assert_refused("not-found",
                   claims_next(W, P(ANN), "urgent", &next, world_now));
    assert_refused("not-found", claims_next(W, P(ANN), NULL, &next, world_now));
    assert_int_equal(list(ANN, &(struct queue_filter){0}).count, 0);
    assert_int_equal(list(BEN, &(struct queue_filter){0}).count, 1);
}

/* ---- Opening
 * -------------------------------------------------------------------- */

static void a_case_is_asked_for_once_at_a_time(void **state)
{
    uint64_t number = world_claimed(ANN);
    uint64_t report = world_last_report;
    uint64_t request;
    const uint64_t twice[] = {report, report};

    (void)state;
    assert_refused("reports", asking_ask(W, P(ANN), number, twice, 2, "why",
                                         &request, world_now));
    assert_refused("reports", asking_ask(W, P(ANN), number, twice, 0, "why",
                                         &request, world_now));
    assert_refused("why", asking_ask(W, P(ANN), number, &report, 1, "\n",
                                     &request, world_now));
    assert_refused("claimed-by-other", asking_ask(W, P(BEN), number, &report, 1,
                                                  "why", &request, world_now));
    request = world_ask(ANN, number);
    assert_int_equal(world_state(number), CASE_CONSENT_ASKED);
    assert_refused("state", asking_ask(W, P(ANN), number, &report, 1, "why",
                                       &request, world_now));
    assert_done(asking_withdraw(W, P(ANN), request, world_now));
    assert_int_equal(world_state(number), CASE_CLAIMED);
    assert_refused("request-over",
                   asking_withdraw(W, P(ANN), request, world_now));
}

static void only_a_holder_consents_with_his_own_share(void **state)
{
    uint64_t number = world_claimed(ANN);
    uint64_t report = world_last_report;
    uint64_t request = world_ask(ANN, number);
    struct asking_ready ready[4];

    (void)state;
    world_holder(BEN, 2);
    assert_string_equal(world_consent(CAT, request, report, 2, world_now).name,
                        "not-a-holder");
    assert_string_equal(world_consent(BEN, request, report, 1, world_now).name,
                        "not-a-holder");
    assert_string_equal(world_consent(BEN, request, report, 2, world_now).name,
                        "");
    assert_string_equal(world_consent(BEN, request, report, 2, world_now).name,
                        "");
    assert_int_equal(asking_ready(world_db, 1, ready, 4), 1);
    assert_int_equal(ready[0].consents, 1);
    assert_int_equal(asking_ready(world_db, 2, ready, 4), 0);
    assert_int_equal(world_count("\"action\":\"given\""), 1);
}

static void a_holder_who_was_removed_consents_no_more(void **state)
{
    uint64_t number = world_claimed(ANN);
    uint64_t request = world_ask(ANN, number);
    static const uint8_t quorum[FRANK_QUORUM_ID_BYTES];

    (void)state;
    world_holder(BEN, 2);
    assert_done(holder_set(W, P(ADA), 0, quorum, 2, world_now));
    assert_string_equal(
        world_consent(BEN, request, world_last_report, 2, world_now).name,
        "not-a-holder");
}

static void an_old_consent_opens_nothing(void **state)
{
    uint64_t number = world_claimed(ANN);
    uint64_t report = world_last_report;
    uint64_t request = world_ask(ANN, number);

    (void)state;
    world_holder(BEN, 2);
    assert_string_equal(
        world_consent(BEN, request, report, 2, world_now - HOUR).name, "old");
    assert_string_equal(
        world_consent(BEN, request, report, 2, world_now + HOUR).name, "time");
    /* One for a request that was withdrawn, and the next one. */
    assert_done(asking_withdraw(W, P(ANN), request, world_now));
    world_now += 5 * MINUTE;
    request = world_ask(ANN, number);
    assert_string_equal(
        world_consent(BEN, request, report, 2, world_now - 5 * MINUTE).name,
        "old");
}

static void a_consent_for_another_report_is_refused(void **state)
{
    uint64_t other = world_claimed(ANN);
    uint64_t other_report = world_last_report;
    uint64_t number = world_claimed(ANN);
    uint64_t report = world_last_report;
    uint64_t request = world_ask(ANN, number);
    struct consent consent = world_fake_consent(2);
    struct receipt receipt = world_fake_receipt(other_report, 2);
    const struct asking_consent given = {report, &consent, &receipt};

    (void)state;
    (void)other;
    world_holder(BEN, 2);
    assert_string_equal(
        world_consent(BEN, request, other_report, 2, world_now).name, "report");
    assert_refused("receipt",
                   asking_consent(W, P(BEN), request, &given, world_now));
}

static void consents_are_dropped_when_the_report_is_open(void **state)
{
    uint64_t number = world_claimed(ANN);
    uint64_t report = world_last_report;
    uint64_t request = world_ask(ANN, number);
    struct consent found[FRANK_HOLDERS_MAX];
    struct asking_report opened;
    uint8_t key[SEAL_KEY_BYTES];

    (void)state;
    world_holder(BEN, 2);
    world_holder(CAT, 3);
    assert_string_equal(world_consent(BEN, request, report, 2, world_now).name,
                        "");
    assert_string_equal(world_consent(CAT, request, report, 3, world_now).name,
                        "");
    assert_int_equal(asking_consents(&world, world_db, report, found), 2);
    assert_int_equal(found[0].holder, 2);
    world_unseal(report, 0);
    assert_int_equal(asking_consents(&world, world_db, report, found), 0);
    assert_int_equal(world_state(number), CASE_OPEN);
    assert_true(asking_report(&opened, world_db, report));
    assert_ok(asking_key(key, &world, &opened));
    assert_int_equal(key[0], 7);
    opened.number++; /* it is bound to its report */
    assert_int_equal(asking_key(key, &world, &opened), FRANK_ERR_SEALED);
    asking_report_free(&opened);
    assert_int_equal(world_count("\"report_opened\""), 1);
    assert_int_equal(world_count("\"opening_checked\""), 1);
}

/* A reporter's program may have sealed what nobody can read. */
static void what_cannot_be_read_is_open_and_shows_nothing(void **state)
{
    const struct asking_found found = {.not_proven = 1,
                                       .nothing = true,
                                       .holders = {2},
                                       .holder_count = 1,
                                       .verdicts = "{\"unreadable\":1}"};
    uint64_t number = world_claimed(ANN);
    uint64_t report = world_last_report;
    uint64_t request = world_ask(ANN, number);
    struct consent left[FRANK_HOLDERS_MAX];
    struct asking_report opened;
    uint8_t key[SEAL_KEY_BYTES];

    (void)state;
    world_holder(BEN, 2);
    assert_string_equal(world_consent(BEN, request, report, 2, world_now).name,
                        "");
    assert_done(asking_open(W, report, &found, world_now));
    assert_int_equal(world_state(number), CASE_OPEN);
    assert_int_equal(asking_consents(&world, world_db, report, left), 0);
    assert_refused("request-over",
                   asking_withdraw(W, P(ANN), request, world_now));
    assert_refused("not-asked", asking_open(W, report, &found, world_now));
    assert_true(asking_report(&opened, world_db, report));
    assert_true(opened.is_open && opened.is_unreadable);
    assert_int_equal(asking_key(key, &world, &opened), FRANK_ERR_SEALED);
    asking_report_free(&opened);
    assert_int_equal(world_count("\"report_opened\""), 1);
    assert_int_equal(world_count("\"verdicts\":{\"unreadable\":1}"), 1);
}

static void a_request_ends_when_too_few_can_agree(void **state)
{
    const struct asking_quorum quorum = {.threshold = 2, .holders = 3};
    uint64_t number = world_claimed(ANN);
    uint64_t request = world_ask(ANN, number);

    (void)state;
    world_holder(BEN, 2);
    world_holder(CAT, 3);
    assert_refused("not-a-holder",
                   asking_refuse(W, P(ANN), request, &quorum, "no", world_now));
    assert_done(asking_refuse(W, P(BEN), request, &quorum, "no", world_now));
    assert_done(asking_refuse(W, P(BEN), request, &quorum, "no", world_now));
    assert_int_equal(world_state(number), CASE_CONSENT_ASKED);
    assert_done(asking_refuse(W, P(CAT), request, &quorum, "no", world_now));
    assert_int_equal(world_state(number), CASE_CLAIMED);
    assert_int_equal(world_count("\"type\":\"consent_refused\""), 3);
}

static void a_request_ends_by_itself(void **state)
{
    uint64_t number = world_claimed(ANN);

    (void)state;
    (void)world_ask(ANN, number);
    world_now += world_rules.request;
    world_begin();
    assert_int_equal(asking_expire(W, 10, world_now), 1);
    assert_int_equal(asking_expire(W, 10, world_now), 0);
    world_commit();
    assert_int_equal(world_state(number), CASE_WAITING);
}

/* ---- Looking
 * ---------------------------------------------------------------------- */

static void only_whoever_works_on_an_open_case_looks(void **state)
{
    uint64_t closed = world_claimed(ANN);
    uint64_t sealed = world_last_report;
    uint64_t number = world_opened(ANN);
    uint64_t report = world_last_report;

    (void)state;
    (void)closed;
    (void)number;
    assert_refused("not-open", looks_look(W, P(ANN), sealed, 0, world_now));
    assert_refused("claimed-by-other",
                   looks_look(W, P(BEN), report, 0, world_now));
    assert_refused("not-found",
                   looks_look(W, P(ANN), report + 99, 0, world_now));
    assert_done(looks_look(W, P(ANN), report, 0, world_now));
    assert_int_equal(world_count("\"type\":\"look\""), 1);
}

static void a_reporters_name_is_shown_when_asked_for_and_logged(void **state)
{
    uint64_t number = world_take(&(struct world_report){
        .reporter = "mimi://a.example/u/rita", .sender = "mimi://x/1"});
    uint64_t report = world_last_report;

    (void)state;
    assert_done(claims_claim(W, P(ANN), number, world_now));
    assert_refused("why", looks_reveal(W, P(ANN), report, "", world_now));
    assert_done(looks_reveal(W, P(ANN), report, "knows the room", world_now));
    assert_int_equal(world_count("\"identity_revealed\""), 1);
    assert_int_equal(world_count("rita"), 0);
    (void)world_claimed(ANN);
    assert_refused("anonymous", looks_reveal(W, P(ANN), world_last_report,
                                             "why", world_now));
}

/* A sealed report holds the name in clear: to be given it is to be told. */
static void a_holder_who_takes_a_named_report_away_is_logged(void **state)
{
    uint64_t number = world_take(&(struct world_report){
        .reporter = "mimi://a.example/u/rita", .sender = "mimi://x/1"});
    uint64_t report = world_last_report;
    uint64_t request;

    (void)state;
    assert_done(claims_claim(W, P(ANN), number, world_now));
    request = world_ask(ANN, number);
    world_holder(BEN, 2);
    assert_refused("not-a-holder",
                   asking_give_sealed(W, P(CAT), request, report, world_now));
    assert_refused("not-found", asking_give_sealed(W, P(BEN), request,
                                                   report + 1, world_now));
    assert_int_equal(world_count("\"identity_revealed\""), 0);
    assert_done(asking_give_sealed(W, P(BEN), request, report, world_now));
    assert_int_equal(world_count("\"action\":\"sealed_given\""), 1);
    assert_int_equal(world_count("rita"), 0);
    world_now += 2 * DAY;
    assert_refused("request-over",
                   asking_give_sealed(W, P(BEN), request, report, world_now));
    number = world_claimed(ANN);
    request = world_ask(ANN, number);
    assert_done(
        asking_give_sealed(W, P(BEN), request, world_last_report, world_now));
    assert_int_equal(world_count("\"identity_revealed\""), 1);
}

/* ---- Deciding
 * ------------------------------------------------------------------------ */

static struct cases_answer decide(unsigned who, uint64_t number,
                                  enum outcome outcome, bool grave)
{
    const struct decision decision = world_decision(outcome, grave);
    uint8_t id[CASE_ID_BYTES];

    return DO(deciding_decide(W, P(who), number, &decision, id, world_now));
}

static void nothing_is_decided_unopened(void **state)
{
    uint64_t number = world_claimed(ANN);

    (void)state;
    assert_string_equal(decide(ANN, number, OUTCOME_WARN, false).name, "state");
}

static void a_grave_outcome_takes_a_second_person(void **state)
{
    uint64_t number = world_opened(ANN);

    (void)state;
    assert_string_equal(decide(ANN, number, OUTCOME_SUSPEND, true).name, "");
    assert_int_equal(world_state(number), CASE_IN_REVIEW);
    assert_refused("own-decision", claims_claim(W, P(ANN), number, world_now));
    assert_refused("not-claimed",
                   deciding_review(W, P(BEN), number, true, "", world_now));
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_refused("own-decision", claims_hand_over(W, P(BEN), number, P(ANN),
                                                    "why", world_now));
    assert_done(deciding_review(W, P(BEN), number, true, "", world_now));
    assert_int_equal(world_state(number), CASE_DECIDED);
}

static void a_second_person_can_send_it_back(void **state)
{
    uint64_t number = world_opened(ANN);

    (void)state;
    assert_string_equal(decide(ANN, number, OUTCOME_SUSPEND, true).name, "");
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_refused("why",
                   deciding_review(W, P(BEN), number, false, "", world_now));
    assert_done(
        deciding_review(W, P(BEN), number, false, "too harsh", world_now));
    assert_int_equal(world_state(number), CASE_OPEN);
    assert_done(claims_claim(W, P(ANN), number, world_now));
    assert_string_equal(decide(ANN, number, OUTCOME_WARN, false).name, "");
}

static void what_is_withheld_must_be_known_for_a_grave_outcome(void **state)
{
    struct decision decision = world_decision(OUTCOME_SUSPEND, true);
    uint64_t number = world_claimed(ANN);
    uint8_t id[CASE_ID_BYTES];

    (void)state;
    (void)world_ask(ANN, number);
    world_unseal(world_last_report, 2);
    assert_refused("withheld", deciding_decide(W, P(ANN), number, &decision, id,
                                               world_now));
    decision.withheld_seen = true;
    assert_done(deciding_decide(W, P(ANN), number, &decision, id, world_now));
    assert_int_equal(world_count("\"withheld\":2"), 1);
}

static void a_decision_is_taken_back_in_time_alone(void **state)
{
    uint64_t number = world_decided(ANN, OUTCOME_WARN);

    (void)state;
    assert_refused("not-yours",
                   deciding_retract(W, P(BEN), number, "why", world_now));
    assert_done(deciding_retract(W, P(ANN), number, "wrong case", world_now));
    assert_int_equal(world_state(number), CASE_OPEN);
    assert_string_equal(decide(ANN, number, OUTCOME_WARN, false).name, "");
    world_now += world_rules.retract;
    assert_refused("too-late",
                   deciding_retract(W, P(ANN), number, "why", world_now));
}

static void an_appeal_goes_to_a_third(void **state)
{
    uint64_t number = world_opened(ANN);
    struct decision worse = world_decision(OUTCOME_ESCALATE, true);
    struct decision milder = world_decision(OUTCOME_WARN, false);
    uint8_t id[CASE_ID_BYTES];
    bool proposed;

    (void)state;
    assert_string_equal(decide(ANN, number, OUTCOME_SUSPEND, true).name, "");
    assert_done(claims_claim(W, P(BEN), number, world_now));
    assert_done(deciding_review(W, P(BEN), number, true, "", world_now));
    world_id(id, number);
    assert_refused("text", deciding_appeal(W, id, false, "", world_now));
    assert_done(deciding_appeal(W, id, false, "it was a joke", world_now));
    assert_refused("state", deciding_appeal(W, id, false, "again", world_now));
    assert_refused("took-part", claims_claim(W, P(ANN), number, world_now));
    assert_refused("took-part", claims_claim(W, P(BEN), number, world_now));
    assert_done(claims_claim(W, P(CAT), number, world_now));
    assert_refused("outcome", deciding_answer(W, P(CAT), number, false, &worse,
                                              "worse", &proposed, world_now));
    assert_done(deciding_answer(W, P(CAT), number, false, &milder,
                                "a warning is enough", &proposed, world_now));
    assert_int_equal(world_state(number), CASE_CLOSED);
    assert_refused("not-in-force",
                   deciding_appeal(W, id, true, "too mild", world_now));
    world_id(id, number);
    assert_refused("appealed-before",
                   deciding_appeal(W, id, false, "again", world_now));
    assert_done(deciding_appeal(W, id, true, "too mild", world_now));
    assert_refused("took-part", claims_claim(W, P(CAT), number, world_now));
    assert_done(claims_claim(W, P(LEA), number, world_now));
    assert_done(deciding_answer(W, P(LEA), number, true, NULL, "it stands",
                                &proposed, world_now));
    assert_int_equal(world_count("\"type\":\"appeal\""), 4);
}

static void an_appeal_comes_in_time(void **state)
{
    uint64_t number = world_closed(ANN, OUTCOME_WARN);
    uint8_t id[CASE_ID_BYTES];

    (void)state;
    world_id(id, number);
    world_now += world_rules.appeal;
    assert_refused("too-late", deciding_appeal(W, id, false, "why", world_now));
    id[0] ^= 1;
    assert_refused("not-found",
                   deciding_appeal(W, id, false, "why", world_now));
}

static void second_looks_are_blind_and_measured(void **state)
{
    uint64_t number;
    uint64_t look = 0;
    uint64_t found = 0;
    uint64_t reasons = 0;
    uint64_t report;
    bool agrees;

    (void)state;
    world_rules.second_look_ppm = 1000000;
    number = world_closed(ANN, OUTCOME_WARN);
    report = world_last_report;
    assert_refused("not-found", looks_second_next(W, P(ANN), &look, &found,
                                                  &reasons, world_now));
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    assert_int_equal(found, number);
    assert_refused("not-found", looks_second_next(W, P(CAT), &look, &found,
                                                  &reasons, world_now));
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    assert_done(looks_look(W, P(BEN), report, look, world_now));
    assert_refused("not-claimed",
                   looks_look(W, P(CAT), report, look, world_now));
    assert_refused("not-found",
                   looks_second_decide(W, P(CAT), look, "fraud",
                                       OUTCOME_NO_ACTION, &agrees, world_now));
    assert_done(looks_second_decide(W, P(BEN), look, "fraud", OUTCOME_NO_ACTION,
                                    &agrees, world_now));
    assert_false(agrees);
    assert_int_equal(world_state(number), CASE_CLOSED);
    assert_int_equal(world_count("\"agrees\":false"), 1);
}

static void second_looks_spare_what_one_asked_to_be_spared(void **state)
{
    struct desk_preferences likes;
    uint64_t look = 0;
    uint64_t found = 0;
    uint64_t reasons = 0;

    (void)state;
    world_rules.second_look_ppm = 1000000;
    (void)world_closed(ANN, OUTCOME_WARN);
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
    assert_int_not_equal(reasons, 0);
    /* Even one that he has. */
    desk_preferences(&likes, world_db, P(BEN));
    likes.avoid = reasons;
    assert_done(desk_prefer(world_db, P(BEN), &likes));
    assert_refused("not-found", looks_second_next(W, P(BEN), &look, &found,
                                                  &reasons, world_now));
    likes.avoid = ~reasons & (reasons << 1);
    assert_done(desk_prefer(world_db, P(BEN), &likes));
    assert_done(
        looks_second_next(W, P(BEN), &look, &found, &reasons, world_now));
}

static void the_accused_is_told_after_a_delay(void **state)
{
    struct outbox_event event;
    const char *const urls[] = {"https://platform.example/hook", NULL};
    uint64_t next;

    (void)state;
    world_begin();
    outbox_endpoints(world_db, urls);
    world_commit();
    (void)world_closed(ANN, OUTCOME_WARN);
    world_begin();
    assert_int_equal(deciding_release(W, 10, world_now), 0);
    world_commit();
    world_now += world_rules.statement;
    world_begin();
    assert_int_equal(deciding_release(W, 10, world_now), 1);
    assert_int_equal(deciding_release(W, 10, world_now), 0);
    world_commit();
    assert_true(outbox_event_due(world_db, &event, &next, world_now));
    assert_string_equal(event.type, "decision.made");
    world_begin();
    outbox_event_told(world_db, event.number);
    world_commit();
    assert_true(outbox_event_due(world_db, &event, &next, world_now));
    assert_string_equal(event.type, "statement.ready");
    assert_string_equal(event.url, urls[0]);
}

/* ---- Floods
 * ------------------------------------------------------------------------ */

static void a_flood_is_seen_closed_and_undone(void **state)
{
    const struct queue_filter filter = {.sender =
                                            support_text("mimi://x/spammer")};
    uint64_t numbers[3];
    uint64_t flood = 0;
    size_t count = 0;
    struct flood covered;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char room[32];

        (void)snprintf(room, sizeof room, "mimi://x/r/%zu", i);
        numbers[i] = world_take(
            &(struct world_report){.sender = "mimi://x/spammer", .room = room});
    }
    (void)world_claimed(ANN);
    assert_true(flood_look(&covered, world_db, P(LEA), &filter, world_now));
    assert_int_equal(covered.cases, 3);
    flood_free(&covered);
    assert_done(claims_claim(W, P(ANN), numbers[2], world_now));
    assert_refused("changed", flood_close(W, P(LEA), &filter, covered.digest,
                                          "spam", &flood, &count, world_now));
    assert_true(flood_look(&covered, world_db, P(LEA), &filter, world_now));
    assert_refused("why", flood_close(W, P(LEA), &filter, covered.digest, "",
                                      &flood, &count, world_now));
    assert_done(flood_close(W, P(LEA), &filter, covered.digest, "spam", &flood,
                            &count, world_now));
    flood_free(&covered);
    assert_int_equal(count, 2);
    assert_int_equal(world_state(numbers[0]), CASE_CLOSED);
    assert_refused("not-yours",
                   flood_undo(W, P(BEN), flood, &count, world_now));
    assert_done(flood_undo(W, P(LEA), flood, &count, world_now));
    assert_int_equal(count, 2);
    assert_int_equal(world_state(numbers[0]), CASE_WAITING);
    assert_refused("too-late", flood_undo(W, P(LEA), flood, &count, world_now));
}

static bool count_flood(void *context, const struct flood_line *line)
{
    (void)line;
    (*(size_t *)context)++;
    return true;
}

static size_t floods_seen_by(const struct actor *who)
{
    size_t count = 0;

    floods(world_db, who, count_flood, &count);
    return count;
}

/* Its reason may say what those of other queues are not to know. */
static void a_flood_is_known_in_its_own_queues(void **state)
{
    struct actor elsewhere = world_people[LEA];
    const struct queue_filter filter = {.sender = support_text("mimi://x/1")};
    uint64_t flood;
    size_t count;
    struct flood look;

    (void)state;
    (void)world_take(&(struct world_report){.sender = "mimi://x/1"});
    assert_true(flood_look(&look, world_db, P(ANN), &filter, world_now));
    assert_done(flood_close(W, P(ANN), &filter, look.digest, "the same text",
                            &flood, &count, world_now));
    flood_free(&look);
    elsewhere.all_queues = false;
    (void)snprintf(elsewhere.queues, sizeof elsewhere.queues, "\nfraud\n");
    assert_int_equal(floods_seen_by(P(BEN)), 1);
    assert_int_equal(floods_seen_by(&elsewhere), 0);
    assert_refused("not-found",
                   flood_undo(W, &elsewhere, flood, &count, world_now));
    (void)snprintf(elsewhere.queues, sizeof elsewhere.queues,
                   "\nfraud\ngeneral\n");
    assert_int_equal(floods_seen_by(&elsewhere), 1);
    assert_done(flood_undo(W, &elsewhere, flood, &count, world_now));
    assert_int_equal(floods_seen_by(P(ANN)), 1);
}

static void reporters_are_told_when_a_flood_stands(void **state)
{
    const struct queue_filter filter = {.sender =
                                            support_text("mimi://x/spammer")};
    struct outbox_notice notices[8];
    struct flood covered;
    uint64_t flood;
    size_t count;

    (void)state;
    (void)world_take(&(struct world_report){.sender = "mimi://x/spammer"});
    assert_true(flood_look(&covered, world_db, P(LEA), &filter, world_now));
    assert_done(flood_close(W, P(LEA), &filter, covered.digest, "spam", &flood,
                            &count, world_now));
    flood_free(&covered);
    world_begin();
    assert_int_equal(flood_settle(world_db, 10, world_now), 0);
    world_commit();
    assert_int_equal(outbox_notices(world_db, notices, 8), 0);
    world_now += world_rules.flood_undo;
    world_begin();
    assert_int_equal(flood_settle(world_db, 10, world_now), 1);
    assert_int_equal(flood_settle(world_db, 10, world_now), 0);
    world_commit();
    assert_int_equal(outbox_notices(world_db, notices, 8), 1);
    assert_int_equal(notices[0].notice.state, REPORT_CLOSED);
    assert_refused("too-late", flood_undo(W, P(LEA), flood, &count, world_now));
}

/* ---- Notices
 * -------------------------------------------------------------------------- */

static void the_hub_is_told_in_order_and_once(void **state)
{
    struct outbox_notice notices[8];

    (void)state;
    (void)world_closed(ANN, OUTCOME_WARN);
    assert_int_equal(outbox_notices(world_db, notices, 8), 3);
    assert_int_equal(notices[0].notice.state, REPORT_IN_REVIEW);
    assert_int_equal(notices[1].notice.state, REPORT_DECIDED);
    assert_string_equal(notices[1].notice.outcome, "action_taken");
    assert_int_equal(notices[2].notice.state, REPORT_CLOSED);
    world_begin();
    outbox_notices_told(W, notices[1].number, world_now);
    world_commit();
    assert_int_equal(outbox_notices(world_db, notices, 8), 1);
    assert_int_equal(world_count("\"to\":\"hub\""), 2);
}

/* ---- Retention
 * -------------------------------------------------------------------------- */

static void a_case_is_forgotten_when_its_time_is_over(void **state)
{
    uint64_t number = world_closed(ANN, OUTCOME_WARN);

    (void)state;
    assert_done(
        deciding_note(W, P(ANN), number, "canary-note-text", world_now));
    world_now += world_rules.appeal - world_rules.retract - 1;
    assert_false(world_purge());
    world_now += 1;
    assert_true(world_purge());
    assert_int_equal(world_state(number), CASE_PURGED);
    assert_false(world_purge());
    world_begin();
    world_commit();
    assert_true(db_checkpoint_all(world_db));
    assert_false(world_in_files("canary-note-text"));
    assert_false(world_in_files("mimi://a.example/u/0"));
    assert_int_equal(world_count("\"type\":\"purge\""), 2);
    assert_refused("state", deciding_note(W, P(ANN), number, "x", world_now));
}

static void a_legal_hold_keeps_a_case_and_takes_two(void **state)
{
    uint64_t number = world_closed(ANN, OUTCOME_WARN);
    uint64_t until = world_now + world_rules.appeal + 30 * DAY;
    uint64_t hold = 0;

    (void)state;
    assert_refused("until",
                   retention_hold(W, P(LEA), number, world_now + 366 * DAY,
                                  "court", &hold, world_now));
    assert_done(
        retention_hold(W, P(LEA), number, until, "court", &hold, world_now));
    assert_refused("own-hold", retention_confirm(W, P(LEA), hold, world_now));
    assert_done(retention_confirm(W, P(BEN), hold, world_now));
    world_now += world_rules.appeal;
    assert_false(world_purge()); /* held */
    assert_int_equal(world_state(number), CASE_CLOSED);
    world_now = until - 1;
    assert_false(world_purge());
    world_now = until;
    assert_true(world_purge());
    assert_int_equal(world_state(number), CASE_PURGED);
}

/* ---- People
 * ---------------------------------------------------------------------------
 */

static void ending_an_account_ends_all_that_is_his(void **state)
{
    static const struct session_rules rules = {30 * MINUTE, 12 * HOUR};
    const uint8_t token[TOKEN_HASH_BYTES] = {9};
    uint64_t number = world_claimed(ANN);
    struct actor found;
    uint64_t used;

    (void)state;
    world_holder(ANN, 1);
    assert_done(session_begin(W, P(ANN)->number, token, 5, NULL, world_now));
    assert_true(
        session_find(&found, &used, world_db, token, &rules, world_now));
    assert_refused("own-account",
                   account_end(W, P(ADA), P(ADA)->number, world_now));
    assert_done(account_end(W, P(ADA), P(ANN)->number, world_now));
    assert_false(
        session_find(&found, &used, world_db, token, &rules, world_now));
    assert_int_equal(world_state(number), CASE_WAITING);
    assert_refused("ended", account_end(W, P(ADA), P(ANN)->number, world_now));
}

static void a_code_works_once(void **state)
{
    const uint8_t recovery[TOKEN_HASH_BYTES] = {3};

    (void)state;
    assert_done(session_begin(W, P(ANN)->number, (uint8_t[TOKEN_HASH_BYTES]){1},
                              5, NULL, world_now));
    assert_refused("code-used", session_begin(W, P(ANN)->number,
                                              (uint8_t[TOKEN_HASH_BYTES]){2}, 5,
                                              NULL, world_now));
    assert_done(session_begin(W, P(ANN)->number, (uint8_t[TOKEN_HASH_BYTES]){3},
                              0, recovery, world_now));
    assert_refused("code-used", session_begin(W, P(ANN)->number,
                                              (uint8_t[TOKEN_HASH_BYTES]){4}, 0,
                                              recovery, world_now));
}

static void a_session_ends_when_idle_and_in_any_case(void **state)
{
    static const struct session_rules rules = {30 * MINUTE, 12 * HOUR};
    const uint8_t token[TOKEN_HASH_BYTES] = {9};
    struct actor found;
    uint64_t used;

    (void)state;
    assert_done(session_begin(W, P(ANN)->number, token, 5, NULL, world_now));
    assert_false(session_find(&found, &used, world_db, token, &rules,
                              world_now + 30 * MINUTE + 1));
    for (unsigned i = 0; i < 30; i++) {
        world_now += 24 * MINUTE;
        world_begin();
        session_used(world_db, token, world_now);
        world_commit();
    }
    assert_true(
        session_find(&found, &used, world_db, token, &rules, world_now));
    assert_false(
        session_find(&found, &used, world_db, token, &rules, world_now + 1));
    assert_false(session_find(&found, &used, world_db, token, &rules,
                              world_now - 13 * HOUR));
    world_begin();
    assert_int_equal(session_expire(world_db, &rules, world_now + HOUR), 1);
    world_commit();
}

static void nobody_runs_accounts_and_sees_content(void **state)
{
    uint64_t number;
    const uint8_t token[TOKEN_HASH_BYTES] = {77};

    (void)state;
    assert_refused("roles", account_add(W, P(ADA), "eve", "eve",
                                        ROLE_ADMIN | ROLE_REVIEWER, NULL, token,
                                        world_now + DAY, &number, world_now));
    assert_refused("roles",
                   account_change(W, P(ADA), P(ANN)->number, "ann",
                                  ROLE_ADMIN | ROLE_LEAD, NULL, world_now));
    assert_refused("name-taken",
                   account_add(W, P(ADA), "ann", "ann", ROLE_REVIEWER, NULL,
                               token, world_now + DAY, &number, world_now));
}

static void the_log_names_no_user_and_nobody_of_the_team(void **state)
{
    (void)state;
    (void)world_closed(ANN, OUTCOME_WARN);
    assert_int_equal(world_count("mimi:"), 0);
    assert_int_equal(world_count("\"ann\""), 0);
    assert_true(world_count(P(ANN)->pseudonym) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(reports_about_one_sender_in_one_room_are_one_case),
        IN_WORLD(copies_are_told_from_follow_ups),
        IN_WORLD(a_graver_report_takes_a_waiting_case_along),
        IN_WORLD(what_is_decided_takes_no_more_reports),
        IN_WORLD(two_people_never_hold_one_case),
        IN_WORLD(a_claim_that_ends_loses_nothing),
        IN_WORLD(claims_lapse_by_themselves),
        IN_WORLD(an_open_case_stays_open_when_its_claim_ends),
        IN_WORLD(a_case_is_held_for_a_limited_time),
        IN_WORLD(a_case_is_handed_to_a_named_person),
        IN_WORLD(the_next_case_is_the_gravest_and_oldest),
        IN_WORLD(nobody_sees_a_queue_that_is_not_his),
        IN_WORLD(a_case_is_asked_for_once_at_a_time),
        IN_WORLD(only_a_holder_consents_with_his_own_share),
        IN_WORLD(a_holder_who_was_removed_consents_no_more),
        IN_WORLD(an_old_consent_opens_nothing),
        IN_WORLD(a_consent_for_another_report_is_refused),
        IN_WORLD(consents_are_dropped_when_the_report_is_open),
        IN_WORLD(what_cannot_be_read_is_open_and_shows_nothing),
        IN_WORLD(a_request_ends_when_too_few_can_agree),
        IN_WORLD(a_request_ends_by_itself),
        IN_WORLD(only_whoever_works_on_an_open_case_looks),
        IN_WORLD(a_reporters_name_is_shown_when_asked_for_and_logged),
        IN_WORLD(a_holder_who_takes_a_named_report_away_is_logged),
        IN_WORLD(nothing_is_decided_unopened),
        IN_WORLD(a_grave_outcome_takes_a_second_person),
        IN_WORLD(a_second_person_can_send_it_back),
        IN_WORLD(what_is_withheld_must_be_known_for_a_grave_outcome),
        IN_WORLD(a_decision_is_taken_back_in_time_alone),
        IN_WORLD(an_appeal_goes_to_a_third),
        IN_WORLD(an_appeal_comes_in_time),
        IN_WORLD(second_looks_are_blind_and_measured),
        IN_WORLD(second_looks_spare_what_one_asked_to_be_spared),
        IN_WORLD(the_accused_is_told_after_a_delay),
        IN_WORLD(a_flood_is_seen_closed_and_undone),
        IN_WORLD(a_flood_is_known_in_its_own_queues),
        IN_WORLD(reporters_are_told_when_a_flood_stands),
        IN_WORLD(the_hub_is_told_in_order_and_once),
        IN_WORLD(a_case_is_forgotten_when_its_time_is_over),
        IN_WORLD(a_legal_hold_keeps_a_case_and_takes_two),
        IN_WORLD(ending_an_account_ends_all_that_is_his),
        IN_WORLD(a_code_works_once),
        IN_WORLD(a_session_ends_when_idle_and_in_any_case),
        IN_WORLD(nobody_runs_accounts_and_sees_content),
        IN_WORLD(the_log_names_no_user_and_nobody_of_the_team),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
