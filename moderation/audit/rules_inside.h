/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the rules: what was seen, how a rule looks at an entry. */
#ifndef MODERATION_AUDIT_RULES_INSIDE_H
#define MODERATION_AUDIT_RULES_INSIDE_H

#include "db.h"
#include "rules.h"

/* ---- What was seen --------------------------------------------------------
 */

/* Of a report; flags. Never changed: they stand in databases of auditors. */
enum {
    REPORT_SEEN_RECEIVED = 1 << 0,
    REPORT_SEEN_HUB_TAKEN = 1 << 1,
    REPORT_SEEN_HUB_PURGED = 1 << 2,
    REPORT_SEEN_TAKEN = 1 << 3,
    REPORT_SEEN_OPENED = 1 << 4,
    REPORT_SEEN_CHECKED = 1 << 5,
    REPORT_SEEN_PURGED = 1 << 6,
    REPORT_HAS_DIGEST = 1 << 7,
    /* what was found already, and is not told again */
    REPORT_TOLD_LATE = 1 << 8,
    REPORT_TOLD_UNKNOWN = 1 << 9,
    REPORT_TOLD_HUB_LATE = 1 << 10
};

struct seen_report {
    bool is_new;
    bool changed;
    unsigned flags;
    uint8_t name[FRANK_DIGEST_BYTES];
    uint64_t received; /* time and index of the hub's entry */
    uint64_t received_at;
    uint64_t hub_taken;
    uint64_t taken;
    uint64_t taken_at;
    uint8_t in_case[CASE_NAME_BYTES];
    uint8_t digest[FRANK_DIGEST_BYTES]; /* of the first good receipt */
    uint8_t quorum[FRANK_QUORUM_ID_BYTES];
};

/* Of a case; flags, as above. */
enum {
    CASE_SEEN_CLAIMED = 1 << 0,
    CASE_SEEN_DECIDED = 1 << 1,
    CASE_SEEN_CLOSED = 1 << 2,
    CASE_ASKS = 1 << 3, /* a request waits */
    CASE_REFUSED_FOR_GOOD = 1 << 4,
    CASE_TOLD_LATE = 1 << 5,
    CASE_ACCUSED_APPEALS = 1 << 6, /* the last appeal was the accused's */
    CASE_GRAVE = 1 << 7            /* what is proposed or in force is */
};

struct seen_case {
    bool is_new;
    bool changed;
    unsigned flags;
    uint8_t name[CASE_NAME_BYTES];
    enum case_state state;
    uint64_t first;    /* time of its first entry */
    uint64_t holder;   /* account; 0: nobody */
    uint64_t decider;  /* the same */
    uint64_t outcome;  /* proposed, or in force */
    uint64_t due;      /* from when on it is to be purged; 0: not yet */
    uint64_t held;     /* until when it was held by law, at most */
    uint64_t ended;    /* holds that were ended */
    uint64_t requests; /* the quorum was asked so often */
    uint64_t asked;    /* time of the last request */
    uint64_t to_open;  /* reports that it is still about */
    uint64_t reports;
    uint64_t purged;  /* of these */
    uint64_t opened;  /* reports that are open and were not checked */
    uint64_t checked; /* and those that were */
    uint64_t last;    /* index of its last entry, and its time */
    uint64_t last_time;
};

enum { PERSON_UNKNOWN, PERSON_INVITED, PERSON_ACTIVE, PERSON_ENDED };

struct seen_person {
    uint64_t number; /* 0: the service */
    unsigned state;
    unsigned roles;
    unsigned before;  /* roles until then */
    uint64_t changed; /* when state or roles did */
};

struct seen_consent {
    uint64_t account;
    uint64_t request; /* of the case, by number */
    bool good;
    bool refused;
};

/* ---- At work --------------------------------------------------------------
 */

/* An entry with what was seen before it. by is the service where nobody is
 * named; in_case and report may be NULL. The case of an entry that names a
 * report alone is that of the report. */
struct rules_event {
    const struct rules_entry *entry;
    struct seen_person by;
    struct seen_person account; /* MEMBER_ACCOUNT, MEMBER_HANDED_TO */
    struct seen_case *in_case;
    struct seen_report *report;
};

struct rules_log_state {
    uint64_t next;
    uint64_t newest; /* time */
    uint64_t from;   /* in this run */
    uint64_t first_time;
    /* The hub's counts of refusals: until when they go, the entry that says
     * so, its time; whether it was told that they ended. Before the first one
     * that is the first key epoch, with which they begin. */
    uint64_t refused_until; /* 0: there is none yet */
    uint64_t refused_from;  /* nothing is counted from then on */
    uint64_t refused_at;
    uint64_t refused_time;
    uint64_t refused_told;
};

struct rules_pool;

