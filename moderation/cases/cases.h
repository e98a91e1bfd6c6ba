/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the moderation side keeps and does: the narrow interface behind which
 * its database stands. Each function that changes something runs within a
 * transaction of the writer's (writer.h), checks everything before it changes
 * anything, and appends the log's entry of what it did; what it refuses leaves
 * no trace. The time is an argument, in milliseconds since 1970.
 *
 *   states      which action leads where
 *   arrivals    reports of the hub's feed, and the cases they fall into
 *   claims      who works on a case
 *   asking      what the quorum is asked for, its consents, what was opened
 *   deciding    outcomes, second person, appeals, notes
 *   looks       who is shown what, blind second looks
 *   floods      many cases closed in one step, and that undone
 *   retention   what ends by itself: claims, requests, holds, cases
 *   traces      what names a case outside of its rows
 *   queue       what is waiting; a case as it stands
 *   lanes       what waits in some queues, as one list
 *   accounts    people, their sessions, who holds a share
 *   outbox      what the hub and the platform are to be told
 *   tally       statistics
 */
#ifndef MODERATION_CASES_CASES_H
#define MODERATION_CASES_CASES_H

#include "ledger.h"
#include "states.h"

#define CASE_NAME_BYTES 16
#define CASE_ID_BYTES 16
#define PSEUDONYM_TEXT_BYTES 17 /* 16 digits and a zero */

/* What the team has set. Times in milliseconds. */
struct cases_rules {
    uint64_t claim;         /* a claim lasts so long, and each extension */
    uint64_t hold_max;      /* at most, on a case that is held */
    uint64_t request;       /* a consent request */
    uint64_t retract;       /* a decision can be taken back so long */
    uint64_t appeal;        /* and appealed so long; then it is purged */
    uint64_t statement;     /* the accused is told so long after */
    uint64_t flood_undo;    /* a flood can be undone so long */
    uint64_t priority_each; /* each point of priority is as if it had waited
                               so much longer */
    uint64_t legal_hold_max;
    uint32_t second_look_ppm; /* of closed cases, in a million */
};

struct cases {
    struct ledger *ledger; /* the writer's */
    const struct cases_rules *rules;
    const uint8_t *secret; /* 32 bytes: kept keys, names of reporters (kept.h);
                              in guarded memory */
};

/* ---- Who ----------------------------------------------------------------- */

enum role {
    ROLE_REVIEWER = 1 << 0,
    ROLE_LEAD = 1 << 1,
    ROLE_ADMIN = 1 << 2,  /* accounts and settings, no content */
    ROLE_AUDITOR = 1 << 3 /* log and statistics, no content */
};
#define ROLES_CONTENT (ROLE_REVIEWER | ROLE_LEAD)

#define ACTOR_QUEUES_BYTES 4096

/* Whoever acts. number 0: the service itself. */
struct actor {
    uint64_t number;
    unsigned roles;
    char name[65];
    char shown[129];
    char pseudonym[PSEUDONYM_TEXT_BYTES];
    bool all_queues;
    char queues[ACTOR_QUEUES_BYTES]; /* ids, each between line feeds: "\na\nb\n"
                                      */
};

extern const struct actor actor_service;

bool actor_has_queue(const struct actor *actor, const char *queue);

/* ---- What came of it ----------------------------------------------------- */

enum outcome_class {
    CASES_DONE = 0,
    CASES_UNKNOWN,   /* there is no such thing, or not for him */
    CASES_FORBIDDEN, /* not for him to do */
    CASES_CONFLICT,  /* not now: its state, or somebody else */
    CASES_INVALID    /* what he says is not as it must be */
};

/* name: of the problem ("claimed-by-other"); text: a sentence for a person;
 * both static. */
struct cases_answer {
    enum outcome_class what;
    const char *name;
    const char *text;
};

#define CASES_OK ((struct cases_answer){CASES_DONE, "", ""})

