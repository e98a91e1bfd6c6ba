/* SPDX-License-Identifier: Apache-2.0 */
#include "base.h"

#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool trouble(const char *what, int error, const char *field, int number)
{
    journal_fault(JOURNAL_ERROR, "cannot-start", what,
                  &(struct frank_fault){error, field, 0, (uint64_t)number, 0});
    return false;
}

static bool db_failed(const struct db_trouble *what)
{
    JOURNAL(JOURNAL_ERROR, "cannot-start", JOURNAL_TEXT("what", "database"),
            JOURNAL_TEXT("call", what->what), JOURNAL_TEXT("why", what->text));
    return false;
}

static _Noreturn void failed(void *context, const struct db_trouble *what)
{
    (void)context;
    JOURNAL(JOURNAL_ERROR, "database-failed", JOURNAL_TEXT("what", what->what),
            JOURNAL_TEXT("why", what->text),
            JOURNAL_NUMBER("code", (uint64_t)what->code),
            JOURNAL_TEXT("then", "exit: what is on disk cannot be known; "
                                 "nothing was acknowledged since"));
    _exit(3);
}

/* ---- Opening ------------------------------------------------------------- */

/* Two processes on one database, and one log, would fork it. */
static bool lock_folder(struct store *store)
{
    const struct store_settings *s = &store->settings;
    char taken[64];

    store->folder = open(s->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder >= 0 && flock(store->folder, LOCK_EX | LOCK_NB) == 0) {
        return true;
    }
    (void)snprintf(taken, sizeof taken, "another %s has it", s->program);
    return trouble(s->data, FRANK_ERR_FILE,
                   errno == EWOULDBLOCK ? taken : "lock", errno);
}

static bool open_readers(struct store *store, const char *path)
{
    const struct store_settings *s = &store->settings;
    struct db_trouble what;

    for (size_t i = 0; i < STORE_READER_COUNT; i++) {
        if (!db_open(&store->readers[i].db, path, DB_READER, s->schema,
                     s->statements, s->statement_count, &what)) {
            return db_failed(&what);
        }
    }
    return true;
}

bool store_open(struct store *store, const struct store_settings *settings)
{
    char real[PATH_MAX];
    char path[PATH_MAX + NAME_MAX + 2];
    struct db_trouble what;

    memset(store, 0, sizeof *store);
    store->settings = *settings;
    for (size_t i = 0; i < STORE_READER_COUNT; i++) {
        (void)pthread_mutex_init(&store->readers[i].lock, NULL);
    }
    if (!lock_folder(store)) {
        return false;
    }
    /* SQLite is to follow no link in the path; systemd's folders are links. */
    if (realpath(settings->data, real) == NULL) {
        return trouble(settings->data, FRANK_ERR_FILE, "open folder", errno);
    }
    (void)snprintf(path, sizeof path, "%s/%s", real, settings->name);
    if (!db_open(&store->db, path, DB_WRITER, settings->schema,
                 settings->statements, settings->statement_count, &what)) {
        return db_failed(&what);
    }
    (void)chmod(path, 0600);
    if (!ledger_load(&store->ledger.range, store->db)) {
        return db_failed(db_trouble(store->db));
    }
    return open_readers(store, path);
}

void store_close(struct store *store)
{
    if (store->settings.data == NULL) {
        return;
    }
    writer_free(store->writer);
    for (size_t i = 0; i < STORE_READER_COUNT; i++) {
        db_close(store->readers[i].db);
        (void)pthread_mutex_destroy(&store->readers[i].lock);
    }
    db_close(store->db);
    if (store->folder >= 0) {
        (void)close(store->folder); /* and unlock */
    }
    memset(store, 0, sizeof *store);
}

/* ---- Writing ------------------------------------------------------------- */

static void closing(void *context, struct db *db)
{
    struct store *store = context;

    ledger_save(&store->ledger, db);
}

static void committed(void *context, uint64_t microseconds, size_t count)
{
    const struct store_settings *s = &((const struct store *)context)->settings;

    if (s->committed != NULL) {
        s->committed(s->context, microseconds, count);
    }
}

bool store_start_writer(struct store *store)
{
    const struct writer_settings settings = {
        .db = store->db,
        .path = store->settings.data,
        .min_free = store->settings.min_free,
        .queue_max = store->settings.queue_max,
        .closing = closing,
        .failed = failed,
        .committed = committed,
        .context = store,
    };

    return writer_start(&store->writer, &settings) ||
           trouble("writer", FRANK_ERR_MEMORY, "thread", 0);
}

/* ---- Reading ------------------------------------------------------------- */

struct db *store_reader_lock(struct store *store, enum store_reader reader)
{
    (void)pthread_mutex_lock(&store->readers[reader].lock);
    return store->readers[reader].db;
}

/* A reader that failed is of no use any more, and a sign of a disk that fails.
 */
void store_reader_unlock(struct store *store, enum store_reader reader)
{
    const struct db *db = store->readers[reader].db;

    if (!db_ok(db)) {
        failed(store, db_trouble(db));
    }
    (void)pthread_mutex_unlock(&store->readers[reader].lock);
}
