/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services' own code, led through random lives by people who do whatever
 * comes to their minds: hub and moderation side, each with its database. Their
 * logs keep all rules, whatever was tried.
 */
#include "cases_world.h"
#include "hub_store.h"
#include "key_json.h"
#include "reports.h"
#include "rules.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define W &world, world_db
#define STEPS 2000
#define MINUTES(n) ((n)*MINUTE)

static uint32_t seed;
static struct db *hub_db;
static struct ledger hub_ledger;
static uint8_t quorum_id[FRANK_QUORUM_ID_BYTES];
static uint64_t reports; /* numbers 1 to this, in both databases */
static uint64_t cases;
static uint64_t requests;
static uint64_t holds;
static uint64_t floods_made;
static uint64_t refused_since;
static uint8_t last_decision[CASE_ID_BYTES];
static uint64_t last_decided; /* its case */
static uint64_t last_asked;   /* a report */
static bool aud_left;
static uint64_t done[64]; /* entries, by rule */

static uint32_t some(uint32_t below)
{
    return support_random(&seed) % below;
}

static uint64_t one_of(uint64_t last)
{
    /* Mostly one of the newest. */
    uint64_t back = some(4) == 0 ? some(64) : some(6);

    return last > back ? last - back : 1;
}

/* A reviewer, or the lead. */
static struct actor *worker(void)
{
    static const unsigned who[] = {ANN, BEN, CAT, LEA};

    return &world_people[who[some(4)]];
}

/* ---- The two sides ---------------------------------------------------------
 */

static void hub_commit(void)
{
    ledger_save(&hub_ledger, hub_db);
    assert_true(db_commit(hub_db));
}

static void log_quorum(void)
{
    const struct frank_quorum *quorum = reports_quorum();
    char hex[2 * FRANK_QUORUM_ID_BYTES + 1];
    char point[2 * FRANK_POINT_BYTES + 1];
    char rest[256];

    frank_quorum_id(quorum_id, quorum);
    support_hex_encode(hex, quorum_id, sizeof quorum_id);
    support_hex_encode(point, quorum->public_key, sizeof quorum->public_key);
    (void)snprintf(rest, sizeof rest,
                   ",\"quorum\":\"%s\",\"P\":\"%s\",\"threshold\":%u,"
                   "\"holders\":%u",
                   hex, point, quorum->threshold, quorum->holders);
    world_begin();
    cases_log(W, &actor_service, "quorum_key", rest, world_now);
    world_commit();
    for (unsigned i = 0; i < 3; i++) {
        assert_done(holder_set(W, &world_people[ADA],
                               world_people[ANN + i].number, quorum_id, i + 1,
                               world_now));
    }
}

static int open_world(void **state)
{
    struct db_trouble what;
    int error = world_open(state);

    world_rules.second_look_ppm = 500000;
    world_rules.appeal = 20 * DAY;
    memset(&hub_ledger, 0, sizeof hub_ledger);
    aud_left = false;
    reports = cases = requests = holds = floods_made = 0;
    last_asked = last_decided = 1;
    if (error != 0 || !db_open(&hub_db, "hub.db", DB_WRITER, &hub_schema,
                               hub_statements, hub_statement_count, &what)) {
        return 1;
    }
    db_begin(hub_db);
    hub_epoch(&hub_ledger, hub_db, 1, 0, false, world_now);
    hub_commit();
    refused_since = world_now;
    log_quorum();
    return 0;
}

static int close_world(void **state)
{
    bool ok = db_ok(hub_db);

    db_close(hub_db);
    return world_close(state) || !ok;
}

/* ---- What can happen -------------------------------------------------------
 */

static void number_digest(uint8_t out[static FRANK_DIGEST_BYTES],
                          uint64_t number)
{
    memset(out, 0x77, FRANK_DIGEST_BYTES);
    memcpy(out, &number, sizeof number);
}

static void receive(void)
{
    static const uint8_t bytes[64] = {1};
    const struct hub_rules rules = {.anonymous_max = 1000000,
                                    .distinct_window_ms = DAY};
    struct incoming report = {.received = world_now,
                              .epoch = 1,
                              .sealed = {bytes, sizeof bytes},
                              .verdict = {bytes, 10}};
    uint64_t received;

    reports++;
    memcpy(report.report_id, &reports, sizeof reports);
    memcpy(report.bytes_hash, &reports, sizeof reports);
    memcpy(report.token_hash, &reports, sizeof reports);
    memcpy(report.message, &reports, sizeof reports);
    memcpy(report.salt, &reports, sizeof reports);
    number_digest(report.digest, reports);
    db_begin(hub_db);
    assert_int_equal(hub_take(&hub_ledger, hub_db, &report, &rules, &received),
                     TAKEN_NEW);
    hub_commit();
}

