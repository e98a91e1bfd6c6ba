/* SPDX-License-Identifier: Apache-2.0 */
#include "asking_inside.h"

#include "claims.h"
#include "schema.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- Asking
 * ------------------------------------------------------------------ */

/* A report of this case that is not open, each once. */
static bool can_be_asked(struct db *db, const struct case_row *row,
                         const uint64_t *reports, size_t at)
{
    bool ok = db_row(db, FIND_UNOPENED,
                     DB_VALUES(DB_INT(reports[at]), DB_INT(row->number)));

    if (ok) {
        db_done(db, FIND_UNOPENED);
    }
    for (size_t i = 0; i < at; i++) {
        ok = ok && reports[i] != reports[at];
    }
    return ok;
}

static bool has_request(struct db *db, const struct case_row *row)
{
    bool has = db_row(db, FIND_PENDING, DB_VALUES(DB_INT(row->number)));

    if (has) {
        db_done(db, FIND_PENDING);
    }
    return has;
}

static struct cases_answer check_ask(struct db *db, const struct case_row *row,
                                     const uint64_t *reports, size_t count,
                                     const char *why)
{
    if (has_request(db, row)) {
        return cases_conflict("already-asked",
                              "The quorum was asked already: wait, or withdraw "
                              "the request");
    }
    if (!cases_text_is_good(why, CASES_TEXT_MAX)) {
        return cases_invalid("why", "Say why, in at most 8,192 bytes");
    }
    if (count == 0 || count > ASKING_REPORTS_MAX) {
        return cases_invalid("reports", "Name 1 to 64 reports of the case");
    }
    for (size_t i = 0; i < count; i++) {
        if (!can_be_asked(db, row, reports, i)) {
            return cases_invalid("reports", "One of the reports is not of this "
                                            "case, open already, or named "
                                            "twice");
        }
    }
    return CASES_OK;
}

