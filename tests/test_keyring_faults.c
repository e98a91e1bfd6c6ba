/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keyring file on a system that fails: each call that it makes fails in its
 * turn, is interrupted, or does a part of its work. Whatever happens, the file
 * holds the old or the new keyring, whole, and nothing secret stays beside it.
 */
#include "failing_calls.h"
#include "folder.h"
#include "keyring_file.h"
#include "rings.h"
#include "secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define RING "ring"
#define FRESH "ring" SECRET_FRESH

/* ---- What is done while they fail --------------------------------------- */

/* Each gives its error; before() makes what it starts from. */
struct action {
    const char *name;
    void (*before)(void);
    int (*run)(struct frank_fault *fault);
    bool may_be_absent; /* the file, after an error */
};

static struct keyring *first; /* the ring of one epoch */

static void nothing(void)
{
    (void)unlink(RING);
    (void)unlink(FRESH);
}

static void ring_of_one(void)
{
    nothing();
    assert_ok(keyring_file_create(RING, first, NULL));
}

static int run_create(struct frank_fault *fault)
{
    return keyring_file_create(RING, first, fault);
}

static int run_change(struct frank_fault *fault)
{
    return keyring_file_change(RING, rings_rotate, NULL, fault);
}

static int run_load(struct frank_fault *fault)
{
    struct keyring *ring = NULL;
    int error = keyring_file_load(&ring, RING, fault);

    if (error == FRANK_OK) {
        rings_assert_whole(ring);
    } else {
        assert_null(ring);
    }
    keyring_free(ring);
    return error;
}

static int run_secret(struct frank_fault *fault)
{
    uint8_t out[32] = {0};
    int error = secret_file_key(out, "secret", fault);

    if (error == FRANK_OK) {
        assert_memory_equal(out, rings_secret(7), sizeof out);
    } else {
        assert_true(sodium_is_zero(out, sizeof out));
    }
    return error;
}

static void ring_and_secret(void)
{
    ring_of_one();
    folder_put("secret", rings_secret(7), 32, 0600);
}

static const struct action actions[] = {
    {"create", nothing, run_create, true},
    {"change", ring_of_one, run_change, false},
    {"load", ring_of_one, run_load, false},
    {"secret", ring_and_secret, run_secret, false},
};

/* The file holds an old or a new keyring; afterwards it can be changed. */
static void assert_sound(const struct action *action, int error)
{
    struct keyring *ring = NULL;
    bool changed = error == FRANK_OK && action->run == run_change;

    if (action->may_be_absent && error != FRANK_OK && !folder_has(RING)) {
        assert_ok(keyring_file_create(RING, first, NULL));
    }
    assert_ok(keyring_file_load(&ring, RING, NULL));
    rings_assert_whole(ring);
    assert_in_range(ring->epoch_count, changed ? 2 : 1,
                    action->run == run_change ? 2 : 1);
    keyring_free(ring);
    assert_ok(keyring_file_change(RING, rings_rotate, NULL, NULL));
    assert_false(folder_has(FRESH));
}

/* FILE.frank-tmp is gone; where it could not be removed, and has the name FILE
 * as well or not, it holds no secret of its own. */
static void assert_nothing_left(enum call failed)
{
    uint8_t bytes[4096];
    struct stat st;
    size_t len;

    if (failed != UNLINKAT) {
        assert_false(folder_has(FRESH));
    } else if (lstat(FRESH, &st) == 0 && st.st_nlink == 1) {
        len = folder_get(bytes, sizeof bytes, FRESH);
        assert_true(sodium_is_zero(bytes, len));
    }
}

/* Runs an action while call `at` fails; false when there was no such call. */
static bool fail_at(const struct action *action, enum call call, unsigned at,
                    int number)
{
    struct frank_fault fault = {0};
    int error;

    action->before();
    arm(call, at, number);
    error = action->run(&fault);
    plan.armed = false;
    if (call == RENAMEAT && plan.made > at) {
        assert_int_equal(close(plan.not_renamed), 0);
    }
    if (plan.made <= at) {
        assert_ok(error);
        return false;
    }
    if (error == FRANK_OK ? must_report[call] && number != EINTR
                          : fault.error != error) {
        fail_msg("%s: failure of %s no. %u was not reported", action->name,
                 call_names[call], at);
    }
    if (error != FRANK_OK && call == MALLOC) {
        assert_int_equal(error, FRANK_ERR_MEMORY);
    } else if (error != FRANK_OK) {
        assert_int_equal(error, FRANK_ERR_FILE);
        assert_int_equal(fault.found, number);
        assert_non_null(fault.field);
    }
    assert_nothing_left(call);
    assert_sound(action, error);
    return true;
}

/* ---- Tests -------------------------------------------------------------- */

static void each_failing_call_is_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(actions); i++) {
        for (enum call call = 0; call < CALLS; call++) {
            for (unsigned at = 0; fail_at(&actions[i], call, at, EIO); at++) {
                assert_in_range(at, 0, 100);
            }
        }
    }
}

static void full_disk_leaves_the_old_ring(void **state)
{
    struct frank_fault fault = {0};

    (void)state;
    plan.most = 7;
    for (unsigned at = 0; fail_at(&actions[1], WRITE, at, ENOSPC); at++) {
    }
    plan.most = 0;
    ring_of_one();
    arm(WRITE, 0, ENOSPC);
    assert_int_equal(run_change(&fault), FRANK_ERR_FILE);
    plan.armed = false;
    assert_string_equal(fault.field, "write");
    assert_int_equal(fault.found, ENOSPC);
}

