/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database of what was seen. A run without a folder of its own has one that
 * nobody else can find: its files are unlinked once they are open. A run with a
 * folder changes what is there in one transaction; one that begins anew makes
 * its database beside, and puts it in its place at the end.
 */
#include "hash.h"
#include "rules_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHE_KIB 32768u
#define PATH_BYTES 4096

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
    [R_ADD_PART] = "INSERT INTO parts (in_case, account) VALUES (?, ?)"
                   " ON CONFLICT DO NOTHING",
    [R_FIND_PART] = "SELECT 1 FROM parts WHERE in_case = ? AND account = ?",
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

/* ---- Remembered numbers ----------------------------------------------------
 */

static uint64_t recall(struct rules *r, const char *name, uint64_t otherwise)
{
    uint64_t number = otherwise;

    if (db_row(r->db, R_RECALL, DB_VALUES(DB_TEXT(name)))) {
        number = db_int(r->db, R_RECALL, 0);
        db_done(r->db, R_RECALL);
    }
    return number;
}

static void remember(struct rules *r, const char *name, uint64_t number)
{
    (void)db_run(r->db, R_REMEMBER, DB_VALUES(DB_TEXT(name), DB_INT(number)));
}

struct number {
    const char *name;
    uint64_t *where;
};

/* What a run begins with. */
static size_t list_numbers(struct number out[static 8], struct rules *r)
{
    const struct number numbers[] = {
        {"hub next", &r->logs[RULES_HUB].next},
        {"hub newest", &r->logs[RULES_HUB].newest},
        {"hub first", &r->logs[RULES_HUB].first_time},
        {"hub refused until", &r->logs[RULES_HUB].refused_until},
        {"mod next", &r->logs[RULES_MOD].next},
        {"mod newest", &r->logs[RULES_MOD].newest},
        {"mod first", &r->logs[RULES_MOD].first_time},
    };

    memcpy(out, numbers, sizeof numbers);
    return sizeof numbers / sizeof numbers[0];
}

/* Tells logs apart by their keys. */
static uint64_t number_of(const char *key)
{
    hash_state state;
    uint8_t hash[HASH_BYTES];
    uint64_t number;

    if (key == NULL) {
        return 0;
    }
    hash_init(&state);
    hash_update(&state, (const uint8_t *)key, strlen(key));
    hash_final(&state, hash);
    memcpy(&number, hash, sizeof number);
    return number >> 2;
}

/* Times for which something waits are made with these, and are not made again.
 */
static bool limits_are_same(struct rules *r)
{
    const struct rules_limits *l = &r->limits;
    const struct {
        const char *name;
        uint64_t value;
    } limits[] = {{"limit take-over", l->take_over},
                  {"limit appeal", l->appeal},
                  {"limit purge", l->purge},
                  {"limit hub-retain", l->hub_retain},
                  {"limit clock", l->clock},
                  {"hub's key", number_of(r->settings->of[RULES_HUB])},
                  {"mod's key", number_of(r->settings->of[RULES_MOD])}};
    bool same = true;

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        same = same &&
               recall(r, limits[i].name, limits[i].value) == limits[i].value;
        if (r->is_fresh) {
            remember(r, limits[i].name, limits[i].value);
        }
    }
    return same;
}

static void load(struct rules *r)
{
    struct number numbers[8];
    size_t count = list_numbers(numbers, r);

    for (size_t i = 0; i < count; i++) {
        *numbers[i].where = recall(r, numbers[i].name, 0);
    }
    r->logs[RULES_HUB].from = r->logs[RULES_HUB].next;
    r->logs[RULES_MOD].from = r->logs[RULES_MOD].next;
    if (db_row(r->db, R_LAST_FINDING, NULL, 0)) {
        r->before = db_int(r->db, R_LAST_FINDING, 0);
        db_done(r->db, R_LAST_FINDING);
    }
}

static void save(struct rules *r)
{
    struct number numbers[8];
    size_t count = list_numbers(numbers, r);

    for (size_t i = 0; i < count; i++) {
        remember(r, numbers[i].name, *numbers[i].where);
    }
}

/* ---- Files ----------------------------------------------------------------
 */

