/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every write, sync and opening of SQLite's made to fail, one after
 * the other, through a VFS of our own: nothing is acknowledged after the first
 * failed commit, the program ends with the reason, and what was acknowledged is
 * there afterwards, with the log that belongs to it.
 */
#include "hub_store.h"
#include "support.h"
#include "writer.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPORTS 12

/* ---- A VFS whose calls fail
 * -------------------------------------------------- */

enum call { CALL_WRITE, CALL_SYNC, CALL_OPEN };
enum way { WAY_IO, WAY_FULL, WAY_SHORT, WAY_COUNT };

static enum call failing_call;
static enum way failing_way;
static int calls_left = -1; /* until one fails, and all after it */

static sqlite3_vfs *real;
static sqlite3_vfs ours;
static sqlite3_io_methods methods[2]; /* of the database, of other files */
static const sqlite3_io_methods *real_methods;

static bool fails(enum call call)
{
    if (call != failing_call || calls_left < 0) {
        return false;
    }
    if (calls_left > 0) {
        calls_left--;
        return false;
    }
    return true;
}

static int code_of(enum call call)
{
    static const int io[] = {SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC,
                             SQLITE_CANTOPEN};

    return failing_way == WAY_FULL ? SQLITE_FULL : io[call];
}

static int our_write(sqlite3_file *file, const void *bytes, int len,
                     sqlite3_int64 offset)
{
    if (!fails(CALL_WRITE)) {
        return real_methods->xWrite(file, bytes, len, offset);
    }
    if (failing_way == WAY_SHORT && len > 1) {
        (void)real_methods->xWrite(file, bytes, len / 2, offset);
    }
    return code_of(CALL_WRITE);
}

static int our_sync(sqlite3_file *file, int flags)
{
    return fails(CALL_SYNC) ? code_of(CALL_SYNC)
                            : real_methods->xSync(file, flags);
}

static int our_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
                    int flags, int *out)
{
    int code;

    (void)vfs;
    if (fails(CALL_OPEN)) {
        file->pMethods = NULL;
        return code_of(CALL_OPEN);
    }
    code = real->xOpen(real, name, file, flags, out);
    if (code == SQLITE_OK && file->pMethods != NULL) {
        sqlite3_io_methods *mine =
            &methods[(flags & SQLITE_OPEN_MAIN_DB) != 0 ? 0 : 1];

        real_methods = file->pMethods;
        *mine = *real_methods;
        mine->xWrite = our_write;
        mine->xSync = our_sync;
        file->pMethods = mine;
    }
    return code;
}

static void install(void)
{
    real = sqlite3_vfs_find(NULL);
    ours = *real;
    ours.zName = "failing";
    ours.xOpen = our_open;
    assert_int_equal(sqlite3_vfs_register(&ours, 1), SQLITE_OK);
}

/* ---- A process that takes in reports
 * ------------------------------------------ */

struct one {
    struct write write;
    uint8_t number;
    int acks; /* a pipe: who was told */
};

static struct ledger ledger;

static void one_run(struct write *write, struct db *db)
{
    const struct one *one = (const struct one *)write;
    uint8_t sealed[3000];
    struct incoming report = {.received = 1000,
                              .reporter = REPORTER_VOUCHED,
                              .epoch = 1,
                              .sealed = {sealed, sizeof sealed},
                              .verdict = {sealed, 100}};
    const struct hub_rules rules = {16, 1000, 1};
    uint64_t received;

    memset(sealed, one->number, sizeof sealed);
    report.report_id[0] = one->number;
    report.token_hash[0] = one->number;
    report.group[0] = one->number;
    (void)hub_take(&ledger, db, &report, &rules, &received);
}

static void one_done(struct write *done, enum write_result result)
{
    const struct one *one = (const struct one *)done;

    if (result != WRITE_DONE || write(one->acks, &one->number, 1) != 1) {
        _exit(9);
    }
}

static _Noreturn void one_failed(void *context, const struct db_trouble *what)
{
    (void)context;
    _exit(what->code != 0 && what->text[0] != '\0' ? 3 : 9);
}

static void closing(void *context, struct db *db)
{
    (void)context;
    ledger_save(&ledger, db);
}

static void committed(void *context, uint64_t microseconds, size_t count)
{
    (void)context;
    (void)microseconds;
    (void)count;
}

