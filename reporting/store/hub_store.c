/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_store.h"

#include "hmac.h"
#include "hub_inside.h"

#include <string.h>

/* The report's name in both logs. */
static void log_name(uint8_t out[static HASH_BYTES],
                     const struct incoming *report)
{
    struct hmac mac;

    hmac_schedule(&mac, report->salt, sizeof report->salt);
    hmac_update(&mac, report->digest, sizeof report->digest);
    hmac_final(&mac, out);
}

/* ---- Taking in ----------------------------------------------------------- */

struct found {
    enum taken taken;
    uint64_t received;
    uint64_t number;
    bool kept;
};

static bool find(struct found *out, struct db *db,
                 const struct incoming *report)
{
    struct frank_span hash;

    if (!db_row(
            db, FIND_REPORT,
            DB_VALUES(DB_BLOB(report->report_id, sizeof report->report_id)))) {
        return false;
    }
    hash = db_blob(db, FIND_REPORT, 0);
    out->taken = hash.len == sizeof report->bytes_hash &&
                         memcmp(hash.data, report->bytes_hash, hash.len) == 0
                     ? TAKEN_AGAIN
                     : TAKEN_OTHER;
    out->received = db_int(db, FIND_REPORT, 1);
    out->kept = db_int(db, FIND_REPORT, 2) != 0;
    out->number = db_int(db, FIND_REPORT, 3);
    db_done(db, FIND_REPORT);
    return true;
}

bool hub_find(struct db *db, const struct incoming *report, enum taken *taken,
              uint64_t *received)
{
    struct found found;

    /* One that was only counted may find a place by now. */
    if (!find(&found, db, report) ||
        (found.taken == TAKEN_AGAIN && !found.kept)) {
        return false;
    }
    *taken = found.taken;
    *received = found.received;
    return true;
}

/* What an epoch's end dropped must not come back from those who still held its
 * keys. */
static bool has_ended(struct db *db, uint32_t epoch)
{
    bool ended = false;

    if (db_row(db, FIND_EPOCH, DB_VALUES(DB_INT(epoch)))) {
        ended = db_int(db, FIND_EPOCH, 0) != 0;
        db_done(db, FIND_EPOCH);
    }
    return ended;
}

/* Whether an anonymous report finds a place among those of its message. */
static bool take_place(struct db *db, const struct incoming *report,
                       uint64_t most)
{
    const struct db_value message =
        DB_BLOB(report->message, sizeof report->message);

    (void)db_run(db, ADD_PLACE, DB_VALUES(message, DB_INT(report->epoch)));
    if (db_run(db, TAKE_PLACE, DB_VALUES(message, DB_INT(most))) == 1) {
        return true;
    }
    (void)db_run(db, COUNT_BEYOND, DB_VALUES(message));
    return false;
}

static void add_pair(struct db *db, uint32_t epoch, const uint8_t *sender,
                     const uint8_t *pair, uint64_t now)
{
    (void)db_run(db, ADD_PAIR,
                 DB_VALUES(DB_BLOB(sender, HUB_KEY_BYTES),
                           DB_BLOB(pair, HUB_KEY_BYTES), DB_INT(epoch),
                           DB_INT(now)));
}

void hub_signal(struct db *db, uint32_t epoch,
                const uint8_t sender[static HUB_KEY_BYTES],
                const uint8_t pair[static HUB_KEY_BYTES], uint64_t now)
{
    if (!has_ended(db, epoch)) {
        add_pair(db, epoch, sender, pair, now);
    }
}

static uint32_t count_reporters(struct db *db, const struct incoming *report,
                                uint64_t window)
{
    uint64_t since = report->received > window ? report->received - window : 0;
    uint32_t count = 0;

    if (db_row(db, COUNT_PAIRS,
               DB_VALUES(DB_BLOB(report->sender, sizeof report->sender),
                         DB_INT(since)))) {
        count = (uint32_t)db_int(db, COUNT_PAIRS, 0);
        db_done(db, COUNT_PAIRS);
    }
    return count;
}

/* The first report of its group, or 0 where this is the first. */
static uint64_t find_first(struct db *db, const struct incoming *report)
{
    uint64_t first = 0;

    if (db_row(db, FIND_GROUP,
               DB_VALUES(DB_BLOB(report->group, sizeof report->group)))) {
        first = db_int(db, FIND_GROUP, 0);
        db_done(db, FIND_GROUP);
    }
    return first;
}

struct row {
    bool kept;
    uint64_t number; /* of one that was counted before; 0: none */
    uint32_t distinct;
    uint32_t priority;
    uint64_t first;
    uint64_t log_index; /* where keep() puts its entry */
    uint8_t name[HASH_BYTES];
};

