/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, by one to four threads: what is written, what is gone on with
 * after an interruption, and what is refused. */
#include "folder.h"
#include "sealed_files.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)4096)
#define STRIDE (CHUNK + FRANK_CHUNK_TAG_BYTES)
#define BLOCK ((size_t)1 << 20) /* of the code */
#define SEALED_BLOCK (BLOCK / CHUNK * STRIDE)

/* ---- Calls that fail ----------------------------------------------------- */

enum { NEVER, MEMORY, PREAD, PWRITE, FSTAT, THREAD };
static int failing;
static atomic_int fail_at; /* the how many-th, from 0 */
static int fail_number;    /* errno */
static bool fail_once;     /* the others are as ever */
static bool gives_zero;
static size_t most; /* bytes of a read or write; 0: all */
static uint8_t secret[2][32];
static atomic_bool found_secret;

static bool fails(int call)
{
    int at;

    if (failing != call) {
        return false;
    }
    at = atomic_fetch_sub(&fail_at, 1);
    errno = fail_number;
    return at == 0 || (at < 0 && !fail_once);
}

static void arm(int call, int at, int number)
{
    fail_number = number;
    fail_once = gives_zero = false;
    atomic_store(&fail_at, at);
    failing = call;
}

#define WRAP(type, name, ...)                                                  \
    type __real_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__)

WRAP(void *, malloc, size_t size)
{
    return fails(MEMORY) ? NULL : __real_malloc(size);
}

WRAP(void *, calloc, size_t count, size_t size)
{
    return fails(MEMORY) ? NULL : __real_calloc(count, size);
}

WRAP(void, free, void *memory)
{
    size_t len = memory != NULL ? malloc_usable_size(memory) : 0;

    for (size_t i = 0; len > 0 && i < 2; i++) {
        if (secret[i][0] != 0 && memmem(memory, len, secret[i], 32) != NULL) {
            atomic_store(&found_secret, true);
        }
    }
    __real_free(memory);
}

WRAP(ssize_t, pread, int fd, void *out, size_t len, off_t at)
{
    if (fails(PREAD)) {
        return gives_zero ? 0 : -1;
    }
    return __real_pread(fd, out, most > 0 && len > most ? most : len, at);
}

WRAP(ssize_t, pwrite, int fd, const void *bytes, size_t len, off_t at)
{
    if (fails(PWRITE)) {
        return -1;
    }
    return __real_pwrite(fd, bytes, most > 0 && len > most ? most : len, at);
}

WRAP(int, fstat, int fd, struct stat *status)
{
    return fails(FSTAT) ? -1 : __real_fstat(fd, status);
}

WRAP(int, pthread_create, pthread_t *thread, const pthread_attr_t *attributes,
     void *(*start)(void *), void *context)
{
    return fails(THREAD)
               ? EAGAIN
               : __real_pthread_create(thread, attributes, start, context);
}

/* ---- Files --------------------------------------------------------------- */

static int open_file(const char *name)
{
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    return fd;
}

static void put(const char *name, struct frank_span bytes)
{
    (void)unlink(name);
    folder_put(name, bytes.data, bytes.len, 0600);
}

static void assert_file(const char *name, struct frank_span expected)
{
    uint8_t *bytes = support_zeros(expected.len + 1);
    size_t len = folder_get(bytes, expected.len + 1, name);

    support_assert_span((struct frank_span){bytes, len}, expected);
}

static struct frank_fault fault;

/* From the file "in" to "out", as they are. */
static int seal(struct frank_attachment *a, const uint8_t *key,
                const struct frank_work *work)
{
    int in = open_file("in");
    int out = open_file("out");
    int error = frank_file_seal(out, a, in, key, work, &fault);
    int number = errno;

    (void)close(in);
    (void)close(out);
    errno = number;
    return error;
}

static int open_sealed(const struct sealed_file *file,
                       const struct frank_work *work)
{
    int in = open_file("in");
    int out = open_file("out");
    int error =
        frank_file_open(out, &file->attachment, in, file->key, work, &fault);
    int number = errno;

    (void)close(in);
    (void)close(out);
    errno = number;
    return error;
}

