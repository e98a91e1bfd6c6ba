/* SPDX-License-Identifier: Apache-2.0 */
#include "claims.h"

#include "desk.h"
#include "outbox.h"
#include "schema.h"
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void set_claim(struct db *db, struct case_row *row, uint64_t account,
                      uint64_t until, bool held)
{
    (void)db_run(db, SET_CLAIM,
                 DB_VALUES(DB_INT(row->number),
                           account != 0 ? DB_INT(account) : DB_NULL,
                           DB_INT(until), DB_INT(held)));
    row->claimant = account;
    row->claimed_until = until;
    row->held = held;
}

void claims_end(struct db *db, struct case_row *row)
{
    set_claim(db, row, 0, 0, false);
}

/* Back to the queue. */
static void release(struct cases *cases, struct db *db, const struct actor *who,
                    struct case_row *row, const char *what, uint64_t now)
{
    claims_end(db, row);
    case_step(cases, db, who, row, CASE_RELEASE, "case_claimed", what, "", now);
}

void claims_tidy(struct cases *cases, struct db *db, struct case_row *row,
                 uint64_t now)
{
    if (row->claimant == 0 && row->claimed_until > 0) {
        release(cases, db, &actor_service, row, "lapsed", now);
    }
}

static bool is_row(struct db *db, size_t statement, uint64_t number,
                   const struct actor *who)
{
    bool is =
        db_row(db, statement, DB_VALUES(DB_INT(number), DB_INT(who->number)));

    if (is) {
        db_done(db, statement);
    }
    return is;
}

/* Whether he had no part in what is to be looked at again: on appeal, none at
 * all; in what came of an appeal, none in what was in force before. */
static struct cases_answer is_impartial(struct db *db, const struct actor *who,
                                        const struct case_row *row)
{
    if (row->state == CASE_IN_REVIEW && row->decider == who->number) {
        return cases_forbidden("own-decision",
                               "Nobody reviews a decision of his own");
    }
    if ((row->state == CASE_APPEALED &&
         is_row(db, TOOK_PART, row->number, who)) ||
        ((row->state == CASE_IN_REVIEW || row->state == CASE_OPEN) &&
         is_row(db, HAD_PART, row->number, who))) {
        return cases_forbidden("took-part",
                               "An appeal goes to somebody who had no part in "
                               "the decision");
    }
    return CASES_OK;
}

static struct cases_answer take(struct cases *cases, struct db *db,
                                const struct actor *who, struct case_row *row,
                                uint64_t now)
{
    struct cases_answer answer = is_impartial(db, who, row);
    enum case_state next;

    if (answer.what != CASES_DONE) {
        return answer;
    }
    /* A claim that lapsed leaves a claimed case waiting. */
    if (!(row->state == CASE_CLAIMED && row->claimant == 0) &&
        !case_next(&next, row->state, CASE_CLAIM)) {
        return case_can(row, CASE_CLAIM);
    }
    claims_tidy(cases, db, row, now);
    if (row->state == CASE_WAITING) {
        tally_add(db, row->queue, "waited",
                  now > row->first ? now - row->first : 0, now);
        outbox_notice_case(db, row, REPORT_IN_REVIEW, "");
    }
    set_claim(db, row, who->number, now + cases->rules->claim, false);
    case_step(cases, db, who, row, CASE_CLAIM, "case_claimed", "claimed", "",
              now);
    tally_add(db, row->queue, "claimed", 0, now);
    return CASES_OK;
}

struct cases_answer claims_claim(struct cases *cases, struct db *db,
                                 const struct actor *who, uint64_t number,
                                 uint64_t now)
{
    struct case_row row;
    struct cases_answer answer = case_find(&row, db, who, number, now);

    if (answer.what != CASES_DONE) {
        return answer;
    }
    if (row.claimant == who->number) {
        claims_touch(cases, db, &row, now);
        return CASES_OK;
    }
    return row.claimant != 0 ? cases_conflict("claimed-by-other",
                                              "Somebody else works on the case")
                             : take(cases, db, who, &row, now);
}

/* ---- The next
 * --------------------------------------------------------------------- */

/* Of those that may be claimed, so many are asked whether they are for him: who
 * is spared all that waits is not to hold up the writer. */
#define NEXT_MOST 10000

