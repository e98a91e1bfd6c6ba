/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_store.h"

#include "hmac.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char schema_1[] = LEDGER_SCHEMA
    "CREATE TABLE reports ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " report_id BLOB NOT NULL UNIQUE,"
    " bytes_hash BLOB NOT NULL,"
    " token_hash BLOB NOT NULL UNIQUE,"
    " received INTEGER NOT NULL,"
    " state INTEGER NOT NULL,"
    " changed INTEGER NOT NULL,"
    " outcome TEXT NOT NULL,"
    " reporter INTEGER NOT NULL,"
    " source INTEGER NOT NULL,"
    " first_contact INTEGER NOT NULL,"
    " priority INTEGER NOT NULL,"
    " distinct_reporters INTEGER NOT NULL,"
    " folds_into INTEGER,"
    " kept INTEGER NOT NULL," /* 0: counted alone */
    " log_name BLOB,"         /* HMAC(salt, digest): its name in the log */
    " epoch INTEGER,"
    " message BLOB,"          /* hash of it; of anonymous ones */
    " place INTEGER NOT NULL" /* 1: it takes a place of its message */
    ") STRICT;"
    "CREATE INDEX reports_received ON reports (received);"
    "CREATE INDEX reports_epoch ON reports (epoch) WHERE epoch IS NOT NULL;"
    "CREATE INDEX reports_message ON reports (message)"
    " WHERE message IS NOT NULL;"
    "CREATE TABLE bodies ("
    " number INTEGER PRIMARY KEY REFERENCES reports (number),"
    " salt BLOB NOT NULL,"
    " verdict BLOB NOT NULL,"
    " sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE places ("
    " message BLOB PRIMARY KEY,"
    " epoch INTEGER NOT NULL,"
    " kept INTEGER NOT NULL,"
    " beyond INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX places_epoch ON places (epoch);"
    "CREATE TABLE pairs ("
    " sender BLOB NOT NULL,"
    " pair BLOB NOT NULL,"
    " epoch INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " PRIMARY KEY (sender, pair)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX pairs_epoch ON pairs (epoch);"
    "CREATE TABLE groups ("
    " key BLOB PRIMARY KEY,"
    " epoch INTEGER NOT NULL,"
    " first INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX groups_epoch ON groups (epoch);"
    "CREATE TABLE epochs ("
    " epoch INTEGER PRIMARY KEY,"
    " destroyed INTEGER NOT NULL) STRICT;";

static const char *const migrations[] = {schema_1};
/* "Fhub" */
const struct db_schema hub_schema = {0x46687562, migrations, 1};

enum hub_statement {
    FIND_REPORT = LEDGER_STATEMENT_COUNT,
    ADD_REPORT,
    KEEP_REPORT,
    ADD_BODY,
    ADD_PLACE,
    TAKE_PLACE,
    COUNT_BEYOND,
    ADD_PAIR,
    COUNT_PAIRS,
    FIND_GROUP,
    ADD_GROUP,
    FEED,
    LAST,
    WAITING,
    TO_TAKE_OVER,
    TAKE_OVER,
    DROP_BODIES,
    FIND_RECEIPT,
    FIND_NOTICED,
    SET_STATE,
    SET_STATE_OF_COUNTED,
    GIVE_PLACE_BACK,
    FORGET_PLACE,
    FIND_EPOCH,
    SET_EPOCH,
    DROP_PLACES,
    DROP_PAIRS,
    DROP_GROUPS,
    DROP_REPORT_KEYS,
    TO_PURGE,
    PURGE
};

