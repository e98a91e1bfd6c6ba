/* SPDX-License-Identifier: Apache-2.0 */
/* The hours: what the public sees of the log, when, and who has cosigned it. */
#include "publisher_inside.h"

#include "clock.h"
#include "ledger_entry.h"

#include <sodium.h>

/* ---- What the program does, and the padding --------------------------------
 */

struct padding {
    struct write write;
    struct publisher *publisher;
    uint64_t now;
    uint64_t size; /* of the log, afterwards */
};

static void run_padding(struct write *write, struct db *db)
{
    struct padding *w = (struct padding *)write;
    const struct publisher_settings *s = &w->publisher->settings;

    /* More than is needed, by chance: whoever adds entries of his own must not
     * see when they pass a border. */
    ledger_pad(&s->store->ledger, db, s->round,
               1 + randombytes_uniform((uint32_t)s->round), w->now);
    w->size = s->store->ledger.range.size;
}

/* What the program does at the hour, and the padding. false: it could not be
 * written. */
static bool close_hour(struct publisher *p, uint64_t now, uint64_t *size)
{
    const struct publisher_settings *s = &p->settings;
    struct padding w = {
        .write = {.run = run_padding, .small = true, .bytes = 262144},
        .publisher = p,
        .now = now,
    };

    if ((s->hourly != NULL && !s->hourly(s->context, now)) ||
        writer_do(s->store->writer, &w.write) != WRITE_DONE) {
        return false;
    }
    *size = w.size;
    return true;
}

/* ---- What the public sees --------------------------------------------------
 */

static bool show_publicly(struct publisher *p, const struct cosigned *published)
{
    if (!publisher_save(p, p->public_path, published)) {
        return false;
    }
    publisher_show(p, published, true);
    return true;
}

/* The public sees the log at fixed times, at sizes that tell nothing. */
static bool publish_publicly(struct publisher *p, uint64_t size)
{
    struct cosigned published = {.len = 0};
    struct merkle_range range;
    uint8_t root[MERKLE_HASH_BYTES];
    struct frank_fault fault;

    if (tiles_range(&range, p->tiles, size, &fault) != FRANK_OK) {
        return publisher_trouble(p, "tiles", &fault);
    }
    merkle_root(root, &range);
    if (!publisher_sign(p, &published, size, root)) {
        return false;
    }
    if (p->witnesses != NULL) {
        witnesses_submit(p->witnesses, &published);
        return true;
    }
    return show_publicly(p, &published);
}

/* What the witnesses have cosigned meanwhile; kept where the disk is full. */
bool publisher_look_at_witnesses(struct publisher *p)
{
    if (p->witnesses != NULL && witnesses_take(p->witnesses, &p->cosigned)) {
        p->has_cosigned = true;
    }
    if (!p->has_cosigned) {
        return true;
    }
    if (p->has_shown && p->cosigned.size < p->shown.size) {
        p->has_cosigned = false;
        return true;
    }
    p->has_cosigned = !show_publicly(p, &p->cosigned);
    return !p->has_cosigned;
}

bool publisher_keep_hour(struct publisher *p)
{
    uint64_t every = p->settings.public_every;
    uint64_t now = clock_wall();
    uint64_t size = 0;

    if (!close_hour(p, now, &size)) { /* a full disk, or the end */
        p->next_public = now + PUBLISHER_RETRY_MS;
        return true;
    }
    p->next_public = (now / every + 1) * every;
    if (publisher_look(p) && publish_publicly(p, size)) {
        return true;
    }
    p->next_public = now + PUBLISHER_RETRY_MS;
    return false;
}
