/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that comes in pieces. Chunks that lie whole in a piece are worked on
 * where they lie; only what a piece leaves over of one is kept until the next.
 * Where a stream stands follows from the number of leaves in its tree, and from
 * what it keeps.
 */
#include "chunk.h"
#include "merkle.h"
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct frank_stream {
    struct chunks chunks;
    bool opens;
    bool ended;
    int error;                    /* the first; nothing is done after it */
    struct frank_attachment file; /* sealing: the largest there may be */
    struct merkle_range leaves;   /* of the chunks that are done */
    size_t kept;
    uint8_t rest[]; /* `kept` bytes of the chunk under way */
};

/* ---- Where it stands ----------------------------------------------------- */

static size_t chunk_size(const struct frank_stream *s)
{
    return (size_t)1 << s->file.chunk_log2;
}

static uint64_t chunks_of(const struct frank_stream *s)
{
    return frank_attachment_chunks(&s->file);
}

static uint64_t sealed_at(const struct frank_stream *s, uint64_t chunks)
{
    return chunks == chunks_of(s) ? frank_attachment_sealed_bytes(&s->file)
                                  : chunk_offset(&s->file, chunks);
}

static uint64_t plain_at(const struct frank_stream *s, uint64_t chunks)
{
    return chunks == chunks_of(s) ? s->file.size : chunks << s->file.chunk_log2;
}

static uint64_t taken_at(const struct frank_stream *s, uint64_t chunks)
{
    return s->opens ? sealed_at(s, chunks) : plain_at(s, chunks);
}

static uint64_t made_at(const struct frank_stream *s, uint64_t chunks)
{
    return s->opens ? plain_at(s, chunks) : sealed_at(s, chunks);
}

/* Bytes that may still come. */
static uint64_t bytes_left(const struct frank_stream *s)
{
    return taken_at(s, chunks_of(s)) - taken_at(s, s->leaves.size) - s->kept;
}

/* Chunks that are whole once `len` more bytes are there. */
static uint64_t chunks_with(const struct frank_stream *s, uint64_t len)
{
    size_t whole = chunk_size(s) + (s->opens ? FRANK_CHUNK_TAG_BYTES : 0);

    if (len >= bytes_left(s)) {
        return chunks_of(s);
    }
    return s->leaves.size + (s->kept + len) / whole;
}

size_t frank_stream_room(const struct frank_stream *stream, size_t len)
{
    return (size_t)(made_at(stream, chunks_with(stream, len)) -
                    made_at(stream, stream->leaves.size));
}

/* ---- Making one ---------------------------------------------------------- */

static int stream_new(struct frank_stream **out,
                      const struct frank_attachment *file, bool opens,
                      const uint8_t *key, struct frank_fault *fault)
{
    struct frank_stream *s = NULL;
    struct chunks chunks;
    int error;

    *out = NULL;
    error = chunks_init(&chunks, file, key, fault);
    if (error != FRANK_OK) {
        return error;
    }
    s = calloc(1, sizeof *s + chunk_stride(file));
    if (s == NULL) {
        error = wire_fault(fault, FRANK_ERR_MEMORY, "stream", 0, 0, 0);
        goto out;
    }
    s->chunks = chunks; /* transferred */
    s->opens = opens;
    s->file = *file;
    *out = s;
    memset(&chunks, 0, sizeof chunks);
out:
    chunks_wipe(&chunks);
    return error;
}

int frank_stream_seal(struct frank_stream **out, uint16_t aead,
                      uint8_t chunk_log2,
                      const uint8_t key[static FRANK_FILE_KEY_BYTES],
                      struct frank_fault *fault)
{
    struct frank_attachment largest = {
        .size = FRANK_FILE_MAX_BYTES, .chunk_log2 = chunk_log2, .aead = aead};

    return stream_new(out, &largest, false, key, fault);
}

