/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from an entry, once the rules looked at it. An entry is taken at
 * its word here, also where it broke a rule: so one thing that went wrong is
 * found once, and not again in all that comes after it.
 */
#include "rules_inside.h"

#include <string.h>

/* ---- Reports ---------------------------------------------------------------
 */

static void apply_report(const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    struct seen_report *p = e->report;

    switch (entry->what) {
    case SAYS_RECEIVED:
        p->flags |= REPORT_SEEN_RECEIVED;
        p->received = entry->time;
        p->received_at = entry->index;
        break;
    case SAYS_HUB_TAKEN:
        p->flags |= REPORT_SEEN_HUB_TAKEN;
        p->hub_taken = entry->time;
        break;
    case SAYS_HUB_PURGED:
        p->flags |= REPORT_SEEN_HUB_PURGED;
        break;
    case SAYS_TAKEN_NEW:
    case SAYS_TAKEN_FOLDED:
        if ((p->flags & REPORT_SEEN_TAKEN) == 0) {
            p->flags |= REPORT_SEEN_TAKEN;
            p->taken = entry->time;
            p->taken_at = entry->index;
            memcpy(p->in_case, entry->in_case, sizeof p->in_case);
            e->in_case->reports++;
        }
        break;
    case SAYS_PURGED_REPORT:
        if (e->in_case != NULL && (p->flags & REPORT_SEEN_PURGED) == 0) {
            e->in_case->purged++;
        }
        p->flags |= REPORT_SEEN_PURGED;
        break;
    default:
        return;
    }
    p->changed = true;
}

/* ---- Opening ---------------------------------------------------------------
 */

static void apply_given(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    struct seen_report *p = e->report;
    bool good = entry->receipt_error == FRANK_OK;
    /* Whose consent it is, at the receipt's word. */
    uint64_t account =
        good ? seen_holder(r, entry->receipt.quorum_id, entry->receipt.holder)
             : e->by.number;

    (void)db_run(r->db, R_SET_CONSENT,
                 DB_VALUES(DB_BLOB(entry->in_case, sizeof entry->in_case),
                           DB_BLOB(entry->report, sizeof entry->report),
                           DB_INT(entry->receipt.holder), DB_INT(account),
                           DB_INT(e->in_case->requests), DB_INT(good)));
    if (good && (p->flags & REPORT_HAS_DIGEST) == 0) {
        p->flags |= REPORT_HAS_DIGEST;
        memcpy(p->digest, entry->receipt.report_digest, sizeof p->digest);
        memcpy(p->quorum, entry->receipt.quorum_id, sizeof p->quorum);
        p->changed = true;
    }
}

static void apply_opened(const struct rules_event *e)
{
    struct seen_report *p = e->report;
    struct seen_case *c = e->in_case;

    c->to_open -= c->to_open > 0;
    if (c->to_open == 0) {
        c->flags &= ~(unsigned)CASE_ASKS;
    }
    if ((p->flags & REPORT_SEEN_OPENED) == 0) {
        p->flags |= REPORT_SEEN_OPENED;
        p->changed = true;
        c->opened++;
    }
}

static void apply_checked(const struct rules_event *e)
{
    struct seen_report *p = e->report;

    if ((p->flags & (REPORT_SEEN_OPENED | REPORT_SEEN_CHECKED)) ==
        REPORT_SEEN_OPENED) {
        p->flags |= REPORT_SEEN_CHECKED;
        p->changed = true;
        e->in_case->opened -= e->in_case->opened > 0;
        e->in_case->checked++;
    }
}

static void apply_opening(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    struct seen_case *c = e->in_case;

    switch (entry->what) {
    case SAYS_ASKED:
        c->flags = (c->flags & ~(unsigned)CASE_REFUSED_FOR_GOOD) | CASE_ASKS;
        c->requests++;
        c->asked = entry->time;
        c->to_open = entry->number;
        break;
    case SAYS_REFUSED:
        (void)db_run(r->db, R_REFUSE_CONSENTS,
                     DB_VALUES(DB_BLOB(c->name, sizeof c->name),
                               DB_INT(e->by.number), DB_INT(c->requests)));
        break;
    case SAYS_REFUSED_FOR_GOOD:
        c->flags |= CASE_REFUSED_FOR_GOOD;
        c->flags &= ~(unsigned)CASE_ASKS;
        break;
    case SAYS_WITHDRAWN:
    case SAYS_EXPIRED:
        c->flags &= ~(unsigned)CASE_ASKS;
        break;
    default:
        break;
    }
}

