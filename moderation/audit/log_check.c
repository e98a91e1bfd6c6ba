/* SPDX-License-Identifier: Apache-2.0 */
#include "log_check.h"

#include "tiles.h"
#include "wire.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS_MAX 8
#define PROGRESS_EVERY 64 /* tiles */

typedef uint8_t hash_bytes[MERKLE_HASH_BYTES];

/* ---- The key --------------------------------------------------------------
 */

int log_key_read(struct log_key *out, const char *text,
                 struct frank_fault *fault)
{
    char again[NOTE_VKEY_MAX_BYTES];
    uint8_t bytes[1 + FRANK_PUBLIC_KEY_BYTES];
    size_t origin = strcspn(text, "+");
    const char *encoded;
    size_t len = 0;

    memset(out, 0, sizeof *out);
    if (origin == 0 || origin > NOTE_ORIGIN_MAX_BYTES ||
        strlen(text) < origin + 10 || text[origin + 9] != '+') {
        return wire_fault(fault, FRANK_ERR_VALUE, "key", 0, 0, 0);
    }
    encoded = text + origin + 10;
    memcpy(out->origin, text, origin);
    if (!note_origin_is_valid(out->origin) ||
        sodium_base642bin(bytes, sizeof bytes, encoded, strlen(encoded), NULL,
                          &len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        len != sizeof bytes || bytes[0] != 1) {
        memset(out, 0, sizeof *out);
        return wire_fault(fault, FRANK_ERR_VALUE, "key", origin, 0, 0);
    }
    memcpy(out->public_key, bytes + 1, sizeof out->public_key);
    /* Its hash is right if it comes out as it was. */
    note_vkey(again, out->origin, out->public_key);
    if (strcmp(again, text) != 0) {
        memset(out, 0, sizeof *out);
        return wire_fault(fault, FRANK_ERR_VALUE, "key's hash", origin + 1, 0,
                          0);
    }
    return FRANK_OK;
}

/* ---- The tree -------------------------------------------------------------
 */

/* A tile that fills up with what the tiles below it give. */
struct pending {
    uint64_t index;
    unsigned count;
    hash_bytes hashes[TILES_WIDTH];
};

struct checking {
    log_read *read;
    void *context;
    char *where;
    struct frank_fault *fault;
    hash_bytes tile[TILES_WIDTH];
    struct pending levels[LEVELS_MAX]; /* from level 1 */
    /* The compact range: roots of perfect subtrees of falling height. */
    unsigned heights[MERKLE_LEVELS_MAX];
    hash_bytes roots[MERKLE_LEVELS_MAX];
    unsigned subtrees;
};

static int read_tile(struct checking *c, hash_bytes *out, unsigned level,
                     uint64_t index, unsigned width)
{
    char path[TILES_PATH_MAX_BYTES];
    size_t len = width * sizeof *out;

    tiles_path_write(path, level, index);
    (void)snprintf(c->where, LOG_WHERE_BYTES,
                   width < TILES_WIDTH ? "tile/%s.p/%u" : "tile/%s", path,
                   width);
    return c->read(c->context, c->where, (uint8_t *)out, &len);
}

static void add(struct checking *c, unsigned height, const uint8_t *hash)
{
    hash_bytes node;

    memcpy(node, hash, sizeof node);
    while (c->subtrees > 0 && c->heights[c->subtrees - 1] == height) {
        c->subtrees--;
        merkle_node(node, c->roots[c->subtrees], node);
        height++;
    }
    c->heights[c->subtrees] = height;
    memcpy(c->roots[c->subtrees++], node, sizeof node);
}

static void root_of_all(const struct checking *c, hash_bytes out)
{
    struct merkle_range empty = {0};

    if (c->subtrees == 0) {
        merkle_root(out, &empty);
        return;
    }
    memcpy(out, c->roots[c->subtrees - 1], sizeof(hash_bytes));
    for (unsigned i = c->subtrees - 1; i-- > 0;) {
        merkle_node(out, c->roots[i], out);
    }
}

/* The root over a full tile. */
static void root_of_tile(hash_bytes out, const hash_bytes *hashes)
{
    hash_bytes level[TILES_WIDTH];

    memcpy(level, hashes, sizeof level);
    for (size_t n = TILES_WIDTH; n > 1; n /= 2) {
        for (size_t i = 0; i < n / 2; i++) {
            merkle_node(level[i], level[2 * i], level[2 * i + 1]);
        }
    }
    memcpy(out, level[0], sizeof(hash_bytes));
}

/* A tile of a higher level as it is, against what the tiles below it give. */
static int compare(struct checking *c, unsigned level)
{
    const struct pending *p = &c->levels[level];
    int error = read_tile(c, c->tile, level, p->index, p->count);

    for (unsigned i = 0; error == FRANK_OK && i < p->count; i++) {
        if (memcmp(c->tile[i], p->hashes[i], sizeof(hash_bytes)) != 0) {
            error = wire_fault(c->fault, FRANK_ERR_PROOF,
                               "hash, as of the tiles below it",
                               i * sizeof(hash_bytes), i, 0);
        }
    }
    return error;
}

static int add_full(struct checking *c, unsigned level, const hash_bytes hash)
{
    struct pending *p = &c->levels[level];
    hash_bytes above;
    int error;

    memcpy(p->hashes[p->count++], hash, sizeof(hash_bytes));
    if (p->count < TILES_WIDTH) {
        return FRANK_OK;
    }
    error = compare(c, level);
    if (error == FRANK_OK && level + 1 < LEVELS_MAX) {
        root_of_tile(above, (const hash_bytes *)p->hashes);
        p->count = 0;
        p->index++;
        error = add_full(c, level + 1, above);
    }
    return error;
}

static int check_leaves(struct checking *c, uint64_t size,
                        log_progress *progress)
{
    hash_bytes leaves[TILES_WIDTH];
    hash_bytes root;
    int error = FRANK_OK;

    for (uint64_t at = 0; at < size && error == FRANK_OK; at += TILES_WIDTH) {
        unsigned width =
            size - at < TILES_WIDTH ? (unsigned)(size - at) : TILES_WIDTH;

        error = read_tile(c, leaves, 0, at / TILES_WIDTH, width);
        if (error == FRANK_OK && width == TILES_WIDTH) {
            root_of_tile(root, (const hash_bytes *)leaves);
            add(c, TILES_HEIGHT, root);
            error = add_full(c, 1, root);
        }
        for (unsigned i = 0;
             error == FRANK_OK && width < TILES_WIDTH && i < width; i++) {
            add(c, 0, leaves[i]);
        }
        if (progress != NULL && at / TILES_WIDTH % PROGRESS_EVERY == 0) {
            progress(c->context, at, size);
        }
    }
    for (unsigned level = 1; error == FRANK_OK && level < LEVELS_MAX; level++) {
        if (c->levels[level].count > 0) {
            error = compare(c, level);
        }
    }
    return error;
}

int log_check(struct note_checkpoint *out, char where[static LOG_WHERE_BYTES],
              const struct log_key *key, log_read *read, log_progress *progress,
              void *context, struct frank_fault *fault)
{
    size_t room = NOTE_READ_MAX_BYTES;
    uint8_t *note = malloc(room);
    struct checking *c = calloc(1, sizeof *c);
    hash_bytes root;
    int error = FRANK_ERR_MEMORY;

    (void)snprintf(where, LOG_WHERE_BYTES, "checkpoint");
    if (note == NULL || c == NULL) {
        (void)wire_fault(fault, FRANK_ERR_MEMORY, "log", 0, 0, 0);
        goto out;
    }
    *c = (struct checking){
        .read = read, .context = context, .where = where, .fault = fault};
    error = read(context, where, note, &room);
    if (error == FRANK_OK) {
        error = note_open(out, (const char *)note, room, key->origin,
                          key->public_key, fault);
    }
    if (error == FRANK_OK) {
        error = check_leaves(c, out->size, progress);
    }
    if (error == FRANK_OK) {
        root_of_all(c, root);
        if (memcmp(root, out->root, sizeof root) != 0) {
            (void)snprintf(where, LOG_WHERE_BYTES, "tiles");
            error = wire_fault(fault, FRANK_ERR_PROOF, "root", 0, 0, 0);
        }
    }
out:
    free(note);
    free(c);
    return error;
}
