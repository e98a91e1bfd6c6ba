/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of rooms' messages in the hub's store, and what devices
 * acknowledged; names as they stand there, and requests about them. */
#include "hub_rooms.h"
#include "hub_store.h"
#include "room_names.h"
#include "seen_read.h"

#include "folder.h"
#include "support.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct db *db;
static const uint8_t key[HUB_NAME_BYTES] = {1, 2, 3};

static bool open_db(void)
{
    struct db_trouble what;

    return db_open(&db, "hub.db", DB_WRITER, &hub_schema, hub_statements,
                   hub_statement_count, &what);
}

static int open_store(void **state)
{
    return folder_enter(state) || !open_db();
}

static int close_store(void **state)
{
    bool ok = db_ok(db);

    db_close(db);
    return folder_leave(state) || !ok;
}

#define WITH_STORE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, open_store, close_store)

static struct hub_place place_of(const char *room, const char *device)
{
    struct hub_place place = {.room_seq = 0};

    room_names(&place, key, support_text(room), support_text(device));
    return place;
}

/* room_seq and seen_seq of the next message. */
static void assert_next(const char *room, const char *device, uint64_t above,
                        uint64_t room_seq, uint64_t seen_seq)
{
    struct hub_place place = place_of(room, device);

    db_begin(db);
    hub_number(db, &place, above);
    assert_true(db_commit(db));
    assert_int_equal(place.room_seq, room_seq);
    assert_int_equal(place.seen_seq, seen_seq);
}

static bool ack(const char *room, const char *device, uint64_t seq,
                uint64_t above)
{
    struct hub_place place = place_of(room, device);
    bool taken;

    place.seen_seq = seq;
    db_begin(db);
    taken = hub_seen(db, &place, above);
    assert_true(db_commit(db));
    return taken;
}

static void forget(const char *room, const char *device)
{
    struct hub_place place = place_of(room, device);

    db_begin(db);
    hub_forget(db, &place);
    assert_true(db_commit(db));
}

static void each_room_counts_from_one_without_a_gap(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 100; i++) {
        assert_next("r:a", "", 0, i, 0);
        if (i % 2 == 0) {
            assert_next("r:b", "", 0, i / 2, 0);
        }
    }
}

static void numbers_go_on_after_the_store_was_closed(void **state)
{
    (void)state;
    assert_next("r:a", "d", 0, 1, 0);
    assert_next("r:a", "d", 0, 2, 0);
    assert_true(ack("r:a", "d", 2, 0));
    db_close(db);
    assert_true(open_db());
    assert_next("r:a", "d", 0, 3, 2);
}

/* A database of before there were rooms. */
static void an_older_database_is_brought_up_to_date(void **state)
{
    struct db_schema older = hub_schema;
    struct db_trouble what;

    (void)state;
    db_close(db);
    assert_int_equal(unlink("hub.db"), 0);
    older.count = 2;
    assert_true(
        db_open(&db, "hub.db", DB_WRITER, &older, hub_statements, 0, &what));
    db_close(db);
    assert_true(open_db());
    assert_next("r:a", "d", 0, 1, 0);
}

static void seen_is_what_this_device_acknowledged_in_this_room(void **state)
{
    (void)state;
    assert_next("r:a", "phone", 0, 1, 0);
    assert_next("r:a", "laptop", 0, 2, 0);
    assert_next("r:b", "phone", 0, 1, 0);
    assert_true(ack("r:a", "phone", 2, 0));
    assert_next("r:a", "phone", 0, 3, 2);
    assert_next("r:a", "laptop", 0, 4, 0);
    assert_next("r:a", "", 0, 5, 0);
    assert_next("r:b", "phone", 0, 2, 0);
}

static void an_acknowledgement_never_goes_back(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 5; i++) {
        assert_next("r:a", "", 0, i, 0);
    }
    assert_true(ack("r:a", "d", 4, 0));
    assert_true(ack("r:a", "d", 2, 0));
    assert_true(ack("r:a", "d", 0, 0));
    assert_next("r:a", "d", 0, 6, 4);
}

