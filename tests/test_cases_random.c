/* SPDX-License-Identifier: Apache-2.0 */
/* Several people do whatever they like to some cases, and the log still leads
 * where the database says. */
#include "cases_world.h"

#include <sodium.h>
#include <string.h>

#define CASES_AT_RANDOM 3
#define ROUNDS 40
#define STEPS 320
#define WORKERS 4

static uint64_t numbers[CASES_AT_RANDOM];

/* Somebody does something to one of the cases. */
struct act {
    unsigned who;
    uint64_t number;
    uint64_t report; /* each case has one, of its number */
};

static uint32_t seed;

static bool coin(void)
{
    return support_random(&seed) % 2 != 0;
}

static struct decision any_decision(void)
{
    switch (support_random(&seed) % 3) {
    case 0:
        return world_decision(OUTCOME_NO_ACTION, false);
    case 1:
        return world_decision(OUTCOME_WARN, false);
    default:
        return world_decision(OUTCOME_SUSPEND, true);
    }
}

/* The request of a case that waits; 0: none. */
static uint64_t pending(uint64_t number)
{
    uint64_t request = 0;

    if (db_row(world_db, FIND_PENDING, DB_VALUES(DB_INT(number)))) {
        request = db_int(world_db, FIND_PENDING, 0);
        db_done(world_db, FIND_PENDING);
    }
    return request;
}

/* ---- Actions
 * ---------------------------------------------------------------------- */

typedef struct cases_answer do_act(const struct act *a);

static struct cases_answer claim(const struct act *a)
{
    return claims_claim(W, P(a->who), a->number, world_now);
}

static struct cases_answer next(const struct act *a)
{
    uint64_t number;

    return claims_next(W, P(a->who), NULL, &number, world_now);
}

static struct cases_answer hold_claim(const struct act *a)
{
    return claims_hold(W, P(a->who), a->number, world_now + DAY, "why",
                       world_now);
}

static struct cases_answer hand_over(const struct act *a)
{
    return claims_hand_over(W, P(a->who), a->number, P((a->who + 1) % WORKERS),
                            "why", world_now);
}

static struct cases_answer release(const struct act *a)
{
    return claims_release(W, P(a->who), a->number, world_now);
}

static struct cases_answer ask(const struct act *a)
{
    uint64_t request;

    return asking_ask(W, P(a->who), a->number, &a->report, 1, "why", &request,
                      world_now);
}

static struct cases_answer withdraw(const struct act *a)
{
    return asking_withdraw(W, P(a->who), pending(a->number), world_now);
}

/* Holder i of the quorum is person i. */
static struct cases_answer agree(const struct act *a)
{
    uint64_t request = pending(a->number);
    struct consent consent = world_fake_consent(a->who);
    struct receipt receipt;
    const struct asking_consent given = {a->report, &consent, &receipt};

    if (request == 0) {
        return cases_unknown(); /* it may be purged */
    }
    receipt = world_fake_receipt(a->report, a->who);
    return asking_consent(W, P(a->who), request, &given, world_now);
}

static struct cases_answer refuse(const struct act *a)
{
    const struct asking_quorum quorum = {.threshold = 2, .holders = 3};

    return asking_refuse(W, P(a->who), pending(a->number), &quorum, "why",
                         world_now);
}

static struct cases_answer unseal(const struct act *a)
{
    static const uint8_t key[SEAL_KEY_BYTES];
    const struct asking_found found = {.key = key, .verdicts = "{}"};

    return asking_open(W, a->report, &found, world_now);
}

static struct cases_answer look(const struct act *a)
{
    return looks_look(W, P(a->who), a->report, 0, world_now);
}

static struct cases_answer reveal(const struct act *a)
{
    return looks_reveal(W, P(a->who), a->report, "why", world_now);
}

static struct cases_answer note(const struct act *a)
{
    return deciding_note(W, P(a->who), a->number, "note", world_now);
}