static struct frank_attachment asked(const struct sealed_file *file)
{
    struct frank_attachment a = file->attachment;

    a.size = 0;
    memset(a.root, 0, sizeof a.root);
    return a;
}

static void there_and_back(const struct sealed_file *file,
                           const struct frank_work *work)
{
    struct frank_attachment a = asked(file);

    put("in", file->plain);
    (void)unlink("out");
    assert_int_equal(seal(&a, file->key, work), FRANK_OK);
    assert_file("out", file->sealed);
    assert_memory_equal(&a, &file->attachment, sizeof a);
    put("in", file->sealed);
    (void)unlink("out");
    assert_int_equal(open_sealed(file, work), FRANK_OK);
    assert_file("out", file->plain);
}

static void any_number_of_threads_writes_the_same(void **state)
{
    static const size_t sizes[] = {0,     1,         CHUNK - 1,
                                   CHUNK, CHUNK + 1, BLOCK - 1,
                                   BLOCK, BLOCK + 1, 9 * BLOCK + 77};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(sizes); i++) {
        struct sealed_file file =
            sealed_file_make(sizes[i], 12, sealed_file_aeads[i % 2], 1);

        there_and_back(&file, NULL);
        for (unsigned threads = 0; threads <= 4; threads++) {
            const struct frank_work work = {.threads = threads};

            there_and_back(&file, &work);
        }
    }
}

static void chunks_as_large_as_a_block(void **state)
{
    const struct frank_work work = {.threads = FRANK_THREADS_MAX};
    struct sealed_file file =
        sealed_file_make((3 << 20) + 1, 20, FRANK_AEAD_AES_256_GCM, 1);

    (void)state;
    there_and_back(&file, &work);
}

static void short_reads_and_writes_go_on(void **state)
{
    const struct frank_work work = {.threads = 2};
    struct sealed_file file =
        sealed_file_make(BLOCK + 5, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);

    (void)state;
    most = 1000;
    there_and_back(&file, &work);
    most = 0;
    for (int call = PREAD; call <= PWRITE; call++) {
        arm(call, 3, EINTR);
        fail_once = true;
        there_and_back(&file, &work);
        failing = NEVER;
    }
}

static void nothing_is_written_where_none_is_asked_for(void **state)
{
    struct sealed_file file =
        sealed_file_make(BLOCK + 5, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);
    struct frank_attachment a = asked(&file);
    int in;

    (void)state;
    put("in", file.plain);
    put("sealed", file.sealed);
    in = open_file("in");
    assert_int_equal(frank_file_seal(-1, &a, in, file.key, NULL, &fault),
                     FRANK_OK);
    assert_memory_equal(&a, &file.attachment, sizeof a);
    (void)close(in);
    in = open_file("sealed");
    assert_int_equal(frank_file_open(-1, &a, in, file.key, NULL, &fault),
                     FRANK_OK);
    a.root[3] ^= 1;
    assert_int_equal(frank_file_open(-1, &a, in, file.key, NULL, &fault),
                     FRANK_ERR_FILE_HASH);
    (void)close(in);
}

/* A file of holes, and nothing is written. The root is what a stream gave of so
 * many zeros. */
static void sparse_file_beyond_four_gibibytes(void **state)
{
    const uint64_t size = (UINT64_C(1) << 32) + 1;
    const uint8_t key[FRANK_FILE_KEY_BYTES] = {9};
    struct frank_attachment a = {.chunk_log2 = 20,
                                 .aead = FRANK_AEAD_CHACHA20_POLY1305};
    int in = memfd_create("holes", MFD_CLOEXEC);

    (void)state;
    assert_true(in >= 0);
    assert_int_equal(ftruncate(in, (off_t)size), 0);
    assert_int_equal(frank_file_seal(-1, &a, in, key, NULL, &fault), FRANK_OK);
    (void)close(in);
    assert_int_equal(a.size, size);
    support_assert_span((struct frank_span){a.root, sizeof a.root},
                        support_bytes("0c36765acfb58d18aa570debb116fbd3"
                                      "627b5cfea1f598f9b5fdc91e8c2aafc1"));
}

