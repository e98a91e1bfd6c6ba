/* SPDX-License-Identifier: Apache-2.0 */
#include "db_memory.h"

#include <malloc.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static void *take(int len)
{
    return malloc((size_t)len);
}

static void give_back(void *memory)
{
    if (memory != NULL) {
        sodium_memzero(memory, malloc_usable_size(memory));
        free(memory);
    }
}

static int size_of(void *memory)
{
    return memory != NULL ? (int)malloc_usable_size(memory) : 0;
}

/* No realloc(): it would leave a copy behind. */
static void *resize(void *memory, int len)
{
    size_t had = malloc_usable_size(memory);
    void *other;

    if (had >= (size_t)len && had / 2 <= (size_t)len) {
        return memory;
    }
    other = malloc((size_t)len);
    if (other != NULL) {
        memcpy(other, memory, had < (size_t)len ? had : (size_t)len);
        give_back(memory);
    }
    return other;
}

static int round_up(int len)
{
    return (len + 7) & ~7;
}

static int start(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void stop(void *context)
{
    (void)context;
}

int db_memory_start(void)
{
    static const sqlite3_mem_methods methods = {
        take, give_back, resize, size_of, round_up, start, stop, NULL};
    int code = sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);

    /* Pages each by themselves: those of a block are never given back. */
    return code == SQLITE_OK
               ? sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0)
               : code;
}
