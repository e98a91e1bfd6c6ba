/* SPDX-License-Identifier: Apache-2.0 */
/* Files in pieces: sealed, opened, gone on with; each way in which a sealed
 * file can be another than was committed to, and at which chunk it shows. */
#include "sealed_files.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)4096)
#define STRIDE (CHUNK + FRANK_CHUNK_TAG_BYTES)

/* ---- Memory -------------------------------------------------------------- */

static unsigned fail_at; /* the how many-th; 0: none */
static uint8_t secret[2][32];
static bool found_secret;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return fail_at > 0 && --fail_at == 0 ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fail_at > 0 && --fail_at == 0 ? NULL : __real_calloc(count, size);
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    size_t len = memory != NULL ? malloc_usable_size(memory) : 0;

    for (size_t i = 0; len > 0 && i < 2; i++) {
        found_secret |=
            secret[i][0] != 0 && memmem(memory, len, secret[i], 32) != NULL;
    }
    __real_free(memory);
}

/* ---- A stream and all that goes through it ------------------------------- */

struct run {
    struct frank_stream *stream;
    uint8_t *out;
    size_t len;
    struct frank_fault fault;
};

static struct run run_seal(const struct sealed_file *file)
{
    struct run r = {.out = support_zeros(file->sealed.len)};

    assert_int_equal(frank_stream_seal(&r.stream, file->attachment.aead,
                                       file->attachment.chunk_log2, file->key,
                                       &r.fault),
                     FRANK_OK);
    return r;
}

static struct run run_open(const struct sealed_file *file)
{
    struct run r = {.out = support_zeros(file->attachment.size + STRIDE)};

    assert_int_equal(
        frank_stream_open(&r.stream, &file->attachment, file->key, &r.fault),
        FRANK_OK);
    return r;
}

/* The out of each call has no byte more than frank_stream_room() says. */
static int feed(struct run *r, struct frank_span bytes, size_t piece)
{
    for (size_t at = 0; at < bytes.len;) {
        size_t n = bytes.len - at < piece ? bytes.len - at : piece;
        uint8_t *in = support_copy(bytes.data + at, n);
        size_t room = frank_stream_room(r->stream, n);
        size_t made = 7;
        int error = frank_stream_update(r->stream, r->out + r->len, room, &made,
                                        (struct frank_span){in, n}, &r->fault);

        if (error != FRANK_OK) {
            assert_int_equal(made, 0);
            return error;
        }
        assert_int_equal(made, room);
        r->len += made;
        at += n;
    }
    return FRANK_OK;
}

static int end(struct run *r, struct frank_attachment *attachment)
{
    size_t made = 7;
    int error = frank_stream_final(r->stream, r->out + r->len, CHUNK + 16,
                                   &made, attachment, &r->fault);

    r->len += made;
    return error;
}

static void assert_seals(const struct sealed_file *file, size_t piece)
{
    struct run r = run_seal(file);
    struct frank_attachment made = file->attachment;

    memset(made.root, 0, sizeof made.root);
    made.size = made.aead = made.chunk_log2 = 0;
    assert_int_equal(feed(&r, file->plain, piece), FRANK_OK);
    assert_int_equal(end(&r, &made), FRANK_OK);
    support_assert_span((struct frank_span){r.out, r.len}, file->sealed);
    assert_memory_equal(&made, &file->attachment, sizeof made);
    frank_stream_free(r.stream);
}

static void assert_opens(const struct sealed_file *file, size_t piece)
{
    struct run r = run_open(file);

    assert_int_equal(feed(&r, file->sealed, piece), FRANK_OK);
    assert_int_equal(end(&r, NULL), FRANK_OK);
    support_assert_span((struct frank_span){r.out, r.len}, file->plain);
    frank_stream_free(r.stream);
}