struct cases_answer asking_ask(struct cases *cases, struct db *db,
                               const struct actor *who, uint64_t number,
                               const uint64_t *reports, size_t count,
                               const char *why, uint64_t *request, uint64_t now)
{
    struct case_row row;
    struct cases_answer answer =
        case_find_mine(&row, db, who, number, CASE_ASK, now);
    char rest[64];

    if (answer.what == CASES_DONE) {
        answer = check_ask(db, &row, reports, count, why);
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    *request = 0;
    if (db_row(db, ADD_REQUEST,
               DB_VALUES(DB_INT(number), DB_INT(who->number), DB_TEXT(why),
                         DB_INT(now), DB_INT(now + cases->rules->request)))) {
        *request = db_int(db, ADD_REQUEST, 0);
        db_done(db, ADD_REQUEST);
    }
    for (size_t i = 0; i < count; i++) {
        (void)db_run(db, ADD_REQUESTED,
                     DB_VALUES(DB_INT(*request), DB_INT(reports[i])));
    }
    (void)snprintf(rest, sizeof rest, ",\"reports\":%zu", count);
    case_step(cases, db, who, &row, CASE_ASK, "consent", "asked", rest, now);
    claims_touch(cases, db, &row, now);
    return CASES_OK;
}

/* ---- Requests
 * ----------------------------------------------------------------- */

struct request_row {
    uint64_t number;
    uint64_t in_case;
    uint64_t asker;
    uint64_t asked;
    uint64_t until;
    enum request_state state;
};

static bool find_request(struct request_row *out, struct db *db,
                         uint64_t request)
{
    if (!db_row(db, FIND_REQUEST, DB_VALUES(DB_INT(request)))) {
        return false;
    }
    *out = (struct request_row){
        .number = request,
        .in_case = db_int(db, FIND_REQUEST, 0),
        .asker = db_int(db, FIND_REQUEST, 1),
        .asked = db_int(db, FIND_REQUEST, 2),
        .until = db_int(db, FIND_REQUEST, 3),
        .state = (enum request_state)db_int(db, FIND_REQUEST, 4),
    };
    db_done(db, FIND_REQUEST);
    return true;
}

static struct cases_answer find_pending(struct request_row *out, struct db *db,
                                        uint64_t request, uint64_t now)
{
    if (!find_request(out, db, request)) {
        return cases_unknown();
    }
    return out->state == REQUEST_PENDING && out->until > now
               ? CASES_OK
               : cases_conflict("request-over",
                                "The request is over: it was answered, "
                                "withdrawn, or its time has passed");
}

/* Its consents are good for nothing any more. */
void asking_end(struct db *db, uint64_t request, enum request_state state)
{
    (void)db_run(db, SET_REQUEST, DB_VALUES(DB_INT(request), DB_INT(state)));
    (void)db_run(db, DROP_CONSENTS_OF, DB_VALUES(DB_INT(request)));
}

/* Back to whoever works on the case, or to its queue. */
static void give_up(struct cases *cases, struct db *db, const struct actor *who,
                    struct case_row *row, const struct request_row *request,
                    enum request_state state, const char *what, uint64_t now)
{
    enum case_action action;

    claims_tidy(cases, db, row, now);
    action = row->claimant != 0 ? CASE_WITHDRAW : CASE_EXPIRE;
    asking_end(db, request->number, state);
    case_step(cases, db, who, row, action,
              state == REQUEST_REFUSED ? "consent_refused" : "consent", what,
              "", now);
}

struct cases_answer asking_withdraw(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t request,
                                    uint64_t now)
{
    struct request_row asked;
    struct case_row row;
    struct cases_answer answer = find_pending(&asked, db, request, now);

    if (answer.what == CASES_DONE) {
        answer =
            case_find_mine(&row, db, who, asked.in_case, CASE_WITHDRAW, now);
    }
    if (answer.what == CASES_DONE) {
        give_up(cases, db, who, &row, &asked, REQUEST_WITHDRAWN, "withdrawn",
                now);
    }
    return answer;
}

/* ---- Refusing
 * ----------------------------------------------------------------- */

unsigned asking_count(struct db *db, size_t statement, uint64_t number)
{
    unsigned count = 0;

    if (db_row(db, statement, DB_VALUES(DB_INT(number)))) {
        count = (unsigned)db_int(db, statement, 0);
        db_done(db, statement);
    }
    return count;
}

/* Which holder of a quorum an account is; 0: none. */
static unsigned holder_of(struct db *db, uint64_t account,
                          const uint8_t quorum[static FRANK_QUORUM_ID_BYTES])
{
    unsigned holder = 0;

    if (db_row(db, FIND_HOLDER,
               DB_VALUES(DB_INT(account),
                         DB_BLOB(quorum, FRANK_QUORUM_ID_BYTES)))) {
        holder = (unsigned)db_int(db, FIND_HOLDER, 0);
        db_done(db, FIND_HOLDER);
    }
    return holder;
}

static struct cases_answer not_a_holder(void)
{
    return cases_forbidden("not-a-holder",
                           "This account holds no share of the quorum that the "
                           "report is sealed to");
}

struct cases_answer asking_refuse(struct cases *cases, struct db *db,
                                  const struct actor *who, uint64_t request,
                                  const struct asking_quorum *quorum,
                                  const char *why, uint64_t now)
{
    struct request_row asked;
    struct case_row row;
    struct cases_answer answer = find_pending(&asked, db, request, now);

    if (answer.what == CASES_DONE) {
        answer = case_find(&row, db, &actor_service, asked.in_case, now);
    }
    if (answer.what == CASES_DONE &&
        holder_of(db, who->number, quorum->id) == 0) {
        answer = not_a_holder();
    }
    if (answer.what == CASES_DONE && !cases_text_is_good(why, CASES_TEXT_MAX)) {
        answer = cases_invalid("why", "Say why, in at most 8,192 bytes");
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    (void)db_run(db, ADD_REFUSAL,
                 DB_VALUES(DB_INT(request), DB_INT(who->number), DB_INT(now),
                           DB_TEXT(why)));
    (void)db_run(db, DROP_CONSENTS_OF_ACCOUNT,
                 DB_VALUES(DB_INT(request), DB_INT(who->number)));
    if (asking_count(db, COUNT_REFUSALS, request) >
        quorum->holders - quorum->threshold) {
        give_up(cases, db, who, &row, &asked, REQUEST_REFUSED,
                "refused_for_good", now);
    } else {
        case_step(cases, db, who, &row, CASE_CONSENT, "consent_refused",
                  "refused", "", now);
    }
    return CASES_OK;
}

/* ---- Agreeing
 * ----------------------------------------------------------------- */

struct frank_span asking_about(uint8_t out[static 9], uint64_t report,
                               unsigned holder)
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t)(report >> (56 - 8 * i));
    }
    out[8] = (uint8_t)holder;
    return (struct frank_span){out, 9};
}

