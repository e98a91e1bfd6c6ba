/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include "confine.h"
#include "wire.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int failed(struct frank_fault *fault, const char *call)
{
    return wire_fault(fault, FRANK_ERR_FILE, call, 0, (uint64_t)errno, 0);
}

int process_harden(struct frank_fault *fault)
{
    const struct rlimit none = {0, 0};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};

    (void)umask(077);
    /* What is freed is overwritten: also by libraries, through whose hands the
     * plaintext of a report goes. */
    (void)mallopt(M_PERTURB, 0xa5);
    if (setrlimit(RLIMIT_CORE, &none) != 0) {
        return failed(fault, "no core dumps");
    }
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return failed(fault, "not dumpable");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return failed(fault, "no new privileges");
    }
    if (sigaction(SIGPIPE, &ignore, NULL) != 0) {
        return failed(fault, "ignore SIGPIPE");
    }
    return FRANK_OK;
}

int process_confine(const struct process_paths *paths, unsigned *out,
                    struct frank_fault *fault)
{
    bool files = false;
    bool system_calls = false;
    int error = confine_files(paths, &files, fault);

    if (error == FRANK_OK) {
        error = confine_calls(paths->connects, &system_calls, fault);
    }
    *out = (files ? (unsigned)PROCESS_LANDLOCK : 0) |
           (system_calls ? (unsigned)PROCESS_SECCOMP : 0);
    return error;
}

/* ---- systemd --------------------------------------------------------------
 */

static int notify_fd = -2; /* not looked for yet */
static struct sockaddr_un notify_address;
static socklen_t notify_len;

static void open_notify(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t len = path == NULL ? 0 : strlen(path);

    notify_fd = -1;
    if (len == 0 || len >= sizeof notify_address.sun_path ||
        (path[0] != '/' && path[0] != '@')) {
        return;
    }
    notify_address.sun_family = AF_UNIX;
    memcpy(notify_address.sun_path, path, len);
    if (path[0] == '@') {
        notify_address.sun_path[0] = '\0'; /* abstract */
    }
    notify_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

void process_notify(const char *state)
{
    if (notify_fd == -2) {
        open_notify();
    }
    if (notify_fd >= 0) {
        (void)sendto(notify_fd, state, strlen(state), MSG_NOSIGNAL,
                     (const struct sockaddr *)&notify_address, notify_len);
    }
}

#define CREDENTIAL "credential:"

int process_credential(char out[static PROCESS_PATH_MAX], const char *path,
                       struct frank_fault *fault)
{
    const char *folder = "";
    int len;

    if (strncmp(path, CREDENTIAL, sizeof CREDENTIAL - 1) == 0) {
        path += sizeof CREDENTIAL - 1;
        folder = getenv("CREDENTIALS_DIRECTORY");
        if (folder == NULL || folder[0] == '\0') {
            return wire_fault(
                fault, FRANK_ERR_MISSING,
                "CREDENTIALS_DIRECTORY (systemd's LoadCredential=)", 0, 0, 0);
        }
    }
    len = snprintf(out, PROCESS_PATH_MAX, "%s%s%s", folder,
                   folder[0] != '\0' ? "/" : "", path);
    return len >= 0 && len < PROCESS_PATH_MAX
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_LIMIT, "path", 0, (uint64_t)len,
                            PROCESS_PATH_MAX - 1);
}
