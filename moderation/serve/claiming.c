/* SPDX-License-Identifier: Apache-2.0 */
/* What is one transaction of the store's: claims, requests, notes, floods,
 * legal holds. */
#include "asking.h"
#include "claims.h"
#include "deciding.h"
#include "filters.h"
#include "floods.h"
#include "handlers.h"
#include "looks.h"
#include "retention.h"

#include <sodium.h>
#include <string.h>

static struct cases *cases_of(struct call *call)
{
    return &call->mod->cases;
}

static const char *why(const struct call *call)
{
    const char *text = call_text(call, "why");

    return text != NULL ? text : "";
}

/* ---- Claims
 * ----------------------------------------------------------------------- */

struct cases_answer act_next(struct call *call, struct db *db)
{
    uint64_t number = 0;
    struct cases_answer answer =
        claims_next(cases_of(call), db, &call->who, call_text(call, "queue"),
                    &number, call->now);

    call_put(call, "case", json_integer((json_int_t)number));
    return answer;
}

struct cases_answer act_claim(struct call *call, struct db *db)
{
    return claims_claim(cases_of(call), db, &call->who, call_number(call, 0),
                        call->now);
}

struct cases_answer act_extend(struct call *call, struct db *db)
{
    uint64_t until = 0;
    struct cases_answer answer =
        claims_extend(cases_of(call), db, &call->who, call_number(call, 0),
                      &until, call->now);

    call_put(call, "claimed_until", json_integer((json_int_t)until));
    return answer;
}

struct cases_answer act_hold(struct call *call, struct db *db)
{
    return claims_hold(cases_of(call), db, &call->who, call_number(call, 0),
                       call_count(call, "until"), why(call), call->now);
}

struct cases_answer act_release(struct call *call, struct db *db)
{
    return claims_release(cases_of(call), db, &call->who, call_number(call, 0),
                          call->now);
}

struct cases_answer act_hand_over(struct call *call, struct db *db)
{
    struct actor to;

    if (!account_actor_named(&to, db, call_text(call, "to"))) {
        return cases_invalid("to", "There is no such account");
    }
    return claims_hand_over(cases_of(call), db, &call->who,
                            call_number(call, 0), &to, why(call), call->now);
}

/* ---- Requests
 * ----------------------------------------------------------------------- */

struct cases_answer act_ask(struct call *call, struct db *db)
{
    const json_t *list = call_json(call, "reports");
    uint64_t reports[ASKING_REPORTS_MAX];
    size_t count = json_array_size(list);
    uint64_t request = 0;
    struct cases_answer answer;

    if (count > ASKING_REPORTS_MAX) {
        count = 0; /* refused */
    }
    for (size_t i = 0; i < count; i++) {
        reports[i] = (uint64_t)json_integer_value(json_array_get(list, i));
    }
    answer = asking_ask(cases_of(call), db, &call->who, call_number(call, 0),
                        reports, count, why(call), &request, call->now);
    call_put(call, "request", json_integer((json_int_t)request));
    return answer;
}

struct cases_answer act_withdraw(struct call *call, struct db *db)
{
    return asking_withdraw(cases_of(call), db, &call->who, call_number(call, 0),
                           call->now);
}

/* ---- Notes, second looks
 * ---------------------------------------------------------------- */

struct cases_answer act_note(struct call *call, struct db *db)
{
    return deciding_note(cases_of(call), db, &call->who, call_number(call, 0),
                         call_text(call, "text"), call->now);
}

static bool put_open(void *context, const struct queue_report *r)
{
    if (r->is_open) {
        (void)json_array_append_new(context,
                                    json_integer((json_int_t)r->number));
    }
    return json_array_size(context) < 200;
}

/* Blind: the reports that were opened and for what they were made, and nothing
 * of what was decided. */
struct cases_answer act_second_look(struct call *call, struct db *db)
{
    uint64_t look = 0;
    uint64_t number = 0;
    uint64_t reasons = 0;
    struct cases_answer answer = looks_second_next(
        cases_of(call), db, &call->who, &look, &number, &reasons, call->now);

