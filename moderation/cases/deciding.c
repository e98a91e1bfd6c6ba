/* SPDX-License-Identifier: Apache-2.0 */
#include "deciding.h"

#include "asking.h"
#include "claims.h"
#include "desk.h"
#include "outbox.h"
#include "schema.h"
#include "tally.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- A decision
 * ---------------------------------------------------------------- */

struct decision_row {
    uint64_t number;
    uint8_t id[CASE_ID_BYTES];
    uint64_t account;
    uint64_t made;
    enum decision_state state;
    char policy[DECISION_POLICY_BYTES];
    enum outcome outcome;
    bool grave;
    uint64_t in_force;
};

static void copy_text(char *out, size_t size, struct frank_span from)
{
    (void)snprintf(out, size, "%.*s", (int)from.len, (const char *)from.data);
}

static bool find_decision(struct decision_row *out, struct db *db,
                          uint64_t number)
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
    db_done(db, FIND_DECISION);
    return true;
}

static void set_due(struct db *db, struct case_row *row, uint64_t due)
{
    (void)db_run(db, SET_DUE, DB_VALUES(DB_INT(row->number), DB_INT(due)));
    row->due = due;
}

static void set_people(struct db *db, struct case_row *row, uint64_t decider,
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

static uint64_t add_decision(struct db *db, const struct case_row *row,
                             const struct actor *who,
                             const struct decision *decision,
                             enum decision_state state, uint64_t appeal,
                             uint8_t id[static CASE_ID_BYTES], uint64_t now)
{
    uint64_t number = 0;

    randombytes_buf(id, CASE_ID_BYTES);
    if (db_row(db, ADD_DECISION,
               DB_VALUES(DB_BLOB(id, CASE_ID_BYTES), DB_INT(row->number),
                         DB_INT(who->number), DB_INT(now), DB_INT(state),
                         DB_INT(appeal), DB_INT(decision->book),
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

/* Whether it agrees with what a receipt's holder may know: something was done,
 * or nothing was. */
static const char *outcome_for_reporter(enum outcome outcome)
{
    return outcome == OUTCOME_NO_ACTION ? "no_action" : "action_taken";
}

/* From now on it counts. */
static void take_effect(struct cases *cases, struct db *db,
                        struct case_row *row, const uint8_t *id,
                        enum outcome outcome, uint64_t now)
{
    set_due(db, row, now + cases->rules->retract);
    outbox_notice_case(db, row, REPORT_DECIDED, outcome_for_reporter(outcome));
    outbox_event(db, "decision.made", (struct frank_span){id, CASE_ID_BYTES},
                 now);
    tally_decided(db, row, outcome_text(outcome), now);
}

static struct cases_answer check_decision(const struct case_row *row,
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

static void log_decision(struct cases *cases, struct db *db,
                         const struct actor *who, struct case_row *row,
                         enum case_action action, const char *what,
                         const struct decision *decision, uint64_t now)
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
    struct cases_answer answer =
        case_find_mine(&row, db, who, number, action, now);

    if (answer.what == CASES_DONE) {
        answer = check_decision(&row, decision);
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    asking_drop(db, &row);
    added = add_decision(
        db, &row, who, decision,
        decision->grave ? DECISION_PROPOSED : DECISION_IN_FORCE, 0, id, now);
    claims_end(db, &row);
    set_people(db, &row, who->number, 0, added);
    log_decision(cases, db, who, &row, action,
                 decision->grave ? "proposed" : "decided", decision, now);
    if (!decision->grave) {
        take_effect(cases, db, &row, id, decision->outcome, now);
    }
    desk_draft_drop(db, who, number);
    return CASES_OK;
}

/* ---- The second person
 * ------------------------------------------------------------ */

static struct cases_answer need_reason(const char *why)
{
    return cases_text_is_good(why, CASES_TEXT_MAX)
               ? CASES_OK
               : cases_invalid("why", "Say why, in at most 8,192 bytes");
}

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
        answer = need_reason(why);
    }
    if (answer.what == CASES_DONE &&
        !find_decision(&decision, db, row.decision)) {
        answer = cases_unknown();
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    set_decision(db, &decision,
                 confirms ? DECISION_IN_FORCE : DECISION_RETURNED, who->number,
                 why, confirms, now);
    claims_end(db, &row);
    set_people(db, &row, row.decider, who->number, row.decision);
    case_step(cases, db, who, &row, action, "review",
              confirms ? "confirmed" : "returned", "", now);
    tally_add(db, row.queue,
              confirms ? "reviewed.confirmed" : "reviewed.returned", 0, now);
    if (confirms) {
        take_effect(cases, db, &row, decision.id, decision.outcome, now);
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
        answer = need_reason(why);
    }
    if (answer.what == CASES_DONE &&
        !find_decision(&decision, db, row.decision)) {
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
    set_people(db, &row, 0, 0, 0);
    case_step(cases, db, who, &row, CASE_RETRACT, "decision", "retracted", "",
              now);
    outbox_event(db, "decision.retracted",
                 (struct frank_span){decision.id, sizeof decision.id}, now);
    return CASES_OK;
}

/* ---- Appeals
 * ----------------------------------------------------------------------- */

/* Of a decision, one by the accused and one by a reporter. */
static bool was_appealed(struct db *db, uint64_t number, bool by_reporter)
{
    bool was = db_row(db, FIND_APPEAL_BY,
                      DB_VALUES(DB_INT(number), DB_INT(by_reporter)));

    if (was) {
        db_done(db, FIND_APPEAL_BY);
    }
    return was;
}

struct cases_answer deciding_appeal(struct cases *cases, struct db *db,
                                    const uint8_t id[static CASE_ID_BYTES],
                                    bool by_reporter, const char *text,
                                    uint64_t now)
{
    struct decision_row decision;
    struct case_row row;
    struct cases_answer answer;
    uint64_t in_case;
    uint64_t number;

    if (!db_row(db, FIND_DECISION_ID, DB_VALUES(DB_BLOB(id, CASE_ID_BYTES)))) {
        return cases_unknown();
    }
    number = db_int(db, FIND_DECISION_ID, 0);
    in_case = db_int(db, FIND_DECISION_ID, 1);
    db_done(db, FIND_DECISION_ID);
    if (!find_decision(&decision, db, number)) {
        return cases_unknown();
    }
    answer = case_find(&row, db, &actor_service, in_case, now);
    if (answer.what == CASES_DONE) {
        answer = case_can(&row, CASE_APPEAL);
    }
    if (answer.what == CASES_DONE &&
        (decision.state != DECISION_IN_FORCE || row.decision != number)) {
        answer = cases_conflict("not-in-force",
                                "This decision is not in force any more");
    }
    if (answer.what == CASES_DONE &&
        decision.in_force + cases->rules->appeal <= now) {
        answer = cases_conflict("too-late", "The time for an appeal is over");
    }
    if (answer.what == CASES_DONE && was_appealed(db, in_case, by_reporter)) {
        answer = cases_conflict("appealed-before",
                                "This decision was appealed before");
    }
    if (answer.what == CASES_DONE &&
        !cases_text_is_good(text, CASES_TEXT_MAX)) {
        answer = cases_invalid("text", "Say why, in at most 8,192 bytes");
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    (void)db_run(db, ADD_APPEAL,
                 DB_VALUES(DB_INT(in_case), DB_INT(number), DB_INT(now),
                           DB_INT(by_reporter), DB_TEXT(text)));
    (void)db_run(db, CLEAR_DUE, DB_VALUES(DB_INT(in_case)));
    case_step(cases, db, &actor_service, &row, CASE_APPEAL, "appeal",
              by_reporter ? "by_reporter" : "by_accused", "", now);
    outbox_notice_case(db, &row, REPORT_IN_REVIEW, "");
    tally_add(db, row.queue, "appealed", 0, now);
    return CASES_OK;
}

static struct cases_answer
check_answer(const struct case_row *row, const struct decision_row *was,
             bool upheld, const struct decision *decision, const char *why)
{
    struct cases_answer answer = need_reason(why);

    if (answer.what != CASES_DONE || upheld) {
        return answer;
    }
    answer = check_decision(row, decision);
    if (answer.what == CASES_DONE && decision->outcome > was->outcome) {
        answer = cases_invalid("outcome",
                               "An appeal cannot make it worse than it was");
    }
    return answer;
}

struct cases_answer deciding_answer(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    bool upheld,
                                    const struct decision *decision,
                                    const char *why, uint64_t now)
{
    struct decision_row was;
    struct case_row row;
    uint8_t id[CASE_ID_BYTES];
    uint64_t added;
    enum outcome outcome;
    struct cases_answer answer =
        case_find_mine(&row, db, who, number, CASE_ANSWER, now);

    if (answer.what == CASES_DONE && !find_decision(&was, db, row.decision)) {
        answer = cases_unknown();
    }
    if (answer.what == CASES_DONE) {
        answer = check_answer(&row, &was, upheld, decision, why);
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    (void)db_run(db, ANSWER_APPEAL,
                 DB_VALUES(DB_INT(number), DB_INT(now), DB_INT(who->number),
                           DB_INT(upheld), DB_TEXT(why)));
    added = was.number;
    outcome = upheld ? was.outcome : decision->outcome;
    memcpy(id, was.id, sizeof id);
    if (!upheld) {
        (void)db_run(db, OVERTURN_DECISION, DB_VALUES(DB_INT(was.number)));
        added = add_decision(db, &row, who, decision, DECISION_IN_FORCE,
                             was.number, id, now);
    }
    claims_end(db, &row);
    set_people(db, &row, row.decider, row.reviewer, added);
    set_due(db, &row, now + cases->rules->appeal);
    if (upheld) {
        case_step(cases, db, who, &row, CASE_ANSWER, "appeal", "upheld", "",
                  now);
    } else {
        char rest[128];

        (void)snprintf(rest, sizeof rest,
                       ",\"policy\":\"%s\",\"outcome\":\"%s\"",
                       decision->policy, outcome_text(decision->outcome));
        case_step(cases, db, who, &row, CASE_ANSWER, "appeal", "overturned",
                  rest, now);
    }
    outbox_event(db, upheld ? "appeal.upheld" : "appeal.overturned",
                 (struct frank_span){id, sizeof id}, now);
    outbox_notice_case(db, &row, REPORT_CLOSED, outcome_for_reporter(outcome));
    tally_add(db, row.queue, upheld ? "appeal.upheld" : "appeal.overturned", 0,
              now);
    desk_draft_drop(db, who, number);
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

/* ---- Looks
 * ------------------------------------------------------------------------------
 */

struct look_row {
    uint64_t in_case;
    bool is_open;
    bool is_anonymous;
    char name[2 * FRANK_DIGEST_BYTES + 1];
};

static bool find_look(struct look_row *out, struct db *db, uint64_t report)
{
    struct frank_span name;

    if (!db_row(db, FIND_LOOK, DB_VALUES(DB_INT(report)))) {
        return false;
    }
    out->in_case = db_int(db, FIND_LOOK, 0);
    out->is_open = !db_is_null(db, FIND_LOOK, 1);
    out->is_anonymous = db_is_null(db, FIND_LOOK, 2);
    name = db_blob(db, FIND_LOOK, 3);
    (void)sodium_bin2hex(out->name, sizeof out->name, name.data, name.len);
    db_done(db, FIND_LOOK);
    return true;
}

/* Whether a second look that he has claimed is of this case. */
static bool has_second_look(struct db *db, const struct actor *who,
                            uint64_t look, uint64_t number, uint64_t now)
{
    bool has = db_row(db, FIND_SECOND_LOOK_OF,
                      DB_VALUES(DB_INT(look), DB_INT(who->number),
                                DB_INT(number), DB_INT(now)));

    if (has) {
        db_done(db, FIND_SECOND_LOOK_OF);
    }
    return has;
}

static struct cases_answer may_look(struct look_row *look, struct case_row *row,
                                    struct db *db, const struct actor *who,
                                    uint64_t report, uint64_t second_look,
                                    uint64_t now)
{
    struct cases_answer answer;

    if (!find_look(look, db, report)) {
        return cases_unknown();
    }
    if (second_look != 0 &&
        has_second_look(db, who, second_look, look->in_case, now)) {
        answer = case_find(row, db, who, look->in_case, now);
        if (answer.what == CASES_DONE) {
            answer = case_can(row, CASE_LOOK);
        }
    } else {
        answer = case_find_mine(row, db, who, look->in_case, CASE_LOOK, now);
    }
    if (answer.what == CASES_DONE && !look->is_open) {
        answer = cases_conflict("not-open", "The report was not opened yet");
    }
    return answer;
}

struct cases_answer deciding_may_look(struct db *db, const struct actor *who,
                                      uint64_t report, uint64_t second_look,
                                      uint64_t now)
{
    struct look_row look;
    struct case_row row;

    return may_look(&look, &row, db, who, report, second_look, now);
}

struct cases_answer deciding_look(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t report,
                                  uint64_t second_look, uint64_t now)
{
    struct look_row look;
    struct case_row row;
    struct cases_answer answer =
        may_look(&look, &row, db, who, report, second_look, now);
    char rest[128];

    if (answer.what != CASES_DONE) {
        return answer;
    }
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"", look.name);
    case_step(cases, db, who, &row, CASE_LOOK, "look",
              second_look != 0 ? "second_look" : "looked", rest, now);
    if (row.claimant == who->number) {
        claims_touch(cases, db, &row, now);
    }
    return CASES_OK;
}

struct cases_answer deciding_reveal(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t report,
                                    const char *why, uint64_t now)
{
    struct look_row look;
    struct case_row row;
    struct cases_answer answer;
    char rest[128];

    if (!find_look(&look, db, report)) {
        return cases_unknown();
    }
    answer = case_find_mine(&row, db, who, look.in_case, CASE_LOOK, now);
    if (answer.what == CASES_DONE && look.is_anonymous) {
        answer = cases_conflict("anonymous", "The report is anonymous");
    }
    if (answer.what == CASES_DONE) {
        answer = need_reason(why);
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"", look.name);
    case_step(cases, db, who, &row, CASE_LOOK, "identity_revealed", "revealed",
              rest, now);
    (void)db_run(db, ADD_NOTE,
                 DB_VALUES(DB_INT(row.number), DB_INT(who->number), DB_INT(now),
                           DB_TEXT(why)));
    claims_touch(cases, db, &row, now);
    return CASES_OK;
}

/* ---- Second looks
 * -------------------------------------------------------------------------- */

struct cases_answer second_look_next(struct cases *cases, struct db *db,
                                     const struct actor *who, uint64_t *look,
                                     uint64_t *number, uint64_t *reasons,
                                     uint64_t now)
{
    struct desk_preferences preferences;
    bool more;

    desk_preferences(&preferences, db, who);
    more = db_row(db, NEXT_SECOND_LOOK,
                  DB_VALUES(DB_INT(who->number), DB_INT(now)));
    *look = 0;
    while (more) {
        char queue[QUEUE_ID_MAX + 1];

        copy_text(queue, sizeof queue, db_blob(db, NEXT_SECOND_LOOK, 2));
        *reasons = db_int(db, NEXT_SECOND_LOOK, 3);
        if (actor_has_queue(who, queue) &&
            (*reasons & preferences.avoid) == 0) {
            *look = db_int(db, NEXT_SECOND_LOOK, 0);
            *number = db_int(db, NEXT_SECOND_LOOK, 1);
            db_done(db, NEXT_SECOND_LOOK);
            break;
        }
        more = db_next(db, NEXT_SECOND_LOOK);
    }
    if (*look == 0) {
        return cases_unknown();
    }
    (void)db_run(db, CLAIM_SECOND_LOOK,
                 DB_VALUES(DB_INT(*look), DB_INT(who->number),
                           DB_INT(now + cases->rules->claim)));
    return CASES_OK;
}

struct cases_answer second_look_decide(struct cases *cases, struct db *db,
                                       const struct actor *who, uint64_t look,
                                       const char *policy, enum outcome outcome,
                                       bool *agrees, uint64_t now)
{
    struct case_row row;
    struct cases_answer answer;
    enum outcome was;
    uint64_t in_case;

    if (!db_row(db, FIND_SECOND_LOOK,
                DB_VALUES(DB_INT(look), DB_INT(who->number), DB_INT(now)))) {
        return cases_unknown();
    }
    in_case = db_int(db, FIND_SECOND_LOOK, 0);
    was = (enum outcome)(db_int(db, FIND_SECOND_LOOK, 1) % OUTCOME_COUNT);
    db_done(db, FIND_SECOND_LOOK);
    answer = case_find(&row, db, who, in_case, now);
    if (answer.what != CASES_DONE) {
        return answer;
    }
    *agrees = was == outcome;
    (void)db_run(db, SET_SECOND_LOOK,
                 DB_VALUES(DB_INT(look), DB_INT(now), DB_TEXT(policy),
                           DB_INT(outcome), DB_INT(*agrees)));
    case_log(cases, db, who, &row,
             &(struct case_entry){.type = "review",
                                  .action = "second_look",
                                  .rest = *agrees ? ",\"agrees\":true"
                                                  : ",\"agrees\":false",
                                  .from = row.state,
                                  .to = row.state},
             now);
    tally_add(db, row.queue,
              *agrees ? "second_look.agrees" : "second_look.differs", 0, now);
    return CASES_OK;
}

/* ---- Time
 * ------------------------------------------------------------------------------------
 */

static bool draws_second_look(const struct cases *cases)
{
    return randombytes_uniform(1000000) < cases->rules->second_look_ppm;
}

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

    if (!find_decision(&decision, db, row->decision)) {
        return;
    }
    set_due(db, row, decision.in_force + cases->rules->appeal);
    case_step(cases, db, &actor_service, row, CASE_SETTLE, "decision",
              "settled", "", now);
    outbox_notice_case(db, row, REPORT_CLOSED,
                       outcome_for_reporter(decision.outcome));
    if (draws_second_look(cases)) {
        (void)db_run(db, ADD_SECOND_LOOK,
                     DB_VALUES(DB_INT(row->number), DB_INT(decision.number),
                               DB_INT(now)));
    }
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
