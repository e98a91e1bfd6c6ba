/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked for is opened: consents, the key that is kept, the log. */
#include "asking_inside.h"

#include "claims.h"
#include "outbox.h"
#include "schema.h"
#include "tally.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_LABEL "frank-mod v1 kept body key"

static uint8_t *copy_of(struct frank_span bytes, size_t *len)
{
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);

    if (copy != NULL && bytes.len > 0) {
        memcpy(copy, bytes.data, bytes.len);
    }
    *len = bytes.len;
    return copy;
}

bool asking_report(struct asking_report *out, struct db *db, uint64_t report)
{
    memset(out, 0, sizeof *out);
    if (!db_row(db, READ_REPORT, DB_VALUES(DB_INT(report)))) {
        return false;
    }
    out->number = report;
    out->in_case = db_int(db, READ_REPORT, 0);
    cases_copy(out->quorum, sizeof out->quorum, db_blob(db, READ_REPORT, 1));
    cases_copy(out->digest, sizeof out->digest, db_blob(db, READ_REPORT, 2));
    out->is_open = !db_is_null(db, READ_REPORT, 3);
    out->is_unreadable = out->is_open && db_is_null(db, READ_REPORT, 4);
    cases_copy(out->wrapped_key, sizeof out->wrapped_key,
               db_blob(db, READ_REPORT, 4));
    out->verdict = copy_of(db_blob(db, READ_REPORT, 5), &out->verdict_len);
    out->sealed = copy_of(db_blob(db, READ_REPORT, 6), &out->sealed_len);
    db_done(db, READ_REPORT);
    if (db_row(db, FIND_PENDING_OF_REPORT, DB_VALUES(DB_INT(report)))) {
        out->request = db_int(db, FIND_PENDING_OF_REPORT, 0);
        out->asked = db_int(db, FIND_PENDING_OF_REPORT, 1);
        db_done(db, FIND_PENDING_OF_REPORT);
    }
    if (out->verdict == NULL || out->sealed == NULL) {
        asking_report_free(out);
        return false;
    }
    return true;
}

void asking_report_free(struct asking_report *report)
{
    free(report->sealed);
    free(report->verdict);
    memset(report, 0, sizeof *report);
}

size_t asking_consents(struct cases *cases, struct db *db, uint64_t report,
                       struct consent out[static FRANK_HOLDERS_MAX])
{
    size_t count = 0;
    bool more = db_row(db, READ_CONSENTS, DB_VALUES(DB_INT(report)));

    while (more && count < FRANK_HOLDERS_MAX) {
        uint8_t bytes[CONSENT_BYTES];
        uint8_t label[9];
        unsigned holder = (unsigned)db_int(db, READ_CONSENTS, 0);

        if (kept_unwrap(bytes, sizeof bytes, db_blob(db, READ_CONSENTS, 1),
                        ASKING_CONSENT_LABEL,
                        asking_about(label, report, holder),
                        cases->secret) == FRANK_OK &&
            consent_decode(&out[count], bytes, sizeof bytes, NULL) ==
                FRANK_OK) {
            count++;
        }
        sodium_memzero(bytes, sizeof bytes);
        more = db_next(db, READ_CONSENTS);
    }
    if (more) {
        db_done(db, READ_CONSENTS);
    }
    return count;
}

size_t asking_ready(struct db *db, unsigned consents, struct asking_ready *out,
                    size_t most)
{
    size_t count = 0;
    bool more = db_row(db, READY, DB_VALUES(DB_INT(consents)));

    while (more && count < most) {
        out[count].report = db_int(db, READY, 0);
        out[count++].consents = (size_t)db_int(db, READY, 1);
        more = db_next(db, READY);
    }
    if (more) {
        db_done(db, READY);
    }
    return count;
}

static void keep_key(struct cases *cases, struct db *db, uint64_t number,
                     uint64_t report, const struct asking_found *found,
                     uint64_t now)
{
    uint8_t wrapped[SEAL_KEY_BYTES + KEPT_OVERHEAD_BYTES];
    uint8_t label[9];

    if (found->key != NULL) {
        kept_wrap(wrapped, found->key, SEAL_KEY_BYTES, KEY_LABEL,
                  asking_about(label, report, 0), cases->secret);
    }
    (void)db_run(db, SET_OPENED,
                 DB_VALUES(DB_INT(report), DB_INT(now),
                           found->key != NULL ? DB_BLOB(wrapped, sizeof wrapped)
                                              : DB_NULL,
                           DB_INT(found->disclosed), DB_INT(found->withheld),
                           DB_INT(found->parts_withheld),
                           DB_INT(found->not_proven)));
    (void)db_run(db, ADD_WITHHELD,
                 DB_VALUES(DB_INT(number),
                           DB_INT(found->withheld + found->parts_withheld)));
}

