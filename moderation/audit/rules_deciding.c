/* SPDX-License-Identifier: Apache-2.0 */
/* Who decided what, in which order, and who looked at it again. */
#include "rules_inside.h"

#include <string.h>

/* ---- checked-before-decision -----------------------------------------------
 */

void rule_checked_before_decision(struct rules *r, const struct rules_event *e)
{
    const unsigned both = REPORT_SEEN_OPENED | REPORT_SEEN_CHECKED;
    const struct seen_case *c = e->in_case;

    if (e->entry->what == SAYS_CHECKED) {
        if ((e->report->flags & both) != REPORT_SEEN_OPENED) {
            rules_find(r, RULE_CHECKED_BEFORE_DECISION, e,
                       "A check of a report that was not opened just before.");
        }
    } else if (c->opened > 0) {
        rules_find(r, RULE_CHECKED_BEFORE_DECISION, e,
                   "Decided while %llu of the opened reports had not been "
                   "checked.",
                   (unsigned long long)c->opened);
    } else if (c->checked == 0) {
        rules_find(r, RULE_CHECKED_BEFORE_DECISION, e,
                   "Decided, and none of its reports was opened and checked.");
    }
}

/* ---- second-reviewer -------------------------------------------------------
 */

bool rules_is_grave(const struct rules *r, const struct rules_entry *entry)
{
    const struct book_policy *policy =
        r->settings->book != NULL
            ? book_policy(r->settings->book, entry->policy)
            : NULL;

    return entry->grave || (r->limits.grave >> entry->outcome & 1) != 0 ||
           (r->settings->book != NULL &&
            book_is_grave(r->settings->book, policy, entry->outcome));
}

/* Than what is in force. */
static bool is_worse(const struct rules *r, const struct rules_event *e)
{
    const struct seen_case *c = e->in_case;

    return e->entry->outcome > c->outcome ||
           ((c->flags & CASE_GRAVE) == 0 && rules_is_grave(r, e->entry));
}

static bool accused_appeals(const struct rules_event *e)
{
    return e->in_case->state == CASE_APPEALED &&
           (e->in_case->flags & CASE_ACCUSED_APPEALS) != 0;
}

/* On appeal a second person is needed where it gets worse, and grave; of the
 * accused's see appeal-elsewhere. */
void rule_second_reviewer(struct rules *r, const struct rules_event *e)
{
    if (e->entry->what != SAYS_PROPOSED && rules_is_grave(r, e->entry) &&
        (e->entry->what == SAYS_DECIDED ||
         (is_worse(r, e) && !accused_appeals(e)))) {
        rules_find(r, RULE_SECOND_REVIEWER, e,
                   "\"%s\" took effect at once, by one person.",
                   outcome_text(e->entry->outcome));
    }
}

/* ---- own-review, appeal-elsewhere ------------------------------------------
 */

static void check_hold(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    uint64_t asker = 0;
    bool there =
        db_row(r->db, R_FIND_HOLD,
               DB_VALUES(DB_BLOB(entry->in_case, sizeof entry->in_case),
                         DB_INT(entry->until), DB_INT(e->by.number)));

    if (there) {
        asker = db_int(r->db, R_FIND_HOLD, 1);
        db_done(r->db, R_FIND_HOLD);
    }
    if (!there) {
        rules_find(r, RULE_OWN_REVIEW, e,
                   "A legal hold was confirmed that nobody had ordered.");
    } else if (asker == e->by.number) {
        rules_find(r, RULE_OWN_REVIEW, e,
                   "Whoever ordered the legal hold confirmed it himself.");
    }
}

void rule_own_review(struct rules *r, const struct rules_event *e)
{
    enum rules_what what = e->entry->what;

    if (what == SAYS_HOLD_CONFIRMED) {
        check_hold(r, e);
    } else if (what == SAYS_SECOND_LOOK) {
        if (seen_part(r, e->in_case, e->by.number, false)) {
            rules_find(r, RULE_OWN_REVIEW, e,
                       "A second look by somebody who had a part in the "
                       "decision.");
        }
    } else if (e->in_case->decider == e->by.number && e->by.number != 0) {
        rules_find(r, RULE_OWN_REVIEW, e,
                   "Whoever decided reviewed it himself.");
    }
}

/* On appeal whoever had any part; in what came of an appeal, who had one in
 * what was in force before. */
