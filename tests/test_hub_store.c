/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's store by itself: what is stored, counted, folded, handed on,
 * purged, and the log that goes with it. */
#include "hub_store.h"
#include "ledger_entry.h"

#include "folder.h"
#include "support.h"

#include <sodium.h>
#include <string.h>

static struct db *db;
static struct ledger ledger;
static uint8_t next_id;

static int open_store(void **state)
{
    struct db_trouble what;
    int error = folder_enter(state);

    memset(&ledger, 0, sizeof ledger);
    next_id = 1;
    return error || !db_open(&db, "hub.db", DB_WRITER, &hub_schema,
                             hub_statements, hub_statement_count, &what);
}

static int close_store(void **state)
{
    bool ok = db_ok(db);

    db_close(db);
    return folder_leave(state) || !ok;
}

#define WITH_STORE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, open_store, close_store)

/* A new report of message, sender, group and pair 1. */
static struct incoming make(enum report_reporter_kind reporter)
{
    static const uint8_t bytes[1500] = {1};
    struct incoming report = {.received = 1000,
                              .reporter = reporter,
                              .epoch = 1,
                              .sealed = {bytes, sizeof bytes},
                              .verdict = {bytes, 100}};

    report.report_id[0] = next_id;
    report.bytes_hash[0] = next_id;
    report.token_hash[0] = next_id;
    report.message[0] = 1;
    report.sender[0] = 1;
    report.group[0] = 1;
    report.pair[0] = 1;
    next_id++;
    return report;
}

static enum taken take(const struct incoming *report)
{
    static const struct hub_rules rules = {
        .anonymous_max = 3, .distinct_window_ms = 5000, .priority_each = 10};
    enum taken taken;
    uint64_t received;

    db_begin(db);
    taken = hub_take(&ledger, db, report, &rules, &received);
    ledger_save(&ledger, db);
    assert_true(db_commit(db));
    return taken;
}

struct seen {
    size_t count;
    struct feed_item items[64];
};

static bool see(void *context, const struct feed_item *item)
{
    struct seen *seen = context;

    seen->items[seen->count++] = *item;
    return seen->count < 64;
}

static struct seen feed(uint64_t after)
{
    struct seen seen = {.count = 0};

    (void)hub_feed(db, after, see, &seen);
    return seen;
}

static bool collect(void *context, struct frank_span entry)
{
    char *all = context;

    (void)strncat(all, (const char *)entry.data, entry.len);
    (void)strcat(all, "\n");
    return true;
}

/* The log as text; its tree is that of its entries. */
static const char *log_text(void)
{
    static char all[65536];
    struct merkle_range range;
    uint8_t roots[2][MERKLE_HASH_BYTES];
    uint64_t count;

    all[0] = '\0';
    count = ledger_read(db, 0, UINT32_MAX, collect, all);
    db_begin(db);
    ledger_save(&ledger, db);
    assert_true(db_commit(db));
    assert_true(ledger_load(&range, db));
    assert_int_equal(range.size, count);
    merkle_root(roots[0], &range);
    merkle_root(roots[1], &ledger.range);
    assert_memory_equal(roots[0], roots[1], sizeof roots[0]);
    return all;
}

static size_t occurrences(const char *text, const char *word)
{
    size_t n = 0;

    for (; (text = strstr(text, word)) != NULL; text++) {
        n++;
    }
    return n;
}

/* ---- Tests
 * ------------------------------------------------------------------- */

static size_t take_over(uint64_t through)
{
    bool more;
    size_t count =
        hub_taken_over(&ledger, db, through, 5000, 100, 1 << 20, &more);

    assert_false(more);
    return count;
}

static void a_new_report_is_stored_with_its_entry(void **state)
{
    struct incoming report = make(REPORTER_ANONYMOUS);
    struct seen seen;

    (void)state;
    assert_int_equal(take(&report), TAKEN_NEW);
    seen = feed(0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.items[0].number, 1);
    assert_int_equal(seen.items[0].folds_into, 1);
    assert_int_equal(seen.items[0].received, 1000);
    assert_int_equal(occurrences(log_text(), "report_received"), 1);
    assert_null(strstr(log_text(), "\"01000000"));
}

struct entry_at {
    char text[512];
};

static bool keep_entry(void *context, struct frank_span entry)
{
    struct entry_at *at = context;

    (void)snprintf(at->text, sizeof at->text, "%.*s", (int)entry.len,
                   (const char *)entry.data);
    return false;
}

