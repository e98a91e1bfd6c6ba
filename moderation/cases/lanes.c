/* SPDX-License-Identifier: Apache-2.0 */
#include "lanes.h"

#include "schema.h"

#include <stdlib.h>
#include <string.h>

/* So many of a queue are read at once. */
#define KEYS 32

struct lane {
    char queue[QUEUE_ID_MAX + 1];
    struct queue_cursor keys[KEYS];
    struct queue_cursor last; /* what was read so far */
    size_t count;
    size_t at;
    bool over;
};

struct lanes {
    size_t count;
    struct lane lanes[];
};

struct lanes *lanes_begin(const char *queues, const struct queue_cursor *after)
{
    size_t most = 0;
    struct lanes *out;

    for (const char *at = queues; *at != '\0'; at++) {
        most += *at == '\n';
    }
    out = calloc(1, sizeof *out + most * sizeof *out->lanes);
    while (out != NULL && *queues != '\0') {
        size_t len = strcspn(queues, "\n");

        if (len > 0 && len <= QUEUE_ID_MAX && out->count < most) {
            memcpy(out->lanes[out->count].queue, queues, len);
            out->lanes[out->count++].last = *after;
        }
        queues += len + (queues[len] == '\n');
    }
    return out;
}

void lanes_free(struct lanes *lanes)
{
    free(lanes);
}

static void fill(struct lane *lane, struct db *db)
{
    bool more = db_row(db, KEYS_OF_QUEUE,
                       DB_VALUES(DB_TEXT(lane->queue), DB_INT(lane->last.rank),
                                 DB_INT(lane->last.number), DB_INT(KEYS)));

    lane->count = 0;
    lane->at = 0;
    while (more) {
        lane->last = (struct queue_cursor){db_int(db, KEYS_OF_QUEUE, 0),
                                           db_int(db, KEYS_OF_QUEUE, 1)};
        lane->keys[lane->count++] = lane->last;
        more = db_next(db, KEYS_OF_QUEUE);
    }
    lane->over = lane->count < KEYS;
}

static bool is_before(const struct queue_cursor *a,
                      const struct queue_cursor *b)
{
    return a->rank < b->rank || (a->rank == b->rank && a->number < b->number);
}

uint64_t lanes_next(struct lanes *lanes, struct db *db)
{
    struct lane *first = NULL;

    for (size_t i = 0; i < lanes->count; i++) {
        struct lane *lane = &lanes->lanes[i];

        if (lane->at == lane->count && !lane->over) {
            fill(lane, db);
        }
        if (lane->at < lane->count &&
            (first == NULL ||
             is_before(&lane->keys[lane->at], &first->keys[first->at]))) {
            first = lane;
        }
    }
    return first != NULL ? first->keys[first->at++].number : 0;
}
