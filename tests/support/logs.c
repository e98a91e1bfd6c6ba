/* SPDX-License-Identifier: Apache-2.0 */
#include "logs.h"
#include "support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct note_key logs_key;
struct cosigner logs_witness;
static uint8_t log_secret[64];
static uint8_t witness_secret[64];
static struct policy policy;
static struct logs_log *all;

static void make_keys(void)
{
    static const uint8_t seeds[2][32] = {{1}, {2}};
    char vkeys[2][NOTE_VKEY_MAX_BYTES];
    char text[1024];

    if (logs_key.name[0] != '\0') {
        return;
    }
    (void)snprintf(logs_key.name, sizeof logs_key.name, "%s", LOGS_ORIGIN);
    (void)snprintf(logs_witness.name, sizeof logs_witness.name,
                   "witness.example");
    (void)crypto_sign_seed_keypair(logs_key.public_key, log_secret, seeds[0]);
    (void)crypto_sign_seed_keypair(logs_witness.public_key, witness_secret,
                                   seeds[1]);
    note_vkey(vkeys[0], logs_key.name, logs_key.public_key);
    cosigner_vkey(vkeys[1], &logs_witness);
    (void)snprintf(text, sizeof text,
                   "log %s\nwitness first %s\nquorum first\n", vkeys[0],
                   vkeys[1]);
    if (policy_parse(&policy, text, strlen(text), NULL) != FRANK_OK) {
        abort();
    }
}

const struct policy *logs_policy(void)
{
    make_keys();
    return &policy;
}

