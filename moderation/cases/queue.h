/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is waiting, and a case as it stands: reading alone, from metadata. A
 * reader of the database is enough. Text points into the row and lasts until
 * the visit is over.
 */
#ifndef MODERATION_CASES_QUEUE_H
#define MODERATION_CASES_QUEUE_H

#include "asking.h"
#include "deciding.h"

enum queue_claim { QUEUE_ANY, QUEUE_UNCLAIMED, QUEUE_CLAIMED, QUEUE_MINE };

/* Members that are NULL, 0 or ANY choose nothing. */
struct queue_filter {
    const char *queue;
    struct frank_span sender; /* the whole URI */
    struct frank_span room;
    bool has_state;
    enum case_state state; /* without: all that is still to be worked on */
    enum queue_claim claim;
    uint64_t reasons; /* bits of places in the list of reasons: any of them */
    uint64_t priority_min;
    uint64_t reporters_min;
    uint64_t messages_min;
    uint64_t first_from; /* when the first report came in: from <= t < to */
    uint64_t first_to;
    bool first_contact;
    const uint64_t *numbers; /* these cases alone, in rising order */
    size_t number_count;     /* 0: any */
};

/* Where the last page ended; zeros: at the beginning. */
struct queue_cursor {
    uint64_t rank;
    uint64_t number;
};

struct queue_case {
    uint64_t number;
    struct frank_span queue;
    enum case_state state;
    struct queue_cursor cursor;
    uint64_t priority;
    uint64_t first;
    uint64_t last;
    uint64_t reports;
    uint64_t copies;
    uint64_t messages;
    uint64_t reporters;
    bool first_contact;
    uint64_t reasons;
    uint64_t reason;
    uint64_t claimant; /* 0: nobody */
    struct frank_span claimant_name;
    uint64_t claimed_until;
    bool held;
    struct frank_span sender;
    struct frank_span room;
    bool withheld; /* something is, in what was opened */
};

/* Calls visit() for the cases behind the cursor that the actor may see, the
 * gravest and oldest first (with sender, room or another state: the newest
 * first), until it gives false. A filter without an index looks at no more than
 * `most` cases: *cut tells that there may be others behind *end. */
typedef bool queue_visit(void *context, const struct queue_case *item);
void queue_list(struct db *db, const struct actor *who,
                const struct queue_filter *filter,
                const struct queue_cursor *after, size_t most,
                queue_visit *visit, void *context, bool *cut,
                struct queue_cursor *end, uint64_t now);

/* One case. false: there is none, or not for him. */
bool queue_case(struct db *db, const struct actor *who, uint64_t number,
                queue_visit *visit, void *context, uint64_t now);

/* ---- What belongs to a case -------------------------------------------------
 */

struct queue_report {
    uint64_t number;
    struct frank_span id;
    uint64_t received;
    uint64_t created;
    uint64_t reporter; /* enum report_reporter_kind */
    uint64_t source;
    uint64_t reason;
    uint64_t priority;
    uint64_t messages;
    uint64_t first_sent;
    uint64_t last_sent;
    uint64_t copy_of; /* 0: of none */
    struct frank_span quorum;
    bool verdict_holds;
    bool is_open;
    uint64_t opened;
    uint64_t disclosed;
    uint64_t withheld;
    uint64_t parts_withheld;
    uint64_t not_proven;
    bool named;
    struct frank_span log_name;
    bool is_unreadable; /* opened, and its body cannot be read */
};
typedef bool queue_report_visit(void *context, const struct queue_report *item);
void queue_reports(struct db *db, uint64_t number, uint64_t after,
                   queue_report_visit *visit, void *context);

/* Rows of the other kinds as they are shown: a line of columns. Text is
 * untrusted. */
struct queue_line {
    uint64_t number;
    uint64_t time;
    uint64_t account; /* 0: the service */
    struct frank_span name;
    struct frank_span type; /* of the entry; empty for notes */
    struct frank_span text; /* the note, or the entry's members as JSON */
};
typedef bool queue_line_visit(void *context, const struct queue_line *item);
void queue_timeline(struct db *db, uint64_t number, queue_line_visit *visit,
                    void *context);
void queue_notes(struct db *db, uint64_t number, queue_line_visit *visit,
                 void *context);

struct queue_decision {
    uint64_t number;
    struct frank_span id;
    uint64_t in_case;
    uint64_t account;
    struct frank_span name;
    uint64_t made;
    enum decision_state state;
    bool is_appeal;
    uint64_t book;
    struct frank_span policy;
    enum outcome outcome;
    bool grave;
    bool withheld_seen;
    struct frank_span explanation;
    uint64_t reviewer;
    struct frank_span reviewer_name;
    struct frank_span review;
    uint64_t in_force;        /* 0: not */
    uint64_t released;        /* 0: not */
    struct frank_span sender; /* of the case */
};
typedef bool queue_decision_visit(void *context,
                                  const struct queue_decision *item);
void queue_decisions(struct db *db, uint64_t number,
                     queue_decision_visit *visit, void *context);
/* By the id that the platform knows. */
bool queue_decision_by_id(struct db *db, const uint8_t id[static CASE_ID_BYTES],
                          queue_decision_visit *visit, void *context);

struct queue_request {
    uint64_t number;
    uint64_t in_case;
    struct frank_span queue;
    uint64_t asker;
    struct frank_span asker_name;
    struct frank_span why;
    uint64_t asked;
    uint64_t until;
    enum request_state state;
    uint64_t reason;
    uint64_t priority;
    uint64_t reporters;
    uint64_t reports; /* that are asked for */
    uint64_t refusals;
};
typedef bool queue_request_visit(void *context,
                                 const struct queue_request *item);
/* Those that wait; number 0: of all cases. */
void queue_requests(struct db *db, uint64_t number, queue_request_visit *visit,
                    void *context, uint64_t now);

struct queue_requested {
    uint64_t report;
    struct frank_span quorum;
    struct frank_span digest;
    bool is_open;
    uint64_t consents;
    bool mine; /* this account agreed */
};
typedef bool queue_requested_visit(void *context,
                                   const struct queue_requested *item);
void queue_requested(struct db *db, uint64_t request, const struct actor *who,
                     queue_requested_visit *visit, void *context);

struct queue_appeal {
    uint64_t number;
    uint64_t decision;
    uint64_t received;
    bool by_reporter;
    struct frank_span text;
    uint64_t answered; /* 0: not */
    struct frank_span name;
    bool upheld;
    struct frank_span answer;
};
typedef bool queue_appeal_visit(void *context, const struct queue_appeal *item);
void queue_appeals(struct db *db, uint64_t number, queue_appeal_visit *visit,
                   void *context);

/* What is known of a sender, and of whoever made the reports of a case, from
 * metadata alone. */
struct queue_history {
    uint64_t cases;    /* others of the sender */
    uint64_t decided;  /* of them, decided */
    uint64_t acted_on; /* of them, with another outcome than no_action */
    uint64_t rooms;
    uint64_t reporter_reports; /* by the named reporters of this case, in all */
    uint64_t reporter_acted_on;
    bool more; /* these are of the newest cases alone, and of so many reports */
};
/* A sender of more cases is told from the newest of them. */
#define QUEUE_HISTORY_MAX UINT64_C(1000)
void queue_history(struct queue_history *out, struct db *db, uint64_t number);

#endif
