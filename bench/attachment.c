/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attachments, beside libcrypto's AEAD and SHA-256 over as many bytes, one
 * after the other: what they cannot do without. Bare and ours take turns slice
 * by slice of a gibibyte.
 */
#include "aead.h"
#include "bench.h"
#include "hash.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << FRANK_CHUNK_LOG2_DEFAULT)
#define PIECE ((size_t)1 << 20)
#define SEALED_PIECE (PIECE + PIECE / CHUNK * FRANK_CHUNK_TAG_BYTES)
#define SLICES 16
#define SLICE_BYTES ((size_t)1 << 26) /* 16 of them: 1 GiB */
#define FILE_BYTES ((size_t)1 << 28)
#define FILE_ROUNDS 5

static const uint8_t key[FRANK_FILE_KEY_BYTES] = {1, 2, 3};
static const uint8_t nonce[AEAD_NONCE_BYTES];
static uint8_t plain[PIECE];
static uint8_t sealed[SEALED_PIECE];
static uint8_t out[SEALED_PIECE];
static uint16_t number; /* of the AEAD */

static const char *aead_name(void)
{
    return number == FRANK_AEAD_AES_256_GCM ? "AES-256-GCM"
                                            : "ChaCha20-Poly1305";
}

/* ---- Bare ---------------------------------------------------------------- */

static struct aead *context;

/* A piece in memory of its own, so that two threads can do so. */
static void bare_piece(struct aead *aead, uint8_t *bytes, bool opens)
{
    const struct frank_span none = {NULL, 0};
    hash_state state;
    uint8_t digest[HASH_BYTES];

    for (size_t at = 0; !opens && at < PIECE; at += CHUNK) {
        need(aead_seal(bytes + at / CHUNK * (CHUNK + 16), aead, key, nonce,
                       none, (struct frank_span){plain + at, CHUNK}));
    }
    hash_init(&state);
    hash_update(&state, bytes, SEALED_PIECE);
    hash_final(&state, digest);
    for (size_t at = 0; opens && at < SEALED_PIECE; at += CHUNK + 16) {
        need(aead_open(out + at / (CHUNK + 16) * CHUNK, aead, key, nonce, none,
                       (struct frank_span){bytes + at, CHUNK + 16}));
    }
}

static void bare_slice(bool opens)
{
    for (size_t done = 0; done < SLICE_BYTES; done += PIECE) {
        bare_piece(context, sealed, opens);
    }
}

/* ---- In memory, one thread ----------------------------------------------- */

static struct frank_stream *stream;

static void ours_slice(const uint8_t *bytes, size_t len)
{
    size_t written;

    for (size_t done = 0; done < SLICE_BYTES; done += PIECE) {
        need(frank_stream_update(stream, out, sizeof out, &written,
                                 (struct frank_span){bytes, len}, NULL));
    }
}

