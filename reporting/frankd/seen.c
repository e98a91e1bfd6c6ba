/* SPDX-License-Identifier: Apache-2.0 */
/* What devices acknowledged, as the relay passes it on: which messages a stamp
 * may say that its sender's device had received. */
#include "counts.h"
#include "hub.h"
#include "key_json.h"
#include "reply.h"
#include "seen_read.h"

#include <stdlib.h>

#define WRITE_BYTES ((size_t)4096)

struct seen_write {
    struct write write;
    struct hub *hub;
    struct http_exchange *exchange;
    struct seen seen;
    size_t above_count;
    bool above[SEEN_MAX];
};

static void free_write(struct seen_write *w)
{
    free(w->seen.places);
    free(w);
}

static void refuse(struct seen_write *w, unsigned status, const char *name,
                   const char *title, unsigned retry_after)
{
    http_problem(w->exchange,
                 &(struct http_problem){.status = status,
                                        .name = name,
                                        .title = title,
                                        .evidence = SIZE_MAX,
                                        .retry_after = retry_after});
    free_write(w);
}

static void seen_run(struct write *write, struct db *db)
{
    struct seen_write *w = (struct seen_write *)write;
    const struct seen *seen = &w->seen;

    for (size_t i = 0; i < seen->acks; i++) {
        w->above[i] = !hub_seen(db, &seen->places[i],
                                w->hub->settings->room_numbers_above);
        w->above_count += w->above[i];
    }
    for (size_t i = 0; i < seen->leaving; i++) {
        hub_forget(db, &seen->places[seen->acks + i]);
    }
}

static void seen_done(struct write *write, enum write_result result)
{
    struct seen_write *w = (struct seen_write *)write;
    json_t *above;
    json_t *root;

    if (result == WRITE_DISK_FULL) {
        refuse(w, 507, "disk-full",
               "The disk is full; what was not done can be asked for again",
               60);
        return;
    }
    above = json_array();
    for (size_t i = 0; i < w->seen.acks; i++) {
        if (w->above[i]) {
            (void)json_array_append_new(above, json_integer((json_int_t)i));
        }
    }
    root =
        json_pack("{s:I,s:o}", "taken",
                  (json_int_t)(w->seen.acks - w->above_count), "above", above);
    metric_add(&count_seen, 0, w->seen.acks - w->above_count);
    metric_add(&count_seen, 1, w->above_count);
    http_answer_json(w->exchange, 200, json_dumps(root, JSON_COMPACT), NULL);
    json_decref(root);
    free_write(w);
}

static void submit(struct seen_write *w)
{
    w->write.run = seen_run;
    w->write.done = seen_done;
    w->write.drops = w->seen.leaving > 0;
    w->write.bytes = WRITE_BYTES * (w->seen.acks + w->seen.leaving);
    if (!writer_submit(w->hub->store.writer, &w->write)) {
        refuse(w, 503, "busy", "Too much is waiting for the disk", 1);
    }
}

void route_seen(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    struct frank_fault fault;
    struct seen_write *w;

    if (!hub_admits(hub, exchange, BEARER_PRIVATE)) {
        return;
    }
    w = calloc(1, sizeof *w);
    if (w == NULL) {
        http_answer_json(exchange, 503, NULL, NULL);
        return;
    }
    w->hub = hub;
    w->exchange = exchange;
    if (!hub->settings->room_numbers) {
        refuse(w, 409, "not-counted",
               "This hub does not number messages (room-numbers)", 0);
    } else if (seen_read(&w->seen, http_request(exchange)->body,
                         hub->secrets->names_key, &fault) != FRANK_OK) {
        http_answer_fault(exchange, 400, &fault);
        free_write(w);
    } else {
        submit(w);
    }
}
