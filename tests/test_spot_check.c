/* SPDX-License-Identifier: Apache-2.0 */
#include "spot_check.h"

#include "hash.h"
#include "support.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool no_calloc;
static bool no_realloc;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    return no_calloc ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return no_realloc ? NULL : __real_realloc(memory, size);
}

/* ---- Population ---------------------------------------------------------- */

static const char *entry_of(const char *type, unsigned number, const char *rest)
{
    static char text[256];

    (void)snprintf(text, sizeof text,
                   "{\"type\":\"%s\",\"time\":1,\"case\":\"%032x\"%s}", type,
                   number, rest);
    return text;
}

static int add(struct spot_population *p, const char *text)
{
    return spot_population_add(p, support_text(text), NULL);
}

static struct spot_population *population(void)
{
    struct spot_population *p = NULL;

    assert_int_equal(spot_population_new(&p, NULL), FRANK_OK);
    return p;
}

static void cases_count_that_were_opened_and_not_purged(void **state)
{
    struct spot_population *p = population();

    (void)state;
    assert_int_equal(add(p, entry_of("case_claimed", 1, "")), FRANK_OK);
    assert_int_equal(add(p, entry_of("report_opened", 7, "")), FRANK_OK);
    assert_int_equal(add(p, entry_of("report_opened", 5, "")), FRANK_OK);
    assert_int_equal(add(p, entry_of("report_opened", 7, "")), FRANK_OK);
    assert_int_equal(add(p, entry_of("report_opened", 6, "")), FRANK_OK);
    assert_int_equal(add(p, entry_of("purge", 6, "")), FRANK_OK);
    assert_int_equal(add(p, entry_of("purge", 2, "")), FRANK_OK);
    assert_int_equal(add(p, "{\"type\":\"purge\",\"report\":\"00\"}"),
                     FRANK_OK);
    assert_int_equal(add(p, "{\"type\":\"padding\"}"), FRANK_OK);
    assert_int_equal(add(p, "{\"type\":7}"), FRANK_OK);
    assert_int_equal(add(p, "{}"), FRANK_OK);
    assert_int_equal(spot_population_close(p), 2);
    spot_population_free(p);
}

static void a_log_without_cases_has_none(void **state)
{
    struct spot_population *p = population();
    uint8_t root[SPOT_ROOT_BYTES] = {0};
    uint8_t out[3][SPOT_CASE_BYTES];
    size_t count = 9;

    (void)state;
    assert_int_equal(spot_population_close(p), 0);
    assert_int_equal(
        spot_sample(out, &count, p, 3, support_text("b"), root, NULL),
        FRANK_OK);
    assert_int_equal(count, 0);
    spot_population_free(p);
    spot_population_free(NULL);
}

