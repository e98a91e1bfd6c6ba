/* SPDX-License-Identifier: Apache-2.0 */
/* Several people do whatever they like to some cases, and the log still leads
 * where the database says. */
#include "cases_world.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CASES_AT_RANDOM 6

/* Whoever comes by does something. */
static void act(uint32_t *seed, uint64_t *numbers, enum case_state *before)
{
    unsigned who = support_random(seed) % 4;
    size_t at = support_random(seed) % CASES_AT_RANDOM;
    uint64_t number = numbers[at];
    uint64_t report = number; /* each has one */
    uint64_t request;
    bool proposed;
    uint8_t id[CASE_ID_BYTES] = {0};
    struct case_row row;
    const struct decision decisions[] = {
        world_decision(OUTCOME_NO_ACTION, false),
        world_decision(OUTCOME_WARN, false),
        world_decision(OUTCOME_SUSPEND, true)};
    static const uint8_t key[SEAL_KEY_BYTES];
    const struct asking_found found = {.key = key, .verdicts = "{}"};

    (void)before;
    world_begin();
    switch (support_random(seed) % 16) {
    case 0:
    case 1:
        (void)claims_claim(W, P(who), number, world_now);
        break;
    case 2:
        (void)claims_release(W, P(who), number, world_now);
        break;
    case 3:
        (void)asking_ask(W, P(who), number, &report, 1, "why", &request,
                         world_now);
        break;
    case 4:
        (void)asking_open(W, report, &found, world_now);
        break;
    case 5:
    case 6:
        (void)deciding_decide(W, P(who), number,
                              &decisions[support_random(seed) % 3], id,
                              world_now);
        break;
    case 7:
        (void)deciding_review(W, P(who), number, support_random(seed) % 2 != 0,
                              "why", world_now);
        break;
    case 8:
        (void)deciding_retract(W, P(who), number, "why", world_now);
        break;
    case 9:
        world_id(id, number);
        (void)deciding_appeal(W, id, support_random(seed) % 2 != 0, "why",
                              world_now);
        break;
    case 10:
        (void)deciding_answer(W, P(who), number, support_random(seed) % 2 != 0,
                              &decisions[0], "why", &proposed, world_now);
        break;
    case 11:
        (void)claims_lapse(W, 10, world_now);
        (void)asking_expire(W, 10, world_now);
        (void)deciding_settle(W, 10, world_now);
        (void)deciding_release(W, 10, world_now);
        break;
    case 12:
        (void)retention_purge(W, world_now);
        break;
    case 13:
        (void)looks_look(W, P(who), report, 0, world_now);
        (void)deciding_note(W, P(who), number, "note", world_now);
        break;
    case 14:
        (void)claims_hand_over(W, P(who), number, P((who + 1) % 4), "why",
                               world_now);
        break;
    default:
        if (case_find(&row, world_db, P(who), number, world_now).what ==
                CASES_DONE &&
            row.state == CASE_CONSENT_ASKED &&
            db_row(world_db, FIND_PENDING, DB_VALUES(DB_INT(number)))) {
            request = db_int(world_db, FIND_PENDING, 0);
            db_done(world_db, FIND_PENDING);
            (void)asking_withdraw(W, P(who), request, world_now);
        }
        break;
    }
    world_commit();
    static const uint64_t steps[] = {MINUTE, 11 * MINUTE, 2 * HOUR, 100 * DAY};
    if (support_random(seed) % 4 == 0) {
        world_now += steps[support_random(seed) %
                           (support_random(seed) % 8 == 0 ? 4 : 3)];
    }
}

/* What the database says is where the log's entries lead, each of which begins
 * where the one before it ended. */
static void assert_log_leads_there(const uint64_t *numbers,
                                   uint8_t (*names)[CASE_NAME_BYTES])
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
                char name[2][32];
                enum case_state found;

                assert_int_equal(sscanf(from,
                                        "\"from\":\"%31[a-z_]\",\"to\":\"%31["
                                        "a-z_]\"",
                                        name[0], name[1]),
                                 2);
                assert_true(case_state_named(&found, name[0]));
                assert_int_equal(found, at);
                assert_true(case_state_named(&at, name[1]));
            }
            line = end;
        }
        /* What lapsed, but is not yet in the books, shows as it is there. */
        assert_int_equal(world_state(numbers[i]), at);
    }
}

static void each_change_of_state_has_one_entry_whatever_happens(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (unsigned round = 0; round < 40; round++) {
        uint64_t numbers[CASES_AT_RANDOM];
        uint8_t names[CASES_AT_RANDOM][CASE_NAME_BYTES];
        enum case_state before[CASES_AT_RANDOM];
        void *folder = NULL;

        if (round > 0) {
            assert_int_equal(world_close(&folder), 0);
            assert_int_equal(world_open(&folder), 0);
        }
        for (size_t i = 0; i < CASES_AT_RANDOM; i++) {
            struct case_row row;
            char sender[32];

            (void)snprintf(sender, sizeof sender, "mimi://x/%zu", i);
            numbers[i] = world_take(&(struct world_report){.sender = sender});
            assert_int_equal(numbers[i], world_last_report);
            (void)case_find(&row, world_db, &actor_service, numbers[i],
                            world_now);
            memcpy(names[i], row.name, sizeof row.name);
        }
        for (unsigned i = 0; i < 300; i++) {
            act(&seed, numbers, before);
        }
        assert_log_leads_there(numbers, names);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(each_change_of_state_has_one_entry_whatever_happens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