static void take_over(void)
{
    static const uint8_t bytes[64] = {1};
    struct sealed_report *sealed = calloc(1, sizeof *sealed);
    uint8_t salt[HUB_SALT_BYTES] = {0};
    char sender[64];
    struct case_report report = {
        .hub_number = reports,
        .received = world_now,
        .reporter = REPORTER_NAMED,
        .salt = salt,
        .verdict = {bytes, 10},
        .sealed = {bytes, sizeof bytes},
        .report = sealed,
        .verdict_holds = true,
    };
    struct asking_report found;
    bool more;

    assert_non_null(sealed);
    (void)snprintf(sender, sizeof sender, "mimi://a.example/u/%u", some(40));
    memcpy(salt, &reports, sizeof reports);
    memcpy(sealed->header.report_id, &reports, sizeof reports);
    memcpy(sealed->seal.quorum_id, quorum_id, sizeof quorum_id);
    number_digest(sealed->digest, reports);
    sealed->header.count = 1;
    sealed->header.evidence[0].context.sender = support_text(sender);
    sealed->header.evidence[0].context.room = support_text("mimi://a/r/x");
    sealed->header.evidence[0].frank.suite = 1;
    sealed->reporter.salt = salt;
    sealed->reporter.uri = support_text("mimi://a.example/u/reporter");
    (void)snprintf(report.queue, sizeof report.queue, "general");
    world_begin();
    (void)arrivals_take(W, &report, world_now);
    world_commit();
    assert_true(asking_report(&found, world_db, reports));
    cases = found.in_case > cases ? found.in_case : cases;
    asking_report_free(&found);
    db_begin(hub_db);
    (void)hub_taken_over(&hub_ledger, hub_db, reports, world_now + some(1000),
                         100, 1000000, &more);
    hub_commit();
    free(sealed);
}

static void arrive(void)
{
    receive();
    world_now += some(MINUTES(30));
    take_over();
}

static void ask(void)
{
    uint64_t number = one_of(reports);
    struct actor *who = worker();
    struct asking_report report;
    uint64_t request = 0;

    if (!asking_report(&report, world_db, number)) {
        return;
    }
    (void)DO(claims_claim(W, who, report.in_case, world_now));
    if (DO(asking_ask(W, who, report.in_case, &number, 1, "to see it", &request,
                      world_now))
            .what == CASES_DONE) {
        last_asked = number;
    }
    requests = request > requests ? request : requests;
    asking_report_free(&report);
}

static struct consent a_consent(unsigned holder)
{
    struct consent consent = {.holder = (uint8_t)holder};

    memcpy(consent.u, reports_quorum()->share_publics[holder - 1],
           sizeof consent.u);
    consent.proof.e[0] = consent.proof.f[0] = 1;
    return consent;
}

static void give_to(unsigned holder, uint64_t number)
{
    static struct sealed_report sealed;
    struct share share = reports_share(holder);
    struct consent consent = a_consent(holder);
    uint8_t random[GROUP_RANDOM_BYTES];
    struct receipt receipt;
    struct asking_report report;
    struct asking_consent given = {number, &consent, &receipt};

    if (!asking_report(&report, world_db, given.report)) {
        return;
    }
    randombytes_buf(random, sizeof random);
    memcpy(sealed.digest, report.digest, sizeof sealed.digest);
    memcpy(sealed.seal.quorum_id, quorum_id, sizeof quorum_id);
    assert_int_equal(receipt_make(&receipt, &share, &sealed,
                                  world_now - some(MINUTES(1)), random),
                     FRANK_OK);
    (void)DO(asking_consent(
        W, some(20) == 0 ? worker() : &world_people[ANN + holder - 1],
        report.request, &given, world_now));
    asking_report_free(&report);
}

static void give(void)
{
    give_to(some(3) + 1, some(4) == 0 ? one_of(reports) : last_asked);
}

static void open_ready(void)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {7};
    struct asking_ready ready[8];
    size_t count = asking_ready(world_db, 2, ready, 8);

    for (size_t i = 0; i < count; i++) {
        struct consent consents[FRANK_HOLDERS_MAX];
        struct asking_found found = {.key = key,
                                     .disclosed = 1,
                                     .nothing = some(5) == 0,
                                     .verdicts = some(5) == 0
                                                     ? "{\"unreadable\":1}"
                                                     : "{\"matches\":1}"};
        size_t n = asking_consents(W, ready[i].report, consents);

        for (size_t j = 0; j < n; j++) {
            found.holders[found.holder_count++] = consents[j].holder;
        }
        (void)DO(asking_open(W, ready[i].report, &found, world_now));
    }
}

