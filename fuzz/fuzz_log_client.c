/* SPDX-License-Identifier: Apache-2.0 */
/* A log whose checkpoint is good and whose files are whatever comes in: bundles
 * are split within their bytes, and the client never holds it for good unless
 * it is. The first byte is the log's size; a file is what follows, from a place
 * that its path decides. */
#include "fuzz.h"
#include "log_bundle.h"
#include "log_client.h"

#include <sodium.h>

static struct note_key key = {.name = "log.example"};
static uint8_t secret[64];

struct input {
    const uint8_t *data;
    size_t size;
    const char *note;
    size_t note_len;
};

/* Signed once for each size. */
static struct {
    char text[NOTE_MAX_BYTES];
    size_t len;
} notes[256];

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const uint8_t seed[32];

    (void)argc;
    (void)argv;
    return sodium_init() < 0 ||
           crypto_sign_seed_keypair(key.public_key, secret, seed) != 0;
}

static int read_input(void *context, const char *path, uint8_t *out,
                      size_t *len)
{
    const struct input *in = context;
    size_t from = 0;
    size_t have;

    if (strcmp(path, "checkpoint") == 0) {
        memcpy(out, in->note, in->note_len);
        *len = in->note_len;
        return FRANK_OK;
    }
    for (; *path != '\0'; path++) {
        from = from * 31 + (size_t)*path;
    }
    from = in->size == 0 ? 0 : from % in->size;
    have = in->size - from;
    if (from % 16 == 1) {
        return FRANK_ERR_MISSING;
    }
    if (have > *len) {
        return FRANK_ERR_LIMIT;
    }
    if (have > 0) {
        memcpy(out, in->data + from, have);
    }
    *len = have;
    return FRANK_OK;
}

static void split(const uint8_t *data, size_t size)
{
    struct frank_span entries[256];
    struct frank_fault fault;
    size_t left = 0;
    size_t total = 0;
    size_t count = size == 0 ? 1 : (size_t)data[0] + 1;

    if (log_bundle_split(entries, &left, (struct frank_span){data, size}, count,
                         &fault) != FRANK_OK) {
        holds_fault(FRANK_ERR_TRUNCATED, &fault, size);
        HOLDS(fault.found < count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        total += 2 + entries[i].len;
        HOLDS(entries[i].len == 0 ||
              entries[i].data == data + total - entries[i].len);
    }
    HOLDS(total + left == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.data = data, .size = size};
    struct note_checkpoint checkpoint = {.size = 0, .root = {7}};
    struct log_result result;
    struct frank_fault fault = {.error = FRANK_OK};
    char text[LOG_TEXT_BYTES];
    struct log_ask ask = {.key = &key, .read = read_input, .read_context = &in};

    split(data, size);
    if (size == 0) {
        return 0;
    }
    checkpoint.size = data[0] * UINT64_C(3);
    ask.entries = data[0] % 16 == 1; /* room for a bundle takes its time */
    if (notes[data[0]].len == 0) {
        notes[data[0]].len =
            note_sign(notes[data[0]].text, key.name, &checkpoint, secret);
    }
    in.note = notes[data[0]].text;
    in.note_len = notes[data[0]].len;
    HOLDS(log_client_check(&result, &ask, &fault) == FRANK_ERR_PROOF);
    HOLDS(result.finding != LOG_HOLDS && result.first <= checkpoint.size &&
          result.end <= checkpoint.size);
    log_result_text(text, &result);
    return 0;
}
