/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole files, by several threads. Each takes the next block of chunks, reads
 * it and seals or opens it where it lies; then it waits until all blocks before
 * its own are written, and writes it. So the output grows in its order, and
 * what an earlier call left of it is a beginning of the whole, to which a later
 * call compares its own bytes. The first thread is the caller's.
 */
#include "chunk.h"
#include "file_io.h"
#include "merkle.h"
#include "wire.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A block: as long as the longest chunk. Of shorter ones threads would wait for
 * each other more often than they work. */
#define BLOCK_BYTES ((size_t)1 << 20)
#define COMPARE_BYTES ((size_t)1 << 14)

/* What all threads share. */
struct job {
    const struct frank_attachment *file;
    bool opens;
    int in;
    int out;        /* or -1 */
    uint64_t there; /* bytes of out that an earlier call wrote */
    uint64_t per_block;
    const struct frank_work *work;

    pthread_mutex_t mutex; /* of what follows, but for leaves */
    pthread_cond_t turned;
    uint64_t taken; /* chunks that a thread has */
    uint64_t done;  /* chunks that are written */
    int error;
    int error_number;
    struct frank_fault fault;
    struct merkle_range leaves; /* theirs whose turn it is */
};

struct worker {
    struct job *job;
    struct chunks chunks;
    pthread_t thread;
    bool runs;
    int error_number; /* of the call that failed */
    struct frank_fault fault;
    uint8_t *block;                      /* sealed chunks, or their room */
    uint8_t (*leaves)[FRANK_HASH_BYTES]; /* of the block */
    uint8_t compare[COMPARE_BYTES];
};

static size_t block_bytes(const struct job *job)
{
    return (size_t)job->per_block * chunk_stride(job->file);
}

/* ---- Bytes of files ------------------------------------------------------ */

/* errno of what failed, before anything else sets it. */
static int keep_errno(struct worker *w, int error)
{
    if (error == FRANK_ERR_FILE) {
        w->error_number = errno;
    }
    return error;
}

static int read_all(struct worker *w, int file, const char *field, uint8_t *out,
                    size_t len, uint64_t offset)
{
    return keep_errno(w, file_read(file, out, len, offset, field, &w->fault));
}

/* Whether the output holds these bytes already. */
static int compare(struct worker *w, const uint8_t *bytes, size_t len,
                   uint64_t offset)
{
    for (size_t at = 0; at < len;) {
        size_t n = len - at < COMPARE_BYTES ? len - at : COMPARE_BYTES;
        int error = read_all(w, w->job->out, "out", w->compare, n, offset + at);

        if (error != FRANK_OK) {
            return error;
        }
        if (memcmp(w->compare, bytes + at, n) != 0) {
            return wire_fault(&w->fault,
                              w->job->opens ? FRANK_ERR_FILE_HASH
                                            : FRANK_ERR_SEALED,
                              "out", (size_t)offset, 0, 0);
        }
        at += n;
    }
    return FRANK_OK;
}

static int put(struct worker *w, const uint8_t *bytes, size_t len,
               uint64_t offset)
{
    uint64_t there = w->job->there > offset ? w->job->there - offset : 0;
    size_t old = there < len ? (size_t)there : len;
    int error = FRANK_OK;

    if (w->job->out < 0) {
        return FRANK_OK;
    }
    if (old > 0) {
        error = compare(w, bytes, old, offset);
    }
    if (error == FRANK_OK) {
        error = keep_errno(w, file_write(w->job->out, bytes + old, len - old,
                                         offset + old, "out", &w->fault));
    }
    return error;
}

/* ---- Blocks -------------------------------------------------------------- */

static size_t plain_bytes(const struct job *job, uint64_t number)
{
    return (size_t)frank_range_bytes(job->file,
                                     (struct frank_range){number, 1});
}

/* Where the input holds the chunk. */
static uint64_t in_offset(const struct job *job, uint64_t number)
{
    return job->opens ? number * chunk_stride(job->file)
                      : number << job->file->chunk_log2;
}

/* Reads the chunk and works on it, in its place within the block. */
static int work_chunk(struct worker *w, size_t index, uint64_t number)
{
    const struct job *job = w->job;
    size_t stride = chunk_stride(job->file);
    uint8_t *at = w->block + index * stride;
    size_t len = plain_bytes(job, number);
    int error;

    if (job->opens) {
        len += FRANK_CHUNK_TAG_BYTES;
    }
    error = read_all(w, job->in, "file", at, len, in_offset(job, number));
    if (error != FRANK_OK) {
        return error;
    }
    error = job->opens ? chunk_open(at, w->leaves[index], &w->chunks, number,
                                    (struct frank_span){at, len})
                       : chunk_seal(at, w->leaves[index], &w->chunks, number,
                                    (struct frank_span){at, len});
    return error == FRANK_OK ? error
                             : wire_fault(&w->fault, error, "chunk",
                                          (size_t)(number * stride), 0, 0);
}

