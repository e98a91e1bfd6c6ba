/* SPDX-License-Identifier: Apache-2.0 */
/* Hardening and confinement where a call to the system fails: each in a child,
 * as what is not undone stays. */
#include "process.h"

#include "folder.h"
#include "support.h"

#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

enum call {
    CALL_NONE,
    CALL_SETRLIMIT,
    CALL_PRCTL,
    CALL_SIGACTION,
    CALL_SYSCALL,
    CALL_INIT,
    CALL_RULE,
    CALL_LOAD
};

static enum call failing;
static unsigned failing_at; /* the how many-th, from 0 */

static bool fails(enum call call)
{
    if (failing != call || failing_at-- != 0) {
        return false;
    }
    failing = CALL_NONE;
    errno = EIO;
    return true;
}

#define WRAP(type, name, ...)                                                  \
    type __real_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__)

WRAP(int, setrlimit, __rlimit_resource_t which, const struct rlimit *limit)
{
    return fails(CALL_SETRLIMIT) ? -1 : __real_setrlimit(which, limit);
}

WRAP(int, prctl, int option, ...)
{
    unsigned long a[4];
    va_list arguments;

    va_start(arguments, option);
    for (size_t i = 0; i < 4; i++) {
        a[i] = va_arg(arguments, unsigned long);
    }
    va_end(arguments);
    return fails(CALL_PRCTL) ? -1
                             : __real_prctl(option, a[0], a[1], a[2], a[3]);
}

WRAP(int, sigaction, int signal, const struct sigaction *new,
     struct sigaction *old)
{
    return fails(CALL_SIGACTION) ? -1 : __real_sigaction(signal, new, old);
}

WRAP(long, syscall, long number, ...)
{
    unsigned long a[4];
    va_list arguments;

    va_start(arguments, number);
    for (size_t i = 0; i < 4; i++) {
        a[i] = va_arg(arguments, unsigned long);
    }
    va_end(arguments);
    return fails(CALL_SYSCALL) ? -1
                               : __real_syscall(number, a[0], a[1], a[2], a[3]);
}

WRAP(scmp_filter_ctx, seccomp_init, uint32_t action)
{
    return fails(CALL_INIT) ? NULL : __real_seccomp_init(action);
}

WRAP(int, seccomp_rule_add, scmp_filter_ctx filter, uint32_t action, int call,
     unsigned count, ...)
{
    struct scmp_arg_cmp condition = {0};
    va_list arguments;

    va_start(arguments, count);
    if (count > 0) {
        condition = va_arg(arguments, struct scmp_arg_cmp);
    }
    va_end(arguments);
    return fails(CALL_RULE) ? -EIO
                            : seccomp_rule_add_array(filter, action, call,
                                                     count, &condition);
}

WRAP(int, seccomp_load, scmp_filter_ctx filter)
{
    return fails(CALL_LOAD) ? -EIO : __real_seccomp_load(filter);
}

/* What hardening and confining give where a call fails; 100 and more: what was
 * granted, without an error. */
static int with_failing(enum call call, unsigned at)
{
    const char *const none[] = {NULL};
    const char *const some[] = {folder_path(), "/nowhere", NULL};
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct frank_fault fault;
        unsigned got = 0;
        int error;

        failing = call;
        failing_at = at;
        error = process_harden(&fault);
        if (error == FRANK_OK) {
            error = process_confine(&(struct process_paths){some, none, false},
                                    &got, &fault);
        }
        if (error != FRANK_OK && error == FRANK_ERR_FILE &&
            fault.found != EIO) {
            error = FRANK_ERR_VALUE;
        }
        _exit(error == FRANK_OK ? 100 + (int)got : -error);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static bool has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0,
                   LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

static void a_call_that_fails_is_an_error(void **state)
{
    (void)state;
    if (SANITIZED) {
        skip();
    }
    assert_int_equal(with_failing(CALL_SETRLIMIT, 0), -FRANK_ERR_FILE);
    assert_int_equal(with_failing(CALL_PRCTL, 0), -FRANK_ERR_FILE);
    assert_int_equal(with_failing(CALL_PRCTL, 1), -FRANK_ERR_FILE);
    assert_int_equal(with_failing(CALL_SIGACTION, 0), -FRANK_ERR_FILE);
    assert_int_equal(with_failing(CALL_INIT, 0), -FRANK_ERR_MEMORY);
    assert_int_equal(with_failing(CALL_RULE, 0), -FRANK_ERR_FILE);
    assert_int_equal(with_failing(CALL_RULE, 50), -FRANK_ERR_FILE);
    assert_int_equal(with_failing(CALL_LOAD, 0), -FRANK_ERR_FILE);
}

static void rules_for_files_that_fail_are_an_error(void **state)
{
    (void)state;
    if (SANITIZED || !has_landlock()) {
        skip();
    }
    for (unsigned at = 1; at < 4; at++) {
        assert_int_equal(with_failing(CALL_SYSCALL, at), -FRANK_ERR_FILE);
    }
    assert_int_equal(with_failing(CALL_PRCTL, 2), -FRANK_ERR_FILE);
}

static void what_the_kernel_does_not_have_is_no_error(void **state)
{
    (void)state;
    if (SANITIZED || !has_landlock()) {
        skip();
    }
    assert_int_equal(with_failing(CALL_NONE, 0),
                     100 + PROCESS_SECCOMP + PROCESS_LANDLOCK);
    assert_int_equal(with_failing(CALL_SYSCALL, 0), 100 + PROCESS_SECCOMP);
    assert_int_equal(with_failing(CALL_PRCTL, 3), 100 + PROCESS_LANDLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_call_that_fails_is_an_error),
        IN_FOLDER(rules_for_files_that_fail_are_an_error),
        IN_FOLDER(what_the_kernel_does_not_have_is_no_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