static uint64_t add_report(struct db *db, const struct incoming *r,
                           const struct row *row, uint64_t received)
{
    bool is_anonymous = r->reporter == REPORTER_ANONYMOUS;
    uint64_t number = 0;

    if (db_row(db, ADD_REPORT,
               DB_VALUES(DB_BLOB(r->report_id, sizeof r->report_id),
                         DB_BLOB(r->bytes_hash, sizeof r->bytes_hash),
                         DB_BLOB(r->token_hash, sizeof r->token_hash),
                         DB_INT(received), DB_INT((uint64_t)r->reporter),
                         DB_INT((uint64_t)r->source), DB_INT(r->first_contact),
                         DB_INT(row->priority), DB_INT(row->distinct),
                         row->first > 0 ? DB_INT(row->first) : DB_NULL,
                         DB_INT(row->kept),
                         row->kept ? DB_BLOB(row->name, sizeof row->name)
                                   : DB_NULL,
                         DB_INT(r->epoch),
                         is_anonymous ? DB_BLOB(r->message, sizeof r->message)
                                      : DB_NULL,
                         DB_INT(is_anonymous && row->kept),
                         row->kept ? DB_INT(row->log_index) : DB_NULL))) {
        number = db_int(db, ADD_REPORT, 0);
        db_done(db, ADD_REPORT);
    }
    return number;
}

/* Puts down what goes to the moderation side, and its entry. */
static void keep(struct ledger *ledger, struct db *db,
                 const struct incoming *report, const struct row *row,
                 uint64_t number)
{
    (void)db_run(db, ADD_BODY,
                 DB_VALUES(DB_INT(number),
                           DB_BLOB(report->salt, sizeof report->salt),
                           DB_BLOB(report->verdict.data, report->verdict.len),
                           DB_BLOB(report->sealed.data, report->sealed.len)));
    if (row->first == 0) {
        (void)db_run(db, ADD_GROUP,
                     DB_VALUES(DB_BLOB(report->group, sizeof report->group),
                               DB_INT(report->epoch), DB_INT(number)));
    }
    hub_append_report(ledger, db, "report_received", report->received,
                      (struct frank_span){row->name, sizeof row->name});
}

static void rate_report(struct row *row, struct db *db,
                        const struct incoming *report,
                        const struct hub_rules *rules)
{
    uint64_t priority;

    if (report->reporter == REPORTER_NAMED) {
        add_pair(db, report->epoch, report->sender, report->pair,
                 report->received);
    }
    row->distinct = count_reporters(db, report, rules->distinct_window_ms);
    priority = (uint64_t)report->priority +
               (uint64_t)rules->priority_each * row->distinct;
    row->priority = priority > UINT32_MAX ? UINT32_MAX : (uint32_t)priority;
    row->first = row->kept ? find_first(db, report) : 0;
}

enum taken hub_take(struct ledger *ledger, struct db *db,
                    const struct incoming *report,
                    const struct hub_rules *rules, uint64_t *received)
{
    struct row row = {.kept = true};
    struct found found;

    *received = report->received;
    if (find(&found, db, report)) {
        *received = found.received;
        if (found.taken == TAKEN_OTHER || found.kept) {
            return found.taken;
        }
        row.number = found.number;
    }
    if (has_ended(db, report->epoch)) {
        return TAKEN_ENDED;
    }
    if (report->reporter == REPORTER_ANONYMOUS) {
        row.kept = take_place(db, report, rules->anonymous_max);
    }
    if (!row.kept && row.number > 0) {
        return TAKEN_AGAIN;
    }
    rate_report(&row, db, report, rules);
    log_name(row.name, report);
    row.log_index = ledger->range.size;
    /* It gets a new number: the moderation side has asked behind the old one.
     */
    (void)db_run(db, DROP_COUNTED, DB_VALUES(DB_INT(row.number)));
    row.number = add_report(db, report, &row, *received);
    if (!row.kept) {
        return TAKEN_COUNTED;
    }
    keep(ledger, db, report, &row, row.number);
    return TAKEN_NEW;
}

/* ---- The feed ------------------------------------------------------------ */

static void copy(uint8_t *out, size_t len, struct frank_span from)
{
    memset(out, 0, len);
    if (from.len == len) {
        memcpy(out, from.data, len);
    }
}

static void read_item(struct feed_item *out, const struct db *db)
{
    out->number = db_int(db, FEED, 0);
    copy(out->report_id, sizeof out->report_id, db_blob(db, FEED, 1));
    out->received = db_int(db, FEED, 2);
    out->reporter = (enum report_reporter_kind)db_int(db, FEED, 3);
    out->source = (enum report_source)db_int(db, FEED, 4);
    out->first_contact = db_int(db, FEED, 5) != 0;
    out->priority = (uint32_t)db_int(db, FEED, 6);
    out->distinct = (uint32_t)db_int(db, FEED, 7);
    out->folds_into = db_int(db, FEED, 8);
    copy(out->salt, sizeof out->salt, db_blob(db, FEED, 9));
    out->verdict = db_blob(db, FEED, 10);
    out->sealed = db_blob(db, FEED, 11);
    out->has_log_index = !db_is_null(db, FEED, 12);
    out->log_index = db_int(db, FEED, 12);
}