static struct cases_answer decide(const struct act *a)
{
    const struct decision decision = any_decision();
    uint8_t id[CASE_ID_BYTES];

    return deciding_decide(W, P(a->who), a->number, &decision, id, world_now);
}

static struct cases_answer review(const struct act *a)
{
    return deciding_review(W, P(a->who), a->number, coin(), "why", world_now);
}

static struct cases_answer retract(const struct act *a)
{
    return deciding_retract(W, P(a->who), a->number, "why", world_now);
}

static struct cases_answer appeal(const struct act *a)
{
    uint8_t id[CASE_ID_BYTES] = {0};

    world_id(id, a->number);
    return deciding_appeal(W, id, coin(), "why", world_now);
}

static struct cases_answer answer(const struct act *a)
{
    const struct decision decision = any_decision();
    bool proposed;

    return deciding_answer(W, P(a->who), a->number, coin(), &decision, "why",
                           &proposed, world_now);
}

/* Takes the next second look and decides it, with a look at what there is. */
static struct cases_answer second_look(const struct act *a)
{
    uint64_t reasons;
    uint64_t number;
    uint64_t which;
    bool agrees;
    struct cases_answer did =
        looks_second_next(W, P(a->who), &which, &number, &reasons, world_now);

    if (did.what == CASES_DONE) {
        did = looks_look(W, P(a->who), number, which, world_now);
    }
    if (did.what == CASES_DONE) {
        did = looks_second_decide(W, P(a->who), which, "fraud", OUTCOME_WARN,
                                  &agrees, world_now);
    }
    return did;
}

/* This one, or all that wait. */
static struct cases_answer dismiss(const struct act *a)
{
    const struct queue_filter filter = {
        .numbers = &a->number, .number_count = support_random(&seed) % 8 != 0};
    struct cases_answer did = cases_unknown();
    struct flood covered;
    uint64_t flood;
    size_t count;

    if (flood_look(&covered, world_db, P(a->who), &filter, world_now)) {
        did = flood_close(W, P(a->who), &filter, covered.digest, "why", &flood,
                          &count, world_now);
    }
    flood_free(&covered);
    return did;
}

static struct cases_answer reinstate(const struct act *a)
{
    struct case_row row;
    size_t count;

    return case_find(&row, world_db, P(a->who), a->number, world_now).what ==
                       CASES_DONE &&
                   row.flood != 0
               ? flood_undo(W, P(a->who), row.flood, &count, world_now)
               : cases_unknown();
}

static uint64_t last_hold; /* of any case */

static struct cases_answer order_hold(const struct act *a)
{
    uint64_t hold = 0;
    struct cases_answer did = retention_hold(
        W, P(a->who), a->number, world_now + 90 * DAY, "why", &hold, world_now);

    last_hold = hold != 0 ? hold : last_hold;
    return did;
}

static struct cases_answer confirm_hold(const struct act *a)
{
    return retention_confirm(W, P(a->who), last_hold, world_now);
}

static struct cases_answer end_hold(const struct act *a)
{
    return retention_end(W, P(a->who), last_hold, "why", world_now);
}

/* What ends by itself. */
static struct cases_answer time_goes_by(const struct act *a)
{
    (void)a;
    (void)claims_lapse(W, 10, world_now);
    (void)asking_expire(W, 10, world_now);
    (void)deciding_settle(W, 10, world_now);
    (void)deciding_release(W, 10, world_now);
    (void)flood_settle(world_db, 10, world_now);
    return CASES_OK;
}

static struct cases_answer purge(const struct act *a)
{
    (void)a;
    return retention_purge(W, world_now) ? CASES_OK : cases_unknown();
}

