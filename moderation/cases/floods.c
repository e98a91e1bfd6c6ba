/* SPDX-License-Identifier: Apache-2.0 */
#include "floods.h"

#include "outbox.h"
#include "schema.h"
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOODS_MOST 100

struct collecting {
    struct flood *flood;
    hash_state hash;
};

static bool collect(void *context, const struct queue_case *item)
{
    struct collecting *c = context;
    struct flood *f = c->flood;
    uint8_t bytes[8];

    if (f->cases == FLOOD_CASES_MAX) {
        return false;
    }
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(item->number >> (56 - 8 * i));
    }
    hash_update(&c->hash, bytes, sizeof bytes);
    f->numbers[f->cases++] = item->number;
    f->reports += item->reports;
    f->messages += item->messages;
    f->priority = item->priority > f->priority ? item->priority : f->priority;
    f->reporters =
        item->reporters > f->reporters ? item->reporters : f->reporters;
    f->first = item->first < f->first ? item->first : f->first;
    f->last = item->last > f->last ? item->last : f->last;
    return true;
}

bool flood_look(struct flood *out, struct db *db, const struct actor *who,
                const struct queue_filter *filter, uint64_t now)
{
    struct collecting c = {.flood = out};
    struct queue_filter waiting = *filter;
    struct queue_cursor start = {0, 0};
    struct queue_cursor end;
    bool cut = false;

    memset(out, 0, sizeof *out);
    out->first = UINT64_MAX;
    out->numbers = malloc(FLOOD_CASES_MAX * sizeof *out->numbers);
    if (out->numbers == NULL) {
        return false;
    }
    waiting.has_state = true;
    waiting.state = CASE_WAITING;
    waiting.claim = QUEUE_UNCLAIMED;
    hash_init(&c.hash);
    queue_list(db, who, &waiting, &start, FLOOD_SCAN_MOST, collect, &c, &cut,
               &end, now);
    out->more = cut;
    hash_final(&c.hash, out->digest);
    return true;
}

void flood_free(struct flood *flood)
{
    free(flood->numbers);
    flood->numbers = NULL;
}

static void dismiss(struct cases *cases, struct db *db, const struct actor *who,
                    uint64_t number, uint64_t flood, uint64_t now)
{
    struct case_row row;

    if (case_find(&row, db, who, number, now).what == CASES_DONE &&
        row.state == CASE_WAITING) {
        (void)db_run(db, SET_FLOOD,
                     DB_VALUES(DB_INT(number), DB_INT(flood),
                               DB_INT(now + cases->rules->appeal)));
        case_step(cases, db, who, &row, CASE_DISMISS, "decision", "dismissed",
                  ",\"unopened\":true", now);
        tally_add(db, row.queue, "dismissed", 0, now);
    }
}

static struct cases_answer check(const struct flood *flood,
                                 const uint8_t digest[static HASH_BYTES],
                                 const char *why)
{
    if (!cases_text_is_good(why, CASES_TEXT_MAX)) {
        return cases_invalid("why", "Say why, in at most 8,192 bytes");
    }
    if (flood->cases == 0) {
        return cases_invalid("nothing", "No case that waits is covered");
    }
    return memcmp(flood->digest, digest, HASH_BYTES) == 0
               ? CASES_OK
               : cases_conflict("changed",
                                "It covers other cases than it did: look "
                                "again");
}

struct cases_answer flood_close(struct cases *cases, struct db *db,
                                const struct actor *who,
                                const struct queue_filter *filter,
                                const uint8_t digest[static HASH_BYTES],
                                const char *why, uint64_t *flood, size_t *count,
                                uint64_t now)
{
    struct flood covered;
    struct cases_answer answer = cases_conflict("memory", "Out of memory");

    *flood = 0;
    *count = 0;
    if (flood_look(&covered, db, who, filter, now)) {
        answer = check(&covered, digest, why);
    }
    if (answer.what == CASES_DONE &&
        db_row(db, ADD_FLOOD,
               DB_VALUES(DB_INT(who->number), DB_INT(now),
                         DB_INT(now + cases->rules->flood_undo),
                         DB_INT(covered.cases), DB_TEXT(why)))) {
        *flood = db_int(db, ADD_FLOOD, 0);
        db_done(db, ADD_FLOOD);
        for (size_t i = 0; i < covered.cases; i++) {
            dismiss(cases, db, who, covered.numbers[i], *flood, now);
        }
        *count = covered.cases;
    }
    flood_free(&covered);
    return answer;
}