/* ---- Progress ------------------------------------------------------------ */

struct told {
    uint64_t done;
    uint64_t size;
    unsigned calls;
    unsigned stop_at;
};

static int progress(void *context, uint64_t done, uint64_t size)
{
    struct told *told = context;

    assert_true(done > told->done);
    told->done = done;
    told->size = size;
    return ++told->calls == told->stop_at ? FRANK_ERR_TIME : FRANK_OK;
}

static void progress_is_told_to_its_end(void **state)
{
    struct sealed_file file =
        sealed_file_make(5 * BLOCK + 7, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);

    (void)state;
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct told told = {0};
        const struct frank_work work = {threads, progress, &told};
        struct frank_attachment a = asked(&file);

        put("in", file.plain);
        (void)unlink("out");
        assert_int_equal(seal(&a, file.key, &work), FRANK_OK);
        assert_int_equal(told.calls, 6);
        assert_int_equal(told.done, file.plain.len);
        assert_int_equal(told.size, file.plain.len);
    }
}

/* Whoever is asked may stop it; a later call goes on. */
static void stopped_work_is_gone_on_with(void **state)
{
    struct sealed_file file =
        sealed_file_make(5 * BLOCK + 7, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);

    (void)state;
    for (unsigned stop = 1; stop <= 6; stop++) {
        struct told told = {.stop_at = stop};
        const struct frank_work work = {2, progress, &told};
        struct frank_attachment a = asked(&file);
        struct stat status;

        put("in", file.plain);
        (void)unlink("out");
        assert_int_equal(seal(&a, file.key, &work), FRANK_ERR_TIME);
        assert_int_equal(fault.error, FRANK_ERR_TIME);
        assert_int_equal(a.size, 0);
        assert_int_equal(stat("out", &status), 0);
        assert_in_range(status.st_size, stop < 6 ? stop * BLOCK : 5 * BLOCK,
                        file.sealed.len);
        assert_int_equal(seal(&a, file.key, NULL), FRANK_OK);
        assert_file("out", file.sealed);
        assert_memory_equal(&a, &file.attachment, sizeof a);
    }
}

/* ---- Going on ------------------------------------------------------------ */

static void goes_on_from_any_byte(void **state)
{
    struct sealed_file file =
        sealed_file_make(BLOCK + 2 * CHUNK + 5, 12, FRANK_AEAD_AES_256_GCM, 1);
    const struct frank_work work = {.threads = 2};

    (void)state;
    for (size_t cut = 0; cut <= file.sealed.len; cut += 6131) {
        struct frank_attachment a = asked(&file);
        size_t plain = cut < file.plain.len ? cut : file.plain.len;

        put("in", file.plain);
        put("out", (struct frank_span){file.sealed.data, cut});
        assert_int_equal(seal(&a, file.key, &work), FRANK_OK);
        assert_file("out", file.sealed);
        put("in", file.sealed);
        put("out", (struct frank_span){file.plain.data, plain});
        assert_int_equal(open_sealed(&file, &work), FRANK_OK);
        assert_file("out", file.plain);
    }
    put("out", file.plain);
    assert_int_equal(open_sealed(&file, &work), FRANK_OK);
}

/* Another key, another file, a byte changed: not one byte is written, as else
 * one key would seal two contents. */