static void pieces_of_any_size_give_the_vectors(void **state)
{
    static const size_t pieces[] = {
        1,          100,    CHUNK - 1,  CHUNK,          CHUNK + 1,
        STRIDE - 1, STRIDE, STRIDE + 1, 2 * STRIDE + 9, 100000};

    (void)state;
    for (size_t i = 0; i < sealed_file_vectors(); i++) {
        struct sealed_file file = sealed_file_stated(i);

        for (size_t j = file.plain.len > CHUNK + 1; j < SUPPORT_COUNT(pieces);
             j++) {
            assert_seals(&file, pieces[j]);
            assert_opens(&file, pieces[j]);
        }
    }
}

static void every_chunk_size_and_both_aeads(void **state)
{
    (void)state;
    for (uint8_t log2 = 12; log2 <= 20; log2++) {
        struct sealed_file file = sealed_file_make(
            ((size_t)2 << log2) + 3, log2, sealed_file_aeads[log2 % 2], log2);

        assert_seals(&file, (size_t)1 << 15);
        assert_opens(&file, 50000);
    }
}

static void empty_file_has_the_root_of_no_leaves(void **state)
{
    struct sealed_file file =
        sealed_file_make(0, 12, FRANK_AEAD_AES_256_GCM, 0);
    struct run r = run_open(&file);

    (void)state;
    assert_int_equal(frank_stream_room(r.stream, 5), 0);
    assert_int_equal(feed(&r, support_bytes("00"), 1), FRANK_ERR_TRAILING);
    frank_stream_free(r.stream);
    file.attachment.root[0] ^= 1;
    r = run_open(&file);
    assert_int_equal(end(&r, NULL), FRANK_ERR_FILE_HASH);
    frank_stream_free(r.stream);
}

/* ---- Room ---------------------------------------------------------------- */

static void too_little_room_takes_nothing(void **state)
{
    struct sealed_file file =
        sealed_file_make(2 * CHUNK + 5, 12, FRANK_AEAD_CHACHA20_POLY1305, 1);
    struct run r = run_seal(&file);
    struct frank_attachment made = {0};
    size_t len = 0;

    (void)state;
    assert_int_equal(frank_stream_update(r.stream, r.out, 2 * STRIDE - 1, &len,
                                         file.plain, &r.fault),
                     FRANK_ERR_SPACE);
    assert_int_equal(len, 2 * STRIDE);
    assert_int_equal(feed(&r, file.plain, file.plain.len), FRANK_OK);
    assert_int_equal(
        frank_stream_final(r.stream, r.out + r.len, 20, &len, &made, NULL),
        FRANK_ERR_SPACE);
    assert_int_equal(len, 21);
    assert_true(support_is_zero(&made, sizeof made));
    assert_int_equal(
        frank_stream_final(r.stream, r.out + r.len, 21, &len, &made, NULL),
        FRANK_OK);
    assert_int_equal(len, 21);
    assert_memory_equal(made.root, file.attachment.root, sizeof made.root);
    frank_stream_free(r.stream);
}

/* ---- What is refused ----------------------------------------------------- */

/* Opening gives `error` with byte `last` of the sealed bytes, not before, at
 * `offset`; SIZE_MAX: at the end. What came out before are the first bytes. */
static void assert_refused(const struct sealed_file *file,
                           struct frank_span sealed, int error, size_t last,
                           size_t offset)
{
    struct run r = run_open(file);
    size_t before = last == SIZE_MAX ? sealed.len : last;
    uint8_t out[2 * STRIDE] = {1};
    size_t made = 7;

    assert_int_equal(feed(&r, (struct frank_span){sealed.data, before}, STRIDE),
                     FRANK_OK);
    if (last == SIZE_MAX) {
        assert_int_equal(end(&r, NULL), error);
    } else {
        memset(out, 1, sizeof out);
        assert_int_equal(
            frank_stream_update(r.stream, out, sizeof out, &made,
                                (struct frank_span){sealed.data + last, 1},
                                &r.fault),
            error);
        assert_int_equal(made, 0);
        assert_true(error != FRANK_ERR_SEALED ||
                    out[0] == 0); /* nothing of it comes out */
    }
    assert_int_equal(r.fault.error, error);
    assert_int_equal(r.fault.offset, offset);
    /* And for ever. */
    assert_int_equal(frank_stream_update(r.stream, out, sizeof out, &made,
                                         (struct frank_span){sealed.data, 1},
                                         NULL),
                     error);
    assert_int_equal(end(&r, NULL), error);
    frank_stream_free(r.stream);
}

