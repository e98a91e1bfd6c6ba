/* SPDX-License-Identifier: Apache-2.0 */
#include "deciding_inside.h"

#include "asking.h"
#include "claims.h"
#include "desk.h"
#include "looks.h"
#include "outbox.h"
#include "schema.h"
#include "tally.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- A decision
 * ---------------------------------------------------------------- */

static void copy_text(char *out, size_t size, struct frank_span from)
{
    (void)snprintf(out, size, "%.*s", (int)from.len, (const char *)from.data);
}

bool deciding_find(struct decision_row *out, struct db *db, uint64_t number)
{
    struct frank_span id;

    if (!db_row(db, FIND_DECISION, DB_VALUES(DB_INT(number)))) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->number = number;
    id = db_blob(db, FIND_DECISION, 0);
    if (id.len == sizeof out->id) {
        memcpy(out->id, id.data, id.len);
    }
    out->account = db_int(db, FIND_DECISION, 1);
    out->made = db_int(db, FIND_DECISION, 2);
    out->state = (enum decision_state)db_int(db, FIND_DECISION, 3);
    copy_text(out->policy, sizeof out->policy, db_blob(db, FIND_DECISION, 4));
    out->outcome = (enum outcome)(db_int(db, FIND_DECISION, 5) % OUTCOME_COUNT);
    out->grave = db_int(db, FIND_DECISION, 6) != 0;
    out->in_force = db_int(db, FIND_DECISION, 7);
    out->replaces = db_int(db, FIND_DECISION, 8);
    db_done(db, FIND_DECISION);
    return true;
}

void deciding_set_due(struct db *db, struct case_row *row, uint64_t due)
{
    (void)db_run(db, SET_DUE, DB_VALUES(DB_INT(row->number), DB_INT(due)));
    row->due = due;
}

void deciding_set_people(struct db *db, struct case_row *row, uint64_t decider,
                         uint64_t reviewer, uint64_t decision)
{
    (void)db_run(db, SET_DECIDED,
                 DB_VALUES(DB_INT(row->number),
                           decider != 0 ? DB_INT(decider) : DB_NULL,
                           reviewer != 0 ? DB_INT(reviewer) : DB_NULL,
                           decision != 0 ? DB_INT(decision) : DB_NULL));
    row->decider = decider;
    row->reviewer = reviewer;
    row->decision = decision;
}

uint64_t deciding_add(struct db *db, const struct case_row *row,
                      const struct actor *who, const struct decision *decision,
                      enum decision_state state, uint64_t replaces,
                      uint8_t id[static CASE_ID_BYTES], uint64_t now)
{
    uint64_t number = 0;

    randombytes_buf(id, CASE_ID_BYTES);
    if (db_row(db, ADD_DECISION,
               DB_VALUES(DB_BLOB(id, CASE_ID_BYTES), DB_INT(row->number),
                         DB_INT(who->number), DB_INT(now), DB_INT(state),
                         DB_INT(replaces), DB_INT(decision->book),
                         DB_TEXT(decision->policy), DB_INT(decision->outcome),
                         DB_INT(decision->grave),
                         DB_INT(decision->withheld_seen),
                         DB_TEXT(decision->explanation),
                         state == DECISION_IN_FORCE ? DB_INT(now) : DB_NULL))) {
        number = db_int(db, ADD_DECISION, 0);
        db_done(db, ADD_DECISION);
    }
    return number;
}

const char *deciding_for_reporter(enum outcome outcome)
{
    return outcome == OUTCOME_NO_ACTION ? "no_action" : "action_taken";
}

void deciding_replace(struct db *db, const struct case_row *row,
                      const uint8_t *id, uint64_t replaces, uint64_t now)
{
    if (replaces != 0) {
        (void)db_run(db, OVERTURN_DECISION, DB_VALUES(DB_INT(replaces)));
        tally_add(db, row->queue, "appeal.overturned", 0, now);
    }
    outbox_event(db, replaces != 0 ? "appeal.overturned" : "decision.made",
                 (struct frank_span){id, CASE_ID_BYTES}, now);
}

/* From now on it counts. */
static void take_effect(struct cases *cases, struct db *db,
                        struct case_row *row, const uint8_t *id,
                        enum outcome outcome, uint64_t replaces, uint64_t now)
{
    deciding_set_due(db, row, now + cases->rules->retract);
    outbox_notice_case(db, row, REPORT_DECIDED, deciding_for_reporter(outcome));
    deciding_replace(db, row, id, replaces, now);
    /* Each case counts once, as it was first decided. */
    if (replaces == 0) {
        tally_decided(db, row, outcome_text(outcome), now);
    }
}

/* What is in force in a case that is decided again: a proposal on appeal was
 * returned. 0: nothing. */
static uint64_t standing(struct db *db, const struct case_row *row)
{
    uint64_t number = 0;

    if (db_row(db, FIND_STANDING, DB_VALUES(DB_INT(row->number)))) {
        number = db_int(db, FIND_STANDING, 0);
        db_done(db, FIND_STANDING);
    }
    return number;
}

