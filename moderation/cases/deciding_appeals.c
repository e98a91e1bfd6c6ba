/* SPDX-License-Identifier: Apache-2.0 */
/* What is objected to, and the third person's word on it. */
#include "deciding_inside.h"

#include "claims.h"
#include "desk.h"
#include "looks.h"
#include "outbox.h"
#include "schema.h"
#include "tally.h"

#include <stdio.h>
#include <string.h>

/* In a case, one by the accused and one by a reporter; and another one by the
 * accused where the reporter's was not in vain. */
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
    if (!deciding_find(&decision, db, number)) {
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

static bool is_appeal_of_accused(struct db *db, const struct case_row *row)
{
    bool is =
        db_row(db, FIND_APPEAL_OF_ACCUSED, DB_VALUES(DB_INT(row->number)));

    if (is) {
        db_done(db, FIND_APPEAL_OF_ACCUSED);
    }
    return is;
}

static bool is_worse(const struct decision *decision,
                     const struct decision_row *was)
{
    return decision->outcome > was->outcome || (decision->grave && !was->grave);
}

static struct cases_answer
check_answer(struct db *db, const struct case_row *row,
             const struct decision_row *was, bool upheld,
             const struct decision *decision, const char *why)
{
    struct cases_answer answer = cases_reason(why);

    if (answer.what != CASES_DONE || upheld) {
        return answer;
    }
    answer = deciding_check(row, decision);
    if (answer.what == CASES_DONE && is_worse(decision, was) &&
        is_appeal_of_accused(db, row)) {
        answer = cases_invalid("outcome",
                               "An appeal of the accused cannot make it worse "
                               "than it was");
    }
    return answer;
}

static void answer_appeal(struct db *db, const struct case_row *row,
                          const struct actor *who, bool upheld, const char *why,
                          uint64_t now)
{
    (void)db_run(db, ANSWER_APPEAL,
                 DB_VALUES(DB_INT(row->number), DB_INT(now),
                           DB_INT(who->number), DB_INT(upheld), DB_TEXT(why)));
}

/* It is worse now, and grave: a second person has to agree. What was decided
 * stays in force until then. */
static void propose_on_appeal(struct cases *cases, struct db *db,
                              const struct actor *who, struct case_row *row,
                              const struct decision_row *was,
                              const struct decision *decision, uint64_t now)
{
    uint8_t id[CASE_ID_BYTES];
    uint64_t added = deciding_add(db, row, who, decision, DECISION_PROPOSED,
                                  was->number, id, now);

    claims_end(db, row);
    deciding_set_people(db, row, who->number, 0, added);
    deciding_log(cases, db, who, row, CASE_PROPOSE, "proposed", decision, now);
}

/* The last word; the case is closed. decision: NULL where it is upheld. */
static void close_on_appeal(struct cases *cases, struct db *db,
                            const struct actor *who, struct case_row *row,
                            const struct decision_row *was,
                            const struct decision *decision, uint64_t now)
{
    enum outcome outcome = decision != NULL ? decision->outcome : was->outcome;
    uint64_t added = was->number;
    uint8_t id[CASE_ID_BYTES];
    char rest[128] = "";

    if (decision != NULL) {
        added = deciding_add(db, row, who, decision, DECISION_IN_FORCE,
                             was->number, id, now);
        deciding_replace(db, row, id, was->number, now);
        (void)snprintf(rest, sizeof rest,
                       ",\"policy\":\"%s\",\"outcome\":\"%s\"",
                       decision->policy, outcome_text(outcome));
    } else {
        outbox_event(db, "appeal.upheld",
                     (struct frank_span){was->id, sizeof was->id}, now);
        tally_add(db, row->queue, "appeal.upheld", 0, now);
    }
    claims_end(db, row);
    deciding_set_people(db, row, row->decider, row->reviewer, added);
    deciding_set_due(db, row, now + cases->rules->appeal);
    case_step(cases, db, who, row, CASE_ANSWER, "appeal",
              decision != NULL ? "overturned" : "upheld", rest, now);
    outbox_notice_case(db, row, REPORT_CLOSED, deciding_for_reporter(outcome));
    looks_second_draw(cases, db, row, added, now);
}

struct cases_answer
deciding_answer(struct cases *cases, struct db *db, const struct actor *who,
                uint64_t number, bool upheld, const struct decision *decision,
                const char *why, bool *proposed, uint64_t now)
{
    struct decision_row was;
    struct case_row row;
    struct cases_answer answer =
        case_find_mine(&row, db, who, number, CASE_ANSWER, now);

    if (answer.what == CASES_DONE && !deciding_find(&was, db, row.decision)) {
        answer = cases_unknown();
    }
    if (answer.what == CASES_DONE) {
        answer = check_answer(db, &row, &was, upheld, decision, why);
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    *proposed = !upheld && decision->grave && is_worse(decision, &was);
    answer_appeal(db, &row, who, upheld, why, now);
    if (*proposed) {
        propose_on_appeal(cases, db, who, &row, &was, decision, now);
    } else {
        close_on_appeal(cases, db, who, &row, &was, upheld ? NULL : decision,
                        now);
    }
    desk_draft_drop(db, who, number);
    return CASES_OK;
}