struct candidate {
    uint64_t number; /* 0: none */
    uint64_t rank;
};

/* The first case of a list that he may claim, and has not asked to be spared;
 * queue NULL: all of them. */
static struct candidate first_of(struct db *db, const struct actor *who,
                                 const char *queue, uint64_t avoid,
                                 uint64_t now)
{
    const size_t s = queue != NULL ? NEXT_OF_QUEUE : NEXT_OF_ALL;
    struct candidate found = {0, 0};
    unsigned seen = 0;
    bool more = queue != NULL
                    ? db_row(db, s, DB_VALUES(DB_INT(now), DB_TEXT(queue)))
                    : db_row(db, s, DB_VALUES(DB_INT(now)));

    while (more && found.number == 0 && seen++ < NEXT_MOST) {
        uint64_t number = db_int(db, s, 0);

        if ((db_int(db, s, 2) & avoid) == 0 &&
            !is_row(db, HAD_PART, number, who)) {
            found = (struct candidate){number, db_int(db, s, 1)};
        } else {
            more = db_next(db, s);
        }
    }
    if (more) {
        db_done(db, s);
    }
    return found;
}

/* The first of the queues of somebody who has not all: one by one, as looking
 * for these few among all that waits takes long. */
static struct candidate first_of_his(struct db *db, const struct actor *who,
                                     uint64_t avoid, uint64_t now)
{
    struct candidate first = {0, 0};
    const char *at = who->queues;

    while (*at != '\0') {
        size_t len = strcspn(at, "\n");
        char queue[QUEUE_ID_MAX + 1];

        if (len > 0 && len < sizeof queue) {
            struct candidate c;

            memcpy(queue, at, len);
            queue[len] = '\0';
            c = first_of(db, who, queue, avoid, now);
            if (c.number != 0 &&
                (first.number == 0 || c.rank < first.rank ||
                 (c.rank == first.rank && c.number < first.number))) {
                first = c;
            }
        }
        at += len + (at[len] == '\n');
    }
    return first;
}

struct cases_answer claims_next(struct cases *cases, struct db *db,
                                const struct actor *who, const char *queue,
                                uint64_t *number, uint64_t now)
{
    struct desk_preferences preferences;

    if (queue != NULL && !actor_has_queue(who, queue)) {
        return cases_unknown();
    }
    desk_preferences(&preferences, db, who);
    *number = queue == NULL && !who->all_queues
                  ? first_of_his(db, who, preferences.avoid, now).number
                  : first_of(db, who, queue, preferences.avoid, now).number;
    return *number == 0 ? cases_unknown()
                        : claims_claim(cases, db, who, *number, now);
}

/* ---- Working
 * ---------------------------------------------------------------------- */

void claims_touch(struct cases *cases, struct db *db,
                  const struct case_row *row, uint64_t now)
{
    uint64_t until = now + cases->rules->claim;

    if (row->claimant != 0 && row->claimed_until < until) {
        struct case_row copy = *row;

        set_claim(db, &copy, row->claimant, until, row->held);
    }
}

struct cases_answer claims_extend(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t number,
                                  uint64_t *until, uint64_t now)
{
    struct case_row row;
    struct cases_answer answer =
        case_find_mine(&row, db, who, number, CASE_KEEP, now);

    if (answer.what == CASES_DONE) {
        claims_touch(cases, db, &row, now);
        *until = row.claimed_until > now + cases->rules->claim
                     ? row.claimed_until
                     : now + cases->rules->claim;
    }
    return answer;
}

static struct cases_answer bad_reason(void)
{
    return cases_invalid("why", "Say why, in at most 8,192 bytes");
}

struct cases_answer claims_hold(struct cases *cases, struct db *db,
                                const struct actor *who, uint64_t number,
                                uint64_t until, const char *why, uint64_t now)
{
    struct case_row row;
    struct cases_answer answer =
        case_find_mine(&row, db, who, number, CASE_KEEP, now);

    if (answer.what != CASES_DONE) {
        return answer;
    }
    if (!cases_text_is_good(why, CASES_TEXT_MAX)) {
        return bad_reason();
    }
    if (until <= now || until - now > cases->rules->hold_max) {
        return cases_invalid("until", "A case can be held for a limited time: "
                                      "choose one that is nearer");
    }
    set_claim(db, &row, who->number, until, true);
    (void)db_run(db, ADD_NOTE,
                 DB_VALUES(DB_INT(number), DB_INT(who->number), DB_INT(now),
                           DB_TEXT(why)));
    case_step(cases, db, who, &row, CASE_KEEP, "case_claimed", "held", "", now);
    return CASES_OK;
}