static void the_feed_says_where_the_entry_stands(void **state)
{
    struct seen seen;

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct incoming report = make(REPORTER_ANONYMOUS);

        assert_int_equal(take(&report), TAKEN_NEW);
        db_begin(db);
        hub_epoch(&ledger, db, (uint32_t)i + 2, 0, false, 1);
        ledger_save(&ledger, db);
        assert_true(db_commit(db));
    }
    seen = feed(0);
    assert_int_equal(seen.count, 3);
    for (size_t i = 0; i < 3; i++) {
        struct entry_at at;

        assert_true(seen.items[i].has_log_index);
        assert_int_equal(seen.items[i].log_index, 2 * i);
        (void)ledger_read(db, seen.items[i].log_index,
                          seen.items[i].log_index + 1, keep_entry, &at);
        assert_non_null(strstr(at.text, "report_received"));
    }
}

static void the_same_bytes_are_taken_in_once(void **state)
{
    struct incoming report = make(REPORTER_ANONYMOUS);
    uint64_t received = 0;
    enum taken taken;

    (void)state;
    assert_int_equal(take(&report), TAKEN_NEW);
    report.received = 2000;
    assert_int_equal(take(&report), TAKEN_AGAIN);
    assert_true(hub_find(db, &report, &taken, &received));
    assert_int_equal(received, 1000);
    assert_int_equal(feed(0).count, 1);
    assert_int_equal(occurrences(log_text(), "report_received"), 1);
}

static void other_bytes_under_the_same_id_are_told(void **state)
{
    struct incoming report = make(REPORTER_ANONYMOUS);

    (void)state;
    assert_int_equal(take(&report), TAKEN_NEW);
    report.bytes_hash[0] ^= 1;
    assert_int_equal(take(&report), TAKEN_OTHER);
    assert_int_equal(feed(0).count, 1);
}

static void
anonymous_ones_are_kept_up_to_a_number_and_counted_beyond(void **state)
{
    struct incoming report;

    (void)state;
    for (int i = 0; i < 3; i++) {
        report = make(REPORTER_ANONYMOUS);
        assert_int_equal(take(&report), TAKEN_NEW);
    }
    report = make(REPORTER_ANONYMOUS);
    assert_int_equal(take(&report), TAKEN_COUNTED);
    assert_int_equal(take(&report), TAKEN_AGAIN);
    assert_int_equal(feed(0).count, 3);
    assert_int_equal(occurrences(log_text(), "report_received"), 3);
    report = make(REPORTER_ANONYMOUS);
    report.message[0] = 2; /* another message */
    assert_int_equal(take(&report), TAKEN_NEW);
}

static void vouched_ones_never_count(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        struct incoming report =
            make(i % 2 ? REPORTER_NAMED : REPORTER_VOUCHED);

        assert_int_equal(take(&report), TAKEN_NEW);
    }
    for (int i = 0; i < 3; i++) {
        struct incoming report = make(REPORTER_ANONYMOUS);

        assert_int_equal(take(&report), TAKEN_NEW);
    }
}

static void a_place_is_given_back_once(void **state)
{
    struct hub_notice notice = {.discloses_nothing = true};
    struct incoming report;

    (void)state;
    for (int i = 0; i < 3; i++) {
        report = make(REPORTER_ANONYMOUS);
        assert_int_equal(take(&report), TAKEN_NEW);
    }
    memcpy(notice.report_id, report.report_id, sizeof notice.report_id);
    db_begin(db);
    assert_true(hub_notice(db, &notice, 1));
    assert_true(hub_notice(db, &notice, 1));
    assert_true(db_commit(db));
    report = make(REPORTER_ANONYMOUS);
    assert_int_equal(take(&report), TAKEN_NEW);
    report = make(REPORTER_ANONYMOUS);
    assert_int_equal(take(&report), TAKEN_COUNTED);
}

static void copies_and_follow_ups_are_folded_never_refused(void **state)
{
    struct seen seen;

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct incoming report = make(REPORTER_NAMED);

        report.message[0] = (uint8_t)i;
        report.group[0] = i == 4 ? 2 : 1;
        assert_int_equal(take(&report), TAKEN_NEW);
    }
    seen = feed(0);
    assert_int_equal(seen.count, 5);
    assert_int_equal(seen.items[3].folds_into, 1);
    assert_int_equal(seen.items[4].folds_into, 5);
}

