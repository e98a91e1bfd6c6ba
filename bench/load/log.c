/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs: one made in a folder, of entries of some 300 bytes; verified there by
 * the auditor's client, beside the same leaves and nodes hashed with nothing
 * around them; and one appended to as a program does it, through the writer and
 * the publisher, on disk.
 */
#include "hash.h"
#include "hub_store.h"
#include "ledger_entry.h"
#include "load.h"
#include "log_client.h"
#include "log_tree.h"
#include "publisher.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define ENTRY_BYTES 300
#define ORIGIN "log.example"

/* ---- A log in a folder ---- */

static struct note_key key = {.name = ORIGIN};
static uint8_t secret[64];

static void make_key(void)
{
    static const uint8_t seed[32] = {1};

    (void)crypto_sign_seed_keypair(key.public_key, secret, seed);
}

static void put(const char *folder, const char *name, const void *bytes,
                size_t len)
{
    char path[4096];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, len, file) != len ||
        fclose(file) != 0) {
        load_fail(path);
    }
}

static void put_tile(const char *folder, const char *kind, unsigned level,
                     uint64_t index, unsigned width, const void *bytes,
                     size_t len)
{
    char path[TILES_PATH_MAX_BYTES];
    char name[128];

    tiles_path_write(path, level, index);
    (void)snprintf(name, sizeof name,
                   width < TILES_WIDTH ? "tile/%s%s.p/%u" : "tile/%s%s", kind,
                   path + (kind[0] != '\0' ? 1 : 0), width);
    put(folder, name, bytes, len);
}

/* Entry `number` of a bundle that begins as all do. */
static void make_entry(uint8_t *out, uint64_t number)
{
    memset(out, 'x', ENTRY_BYTES);
    (void)snprintf((char *)out, 64, "{\"type\":\"consent\",\"number\":%020llu,",
                   (unsigned long long)number);
}

/* A full tile of a level becomes a hash of the next one. */
static void grow(struct log_tree *tree, const char *folder, const log_hash leaf)
{
    log_hash hash;

    memcpy(hash, leaf, sizeof hash);
    for (unsigned level = 0; level < LOG_LEVELS; level++) {
        struct log_level *l = &tree->levels[level];
        size_t at = l->nodes++ % TILES_WIDTH;

        memcpy(l->hashes[at], hash, sizeof hash);
        if (at + 1 < TILES_WIDTH) {
            return;
        }
        put_tile(folder, "", level, (l->nodes - 1) / TILES_WIDTH, TILES_WIDTH,
                 l->hashes, sizeof l->hashes);
        log_tile_root(hash, (const log_hash *)l->hashes);
    }
}

int load_log_make(int argc, char **argv)
{
    const char *folder = load_option(argc, argv, "--folder");
    uint64_t count = load_number(argc, argv, "--count", 1000000);
    struct log_tree *tree = calloc(1, sizeof *tree);
    static uint8_t bundle[TILES_WIDTH * (2 + ENTRY_BYTES)];
    struct note_checkpoint checkpoint = {.size = count};
    char note[NOTE_MAX_BYTES];
    size_t len = 0;

    if (folder == NULL || tree == NULL) {
        load_fail("--folder");
    }
    make_key();
    (void)mkdir(folder, 0700);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t *entry = bundle + len + 2;
        log_hash leaf;

        bundle[len] = ENTRY_BYTES >> 8;
        bundle[len + 1] = ENTRY_BYTES & 0xff;
        make_entry(entry, i);
        len += 2 + ENTRY_BYTES;
        merkle_leaf(leaf, (struct frank_span){entry, ENTRY_BYTES});
        grow(tree, folder, leaf);
        if (len == sizeof bundle || i + 1 == count) {
            put_tile(folder, "entries", 0, i / TILES_WIDTH,
                     (unsigned)(i % TILES_WIDTH) + 1, bundle, len);
            len = 0;
        }
    }
    for (unsigned level = 0; level < LOG_LEVELS; level++) {
        const struct log_level *l = &tree->levels[level];
        unsigned width = (unsigned)(l->nodes % TILES_WIDTH);

        if (width > 0) {
            put_tile(folder, "", level, l->nodes / TILES_WIDTH, width,
                     l->hashes, width * sizeof(log_hash));
        }
    }
    log_tree_root(checkpoint.root, tree);
    len = note_sign(note, ORIGIN, &checkpoint, secret);
    put(folder, "checkpoint", note, len);
    note_vkey(note, ORIGIN, key.public_key);
    put(folder, "vkey", note, strlen(note));
    free(tree);
    return 0;
}

/* ---- Verifying it ---- */

/* Of this program's threads, in microseconds: neighbours do not count. */
static double cpu_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double reading; /* of the processor, in all */

static int read_file(void *context, const char *path, uint8_t *out, size_t *len)
{
    const double begun = cpu_us();
    char name[4096];
    FILE *file;

    (void)snprintf(name, sizeof name, "%s/%s", (const char *)context, path);
    file = fopen(name, "rb");
    if (file == NULL) {
        return FRANK_ERR_MISSING;
    }
    (void)setvbuf(file, NULL, _IONBF, 0);
    *len = fread(out, 1, *len, file);
    (void)fclose(file);
    reading += cpu_us() - begun;
    return FRANK_OK;
}