static void refuse(void)
{
    const struct frank_quorum *quorum = reports_quorum();
    struct asking_quorum known = {.threshold = quorum->threshold,
                                  .holders = quorum->holders};

    memcpy(known.id, quorum_id, sizeof quorum_id);
    (void)DO(asking_refuse(W, &world_people[ANN + some(3)], one_of(requests),
                           &known, "no", world_now));
}

static void decide(void)
{
    enum outcome outcome = (enum outcome)some(OUTCOME_COUNT);
    struct decision decision =
        world_decision(outcome, outcome >= OUTCOME_SUSPEND);
    uint64_t number = one_of(cases);
    struct actor *who = worker();
    uint8_t id[CASE_ID_BYTES];

    decision.withheld_seen = true;
    if (some(2) == 0) {
        (void)DO(claims_claim(W, who, number, world_now));
    }
    if (DO(deciding_decide(W, who, number, &decision, id, world_now)).what ==
        CASES_DONE) {
        memcpy(last_decision, id, sizeof id);
        last_decided = number;
    }
}

static void answer(void)
{
    enum outcome outcome = (enum outcome)some(OUTCOME_COUNT);
    struct decision decision =
        world_decision(outcome, outcome >= OUTCOME_SUSPEND);
    struct actor *who = worker();
    bool proposed;

    decision.withheld_seen = true;
    (void)DO(claims_claim(W, who, last_decided, world_now));
    (void)DO(deciding_answer(W, who, last_decided, some(2) == 0, &decision,
                             "because", &proposed, world_now));
}

static void second_look(void)
{
    struct actor *who = worker();
    uint64_t look;
    uint64_t number;
    uint64_t reasons;
    bool agrees;

    if (DO(looks_second_next(W, who, &look, &number, &reasons, world_now))
            .what == CASES_DONE) {
        (void)DO(looks_look(W, who, one_of(reports), look, world_now));
        (void)DO(looks_second_decide(W, who, look, "fraud",
                                     (enum outcome)some(OUTCOME_COUNT), &agrees,
                                     world_now));
    }
}

static void flood(void)
{
    const struct queue_filter filter = {.queue = "general"};
    struct actor *who = worker();
    struct flood covered;
    uint64_t made;
    size_t count;

    assert_true(flood_look(&covered, world_db, who, &filter, world_now));
    if (DO(flood_close(W, who, &filter, covered.digest, "a flood", &made,
                       &count, world_now))
            .what == CASES_DONE) {
        floods_made = made;
    }
    flood_free(&covered);
}

static void hold(void)
{
    uint64_t made = 0;

    (void)DO(retention_hold(W, &world_people[LEA], one_of(cases),
                            world_now + DAY * (1 + some(60)), "a court", &made,
                            world_now));
    holds = made > holds ? made : holds;
}

static void tell(void)
{
    struct outbox_notice notices[32];
    size_t count = outbox_notices(world_db, notices, 32);

    if (count > 0) {
        world_begin();
        outbox_notices_told(W, notices[count - 1].number, world_now);
        world_commit();
    }
}

static void keep_time(void)
{
    world_begin();
    (void)claims_lapse(W, 100, world_now);
    (void)asking_expire(W, 100, world_now);
    (void)deciding_settle(W, 100, world_now);
    (void)deciding_release(W, 100, world_now);
    (void)flood_settle(world_db, 100, world_now);
    world_commit();
    for (unsigned i = 0; i < 100; i++) {
        world_begin();
        if (!retention_purge(W, world_now)) {
            i = 100;
        }
        world_commit();
    }
}

static void an_hour(void)
{
    const struct hub_refusals refusals[] = {{"mac", 1 + some(10)},
                                            {"too-old", 2}};
    uint64_t retain = 30 * DAY;

    db_begin(hub_db);
    (void)hub_purge(&hub_ledger, hub_db,
                    world_now > retain ? world_now - retain : 0, world_now,
                    1000);
    hub_log_refusals(&hub_ledger, hub_db, refused_since, world_now, refusals,
                     some(3));
    refused_since = world_now;
    hub_commit();
    keep_time();
}

