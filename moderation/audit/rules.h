/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a hub and its moderators kept the rules, by what their two logs say
 * (docs/AUDIT.md, section 4). Entries come in order, each once: all that is new
 * of the hub's, then all that is new of the moderation side's. Whether they are
 * the entries that were signed is checked elsewhere (log_client.h).
 *
 *   entry    one line of a log, read exactly; receipts checked
 *   kinds    the kinds of entries that there are
 *   pool     reads entries on all cores, ahead of the rules
 *   store    what was seen of reports, cases and people, in SQLite
 *   table    the rules: a name, a sentence, the function
 *   reports, opening, deciding, ending, people, keeping: these functions
 *   apply    what follows from an entry, after the rules looked at it
 *   tally    numbers for the report's pictures
 *
 * Memory does not grow with the logs. Findings are kept in the store until they
 * are asked for.
 */
#ifndef MODERATION_AUDIT_RULES_H
#define MODERATION_AUDIT_RULES_H

#include "book.h"
#include "rules_entry.h"

/* Times in milliseconds. */
struct rules_limits {
    uint64_t take_over;   /* from received to taken over */
    uint64_t appeal;      /* the moderation side's appeal window */
    uint64_t purge;       /* how much later a purge may be */
    uint64_t hub_retain;  /* how long the hub keeps a report's row */
    uint64_t clock;       /* how far clocks may differ, and times run back */
    uint64_t refusal_gap; /* between two counts of refusals */
    unsigned grave;       /* outcomes that need a second person: their bits */
};
/* As the services have it where nothing is set. */
extern const struct rules_limits rules_limits_standard;

/* No hub refuses more in a second: ten times of what was measured. */
#define RULES_REFUSALS_PER_SECOND 200000

struct rules_settings {
    struct rules_limits limits;
    struct rules_quorums quorums; /* the auditor's own copies */
    const struct book *book;      /* the same, for grave policies; NULL */
    uint64_t now;                 /* nothing may be of later */
    unsigned threads;             /* that read entries; 0: one for each core */
    const char *path;             /* database; NULL: one that is gone after */
    const char *of[RULES_LOGS];   /* the logs' keys: a database is of one pair
                                     alone. NULL: not told */
};

struct rules;

#define RULES_TROUBLE_BYTES 256

/*
 * settings and what they point to must outlive it. VALUE: the database was made
 * with other limits, so that what it waits for is not right, or of other logs;
 * FILE, MEMORY; trouble says it in words. key_json_start() and sodium_init()
 * before.
 */
FRANK_MUST_CHECK int rules_open(struct rules **out,
                                const struct rules_settings *settings,
                                char trouble[static RULES_TROUBLE_BYTES]);
/* NULL is fine. What was not committed is forgotten. */
void rules_close(struct rules *rules);

/* Index of the first entry of a log that was not seen yet. */
uint64_t rules_next(const struct rules *rules, enum rules_log log);

/* The next entry, of at most 65,535 bytes; copied. ARGUMENT: another index is
 * next. FILE, MEMORY: rules_trouble() says why, and nothing more can be done.
 */
FRANK_MUST_CHECK int rules_entry(struct rules *rules, enum rules_log log,
                                 uint64_t index, struct frank_span text);

/* After the last entry: looks for what is overdue at the time `end`; 0: the
 * newest time in either log. */
FRANK_MUST_CHECK int rules_end(struct rules *rules, uint64_t end);

/* Keeps what was seen for the next run: both logs hold. */
FRANK_MUST_CHECK int rules_commit(struct rules *rules);

const char *rules_trouble(const struct rules *rules);

/* ---- What was found ------------------------------------------------------ */

struct rules_result {
    const char *name;     /* "taken-over-in-time" */
    const char *sentence; /* what the rule says */
    uint64_t entries;     /* it looked at, in this run */
    uint64_t findings;    /* of this run */
    uint64_t earlier;     /* findings of earlier runs */
};
size_t rules_count(void);
struct rules_result rules_result(struct rules *rules, size_t rule);
/* Of this run. */
uint64_t rules_findings(const struct rules *rules);

#define RULES_TEXT_BYTES 240

struct rules_finding {
    const char *rule;
    uint64_t index; /* of the entry */
    uint64_t time;  /* of the entry */
    enum rules_log log;
    char in_case[2 * CASE_NAME_BYTES + 1]; /* "": about none */
    char report[2 * FRANK_DIGEST_BYTES + 1];
    char text[RULES_TEXT_BYTES]; /* a plain sentence, ASCII */
    bool earlier;                /* found in an earlier run */
};
/* In the order in which they were found, earlier ones too; until it gives
 * false. */
typedef bool rules_visit(void *context, const struct rules_finding *finding);
void rules_each(struct rules *rules, rules_visit *visit, void *context);

/* ---- Numbers ------------------------------------------------------------- */

enum rules_number {
    NUMBER_RECEIVED, /* reports, by the hub */
    NUMBER_REFUSED,
    NUMBER_TAKEN, /* reports, by the moderation side */
    NUMBER_OPENED,
    NUMBER_NO_ACTION, /* decisions that took effect, in the order of outcomes */
    NUMBER_WARN,
    NUMBER_RESTRICT,
    NUMBER_SUSPEND,
    NUMBER_ESCALATE,
    NUMBER_DISMISSED,
    NUMBER_APPEALED,
    NUMBER_OVERTURNED,
    NUMBER_PURGED, /* cases */
    NUMBER_COUNT
};
/* Sums of all runs by day (days since 1970), rising; 0s are left out. */
typedef bool rules_day(void *context, uint64_t day, enum rules_number number,
                       uint64_t count);
void rules_days(struct rules *rules, rules_day *visit, void *context);

enum rules_span { SPAN_TAKE_OVER, SPAN_DECIDE, SPAN_COUNT };
#define RULES_BUCKETS 9
/* "under 1 min", ..., "longer"; static text. */
const char *rules_bucket(unsigned bucket);
void rules_spans(struct rules *rules, enum rules_span span,
                 uint64_t counts[static RULES_BUCKETS]);

/* How far a log was looked at. */
struct rules_part {
    uint64_t from; /* first entry of this run */
    uint64_t to;   /* behind the last */
    uint64_t first_time;
    uint64_t last_time;
};
struct rules_part rules_part(const struct rules *rules, enum rules_log log);
/* Receipts that were checked in this run. */
uint64_t rules_receipts(const struct rules *rules);

#endif