/* A report of a case; both are there. */
static void apply_one(struct rules *r, const struct rules_event *e)
{
    if (e->entry->what == SAYS_GIVEN) {
        apply_given(r, e);
    } else if (e->entry->what == SAYS_OPENED) {
        apply_opened(e);
    } else if (e->entry->what == SAYS_CHECKED) {
        apply_checked(e);
    }
}

/* ---- Claims ----------------------------------------------------------------
 */

static void apply_claim(const struct rules_event *e)
{
    struct seen_case *c = e->in_case;

    switch (e->entry->what) {
    case SAYS_CLAIMED:
        c->flags |= CASE_SEEN_CLAIMED;
        c->holder = e->by.number;
        break;
    case SAYS_HELD:
    case SAYS_RETRACTED:
        c->holder = e->by.number;
        break;
    case SAYS_HANDED_OVER:
        c->holder = e->account.number;
        break;
    case SAYS_RELEASED:
    case SAYS_LAPSED:
    case SAYS_DROPPED:
    case SAYS_PROPOSED:
    case SAYS_DECIDED:
    case SAYS_DISMISSED:
    case SAYS_CONFIRMED:
    case SAYS_RETURNED:
    case SAYS_UPHELD:
    case SAYS_OVERTURNED:
        c->holder = 0;
        break;
    default:
        break;
    }
}

/* ---- Deciding --------------------------------------------------------------
 */

static void add_part(struct rules *r, const struct rules_event *e,
                     uint64_t account, bool in_force)
{
    (void)db_run(r->db, R_ADD_PART,
                 DB_VALUES(DB_BLOB(e->in_case->name, CASE_NAME_BYTES),
                           DB_INT(account),
                           DB_INT(in_force ? e->entry->index + 1 : 0)));
}

static void set_outcome(struct rules *r, struct seen_case *c,
                        const struct rules_entry *entry)
{
    c->outcome = entry->outcome;
    c->flags &= ~(unsigned)CASE_GRAVE;
    c->flags |= rules_is_grave(r, entry) ? CASE_GRAVE : 0;
}

/* Who had a part in it, and what came of it. */
static void apply_people(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    struct seen_case *c = e->in_case;

    switch (entry->what) {
    case SAYS_PROPOSED:
    case SAYS_DECIDED:
        c->decider = e->by.number;
        set_outcome(r, c, entry);
        c->flags &= ~(unsigned)CASE_ASKS; /* nobody asks any more */
        add_part(r, e, e->by.number, entry->what == SAYS_DECIDED);
        break;
    case SAYS_CONFIRMED:
        add_part(r, e, c->decider, true);
        add_part(r, e, e->by.number, true);
        break;
    case SAYS_RETURNED:
    case SAYS_UPHELD:
        add_part(r, e, e->by.number, false);
        break;
    case SAYS_OVERTURNED:
        set_outcome(r, c, entry);
        add_part(r, e, e->by.number, true);
        break;
    case SAYS_RETRACTED:
        c->decider = 0;
        (void)db_run(r->db, R_RETRACT_PARTS,
                     DB_VALUES(DB_BLOB(c->name, sizeof c->name)));
        break;
    case SAYS_APPEALED_ACCUSED:
        c->flags |= CASE_ACCUSED_APPEALS;
        break;
    case SAYS_APPEALED_REPORTER:
        c->flags &= ~(unsigned)CASE_ACCUSED_APPEALS;
        break;
    default:
        break;
    }
}

static void apply_decision(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    const uint64_t appeal = entry->time + r->limits.appeal;
    struct seen_case *c = e->in_case;

    apply_people(r, e);
    if (IN_KINDS(entry, SAYS(DECIDED) | SAYS(CONFIRMED))) {
        c->flags |= CASE_SEEN_DECIDED;
        c->due = appeal;
    } else if (IN_KINDS(entry,
                        SAYS(DISMISSED) | SAYS(UPHELD) | SAYS(OVERTURNED))) {
        c->flags |= CASE_SEEN_CLOSED;
        c->due = appeal;
    } else if (entry->what == SAYS_SETTLED) {
        c->flags |= CASE_SEEN_CLOSED;
    } else if (IN_KINDS(entry, SAYS(RETRACTED) | SAYS(APPEALED_ACCUSED) |
                                   SAYS(APPEALED_REPORTER) | SAYS(REINSTATED) |
                                   SAYS(PURGED))) {
        c->due = 0;
        c->flags &= ~(unsigned)CASE_TOLD_LATE;
    }
}

