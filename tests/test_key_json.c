/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON of key files: what is refused, and what the JSON library does with
 * memory from key_json_start() on. */
#include "key_json.h"
#include "support.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool exhausted_now;
static bool watching;
static size_t not_wiped;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void __real_free(void *memory);
void __wrap_free(void *memory);

void *__wrap_malloc(size_t size)
{
    return exhausted_now ? NULL : __real_malloc(size);
}

/* What the JSON library frees is zero by then. */
void __wrap_free(void *memory)
{
    if (watching && memory != NULL && ((const uint8_t *)memory)[0] != 0) {
        not_wiped++;
    }
    __real_free(memory);
}

static void end(void)
{
    exhausted_now = false;
    exit(7);
}

static void numbers_are_whole_and_within_bounds(void **state)
{
    static const char text[] =
        "{\"a\":5,\"b\":-1,\"c\":\"5\",\"d\":1.5,\"e\":9223372036854775807}";
    json_t *root = NULL;
    struct frank_fault fault;
    uint64_t number = 0;

    (void)state;
    assert_int_equal(
        key_json_load(&root, text, strlen(text), 100, "file", &fault), 0);
    assert_int_equal(key_json_number(&number, root, "a", 5, &fault), 0);
    assert_int_equal(number, 5);
    assert_int_equal(key_json_number(&number, root, "a", 4, &fault),
                     FRANK_ERR_VALUE);
    assert_int_equal(key_json_number(&number, root, "b", 5, &fault),
                     FRANK_ERR_VALUE);
    assert_int_equal(key_json_number(&number, root, "c", 5, &fault),
                     FRANK_ERR_VALUE);
    assert_int_equal(key_json_number(&number, root, "d", 5, &fault),
                     FRANK_ERR_VALUE);
    assert_int_equal(key_json_number(&number, root, "x", 5, &fault),
                     FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "x");
    assert_int_equal(key_json_number(&number, root, "e", INT64_MAX, &fault), 0);
    assert_int_equal(number, INT64_MAX);
    json_decref(root);
}

static void text_that_is_no_json_is_refused(void **state)
{
    static const char *const bad[] = {"", "{", "{\"a\":1,\"a\":1}", "{}x",
                                      "{\"a\":\"\xff\"}"};
    struct frank_fault fault;
    json_t *root = NULL;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        assert_int_equal(
            key_json_load(&root, bad[i], strlen(bad[i]), 100, "file", &fault),
            FRANK_ERR_JSON);
        assert_string_equal(fault.field, "file");
    }
    assert_int_equal(key_json_load(&root, "{}    ", 6, 5, "file", &fault),
                     FRANK_ERR_LIMIT);
}

static void what_is_freed_was_wiped(void **state)
{
    static const char text[] = "{\"share\":\"a secret of some length\"}";
    json_t *root = NULL;

    (void)state;
    assert_int_equal(
        key_json_load(&root, text, strlen(text), 100, "file", NULL), 0);
    watching = true;
    json_decref(root);
    watching = false;
    assert_int_equal(not_wiped, 0);
}

/* Rather than that the library goes on without it. */
static void failing_memory_ends_the_program(void **state)
{
    static const char text[] = "{\"share\":\"a secret of some length\"}";
    json_t *root = NULL;
    int status = -1;
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        exhausted_now = true;
        (void)!key_json_load(&root, text, strlen(text), 100, "file", NULL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_whole_and_within_bounds),
        cmocka_unit_test(text_that_is_no_json_is_refused),
        cmocka_unit_test(what_is_freed_was_wiped),
        cmocka_unit_test(failing_memory_ends_the_program),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    key_json_start(end);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