static uint8_t *copy_of(const struct sealed_file *file)
{
    return support_copy(file->sealed.data, file->sealed.len);
}

static struct sealed_file five(uint16_t aead, uint8_t seed)
{
    return sealed_file_make(4 * CHUNK + 100, 12, aead, seed);
}

static void changed_byte_is_refused_with_its_chunk(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sealed_file file = five(sealed_file_aeads[i], 1);

        for (size_t chunk = 0; chunk < 5; chunk++) {
            uint8_t *sealed = copy_of(&file);
            size_t close = chunk < 4 ? (chunk + 1) * STRIDE : file.sealed.len;

            sealed[close - 1 - 16 * (chunk % 2)] ^= 0x80;
            assert_refused(&file, (struct frank_span){sealed, file.sealed.len},
                           FRANK_ERR_SEALED, close - 1, chunk * STRIDE);
        }
    }
}

static void chunks_in_another_order_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sealed_file file = five(sealed_file_aeads[i], 1);
        uint8_t *sealed = copy_of(&file);

        memcpy(sealed + STRIDE, file.sealed.data + 2 * STRIDE, STRIDE);
        memcpy(sealed + 2 * STRIDE, file.sealed.data + STRIDE, STRIDE);
        assert_refused(&file, (struct frank_span){sealed, file.sealed.len},
                       FRANK_ERR_SEALED, 2 * STRIDE - 1, STRIDE);
    }
}

static void chunk_of_another_file_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sealed_file file = five(sealed_file_aeads[i], 1);
        struct sealed_file other = five(sealed_file_aeads[i], 2);
        uint8_t *sealed = copy_of(&file);

        memcpy(sealed + STRIDE, other.sealed.data + STRIDE, STRIDE);
        assert_refused(&file, (struct frank_span){sealed, file.sealed.len},
                       FRANK_ERR_SEALED, 2 * STRIDE - 1, STRIDE);
    }
}

/* It authenticates: only the tree knows that it is not the one. */
static void chunk_sealed_twice_under_one_key_is_refused(void **state)
{
    struct sealed_file file = five(FRANK_AEAD_AES_256_GCM, 1);
    struct sealed_file other = file;
    uint8_t *plain = support_copy(file.plain.data, file.plain.len);
    struct frank_attachment made = {0};
    struct run r;

    (void)state;
    plain[STRIDE] ^= 1;
    other.plain.data = plain;
    r = run_seal(&other);
    assert_int_equal(feed(&r, other.plain, 1000), FRANK_OK);
    assert_int_equal(end(&r, &made), FRANK_OK);
    assert_memory_not_equal(made.root, file.attachment.root, 32);
    assert_refused(&file, (struct frank_span){r.out, r.len},
                   FRANK_ERR_FILE_HASH, SIZE_MAX, 0);
    frank_stream_free(r.stream);
}

static void shorter_file_is_refused(void **state)
{
    static const size_t lengths[] = {
        0, 1, STRIDE - 1, STRIDE, 3 * STRIDE + 9, 4 * STRIDE};
    struct sealed_file file = five(FRANK_AEAD_CHACHA20_POLY1305, 1);

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(lengths); i++) {
        assert_refused(&file, (struct frank_span){file.sealed.data, lengths[i]},
                       FRANK_ERR_TRUNCATED, SIZE_MAX, lengths[i]);
    }
}

