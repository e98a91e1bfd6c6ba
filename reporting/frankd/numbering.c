/* SPDX-License-Identifier: Apache-2.0 */
#include "numbering.h"

#include "counts.h"
#include "reply.h"
#include "room_names.h"

#include <stdlib.h>

/* A page of the rooms' table each, at most. */
#define WRITE_BYTES ((size_t)4096)

static void refuse(struct numbering *n, const struct http_problem *why)
{
    metric_add(&count_stamps, 1, n->stamped + n->refused);
    http_problem(n->exchange, why);
    numbering_free(n);
}

static void refuse_busy(struct numbering *n)
{
    refuse(n, &(struct http_problem){.status = 503,
                                     .name = "busy",
                                     .title = "Too much is waiting for the "
                                              "disk",
                                     .evidence = SIZE_MAX,
                                     .retry_after = 1});
}

struct numbering *numbering_new(struct hub *hub, struct http_exchange *exchange,
                                size_t most)
{
    struct numbering *n = calloc(1, sizeof *n);
    bool ok = n != NULL;

    if (ok) {
        n->hub = hub;
        n->exchange = exchange;
        n->keys = hub_keys_hold(hub);
    }
    if (ok && hub->settings->room_numbers) {
        n->counting.items = calloc(most, sizeof *n->counting.items);
        n->places = calloc(most, sizeof *n->places);
        ok = n->counting.items != NULL && n->places != NULL;
    }
    if (!ok) {
        numbering_free(n);
        http_answer_json(exchange, 503, NULL, NULL);
        return NULL;
    }
    return n;
}

void numbering_free(struct numbering *n)
{
    if (n != NULL) {
        hub_keys_release(n->keys);
        free(n->counting.items);
        free(n->places);
        free(n->answers);
        json_decref(n->root);
        free(n);
    }
}

static void number_run(struct write *write, struct db *db)
{
    struct numbering *n = (struct numbering *)write;

    for (size_t i = 0; i < n->counting.count; i++) {
        hub_number(db, &n->places[i], n->hub->settings->room_numbers_above);
    }
}

static void number_done(struct write *write, enum write_result result)
{
    struct numbering *n = (struct numbering *)write;

    if (result == WRITE_DISK_FULL) {
        refuse(n, &(struct http_problem){.status = 507,
                                         .name = "disk-full",
                                         .title = "The disk is full; nothing "
                                                  "was numbered",
                                         .evidence = SIZE_MAX,
                                         .retry_after = 60});
        return;
    }
    for (size_t i = 0; i < n->counting.count; i++) {
        struct stamp_request *request = &n->counting.items[i].request;

        request->ordered = true;
        request->order.room_seq = n->places[i].room_seq;
        request->order.seen_seq = n->places[i].seen_seq;
    }
    n->answer(n);
}

void numbering_go_on(struct numbering *n)
{
    if (n->counting.count == 0) {
        n->answer(n);
        return;
    }
    for (size_t i = 0; i < n->counting.count; i++) {
        const struct stamp_counted *item = &n->counting.items[i];

        room_names(&n->places[i], n->hub->secrets->names_key,
                   item->request.context.room, item->device);
    }
    n->write.run = number_run;
    n->write.done = number_done;
    n->write.bytes = WRITE_BYTES * n->counting.count;
    if (!writer_submit(n->hub->store.writer, &n->write)) {
        refuse_busy(n);
    }
}