static inline struct cases_answer cases_unknown(void)
{
    return (struct cases_answer){CASES_UNKNOWN, "not-found",
                                 "There is no such thing"};
}

static inline struct cases_answer cases_forbidden(const char *name,
                                                  const char *text)
{
    return (struct cases_answer){CASES_FORBIDDEN, name, text};
}

static inline struct cases_answer cases_conflict(const char *name,
                                                 const char *text)
{
    return (struct cases_answer){CASES_CONFLICT, name, text};
}

static inline struct cases_answer cases_invalid(const char *name,
                                                const char *text)
{
    return (struct cases_answer){CASES_INVALID, name, text};
}

/* ---- A case -------------------------------------------------------------- */

#define QUEUE_ID_MAX 64
/* What a moderator writes: reasons, notes. */
#define CASES_TEXT_MAX ((size_t)8192)

/* The columns of a case that decide what can be done with it. */
struct case_row {
    uint64_t number;
    uint8_t name[CASE_NAME_BYTES];
    char queue[QUEUE_ID_MAX + 1];
    enum case_state state;
    uint64_t first;
    uint64_t priority;
    uint64_t claimant; /* 0: nobody */
    uint64_t claimed_until;
    bool held;
    uint64_t decider;
    uint64_t reviewer;
    uint64_t decision;
    uint64_t due; /* UINT64_MAX: nothing is */
    uint64_t flood;
    uint64_t withheld; /* messages */
};

/* Reads a case that the actor may see; a claim that is over is none. UNKNOWN.
 */
struct cases_answer case_find(struct case_row *out, struct db *db,
                              const struct actor *who, uint64_t number,
                              uint64_t now);

/* The same, for an action that only its claimant may do in its state.
 * CONFLICT. */
struct cases_answer case_find_mine(struct case_row *out, struct db *db,
                                   const struct actor *who, uint64_t number,
                                   enum case_action action, uint64_t now);

struct cases_answer case_can(const struct case_row *row,
                             enum case_action action);

/* ---- Its entries ----------------------------------------------------------
 */

/* An entry of the log about a case, with its line in the case's own history.
 * rest: further members, ",\"reports\":3", or "". from and to are written where
 * they differ: each change of state has exactly one entry that says so. Each
 * but the first names the case's entry before it by its number in the log,
 * ",\"previous\":7". */
struct case_entry {
    const char *type; /* of docs/PROTOCOL.md: "case_claimed" */
    const char *action;
    const char *rest;
    enum case_state from;
    enum case_state to;
};
void case_log(struct cases *cases, struct db *db, const struct actor *who,
              const struct case_row *row, const struct case_entry *entry,
              uint64_t now);

/* Does what the table says of an action, and logs it; row->state is the new
 * one. The state must allow it (case_can()). */
void case_step(struct cases *cases, struct db *db, const struct actor *who,
               struct case_row *row, enum case_action action, const char *type,
               const char *what, const char *rest, uint64_t now);

/* One case more or less of a queue is in a state; for those that do not take
 * case_step(). */
void cases_stand(struct db *db, const char *queue, enum case_state state,
                 bool more);

/* An entry about no case: `rest` as above. */
void cases_log(struct cases *cases, struct db *db, const struct actor *who,
               const char *type, const char *rest, uint64_t now);

/* ---- Columns --------------------------------------------------------------
 */

/* Copies bytes that have this length; else out is zeros. */
void cases_copy(uint8_t *out, size_t len, struct frank_span from);

/* ---- Text -----------------------------------------------------------------
 */

/* Whether a text that a moderator wrote is 1..max bytes of UTF-8 and more than
 * white space, without control characters but line feeds and tabs. */
bool cases_text_is_good(const char *text, size_t max);

/* Whether he says why, in at most CASES_TEXT_MAX bytes. INVALID "why". */
struct cases_answer cases_reason(const char *why);

#endif
