/* SPDX-License-Identifier: Apache-2.0 */
/* A program's database at work: its folder, its writer, its readers, its log.
 */
#include "base.h"

#include "folder.h"
#include "ledger_entry.h"
#include "support.h"

#include <sodium.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const migrations[] = {LEDGER_SCHEMA};
static const struct db_schema schema = {7, migrations, 1};
static const char *const statements[] = {LEDGER_STATEMENTS};
static size_t committed_work;

static void committed(void *context, uint64_t microseconds, size_t count)
{
    (void)microseconds;
    *(size_t *)context += count;
}

static struct store_settings settings(void)
{
    return (struct store_settings){.data = folder_path(),
                                   .name = "test.db",
                                   .program = "test",
                                   .schema = &schema,
                                   .statements = statements,
                                   .statement_count = LEDGER_STATEMENT_COUNT,
                                   .queue_max = 4,
                                   .committed = committed,
                                   .context = &committed_work};
}

static void open_store(struct store *store)
{
    const struct store_settings s = settings();

    assert_true(store_open(store, &s));
    assert_true(store_start_writer(store));
}

struct entry_write {
    struct write write;
    struct store *store;
};

static void append(struct write *write, struct db *db)
{
    struct entry_write *w = (struct entry_write *)write;

    ledger_entry(&w->store->ledger, db, "test", 1, ",\"a\":1");
}

static uint64_t size_seen(struct store *store, enum store_reader reader)
{
    struct merkle_range range;
    struct db *db = store_reader_lock(store, reader);
    bool ok = ledger_load(&range, db);

    store_reader_unlock(store, reader);
    assert_true(ok);
    return range.size;
}

static void what_is_done_is_in_the_log_and_stays(void **state)
{
    struct store store = {0};
    struct entry_write w = {{.run = append, .bytes = 1000}, &store};

    (void)state;
    committed_work = 0;
    open_store(&store);
    assert_int_equal(size_seen(&store, STORE_SHORT), 0);
    assert_int_equal(writer_do(store.writer, &w.write), WRITE_DONE);
    assert_int_equal(size_seen(&store, STORE_SHORT), 1);
    assert_int_equal(size_seen(&store, STORE_LONG), 1);
    store_close(&store);
    assert_int_equal(committed_work, 1);
    open_store(&store);
    assert_int_equal(store.ledger.range.size, 1);
    store_close(&store);
}

static void a_folder_belongs_to_one_program(void **state)
{
    const struct store_settings s = settings();
    struct store first = {0};
    struct store second = {0};

    (void)state;
    open_store(&first);
    assert_false(store_open(&second, &s));
    store_close(&second);
    store_close(&first);
    open_store(&second);
    store_close(&second);
}

static void what_is_no_folder_or_database_of_its_own_is_refused(void **state)
{
    struct store_settings s = settings();
    struct store store;

    (void)state;
    s.data = "no-such-folder";
    assert_false(store_open(&store, &s));
    store_close(&store);
    folder_put("test.db", "these bytes are no database at all", 34, 0600);
    s.data = folder_path();
    assert_false(store_open(&store, &s));
    store_close(&store);
    memset(&store, 0, sizeof store);
    store_close(&store);
}

/* An error that is kept: of what cannot be bound. */
static void a_reader_that_failed_ends_the_program(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        const struct store_settings s = settings();
        struct store store;

        if (store_open(&store, &s)) {
            struct db *db = store_reader_lock(&store, STORE_SHORT);

            (void)db_row(db, LEDGER_LOAD, DB_VALUES(DB_INT(1)));
            store_reader_unlock(&store, STORE_SHORT);
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_is_done_is_in_the_log_and_stays),
        IN_FOLDER(a_folder_belongs_to_one_program),
        IN_FOLDER(what_is_no_folder_or_database_of_its_own_is_refused),
        IN_FOLDER(a_reader_that_failed_ends_the_program),
    };

    if (sodium_init() < 0) {
        return 3;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
