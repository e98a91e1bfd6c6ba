/* SPDX-License-Identifier: Apache-2.0 */
#include "retention.h"

#include "schema.h"
#include "tally.h"
#include "traces.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- Legal holds
 * ------------------------------------------------------------- */

struct hold_row {
    uint64_t in_case;
    uint64_t asker;
    uint64_t until;
    enum hold_state state;
};

static bool find_hold(struct hold_row *out, struct db *db, uint64_t hold)
{
    if (!db_row(db, FIND_HOLD, DB_VALUES(DB_INT(hold)))) {
        return false;
    }
    *out = (struct hold_row){
        .in_case = db_int(db, FIND_HOLD, 0),
        .asker = db_int(db, FIND_HOLD, 1),
        .until = db_int(db, FIND_HOLD, 2),
        .state = (enum hold_state)db_int(db, FIND_HOLD, 3),
    };
    db_done(db, FIND_HOLD);
    return true;
}

static void log_hold(struct cases *cases, struct db *db,
                     const struct actor *who, const struct case_row *row,
                     const char *what, uint64_t until, uint64_t now)
{
    char rest[64];

    (void)snprintf(rest, sizeof rest, ",\"until\":%llu",
                   (unsigned long long)until);
    case_log(cases, db, who, row,
             &(struct case_entry){.type = "legal_hold",
                                  .action = what,
                                  .rest = rest,
                                  .from = row->state,
                                  .to = row->state},
             now);
}

struct cases_answer retention_hold(struct cases *cases, struct db *db,
                                   const struct actor *who, uint64_t number,
                                   uint64_t until, const char *why,
                                   uint64_t *hold, uint64_t now)
{
    struct case_row row;
    struct cases_answer answer = case_find(&row, db, who, number, now);

    *hold = 0;
    if (answer.what == CASES_DONE && row.state == CASE_PURGED) {
        answer = cases_conflict("purged", "Nothing is left to be held");
    }
    if (answer.what == CASES_DONE &&
        (until <= now || until - now > cases->rules->legal_hold_max)) {
        answer = cases_invalid("until", "A hold has an end, not too far ahead; "
                                        "it can be ordered again");
    }
    if (answer.what == CASES_DONE && !cases_text_is_good(why, CASES_TEXT_MAX)) {
        answer = cases_invalid("why", "Say why, in at most 8,192 bytes");
    }
    if (answer.what == CASES_DONE &&
        db_row(db, ADD_HOLD,
               DB_VALUES(DB_INT(number), DB_INT(who->number), DB_INT(now),
                         DB_INT(until), DB_TEXT(why)))) {
        *hold = db_int(db, ADD_HOLD, 0);
        db_done(db, ADD_HOLD);
        log_hold(cases, db, who, &row, "asked", until, now);
    }
    return answer;
}

struct cases_answer retention_confirm(struct cases *cases, struct db *db,
                                      const struct actor *who, uint64_t hold,
                                      uint64_t now)
{
    struct hold_row h;
    struct case_row row;
    struct cases_answer answer;

    if (!find_hold(&h, db, hold)) {
        return cases_unknown();
    }
    answer = case_find(&row, db, who, h.in_case, now);
    if (answer.what == CASES_DONE && h.asker == who->number) {
        answer = cases_forbidden("own-hold",
                                 "A hold takes two people: somebody else "
                                 "confirms it");
    }
    if (answer.what == CASES_DONE &&
        (h.state != HOLD_ASKED || h.until <= now)) {
        answer = cases_conflict("hold-over",
                                "This hold does not wait to be confirmed");
    }
    if (answer.what == CASES_DONE) {
        (void)db_run(db, CONFIRM_HOLD,
                     DB_VALUES(DB_INT(hold), DB_INT(who->number)));
        log_hold(cases, db, who, &row, "confirmed", h.until, now);
    }
    return answer;
}

