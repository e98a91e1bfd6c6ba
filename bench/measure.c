/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"
#include "hash.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 21
#define ROUND_NS 4e6

/* ---- Allocations -------------------------------------------------------- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static size_t taken;

size_t allocations(void)
{
    return taken;
}

void *malloc(size_t size)
{
    taken++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    taken++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    taken++;
    return __libc_realloc(old, size);
}

/* ---- Measuring ---------------------------------------------------------- */

double now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double time_of(work *w, size_t times)
{
    double start = now_ns();

    for (size_t i = 0; i < times; i++) {
        w();
    }
    return (now_ns() - start) / (double)times;
}

int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

struct figure measure(work *ours, work *bare)
{
    double ratios[ROUNDS];
    double a[ROUNDS];
    double b[ROUNDS];
    size_t times = (size_t)(ROUND_NS / time_of(ours, 20)) + 1;

    for (size_t i = 0; i < ROUNDS; i++) {
        a[i] = time_of(ours, times);
        b[i] = bare == NULL ? a[i] : time_of(bare, times);
        ratios[i] = a[i] / b[i];
    }
    qsort(ratios, ROUNDS, sizeof ratios[0], by_size);
    qsort(a, ROUNDS, sizeof a[0], by_size);
    qsort(b, ROUNDS, sizeof b[0], by_size);
    return (struct figure){a[ROUNDS / 2], b[ROUNDS / 2], ratios[ROUNDS / 2],
                           ratios[ROUNDS / 4], ratios[ROUNDS * 3 / 4]};
}

/* ---- Printing ----------------------------------------------------------- */

static bool as_json;

void print_json(void)
{
    as_json = true;
}

static void put_json(const char *name, const char *unit, const struct figure *f,
                     double goal, bool reached)
{
    json_t *line =
        json_pack("{sssssfsfsfsfsfsfsb}", "name", name, "unit", unit, "ours",
                  f->ours, "bare", f->bare, "ratio", f->ratio, "low", f->low,
                  "high", f->high, "goal", goal, "reached", reached);
    char *text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER);

    (void)puts(text);
    free(text);
    json_decref(line);
}

void put(const char *name, const char *unit, const struct figure *f,
         double goal, bool at_least)
{
    bool reached = at_least ? f->ratio >= goal : f->ratio <= goal;

    if (as_json) {
        put_json(name, unit, f, goal, reached);
        return;
    }
    (void)printf("%-44s %10.2f %10.2f %s  %6.2f (%.2f..%.2f)  %s %.2f  %s\n",
                 name, f->ours, f->bare, unit, f->ratio, f->low, f->high,
                 at_least ? ">=" : "<=", goal, reached ? "reached" : "MISSED");
}

void say(const char *text)
{
    if (!as_json) {
        (void)printf("\n%s\n", text);
    }
}

void put_machine(void)
{
    char line[512];
    FILE *info = fopen("/proc/cpuinfo", "re");
    char model[128] = "unknown processor";
    bool sha = false;

    while (info != NULL && fgets(line, sizeof line, info) != NULL) {
        if (strncmp(line, "model name", 10) == 0) {
            (void)snprintf(model, sizeof model, "%.*s",
                           (int)strcspn(strchr(line, ':') + 2, "\n"),
                           strchr(line, ':') + 2);
        }
        sha |= strstr(line, " sha_ni") != NULL;
    }
    if (info != NULL) {
        (void)fclose(info);
    }
    if (!as_json) {
        (void)printf("%s, %s SHA instructions; SHA-256 of %s; %s\n", model,
                     sha ? "with" : "without", hash_backend(), __VERSION__);
        (void)printf("%-44s %10s %10s     %6s (quartiles)  to reach\n", "",
                     "ours", "bare", "ratio");
    }
}

void need(int error)
{
    if (error != FRANK_OK) {
        (void)fprintf(stderr, "bench: %s\n", frank_strerror(error));
        exit(3);
    }
}

void bare_hmac(uint8_t *out, const uint8_t *key, size_t key_len,
               const uint8_t *bytes, size_t len)
{
    hash_state inner;
    hash_state outer;
    uint8_t pad[HASH_BLOCK_BYTES];

    memset(pad, 0x36, sizeof pad);
    for (size_t i = 0; i < key_len; i++) {
        pad[i] ^= key[i];
    }
    hash_init(&inner);
    hash_update(&inner, pad, sizeof pad);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }
    hash_init(&outer);
    hash_update(&outer, pad, sizeof pad);
    hash_update(&inner, bytes, len);
    hash_final(&inner, out);
    hash_update(&outer, out, HASH_BYTES);
    hash_final(&outer, out);
}
