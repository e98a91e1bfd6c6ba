/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include "lanes.h"
#include "schema.h"

#include <stdio.h>
#include <string.h>

/* ---- Cases
 * --------------------------------------------------------------------- */

/* The columns of CASE_COLUMNS, in order. */
static void read_case(struct queue_case *out, struct db *db, size_t statement,
                      uint64_t now)
{
    memset(out, 0, sizeof *out);
    out->number = db_int(db, statement, 0);
    out->queue = db_blob(db, statement, 1);
    out->state = (enum case_state)db_int(db, statement, 2);
    out->cursor.rank = db_int(db, statement, 3);
    out->cursor.number = out->number;
    out->priority = db_int(db, statement, 4);
    out->first = db_int(db, statement, 5);
    out->last = db_int(db, statement, 6);
    out->reports = db_int(db, statement, 7);
    out->copies = db_int(db, statement, 8);
    out->messages = db_int(db, statement, 9);
    out->reporters = db_int(db, statement, 10);
    out->first_contact = db_int(db, statement, 11) != 0;
    out->reasons = db_int(db, statement, 12);
    out->reason = db_int(db, statement, 13);
    out->claimed_until = db_int(db, statement, 15);
    if (out->claimed_until > now) {
        out->claimant = db_int(db, statement, 14);
        out->claimant_name = db_blob(db, statement, 19);
        out->held = db_int(db, statement, 16) != 0;
    } else {
        out->claimed_until = 0;
        if (out->state == CASE_CLAIMED) {
            out->state = CASE_WAITING; /* and will be */
        }
    }
    out->sender = db_blob(db, statement, 17);
    out->room = db_blob(db, statement, 18);
    out->withheld = db_int(db, statement, 20) != 0;
}

