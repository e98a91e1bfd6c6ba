/* SPDX-License-Identifier: Apache-2.0 */
/* The keyring as a file: what is refused, what is left behind, and what crashes
 * and a second process can do. Each test runs in a new folder. The linker puts
 * __wrap_geteuid in the place of geteuid. */
#include "folder.h"
#include "keyring_file.h"
#include "rings.h"
#include "secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RING "ring"
#define FRESH "ring" SECRET_FRESH

static bool stranger;

uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);
uid_t __wrap_geteuid(void)
{
    return __real_geteuid() + stranger;
}

static int destroy(struct keyring *ring, void *context,
                   struct frank_fault *fault)
{
    return keyring_destroy(ring, *(const uint32_t *)context, fault);
}

/* So that a loop of changes can go on. */
static int grow_or_shrink(struct keyring *ring, void *context,
                          struct frank_fault *fault)
{
    if (ring->epoch_count < 12) {
        return rings_rotate(ring, context, fault);
    }
    ring->epoch_count = 1;
    return FRANK_OK;
}

static void create(void)
{
    struct keyring *ring = rings_new(0);

    assert_ok(keyring_file_create(RING, ring, NULL));
    keyring_free(ring);
}

static size_t load_whole(const char *path)
{
    struct keyring *ring = NULL;
    size_t epochs;

    assert_ok(keyring_file_load(&ring, path, NULL));
    rings_assert_whole(ring);
    epochs = ring->epoch_count;
    keyring_free(ring);
    return epochs;
}

/* Neither read nor changed. */
static void assert_refused(int error, const char *field)
{
    struct keyring *none = NULL;
    struct frank_fault fault = {0};

    (void)alarm(10); /* a pipe must not make us wait */
    assert_int_equal(keyring_file_load(&none, RING, &fault), error);
    assert_null(none);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_int_equal(keyring_file_load(&none, RING, NULL), error);
    fault = (struct frank_fault){0};
    assert_int_equal(keyring_file_change(RING, rings_rotate, NULL, &fault),
                     error);
    assert_string_equal(fault.field, field);
    assert_false(folder_has(FRESH));
    (void)alarm(0);
}

/* ---- Creating and loading ----------------------------------------------- */

