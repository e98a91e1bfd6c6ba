/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence_file.h"

#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
/* size, begin, end, chunk_log2, type */
#define HEAD_PLAIN_BYTES (8 + 8 + 8 + 1 + EVIDENCE_TYPE_BYTES)
#define HEAD_BYTES (NONCE_BYTES + HEAD_PLAIN_BYTES + TAG_BYTES)
#define HEAD_NUMBER UINT64_MAX
#define AROUND_BYTES (NONCE_BYTES + FRANK_HASH_BYTES + TAG_BYTES)

struct evidence_file {
    uint8_t key[EVIDENCE_KEY_BYTES];
    int fd;
    struct evidence_head head;
    uint64_t records;
    uint8_t *memory; /* plain and sealed record, one behind the other */
    size_t room;     /* of one of them */
};

static int failed(struct frank_fault *fault)
{
    return wire_fault(fault, FRANK_ERR_FILE, "attachment's file", 0,
                      (uint64_t)errno, 0);
}

/* ---- Bytes --------------------------------------------------------------- */

static bool write_all(int fd, const uint8_t *bytes, size_t len, uint64_t at)
{
    while (len > 0) {
        ssize_t n = pwrite(fd, bytes, len, (off_t)at);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? ENOSPC : errno;
            return false;
        }
        bytes += n;
        len -= (size_t)n;
        at += (uint64_t)n;
    }
    return true;
}

static bool read_all(int fd, uint8_t *bytes, size_t len, uint64_t at)
{
    while (len > 0) {
        ssize_t n = pread(fd, bytes, len, (off_t)at);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? ENODATA : errno;
            return false;
        }
        bytes += n;
        len -= (size_t)n;
        at += (uint64_t)n;
    }
    return true;
}

static void put_u64(uint8_t out[static 8], uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

static void seal(uint8_t *out, const uint8_t *plain, size_t len,
                 uint64_t number, const uint8_t *key)
{
    uint8_t ad[8];

    put_u64(ad, number);
    randombytes_buf(out, NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + NONCE_BYTES, NULL, plain, len, ad, sizeof ad, NULL, out, key);
}

static bool unseal(uint8_t *out, const uint8_t *sealed, size_t len,
                   uint64_t number, const uint8_t *key)
{
    uint8_t ad[8];

    put_u64(ad, number);
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               out, NULL, NULL, sealed + NONCE_BYTES, len - NONCE_BYTES, ad,
               sizeof ad, sealed, key) == 0;
}

/* ---- The head ------------------------------------------------------------ */

static void encode_head(uint8_t out[static HEAD_PLAIN_BYTES],
                        const struct evidence_head *head)
{
    put_u64(out, head->size);
    put_u64(out + 8, head->begin);
    put_u64(out + 16, head->end);
    out[24] = head->chunk_log2;
    memset(out + 25, 0, EVIDENCE_TYPE_BYTES);
    memcpy(out + 25, head->type, strnlen(head->type, EVIDENCE_TYPE_BYTES - 1));
}

static bool decode_head(struct evidence_head *out, const uint8_t *plain)
{
    struct wire_reader r;

    wire_read_init(&r, (struct frank_span){plain, HEAD_PLAIN_BYTES}, 0);
    out->size = wire_read_u64(&r, "size");
    out->begin = wire_read_u64(&r, "begin");
    out->end = wire_read_u64(&r, "end");
    out->chunk_log2 = wire_read_u8(&r, "chunk_log2");
    wire_read_bytes(&r, (uint8_t *)out->type, sizeof out->type, "type");
    return out->chunk_log2 <= FRANK_CHUNK_LOG2_MAX && out->begin <= out->end &&
           out->end <= out->size && out->type[EVIDENCE_TYPE_BYTES - 1] == '\0';
}

static int read_head(struct evidence_file *file, struct frank_fault *fault)
{
    uint8_t sealed[HEAD_BYTES];
    uint8_t plain[HEAD_PLAIN_BYTES];
    int error = FRANK_OK;

    if (!read_all(file->fd, sealed, sizeof sealed, 0)) {
        return failed(fault);
    }
    if (!unseal(plain, sealed, sizeof sealed, HEAD_NUMBER, file->key) ||
        !decode_head(&file->head, plain)) {
        error =
            wire_fault(fault, FRANK_ERR_SEALED, "attachment's file", 0, 0, 0);
    }
    sodium_memzero(plain, sizeof plain);
    return error;
}

