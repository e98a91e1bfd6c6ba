/* SPDX-License-Identifier: Apache-2.0 */
#include "spot_check.h"

#include "hash.h"
#include "key_json.h"
#include "wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LABEL "frank v1 spot check"
#define ENTRY_MAX_BYTES 65535
#define FIRST_ROOM 256

typedef uint8_t case_name[SPOT_CASE_BYTES];

/* Names as they come, twice ones too, until the log is over. */
struct names {
    case_name *all;
    size_t count;
    size_t room;
};

struct spot_population {
    struct names opened;
    struct names purged;
};

/* ---- From entries to cases ------------------------------------------------
 */

int spot_population_new(struct spot_population **out, struct frank_fault *fault)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL ? FRANK_OK
                        : wire_fault(fault, FRANK_ERR_MEMORY, "cases", 0, 0, 0);
}

void spot_population_free(struct spot_population *population)
{
    if (population != NULL) {
        free(population->opened.all);
        free(population->purged.all);
        free(population);
    }
}

static int add(struct names *names, const case_name name,
               struct frank_fault *fault)
{
    if (names->count == names->room) {
        size_t room = names->room > 0 ? 2 * names->room : FIRST_ROOM;
        case_name *all = realloc(names->all, room * sizeof *all);

        if (all == NULL) {
            return wire_fault(fault, FRANK_ERR_MEMORY, "cases", 0, 0, 0);
        }
        names->all = all;
        names->room = room;
    }
    memcpy(names->all[names->count++], name, sizeof(case_name));
    return FRANK_OK;
}

/* A purge names a report, or the case: that one is meant here. */
static int read_entry(struct spot_population *p, const json_t *entry,
                      struct frank_fault *fault)
{
    const char *type = json_string_value(json_object_get(entry, "type"));
    const json_t *in_case = json_object_get(entry, "case");
    bool opens = type != NULL && strcmp(type, "report_opened") == 0;
    bool purges = type != NULL && strcmp(type, "purge") == 0 && in_case != NULL;
    case_name name;
    int error;

    if (!opens && !purges) {
        return FRANK_OK;
    }
    error = key_json_hex(name, sizeof name, in_case, "case",
                         "case, which must be 32 hexadecimal digits", fault);
    return error == FRANK_OK ? add(opens ? &p->opened : &p->purged, name, fault)
                             : error;
}

int spot_population_add(struct spot_population *population,
                        struct frank_span entry, struct frank_fault *fault)
{
    json_t *root = NULL;
    int error = key_json_load(&root, (const char *)entry.data, entry.len,
                              ENTRY_MAX_BYTES, "entry", fault);

    if (error == FRANK_OK) {
        error = read_entry(population, root, fault);
    }
    json_decref(root);
    return error;
}

static int compare_names(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(case_name));
}

static void sort(struct names *names)
{
    if (names->count > 0) {
        qsort(names->all, names->count, sizeof *names->all, compare_names);
    }
}

size_t spot_population_close(struct spot_population *population)
{
    struct names *opened = &population->opened;
    const struct names *purged = &population->purged;
    size_t kept = 0;
    size_t at = 0;

    sort(opened);
    sort(&population->purged);
    for (size_t i = 0; i < opened->count; i++) {
        const uint8_t *name = opened->all[i];

        while (at < purged->count && compare_names(purged->all[at], name) < 0) {
            at++;
        }
        if ((at < purged->count && compare_names(purged->all[at], name) == 0) ||
            (kept > 0 && compare_names(opened->all[kept - 1], name) == 0)) {
            continue;
        }
        memmove(opened->all[kept++], name, sizeof(case_name));
    }
    opened->count = kept;
    return kept;
}

/* ---- The sample -----------------------------------------------------------
 */

struct ticket {
    uint8_t hash[HASH_BYTES];
    case_name name;
};

static void draw(struct ticket *out, const case_name name,
                 struct frank_span beacon, const uint8_t *root)
{
    hash_state state;

