/* SPDX-License-Identifier: Apache-2.0 */
#include "publisher_inside.h"

#include "clock.h"
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How often it looks for new entries: a checkpoint is at most so old, and the
 * time that making it takes. */
#define LOOK_MS 500
/* Leaves that are written to tiles at once. */
#define LEAVES_MAX ((size_t)4096)

/* A full disk or too many open files may pass: then nothing new is published,
 * and nothing that was is wrong. Whatever else fails ends the service. */
static bool may_pass(const struct frank_fault *fault)
{
    return fault->error == FRANK_ERR_FILE &&
           (fault->found == ENOSPC || fault->found == EDQUOT ||
            fault->found == EMFILE || fault->found == ENFILE);
}

bool publisher_trouble(struct publisher *p, const char *what,
                       const struct frank_fault *fault)
{
    p->waits = may_pass(fault);
    if (!p->waits || clock_monotonic() >= p->say_again) {
        journal_fault(p->waits ? JOURNAL_WARNING : JOURNAL_ERROR,
                      "log-not-published", what, fault);
        p->say_again = clock_monotonic() + 60000;
    }
    return false;
}

bool publisher_refuse(const char *why, uint64_t published, uint64_t stored)
{
    JOURNAL(JOURNAL_ERROR, "cannot-start", JOURNAL_TEXT("what", "log"),
            JOURNAL_TEXT("why", why),
            JOURNAL_NUMBER("checkpoint_size", published),
            JOURNAL_NUMBER("database_size", stored));
    return false;
}

/* ---- From entries to tiles ------------------------------------------------
 */

bool publisher_add_leaf(void *context, struct frank_span entry)
{
    struct publisher_leaves *leaves = context;

    merkle_leaf(leaves->hashes[leaves->count++], entry);
    return true;
}

bool publisher_write_tiles(struct publisher *p, struct db *db, uint64_t from,
                           uint64_t to)
{
    struct publisher_leaves leaves = {malloc(LEAVES_MAX * MERKLE_HASH_BYTES),
                                      0};
    struct frank_fault fault = {FRANK_ERR_MEMORY, "tiles", 0, 0, 0};
    bool ok = leaves.hashes != NULL || publisher_trouble(p, "tiles", &fault);

    while (ok && from < to) {
        uint64_t end = to - from > LEAVES_MAX ? from + LEAVES_MAX : to;

        leaves.count = 0;
        ok = ledger_read(db, from, end, publisher_add_leaf, &leaves) ==
                 end - from ||
             publisher_refuse("entries are missing in the database", to, from);
        ok = ok &&
             (tiles_append(p->tiles, from,
                           (const uint8_t(*)[MERKLE_HASH_BYTES])leaves.hashes,
                           leaves.count, &fault) == FRANK_OK ||
              publisher_trouble(p, "tiles", &fault));
        from = end;
    }
    free(leaves.hashes);
    return ok;
}

int publisher_root(struct publisher *p, uint64_t size,
                   uint8_t root[static MERKLE_HASH_BYTES],
                   struct frank_fault *fault)
{
    struct merkle_range range;
    int error = tiles_range(&range, p->tiles, size, fault);

    if (error == FRANK_OK) {
        merkle_root(root, &range);
    }
    return error;
}

/* ---- Checkpoints ----------------------------------------------------------
 */

bool publisher_save(struct publisher *p, const char *path,
                    const struct cosigned *published)
{
    struct frank_fault fault;

    return tiles_replace_file(path, published->text, published->len, &fault) ==
               FRANK_OK ||
           publisher_trouble(p, "checkpoint", &fault);
}

/* Signs what the tiles say, once that is what the database says too. */
bool publisher_sign(struct publisher *p, struct cosigned *out, uint64_t size,
                    const uint8_t expected[static MERKLE_HASH_BYTES])
{
    struct note_checkpoint checkpoint = {.size = size};
    struct frank_fault fault;

    if (publisher_root(p, size, checkpoint.root, &fault) != FRANK_OK) {
        return publisher_trouble(p, "tiles", &fault);
    }
    if (memcmp(checkpoint.root, expected, sizeof checkpoint.root) != 0) {
        return publisher_refuse(
            "tiles on the disk are not those of the database", size, size);
    }
    out->len = note_sign(out->text, p->settings.origin, &checkpoint,
                         p->settings.secret_key);
    out->size = size;
    out->time = clock_wall();
    return true;
}

void publisher_show(struct publisher *p, const struct cosigned *published,
                    bool is_public)
{
    (void)pthread_mutex_lock(&p->lock);
    if (is_public) {
        p->shown = *published;
        p->has_shown = true;
    } else {
        p->newest = *published;
    }
    (void)pthread_mutex_unlock(&p->lock);
}

/* Publishes what is new in the database. */
static bool publish(struct publisher *p, struct db *db)
{
    struct cosigned published = {.len = 0};
    struct merkle_range range;
    uint8_t root[MERKLE_HASH_BYTES];
    bool ok;

    db_begin(db);
    ok = ledger_load(&range, db);
    if (ok && (range.size > p->newest.size || p->newest.len == 0)) {
        merkle_root(root, &range);
        ok = publisher_write_tiles(p, db, p->newest.size, range.size) &&
             publisher_sign(p, &published, range.size, root) &&
             publisher_save(p, p->checkpoint_path, &published);
        if (ok) {
            publisher_show(p, &published, false);
        }
    }
    return db_commit(db) && ok;
}

bool publisher_checkpoint(struct publisher *p, bool is_public,
                          struct cosigned *out)
{
    bool there;