/* Somebody's role changes, somebody leaves, a share goes to another. */
static void people(void)
{
    struct actor *ada = &world_people[ADA];
    struct actor *who = &world_people[CAT];

    if (!aud_left && some(4) == 0) {
        assert_done(account_end(W, ada, world_people[AUD].number, world_now));
        aud_left = true;
    } else {
        (void)DO(account_change(W, ada, who->number, "x",
                                some(2) == 0 ? ROLE_REVIEWER
                                             : ROLE_REVIEWER | ROLE_LEAD,
                                NULL, world_now));
        assert_true(account_actor(who, world_db, who->number));
    }
    if (some(3) == 0) {
        (void)DO(holder_set(W, ada, world_people[ANN + some(3)].number,
                            quorum_id, 1 + some(3), world_now));
    }
    if (some(6) == 0) {
        (void)DO(holder_set(W, ada, 0, quorum_id, 1 + some(3), world_now));
    }
}

static void step(unsigned what)
{
    uint64_t number = one_of(cases);
    struct actor *who = worker();
    size_t count;

    switch (what) {
    case 0:
        arrive();
        break;
    case 1:
    case 2:
        (void)DO(claims_claim(W, worker(), number, world_now));
        break;
    case 3:
        ask();
        break;
    case 4:
    case 5:
    case 6:
        give();
        open_ready();
        break;
    case 7:
        refuse();
        break;
    case 8:
    case 9:
        decide();
        break;
    case 10:
        (void)DO(claims_claim(W, who, last_decided, world_now));
        (void)DO(deciding_review(W, who, last_decided, some(3) > 0, "why",
                                 world_now));
        break;
    case 11:
        (void)DO(deciding_retract(W, worker(), number, "why", world_now));
        break;
    case 12:
        (void)DO(
            deciding_appeal(W, last_decision, some(2) == 0, "no", world_now));
        break;
    case 13:
        answer();
        break;
    case 14:
        second_look();
        break;
    case 15:
        if (some(4) == 0) {
            flood();
        }
        break;
    case 16:
        (void)DO(flood_undo(W, worker(), floods_made, &count, world_now));
        break;
    case 17:
        hold();
        break;
    case 18:
        (void)DO(retention_confirm(W, worker(), one_of(holds), world_now));
        break;
    case 19:
        (void)DO(retention_end(W, &world_people[LEA], one_of(holds), "over",
                               world_now));
        break;
    case 20:
        (void)DO(looks_look(W, worker(), one_of(reports), 0, world_now));
        break;
    case 21:
        (void)DO(looks_reveal(W, worker(), one_of(reports), "why", world_now));
        break;
    case 22:
        (void)DO(claims_hold(W, worker(), number, world_now + DAY, "waits",
                             world_now));
        break;
    case 23:
        (void)DO(claims_hand_over(W, worker(), number, worker(), "yours",
                                  world_now));
        break;
    case 24:
        (void)DO(claims_release(W, worker(), number, world_now));
        break;
    case 25:
        (void)DO(asking_withdraw(W, worker(), one_of(requests), world_now));
        break;
    case 26:
        tell();
        break;
    case 27:
        people();
        break;
    case 28:
        (void)DO(asking_give_sealed(W, worker(), one_of(requests), last_asked,
                                    world_now));
        break;
    default:
        world_now += some(HOUR);
        keep_time();
    }
}

/* A case that ann claimed, and that is open; sealed copies were given. */
static uint64_t straight_open(void)
{
    uint64_t request;
    uint64_t number;

    arrive();
    number = cases;
    assert_done(claims_claim(W, &world_people[ANN], number, world_now));
    assert_done(asking_ask(W, &world_people[ANN], number, &reports, 1, "why",
                           &request, world_now));
    requests = request;
    for (unsigned holder = 1; holder <= 2; holder++) {
        assert_done(asking_give_sealed(W, &world_people[ANN + holder - 1],
                                       request, reports, world_now));
        give_to(holder, reports);
    }
    open_ready();
    assert_done(looks_look(W, &world_people[ANN], reports, 0, world_now));
    return number;
}

/* What is long by chance happens once on purpose: opened, looked at, proposed,
 * confirmed, appealed, answered, held. */
static void a_straight_way(void)
{
    const struct decision grave = world_decision(OUTCOME_SUSPEND, true);
    uint64_t number = straight_open();
    uint8_t id[CASE_ID_BYTES];
    bool proposed;

    assert_done(looks_reveal(W, &world_people[ANN], reports, "why", world_now));
    assert_done(
        deciding_decide(W, &world_people[ANN], number, &grave, id, world_now));
    assert_done(claims_claim(W, &world_people[BEN], number, world_now));
    assert_done(
        deciding_review(W, &world_people[BEN], number, true, "", world_now));
    assert_done(deciding_appeal(W, id, false, "no", world_now));
    assert_done(claims_claim(W, &world_people[CAT], number, world_now));
    assert_done(deciding_answer(W, &world_people[CAT], number, true, &grave,
                                "because", &proposed, world_now));
    hold();
    (void)DO(retention_confirm(W, &world_people[ANN], holds, world_now));
    tell();
}

