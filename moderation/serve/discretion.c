/* SPDX-License-Identifier: Apache-2.0 */
#include "discretion.h"

#include "discreet.h"
#include "looking.h"
#include "queue.h"

#define TELLING_MOST 64

struct telling {
    size_t count;
    uint64_t last; /* that was looked at */
    struct {
        uint64_t number;
        bool is_open;
    } reports[TELLING_MOST];
};

/* Reports that tell more than the one before: a named one its reporter, opened
 * or not; an opened one its messages, also where it is a copy. All are of one
 * room. */
static bool note_telling(void *context, const struct queue_report *r)
{
    struct telling *t = context;

    if (r->is_open || r->named || t->last == 0) {
        t->reports[t->count].number = r->number;
        t->reports[t->count++].is_open = r->is_open;
    }
    t->last = r->number;
    return t->count < TELLING_MOST;
}

/* If the case is his: some of its reports after t->last. */
static bool find_telling(struct call *call, struct telling *t)
{
    struct case_row row;
    struct db *db = call_read(call);
    bool mine =
        case_find(&row, db, &call->who, call_number(call, 0), call->now).what ==
            CASES_DONE &&
        row.claimant == call->who.number;

    t->count = 0;
    if (mine) {
        queue_reports(db, row.number, t->last, note_telling, t);
    }
    call_read_end(call);
    return t->count > 0;
}

static int compare(const char *explanation, const struct looking *l,
                   const struct frank_span *open, size_t open_count)
{
    const struct frank_report_header *h = &opening_report(l->opening)->header;
    struct frank_span disclosed[FRANK_MESSAGES_MAX];
    const struct discreet_secrets secrets = {
        .reporter = opening_report(l->opening)->reporter.uri,
        .room = h->evidence[0].context.room,
        .disclosed = disclosed,
        .disclosed_count = h->count,
        .open = open,
        .open_count = open_count};

    for (size_t i = 0; i < h->count; i++) {
        disclosed[i] = opening_body(l->opening)->openings[i].content;
    }
    return discreet_check(explanation, &secrets, NULL);
}

/* What of it would tell is not said: who tries names would learn whether one is
 * the reporter's, and no entry of the log would show it. */
static void refuse(struct call *call, int error)
{
    if (error == FRANK_ERR_VALUE) {
        call_refuse(call, 422, "discreet",
                    "The explanation would tell the accused which message was "
                    "reported, or by whom");
    } else {
        call_refuse(call, 500, "not-opened",
                    "A report of the case could not be read: the journal says "
                    "why");
    }
}

bool discretion_check(struct call *call, const char *explanation,
                      const struct frank_span *open, size_t open_count)
{
    struct telling t = {.last = 0};

    while (find_telling(call, &t)) {
        for (size_t i = 0; i < t.count; i++) {
            uint64_t report = t.reports[i].number;
            struct looking *l = t.reports[i].is_open
                                    ? looking_open(call->mod, report)
                                    : looking_outside(call->mod, report);
            int error = l != NULL ? compare(explanation, l, open, open_count)
                                  : FRANK_ERR_MEMORY;

            looking_free(l);
            if (error != FRANK_OK) {
                refuse(call, error);
                return false;
            }
        }
    }
    return true;
}
