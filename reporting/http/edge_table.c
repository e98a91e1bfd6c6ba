/* SPDX-License-Identifier: Apache-2.0 */
#include "edge_table.h"

#include <string.h>

void edge_table_init(struct edge_table *table)
{
    memset(table, 0, sizeof *table);
    randombytes_buf(table->key, sizeof table->key);
}

/* A keyed hash: nobody can choose addresses that all fall into one bucket. */
static size_t bucket(const struct edge_table *table,
                     const struct http_address *group)
{
    uint8_t hash[crypto_shorthash_BYTES];

    (void)crypto_shorthash(hash, group->bytes, sizeof group->bytes, table->key);
    return ((size_t)hash[0] | (size_t)hash[1] << 8) % EDGE_BUCKETS;
}

unsigned edge_table_near(const struct edge_table *table,
                         const struct http_address *group, unsigned most)
{
    const struct edge_connection *c = table->near[bucket(table, group)];
    unsigned count = 0;

    for (; c != NULL && count < most; c = c->next_near) {
        count += memcmp(&c->group, group, sizeof *group) == 0;
    }
    return count;
}

static void link_state(struct edge_table *table, struct edge_connection *c)
{
    c->next = NULL;
    c->prev = table->lists[c->state].last;
    if (c->prev != NULL) {
        c->prev->next = c;
    } else {
        table->lists[c->state].first = c;
    }
    table->lists[c->state].last = c;
    table->lists[c->state].count++;
}

static void unlink_state(struct edge_table *table, struct edge_connection *c)
{
    if (c->prev != NULL) {
        c->prev->next = c->next;
    } else {
        table->lists[c->state].first = c->next;
    }
    if (c->next != NULL) {
        c->next->prev = c->prev;
    } else {
        table->lists[c->state].last = c->prev;
    }
    table->lists[c->state].count--;
}

void edge_table_add(struct edge_table *table, struct edge_connection *c,
                    uint64_t deadline)
{
    c->state = EDGE_HEAD;
    c->deadline = deadline;
    link_state(table, c);
    table->open++;
    if (c->is_capped) {
        struct edge_connection **first = &table->near[bucket(table, &c->group)];

        c->prev_near = NULL;
        c->next_near = *first;
        if (*first != NULL) {
            (*first)->prev_near = c;
        }
        *first = c;
    }
}

void edge_table_move(struct edge_table *table, struct edge_connection *c,
                     enum edge_state state, uint64_t deadline)
{
    unlink_state(table, c);
    c->state = state;
    c->deadline = deadline;
    link_state(table, c);
}

void edge_table_remove(struct edge_table *table, struct edge_connection *c)
{
    unlink_state(table, c);
    table->open--;
    if (c->is_capped) {
        if (c->prev_near != NULL) {
            c->prev_near->next_near = c->next_near;
        } else {
            table->near[bucket(table, &c->group)] = c->next_near;
        }
        if (c->next_near != NULL) {
            c->next_near->prev_near = c->prev_near;
        }
    }
}

struct edge_connection *edge_table_over(const struct edge_table *table,
                                        enum edge_state state, uint64_t now)
{
    struct edge_connection *c = table->lists[state].first;

    return c != NULL && c->deadline != 0 && c->deadline <= now ? c : NULL;
}

int edge_table_wait(const struct edge_table *table, uint64_t now, int most)
{
    for (size_t i = 0; i < EDGE_STATES; i++) {
        const struct edge_connection *c = table->lists[i].first;

        if (c != NULL && c->deadline != 0) {
            if (c->deadline <= now) {
                return 0;
            }
            if (c->deadline - now < (uint64_t)most) {
                most = (int)(c->deadline - now);
            }
        }
    }
    return most;
}