/* Each piece of the file is another: all of a gibibyte, sealed. */
static uint8_t *sealed_gibibyte(struct frank_attachment *attachment)
{
    size_t len = SEALED_PIECE * SLICES * (SLICE_BYTES / PIECE);
    uint8_t *bytes = mmap(NULL, len, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t made;

    if (bytes == MAP_FAILED) {
        need(FRANK_ERR_MEMORY);
    }
    need(frank_stream_seal(&stream, number, FRANK_CHUNK_LOG2_DEFAULT, key,
                           NULL));
    for (size_t at = 0; at < len; at += SEALED_PIECE) {
        need(frank_stream_update(stream, bytes + at, SEALED_PIECE, &made,
                                 (struct frank_span){plain, PIECE}, NULL));
    }
    need(frank_stream_final(stream, NULL, 0, &made, attachment, NULL));
    frank_stream_free(stream);
    return bytes;
}

static struct figure rates(double *ours, double *bare, size_t count)
{
    double ratios[SLICES] = {0};

    for (size_t i = 0; i < count; i++) {
        ratios[i] = ours[i] / bare[i];
    }
    qsort(ratios, count, sizeof ratios[0], by_size);
    qsort(ours, count, sizeof ours[0], by_size);
    qsort(bare, count, sizeof bare[0], by_size);
    return (struct figure){ours[count / 2], bare[count / 2], ratios[count / 2],
                           ratios[count / 4], ratios[count * 3 / 4]};
}

static double rate_since(double start, double bytes)
{
    return bytes / (now_ns() - start) * 1e3; /* MB/s */
}

static void put_rates(const char *what, const char *unit, double *ours,
                      double *bare, size_t count, double goal)
{
    struct figure f = rates(ours, bare, count);
    char name[64];

    (void)snprintf(name, sizeof name, "%s, %s", what, aead_name());
    put(name, unit, &f, goal, true);
}

static void bench_seal(void)
{
    double ours[SLICES];
    double bare[SLICES];

    need(frank_stream_seal(&stream, number, FRANK_CHUNK_LOG2_DEFAULT, key,
                           NULL));
    for (size_t i = 0; i < SLICES; i++) {
        double start = now_ns();

        bare_slice(false);
        bare[i] = rate_since(start, SLICE_BYTES);
        start = now_ns();
        ours_slice(plain, PIECE);
        ours[i] = rate_since(start, SLICE_BYTES);
    }
    frank_stream_free(stream);
    put_rates("seal 1 GiB", "MB/s", ours, bare, SLICES, 0.9);
}

static void bench_open(void)
{
    struct frank_attachment attachment = {0};
    uint8_t *bytes = sealed_gibibyte(&attachment);
    size_t slice = SLICE_BYTES / PIECE * SEALED_PIECE;
    double ours[SLICES];
    double bare[SLICES];
    size_t made;

    bare_piece(context, sealed, false);
    need(frank_stream_open(&stream, &attachment, key, NULL));
    for (size_t i = 0; i < SLICES; i++) {
        double start = now_ns();

        bare_slice(true);
        bare[i] = rate_since(start, SLICE_BYTES);
        start = now_ns();
        for (size_t at = 0; at < slice; at += SEALED_PIECE) {
            need(frank_stream_update(
                stream, out, sizeof out, &made,
                (struct frank_span){bytes + i * slice + at, SEALED_PIECE},
                NULL));
        }
        ours[i] = rate_since(start, SLICE_BYTES);
    }
    need(frank_stream_final(stream, NULL, 0, &made, NULL, NULL));
    frank_stream_free(stream);
    (void)munmap(bytes, slice * SLICES);
    put_rates("open 1 GiB", "MB/s", ours, bare, SLICES, 0.9);
}

/* ---- Two threads --------------------------------------------------------- */

static void *bare_thread(void *unused)
{
    struct aead *mine = NULL;
    uint8_t *bytes = malloc(SEALED_PIECE);

    need(bytes == NULL ? FRANK_ERR_MEMORY : FRANK_OK);
    need(aead_new(&mine, number, NULL));
    for (size_t done = 0; done < SLICE_BYTES * 2; done += PIECE) {
        bare_piece(mine, bytes, false);
    }
    aead_free(mine);
    free(bytes);
    return unused;
}

static double bare_threads(unsigned threads)
{
    double start = now_ns();
    pthread_t second;

    if (threads == 2 && pthread_create(&second, NULL, bare_thread, NULL) != 0) {
        need(FRANK_ERR_MEMORY);
    }
    (void)bare_thread(NULL);
    if (threads == 2) {
        (void)pthread_join(second, NULL);
    }
    return rate_since(start, (double)threads * SLICE_BYTES * 2);
}

static double our_threads(int in, unsigned threads)
{
    const struct frank_work how = {.threads = threads};
    struct frank_attachment attachment = {
        .chunk_log2 = FRANK_CHUNK_LOG2_DEFAULT, .aead = number};
    double start = now_ns();

    need(frank_file_seal(-1, &attachment, in, key, &how, NULL));
    return rate_since(start, (double)attachment.size);
}

static void fill(int file)
{
    for (size_t at = 0; at < FILE_BYTES; at += PIECE) {
        if (pwrite(file, plain, PIECE, (off_t)at) != (ssize_t)PIECE) {
            need(FRANK_ERR_FILE);
        }
    }
}

static void bench_threads(void)
{
    int in = memfd_create("plain", MFD_CLOEXEC);
    double ours[FILE_ROUNDS];
    double bare[FILE_ROUNDS];

    fill(in);
    for (size_t i = 0; i < FILE_ROUNDS; i++) {
        double one = bare_threads(1);

        bare[i] = bare_threads(2) / one;
        one = our_threads(in, 1);
        ours[i] = our_threads(in, 2) / one;
    }
    (void)close(in);
    put_rates("2 threads, times one / bare", "x   ", ours, bare, FILE_ROUNDS,
              0.95);
}

/* ---- Files --------------------------------------------------------------- */

static int scratch(void)
{
    int file = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    need(file < 0 ? FRANK_ERR_FILE : FRANK_OK);
    return file;
}

/* On the disk, and not in memory any more. */
static void drop(int file)
{
    if (fsync(file) != 0 ||
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) {
        need(FRANK_ERR_FILE);
    }
}

/* Read and written by the same pieces, without a look at them. */
static double disk_rate(int in)
{
    int to = scratch();
    double start;
    double rate;

    drop(in);
    start = now_ns();
    for (size_t at = 0; at < FILE_BYTES; at += CHUNK) {
        if (pread(in, out, CHUNK, (off_t)at) != (ssize_t)CHUNK ||
            pwrite(to, out, CHUNK, (off_t)at) != (ssize_t)CHUNK) {
            need(FRANK_ERR_FILE);
        }
    }
    drop(to);
    rate = rate_since(start, FILE_BYTES);
    (void)close(to);
    return rate;
}

static double file_rate(int in)
{
    struct frank_attachment attachment = {
        .chunk_log2 = FRANK_CHUNK_LOG2_DEFAULT, .aead = number};
    int to = scratch();
    double start;
    double rate;

    drop(in);
    start = now_ns();
    need(frank_file_seal(to, &attachment, in, key, NULL, NULL));
    drop(to);
    rate = rate_since(start, FILE_BYTES);
    (void)close(to);
    return rate;
}

static void bench_files(void)
{
    int in = scratch();
    double ours[FILE_ROUNDS];
    double bare[FILE_ROUNDS];

    fill(in);
    for (size_t i = 0; i < FILE_ROUNDS; i++) {
        double crypto = bare_threads(2);
        double disk = disk_rate(in);

        bare[i] = crypto < disk ? crypto : disk;
        ours[i] = file_rate(in);
    }
    (void)close(in);
    put_rates("file / slower of disk and bare", "MB/s", ours, bare, FILE_ROUNDS,
              0.9);
}

/* ---- Memory -------------------------------------------------------------- */

/* The most memory that this process ever had, in MiB. */
static double peak(void)
{
    FILE *status = fopen("/proc/self/status", "re");
    char line[256];
    double kib = 0;

    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kib = strtod(line + 6, NULL);
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    return kib / 1024;
}

int bench_attachment_memory(void)
{
    const struct frank_work how = {.threads = FRANK_THREADS_MAX};
    struct frank_attachment attachment = {.chunk_log2 = FRANK_CHUNK_LOG2_MAX,
                                          .aead = FRANK_AEAD_AES_256_GCM};
    int in = memfd_create("plain", MFD_CLOEXEC);
    int to = memfd_create("sealed", MFD_CLOEXEC);

    fill(in);
    need(frank_file_seal(to, &attachment, in, key, &how, NULL));
    need(frank_file_open(-1, &attachment, to, key, &how, NULL));
    (void)printf("%f\n", peak());
    return 0;
}

static void bench_memory(void)
{
    /* NOLINTNEXTLINE(cert-env33-c): nothing of it comes from outside */
    FILE *child = popen("/proc/$PPID/exe --attachment-memory", "re");
    struct figure f = {.bare = 16};
    char line[64];

    if (child == NULL || fgets(line, sizeof line, child) == NULL) {
        need(FRANK_ERR_FILE);
    }
    (void)pclose(child);
    f.ours = strtod(line, NULL);
    f.ratio = f.low = f.high = f.ours / f.bare;
    put("memory, 8 threads, chunks of 1 MiB / 16 MiB", "MiB ", &f, 1, false);
}

/* ---- A range of a large file --------------------------------------------- */

static struct frank_attachment large;
static const struct frank_range range = {81919, 2}; /* 64 KiB lie in two */
static uint8_t keys[2 * FRANK_CHUNK_KEY_BYTES];
static uint8_t proof[FRANK_RANGE_PROOF_MAX][FRANK_HASH_BYTES];
static size_t proof_count;

/* Of the chunks outside the range any leaf will do. */
static int leaf_of(void *unused, uint64_t chunk, uint8_t leaf[FRANK_HASH_BYTES])
{
    size_t i = (size_t)(chunk - range.first);

    (void)unused;
    memset(leaf, (int)(chunk & 0xff), FRANK_HASH_BYTES);
    if (i < range.count) {
        frank_chunk_leaf(
            leaf, chunk, keys + i * FRANK_CHUNK_KEY_BYTES,
            (struct frank_span){sealed + i * (CHUNK + 16), CHUNK + 16});
    }
    return FRANK_OK;
}

static void open_range(void)
{
    need(frank_range_open(
        out, &large, range, (struct frank_span){keys, sizeof keys},
        (struct frank_span){proof[0], proof_count * FRANK_HASH_BYTES},
        (struct frank_span){sealed, 2 * (CHUNK + 16)}, NULL));
}

static void bench_range(void)
{
    const struct frank_span none = {NULL, 0};
    struct figure f;

    large = (struct frank_attachment){.size = UINT64_C(10) << 30,
                                      .chunk_log2 = FRANK_CHUNK_LOG2_DEFAULT,
                                      .aead = number};
    for (size_t i = 0; i < 2; i++) {
        uint8_t *chunk_key = keys + i * FRANK_CHUNK_KEY_BYTES;

        frank_chunk_key(chunk_key, key, range.first + i);
        need(aead_seal(sealed + i * (CHUNK + 16), context, chunk_key, nonce,
                       none, (struct frank_span){plain, CHUNK}));
    }
    need(frank_range_prove(large.root, proof, &proof_count, &large, range,
                           leaf_of, NULL, NULL));
    f = measure(open_range, NULL);
    f.ours /= 1e6;
    f.bare = 2;
    f.low *= f.ours / f.bare;
    f.high *= f.ours / f.bare;
    f.ratio = f.ours / f.bare;
    put("a 64 KiB range of 10 GiB, checked / 2 ms", "ms  ", &f, 1, false);
}

void bench_attachment(void)
{
    static const uint16_t aeads[] = {FRANK_AEAD_AES_256_GCM,
                                     FRANK_AEAD_CHACHA20_POLY1305};

    say("Attachments, beside AEAD and SHA-256 of the same bytes");
    randombytes_buf(plain, sizeof plain);
    for (size_t i = 0; i < 2; i++) {
        number = aeads[i];
        need(aead_new(&context, number, NULL));
        bench_seal();
        bench_open();
        bench_threads();
        bench_files();
        bench_range();
        aead_free(context);
    }
    bench_memory();
}