struct rules {
    const struct rules_settings *settings;
    struct rules_limits limits;
    struct db *db;
    struct rules_pool *pool;
    char *path;    /* the database's, while it is another's; NULL */
    bool is_fresh; /* nothing to go back to: it may be committed in between */
    char trouble[RULES_TROUBLE_BYTES];
    uint64_t fed[RULES_LOGS]; /* entries, of which some may be on their way */
    struct rules_log_state logs[RULES_LOGS];
    uint64_t *looked; /* by rule */
    uint64_t *found;
    uint64_t total;
    uint64_t receipts;
    uint64_t before; /* number of the last finding of earlier runs */
    uint64_t entries;
    uint64_t day; /* of the counts below */
    uint64_t counts[NUMBER_COUNT];
    uint64_t spans[SPAN_COUNT][RULES_BUCKETS];
};

/* A rule looks at an entry of the kinds in `kinds`, before what follows from
 * it is put down. */
struct rules_rule {
    const char *name;
    const char *sentence;
    uint64_t kinds; /* bits of enum rules_what; 0: see rules_keeping.c */
    void (*look)(struct rules *rules, const struct rules_event *event);
};

enum rules_name {
    RULE_TAKEN_OVER_IN_TIME,
    RULE_KNOWN_REPORT,
    RULE_OPENED_BY_QUORUM,
    RULE_OPENED_WHEN_ASKED,
    RULE_CONSENT_REFUSED,
    RULE_CONSENT_FRESH,
    RULE_CONSENT_BY_HOLDER,
    RULE_CHECKED_BEFORE_DECISION,
    RULE_SECOND_REVIEWER,
    RULE_OWN_REVIEW,
    RULE_APPEAL_ELSEWHERE,
    RULE_PURGED_IN_TIME,
    RULE_NOT_PURGED_EARLY,
    RULE_PURGED_WHOLE,
    RULE_CASE_CHAIN,
    RULE_STATE_ORDER,
    RULE_CLAIM_HELD,
    RULE_LOOK_WHEN_OPEN,
    RULE_NOTICE_TRUE,
    RULE_KNOWN_PEOPLE,
    RULE_QUORUM_KEY,
    RULE_KEY_EPOCHS,
    RULE_REFUSALS_PLAUSIBLE,
    RULE_TIME_ORDER,
    RULE_KNOWN_FORMAT,
    RULE_COUNT
};
extern const struct rules_rule rules_table[RULE_COUNT];

#define SAYS(what) (UINT64_C(1) << (SAYS_##what))
#define IN_KINDS(entry, kinds) (((kinds) >> (entry)->what & 1) != 0)