/* In its turn: the block's bytes, leaves, and what is done. */
static int hand_on(struct worker *w, uint64_t first, uint64_t count)
{
    struct job *job = w->job;
    size_t stride = chunk_stride(job->file);
    int error = FRANK_OK;
    uint64_t end = (first + count) << job->file->chunk_log2;

    for (size_t i = 0; error == FRANK_OK && i < count; i++) {
        size_t len = plain_bytes(job, first + i);

        error = job->opens
                    ? put(w, w->block + i * stride, len,
                          (first + i) << job->file->chunk_log2)
                    : put(w, w->block + i * stride, len + FRANK_CHUNK_TAG_BYTES,
                          (first + i) * stride);
        merkle_append(&job->leaves, w->leaves[i]);
    }
    if (error == FRANK_OK && job->work != NULL && job->work->progress != NULL) {
        error = job->work->progress(
            job->work->context, end < job->file->size ? end : job->file->size,
            job->file->size);
        (void)wire_fault(&w->fault, error, NULL, 0, 0, 0);
    }
    return error;
}

/* ---- Turns --------------------------------------------------------------- */

/* How many chunks from *first on are this thread's now; 0: no more. */
static uint64_t take_block(struct job *job, uint64_t *first)
{
    uint64_t count;

    (void)pthread_mutex_lock(&job->mutex);
    *first = job->taken;
    count = frank_attachment_chunks(job->file) - job->taken;
    if (count > job->per_block) {
        count = job->per_block;
    }
    if (job->error != FRANK_OK) {
        count = 0;
    }
    job->taken += count;
    (void)pthread_mutex_unlock(&job->mutex);
    return count;
}

/* False: a block before it has failed. */
static bool wait_turn(struct job *job, uint64_t first)
{
    bool turn;

    (void)pthread_mutex_lock(&job->mutex);
    while (job->error == FRANK_OK && job->done != first) {
        (void)pthread_cond_wait(&job->turned, &job->mutex);
    }
    turn = job->error == FRANK_OK;
    (void)pthread_mutex_unlock(&job->mutex);
    return turn;
}

static void end_turn(struct worker *w, uint64_t count, int error)
{
    struct job *job = w->job;

    (void)pthread_mutex_lock(&job->mutex);
    job->done += count;
    if (error != FRANK_OK) {
        job->error = error;
        job->error_number = w->error_number;
        job->fault = w->fault;
    }
    (void)pthread_cond_broadcast(&job->turned);
    (void)pthread_mutex_unlock(&job->mutex);
}

static void *run(void *context)
{
    struct worker *w = context;
    uint64_t first;
    uint64_t count;

    while ((count = take_block(w->job, &first)) > 0) {
        int error = FRANK_OK;

        for (size_t i = 0; error == FRANK_OK && i < count; i++) {
            error = work_chunk(w, i, first + i);
        }
        if (!wait_turn(w->job, first)) {
            break;
        }
        if (error == FRANK_OK) {
            error = hand_on(w, first, count);
        }
        end_turn(w, count, error);
    }
    return NULL;
}

/* ---- Threads ------------------------------------------------------------- */

static struct worker *worker_new(struct job *job, const uint8_t *key,
                                 struct frank_fault *fault)
{
    struct worker *w = calloc(1, sizeof *w);

    if (w == NULL) {
        (void)wire_fault(fault, FRANK_ERR_MEMORY, "file", 0, 0, 0);
        return NULL;
    }
    w->job = job;
    w->block = malloc(block_bytes(job));
    w->leaves = malloc((size_t)job->per_block * sizeof *w->leaves);
    if (w->block == NULL || w->leaves == NULL) {
        (void)wire_fault(fault, FRANK_ERR_MEMORY, "file", 0, 0, 0);
    } else if (chunks_init(&w->chunks, job->file, key, fault) == FRANK_OK) {
        return w;
    }
    free(w->block);
    free(w->leaves);
    free(w);
    return NULL;
}

static void worker_free(struct worker *w)
{
    chunks_wipe(&w->chunks);
    sodium_memzero(w->block, block_bytes(w->job));
    free(w->block);
    free(w->leaves);
    sodium_memzero(w, sizeof *w);
    free(w);
}

static unsigned thread_count(const struct job *job)
{
    uint64_t blocks = frank_attachment_chunks(job->file) / job->per_block + 1;
    unsigned threads = job->work != NULL ? job->work->threads : 0;
    long processors;

    if (threads == 0) {
        processors = sysconf(_SC_NPROCESSORS_ONLN);
        threads = processors < 1                   ? 1
                  : processors > FRANK_THREADS_MAX ? FRANK_THREADS_MAX
                                                   : (unsigned)processors;
    }
    return threads < blocks ? threads : (unsigned)blocks;
}