/* A reporter's appeal makes it worse, by two who had no part; to that the
 * accused objects for the second time. */
static void a_way_through_appeals(void)
{
    const struct decision warn = world_decision(OUTCOME_WARN, false);
    const struct decision grave = world_decision(OUTCOME_SUSPEND, true);
    uint64_t number = straight_open();
    uint8_t id[CASE_ID_BYTES];
    bool proposed;

    assert_done(
        deciding_decide(W, &world_people[ANN], number, &warn, id, world_now));
    assert_done(deciding_appeal(W, id, false, "no", world_now));
    assert_done(claims_claim(W, &world_people[CAT], number, world_now));
    assert_done(deciding_answer(W, &world_people[CAT], number, true, &warn,
                                "because", &proposed, world_now));
    assert_done(deciding_appeal(W, id, true, "too mild", world_now));
    assert_done(claims_claim(W, &world_people[BEN], number, world_now));
    assert_done(deciding_answer(W, &world_people[BEN], number, false, &grave,
                                "because", &proposed, world_now));
    assert_true(proposed);
    assert_done(claims_claim(W, &world_people[LEA], number, world_now));
    assert_done(
        deciding_review(W, &world_people[LEA], number, true, "", world_now));
    world_id(id, number);
    assert_done(deciding_appeal(W, id, false, "not again", world_now));
}

/* ---- The rules over what came of it ----------------------------------------
 */

struct feeding {
    struct rules *rules;
    enum rules_log log;
};

static bool feed(void *context, struct frank_span entry)
{
    const struct feeding *f = context;

    return rules_entry(f->rules, f->log, rules_next(f->rules, f->log), entry) ==
           FRANK_OK;
}

static bool show(void *context, const struct rules_finding *f)
{
    (void)context;
    print_error("%s: %s entry %u: %s\n", f->rule,
                f->log == RULES_HUB ? "hub" : "mod", (unsigned)f->index,
                f->text);
    return true;
}

static void check_rules(void)
{
    struct rules_settings settings = {
        .limits = rules_limits_standard,
        .quorums = {reports_quorum(), 1},
        .now = world_now,
        .threads = 2,
    };
    struct feeding f = {.log = RULES_HUB};
    char trouble[RULES_TROUBLE_BYTES];

    settings.limits.appeal = world_rules.appeal;
    settings.limits.hub_retain = 30 * DAY;
    assert_int_equal(rules_open(&f.rules, &settings, trouble), FRANK_OK);
    assert_int_equal(ledger_read(hub_db, 0, UINT32_MAX, feed, &f),
                     hub_ledger.range.size);
    f.log = RULES_MOD;
    assert_int_equal(ledger_read(world_db, 0, UINT32_MAX, feed, &f),
                     world.ledger->range.size);
    assert_int_equal(rules_end(f.rules, world_now), FRANK_OK);
    if (rules_findings(f.rules) != 0) {
        print_error("seed %u\n", seed);
        rules_each(f.rules, show, NULL);
        fail();
    }
    for (size_t i = 0; i < rules_count(); i++) {
        done[i] += rules_result(f.rules, i).entries;
    }
    rules_close(f.rules);
}

static void live(uint32_t from)
{
    seed = from;
    a_straight_way();
    a_way_through_appeals();
    for (unsigned i = 0; i < STEPS; i++) {
        step(some(31));
        world_now += some(MINUTES(3));
        if (i % 10 == 0) {
            world_now += some(MINUTES(480));
            an_hour();
        }
    }
    for (unsigned i = 0; i < 120; i++) {
        world_now += DAY / 2;
        an_hour();
    }
    tell();
    check_rules();
}

static void random_lives_keep_the_rules(void **state)
{
    (void)state;
    live(1);
}

static void another_life_does_too(void **state)
{
    (void)state;
    live(77777);
}

/* Nothing above is worth anything where a rule had nothing to look at. */
static void every_rule_had_entries_to_look_at(void **state)
{
    (void)state;
    for (size_t i = 0; i < rules_count(); i++) {
        if (done[i] == 0) {
            print_error("no entry for rule %u\n", (unsigned)i);
        }
        assert_int_not_equal(done[i], 0);
    }
}

#define IN_BOTH(test)                                                          \
    cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH(random_lives_keep_the_rules),
        IN_BOTH(another_life_does_too),
        cmocka_unit_test(every_rule_had_entries_to_look_at),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    key_json_start(abort);
    (void)reports_quorum(); /* before the tests leave this folder */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