static void created_file_is_private_whole_and_alone(void **state)
{
    static uint8_t bytes[KEYRING_MAX_BYTES];
    static uint8_t found[KEYRING_MAX_BYTES];
    struct keyring *ring = rings_new(0);
    size_t len = keyring_encode(bytes, ring);
    struct stat st;
    mode_t mask = umask(0);

    (void)state;
    assert_ok(keyring_file_create(RING, ring, NULL));
    (void)umask(mask);
    assert_int_equal(lstat(RING, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(st.st_nlink, 1);
    assert_int_equal(folder_get(found, sizeof found, RING), len);
    assert_memory_equal(found, bytes, len);
    assert_false(folder_has(FRESH));
    assert_int_equal(load_whole(RING), 1);
    keyring_free(ring);
}

static void create_refuses_whatever_is_there(void **state)
{
    struct keyring *ring = rings_new(0);
    struct frank_fault fault = {0};
    uint8_t found[64];

    (void)state;
    for (int i = 0; i < 3; i++) {
        if (i == 0) {
            folder_put(RING, "precious", 8, 0600);
        } else if (i == 1) {
            assert_int_equal(symlink("nowhere", RING), 0);
        } else {
            assert_int_equal(mkdir(RING, 0700), 0);
        }
        assert_int_equal(keyring_file_create(RING, ring, &fault),
                         FRANK_ERR_FILE);
        assert_int_equal(fault.found, EEXIST);
        assert_string_equal(fault.field, "create");
        assert_false(folder_has(FRESH));
        assert_false(folder_has("nowhere"));
        if (i == 0) {
            assert_int_equal(folder_get(found, sizeof found, RING), 8);
            assert_memory_equal(found, "precious", 8);
        }
        assert_int_equal(remove(RING), 0);
    }
    keyring_free(ring);
}

static void paths_name_their_folder(void **state)
{
    struct keyring *ring = rings_new(0);
    char path[128];

    (void)state;
    assert_int_equal(mkdir("sub", 0700), 0);
    (void)snprintf(path, sizeof path, "%s/sub/c", folder_path());
    assert_ok(keyring_file_create("./a", ring, NULL));
    assert_ok(keyring_file_create("sub/b", ring, NULL));
    assert_ok(keyring_file_create(path, ring, NULL));
    assert_int_equal(load_whole("a"), 1);
    assert_int_equal(load_whole("sub/b"), 1);
    assert_int_equal(load_whole("sub/c"), 1);
    keyring_free(ring);
}

static void assert_path_refused(const char *path, int number)
{
    struct keyring *ring = rings_new(0);
    struct keyring *none = NULL;
    struct frank_fault fault = {0};

    assert_int_equal(keyring_file_load(&none, path, &fault), FRANK_ERR_FILE);
    assert_int_equal(fault.found, number);
    assert_int_equal(keyring_file_create(path, ring, NULL), FRANK_ERR_FILE);
    assert_int_equal(keyring_file_change(path, rings_rotate, NULL, NULL),
                     FRANK_ERR_FILE);
    keyring_free(ring);
}

static void paths_too_long_or_into_nowhere_are_refused(void **state)
{
    static char path[PATH_MAX + 1];
    struct keyring *none = NULL;
    struct frank_fault fault = {0};

    (void)state;
    memset(path, 'n', 246); /* with its suffix, one more than a name may have */
    assert_path_refused(path, ENAMETOOLONG);
    memset(path, '/', PATH_MAX);
    assert_path_refused(path, ENAMETOOLONG);
    assert_path_refused("nowhere/ring", ENOENT);
    assert_int_equal(keyring_file_load(&none, RING, &fault), FRANK_ERR_FILE);
    assert_int_equal(fault.found, ENOENT);
    assert_string_equal(fault.field, "open");
}

/* Its FILE.frank-tmp has the longest name that a file can have. */
static void longest_name_has_a_new_file_of_its_own(void **state)
{
    struct keyring *ring = rings_new(0);
    char path[246] = {0};
    char fresh[256] = {0};

    (void)state;
    memset(path, 'n', 245);
    (void)snprintf(fresh, sizeof fresh, "%s" SECRET_FRESH, path);
    assert_ok(keyring_file_create(path, ring, NULL));
    folder_put(fresh, "stale", 5, 0600);
    assert_ok(keyring_file_change(path, rings_rotate, NULL, NULL));
    assert_int_equal(load_whole(path), 2);
    assert_false(folder_has(fresh));
    keyring_free(ring);
}

static void files_that_others_can_touch_are_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0777};
    struct keyring *none = NULL;
    struct frank_fault fault = {0};

    (void)state;
    create();
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(RING, modes[i]), 0);
        assert_refused(FRANK_ERR_PERMISSION, "mode");
        assert_int_equal(keyring_file_load(&none, RING, &fault),
                         FRANK_ERR_PERMISSION);
        assert_int_equal(fault.found, modes[i]);
        assert_int_equal(fault.expected, 0600);
    }
    assert_int_equal(chmod(RING, 0600), 0);
    stranger = true;
    assert_refused(FRANK_ERR_PERMISSION, "owner");
    stranger = false;
    assert_int_equal(load_whole(RING), 1);
}

static void symbolic_link_is_refused(void **state)
{
    (void)state;
    create();
    assert_int_equal(rename(RING, "real"), 0);
    assert_int_equal(symlink("real", RING), 0);
    assert_refused(FRANK_ERR_PERMISSION, "symbolic link");
}

static void pipe_and_folder_are_refused_at_once(void **state)
{
    struct keyring *none = NULL;
    struct frank_fault fault = {0};

    (void)state;
    assert_int_equal(mkfifo(RING, 0600), 0);
    assert_refused(FRANK_ERR_PERMISSION, "file type");
    assert_int_equal(remove(RING), 0);
    assert_int_equal(mkdir(RING, 0700), 0);
    assert_int_equal(keyring_file_load(&none, RING, &fault),
                     FRANK_ERR_PERMISSION);
    assert_string_equal(fault.field, "file type");
    assert_int_equal(keyring_file_change(RING, rings_rotate, NULL, &fault),
                     FRANK_ERR_FILE);
    assert_int_equal(fault.found, EISDIR);
}