int asking_key(uint8_t key[static SEAL_KEY_BYTES], const struct cases *cases,
               const struct asking_report *report)
{
    uint8_t label[9];

    return kept_unwrap(
        key, SEAL_KEY_BYTES,
        (struct frank_span){report->wrapped_key, sizeof report->wrapped_key},
        KEY_LABEL, asking_about(label, report->number, 0), cases->secret);
}

static void log_opening(struct cases *cases, struct db *db,
                        struct case_row *row, const char *name,
                        const struct asking_found *found, uint64_t now)
{
    char rest[640];
    int len =
        snprintf(rest, sizeof rest, ",\"report\":\"%s\",\"holders\":[", name);

    for (size_t i = 0; i < found->holder_count && len > 0; i++) {
        len += snprintf(rest + len, sizeof rest - (size_t)len, "%s%u",
                        i > 0 ? "," : "", found->holders[i]);
    }
    (void)snprintf(rest + len, sizeof rest - (size_t)len, "]");
    case_step(cases, db, &actor_service, row, CASE_UNSEAL, "report_opened",
              "opened", rest, now);
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\",\"verdicts\":%s",
                   name, found->verdicts);
    case_log(cases, db, &actor_service, row,
             &(struct case_entry){.type = "opening_checked",
                                  .action = "checked",
                                  .rest = rest,
                                  .from = row->state,
                                  .to = row->state},
             now);
}

/* Whether each holder by whose consent it was opened still agrees: since they
 * were read somebody may have refused, or be no holder any more. */
static bool still_agree(struct db *db, uint64_t report,
                        const struct asking_found *found)
{
    size_t agree = 0;
    bool more = db_row(db, READ_CONSENTS, DB_VALUES(DB_INT(report)));

    while (more) {
        uint64_t holder = db_int(db, READ_CONSENTS, 0);

        for (size_t i = 0; i < found->holder_count; i++) {
            agree += found->holders[i] == holder;
        }
        more = db_next(db, READ_CONSENTS);
    }
    return agree == found->holder_count;
}

struct cases_answer asking_open(struct cases *cases, struct db *db,
                                uint64_t report,
                                const struct asking_found *found, uint64_t now)
{
    uint8_t id[FRANK_REPORT_ID_BYTES];
    uint8_t log_name[FRANK_DIGEST_BYTES];
    char name[2 * FRANK_DIGEST_BYTES + 1];
    struct case_row row;
    struct cases_answer answer;
    uint64_t request;
    uint64_t number;

    if (!db_row(db, FIND_TO_OPEN, DB_VALUES(DB_INT(report)))) {
        return cases_conflict("not-asked",
                              "The report is open already, or nobody asks for "
                              "it any more");
    }
    number = db_int(db, FIND_TO_OPEN, 0);
    request = db_int(db, FIND_TO_OPEN, 1);
    cases_copy(id, sizeof id, db_blob(db, FIND_TO_OPEN, 2));
    cases_copy(log_name, sizeof log_name, db_blob(db, FIND_TO_OPEN, 3));
    db_done(db, FIND_TO_OPEN);
    answer = case_find(&row, db, &actor_service, number, now);
    if (answer.what == CASES_DONE) {
        answer = case_can(&row, CASE_UNSEAL);
    }
    if (answer.what == CASES_DONE && !still_agree(db, report, found)) {
        answer = cases_conflict("consents", "Somebody does not agree any more");
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    (void)sodium_bin2hex(name, sizeof name, log_name, sizeof log_name);
    keep_key(cases, db, row.number, report, found, now);
    files_add(cases, db, report, found->files, found->file_count, now);
    (void)db_run(db, DROP_CONSENTS_FOR, DB_VALUES(DB_INT(report)));
    log_opening(cases, db, &row, name, found, now);
    if (asking_count(db, COUNT_UNOPENED, request) == 0) {
        asking_end(db, request, REQUEST_OPENED);
    }
    if (found->nothing) {
        outbox_notice(db, id, log_name, REPORT_RECEIVED, "", true);
    }
    claims_touch(cases, db, &row, now);
    tally_add(db, row.queue, "opened", 0, now);
    return CASES_OK;
}
