/* SPDX-License-Identifier: Apache-2.0 */
/* process_confine(): Landlock through its system calls, which the C library of
 * Debian 12 has no functions for; seccomp through libseccomp. */
#include "process.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int failed(struct frank_fault *fault, const char *call, int error)
{
    return wire_fault(fault, FRANK_ERR_FILE, call, 0, (uint64_t)error, 0);
}

/* ---- Landlock -------------------------------------------------------------
 */

/* Rights of newer versions than the headers may know. */
#define RIGHT_REFER (UINT64_C(1) << 13)
#define RIGHT_TRUNCATE (UINT64_C(1) << 14)

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                  \
    (READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |    \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |            \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK)
#define EVERYTHING ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define OF_FILES                                                               \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |            \
     RIGHT_TRUNCATE)

static int allow(int rules, const char *path, uint64_t rights,
                 struct frank_fault *fault)
{
    struct landlock_path_beneath_attr below = {
        .allowed_access = rights,
        .parent_fd = open(path, O_PATH | O_CLOEXEC),
    };
    struct stat st;
    int error = FRANK_OK;

    if (below.parent_fd < 0) {
        return errno == ENOENT ? FRANK_OK : failed(fault, path, errno);
    }
    if (fstat(below.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode)) {
        below.allowed_access &= OF_FILES;
    }
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
                &below, 0) != 0) {
        error = failed(fault, path, errno);
    }
    (void)close(below.parent_fd);
    return error;
}

static int allow_all(int rules, const struct process_paths *paths,
                     uint64_t handled, struct frank_fault *fault)
{
    int error = FRANK_OK;

    for (size_t i = 0; paths->readable[i] != NULL && error == FRANK_OK; i++) {
        error = allow(rules, paths->readable[i], READ, fault);
    }
    for (size_t i = 0; paths->writable[i] != NULL && error == FRANK_OK; i++) {
        error = allow(rules, paths->writable[i],
                      (WRITE | RIGHT_TRUNCATE) & handled, fault);
    }
    return error;
}

/* *granted stays false where the kernel has no Landlock. */
static int confine_files(const struct process_paths *paths, bool *granted,
                         struct frank_fault *fault)
{
    struct landlock_ruleset_attr attributes = {.handled_access_fs = EVERYTHING};
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
                           LANDLOCK_CREATE_RULESET_VERSION);
    int rules;
    int error;

    if (version < 1) {
        return FRANK_OK;
    }
    if (version >= 2) {
        attributes.handled_access_fs |= RIGHT_REFER;
    }
    if (version >= 3) {
        attributes.handled_access_fs |= RIGHT_TRUNCATE;
    }
    rules = (int)syscall(SYS_landlock_create_ruleset, &attributes,
                         sizeof attributes, 0);
    if (rules < 0) {
        return failed(fault, "Landlock", errno);
    }
    error = allow_all(rules, paths, attributes.handled_access_fs, fault);
    if (error == FRANK_OK &&
        (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
         syscall(SYS_landlock_restrict_self, rules, 0) != 0)) {
        error = failed(fault, "Landlock", errno);
    }
    (void)close(rules);
    *granted = error == FRANK_OK;
    return error;
}

/* ---- seccomp --------------------------------------------------------------
 */

/* What a server with its sockets open, threads, SQLite, and guarded memory asks
 * of the kernel. clone, clone3 and socket are below. */