static void files_of_wrong_length_or_kind_are_refused(void **state)
{
    static uint8_t bytes[KEYRING_MAX_BYTES + 1];
    size_t len;

    (void)state;
    create();
    len = folder_get(bytes, sizeof bytes, RING);
    folder_put(RING, bytes, 0, 0600);
    assert_refused(FRANK_ERR_FORMAT, "keyring file");
    folder_put(RING, bytes, len - 1, 0600);
    assert_refused(FRANK_ERR_TRUNCATED, "checksum");
    folder_put(RING, bytes, len + 1, 0600);
    assert_refused(FRANK_ERR_TRAILING, "keyring file");
    folder_put(RING, bytes, sizeof bytes, 0600);
    assert_refused(FRANK_ERR_LIMIT, "file");
    folder_put(RING, "[Interface]\nPrivateKey = x\n", 27, 0600);
    assert_refused(FRANK_ERR_FORMAT, "keyring file");
}

/* ---- Changing ----------------------------------------------------------- */

static void change_overwrites_the_old_files_bytes(void **state)
{
    static uint8_t before[KEYRING_MAX_BYTES];
    static uint8_t after[KEYRING_MAX_BYTES];
    uint8_t master[32];
    uint32_t epoch = 1;
    struct stat st;
    ssize_t len;
    int old;

    (void)state;
    memcpy(master, rings_secret(1), sizeof master);
    create();
    old = open(RING, O_RDONLY);
    len = pread(old, before, sizeof before, 0);
    assert_true(len > 0);
    assert_non_null(memmem(before, (size_t)len, master, 32));
    assert_ok(keyring_file_change(RING, destroy, &epoch, NULL));
    assert_int_equal(pread(old, after, sizeof after, 0), len);
    assert_true(sodium_is_zero(after, (size_t)len));
    assert_int_equal(fstat(old, &st), 0);
    assert_int_equal(st.st_nlink, 0);
    assert_int_equal(close(old), 0);
    assert_int_equal(folder_get(after, sizeof after, RING), len);
    assert_null(memmem(after, (size_t)len, master, 32));
    assert_int_equal(lstat(RING, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(load_whole(RING), 1);
    assert_false(folder_has(FRESH));
}

static void failing_change_leaves_everything_as_it_was(void **state)
{
    static uint8_t before[KEYRING_MAX_BYTES];
    static uint8_t after[KEYRING_MAX_BYTES];
    struct frank_fault fault = {0};
    uint32_t epoch = 7;
    struct stat old;
    struct stat now;
    size_t len;

    (void)state;
    create();
    len = folder_get(before, sizeof before, RING);
    assert_int_equal(lstat(RING, &old), 0);
    assert_int_equal(keyring_file_change(RING, destroy, &epoch, &fault),
                     FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "epoch");
    assert_int_equal(lstat(RING, &now), 0);
    assert_int_equal(now.st_ino, old.st_ino);
    assert_int_equal(folder_get(after, sizeof after, RING), len);
    assert_memory_equal(after, before, len);
    assert_false(folder_has(FRESH));
}

/* What a crash, or a stranger in the folder, may have left. */
static void stale_new_file_is_replaced_and_wiped(void **state)
{
    uint8_t bytes[16];
    int old;

    (void)state;
    create();
    folder_put(FRESH, "secrets of old", 14, 0600);
    old = open(FRESH, O_RDONLY);
    assert_ok(keyring_file_change(RING, rings_rotate, NULL, NULL));
    assert_int_equal(pread(old, bytes, sizeof bytes, 0), 14);
    assert_true(sodium_is_zero(bytes, 14));
    assert_int_equal(close(old), 0);
    folder_put("victim", "not ours", 8, 0600);
    assert_int_equal(symlink("victim", FRESH), 0);
    assert_ok(keyring_file_change(RING, rings_rotate, NULL, NULL));
    assert_int_equal(folder_get(bytes, sizeof bytes, "victim"), 8);
    assert_memory_equal(bytes, "not ours", 8);
    assert_int_equal(mkfifo(FRESH, 0600), 0);
    (void)alarm(10);
    assert_ok(keyring_file_change(RING, rings_rotate, NULL, NULL));
    (void)alarm(0);
    assert_false(folder_has(FRESH));
    assert_int_equal(load_whole(RING), 4);
}

static void new_file_that_cannot_be_removed_stops_the_change(void **state)
{
    struct frank_fault fault = {0};

    (void)state;
    create();
    assert_int_equal(mkdir(FRESH, 0700), 0);
    assert_int_equal(keyring_file_change(RING, rings_rotate, NULL, &fault),
                     FRANK_ERR_FILE);
    assert_string_equal(fault.field, "create");
    assert_int_equal(fault.found, EEXIST);
    assert_int_equal(load_whole(RING), 1);
}

/* Creating links FILE.frank-tmp to FILE, then removes FILE.frank-tmp. A crash
 * between the two leaves two names of one file: to wipe the one is to lose the
 * other. */
static void crash_while_creating_does_not_cost_the_keyring(void **state)
{
    struct keyring *ring = rings_new(0);
    struct frank_fault fault = {0};

    (void)state;
    create();
    assert_int_equal(link(RING, FRESH), 0);
    assert_int_equal(keyring_file_create(RING, ring, &fault), FRANK_ERR_FILE);
    assert_int_equal(fault.found, EEXIST);
    assert_int_equal(load_whole(RING), 1);
    keyring_free(ring);
}

static pid_t change_forever(void)
{
    pid_t child = fork();

    if (child == 0) {
        while (keyring_file_change(RING, grow_or_shrink, NULL, NULL) ==
               FRANK_OK) {
        }
        _exit(1);
    }
    assert_true(child > 0);
    return child;
}

static void kill_at_any_time_leaves_the_old_or_the_new_ring(void **state)
{
    struct stat old;
    struct stat now;
    unsigned moved = 0;

    (void)state;
    create();
    /* However slow the disk is, some kills come after a change. */
    for (int round = 0; round < 40 || (moved == 0 && round < 4000); round++) {
        pid_t child;
        int status;

        assert_int_equal(lstat(RING, &old), 0);
        child = change_forever();
        (void)usleep(randombytes_uniform(30000));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_in_range(load_whole(RING), 1, 12);
        assert_int_equal(lstat(RING, &now), 0);
        moved += now.st_ino != old.st_ino;
    }
    assert_true(moved > 0);
    assert_ok(keyring_file_change(RING, grow_or_shrink, NULL, NULL));
    assert_false(folder_has(FRESH));
}

static void two_writers_and_a_reader_lose_nothing(void **state)
{
    pid_t children[2];

    (void)state;
    create();
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            int error = FRANK_OK;

            for (int n = 0; n < 50 && error == FRANK_OK; n++) {
                error = keyring_file_change(RING, rings_rotate, NULL, NULL);
            }
            _exit(error != FRANK_OK);
        }
    }
    for (int n = 0; n < 100; n++) {
        assert_in_range(load_whole(RING), 1, 101);
    }
    for (int i = 0; i < 2; i++) {
        int status;

        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(load_whole(RING), 101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(created_file_is_private_whole_and_alone),
        IN_FOLDER(create_refuses_whatever_is_there),
        IN_FOLDER(paths_name_their_folder),
        IN_FOLDER(paths_too_long_or_into_nowhere_are_refused),
        IN_FOLDER(longest_name_has_a_new_file_of_its_own),
        IN_FOLDER(files_that_others_can_touch_are_refused),
        IN_FOLDER(symbolic_link_is_refused),
        IN_FOLDER(pipe_and_folder_are_refused_at_once),
        IN_FOLDER(files_of_wrong_length_or_kind_are_refused),
        IN_FOLDER(change_overwrites_the_old_files_bytes),
        IN_FOLDER(failing_change_leaves_everything_as_it_was),
        IN_FOLDER(stale_new_file_is_replaced_and_wiped),
        IN_FOLDER(new_file_that_cannot_be_removed_stops_the_change),
        IN_FOLDER(crash_while_creating_does_not_cost_the_keyring),
        IN_FOLDER(kill_at_any_time_leaves_the_old_or_the_new_ring),
        IN_FOLDER(two_writers_and_a_reader_lose_nothing),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
