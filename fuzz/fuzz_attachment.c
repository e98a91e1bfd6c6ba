/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors alone and in contents, what is disclosed of a file, and sealed
 * bytes in pieces: nothing is accepted but what was committed to. */
#include "fuzz.h"

#define CHUNK 4096
#define STRIDE (CHUNK + FRANK_CHUNK_TAG_BYTES)
#define PLAIN_BYTES (CHUNK + 100)
#define SEALED_BYTES (PLAIN_BYTES + 2 * FRANK_CHUNK_TAG_BYTES)

static const uint8_t key[FRANK_FILE_KEY_BYTES];
static struct frank_attachment file;
static uint8_t sealed[SEALED_BYTES];
static uint8_t chunk_key[FRANK_CHUNK_KEY_BYTES]; /* of chunk 0 */
static uint8_t sibling[FRANK_HASH_BYTES];        /* leaf of chunk 1 */

static void make_file(void)
{
    static const uint8_t plain[PLAIN_BYTES];
    struct frank_stream *stream = NULL;
    uint8_t last[FRANK_CHUNK_KEY_BYTES];
    size_t len = 0;
    size_t rest = 0;

    HOLDS(frank_stream_seal(&stream, FRANK_AEAD_CHACHA20_POLY1305, 12, key,
                            NULL) == FRANK_OK);
    HOLDS(frank_stream_update(stream, sealed, sizeof sealed, &len,
                              (struct frank_span){plain, sizeof plain},
                              NULL) == FRANK_OK);
    HOLDS(frank_stream_final(stream, sealed + len, sizeof sealed - len, &rest,
                             &file, NULL) == FRANK_OK);
    frank_stream_free(stream);
    frank_chunk_key(chunk_key, key, 0);
    frank_chunk_key(last, key, 1);
    frank_chunk_leaf(sibling, 1, last,
                     (struct frank_span){sealed + STRIDE, 116});
}

static void descriptors(const uint8_t *data, size_t size)
{
    uint8_t bytes[FRANK_ATTACHMENT_MAX_BYTES];
    uint8_t found[FRANK_FILE_KEY_BYTES];
    struct frank_attachment attachment;
    struct frank_fault fault;
    bool has_key;
    size_t len = 0;
    int error = frank_attachment_decode(&attachment, data, size, &fault);

    if (error == FRANK_OK) {
        HOLDS(frank_attachment_encode(bytes, sizeof bytes, &len, &attachment,
                                      NULL) == FRANK_OK);
        HOLDS(len == size && memcmp(bytes, data, len) == 0);
        HOLDS(frank_attachment_chunks(&attachment) <= UINT64_C(1) << 28);
    } else {
        holds_fault(error, &fault, size);
    }
    for (unsigned part = 0; part < 3; part++) {
        error = frank_attachment_read(&attachment, found, &has_key, data, size,
                                      part, &fault);
        if (error != FRANK_OK) {
            holds_fault(error, &fault, size);
            HOLDS(!has_key && attachment.size == 0);
        } else {
            HOLDS(attachment.size <= FRANK_FILE_MAX_BYTES);
        }
    }
}

/* The input as key and proof of chunk 0, and in the place of its bytes. */
static void ranges(const uint8_t *data, size_t size)
{
    const struct frank_range range = {0, 1};
    size_t n = size < FRANK_CHUNK_KEY_BYTES ? size : FRANK_CHUNK_KEY_BYTES;
    static uint8_t out[CHUNK];
    struct frank_fault fault;
    int error =
        frank_range_open(out, &file, range, (struct frank_span){data, n},
                         (struct frank_span){data + n, size - n},
                         (struct frank_span){sealed, STRIDE}, &fault);

    if (error == FRANK_OK) {
        HOLDS(size == 64 && memcmp(data, chunk_key, 32) == 0 &&
              memcmp(data + 32, sibling, 32) == 0);
    } else {
        holds_fault(error, &fault, SEALED_BYTES + size);
    }
    error = frank_range_open(out, &file, range,
                             (struct frank_span){chunk_key, sizeof chunk_key},
                             (struct frank_span){sibling, sizeof sibling},
                             (struct frank_span){data, size}, &fault);
    HOLDS((error == FRANK_OK) ==
          (size == STRIDE && memcmp(data, sealed, STRIDE) == 0));
}

/* In pieces whose lengths are the input's own bytes. */
static void pieces(const uint8_t *data, size_t size)
{
    static uint8_t out[2 * STRIDE];
    struct frank_stream *stream = NULL;
    size_t made = 0;
    size_t total = 0;
    int error = frank_stream_open(&stream, &file, key, NULL);

    HOLDS(error == FRANK_OK);
    for (size_t at = 0; error == FRANK_OK && at < size;) {
        size_t n = (size_t)data[at] * 16 + 1;

        n = n < size - at ? n : size - at;
        HOLDS(frank_stream_room(stream, n) <= sizeof out);
        error = frank_stream_update(stream, out, sizeof out, &made,
                                    (struct frank_span){data + at, n}, NULL);
        total += made;
        at += n;
    }
    HOLDS(total <= PLAIN_BYTES);
    error = frank_stream_final(stream, NULL, 0, &made, NULL, NULL);
    HOLDS((error == FRANK_OK) ==
          (size == SEALED_BYTES && memcmp(data, sealed, SEALED_BYTES) == 0));
    frank_stream_free(stream);
}

static void states(const uint8_t *data, size_t size)
{
    uint8_t state[FRANK_STREAM_STATE_MAX_BYTES];
    struct frank_stream *stream = NULL;
    uint64_t taken = 0;
    uint64_t made = 0;
    size_t len = 0;

    HOLDS(frank_stream_seal(&stream, FRANK_AEAD_CHACHA20_POLY1305, 12, key,
                            NULL) == FRANK_OK);
    if (frank_stream_resume(stream, &taken, &made,
                            (struct frank_span){data, size},
                            NULL) == FRANK_OK) {
        frank_stream_state(stream, state, &len);
        HOLDS(len == size && memcmp(state, data, len) == 0);
        HOLDS(taken <= FRANK_FILE_MAX_BYTES && made >= taken);
    }
    frank_stream_free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (file.chunk_log2 == 0) {
        make_file();
    }
    descriptors(data, size);
    ranges(data, size);
    pieces(data, size);
    states(data, size);
    return 0;
}
