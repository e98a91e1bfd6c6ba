/* SPDX-License-Identifier: Apache-2.0 */
/* What is waiting, and a case as it stands. From metadata alone. */
#include "asking.h"
#include "desk_calls.h"
#include "filters.h"
#include "handlers.h"
#include "looks.h"
#include "retention.h"
#include "tally.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_STANDARD 50
#define PAGE_MOST 200
/* What a filter without an index looks at before it gives a page. */
#define SCAN_MOST ((size_t)20000)

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

/* null where there is none. */
static json_t *number_or_null(uint64_t n)
{
    return n == 0 ? json_null() : number(n);
}

static const char *reason_name(uint64_t code)
{
    const struct frank_reason *reason =
        code < 256 ? frank_reason((uint8_t)code) : NULL;

    return reason != NULL ? reason->name : "other";
}

static json_t *person(uint64_t account, struct frank_span shown)
{
    return account == 0 ? json_null()
                        : json_pack("{s:I,s:o}", "account", (json_int_t)account,
                                    "shown", call_span(shown));
}

/* ---- Cases
 * ---------------------------------------------------------------------- */

static json_t *case_json(const struct queue_case *c)
{
    json_t *out = json_object();

    (void)json_object_set_new(out, "case", number(c->number));
    (void)json_object_set_new(out, "state",
                              json_string(case_state_text(c->state)));
    (void)json_object_set_new(out, "queue", call_span(c->queue));
    (void)json_object_set_new(out, "sender", call_span(c->sender));
    (void)json_object_set_new(out, "room", call_span(c->room));
    (void)json_object_set_new(out, "reason",
                              json_string(reason_name(c->reason)));
    (void)json_object_set_new(out, "reasons", filter_reasons(c->reasons));
    (void)json_object_set_new(out, "priority", number(c->priority));
    (void)json_object_set_new(out, "first", number(c->first));
    (void)json_object_set_new(out, "last", number(c->last));
    (void)json_object_set_new(out, "reports", number(c->reports));
    (void)json_object_set_new(out, "copies", number(c->copies));
    (void)json_object_set_new(out, "messages", number(c->messages));
    (void)json_object_set_new(out, "reporters", number(c->reporters));
    (void)json_object_set_new(out, "first_contact",
                              json_boolean(c->first_contact));
    (void)json_object_set_new(out, "claimant",
                              person(c->claimant, c->claimant_name));
    (void)json_object_set_new(out, "claimed_until",
                              number_or_null(c->claimed_until));
    (void)json_object_set_new(out, "held", json_boolean(c->held));
    (void)json_object_set_new(out, "withheld", json_boolean(c->withheld));
    return out;
}

struct page {
    json_t *list;
    size_t most;
    struct queue_cursor last;
};

static bool put_case(void *context, const struct queue_case *item)
{
    struct page *page = context;

    if (json_array_size(page->list) == page->most) {
        return false;
    }
    (void)json_array_append_new(page->list, case_json(item));
    page->last = item->cursor;
    return true;
}

/* "RANK.NUMBER", as `next` of the page before. */
static bool read_cursor(struct call *call, struct queue_cursor *out)
{
    const char *text = http_query(call->exchange, "after");
    char *end = NULL;

    *out = (struct queue_cursor){0, 0};
    if (text == NULL) {
        return true;
    }
    if (strlen(text) < 32 && text[0] >= '0' && text[0] <= '9') {
        out->rank = strtoull(text, &end, 10);
        if (*end == '.' && end[1] >= '0' && end[1] <= '9') {
            out->number = strtoull(end + 1, &end, 10);
            if (*end == '\0') {
                return true;
            }
        }
    }
    call_refuse(call, 400, "after", "Not where a page before ended");
    return false;
}

void read_cases(struct call *call, struct db *db)
{
    struct call_filter filter;
    struct queue_cursor after;
    struct queue_cursor end;
    uint64_t most = PAGE_STANDARD;
    bool cut = false;
    char next[48];
    struct page page;

    if (!filter_read(&filter, call, NULL) || !read_cursor(call, &after) ||
        !call_query_number(call, "most", &most)) {
        return;
    }
    page = (struct page){
        json_array(), most == 0 || most > PAGE_MOST ? PAGE_MOST : (size_t)most,
        after};
    queue_list(db, &call->who, &filter.filter, &after, SCAN_MOST, put_case,
               &page, &cut, &end, call->now);
    call_put(call, "cases", page.list);
    if (cut) {
        (void)snprintf(next, sizeof next, "%" PRIu64 ".%" PRIu64, end.rank,
                       end.number);
        call_put(call, "next", json_string(next));
    } else {
        call_put(call, "next", json_null());
    }
}