/* The report of the request, and what of it a receipt must say. */
static struct cases_answer check_consent(struct db *db, const struct actor *who,
                                         const struct request_row *request,
                                         const struct asking_consent *given,
                                         bool *there, char name[static 65],
                                         uint64_t now)
{
    uint8_t quorum[FRANK_QUORUM_ID_BYTES];
    const struct receipt *receipt = given->receipt;
    bool same;
    bool is_open;

    if (!db_row(db, FIND_REQUESTED,
                DB_VALUES(DB_INT(request->number), DB_INT(given->report)))) {
        return cases_invalid("report", "The request is not about this report");
    }
    memcpy(quorum, db_blob(db, FIND_REQUESTED, 0).data, sizeof quorum);
    same = memcmp(db_blob(db, FIND_REQUESTED, 1).data, receipt->report_digest,
                  sizeof receipt->report_digest) == 0 &&
           memcmp(quorum, receipt->quorum_id, sizeof quorum) == 0;
    is_open = !db_is_null(db, FIND_REQUESTED, 2);
    (void)sodium_bin2hex(name, 65, db_blob(db, FIND_REQUESTED, 3).data,
                         FRANK_DIGEST_BYTES);
    db_done(db, FIND_REQUESTED);
    if (is_open) {
        return cases_conflict("already-open", "The report is open already");
    }
    if (!same || receipt->holder != given->consent->holder) {
        return cases_invalid("receipt",
                             "The receipt is not of this consent and report");
    }
    if (holder_of(db, who->number, quorum) != given->consent->holder) {
        return not_a_holder();
    }
    if (receipt->time + ASKING_SKEW_MS < request->asked) {
        return cases_invalid("old", "The consent is older than the request");
    }
    if (receipt->time > now + ASKING_SKEW_MS) {
        return cases_invalid("time", "The consent is of the future: a clock is "
                                     "wrong");
    }
    *there = db_row(
        db, FIND_CONSENT,
        DB_VALUES(DB_INT(given->report), DB_INT(given->consent->holder)));
    if (*there) {
        db_done(db, FIND_CONSENT);
    }
    return CASES_OK;
}

static void add_consent(struct cases *cases, struct db *db,
                        const struct actor *who, uint64_t request,
                        const struct asking_consent *given, uint64_t now)
{
    uint8_t bytes[CONSENT_BYTES];
    uint8_t receipt[RECEIPT_BYTES];
    uint8_t wrapped[CONSENT_BYTES + KEPT_OVERHEAD_BYTES];
    uint8_t label[9];

    consent_encode(bytes, given->consent);
    receipt_encode(receipt, given->receipt);
    kept_wrap(wrapped, bytes, sizeof bytes, ASKING_CONSENT_LABEL,
              asking_about(label, given->report, given->consent->holder),
              cases->secret);
    (void)db_run(db, ADD_CONSENT,
                 DB_VALUES(DB_INT(given->report),
                           DB_INT(given->consent->holder), DB_INT(request),
                           DB_INT(who->number), DB_INT(now),
                           DB_BLOB(wrapped, sizeof wrapped),
                           DB_BLOB(receipt, sizeof receipt)));
    sodium_memzero(bytes, sizeof bytes);
}

