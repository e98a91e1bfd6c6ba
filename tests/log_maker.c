/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes logs in folders for the scripts, and proofs for other implementations:
 *
 *     log_maker make FOLDER COUNT SEED   a log, its key (vkey) and a policy
 *     log_maker proofs COUNT SEED        proofs of that log, one a line:
 *         inclusion INDEX SIZE LEAF ROOT HASH...
 *         consistency FROM TO ROOT ROOT HASH...
 *     log_maker check                    checks such lines of standard input;
 *                                        says how many held
 *
 * all hashes in hex.
 */
#include "logs.h"
#include "proofs.h"
#include "support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HEX_BYTES (2 * MERKLE_HASH_BYTES + 1)

static void put(const char *folder, const char *name, const void *bytes,
                size_t len)
{
    char path[4096];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *slash = strchr(path + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, len, file) != len ||
        fclose(file) != 0) {
        (void)fprintf(stderr, "log_maker: cannot write %s\n", path);
        exit(3);
    }
}

static void put_tiles(struct logs_log *log, const char *folder)
{
    static uint8_t bytes[1048576];

    for (unsigned level = 0; level < LOGS_LEVELS; level++) {
        for (uint64_t i = 0;; i++) {
            unsigned width = log_tile_width(level, i, log->count);
            char path[TILES_PATH_MAX_BYTES];
            char names[2][128];

            if (width == 0) {
                break;
            }
            tiles_path_write(path, level, i);
            (void)snprintf(names[0], sizeof names[0],
                           width < 256 ? "tile/%s.p/%u" : "tile/%s", path,
                           width);
            (void)snprintf(names[1], sizeof names[1],
                           width < 256 ? "tile/entries%s.p/%u"
                                       : "tile/entries%s",
                           path + 1, width);
            for (unsigned kind = 0; kind < (level == 0 ? 2U : 1U); kind++) {
                size_t len = sizeof bytes;

                if (logs_read(log, names[kind], bytes, &len) != FRANK_OK) {
                    abort();
                }
                put(folder, names[kind], bytes, len);
            }
        }
    }
}

static int make(const char *folder, size_t count, unsigned seed)
{
    struct logs_log *log = logs_new(count, count, seed);
    const struct policy *policy = logs_policy();
    char vkey[NOTE_VKEY_MAX_BYTES];
    char witness[NOTE_VKEY_MAX_BYTES];
    char text[1024];

    logs_sign(log, count, 1700000000 + count);
    put(folder, "checkpoint", log->note, log->note_len);
    put_tiles(log, folder);
    note_vkey(vkey, logs_key.name, logs_key.public_key);
    put(folder, "vkey", vkey, strlen(vkey));
    cosigner_vkey(witness, &policy_witness(policy, 0)->cosigner);
    (void)snprintf(text, sizeof text, "log %s\nwitness w %s\nquorum w\n", vkey,
                   witness);
    put(folder, "policy", text, strlen(text));
    logs_sign(log, count, 0);
    put(folder, "checkpoint.bare", log->note, log->note_len);
    return 0;
}

/* ---- Proofs ---------------------------------------------------------------
 */

struct tree_source {
    struct logs_log *log;
};

static int read_tile(void *context, uint8_t (*out)[MERKLE_HASH_BYTES],
                     unsigned level, uint64_t index, unsigned width,
                     struct frank_fault *fault)
{
    const struct tree_source *source = context;

    (void)fault;
    memcpy(out, source->log->levels[level] + TILES_WIDTH * index,
           width * sizeof(log_hash));
    return FRANK_OK;
}

static void put_hash(const uint8_t *hash)
{
    char hex[HEX_BYTES];

    (void)printf(" %s",
                 sodium_bin2hex(hex, sizeof hex, hash, MERKLE_HASH_BYTES));
}

static void root_of(log_hash out, const struct logs_log *log, size_t size)
{
    struct merkle_range range = {0};

    for (size_t i = 0; i < size; i++) {
        merkle_append(&range, log->levels[0][i]);
    }
    merkle_root(out, &range);
}

