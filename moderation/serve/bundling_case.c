/* SPDX-License-Identifier: Apache-2.0 */
/* A case's rows, and its reports as far as they were opened. */
#include "books.h"
#include "bundling.h"

#include <stdlib.h>
#include <string.h>

bool bundling_fail(struct bundling *b, enum bundling_result result)
{
    if (b->result == BUNDLING_DONE) {
        b->result = result;
    }
    return false;
}

bool bundling_names(const struct bundling *b, struct frank_span text)
{
    for (size_t i = 0; i < b->name_count; i++) {
        if (text.len > 0 && memmem(text.data, text.len, b->names[i].data,
                                   b->names[i].len) != NULL) {
            return true;
        }
    }
    return false;
}

/* What people wrote goes out unless it names who is to be left out. */
static struct frank_span text_of(struct bundling *b, struct frank_span text)
{
    return bundling_names(b, text) ? (struct frank_span){NULL, 0} : text;
}

/* ---- Rows
 * -------------------------------------------------------------------------- */

static bool take_entry(void *context, uint64_t entry)
{
    struct bundling *b = context;

    if (entry > b->wish->entry) {
        return false;
    }
    if (b->entry_count == BUNDLE_ENTRIES_MAX - BUNDLE_QUORUMS_MAX) {
        return bundling_fail(b, BUNDLING_TOO_LARGE);
    }
    b->entries[b->entry_count++] = entry;
    return true;
}

/* What was taken when the export was logged, without the names to leave out. */
static bool take_rows(struct bundling *b)
{
    const struct bundling_rows *rows = b->wish->rows;

    if (rows->arena.failed) {
        return bundling_fail(b, BUNDLING_MEMORY);
    }
    if (rows->too_many) {
        return bundling_fail(b, BUNDLING_TOO_LARGE);
    }
    b->items = rows->reports;
    b->item_count = rows->report_count;
    b->bundle.decisions = rows->decisions;
    b->bundle.decision_count = rows->decision_count;
    b->bundle.appeals = rows->appeals;
    b->bundle.appeal_count = rows->appeal_count;
    return true;
}

static void leave_names_out(struct bundling *b)
{
    struct bundle_decision *decisions =
        (struct bundle_decision *)b->bundle.decisions;
    struct bundle_appeal *appeals = (struct bundle_appeal *)b->bundle.appeals;

    for (size_t i = 0; i < b->bundle.decision_count; i++) {
        decisions[i].explanation = text_of(b, decisions[i].explanation);
        decisions[i].review = text_of(b, decisions[i].review);
    }
    for (size_t i = 0; i < b->bundle.appeal_count; i++) {
        appeals[i].text = text_of(b, appeals[i].text);
        appeals[i].answer = text_of(b, appeals[i].answer);
    }
}

/* ---- Policies
 * --------------------------------------------------------------------- */

/* What the policy of a decision said, in the book of then. */
static void describe_policy(struct bundling *b, struct bundle_decision *d,
                            struct db *db)
{
    char id[BOOK_ID_MAX_BYTES + 1] = "";
    struct book *book = NULL;
    const struct book_policy *policy = NULL;
    char *text = NULL;
    size_t len = 0;

    if (d->policy.len < sizeof id && d->policy.len > 0) {
        memcpy(id, d->policy.data, d->policy.len);
    }
    if (id[0] != '\0' && books_version(&text, &len, db, d->book) &&
        book_read(&book, text, len, NULL, NULL) == FRANK_OK) {
        policy = book_policy(book, id);
    }
    if (policy != NULL) {
        d->title = arena_copy(
            &b->arena, (struct frank_span){(const uint8_t *)policy->title,
                                           strlen(policy->title)});
        d->text = arena_copy(&b->arena,
                             (struct frank_span){(const uint8_t *)policy->text,
                                                 strlen(policy->text)});
    }
    book_free(book);
    free(text);
}

static bool make_room(struct bundling *b)
{
    b->entries = arena_take(&b->arena, BUNDLE_ENTRIES_MAX, sizeof *b->entries);
    b->lookings = arena_take(&b->arena, EXPORT_REPORTS_MAX, sizeof(void *));
    b->names = arena_take(&b->arena, EXPORT_REPORTS_MAX, sizeof *b->names);
    return !b->arena.failed || bundling_fail(b, BUNDLING_MEMORY);
}

/* The names of all whose reports go into it, or would. */
static bool find_names(struct bundling *b, struct db *db)
{
    struct sealed_report *sealed = arena_take(&b->arena, 1, sizeof *sealed);

    for (size_t i = 0; i < b->item_count && sealed != NULL; i++) {
        struct asking_report report;

        if (!asking_report(&report, db, b->items[i].number)) {
            return bundling_fail(b, BUNDLING_MEMORY);
        }
        if (sealed_report_decode(sealed, report.sealed, report.sealed_len,
                                 NULL) == FRANK_OK &&
            sealed->reporter.salt != NULL) {
            b->names[b->name_count++] =
                arena_copy(&b->arena, sealed->reporter.uri);
        }
        asking_report_free(&report);
    }
    return !b->arena.failed || bundling_fail(b, BUNDLING_MEMORY);
}

