/* SPDX-License-Identifier: Apache-2.0 */
/* Consents given and refused, reports looked at. */
#include "asking.h"
#include "deciding.h"
#include "handlers.h"
#include "looking.h"
#include "looks.h"
#include "queue.h"
#include "showing.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- Refusing
 * ----------------------------------------------------------------------- */

/* The quorum of the reports that are asked for. */
struct finding {
    const struct mod_keys *keys;
    struct asking_quorum *quorum;
};

static bool find_quorum(void *context, const struct queue_requested *r)
{
    struct finding *f = context;
    const struct mod_quorum *quorum =
        r->quorum.len == FRANK_QUORUM_ID_BYTES
            ? mod_quorum_of(f->keys, r->quorum.data)
            : NULL;

    if (quorum != NULL) {
        memcpy(f->quorum->id, quorum->id, sizeof quorum->id);
        f->quorum->threshold = quorum->key.threshold;
        f->quorum->holders = quorum->key.holders;
    }
    return quorum == NULL;
}

static struct cases_answer write_refusal(struct call *call, struct db *db)
{
    const struct asking_quorum *quorum = call->work;

    return asking_refuse(&call->mod->cases, db, &call->who,
                         call_number(call, 0), quorum, call_text(call, "why"),
                         call->now);
}

void run_refuse(struct call *call)
{
    struct asking_quorum quorum = {.threshold = 0};
    struct mod_keys *keys = mod_keys_hold(call->mod);
    struct db *db = call_read(call);

    queue_requested(db, call_number(call, 0), &call->who, find_quorum,
                    &(struct finding){keys, &quorum});
    call_read_end(call);
    mod_keys_release(keys);
    (void)call_write(call, write_refusal, &quorum);
}

/* ---- Agreeing
 * ------------------------------------------------------------------------- */

static struct cases_answer write_consent(struct call *call, struct db *db)
{
    const struct asking_consent *given = call->work;

    return asking_consent(&call->mod->cases, db, &call->who,
                          call_number(call, 0), given, call->now);
}

/* A report of a request that waits, which he may see as a holder of its quorum.
 */
static bool load_requested(struct call *call, struct asking_report *out,
                           uint64_t report)
{
    struct db *db = call_read(call);
    bool found = asking_report(out, db, report);
    bool holds = found && account_holds(db, call->who.number, out->quorum);
    struct case_row row;

    /* Holders are asked whatever their queues; others are told no more than
     * that there is such a report, if it is of a queue of theirs. */
    found = found &&
            (holds ||
             case_find(&row, db, &call->who, out->in_case, call->now).what ==
                 CASES_DONE);
    call_read_end(call);
    if (found && (out->request != call_number(call, 0) || out->request == 0)) {
        found = false;
    }
    if (!found) {
        (void)call_done(call, cases_unknown());
    } else if (!holds) {
        (void)call_done(
            call, cases_forbidden("not-a-holder",
                                  "This account holds no share of the quorum "
                                  "that the report is sealed to"));
    }
    if (!found || !holds) {
        asking_report_free(out);
    }
    return found && holds;
}

static struct cases_answer write_sealed(struct call *call, struct db *db)
{
    return asking_give_sealed(&call->mod->cases, db, &call->who,
                              call_number(call, 0), call_number(call, 1),
                              call->now);
}

/* The reporter's name may be in it: first the log, on disk. */
void run_sealed(struct call *call)
{
    struct asking_report report;

    memset(&report, 0, sizeof report);
    if (load_requested(call, &report, call_number(call, 1)) &&
        call_write(call, write_sealed, NULL)) {
        call->answered = true;
        http_answer(
            call->exchange,
            &(struct http_answer){.status = 200,
                                  .type = "application/vnd.frank.report",
                                  .body = {report.sealed, report.sealed_len},
                                  .owned = report.sealed});
        report.sealed = NULL; /* transferred */
    }
    asking_report_free(&report);
}

/* Whether consent and receipt are of a holder of the quorum for this report. */
static bool check_proofs(struct call *call, const struct asking_report *report,
                         const struct asking_consent *given)
{
    struct mod_keys *keys = mod_keys_hold(call->mod);
    const struct mod_quorum *quorum = mod_quorum_of(keys, report->quorum);
    struct sealed_report *sealed = calloc(1, sizeof *sealed);
    bool ok =
        quorum != NULL && sealed != NULL &&
        sealed_report_decode(sealed, report->sealed, report->sealed_len,
                             NULL) == FRANK_OK &&
        consent_check(given->consent, sealed, &quorum->key, NULL) == FRANK_OK &&
        receipt_check(given->receipt, &quorum->key, NULL) == FRANK_OK;

    free(sealed);
    mod_keys_release(keys);
    if (!ok) {
        call_refuse(call, 422, "consent",
                    "Not a consent of this holder for this report");
    }
    return ok;
}