static void longer_file_is_refused_with_its_first_byte(void **state)
{
    static const size_t sizes[] = {0, 1, CHUNK, CHUNK + 1};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(sizes); i++) {
        struct sealed_file file =
            sealed_file_make(sizes[i], 12, FRANK_AEAD_AES_256_GCM, 1);
        uint8_t *sealed = support_zeros(file.sealed.len + 1);

        memcpy(sealed, file.sealed.data, file.sealed.len);
        assert_refused(&file, (struct frank_span){sealed, file.sealed.len + 1},
                       FRANK_ERR_TRAILING, file.sealed.len, file.sealed.len);
    }
}

static void other_descriptions_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct sealed_file good = five(sealed_file_aeads[i], 1);
        struct sealed_file file = good;

        file.attachment.size -= 1; /* the last chunk is cut */
        assert_refused(&file, good.sealed, FRANK_ERR_SEALED,
                       good.sealed.len - 2, 4 * STRIDE);
        file.attachment.size = 4 * CHUNK;
        assert_refused(&file, good.sealed, FRANK_ERR_TRAILING, 4 * STRIDE,
                       4 * STRIDE);
        assert_refused(&file, (struct frank_span){good.sealed.data, 4 * STRIDE},
                       FRANK_ERR_FILE_HASH, SIZE_MAX, 0);
        file.attachment.size = good.attachment.size + 1;
        assert_refused(&file, good.sealed, FRANK_ERR_TRUNCATED, SIZE_MAX,
                       good.sealed.len);
        file = good;
        file.attachment.chunk_log2 = 13;
        assert_refused(&file, good.sealed, FRANK_ERR_SEALED, 8192 + 16 - 1, 0);
        file = good;
        file.attachment.aead = sealed_file_aeads[1 - i];
        assert_refused(&file, good.sealed, FRANK_ERR_SEALED, STRIDE - 1, 0);
        file = good;
        file.key[31] ^= 1;
        assert_refused(&file, good.sealed, FRANK_ERR_SEALED, STRIDE - 1, 0);
        file = good;
        file.attachment.root[31] ^= 1;
        assert_refused(&file, good.sealed, FRANK_ERR_FILE_HASH, SIZE_MAX, 0);
    }
}

static void impossible_files_are_refused(void **state)
{
    const struct sealed_file good = five(FRANK_AEAD_AES_256_GCM, 1);
    struct frank_attachment a = good.attachment;
    struct frank_stream *stream = NULL;

    (void)state;
    a.size = FRANK_FILE_MAX_BYTES + 1;
    assert_int_equal(frank_stream_open(&stream, &a, good.key, NULL),
                     FRANK_ERR_LIMIT);
    a = good.attachment;
    a.chunk_log2 = 11;
    assert_int_equal(frank_stream_open(&stream, &a, good.key, NULL),
                     FRANK_ERR_VALUE);
    assert_int_equal(frank_stream_seal(&stream, 2, 21, good.key, NULL),
                     FRANK_ERR_VALUE);
    assert_int_equal(frank_stream_seal(&stream, 1, 12, good.key, NULL),
                     FRANK_ERR_AEAD);
    assert_int_equal(frank_stream_seal(&stream, 30, 12, good.key, NULL),
                     FRANK_ERR_AEAD);
    assert_null(stream);
}

static void ended_stream_is_not_used_again(void **state)
{
    struct sealed_file file = five(FRANK_AEAD_AES_256_GCM, 1);
    struct run runs[2] = {run_seal(&file), run_open(&file)};
    struct frank_attachment made = {0};
    uint64_t at[2];

    (void)state;
    assert_int_equal(feed(&runs[0], file.plain, 5000), FRANK_OK);
    assert_int_equal(feed(&runs[1], file.sealed, 5000), FRANK_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(end(&runs[i], &made), FRANK_OK);
        assert_int_equal(end(&runs[i], &made), FRANK_ERR_ARGUMENT);
        assert_int_equal(feed(&runs[i], support_bytes("00"), 1),
                         FRANK_ERR_ARGUMENT);
        assert_int_equal(frank_stream_resume(runs[i].stream, &at[0], &at[1],
                                             support_bytes("(00)*8"), NULL),
                         FRANK_ERR_ARGUMENT);
        frank_stream_free(runs[i].stream);
    }
    frank_stream_free(NULL);
}

