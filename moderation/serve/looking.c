/* SPDX-License-Identifier: Apache-2.0 */
#include "looking.h"

#include "clock.h"
#include "journal.h"
#include "taking.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READY_MOST 256

static struct looking *load(struct mod *mod, uint64_t report)
{
    struct looking *l = calloc(1, sizeof *l);
    struct db *db;
    bool ok;

    if (l == NULL) {
        return NULL;
    }
    l->keys = mod_keys_hold(mod);
    db = store_reader_lock(&mod->store, STORE_SHORT);
    ok = asking_report(&l->report, db, report);
    store_reader_unlock(&mod->store, STORE_SHORT);
    if (!ok) {
        looking_free(l);
        return NULL;
    }
    l->has_verdict =
        hub_verdict_open(&l->verdict, l->report.verdict, l->report.verdict_len,
                         &l->keys->hub, NULL) == FRANK_OK;
    return l;
}

void looking_free(struct looking *l)
{
    if (l != NULL) {
        opening_free(l->opening);
        asking_report_free(&l->report);
        mod_keys_release(l->keys);
        sodium_memzero(l, sizeof *l);
        free(l);
    }
}

static void judge(struct looking *l)
{
    const struct frank_report_header *header =
        &opening_report(l->opening)->header;

    for (size_t i = 0; i < header->count; i++) {
        opening_judge(&l->verdicts[i], l->opening, i, &l->keys->hub,
                      l->has_verdict ? &l->verdict : NULL);
    }
    l->order_is_forged = opening_order(l->places, &l->place_count, header,
                                       l->verdicts) != FRANK_OK;
    if (l->order_is_forged) {
        l->place_count = 0;
    }
}

static struct looking *fail(struct looking *l, const char *event, int error)
{
    JOURNAL(JOURNAL_ERROR, event, JOURNAL_NUMBER("report", l->report.number),
            JOURNAL_TEXT("why", frank_strerror(error)));
    looking_free(l);
    return NULL;
}

struct looking *looking_open(struct mod *mod, uint64_t report)
{
    struct looking *l = load(mod, report);
    uint8_t key[SEAL_KEY_BYTES];
    int error;

    if (l == NULL) {
        return NULL;
    }
    l->is_unreadable = l->report.is_unreadable;
    if (l->is_unreadable) {
        error = opening_without_body(&l->opening, l->report.sealed,
                                     l->report.sealed_len, NULL);
    } else {
        error = asking_key(key, &mod->cases, &l->report);
        if (error == FRANK_OK) {
            error = opening_open_again(&l->opening, l->report.sealed,
                                       l->report.sealed_len, key, NULL);
        }
        sodium_memzero(key, sizeof key);
    }
    if (error != FRANK_OK) {
        return fail(l, "report-not-opened-again", error);
    }
    judge(l);
    return l;
}

struct looking *looking_outside(struct mod *mod, uint64_t report)
{
    struct looking *l = load(mod, report);
    int error = l != NULL ? opening_without_body(&l->opening, l->report.sealed,
                                                 l->report.sealed_len, NULL)
                          : FRANK_OK;

    return error == FRANK_OK ? l : fail(l, "report-not-read", error);
}

/* ---- By consents
 * -------------------------------------------------------------------- */

struct opening_work {
    struct mod *mod;
    uint64_t report;
    struct asking_found found;
    struct cases_answer answer;
};

static void write_opening(void *context, struct db *db)
{
    struct opening_work *w = context;

    w->answer =
        asking_open(&w->mod->cases, db, w->report, &w->found, clock_wall());
}

static void count_all(struct asking_found *out, const struct looking *l,
                      char verdicts[static 512])
{
    static const char *const names[OPENING_STATES] = {
        "matches",  "malformed", "mismatch",
        "withheld", "expired",   "not_stamped"};
    unsigned counts[OPENING_STATES] = {0};
    size_t count = opening_report(l->opening)->header.count;
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        const struct opening_verdict *v = &l->verdicts[i];

        counts[v->state]++;
        out->disclosed +=
            v->state == OPENING_MATCHES || v->state == OPENING_MALFORMED;
        out->withheld += v->state == OPENING_WITHHELD;
        out->parts_withheld += v->parts_withheld != 0;
        out->not_proven += v->state == OPENING_MISMATCH ||
                           v->state == OPENING_EXPIRED ||
                           v->state == OPENING_NOT_STAMPED;
    }
    out->nothing =
        out->withheld == count && opening_body(l->opening)->note.len == 0;
    verdicts[at++] = '{';
    for (unsigned i = 0; i < OPENING_STATES; i++) {
        at += (size_t)snprintf(verdicts + at, 512 - at, "%s\"%s\":%u",
                               i > 0 ? "," : "", names[i], counts[i]);
    }
    (void)snprintf(verdicts + at, 512 - at, "}");
}