static int write_head(struct evidence_file *file,
                      const struct evidence_head *head,
                      struct frank_fault *fault)
{
    uint8_t sealed[HEAD_BYTES];
    uint8_t plain[HEAD_PLAIN_BYTES];
    bool ok;

    encode_head(plain, head);
    seal(sealed, plain, sizeof plain, HEAD_NUMBER, file->key);
    sodium_memzero(plain, sizeof plain);
    ok = ftruncate(file->fd, 0) == 0 &&
         write_all(file->fd, sealed, sizeof sealed, 0);
    file->head = *head;
    return ok ? FRANK_OK : failed(fault);
}

static bool is_same(const struct evidence_head *a,
                    const struct evidence_head *b)
{
    uint8_t left[HEAD_PLAIN_BYTES];
    uint8_t right[HEAD_PLAIN_BYTES];

    encode_head(left, a);
    encode_head(right, b);
    return memcmp(left, right, sizeof left) == 0;
}

/* ---- Records ------------------------------------------------------------- */

static uint64_t chunk_bytes(const struct evidence_file *file, uint64_t i)
{
    uint64_t full = (uint64_t)1 << file->head.chunk_log2;
    uint64_t left = file->head.end - file->head.begin - i * full;

    return left < full ? left : full;
}

static uint64_t record_at(const struct evidence_file *file, uint64_t i)
{
    return HEAD_BYTES +
           i * (AROUND_BYTES + ((uint64_t)1 << file->head.chunk_log2));
}

uint64_t evidence_file_all(const struct evidence_file *file)
{
    uint64_t bytes = file->head.end - file->head.begin;
    uint64_t full = (uint64_t)1 << file->head.chunk_log2;

    return bytes / full + (bytes % full != 0);
}

static void count_records(struct evidence_file *file, uint64_t len)
{
    uint64_t all = evidence_file_all(file);
    uint64_t full = AROUND_BYTES + ((uint64_t)1 << file->head.chunk_log2);
    uint64_t n = len < HEAD_BYTES ? 0 : (len - HEAD_BYTES) / full;
    bool last_is_there =
        n + 1 == all &&
        len >= record_at(file, n) + AROUND_BYTES + chunk_bytes(file, n);

    file->records = n >= all || last_is_there ? all : n;
}

static uint64_t end_of(const struct evidence_file *file, uint64_t records)
{
    return records == 0 ? HEAD_BYTES
                        : record_at(file, records - 1) + AROUND_BYTES +
                              chunk_bytes(file, records - 1);
}

int evidence_file_add(struct evidence_file *file,
                      const uint8_t leaf[static FRANK_HASH_BYTES],
                      struct frank_span plain, struct frank_fault *fault)
{
    uint64_t at = record_at(file, file->records);
    size_t len = FRANK_HASH_BYTES + plain.len;
    uint8_t *sealed = file->memory + file->room;
    int error = FRANK_OK;

    if (file->records >= evidence_file_all(file) ||
        plain.len != chunk_bytes(file, file->records)) {
        return wire_fault(fault, FRANK_ERR_LENGTH, "record", 0, plain.len, 0);
    }
    memcpy(file->memory, leaf, FRANK_HASH_BYTES);
    memcpy(file->memory + FRANK_HASH_BYTES, plain.data, plain.len);
    seal(sealed, file->memory, len, file->records, file->key);
    if (write_all(file->fd, sealed, NONCE_BYTES + len + TAG_BYTES, at)) {
        file->records++;
    } else {
        error = failed(fault);
        (void)!ftruncate(file->fd, (off_t)end_of(file, file->records));
    }
    sodium_memzero(file->memory, len);
    return error;
}

int evidence_file_read(struct evidence_file *file,
                       uint8_t leaf[static FRANK_HASH_BYTES],
                       struct frank_span *chunk, uint64_t i,
                       struct frank_fault *fault)
{
    uint8_t *sealed = file->memory + file->room;
    size_t len;