static bool put_now(void *context, const struct tally_now *line)
{
    json_t *queues = context;
    json_t *queue = json_object_get(queues, line->queue);

    if (queue == NULL) {
        queue = json_object();
        (void)json_object_set_new(queues, line->queue, queue);
    }
    (void)json_object_set_new(queue, case_state_text(line->state),
                              number(line->cases));
    (void)json_object_set_new(queue, "oldest", number_or_null(line->oldest));
    return true;
}

void read_queues(struct call *call, struct db *db)
{
    struct mod_book *book = mod_book_hold(call->mod);
    json_t *standing = json_object();
    json_t *list = json_array();
    const struct book_queue *queue;

    tally_of_now(db, put_now, standing);
    for (size_t i = 0; (queue = book_queue_at(book->book, i)) != NULL; i++) {
        json_t *now = json_object_get(standing, queue->id);

        if (actor_has_queue(&call->who, queue->id)) {
            (void)json_array_append_new(
                list,
                json_pack("{s:s,s:s,s:o}", "queue", queue->id, "title",
                          queue->title, "now",
                          now != NULL ? json_incref(now) : json_object()));
        }
    }
    mod_book_release(book);
    json_decref(standing);
    call_put(call, "queues", list);
}

/* ---- A case
 * ------------------------------------------------------------------------- */

static bool put_report(void *context, const struct queue_report *r)
{
    static const char *const kinds[] = {"anonymous", "named", "vouched"};
    static const char *const sources[] = {"sealed", "mimi"};
    json_t *out = json_object();

    (void)json_object_set_new(out, "report", number(r->number));
    (void)json_object_set_new(out, "report_id", call_hex_json(r->id));
    (void)json_object_set_new(out, "received", number(r->received));
    (void)json_object_set_new(out, "created", number(r->created));
    (void)json_object_set_new(out, "reporter",
                              json_string(kinds[r->reporter % 3]));
    (void)json_object_set_new(out, "source",
                              json_string(sources[r->source % 2]));
    (void)json_object_set_new(out, "reason",
                              json_string(reason_name(r->reason)));
    (void)json_object_set_new(out, "priority", number(r->priority));
    (void)json_object_set_new(out, "messages", number(r->messages));
    (void)json_object_set_new(out, "first_sent", number(r->first_sent));
    (void)json_object_set_new(out, "last_sent", number(r->last_sent));
    (void)json_object_set_new(out, "copy_of", number_or_null(r->copy_of));
    (void)json_object_set_new(out, "quorum", call_hex_json(r->quorum));
    (void)json_object_set_new(out, "hub_verdict",
                              json_boolean(r->verdict_holds));
    (void)json_object_set_new(out, "named", json_boolean(r->named));
    (void)json_object_set_new(out, "opened",
                              r->is_open ? number(r->opened) : json_null());
    if (r->is_open) {
        (void)json_object_set_new(out, "disclosed", number(r->disclosed));
        (void)json_object_set_new(out, "withheld", number(r->withheld));
        (void)json_object_set_new(out, "parts_withheld",
                                  number(r->parts_withheld));
        (void)json_object_set_new(out, "not_proven", number(r->not_proven));
        (void)json_object_set_new(out, "unreadable",
                                  json_boolean(r->is_unreadable));
    }
    (void)json_object_set_new(out, "log_name", call_hex_json(r->log_name));
    (void)json_array_append_new(context, out);
    return json_array_size(context) < PAGE_MOST;
}

static bool put_line(void *context, const struct queue_line *line)
{
    json_t *out = json_object();

    (void)json_object_set_new(out, line->type.len > 0 ? "entry" : "note",
                              number(line->number));
    (void)json_object_set_new(out, "time", number(line->time));
    (void)json_object_set_new(out, "by", person(line->account, line->name));
    if (line->type.len > 0) {
        (void)json_object_set_new(out, "type", call_span(line->type));
        (void)json_object_set_new(
            out, "detail",
            json_loadb((const char *)line->text.data, line->text.len, 0, NULL));
    } else {
        (void)json_object_set_new(out, "text", call_span(line->text));
    }
    (void)json_array_append_new(context, out);
    return true;
}

