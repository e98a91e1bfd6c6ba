/* SPDX-License-Identifier: Apache-2.0 */
#include "db.h"

#include "folder.h"
#include "support.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static const char *const migrations[] = {
    "CREATE TABLE things (number INTEGER PRIMARY KEY, bytes BLOB) STRICT;",
    "ALTER TABLE things ADD COLUMN name TEXT;",
};
static const struct db_schema first = {7, migrations, 1};
static const struct db_schema second = {7, migrations, 2};
static const struct db_schema other = {8, migrations, 1};

enum { ADD, COUNT, GET, STATEMENTS };
static const char *const statements[] = {
    [ADD] = "INSERT INTO things (number, bytes) VALUES (?, ?)",
    [COUNT] = "SELECT count(*) FROM things",
    [GET] = "SELECT bytes FROM things WHERE number = ?",
};

#define PATH "test.db"

static struct db *open_db(enum db_role role, const struct db_schema *schema)
{
    struct db *db = NULL;
    struct db_trouble what;

    if (!db_open(&db, PATH, role, schema, statements, STATEMENTS, &what)) {
        fail_msg("%s: %s", what.what, what.text);
    }
    return db;
}

static uint64_t count(struct db *db)
{
    uint64_t n = 0;

    assert_true(db_row(db, COUNT, NULL, 0));
    n = db_int(db, COUNT, 0);
    db_done(db, COUNT);
    return n;
}

static void add(struct db *db, uint64_t number)
{
    assert_int_equal(
        db_run(db, ADD, DB_VALUES(DB_INT(number), DB_BLOB("x", 1))), 1);
}

static void commits_are_synced_in_full(void **state)
{
    struct db *db = open_db(DB_WRITER, &first);

    (void)state;
    assert_int_equal(db_synchronous(db), 2);
    db_close(db);
}

static void what_is_committed_is_there_for_readers_and_later(void **state)
{
    struct db *db = open_db(DB_WRITER, &first);
    struct db *reader;

    (void)state;
    db_begin(db);
    add(db, 1);
    reader = open_db(DB_READER, &first);
    assert_int_equal(count(reader), 0);
    assert_true(db_commit(db));
    assert_int_equal(count(reader), 1);
    db_close(reader);
    db_close(db);
    db = open_db(DB_WRITER, &first);
    assert_int_equal(count(db), 1);
    db_close(db);
}

static void a_reader_sees_one_state_within_a_snapshot(void **state)
{
    struct db *db = open_db(DB_WRITER, &first);
    struct db *reader = open_db(DB_READER, &first);

    (void)state;
    db_begin(reader);
    assert_int_equal(count(reader), 0);
    db_begin(db);
    add(db, 1);
    assert_true(db_commit(db));
    assert_int_equal(count(reader), 0);
    assert_true(db_commit(reader));
    assert_int_equal(count(reader), 1);
    db_close(reader);
    db_close(db);
}

static void blobs_and_nulls_come_back_as_they_were(void **state)
{
    struct db *db = open_db(DB_WRITER, &first);
    struct frank_span span;

    (void)state;
    db_begin(db);
    (void)db_run(db, ADD, DB_VALUES(DB_INT(1), DB_BLOB("a\0b", 3)));
    (void)db_run(db, ADD, DB_VALUES(DB_INT(2), DB_BLOB("", 0)));
    (void)db_run(db, ADD, DB_VALUES(DB_INT(3), DB_NULL));
    assert_true(db_commit(db));
    assert_true(db_row(db, GET, DB_VALUES(DB_INT(1))));
    span = db_blob(db, GET, 0);
    assert_int_equal(span.len, 3);
    assert_memory_equal(span.data, "a\0b", 3);
    assert_false(db_next(db, GET));
    assert_true(db_row(db, GET, DB_VALUES(DB_INT(2))));
    assert_false(db_is_null(db, GET, 0));
    assert_int_equal(db_blob(db, GET, 0).len, 0);
    db_done(db, GET);
    assert_true(db_row(db, GET, DB_VALUES(DB_INT(3))));
    assert_true(db_is_null(db, GET, 0));
    db_done(db, GET);
    db_close(db);
}

