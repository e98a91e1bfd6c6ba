/* SPDX-License-Identifier: Apache-2.0 */
/* Files that reports disclose, in the moderation side's database. */
#include "cases_world.h"

#include <string.h>

/* Opens the last report, which discloses this of files. */
static uint64_t open_with(const struct files_entry *entries, size_t count)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {7};
    const struct asking_found found = {.key = key,
                                       .disclosed = 1,
                                       .verdicts = "{\"matches\":1}",
                                       .files = entries,
                                       .file_count = count};

    (void)world_ask(ANN, world_claimed(ANN));
    assert_done(asking_open(W, world_last_report, &found, world_now));
    return world_last_report;
}

static const struct files_entry three[] = {
    {1, 0, false}, {1, 2, true}, {2, 0, true}};

static bool set(const struct files_row *row)
{
    bool is;

    world_begin();
    is = files_set(world_db, row);
    world_commit();
    return is;
}

static void each_entry_has_a_row_and_a_key(void **state)
{
    uint64_t report = open_with(three, 3);
    struct files_row rows[FILES_OF_REPORT_MAX];
    uint8_t keys[3][FILES_KEY_BYTES];

    (void)state;
    assert_int_equal(files_of(world_db, report, rows), 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(rows[i].report, report);
        assert_int_equal(rows[i].entry, i);
        assert_int_equal(rows[i].message, three[i].message);
        assert_int_equal(rows[i].part, three[i].part);
        assert_int_equal(rows[i].state, FILES_WAITING);
        assert_string_equal(rows[i].why, "");
        assert_int_equal(files_key(keys[i], &world, &rows[i]), FRANK_OK);
    }
    assert_memory_not_equal(keys[0], keys[1], FILES_KEY_BYTES);
    rows[0].entry = 1;
    assert_int_equal(files_key(keys[0], &world, &rows[0]), FRANK_ERR_SEALED);
    rows[1].message = 2;
    assert_int_equal(files_key(keys[0], &world, &rows[1]), FRANK_ERR_SEALED);
    rows[2].part = 1;
    assert_int_equal(files_key(keys[0], &world, &rows[2]), FRANK_ERR_SEALED);
    assert_true(files_is_known(world_db, report, 2));
    assert_false(files_is_known(world_db, report, 3));
    assert_int_equal(files_of(world_db, report + 1, rows), 0);
}

static void those_that_are_due_come_in_turn(void **state)
{
    uint64_t first = open_with(three, 3);
    uint64_t second = open_with(three, 2);
    struct files_row row = {
        .report = first, .entry = 2, .state = FILES_REFUSED};

    (void)state;
    assert_true(set(&row));
    assert_true(files_next(&row, world_db, false, 0, 0, world_now));
    assert_int_equal(row.report, first);
    assert_int_equal(row.entry, 0);
    assert_true(
        files_next(&row, world_db, false, row.report, row.entry, world_now));
    assert_int_equal(row.report, second);
    assert_false(
        files_next(&row, world_db, false, row.report, row.entry, world_now));
    assert_true(files_next(&row, world_db, true, 0, 0, world_now));
    assert_int_equal(row.report, first);
    assert_int_equal(row.entry, 1);
    row.next = world_now + MINUTE;
    row.tries = 3;
    (void)strcpy(row.why, "busy");
    assert_true(set(&row));
    assert_true(files_next(&row, world_db, true, 0, 0, world_now));
    assert_int_equal(row.report, second);
    assert_true(files_next(&row, world_db, true, 0, 0, world_now + MINUTE));
    assert_int_equal(row.report, first);
    assert_int_equal(row.tries, 3);
    assert_string_equal(row.why, "busy");
}

static void count_there(void *context, const struct files_row *row)
{
    *(uint64_t *)context += 100 * row->report + row->entry;
}

static void what_a_store_gave_wrong_is_tried_again(void **state)
{
    uint64_t report = open_with(three, 3);
    struct files_row rows[FILES_OF_REPORT_MAX];

    (void)state;
    assert_int_equal(files_of(world_db, report, rows), 3);
    for (size_t i = 0; i < 3; i++) {
        rows[i].state = FILES_REFUSED;
        assert_true(files_is_known(world_db, report, i));
        assert_true(set(&rows[i]));
        assert_false(files_is_known(world_db, report, i));
    }
    assert_refused("not-absent",
                   files_retry(world_db, P(ANN), report, 1, 0, world_now));
    assert_done(files_retry(world_db, P(ANN), report, 1, 2, world_now));
    assert_int_equal(files_of(world_db, report, rows), 3);
    assert_int_equal(rows[0].state, FILES_REFUSED);
    assert_int_equal(rows[1].state, FILES_WAITING);
}

static void only_what_is_absent_is_tried_again(void **state)
{
    uint64_t report = open_with(three, 3);
    struct files_row rows[FILES_OF_REPORT_MAX];
    uint64_t there = 0;

    (void)state;
    assert_int_equal(files_of(world_db, report, rows), 3);
    rows[0].state = FILES_THERE;
    rows[1].state = FILES_ABSENT;
    rows[1].tries = 9;
    assert_true(set(&rows[0]));
    assert_true(set(&rows[1]));
    files_there(world_db, count_there, &there);
    assert_int_equal(there, 100 * report);
    assert_refused("claimed-by-other",
                   files_retry(world_db, P(BEN), report, 1, 2, world_now));
    assert_refused("not-absent",
                   files_retry(world_db, P(ANN), report, 1, 0, world_now));
    assert_refused("not-absent",
                   files_retry(world_db, P(ANN), report, 2, 0, world_now));
    assert_refused("not-found",
                   files_retry(world_db, P(ANN), report + 9, 1, 2, world_now));
    assert_done(files_retry(world_db, P(ANN), report, 1, 2, world_now));
    assert_int_equal(files_of(world_db, report, rows), 3);
    assert_int_equal(rows[1].state, FILES_WAITING);
    assert_int_equal(rows[1].tries, 0);
}

static void a_purge_takes_rows_and_keys(void **state)
{
    uint64_t report = open_with(three, 3);
    struct asking_report opened;
    struct files_row rows[FILES_OF_REPORT_MAX];
    struct decision decision = world_decision(OUTCOME_NO_ACTION, false);
    uint8_t id[CASE_ID_BYTES];

    (void)state;
    assert_int_equal(files_of(world_db, report, rows), 3);
    assert_true(asking_report(&opened, world_db, report));
    assert_done(
        deciding_decide(W, P(ANN), opened.in_case, &decision, id, world_now));
    asking_report_free(&opened);
    world_now += DAY;
    (void)DO((deciding_settle(W, 10, world_now), CASES_OK));
    world_now += 400 * DAY;
    while (world_purge()) {
    }
    assert_false(files_is_known(world_db, report, 0));
    assert_false(set(&rows[0]));
    assert_int_equal(files_of(world_db, report, rows), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(each_entry_has_a_row_and_a_key),
        IN_WORLD(those_that_are_due_come_in_turn),
        IN_WORLD(what_a_store_gave_wrong_is_tried_again),
        IN_WORLD(only_what_is_absent_is_tried_again),
        IN_WORLD(a_purge_takes_rows_and_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
