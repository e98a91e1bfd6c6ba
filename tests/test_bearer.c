/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens in files. */
#include "bearer.h"

#include "folder.h"
#include "support.h"

#include <sodium.h>
#include <string.h>

static int load(uint8_t out[static BEARER_HASH_BYTES], const char *text,
                struct frank_fault *fault)
{
    folder_put("token", text, strlen(text), 0600);
    return bearer_load(out, "token", fault);
}

static void a_token_is_known_by_its_hash(void **state)
{
    static const char token[] = "sixteen-bytes-it";
    uint8_t hash[BEARER_HASH_BYTES];
    uint8_t expected[BEARER_HASH_BYTES];
    struct frank_fault fault;

    (void)state;
    assert_int_equal(load(hash, "sixteen-bytes-it\n", &fault), FRANK_OK);
    (void)crypto_hash_sha256(expected, (const uint8_t *)token,
                             sizeof token - 1);
    assert_memory_equal(hash, expected, sizeof hash);
    assert_true(bearer_is(hash, token));
    assert_false(bearer_is(hash, "sixteen-bytes-i"));
    assert_false(bearer_is(hash, "sixteen-bytes-it\n"));
    assert_false(bearer_is(hash, ""));
    assert_int_equal(load(hash, "another-token-without-a-newline", &fault),
                     FRANK_OK);
    assert_true(bearer_is(hash, "another-token-without-a-newline"));
}

static void what_could_be_guessed_or_is_no_line_is_refused(void **state)
{
    uint8_t hash[BEARER_HASH_BYTES] = {0};
    char long_text[514];
    struct frank_fault fault;

    (void)state;
    assert_int_equal(load(hash, "fifteen-bytes-i\n", &fault), FRANK_ERR_LENGTH);
    assert_int_equal(fault.found, 15);
    assert_int_equal(load(hash, "\n", &fault), FRANK_ERR_LENGTH);
    assert_int_equal(load(hash, "sixteen bytes it\n", &fault), FRANK_ERR_VALUE);
    assert_int_equal(fault.offset, 7);
    assert_int_equal(load(hash, "sixteen-bytes-it\n\n", &fault),
                     FRANK_ERR_VALUE);
    assert_int_equal(load(hash, "sixteen-bytes-\xc3\xa4\n", &fault),
                     FRANK_ERR_VALUE);
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(load(hash, long_text, &fault), FRANK_ERR_LIMIT);
    assert_int_equal(bearer_load(hash, "no-such-file", &fault), FRANK_ERR_FILE);
    assert_true(sodium_is_zero(hash, sizeof hash));
}

static void others_must_not_read_it(void **state)
{
    uint8_t hash[BEARER_HASH_BYTES];
    struct frank_fault fault;

    (void)state;
    folder_put("token", "sixteen-bytes-it\n", 17, 0644);
    assert_int_equal(bearer_load(hash, "token", &fault), FRANK_ERR_PERMISSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_token_is_known_by_its_hash),
        IN_FOLDER(what_could_be_guessed_or_is_no_line_is_refused),
        IN_FOLDER(others_must_not_read_it),
    };

    if (sodium_init() < 0) {
        return 3;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