int frank_stream_open(struct frank_stream **out,
                      const struct frank_attachment *attachment,
                      const uint8_t key[static FRANK_FILE_KEY_BYTES],
                      struct frank_fault *fault)
{
    struct frank_attachment file = *attachment;

    file.media_type = file.filename = (struct frank_span){NULL, 0};
    return stream_new(out, &file, true, key, fault);
}

void frank_stream_free(struct frank_stream *stream)
{
    size_t rest;

    if (stream != NULL) {
        rest = chunk_stride(&stream->file);
        chunks_wipe(&stream->chunks);
        sodium_memzero(stream, sizeof *stream + rest);
        free(stream);
    }
}

/* ---- Pieces -------------------------------------------------------------- */

static int fail(struct frank_stream *s, struct frank_fault *fault, int error,
                const char *field, uint64_t offset, uint64_t found,
                uint64_t expected)
{
    s->error = error;
    return wire_fault(fault, error, field, (size_t)offset, found, expected);
}

static int check_use(const struct frank_stream *s, struct frank_fault *fault)
{
    if (s->error != FRANK_OK) {
        return wire_fault(fault, s->error, "stream", 0, 0, 0);
    }
    if (s->ended) {
        return wire_fault(fault, FRANK_ERR_ARGUMENT, "stream", 0, 0, 0);
    }
    return FRANK_OK;
}

/* One whole chunk, or the last; *made goes on by what is written. */
static int work(struct frank_stream *s, uint8_t *out, size_t *made,
                struct frank_span chunk, struct frank_fault *fault)
{
    uint64_t number = s->leaves.size;
    uint8_t leaf[FRANK_HASH_BYTES];
    int error;

    if (s->opens) {
        error = chunk_open(out + *made, leaf, &s->chunks, number, chunk);
    } else {
        error = chunk_seal(out + *made, leaf, &s->chunks, number, chunk);
    }
    if (error != FRANK_OK) {
        return fail(s, fault, error, "chunk", sealed_at(s, number), 0, 0);
    }
    merkle_append(&s->leaves, leaf);
    *made += s->opens ? chunk.len - FRANK_CHUNK_TAG_BYTES
                      : chunk.len + FRANK_CHUNK_TAG_BYTES;
    return FRANK_OK;
}

/* Takes what completes the chunk under way, or all of the piece: *chunk is the
 * chunk, or nothing. */
static void take(struct frank_stream *s, struct frank_span *chunk,
                 struct frank_span *piece)
{
    size_t whole =
        (size_t)(taken_at(s, s->leaves.size + 1) - taken_at(s, s->leaves.size));
    size_t n = whole - s->kept < piece->len ? whole - s->kept : piece->len;

    *chunk = (struct frank_span){piece->data, n};
    piece->data += n;
    piece->len -= n;
    if (n < whole) {
        memcpy(s->rest + s->kept, chunk->data, n);
        s->kept += n;
        *chunk = (struct frank_span){s->rest, s->kept};
    }
    if (chunk->len < whole) {
        chunk->len = 0;
    } else {
        s->kept = 0;
    }
}

int frank_stream_update(struct frank_stream *stream, uint8_t *out,
                        size_t capacity, size_t *written,
                        struct frank_span piece, struct frank_fault *fault)
{
    uint64_t left = bytes_left(stream);
    size_t room = frank_stream_room(stream, piece.len);
    struct frank_span chunk;
    size_t made = 0;
    int error = check_use(stream, fault);

    *written = 0;
    if (error != FRANK_OK) {
        return error;
    }
    if (piece.len > left) {
        return stream->opens
                   ? fail(stream, fault, FRANK_ERR_TRAILING, "sealed file",
                          sealed_at(stream, chunks_of(stream)),
                          piece.len - left, 0)
                   : fail(stream, fault, FRANK_ERR_LIMIT, "size", 0,
                          stream->file.size - left + piece.len,
                          stream->file.size);
    }
    if (room > capacity) {
        *written = room;
        return wire_fault(fault, FRANK_ERR_SPACE, "out", 0, capacity, room);
    }
    while (error == FRANK_OK && piece.len > 0) {
        take(stream, &chunk, &piece);
        if (chunk.len > 0) {
            error = work(stream, out, &made, chunk, fault);
        }
    }
    if (error != FRANK_OK) {
        sodium_memzero(out, room);
        return error;
    }
    *written = made;
    return FRANK_OK;
}

