/* SPDX-License-Identifier: Apache-2.0 */
#include "looks.h"

#include "claims.h"
#include "desk.h"
#include "schema.h"
#include "tally.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

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

struct cases_answer looks_may(struct db *db, const struct actor *who,
                              uint64_t report, uint64_t second_look,
                              uint64_t now)
{
    struct look_row look;
    struct case_row row;

    return may_look(&look, &row, db, who, report, second_look, now);
}

struct cases_answer looks_look(struct cases *cases, struct db *db,
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

struct cases_answer looks_reveal(struct cases *cases, struct db *db,
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
        answer = cases_reason(why);
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

struct cases_answer looks_second_next(struct cases *cases, struct db *db,
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
        struct frank_span id = db_blob(db, NEXT_SECOND_LOOK, 2);

        (void)snprintf(queue, sizeof queue, "%.*s", (int)id.len,
                       (const char *)id.data);
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

struct cases_answer looks_second_decide(struct cases *cases, struct db *db,
                                        const struct actor *who, uint64_t look,
                                        const char *policy,
                                        enum outcome outcome, bool *agrees,
                                        uint64_t now)
{
    struct case_row row;
    struct cases_answer answer;
    enum outcome was;
    uint64_t in_case;

    if (!db_row(db, FIND_SECOND_LOOK,
                DB_VALUES(DB_INT(who->number), DB_INT(now), DB_INT(look)))) {
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

bool looks_is_blind(struct db *db, const struct actor *who, uint64_t number,
                    uint64_t now)
{
    bool is =
        db_row(db, IS_BLIND,
               DB_VALUES(DB_INT(number), DB_INT(who->number), DB_INT(now)));

    if (is) {
        db_done(db, IS_BLIND);
    }
    return is;
}

void looks_second_draw(const struct cases *cases, struct db *db,
                       const struct case_row *row, uint64_t decision,
                       uint64_t now)
{
    int waiting = db_run(db, TURN_SECOND_LOOK,
                         DB_VALUES(DB_INT(row->number), DB_INT(decision)));

    if (waiting == 0 &&
        randombytes_uniform(1000000) < cases->rules->second_look_ppm) {
        (void)db_run(
            db, ADD_SECOND_LOOK,
            DB_VALUES(DB_INT(row->number), DB_INT(decision), DB_INT(now)));
    }
}
