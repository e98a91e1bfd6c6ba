/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <sodium.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    size_t size; /* of all of it */
    alignas(max_align_t) uint8_t bytes[];
};

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    struct arena_block *block = NULL;
    size_t room = 0;

    if (!arena->failed && !__builtin_mul_overflow(count, size, &room) &&
        !__builtin_add_overflow(room, sizeof *block, &room)) {
        block = calloc(1, room);
    }
    if (block == NULL) {
        arena->failed = true;
        return NULL;
    }
    block->size = room;
    block->next = arena->blocks;
    arena->blocks = block;
    return block->bytes;
}

struct frank_span arena_copy(struct arena *arena, struct frank_span bytes)
{
    uint8_t *copy = bytes.len > 0 ? arena_take(arena, 1, bytes.len) : NULL;

    if (copy == NULL) {
        return (struct frank_span){NULL, 0};
    }
    memcpy(copy, bytes.data, bytes.len);
    return (struct frank_span){copy, bytes.len};
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *block = arena->blocks;

        arena->blocks = block->next;
        sodium_memzero(block, block->size);
        free(block);
    }
    arena->failed = false;
}
