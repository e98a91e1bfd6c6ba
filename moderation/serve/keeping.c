/* SPDX-License-Identifier: Apache-2.0 */
/* What ends by itself: claims, requests, decisions that may be taken back,
 * floods, sessions; statements that are due; cases that are to be forgotten. */
#include "arrivals.h"
#include "claims.h"
#include "deciding.h"
#include "floods.h"
#include "looking.h"
#include "retention.h"
#include "taking.h"
#include "threads.h"

#include <string.h>

#define MOST 100
/* Purges in one round, a transaction each: what is deleted is overwritten. */
#define PURGES 20

struct round {
    struct mod *mod;
    uint64_t now;
    bool more;
};

static void run_ends(void *context, struct db *db)
{
    struct round *r = context;
    struct cases *cases = &r->mod->cases;

    r->more = claims_lapse(cases, db, MOST, r->now) == MOST;
    r->more |= asking_expire(cases, db, MOST, r->now) == MOST;
    r->more |= deciding_settle(cases, db, MOST, r->now) == MOST;
    r->more |= deciding_release(cases, db, MOST, r->now) == MOST;
    r->more |= flood_settle(db, MOST, r->now) == MOST;
    arrivals_drop_bad(
        db, r->now > r->mod->rules.appeal ? r->now - r->mod->rules.appeal : 0);
    (void)session_expire(db, &r->mod->session_rules, r->now);
}

static void run_purge(void *context, struct db *db)
{
    struct round *r = context;

    r->more = retention_purge(&r->mod->cases, db, r->now);
}

/* The share of decisions that somebody looks at again is the book's. */
static void take_rules_of_book(struct mod *mod)
{
    struct mod_book *book = mod_book_hold(mod);

    mod->rules.second_look_ppm =
        (uint32_t)(book_second_look_share(book->book) * 1000000.0);
    mod_book_release(book);
}

struct gone {
    struct mod *mod;
    struct db *db;
    uint64_t now;
};

static bool is_gone(void *context, const uint8_t *session)
{
    const struct gone *g = context;
    struct actor who;
    uint64_t used;

    return !session_find(&who, &used, g->db, session, &g->mod->session_rules,
                         g->now);
}

/* Shares of sessions that are over are wiped. */
static void wipe_shares(struct mod *mod, uint64_t now)
{
    struct gone g = {mod, store_reader_lock(&mod->store, STORE_SHORT), now};

    vault_drop_if(mod->vault, is_gone, &g);
    store_reader_unlock(&mod->store, STORE_SHORT);
}

/* The files of what is purged cannot be read any more with their keys gone;
 * then they go as well. false: a full disk. */
static bool purge(struct round *r)
{
    bool any = false;
    bool done = true;

    r->more = true;
    for (unsigned i = 0; done && r->more && i < PURGES; i++) {
        done = mod_write(r->mod, run_purge, r, 262144, true);
        any |= done && r->more;
    }
    if (any) {
        taking_sweep(r->mod);
    }
    return done;
}

void keeping_round(struct mod *mod, uint64_t now)
{
    struct round r = {mod, now, true};

    /* First what needs no room on the disk: secrets must not wait for it. */
    wipe_shares(mod, now);
    take_rules_of_book(mod);
    while (r.more && !atomic_load(&mod->stopping)) {
        if (!mod_write(mod, run_ends, &r, 65536, false)) {
            return; /* a full disk: later */
        }
    }
    if (!purge(&r)) {
        return;
    }
    looking_open_ready(mod);
    taking_enclosed(mod);
}
