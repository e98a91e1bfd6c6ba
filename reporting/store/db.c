/* SPDX-License-Identifier: Apache-2.0 */
#include "db.h"

#include "db_memory.h"

#include <pthread.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_MS 5000

struct db {
    sqlite3 *handle;
    enum db_role role;
    struct db_trouble trouble;
    int wal_pages;
    bool sealed; /* the authorizer denies what statements do not need */
    size_t count;
    sqlite3_stmt *statements[];
};

static bool fail(struct db *db, int code, const char *what)
{
    if (db->trouble.code == SQLITE_OK) {
        db->trouble.code = code;
        db->trouble.what = what;
        (void)snprintf(db->trouble.text, sizeof db->trouble.text, "%s",
                       db->handle != NULL ? sqlite3_errmsg(db->handle)
                                          : sqlite3_errstr(code));
    }
    return false;
}

bool db_ok(const struct db *db)
{
    return db->trouble.code == SQLITE_OK;
}

const struct db_trouble *db_trouble(const struct db *db)
{
    return &db->trouble;
}

static bool run_sql(struct db *db, const char *sql, const char *what)
{
    int code;

    if (!db_ok(db)) {
        return false;
    }
    code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ||
           fail(db, sqlite3_extended_errcode(db->handle), what);
}

/* ---- Opening ------------------------------------------------------------ */

/* What our statements do once they are prepared: rows and transactions. SQLite
 * asks again when it prepares a statement anew. */