/* ---- Going on later ------------------------------------------------------ */

/* Everything up to byte `cut`, then a new stream from the state on. */
static void go_on_from(const struct sealed_file *file, bool opens, size_t cut)
{
    struct frank_span in = opens ? file->sealed : file->plain;
    struct frank_span expected = opens ? file->plain : file->sealed;
    struct run a = opens ? run_open(file) : run_seal(file);
    struct run b = opens ? run_open(file) : run_seal(file);
    struct frank_attachment made = {0};
    uint8_t state[FRANK_STREAM_STATE_MAX_BYTES];
    uint64_t taken = 99;
    uint64_t wrote = 99;
    size_t len = 0;

    assert_int_equal(feed(&a, (struct frank_span){in.data, cut}, 1500),
                     FRANK_OK);
    frank_stream_state(a.stream, state, &len);
    frank_stream_free(a.stream);
    assert_int_equal(frank_stream_resume(b.stream, &taken, &wrote,
                                         (struct frank_span){state, len}, NULL),
                     FRANK_OK);
    assert_in_range(taken, cut < STRIDE ? 0 : cut - STRIDE, cut);
    assert_int_equal(wrote, a.len);
    memcpy(b.out, a.out, a.len);
    b.len = a.len;
    assert_int_equal(
        feed(&b, (struct frank_span){in.data + taken, in.len - taken}, 5000),
        FRANK_OK);
    assert_int_equal(end(&b, &made), FRANK_OK);
    support_assert_span((struct frank_span){b.out, b.len}, expected);
    assert_true(opens || memcmp(made.root, file->attachment.root, 32) == 0);
    frank_stream_free(b.stream);
}

static void goes_on_at_every_chunk(void **state)
{
    struct sealed_file file = five(FRANK_AEAD_CHACHA20_POLY1305, 1);

    (void)state;
    for (size_t cut = 0; cut <= file.plain.len; cut += 137) {
        go_on_from(&file, false, cut);
        go_on_from(&file, true, cut);
    }
    for (size_t chunk = 0; chunk < 5; chunk++) {
        go_on_from(&file, false, chunk * CHUNK);
        go_on_from(&file, true, chunk * STRIDE);
    }
    go_on_from(&file, true, file.sealed.len);
}

static int resume(struct run *r, const char *state)
{
    uint64_t taken;
    uint64_t made;
    struct frank_span bytes = support_bytes(state);

    return frank_stream_resume(r->stream, &taken, &made, bytes, NULL);
}

static void states_that_cannot_be_are_refused(void **state)
{
    struct sealed_file file = five(FRANK_AEAD_AES_256_GCM, 1);
    struct run r = run_open(&file);

    (void)state;
    assert_int_equal(resume(&r, "00"), FRANK_ERR_TRUNCATED);
    assert_int_equal(resume(&r, "(00)*7 01 (5a)*31"), FRANK_ERR_TRUNCATED);
    assert_int_equal(resume(&r, "(00)*7 01 (5a)*33"), FRANK_ERR_TRAILING);
    assert_int_equal(resume(&r, "(00)*7 06 (5a)*64"), FRANK_ERR_LIMIT);
    /* One of another file shows at the end. */
    assert_int_equal(resume(&r, "(00)*7 01 (5a)*32"), FRANK_OK);
    assert_int_equal(resume(&r, "(00)*7 01 (5a)*32"), FRANK_ERR_ARGUMENT);
    assert_int_equal(feed(&r,
                          (struct frank_span){file.sealed.data + STRIDE,
                                              file.sealed.len - STRIDE},
                          9000),
                     FRANK_OK);
    assert_int_equal(end(&r, NULL), FRANK_ERR_FILE_HASH);
    assert_int_equal(resume(&r, "(00)*8"), FRANK_ERR_FILE_HASH);
    frank_stream_free(r.stream);
    r = run_open(&file);
    assert_int_equal(feed(&r, support_bytes("00"), 1), FRANK_OK);
    assert_int_equal(resume(&r, "(00)*8"), FRANK_ERR_ARGUMENT);
    frank_stream_free(r.stream);
}

