/* SPDX-License-Identifier: Apache-2.0 */
/* Many cases: what is looked through is bounded, and says so; whoever has a few
 * of the queues has one list. */
#include "cases_world.h"

#include "desk.h"

#include <string.h>
#include <time.h>

#define SPAMMER "mimi://a.example/u/spammer"

/* Cases that wait, in one transaction: of one sender, each in a room. */
static void add_cases(const char *queue, const char *sender, size_t count,
                      uint64_t rank)
{
    world_begin();
    for (size_t i = 0; i < count; i++) {
        static const uint8_t name[CASE_NAME_BYTES];
        char room[32];

        (void)snprintf(room, sizeof room, "mimi://x/r/%zu", i);
        assert_true(db_row(
            world_db, ADD_CASE,
            DB_VALUES(DB_BLOB(name, sizeof name),
                      DB_BLOB(sender, strlen(sender)),
                      DB_BLOB(room, strlen(room)), DB_TEXT(queue),
                      DB_INT(rank + i), DB_INT(0), DB_INT(world_now), DB_INT(1),
                      DB_INT(1), DB_INT(0), DB_INT(1), DB_INT(1))));
        db_done(world_db, ADD_CASE);
    }
    world_commit();
}

static void may_see(unsigned who, const char *queues)
{
    assert_done(account_change(W, P(ADA), P(who)->number, "somebody",
                               ROLE_REVIEWER, queues, world_now));
    assert_true(account_actor(P(who), world_db, P(who)->number));
}

struct page {
    size_t count;
    size_t most;
    uint64_t numbers[256];
};

static bool put(void *context, const struct queue_case *item)
{
    struct page *page = context;

    if (page->count == page->most) {
        return false;
    }
    page->numbers[page->count++] = item->number;
    return true;
}

/* All pages of what is to be done, of so many cases each. */
static struct page all_pages(unsigned who, const struct queue_filter *filter,
                             size_t each)
{
    struct page page = {.most = 0};
    struct queue_cursor at = {0, 0};
    bool cut = true;

    while (cut) {
        struct queue_cursor end;

        page.most = page.count + each;
        assert_true(page.most <= 256);
        queue_list(world_db, P(who), filter, &at, 100000, put, &page, &cut,
                   &end, world_now);
        at = end;
    }
    return page;
}

/* As it is where the others' cases are left out of the whole list. */
static void a_few_queues_are_one_list(void **state)
{
    static const size_t sizes[] = {1, 7, 32, 100};
    struct page whole;
    size_t count = 0;

    (void)state;
    add_cases("hate", "mimi://x/1", 40, 1000);
    add_cases("fraud", "mimi://x/2", 70, 1010);
    add_cases("spam", "mimi://x/3", 60, 990);
    add_cases("hate", "mimi://x/4", 3, 1010); /* as old as some */
    whole = all_pages(BEN, &(struct queue_filter){0}, 200);
    assert_int_equal(whole.count, 173);
    for (size_t i = 0; i < whole.count; i++) {
        if (whole.numbers[i] <= 40 || whole.numbers[i] > 110) {
            whole.numbers[count++] = whole.numbers[i];
        }
    }
    may_see(ANN, "\nhate\nnone\nspam\n");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct page his = all_pages(ANN, &(struct queue_filter){0}, sizes[i]);

        assert_int_equal(his.count, count);
        assert_memory_equal(his.numbers, whole.numbers,
                            count * sizeof his.numbers[0]);
    }
    assert_int_equal(
        all_pages(ANN, &(struct queue_filter){.priority_min = 1}, 10).count, 0);
    may_see(ANN, "\nnone\n");
    assert_int_equal(all_pages(ANN, &(struct queue_filter){0}, 10).count, 0);
}

static void the_next_is_the_first_of_his_queues(void **state)
{
    const struct desk_preferences spared = {.avoid = 1};
    uint64_t next = 0;

    (void)state;
    add_cases("hate", "mimi://x/1", 2, 1000);
    add_cases("fraud", "mimi://x/2", 2, 500);
    add_cases("spam", "mimi://x/3", 2, 900);
    may_see(ANN, "\nhate\nspam\nnone\n");
    assert_done(claims_next(W, P(ANN), NULL, &next, world_now));
    assert_int_equal(next, 5);
    assert_done(claims_next(W, P(ANN), "hate", &next, world_now));
    assert_int_equal(next, 1);
    assert_done(claims_next(W, P(BEN), NULL, &next, world_now));
    assert_int_equal(next, 3);
    may_see(CAT, "\nnone\n");
    assert_refused("not-found", claims_next(W, P(CAT), NULL, &next, world_now));
    assert_done(desk_prefer(world_db, P(ANN), &spared));
    assert_refused("not-found", claims_next(W, P(ANN), NULL, &next, world_now));
}

