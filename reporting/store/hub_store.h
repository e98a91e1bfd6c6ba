/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the hub keeps: reports until the moderation side took them over, what a
 * receipt's holder may ask, who may still report anonymously, and the log. This
 * is the narrow interface behind which the database stands. Functions that
 * change something run within a transaction of the writer's (writer.h).
 *
 * No content and no name is in here: a sealed report holds its reporter's name
 * in clear where he gave one, until it is taken over; everything else that says
 * who reported whom is a hash under a key of the epoch of the message, and is
 * dropped with that epoch.
 */
#ifndef REPORTING_STORE_HUB_STORE_H
#define REPORTING_STORE_HUB_STORE_H

#include "ledger.h"
#include "seal.h"

#define HUB_KEY_BYTES 32
#define HUB_SALT_BYTES 32
#define HUB_TOKEN_HASH_BYTES 32

/* What became of a report, as its receipt's holder may know. */
enum report_state {
    REPORT_RECEIVED = 0,
    REPORT_TAKEN_OVER = 1, /* the moderation side has it */
    REPORT_IN_REVIEW = 2,
    REPORT_DECIDED = 3,
    REPORT_CLOSED = 4
};

enum report_reporter_kind {
    REPORTER_ANONYMOUS = 0,
    REPORTER_NAMED = 1,  /* the platform vouches for the name */
    REPORTER_VOUCHED = 2 /* anonymous; the platform says it is a user */
};

enum report_source { SOURCE_SEALED = 0, SOURCE_MIMI = 1 };

/* A report that passed every check. Hashes are under keys of `epoch`. */
struct incoming {
    uint8_t report_id[FRANK_REPORT_ID_BYTES];
    uint8_t bytes_hash[FRANK_DIGEST_BYTES]; /* of what was sent: the same bytes
                                               have it again */
    uint8_t token_hash[HUB_TOKEN_HASH_BYTES];
    uint64_t received;
    enum report_reporter_kind reporter;
    enum report_source source;
    uint32_t epoch;                 /* of the accused message */
    uint8_t message[HUB_KEY_BYTES]; /* hash of the accused message */
    uint8_t sender[HUB_KEY_BYTES];  /* of its sender */
    uint8_t group[HUB_KEY_BYTES];   /* of sender and room */
    uint8_t pair[HUB_KEY_BYTES];    /* of reporter and sender, if vouched */
    bool first_contact;
    uint32_t priority;                  /* without that of distinct reporters */
    uint8_t salt[HUB_SALT_BYTES];       /* random: hides it in the log */
    uint8_t digest[FRANK_DIGEST_BYTES]; /* of the sealed report */
    struct frank_span sealed;
    struct frank_span verdict; /* SignedHubVerdict */
};

/* Rules that need what is stored. */
struct hub_rules {
    uint64_t anonymous_max;      /* kept, of one message */
    uint64_t distinct_window_ms; /* reporters of a sender count so long */
    uint32_t priority_each;      /* for each distinct reporter */
};

enum taken {
    TAKEN_NEW,     /* stored, and in the log */
    TAKEN_COUNTED, /* one of too many anonymous ones: counted, not kept */
    TAKEN_AGAIN,   /* was there already */
    TAKEN_OTHER,   /* another report has this id */
    TAKEN_ENDED    /* the epoch of its message was destroyed meanwhile */
};

extern const struct db_schema hub_schema;
extern const char *const hub_statements[];
extern const size_t hub_statement_count;

/* Stores a report, if it is new. *received is when it came in first. */
enum taken hub_take(struct ledger *ledger, struct db *db,
                    const struct incoming *report,
                    const struct hub_rules *rules, uint64_t *received);

/* Whether a report with this id is there: TAKEN_AGAIN or TAKEN_OTHER. false
 * also of one that was only counted: it may find a place now. A reader may ask.
 */
FRANK_MUST_CHECK bool hub_find(struct db *db, const struct incoming *report,
                               enum taken *taken, uint64_t *received);

/* A report without messages: a vouched reporter against a sender. Counts as a
 * distinct reporter, and makes no case. */
void hub_signal(struct db *db, uint32_t epoch,
                const uint8_t sender[static HUB_KEY_BYTES],
                const uint8_t pair[static HUB_KEY_BYTES], uint64_t now);

/* ---- The feed ------------------------------------------------------------ */

struct feed_item {
    uint64_t number; /* rising */
    uint8_t report_id[FRANK_REPORT_ID_BYTES];
    uint64_t received;
    enum report_reporter_kind reporter;
    enum report_source source;
    bool first_contact;
    uint32_t priority;
    uint32_t distinct;   /* reporters of the sender within the window, then */
    uint64_t folds_into; /* number of the first report of the same sender in the
                            same room; its own where it is that */
    uint8_t salt[HUB_SALT_BYTES];
    struct frank_span sealed;
    struct frank_span verdict;
    bool has_log_index; /* not of one that an older version took in */
    uint64_t log_index; /* of its report_received */
};

/* Calls visit() for each report that waits, above `after`, in order, until it
 * gives false. Gives the number of the last report there is. */
typedef bool feed_visit(void *context, const struct feed_item *item);
uint64_t hub_feed(struct db *db, uint64_t after, feed_visit *visit,
                  void *context);

/* The moderation side has all reports up to `through`: their bodies are
 * dropped, each is logged; at most `most` of them, and of most_bytes together
 * (or one that is larger). Gives how many; *more: there are others. */
size_t hub_taken_over(struct ledger *ledger, struct db *db, uint64_t through,
                      uint64_t now, size_t most, size_t most_bytes, bool *more);
/* The highest number that there ever was. */
uint64_t hub_last(struct db *db);

/* ---- Receipts and notices -------------------------------------------------
 */

struct receipt_state {
    uint8_t report_id[FRANK_REPORT_ID_BYTES];
    uint64_t received;
    enum report_state state;
    uint64_t changed;
    char outcome[33]; /* a word of the moderation side's, or "" */
};

FRANK_MUST_CHECK bool
hub_receipt(struct receipt_state *out, struct db *db,
            const uint8_t token_hash[static HUB_TOKEN_HASH_BYTES]);

/* What the moderation side says of a report. discloses_nothing gives its place
 * among the anonymous reports of its message back, once. A state never goes
 * back, but from closed to in review (an appeal). */
struct hub_notice {
    uint8_t report_id[FRANK_REPORT_ID_BYTES];
    bool has_state;
    enum report_state state;
    char outcome[33]; /* "": as it was */
    bool discloses_nothing;
};
/* false: there is no such report. */
bool hub_notice(struct db *db, const struct hub_notice *notice, uint64_t now);

/* ---- Time ---------------------------------------------------------------- */

/* Logs what became of an epoch since last time, and drops what was hashed under
 * the key of a destroyed one. */
void hub_epoch(struct ledger *ledger, struct db *db, uint32_t epoch,
               uint64_t not_before, bool destroyed, uint64_t now);

/* Logs how many reports were refused since last time, by reason. */
struct hub_refusals {
    const char *reason;
    uint64_t count;
};
void hub_log_refusals(struct ledger *ledger, struct db *db, uint64_t from,
                      uint64_t until, const struct hub_refusals *refusals,
                      size_t count);

/* Forgets reports that were received before `before` and are taken over, at
 * most `most` of them; each is logged. Gives how many. */
size_t hub_purge(struct ledger *ledger, struct db *db, uint64_t before,
                 uint64_t now, size_t most);

/* How many reports wait for the moderation side. */
uint64_t hub_waiting(struct db *db);

#endif
