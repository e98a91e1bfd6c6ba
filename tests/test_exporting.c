/* SPDX-License-Identifier: Apache-2.0 */
#include "exporting.h"

#include "cases_world.h"

#include <sodium.h>
#include <string.h>

static const uint8_t id[EXPORT_ID_BYTES] = {0xab, 1};
static const struct export_choice plain = {.reporter = true};
static uint64_t entry;

static struct cases_answer begin(unsigned who, uint64_t number,
                                 const struct export_choice *choice,
                                 const char *why)
{
    return exporting_begin(W, P(who), number, choice, false, why, id, &entry,
                           world_now);
}

static void case_name(uint8_t out[static CASE_NAME_BYTES], uint64_t number)
{
    struct case_row row;

    assert_string_equal(
        case_find(&row, world_db, &actor_service, number, world_now).name, "");
    memcpy(out, row.name, sizeof row.name);
}

static bool keep_entry(void *context, struct frank_span text)
{
    char *out = context;

    memcpy(out, text.data, text.len < 511 ? text.len : 511);
    out[text.len < 511 ? text.len : 511] = '\0';
    return false;
}

static void the_log_says_what_leaves_and_where(void **state)
{
    uint64_t number = world_opened(ANN);
    char text[512] = "";

    (void)state;
    assert_done(begin(LEA, number, &plain, "a court"));
    (void)ledger_read(world_db, entry, entry + 1, keep_entry, text);
    assert_non_null(strstr(text, "\"type\":\"export\""));
    assert_non_null(strstr(text, "\"action\":\"bundle\""));
    assert_non_null(strstr(text, "\"bundle\":\"ab01000000000000"));
    assert_non_null(strstr(text, "\"reporter\":true,\"withheld\":false"));
    assert_non_null(strstr(text, P(LEA)->pseudonym));
    assert_int_equal(world_state(number), CASE_OPEN);
    world_begin();
    assert_string_equal(exporting_begin(W, P(LEA), number,
                                        &(struct export_choice){0}, true,
                                        "beacon", id, &entry, world_now)
                            .name,
                        "");
    world_commit();
    assert_int_equal(world_count("\"action\":\"spot_check\""), 1);
}

static void what_may_not_leave_does_not(void **state)
{
    const struct export_choice sealed = {.sealed = true};
    const struct export_choice whole = {.sealed = true, .withheld = true};
    uint64_t number = world_claimed(ANN);
    struct actor stranger = *P(LEA);

    (void)state;
    assert_refused("not-open", begin(LEA, number, &plain, "x"));
    assert_done(begin(LEA, number, &whole, "handed on unseen"));
    number = world_opened(ANN);
    assert_refused("why", begin(LEA, number, &plain, " "));
    assert_refused("sealed", begin(LEA, number, &sealed, "x"));
    assert_refused("not-found", begin(LEA, 999, &plain, "x"));
    stranger.all_queues = false;
    stranger.queues[0] = '\0';
    assert_refused("not-found",
                   exporting_begin(W, &stranger, number, &plain, false, "x", id,
                                   &entry, world_now));
    assert_int_equal(entry, 0);
    assert_int_equal(world_count("\"type\":\"export\""), 1);
}

/* The bundle would tell what was decided. */
static void whoever_is_to_judge_it_again_does_not_export_it(void **state)
{
    uint64_t number;
    uint64_t found;
    uint64_t reasons;
    uint64_t look_number;
    bool agrees;

    (void)state;
    world_rules.second_look_ppm = 1000000;
    number = world_closed(ANN, OUTCOME_WARN);
    assert_done(looks_second_next(W, P(LEA), &look_number, &found, &reasons,
                                  world_now));
    assert_int_equal(found, number);
    assert_refused("blind", begin(LEA, number, &plain, "a court"));
    assert_int_equal(world_count("\"type\":\"export\""), 0);
    assert_done(begin(ANN, number, &plain, "a court"));
    /* What an auditor asks for, the service answers. */
    assert_done(exporting_begin(W, P(LEA), number, &(struct export_choice){0},
                                true, "beacon", id, &entry, world_now));
    assert_done(looks_second_decide(W, P(LEA), look_number, "fraud",
                                    OUTCOME_WARN, &agrees, world_now));
    assert_done(begin(LEA, number, &plain, "a court"));
}

static void a_purged_case_is_not_there(void **state)
{
    uint64_t number = world_closed(ANN, OUTCOME_WARN);
    uint8_t name[CASE_NAME_BYTES];

    (void)state;
    case_name(name, number);
    assert_int_equal(exporting_case(world_db, name), number);
    assert_true(exporting_bytes(world_db, number) > 0);
    assert_done(begin(LEA, number, &plain, "before"));
    world_now += world_rules.appeal;
    world_begin();
    assert_true(retention_purge(W, world_now));
    world_commit();
    assert_refused("purged", begin(LEA, number, &plain, "after"));
    assert_int_equal(exporting_case(world_db, name), 0);
    memset(name, 0, sizeof name);
    assert_int_equal(exporting_case(world_db, name), 0);
}

