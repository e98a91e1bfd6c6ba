/* SPDX-License-Identifier: Apache-2.0 */
#include "arrivals.h"

#include "hmac.h"
#include "kept.h"
#include "outbox.h"
#include "schema.h"
#include "tally.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* More than this is not told apart by priority. */
#define PRIORITY_MOST 100000u

/* What of a report decides where it belongs. */
struct facts {
    uint8_t message[HASH_BYTES];
    uint8_t log_name[HASH_BYTES];
    uint8_t reporter[KEPT_NAME_BYTES];
    bool has_reporter;
    struct frank_span sender;
    struct frank_span room;
    uint64_t first_sent;
    uint64_t last_sent;
    uint64_t reason_bit;
    uint64_t rank;
    uint64_t copy_of;
};

/* The place of a reason in the list, as a bit. */
static uint64_t reason_bit(uint8_t code)
{
    const struct frank_reason *reason;

    for (size_t i = 0; (reason = frank_reason_at(i)) != NULL && i < 62; i++) {
        if (reason->code == code) {
            return UINT64_C(1) << i;
        }
    }
    return UINT64_C(1) << 62;
}

static uint64_t rank_of(const struct cases *cases, uint64_t received,
                        uint64_t priority)
{
    uint64_t less = (priority > PRIORITY_MOST ? PRIORITY_MOST : priority) *
                    cases->rules->priority_each;

    return received > less ? received - less : 0;
}

static void look(struct facts *out, const struct cases *cases,
                 const struct case_report *r)
{
    const struct frank_report_header *header = &r->report->header;
    const struct frank_evidence *accused = &header->evidence[header->accused];
    uint8_t digest[FRANK_DIGEST_BYTES];
    struct hmac mac;

    memset(out, 0, sizeof *out);
    report_evidence_digest(digest, accused);
    memcpy(out->message, digest, sizeof out->message);
    hmac_schedule(&mac, r->salt, HUB_SALT_BYTES);
    hmac_update(&mac, r->report->digest, sizeof r->report->digest);
    hmac_final(&mac, out->log_name);
    out->has_reporter = r->report->reporter.salt != NULL;
    if (out->has_reporter) {
        kept_name(out->reporter, r->report->reporter.uri, cases->secret);
    }
    out->sender = accused->context.sender;
    out->room = accused->context.room;
    out->first_sent = UINT64_MAX;
    for (size_t i = 0; i < header->count; i++) {
        uint64_t sent = header->evidence[i].context.accepted_timestamp;

        out->first_sent = sent < out->first_sent ? sent : out->first_sent;
        out->last_sent = sent > out->last_sent ? sent : out->last_sent;
    }
    out->reason_bit = reason_bit(header->reason);
    out->rank = rank_of(cases, r->received, r->priority);
}

/* ---- The case ---------------------------------------------------------------
 */

/* That of the same sender and room in which nothing is decided yet. */
static bool find_open(struct case_row *out, struct db *db,
                      const struct facts *facts, uint64_t now)
{
    uint64_t number = 0;

    if (db_row(db, FIND_OPEN_CASE,
               DB_VALUES(DB_BLOB(facts->sender.data, facts->sender.len),
                         DB_BLOB(facts->room.data, facts->room.len)))) {
        number = db_int(db, FIND_OPEN_CASE, 0);
        db_done(db, FIND_OPEN_CASE);
    }
    return number != 0 &&
           case_find(out, db, &actor_service, number, now).what == CASES_DONE;
}

static void new_case(struct case_row *out, struct db *db,
                     const struct case_report *r, const struct facts *facts)
{
    memset(out, 0, sizeof *out);
    randombytes_buf(out->name, sizeof out->name);
    (void)snprintf(out->queue, sizeof out->queue, "%s", r->queue);
    out->state = CASE_WAITING;
    if (db_row(db, ADD_CASE,
               DB_VALUES(DB_BLOB(out->name, sizeof out->name),
                         DB_BLOB(facts->sender.data, facts->sender.len),
                         DB_BLOB(facts->room.data, facts->room.len),
                         DB_TEXT(out->queue), DB_INT(facts->rank),
                         DB_INT(r->priority), DB_INT(r->received),
                         DB_INT(r->report->header.count), DB_INT(r->reporters),
                         DB_INT(r->first_contact), DB_INT(facts->reason_bit),
                         DB_INT(r->report->header.reason)))) {
        out->number = db_int(db, ADD_CASE, 0);
        db_done(db, ADD_CASE);
    }
    cases_stand(db, out->queue, CASE_WAITING, true);
}

/* A graver report takes a case that nobody works on to its own queue. */
static void fold(struct db *db, struct case_row *row,
                 const struct case_report *r, const struct facts *facts)
{
    bool moves = row->state == CASE_WAITING && r->priority > row->priority &&
                 strcmp(row->queue, r->queue) != 0;

    if (moves) {
        cases_stand(db, row->queue, CASE_WAITING, false);
        cases_stand(db, r->queue, CASE_WAITING, true);
        (void)snprintf(row->queue, sizeof row->queue, "%s", r->queue);
    }
    (void)db_run(
        db, FOLD_INTO_CASE,
        DB_VALUES(DB_INT(row->number), DB_INT(facts->rank), DB_INT(r->priority),
                  DB_INT(r->received), DB_INT(facts->copy_of != 0),
                  DB_INT(r->report->header.count), DB_INT(r->reporters),
                  DB_INT(r->first_contact), DB_INT(facts->reason_bit),
                  DB_INT(r->report->header.reason), DB_TEXT(row->queue)));
}

