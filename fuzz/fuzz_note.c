/* SPDX-License-Identifier: Apache-2.0 */
/* What the log reads from outside or back from its files: checkpoints (n),
 * paths of tiles (p), compact ranges (r), as the first byte says. What is read
 * is written to the same bytes. A body is signed here too, so that a note that
 * holds is reached from any body. */
#include "fuzz.h"
#include "note.h"
#include "tiles.h"

#include <sodium.h>

#define ORIGIN "log.example"

static uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
static uint8_t secret[64];

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const uint8_t seed[32];

    (void)argc;
    (void)argv;
    return sodium_init() < 0 ||
           crypto_sign_seed_keypair(public_key, secret, seed) != 0;
}

/* The signed part and nothing else depends on what was read. */
static void holds_note(const struct note_checkpoint *checkpoint,
                       const char *text, size_t len)
{
    char out[NOTE_MAX_BYTES];
    size_t signed_len = note_sign(out, ORIGIN, checkpoint, secret);
    const char *end = strstr(out, "\n\n");

    HOLDS(signed_len == strlen(out) && end != NULL);
    HOLDS(len > (size_t)(end - out) + 2);
    HOLDS(memcmp(text, out, (size_t)(end - out) + 2) == 0);
}

static int open_note(const char *text, size_t len)
{
    struct note_checkpoint checkpoint;
    struct frank_fault fault;
    int error = note_open(&checkpoint, text, len, ORIGIN, public_key, &fault);

    if (error == FRANK_OK) {
        holds_note(&checkpoint, text, len);
    } else {
        holds_fault(error, &fault, len);
    }
    return error;
}

/* Signs all before the last empty line, or all there is. */
static void sign_and_open(const char *text, size_t len)
{
    uint8_t bytes[4 + crypto_sign_BYTES];
    char vkey[NOTE_VKEY_MAX_BYTES];
    size_t at = 0;
    char *copy = malloc(len + 256);

    HOLDS(copy != NULL);
    for (size_t i = 1; i < len; i++) {
        at = text[i] == '\n' && text[i - 1] == '\n' ? i : at;
    }
    at = at == 0 ? len : at;
    memcpy(copy, text, at);
    note_vkey(vkey, ORIGIN, public_key);
    HOLDS(sodium_hex2bin(bytes, 4, vkey + sizeof ORIGIN, 8, NULL, NULL, NULL) ==
          0);
    (void)crypto_sign_detached(bytes + 4, NULL, (const uint8_t *)text, at,
                               secret);
    at += (size_t)snprintf(copy + at, 256, "\n\xe2\x80\x94 " ORIGIN " ");
    (void)sodium_bin2base64(copy + at, 128, bytes, sizeof bytes,
                            sodium_base64_VARIANT_ORIGINAL);
    at += strlen(copy + at);
    copy[at++] = '\n';
    (void)open_note(copy, at);
    free(copy);
}

static void parse_path(const uint8_t *data, size_t size)
{
    struct tiles_path parsed;
    char out[TILES_PATH_MAX_BYTES + 16];
    char tile[TILES_PATH_MAX_BYTES];
    char *path = malloc(size + 1);

    HOLDS(path != NULL);
    memcpy(path, data, size);
    path[size] = '\0';
    if (tiles_path_parse(&parsed, path)) {
        HOLDS(parsed.level <= 63 && parsed.width >= 1 && parsed.width <= 256);
        tiles_path_write(tile, parsed.level, parsed.index);
        (void)snprintf(out, sizeof out, "%s%s",
                       parsed.entries ? "entries" : tile,
                       parsed.entries ? strchr(tile, '/') : "");
        if (parsed.width < 256) {
            (void)snprintf(out + strlen(out), 8, ".p/%u", parsed.width);
        }
        HOLDS(strcmp(out, path) == 0);
    }
    free(path);
}

static void decode_range(const uint8_t *data, size_t size)
{
    struct merkle_range range;
    struct frank_fault fault;
    uint8_t out[MERKLE_RANGE_MAX_BYTES];
    int error =
        merkle_range_decode(&range, (struct frank_span){data, size}, &fault);

    if (error != FRANK_OK) {
        holds_fault(error, &fault, size);
        return;
    }
    HOLDS(merkle_range_encode(out, &range) == size);
    HOLDS(memcmp(out, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;

    if (size == 0) {
        return 0;
    }
    switch (data[0]) {
    case 'n':
        (void)open_note(text, size - 1);
        sign_and_open(text, size - 1);
        break;
    case 'p':
        parse_path(data + 1, size - 1);
        break;
    case 'r':
        decode_range(data + 1, size - 1);
        break;
    default:
        break;
    }
    return 0;
}
