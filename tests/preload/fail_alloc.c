/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes one allocation of a program fail, for LD_PRELOAD:
 *
 *   FAIL_ALLOC_AT=12 LD_PRELOAD=build/tests/fail_alloc.so build/frank ...
 *
 * fails the twelfth (counting from 1) of its calls of malloc, calloc, realloc,
 * reallocarray, posix_memalign, aligned_alloc and anonymous mmap (sodium_malloc
 * uses that) after main has begun. Without FAIL_ALLOC_AT, or with 0, none. A
 * program that makes fewer runs as it would alone: a loop over N ends there.
 *
 * It serves programs that are linked with the C library dynamically, and finds
 * what they and their libraries call; what the C library maps for its own use,
 * such as the stack of a thread, does not come through here.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc's own, which need no dlsym() and so cannot call us in a circle. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_ulong left; /* calls up to and with the one that fails; 0: none */

static bool fails(void)
{
    unsigned long now = atomic_load(&left);

    while (now > 0 && !atomic_compare_exchange_weak(&left, &now, now - 1)) {
    }
    if (now != 1) {
        return false;
    }
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, count * size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = aligned_alloc(alignment, size);

    if (block == NULL) {
        return ENOMEM;
    }
    *out = block;
    return 0;
}

void *mmap(void *address, size_t length, int protection, int flags, int fd,
           off_t offset)
{
    if ((flags & MAP_ANONYMOUS) != 0 && fails()) {
        return MAP_FAILED;
    }
    /* The kernel takes the numbers as they are, and gives an address. */
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd,
                           offset);
}

/* What mmap is called where off_t was asked to have 64 bits. */
void *mmap64(void *address, size_t length, int protection, int flags, int fd,
             off_t offset) __attribute__((alias("mmap")));

/* ---- The beginning of main ---------------------------------------------- */

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_function(main_function *entry, int argc, char **argv,
                           void (*init)(void), void (*fini)(void),
                           void (*linker_fini)(void), void *stack_end);

static main_function *program_main;

static int counted_main(int argc, char **argv, char **environment)
{
    const char *at = getenv("FAIL_ALLOC_AT");

    if (at != NULL) {
        atomic_store(&left, strtoul(at, NULL, 10));
    }
    return program_main(argc, argv, environment);
}

extern start_function __libc_start_main;

int __libc_start_main(main_function *entry, int argc, char **argv,
                      void (*init)(void), void (*fini)(void),
                      void (*linker_fini)(void), void *stack_end)
{
    start_function *start;

    program_main = entry;
    /* ISO C has no cast from a data pointer to a function pointer. */
    *(void **)&start = dlsym(RTLD_NEXT, "__libc_start_main");
    return start(counted_main, argc, argv, init, fini, linker_fini, stack_end);
}