/* The first report of the case about the same message. */
static uint64_t find_original(struct db *db, const struct case_row *row,
                              const struct facts *facts)
{
    uint64_t original = 0;

    if (db_row(db, FIND_SAME_MESSAGE,
               DB_VALUES(DB_INT(row->number),
                         DB_BLOB(facts->message, sizeof facts->message)))) {
        original = db_int(db, FIND_SAME_MESSAGE, 0);
        db_done(db, FIND_SAME_MESSAGE);
    }
    return original;
}

/* ---- The report -------------------------------------------------------------
 */

static uint64_t add_report(struct db *db, const struct case_row *row,
                           const struct case_report *r,
                           const struct facts *facts, uint64_t now)
{
    const struct frank_report_header *h = &r->report->header;
    uint64_t number = 0;

    if (db_row(db, ADD_REPORT,
               DB_VALUES(DB_BLOB(h->report_id, sizeof h->report_id),
                         DB_INT(r->hub_number), DB_INT(row->number),
                         DB_INT(r->received), DB_INT(now), DB_INT(h->created),
                         DB_INT(r->reporter),
                         facts->has_reporter
                             ? DB_BLOB(facts->reporter, sizeof facts->reporter)
                             : DB_NULL,
                         DB_INT(r->source), DB_INT(h->reason),
                         DB_INT(r->priority), DB_INT(r->reporters),
                         DB_INT(r->first_contact), DB_INT(h->count),
                         DB_INT(facts->first_sent), DB_INT(facts->last_sent),
                         DB_BLOB(facts->message, sizeof facts->message),
                         facts->copy_of != 0 ? DB_INT(facts->copy_of) : DB_NULL,
                         DB_BLOB(r->report->seal.quorum_id,
                                 sizeof r->report->seal.quorum_id),
                         DB_BLOB(r->report->digest, sizeof r->report->digest),
                         DB_BLOB(facts->log_name, sizeof facts->log_name),
                         DB_INT(r->verdict_holds),
                         r->has_hub_index ? DB_INT(r->hub_index) : DB_NULL))) {
        number = db_int(db, ADD_REPORT, 0);
        db_done(db, ADD_REPORT);
    }
    (void)db_run(db, ADD_BODY,
                 DB_VALUES(DB_INT(number), DB_BLOB(r->salt, HUB_SALT_BYTES),
                           DB_BLOB(r->verdict.data, r->verdict.len),
                           DB_BLOB(r->sealed.data, r->sealed.len)));
    return number;
}

static bool is_there(struct db *db, const struct case_report *r)
{
    const struct frank_report_header *h = &r->report->header;
    bool there = db_row(db, FIND_REPORT_ID,
                        DB_VALUES(DB_BLOB(h->report_id, sizeof h->report_id)));

    if (there) {
        db_done(db, FIND_REPORT_ID);
    }
    return there;
}

enum case_taken arrivals_take(struct cases *cases, struct db *db,
                              const struct case_report *r, uint64_t now)
{
    struct facts facts;
    struct case_row row;
    char hex[2 * HASH_BYTES + 1];
    char rest[128];
    bool folded;

    if (is_there(db, r)) {
        return ARRIVAL_AGAIN;
    }
    look(&facts, cases, r);
    folded = find_open(&row, db, &facts, now);
    if (folded) {
        facts.copy_of = find_original(db, &row, &facts);
        fold(db, &row, r, &facts);
    } else {
        new_case(&row, db, r, &facts);
    }
    (void)add_report(db, &row, r, &facts, now);
    (void)sodium_bin2hex(hex, sizeof hex, facts.log_name,
                         sizeof facts.log_name);
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"", hex);
    case_log(cases, db, &actor_service, &row,
             &(struct case_entry){.type = "report_taken_over",
                                  .action = folded ? "folded" : "new",
                                  .rest = rest,
                                  .from = row.state,
                                  .to = row.state},
             now);
    tally_add(db, row.queue, "reports", 0, now);
    if (folded) {
        tally_add(db, row.queue, facts.copy_of != 0 ? "copies" : "follow_ups",
                  0, now);
        if (row.state != CASE_WAITING) {
            outbox_notice(db, r->report->header.report_id, facts.log_name,
                          REPORT_IN_REVIEW, "", false);
        }
    } else {
        tally_add(db, row.queue, "cases", 0, now);
    }
    return folded ? ARRIVAL_FOLDED : ARRIVAL_NEW_CASE;
}

/* ---- The feed
 * ---------------------------------------------------------------- */

uint64_t arrivals_after(struct db *db)
{
    uint64_t after = 0;

    if (db_row(db, RECALL, DB_VALUES(DB_TEXT("feed")))) {
        after = db_int(db, RECALL, 0);
        db_done(db, RECALL);
    }
    return after;
}

void arrivals_set_after(struct db *db, uint64_t number)
{
    (void)db_run(db, REMEMBER,
                 DB_VALUES(DB_TEXT("feed"), DB_INT(number), DB_BLOB("", 0)));
}

void arrivals_keep_bad(struct db *db, uint64_t hub_number,
                       const uint8_t report_id[static FRANK_REPORT_ID_BYTES],
                       struct frank_span verdict, struct frank_span sealed,
                       uint64_t now)
{
    (void)db_run(db, KEEP_BAD,
                 DB_VALUES(DB_INT(hub_number),
                           DB_BLOB(report_id, FRANK_REPORT_ID_BYTES),
                           DB_INT(now), DB_BLOB(verdict.data, verdict.len),
                           DB_BLOB(sealed.data, sealed.len)));
}

void arrivals_drop_bad(struct db *db, uint64_t before)
{
    (void)db_run(db, DROP_BAD, DB_VALUES(DB_INT(before)));
}
