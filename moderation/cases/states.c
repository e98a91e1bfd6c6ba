/* SPDX-License-Identifier: Apache-2.0 */
#include "states.h"

#include <string.h>

/* By state and action: the next state, and one more; 0 is none. */
#define TO(state) ((state) + 1)
#define WAITING TO(CASE_WAITING)
#define CLAIMED TO(CASE_CLAIMED)
#define ASKED TO(CASE_CONSENT_ASKED)
#define OPEN TO(CASE_OPEN)
#define REVIEW TO(CASE_IN_REVIEW)
#define DECIDED TO(CASE_DECIDED)
#define APPEALED TO(CASE_APPEALED)
#define CLOSED TO(CASE_CLOSED)
#define PURGED TO(CASE_PURGED)

static const unsigned char table[CASE_STATES][CASE_ACTIONS] = {
    [CASE_WAITING] = {[CASE_TAKE] = WAITING,
                      [CASE_CLAIM] = CLAIMED,
                      [CASE_DISMISS] = CLOSED},
    [CASE_CLAIMED] = {[CASE_TAKE] = CLAIMED,
                      [CASE_KEEP] = CLAIMED,
                      [CASE_RELEASE] = WAITING,
                      [CASE_ASK] = ASKED,
                      [CASE_LOOK] = CLAIMED,
                      [CASE_NOTE] = CLAIMED,
                      [CASE_DISMISS] = CLOSED},
    [CASE_CONSENT_ASKED] = {[CASE_TAKE] = ASKED,
                            [CASE_CLAIM] = ASKED,
                            [CASE_KEEP] = ASKED,
                            [CASE_RELEASE] = ASKED,
                            [CASE_WITHDRAW] = CLAIMED,
                            [CASE_EXPIRE] = WAITING,
                            [CASE_CONSENT] = ASKED,
                            [CASE_UNSEAL] = OPEN,
                            [CASE_LOOK] = ASKED,
                            [CASE_NOTE] = ASKED},
    [CASE_OPEN] = {[CASE_TAKE] = OPEN,
                   [CASE_CLAIM] = OPEN,
                   [CASE_KEEP] = OPEN,
                   [CASE_RELEASE] = OPEN,
                   [CASE_ASK] = OPEN,
                   [CASE_WITHDRAW] = OPEN,
                   [CASE_EXPIRE] = OPEN,
                   [CASE_CONSENT] = OPEN,
                   [CASE_UNSEAL] = OPEN,
                   [CASE_LOOK] = OPEN,
                   [CASE_NOTE] = OPEN,
                   [CASE_DECIDE] = DECIDED,
                   [CASE_PROPOSE] = REVIEW},
    [CASE_IN_REVIEW] = {[CASE_CLAIM] = REVIEW,
                        [CASE_KEEP] = REVIEW,
                        [CASE_RELEASE] = REVIEW,
                        [CASE_LOOK] = REVIEW,
                        [CASE_NOTE] = REVIEW,
                        [CASE_CONFIRM] = DECIDED,
                        [CASE_RETURN] = OPEN},
    [CASE_DECIDED] = {[CASE_NOTE] = DECIDED,
                      [CASE_RETRACT] = OPEN,
                      [CASE_SETTLE] = CLOSED,
                      [CASE_APPEAL] = APPEALED},
    [CASE_APPEALED] = {[CASE_CLAIM] = APPEALED,
                       [CASE_KEEP] = APPEALED,
                       [CASE_RELEASE] = APPEALED,
                       [CASE_LOOK] = APPEALED,
                       [CASE_NOTE] = APPEALED,
                       [CASE_PROPOSE] = REVIEW,
                       [CASE_ANSWER] = CLOSED},
    [CASE_CLOSED] = {[CASE_LOOK] = CLOSED, /* a second look */
                     [CASE_NOTE] = CLOSED,
                     [CASE_APPEAL] = APPEALED,
                     [CASE_REINSTATE] = WAITING,
                     [CASE_PURGE] = PURGED},
};

static const char *const states[CASE_STATES] = {
    "waiting", "claimed",  "consent_asked", "open",   "in_review",
    "decided", "appealed", "closed",        "purged",
};

static const char *const actions[CASE_ACTIONS] = {
    "take",    "claim",   "keep",      "release", "ask",    "withdraw",
    "expire",  "consent", "unseal",    "look",    "note",   "decide",
    "propose", "confirm", "return",    "retract", "settle", "appeal",
    "answer",  "dismiss", "reinstate", "purge",
};

bool case_next(enum case_state *next, enum case_state state,
               enum case_action action)
{
    unsigned to = table[state][action];

    if (to == 0) {
        return false;
    }
    *next = (enum case_state)(to - 1);
    return true;
}

const char *case_state_text(enum case_state state)
{
    return states[state];
}

const char *case_action_text(enum case_action action)
{
    return actions[action];
}

bool case_state_named(enum case_state *out, const char *text)
{
    for (unsigned i = 0; i < CASE_STATES; i++) {
        if (strcmp(states[i], text) == 0) {
            *out = (enum case_state)i;
            return true;
        }
    }
    return false;
}