static void keeps_the_first_error_and_does_nothing_after_it(void **state)
{
    struct db *db = open_db(DB_WRITER, &first);

    (void)state;
    db_begin(db);
    add(db, 1);
    assert_int_equal(db_run(db, ADD, DB_VALUES(DB_INT(1), DB_NULL)), 0);
    assert_false(db_ok(db));
    assert_int_equal(db_trouble(db)->code & 0xff, SQLITE_CONSTRAINT);
    assert_false(db_row(db, COUNT, NULL, 0));
    assert_false(db_commit(db));
    db_close(db);
    db = open_db(DB_WRITER, &first);
    assert_int_equal(count(db), 0);
    db_close(db);
}

static void brings_an_older_schema_up_to_date(void **state)
{
    struct db *db = open_db(DB_WRITER, &first);

    (void)state;
    db_begin(db);
    add(db, 5);
    assert_true(db_commit(db));
    db_close(db);
    db = open_db(DB_WRITER, &second);
    assert_int_equal(count(db), 1);
    db_close(db);
}

static void refuse(const struct db_schema *schema, const char *word)
{
    struct db *db = NULL;
    struct db_trouble what;

    assert_false(
        db_open(&db, PATH, DB_WRITER, schema, statements, STATEMENTS, &what));
    assert_null(db);
    assert_non_null(strstr(what.text, word));
}

static void refuses_a_newer_schema(void **state)
{
    (void)state;
    db_close(open_db(DB_WRITER, &second));
    refuse(&first, "newer");
}

static void refuses_a_database_of_another_program(void **state)
{
    (void)state;
    db_close(open_db(DB_WRITER, &first));
    refuse(&other, "not a database of this program");
}

static void refuses_what_is_no_database(void **state)
{
    FILE *file = fopen(PATH, "wb");

    (void)state;
    assert_non_null(file);
    for (int i = 0; i < 500; i++) {
        assert_true(fputs("this is no database", file) >= 0);
    }
    assert_int_equal(fclose(file), 0);
    refuse(&first, "not a database");
}

/* Whatever a statement is made to do later: only what it needs is allowed. */
static void the_authorizer_denies_what_no_statement_needs(void **state)
{
    static const char *const attacks[] = {
        "ATTACH 'x.db' AS x", "PRAGMA synchronous=OFF",     "DROP TABLE things",
        "CREATE TABLE t (a)", "SELECT load_extension('x')",
    };

    (void)state;
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        struct db *db = open_db(DB_WRITER, &first);

        assert_false(db_try(db, attacks[i]));
        db_close(db);
    }
}

static void a_reader_cannot_write(void **state)
{
    struct db *db = open_db(DB_WRITER, &first);
    struct db *reader = open_db(DB_READER, &first);

    (void)state;
    assert_false(db_try(reader, "INSERT INTO things (number) VALUES (1)"));
    assert_int_equal(count(db), 0);
    db_close(reader);
    db_close(db);
}

static void deleted_rows_leave_no_bytes_behind(void **state)
{
    struct db *db = open_db(DB_WRITER, &first);
    char canary[] = "a canary that was deleted";
    char *bytes;
    FILE *file;
    size_t len;

    (void)state;
    db_begin(db);
    (void)db_run(db, ADD,
                 DB_VALUES(DB_INT(1), DB_BLOB(canary, strlen(canary))));
    assert_true(db_commit(db));
    assert_true(db_try(db, "DELETE FROM things"));
    db_close(db); /* checkpoints */
    file = fopen(PATH, "rb");
    assert_non_null(file);
    bytes = malloc(1 << 20);
    assert_non_null(bytes);
    len = fread(bytes, 1, 1 << 20, file);
    assert_int_equal(fclose(file), 0);
    assert_null(memmem(bytes, len, canary, strlen(canary)));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(commits_are_synced_in_full),
        IN_FOLDER(what_is_committed_is_there_for_readers_and_later),
        IN_FOLDER(a_reader_sees_one_state_within_a_snapshot),
        IN_FOLDER(blobs_and_nulls_come_back_as_they_were),
        IN_FOLDER(keeps_the_first_error_and_does_nothing_after_it),
        IN_FOLDER(brings_an_older_schema_up_to_date),
        IN_FOLDER(refuses_a_newer_schema),
        IN_FOLDER(refuses_a_database_of_another_program),
        IN_FOLDER(refuses_what_is_no_database),
        IN_FOLDER(the_authorizer_denies_what_no_statement_needs),
        IN_FOLDER(a_reader_cannot_write),
        IN_FOLDER(deleted_rows_leave_no_bytes_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