static void apply_hold(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    struct seen_case *c = e->in_case;

    if (entry->what == SAYS_HOLD_ASKED) {
        (void)db_run(r->db, R_ADD_HOLD,
                     DB_VALUES(DB_BLOB(c->name, sizeof c->name),
                               DB_INT(entry->until), DB_INT(e->by.number)));
    } else if (entry->what == SAYS_HOLD_ENDED) {
        c->ended++;
    } else if (entry->what == SAYS_HOLD_CONFIRMED) {
        c->held = entry->until > c->held ? entry->until : c->held;
        if (db_row(r->db, R_FIND_HOLD,
                   DB_VALUES(DB_BLOB(c->name, sizeof c->name),
                             DB_INT(entry->until), DB_INT(e->by.number)))) {
            uint64_t row = db_int(r->db, R_FIND_HOLD, 0);

            db_done(r->db, R_FIND_HOLD);
            (void)db_run(r->db, R_CONFIRM_HOLD, DB_VALUES(DB_INT(row)));
        }
    }
}

static void apply_case(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    struct seen_case *c = e->in_case;

    if (c->first == 0) {
        c->first = entry->time;
    }
    apply_claim(e);
    apply_opening(r, e);
    apply_decision(r, e);
    apply_hold(r, e);
    if (entry->what == SAYS_TAKEN_NEW) {
        c->state = CASE_WAITING;
    } else if (entry->has_change) {
        c->state = entry->to;
    }
    c->last = entry->index;
    c->last_time = entry->time;
    c->changed = true;
}

/* ---- People and keys -------------------------------------------------------
 */

static void change(struct rules *r, struct seen_person *who, unsigned state,
                   unsigned roles, uint64_t time)
{
    who->before = who->state == PERSON_ACTIVE ? who->roles : 0;
    who->state = state;
    who->roles = roles;
    who->changed = time;
    seen_person_save(r, who);
}

static void counts_until(struct rules_log_state *log,
                         const struct rules_entry *entry, uint64_t until)
{
    log->refused_from = until;
    log->refused_at = entry->index;
    log->refused_time = entry->time;
    log->refused_told = 0;
}

/* The hub's. */
static void apply_keeping(struct rules *r, const struct rules_entry *entry)
{
    struct rules_log_state *hub = &r->logs[RULES_HUB];

    if (entry->what == SAYS_EPOCH) {
        (void)db_run(r->db, R_SET_EPOCH,
                     DB_VALUES(DB_INT(entry->number), DB_INT(entry->second),
                               DB_INT(entry->destroyed)));
        if (hub->refused_from == 0) {
            counts_until(hub, entry, entry->time);
        }
    } else if (entry->what == SAYS_REFUSALS) {
        hub->refused_until = entry->until;
        counts_until(hub, entry, entry->until);
    }
}

static void apply_account(struct rules *r, struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    struct seen_person *who = &e->account;
    const struct db_value quorum = DB_BLOB(entry->quorum, sizeof entry->quorum);

    switch (entry->what) {
    case SAYS_ADDED:
    case SAYS_RESET:
        change(r, who, PERSON_INVITED, entry->roles, entry->time);
        break;
    case SAYS_ENROLLED:
        change(r, who, PERSON_ACTIVE, entry->roles, entry->time);
        break;
    case SAYS_CHANGED:
        change(r, who, who->state, entry->roles, entry->time);
        break;
    case SAYS_ENDED:
        change(r, who, PERSON_ENDED, 0, entry->time);
        (void)db_run(r->db, R_DROP_HOLDINGS, DB_VALUES(DB_INT(who->number)));
        break;
    case SAYS_HOLDER:
        (void)db_run(
            r->db, R_SET_HOLDER,
            DB_VALUES(quorum, DB_INT(entry->number), DB_INT(who->number)));
        break;
    case SAYS_HOLDER_REMOVED:
        (void)db_run(r->db, R_DROP_HOLDER,
                     DB_VALUES(quorum, DB_INT(entry->number)));
        break;
    case SAYS_QUORUM:
        (void)db_run(r->db, R_ADD_QUORUM, DB_VALUES(quorum));
        break;
    default:
        break;
    }
}

void rules_apply(struct rules *rules, struct rules_event *event)
{
    apply_account(rules, event);
    apply_keeping(rules, event->entry);
    if (event->report != NULL) {
        apply_report(event);
    }
    if (event->report != NULL && event->in_case != NULL) {
        apply_one(rules, event);
    }
    if (event->in_case != NULL && event->entry->has_case) {
        apply_case(rules, event);
    }
}