    (void)pthread_mutex_lock(&p->lock);
    there = is_public ? p->has_shown : p->newest.len > 0;
    if (there) {
        *out = is_public ? p->shown : p->newest;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return there;
}

void publisher_hurry(struct publisher *p)
{
    (void)pthread_mutex_lock(&p->lock);
    (void)pthread_cond_signal(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);
}

const struct tiles *publisher_tiles(const struct publisher *p)
{
    return p->tiles;
}

/* ---- At the start, and the end ---- */

static bool open_folder(struct publisher *p)
{
    const struct publisher_settings *s = &p->settings;
    char folder[4096];
    struct frank_fault fault;

    if (s->checkpoint[0] != '\0') {
        (void)snprintf(p->checkpoint_path, sizeof p->checkpoint_path, "%s",
                       s->checkpoint);
    } else {
        (void)snprintf(p->checkpoint_path, sizeof p->checkpoint_path,
                       "%s/log.checkpoint", s->data);
        JOURNAL(JOURNAL_WARNING, "checkpoint-beside-database",
                JOURNAL_TEXT("why", "a copy of the data folder that is put "
                                    "back would not be told: set checkpoint"));
    }
    (void)snprintf(p->public_path, sizeof p->public_path, "%s/log.public",
                   s->data);
    (void)snprintf(folder, sizeof folder, "%s/log", s->data);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return publisher_trouble(p, folder,
                                 &(struct frank_fault){FRANK_ERR_FILE,
                                                       "create folder", 0,
                                                       (uint64_t)errno, 0});
    }
    return tiles_open(&p->tiles, folder, &fault) == FRANK_OK ||
           publisher_trouble(p, folder, &fault);
}

static bool open_witnesses(struct publisher *p)
{
    const struct publisher_settings *s = &p->settings;

    return s->witnesses.policy[0] == '\0' ||
           witnesses_open(&p->witnesses, &s->witnesses, s->origin,
                          s->public_key, p->tiles);
}

/* Publishes what a crash, or a full disk, left. */
static bool catch_up(struct publisher *p)
{
    struct store *store = p->settings.store;
    struct db *db = store_reader_lock(store, STORE_LONG);
    bool ok = publisher_recover(p, db, store->ledger.range.size);

    if (ok && !publish(p, db)) {
        ok = p->waits &&
             p->newest.len > 0; /* a full disk: it starts, and waits */
    }
    store_reader_unlock(store, STORE_LONG);
    return ok && (p->waits || publisher_recover_public(p));
}

bool publisher_open(struct publisher **out,
                    const struct publisher_settings *settings)
{
    struct publisher *p = calloc(1, sizeof *p);
    pthread_condattr_t monotonic;

    if (p == NULL) {
        return false;
    }
    p->settings = *settings;
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&p->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    if (!open_folder(p) || !open_witnesses(p) || !catch_up(p)) {
        publisher_free(p);
        return false;
    }
    *out = p; /* transferred */
    return true;
}

void publisher_free(struct publisher *p)
{
    if (p != NULL) {
        witnesses_free(p->witnesses);
        tiles_close(p->tiles);
        (void)pthread_cond_destroy(&p->wake);
        (void)pthread_mutex_destroy(&p->lock);
        free(p);
    }
}

/* ---- The thread -----------------------------------------------------------
 */

bool publisher_look(struct publisher *p)
{
    struct db *db = store_reader_lock(p->settings.store, STORE_LONG);
    bool ok;

    p->waits = false;
    ok = publish(p, db);
    store_reader_unlock(p->settings.store, STORE_LONG);
    return ok && publisher_look_at_witnesses(p);
}

static bool wait_a_little(struct publisher *p)
{
    struct timespec until;
    bool more;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_mutex_lock(&p->lock);
    if (!p->stopping) {
        (void)pthread_cond_timedwait(&p->wake, &p->lock, &until);
    }
    more = !p->stopping;
    (void)pthread_mutex_unlock(&p->lock);
    return more;
}

/* A log that cannot be written ends the service: nothing may happen without its
 * entry. */
static _Noreturn void give_up(void)
{
    JOURNAL(JOURNAL_ERROR, "log-failed",
            JOURNAL_TEXT("then", "exit: nothing happens that is not logged"));
    _exit(3);
}

/* A clock that was set back must not hold the hour off for as long. */
static void mind_the_clock(struct publisher *p)
{
    uint64_t every = p->settings.public_every;
    uint64_t now = clock_wall();

    if (p->next_public > now + every + PUBLISHER_RETRY_MS) {
        p->next_public = (now / every + 1) * every;
    }
}

static void *run(void *argument)
{
    struct publisher *p = argument;
    bool more;

    do {
        more = wait_a_little(p);
        mind_the_clock(p);
        if ((!publisher_look(p) || (more && clock_wall() >= p->next_public &&
                                    !publisher_keep_hour(p))) &&
            !p->waits) {
            give_up();
        }
    } while (more);
    return NULL;
}

bool publisher_start(struct publisher *p)
{
    if (p->witnesses != NULL && !witnesses_start(p->witnesses)) {
        return false;
    }
    p->running = pthread_create(&p->thread, NULL, run, p) == 0;
    if (!p->running) {
        witnesses_stop(p->witnesses);
    }
    return p->running;
}

void publisher_stop(struct publisher *p)
{
    if (p == NULL) {
        return;
    }
    witnesses_stop(p->witnesses);
    if (!p->running) {
        return;
    }
    (void)pthread_mutex_lock(&p->lock);
    p->stopping = true;
    (void)pthread_cond_signal(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);
    (void)pthread_join(p->thread, NULL); /* after a last look */
    p->running = false;
}