static void
distinct_reporters_within_the_window_raise_the_priority(void **state)
{
    struct incoming report;
    struct seen seen;

    (void)state;
    for (uint8_t i = 0; i < 4; i++) {
        report = make(REPORTER_NAMED);
        report.pair[0] = i < 2 ? 1 : i; /* the first two are one person */
        report.priority = 7;
        assert_int_equal(take(&report), TAKEN_NEW);
    }
    report = make(REPORTER_NAMED);
    report.pair[0] = 9;
    report.received = 100000; /* the others are long ago */
    assert_int_equal(take(&report), TAKEN_NEW);
    seen = feed(0);
    assert_int_equal(seen.items[0].distinct, 1);
    assert_int_equal(seen.items[1].distinct, 1);
    assert_int_equal(seen.items[3].distinct, 3);
    assert_int_equal(seen.items[3].priority, 37);
    assert_int_equal(seen.items[4].distinct, 1);
}

static void a_signal_counts_as_a_reporter_and_makes_no_case(void **state)
{
    struct incoming report = make(REPORTER_NAMED);
    uint8_t pair[HUB_KEY_BYTES] = {77};

    (void)state;
    db_begin(db);
    hub_signal(db, 1, report.sender, pair, 900);
    assert_true(db_commit(db));
    assert_int_equal(feed(0).count, 0);
    assert_int_equal(take(&report), TAKEN_NEW);
    assert_int_equal(feed(0).items[0].distinct, 2);
}

static void what_is_taken_over_is_dropped_and_logged(void **state)
{
    struct incoming report;

    (void)state;
    for (int i = 0; i < 3; i++) {
        report = make(REPORTER_VOUCHED);
        assert_int_equal(take(&report), TAKEN_NEW);
    }
    db_begin(db);
    assert_int_equal(take_over(2), 2);
    assert_int_equal(take_over(2), 0);
    assert_true(db_commit(db));
    assert_int_equal(feed(0).count, 1);
    assert_int_equal(feed(0).items[0].number, 3);
    assert_int_equal(hub_waiting(db), 1);
    assert_int_equal(hub_last(db), 3);
    assert_int_equal(occurrences(log_text(), "report_taken_over"), 2);
    assert_int_equal(take(&report), TAKEN_AGAIN);
}

static void the_feed_begins_after_a_number(void **state)
{
    struct seen seen;

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct incoming report = make(REPORTER_VOUCHED);

        assert_int_equal(take(&report), TAKEN_NEW);
    }
    seen = feed(2);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.items[0].number, 3);
    assert_int_equal(feed(4).count, 0);
}

static enum report_state state_of(uint8_t id)
{
    uint8_t token[HUB_TOKEN_HASH_BYTES] = {id};
    struct receipt_state receipt;

    assert_true(hub_receipt(&receipt, db, token));
    return receipt.state;
}

static void notify(uint8_t id, enum report_state state, const char *outcome)
{
    struct hub_notice notice = {.has_state = true, .state = state};

    notice.report_id[0] = id;
    (void)strcpy(notice.outcome, outcome);
    db_begin(db);
    assert_true(hub_notice(db, &notice, 7000));
    assert_true(db_commit(db));
}

static void a_state_never_goes_back_but_for_an_appeal(void **state)
{
    struct incoming report = make(REPORTER_ANONYMOUS);
    struct receipt_state receipt;

    (void)state;
    assert_int_equal(take(&report), TAKEN_NEW);
    assert_int_equal(state_of(1), REPORT_RECEIVED);
    notify(1, REPORT_DECIDED, "warned");
    assert_int_equal(state_of(1), REPORT_DECIDED);
    notify(1, REPORT_IN_REVIEW, "");
    assert_int_equal(state_of(1), REPORT_DECIDED);
    notify(1, REPORT_CLOSED, "warned");
    notify(1, REPORT_IN_REVIEW, "");
    assert_int_equal(state_of(1), REPORT_IN_REVIEW);
    notify(1, REPORT_DECIDED, "no_action");
    assert_true(hub_receipt(&receipt, db, report.token_hash));
    assert_string_equal(receipt.outcome, "no_action");
    assert_int_equal(receipt.changed, 7000);
}

