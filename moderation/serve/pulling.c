/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub's feed: reports are read, looked at, stored, and only when that is on
 * disk acknowledged, so that the hub may forget them. And what became of them
 * goes back, for those who ask with their receipts.
 */
#include "arrivals.h"
#include "clock.h"
#include "feed_notices.h"
#include "hub_verdict.h"
#include "journal.h"
#include "mod_metrics.h"
#include "outbox.h"
#include "threads.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Reports in one transaction: what they write in all stays bounded. */
#define STEP_ITEMS ((size_t)128)
#define STEP_BYTES ((size_t)2 << 20)
#define NOTICES_MOST ((size_t)500)
/* Trouble that goes on is said so often. */
#define SAY_EVERY 32

/* ---- Taking over
 * ---------------------------------------------------------------------- */

struct arrival {
    struct case_report report;
    struct sealed_report *sealed;
    bool good;
};

struct step {
    struct mod *mod;
    const struct feed_page *page;
    struct arrival *arrivals; /* of the items first <= i < last */
    size_t first;
    size_t last;
    uint64_t now;
    size_t counts[4];
};

static void say_bad(const struct feed_page_item *item, const char *what,
                    int error)
{
    JOURNAL(JOURNAL_ERROR, "report-not-taken",
            JOURNAL_NUMBER("number", item->number), JOURNAL_TEXT("what", what),
            JOURNAL_TEXT("why", frank_strerror(error)));
}

/* What the hub says about the report, where it is signed and about it. */
static bool verdict_holds(const struct mod_keys *keys,
                          const struct feed_page_item *item,
                          const struct sealed_report *sealed)
{
    struct hub_verdict verdict;

    return hub_verdict_open(&verdict, item->verdict.data, item->verdict.len,
                            &keys->hub, NULL) == FRANK_OK &&
           memcmp(verdict.report_digest, sealed->digest,
                  sizeof sealed->digest) == 0 &&
           hub_verdict_of(&verdict,
                          &sealed->header.evidence[sealed->header.accused]) ==
               EVIDENCE_VALID;
}

static bool look(struct arrival *out, const struct feed_page_item *item,
                 const struct mod_keys *keys, const struct mod_book *book)
{
    struct case_report *r = &out->report;
    struct frank_fault fault = item->fault;

    if (fault.error != FRANK_OK) {
        say_bad(item, fault.field, fault.error);
        return false;
    }
    if (sealed_report_decode(out->sealed, item->report.data, item->report.len,
                             &fault) != FRANK_OK) {
        say_bad(item, fault.field, fault.error);
        return false;
    }
    *r = (struct case_report){
        .hub_number = item->number,
        .has_hub_index = item->has_log_index,
        .hub_index = item->log_index,
        .received = item->received,
        .reporter = (enum report_reporter_kind)item->reporter,
        .source = (enum report_source)item->origin,
        .first_contact = item->first_contact,
        .priority = item->priority,
        .reporters = item->distinct,
        .salt = item->salt,
        .verdict = item->verdict,
        .sealed = item->report,
        .report = out->sealed,
        .verdict_holds = verdict_holds(keys, item, out->sealed),
    };
    (void)snprintf(
        r->queue, sizeof r->queue, "%s",
        book_queue_at(
            book->book,
            book_route(book->book,
                       &(struct book_report){
                           .reason = out->sealed->header.reason,
                           .source = (enum book_source)item->origin,
                           .reporter = (enum book_reporter)item->reporter,
                           .priority = item->priority,
                           .reporters = item->distinct,
                           .first_contact = item->first_contact}))
            ->id);
    if (!r->verdict_holds) {
        JOURNAL(JOURNAL_WARNING, "hub-verdict-not-good",
                JOURNAL_NUMBER("number", item->number));
    }
    return true;
}