/* All but the first, which is the caller's. No signal goes to them: it is the
 * caller's program. */
static void start(struct worker *workers[static FRANK_THREADS_MAX],
                  unsigned count)
{
    sigset_t all;
    sigset_t old;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    for (unsigned i = 1; i < count; i++) {
        workers[i]->runs =
            pthread_create(&workers[i]->thread, NULL, run, workers[i]) == 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void end(struct worker *workers[static FRANK_THREADS_MAX],
                unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (workers[i]->runs) {
            (void)pthread_join(workers[i]->thread, NULL);
        }
    }
    for (unsigned i = 0; i < count; i++) {
        worker_free(workers[i]);
    }
}

/* Threads that there is no memory for, or that the system refuses, are done
 * without; the first has to be. */
static int run_all(struct job *job, const uint8_t *key,
                   struct frank_fault *fault)
{
    struct worker *workers[FRANK_THREADS_MAX] = {NULL};
    struct frank_fault failed = {FRANK_OK, NULL, 0, 0, 0};
    unsigned threads = thread_count(job);
    unsigned count = 0;

    while (count < threads &&
           (workers[count] = worker_new(job, key, &failed)) != NULL) {
        count++;
    }
    if (count == 0) {
        return wire_fault(fault, failed.error, failed.field, failed.offset,
                          failed.found, failed.expected);
    }
    start(workers, count);
    (void)run(workers[0]);
    end(workers, count);
    return FRANK_OK;
}

/* ---- Files --------------------------------------------------------------- */

/* Both lengths, before a byte is read. */
static int check_lengths(struct job *job, struct frank_fault *fault)
{
    uint64_t sealed = frank_attachment_sealed_bytes(job->file);
    uint64_t whole = job->opens ? job->file->size : sealed;
    uint64_t in = 0;
    int error = file_size(&in, job->in, "file", fault);

    if (error == FRANK_OK && job->opens && in != sealed) {
        error =
            wire_fault(fault, FRANK_ERR_LENGTH, "sealed file", 0, in, sealed);
    }
    if (error == FRANK_OK && job->out >= 0) {
        error = file_size(&job->there, job->out, "out", fault);
    }
    if (error == FRANK_OK && job->there > whole) {
        error =
            wire_fault(fault, FRANK_ERR_LENGTH, "out", 0, job->there, whole);
    }
    return error;
}

/* root: what the leaves gave. */
static int do_job(uint8_t root[static FRANK_HASH_BYTES], struct job *job,
                  const uint8_t *key, struct frank_fault *fault)
{
    int error = chunks_check(job->file, fault);

    if (error == FRANK_OK && job->work != NULL &&
        job->work->threads > FRANK_THREADS_MAX) {
        error = wire_fault(fault, FRANK_ERR_ARGUMENT, "threads", 0,
                           job->work->threads, FRANK_THREADS_MAX);
    }
    if (error == FRANK_OK) {
        error = check_lengths(job, fault);
    }

    if (error != FRANK_OK) {
        return error;
    }
    job->per_block = BLOCK_BYTES >> job->file->chunk_log2;
    (void)pthread_mutex_init(&job->mutex, NULL);
    (void)pthread_cond_init(&job->turned, NULL);
    error = run_all(job, key, fault);
    (void)pthread_cond_destroy(&job->turned);
    (void)pthread_mutex_destroy(&job->mutex);
    if (error == FRANK_OK && job->error != FRANK_OK) {
        error = job->error;
        if (fault != NULL) {
            *fault = job->fault;
        }
        errno = job->error_number;
    }
    merkle_root(root, &job->leaves);
    return error;
}

int frank_file_seal(int out, struct frank_attachment *attachment, int in,
                    const uint8_t key[static FRANK_FILE_KEY_BYTES],
                    const struct frank_work *work, struct frank_fault *fault)
{
    struct frank_attachment file = *attachment;
    struct job job = {.file = &file, .in = in, .out = out, .work = work};
    int error = file_size(&file.size, in, "file", fault);

    if (error == FRANK_OK) {
        error = do_job(file.root, &job, key, fault);
    }
    if (error == FRANK_OK) {
        *attachment = file;
    }
    return error;
}

int frank_file_open(int out, const struct frank_attachment *attachment, int in,
                    const uint8_t key[static FRANK_FILE_KEY_BYTES],
                    const struct frank_work *work, struct frank_fault *fault)
{
    struct job job = {
        .file = attachment, .opens = true, .in = in, .out = out, .work = work};
    uint8_t root[FRANK_HASH_BYTES];
    int error = do_job(root, &job, key, fault);

    if (error == FRANK_OK && memcmp(root, attachment->root, sizeof root) != 0) {
        error = wire_fault(fault, FRANK_ERR_FILE_HASH, "root", 0, 0, 0);
    }
    return error;
}