/* 2^28 chunks are done: the largest file there can be. */
static void more_than_the_largest_file_is_refused(void **state)
{
    struct sealed_file file =
        sealed_file_make(1, 12, FRANK_AEAD_AES_256_GCM, 1);
    struct run r = run_seal(&file);
    struct frank_attachment made = {0};
    uint8_t text[FRANK_STREAM_STATE_MAX_BYTES];
    size_t len = 0;

    (void)state;
    assert_int_equal(resume(&r, "0000000010000001 (5a)*64"), FRANK_ERR_LIMIT);
    assert_int_equal(resume(&r, "0000000010000000 (5a)*32"), FRANK_OK);
    frank_stream_state(r.stream, text, &len);
    assert_int_equal(len, 40);
    assert_int_equal(frank_stream_room(r.stream, 0), 0);
    assert_int_equal(feed(&r, support_bytes("00"), 1), FRANK_ERR_LIMIT);
    assert_int_equal(r.fault.found, FRANK_FILE_MAX_BYTES + 1);
    assert_int_equal(r.fault.expected, FRANK_FILE_MAX_BYTES);
    frank_stream_free(r.stream);
    r = run_seal(&file);
    assert_int_equal(resume(&r, "0000000010000000 (5a)*32"), FRANK_OK);
    assert_int_equal(end(&r, &made), FRANK_OK);
    assert_int_equal(made.size, FRANK_FILE_MAX_BYTES);
    frank_stream_free(r.stream);
}

static void longest_state_has_its_room(void **state)
{
    struct sealed_file file =
        sealed_file_make(1, 12, FRANK_AEAD_AES_256_GCM, 1);
    struct run r = run_seal(&file);
    uint8_t text[FRANK_STREAM_STATE_MAX_BYTES];
    size_t len = 0;

    (void)state;
    assert_int_equal(resume(&r, "000000000fffffff (5a)*896"), FRANK_OK);
    frank_stream_state(r.stream, text, &len);
    assert_int_equal(len, sizeof text);
    frank_stream_free(r.stream);
}

/* ---- One chunk ----------------------------------------------------------- */

static void any_chunk_opens_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sealed_file file = five(sealed_file_aeads[i], 1);

        for (uint64_t chunk = 0; chunk < 5; chunk++) {
            const struct frank_range range = {chunk, 1};
            size_t len = frank_range_bytes(&file.attachment, range);
            uint8_t *out = support_zeros(len);
            struct frank_span sealed = sealed_file_run(&file, range);

            assert_int_equal(frank_chunk_open(out, &file.attachment, file.key,
                                              chunk, sealed, NULL),
                             FRANK_OK);
            assert_memory_equal(out, file.plain.data + chunk * CHUNK, len);
            memset(out, 1, len);
            assert_int_equal(frank_chunk_open(out, &file.attachment, file.key,
                                              (chunk + 1) % 4, sealed, NULL),
                             chunk < 4 ? FRANK_ERR_SEALED : FRANK_ERR_LENGTH);
            assert_true(chunk == 4 || support_is_zero(out, len));
        }
    }
}