struct cases_answer deciding_check(const struct case_row *row,
                                   const struct decision *decision)
{
    if (!cases_text_is_good(decision->explanation, DECISION_EXPLANATION_MAX)) {
        return cases_invalid("explanation",
                             "An explanation is needed, of at most 16,384 "
                             "bytes");
    }
    if (row->withheld > 0 && decision->grave && !decision->withheld_seen) {
        return cases_invalid("withheld",
                             "The reporter withheld messages or parts, which "
                             "can make others look worse than they are: say "
                             "that you know (withheld_seen)");
    }
    return CASES_OK;
}

void deciding_log(struct cases *cases, struct db *db, const struct actor *who,
                  struct case_row *row, enum case_action action,
                  const char *what, const struct decision *decision,
                  uint64_t now)
{
    uint64_t withheld = row->withheld;
    char rest[256];

    (void)snprintf(rest, sizeof rest,
                   ",\"policy\":\"%s\",\"outcome\":\"%s\",\"grave\":%s,"
                   "\"book\":%" PRIu64 ",\"withheld\":%" PRIu64,
                   decision->policy, outcome_text(decision->outcome),
                   decision->grave ? "true" : "false", decision->book,
                   withheld);
    case_step(cases, db, who, row, action, "decision", what, rest, now);
}