const char *const hub_statements[] = {
    LEDGER_STATEMENTS,
    [FIND_REPORT] = "SELECT bytes_hash, received, kept, number FROM reports"
                    " WHERE report_id = ?",
    [ADD_REPORT] =
        "INSERT INTO reports (report_id, bytes_hash, token_hash, received,"
        " state, changed, outcome, reporter, source, first_contact, priority,"
        " distinct_reporters, folds_into, kept, log_name, epoch, message,"
        " place)"
        " VALUES (?, ?, ?, ?4, 0, ?4, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " RETURNING number",
    [KEEP_REPORT] = "UPDATE reports SET kept = 1, place = 1, priority = ?2,"
                    " distinct_reporters = ?3, folds_into = ?4, log_name = ?5,"
                    " received = ?6, state = 0, changed = ?6 WHERE number = ?1",
    [ADD_BODY] = "INSERT INTO bodies (number, salt, verdict, sealed)"
                 " VALUES (?, ?, ?, ?)",
    [ADD_PLACE] = "INSERT INTO places (message, epoch, kept, beyond)"
                  " VALUES (?, ?, 0, 0) ON CONFLICT (message) DO NOTHING",
    [TAKE_PLACE] =
        "UPDATE places SET kept = kept + 1 WHERE message = ? AND kept < ?",
    [COUNT_BEYOND] = "UPDATE places SET beyond = beyond + 1 WHERE message = ?",
    [ADD_PAIR] =
        "INSERT INTO pairs (sender, pair, epoch, last) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (sender, pair) DO UPDATE SET last = excluded.last",
    [COUNT_PAIRS] = "SELECT count(*) FROM (SELECT 1 FROM pairs WHERE sender = ?"
                    " AND last >= ? LIMIT 1000)",
    [FIND_GROUP] = "SELECT first FROM groups WHERE key = ?",
    [ADD_GROUP] = "INSERT INTO groups (key, epoch, first) VALUES (?, ?, ?)",
    [FEED] = "SELECT r.number, r.report_id, r.received, r.reporter, r.source,"
             " r.first_contact, r.priority, r.distinct_reporters,"
             " coalesce(r.folds_into, r.number), b.salt, b.verdict, b.sealed"
             " FROM bodies b JOIN reports r ON r.number = b.number"
             " WHERE b.number > ? ORDER BY b.number",
    [LAST] = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence"
             " WHERE name = 'reports'",
    [WAITING] = "SELECT count(*) FROM bodies",
    [TO_TAKE_OVER] = "SELECT b.number, length(b.sealed), r.log_name"
                     " FROM bodies b JOIN reports r ON r.number = b.number"
                     " WHERE b.number <= ? ORDER BY b.number LIMIT ?",
    /* Those that were only counted too: else their state would tell. */
    [TAKE_OVER] = "UPDATE reports SET state = 1, changed = ?2"
                  " WHERE number <= ?1 AND state = 0",
    [DROP_BODIES] = "DELETE FROM bodies WHERE number <= ?",
    [FIND_RECEIPT] = "SELECT report_id, received, state, changed, outcome"
                     " FROM reports WHERE token_hash = ?",
    [FIND_NOTICED] =
        "SELECT state, message, place FROM reports WHERE report_id = ?",
    [SET_STATE] = "UPDATE reports SET state = ?2, outcome = ?3, changed = ?4"
                  " WHERE report_id = ?1",
    [SET_STATE_OF_COUNTED] =
        "UPDATE reports SET state = ?2, outcome = ?3, changed = ?4"
        " WHERE message = ?1 AND kept = 0",
    [GIVE_PLACE_BACK] =
        "UPDATE places SET kept = kept - 1 WHERE message = ? AND kept > 0",
    [FORGET_PLACE] = "UPDATE reports SET place = 0 WHERE report_id = ?",
    [FIND_EPOCH] = "SELECT destroyed FROM epochs WHERE epoch = ?",
    [SET_EPOCH] =
        "INSERT INTO epochs (epoch, destroyed) VALUES (?, ?)"
        " ON CONFLICT (epoch) DO UPDATE SET destroyed = excluded.destroyed",
    [DROP_PLACES] = "DELETE FROM places WHERE epoch = ?",
    [DROP_PAIRS] = "DELETE FROM pairs WHERE epoch = ?",
    [DROP_GROUPS] = "DELETE FROM groups WHERE epoch = ?",
    [DROP_REPORT_KEYS] =
        "UPDATE reports SET epoch = NULL, message = NULL, place = 0,"
        " folds_into = NULL"
        " WHERE epoch = ?",
    [TO_PURGE] = "SELECT number, log_name FROM reports r WHERE received < ?"
                 " AND number > ? AND NOT EXISTS"
                 " (SELECT 1 FROM bodies b WHERE b.number = r.number)"
                 " ORDER BY number LIMIT 1",
    [PURGE] = "DELETE FROM reports WHERE number = ?",
};
const size_t hub_statement_count =
    sizeof hub_statements / sizeof hub_statements[0];

