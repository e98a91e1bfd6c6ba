/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock through its system calls, which the C library of Debian 12 has no
 * functions for. */
#include "confine.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int failed(struct frank_fault *fault, const char *call, int error)
{
    return wire_fault(fault, FRANK_ERR_FILE, call, 0, (uint64_t)error, 0);
}

/* Rights of newer versions than the headers may know, and the version that each
 * came with. */
#define RIGHT_REFER (UINT64_C(1) << 13)     /* 2 */
#define RIGHT_TRUNCATE (UINT64_C(1) << 14)  /* 3 */
#define RIGHT_IOCTL_DEV (UINT64_C(1) << 15) /* 5 */
#define NET_BIND_TCP (UINT64_C(1) << 0)     /* 4 */
#define NET_CONNECT_TCP (UINT64_C(1) << 1)  /* 4 */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)     /* 6 */

/* landlock_ruleset_attr as version 6 has it. A kernel is given no more of it
 * than its version knows. */
struct ruleset {
    uint64_t files;
    uint64_t net;
    uint64_t scopes;
};

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

#define RUN "/run/"

/* Where /etc/resolv.conf is a link, its file is replaced while we run: then the
 * folder is read, a program's own in /run. In /etc a new one is read after the
 * next start. */
static int allow_resolver(int rules, struct frank_fault *fault)
{
    char real[PATH_MAX];
    char *slash;

    if (realpath("/etc/resolv.conf", real) == NULL ||
        strncmp(real, RUN, sizeof RUN - 1) != 0) {
        return FRANK_OK;
    }
    slash = strrchr(real, '/');
    if (slash < real + sizeof RUN) { /* /run itself holds too much */
        return FRANK_OK;
    }
    *slash = '\0';
    return allow(rules, real, READ, fault);
}

/* What connecting takes, as far as it is there. */
static int allow_connecting(int rules, struct frank_fault *fault)
{
    static const char *const paths[] = {"/etc/resolv.conf",
                                        "/etc/hosts",
                                        "/etc/nsswitch.conf",
                                        "/etc/gai.conf",
                                        "/etc/host.conf",
                                        "/etc/services",
                                        "/etc/ssl/certs",
                                        "/etc/ssl/openssl.cnf",
                                        "/usr/share/ca-certificates",
                                        "/usr/local/share/ca-certificates",
                                        "/usr/lib/ssl"};
    int error = FRANK_OK;

    for (size_t i = 0; i < sizeof paths / sizeof paths[0] && error == FRANK_OK;
         i++) {
        error = allow(rules, paths[i], READ, fault);
    }
    return error == FRANK_OK ? allow_resolver(rules, fault) : error;
}

/* All that the version can forbid, and how much of *out it knows. The sockets
 * are bound by now; an accepted one must not be turned to another address. */
static size_t fill(struct ruleset *out, long version, bool connects)
{
    *out = (struct ruleset){.files = EVERYTHING};
    if (version >= 2) {
        out->files |= RIGHT_REFER;
    }
    if (version >= 3) {
        out->files |= RIGHT_TRUNCATE;
    }
    if (version < 4) {
        return offsetof(struct ruleset, net);
    }
    out->net = NET_BIND_TCP | (connects ? 0 : NET_CONNECT_TCP);
    if (version >= 5) {
        out->files |= RIGHT_IOCTL_DEV;
    }
    if (version < 6) {
        return offsetof(struct ruleset, scopes);
    }
    out->scopes = SCOPE_SIGNAL;
    return sizeof *out;
}

int confine_files(const struct process_paths *paths, bool *granted,
                  struct frank_fault *fault)
{
    struct ruleset attributes;
    size_t len;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
                           LANDLOCK_CREATE_RULESET_VERSION);
    int rules;
    int error;

    *granted = false;
    if (version < 1) {
        return FRANK_OK;
    }
    len = fill(&attributes, version, paths->connects);
    rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, len, 0);
    if (rules < 0) {
        return failed(fault, "Landlock", errno);
    }
    error = allow_all(rules, paths, attributes.files, fault);
    if (error == FRANK_OK && paths->connects) {
        error = allow_connecting(rules, fault);
    }
    if (error == FRANK_OK &&
        (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
         syscall(SYS_landlock_restrict_self, rules, 0) != 0)) {
        error = failed(fault, "Landlock", errno);
    }
    (void)close(rules);
    *granted = error == FRANK_OK;
    return error;
}
