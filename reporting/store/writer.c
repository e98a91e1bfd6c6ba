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

struct writer {
    struct writer_settings settings;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct write *first;
    struct write **last;
    size_t waiting;
    bool stopping;
};

static uint64_t microseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Takes the next group, or waits for one; NULL at the end. */
static struct write *take(struct writer *writer, size_t *count, size_t *bytes)
{
    struct write *group;
    struct write **end;

    (void)pthread_mutex_lock(&writer->lock);
    while (writer->first == NULL && !writer->stopping) {
        (void)pthread_cond_wait(&writer->wake, &writer->lock);
    }
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
    (void)pthread_mutex_unlock(&writer->lock);
    return group;
}

/* Room for the group in the write-ahead log and then in the database, with
 * pages that are touched besides. */
static bool has_room(const struct writer *writer, size_t count, size_t bytes)
{
    struct statvfs disk;

    if (statvfs(writer->settings.path, &disk) != 0) {
        return true; /* the commit will tell */
    }
    return (uint64_t)disk.f_bavail * disk.f_frsize >=
           writer->settings.min_free + 2 * (uint64_t)bytes + 65536 * count;
}

static void commit(struct writer *writer, struct write *group, size_t count,
                   bool room)
{
    struct db *db = writer->settings.db;
    uint64_t begun = microseconds();

    db_begin(db);
    for (struct write *write = group; write != NULL; write = write->next) {
        if (room || write->small) {
            write->run(write, db);
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

static void finish(struct write *group, bool room)
{
    while (group != NULL) {
        struct write *write = group;

        group = write->next;
        write->done(write, room || write->small ? WRITE_DONE : WRITE_DISK_FULL);
    }
}

static bool has_small(const struct write *group)
{
    while (group != NULL && !group->small) {
        group = group->next;
    }
    return group != NULL;
}

static void *run(void *argument)
{
    struct writer *writer = argument;
    struct write *group;
    size_t count = 0;
    size_t bytes = 0;

    while ((group = take(writer, &count, &bytes)) != NULL) {
        bool room = has_room(writer, count, bytes);

        if (room || has_small(group)) {
            commit(writer, group, count, room);
        }
        finish(group, room);
        db_checkpoint(writer->settings.db, CHECKPOINT_PAGES);
        if (!db_ok(writer->settings.db)) {
            writer->settings.failed(writer->settings.context,
                                    db_trouble(writer->settings.db));
            abort();
        }
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
        .write = {waited_run, waited_done, write->bytes, write->small, NULL},
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
    return has_room(writer, 1, 0);
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
    if (writer == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    (void)pthread_cond_signal(&writer->wake);
    (void)pthread_mutex_unlock(&writer->lock);
    (void)pthread_join(writer->thread, NULL);
    (void)pthread_cond_destroy(&writer->wake);
    (void)pthread_mutex_destroy(&writer->lock);
    free(writer);
}