static void run_step(void *context, struct db *db)
{
    struct step *s = context;
    uint64_t through = 0;

    for (size_t i = s->first; i < s->last; i++) {
        struct arrival *a = &s->arrivals[i - s->first];

        if (a->good) {
            s->counts[arrivals_take(&s->mod->cases, db, &a->report, s->now)]++;
        } else {
            arrivals_keep_bad(
                db, s->page->items[i].number, s->page->items[i].report_id,
                s->page->items[i].verdict, s->page->items[i].report, s->now);
            s->counts[3]++;
        }
        through = s->page->items[i].number > through ? s->page->items[i].number
                                                     : through;
    }
    arrivals_set_after(db, through);
}

/* Where a step that begins at `first` ends. */
static size_t step_end(const struct feed_page *page, size_t first)
{
    size_t bytes = 0;
    size_t i = first;

    while (i < page->count && i - first < STEP_ITEMS &&
           (i == first || bytes + page->items[i].report.len <= STEP_BYTES)) {
        bytes += page->items[i].report.len;
        i++;
    }
    return i;
}

static bool take_step(struct step *s)
{
    struct mod_keys *keys = mod_keys_hold(s->mod);
    struct mod_book *book = mod_book_hold(s->mod);
    size_t count = s->last - s->first;
    size_t bytes = 0;
    bool ok = true;

    for (size_t i = 0; ok && i < count; i++) {
        struct arrival *a = &s->arrivals[i];

        a->sealed = calloc(1, sizeof *a->sealed);
        ok = a->sealed != NULL;
        a->good = ok && look(a, &s->page->items[s->first + i], keys, book);
        bytes += s->page->items[s->first + i].report.len + 4096;
    }
    s->now = clock_wall();
    ok = ok && mod_write_more(s->mod, run_step, s, bytes);
    for (size_t i = 0; i < count; i++) {
        free(s->arrivals[i].sealed);
    }
    mod_book_release(book);
    mod_keys_release(keys);
    return ok;
}

/* false: the disk is full, or memory is; what was not stored comes again. */
static bool take_page(struct mod *mod, const struct feed_page *page)
{
    struct arrival *arrivals = calloc(STEP_ITEMS, sizeof *arrivals);
    bool ok = arrivals != NULL;
    size_t first = 0;

    while (ok && first < page->count) {
        struct step s = {.mod = mod,
                         .page = page,
                         .arrivals = arrivals,
                         .first = first,
                         .last = step_end(page, first)};

        memset(arrivals, 0, STEP_ITEMS * sizeof *arrivals);
        ok = take_step(&s);
        for (size_t i = 0; ok && i < 4; i++) {
            metric_add(&mod_taken, i, s.counts[i]);
        }
        first = s.last;
    }
    free(arrivals);
    return ok;
}

/* ---- Notices
 * ------------------------------------------------------------------------------
 */

struct told {
    struct mod *mod;
    uint64_t through;
};

static void run_told(void *context, struct db *db)
{
    const struct told *t = context;

    outbox_notices_told(&t->mod->cases, db, t->through, clock_wall());
}

static void to_notice(struct feed_notice *out, const struct hub_notice *from)
{
    static const enum feed_state states[] = {FEED_STATE_SAME, FEED_STATE_SAME,
                                             FEED_IN_REVIEW, FEED_DECIDED,
                                             FEED_CLOSED};

    memset(out, 0, sizeof *out);
    memcpy(out->report_id, from->report_id, sizeof out->report_id);
    out->state =
        from->has_state ? states[(unsigned)from->state % 5] : FEED_STATE_SAME;
    (void)snprintf(out->outcome, sizeof out->outcome, "%s", from->outcome);
    out->discloses_nothing = from->discloses_nothing;
}

static enum feed_result say(enum feed_result result,
                            const struct feed_trouble *trouble,
                            const char *what, unsigned failures)
{
    metric_add(&mod_feed, (size_t)result, 1);
    if (result != FEED_DONE && failures % SAY_EVERY == 0) {
        JOURNAL(result == FEED_AWAY ? JOURNAL_WARNING : JOURNAL_ERROR,
                "hub-trouble", JOURNAL_TEXT("what", what),
                JOURNAL_NUMBER("status", trouble->status),
                JOURNAL_TEXT("why", trouble->text));
    }
    return result;
}