    if (i >= file->records) {
        return wire_fault(fault, FRANK_ERR_SEALED, "record", 0, i,
                          file->records);
    }
    len = (size_t)chunk_bytes(file, i);
    if (!read_all(file->fd, sealed, AROUND_BYTES + len, record_at(file, i))) {
        return failed(fault);
    }
    if (!unseal(file->memory, sealed, AROUND_BYTES + len, i, file->key)) {
        sodium_memzero(file->memory, file->room);
        return wire_fault(fault, FRANK_ERR_SEALED, "record", 0, i, 0);
    }
    memcpy(leaf, file->memory, FRANK_HASH_BYTES);
    *chunk = (struct frank_span){file->memory + FRANK_HASH_BYTES, len};
    return FRANK_OK;
}

int evidence_file_cut(struct evidence_file *file, uint64_t records,
                      struct frank_fault *fault)
{
    if (records < file->records) {
        file->records = records;
    }
    return ftruncate(file->fd, (off_t)end_of(file, file->records)) == 0
               ? FRANK_OK
               : failed(fault);
}

int evidence_file_sync(struct evidence_file *file, struct frank_fault *fault)
{
    return fsync(file->fd) == 0 ? FRANK_OK : failed(fault);
}

/* ---- Opening ------------------------------------------------------------- */

/* Counts the records that there are, and takes memory for one. */
static int prepare(struct evidence_file *file, struct frank_fault *fault)
{
    struct stat st;

    if (fstat(file->fd, &st) != 0) {
        return failed(fault);
    }
    count_records(file, (uint64_t)st.st_size);
    file->room = AROUND_BYTES + ((size_t)1 << file->head.chunk_log2);
    file->memory = malloc(2 * file->room);
    return file->memory != NULL ? FRANK_OK
                                : wire_fault(fault, FRANK_ERR_MEMORY, "record",
                                             0, file->room, 0);
}

static struct evidence_file *begin(int folder, const char *name, int flags,
                                   const uint8_t *key)
{
    struct evidence_file *file = sodium_malloc((sizeof *file + 63) / 64 * 64);

    if (file != NULL) {
        memset(file, 0, sizeof *file);
        memcpy(file->key, key, EVIDENCE_KEY_BYTES);
        /* NONBLOCK: who puts a pipe there is not waited for. */
        file->fd = openat(folder, name,
                          flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    }
    return file;
}

static int finish(struct evidence_file **out, struct evidence_file *file,
                  int error)
{
    if (error == FRANK_OK) {
        *out = file;
        file = NULL; /* transferred */
    }
    evidence_file_close(file);
    return error;
}

int evidence_file_make(struct evidence_file **out, int folder, const char *name,
                       const uint8_t key[static EVIDENCE_KEY_BYTES],
                       const struct evidence_head *head,
                       struct frank_fault *fault)
{
    struct evidence_file *file = begin(folder, name, O_RDWR | O_CREAT, key);
    int error;

    if (file == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "attachment's file", 0, 0,
                          0);
    }
    error = file->fd < 0 ? failed(fault) : FRANK_OK;
    if (error == FRANK_OK &&
        (read_head(file, NULL) != FRANK_OK || !is_same(&file->head, head))) {
        error = write_head(file, head, fault);
    }
    if (error == FRANK_OK) {
        error = prepare(file, fault);
    }
    if (error == FRANK_OK) {
        error = evidence_file_cut(file, file->records, fault);
    }
    return finish(out, file, error);
}

int evidence_file_open(struct evidence_file **out, int folder, const char *name,
                       const uint8_t key[static EVIDENCE_KEY_BYTES],
                       struct frank_fault *fault)
{
    struct evidence_file *file = begin(folder, name, O_RDONLY, key);
    int error;

    if (file == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "attachment's file", 0, 0,
                          0);
    }
    error = file->fd < 0 ? failed(fault) : read_head(file, fault);
    if (error == FRANK_OK) {
        error = prepare(file, fault);
    }
    return finish(out, file, error);
}

void evidence_file_close(struct evidence_file *file)
{
    if (file == NULL) {
        return;
    }
    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    if (file->memory != NULL) {
        sodium_memzero(file->memory, 2 * file->room);
    }
    free(file->memory);
    sodium_free(file); /* wipes */
}

const struct evidence_head *evidence_file_head(const struct evidence_file *file)
{
    return &file->head;
}

uint64_t evidence_file_records(const struct evidence_file *file)
{
    return file->records;
}