static int authorize(void *context, int action, const char *a, const char *b,
                     const char *c, const char *d)
{
    const struct db *db = context;

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    if (!db->sealed) {
        return SQLITE_OK;
    }
    switch (action) {
    case SQLITE_READ:
    case SQLITE_SELECT:
    case SQLITE_FUNCTION:
    case SQLITE_TRANSACTION:
        return SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        return db->role == DB_WRITER ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

static bool configure(struct db *db, int option, int on, const char *what)
{
    int is = -1;

    return (sqlite3_db_config(db->handle, option, on, &is) == SQLITE_OK &&
            is == on) ||
           fail(db, SQLITE_MISUSE, what);
}

/* The hook replaces SQLite's own checkpoints, which would run within a commit,
 * before anybody is answered. */
static int count_pages(void *context, sqlite3 *handle, const char *name,
                       int pages)
{
    struct db *db = context;

    (void)handle;
    (void)name;
    db->wal_pages = pages;
    return SQLITE_OK;
}

static bool harden(struct db *db)
{
    bool ok =
        configure(db, SQLITE_DBCONFIG_DEFENSIVE, 1, "defensive mode") &&
        configure(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, "trusted_schema") &&
        configure(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, "triggers") &&
        configure(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, "views") &&
        configure(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, "extensions") &&
        configure(db, SQLITE_DBCONFIG_DQS_DML, 0, "quoted strings") &&
        configure(db, SQLITE_DBCONFIG_DQS_DDL, 0, "quoted strings") &&
        run_sql(db, "PRAGMA trusted_schema=OFF", "trusted_schema") &&
        run_sql(db, "PRAGMA temp_store=MEMORY", "temp_store") &&
        run_sql(db, "PRAGMA cell_size_check=ON", "cell_size_check") &&
        run_sql(db, "PRAGMA foreign_keys=ON", "foreign_keys");

    if (db->role == DB_READER) {
        return ok &&
               configure(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                         "no checkpoint on close") &&
               run_sql(db, "PRAGMA query_only=ON", "query_only");
    }
    ok = ok && run_sql(db, "PRAGMA secure_delete=ON", "secure_delete") &&
         run_sql(db, "PRAGMA synchronous=FULL", "synchronous");
    (void)sqlite3_wal_hook(db->handle, count_pages, db);
    return ok;
}

static int64_t pragma(struct db *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;

    if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        value = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return value;
}

int db_synchronous(const struct db *db)
{
    sqlite3_stmt *statement = NULL;
    int value = -1;

    (void)sqlite3_set_authorizer(db->handle, NULL, NULL);
    if (sqlite3_prepare_v2(db->handle, "PRAGMA synchronous", -1, &statement,
                           NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        value = sqlite3_column_int(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return value;
}

void db_cache(struct db *db, unsigned kib)
{
    char sql[48];

    (void)snprintf(sql, sizeof sql, "PRAGMA cache_size=-%u", kib);
    db->sealed = false;
    (void)run_sql(db, sql, "cache_size");
    db->sealed = true;
}

bool db_try(struct db *db, const char *sql)
{
    return run_sql(db, sql, sql);
}

static bool refuse(struct db *db, const char *what, const char *text)
{
    (void)fail(db, SQLITE_MISMATCH, what);
    (void)snprintf(db->trouble.text, sizeof db->trouble.text, "%s", text);
    return false;
}

/* Each step is one transaction, so that a crash leaves a version whole. */
static bool migrate(struct db *db, const struct db_schema *schema)
{
    int64_t application = pragma(db, "PRAGMA application_id");
    int64_t version = pragma(db, "PRAGMA user_version");
    char sql[96];

    if (application != schema->application &&
        (application != 0 || version != 0)) {
        return refuse(db, "application_id", "not a database of this program");
    }
    if (version > schema->count) {
        return refuse(db, "schema version",
                      "made by a newer version of this program");
    }
    if (!run_sql(db, "PRAGMA journal_mode=WAL", "journal_mode")) {
        return false;
    }
    for (; version < schema->count && db_ok(db); version++) {
        (void)snprintf(sql, sizeof sql,
                       "PRAGMA application_id=%d; PRAGMA user_version=%d",
                       (int)schema->application, (int)version + 1);
        (void)(run_sql(db, "BEGIN EXCLUSIVE", "migration") &&
               run_sql(db, schema->migrations[version], "migration") &&
               run_sql(db, sql, "migration") &&
               run_sql(db, "COMMIT", "migration"));
    }
    return db_ok(db);
}

static bool prepare(struct db *db, const char *const *statements)
{
    for (size_t i = 0; i < db->count && db_ok(db); i++) {
        sqlite3_stmt *statement = NULL;

        if (sqlite3_prepare_v3(db->handle, statements[i], -1,
                               SQLITE_PREPARE_PERSISTENT, &statement,
                               NULL) != SQLITE_OK) {
            return fail(db, sqlite3_extended_errcode(db->handle),
                        statements[i]);
        }
        if (db->role == DB_READER && sqlite3_stmt_readonly(statement) == 0) {
            (void)sqlite3_finalize(statement);
            statement = NULL;
        }
        db->statements[i] = statement;
    }
    return db_ok(db);
}

static void start_memory(void)
{
    /* Where a program used SQLite before, it stays as it is. */
    (void)db_memory_start();
}

bool db_open(struct db **out, const char *path, enum db_role role,
             const struct db_schema *schema, const char *const *statements,
             size_t count, struct db_trouble *trouble)
{
    int flags = role == DB_WRITER ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                  : SQLITE_OPEN_READONLY;
    struct db *db =
        calloc(1, sizeof *db + count * sizeof(struct sqlite3_stmt *));
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    bool ok;
    int code;

    (void)pthread_once(&once, start_memory);
    if (db == NULL) {
        *trouble = (struct db_trouble){SQLITE_NOMEM, "open", "out of memory"};
        return false;
    }
    db->role = role;
    db->count = count;
    code = sqlite3_open_v2(path, &db->handle,
                           flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
                               SQLITE_OPEN_EXRESCODE,
                           NULL);
    ok = code == SQLITE_OK || fail(db, code, "open");
    ok = ok && harden(db);
    if (ok && role == DB_WRITER) {
        ok = migrate(db, schema);
    }
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS);
    ok = ok && sqlite3_set_authorizer(db->handle, authorize, db) == SQLITE_OK &&
         prepare(db, statements);
    db->sealed = true;
    *trouble = db->trouble;
    if (ok) {
        *out = db;
    } else {
        db_close(db);
    }
    return ok;
}

void db_close(struct db *db)
{
    if (db == NULL) {
        return;
    }
    for (size_t i = 0; i < db->count; i++) {
        (void)sqlite3_finalize(db->statements[i]);
    }
    if (!db_ok(db) && db->handle != NULL) {
        (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                                NULL);
    }
    (void)sqlite3_close(db->handle);
    free(db);
}

/* ---- Statements --------------------------------------------------------- */

static int bind(sqlite3_stmt *statement, int index, const struct db_value *v)
{
    switch (v->kind) {
    case DB_VALUE_INT:
        return sqlite3_bind_int64(statement, index,
                                  v->number > INT64_MAX ? INT64_MAX
                                                        : (int64_t)v->number);
    case DB_VALUE_BLOB: /* an empty blob is not null */
        return v->len == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                           : sqlite3_bind_blob64(statement, index, v->bytes,
                                                 v->len, SQLITE_STATIC);
    case DB_VALUE_TEXT:
        return sqlite3_bind_text64(statement, index, v->bytes, v->len,
                                   SQLITE_STATIC, SQLITE_UTF8);
    default:
        return sqlite3_bind_null(statement, index);
    }
}

void db_done(struct db *db, size_t statement)
{
    (void)sqlite3_reset(db->statements[statement]);
    (void)sqlite3_clear_bindings(db->statements[statement]);
}

bool db_next(struct db *db, size_t statement)
{
    int code;

    if (!db_ok(db)) {
        return false;
    }
    code = sqlite3_step(db->statements[statement]);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        (void)fail(db, code, sqlite3_sql(db->statements[statement]));
    }
    db_done(db, statement);
    return false;
}

bool db_row(struct db *db, size_t statement, const struct db_value *values,
            size_t count)
{
    for (size_t i = 0; i < count && db_ok(db); i++) {
        int code = bind(db->statements[statement], (int)i + 1, &values[i]);

        if (code != SQLITE_OK) {
            (void)fail(db, code, "bind");
        }
    }
    return db_next(db, statement);
}

int db_run(struct db *db, size_t statement, const struct db_value *values,
           size_t count)
{
    if (db_row(db, statement, values, count)) {
        db_done(db, statement);
    }
    return db_ok(db) ? sqlite3_changes(db->handle) : 0;
}

uint64_t db_int(const struct db *db, size_t statement, int column)
{
    return (uint64_t)sqlite3_column_int64(db->statements[statement], column);
}

struct frank_span db_blob(const struct db *db, size_t statement, int column)
{
    sqlite3_stmt *row = db->statements[statement];
    const void *bytes = sqlite3_column_blob(row, column);

    return (struct frank_span){bytes,
                               (size_t)sqlite3_column_bytes(row, column)};
}

bool db_is_null(const struct db *db, size_t statement, int column)
{
    return sqlite3_column_type(db->statements[statement], column) ==
           SQLITE_NULL;
}

/* ---- Transactions ------------------------------------------------------- */

void db_begin(struct db *db)
{
    (void)run_sql(db, db->role == DB_WRITER ? "BEGIN IMMEDIATE" : "BEGIN",
                  "begin");
}

bool db_commit(struct db *db)
{
    return run_sql(db, "COMMIT", "commit");
}

bool db_checkpoint_all(struct db *db)
{
    int code;

    if (!db_ok(db)) {
        return true;
    }
    (void)sqlite3_busy_timeout(db->handle, 0);
    code = sqlite3_wal_checkpoint_v2(db->handle, NULL,
                                     SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY &&
        code != SQLITE_LOCKED) {
        (void)fail(db, code, "checkpoint");
    }
    db->wal_pages = code == SQLITE_OK ? 0 : db->wal_pages;
    return code == SQLITE_OK;
}

void db_checkpoint(struct db *db, int pages)
{
    int code;

    if (!db_ok(db) || db->wal_pages <= pages) {
        return;
    }
    code = sqlite3_wal_checkpoint_v2(db->handle, NULL,
                                     SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (code != SQLITE_OK && code != SQLITE_BUSY && code != SQLITE_LOCKED) {
        (void)fail(db, code, "checkpoint");
    }
    db->wal_pages = 0;
}