struct cases_answer asking_consent(struct cases *cases, struct db *db,
                                   const struct actor *who, uint64_t request,
                                   const struct asking_consent *given,
                                   uint64_t now)
{
    struct request_row asked;
    struct case_row row;
    uint8_t receipt[RECEIPT_BYTES];
    char hex[2 * RECEIPT_BYTES + 1];
    char name[2 * FRANK_DIGEST_BYTES + 1];
    char rest[512];
    bool there = false;
    struct cases_answer answer = find_pending(&asked, db, request, now);

    if (answer.what == CASES_DONE) {
        answer = case_find(&row, db, &actor_service, asked.in_case, now);
    }
    if (answer.what == CASES_DONE) {
        answer = case_can(&row, CASE_CONSENT);
    }
    if (answer.what == CASES_DONE) {
        answer = check_consent(db, who, &asked, given, &there, name, now);
    }
    if (answer.what != CASES_DONE || there) {
        return answer;
    }
    add_consent(cases, db, who, request, given, now);
    receipt_encode(receipt, given->receipt);
    (void)sodium_bin2hex(hex, sizeof hex, receipt, sizeof receipt);
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\",\"receipt\":\"%s\"",
                   name, hex);
    case_step(cases, db, who, &row, CASE_CONSENT, "consent", "given", rest,
              now);
    return CASES_OK;
}

struct cases_answer asking_give_sealed(struct cases *cases, struct db *db,
                                       const struct actor *who,
                                       uint64_t request, uint64_t report,
                                       uint64_t now)
{
    uint8_t quorum[FRANK_QUORUM_ID_BYTES];
    char name[2 * FRANK_DIGEST_BYTES + 1];
    char rest[128];
    struct request_row asked;
    struct case_row row;
    bool named;
    struct cases_answer answer = find_pending(&asked, db, request, now);

    if (answer.what == CASES_DONE) {
        answer = case_find(&row, db, &actor_service, asked.in_case, now);
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    if (!db_row(db, FIND_REQUESTED,
                DB_VALUES(DB_INT(request), DB_INT(report)))) {
        return cases_unknown();
    }
    cases_copy(quorum, sizeof quorum, db_blob(db, FIND_REQUESTED, 0));
    (void)sodium_bin2hex(name, sizeof name, db_blob(db, FIND_REQUESTED, 3).data,
                         FRANK_DIGEST_BYTES);
    named = !db_is_null(db, FIND_REQUESTED, 4);
    db_done(db, FIND_REQUESTED);
    if (holder_of(db, who->number, quorum) == 0) {
        return not_a_holder();
    }
    if (named) {
        (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"", name);
        case_log(cases, db, who, &row,
                 &(struct case_entry){.type = "identity_revealed",
                                      .action = "sealed_given",
                                      .rest = rest,
                                      .from = row.state,
                                      .to = row.state},
                 now);
    }
    return CASES_OK;
}

/* ---- Ends
 * ----------------------------------------------------------------------- */

void asking_drop(struct db *db, const struct case_row *row)
{
    uint64_t request = 0;

    if (db_row(db, FIND_PENDING, DB_VALUES(DB_INT(row->number)))) {
        request = db_int(db, FIND_PENDING, 0);
        db_done(db, FIND_PENDING);
        asking_end(db, request, REQUEST_WITHDRAWN);
    }
}

size_t asking_expire(struct cases *cases, struct db *db, size_t most,
                     uint64_t now)
{
    size_t count = 0;

    while (count < most &&
           db_row(db, EXPIRED_REQUEST, DB_VALUES(DB_INT(now)))) {
        struct request_row asked;
        struct case_row row;
        uint64_t number = db_int(db, EXPIRED_REQUEST, 0);

        db_done(db, EXPIRED_REQUEST);
        if (find_request(&asked, db, number) &&
            case_find(&row, db, &actor_service, asked.in_case, now).what ==
                CASES_DONE) {
            give_up(cases, db, &actor_service, &row, &asked, REQUEST_EXPIRED,
                    "expired", now);
        }
        count++;
    }
    return count;
}