static void unlink_all(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[PATH_BYTES + 32];

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

static int fail(char trouble[static RULES_TROUBLE_BYTES], int error,
                const char *what, const char *why)
{
    (void)snprintf(trouble, RULES_TROUBLE_BYTES, "%.120s: %.120s", what, why);
    return error;
}

static int open_at(struct rules *r, const char *path,
                   char trouble[static RULES_TROUBLE_BYTES])
{
    struct db_trouble what;

    if (!db_open(&r->db, path, DB_WRITER, &rules_schema, rules_statements,
                 R_STATEMENTS, &what)) {
        return fail(trouble, FRANK_ERR_FILE, path, what.text);
    }
    db_cache(r->db, CACHE_KIB);
    db_begin(r->db);
    if (!limits_are_same(r)) {
        return fail(trouble, FRANK_ERR_VALUE, path,
                    "made with other limits or of other logs; take these, or "
                    "another folder");
    }
    load(r);
    return db_ok(r->db)
               ? FRANK_OK
               : fail(trouble, FRANK_ERR_FILE, path, db_trouble(r->db)->text);
}

static int open_temporary(struct rules *r,
                          char trouble[static RULES_TROUBLE_BYTES])
{
    const char *where = getenv("TMPDIR");
    char folder[PATH_BYTES];
    char path[PATH_BYTES + 16];
    int error;

    if (where == NULL || where[0] != '/' || strlen(where) > PATH_BYTES - 64) {
        where = "/tmp";
    }
    (void)snprintf(folder, sizeof folder, "%s/frank-audit-XXXXXX", where);
    if (mkdtemp(folder) == NULL) {
        return fail(trouble, FRANK_ERR_FILE, folder, strerror(errno));
    }
    (void)snprintf(path, sizeof path, "%s/rules.db", folder);
    r->is_fresh = true;
    error = open_at(r, path, trouble);
    unlink_all(path);
    (void)rmdir(folder);
    return error;
}

static int open_kept(struct rules *r, char trouble[static RULES_TROUBLE_BYTES])
{
    char path[PATH_BYTES];

    if (strlen(r->settings->path) > PATH_BYTES - 16) {
        return fail(trouble, FRANK_ERR_FILE, r->settings->path, "too long");
    }
    r->is_fresh = access(r->settings->path, F_OK) != 0;
    (void)snprintf(path, sizeof path, "%s%s", r->settings->path,
                   r->is_fresh ? ".new" : "");
    if (r->is_fresh) {
        unlink_all(path); /* of a run that was ended */
        r->path = strdup(path);
        if (r->path == NULL) {
            return fail(trouble, FRANK_ERR_MEMORY, path, "out of memory");
        }
    }
    return open_at(r, path, trouble);
}

int rules_store_open(struct rules *rules,
                     char trouble[static RULES_TROUBLE_BYTES])
{
    return rules->settings->path == NULL ? open_temporary(rules, trouble)
                                         : open_kept(rules, trouble);
}

/* What was made beside goes to its place, and is opened there again. */
static int move(struct rules *r)
{
    struct db_trouble what;

    db_close(r->db);
    r->db = NULL;
    if (rename(r->path, r->settings->path) != 0) {
        return fail(r->trouble, FRANK_ERR_FILE, r->settings->path,
                    strerror(errno));
    }
    free(r->path);
    r->path = NULL;
    if (!db_open(&r->db, r->settings->path, DB_WRITER, &rules_schema,
                 rules_statements, R_STATEMENTS, &what)) {
        return fail(r->trouble, FRANK_ERR_FILE, r->settings->path, what.text);
    }
    return FRANK_OK;
}

int rules_store_commit(struct rules *rules)
{
    save(rules);
    if (!db_commit(rules->db)) {
        return fail(rules->trouble, FRANK_ERR_FILE, "database",
                    db_trouble(rules->db)->text);
    }
    db_checkpoint(rules->db, 0);
    return FRANK_OK;
}

int rules_store_keep(struct rules *rules)
{
    int error = rules_store_commit(rules);

    if (error == FRANK_OK && rules->path != NULL) {
        error = move(rules);
    }
    if (error == FRANK_OK) {
        db_begin(rules->db); /* what is asked for now sees one state */
    }
    return error;
}

void rules_store_close(struct rules *rules)
{
    db_close(rules->db);
    rules->db = NULL;
    if (rules->path != NULL) {
        unlink_all(rules->path);
        free(rules->path);
        rules->path = NULL;
    }
}