uint64_t hub_feed(struct db *db, uint64_t after, feed_visit *visit,
                  void *context)
{
    struct feed_item item;
    bool more = db_row(db, FEED, DB_VALUES(DB_INT(after)));

    while (more) {
        read_item(&item, db);
        if (!visit(context, &item)) {
            db_done(db, FEED);
            break;
        }
        more = db_next(db, FEED);
    }
    return hub_last(db);
}

static uint64_t number_of(struct db *db, size_t statement)
{
    uint64_t number = 0;

    if (db_row(db, statement, NULL, 0)) {
        number = db_int(db, statement, 0);
        db_done(db, statement);
    }
    return number;
}

uint64_t hub_last(struct db *db)
{
    return number_of(db, LAST);
}

uint64_t hub_waiting(struct db *db)
{
    return number_of(db, WAITING);
}

size_t hub_taken_over(struct ledger *ledger, struct db *db, uint64_t through,
                      uint64_t now, size_t most, size_t most_bytes, bool *more)
{
    size_t count = 0;
    size_t bytes = 0;
    uint64_t last = 0;
    bool row =
        db_row(db, TO_TAKE_OVER, DB_VALUES(DB_INT(through), DB_INT(most + 1)));

    *more = false;
    while (row) {
        bytes += (size_t)db_int(db, TO_TAKE_OVER, 1);
        if (count == most || (count > 0 && bytes > most_bytes)) {
            *more = true;
            db_done(db, TO_TAKE_OVER);
            break;
        }
        last = db_int(db, TO_TAKE_OVER, 0);
        hub_append_report(ledger, db, "report_taken_over", now,
                          db_blob(db, TO_TAKE_OVER, 2));
        count++;
        row = db_next(db, TO_TAKE_OVER);
    }
    if (!*more) {
        last = through;
    }
    (void)db_run(db, TAKE_OVER, DB_VALUES(DB_INT(last), DB_INT(now)));
    (void)db_run(db, DROP_BODIES, DB_VALUES(DB_INT(last)));
    return count;
}

/* ---- Receipts and notices -------------------------------------------------
 */

bool hub_receipt(struct receipt_state *out, struct db *db,
                 const uint8_t token_hash[static HUB_TOKEN_HASH_BYTES])
{
    struct frank_span outcome;

    memset(out, 0, sizeof *out);
    if (!db_row(db, FIND_RECEIPT,
                DB_VALUES(DB_BLOB(token_hash, HUB_TOKEN_HASH_BYTES)))) {
        return false;
    }
    copy(out->report_id, sizeof out->report_id, db_blob(db, FIND_RECEIPT, 0));
    out->received = db_int(db, FIND_RECEIPT, 1);
    out->state = (enum report_state)db_int(db, FIND_RECEIPT, 2);
    out->changed = db_int(db, FIND_RECEIPT, 3);
    outcome = db_blob(db, FIND_RECEIPT, 4);
    if (outcome.len > 0 && outcome.len < sizeof out->outcome) {
        memcpy(out->outcome, outcome.data, outcome.len);
    }
    db_done(db, FIND_RECEIPT);
    return true;
}

static void set_state(struct db *db, const struct hub_notice *notice,
                      struct db_value message, uint64_t now)
{
    const struct db_value state = DB_INT((uint64_t)notice->state);
    const struct db_value outcome = DB_TEXT(notice->outcome);

    (void)db_run(db, SET_STATE,
                 DB_VALUES(DB_BLOB(notice->report_id, sizeof notice->report_id),
                           state, outcome, DB_INT(now)));
    if (message.kind != DB_VALUE_NULL) {
        (void)db_run(db, SET_STATE_OF_COUNTED,
                     DB_VALUES(message, state, outcome, DB_INT(now)));
    }
}

bool hub_notice(struct db *db, const struct hub_notice *notice, uint64_t now)
{
    const struct db_value id =
        DB_BLOB(notice->report_id, sizeof notice->report_id);
    uint8_t message[HUB_KEY_BYTES];
    struct db_value of_message = DB_NULL;
    enum report_state state;
    bool has_place;

    if (!db_row(db, FIND_NOTICED, DB_VALUES(id))) {
        return false;
    }
    state = (enum report_state)db_int(db, FIND_NOTICED, 0);
    if (!db_is_null(db, FIND_NOTICED, 1)) {
        copy(message, sizeof message, db_blob(db, FIND_NOTICED, 1));
        of_message = DB_BLOB(message, sizeof message);
    }
    has_place = db_int(db, FIND_NOTICED, 2) != 0;
    db_done(db, FIND_NOTICED);
    if (notice->has_state &&
        (notice->state >= state ||
         (notice->state == REPORT_IN_REVIEW && state == REPORT_CLOSED))) {
        set_state(db, notice, of_message, now);
    }
    if (notice->discloses_nothing && has_place) {
        (void)db_run(db, GIVE_PLACE_BACK, DB_VALUES(of_message));
        (void)db_run(db, FORGET_PLACE, DB_VALUES(id));
    }
    return true;
}