/* ---- Log entries --------------------------------------------------------- */

#define NAME_HEX_BYTES (2 * HASH_BYTES + 1)
#define NONCE_BYTES 16

/* The report's name in both logs. */
static void log_name(uint8_t out[static HASH_BYTES],
                     const struct incoming *report)
{
    struct hmac mac;

    hmac_schedule(&mac, report->salt, sizeof report->salt);
    hmac_update(&mac, report->digest, sizeof report->digest);
    hmac_final(&mac, out);
}

/* One line of JSON; rest is what follows the members that every entry has. The
 * random bytes keep it from being guessed from its public hash. */
static void append(struct hub_store *store, struct db *db, const char *type,
                   uint64_t time, const char *rest)
{
    uint8_t nonce[NONCE_BYTES];
    char hex[2 * NONCE_BYTES + 1];
    char entry[8192];
    int len;

    randombytes_buf(nonce, sizeof nonce);
    (void)sodium_bin2hex(hex, sizeof hex, nonce, sizeof nonce);
    len = snprintf(entry, sizeof entry,
                   "{\"type\":\"%s\",\"time\":%" PRIu64 ",\"nonce\":\"%s\"%s}",
                   type, time, hex, rest);
    if (len < 0 || (size_t)len >= sizeof entry) {
        abort();
    }
    ledger_append(&store->ledger, db, entry, (size_t)len);
}

static void append_report(struct hub_store *store, struct db *db,
                          const char *type, uint64_t time,
                          struct frank_span name)
{
    char hex[NAME_HEX_BYTES];
    char rest[NAME_HEX_BYTES + 16];

    if (name.len != HASH_BYTES) {
        return; /* one that was counted alone has no name */
    }
    (void)sodium_bin2hex(hex, sizeof hex, name.data, name.len);
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"", hex);
    append(store, db, type, time, rest);
}

void hub_pad(struct hub_store *store, struct db *db, uint64_t multiple,
             uint64_t more, uint64_t now)
{
    do {
        append(store, db, "padding", now, "");
        more -= more > 0;
    } while ((more > 0 || store->ledger.range.size % multiple != 0) &&
             db_ok(db));
}

void hub_log_refusals(struct hub_store *store, struct db *db, uint64_t from,
                      uint64_t until, const struct hub_refusals *refusals,
                      size_t count)
{
    char rest[4096];
    int len =
        snprintf(rest, sizeof rest,
                 ",\"from\":%" PRIu64 ",\"until\":%" PRIu64 ",\"counts\":{",
                 from, until);

    for (size_t i = 0; i < count && len > 0 && len < 3900; i++) {
        len +=
            snprintf(rest + len, sizeof rest - (size_t)len, "%s\"%s\":%" PRIu64,
                     i > 0 ? "," : "", refusals[i].reason, refusals[i].count);
    }
    (void)snprintf(rest + len, sizeof rest - (size_t)len, "}");
    append(store, db, "reports_refused", until, rest);
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
    uint8_t name[HASH_BYTES];
};