/* ---- The end ------------------------------------------------------------- */

static int end_sealing(struct frank_stream *s, uint8_t *out, size_t capacity,
                       size_t *written, struct frank_attachment *attachment,
                       struct frank_fault *fault)
{
    size_t room = s->kept > 0 ? s->kept + FRANK_CHUNK_TAG_BYTES : 0;
    uint64_t size = plain_at(s, s->leaves.size) + s->kept;
    size_t made = 0;
    int error = FRANK_OK;

    if (room > capacity) {
        *written = room;
        return wire_fault(fault, FRANK_ERR_SPACE, "out", 0, capacity, room);
    }
    if (s->kept > 0) {
        error =
            work(s, out, &made, (struct frank_span){s->rest, s->kept}, fault);
    }
    if (error == FRANK_OK) {
        attachment->size = size;
        attachment->chunk_log2 = s->file.chunk_log2;
        attachment->aead = s->file.aead;
        merkle_root(attachment->root, &s->leaves);
        *written = made;
        s->ended = true;
    }
    return error;
}

static int end_opening(struct frank_stream *s, struct frank_fault *fault)
{
    uint64_t sealed = sealed_at(s, chunks_of(s));
    uint8_t root[FRANK_HASH_BYTES];

    if (s->leaves.size < chunks_of(s)) {
        return fail(s, fault, FRANK_ERR_TRUNCATED, "sealed file",
                    sealed - bytes_left(s), sealed - bytes_left(s), sealed);
    }
    merkle_root(root, &s->leaves);
    if (memcmp(root, s->file.root, sizeof root) != 0) {
        return fail(s, fault, FRANK_ERR_FILE_HASH, "root", 0, 0, 0);
    }
    s->ended = true;
    return FRANK_OK;
}

int frank_stream_final(struct frank_stream *stream, uint8_t *out,
                       size_t capacity, size_t *written,
                       struct frank_attachment *attachment,
                       struct frank_fault *fault)
{
    int error = check_use(stream, fault);

    *written = 0;
    if (error != FRANK_OK) {
        return error;
    }
    return stream->opens
               ? end_opening(stream, fault)
               : end_sealing(stream, out, capacity, written, attachment, fault);
}

/* ---- Going on later ------------------------------------------------------ */

void frank_stream_state(const struct frank_stream *stream,
                        uint8_t out[static FRANK_STREAM_STATE_MAX_BYTES],
                        size_t *len)
{
    uint8_t bytes[MERKLE_RANGE_MAX_BYTES];

    *len = merkle_range_encode(bytes, &stream->leaves);
    memcpy(out, bytes, *len);
}

int frank_stream_resume(struct frank_stream *stream, uint64_t *taken,
                        uint64_t *made, struct frank_span state,
                        struct frank_fault *fault)
{
    struct merkle_range leaves;
    int error = check_use(stream, fault);

    if (error != FRANK_OK) {
        return error;
    }
    if (stream->leaves.size != 0 || stream->kept != 0) {
        return wire_fault(fault, FRANK_ERR_ARGUMENT, "stream", 0, 0, 0);
    }
    error = merkle_range_decode(&leaves, state, fault);
    if (error != FRANK_OK) {
        return error;
    }
    if (leaves.size > chunks_of(stream)) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "size", 0, leaves.size,
                          chunks_of(stream));
    }
    stream->leaves = leaves;
    *taken = taken_at(stream, leaves.size);
    *made = made_at(stream, leaves.size);
    return FRANK_OK;
}