struct cases_answer deciding_decide(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    const struct decision *decision,
                                    uint8_t id[static CASE_ID_BYTES],
                                    uint64_t now)
{
    enum case_action action = decision->grave ? CASE_PROPOSE : CASE_DECIDE;
    struct case_row row;
    uint64_t added;
    uint64_t replaces;
    struct cases_answer answer =
        case_find_mine(&row, db, who, number, CASE_DECIDE, now);

    if (answer.what == CASES_DONE) {
        answer = deciding_check(&row, decision);
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    asking_drop(db, &row);
    replaces = standing(db, &row);
    added =
        deciding_add(db, &row, who, decision,
                     decision->grave ? DECISION_PROPOSED : DECISION_IN_FORCE,
                     replaces, id, now);
    claims_end(db, &row);
    deciding_set_people(db, &row, who->number, 0, added);
    deciding_log(cases, db, who, &row, action,
                 decision->grave ? "proposed" : "decided", decision, now);
    if (!decision->grave) {
        take_effect(cases, db, &row, id, decision->outcome, replaces, now);
    }
    desk_draft_drop(db, who, number);
    return CASES_OK;
}

/* ---- The second person
 * ------------------------------------------------------------ */

static void set_decision(struct db *db, const struct decision_row *decision,
                         enum decision_state state, uint64_t reviewer,
                         const char *why, bool in_force, uint64_t now)
{
    (void)db_run(db, SET_DECISION,
                 DB_VALUES(DB_INT(decision->number), DB_INT(state),
                           reviewer != 0 ? DB_INT(reviewer) : DB_NULL,
                           DB_INT(now), DB_TEXT(why),
                           in_force ? DB_INT(now) : DB_NULL));
}

struct cases_answer deciding_review(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    bool confirms, const char *why,
                                    uint64_t now)
{
    enum case_action action = confirms ? CASE_CONFIRM : CASE_RETURN;
    struct decision_row decision;
    struct case_row row;
    struct cases_answer answer =
        case_find_mine(&row, db, who, number, action, now);

    if (answer.what == CASES_DONE && row.decider == who->number) {
        answer = cases_forbidden("own-decision",
                                 "Nobody reviews a decision of his own");
    }
    if (answer.what == CASES_DONE && (!confirms || why[0] != '\0')) {
        answer = cases_reason(why);
    }
    if (answer.what == CASES_DONE &&
        !deciding_find(&decision, db, row.decision)) {
        answer = cases_unknown();
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    set_decision(db, &decision,
                 confirms ? DECISION_IN_FORCE : DECISION_RETURNED, who->number,
                 why, confirms, now);
    claims_end(db, &row);
    deciding_set_people(db, &row, row.decider, who->number, row.decision);
    case_step(cases, db, who, &row, action, "review",
              confirms ? "confirmed" : "returned", "", now);
    tally_add(db, row.queue,
              confirms ? "reviewed.confirmed" : "reviewed.returned", 0, now);
    if (confirms) {
        take_effect(cases, db, &row, decision.id, decision.outcome,
                    decision.replaces, now);
    }
    desk_draft_drop(db, who, number);
    return CASES_OK;
}

struct cases_answer deciding_retract(struct cases *cases, struct db *db,
                                     const struct actor *who, uint64_t number,
                                     const char *why, uint64_t now)
{
    struct decision_row decision;
    struct case_row row;
    struct cases_answer answer = case_find(&row, db, who, number, now);

    if (answer.what == CASES_DONE) {
        answer = case_can(&row, CASE_RETRACT);
    }
    if (answer.what == CASES_DONE && row.decider != who->number) {
        answer =
            cases_forbidden("not-yours", "Whoever decided can take it back");
    }
    if (answer.what == CASES_DONE && row.due <= now) {
        answer = cases_conflict("too-late", "The decision is settled");
    }
    if (answer.what == CASES_DONE) {
        answer = cases_reason(why);
    }
    if (answer.what == CASES_DONE &&
        !deciding_find(&decision, db, row.decision)) {
        answer = cases_unknown();
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    set_decision(db, &decision, DECISION_RETRACTED, 0, why, false, now);
    (void)db_run(db, CLEAR_DUE, DB_VALUES(DB_INT(number)));
    (void)db_run(db, SET_CLAIM,
                 DB_VALUES(DB_INT(number), DB_INT(who->number),
                           DB_INT(now + cases->rules->claim), DB_INT(0)));
    deciding_set_people(db, &row, 0, 0, 0);
    case_step(cases, db, who, &row, CASE_RETRACT, "decision", "retracted", "",
              now);
    outbox_event(db, "decision.retracted",
                 (struct frank_span){decision.id, sizeof decision.id}, now);
    return CASES_OK;
}

/* ---- Notes
 * ----------------------------------------------------------------------------
 */

struct cases_answer deciding_note(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t number,
                                  const char *text, uint64_t now)
{
    struct case_row row;
    struct cases_answer answer = case_find(&row, db, who, number, now);

    if (answer.what == CASES_DONE) {
        answer = case_can(&row, CASE_NOTE);
    }
    if (answer.what == CASES_DONE &&
        !cases_text_is_good(text, CASES_TEXT_MAX)) {
        answer = cases_invalid("text", "A note has 1 to 8,192 bytes");
    }
    if (answer.what == CASES_DONE) {
        (void)db_run(db, ADD_NOTE,
                     DB_VALUES(DB_INT(number), DB_INT(who->number), DB_INT(now),
                               DB_TEXT(text)));
        if (row.claimant == who->number) {
            claims_touch(cases, db, &row, now);
        }
    }
    return answer;
}

/* ---- Time
 * ------------------------------------------------------------------------------------
 */

/* The next case whose state ends by itself now; 0: none. */
static uint64_t next_due(struct db *db, enum case_state state, uint64_t now)
{
    uint64_t number = 0;

    if (db_row(db, NEXT_DUE, DB_VALUES(DB_INT(state), DB_INT(now)))) {
        number = db_int(db, NEXT_DUE, 0);
        db_done(db, NEXT_DUE);
    }
    return number;
}

static void settle(struct cases *cases, struct db *db, struct case_row *row,
                   uint64_t now)
{
    struct decision_row decision;

    if (!deciding_find(&decision, db, row->decision)) {
        return;
    }
    deciding_set_due(db, row, decision.in_force + cases->rules->appeal);
    case_step(cases, db, &actor_service, row, CASE_SETTLE, "decision",
              "settled", "", now);
    outbox_notice_case(db, row, REPORT_CLOSED,
                       deciding_for_reporter(decision.outcome));
    looks_second_draw(cases, db, row, decision.number, now);
}

size_t deciding_settle(struct cases *cases, struct db *db, size_t most,
                       uint64_t now)
{
    size_t count = 0;
    uint64_t number;

    while (count < most && (number = next_due(db, CASE_DECIDED, now)) != 0) {
        struct case_row row;

        if (case_find(&row, db, &actor_service, number, now).what !=
            CASES_DONE) {
            break;
        }
        settle(cases, db, &row, now);
        count++;
    }
    return count;
}

/* A statement of what is in force, after the delay that keeps its time from
 * telling which message it was. */
size_t deciding_release(struct cases *cases, struct db *db, size_t most,
                        uint64_t now)
{
    size_t count = 0;
    uint64_t before =
        now > cases->rules->statement ? now - cases->rules->statement : 0;

    while (count < most &&
           db_row(db, NEXT_RELEASE, DB_VALUES(DB_INT(before)))) {
        uint8_t id[CASE_ID_BYTES];
        uint64_t number = db_int(db, NEXT_RELEASE, 0);
        uint64_t in_case = db_int(db, NEXT_RELEASE, 1);
        struct case_row row;

        memcpy(id, db_blob(db, NEXT_RELEASE, 2).data, sizeof id);
        db_done(db, NEXT_RELEASE);
        (void)db_run(db, SET_RELEASED, DB_VALUES(DB_INT(number), DB_INT(now)));
        outbox_event(db, "statement.ready", (struct frank_span){id, sizeof id},
                     now);
        if (case_find(&row, db, &actor_service, in_case, now).what ==
            CASES_DONE) {
            case_log(cases, db, &actor_service, &row,
                     &(struct case_entry){.type = "notice",
                                          .action = "statement",
                                          .rest = ",\"to\":\"accused\"",
                                          .from = row.state,
                                          .to = row.state},
                     now);
        }
        count++;
    }
    return count;
}