void run_consent(struct call *call)
{
    uint8_t bytes[CONSENT_BYTES];
    uint8_t receipt_bytes[RECEIPT_BYTES];
    struct consent consent;
    struct receipt receipt;
    struct asking_report report;
    struct asking_consent given = {call_count(call, "report"), &consent,
                                   &receipt};

    memset(&report, 0, sizeof report);
    if (!call_hex(call, bytes, sizeof bytes, "consent") ||
        !call_hex(call, receipt_bytes, sizeof receipt_bytes, "receipt")) {
        return;
    }
    if (consent_decode(&consent, bytes, sizeof bytes, NULL) != FRANK_OK ||
        receipt_decode(&receipt, receipt_bytes, sizeof receipt_bytes, NULL) !=
            FRANK_OK) {
        call_refuse(call, 422, "consent", "Not a consent with its receipt");
    } else if (load_requested(call, &report, given.report) &&
               check_proofs(call, &report, &given)) {
        if (call_write(call, write_consent, &given)) {
            looking_open_ready(call->mod);
        }
    }
    asking_report_free(&report);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(&consent, sizeof consent);
}

/* ---- With a share that is kept here
 * ------------------------------------------------------- */

#define AGREE_MOST ASKING_REPORTS_MAX

struct agreeing {
    size_t count;
    uint64_t reports[AGREE_MOST];
};

static bool note_report(void *context, const struct queue_requested *r)
{
    struct agreeing *a = context;

    if (!r->is_open && !r->mine && a->count < AGREE_MOST) {
        a->reports[a->count++] = r->report;
    }
    return true;
}

static bool agree_to(struct call *call, uint64_t number)
{
    uint8_t random[GROUP_RANDOM_BYTES];
    struct asking_report report;
    struct sealed_report *sealed = calloc(1, sizeof *sealed);
    struct share share;
    struct consent consent;
    struct receipt receipt;
    struct asking_consent given = {number, &consent, &receipt};
    bool ok = false;

    memset(&report, 0, sizeof report);
    if (sealed != NULL && load_requested(call, &report, number)) {
        if (!vault_get(call->mod->vault, call->session, report.quorum,
                       &share)) {
            call_refuse(call, 409, "share-outside",
                        "Your share is not kept here: make the consent with "
                        "frank-mod consent, and upload it");
        } else {
            randombytes_buf(random, sizeof random);
            ok = sealed_report_decode(sealed, report.sealed, report.sealed_len,
                                      NULL) == FRANK_OK &&
                 consent_make(&consent, &share, sealed, random, NULL) ==
                     FRANK_OK;
            randombytes_buf(random, sizeof random);
            ok = ok && receipt_make(&receipt, &share, sealed, call->now,
                                    random) == FRANK_OK;
            sodium_memzero(&share, sizeof share);
            if (!ok) {
                call_refuse(call, 422, "consent",
                            "The share does not open this report");
            }
        }
    }
    if (ok) {
        ok = call_write(call, write_consent, &given);
    }
    free(sealed);
    asking_report_free(&report);
    sodium_memzero(&consent, sizeof consent);
    sodium_memzero(random, sizeof random);
    return ok;
}

void run_agree(struct call *call)
{
    struct agreeing a = {.count = 0};
    struct db *db = call_read(call);

    queue_requested(db, call_number(call, 0), &call->who, note_report, &a);
    call_read_end(call);
    if (a.count == 0) {
        (void)call_done(
            call, cases_conflict("nothing", "There is nothing to agree to"));
        return;
    }
    for (size_t i = 0; i < a.count && !call->answered; i++) {
        (void)agree_to(call, a.reports[i]);
    }
    looking_open_ready(call->mod);
    call_put(call, "reports", json_integer((json_int_t)a.count));
}

/* ---- Looking
 * -----------------------------------------------------------------------------------
 */

static struct cases_answer write_look(struct call *call, struct db *db)
{
    return looks_look(&call->mod->cases, db, &call->who, call_number(call, 0),
                      call_count(call, "second_look"), call->now);
}

/* First the log, on disk; then what is shown. */
void run_look(struct call *call)
{
    struct looking *l;

    if (!call_write(call, write_look, NULL)) {
        return;
    }
    l = looking_open(call->mod, call_number(call, 0));
    if (l == NULL) {
        call_refuse(call, 500, "not-opened",
                    "The report could not be opened again: the journal says "
                    "why");
        return;
    }
    show_look(call, l, call_count(call, "second_look"));
    looking_free(l);
}

struct cases_answer act_retry(struct call *call, struct db *db)
{
    return files_retry(db, &call->who, call_number(call, 0),
                       call_count(call, "message"), call_count(call, "part"),
                       call->now);
}

static struct cases_answer write_reveal(struct call *call, struct db *db)
{
    return looks_reveal(&call->mod->cases, db, &call->who, call_number(call, 0),
                        call_text(call, "why"), call->now);
}

void run_reporter(struct call *call)
{
    struct asking_report report;
    struct sealed_report *sealed;
    struct db *db;

    if (!call_write(call, write_reveal, NULL)) {
        return;
    }
    sealed = calloc(1, sizeof *sealed);
    db = call_read(call);
    if (sealed != NULL && asking_report(&report, db, call_number(call, 0))) {
        if (sealed_report_decode(sealed, report.sealed, report.sealed_len,
                                 NULL) == FRANK_OK) {
            call_put(call, "reporter", call_span(sealed->reporter.uri));
        }
        asking_report_free(&report);
    }
    call_read_end(call);
    free(sealed);
}