static uint64_t add_report(struct db *db, const struct incoming *r,
                           const struct row *row)
{
    bool is_anonymous = r->reporter == REPORTER_ANONYMOUS;
    uint64_t number = 0;

    if (db_row(db, ADD_REPORT,
               DB_VALUES(DB_BLOB(r->report_id, sizeof r->report_id),
                         DB_BLOB(r->bytes_hash, sizeof r->bytes_hash),
                         DB_BLOB(r->token_hash, sizeof r->token_hash),
                         DB_INT(r->received), DB_INT((uint64_t)r->reporter),
                         DB_INT((uint64_t)r->source), DB_INT(r->first_contact),
                         DB_INT(row->priority), DB_INT(row->distinct),
                         row->first > 0 ? DB_INT(row->first) : DB_NULL,
                         DB_INT(row->kept),
                         row->kept ? DB_BLOB(row->name, sizeof row->name)
                                   : DB_NULL,
                         DB_INT(r->epoch),
                         is_anonymous ? DB_BLOB(r->message, sizeof r->message)
                                      : DB_NULL,
                         DB_INT(is_anonymous && row->kept)))) {
        number = db_int(db, ADD_REPORT, 0);
        db_done(db, ADD_REPORT);
    }
    return number;
}

/* One that was counted, and has found a place. */
static uint64_t keep_report(struct db *db, const struct incoming *r,
                            const struct row *row)
{
    (void)db_run(db, KEEP_REPORT,
                 DB_VALUES(DB_INT(row->number), DB_INT(row->priority),
                           DB_INT(row->distinct),
                           row->first > 0 ? DB_INT(row->first) : DB_NULL,
                           DB_BLOB(row->name, sizeof row->name),
                           DB_INT(r->received)));
    return row->number;
}

/* Puts down what goes to the moderation side, and its entry. */
static void keep(struct hub_store *store, struct db *db,
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
    append_report(store, db, "report_received", report->received,
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

enum taken hub_take(struct hub_store *store, struct db *db,
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
    if (row.number > 0) {
        *received = report->received;
        (void)keep_report(db, report, &row);
    } else {
        row.number = add_report(db, report, &row);
    }
    if (!row.kept) {
        return TAKEN_COUNTED;
    }
    keep(store, db, report, &row, row.number);
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

size_t hub_taken_over(struct hub_store *store, struct db *db, uint64_t through,
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
        append_report(store, db, "report_taken_over", now,
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

/* ---- Time ---------------------------------------------------------------- */

static void drop_epoch(struct db *db, uint32_t epoch)
{
    static const size_t drops[] = {DROP_PLACES, DROP_PAIRS, DROP_GROUPS,
                                   DROP_REPORT_KEYS};

    for (size_t i = 0; i < sizeof drops / sizeof drops[0]; i++) {
        (void)db_run(db, drops[i], DB_VALUES(DB_INT(epoch)));
    }
}

void hub_epoch(struct hub_store *store, struct db *db, uint32_t epoch,
               uint64_t not_before, bool destroyed, uint64_t now)
{
    char rest[128];
    bool known = db_row(db, FIND_EPOCH, DB_VALUES(DB_INT(epoch)));
    bool was_destroyed = known && db_int(db, FIND_EPOCH, 0) != 0;

    if (known) {
        db_done(db, FIND_EPOCH);
    }
    if (destroyed) { /* each time: nothing of it may be left */
        drop_epoch(db, epoch);
    }
    if (known && was_destroyed == destroyed) {
        return;
    }
    (void)db_run(db, SET_EPOCH, DB_VALUES(DB_INT(epoch), DB_INT(destroyed)));
    (void)snprintf(rest, sizeof rest,
                   ",\"epoch\":%" PRIu32 ",\"not_before\":%" PRIu64
                   ",\"state\":\"%s\"",
                   epoch, not_before, destroyed ? "destroyed" : "live");
    append(store, db, "key_epoch", now, rest);
}

size_t hub_purge(struct hub_store *store, struct db *db, uint64_t before,
                 uint64_t now, size_t most)
{
    size_t count = 0;
    uint64_t number = 0;

    /* One at a time: a row is not deleted under a statement that reads. */
    while (count < most &&
           db_row(db, TO_PURGE, DB_VALUES(DB_INT(before), DB_INT(number)))) {
        number = db_int(db, TO_PURGE, 0);
        append_report(store, db, "purge", now, db_blob(db, TO_PURGE, 1));
        db_done(db, TO_PURGE);
        (void)db_run(db, PURGE, DB_VALUES(DB_INT(number)));
        count++;
    }
    return count;
}
