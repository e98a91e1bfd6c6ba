/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of what was seen, and all that is asked of them. */
#include "rules_inside.h"

static const char *const migrations[] = {
    "CREATE TABLE reports (name BLOB PRIMARY KEY, flags INTEGER NOT NULL,"
    " received INTEGER NOT NULL, received_at INTEGER NOT NULL,"
    " hub_taken INTEGER NOT NULL, taken INTEGER NOT NULL,"
    " taken_at INTEGER NOT NULL, in_case BLOB, digest BLOB, quorum BLOB,"
    " due INTEGER) STRICT, WITHOUT ROWID;"
    "CREATE INDEX reports_due ON reports (due) WHERE due IS NOT NULL;"
    "CREATE TABLE cases (name BLOB PRIMARY KEY, flags INTEGER NOT NULL,"
    " state INTEGER NOT NULL, first INTEGER NOT NULL, holder INTEGER NOT NULL,"
    " decider INTEGER NOT NULL, outcome INTEGER NOT NULL,"
    " purge_due INTEGER NOT NULL, held INTEGER NOT NULL,"
    " ended INTEGER NOT NULL, requests INTEGER NOT NULL,"
    " asked INTEGER NOT NULL, to_open INTEGER NOT NULL,"
    " reports INTEGER NOT NULL, purged INTEGER NOT NULL,"
    " opened INTEGER NOT NULL, checked INTEGER NOT NULL,"
    " last INTEGER NOT NULL, last_time INTEGER NOT NULL, due INTEGER)"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX cases_due ON cases (due) WHERE due IS NOT NULL;"
    "CREATE TABLE people (number INTEGER PRIMARY KEY, pseudonym TEXT UNIQUE,"
    " state INTEGER NOT NULL, roles INTEGER NOT NULL, before INTEGER NOT NULL,"
    " changed INTEGER NOT NULL) STRICT;"
    "CREATE TABLE parts (in_case BLOB, account INTEGER,"
    " in_force INTEGER NOT NULL,"
    " PRIMARY KEY (in_case, account)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE holds (in_case BLOB NOT NULL, until INTEGER NOT NULL,"
    " account INTEGER NOT NULL, confirmed INTEGER NOT NULL) STRICT;"
    "CREATE INDEX holds_case ON holds (in_case);"
    "CREATE TABLE consents (in_case BLOB, report BLOB, holder INTEGER,"
    " account INTEGER NOT NULL, request INTEGER NOT NULL,"
    " good INTEGER NOT NULL, refused INTEGER NOT NULL,"
    " PRIMARY KEY (in_case, report, holder)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE quorums (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;"
    "CREATE TABLE holders (quorum BLOB, holder INTEGER,"
    " account INTEGER NOT NULL, PRIMARY KEY (quorum, holder))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX holders_account ON holders (account);"
    "CREATE TABLE epochs (epoch INTEGER PRIMARY KEY,"
    " not_before INTEGER NOT NULL, destroyed INTEGER NOT NULL) STRICT;"
    "CREATE TABLE findings (number INTEGER PRIMARY KEY, rule TEXT NOT NULL,"
    " log INTEGER NOT NULL, entry INTEGER NOT NULL, time INTEGER NOT NULL,"
    " in_case BLOB, report BLOB, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE days (day INTEGER, number INTEGER, count INTEGER NOT NULL,"
    " PRIMARY KEY (day, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE spans (span INTEGER, bucket INTEGER, count INTEGER NOT NULL,"
    " PRIMARY KEY (span, bucket)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE remembered (name TEXT PRIMARY KEY, number INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"};

const struct db_schema rules_schema = {0x46724172, migrations, 1}; /* "FrAr" */

