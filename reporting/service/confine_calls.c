/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of system calls. */
#include "confine.h"
#include "wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int failed(struct frank_fault *fault, const char *call, int error)
{
    return wire_fault(fault, FRANK_ERR_FILE, call, 0, (uint64_t)error, 0);
}

/* What a server with its sockets open, threads, SQLite, and guarded memory asks
 * of the kernel. Those that only some arguments are
 * allowed of are below. */
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
                            SCMP_SYS(listen),
                            SCMP_SYS(epoll_create1),
                            SCMP_SYS(epoll_ctl),
                            SCMP_SYS(epoll_wait),
                            SCMP_SYS(epoll_pwait),
                            SCMP_SYS(epoll_pwait2),
                            SCMP_SYS(eventfd2),
                            SCMP_SYS(signalfd4),
                            SCMP_SYS(timerfd_create),
                            SCMP_SYS(timerfd_settime),
                            SCMP_SYS(timerfd_gettime),
                            SCMP_SYS(poll),
                            SCMP_SYS(ppoll),
                            SCMP_SYS(select),
                            SCMP_SYS(pselect6),
                            SCMP_SYS(munmap),
                            SCMP_SYS(mremap),
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
                            SCMP_SYS(getrusage),
                            SCMP_SYS(uname),
                            SCMP_SYS(sysinfo),
                            SCMP_SYS(exit),
                            SCMP_SYS(exit_group)};

#define NAMESPACES                                                             \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |             \
     CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* A call that is allowed where one argument, masked, is as said. */
struct condition {
    int call;
    unsigned argument;
    uint64_t mask;
    uint64_t value;
};

#define ALL UINT64_MAX
#define INT UINT64_C(0xffffffff) /* the kernel takes no more of an int */
#define SET_VMA 0x53564d41       /* PR_SET_VMA: the C library names memory */

/* Threads, but no processes. Memory holds data or code, never what was data
 * once. Sockets of systemd's, but none to elsewhere; no connect(), which would
 * turn an accepted connection into one to anywhere, unless it is asked for.
 * Limits are read. prctl() names threads, but cannot take the hardening back.
 */
static const struct condition conditions[] = {
    {SCMP_SYS(clone), 0, CLONE_THREAD | NAMESPACES, CLONE_THREAD},
    {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    {SCMP_SYS(socket), 0, INT, AF_UNIX},
    {SCMP_SYS(prlimit64), 2, ALL, 0},
    {SCMP_SYS(prctl), 0, INT, PR_SET_NAME},
    {SCMP_SYS(prctl), 0, INT, PR_GET_NAME},
    {SCMP_SYS(prctl), 0, INT, PR_GET_DUMPABLE},
    {SCMP_SYS(prctl), 0, INT, PR_GET_NO_NEW_PRIVS},
    {SCMP_SYS(prctl), 0, INT, SET_VMA},
};

static int add_condition(scmp_filter_ctx filter, const struct condition *c)
{
    return seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, c->call, 1,
        SCMP_CMP(c->argument, SCMP_CMP_MASKED_EQ, c->mask, c->value));
}

static int add_conditions(scmp_filter_ctx filter)
{
    const struct condition own_threads = {SCMP_SYS(tgkill), 0, INT,
                                          (uint64_t)getpid()};
    int error = add_condition(filter, &own_threads);

    for (size_t i = 0;
         i < sizeof conditions / sizeof conditions[0] && error == 0; i++) {
        error = add_condition(filter, &conditions[i]);
    }
    /* The C library falls back from clone3, whose flags a filter cannot see. */
    return error ? error
                 : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
                                    SCMP_SYS(clone3), 0);
}

static int refuse_other_sockets(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1,
                            SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0));
}

/* ---- Connections ----------------------------------------------------------
 */

#define SOCKET_TYPE 0xf /* without SOCK_CLOEXEC and SOCK_NONBLOCK */

/* TCP, and UDP for names: no other protocol of the kernel's can be reached. */
static int add_sockets(scmp_filter_ctx filter)
{
    static const struct {
        int type;
        int protocol;
    } kinds[] = {{SOCK_STREAM, 0},
                 {SOCK_STREAM, IPPROTO_TCP},
                 {SOCK_DGRAM, 0},
                 {SOCK_DGRAM, IPPROTO_UDP}};
    static const int families[] = {AF_INET, AF_INET6};
    int error = 0;

    for (size_t i = 0; i < 2 * sizeof kinds / sizeof kinds[0] && error == 0;
         i++) {
        const struct scmp_arg_cmp arguments[] = {
            SCMP_A0(SCMP_CMP_MASKED_EQ, INT, (scmp_datum_t)families[i % 2]),
            SCMP_A1(SCMP_CMP_MASKED_EQ, SOCKET_TYPE,
                    (scmp_datum_t)kinds[i / 2].type),
            SCMP_A2(SCMP_CMP_MASKED_EQ, INT,
                    (scmp_datum_t)kinds[i / 2].protocol)};

        error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket),
                                       3, arguments);
    }
    return error;
}

/* What a client of HTTPS and the C library's resolver ask for beside. Both can
 * do without what is refused here: a look at the network's interfaces
 * (AF_NETLINK), and libraries that /etc/nsswitch.conf names. */
static int add_connections(scmp_filter_ctx filter)
{
    const struct condition pairs = {SCMP_SYS(socketpair), 0, INT, AF_UNIX};
    int error = add_sockets(filter);

    error =
        error ? error
              : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(connect), 0);
    error = error ? error : add_condition(filter, &pairs);
    error = error ? error
                  : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES),
                                     SCMP_SYS(socket), 1,
                                     SCMP_A0(SCMP_CMP_GT, AF_INET6, 0));
    return error ? error
                 : seccomp_rule_add(
                       filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mmap), 1,
                       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
}

int confine_calls(bool connects, bool *granted, struct frank_fault *fault)
{
    scmp_filter_ctx filter;
    int error = 0;

    *granted = false;
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
    error = error      ? error
            : connects ? add_connections(filter)
                       : refuse_other_sockets(filter);
    error = error ? error : seccomp_load(filter);
    seccomp_release(filter);
    *granted = error == 0;
    return error == 0 ? FRANK_OK : failed(fault, "seccomp", -error);
}
