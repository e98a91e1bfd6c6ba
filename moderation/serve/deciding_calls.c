/* SPDX-License-Identifier: Apache-2.0 */
/* The book, decisions by it, second persons, appeals. */
#include "books.h"
#include "deciding.h"
#include "discretion.h"
#include "handlers.h"
#include "looks.h"
#include "queue.h"
#include "template.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The book
 * ---------------------------------------------------------------------- */

void run_book(struct call *call)
{
    struct mod_book *book = mod_book_hold(call->mod);

    call_put(call, "version", json_integer((json_int_t)book->version));
    call_put(call, "book", json_loadb(book->text, book->len, 0, NULL));
    mod_book_release(book);
}

struct adding {
    struct mod_book *book;
    uint64_t after;
};

static struct cases_answer write_book(struct call *call, struct db *db)
{
    struct adding *a = call->work;

    return books_add(&call->mod->cases, db, &call->who, a->after, a->book->text,
                     a->book->len, &a->book->version, call->now);
}

static void refuse_book(struct call *call, const char *detail)
{
    call->answered = true;
    http_problem(call->exchange,
                 &(struct http_problem){.status = 422,
                                        .name = "book",
                                        .title = "The book is not in order",
                                        .detail = detail,
                                        .evidence = SIZE_MAX});
}

/* A queue in which cases stand must stay. */
static bool keeps_queues(struct call *call, const struct book *later)
{
    struct mod_book *now = mod_book_hold(call->mod);
    size_t next = 0;
    const char *lost = book_lost(now->book, later, BOOK_QUEUE, &next);
    char detail[160];

    if (lost != NULL) {
        (void)snprintf(detail, sizeof detail,
                       "The queue \"%s\" is gone: cases may stand in it", lost);
        refuse_book(call, detail);
    }
    mod_book_release(now);
    return lost == NULL;
}

void run_new_book(struct call *call)
{
    struct adding a = {calloc(1, sizeof *a.book), call_count(call, "after")};
    struct book_error error = {""};
    int result = FRANK_ERR_MEMORY;

    if (a.book != NULL) {
        atomic_init(&a.book->holders, 1);
        a.book->text = json_dumps(call_json(call, "book"),
                                  JSON_INDENT(2) | JSON_SORT_KEYS);
    }
    if (a.book != NULL && a.book->text != NULL) {
        a.book->len = strlen(a.book->text);
        result =
            book_read(&a.book->book, a.book->text, a.book->len, &error, NULL);
    }
    if (result != FRANK_OK) {
        refuse_book(call, error.text[0] != '\0' ? error.text : "too large");
    } else if (keeps_queues(call, a.book->book) &&
               call_write(call, write_book, &a)) {
        call_put(call, "version", json_integer((json_int_t)a.book->version));
        mod_book_replace(call->mod, a.book);
        a.book = NULL; /* transferred */
    }
    mod_book_release(a.book);
}

/* ---- What he decides
 * ------------------------------------------------------------------ */

struct wish {
    struct decision decision;
    char *text; /* of a template, to be freed */
    const struct book_policy *policy;
    const struct book_template *template;
    bool upheld;
    bool proposed; /* the answer to an appeal waits for a second person */
    uint8_t id[CASE_ID_BYTES];
};

static void refuse_fault(struct call *call, const char *name, const char *title,
                         const struct frank_fault *fault)
{
    call->answered = true;
    http_problem(call->exchange, &(struct http_problem){.status = 422,
                                                        .name = name,
                                                        .title = title,
                                                        .detail = fault->field,
                                                        .evidence = SIZE_MAX});
}

#define VALUES_MAX 32
static bool fill(struct call *call, struct wish *w)
{
    struct template_value values[VALUES_MAX];
    size_t count = 0;
    struct frank_fault fault;
    const char *name;
    json_t *value;

    json_object_foreach(call_json(call, "values"), name, value)
    {
        if (!json_is_string(value) || count == VALUES_MAX) {
            call_refuse(call, 422, "values",
                        "The values are not texts, or too many");
            return false;
        }
        values[count++] =
            (struct template_value){name, json_string_value(value)};
    }
    if (template_fill(&w->text, w->template, values, count, &fault) !=
        FRANK_OK) {
        refuse_fault(call, "values",
                     "The template is not filled: a blank is left, or a value "
                     "cannot stand there",
                     &fault);
        return false;
    }
    w->decision.explanation = w->text;
    return true;
}