static bool is_span(struct frank_span a, struct frank_span b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static bool fits(const struct queue_filter *f, const struct queue_case *c,
                 const struct actor *who)
{
    if (f->queue != NULL &&
        !is_span(c->queue, (struct frank_span){(const uint8_t *)f->queue,
                                               strlen(f->queue)})) {
        return false;
    }
    if (f->sender.len > 0 && !is_span(c->sender, f->sender)) {
        return false;
    }
    if (f->room.len > 0 && !is_span(c->room, f->room)) {
        return false;
    }
    if (f->has_state && c->state != f->state) {
        return false;
    }
    switch (f->claim) {
    case QUEUE_UNCLAIMED:
        if (c->claimant != 0) {
            return false;
        }
        break;
    case QUEUE_CLAIMED:
        if (c->claimant == 0) {
            return false;
        }
        break;
    case QUEUE_MINE:
        if (c->claimant != who->number) {
            return false;
        }
        break;
    default:
        break;
    }
    return (f->reasons == 0 || (c->reasons & f->reasons) != 0) &&
           c->priority >= f->priority_min && c->reporters >= f->reporters_min &&
           c->messages >= f->messages_min && c->first >= f->first_from &&
           (f->first_to == 0 || c->first < f->first_to) &&
           (!f->first_contact || c->first_contact);
}

static bool may_see(const struct actor *who, struct frank_span queue)
{
    char id[QUEUE_ID_MAX + 1];

    (void)snprintf(id, sizeof id, "%.*s", (int)queue.len,
                   (const char *)queue.data);
    return actor_has_queue(who, id);
}

/* Which list answers a filter, and its first row. */
static bool begin(struct db *db, const struct actor *who,
                  const struct queue_filter *f,
                  const struct queue_cursor *after, size_t *statement)
{
    uint64_t below = after->number == 0 ? INT64_MAX : after->number;
    bool is_open = f->has_state && f->state <= CASE_OPEN;

    if (f->sender.len > 0) {
        *statement = is_open ? OPEN_OF_SENDER : CASES_OF_SENDER;
        return db_row(
            db, *statement,
            DB_VALUES(DB_BLOB(f->sender.data, f->sender.len), DB_INT(below)));
    }
    if (f->room.len > 0) {
        *statement = is_open ? OPEN_IN_ROOM : CASES_IN_ROOM;
        return db_row(
            db, *statement,
            DB_VALUES(DB_BLOB(f->room.data, f->room.len), DB_INT(below)));
    }
    if (f->claim == QUEUE_MINE) {
        *statement = CASES_MINE;
        return db_row(db, *statement,
                      DB_VALUES(DB_INT(who->number), DB_INT(below)));
    }
    if (f->has_state && f->state > CASE_OPEN) {
        *statement = CASES_IN_STATE;
        return db_row(db, *statement,
                      DB_VALUES(DB_INT(f->state), DB_INT(below)));
    }
    if (f->queue != NULL) {
        *statement = CASES_OF_QUEUE;
        return db_row(db, *statement,
                      DB_VALUES(DB_TEXT(f->queue), DB_INT(after->rank),
                                DB_INT(after->number)));
    }
    *statement = CASES_TO_DO;
    return db_row(db, *statement,
                  DB_VALUES(DB_INT(after->rank), DB_INT(after->number)));
}

/* Cases that are named one by one. */
static void list_named(struct db *db, const struct actor *who,
                       const struct queue_filter *f, queue_visit *visit,
                       void *context, uint64_t now)
{
    bool more = true;

    for (size_t i = 0; more && i < f->number_count; i++) {
        if (db_row(db, ONE_CASE, DB_VALUES(DB_INT(f->numbers[i])))) {
            struct queue_case item;

            read_case(&item, db, ONE_CASE, now);
            more = !may_see(who, item.queue) || !fits(f, &item, who) ||
                   visit(context, &item);
            db_done(db, ONE_CASE);
        }
    }
}

/* All that he may see of what is to be done, where that is not all. false: no
 * memory. */
static bool list_his(struct db *db, const struct actor *who,
                     const struct queue_filter *f,
                     const struct queue_cursor *after, size_t most,
                     queue_visit *visit, void *context, bool *cut,
                     struct queue_cursor *end, uint64_t now)
{
    struct lanes *lanes = lanes_begin(who->queues, after);
    size_t seen = 0;
    uint64_t number;

    while (lanes != NULL && !*cut && (number = lanes_next(lanes, db)) != 0) {
        struct queue_case item;

        *cut = seen++ == most;
        if (*cut || !db_row(db, ONE_CASE, DB_VALUES(DB_INT(number)))) {
            continue;
        }
        read_case(&item, db, ONE_CASE, now);
        *cut = item.state <= CASE_OPEN && may_see(who, item.queue) &&
               fits(f, &item, who) && !visit(context, &item);
        *end = *cut ? *end : item.cursor;
        db_done(db, ONE_CASE);
    }
    lanes_free(lanes);
    return lanes != NULL;
}

void queue_list(struct db *db, const struct actor *who,
                const struct queue_filter *filter,
                const struct queue_cursor *after, size_t most,
                queue_visit *visit, void *context, bool *cut,
                struct queue_cursor *end, uint64_t now)
{
    size_t statement;
    size_t seen = 0;
    bool more;

    *cut = false;
    *end = *after;
    if (filter->number_count > 0) {
        list_named(db, who, filter, visit, context, now);
        return;
    }
    more = begin(db, who, filter, after, &statement);
    if (more && statement == CASES_TO_DO && !who->all_queues) {
        db_done(db, statement);
        more = !list_his(db, who, filter, after, most, visit, context, cut, end,
                         now) &&
               begin(db, who, filter, after, &statement);
    }
    while (more) {
        struct queue_case item;

        if (seen++ == most) {
            *cut = true;
            db_done(db, statement);
            break;
        }
        read_case(&item, db, statement, now);
        if (may_see(who, item.queue) && fits(filter, &item, who) &&
            !visit(context, &item)) {
            *cut = true;
            db_done(db, statement);
            break;
        }
        *end = item.cursor;
        more = db_next(db, statement);
    }
}

bool queue_case(struct db *db, const struct actor *who, uint64_t number,
                queue_visit *visit, void *context, uint64_t now)
{
    struct queue_case item;
    bool may;

    if (!db_row(db, ONE_CASE, DB_VALUES(DB_INT(number)))) {
        return false;
    }
    read_case(&item, db, ONE_CASE, now);
    may = may_see(who, item.queue);
    if (may) {
        (void)visit(context, &item);
    }
    db_done(db, ONE_CASE);
    return may;
}

/* ---- What belongs to it
 * ---------------------------------------------------------- */

void queue_reports(struct db *db, uint64_t number, uint64_t after,
                   queue_report_visit *visit, void *context)
{
    const size_t s = REPORTS_OF_CASE;
    bool more = db_row(db, s, DB_VALUES(DB_INT(number), DB_INT(after)));

    while (more) {
        struct queue_report item = {
            .number = db_int(db, s, 0),
            .id = db_blob(db, s, 1),
            .received = db_int(db, s, 2),
            .created = db_int(db, s, 3),
            .reporter = db_int(db, s, 4),
            .source = db_int(db, s, 5),
            .reason = db_int(db, s, 6),
            .priority = db_int(db, s, 7),
            .messages = db_int(db, s, 8),
            .first_sent = db_int(db, s, 9),
            .last_sent = db_int(db, s, 10),
            .copy_of = db_int(db, s, 11),
            .quorum = db_blob(db, s, 12),
            .verdict_holds = db_int(db, s, 13) != 0,
            .is_open = !db_is_null(db, s, 14),
            .opened = db_int(db, s, 14),
            .disclosed = db_int(db, s, 15),
            .withheld = db_int(db, s, 16),
            .parts_withheld = db_int(db, s, 17),
            .not_proven = db_int(db, s, 18),
            .named = !db_is_null(db, s, 19),
            .log_name = db_blob(db, s, 20),
            .is_unreadable = db_int(db, s, 21) != 0,
        };

        if (!visit(context, &item)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

static void lines(struct db *db, size_t s, uint64_t number,
                  queue_line_visit *visit, void *context)
{
    bool more = db_row(db, s, DB_VALUES(DB_INT(number)));

    while (more) {
        struct queue_line item = {
            .number = db_int(db, s, 0),
            .time = db_int(db, s, 1),
            .account = db_int(db, s, 2),
            .name = db_blob(db, s, 3),
            .type = db_blob(db, s, 4),
            .text = db_blob(db, s, 5),
        };

        if (!visit(context, &item)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

void queue_timeline(struct db *db, uint64_t number, queue_line_visit *visit,
                    void *context)
{
    lines(db, TIMELINE_OF_CASE, number, visit, context);
}

void queue_notes(struct db *db, uint64_t number, queue_line_visit *visit,
                 void *context)
{
    lines(db, NOTES_OF_CASE, number, visit, context);
}

static void read_decision(struct queue_decision *out, struct db *db, size_t s)
{
    *out = (struct queue_decision){
        .number = db_int(db, s, 0),
        .id = db_blob(db, s, 1),
        .in_case = db_int(db, s, 2),
        .account = db_int(db, s, 3),
        .name = db_blob(db, s, 4),
        .made = db_int(db, s, 5),
        .state = (enum decision_state)db_int(db, s, 6),
        .is_appeal = db_int(db, s, 7) != 0,
        .book = db_int(db, s, 8),
        .policy = db_blob(db, s, 9),
        .outcome = (enum outcome)(db_int(db, s, 10) % OUTCOME_COUNT),
        .grave = db_int(db, s, 11) != 0,
        .withheld_seen = db_int(db, s, 12) != 0,
        .explanation = db_blob(db, s, 13),
        .reviewer = db_int(db, s, 14),
        .reviewer_name = db_blob(db, s, 15),
        .review = db_blob(db, s, 16),
        .in_force = db_int(db, s, 17),
        .released = db_int(db, s, 18),
        .sender = db_blob(db, s, 19),
    };
}

void queue_decisions(struct db *db, uint64_t number,
                     queue_decision_visit *visit, void *context)
{
    bool more = db_row(db, DECISIONS_OF_CASE, DB_VALUES(DB_INT(number)));

    while (more) {
        struct queue_decision item;

        read_decision(&item, db, DECISIONS_OF_CASE);
        if (!visit(context, &item)) {
            db_done(db, DECISIONS_OF_CASE);
            break;
        }
        more = db_next(db, DECISIONS_OF_CASE);
    }
}

bool queue_decision_by_id(struct db *db, const uint8_t id[static CASE_ID_BYTES],
                          queue_decision_visit *visit, void *context)
{
    struct queue_decision item;

    if (!db_row(db, DECISION_BY_ID, DB_VALUES(DB_BLOB(id, CASE_ID_BYTES)))) {
        return false;
    }
    read_decision(&item, db, DECISION_BY_ID);
    (void)visit(context, &item);
    db_done(db, DECISION_BY_ID);
    return true;
}

void queue_requests(struct db *db, uint64_t number, queue_request_visit *visit,
                    void *context, uint64_t now)
{
    const size_t s = PENDING_REQUESTS;
    bool more = db_row(db, s, DB_VALUES(DB_INT(now), DB_INT(number)));

    while (more) {
        struct queue_request item = {
            .number = db_int(db, s, 0),
            .in_case = db_int(db, s, 1),
            .queue = db_blob(db, s, 2),
            .asker = db_int(db, s, 3),
            .asker_name = db_blob(db, s, 4),
            .why = db_blob(db, s, 5),
            .asked = db_int(db, s, 6),
            .until = db_int(db, s, 7),
            .state = (enum request_state)db_int(db, s, 8),
            .reason = db_int(db, s, 9),
            .priority = db_int(db, s, 10),
            .reporters = db_int(db, s, 11),
            .reports = db_int(db, s, 12),
            .refusals = db_int(db, s, 13),
        };

        if (!visit(context, &item)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

void queue_requested(struct db *db, uint64_t request, const struct actor *who,
                     queue_requested_visit *visit, void *context)
{
    const size_t s = REPORTS_OF_REQUEST;
    bool more = db_row(db, s, DB_VALUES(DB_INT(request), DB_INT(who->number)));

    while (more) {
        struct queue_requested item = {
            .report = db_int(db, s, 0),
            .quorum = db_blob(db, s, 1),
            .digest = db_blob(db, s, 2),
            .is_open = !db_is_null(db, s, 3),
            .consents = db_int(db, s, 4),
            .mine = db_int(db, s, 5) != 0,
        };

        if (!visit(context, &item)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

void queue_appeals(struct db *db, uint64_t number, queue_appeal_visit *visit,
                   void *context)
{
    const size_t s = APPEALS_OF_CASE;
    bool more = db_row(db, s, DB_VALUES(DB_INT(number)));

    while (more) {
        struct queue_appeal item = {
            .number = db_int(db, s, 0),
            .decision = db_int(db, s, 1),
            .received = db_int(db, s, 2),
            .by_reporter = db_int(db, s, 3) != 0,
            .text = db_blob(db, s, 4),
            .answered = db_int(db, s, 5),
            .name = db_blob(db, s, 6),
            .upheld = db_int(db, s, 7) != 0,
            .answer = db_blob(db, s, 8),
        };

        if (!visit(context, &item)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

static uint64_t no_more(struct queue_history *out, uint64_t count)
{
    out->more = out->more || count > QUEUE_HISTORY_MAX;
    return count > QUEUE_HISTORY_MAX ? QUEUE_HISTORY_MAX : count;
}

void queue_history(struct queue_history *out, struct db *db, uint64_t number)
{
    const struct db_value most = DB_INT(QUEUE_HISTORY_MAX + 1);

    memset(out, 0, sizeof *out);
    if (db_row(db, SENDER_HISTORY, DB_VALUES(DB_INT(number), most))) {
        out->cases = no_more(out, db_int(db, SENDER_HISTORY, 0));
        out->decided = no_more(out, db_int(db, SENDER_HISTORY, 1));
        out->acted_on = no_more(out, db_int(db, SENDER_HISTORY, 2));
        out->rooms = no_more(out, db_int(db, SENDER_HISTORY, 3));
        db_done(db, SENDER_HISTORY);
    }
    if (db_row(db, REPORTER_HISTORY, DB_VALUES(DB_INT(number), most))) {
        out->reporter_reports = no_more(out, db_int(db, REPORTER_HISTORY, 0));
        out->reporter_acted_on = no_more(out, db_int(db, REPORTER_HISTORY, 1));
        db_done(db, REPORTER_HISTORY);
    }
}
