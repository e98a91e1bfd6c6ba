/* SPDX-License-Identifier: Apache-2.0 */
/*
 * respot KEY WHAT ANSWER: an answer to a spot check as it would be if the
 * moderation side cheated, sealed to the same auditor.
 *   same     as it is
 *   drop     without its first case
 *   twice    its first case twice
 *   swap     the first two cases' bundles exchanged
 *   flip     a byte of the first bundle changed
 *   purged   its first case called purged
 *   head     another population
 *   old      its first case's bundle replaced by that of a file (4th argument)
 */
#include "secret_file.h"
#include "spot_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_MAX 64
#define ANSWER_MAX ((size_t)64 << 20)

static _Noreturn void fail(const char *what)
{
    (void)fprintf(stderr, "respot: %s\n", what);
    exit(3);
}

static bool put(void *context, const uint8_t *bytes, size_t len)
{
    return fwrite(bytes, 1, len, context) == len;
}

static size_t read_cases(struct spot_case *cases, struct spot_opener *opener,
                         struct spot_head *head, struct frank_span bytes,
                         const uint8_t *public_key, const uint8_t *secret)
{
    size_t count = 0;
    bool more = true;

    if (spot_open_begin(opener, head, bytes, public_key, secret, NULL) !=
        FRANK_OK) {
        fail("not an answer to this key");
    }
    while (more && count < CASES_MAX) {
        if (spot_open_next(opener, &more, &cases[count], NULL) != FRANK_OK) {
            fail("a case cannot be read");
        }
        count += more;
    }
    return count;
}

static uint8_t old[1 << 20];
static size_t old_len;

static size_t load(uint8_t *out, size_t size, const char *name)
{
    FILE *file = fopen(name, "rb");
    size_t len = file != NULL ? fread(out, 1, size, file) : 0;

    if (file == NULL) {
        fail(name);
    }
    (void)fclose(file);
    return len;
}

static size_t cheat(struct spot_case *cases, size_t count,
                    struct spot_head *head, const char *what)
{
    static struct spot_case first; /* nothing of it is freed */

    first = cases[0];
    if (strcmp(what, "drop") == 0) {
        memmove(cases, cases + 1, --count * sizeof *cases);
    } else if (strcmp(what, "twice") == 0) {
        cases[count++] = first;
    } else if (strcmp(what, "swap") == 0) {
        cases[0].bundle = cases[1].bundle;
        cases[0].len = cases[1].len;
        cases[1].bundle = first.bundle;
        cases[1].len = first.len;
    } else if (strcmp(what, "flip") == 0) {
        cases[0].bundle[first.len / 2] ^= 1;
    } else if (strcmp(what, "purged") == 0) {
        cases[0].state = SPOT_PURGED;
        cases[0].len = 0;
    } else if (strcmp(what, "head") == 0) {
        head->population++;
    } else if (strcmp(what, "old") == 0) {
        cases[0].bundle = old;
        cases[0].len = old_len;
    }
    return count;
}

int main(int argc, char **argv)
{
    static struct spot_case cases[CASES_MAX + 1];
    static uint8_t bytes[ANSWER_MAX];
    uint8_t public_key[SPOT_KEY_BYTES];
    uint8_t secret[SPOT_KEY_BYTES];
    struct spot_opener opener;
    struct spot_sealer sealer;
    struct spot_head head;
    size_t count;
    size_t len;

    if (argc < 4 || argc > 5 || sodium_init() < 0 ||
        secret_file_key(secret, argv[1], NULL) != FRANK_OK ||
        crypto_scalarmult_base(public_key, secret) != 0) {
        fail("KEY WHAT ANSWER");
    }
    len = load(bytes, sizeof bytes, argv[3]);
    old_len = argc == 5 ? load(old, sizeof old, argv[4]) : 0;
    count = read_cases(cases, &opener, &head, (struct frank_span){bytes, len},
                       public_key, secret);
    if (count < 2) {
        fail("too few cases to cheat with");
    }
    count = cheat(cases, count, &head, argv[2]);
    if (spot_seal_begin(&sealer, public_key, &head, put, stdout, NULL) !=
        FRANK_OK) {
        fail("write");
    }
    for (size_t i = 0; i < count; i++) {
        if (spot_seal_case(&sealer, cases[i].name, cases[i].state,
                           (struct frank_span){cases[i].bundle, cases[i].len},
                           NULL) != FRANK_OK) {
            fail("write");
        }
    }
    if (spot_seal_end(&sealer, NULL) != FRANK_OK || fflush(stdout) != 0) {
        fail("write");
    }
    spot_open_wipe(&opener);
    return 0;
}