static void chunk_that_is_not_there_is_refused(void **state)
{
    struct sealed_file file = five(FRANK_AEAD_AES_256_GCM, 1);
    struct frank_fault fault;
    uint8_t out[CHUNK];

    (void)state;
    assert_int_equal(frank_chunk_open(out, &file.attachment, file.key, 5,
                                      file.sealed, &fault),
                     FRANK_ERR_VALUE);
    assert_int_equal(frank_chunk_open(out, &file.attachment, file.key, 0,
                                      (struct frank_span){file.sealed.data, 15},
                                      &fault),
                     FRANK_ERR_LENGTH);
    file.attachment.aead = 1;
    assert_int_equal(
        frank_chunk_open(out, &file.attachment, file.key, 0,
                         (struct frank_span){file.sealed.data, STRIDE}, &fault),
        FRANK_ERR_AEAD);
}

/* ---- Memory -------------------------------------------------------------- */

static void no_memory_is_said(void **state)
{
    struct sealed_file file = five(FRANK_AEAD_AES_256_GCM, 1);
    struct frank_stream *stream = NULL;
    unsigned failed = 0;
    int error;

    (void)state;
    do {
        fail_at = ++failed;
        error = frank_stream_open(&stream, &file.attachment, file.key, NULL);
        assert_true(error == FRANK_ERR_MEMORY ? stream == NULL
                                              : error == FRANK_OK);
    } while (error != FRANK_OK);
    assert_true(failed > 2);
    fail_at = 0;
    frank_stream_free(stream);
}

/* No block of memory holds the file's key or bytes when it is given back. */
static void freed_streams_hold_no_secret(void **state)
{
    struct sealed_file file = five(FRANK_AEAD_AES_256_GCM, 1);
    struct frank_attachment made = {0};
    struct run r;
    uint8_t *none = malloc(64);

    (void)state;
    memcpy(secret[0], file.key, 32);
    memcpy(secret[1], file.plain.data + 4 * CHUNK, 32);
    memcpy(none, secret[1], 32);
    found_secret = false;
    __wrap_free(none);
    assert_true(found_secret); /* the test sees what it looks for */
    found_secret = false;
    r = run_seal(&file);
    assert_int_equal(feed(&r, file.plain, 5000), FRANK_OK);
    frank_stream_free(r.stream);
    r = run_seal(&file);
    assert_int_equal(feed(&r, file.plain, 5000), FRANK_OK);
    assert_int_equal(end(&r, &made), FRANK_OK);
    frank_stream_free(r.stream);
    r = run_open(&file);
    assert_int_equal(feed(&r, file.sealed, 5000), FRANK_OK);
    frank_stream_free(r.stream);
    assert_false(found_secret);
    memset(secret, 0, sizeof secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_any_size_give_the_vectors),
        cmocka_unit_test(every_chunk_size_and_both_aeads),
        cmocka_unit_test(empty_file_has_the_root_of_no_leaves),
        cmocka_unit_test(too_little_room_takes_nothing),
        cmocka_unit_test(changed_byte_is_refused_with_its_chunk),
        cmocka_unit_test(chunks_in_another_order_are_refused),
        cmocka_unit_test(chunk_of_another_file_is_refused),
        cmocka_unit_test(chunk_sealed_twice_under_one_key_is_refused),
        cmocka_unit_test(shorter_file_is_refused),
        cmocka_unit_test(longer_file_is_refused_with_its_first_byte),
        cmocka_unit_test(other_descriptions_are_refused),
        cmocka_unit_test(impossible_files_are_refused),
        cmocka_unit_test(ended_stream_is_not_used_again),
        cmocka_unit_test(goes_on_at_every_chunk),
        cmocka_unit_test(states_that_cannot_be_are_refused),
        cmocka_unit_test(more_than_the_largest_file_is_refused),
        cmocka_unit_test(longest_state_has_its_room),
        cmocka_unit_test(any_chunk_opens_alone),
        cmocka_unit_test(chunk_that_is_not_there_is_refused),
        cmocka_unit_test(no_memory_is_said),
        cmocka_unit_test(freed_streams_hold_no_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
