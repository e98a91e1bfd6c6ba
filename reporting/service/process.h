/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service asks of the system for itself: no core dumps, no new
 * privileges, the system calls and the files that it needs and no others; and
 * word to systemd.
 */
#ifndef REPORTING_SERVICE_PROCESS_H
#define REPORTING_SERVICE_PROCESS_H

#include "frank.h"

/* No core dumps, not dumpable (PR_SET_DUMPABLE, RLIMIT_CORE), no new
 * privileges; umask 077; SIGPIPE ignored; freed memory is overwritten. FILE. */
FRANK_MUST_CHECK int process_harden(struct frank_fault *fault);

/* What of the file system the process may still use, closed by NULL. A path
 * that is a folder stands for all below it. connects: it may also connect to
 * elsewhere, over TCP, UDP and Unix sockets, and read what that takes: where
 * names are looked up, and whose certificates are trusted. */
struct process_paths {
    const char *const *readable;
    const char *const *writable;
    bool connects;
};

enum process_confined { PROCESS_SECCOMP = 1 << 0, PROCESS_LANDLOCK = 1 << 1 };

/*
 * Confines this thread and all that it starts from now on: Landlock (where the
 * kernel has it, through its system calls) to the paths, and a seccomp filter
 * (libseccomp) to the system calls of a server that has its sockets and
 * threads: no exec, ptrace, mount, module, keyctl, bpf, no memory that becomes
 * code, no signal or limit of another process, no connection to elsewhere
 * unless it is asked for; a call that is not allowed kills the process (SIGSYS,
 * which systemd reports). One that connects may still try to load a library,
 * as looking up a name does, and is refused.
 * *out tells what the kernel granted: what it does not have is not an error.
 * FILE, MEMORY.
 */
FRANK_MUST_CHECK int process_confine(const struct process_paths *paths,
                                     unsigned *out, struct frank_fault *fault);

/* Word to systemd (sd_notify's protocol, $NOTIFY_SOCKET, also abstract):
 * "READY=1", "RELOADING=1\nMONOTONIC_USEC=...", "STOPPING=1", "STATUS=...".
 * Does nothing where there is no such socket. Opens the socket at its first
 * call, which must come before process_confine(). */
void process_notify(const char *state);

/* The path of a credential that systemd loaded ($CREDENTIALS_DIRECTORY/name),
 * or `path` itself unless it begins with "credential:" . MISSING where there is
 * no such folder; LIMIT. */
#define PROCESS_PATH_MAX 4096
FRANK_MUST_CHECK int process_credential(char out[static PROCESS_PATH_MAX],
                                        const char *path,
                                        struct frank_fault *fault);

#endif
