/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries are read (JSON, and a receipt's signature, which costs a hundred
 * times as much) by several threads, some chunks ahead of the one thread that
 * knows what was seen. What is on its way is bounded: a ring of chunks.
 */
#include "rules_inside.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNKS 4
#define CHUNK_ENTRIES ((size_t)256)
#define CHUNK_BYTES ((size_t)1 << 18)
#define AT_ONCE ((size_t)16)
#define THREADS_MAX 64u

struct slot {
    enum rules_log log;
    uint64_t index;
    size_t at;
    size_t len;
};

struct chunk {
    size_t count;
    size_t next; /* that nobody reads yet */
    size_t done;
    size_t used;
    struct slot slots[CHUNK_ENTRIES];
    struct rules_entry entries[CHUNK_ENTRIES];
    uint8_t bytes[CHUNK_BYTES];
};

struct rules_pool {
    const struct rules_quorums *quorums;
    rules_take *take;
    void *context;
    unsigned threads; /* 0: the caller's alone */
    pthread_t ids[THREADS_MAX];
    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_cond_t ready;
    bool ends;
    /* Chunks first <= i < filling are being read, `filling` is filled. */
    uint64_t first;
    uint64_t filling;
    struct chunk *chunks[CHUNKS];
};

/* ---- Reading ---------------------------------------------------------------
 */

static struct chunk *chunk_of(const struct rules_pool *p, uint64_t i)
{
    return p->chunks[i % CHUNKS];
}

/* Something to read, under the lock; NULL: nothing. */
static struct chunk *find_work(const struct rules_pool *p)
{
    for (uint64_t i = p->first; i < p->filling; i++) {
        struct chunk *c = chunk_of(p, i);

        if (c->next < c->count) {
            return c;
        }
    }
    return NULL;
}

static void read_some(const struct rules_pool *p, struct chunk *c, size_t from,
                      size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct slot *slot = &c->slots[i];

        rules_read(&c->entries[i], slot->log, slot->index,
                   (struct frank_span){c->bytes + slot->at, slot->len},
                   p->quorums);
    }
}

static void *work(void *argument)
{
    struct rules_pool *p = argument;

    (void)pthread_mutex_lock(&p->lock);
    while (!p->ends) {
        struct chunk *c = find_work(p);
        size_t from;
        size_t to;

        if (c == NULL) {
            (void)pthread_cond_wait(&p->work, &p->lock);
            continue;
        }
        from = c->next;
        to = c->count - from < AT_ONCE ? c->count : from + AT_ONCE;
        c->next = to;
        (void)pthread_mutex_unlock(&p->lock);
        read_some(p, c, from, to);
        (void)pthread_mutex_lock(&p->lock);
        c->done += to - from;
        if (c->done == c->count) {
            (void)pthread_cond_signal(&p->ready);
        }
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---- The ring --------------------------------------------------------------
 */

/* Hands the oldest chunk on, when it is read. */
static void take_oldest(struct rules_pool *p)
{
    struct chunk *c = chunk_of(p, p->first);

    (void)pthread_mutex_lock(&p->lock);
    while (c->done < c->count && p->threads > 0) {
        (void)pthread_cond_wait(&p->ready, &p->lock);
    }
    (void)pthread_mutex_unlock(&p->lock);
    if (p->threads == 0) {
        read_some(p, c, 0, c->count);
    }
    for (size_t i = 0; i < c->count; i++) {
        p->take(p->context, &c->entries[i]);
    }
    (void)pthread_mutex_lock(&p->lock);
    p->first++;
    (void)pthread_mutex_unlock(&p->lock);
}

/* Gives the chunk that was filled to the readers, and begins another. */
static void submit(struct rules_pool *p)
{
    struct chunk *next;

    (void)pthread_mutex_lock(&p->lock);
    p->filling++;
    (void)pthread_cond_broadcast(&p->work);
    (void)pthread_mutex_unlock(&p->lock);
    if (p->filling - p->first == (p->threads > 0 ? CHUNKS : 1)) {
        take_oldest(p);
    }
    next = chunk_of(p, p->filling);
    next->count = next->next = next->done = next->used = 0;
}

void rules_pool_add(struct rules_pool *pool, enum rules_log log, uint64_t index,
                    struct frank_span text)
{
    struct chunk *c = chunk_of(pool, pool->filling);

    if (c->count == CHUNK_ENTRIES || c->used + text.len > CHUNK_BYTES) {
        submit(pool);
        c = chunk_of(pool, pool->filling);
    }
    c->slots[c->count++] = (struct slot){log, index, c->used, text.len};
    if (text.len > 0) {
        memcpy(c->bytes + c->used, text.data, text.len);
    }
    c->used += text.len;
}

void rules_pool_drain(struct rules_pool *pool)
{
    if (chunk_of(pool, pool->filling)->count > 0) {
        submit(pool);
    }
    while (pool->first < pool->filling) {
        take_oldest(pool);
    }
}

/* ---- Opening ---------------------------------------------------------------
 */

/* One reader beside the caller is of use on one core even less than none. */
static unsigned choose(unsigned threads)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (threads == 0) {
        threads = cores > 0 && cores < (long)THREADS_MAX ? (unsigned)cores
                                                         : THREADS_MAX;
    }
    return threads == 1 ? 0 : threads < THREADS_MAX ? threads : THREADS_MAX;
}

int rules_pool_open(struct rules_pool **out, unsigned threads,
                    const struct rules_quorums *quorums, rules_take *take,
                    void *context)
{
    struct rules_pool *p = calloc(1, sizeof *p);
    bool ok = p != NULL;

    for (unsigned i = 0; ok && i < CHUNKS; i++) {
        p->chunks[i] = calloc(1, sizeof *p->chunks[i]);
        ok = p->chunks[i] != NULL;
    }
    if (p == NULL) {
        return FRANK_ERR_MEMORY;
    }
    p->quorums = quorums;
    p->take = take;
    p->context = context;
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->work, NULL);
    (void)pthread_cond_init(&p->ready, NULL);
    for (unsigned i = 0; ok && i < choose(threads); i++) {
        ok = pthread_create(&p->ids[i], NULL, work, p) == 0;
        p->threads += ok;
    }
    if (!ok) {
        rules_pool_close(p);
        return FRANK_ERR_MEMORY;
    }
    *out = p; /* transferred */
    return FRANK_OK;
}

void rules_pool_close(struct rules_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&pool->lock);
    pool->ends = true;
    (void)pthread_cond_broadcast(&pool->work);
    (void)pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->threads; i++) {
        (void)pthread_join(pool->ids[i], NULL);
    }
    for (unsigned i = 0; i < CHUNKS; i++) {
        free(pool->chunks[i]);
    }
    (void)pthread_mutex_destroy(&pool->lock);
    (void)pthread_cond_destroy(&pool->work);
    (void)pthread_cond_destroy(&pool->ready);
    free(pool);
}