void rule_appeal_elsewhere(struct rules *r, const struct rules_event *e)
{
    const struct seen_case *c = e->in_case;
    bool answers = c->state == CASE_APPEALED;

    if (seen_part(r, c, e->by.number, !answers)) {
        rules_find(r, RULE_APPEAL_ELSEWHERE, e,
                   "The appeal was answered by somebody who had a part in the "
                   "decision.");
    } else if (IN_KINDS(e->entry, SAYS(PROPOSED) | SAYS(OVERTURNED)) &&
               accused_appeals(e) && is_worse(r, e)) {
        rules_find(r, RULE_APPEAL_ELSEWHERE, e,
                   "The accused's appeal made it worse: \"%s\" in place of "
                   "\"%s\".",
                   outcome_text(e->entry->outcome),
                   outcome_text((enum outcome)(c->outcome % OUTCOME_COUNT)));
    }
}

/* ---- case-chain ------------------------------------------------------------
 */

void rule_case_chain(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    const struct seen_case *c = e->in_case;
    unsigned long long last = c->last;

    if (c->is_new) {
        if (entry->has_previous) {
            rules_find(r, RULE_CASE_CHAIN, e,
                       "It names entry %llu of the case before it, and there "
                       "is none.",
                       (unsigned long long)entry->previous);
        }
    } else if (!entry->has_previous) {
        rules_find(r, RULE_CASE_CHAIN, e,
                   "It does not name the entry of the case before it, %llu.",
                   last);
    } else if (entry->previous != c->last) {
        rules_find(r, RULE_CASE_CHAIN, e,
                   "It names entry %llu as that of the case before it, which "
                   "is %llu.",
                   (unsigned long long)entry->previous, last);
    }
}

/* ---- state-order -----------------------------------------------------------
 */

/* Whether one of the steps that an entry can be leads from a state to another.
 */
static bool leads(uint32_t steps, enum case_state from, enum case_state to)
{
    for (unsigned action = 0; action < CASE_ACTIONS; action++) {
        enum case_state next;

        if ((steps >> action & 1) != 0 &&
            case_next(&next, from, (enum case_action)action) && next == to) {
            return true;
        }
    }
    return false;
}

void rule_state_order(struct rules *r, const struct rules_event *e)
{
    const struct rules_entry *entry = e->entry;
    const struct rules_kind *kind = &rules_kinds[entry->what];
    const struct seen_case *c = e->in_case;
    enum case_state to = entry->has_change ? entry->to : c->state;

    if (entry->what == SAYS_TAKEN_NEW) {
        if (!c->is_new) {
            rules_find(r, RULE_STATE_ORDER, e, "There is such a case already.");
        }
    } else if (c->is_new) {
        rules_find(r, RULE_STATE_ORDER, e,
                   "There is no such case: no report came for it.");
    } else if (entry->has_change && entry->from != c->state) {
        rules_find(r, RULE_STATE_ORDER, e,
                   "The entry says that the case was \"%s\", but the log had "
                   "left it \"%s\".",
                   case_state_text(entry->from), case_state_text(c->state));
    } else if (kind->steps != 0 && !leads(kind->steps, c->state, to)) {
        rules_find(r, RULE_STATE_ORDER, e,
                   "This cannot happen to a case that is \"%s\", or does not "
                   "leave it \"%s\".",
                   case_state_text(c->state), case_state_text(to));
    } else if (kind->steps == 0 && c->state == CASE_PURGED) {
        rules_find(r, RULE_STATE_ORDER, e, "The case was purged.");
    }
}

/* ---- claim-held ------------------------------------------------------------
 */

static const char *claim_broken(const struct rules_event *e)
{
    const struct seen_case *c = e->in_case;
    uint64_t by = e->by.number;

    switch (e->entry->what) {
    case SAYS_CLAIMED:
        return c->holder != 0 ? "The case was claimed while somebody held it."
                              : NULL;
    case SAYS_RELEASED:
        return c->holder == 0 ||
                       (c->holder != by && (e->by.roles & ROLE_LEAD) == 0)
                   ? "The case was released by somebody who did not hold it."
                   : NULL;
    case SAYS_LAPSED:
    case SAYS_DROPPED:
        return c->holder == 0 ? "A claim ended that nobody had." : NULL;
    case SAYS_DISMISSED:
        return c->holder != 0
                   ? "The case was dismissed while somebody worked on it."
                   : NULL;
    case SAYS_RETRACTED:
        return c->decider != by
                   ? "The decision was taken back by somebody else."
                   : NULL;
    default:
        return rules_kinds[e->entry->what].claims && c->holder != by
                   ? "Done by somebody who had not claimed the case."
                   : NULL;
    }
}

void rule_claim_held(struct rules *r, const struct rules_event *e)
{
    const char *broken = e->in_case->is_new ? NULL : claim_broken(e);

    if (broken != NULL) {
        rules_find(r, RULE_CLAIM_HELD, e, "%s", broken);
    }
}