static void interrupted_calls_are_made_again(void **state)
{
    static const enum call calls[] = {READ, WRITE, PWRITE, FLOCK};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(actions); i++) {
        for (size_t c = 0; c < SUPPORT_COUNT(calls); c++) {
            struct frank_fault fault = {0};

            actions[i].before();
            arm(calls[c], 0, EINTR);
            assert_ok(actions[i].run(&fault));
            plan.armed = false;
            assert_sound(&actions[i], FRANK_OK);
        }
    }
}

/* Of a call that may do a part of its work, each part can fail. */
static void partial_reads_and_writes_are_continued(void **state)
{
    static const enum call calls[] = {READ, WRITE, PWRITE};

    (void)state;
    for (plan.most = 1; plan.most < 200; plan.most *= 3) {
        for (size_t i = 0; i < SUPPORT_COUNT(actions); i++) {
            actions[i].before();
            arm(CALLS, 0, 0); /* none fails */
            assert_ok(actions[i].run(NULL));
            plan.armed = false;
            assert_sound(&actions[i], FRANK_OK);
        }
    }
    plan.most = 50;
    for (size_t i = 0; i < SUPPORT_COUNT(actions); i++) {
        for (size_t c = 0; c < SUPPORT_COUNT(calls); c++) {
            for (unsigned at = 0; fail_at(&actions[i], calls[c], at, EINTR);
                 at++) {
            }
            for (unsigned at = 0; fail_at(&actions[i], calls[c], at, EIO);
                 at++) {
            }
        }
    }
    plan.most = 0;
}

static void file_that_shrinks_while_read_is_refused(void **state)
{
    struct frank_fault fault = {0};

    (void)state;
    for (size_t i = 1; i < SUPPORT_COUNT(actions); i++) {
        actions[i].before();
        plan.most = 10;
        plan.end = true;
        arm(READ, 1, 0);
        assert_int_equal(actions[i].run(&fault), FRANK_ERR_TRUNCATED);
        plan.armed = false;
        plan.end = false;
        plan.most = 0;
        assert_int_equal(fault.found, 10);
        assert_sound(&actions[i], FRANK_ERR_TRUNCATED);
    }
}

/* See crash_while_creating_does_not_cost_the_keyring in test_keyring_file. */
static void change_after_a_crash_while_creating_can_fail(void **state)
{
    (void)state;
    ring_of_one();
    assert_int_equal(link(RING, FRESH), 0);
    arm(WRITE, 0, ENOSPC);
    assert_int_equal(run_change(NULL), FRANK_ERR_FILE);
    plan.armed = false;
    assert_sound(&actions[1], FRANK_ERR_FILE);
}

/* The old bytes are wiped only when the new file is safely in place. */
static void old_bytes_stay_until_the_folder_is_synced(void **state)
{
    static const uint8_t magic[] = KEYRING_MAGIC;
    struct frank_fault fault = {0};
    uint8_t bytes[KEYRING_MAGIC_BYTES];
    int old;

    (void)state;
    ring_of_one();
    old = open(RING, O_RDONLY | O_CLOEXEC);
    arm(FSYNC, 1, EIO);
    assert_int_equal(run_change(&fault), FRANK_ERR_FILE);
    plan.armed = false;
    assert_string_equal(fault.field, "sync folder");
    assert_int_equal(pread(old, bytes, sizeof bytes, 0), sizeof bytes);
    assert_memory_equal(bytes, magic, sizeof bytes);
    assert_int_equal(close(old), 0);
}

/* Both the one that a crash left and the one that could not be put in place;
 * their bytes are on the disk even after they are removed. */
static void new_files_are_wiped_before_they_are_removed(void **state)
{
    static uint8_t bytes[KEYRING_MAX_BYTES];
    ssize_t len;
    int stale;

    (void)state;
    ring_of_one();
    folder_put(FRESH, "a secret of old", 15, 0600);
    stale = open(FRESH, O_RDONLY | O_CLOEXEC);
    arm(RENAMEAT, 0, EIO);
    assert_int_equal(run_change(NULL), FRANK_ERR_FILE);
    plan.armed = false;
    assert_int_equal(pread(stale, bytes, sizeof bytes, 0), 15);
    assert_true(sodium_is_zero(bytes, 15));
    assert_int_equal(close(stale), 0);
    len = pread(plan.not_renamed, bytes, sizeof bytes, 0);
    assert_in_range(len, KEYRING_MAGIC_BYTES, sizeof bytes);
    assert_true(sodium_is_zero(bytes, (size_t)len));
    assert_int_equal(close(plan.not_renamed), 0);
    assert_false(folder_has(FRESH));
}

static int disarm_and_leave(void **state)
{
    plan.armed = false;
    plan.most = 0;
    plan.end = false;
    return folder_leave(state);
}

static int make_first(void **state)
{
    (void)state;
    first = rings_new(0);
    return 0;
}

static int free_first(void **state)
{
    (void)state;
    keyring_free(first);
    return 0;
}

#define FAULTY(test)                                                           \
    cmocka_unit_test_setup_teardown(test, folder_enter, disarm_and_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULTY(each_failing_call_is_survived),
        FAULTY(full_disk_leaves_the_old_ring),
        FAULTY(interrupted_calls_are_made_again),
        FAULTY(partial_reads_and_writes_are_continued),
        FAULTY(file_that_shrinks_while_read_is_refused),
        FAULTY(change_after_a_crash_while_creating_can_fail),
        FAULTY(old_bytes_stay_until_the_folder_is_synced),
        FAULTY(new_files_are_wiped_before_they_are_removed),
    };

    return sodium_init() < 0
               ? 1
               : cmocka_run_group_tests(tests, make_first, free_first);
}
