/* SPDX-License-Identifier: Apache-2.0 */
#include "witness_store.h"

#include "db.h"
#include "hash.h"
#include "journal.h"
#include "tiles.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define APPLICATION 0x46724177 /* "FrAw" */
#define WAL_PAGES 256          /* of 4 KiB, before they are moved */
#define FORK_ID_BYTES 8

static const char *const migrations[] = {
    "CREATE TABLE logs (origin TEXT PRIMARY KEY, size INTEGER NOT NULL,"
    " root BLOB NOT NULL, note BLOB NOT NULL, time INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"};
static const struct db_schema schema = {APPLICATION, migrations, 1};

enum statement { LOAD, NOTE, SAVE, STATEMENTS };
static const char *const statements[STATEMENTS] = {
    [LOAD] = "SELECT size, root FROM logs WHERE origin = ?",
    [NOTE] = "SELECT note FROM logs WHERE origin = ?",
    [SAVE] = "INSERT INTO logs (origin, size, root, note, time)"
             " VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
             " size = excluded.size, root = excluded.root,"
             " note = excluded.note, time = excluded.time"};

struct witness_store {
    pthread_mutex_t lock; /* of all that follows */
    int folder;
    struct db *db;
    uint64_t min_free;
    char path[PATH_MAX];
};

/* ---- Opening --------------------------------------------------------------
 */

static bool trouble(const char *what, const char *call, int number)
{
    journal_fault(
        JOURNAL_ERROR, "cannot-start", what,
        &(struct frank_fault){FRANK_ERR_FILE, call, 0, (uint64_t)number, 0});
    return false;
}

/* Two processes with one key would cosign two histories. */
static bool lock_folder(struct witness_store *store)
{
    store->folder = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder >= 0 && flock(store->folder, LOCK_EX | LOCK_NB) == 0) {
        return true;
    }
    return trouble(store->path,
                   store->folder >= 0 && errno == EWOULDBLOCK
                       ? "another witness has it"
                       : "lock",
                   errno);
}

static bool open_database(struct witness_store *store)
{
    char path[PATH_MAX + 16];
    struct db_trouble what;

    (void)snprintf(path, sizeof path, "%s/witness.db", store->path);
    if (!db_open(&store->db, path, DB_WRITER, &schema, statements, STATEMENTS,
                 &what)) {
        JOURNAL(JOURNAL_ERROR, "cannot-start", JOURNAL_TEXT("what", path),
                JOURNAL_TEXT("call", what.what),
                JOURNAL_TEXT("why", what.text));
        return false;
    }
    return chmod(path, 0600) == 0 || trouble(path, "chmod", errno);
}

bool witness_store_open(struct witness_store **out, const char *folder,
                        uint64_t min_free)
{
    struct witness_store *store = calloc(1, sizeof *store);

    if (store == NULL) {
        return trouble(folder, "memory", ENOMEM);
    }
    store->folder = -1;
    store->min_free = min_free;
    (void)pthread_mutex_init(&store->lock, NULL);
    /* SQLite is to follow no link in the path; systemd's folders are links. */
    if ((realpath(folder, store->path) == NULL &&
         !trouble(folder, "open folder", errno)) ||
        !lock_folder(store) || !open_database(store)) {
        witness_store_close(store);
        return false;
    }
    *out = store; /* transferred */
    return true;
}

void witness_store_close(struct witness_store *store)
{
    if (store == NULL) {
        return;
    }
    db_close(store->db);
    if (store->folder >= 0) {
        (void)close(store->folder); /* and unlock */
    }
    (void)pthread_mutex_destroy(&store->lock);
    free(store);
}

bool witness_store_has_room(const struct witness_store *store)
{
    struct statvfs disk;

    return store->min_free == 0 || fstatvfs(store->folder, &disk) != 0 ||
           (uint64_t)disk.f_bavail * disk.f_frsize >= store->min_free;
}

/* ---- Deciding -------------------------------------------------------------
 */

/* What is on disk cannot be known then. */
static _Noreturn void failed(const struct db *db)
{
    const struct db_trouble *what = db_trouble(db);

    JOURNAL(JOURNAL_ERROR, "database-failed", JOURNAL_TEXT("what", what->what),
            JOURNAL_TEXT("why", what->text),
            JOURNAL_NUMBER("code", (uint64_t)what->code),
            JOURNAL_TEXT("then", "exit: nothing is cosigned that is not "
                                 "stored"));
    _exit(3);
}

