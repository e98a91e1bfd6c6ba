/* SPDX-License-Identifier: Apache-2.0 */
/* What a case's rows say when its export is logged. A sample is of many cases,
 * all of whose rows are kept meanwhile: lists are as long as they must be. */
#include "bundling.h"

#include <string.h>

#define FIRST_ROOM 4

struct taking_rows {
    struct bundling_rows *out;
    const struct case_row *row;
    const struct export_choice *choice;
};

/* The list, with room for one more; NULL: out of memory, or too many. Its
 * room is always a power of two. */
static void *with_room(struct bundling_rows *out, void *list, size_t count,
                       size_t size, size_t max)
{
    size_t room = count == 0 ? FIRST_ROOM : 2 * count;
    void *longer;

    if (count == max) {
        out->too_many = true;
        return NULL;
    }
    if (count != 0 && (count < FIRST_ROOM || (count & (count - 1)) != 0)) {
        return list;
    }
    longer = arena_take(&out->arena, room, size);
    if (longer != NULL && count > 0) {
        memcpy(longer, list, count * size);
    }
    return longer;
}

static bool take_report(void *context, const struct export_report *item)
{
    struct bundling_rows *out = ((struct taking_rows *)context)->out;
    struct export_report *list = with_room(out, out->reports, out->report_count,
                                           sizeof *list, EXPORT_REPORTS_MAX);

    if (list == NULL) {
        return false;
    }
    out->reports = list;
    list[out->report_count] = *item;
    list[out->report_count++].salt = arena_copy(&out->arena, item->salt);
    return true;
}

static bool take_decision(void *context, const struct export_decision *item)
{
    struct taking_rows *t = context;
    struct bundling_rows *out = t->out;
    struct bundle_decision *list =
        with_room(out, out->decisions, out->decision_count, sizeof *list,
                  BUNDLE_DECISIONS_MAX);
    struct bundle_decision *d;

    if (list == NULL) {
        return false;
    }
    out->decisions = list;
    d = &list[out->decision_count++];
    cases_copy(d->id, sizeof d->id, item->id);
    d->made = item->made;
    d->by = arena_copy(&out->arena, item->by);
    d->state = (enum bundle_decision_state)item->state;
    d->on_appeal = item->on_appeal;
    d->book = item->book;
    d->policy = arena_copy(&out->arena, item->policy);
    d->outcome = (uint8_t)item->outcome;
    d->grave = item->grave;
    d->withheld = t->row->withheld;
    d->explanation = arena_copy(&out->arena, item->explanation);
    d->in_force = item->in_force;
    d->reviewed = item->reviewed;
    d->review_time = item->review_time;
    d->reviewer = arena_copy(&out->arena, item->reviewer);
    d->review = arena_copy(&out->arena, item->review);
    return true;
}

static bool take_appeal(void *context, const struct export_appeal *item)
{
    struct taking_rows *t = context;
    struct bundling_rows *out = t->out;
    struct bundle_appeal *list = with_room(out, out->appeals, out->appeal_count,
                                           sizeof *list, BUNDLE_APPEALS_MAX);
    struct bundle_appeal *a;

    if (list == NULL) {
        return false;
    }
    out->appeals = list;
    a = &list[out->appeal_count++];
    cases_copy(a->decision, sizeof a->decision, item->decision);
    a->received = item->received;
    a->by_reporter = item->by_reporter;
    if (!item->by_reporter || t->choice->reporter) {
        a->text = arena_copy(&out->arena, item->text);
    }
    a->answered = item->answered;
    a->answer_time = item->answer_time;
    a->answered_by = arena_copy(&out->arena, item->answered_by);
    a->upheld = item->upheld;
    a->answer = arena_copy(&out->arena, item->answer);
    return true;
}

void bundling_rows_read(struct bundling_rows *out, struct db *db,
                        const struct case_row *row,
                        const struct export_choice *choice)
{
    struct taking_rows taking = {out, row, choice};

    bundling_rows_free(out); /* a transaction can be begun anew */
    exporting_reports(db, row->number, choice->sealed, take_report, &taking);
    exporting_decisions(db, row->number, take_decision, &taking);
    exporting_appeals(db, row->number, take_appeal, &taking);
}

void bundling_rows_free(struct bundling_rows *rows)
{
    arena_free(&rows->arena);
    memset(rows, 0, sizeof *rows);
}
