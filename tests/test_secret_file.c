/* SPDX-License-Identifier: Apache-2.0 */
/* A single secret in a file, for a keyring that is made of given keys. The
 * linker puts __wrap_geteuid in the place of geteuid. */
#include "folder.h"
#include "rings.h"
#include "secret_file.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool stranger;

uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);
uid_t __wrap_geteuid(void)
{
    return __real_geteuid() + stranger;
}

static void secret_is_read_raw_and_in_hexadecimal(void **state)
{
    uint8_t raw[32];
    uint8_t out[32];
    char hex[66];

    (void)state;
    randombytes_buf(raw, sizeof raw);
    raw[31] = '\n'; /* not taken for a line's end */
    folder_put("raw", raw, sizeof raw, 0600);
    assert_ok(secret_file_key(out, "raw", NULL));
    assert_memory_equal(out, raw, sizeof raw);
    sodium_bin2hex(hex, sizeof hex, raw, sizeof raw);
    folder_put("hex", hex, 64, 0400);
    memset(out, 0, sizeof out);
    assert_ok(secret_file_key(out, "hex", NULL));
    assert_memory_equal(out, raw, sizeof raw);
    hex[64] = '\n';
    for (int i = 0; i < 64; i++) {
        hex[i] = (char)(hex[i] >= 'a' ? hex[i] - 32 : hex[i]);
    }
    folder_put("line", hex, 65, 0600);
    memset(out, 0, sizeof out);
    assert_ok(secret_file_key(out, "line", NULL));
    assert_memory_equal(out, raw, sizeof raw);
}

static void secret_of_another_length_is_refused(void **state)
{
    static const uint8_t zeros[32];
    char text[100];
    uint8_t out[32] = {0};
    struct frank_fault fault = {0};

    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t len = 0; len <= sizeof text; len++) {
        int expected = len > 65 ? FRANK_ERR_LIMIT : FRANK_ERR_LENGTH;

        folder_put("secret", text, len, 0600);
        if (len != 32 && len != 64) {
            assert_int_equal(secret_file_key(out, "secret", &fault), expected);
            assert_int_equal(fault.found, len);
            assert_memory_equal(out, zeros, sizeof out);
        }
    }
}

static void secret_with_a_bad_digit_is_refused_by_its_place(void **state)
{
    static const uint8_t zeros[32];
    char text[64];
    uint8_t out[32] = {0};
    struct frank_fault fault = {0};

    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        memset(text, 'a', sizeof text);
        text[i] = i % 3 == 0 ? 'g' : i % 3 == 1 ? ' ' : '\n';
        folder_put("secret", text, sizeof text, 0600);
        assert_int_equal(secret_file_key(out, "secret", &fault),
                         FRANK_ERR_VALUE);
        assert_string_equal(fault.field, "hexadecimal digits");
        assert_memory_equal(out, zeros, sizeof out);
        assert_in_range(fault.offset, i & ~(size_t)1, i);
    }
}

static void secret_that_others_can_touch_is_refused(void **state)
{
    uint8_t out[32];
    struct frank_fault fault = {0};

    (void)state;
    folder_put("secret", "0123456789abcdef0123456789abcdef", 32, 0640);
    assert_int_equal(secret_file_key(out, "secret", &fault),
                     FRANK_ERR_PERMISSION);
    assert_string_equal(fault.field, "mode");
    assert_int_equal(chmod("secret", 0600), 0);
    assert_int_equal(symlink("secret", "link"), 0);
    assert_int_equal(secret_file_key(out, "link", &fault),
                     FRANK_ERR_PERMISSION);
    assert_string_equal(fault.field, "symbolic link");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    (void)alarm(10);
    assert_int_equal(secret_file_key(out, "pipe", NULL), FRANK_ERR_PERMISSION);
    (void)alarm(0);
    assert_int_equal(secret_file_key(out, "nothing", &fault), FRANK_ERR_FILE);
    assert_int_equal(fault.found, ENOENT);
    stranger = true;
    assert_int_equal(secret_file_key(out, "secret", NULL),
                     FRANK_ERR_PERMISSION);
    stranger = false;
    assert_ok(secret_file_key(out, "secret", NULL));
}

static void a_secret_file_is_made_once_and_for_its_owner(void **state)
{
    static const uint8_t bytes[] = "thirty-two bytes nobody else has";
    struct frank_fault fault = {0};
    uint8_t *out = NULL;
    size_t len = 0;
    struct stat st;

    (void)state;
    assert_ok(secret_file_create("made", bytes, sizeof bytes, NULL));
    assert_int_equal(stat("made", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_ok(secret_file_load(&out, &len, "made", 64, NULL));
    assert_int_equal(len, sizeof bytes);
    assert_memory_equal(out, bytes, len);
    sodium_free(out);
    folder_put("made" SECRET_FRESH, "another's", 9, 0600);
    assert_int_equal(secret_file_create("made", bytes, 1, &fault),
                     FRANK_ERR_FILE);
    assert_int_equal(fault.found, EEXIST);
    assert_true(folder_has("made" SECRET_FRESH)); /* not touched */
    assert_int_equal(unlink("made" SECRET_FRESH), 0);
    assert_int_equal(secret_file_create("none/made", bytes, 1, &fault),
                     FRANK_ERR_FILE);
    assert_int_equal(fault.found, ENOENT);
    assert_int_equal(access("made" SECRET_FRESH, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(secret_is_read_raw_and_in_hexadecimal),
        IN_FOLDER(secret_of_another_length_is_refused),
        IN_FOLDER(secret_with_a_bad_digit_is_refused_by_its_place),
        IN_FOLDER(secret_that_others_can_touch_is_refused),
        IN_FOLDER(a_secret_file_is_made_once_and_for_its_owner),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
