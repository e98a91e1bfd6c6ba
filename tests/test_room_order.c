/* SPDX-License-Identifier: Apache-2.0 */
#include "room_order.h"

#include "support.h"

#include <string.h>

#define MESSAGES 6

static struct frank_report_header header;

/* Message i is number seqs[i] of the room, by 'a' or another, whose device had
 * acknowledged up to seen[i]. */
static void make(const uint64_t *seqs, const uint64_t *seen,
                 const char *const *senders)
{
    memset(&header, 0, sizeof header);
    header.count = MESSAGES;
    for (size_t i = 0; i < MESSAGES; i++) {
        struct frank_evidence *evidence = &header.evidence[i];

        evidence->tag[0] = (uint8_t)i;
        evidence->ordered = seqs[i] > 0;
        evidence->transcript.room_seq = seqs[i];
        evidence->transcript.seen_seq = seen[i];
        evidence->context.sender = support_text(senders[i]);
    }
}

static const uint64_t seqs[] = {9, 3, 0, 4, 20, 8};
static const uint64_t seen[] = {8, 0, 0, 2, 8, 3};
static const char *const senders[] = {"a", "b", "a", "a", "c", "cd"};

static void messages_stand_in_the_order_of_their_numbers(void **state)
{
    static const size_t order[] = {1, 3, 5, 0, 4};
    static const uint64_t gaps[] = {0, 0, 3, 0, 10};
    struct room_place places[FRANK_MESSAGES_MAX];
    size_t count;

    (void)state;
    make(seqs, seen, senders);
    assert_int_equal(room_order(places, &count, &header, NULL), FRANK_OK);
    assert_int_equal(count, SUPPORT_COUNT(order));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(places[i].message, order[i]);
        assert_int_equal(places[i].gap, gaps[i]);
        assert_int_equal(places[i].room_seq, seqs[order[i]]);
        assert_int_equal(places[i].seen_seq, seen[order[i]]);
    }
}

static void only_stamps_that_hold_count(void **state)
{
    static const bool stamped[MESSAGES] = {true, false, true,
                                           true, false, true};
    struct room_place places[FRANK_MESSAGES_MAX];
    size_t count;

    (void)state;
    make(seqs, seen, senders);
    assert_int_equal(room_order(places, &count, &header, stamped), FRANK_OK);
    assert_int_equal(count, 3);
    assert_int_equal(places[0].message, 3);
    assert_int_equal(places[2].gap, 0);
}

static void two_of_one_number_are_no_honest_hubs(void **state)
{
    struct room_place places[FRANK_MESSAGES_MAX];
    size_t count;

    (void)state;
    make(seqs, seen, senders);
    header.evidence[3].transcript.room_seq = 9;
    assert_int_equal(room_order(places, &count, &header, NULL),
                     FRANK_ERR_TWICE);
    /* the same message, twice in the report */
    header.evidence[3].tag[0] = 0;
    assert_int_equal(room_order(places, &count, &header, NULL), FRANK_OK);
    assert_int_equal(count, 4);
}

static void assert_seen(size_t index, const char *had, const char *missing)
{
    struct room_place places[FRANK_MESSAGES_MAX];
    struct room_seen result;
    size_t count;

    assert_int_equal(room_order(places, &count, &header, NULL), FRANK_OK);
    room_seen(&result, places, index, &header);
    assert_int_equal(result.count, strlen(had));
    assert_int_equal(result.missing_count, strlen(missing));
    for (size_t i = 0; i < result.count; i++) {
        assert_int_equal(result.messages[i], had[i] - '0');
    }
    for (size_t i = 0; i < result.missing_count; i++) {
        assert_int_equal(result.missing[i], missing[i] - '0');
    }
}

/* Who wrote a message knows it, whatever his device acknowledged. */
static void
a_device_had_what_others_wrote_up_to_what_it_acknowledged(void **state)
{
    (void)state;
    make(seqs, seen, senders);
    assert_seen(0, "", "");     /* message 1, the first */
    assert_seen(1, "", "1");    /* message 3: up to 2 */
    assert_seen(2, "1", "3");   /* message 5: up to 3 */
    assert_seen(3, "15", "");   /* message 0: up to 8; 3 is of a too */
    assert_seen(4, "135", "0"); /* message 4: up to 8 */
    header.evidence[4].transcript.seen_seq = 0; /* nothing is known */
    assert_seen(4, "", "1350");
    header.evidence[4].transcript.seen_seq = 19;
    assert_seen(4, "1350", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_stand_in_the_order_of_their_numbers),
        cmocka_unit_test(only_stamps_that_hold_count),
        cmocka_unit_test(two_of_one_number_are_no_honest_hubs),
        cmocka_unit_test(
            a_device_had_what_others_wrote_up_to_what_it_acknowledged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