static void entries_that_are_none_are_refused(void **state)
{
    static const struct {
        const char *text;
        int error;
        const char *field;
    } bad[] = {
        {"", FRANK_ERR_JSON, "entry"},
        {"{\"type\":\"a\",\"type\":\"b\"}", FRANK_ERR_JSON, "entry"},
        {"{\"type\":\"report_opened\"}", FRANK_ERR_MISSING, "case"},
        {"{\"type\":\"report_opened\",\"case\":\"00\"}", FRANK_ERR_VALUE,
         "case, which must be 32 hexadecimal digits"},
        {"{\"type\":\"purge\",\"case\":1}", FRANK_ERR_VALUE,
         "case, which must be 32 hexadecimal digits"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        struct spot_population *p = population();
        struct frank_fault fault;

        assert_int_equal(
            spot_population_add(p, support_text(bad[i].text), &fault),
            bad[i].error);
        assert_string_equal(fault.field, bad[i].field);
        spot_population_free(p);
    }
}

/* ---- Sample -------------------------------------------------------------- */

#define CASES 40
#define BEACON "drand 4512345: 8f1c"

static void name_of(uint8_t out[static HASH_BYTES], const char *text)
{
    hash_state state;

    hash_init(&state);
    hash_update(&state, (const uint8_t *)text, strlen(text));
    hash_final(&state, out);
}

/* Cases whose names are the first half of SHA-256("case 0"), ... */
static struct spot_population *forty(void)
{
    struct spot_population *p = population();

    for (unsigned i = 0; i < CASES; i++) {
        char text[16];
        char hex[2 * SPOT_CASE_BYTES + 1];
        char entry[128];
        uint8_t hash[HASH_BYTES];

        (void)snprintf(text, sizeof text, "case %u", i);
        name_of(hash, text);
        support_hex_encode(hex, hash, SPOT_CASE_BYTES);
        (void)snprintf(entry, sizeof entry,
                       "{\"type\":\"report_opened\",\"case\":\"%s\"}", hex);
        assert_int_equal(add(p, entry), FRANK_OK);
    }
    assert_int_equal(spot_population_close(p), CASES);
    return p;
}

/* By Python's hashlib: the lowest of SHA-256 over label, beacon, root, name. */
static void the_sample_is_what_others_derive(void **state)
{
    static const unsigned expected[] = {37, 32, 28, 21, 17, 1, 13};
    struct spot_population *p = forty();
    uint8_t root[HASH_BYTES];
    uint8_t out[7][SPOT_CASE_BYTES];
    size_t count = 0;

    (void)state;
    name_of(root, "root");
    assert_int_equal(
        spot_sample(out, &count, p, 7, support_text(BEACON), root, NULL),
        FRANK_OK);
    assert_int_equal(count, 7);
    for (size_t i = 0; i < 7; i++) {
        char text[16];
        uint8_t hash[HASH_BYTES];

        (void)snprintf(text, sizeof text, "case %u", expected[i]);
        name_of(hash, text);
        assert_memory_equal(out[i], hash, SPOT_CASE_BYTES);
    }
    spot_population_free(p);
}

static void another_beacon_or_root_draws_others(void **state)
{
    struct spot_population *p = forty();
    uint8_t root[HASH_BYTES];
    uint8_t first[5][SPOT_CASE_BYTES];
    uint8_t other[5][SPOT_CASE_BYTES];
    size_t count;

    (void)state;
    name_of(root, "root");
    assert_int_equal(
        spot_sample(first, &count, p, 5, support_text(BEACON), root, NULL),
        FRANK_OK);
    assert_int_equal(
        spot_sample(other, &count, p, 5, support_text(BEACON "2"), root, NULL),
        FRANK_OK);
    assert_memory_not_equal(first, other, sizeof first);
    root[0] ^= 1;
    assert_int_equal(
        spot_sample(other, &count, p, 5, support_text(BEACON), root, NULL),
        FRANK_OK);
    assert_memory_not_equal(first, other, sizeof first);
    spot_population_free(p);
}

static void more_than_there_are_gives_all(void **state)
{
    struct spot_population *p = forty();
    uint8_t root[SPOT_ROOT_BYTES] = {1};
    uint8_t out[100][SPOT_CASE_BYTES];
    size_t count = 0;

    (void)state;
    assert_int_equal(
        spot_sample(out, &count, p, 100, support_text("b"), root, NULL),
        FRANK_OK);
    assert_int_equal(count, CASES);
    spot_population_free(p);
}

static void samples_have_limits(void **state)
{
    struct spot_population *p = forty();
    uint8_t root[SPOT_ROOT_BYTES] = {1};
    uint8_t out[1][SPOT_CASE_BYTES];
    uint8_t long_one[SPOT_BEACON_MAX_BYTES + 1] = {'a'};
    size_t count = 9;
    struct frank_fault fault;

    (void)state;
    assert_int_equal(
        spot_sample(out, &count, p, 1, support_text(""), root, &fault),
        FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "beacon");
    assert_int_equal(count, 0);
    assert_int_equal(spot_sample(out, &count, p, 1,
                                 (struct frank_span){long_one, sizeof long_one},
                                 root, &fault),
                     FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "beacon");
    assert_int_equal(spot_sample(out, &count, p, SPOT_COUNT_MAX + 1,
                                 support_text("b"), root, &fault),
                     FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "sample");
    spot_population_free(p);
}

static void memory_that_is_not_there_is_an_error(void **state)
{
    struct spot_population *p = NULL;
    uint8_t root[SPOT_ROOT_BYTES] = {1};
    uint8_t out[1][SPOT_CASE_BYTES];
    size_t count;
    int error;

    (void)state;
    no_calloc = true;
    error = spot_population_new(&p, NULL);
    no_calloc = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
    p = population();
    no_realloc = true;
    error = add(p, entry_of("report_opened", 1, ""));
    no_realloc = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
    spot_population_free(p);
    p = forty();
    no_calloc = true;
    error = spot_sample(out, &count, p, 1, support_text("b"), root, NULL);
    no_calloc = false;
    assert_int_equal(error, FRANK_ERR_MEMORY);
    spot_population_free(p);
}

static void many_cases_are_all_kept(void **state)
{
    struct spot_population *p = population();

    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        assert_int_equal(add(p, entry_of(i % 5 == 4 ? "purge" : "report_opened",
                                         i % 1000, "")),
                         FRANK_OK);
    }
    assert_int_equal(spot_population_close(p), 800);
    spot_population_free(p);
}