/* A finding about this entry. */
void rules_find(struct rules *rules, enum rules_name rule,
                const struct rules_event *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* About another: its log, index and time; NULL where it is of no case or no
 * report. */
struct rules_place {
    enum rules_log log;
    uint64_t index;
    uint64_t time;
    const uint8_t *in_case;
    const uint8_t *report;
};
void rules_find_at(struct rules *rules, enum rules_name rule,
                   const struct rules_place *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A time or a span, for a sentence: "2026-11-23 10:00:00 UTC", "25 h". */
#define RULES_WORDS_BYTES 40
const char *rules_say_time(char out[static RULES_WORDS_BYTES], uint64_t time);
const char *rules_say_span(char out[static RULES_WORDS_BYTES], uint64_t ms);

/* rules_reports.c */
void rule_taken_over_in_time(struct rules *r, const struct rules_event *e);
void rule_known_report(struct rules *r, const struct rules_event *e);
void rule_notice_true(struct rules *r, const struct rules_event *e);
/* rules_opening.c */
void rule_opened_by_quorum(struct rules *r, const struct rules_event *e);
void rule_opened_when_asked(struct rules *r, const struct rules_event *e);
void rule_consent_refused(struct rules *r, const struct rules_event *e);
void rule_consent_fresh(struct rules *r, const struct rules_event *e);
void rule_consent_by_holder(struct rules *r, const struct rules_event *e);
void rule_look_when_open(struct rules *r, const struct rules_event *e);
/* rules_deciding.c */
void rule_checked_before_decision(struct rules *r, const struct rules_event *e);
void rule_second_reviewer(struct rules *r, const struct rules_event *e);
void rule_own_review(struct rules *r, const struct rules_event *e);
void rule_appeal_elsewhere(struct rules *r, const struct rules_event *e);
void rule_case_chain(struct rules *r, const struct rules_event *e);
void rule_state_order(struct rules *r, const struct rules_event *e);
void rule_claim_held(struct rules *r, const struct rules_event *e);
/* rules_ending.c */
void rule_purged_in_time(struct rules *r, const struct rules_event *e);
void rule_not_purged_early(struct rules *r, const struct rules_event *e);
void rule_purged_whole(struct rules *r, const struct rules_event *e);
/* What is overdue at the end. */
void rules_overdue(struct rules *r, uint64_t end);
/* rules_people.c */
void rule_known_people(struct rules *r, const struct rules_event *e);
void rule_quorum_key(struct rules *r, const struct rules_event *e);
/* rules_keeping.c */
void rule_key_epochs(struct rules *r, const struct rules_event *e);
void rule_refusals_plausible(struct rules *r, const struct rules_event *e);
void rule_time_order(struct rules *r, const struct rules_event *e);
void rule_known_format(struct rules *r, const struct rules_event *e);

/* By the auditor's own list and book, not by the log's word alone. */
bool rules_is_grave(const struct rules *r, const struct rules_entry *entry);
/* At the end: whether the hub's counts go on until then. */
void rules_counts_end(struct rules *r, uint64_t end);

/* rules_apply.c */
void rules_apply(struct rules *rules, struct rules_event *event);

/* rules_tally.c */
void rules_tally(struct rules *rules, const struct rules_event *event);
void rules_tally_flush(struct rules *rules);

/* ---- The store (rules_schema.c, rules_store.c, rules_seen.c)
 * -------------------------------
 */

enum rules_statement {
    R_FIND_REPORT,
    R_ADD_REPORT,
    R_SET_REPORT,
    R_NEXT_REPORT,
    R_FIND_CASE,
    R_ADD_CASE,
    R_SET_CASE,
    R_NEXT_CASE,
    R_FIND_PERSON,
    R_ADD_PERSON,
    R_SET_PERSON,
    R_ADD_PART,
    R_FIND_PART,
    R_RETRACT_PARTS,
    R_ADD_HOLD,
    R_FIND_HOLD,
    R_CONFIRM_HOLD,
    R_COUNT_HELD,
    R_SET_CONSENT,
    R_FIND_CONSENT,
    R_REFUSE_CONSENTS,
    R_FIND_QUORUM,
    R_ADD_QUORUM,
    R_SET_HOLDER,
    R_DROP_HOLDER,
    R_DROP_HOLDINGS,
    R_FIND_HOLDER,
    R_IS_HOLDER,
    R_HOLDS_ANOTHER,
    R_FIND_EPOCH,
    R_SET_EPOCH,
    R_EPOCH_ORDER,
    R_ADD_FINDING,
    R_FINDINGS,
    R_FINDINGS_BEFORE,
    R_LAST_FINDING,
    R_ADD_DAY,
    R_DAYS,
    R_ADD_SPAN,
    R_SPANS,
    R_RECALL,
    R_REMEMBER,
    R_STATEMENTS
};
extern const struct db_schema rules_schema;
extern const char *const rules_statements[R_STATEMENTS];

void seen_report_load(struct seen_report *out, struct rules *rules,
                      const uint8_t name[static FRANK_DIGEST_BYTES]);
void seen_report_save(struct rules *rules, const struct seen_report *report);
void seen_case_load(struct seen_case *out, struct rules *rules,
                    const uint8_t name[static CASE_NAME_BYTES]);
void seen_case_save(struct rules *rules, const struct seen_case *c);
/* Somebody who was not named before is put down as unknown. */
void seen_person_load(struct seen_person *out, struct rules *rules,
                      const char *pseudonym);
void seen_person_save(struct rules *rules, const struct seen_person *person);

/* Whether somebody decided, reviewed or answered in a case; in_force: decided
 * or reviewed what took effect and was not taken back. */
bool seen_part(struct rules *rules, const struct seen_case *c, uint64_t account,
               bool in_force);
bool seen_consent(struct seen_consent *out, struct rules *rules,
                  const struct rules_event *event, unsigned holder);
/* The account that a quorum's holder is; 0: nobody. */
uint64_t seen_holder(struct rules *rules,
                     const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
                     unsigned holder);

/* When something about a report or a case is overdue; 0: never. */
uint64_t seen_report_due(const struct rules *rules,
                         const struct seen_report *report);
uint64_t seen_case_due(const struct rules *rules, const struct seen_case *c);

/* Opens, or says why not. */
int rules_store_open(struct rules *rules,
                     char trouble[static RULES_TROUBLE_BYTES]);
/* What was seen so far is put down. */
int rules_store_commit(struct rules *rules);
/* The same, for good: the next run finds it. */
int rules_store_keep(struct rules *rules);
void rules_store_close(struct rules *rules);

/* ---- The pool (rules_pool.c) -----------------------------------------------
 */

/* Takes entries in order and hands them on in order, each read. */
typedef void rules_take(void *context, const struct rules_entry *entry);
int rules_pool_open(struct rules_pool **out, unsigned threads,
                    const struct rules_quorums *quorums, rules_take *take,
                    void *context);
void rules_pool_close(struct rules_pool *pool);
void rules_pool_add(struct rules_pool *pool, enum rules_log log, uint64_t index,
                    struct frank_span text);
void rules_pool_drain(struct rules_pool *pool);

#endif