static void what_is_there_must_be_this_sealing(void **state)
{
    struct sealed_file file =
        sealed_file_make(BLOCK + 2 * CHUNK + 5, 12, FRANK_AEAD_AES_256_GCM, 1);
    static const size_t places[] = {0, CHUNK + 15, 20 * STRIDE,
                                    SEALED_BLOCK + 3};
    const size_t cut = SEALED_BLOCK + 4; /* within the second block */

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(places); i++) {
        struct frank_attachment a = asked(&file);
        uint8_t *changed = support_copy(file.sealed.data, cut);

        changed[places[i]] ^= 1;
        put("in", file.plain);
        put("out", (struct frank_span){changed, cut});
        assert_int_equal(seal(&a, file.key, NULL), FRANK_ERR_SEALED);
        assert_string_equal(fault.field, "out");
        assert_int_equal(fault.offset, places[i] / STRIDE * STRIDE);
        assert_file("out", (struct frank_span){changed, cut});
        changed = support_copy(file.plain.data, cut);
        changed[places[i]] ^= 1;
        put("in", file.sealed);
        put("out", (struct frank_span){changed, cut});
        assert_int_equal(open_sealed(&file, NULL), FRANK_ERR_FILE_HASH);
        assert_string_equal(fault.field, "out");
        assert_int_equal(fault.offset, places[i] / CHUNK * CHUNK);
        assert_file("out", (struct frank_span){changed, cut});
    }
}

static void longer_output_is_refused(void **state)
{
    struct sealed_file file =
        sealed_file_make(CHUNK + 5, 12, FRANK_AEAD_AES_256_GCM, 1);
    struct frank_attachment a = asked(&file);
    uint8_t *longer = support_zeros(file.sealed.len + 1);

    (void)state;
    memcpy(longer, file.sealed.data, file.sealed.len);
    put("in", file.plain);
    put("out", (struct frank_span){longer, file.sealed.len + 1});
    assert_int_equal(seal(&a, file.key, NULL), FRANK_ERR_LENGTH);
    assert_string_equal(fault.field, "out");
    put("in", file.sealed);
    put("out", (struct frank_span){longer, file.plain.len + 1});
    assert_int_equal(open_sealed(&file, NULL), FRANK_ERR_LENGTH);
}

/* ---- What is refused ----------------------------------------------------- */

static void altered_file_is_refused_at_its_first_chunk(void **state)
{
    struct sealed_file file =
        sealed_file_make(6 * BLOCK + 5, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);

    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        const struct frank_work work = {.threads = threads};
        uint8_t *sealed = support_copy(file.sealed.data, file.sealed.len);

        sealed[file.sealed.len - 1] ^= 1;
        sealed[300 * STRIDE + 1] ^= 1;
        sealed[200 * STRIDE] ^= 1;
        put("in", (struct frank_span){sealed, file.sealed.len});
        (void)unlink("out");
        assert_int_equal(open_sealed(&file, &work), FRANK_ERR_SEALED);
        assert_int_equal(fault.offset, 200 * STRIDE);
    }
}

static void other_lengths_are_refused_before_reading(void **state)
{
    struct sealed_file file =
        sealed_file_make(CHUNK + 5, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);

    (void)state;
    put("in", (struct frank_span){file.sealed.data, file.sealed.len - 1});
    arm(PREAD, 0, EIO); /* a read would say FILE */
    assert_int_equal(open_sealed(&file, NULL), FRANK_ERR_LENGTH);
    failing = NEVER;
    assert_int_equal(fault.found, file.sealed.len - 1);
    assert_int_equal(fault.expected, file.sealed.len);
    file.attachment.size++;
    put("in", file.sealed);
    assert_int_equal(open_sealed(&file, NULL), FRANK_ERR_LENGTH);
}