/* ---- What goes in ----------------------------------------------------------
 */

struct seen {
    size_t reports;
    size_t open;
    size_t decisions;
    size_t appeals;
    size_t entries;
    uint64_t last;
    size_t most;
};

static bool see_report(void *context, const struct export_report *item)
{
    struct seen *seen = context;

    seen->open += item->is_open;
    assert_int_equal(item->salt.len, 32);
    return ++seen->reports < seen->most;
}

static bool see_decision(void *context, const struct export_decision *item)
{
    struct seen *seen = context;

    assert_int_equal(item->id.len, CASE_ID_BYTES);
    support_assert_span(item->by, support_text(P(ANN)->pseudonym));
    return ++seen->decisions < seen->most;
}

static bool see_appeal(void *context, const struct export_appeal *item)
{
    struct seen *seen = context;

    assert_true(item->by_reporter);
    assert_false(item->answered);
    support_assert_span(item->text, support_text("no"));
    return ++seen->appeals < seen->most;
}

static bool see_entry(void *context, uint64_t number)
{
    struct seen *seen = context;

    assert_true(seen->entries == 0 || number > seen->last);
    seen->last = number;
    return ++seen->entries < seen->most;
}

static struct seen look(uint64_t number, bool all, size_t most)
{
    struct seen seen = {.most = most};

    exporting_reports(world_db, number, all, see_report, &seen);
    exporting_decisions(world_db, number, see_decision, &seen);
    exporting_appeals(world_db, number, see_appeal, &seen);
    exporting_entries(world_db, number, see_entry, &seen);
    return seen;
}

static bool find_id(void *context, const struct queue_decision *item)
{
    memcpy(context, item->id.data, CASE_ID_BYTES);
    return false;
}

static void all_that_belongs_to_a_case_is_seen(void **state)
{
    uint64_t number = world_decided(ANN, OUTCOME_WARN);
    uint8_t decision[CASE_ID_BYTES];
    struct seen seen;

    (void)state;
    queue_decisions(world_db, number, find_id, decision);
    assert_done(deciding_appeal(W, decision, true, "no", world_now));
    assert_done(begin(LEA, number, &plain, "x"));
    seen = look(number, false, SIZE_MAX);
    assert_int_equal(seen.reports, 1);
    assert_int_equal(seen.open, 1);
    assert_int_equal(seen.decisions, 1);
    assert_int_equal(seen.appeals, 1);
    assert_true(seen.entries > 5);
    assert_int_equal(seen.last, entry);
    seen = look(number, true, 1);
    assert_int_equal(
        seen.reports + seen.decisions + seen.appeals + seen.entries, 4);
}

/* ---- Quorums ---------------------------------------------------------------
 */

static void a_quorums_entry_is_remembered_or_found(void **state)
{
    static const uint8_t quorum[FRANK_QUORUM_ID_BYTES] = {0x43, 0x1a};
    uint64_t found = 7;

    (void)state;
    assert_false(exporting_quorum_entry(world_db, quorum, &found));
    assert_int_equal(found, 0);
    world_begin();
    exporting_find_quorum(world_db, quorum); /* not in the log */
    cases_log(W, &actor_service, "padding", "", world_now);
    cases_log(W, &actor_service, "quorum_key",
              ",\"quorum\":\"431a0000000000000000000000000000\",\"P\":\"00\"",
              world_now);
    world_commit();
    assert_false(exporting_quorum_entry(world_db, quorum, &found));
    world_begin();
    exporting_find_quorum(world_db, quorum);
    world_commit();
    assert_true(exporting_quorum_entry(world_db, quorum, &found));
    assert_int_equal(found, world.ledger->range.size - 1);
    world_begin();
    exporting_remember_quorum(world_db, quorum, UINT64_C(0x0102030405060708));
    world_commit();
    assert_true(exporting_quorum_entry(world_db, quorum, &found));
    assert_int_equal(found, UINT64_C(0x0102030405060708));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_log_says_what_leaves_and_where),
        IN_WORLD(what_may_not_leave_does_not),
        IN_WORLD(whoever_is_to_judge_it_again_does_not_export_it),
        IN_WORLD(a_purged_case_is_not_there),
        IN_WORLD(all_that_belongs_to_a_case_is_seen),
        IN_WORLD(a_quorums_entry_is_remembered_or_found),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