static int proofs(size_t count, unsigned seed)
{
    struct logs_log *log = logs_new(count, count, seed);
    struct tree_source source = {log};
    uint8_t proof[MERKLE_PROOF_MAX][MERKLE_HASH_BYTES];
    uint32_t random = 7;
    size_t hashes = 0;
    log_hash root;
    log_hash old;

    root_of(root, log, count);
    for (unsigned i = 0; i < 100; i++) {
        uint64_t index = support_random(&random) % count;
        uint64_t from = 1 + support_random(&random) % count;

        if (proof_inclusion(proof, &hashes, index, count, read_tile, &source,
                            NULL) != FRANK_OK) {
            return 1;
        }
        (void)printf("inclusion %ju %zu", (uintmax_t)index, count);
        put_hash(log->levels[0][index]);
        put_hash(root);
        for (size_t h = 0; h < hashes; h++) {
            put_hash(proof[h]);
        }
        if (proof_consistency(proof, &hashes, from, count, read_tile, &source,
                              NULL) != FRANK_OK) {
            return 1;
        }
        root_of(old, log, from);
        (void)printf("\nconsistency %ju %zu", (uintmax_t)from, count);
        put_hash(old);
        put_hash(root);
        for (size_t h = 0; h < hashes; h++) {
            put_hash(proof[h]);
        }
        (void)printf("\n");
    }
    return 0;
}

static bool next_hash(uint8_t *out)
{
    const char *word = strtok(NULL, " \n");

    return word != NULL && sodium_hex2bin(out, MERKLE_HASH_BYTES, word,
                                          strlen(word), NULL, NULL, NULL) == 0;
}

static bool check_line(char *line)
{
    uint8_t proof[MERKLE_PROOF_MAX][MERKLE_HASH_BYTES];
    const char *kind = strtok(line, " ");
    const char *first = strtok(NULL, " ");
    const char *second = strtok(NULL, " ");
    uint64_t a;
    uint64_t b;
    size_t count = 0;
    log_hash hashes[2];

    if (kind == NULL || first == NULL || second == NULL ||
        !next_hash(hashes[0]) || !next_hash(hashes[1])) {
        return false;
    }
    a = strtoull(first, NULL, 10);
    b = strtoull(second, NULL, 10);
    while (count < MERKLE_PROOF_MAX && next_hash(proof[count])) {
        count++;
    }
    if (strcmp(kind, "inclusion") == 0) {
        return merkle_check_inclusion(
                   a, b, hashes[0], (const uint8_t(*)[MERKLE_HASH_BYTES])proof,
                   count, hashes[1], NULL) == FRANK_OK;
    }
    return merkle_check_consistency(a, b, hashes[0], hashes[1],
                                    (const uint8_t(*)[MERKLE_HASH_BYTES])proof,
                                    count, NULL) == FRANK_OK;
}

static int check(void)
{
    static char line[16384];
    unsigned held = 0;

    while (fgets(line, sizeof line, stdin) != NULL) {
        if (!check_line(line)) {
            (void)fprintf(stderr, "log_maker: does not hold: %s\n", line);
            return 1;
        }
        held++;
    }
    (void)printf("%u\n", held);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (sodium_init() < 0) {
        return 3;
    }
    if (strcmp(what, "make") == 0 && argc == 5) {
        return make(argv[2], strtoul(argv[3], NULL, 10),
                    (unsigned)strtoul(argv[4], NULL, 10));
    }
    if (strcmp(what, "proofs") == 0 && argc == 4) {
        return proofs(strtoul(argv[2], NULL, 10),
                      (unsigned)strtoul(argv[3], NULL, 10));
    }
    if (strcmp(what, "check") == 0 && argc == 2) {
        return check();
    }
    (void)fputs("usage: log_maker make FOLDER COUNT SEED | proofs COUNT SEED | "
                "check\n",
                stderr);
    return 2;
}