static void what_cannot_be_is_refused(void **state)
{
    struct sealed_file file =
        sealed_file_make(CHUNK + 5, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);
    const struct frank_work work = {.threads = FRANK_THREADS_MAX + 1};
    struct frank_attachment a = asked(&file);
    int folder = open(".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    int in;

    (void)state;
    put("in", file.plain);
    assert_int_equal(seal(&a, file.key, &work), FRANK_ERR_ARGUMENT);
    a.chunk_log2 = 21;
    assert_int_equal(seal(&a, file.key, NULL), FRANK_ERR_VALUE);
    a = asked(&file);
    a.aead = FRANK_AEAD_AES_128_GCM;
    assert_int_equal(seal(&a, file.key, NULL), FRANK_ERR_AEAD);
    a = asked(&file);
    in = open_file("in");
    assert_int_equal(frank_file_seal(-1, &a, folder, file.key, NULL, NULL),
                     FRANK_ERR_ARGUMENT);
    assert_int_equal(frank_file_seal(folder, &a, in, file.key, NULL, NULL),
                     FRANK_ERR_ARGUMENT);
    assert_int_equal(frank_file_seal(-1, &a, -1, file.key, NULL, NULL),
                     FRANK_ERR_FILE);
    assert_int_equal(errno, EBADF);
    assert_int_equal(ftruncate(in, (off_t)FRANK_FILE_MAX_BYTES + 1), 0);
    assert_int_equal(frank_file_seal(-1, &a, in, file.key, NULL, NULL),
                     FRANK_ERR_LIMIT);
    (void)close(in);
    (void)close(folder);
}

/* ---- Trouble ------------------------------------------------------------- */

/* Whatever call fails at whatever place: FILE and its errno, what is there is a
 * beginning of the whole, and the next call makes that. */
static void fails_and_goes_on(int call, int number)
{
    struct sealed_file file =
        sealed_file_make(2 * BLOCK + 7, 16, FRANK_AEAD_CHACHA20_POLY1305, 1);
    const struct frank_work work = {.threads = 2};
    int error = FRANK_ERR_FILE;

    put("in", file.plain);
    for (int at = 0; error != FRANK_OK; at++) {
        struct frank_attachment a = asked(&file);
        uint8_t *bytes = support_zeros(file.sealed.len);
        size_t len;

        (void)unlink("out");
        arm(call, at, number);
        error = seal(&a, file.key, &work);
        failing = NEVER;
        len = folder_get(bytes, file.sealed.len, "out");
        support_assert_span((struct frank_span){bytes, len},
                            (struct frank_span){file.sealed.data, len});
        if (error != FRANK_OK) {
            assert_int_equal(error, FRANK_ERR_FILE);
            assert_int_equal(errno, number);
            assert_int_equal(fault.error, FRANK_ERR_FILE);
            assert_int_equal(fault.found, number);
            assert_int_equal(a.size, 0);
            assert_int_equal(seal(&a, file.key, &work), FRANK_OK);
        } else {
            assert_true(at > 1);
        }
        assert_file("out", file.sealed);
        assert_memory_equal(&a, &file.attachment, sizeof a);
    }
}

static void full_disk_and_bad_disk_lose_nothing(void **state)
{
    (void)state;
    fails_and_goes_on(PWRITE, ENOSPC);
    fails_and_goes_on(PWRITE, EIO);
    fails_and_goes_on(PREAD, EIO);
    fails_and_goes_on(FSTAT, EIO);
}

static void file_that_shrinks_is_said(void **state)
{
    struct sealed_file file =
        sealed_file_make(BLOCK, 16, FRANK_AEAD_CHACHA20_POLY1305, 1);
    struct frank_attachment a = asked(&file);

    (void)state;
    put("in", file.plain);
    arm(PREAD, 2, 0);
    gives_zero = true;
    assert_int_equal(seal(&a, file.key, NULL), FRANK_ERR_TRUNCATED);
    failing = NEVER;
    assert_string_equal(fault.field, "file");
}

/* An output that cannot be read, or gets shorter, while it is compared. */
static void output_that_cannot_be_compared_is_said(void **state)
{
    struct sealed_file file =
        sealed_file_make(CHUNK, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);
    struct frank_attachment a = asked(&file);

    (void)state;
    put("in", file.plain);
    put("out", file.sealed);
    arm(PREAD, 1, EIO);
    assert_int_equal(seal(&a, file.key, NULL), FRANK_ERR_FILE);
    assert_int_equal(errno, EIO);
    assert_string_equal(fault.field, "out");
    failing = NEVER;
}

static void threads_that_are_refused_are_done_without(void **state)
{
    struct sealed_file file =
        sealed_file_make(5 * BLOCK, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);
    const struct frank_work work = {.threads = 4};

    (void)state;
    for (int at = 0; at < 3; at++) {
        arm(THREAD, at, 0);
        there_and_back(&file, &work);
        failing = NEVER;
    }
}

static void memory_for_one_thread_is_enough(void **state)
{
    struct sealed_file file =
        sealed_file_make(5 * BLOCK, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);
    const struct frank_work work = {.threads = 3};
    unsigned refused = 0;
    int error = FRANK_ERR_MEMORY;

    (void)state;
    put("in", file.plain);
    for (int at = 0; at < 12; at++) {
        struct frank_attachment a = asked(&file);

        (void)unlink("out");
        arm(MEMORY, at, ENOMEM);
        error = seal(&a, file.key, &work);
        failing = NEVER;
        if (error != FRANK_OK) {
            assert_int_equal(error, FRANK_ERR_MEMORY);
            assert_int_equal(fault.error, FRANK_ERR_MEMORY);
            refused++;
        } else {
            assert_file("out", file.sealed);
        }
    }
    assert_int_equal(refused, 4); /* what the first thread needs */
}

static void freed_memory_holds_no_secret(void **state)
{
    struct sealed_file file =
        sealed_file_make(2 * BLOCK + 7, 16, FRANK_AEAD_CHACHA20_POLY1305, 1);
    struct frank_attachment a = asked(&file);
    const struct frank_work work = {.threads = 2};

    (void)state;
    put("in", file.plain);
    (void)unlink("out");
    memcpy(secret[0], file.key, 32);
    memcpy(secret[1], file.plain.data, 32);
    atomic_store(&found_secret, false);
    assert_int_equal(seal(&a, file.key, &work), FRANK_OK);
    put("in", file.sealed);
    (void)unlink("out");
    assert_int_equal(open_sealed(&file, &work), FRANK_OK);
    (void)unlink("out");
    file.attachment.root[0] ^= 1;
    assert_int_equal(open_sealed(&file, &work), FRANK_ERR_FILE_HASH);
    assert_false(atomic_load(&found_secret));
    memset(secret, 0, sizeof secret);
}

/* ---- Proofs -------------------------------------------------------------- */

static int prove(uint8_t (*proof)[FRANK_HASH_BYTES], size_t *count,
                 const struct sealed_file *file, struct frank_range range,
                 const struct frank_work *work)
{
    int in = open_file("in");
    int error = frank_file_prove(proof, count, &file->attachment, range, in,
                                 file->key, work, &fault);
    int number = errno;

    (void)close(in);
    errno = number;
    return error;
}

static void file_proves_any_range(void **state)
{
    struct sealed_file file =
        sealed_file_make(8 * CHUNK + 5, 12, FRANK_AEAD_AES_256_GCM, 1);
    uint8_t proof[FRANK_RANGE_PROOF_MAX][FRANK_HASH_BYTES];
    size_t count = 0;

    (void)state;
    put("in", file.sealed);
    for (uint64_t first = 0; first < 9; first++) {
        struct told told = {0};
        const struct frank_work work = {0, progress, &told};
        const struct frank_range range = {first, 9 - first};

        assert_int_equal(prove(proof, &count, &file, range, &work), FRANK_OK);
        assert_int_equal(told.done, file.plain.len);
        assert_int_equal(
            frank_range_open(NULL, &file.attachment, range,
                             sealed_file_keys(&file, range),
                             (struct frank_span){proof[0], count * 32},
                             sealed_file_run(&file, range), NULL),
            FRANK_OK);
        assert_int_equal(prove(proof, &count, &file, range, NULL), FRANK_OK);
    }
}

static void file_that_is_not_the_one_proves_nothing(void **state)
{
    struct sealed_file file =
        sealed_file_make(8 * CHUNK + 5, 12, FRANK_AEAD_AES_256_GCM, 1);
    const struct frank_range range = {3, 2};
    struct told told = {.stop_at = 4};
    const struct frank_work work = {0, progress, &told};
    uint8_t *changed = support_copy(file.sealed.data, file.sealed.len);
    uint8_t proof[FRANK_RANGE_PROOF_MAX][FRANK_HASH_BYTES];
    struct sealed_file other = file;
    size_t count = 7;

    (void)state;
    put("in", file.sealed);
    assert_int_equal(prove(proof, &count, &file, range, &work), FRANK_ERR_TIME);
    assert_int_equal(count, 0);
    assert_int_equal(
        prove(proof, &count, &file, (struct frank_range){8, 2}, NULL),
        FRANK_ERR_VALUE);
    other.key[0] ^= 1;
    count = 7;
    assert_int_equal(prove(proof, &count, &other, range, NULL),
                     FRANK_ERR_FILE_HASH);
    assert_int_equal(count, 0);
    other = file;
    other.attachment.aead = 1;
    assert_int_equal(prove(proof, &count, &other, range, NULL), FRANK_ERR_AEAD);
    changed[5] ^= 1;
    put("in", (struct frank_span){changed, file.sealed.len});
    assert_int_equal(prove(proof, &count, &file, range, NULL),
                     FRANK_ERR_FILE_HASH);
    put("in", (struct frank_span){changed, file.sealed.len - 1});
    assert_int_equal(prove(proof, &count, &file, range, NULL),
                     FRANK_ERR_LENGTH);
}

static void trouble_while_proving_is_said(void **state)
{
    struct sealed_file file =
        sealed_file_make(8 * CHUNK + 5, 12, FRANK_AEAD_AES_256_GCM, 1);
    const struct frank_range range = {3, 2};
    uint8_t proof[FRANK_RANGE_PROOF_MAX][FRANK_HASH_BYTES];
    size_t count = 7;

    (void)state;
    put("in", file.sealed);
    arm(PREAD, 5, EIO);
    assert_int_equal(prove(proof, &count, &file, range, NULL), FRANK_ERR_FILE);
    assert_int_equal(errno, EIO);
    assert_string_equal(fault.field, "sealed file");
    arm(FSTAT, 0, EIO);
    assert_int_equal(prove(proof, &count, &file, range, NULL), FRANK_ERR_FILE);
    for (int at = 0; at < 3; at++) {
        int error;

        arm(MEMORY, at, ENOMEM);
        error = prove(proof, &count, &file, range, NULL);
        failing = NEVER;
        assert_int_equal(error, at < 2 ? FRANK_ERR_MEMORY : FRANK_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(any_number_of_threads_writes_the_same),
        IN_FOLDER(chunks_as_large_as_a_block),
        IN_FOLDER(short_reads_and_writes_go_on),
        IN_FOLDER(nothing_is_written_where_none_is_asked_for),
        IN_FOLDER(sparse_file_beyond_four_gibibytes),
        IN_FOLDER(progress_is_told_to_its_end),
        IN_FOLDER(stopped_work_is_gone_on_with),
        IN_FOLDER(goes_on_from_any_byte),
        IN_FOLDER(what_is_there_must_be_this_sealing),
        IN_FOLDER(longer_output_is_refused),
        IN_FOLDER(altered_file_is_refused_at_its_first_chunk),
        IN_FOLDER(other_lengths_are_refused_before_reading),
        IN_FOLDER(what_cannot_be_is_refused),
        IN_FOLDER(full_disk_and_bad_disk_lose_nothing),
        IN_FOLDER(file_that_shrinks_is_said),
        IN_FOLDER(output_that_cannot_be_compared_is_said),
        IN_FOLDER(threads_that_are_refused_are_done_without),
        IN_FOLDER(memory_for_one_thread_is_enough),
        IN_FOLDER(freed_memory_holds_no_secret),
        IN_FOLDER(file_proves_any_range),
        IN_FOLDER(file_that_is_not_the_one_proves_nothing),
        IN_FOLDER(trouble_while_proving_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