/* The next queue, in order of their ids, of which a flood has cases; each is
 * found at once, however many cases it has. */
static bool next_queue(char queue[static QUEUE_ID_MAX + 1], struct db *db,
                       uint64_t flood)
{
    const size_t s = NEXT_QUEUE_OF_FLOOD;
    bool is = db_row(db, s, DB_VALUES(DB_INT(flood), DB_TEXT(queue)));

    if (is) {
        struct frank_span text = db_blob(db, s, 0);

        (void)snprintf(queue, QUEUE_ID_MAX + 1, "%.*s", (int)text.len,
                       (const char *)text.data);
        db_done(db, s);
    }
    return is;
}

/* Whether he may know of it. One that was undone, or whose cases are all
 * forgotten, is nobody's queue's any more. */
static bool is_his(struct db *db, const struct actor *who, uint64_t flood,
                   uint64_t account)
{
    bool his = account == who->number || who->all_queues;
    char queue[QUEUE_ID_MAX + 1] = "";

    while (!his && next_queue(queue, db, flood)) {
        his = actor_has_queue(who, queue);
    }
    return his;
}

struct cases_answer flood_undo(struct cases *cases, struct db *db,
                               const struct actor *who, uint64_t flood,
                               size_t *count, uint64_t now)
{
    uint64_t account;
    uint64_t until;

    *count = 0;
    if (!db_row(db, FIND_FLOOD, DB_VALUES(DB_INT(flood)))) {
        return cases_unknown();
    }
    account = db_int(db, FIND_FLOOD, 0);
    until = db_is_null(db, FIND_FLOOD, 2) ? db_int(db, FIND_FLOOD, 1) : 0;
    db_done(db, FIND_FLOOD);
    if (!is_his(db, who, flood, account)) {
        return cases_unknown();
    }
    if (account != who->number && (who->roles & ROLE_LEAD) == 0) {
        return cases_forbidden("not-yours",
                               "Whoever closed them, or a lead, can undo it");
    }
    if (until <= now) {
        return cases_conflict("too-late", "It cannot be undone any more");
    }
    while (db_row(db, NEXT_OF_FLOOD, DB_VALUES(DB_INT(flood)))) {
        struct case_row row;
        uint64_t number = db_int(db, NEXT_OF_FLOOD, 0);

        db_done(db, NEXT_OF_FLOOD);
        (void)db_run(db, CLEAR_FLOOD, DB_VALUES(DB_INT(number)));
        if (case_find(&row, db, &actor_service, number, now).what ==
                CASES_DONE &&
            case_can(&row, CASE_REINSTATE).what == CASES_DONE) {
            case_step(cases, db, who, &row, CASE_REINSTATE, "decision",
                      "reinstated", "", now);
            tally_add(db, row.queue, "reinstated", 0, now);
            (*count)++;
        }
    }
    (void)db_run(db, END_FLOOD, DB_VALUES(DB_INT(flood), DB_INT(now)));
    return CASES_OK;
}

size_t flood_settle(struct db *db, size_t most, uint64_t now)
{
    size_t count = 0;

    while (count < most && db_row(db, NEXT_FLOOD, DB_VALUES(DB_INT(now)))) {
        uint64_t flood = db_int(db, NEXT_FLOOD, 0);

        db_done(db, NEXT_FLOOD);
        (void)db_run(db, ADD_NOTICES_OF_FLOOD,
                     DB_VALUES(DB_INT(flood), DB_INT(REPORT_CLOSED),
                               DB_TEXT("no_action")));
        (void)db_run(db, TELL_FLOOD, DB_VALUES(DB_INT(flood)));
        count++;
    }
    return count;
}

void floods(struct db *db, const struct actor *who, flood_visit *visit,
            void *context)
{
    const size_t s = READ_FLOODS;
    size_t count = 0;
    bool more = db_row(db, s, NULL, 0);

    while (more) {
        struct flood_line line = {
            .number = db_int(db, s, 0),
            .name = db_blob(db, s, 2),
            .made = db_int(db, s, 3),
            .undo_until = db_int(db, s, 4),
            .cases = db_int(db, s, 5),
            .undone = db_int(db, s, 6),
            .why = db_blob(db, s, 7),
        };

        if (is_his(db, who, line.number, db_int(db, s, 1)) &&
            (!visit(context, &line) || ++count == FLOODS_MOST)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}