static bool explain(struct call *call, const struct mod_book *book,
                    struct wish *w)
{
    const char *id = call_text(call, "template");
    const char *text = call_text(call, "explanation");
    struct frank_fault fault;

    if ((id == NULL) == (text == NULL)) {
        call_refuse(call, 422, "explanation",
                    "Either a template or an explanation is needed");
        return false;
    }
    if (id == NULL) {
        w->decision.explanation = text;
        if (explanation_check(text, strlen(text), &fault) == FRANK_OK) {
            return true;
        }
        refuse_fault(call, "explanation",
                     "The explanation is empty, too long, or has a blank left "
                     "unfilled",
                     &fault);
        return false;
    }
    w->template = book_template(book->book, id);
    if (w->template == NULL ||
        !book_template_fits(w->template, w->policy, w->decision.outcome)) {
        call_refuse(call, 422, "template",
                    "There is no such template, or it is for another policy "
                    "or outcome");
        return false;
    }
    return fill(call, w);
}

/* Policy and outcome by the book in force. */
static bool read_wish(struct call *call, const struct mod_book *book,
                      struct wish *w)
{
    const char *policy = call_text(call, "policy");
    const char *outcome = call_text(call, "outcome");

    w->policy = policy != NULL ? book_policy(book->book, policy) : NULL;
    if (w->policy == NULL || w->policy->retired) {
        call_refuse(call, 422, "policy",
                    "There is no such policy, or it is "
                    "not in use any more");
        return false;
    }
    if (outcome == NULL || !outcome_from_text(&w->decision.outcome, outcome)) {
        call_refuse(call, 422, "outcome", "There is no such outcome");
        return false;
    }
    (void)snprintf(w->decision.policy, sizeof w->decision.policy, "%s", policy);
    w->decision.book = book->version;
    w->decision.grave =
        book_is_grave(book->book, w->policy, w->decision.outcome);
    w->decision.withheld_seen = call_switch(call, "withheld_seen");
    return explain(call, book, w);
}

/* The accused gets the explanation; policy and template are known to all. */
static bool is_discreet(struct call *call, const struct wish *w)
{
    struct frank_span open[2] = {
        {(const uint8_t *)w->policy->text, strlen(w->policy->text)}};
    size_t open_count = 1;

    if (w->template != NULL) {
        open[open_count++] = (struct frank_span){
            (const uint8_t *)w->template->text, strlen(w->template->text)};
    }
    return discretion_check(call, w->decision.explanation, open, open_count);
}

/* ---- Deciding
 * ---------------------------------------------------------------------------------
 */

static struct cases_answer write_decision(struct call *call, struct db *db)
{
    struct wish *w = call->work;

    return deciding_decide(&call->mod->cases, db, &call->who,
                           call_number(call, 0), &w->decision, w->id,
                           call->now);
}

static struct cases_answer write_answer(struct call *call, struct db *db)
{
    struct wish *w = call->work;

    return deciding_answer(&call->mod->cases, db, &call->who,
                           call_number(call, 0), w->upheld, &w->decision,
                           call_text(call, "why"), &w->proposed, call->now);
}

static void put_wish(struct call *call, const struct wish *w)
{
    call_put(call, "grave", json_boolean(w->decision.grave));
    call_put(call, "explanation", json_string(w->decision.explanation));
}

void run_decide(struct call *call)
{
    struct mod_book *book = mod_book_hold(call->mod);
    struct wish w = {.text = NULL};

    if (read_wish(call, book, &w) && is_discreet(call, &w) &&
        (call_switch(call, "preview") ||
         call_write(call, write_decision, &w))) {
        put_wish(call, &w);
        if (!call_switch(call, "preview")) {
            call_put(call, "decision",
                     call_hex_json((struct frank_span){w.id, sizeof w.id}));
        }
        call_answer(call, NULL);
    }
    mod_book_release(book);
    free(w.text);
}

