/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls that fail when a test says so. The linker puts the functions
 * __wrap_... in the places of the calls, for the one program that includes
 * this. They pass everything on unless the test armed them, as the sanitizers'
 * and the coverage's run-time libraries can come through here as well.
 */
#ifndef TESTS_FAILING_CALLS_H
#define TESTS_FAILING_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum call {
    OPEN,
    OPENAT,
    READ,
    WRITE,
    FSYNC,
    CLOSE,
    FSTAT,
    LINKAT,
    RENAMEAT,
    UNLINKAT,
    FLOCK,
    PWRITE,
    MALLOC,
    CALLS
};

static const char *const call_names[CALLS] = {
    "open",  "openat", "read",         "write",    "fsync",
    "close", "fstat",  "linkat",       "renameat", "unlinkat",
    "flock", "pwrite", "sodium_malloc"};

/* What a failure of the call is for a change: some only leave FILE.new, or a
 * descriptor, and are not worth an error. */
static const bool must_report[CALLS] = {
    [OPEN] = true,  [READ] = true,   [WRITE] = true,
    [FSYNC] = true, [LINKAT] = true, [RENAMEAT] = true,
    [FLOCK] = true, [PWRITE] = true, [MALLOC] = true};

static struct {
    bool armed;
    enum call call;  /* which fails */
    unsigned at;     /* the how many-th, from 0 */
    int number;      /* errno */
    size_t most;     /* bytes that one call reads or writes; 0: all */
    bool end;        /* a read finds the end of the file */
    unsigned made;   /* how often the call was made */
    int not_renamed; /* the file of a rename that failed, to look into */
} plan;

/* Whether this call of it fails. */
static bool fails(enum call call)
{
    if (!plan.armed || call != plan.call || plan.made++ != plan.at) {
        return false;
    }
    errno = plan.number;
    return true;
}

static size_t at_most(size_t len)
{
    return plan.armed && plan.most > 0 && len > plan.most ? plan.most : len;
}

#define WRAP(type, name, ...)                                                  \
    type __real_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__)

static mode_t mode_of(int flags, va_list arguments)
{
    return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

WRAP(int, open, const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    return fails(OPEN) ? -1 : __real_open(path, flags, mode);
}

WRAP(int, openat, int dir, const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    return fails(OPENAT) ? -1 : __real_openat(dir, path, flags, mode);
}

/* What _FORTIFY_SOURCE makes of openat() where the flags are not constant. */
WRAP(int, __openat_2, int dir, const char *path, int flags)
{
    return fails(OPENAT) ? -1 : __real___openat_2(dir, path, flags);
}

WRAP(ssize_t, read, int fd, void *out, size_t len)
{
    if (fails(READ)) {
        return plan.end ? 0 : -1;
    }
    return __real_read(fd, out, at_most(len));
}

WRAP(ssize_t, write, int fd, const void *bytes, size_t len)
{
    return fails(WRITE) ? -1 : __real_write(fd, bytes, at_most(len));
}

WRAP(ssize_t, pwrite, int fd, const void *bytes, size_t len, off_t offset)
{
    return fails(PWRITE) ? -1 : __real_pwrite(fd, bytes, at_most(len), offset);
}

WRAP(int, fsync, int fd)
{
    return fails(FSYNC) ? -1 : __real_fsync(fd);
}

/* As on Linux, the descriptor is gone even then. */
WRAP(int, close, int fd)
{
    if (fails(CLOSE)) {
        (void)__real_close(fd);
        errno = plan.number;
        return -1;
    }
    return __real_close(fd);
}

WRAP(int, fstat, int fd, struct stat *st)
{
    return fails(FSTAT) ? -1 : __real_fstat(fd, st);
}

WRAP(int, linkat, int from, const char *old, int to, const char *new, int flags)
{
    return fails(LINKAT) ? -1 : __real_linkat(from, old, to, new, flags);
}

WRAP(int, renameat, int from, const char *old, int to, const char *new)
{
    if (fails(RENAMEAT)) {
        int number = errno;

        plan.not_renamed = __real_openat(from, old, O_RDONLY | O_CLOEXEC);
        errno = number;
        return -1;
    }
    return __real_renameat(from, old, to, new);
}

WRAP(int, unlinkat, int dir, const char *path, int flags)
{
    return fails(UNLINKAT) ? -1 : __real_unlinkat(dir, path, flags);
}

WRAP(int, flock, int fd, int operation)
{
    return fails(FLOCK) ? -1 : __real_flock(fd, operation);
}

WRAP(void *, sodium_malloc, size_t size)
{
    return fails(MALLOC) ? NULL : __real_sodium_malloc(size);
}

static void arm(enum call call, unsigned at, int number)
{
    plan.call = call;
    plan.at = at;
    plan.number = number;
    plan.made = 0;
    plan.armed = true;
}

#endif
