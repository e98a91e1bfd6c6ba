/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of one piece of work, that is wiped and freed together. Once it runs
 * out nothing more is given, and `failed` says so: to be asked at the end. */
#ifndef MODERATION_SERVE_ARENA_H
#define MODERATION_SERVE_ARENA_H

#include "frank.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    bool failed;
};

/* Zeros; NULL: out of memory. */
void *arena_take(struct arena *arena, size_t count, size_t size);
/* Empty: out of memory, or it was. */
struct frank_span arena_copy(struct arena *arena, struct frank_span bytes);
/* Wipes. One of zeros is allowed. */
void arena_free(struct arena *arena);

#endif