static void load(struct db *db, struct witness_held *out, const char *origin)
{
    struct frank_span root;

    witness_held_nothing(out);
    if (!db_row(db, LOAD, DB_VALUES(DB_TEXT(origin)))) {
        return;
    }
    root = db_blob(db, LOAD, 1);
    out->size = db_int(db, LOAD, 0);
    if (root.len != sizeof out->root) {
        JOURNAL(JOURNAL_ERROR, "database-failed", JOURNAL_TEXT("what", "root"),
                JOURNAL_TEXT("then", "exit: not a root"));
        _exit(3);
    }
    memcpy(out->root, root.data, sizeof out->root);
    db_done(db, LOAD);
}

/* A note without memory to copy it is not stored as proof; what counts is. */
static void save(struct db *db, const struct witness_checkpoint *checkpoint,
                 uint64_t now)
{
    size_t room =
        checkpoint->note.body.len + 1 + checkpoint->note.signatures.len;
    char *note = malloc(room);
    size_t len = note != NULL ? witness_note_of_log(note, checkpoint) : 0;

    (void)db_run(db, SAVE,
                 DB_VALUES(DB_TEXT(checkpoint->log->name),
                           DB_INT(checkpoint->tree.size),
                           DB_BLOB(checkpoint->tree.root, MERKLE_HASH_BYTES),
                           DB_BLOB(note, len), DB_INT(now)));
    free(note);
}

/* Two signed notes of one size with two roots, one behind the other: proof for
 * everybody. One a log is enough. */
static void keep_fork(struct witness_store *store,
                      const struct witness_checkpoint *checkpoint,
                      struct frank_span before)
{
    char path[PATH_MAX + 32];
    char id[2 * FORK_ID_BYTES + 1];
    uint8_t digest[HASH_BYTES];
    size_t room = before.len + 1 + checkpoint->note.body.len + 1 +
                  checkpoint->note.signatures.len;
    struct frank_fault fault = {FRANK_ERR_MEMORY, "fork", 0, 0, 0};
    char *text = malloc(room);
    hash_state state;
    size_t len = before.len;

    hash_init(&state);
    hash_update(&state, (const uint8_t *)checkpoint->log->name,
                strlen(checkpoint->log->name));
    hash_final(&state, digest);
    (void)sodium_bin2hex(id, sizeof id, digest, FORK_ID_BYTES);
    (void)snprintf(path, sizeof path, "%s/fork-%s", store->path, id);
    if (access(path, F_OK) == 0) {
        free(text);
        return;
    }
    if (text != NULL) {
        memcpy(text, before.data, before.len);
        text[len++] = '\n';
        len += witness_note_of_log(text + len, checkpoint);
    }
    if (text == NULL ||
        tiles_replace_file(path, text, len, &fault) != FRANK_OK) {
        journal_fault(JOURNAL_ERROR, "fork-not-kept", path, &fault);
    }
    free(text);
    JOURNAL(JOURNAL_ERROR, "fork", JOURNAL_TEXT("log", checkpoint->log->name),
            JOURNAL_NUMBER("size", checkpoint->tree.size),
            JOURNAL_TEXT("why", "the log signed two roots of one size"),
            JOURNAL_TEXT("proof", path));
}

enum witness_verdict
witness_store_decide(struct witness_store *store, struct witness_held *held,
                     const struct witness_request *request,
                     const struct witness_checkpoint *checkpoint, uint64_t now)
{
    const char *origin = checkpoint->log->name;
    enum witness_verdict verdict;
    struct db *db = store->db;

    (void)pthread_mutex_lock(&store->lock);
    db_begin(db);
    load(db, held, origin);
    verdict = witness_judge(held, request, &checkpoint->tree);
    if (db_ok(db) && verdict == WITNESS_COSIGN &&
        checkpoint->tree.size > held->size) {
        save(db, checkpoint, now);
    }
    if (!db_commit(db)) {
        failed(db);
    }
    db_checkpoint(db, WAL_PAGES);
    if (verdict == WITNESS_FORK && held->size > 0 &&
        db_row(db, NOTE, DB_VALUES(DB_TEXT(origin)))) {
        keep_fork(store, checkpoint, db_blob(db, NOTE, 0));
        db_done(db, NOTE);
    }
    if (!db_ok(db)) {
        failed(db);
    }
    (void)pthread_mutex_unlock(&store->lock);
    return verdict;
}