/* ---- Bound --------------------------------------------------------------- */

/* By Python's math.comb and Fraction, without rounding. */
static void the_bound_is_the_exact_one(void **state)
{
    static const struct {
        uint64_t population;
        uint64_t sampled;
        uint64_t failed;
        uint64_t at_95;
        uint64_t at_99;
    } known[] = {
        {1, 0, 0, 1, 1},
        {1, 1, 0, 0, 0},
        {1, 1, 1, 1, 1},
        {10, 1, 0, 9, 9},
        {10, 5, 0, 3, 4},
        {10, 5, 2, 7, 7},
        {10, 9, 0, 1, 1},
        {10, 10, 0, 0, 0},
        {10, 10, 3, 3, 3},
        {100, 10, 0, 24, 35},
        {100, 10, 1, 38, 48},
        {100, 30, 0, 8, 12},
        {100, 30, 3, 21, 26},
        {100, 59, 0, 3, 4},
        {1000, 50, 0, 56, 85},
        {1000, 50, 2, 118, 154},
        {1000, 100, 0, 28, 42},
        {1000, 300, 10, 52, 60},
        {1000, 300, 300, 1000, 1000},
        {5000, 59, 0, 246, 373},
        {5000, 299, 0, 48, 74},
        {20000, 1000, 0, 58, 89},
        {20000, 1000, 17, 503, 576},
        {20000, 1000, 990, 19889, 19914},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(known); i++) {
        assert_int_equal(spot_bound(known[i].population, known[i].sampled,
                                    known[i].failed, 0.05),
                         known[i].at_95);
        assert_int_equal(spot_bound(known[i].population, known[i].sampled,
                                    known[i].failed, 0.01),
                         known[i].at_99);
    }
}

/* Chances far below what a double can hold. */
static void large_populations_have_a_bound_too(void **state)
{
    uint64_t all = UINT64_C(1000000000);

    (void)state;
    assert_in_range(spot_bound(all, 1000, 0, 0.05), all / 1000 * 2, all / 333);
    assert_in_range(spot_bound(all, 1000, 500, 0.05), all / 2, all / 10 * 6);
    assert_int_equal(spot_bound(all, 1000, 1000, 0.05), all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_count_that_were_opened_and_not_purged),
        cmocka_unit_test(a_log_without_cases_has_none),
        cmocka_unit_test(entries_that_are_none_are_refused),
        cmocka_unit_test(the_sample_is_what_others_derive),
        cmocka_unit_test(another_beacon_or_root_draws_others),
        cmocka_unit_test(more_than_there_are_gives_all),
        cmocka_unit_test(samples_have_limits),
        cmocka_unit_test(memory_that_is_not_there_is_an_error),
        cmocka_unit_test(many_cases_are_all_kept),
        cmocka_unit_test(the_bound_is_the_exact_one),
        cmocka_unit_test(large_populations_have_a_bound_too),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
