/* SPDX-License-Identifier: Apache-2.0 */
#include "hours.h"

#include "clock.h"

#define PURGE_MOST 200

struct hourly {
    struct write write;
    struct hub *hub;
    struct hub_refusals refusals[HUB_REFUSALS_MAX];
    size_t count;
    uint64_t now;
    size_t purged;
};

static void run_refusals(struct write *write, struct db *db)
{
    struct hourly *h = (struct hourly *)write;

    hub_log_refusals(&h->hub->store.ledger, db,
                     atomic_load(&h->hub->refusals_since), h->now, h->refusals,
                     h->count);
}

static void run_purge(struct write *write, struct db *db)
{
    struct hourly *h = (struct hourly *)write;
    uint64_t retain = h->hub->settings->retain;

    h->purged =
        hub_purge(&h->hub->store.ledger, db,
                  h->now > retain ? h->now - retain : 0, h->now, PURGE_MOST);
}

static bool do_write(struct hourly *h, void (*run)(struct write *, struct db *))
{
    h->write = (struct write){
        .run = run, .small = true, .bytes = 262144, .drops = run == run_purge};
    return writer_do(h->hub->store.writer, &h->write) == WRITE_DONE;
}

bool hours_keep(void *context, uint64_t now)
{
    struct hub *hub = context;
    struct hourly h = {.hub = hub, .now = now};

    do {
        h.purged = 0;
        (void)do_write(&h, run_purge);
    } while (h.purged == PURGE_MOST);
    h.count = hub_refusals_take(h.refusals);
    if (!do_write(&h, run_refusals)) {
        hub_refusals_put_back(h.refusals, h.count);
        return false;
    }
    atomic_store(&hub->refusals_since, now);
    return true;
}

void hours_last_words(struct hub *hub)
{
    struct hourly h = {.hub = hub, .now = clock_wall()};

    h.count = hub_refusals_take(h.refusals);
    if (h.count > 0) {
        (void)do_write(&h, run_refusals);
    }
}