    hash_init(&state);
    hash_update(&state, (const uint8_t *)LABEL, sizeof LABEL - 1);
    hash_update(&state, beacon.data, beacon.len);
    hash_update(&state, root, SPOT_ROOT_BYTES);
    hash_update(&state, name, sizeof(case_name));
    hash_final(&state, out->hash);
    memcpy(out->name, name, sizeof(case_name));
}

/* Keeps the lowest tickets, in order; room for one more than `wanted`. */
static size_t keep(struct ticket *lowest, size_t count, size_t wanted,
                   const struct ticket *ticket)
{
    size_t at = count;

    while (at > 0 &&
           memcmp(ticket->hash, lowest[at - 1].hash, sizeof ticket->hash) < 0) {
        at--;
    }
    memmove(&lowest[at + 1], &lowest[at], (count - at) * sizeof *lowest);
    lowest[at] = *ticket;
    return count < wanted ? count + 1 : wanted;
}

int spot_sample(uint8_t (*out)[SPOT_CASE_BYTES], size_t *count,
                const struct spot_population *population, size_t wanted,
                struct frank_span beacon,
                const uint8_t root[static SPOT_ROOT_BYTES],
                struct frank_fault *fault)
{
    struct ticket *lowest;
    struct ticket ticket;
    size_t kept = 0;

    *count = 0;
    if (beacon.len == 0) {
        return wire_fault(fault, FRANK_ERR_MISSING, "beacon", 0, 0, 0);
    }
    if (beacon.len > SPOT_BEACON_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "beacon", 0, beacon.len,
                          SPOT_BEACON_MAX_BYTES);
    }
    if (wanted > SPOT_COUNT_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "sample", 0, wanted,
                          SPOT_COUNT_MAX);
    }
    lowest = calloc(wanted + 1, sizeof *lowest);
    if (lowest == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "sample", 0, 0, 0);
    }
    for (size_t i = 0; i < population->opened.count; i++) {
        draw(&ticket, population->opened.all[i], beacon, root);
        kept = keep(lowest, kept, wanted, &ticket);
    }
    for (size_t i = 0; i < kept; i++) {
        memcpy(out[i], lowest[i].name, sizeof *out);
    }
    free(lowest);
    *count = kept;
    return FRANK_OK;
}

/* ---- The bound ------------------------------------------------------------
 */

/* A product of many factors, whose exponent would leave that of a double. */
struct product {
    double value; /* 0.5 <= value < 1 */
    long exponent;
};

static void multiply(struct product *p, double factor)
{
    int exponent;

    p->value = frexp(p->value * factor, &exponent);
    p->exponent += exponent;
}

/*
 * The chance of at most `failed` failing ones in a sample of n, when D of N
 * fail. The term of exactly `failed` is
 *   C(n, f) * D (D-1) ... * (N-D) (N-D-1) ... / (N (N-1) ...)
 * and each one below it follows from the one above.
 */
static double chance(uint64_t N, uint64_t n, uint64_t f, uint64_t D)
{
    struct product term = {0.5, 1};
    double sum = 1;
    double next = 1;

    for (uint64_t i = 0; i < f; i++) {
        multiply(&term, (double)(n - i) / (double)(i + 1));
        multiply(&term, (double)(D - i) / (double)(N - i));
    }
    for (uint64_t i = f; i < n; i++) {
        multiply(&term, (double)(N - D - (i - f)) / (double)(N - i));
    }
    /* To how few it can go: not fewer than do not fit among the good ones. */
    for (uint64_t k = f; k > 0 && n - k < N - D; k--) {
        next *= (double)k / (double)(D - k + 1);
        next *= (double)(N - D - n + k) / (double)(n - k + 1);
        sum += next;
    }
    return ldexp(sum * term.value,
                 term.exponent < -4000 ? -4000 : (int)term.exponent);
}

uint64_t spot_bound(uint64_t population, uint64_t sampled, uint64_t failed,
                    double alpha)
{
    uint64_t low = failed; /* so many are known */
    uint64_t high = population - (sampled - failed);

    /* The more fail, the smaller the chance. */
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;

        if (chance(population, sampled, failed, middle) > alpha) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}