struct cases_answer claims_hand_over(struct cases *cases, struct db *db,
                                     const struct actor *who, uint64_t number,
                                     const struct actor *to, const char *why,
                                     uint64_t now)
{
    struct case_row row;
    struct cases_answer answer =
        case_find_mine(&row, db, who, number, CASE_KEEP, now);
    char rest[64];

    if (answer.what == CASES_DONE &&
        ((to->roles & ROLES_CONTENT) == 0 || !actor_has_queue(to, row.queue))) {
        answer = cases_invalid("to", "He does not work on this queue");
    }
    if (answer.what == CASES_DONE) {
        answer = is_impartial(db, to, &row);
    }
    if (answer.what == CASES_DONE && !cases_text_is_good(why, CASES_TEXT_MAX)) {
        answer = bad_reason();
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    set_claim(db, &row, to->number, now + cases->rules->claim, false);
    (void)db_run(db, ADD_NOTE,
                 DB_VALUES(DB_INT(number), DB_INT(who->number), DB_INT(now),
                           DB_TEXT(why)));
    (void)snprintf(rest, sizeof rest, ",\"handed_to\":\"%s\"", to->pseudonym);
    case_step(cases, db, who, &row, CASE_KEEP, "case_claimed", "handed_over",
              rest, now);
    return CASES_OK;
}

struct cases_answer claims_release(struct cases *cases, struct db *db,
                                   const struct actor *who, uint64_t number,
                                   uint64_t now)
{
    struct case_row row;
    struct cases_answer answer = case_find(&row, db, who, number, now);

    if (answer.what == CASES_DONE) {
        answer = case_can(&row, CASE_RELEASE);
    }
    if (answer.what == CASES_DONE && row.claimant == 0) {
        answer = cases_conflict("not-claimed", "Nobody works on the case");
    }
    if (answer.what == CASES_DONE && row.claimant != who->number &&
        (who->roles & ROLE_LEAD) == 0) {
        answer = cases_conflict("claimed-by-other",
                                "Somebody else works on the case");
    }
    if (answer.what == CASES_DONE) {
        release(cases, db, who, &row, "released", now);
    }
    return answer;
}

/* ---- Many ------------------------------------------------------------------
 */

#define AT_ONCE ((size_t)256)

/* Those of a list first, as each is changed then. */
static size_t list(struct db *db, size_t statement, struct db_value value,
                   uint64_t numbers[static AT_ONCE], size_t most)
{
    size_t count = 0;
    bool more = db_row(db, statement, DB_VALUES(value));

    while (more) {
        numbers[count++] = db_int(db, statement, 0);
        if (count == most) {
            db_done(db, statement);
            break;
        }
        more = db_next(db, statement);
    }
    return count;
}

size_t claims_lapse(struct cases *cases, struct db *db, size_t most,
                    uint64_t now)
{
    uint64_t numbers[AT_ONCE];
    size_t count =
        list(db, LAPSED, DB_INT(now), numbers, most < AT_ONCE ? most : AT_ONCE);

    for (size_t i = 0; i < count; i++) {
        struct case_row row;

        if (case_find(&row, db, &actor_service, numbers[i], now).what ==
            CASES_DONE) {
            claims_tidy(cases, db, &row, now);
        }
    }
    return count;
}

void claims_drop_all(struct cases *cases, struct db *db,
                     const struct actor *who, uint64_t account, uint64_t now)
{
    uint64_t numbers[AT_ONCE];
    size_t count;

    do {
        count = list(db, CLAIMS_OF, DB_INT(account), numbers, AT_ONCE);
        for (size_t i = 0; i < count; i++) {
            struct case_row row;

            if (case_find(&row, db, &actor_service, numbers[i], now).what ==
                CASES_DONE) {
                release(cases, db, who, &row, "dropped", now);
            }
        }
    } while (count == AT_ONCE && db_ok(db));
}