/* Exit code of a process that takes in REPORTS, each in a commit of its own. */
static int take_reports(const char *path, int acks)
{
    static struct one ones[REPORTS];
    struct writer_settings settings = {.path = "/",
                                       .queue_max = 100,
                                       .closing = closing,
                                       .failed = one_failed,
                                       .committed = committed};
    struct db_trouble what;
    struct writer *writer;

    if (!db_open(&settings.db, path, DB_WRITER, &hub_schema, hub_statements,
                 hub_statement_count, &what)) {
        return what.code != 0 && what.text[0] != '\0' ? 3 : 9;
    }
    if (!ledger_load(&ledger.range, settings.db) ||
        !writer_start(&writer, &settings)) {
        return 3;
    }
    for (uint8_t i = 0; i < REPORTS; i++) {
        ones[i] = (struct one){{.run = one_run, .done = one_done}, i, acks};
        while (!writer_submit(writer, &ones[i].write)) {
            (void)usleep(100);
        }
        while (i % 3 == 0 && writer_waiting(writer) > 0) {
            (void)usleep(50); /* groups of different sizes */
        }
    }
    writer_free(writer);
    db_checkpoint(settings.db, -1);
    if (!db_ok(settings.db)) {
        return 3;
    }
    db_close(settings.db);
    return 0;
}

/* ---- What is there afterwards
 * ---------------------------------------------------- */

static void check_database(const char *path, const bool *told)
{
    struct db *db;
    struct db_trouble what;
    struct merkle_range range;
    struct incoming report = {0};
    uint64_t stored = 0;
    enum taken taken;
    uint64_t received;

    calls_left = -1;
    if (!db_open(&db, path, DB_WRITER, &hub_schema, hub_statements,
                 hub_statement_count, &what)) {
        fail_msg("%s: %s", what.what, what.text);
    }
    for (unsigned i = 0; i < REPORTS; i++) {
        bool there;

        report.report_id[0] = (uint8_t)i;
        there = hub_find(db, &report, &taken, &received);
        assert_true(there || !told[i]);
        stored += there;
    }
    assert_true(ledger_load(&range, db));
    assert_int_equal(range.size, stored);
    assert_int_equal(hub_waiting(db), stored);
    assert_true(db_ok(db));
    db_close(db);
}

static void remove_database(const char *path)
{
    char name[512];
    const char *const ends[] = {"", "-wal", "-shm", "-journal"};

    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

/* false: the call was not reached any more. */
static bool try_one(const char *path, enum call call, enum way way, int when)
{
    bool told[REPORTS] = {false};
    int ends[2];
    int status = 0;
    uint8_t number;
    pid_t child;

    remove_database(path);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        failing_call = call;
        failing_way = way;
        calls_left = when;
        _exit(take_reports(path, ends[1]));
    }
    (void)close(ends[1]);
    while (read(ends[0], &number, 1) == 1) {
        told[number] = true;
    }
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3);
    check_database(path, told);
    return WEXITSTATUS(status) == 3;
}

static void fail_each(enum call call)
{
    char path[] = "/tmp/frank-store-XXXXXX";
    int fd = mkstemp(path);
    int reached = 0;

    assert_true(fd >= 0);
    (void)close(fd);
    for (enum way way = WAY_IO; way < WAY_COUNT; way++) {
        int misses = 0;

        /* Groups vary, so that a number may be missed and a later one met. */
        for (int when = 0; misses < 3; when++) {
            if (try_one(path, call, way, when)) {
                reached++;
                misses = 0;
            } else {
                misses++;
            }
        }
    }
    remove_database(path);
    print_message("%d calls failed\n", reached);
    assert_true(reached > 0);
}

static void each_write_that_fails_loses_nothing_acknowledged(void **state)
{
    (void)state;
    fail_each(CALL_WRITE);
}

static void each_sync_that_fails_loses_nothing_acknowledged(void **state)
{
    (void)state;
    fail_each(CALL_SYNC);
}

static void each_opening_that_fails_loses_nothing_acknowledged(void **state)
{
    (void)state;
    fail_each(CALL_OPEN);
}

static int set_up(void **state)
{
    (void)state;
    install();
    return sodium_init() < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_write_that_fails_loses_nothing_acknowledged),
        cmocka_unit_test(each_sync_that_fails_loses_nothing_acknowledged),
        cmocka_unit_test(each_opening_that_fails_loses_nothing_acknowledged),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