/* Nothing of it can be shown, and it discloses nothing. */
static void count_unreadable(struct asking_found *out, const struct looking *l)
{
    out->not_proven = (unsigned)opening_report(l->opening)->header.count;
    out->nothing = true;
    out->verdicts = "{\"unreadable\":1}";
}

/* By the consents, or, where its body cannot be read, without it: that must be
 * said once, and not tried for ever. */
static int open_by_consents(struct looking *l, const struct mod_quorum *quorum,
                            const struct consent *consents,
                            size_t consent_count)
{
    size_t which;
    int error = opening_open(&l->opening, &which, l->report.sealed,
                             l->report.sealed_len, &quorum->key, consents,
                             consent_count, NULL);

    if (error != FRANK_OK && error != FRANK_ERR_MEMORY) {
        JOURNAL(JOURNAL_WARNING, "report-unreadable",
                JOURNAL_NUMBER("report", l->report.number),
                JOURNAL_TEXT("why", frank_strerror(error)));
        l->is_unreadable = true;
        error = opening_without_body(&l->opening, l->report.sealed,
                                     l->report.sealed_len, NULL);
    }
    return error;
}

/* Opens it with what the holders gave; what is found is written down, and the
 * opening forgotten again. */
static void open_one(struct mod *mod, struct looking *l,
                     const struct mod_quorum *quorum,
                     const struct consent *consents, size_t consent_count)
{
    struct opening_work w = {.mod = mod, .report = l->report.number};
    struct files_entry files[FILES_OF_REPORT_MAX];
    char verdicts[512];
    int error = open_by_consents(l, quorum, consents, consent_count);

    if (error != FRANK_OK) {
        (void)fail(l, "report-not-opened", error);
        return;
    }
    judge(l);
    if (l->is_unreadable) {
        count_unreadable(&w.found, l);
    } else {
        count_all(&w.found, l, verdicts);
        w.found.key = opening_key(l->opening);
        w.found.verdicts = verdicts;
        w.found.files = files;
        w.found.file_count = taking_entries(files, l);
    }
    for (size_t i = 0; i < consent_count; i++) {
        w.found.holders[w.found.holder_count++] = consents[i].holder;
    }
    if (!mod_write(mod, write_opening, &w, 65536, true)) {
        JOURNAL(JOURNAL_WARNING, "report-not-opened",
                JOURNAL_NUMBER("report", l->report.number),
                JOURNAL_TEXT("why", "the disk is full, or too much waits; it "
                                    "is tried again"));
    }
    looking_free(l);
}

static void open_if_ready(struct mod *mod, const struct asking_ready *ready)
{
    struct consent consents[FRANK_HOLDERS_MAX];
    struct looking *l = load(mod, ready->report);
    const struct mod_quorum *quorum =
        l != NULL ? mod_quorum_of(l->keys, l->report.quorum) : NULL;
    size_t consent_count = 0;

    if (quorum != NULL && ready->consents >= quorum->key.threshold) {
        struct db *db = store_reader_lock(&mod->store, STORE_SHORT);

        consent_count =
            asking_consents(&mod->cases, db, ready->report, consents);
        store_reader_unlock(&mod->store, STORE_SHORT);
    }
    if (quorum != NULL && consent_count >= quorum->key.threshold) {
        open_one(mod, l, quorum, consents, consent_count); /* frees */
    } else {
        looking_free(l);
    }
    sodium_memzero(consents, sizeof consents);
}

/* The fewest consents that open anything. */
static unsigned least_threshold(struct mod *mod)
{
    struct mod_keys *keys = mod_keys_hold(mod);
    unsigned least = FRANK_HOLDERS_MAX;

    for (size_t i = 0; i < keys->quorum_count; i++) {
        if (keys->quorums[i].key.threshold < least) {
            least = keys->quorums[i].key.threshold;
        }
    }
    mod_keys_release(keys);
    return least;
}

void looking_open_ready(struct mod *mod)
{
    struct asking_ready ready[READY_MOST];
    unsigned least = least_threshold(mod);
    struct db *db = store_reader_lock(&mod->store, STORE_SHORT);
    size_t ready_count = asking_ready(db, least, ready, READY_MOST);

    store_reader_unlock(&mod->store, STORE_SHORT);
    for (size_t i = 0; i < ready_count; i++) {
        open_if_ready(mod, &ready[i]);
    }
}