static void a_history_is_told_from_the_newest(void **state)
{
    struct queue_history history;

    (void)state;
    add_cases("spam", SPAMMER, QUEUE_HISTORY_MAX + 1, 1000);
    queue_history(&history, world_db, 1);
    assert_int_equal(history.cases, QUEUE_HISTORY_MAX);
    assert_int_equal(history.rooms, QUEUE_HISTORY_MAX);
    assert_false(history.more);
    add_cases("spam", SPAMMER, 1, 1000);
    queue_history(&history, world_db, 1);
    assert_int_equal(history.cases, QUEUE_HISTORY_MAX);
    assert_true(history.more);
}

static void a_flood_looks_through_so_many(void **state)
{
    const struct queue_filter rare = {.messages_min = 2};
    const struct queue_filter his = {.sender = support_text(SPAMMER)};
    struct flood covered;

    (void)state;
    add_cases("spam", "mimi://x/other", FLOOD_SCAN_MOST, 1000);
    assert_true(flood_look(&covered, world_db, P(LEA), &rare, world_now));
    assert_false(covered.more);
    flood_free(&covered);
    add_cases("spam", SPAMMER, 3, 1000);
    assert_true(flood_look(&covered, world_db, P(LEA), &rare, world_now));
    assert_int_equal(covered.cases, 0);
    assert_true(covered.more);
    flood_free(&covered);
    assert_true(flood_look(&covered, world_db, P(LEA), &his, world_now));
    assert_int_equal(covered.cases, 3);
    assert_false(covered.more);
    flood_free(&covered);
}

/* A flood of a spammer's goes on where the one before it ended. */
static void what_was_closed_is_not_looked_through(void **state)
{
    const struct queue_filter his = {.sender = support_text(SPAMMER)};
    size_t left = 2 * FLOOD_CASES_MAX + 1;

    (void)state;
    add_cases("spam", SPAMMER, left, 1000);
    while (left > 0) {
        struct flood covered;
        uint64_t flood;
        size_t count = 0;

        assert_true(flood_look(&covered, world_db, P(LEA), &his, world_now));
        assert_int_equal(covered.more, left > FLOOD_CASES_MAX);
        assert_done(flood_close(W, P(LEA), &his, covered.digest, "spam", &flood,
                                &count, world_now));
        flood_free(&covered);
        assert_true(count > 0 && count <= left);
        left -= count;
    }
}

static bool no_flood(void *context, const struct flood_line *line)
{
    (void)context;
    (void)line;
    return false;
}

/* How long somebody takes who asks often, and is told of none. */
static clock_t asking(unsigned who)
{
    clock_t start = clock();

    for (size_t i = 0; i < 300; i++) {
        floods(world_db, P(who), no_flood, NULL);
    }
    return clock() - start;
}

static void close_flood(const struct queue_filter *filter)
{
    struct flood covered;
    uint64_t flood;
    size_t count;

    assert_true(flood_look(&covered, world_db, P(LEA), filter, world_now));
    assert_done(flood_close(W, P(LEA), filter, covered.digest, "spam", &flood,
                            &count, world_now));
    flood_free(&covered);
}

/* Whose a flood is takes no longer where it has many cases. */
static void a_flood_of_other_queues_is_passed_over_at_once(void **state)
{
    const struct queue_filter one = {.sender = support_text("mimi://x/1")};
    const struct queue_filter many = {.sender = support_text(SPAMMER)};
    clock_t before;

    (void)state;
    may_see(ANN, "\nfraud\nhate\n");
    add_cases("spam", "mimi://x/1", 1, 1000);
    add_cases("spam", SPAMMER, FLOOD_CASES_MAX, 1000);
    close_flood(&one);
    before = asking(ANN);
    close_flood(&many);
    assert_true(asking(ANN) < 20 * (before + CLOCKS_PER_SEC / 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_few_queues_are_one_list),
        IN_WORLD(the_next_is_the_first_of_his_queues),
        IN_WORLD(a_history_is_told_from_the_newest),
        IN_WORLD(a_flood_looks_through_so_many),
        IN_WORLD(what_was_closed_is_not_looked_through),
        IN_WORLD(a_flood_of_other_queues_is_passed_over_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
