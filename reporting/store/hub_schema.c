/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's tables, and all that is ever asked of them. */
#include "hub_inside.h"

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

static const char schema_2[] =
    /* Where its entry stands in the log; null: not known of it, or none. */
    "ALTER TABLE reports ADD COLUMN log_index INTEGER;";

static const char schema_3[] =
    /* Numbers of a room's messages, where the hub counts them; they outlive
     * what they were given to. */
    "CREATE TABLE rooms ("
    " room BLOB PRIMARY KEY,"
    " last INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE devices ("
    " room BLOB NOT NULL,"
    " device BLOB NOT NULL,"
    " seen INTEGER NOT NULL,"
    " PRIMARY KEY (room, device)) STRICT, WITHOUT ROWID;";

static const char *const migrations[] = {schema_1, schema_2, schema_3};
/* "Fhub" */
const struct db_schema hub_schema = {0x46687562, migrations, 3};

const char *const hub_statements[] = {
    LEDGER_STATEMENTS,
    [FIND_REPORT] = "SELECT bytes_hash, received, kept, number FROM reports"
                    " WHERE report_id = ?",
    [ADD_REPORT] =
        "INSERT INTO reports (report_id, bytes_hash, token_hash, received,"
        " state, changed, outcome, reporter, source, first_contact, priority,"
        " distinct_reporters, folds_into, kept, log_name, epoch, message,"
        " place, log_index)"
        " VALUES (?, ?, ?, ?4, 0, ?4, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " RETURNING number",
    [DROP_COUNTED] = "DELETE FROM reports WHERE number = ? AND kept = 0",
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
             " coalesce(r.folds_into, r.number), b.salt, b.verdict, b.sealed,"
             " r.log_index"
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
    [SET_STATE] = "UPDATE reports SET state = ?2, changed = ?4,"
                  " outcome = CASE ?3 WHEN '' THEN outcome ELSE ?3 END"
                  " WHERE report_id = ?1",
    [SET_STATE_OF_COUNTED] =
        "UPDATE reports SET state = ?2, changed = ?4,"
        " outcome = CASE ?3 WHEN '' THEN outcome ELSE ?3 END"
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
    [TAKE_NUMBER] = "INSERT INTO rooms (room, last) VALUES (?1, ?2 + 1)"
                    " ON CONFLICT (room) DO UPDATE SET last = max(last, ?2) + 1"
                    " RETURNING last",
    [FIND_LAST] = "SELECT last FROM rooms WHERE room = ?",
    [FIND_SEEN] = "SELECT seen FROM devices WHERE room = ? AND device = ?",
    [SET_SEEN] = "INSERT INTO devices (room, device, seen) VALUES (?, ?, ?)"
                 " ON CONFLICT (room, device)"
                 " DO UPDATE SET seen = max(seen, excluded.seen)",
    [FORGET_DEVICE] = "DELETE FROM devices WHERE room = ? AND device = ?",
};
const size_t hub_statement_count =
    sizeof hub_statements / sizeof hub_statements[0];