/* *wall: of the clock; what is given back is of the processor. */
static double verify(double *wall, const char *folder, const char *state,
                     bool entries, uint64_t from, struct log_result *result)
{
    struct log_ask ask = {.key = &key,
                          .state = state,
                          .entries = entries,
                          .entries_from = from,
                          .read = read_file,
                          .read_context = (void *)(uintptr_t)folder};
    struct frank_fault fault = {.error = FRANK_OK};
    uint64_t begun = load_now_us();
    double cpu = cpu_us();

    if (log_client_check(result, &ask, &fault) != FRANK_OK) {
        char text[LOG_TEXT_BYTES];

        log_result_text(text, result);
        (void)fprintf(stderr, "load: %s\n", text);
        exit(3);
    }
    *wall = (double)(load_now_us() - begun);
    return cpu_us() - cpu;
}

/* As many leaves and nodes as the log has, each hashed in one piece. */
static double bare(uint64_t count, bool leaves)
{
    static uint8_t leaf[TILES_WIDTH][1 + ENTRY_BYTES];
    static uint8_t node[1 + 2 * MERKLE_HASH_BYTES] = {1};
    uint8_t out[HASH_BYTES];
    double begun;
    hash_state state;

    for (size_t i = 0; i < TILES_WIDTH; i++) {
        make_entry(leaf[i] + 1, i);
    }
    begun = cpu_us();
    for (uint64_t i = 0; leaves && i < count; i++) {
        hash_init(&state);
        hash_update(&state, leaf[i % TILES_WIDTH], sizeof leaf[0]);
        hash_final(&state, out);
    }
    for (uint64_t i = 1; i < count; i++) {
        hash_init(&state);
        hash_update(&state, node, sizeof node);
        hash_final(&state, node + 1);
    }
    return cpu_us() - begun;
}

int load_log_verify(int argc, char **argv)
{
    const char *folder = load_option(argc, argv, "--folder");
    const char *state = load_option(argc, argv, "--state");
    uint64_t from = load_number(argc, argv, "--from", 0);
    bool entries = load_number(argc, argv, "--entries", 0) != 0;
    struct log_result result;
    double ours;
    double theirs;
    double wall;

    if (folder == NULL) {
        load_fail("--folder");
    }
    make_key();
    ours = verify(&wall, folder, state, entries, from, &result);
    theirs = bare(result.hashes, entries);
    (void)printf("{\"hashes\":%llu,\"entries\":%llu,\"seconds\":%.6f,"
                 "\"cpu_seconds\":%.6f,\"reading_seconds\":%.6f,"
                 "\"per_second\":%.0f,\"bare_seconds\":%.6f,"
                 "\"ratio\":%.3f}\n",
                 (unsigned long long)result.hashes,
                 (unsigned long long)result.entries, wall / 1e6, ours / 1e6,
                 reading / 1e6, (double)result.hashes * 1e6 / wall,
                 theirs / 1e6, theirs > 0 ? (ours - reading) / theirs : 0);
    return 0;
}

/* ---- Appending ---- */

struct group {
    struct write write;
    struct ledger *ledger;
    uint64_t count;
};

static void append(struct write *write, struct db *db)
{
    const struct group *g = (const struct group *)write;
    char rest[ENTRY_BYTES];

    (void)snprintf(rest, sizeof rest, ",\"report\":\"%0200d\"", 0);
    for (uint64_t i = 0; i < g->count; i++) {
        ledger_entry(g->ledger, db, "report_received", 1700000000000, rest);
    }
}

static void wait_published(struct publisher *publisher, uint64_t size)
{
    struct cosigned published = {.size = 0};
    const struct timespec little = {0, 2000000};

    while (!publisher_checkpoint(publisher, false, &published) ||
           published.size < size) {
        (void)nanosleep(&little, NULL);
    }
}

int load_log_append(int argc, char **argv)
{
    const char *folder = load_option(argc, argv, "--folder");
    uint64_t count = load_number(argc, argv, "--count", 100000);
    uint64_t many = load_number(argc, argv, "--group", 500);
    const struct store_settings settings = {.data = folder,
                                            .name = "hub.db",
                                            .program = "load",
                                            .schema = &hub_schema,
                                            .statements = hub_statements,
                                            .statement_count =
                                                hub_statement_count,
                                            .queue_max = 16};
    struct publisher_settings publishing = {.data = folder,
                                            .checkpoint = "",
                                            .origin = ORIGIN,
                                            .secret_key = secret,
                                            .public_key = key.public_key,
                                            .public_every = 3600000,
                                            .round = 64,
                                            .witnesses = {.policy = ""}};
    static struct store store;
    struct publisher *publisher = NULL;
    uint64_t begun;
    double committed;
    double published;
    uint64_t size;

    make_key();
    publishing.store = &store;
    if (folder == NULL || (mkdir(folder, 0700) != 0 && errno != EEXIST) ||
        !store_open(&store, &settings) ||
        !publisher_open(&publisher, &publishing) ||
        !store_start_writer(&store) || !publisher_start(publisher)) {
        load_fail("--folder");
    }
    begun = load_now_us();
    size = store.ledger.range.size;
    for (uint64_t done = 0; done < count; done += many) {
        struct group group = {
            .write = {.run = append, .small = true, .bytes = 1},
            .ledger = &store.ledger,
            .count = many};

        if (writer_do(store.writer, &group.write) != WRITE_DONE) {
            load_fail("disk full");
        }
        size += many;
    }
    committed = (double)(load_now_us() - begun);
    wait_published(publisher, size);
    published = (double)(load_now_us() - begun);
    writer_stop(store.writer);
    publisher_stop(publisher);
    publisher_free(publisher);
    store_close(&store);
    (void)printf("{\"entries\":%llu,\"committed_per_second\":%.0f,"
                 "\"published_per_second\":%.0f}\n",
                 (unsigned long long)count, (double)count * 1e6 / committed,
                 (double)count * 1e6 / published);
    return 0;
}