static void *need(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static struct logs_log *make_room(size_t room)
{
    struct logs_log *log = need(calloc(1, sizeof *log));

    log->room = room;
    log->entries = need(calloc(room, sizeof *log->entries));
    for (size_t level = 0; level < LOGS_LEVELS; level++) {
        log->levels[level] = need(
            calloc((room >> (TILES_HEIGHT * level)) + 1, sizeof(log_hash)));
    }
    return log;
}

struct logs_log *logs_new(size_t count, size_t room, unsigned seed)
{
    struct logs_log *log = make_room(room);

    make_keys();
    log->next = all;
    all = log;
    for (size_t i = 0; i < count; i++) {
        uint8_t nonce[16];
        char hex[33];
        char text[160];
        const uint32_t of[2] = {(uint32_t)i, seed};

        (void)crypto_generichash(nonce, sizeof nonce, (const uint8_t *)of,
                                 sizeof of, NULL, 0);
        (void)sodium_bin2hex(hex, sizeof hex, nonce, sizeof nonce);
        (void)snprintf(text, sizeof text,
                       "{\"type\":\"padding\",\"time\":%zu,\"nonce\":\"%s\"}",
                       1700000000000 + i, hex);
        log->entries[i] = (struct frank_span){
            support_copy((const uint8_t *)text, strlen(text)), strlen(text)};
    }
    log->count = count;
    logs_hash(log, 0);
    return log;
}

void logs_copy(struct logs_log *to, const struct logs_log *from)
{
    if (to->room == 0) {
        struct logs_log *made = make_room(from->room);

        *to = *made; /* transferred */
        free(made);
    }
    to->count = from->count;
    memcpy(to->entries, from->entries, from->count * sizeof *to->entries);
    for (size_t level = 0; level < LOGS_LEVELS; level++) {
        to->nodes[level] = from->nodes[level];
        memcpy(to->levels[level], from->levels[level],
               from->nodes[level] * sizeof(log_hash));
    }
    memcpy(to->note, from->note, from->note_len);
    to->note_len = from->note_len;
    to->reads = 0;
    to->broken = NULL;
    to->troubled = NULL;
}

void logs_hash_above(struct logs_log *log, size_t from)
{
    log->nodes[0] = log->count;
    for (size_t level = 1; level < LOGS_LEVELS; level++) {
        log->nodes[level] = log->count >> (TILES_HEIGHT * level);
        for (size_t i = from >> (TILES_HEIGHT * level); i < log->nodes[level];
             i++) {
            log_tile_root(log->levels[level][i],
                          (const log_hash *)log->levels[level - 1] +
                              TILES_WIDTH * i);
        }
    }
}

void logs_hash(struct logs_log *log, size_t from)
{
    for (size_t i = from; i < log->count; i++) {
        merkle_leaf(log->levels[0][i], log->entries[i]);
    }
    logs_hash_above(log, from);
}

void logs_sign(struct logs_log *log, size_t size, uint64_t time_s)
{
    static struct log_tree tree;
    struct note_checkpoint checkpoint = {.size = size};
    size_t body;

    memset(&tree, 0, sizeof tree);
    for (size_t level = 0; level < LOGS_LEVELS; level++) {
        struct log_level *l = &tree.levels[level];
        size_t have = (size >> (TILES_HEIGHT * level)) % TILES_WIDTH;

        l->nodes = size >> (TILES_HEIGHT * level);
        memcpy(l->hashes, log->levels[level] + l->nodes - have,
               have * sizeof(log_hash));
    }
    log_tree_root(checkpoint.root, &tree);
    log->note_len =
        note_sign(log->note, logs_key.name, &checkpoint, log_secret);
    if (time_s != 0) {
        body = (size_t)(strstr(log->note, "\n\n") - log->note) + 1;
        log->note_len +=
            cosignature_sign(log->note + log->note_len, &logs_witness,
                             witness_secret, log->note, body, time_s);
    }
}

/* ---- Reading --------------------------------------------------------------
 */

static int give(uint8_t *out, size_t *len, const void *bytes, size_t have)
{
    if (have > *len) {
        return FRANK_ERR_LIMIT;
    }
    if (have > 0) {
        memcpy(out, bytes, have);
    }
    *len = have;
    return FRANK_OK;
}

static int give_entries(const struct logs_log *log, uint8_t *out, size_t *len,
                        size_t start, size_t width)
{
    size_t at = 0;

    if (start + width > log->count) {
        return FRANK_ERR_MISSING;
    }
    for (size_t i = start; i < start + width; i++) {
        const struct frank_span entry = log->entries[i];

        if (at + 2 + entry.len > *len) {
            return FRANK_ERR_LIMIT;
        }
        out[at] = (uint8_t)(entry.len >> 8);
        out[at + 1] = (uint8_t)entry.len;
        if (entry.len > 0) {
            memcpy(out + at + 2, entry.data, entry.len);
        }
        at += 2 + entry.len;
    }
    *len = at;
    return FRANK_OK;
}

static int give_file(const struct logs_log *log, const char *path, uint8_t *out,
                     size_t *len)
{
    struct tiles_path tile;
    size_t start;

    if (strcmp(path, "checkpoint") == 0) {
        return log->note_len == 0 ? FRANK_ERR_MISSING
                                  : give(out, len, log->note, log->note_len);
    }
    if (strncmp(path, "tile/", 5) != 0 || !tiles_path_parse(&tile, path + 5)) {
        fail_msg("not a file of a log: %s", path);
    }
    if (tile.index > log->room || tile.level >= LOGS_LEVELS) {
        return FRANK_ERR_MISSING;
    }
    start = (size_t)tile.index * TILES_WIDTH;
    if (tile.entries) {
        return give_entries(log, out, len, start, tile.width);
    }
    if (start + tile.width > log->nodes[tile.level]) {
        return FRANK_ERR_MISSING;
    }
    return give(out, len, log->levels[tile.level] + start,
                tile.width * sizeof(log_hash));
}

int logs_read(void *context, const char *path, uint8_t *out, size_t *len)
{
    struct logs_log *log = context;
    const size_t room = *len;
    int error;

    log->reads++;
    if (log->troubled != NULL && strcmp(path, log->troubled) == 0) {
        return FRANK_ERR_FILE;
    }
    error = give_file(log, path, out, len);
    if (error == FRANK_OK && log->broken != NULL &&
        strcmp(path, log->broken) == 0) {
        if (log->broken_len > room) {
            return log->broken_len == SIZE_MAX ? FRANK_ERR_MISSING
                                               : FRANK_ERR_LIMIT;
        }
        if (log->broken_len > *len) {
            memset(out + *len, 0, log->broken_len - *len);
        }
        *len = log->broken_len;
    }
    return error;
}