    if (answer.what == CASES_DONE) {
        json_t *reports = json_array();

        queue_reports(db, number, 0, put_open, reports);
        call_put(call, "second_look", json_integer((json_int_t)look));
        call_put(call, "reports", reports);
        call_put(call, "reasons", filter_reasons(reasons));
    }
    return answer;
}

/* ---- Legal holds
 * ---------------------------------------------------------------------------
 */

struct cases_answer act_legal_hold(struct call *call, struct db *db)
{
    uint64_t hold = 0;
    struct cases_answer answer =
        retention_hold(cases_of(call), db, &call->who, call_number(call, 0),
                       call_count(call, "until"), why(call), &hold, call->now);

    call_put(call, "hold", json_integer((json_int_t)hold));
    return answer;
}

struct cases_answer act_confirm_hold(struct call *call, struct db *db)
{
    return retention_confirm(cases_of(call), db, &call->who,
                             call_number(call, 0), call->now);
}

struct cases_answer act_end_hold(struct call *call, struct db *db)
{
    return retention_end(cases_of(call), db, &call->who, call_number(call, 0),
                         why(call), call->now);
}

/* ---- Floods
 * -----------------------------------------------------------------------------------
 */

static bool put_flood(void *context, const struct flood_line *line)
{
    (void)json_array_append_new(
        context,
        json_pack("{s:I,s:o,s:I,s:I,s:I,s:o,s:o}", "flood",
                  (json_int_t)line->number, "by", call_span(line->name), "made",
                  (json_int_t)line->made, "undo_until",
                  (json_int_t)line->undo_until, "cases",
                  (json_int_t)line->cases, "undone",
                  line->undone == 0 ? json_null()
                                    : json_integer((json_int_t)line->undone),
                  "why", call_span(line->why)));
    return true;
}

void read_floods(struct call *call, struct db *db)
{
    json_t *list = json_array();

    floods(db, &call->who, put_flood, list);
    call_put(call, "floods", list);
}

void read_flood(struct call *call, struct db *db)
{
    struct call_filter filter;
    struct flood flood;
    json_t *list;

    if (!filter_read(&filter, call, NULL)) {
        return;
    }
    if (!flood_look(&flood, db, &call->who, &filter.filter, call->now)) {
        call_refuse(call, 503, "busy", "Out of memory");
        return;
    }
    list = json_array();
    for (size_t i = 0; i < flood.cases && i < 100; i++) {
        (void)json_array_append_new(list,
                                    json_integer((json_int_t)flood.numbers[i]));
    }
    call_put(call, "cases", json_integer((json_int_t)flood.cases));
    call_put(call, "more", json_boolean(flood.more));
    call_put(call, "reports", json_integer((json_int_t)flood.reports));
    call_put(call, "messages", json_integer((json_int_t)flood.messages));
    call_put(call, "priority", json_integer((json_int_t)flood.priority));
    call_put(call, "reporters", json_integer((json_int_t)flood.reporters));
    call_put(call, "first",
             flood.cases == 0 ? json_null()
                              : json_integer((json_int_t)flood.first));
    call_put(call, "last", json_integer((json_int_t)flood.last));
    call_put(call, "some", list);
    call_put(
        call, "digest",
        call_hex_json((struct frank_span){flood.digest, sizeof flood.digest}));
    flood_free(&flood);
}

struct cases_answer act_flood(struct call *call, struct db *db)
{
    struct call_filter filter;
    uint8_t digest[HASH_BYTES];
    uint64_t flood = 0;
    size_t count = 0;
    struct cases_answer answer;

    /* Both answer themselves where they refuse. */
    if (!filter_read(&filter, call, call_json(call, "filter")) ||
        !call_hex(call, digest, sizeof digest, "digest")) {
        return CASES_OK;
    }
    answer = flood_close(cases_of(call), db, &call->who, &filter.filter, digest,
                         why(call), &flood, &count, call->now);
    call_put(call, "flood", json_integer((json_int_t)flood));
    call_put(call, "cases", json_integer((json_int_t)count));
    return answer;
}

struct cases_answer act_flood_undo(struct call *call, struct db *db)
{
    size_t count = 0;
    struct cases_answer answer =
        flood_undo(cases_of(call), db, &call->who, call_number(call, 0), &count,
                   call->now);

    call_put(call, "cases", json_integer((json_int_t)count));
    return answer;
}