struct cases_answer retention_end(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t hold,
                                  const char *why, uint64_t now)
{
    struct hold_row h;
    struct case_row row;
    struct cases_answer answer;

    if (!find_hold(&h, db, hold)) {
        return cases_unknown();
    }
    answer = case_find(&row, db, who, h.in_case, now);
    if (answer.what == CASES_DONE && h.state == HOLD_ENDED) {
        answer = cases_conflict("hold-over", "This hold has ended");
    }
    if (answer.what == CASES_DONE && !cases_text_is_good(why, CASES_TEXT_MAX)) {
        answer = cases_invalid("why", "Say why, in at most 8,192 bytes");
    }
    if (answer.what == CASES_DONE) {
        (void)db_run(db, END_HOLD, DB_VALUES(DB_INT(hold)));
        (void)db_run(db, ADD_NOTE,
                     DB_VALUES(DB_INT(row.number), DB_INT(who->number),
                               DB_INT(now), DB_TEXT(why)));
        log_hold(cases, db, who, &row, "ended", now, now);
    }
    return answer;
}

void retention_holds(struct db *db, uint64_t number,
                     retention_hold_visit *visit, void *context)
{
    const size_t s = HOLDS_OF_CASE;
    bool more = db_row(db, s, DB_VALUES(DB_INT(number)));

    while (more) {
        struct retention_hold_line line = {
            .number = db_int(db, s, 0),
            .asker = db_int(db, s, 1),
            .name = db_blob(db, s, 2),
            .asked = db_int(db, s, 4),
            .until = db_int(db, s, 5),
            .state = (enum hold_state)db_int(db, s, 6),
            .why = db_blob(db, s, 7),
        };

        if (!visit(context, &line)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

/* ---- Purging
 * ------------------------------------------------------------------- */

uint64_t retention_due(struct db *db, uint64_t number, uint64_t now)
{
    uint64_t due = 0;

    if (db_row(db, FIND_PURGE, DB_VALUES(DB_INT(number), DB_INT(now)))) {
        due = db_int(db, FIND_PURGE, 0);
        db_done(db, FIND_PURGE);
    }
    return due;
}

static void log_reports(struct cases *cases, struct db *db, uint64_t number,
                        uint64_t now)
{
    bool more = db_row(db, REPORT_NAMES, DB_VALUES(DB_INT(number)));

    while (more) {
        struct frank_span name = db_blob(db, REPORT_NAMES, 0);
        char hex[2 * FRANK_DIGEST_BYTES + 1];
        char rest[96];

        (void)sodium_bin2hex(hex, sizeof hex, name.data, name.len);
        (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"", hex);
        cases_log(cases, db, &actor_service, "purge", rest, now);
        more = db_next(db, REPORT_NAMES);
    }
}

static void purge(struct cases *cases, struct db *db, struct case_row *row,
                  uint64_t now)
{
    static const size_t in_order[] = {
        PURGE_EVENTS,       PURGE_TIMELINE, PURGE_NOTES,     PURGE_DRAFTS,
        PURGE_SECOND_LOOKS, PURGE_APPEALS,  PURGE_DECISIONS, PURGE_HOLDS,
        PURGE_CONSENTS,     PURGE_REFUSALS, PURGE_REQUESTED, PURGE_REQUESTS,
        PURGE_FILES,        PURGE_BODIES,   PURGE_REPORTS,   PURGE_CASE,
    };

    log_reports(cases, db, row->number, now);
    case_step(cases, db, &actor_service, row, CASE_PURGE, "purge", "purged", "",
              now);
    traces_drop(db, row->number,
                now > cases->rules->appeal ? now - cases->rules->appeal : 0);
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        (void)db_run(db, in_order[i], DB_VALUES(DB_INT(row->number)));
    }
    tally_add(db, row->queue, "purged", 0, now);
}

bool retention_purge(struct cases *cases, struct db *db, uint64_t now)
{
    struct case_row row;
    uint64_t number;

    if (!db_row(db, NEXT_PURGE, DB_VALUES(DB_INT(now)))) {
        return false;
    }
    number = db_int(db, NEXT_PURGE, 0);
    db_done(db, NEXT_PURGE);
    if (case_find(&row, db, &actor_service, number, now).what == CASES_DONE) {
        purge(cases, db, &row, now);
    }
    return true;
}