static const int calls[] = {SCMP_SYS(read),
                            SCMP_SYS(write),
                            SCMP_SYS(readv),
                            SCMP_SYS(writev),
                            SCMP_SYS(pread64),
                            SCMP_SYS(pwrite64),
                            SCMP_SYS(lseek),
                            SCMP_SYS(close),
                            SCMP_SYS(open),
                            SCMP_SYS(openat),
                            SCMP_SYS(stat),
                            SCMP_SYS(fstat),
                            SCMP_SYS(lstat),
                            SCMP_SYS(newfstatat),
                            SCMP_SYS(statx),
                            SCMP_SYS(access),
                            SCMP_SYS(faccessat),
                            SCMP_SYS(faccessat2),
                            SCMP_SYS(statfs),
                            SCMP_SYS(fstatfs),
                            SCMP_SYS(fsync),
                            SCMP_SYS(fdatasync),
                            SCMP_SYS(ftruncate),
                            SCMP_SYS(fallocate),
                            SCMP_SYS(fcntl),
                            SCMP_SYS(flock),
                            SCMP_SYS(unlink),
                            SCMP_SYS(unlinkat),
                            SCMP_SYS(rename),
                            SCMP_SYS(renameat),
                            SCMP_SYS(renameat2),
                            SCMP_SYS(link),
                            SCMP_SYS(linkat),
                            SCMP_SYS(mkdir),
                            SCMP_SYS(mkdirat),
                            SCMP_SYS(chmod),
                            SCMP_SYS(fchmod),
                            SCMP_SYS(fchmodat),
                            SCMP_SYS(fchown),
                            SCMP_SYS(getdents64),
                            SCMP_SYS(readlink),
                            SCMP_SYS(readlinkat),
                            SCMP_SYS(getcwd),
                            SCMP_SYS(umask),
                            SCMP_SYS(dup),
                            SCMP_SYS(pipe2),
                            SCMP_SYS(ioctl),
                            SCMP_SYS(utimensat),
                            SCMP_SYS(accept),
                            SCMP_SYS(accept4),
                            SCMP_SYS(recvfrom),
                            SCMP_SYS(recvmsg),
                            SCMP_SYS(sendto),
                            SCMP_SYS(sendmsg),
                            SCMP_SYS(sendmmsg),
                            SCMP_SYS(sendfile),
                            SCMP_SYS(shutdown),
                            SCMP_SYS(getsockname),
                            SCMP_SYS(getpeername),
                            SCMP_SYS(setsockopt),
                            SCMP_SYS(getsockopt),
                            SCMP_SYS(connect),
                            SCMP_SYS(listen),
                            SCMP_SYS(epoll_create1),
                            SCMP_SYS(epoll_ctl),
                            SCMP_SYS(epoll_wait),
                            SCMP_SYS(epoll_pwait),
                            SCMP_SYS(epoll_pwait2),
                            SCMP_SYS(eventfd2),
                            SCMP_SYS(poll),
                            SCMP_SYS(ppoll),
                            SCMP_SYS(select),
                            SCMP_SYS(pselect6),
                            SCMP_SYS(mmap),
                            SCMP_SYS(munmap),
                            SCMP_SYS(mremap),
                            SCMP_SYS(mprotect),
                            SCMP_SYS(madvise),
                            SCMP_SYS(mlock),
                            SCMP_SYS(munlock),
                            SCMP_SYS(mlock2),
                            SCMP_SYS(brk),
                            SCMP_SYS(mincore),
                            SCMP_SYS(futex),
                            SCMP_SYS(set_robust_list),
                            SCMP_SYS(get_robust_list),
                            SCMP_SYS(rseq),
                            SCMP_SYS(membarrier),
                            SCMP_SYS(set_tid_address),
                            SCMP_SYS(gettid),
                            SCMP_SYS(getpid),
                            SCMP_SYS(getppid),
                            SCMP_SYS(tgkill),
                            SCMP_SYS(getuid),
                            SCMP_SYS(geteuid),
                            SCMP_SYS(getgid),
                            SCMP_SYS(getegid),
                            SCMP_SYS(sched_yield),
                            SCMP_SYS(sched_getaffinity),
                            SCMP_SYS(getcpu),
                            SCMP_SYS(sched_getparam),
                            SCMP_SYS(sched_getscheduler),
                            SCMP_SYS(sched_setscheduler),
                            SCMP_SYS(sched_get_priority_min),
                            SCMP_SYS(sched_get_priority_max),
                            SCMP_SYS(prctl),
                            SCMP_SYS(clock_gettime),
                            SCMP_SYS(clock_getres),
                            SCMP_SYS(clock_nanosleep),
                            SCMP_SYS(nanosleep),
                            SCMP_SYS(gettimeofday),
                            SCMP_SYS(time),
                            SCMP_SYS(rt_sigaction),
                            SCMP_SYS(rt_sigprocmask),
                            SCMP_SYS(rt_sigtimedwait),
                            SCMP_SYS(rt_sigreturn),
                            SCMP_SYS(sigaltstack),
                            SCMP_SYS(restart_syscall),
                            SCMP_SYS(getrandom),
                            SCMP_SYS(getrlimit),
                            SCMP_SYS(setrlimit),
                            SCMP_SYS(prlimit64),
                            SCMP_SYS(getrusage),
                            SCMP_SYS(uname),
                            SCMP_SYS(sysinfo),
                            SCMP_SYS(exit),
                            SCMP_SYS(exit_group)};

/* Threads, but no processes; sockets of systemd's and syslog's, but none to
 * elsewhere. The C library falls back from clone3, whose flags a filter cannot
 * see. */
static int add_conditions(scmp_filter_ctx filter)
{
    int error = seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
        SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));

    error = error ? error
                  : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
                                     SCMP_SYS(clone3), 0);
    error = error ? error
                  : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket),
                                     1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
    return error ? error
                 : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES),
                                    SCMP_SYS(socket), 1,
                                    SCMP_A0(SCMP_CMP_NE, AF_UNIX));
}

static int confine_calls(bool *granted, struct frank_fault *fault)
{
    scmp_filter_ctx filter;
    int error = 0;

    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
        return FRANK_OK; /* a kernel without it */
    }
    filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "seccomp", 0, 0, 0);
    }
    for (size_t i = 0; i < sizeof calls / sizeof calls[0] && error == 0; i++) {
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    }
    error = error ? error : add_conditions(filter);
    error = error ? error : seccomp_load(filter);
    seccomp_release(filter);
    *granted = error == 0;
    return error == 0 ? FRANK_OK : failed(fault, "seccomp", -error);
}

int process_confine(const struct process_paths *paths, unsigned *out,
                    struct frank_fault *fault)
{
    bool files = false;
    bool system_calls = false;
    int error = confine_files(paths, &files, fault);

    if (error == FRANK_OK) {
        error = confine_calls(&system_calls, fault);
    }
    *out = (files ? (unsigned)PROCESS_LANDLOCK : 0) |
           (system_calls ? (unsigned)PROCESS_SECCOMP : 0);
    return error;
}