static bool put_decision(void *context, const struct queue_decision *d)
{
    static const char *const states[] = {"proposed", "in_force", "returned",
                                         "retracted", "overturned"};
    json_t *out = json_object();

    (void)json_object_set_new(out, "decision", call_hex_json(d->id));
    (void)json_object_set_new(out, "by", person(d->account, d->name));
    (void)json_object_set_new(out, "made", number(d->made));
    (void)json_object_set_new(out, "state",
                              json_string(states[(unsigned)d->state % 5]));
    (void)json_object_set_new(out, "on_appeal", json_boolean(d->is_appeal));
    (void)json_object_set_new(out, "book", number(d->book));
    (void)json_object_set_new(out, "policy", call_span(d->policy));
    (void)json_object_set_new(out, "outcome",
                              json_string(outcome_text(d->outcome)));
    (void)json_object_set_new(out, "grave", json_boolean(d->grave));
    (void)json_object_set_new(out, "withheld_seen",
                              json_boolean(d->withheld_seen));
    (void)json_object_set_new(out, "explanation", call_span(d->explanation));
    (void)json_object_set_new(out, "reviewer",
                              person(d->reviewer, d->reviewer_name));
    (void)json_object_set_new(out, "review", call_span(d->review));
    (void)json_object_set_new(out, "in_force", number_or_null(d->in_force));
    (void)json_object_set_new(out, "released", number_or_null(d->released));
    (void)json_array_append_new(context, out);
    return true;
}

static bool put_appeal(void *context, const struct queue_appeal *a)
{
    json_t *out = json_object();

    (void)json_object_set_new(out, "received", number(a->received));
    (void)json_object_set_new(
        out, "by", json_string(a->by_reporter ? "reporter" : "accused"));
    (void)json_object_set_new(out, "text", call_span(a->text));
    (void)json_object_set_new(out, "answered", number_or_null(a->answered));
    if (a->answered != 0) {
        (void)json_object_set_new(out, "answered_by", call_span(a->name));
        (void)json_object_set_new(out, "upheld", json_boolean(a->upheld));
        (void)json_object_set_new(out, "answer", call_span(a->answer));
    }
    (void)json_array_append_new(context, out);
    return true;
}

static bool put_hold(void *context, const struct retention_hold_line *h)
{
    static const char *const states[] = {"asked", "in_force", "ended"};
    json_t *out = json_object();

    (void)json_object_set_new(out, "hold", number(h->number));
    (void)json_object_set_new(out, "by", person(h->asker, h->name));
    (void)json_object_set_new(out, "asked", number(h->asked));
    (void)json_object_set_new(out, "until", number(h->until));
    (void)json_object_set_new(out, "state",
                              json_string(states[(unsigned)h->state % 3]));
    (void)json_object_set_new(out, "why", call_span(h->why));
    (void)json_array_append_new(context, out);
    return true;
}

/* ---- Requests
 * ------------------------------------------------------------------------- */

struct requests {
    struct call *call;
    struct db *db;
    json_t *list;
    size_t count;
    uint64_t numbers[256];
};

struct requested {
    struct call *call;
    json_t *list;
    const struct mod_keys *keys;
};

static bool put_requested(void *context, const struct queue_requested *r)
{
    struct requested *w = context;
    json_t *out = json_object();
    const struct mod_quorum *quorum =
        r->quorum.len == FRANK_QUORUM_ID_BYTES
            ? mod_quorum_of(w->keys, r->quorum.data)
            : NULL;

    (void)json_object_set_new(out, "report", number(r->report));
    (void)json_object_set_new(out, "quorum", call_hex_json(r->quorum));
    (void)json_object_set_new(out, "digest", call_hex_json(r->digest));
    (void)json_object_set_new(out, "open", json_boolean(r->is_open));
    (void)json_object_set_new(out, "consents", number(r->consents));
    (void)json_object_set_new(out, "threshold",
                              quorum != NULL ? number(quorum->key.threshold)
                                             : json_null());
    (void)json_object_set_new(out, "mine", json_boolean(r->mine));
    (void)json_array_append_new(w->list, out);
    return true;
}

struct holding {
    struct db *db;
    uint64_t account;
    bool holds;
};

static bool find_holding(void *context, const struct queue_requested *r)
{
    struct holding *h = context;

    h->holds = r->quorum.len == FRANK_QUORUM_ID_BYTES &&
               account_holds(h->db, h->account, r->quorum.data);
    return !h->holds;
}

/* Of his queues, or for a share of his. */
static bool is_for_him(const struct requests *w, const struct queue_request *q)
{
    const struct actor *who = &w->call->who;
    struct holding h = {.db = w->db, .account = who->number};
    char queue[QUEUE_ID_MAX + 1];

    (void)snprintf(queue, sizeof queue, "%.*s", (int)q->queue.len,
                   (const char *)q->queue.data);
    if (!actor_has_queue(who, queue)) {
        queue_requested(w->db, q->number, who, find_holding, &h);
        return h.holds;
    }
    return true;
}

