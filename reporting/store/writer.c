/* SPDX-License-Identifier: Apache-2.0 */
#include "writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>

/* One commit holds at most so much: those who wait for it must not wait long.
 */
#define GROUP_MAX ((size_t)256)
#define GROUP_MAX_BYTES ((size_t)16 << 20)
/* 4 MiB of 4 KiB pages */
#define CHECKPOINT_PAGES 1000
/* How soon again, where a reader kept the write-ahead log from being emptied.
 */
#define EMPTY_MS 200
#define PAGES_BYTES ((uint64_t)65536)

struct writer {
    struct writer_settings settings;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct write *first;
    struct write **last;
    size_t waiting;
    bool stopping;
    bool running;
    bool dropped; /* the write-ahead log holds what was deleted; the thread's */
};

static uint64_t microseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Waits for work; a while only where the write-ahead log is to be emptied. */
static void await(struct writer *writer)
{
    struct timespec until;

    while (writer->first == NULL && !writer->stopping) {
        if (!writer->dropped) {
            (void)pthread_cond_wait(&writer->wake, &writer->lock);
            continue;
        }
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += EMPTY_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (pthread_cond_timedwait(&writer->wake, &writer->lock, &until) != 0) {
            break;
        }
    }
}

/* Takes the next group, or waits for one; *ended at the end. */
static struct write *take(struct writer *writer, size_t *count, size_t *bytes,
                          bool *ended)
{
    struct write *group;
    struct write **end;

    (void)pthread_mutex_lock(&writer->lock);
    await(writer);
    group = writer->first;
    *count = 0;
    *bytes = 0;
    for (end = &group;
         *end != NULL && *count < GROUP_MAX &&
         (*count == 0 || *bytes + (*end)->bytes <= GROUP_MAX_BYTES);
         end = &(*end)->next) {
        *bytes += (*end)->bytes;
        ++*count;
    }
    writer->first = *end;
    if (writer->first == NULL) {
        writer->last = &writer->first;
    }
    *end = NULL;
    writer->waiting -= *count;
    *ended = group == NULL && writer->stopping;
    (void)pthread_mutex_unlock(&writer->lock);
    return group;
}

/* Bytes that are free on the database's disk. */
static uint64_t free_bytes(const struct writer *writer)
{
    struct statvfs disk;

    return statvfs(writer->settings.path, &disk) != 0
               ? UINT64_MAX /* the commit will tell */
               : (uint64_t)disk.f_bavail * disk.f_frsize;
}

/* What a piece of work needs: in the write-ahead log, then in the database,
 * with pages that it touches besides. */
static uint64_t need(const struct write *write)
{
    return 2 * (uint64_t)write->bytes + PAGES_BYTES;
}

/* Decides which of a group there is room for: in order, small ones also from
 * the reserve. */
static size_t grant(const struct writer *writer, struct write *group)
{
    uint64_t left = free_bytes(writer);
    size_t granted = 0;

    for (struct write *write = group; write != NULL; write = write->next) {
        uint64_t kept = write->small ? 0 : writer->settings.min_free;

        write->granted = left >= kept && left - kept >= need(write);
        if (write->granted) {
            left -= need(write);
            granted++;
        }
    }
    return granted;
}

static void commit(struct writer *writer, struct write *group, size_t count)
{
    struct db *db = writer->settings.db;
    uint64_t begun = microseconds();

    db_begin(db);
    for (struct write *write = group; write != NULL; write = write->next) {
        if (write->granted) {
            write->run(write, db);
            writer->dropped = writer->dropped || write->drops;
        }
    }
    if (writer->settings.closing != NULL) {
        writer->settings.closing(writer->settings.context, db);
    }
    if (!db_commit(db)) {
        writer->settings.failed(writer->settings.context, db_trouble(db));
        abort();
    }
    writer->settings.committed(writer->settings.context, microseconds() - begun,
                               count);
}

static void finish(struct write *group)
{
    while (group != NULL) {
        struct write *write = group;

        group = write->next;
        write->done(write, write->granted ? WRITE_DONE : WRITE_DISK_FULL);
    }
}

