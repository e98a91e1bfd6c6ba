/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of a case, and which action leads where: one table, and nothing
 * else does. Who may act is asked elsewhere (people, claims); here stands what
 * can happen to a case at all.
 */
#ifndef MODERATION_CASES_STATES_H
#define MODERATION_CASES_STATES_H

#include <stdbool.h>

/* Kept in the database by number. */
enum case_state {
    CASE_WAITING = 0,       /* nobody works on it */
    CASE_CLAIMED = 1,       /* somebody does, from metadata alone */
    CASE_CONSENT_ASKED = 2, /* the quorum is asked to open it */
    CASE_OPEN = 3,          /* one of its reports at least was opened */
    CASE_IN_REVIEW = 4,     /* a grave decision waits for a second person */
    CASE_DECIDED = 5,       /* in force; can be taken back for a while */
    CASE_APPEALED = 6,      /* a third person is to look */
    CASE_CLOSED = 7, /* nothing is to be done but to wait for its purge */
    CASE_PURGED = 8, /* nothing is known of it any more */
    CASE_STATES
};

enum case_action {
    CASE_TAKE,      /* another report falls into it */
    CASE_CLAIM,     /* somebody begins to work on it */
    CASE_KEEP,      /* he goes on: extend, hold, hand over */
    CASE_RELEASE,   /* he stops, or his time is over */
    CASE_ASK,       /* ask the quorum to open reports */
    CASE_WITHDRAW,  /* no longer: withdrawn, or in vain */
    CASE_EXPIRE,    /* the same, while nobody works on the case */
    CASE_CONSENT,   /* a holder agrees, or refuses */
    CASE_UNSEAL,    /* k consents are there: a report is opened */
    CASE_LOOK,      /* content or reporter is shown */
    CASE_NOTE,      /* an internal note */
    CASE_DECIDE,    /* an outcome that takes effect */
    CASE_PROPOSE,   /* a grave one, that needs a second person */
    CASE_CONFIRM,   /* he agrees */
    CASE_RETURN,    /* he does not: back to work */
    CASE_RETRACT,   /* whoever decided takes it back, in time */
    CASE_SETTLE,    /* that time is over */
    CASE_APPEAL,    /* the accused, or the reporter, does not agree */
    CASE_ANSWER,    /* the third person's word; the last */
    CASE_DISMISS,   /* closed unopened: a flood */
    CASE_REINSTATE, /* that is undone */
    CASE_PURGE,     /* it is forgotten */
    CASE_ACTIONS
};

/* Whether an action is possible in a state; *next is the state it leads to,
 * which may be the same. */
bool case_next(enum case_state *next, enum case_state state,
               enum case_action action);

/* "consent_asked", "propose"; static text. */
const char *case_state_text(enum case_state state);
const char *case_action_text(enum case_action action);
/* false: there is no such state. */
bool case_state_named(enum case_state *out, const char *text);

#endif