static void nothing_is_acknowledged_above_what_was_stamped(void **state)
{
    (void)state;
    assert_false(ack("r:a", "d", 1, 0));
    assert_next("r:a", "d", 0, 1, 0);
    assert_false(ack("r:a", "d", 2, 0));
    assert_false(ack("r:a", "d", INT64_MAX, 0));
    assert_false(ack("r:b", "d", 1, 0));
    assert_next("r:a", "d", 0, 2, 0);
    assert_true(ack("r:a", "d", 2, 0));
    assert_next("r:a", "d", 0, 3, 2);
}

static void a_device_that_left_has_acknowledged_nothing(void **state)
{
    (void)state;
    assert_next("r:a", "d", 0, 1, 0);
    assert_true(ack("r:a", "d", 1, 0));
    assert_true(ack("r:a", "e", 1, 0));
    forget("r:a", "d");
    forget("r:a", "never there");
    assert_next("r:a", "d", 0, 2, 0);
    assert_next("r:a", "e", 0, 3, 1);
}

/* An older copy has rows that are too low, and lacks rooms altogether. */
static void
no_room_falls_back_below_the_number_that_all_have_passed(void **state)
{
    (void)state;
    assert_next("r:a", "d", 0, 1, 0);
    assert_next("r:a", "d", 1000, 1001, 0);
    assert_next("r:new", "d", 1000, 1001, 0);
    assert_next("r:a", "d", 1000, 1002, 0);
    assert_next("r:a", "d", 0, 1003, 0);
    assert_next("r:a", "d", 500, 1004, 0);
    /* What was lost was stamped all the same. */
    assert_true(ack("r:lost", "d", 1000, 1000));
    assert_false(ack("r:lost", "d", 1001, 1000));
    assert_next("r:lost", "d", 1000, 1001, 1000);
}

/* ---- Names ---------------------------------------------------------------
 */

static void names_are_hashes_that_tell_rooms_and_devices_apart(void **state)
{
    static const uint8_t other_key[HUB_NAME_BYTES] = {9};
    const struct hub_place places[] = {
        place_of("r:ab", ""),   place_of("r:ab", "c"), place_of("r:a", "bc"),
        place_of("r:abc", "d"), place_of("r:ab", "d"), place_of("r:x", "c")};
    struct hub_place other = {.room_seq = 0};

    (void)state;
    assert_false(places[0].has_device);
    assert_true(support_is_zero(places[0].device, HUB_NAME_BYTES));
    assert_memory_equal(places[0].room, places[1].room, HUB_NAME_BYTES);
    for (size_t i = 1; i < SUPPORT_COUNT(places); i++) {
        assert_true(places[i].has_device);
        for (size_t j = 1; j < SUPPORT_COUNT(places); j++) {
            assert_int_equal(
                memcmp(places[i].device, places[j].device, HUB_NAME_BYTES) == 0,
                i == j);
            assert_memory_not_equal(places[i].device, places[j].room,
                                    HUB_NAME_BYTES);
        }
    }
    room_names(&other, other_key, support_text("r:ab"), support_text("c"));
    assert_memory_not_equal(other.room, places[1].room, HUB_NAME_BYTES);
    assert_memory_not_equal(other.device, places[1].device, HUB_NAME_BYTES);
}

/* ---- Requests ------------------------------------------------------------
 */

static void reads_acknowledgements_then_who_left(void **state)
{
    static const char text[] =
        "{\"left\": [{\"room\": \"r:b\", \"device\": \"e\"}],"
        " \"seen\": [{\"room\": \"r:a\", \"device\": \"d\", \"seq\": 7},"
        "            {\"room\": \"r:a\", \"device\": \"e\", \"seq\": 0}]}";
    const struct hub_place expected[] = {
        place_of("r:a", "d"), place_of("r:a", "e"), place_of("r:b", "e")};
    struct seen seen;

    (void)state;
    assert_int_equal(seen_read(&seen, support_text(text), key, NULL), FRANK_OK);
    assert_int_equal(seen.acks, 2);
    assert_int_equal(seen.leaving, 1);
    assert_int_equal(seen.places[0].seen_seq, 7);
    for (size_t i = 0; i < SUPPORT_COUNT(expected); i++) {
        assert_memory_equal(seen.places[i].room, expected[i].room,
                            HUB_NAME_BYTES);
        assert_memory_equal(seen.places[i].device, expected[i].device,
                            HUB_NAME_BYTES);
    }
    free(seen.places);
}

