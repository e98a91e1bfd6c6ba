/* SPDX-License-Identifier: Apache-2.0 */
/* What else of a case goes when it is purged: what its people's names, or why
 * it was closed, stand in elsewhere. */
#include "cases_world.h"

#include "desk.h"

#include <string.h>

#define SPAMMER "mimi://a.example/u/spammer"

static void keep(unsigned who, const char *name, const char *query)
{
    assert_done(search_keep(world_db, P(who), name, query));
}

static bool add_name(void *context, struct frank_span name,
                     struct frank_span query)
{
    char *out = context;

    (void)query;
    (void)snprintf(out + strlen(out), 256 - strlen(out), "%.*s;", (int)name.len,
                   (const char *)name.data);
    return true;
}

static const char *kept(unsigned who)
{
    static char out[256];

    out[0] = '\0';
    searches(world_db, P(who), add_name, out);
    return out;
}

/* Closes all that waits of the spammer's, as lea. */
static uint64_t close_flood(const char *why)
{
    const struct queue_filter filter = {.sender = support_text(SPAMMER)};
    struct flood covered;
    uint64_t flood = 0;
    size_t count;

    assert_true(flood_look(&covered, world_db, P(LEA), &filter, world_now));
    assert_done(flood_close(W, P(LEA), &filter, covered.digest, why, &flood,
                            &count, world_now));
    flood_free(&covered);
    return flood;
}

static void in_room(const char *room)
{
    (void)world_take(&(struct world_report){.sender = SPAMMER, .room = room});
}

/* Purges all whose time has come, and empties the write-ahead log. */
static void purge_all(void)
{
    while (world_purge()) {
    }
    assert_true(db_checkpoint_all(world_db));
}

static void searches_for_whom_no_case_names_go(void **state)
{
    (void)state;
    in_room("mimi://a.example/r/den");
    keep(ANN, "plain", "state=closed&sender=" SPAMMER "&most=50");
    keep(ANN, "encoded", "sender=mimi%3A%2F%2fa.example%2fu%2Fspa%6dmer");
    keep(ANN, "longer", "sender=" SPAMMER "2");
    keep(ANN, "other", "queue=general%");
    keep(BEN, "his " SPAMMER, "queue=general");
    keep(BEN, "room", "room=mimi%3A%2F%2Fa.example%2Fr%2Fden");
    (void)close_flood("spam");
    world_now += world_rules.appeal;
    purge_all();
    assert_string_equal(kept(ANN), "longer;other;");
    assert_string_equal(kept(BEN), "");
    assert_false(world_in_files("u%2Fspa%6dmer"));
    assert_false(world_in_files("his " SPAMMER));
}

static void searches_stay_while_another_case_names_him(void **state)
{
    (void)state;
    in_room("mimi://a.example/r/den");
    keep(ANN, "sender", "sender=" SPAMMER);
    keep(ANN, "room", "room=mimi://a.example/r/den");
    (void)close_flood("spam");
    world_now += DAY;
    in_room("mimi://a.example/r/garden");
    world_now += world_rules.appeal - DAY;
    purge_all();
    assert_string_equal(kept(ANN), "sender;");
}

static void a_floods_reason_goes_with_its_last_case(void **state)
{
    (void)state;
    in_room("mimi://r/1");
    in_room("mimi://r/2");
    (void)close_flood("canary-of-a-flood");
    world_now += world_rules.appeal - 1;
    purge_all();
    assert_true(world_in_files("canary-of-a-flood"));
    world_now += 1;
    assert_true(world_purge());
    assert_true(db_checkpoint_all(world_db));
    assert_true(world_in_files("canary-of-a-flood"));
    purge_all();
    assert_false(world_in_files("canary-of-a-flood"));
}

static void the_reason_of_a_flood_that_was_undone_goes_in_time(void **state)
{
    uint64_t flood;
    size_t count;

    (void)state;
    in_room("mimi://r/1");
    flood = close_flood("canary-of-a-flood");
    assert_done(flood_undo(W, P(LEA), flood, &count, world_now));
    world_now += DAY;
    (void)close_flood("again");
    world_now += world_rules.appeal;
    purge_all();
    assert_false(world_in_files("canary-of-a-flood"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(searches_for_whom_no_case_names_go),
        IN_WORLD(searches_stay_while_another_case_names_him),
        IN_WORLD(a_floods_reason_goes_with_its_last_case),
        IN_WORLD(the_reason_of_a_flood_that_was_undone_goes_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
