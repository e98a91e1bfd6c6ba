/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to spot checks, as somebody who may seal to the auditor can make
 * them: the input is the pieces, each with its tag and its length in front. */
#include "fuzz.h"
#include "spot_answer.h"
#include "wire.h"

#define STREAM(name) crypto_secretstream_xchacha20poly1305_##name
#define FRONT_BYTES                                                            \
    (SPOT_MAGIC_BYTES + SPOT_KEY_BYTES + STREAM(KEYBYTES) +                    \
     crypto_box_SEALBYTES)

static uint8_t public_key[SPOT_KEY_BYTES];
static uint8_t secret_key[SPOT_KEY_BYTES];
static uint8_t key[STREAM(KEYBYTES)];
static uint8_t front[FRONT_BYTES];

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const uint8_t seed[crypto_box_SEEDBYTES];

    (void)argc;
    (void)argv;
    HOLDS(sodium_init() >= 0);
    HOLDS(crypto_box_seed_keypair(public_key, secret_key, seed) == 0);
    memcpy(front, SPOT_MAGIC, SPOT_MAGIC_BYTES);
    memcpy(front + SPOT_MAGIC_BYTES, public_key, sizeof public_key);
    HOLDS(crypto_box_seal(front + SPOT_MAGIC_BYTES + sizeof public_key, key,
                          sizeof key, public_key) == 0);
    return 0;
}

/* Seals the pieces of the input; gives the length of the file. */
static size_t make(uint8_t *out, size_t room, const uint8_t *data, size_t size)
{
    STREAM(state) stream;
    size_t at = sizeof front;

    memcpy(out, front, sizeof front);
    (void)STREAM(init_push)(&stream, out + at, key);
    at += STREAM(HEADERBYTES);
    while (size >= 3) {
        size_t len = (size_t)data[1] << 8 | data[2];
        struct wire_writer w;

        len = len > size - 3 ? size - 3 : len;
        wire_write_init(&w, out + at, room - at);
        wire_write_length(&w, len + STREAM(ABYTES), "piece");
        (void)STREAM(push)(&stream, out + at + w.len, NULL, data + 3, len,
                           public_key, sizeof public_key, data[0] & 3);
        at += w.len + len + STREAM(ABYTES);
        data += 3 + len;
        size -= 3 + len;
    }
    if (size > 0) {
        memcpy(out + at, data, size);
    }
    return at + size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room = sizeof front + STREAM(HEADERBYTES) +
                  (size / 3 + 1) * (WIRE_LENGTH_MAX_BYTES + STREAM(ABYTES)) +
                  size;
    uint8_t *file = malloc(room);
    struct spot_opener opener;
    struct spot_head head;
    struct spot_case one;
    struct frank_fault fault;
    bool more = true;
    size_t len;
    int error;

    HOLDS(file != NULL);
    len = make(file, room, data, size);
    error = spot_open_begin(&opener, &head, (struct frank_span){file, len},
                            public_key, secret_key, &fault);
    while (error == FRANK_OK && more) {
        error = spot_open_next(&opener, &more, &one, &fault);
        HOLDS(error != FRANK_OK || !more || one.len <= len);
        spot_case_free(&one);
    }
    if (error != FRANK_OK) {
        holds_fault(error, &fault, len);
    }
    spot_open_wipe(&opener);
    free(file);
    return 0;
}