bool bundling_read(struct bundling *b)
{
    struct db *db;
    uint64_t number = b->wish->number;
    bool ok = make_room(b) && take_rows(b);

    if (!ok) {
        return false;
    }
    db = store_reader_lock(&b->mod->store, STORE_LONG);
    db_begin(db);
    if (case_find(&b->row, db, &actor_service, number, b->wish->now).what !=
            CASES_DONE ||
        b->row.state == CASE_PURGED) {
        ok = bundling_fail(b, BUNDLING_GONE);
    } else {
        if (!b->wish->choice.reporter) {
            (void)find_names(b, db);
        }
        leave_names_out(b);
        exporting_entries(db, number, take_entry, b);
        for (size_t i = 0; i < b->bundle.decision_count; i++) {
            describe_policy(
                b, (struct bundle_decision *)&b->bundle.decisions[i], db);
        }
    }
    ok = db_commit(db) ? ok : bundling_fail(b, BUNDLING_MEMORY);
    store_reader_unlock(&b->mod->store, STORE_LONG);
    memcpy(b->bundle.case_name, b->row.name, sizeof b->bundle.case_name);
    return ok && b->result == BUNDLING_DONE;
}

/* ---- Reports
 * ---------------------------------------------------------------------- */

static bool same(struct frank_span a, struct frank_span b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* A message of the reporter's own names him. */
static bool is_by_reporter(const struct bundling *b,
                           const struct frank_evidence *evidence)
{
    for (size_t i = 0; i < b->name_count; i++) {
        if (same(evidence->context.sender, b->names[i])) {
            return true;
        }
    }
    return false;
}

/* What is disclosed stays hidden where it names who is to be left out; but in a
 * sample not where the room does already. */
static bool is_hidden(const struct bundling *b,
                      const struct frank_evidence *evidence,
                      struct frank_span content)
{
    return bundling_names(b, content) &&
           !(b->wish->for_sample && bundling_names(b, evidence->context.room));
}

/* body NULL: nobody opened it. */
static void add_messages(struct bundling *b, struct bundle_report *out,
                         const struct frank_report_header *header,
                         const struct frank_report_body *body)
{
    struct bundle_message *messages =
        arena_take(&b->arena, header->count, sizeof *messages);

    out->messages = messages;
    for (size_t i = 0; i < header->count && messages != NULL; i++) {
        const struct frank_opening *opening =
            body != NULL ? &body->openings[i] : NULL;
        bool is_shown = opening != NULL && opening->disclosed;
        struct bundle_message *m = &messages[out->count];

        if ((!is_shown && !b->wish->choice.withheld) ||
            is_by_reporter(b, &header->evidence[i])) {
            continue;
        }
        m->index = (uint8_t)i;
        m->evidence = header->evidence[i];
        m->disclosed =
            is_shown && !is_hidden(b, &header->evidence[i], opening->content);
        if (m->disclosed) {
            m->content = opening->content;
        }
        out->count++;
    }
}

static void add_report(struct bundling *b, const struct export_report *item,
                       const struct looking *l,
                       const struct sealed_report *sealed)
{
    /* bundling_reports() made room. */
    struct bundle_report *all = (struct bundle_report *)b->bundle.reports;
    struct bundle_report *out = &all[b->bundle.report_count++];
    const struct frank_report_body *body =
        l->opening != NULL ? opening_body(l->opening) : NULL;

    out->verdict =
        (struct frank_span){l->report.verdict, l->report.verdict_len};
    cases_copy(out->salt, sizeof out->salt, item->salt);
    out->created = item->created;
    out->received = item->received;
    out->reason = (uint8_t)item->reason;
    out->accused = sealed->header.accused;
    if (b->wish->choice.reporter) {
        out->reporter = sealed->reporter;
        if (body != NULL) {
            out->note = body->note;
        }
    }
    if (b->wish->choice.sealed) {
        out->sealed =
            (struct frank_span){l->report.sealed, l->report.sealed_len};
    }
    add_messages(b, out, &sealed->header, body);
}

/* One that nobody opened goes as it was sealed, or not at all. */
static bool add_unopened(struct bundling *b, struct export_report *item)
{
    struct sealed_report *sealed = arena_take(&b->arena, 1, sizeof *sealed);
    struct looking *l = calloc(1, sizeof *l);
    struct db *db;
    bool there;

    if (sealed == NULL || l == NULL) {
        free(l);
        return bundling_fail(b, BUNDLING_MEMORY);
    }
    b->lookings[b->looking_count++] = l;
    db = store_reader_lock(&b->mod->store, STORE_SHORT);
    there = asking_report(&l->report, db, item->number);
    store_reader_unlock(&b->mod->store, STORE_SHORT);
    if (!there ||
        sealed_report_decode(sealed, l->report.sealed, l->report.sealed_len,
                             NULL) != FRANK_OK) {
        return bundling_fail(b, BUNDLING_GONE);
    }
    if (sealed->reporter.salt == NULL || b->wish->choice.reporter) {
        add_report(b, item, l, sealed);
    } else {
        item->has_hub_index = false;
    }
    return true;
}

static bool add_opened(struct bundling *b, const struct export_report *item)
{
    struct looking *l = looking_open(b->mod, item->number);
    const struct sealed_report *sealed;

    if (l == NULL) {
        return bundling_fail(b, BUNDLING_NOT_OPEN);
    }
    b->lookings[b->looking_count++] = l;
    sealed = opening_report(l->opening);
    add_report(b, item, l, sealed);
    if (sealed->reporter.salt != NULL && !b->wish->choice.reporter) {
        struct bundle_report *all = (struct bundle_report *)b->bundle.reports;

        all[b->bundle.report_count - 1].sealed = (struct frank_span){NULL, 0};
    }
    return true;
}

bool bundling_reports(struct bundling *b)
{
    b->bundle.reports =
        arena_take(&b->arena, b->item_count, sizeof(struct bundle_report));
    for (size_t i = 0; i < b->item_count && b->result == BUNDLING_DONE; i++) {
        (void)(b->items[i].is_open ? add_opened(b, &b->items[i])
                                   : add_unopened(b, &b->items[i]));
    }
    return b->result == BUNDLING_DONE &&
           (!b->arena.failed || bundling_fail(b, BUNDLING_MEMORY));
}
