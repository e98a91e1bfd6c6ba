/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/frank-test-XXXXXX";
static int top = -1; /* the folder that the program was started in */

int folder_enter(void **state)
{
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/frank-test-XXXXXX");
    top = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return top < 0 || mkdtemp(path) == NULL || chdir(path) != 0;
}

static int remove_one(const char *name, const struct stat *st, int type,
                      struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(name);
}

int folder_leave(void **state)
{
    bool failed = fchdir(top) != 0;

    (void)state;
    failed |= close(top) != 0;
    return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0 || failed;
}

const char *folder_path(void)
{
    return path;
}

void folder_put(const char *name, const void *bytes, size_t len, mode_t mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

size_t folder_get(uint8_t *out, size_t size, const char *name)
{
    int fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t n = read(fd, out, size);

    assert_true(n >= 0);
    assert_int_equal(close(fd), 0);
    return (size_t)n;
}

bool folder_has(const char *name)
{
    struct stat st;

    return lstat(name, &st) == 0;
}