static void an_unknown_receipt_or_report_is_told(void **state)
{
    struct hub_notice notice = {.has_state = true};
    struct receipt_state receipt;
    uint8_t token[HUB_TOKEN_HASH_BYTES] = {9};

    (void)state;
    assert_false(hub_receipt(&receipt, db, token));
    db_begin(db);
    assert_false(hub_notice(db, &notice, 1));
    assert_true(db_commit(db));
}

static void hashes_end_with_their_epoch(void **state)
{
    static const char *const tables[] = {"pairs", "places", "groups",
                                         "reports"};
    struct incoming report;

    (void)state;
    for (uint32_t epoch = 1; epoch <= 2; epoch++) {
        report = make(REPORTER_NAMED);
        report.epoch = epoch;
        report.sender[0] = (uint8_t)epoch;
        report.group[0] = (uint8_t)epoch;
        assert_int_equal(take(&report), TAKEN_NEW);
        report = make(REPORTER_ANONYMOUS);
        report.epoch = epoch;
        report.message[0] = (uint8_t)epoch;
        report.group[0] = (uint8_t)epoch;
        assert_int_equal(take(&report), TAKEN_NEW);
    }
    db_begin(db);
    hub_epoch(&ledger, db, 1, 0, false, 1);
    hub_epoch(&ledger, db, 1, 0, false, 1);
    hub_epoch(&ledger, db, 1, 0, true, 2);
    hub_epoch(&ledger, db, 1, 0, true, 2);
    assert_true(db_commit(db));
    assert_int_equal(occurrences(log_text(), "key_epoch"), 2);
    assert_int_equal(occurrences(log_text(), "destroyed"), 1);
    /* Nothing of the first epoch's is left, the second's is: each row that is
     * found would break a rule of another table. */
    for (size_t t = 0; t < SUPPORT_COUNT(tables); t++) {
        char sql[128];

        (void)snprintf(sql, sizeof sql,
                       "INSERT INTO log_range (only, range) SELECT 1, x''"
                       " FROM %s WHERE epoch = 1",
                       tables[t]);
        assert_true(db_try(db, sql));
    }
    report = make(REPORTER_NAMED);
    assert_int_equal(take(&report), TAKEN_ENDED);
    report = make(REPORTER_NAMED);
    report.epoch = 2;
    report.sender[0] = 2;
    report.pair[0] = 50;
    assert_int_equal(take(&report), TAKEN_NEW);
    assert_int_equal(feed(4).items[0].distinct, 2);
}

static void old_ones_are_purged_once_they_are_taken_over(void **state)
{
    struct incoming report;

    (void)state;
    for (int i = 0; i < 4; i++) {
        report = make(REPORTER_VOUCHED);
        report.received = 1000 + (uint64_t)i;
        assert_int_equal(take(&report), TAKEN_NEW);
    }
    db_begin(db);
    assert_int_equal(hub_purge(&ledger, db, 5000, 9000, 10), 0);
    assert_int_equal(take_over(3), 3);
    assert_int_equal(hub_purge(&ledger, db, 1002, 9000, 10), 2);
    assert_int_equal(hub_purge(&ledger, db, 5000, 9000, 1), 1);
    assert_int_equal(hub_purge(&ledger, db, 5000, 9000, 1), 0);
    assert_true(db_commit(db));
    assert_int_equal(occurrences(log_text(), "\"purge\""), 3);
    assert_int_equal(feed(0).count, 1);
    assert_int_equal(hub_last(db), 4);
}

static void refusals_and_padding_are_entries(void **state)
{
    const struct hub_refusals refusals[] = {{"mac", 5}, {"proof", 1}};

    (void)state;
    db_begin(db);
    hub_log_refusals(&ledger, db, 1, 2, refusals, 2);
    ledger_pad(&ledger, db, 8, 1, 3);
    assert_int_equal(ledger.range.size, 8);
    ledger_pad(&ledger, db, 8, 1, 3);
    assert_int_equal(ledger.range.size, 16);
    assert_true(db_commit(db));
    assert_non_null(strstr(log_text(), "\"counts\":{\"mac\":5,\"proof\":1}"));
    assert_int_equal(occurrences(log_text(), "padding"), 15);
}