/* What leads on is done more often than what ends. */
static const struct {
    do_act *act;
    unsigned weight;
} acts[] = {
    {claim, 30},       {next, 2},       {hold_claim, 2},   {hand_over, 2},
    {release, 2},      {ask, 16},       {withdraw, 4},     {agree, 8},
    {refuse, 3},       {unseal, 16},    {look, 3},         {reveal, 3},
    {note, 2},         {decide, 16},    {review, 20},      {retract, 14},
    {appeal, 12},      {answer, 16},    {second_look, 4},  {dismiss, 6},
    {reinstate, 16},   {order_hold, 1}, {confirm_hold, 2}, {end_hold, 1},
    {time_goes_by, 4}, {purge, 3},
};
#define ACTS (sizeof acts / sizeof acts[0])

static unsigned done[ACTS];

static size_t any_act(void)
{
    unsigned all = 0;
    unsigned at;
    size_t i = 0;

    for (size_t j = 0; j < ACTS; j++) {
        all += acts[j].weight;
    }
    for (at = support_random(&seed) % all; at >= acts[i].weight; i++) {
        at -= acts[i].weight;
    }
    return i;
}

/* Mostly whoever works on the case. */
static unsigned somebody(uint64_t number)
{
    unsigned who = support_random(&seed) % WORKERS;
    struct case_row row;

    (void)case_find(&row, world_db, &actor_service, number, world_now);
    for (unsigned i = 0; i < WORKERS; i++) {
        if (row.claimant == P(i)->number && support_random(&seed) % 4 != 0) {
            who = i;
        }
    }
    return who;
}

static void act(void)
{
    static const uint64_t steps[] = {MINUTE, 11 * MINUTE, 2 * HOUR, 200 * DAY};
    const unsigned far = support_random(&seed) % 8;
    const size_t which = any_act();
    const uint64_t number = numbers[support_random(&seed) % CASES_AT_RANDOM];
    const struct act a = {somebody(number), number, number};

    world_begin();
    done[which] += acts[which].act(&a).what == CASES_DONE;
    world_commit();
    if (support_random(&seed) % 24 == 0) {
        world_now += steps[far == 0 ? 3 : far % 3];
    }
}

/* ---- What holds
 * ------------------------------------------------------------------- */

static bool is_in_table(enum case_state from, enum case_state to)
{
    enum case_state led;

    for (unsigned i = 0; i < CASE_ACTIONS; i++) {
        if (case_next(&led, from, (enum case_action)i) && led == to) {
            return true;
        }
    }
    return false;
}

/* Where a line of the log leads a case that is at *at. */
static void follow(enum case_state *at, const char *from)
{
    char name[2][32];
    enum case_state found;
    enum case_state to;

    assert_int_equal(sscanf(from, "\"from\":\"%31[a-z_]\",\"to\":\"%31[a-z_]\"",
                            name[0], name[1]),
                     2);
    assert_true(case_state_named(&found, name[0]));
    assert_true(case_state_named(&to, name[1]));
    assert_int_equal(found, *at);
    assert_true(is_in_table(found, to));
    *at = to;
}

/* What the database says is where the log's entries lead, each of which begins
 * where the one before it ended. */
static void assert_log_leads_there(uint8_t (*names)[CASE_NAME_BYTES])
{
    const char *log = world_log();

    for (size_t i = 0; i < CASES_AT_RANDOM; i++) {
        enum case_state at = CASE_WAITING;
        char wanted[64];
        char hex[2 * CASE_NAME_BYTES + 1];
        const char *line = log;

        (void)sodium_bin2hex(hex, sizeof hex, names[i], CASE_NAME_BYTES);
        (void)snprintf(wanted, sizeof wanted, "\"case\":\"%s\"", hex);
        while ((line = strstr(line, wanted)) != NULL) {
            const char *end = strchr(line, '\n');
            const char *from = strstr(line, "\"from\":\"");

            if (from != NULL && from < end) {
                follow(&at, from);
            }
            line = end;
        }
        /* What lapsed, but is not yet in the books, shows as it is there. */
        assert_int_equal(world_state(numbers[i]), at);
    }
}

/* Each entry of a case names the one before it: from the last one back to the
 * first none is left out. */