void run_answer(struct call *call)
{
    struct mod_book *book = mod_book_hold(call->mod);
    struct wish w = {.upheld = call_switch(call, "upheld")};

    if ((w.upheld || (read_wish(call, book, &w) && is_discreet(call, &w))) &&
        call_write(call, write_answer, &w)) {
        call_put(call, "proposed", json_boolean(w.proposed));
        call_answer(call, NULL);
    }
    mod_book_release(book);
    free(w.text);
}

static const char *why(const struct call *call)
{
    const char *text = call_text(call, "why");

    return text != NULL ? text : "";
}

struct cases_answer act_review(struct call *call, struct db *db)
{
    return deciding_review(&call->mod->cases, db, &call->who,
                           call_number(call, 0), call_switch(call, "confirm"),
                           why(call), call->now);
}

struct cases_answer act_retract(struct call *call, struct db *db)
{
    return deciding_retract(&call->mod->cases, db, &call->who,
                            call_number(call, 0), why(call), call->now);
}

struct cases_answer act_second_decide(struct call *call, struct db *db)
{
    struct mod_book *book = mod_book_hold(call->mod);
    bool known = book_policy(book->book, call_text(call, "policy")) != NULL;
    enum outcome outcome;
    bool agrees = false;
    struct cases_answer answer;

    mod_book_release(book);
    if (!known || !outcome_from_text(&outcome, call_text(call, "outcome"))) {
        return cases_invalid("policy", "There is no such policy or outcome");
    }
    answer = looks_second_decide(
        &call->mod->cases, db, &call->who, call_number(call, 0),
        call_text(call, "policy"), outcome, &agrees, call->now);
    if (answer.what == CASES_DONE) {
        call_put(call, "agrees", json_boolean(agrees));
    }
    return answer;
}

/* ---- The platform
 * -------------------------------------------------------------------------------
 */

struct cases_answer act_appeal(struct call *call, struct db *db)
{
    const char *by = call_text(call, "by");
    uint8_t id[CASE_ID_BYTES];

    if (strcmp(by, "accused") != 0 && strcmp(by, "reporter") != 0) {
        return cases_invalid("by", "Not \"accused\" or \"reporter\"");
    }
    if (!call_hex(call, id, sizeof id, "decision")) {
        return CASES_OK; /* answered */
    }
    return deciding_appeal(&call->mod->cases, db, id,
                           strcmp(by, "reporter") == 0, call_text(call, "text"),
                           call->now);
}

/* What the platform needs to act on a decision, and to tell the accused; the
 * statement only when its time has come. */
static bool put_decision(void *context, const struct queue_decision *d)
{
    static const char *const states[] = {"proposed", "in_force", "returned",
                                         "retracted", "overturned"};
    struct call *call = context;

    if (d->in_force == 0 && d->state != DECISION_RETRACTED) {
        return false; /* it is nobody's business yet */
    }
    call_put(call, "decision", call_hex_json(d->id));
    call_put(call, "state", json_string(states[(unsigned)d->state % 5]));
    call_put(call, "sender", call_span(d->sender));
    call_put(call, "outcome", json_string(outcome_text(d->outcome)));
    call_put(call, "policy", call_span(d->policy));
    call_put(call, "in_force", json_integer((json_int_t)d->in_force));
    call_put(call, "statement",
             d->released != 0 ? call_span(d->explanation) : json_null());
    return true;
}

static bool unhex_id(uint8_t out[static CASE_ID_BYTES], const char *text)
{
    size_t len = 0;

    return text != NULL && strlen(text) == 2 * (size_t)CASE_ID_BYTES &&
           sodium_hex2bin(out, CASE_ID_BYTES, text, strlen(text), NULL, &len,
                          NULL) == 0 &&
           len == CASE_ID_BYTES;
}

void read_decision(struct call *call, struct db *db)
{
    uint8_t id[CASE_ID_BYTES];

    if (!unhex_id(id, http_segment(call->exchange, 0)) ||
        !queue_decision_by_id(db, id, put_decision, call) ||
        json_object_size(call->answer) == 0) {
        (void)call_done(call, cases_unknown());
    }
}