const char *const rules_statements[R_STATEMENTS] = {
    [R_FIND_REPORT] =
        "SELECT flags, received, received_at, hub_taken, taken, taken_at,"
        " in_case, digest, quorum FROM reports WHERE name = ?",
    [R_ADD_REPORT] = "INSERT INTO reports (name, flags, received, received_at,"
                     " hub_taken, taken, taken_at, in_case, digest, quorum,"
                     " due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [R_SET_REPORT] =
        "UPDATE reports SET flags = ?2, received = ?3, received_at = ?4,"
        " hub_taken = ?5, taken = ?6, taken_at = ?7, in_case = ?8, digest = ?9,"
        " quorum = ?10, due = ?11 WHERE name = ?1",
    /* Flag 1: the hub received it. */
    [R_NEXT_REPORT] = "SELECT name FROM reports WHERE due IS NOT NULL"
                      " AND due >= ?1 AND due < ?2"
                      " AND (flags & 1 <> 0 OR due < ?3)"
                      " ORDER BY due LIMIT 1",
    [R_FIND_CASE] =
        "SELECT flags, state, first, holder, decider, outcome, purge_due, held,"
        " ended, requests, asked, to_open, reports, purged, opened, checked,"
        " last, last_time FROM cases WHERE name = ?",
    [R_ADD_CASE] =
        "INSERT INTO cases (name, flags, state, first, holder, decider,"
        " outcome, purge_due, held, ended, requests, asked, to_open, reports,"
        " purged, opened, checked, last, last_time, due)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [R_SET_CASE] =
        "UPDATE cases SET flags = ?2, state = ?3, first = ?4, holder = ?5,"
        " decider = ?6, outcome = ?7, purge_due = ?8, held = ?9, ended = ?10,"
        " requests = ?11, asked = ?12, to_open = ?13, reports = ?14,"
        " purged = ?15, opened = ?16, checked = ?17, last = ?18,"
        " last_time = ?19, due = ?20 WHERE name = ?1",
    [R_NEXT_CASE] = "SELECT name FROM cases WHERE due IS NOT NULL"
                    " AND due < ? ORDER BY due LIMIT 1",
    [R_FIND_PERSON] = "SELECT number, state, roles, before, changed FROM people"
                      " WHERE pseudonym = ?",
    [R_ADD_PERSON] = "INSERT INTO people (pseudonym, state, roles, before,"
                     " changed) VALUES (?, 0, 0, 0, 0) RETURNING number",
    [R_SET_PERSON] = "UPDATE people SET state = ?2, roles = ?3, before = ?4,"
                     " changed = ?5 WHERE number = ?1",
    /* in_force: behind the entry by which it took effect; 0: it did not. */
    [R_ADD_PART] =
        "INSERT INTO parts (in_case, account, in_force) VALUES (?, ?, ?)"
        " ON CONFLICT (in_case, account) DO UPDATE SET"
        " in_force = max(in_force, excluded.in_force)",
    [R_FIND_PART] =
        "SELECT in_force FROM parts WHERE in_case = ? AND account = ?",
    [R_RETRACT_PARTS] =
        "UPDATE parts SET in_force = 0 WHERE in_case = ?1 AND in_force ="
        " (SELECT max(in_force) FROM parts WHERE in_case = ?1)",
    [R_ADD_HOLD] = "INSERT INTO holds (in_case, until, account, confirmed)"
                   " VALUES (?, ?, ?, 0)",
    /* Somebody else's before his own: what he may confirm. */
    [R_FIND_HOLD] = "SELECT rowid, account FROM holds WHERE in_case = ?1"
                    " AND until = ?2 AND confirmed = 0"
                    " ORDER BY account = ?3, rowid LIMIT 1",
    [R_CONFIRM_HOLD] = "UPDATE holds SET confirmed = 1 WHERE rowid = ?",
    [R_COUNT_HELD] = "SELECT count(*) FROM holds WHERE in_case = ?"
                     " AND confirmed = 1 AND until > ?",
    [R_SET_CONSENT] =
        "INSERT INTO consents (in_case, report, holder, account, request, good,"
        " refused) VALUES (?, ?, ?, ?, ?, ?, 0)"
        " ON CONFLICT (in_case, report, holder) DO UPDATE SET"
        " account = excluded.account, request = excluded.request,"
        " good = excluded.good, refused = 0",
    [R_FIND_CONSENT] = "SELECT account, request, good, refused FROM consents"
                       " WHERE in_case = ? AND report = ? AND holder = ?",
    [R_REFUSE_CONSENTS] = "UPDATE consents SET refused = 1 WHERE in_case = ?"
                          " AND account = ? AND request = ?",
    [R_FIND_QUORUM] = "SELECT 1 FROM quorums WHERE id = ?",
    [R_ADD_QUORUM] =
        "INSERT INTO quorums (id) VALUES (?) ON CONFLICT DO NOTHING",
    [R_SET_HOLDER] =
        "INSERT INTO holders (quorum, holder, account) VALUES (?, ?, ?)"
        " ON CONFLICT (quorum, holder) DO UPDATE SET account ="
        " excluded.account",
    [R_DROP_HOLDER] = "DELETE FROM holders WHERE quorum = ? AND holder = ?",
    [R_DROP_HOLDINGS] = "DELETE FROM holders WHERE account = ?",
    [R_FIND_HOLDER] =
        "SELECT account FROM holders WHERE quorum = ? AND holder = ?",
    [R_IS_HOLDER] = "SELECT 1 FROM holders WHERE account = ? LIMIT 1",
    [R_HOLDS_ANOTHER] = "SELECT holder FROM holders WHERE account = ?"
                        " AND quorum = ? AND holder <> ? LIMIT 1",
    [R_FIND_EPOCH] = "SELECT not_before, destroyed FROM epochs"
                     " WHERE epoch = ?",
    [R_SET_EPOCH] =
        "INSERT INTO epochs (epoch, not_before, destroyed) VALUES (?, ?, ?)"
        " ON CONFLICT (epoch) DO UPDATE SET destroyed = excluded.destroyed",
    [R_EPOCH_ORDER] =
        "SELECT 1 FROM epochs WHERE (epoch < ?1 AND not_before >= ?2)"
        " OR (epoch > ?1 AND not_before <= ?2) LIMIT 1",
    [R_ADD_FINDING] = "INSERT INTO findings (rule, log, entry, time, in_case,"
                      " report, text) VALUES (?, ?, ?, ?, ?, ?, ?)",
    [R_FINDINGS] = "SELECT number, rule, log, entry, time, in_case, report,"
                   " text FROM findings ORDER BY number",
    [R_FINDINGS_BEFORE] =
        "SELECT count(*) FROM findings WHERE rule = ? AND number <= ?",
    [R_LAST_FINDING] = "SELECT coalesce(max(number), 0) FROM findings",
    [R_ADD_DAY] = "INSERT INTO days (day, number, count) VALUES (?, ?, ?)"
                  " ON CONFLICT (day, number) DO UPDATE SET"
                  " count = count + excluded.count",
    [R_DAYS] = "SELECT day, number, count FROM days ORDER BY day, number",
    [R_ADD_SPAN] = "INSERT INTO spans (span, bucket, count) VALUES (?, ?, ?)"
                   " ON CONFLICT (span, bucket) DO UPDATE SET"
                   " count = count + excluded.count",
    [R_SPANS] = "SELECT bucket, count FROM spans WHERE span = ?",
    [R_RECALL] = "SELECT number FROM remembered WHERE name = ?",
    [R_REMEMBER] = "INSERT INTO remembered (name, number) VALUES (?, ?)"
                   " ON CONFLICT (name) DO UPDATE SET"
                   " number = excluded.number",
};