static void assert_none_can_be_left_out(uint8_t (*names)[CASE_NAME_BYTES])
{
    char wanted[64] = "\"case\":\"";
    const char *line = world_log();
    uint64_t last[CASES_AT_RANDOM] = {0};
    bool seen[CASES_AT_RANDOM] = {false};

    for (uint64_t number = 0; *line != '\0'; number++) {
        const char *end = strchr(line, '\n');

        assert_non_null(end);
        for (size_t i = 0; i < CASES_AT_RANDOM; i++) {
            const char *at;
            char behind[64] = "\",\"action\":\"";

            (void)sodium_bin2hex(wanted + 8, sizeof wanted - 8, names[i],
                                 CASE_NAME_BYTES);
            at = strstr(line, wanted);
            if (at == NULL || at > end) {
                continue;
            }
            if (seen[i]) {
                (void)snprintf(behind, sizeof behind,
                               "\",\"previous\":%llu,\"action\":\"",
                               (unsigned long long)last[i]);
            }
            assert_memory_equal(at + strlen(wanted), behind, strlen(behind));
            seen[i] = true;
            last[i] = number;
        }
        line = end + 1;
    }
    for (size_t i = 0; i < CASES_AT_RANDOM; i++) {
        assert_true(seen[i]);
    }
}

/* What is grave and was in force has two people behind it, but where it took
 * the place of what was grave already. */
static bool check_people(void *context, const struct queue_decision *d)
{
    bool *was_grave = context;

    if (d->in_force != 0) {
        assert_true(!d->grave || d->reviewer != 0 ||
                    (d->is_appeal && *was_grave));
        assert_true(d->reviewer != d->account);
        *was_grave = d->grave;
    }
    return true;
}

static bool subtract(void *context, const struct tally_now *line)
{
    int *states = context;

    states[line->state] -= (int)line->cases;
    return true;
}

/* The numbers of each state are those of the cases. */
static void assert_numbers_are_right(void)
{
    int states[CASE_STATES] = {0};

    for (size_t i = 0; i < CASES_AT_RANDOM; i++) {
        states[world_state(numbers[i])]++;
    }
    tally_of_now(world_db, subtract, states);
    for (size_t i = 0; i < CASE_STATES; i++) {
        assert_int_equal(states[i], 0);
    }
}

static void take_reports(uint8_t (*names)[CASE_NAME_BYTES])
{
    for (size_t i = 0; i < CASES_AT_RANDOM; i++) {
        struct case_row row;
        char sender[32];

        (void)snprintf(sender, sizeof sender, "mimi://x/%zu", i);
        numbers[i] = world_take(&(struct world_report){
            .sender = sender, .reporter = i % 2 != 0 ? "mimi://x/r" : NULL});
        assert_int_equal(numbers[i], world_last_report);
        (void)case_find(&row, world_db, &actor_service, numbers[i], world_now);
        memcpy(names[i], row.name, sizeof row.name);
    }
}

static void each_change_of_state_has_one_entry_whatever_happens(void **state)
{
    (void)state;
    seed = 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint8_t names[CASES_AT_RANDOM][CASE_NAME_BYTES];
        void *folder = NULL;

        if (round > 0) {
            assert_int_equal(world_close(&folder), 0);
            assert_int_equal(world_open(&folder), 0);
        }
        world_rules.second_look_ppm = 1000000;
        last_hold = 0;
        for (unsigned who = 1; who < WORKERS; who++) {
            world_holder(who, who);
        }
        take_reports(names);
        for (unsigned i = 0; i < STEPS; i++) {
            act();
        }
        assert_log_leads_there(names);
        assert_none_can_be_left_out(names);
        assert_numbers_are_right();
        for (size_t i = 0; i < CASES_AT_RANDOM; i++) {
            bool was_grave = false;

            queue_decisions(world_db, numbers[i], check_people, &was_grave);
        }
    }
    for (size_t i = 0; i < ACTS; i++) {
        assert_true(done[i] > 0); /* the walk went everywhere */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(each_change_of_state_has_one_entry_whatever_happens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