static void a_backlog_is_taken_over_in_steps(void **state)
{
    bool more = false;

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct incoming report = make(REPORTER_VOUCHED);

        assert_int_equal(take(&report), TAKEN_NEW);
    }
    db_begin(db);
    assert_int_equal(hub_taken_over(&ledger, db, 5, 1, 2, SIZE_MAX, &more), 2);
    assert_true(more);
    assert_int_equal(hub_taken_over(&ledger, db, 5, 1, 9, 1, &more), 1);
    assert_true(more);
    assert_int_equal(hub_taken_over(&ledger, db, 5, 1, 9, 3000, &more), 2);
    assert_false(more);
    assert_true(db_commit(db));
    assert_int_equal(hub_waiting(db), 0);
    assert_int_equal(occurrences(log_text(), "report_taken_over"), 5);
}

/* Else an abuser could count his own reports that stay behind. */
static void a_counted_one_looks_like_a_kept_one(void **state)
{
    struct incoming reports[5];

    (void)state;
    for (int i = 0; i < 5; i++) {
        reports[i] = make(REPORTER_ANONYMOUS);
        (void)take(&reports[i]);
    }
    db_begin(db);
    assert_int_equal(take_over(hub_last(db)), 3);
    assert_true(db_commit(db));
    for (uint8_t i = 1; i <= 5; i++) {
        assert_int_equal(state_of(i), REPORT_TAKEN_OVER);
    }
    notify(1, REPORT_DECIDED, "warned");
    assert_int_equal(state_of(5), REPORT_DECIDED);
}

static void a_counted_one_can_be_kept_later(void **state)
{
    struct hub_notice notice = {.discloses_nothing = true};
    struct incoming report;
    struct incoming last;

    (void)state;
    for (int i = 0; i < 4; i++) {
        report = make(REPORTER_ANONYMOUS);
        (void)take(&report);
    }
    last = report;
    assert_int_equal(take(&last), TAKEN_AGAIN);
    notice.report_id[0] = 1;
    db_begin(db);
    assert_true(hub_notice(db, &notice, 1));
    assert_true(db_commit(db));
    db_begin(db);
    assert_int_equal(take_over(hub_last(db)), 3);
    assert_true(db_commit(db));
    last.received = 9000;
    assert_int_equal(take(&last), TAKEN_NEW);
    /* Above what the moderation side has seen; and as old as it was. */
    assert_int_equal(feed(4).count, 1);
    assert_int_equal(feed(4).items[0].received, 1000);
    assert_int_equal(take(&last), TAKEN_AGAIN);
    assert_int_equal(occurrences(log_text(), "report_received"), 4);
}

static void nothing_is_stored_under_an_epoch_that_ended(void **state)
{
    struct incoming report = make(REPORTER_NAMED);
    uint64_t rows = 0;

    (void)state;
    db_begin(db);
    hub_epoch(&ledger, db, 1, 0, true, 1);
    assert_true(db_commit(db));
    assert_int_equal(take(&report), TAKEN_ENDED);
    db_begin(db);
    hub_signal(db, 1, report.sender, report.pair, 5);
    assert_true(db_commit(db));
    rows = ledger.range.size;
    assert_int_equal(rows, 1); /* the epoch's */
    assert_int_equal(feed(0).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_new_report_is_stored_with_its_entry),
        WITH_STORE(the_feed_says_where_the_entry_stands),
        WITH_STORE(the_same_bytes_are_taken_in_once),
        WITH_STORE(other_bytes_under_the_same_id_are_told),
        WITH_STORE(anonymous_ones_are_kept_up_to_a_number_and_counted_beyond),
        WITH_STORE(vouched_ones_never_count),
        WITH_STORE(a_place_is_given_back_once),
        WITH_STORE(copies_and_follow_ups_are_folded_never_refused),
        WITH_STORE(distinct_reporters_within_the_window_raise_the_priority),
        WITH_STORE(a_signal_counts_as_a_reporter_and_makes_no_case),
        WITH_STORE(what_is_taken_over_is_dropped_and_logged),
        WITH_STORE(the_feed_begins_after_a_number),
        WITH_STORE(a_state_never_goes_back_but_for_an_appeal),
        WITH_STORE(an_unknown_receipt_or_report_is_told),
        WITH_STORE(hashes_end_with_their_epoch),
        WITH_STORE(old_ones_are_purged_once_they_are_taken_over),
        WITH_STORE(refusals_and_padding_are_entries),
        WITH_STORE(a_backlog_is_taken_over_in_steps),
        WITH_STORE(a_counted_one_looks_like_a_kept_one),
        WITH_STORE(a_counted_one_can_be_kept_later),
        WITH_STORE(nothing_is_stored_under_an_epoch_that_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