static void refuses_other_requests_by_name(void **state)
{
    static const struct {
        const char *text;
        int error;
        const char *field;
    } cases[] = {
        {"{", FRANK_ERR_JSON, "acknowledgements"},
        {"{}", FRANK_ERR_MISSING, "seen"},
        {"{\"seen\": [], \"left\": []}", FRANK_ERR_MISSING, "seen"},
        {"{\"seen\": 1}", FRANK_ERR_VALUE, "seen"},
        {"{\"left\": {}}", FRANK_ERR_VALUE, "left"},
        {"{\"seen\": [1]}", FRANK_ERR_MISSING, "room"},
        {"{\"left\": [{\"room\": \"\", \"device\": \"d\"}]}", FRANK_ERR_VALUE,
         "room"},
        {"{\"left\": [{\"room\": 3, \"device\": \"d\"}]}", FRANK_ERR_VALUE,
         "room"},
        {"{\"left\": [{\"room\": \"r\"}]}", FRANK_ERR_MISSING, "device"},
        {"{\"left\": [{\"room\": \"r\", \"device\": \"\"}]}", FRANK_ERR_VALUE,
         "device"},
        {"{\"seen\": [{\"room\": \"r\", \"device\": \"d\"}]}",
         FRANK_ERR_MISSING, "seq"},
        {"{\"seen\": [{\"room\": \"r\", \"device\": \"d\", \"seq\": -1}]}",
         FRANK_ERR_VALUE, "seq"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct frank_fault fault = {0};
        struct seen seen = {NULL, 1, 1};

        assert_int_equal(
            seen_read(&seen, support_text(cases[i].text), key, &fault),
            cases[i].error);
        assert_string_equal(fault.field, cases[i].field);
        assert_null(seen.places);
        assert_int_equal(seen.acks + seen.leaving, 0);
    }
}

/* {"seen": [the same, count times]}, and as many that left; free() it. */
static char *many(size_t acks, size_t leaving, size_t device)
{
    char *text = calloc(1, 64 + (acks + leaving) * (64 + device));
    char one[400];

    assert_non_null(text);
    (void)snprintf(one, sizeof one,
                   "{\"room\":\"r\",\"seq\":1,\"device\":\"%0*d\"}",
                   (int)device, 0);
    (void)strcpy(text, "{\"seen\":[");
    for (size_t i = 0; i < acks + leaving; i++) {
        (void)strcat(text, i == 0 || i == acks ? "" : ",");
        (void)strcat(text, i == acks ? "],\"left\":[" : "");
        (void)strcat(text, one);
    }
    (void)strcat(text, "]}");
    return text;
}

static void takes_as_many_as_there_may_be_and_no_more(void **state)
{
    static const struct {
        size_t acks;
        size_t leaving;
        size_t device;
        int error;
    } cases[] = {{SEEN_MAX, 0, 255, FRANK_OK},
                 {SEEN_MAX - 5, 5, 1, FRANK_OK},
                 {SEEN_MAX + 1, 0, 1, FRANK_ERR_LIMIT},
                 {SEEN_MAX - 5, 6, 1, FRANK_ERR_LIMIT},
                 {1, 0, 256, FRANK_ERR_VALUE}};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        char *text = many(cases[i].acks, cases[i].leaving, cases[i].device);
        struct seen seen;

        assert_int_equal(seen_read(&seen, support_text(text), key, NULL),
                         cases[i].error);
        assert_int_equal(
            seen.acks + seen.leaving,
            cases[i].error == FRANK_OK ? cases[i].acks + cases[i].leaving : 0);
        free(seen.places);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(each_room_counts_from_one_without_a_gap),
        WITH_STORE(numbers_go_on_after_the_store_was_closed),
        WITH_STORE(an_older_database_is_brought_up_to_date),
        WITH_STORE(seen_is_what_this_device_acknowledged_in_this_room),
        WITH_STORE(an_acknowledgement_never_goes_back),
        WITH_STORE(nothing_is_acknowledged_above_what_was_stamped),
        WITH_STORE(a_device_that_left_has_acknowledged_nothing),
        WITH_STORE(no_room_falls_back_below_the_number_that_all_have_passed),
        cmocka_unit_test(names_are_hashes_that_tell_rooms_and_devices_apart),
        cmocka_unit_test(reads_acknowledgements_then_who_left),
        cmocka_unit_test(refuses_other_requests_by_name),
        cmocka_unit_test(takes_as_many_as_there_may_be_and_no_more),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