/* What waits for the hub; *more: there may be others. */
static enum feed_result give_notices(struct threads *t, bool *more,
                                     unsigned failures)
{
    struct outbox_notice *waiting = calloc(NOTICES_MOST, sizeof *waiting);
    struct feed_notice *notices = calloc(NOTICES_MOST, sizeof *notices);
    bool *unknown = calloc(NOTICES_MOST, sizeof *unknown);
    struct feed_trouble trouble = {0};
    enum feed_result result = FEED_AWAY;
    size_t count = 0;

    *more = false;
    if (waiting != NULL && notices != NULL && unknown != NULL) {
        struct db *db = store_reader_lock(&t->mod->store, STORE_LONG);

        count = outbox_notices(db, waiting, NOTICES_MOST);
        store_reader_unlock(&t->mod->store, STORE_LONG);
        for (size_t i = 0; i < count; i++) {
            to_notice(&notices[i], &waiting[i].notice);
        }
        result = count == 0 ? FEED_DONE
                            : say(feed_notices(&t->source, notices, count,
                                               unknown, &trouble),
                                  &trouble, "notices", failures);
        *more = count == NOTICES_MOST;
    }
    if (result == FEED_DONE && count > 0) {
        struct told told = {t->mod, waiting[count - 1].number};

        if (!mod_write(t->mod, run_told, &told, 256 * count, false)) {
            result = FEED_AWAY; /* they are told again, which does no harm */
        }
    }
    free(waiting);
    free(notices);
    free(unknown);
    return result;
}

/* ---- A round
 * ---------------------------------------------------------------------------------
 */

static uint64_t feed_after(struct mod *mod)
{
    struct db *db = store_reader_lock(&mod->store, STORE_SHORT);
    uint64_t after = arrivals_after(db);

    store_reader_unlock(&mod->store, STORE_SHORT);
    return after;
}

/* Asks, stores, acknowledges. An acknowledgement that got lost is given again
 * with the next one, or with none. */
static enum feed_result pull_page(struct threads *t, bool *more,
                                  unsigned failures)
{
    uint64_t after = feed_after(t->mod);
    struct feed_trouble trouble = {0};
    struct feed_page page;
    uint64_t taken = 0;
    enum feed_result result = say(feed_pull(&t->source, after, &page, &trouble),
                                  &trouble, "feed", failures);

    *more = false;
    if (result != FEED_DONE) {
        return result;
    }
    if (page.last < after) {
        JOURNAL(JOURNAL_ERROR, "hub-trouble", JOURNAL_TEXT("what", "feed"),
                JOURNAL_TEXT("why", "the hub knows fewer reports than were "
                                    "taken over: it was put back from a copy, "
                                    "or is another one"));
        feed_page_free(&page);
        return FEED_REFUSED;
    }
    if (!take_page(t->mod, &page)) {
        result = FEED_AWAY;
    } else {
        uint64_t through = page.next > after ? page.next : after;

        atomic_store(&t->mod->feed_next, through);
        atomic_store(&t->mod->feed_last, page.last);
        if (through > 0 && (page.count > 0 || failures > 0)) {
            result = say(feed_ack(&t->source, through, &taken, &trouble),
                         &trouble, "acknowledgement", failures);
        }
        *more = page.more;
    }
    feed_page_free(&page);
    return result;
}

uint64_t pulling_round(struct threads *t, unsigned *failures)
{
    bool more_reports = false;
    bool more_notices = false;
    enum feed_result pulled = pull_page(t, &more_reports, *failures);
    enum feed_result told = pulled != FEED_AWAY
                                ? give_notices(t, &more_notices, *failures)
                                : FEED_AWAY;

    atomic_store(&t->mod->hub_answers, pulled == FEED_DONE);
    if (pulled != FEED_DONE || told != FEED_DONE) {
        (*failures)++;
        return feed_backoff(*failures, randombytes_random());
    }
    *failures = 0;
    return more_reports || more_notices ? 0 : t->mod->settings->hub_every;
}
