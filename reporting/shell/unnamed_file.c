/* SPDX-License-Identifier: Apache-2.0 */
#include "unnamed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Within what work on a file may take of memory. */
#define IN_MEMORY_MAX_BYTES (UINT64_C(4) << 20)

const char *unnamed_file_folder(void)
{
    const char *folder = secure_getenv("TMPDIR");

    return folder != NULL && folder[0] != '\0' ? folder : "/tmp";
}

/* Where a file system has no files without names: it has one for a moment. */
static int new_by_name(const char *folder)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/frank-XXXXXX", folder);
    int fd;

    if (len < 0 || (size_t)len >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0 && unlink(path) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

int unnamed_file_new(uint64_t size)
{
    const char *folder = unnamed_file_folder();
    int fd;

    if (size <= IN_MEMORY_MAX_BYTES) {
        return memfd_create("frank", MFD_CLOEXEC);
    }
    /* O_EXCL: it can never get a name. */
    fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    return fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)
               ? new_by_name(folder)
               : fd;
}