static bool put_request(void *context, const struct queue_request *q)
{
    struct requests *w = context;
    json_t *out;

    if (!is_for_him(w, q)) {
        return true;
    }
    out = json_object();
    (void)json_object_set_new(out, "request", number(q->number));
    (void)json_object_set_new(out, "case", number(q->in_case));
    (void)json_object_set_new(out, "queue", call_span(q->queue));
    (void)json_object_set_new(out, "by", person(q->asker, q->asker_name));
    (void)json_object_set_new(out, "why", call_span(q->why));
    (void)json_object_set_new(out, "asked", number(q->asked));
    (void)json_object_set_new(out, "until", number(q->until));
    (void)json_object_set_new(out, "reason",
                              json_string(reason_name(q->reason)));
    (void)json_object_set_new(out, "priority", number(q->priority));
    (void)json_object_set_new(out, "reporters", number(q->reporters));
    (void)json_object_set_new(out, "refusals", number(q->refusals));
    (void)json_array_append_new(w->list, out);
    w->numbers[w->count++] = q->number;
    return w->count < 256;
}

static json_t *requests_json(struct call *call, struct db *db, uint64_t in_case)
{
    struct requests w = {.call = call, .db = db, .list = json_array()};
    struct mod_keys *keys = mod_keys_hold(call->mod);

    queue_requests(db, in_case, put_request, &w, call->now);
    for (size_t i = 0; i < w.count; i++) {
        struct requested reports = {call, json_array(), keys};

        queue_requested(db, w.numbers[i], &call->who, put_requested, &reports);
        (void)json_object_set_new(json_array_get(w.list, i), "reports",
                                  reports.list);
    }
    mod_keys_release(keys);
    return w.list;
}

void read_requests(struct call *call, struct db *db)
{
    call_put(call, "requests", requests_json(call, db, 0));
}

static bool put_one_case(void *context, const struct queue_case *item)
{
    *(json_t **)context = case_json(item);
    return true;
}

static json_t *list_of(json_t *answer, const char *name)
{
    json_t *list = json_array();

    (void)json_object_set_new(answer, name, list);
    return list;
}

/* Whoever is to look at the case a second time is not told. */
static void put_what_was_done(struct call *call, struct db *db, uint64_t which)
{
    json_t *decisions = list_of(call->answer, "decisions");
    json_t *appeals = list_of(call->answer, "appeals");
    json_t *notes = list_of(call->answer, "notes");
    json_t *legal_holds = list_of(call->answer, "legal_holds");
    json_t *timeline = list_of(call->answer, "timeline");
    bool blind = looks_is_blind(db, &call->who, which, call->now);

    call_put(call, "blind", json_boolean(blind));
    if (!blind) {
        queue_decisions(db, which, put_decision, decisions);
        queue_appeals(db, which, put_appeal, appeals);
        queue_notes(db, which, put_line, notes);
        retention_holds(db, which, put_hold, legal_holds);
        queue_timeline(db, which, put_line, timeline);
    }
}

void read_case(struct call *call, struct db *db)
{
    uint64_t which = call_number(call, 0);
    struct queue_history h;
    struct case_row row;
    json_t *found = NULL;
    json_t *a = call->answer;
    uint64_t after = 0;

    if (!call_query_number(call, "reports_after", &after)) {
        return;
    }
    if (!queue_case(db, &call->who, which, put_one_case, &found, call->now)) {
        (void)call_done(call, cases_unknown());
        return;
    }
    (void)json_object_update(a, found);
    json_decref(found);
    if (case_find(&row, db, &call->who, which, call->now).what == CASES_DONE) {
        uint64_t due = row.state == CASE_CLOSED
                           ? retention_due(db, which, call->now)
                           : row.due;

        call_put(call, "due", due == UINT64_MAX ? json_null() : number(due));
    }
    queue_reports(db, which, after, put_report, list_of(a, "report_list"));
    call_put(call, "requests", requests_json(call, db, which));
    put_what_was_done(call, db, which);
    desk_put_draft(call, db, which);
    queue_history(&h, db, which);
    call_put(call, "history",
             json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:b}", "other_cases",
                       (json_int_t)h.cases, "decided", (json_int_t)h.decided,
                       "acted_on", (json_int_t)h.acted_on, "rooms",
                       (json_int_t)h.rooms, "reporters_reports",
                       (json_int_t)h.reporter_reports, "reporters_acted_on",
                       (json_int_t)h.reporter_acted_on, "more", h.more));
}

/* ---- People
 * ------------------------------------------------------------------------------
 */

static bool put_person(void *context, const struct account_row *row)
{
    if (row->state == ACCOUNT_ACTIVE && (row->roles & ROLES_CONTENT) != 0) {
        (void)json_array_append_new(context,
                                    json_pack("{s:I,s:o,s:o}", "account",
                                              (json_int_t)row->number, "name",
                                              call_span(row->name), "shown",
                                              call_span(row->shown)));
    }
    return true;
}

void read_people(struct call *call, struct db *db)
{
    json_t *list = json_array();

    accounts(db, put_person, list);
    call_put(call, "people", list);
}