static void checkpoint(struct writer *writer)
{
    struct db *db = writer->settings.db;

    if (writer->dropped) {
        writer->dropped = !db_checkpoint_all(db);
    }
    db_checkpoint(db, CHECKPOINT_PAGES);
    if (!db_ok(db)) {
        writer->settings.failed(writer->settings.context, db_trouble(db));
        abort();
    }
}

static void *run(void *argument)
{
    struct writer *writer = argument;
    size_t count = 0;
    size_t bytes = 0;
    bool ended = false;

    while (!ended) {
        struct write *group = take(writer, &count, &bytes, &ended);
        size_t granted = grant(writer, group);

        if (granted > 0) {
            commit(writer, group, granted);
        }
        finish(group);
        checkpoint(writer);
    }
    return NULL;
}

bool writer_start(struct writer **out, const struct writer_settings *settings)
{
    struct writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL) {
        return false;
    }
    writer->settings = *settings;
    writer->last = &writer->first;
    (void)pthread_mutex_init(&writer->lock, NULL);
    (void)pthread_cond_init(&writer->wake, NULL);
    if (pthread_create(&writer->thread, NULL, run, writer) != 0) {
        free(writer);
        return false;
    }
    writer->running = true;
    *out = writer;
    return true;
}

bool writer_submit(struct writer *writer, struct write *write)
{
    bool taken;

    write->next = NULL;
    (void)pthread_mutex_lock(&writer->lock);
    taken = !writer->stopping && writer->waiting < writer->settings.queue_max;
    if (taken) {
        *writer->last = write;
        writer->last = &write->next;
        writer->waiting++;
        (void)pthread_cond_signal(&writer->wake);
    }
    (void)pthread_mutex_unlock(&writer->lock);
    return taken;
}

/* ---- Waiting for one ----------------------------------------------------- */

struct waited {
    struct write write;
    struct write *inner;
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool is_over;
    enum write_result result;
};

static void waited_run(struct write *write, struct db *db)
{
    struct write *inner = ((struct waited *)write)->inner;

    inner->run(inner, db);
}

static void waited_done(struct write *write, enum write_result result)
{
    struct waited *waited = (struct waited *)write;

    (void)pthread_mutex_lock(&waited->lock);
    waited->result = result;
    waited->is_over = true;
    (void)pthread_cond_signal(&waited->over);
    (void)pthread_mutex_unlock(&waited->lock);
}

enum write_result writer_do(struct writer *writer, struct write *write)
{
    struct waited waited = {
        .write = {.run = waited_run,
                  .done = waited_done,
                  .bytes = write->bytes,
                  .small = write->small,
                  .drops = write->drops},
        .inner = write,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .over = PTHREAD_COND_INITIALIZER,
    };

    if (!writer_submit(writer, &waited.write)) {
        return WRITE_DISK_FULL;
    }
    (void)pthread_mutex_lock(&waited.lock);
    while (!waited.is_over) {
        (void)pthread_cond_wait(&waited.over, &waited.lock);
    }
    (void)pthread_mutex_unlock(&waited.lock);
    return waited.result;
}

bool writer_has_room(const struct writer *writer)
{
    return free_bytes(writer) >= writer->settings.min_free + PAGES_BYTES;
}

size_t writer_waiting(struct writer *writer)
{
    size_t waiting;

    (void)pthread_mutex_lock(&writer->lock);
    waiting = writer->waiting;
    (void)pthread_mutex_unlock(&writer->lock);
    return waiting;
}

void writer_stop(struct writer *writer)
{
    if (writer == NULL || !writer->running) {
        return;
    }
    (void)pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    (void)pthread_cond_signal(&writer->wake);
    (void)pthread_mutex_unlock(&writer->lock);
    (void)pthread_join(writer->thread, NULL);
    writer->running = false;
}

void writer_free(struct writer *writer)
{
    if (writer != NULL) {
        writer_stop(writer);
        (void)pthread_cond_destroy(&writer->wake);
        (void)pthread_mutex_destroy(&writer->lock);
        free(writer);
    }
}
