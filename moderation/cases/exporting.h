/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves in an evidence bundle (moderation/bundle.h): the log's entry that
 * says so, before anything does; and what of a case goes into it.
 */
#ifndef MODERATION_CASES_EXPORTING_H
#define MODERATION_CASES_EXPORTING_H

#include "deciding.h"

#define EXPORT_ID_BYTES 16
/* Of sealed reports in one bundle, together: what is opened is smaller. */
#define EXPORT_SEALED_MAX_BYTES ((uint64_t)48 << 20)
#define EXPORT_REPORTS_MAX 1024

struct export_choice {
    bool reporter; /* names of reporters, their notes and appeals */
    bool withheld; /* that there are messages which a reporter withheld */
    bool sealed;   /* reports as they were sealed, and those that nobody opened
                    */
};

/*
 * Says in the log that a case goes out; it may when that is on disk. why is
 * kept as a note. id: of the bundle, random. spot_check: for an auditor's
 * sample, whatever the case's state but purged. *entry is where the entry
 * stands. UNKNOWN; CONFLICT: "blind" (looks_is_blind(); not of a spot check),
 * "purged", "not-open" (no report of it was opened, and sealed ones are not
 * asked for); INVALID: why, "sealed" (without withheld), "too-large".
 */
struct cases_answer exporting_begin(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    const struct export_choice *choice,
                                    bool spot_check, const char *why,
                                    const uint8_t id[static EXPORT_ID_BYTES],
                                    uint64_t *entry, uint64_t now);

/* Of the sealed reports of a case that were opened, together. */
uint64_t exporting_bytes(struct db *db, uint64_t number);

/* The case of a name in the log; 0: there is none, or it was purged. */
uint64_t exporting_case(struct db *db,
                        const uint8_t name[static CASE_NAME_BYTES]);

/* Where the log's entry of a quorum stands, by which an auditor knows that its
 * key counts; as it was remembered when it was written. */
bool exporting_quorum_entry(struct db *db,
                            const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
                            uint64_t *entry);
void exporting_remember_quorum(
    struct db *db, const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
    uint64_t entry);
/* The same for one that an older version wrote: looks for it in the log. */
void exporting_find_quorum(struct db *db,
                           const uint8_t quorum[static FRANK_QUORUM_ID_BYTES]);

/* ---- What goes into it -----------------------------------------------------
 * Text points into the row and lasts until the visit is over. */

struct export_report {
    uint64_t number;
    uint64_t received;
    uint64_t created;
    uint64_t reason;
    bool is_open;
    bool has_hub_index;
    uint64_t hub_index;
    struct frank_span salt; /* of its name in the logs */
};
typedef bool export_report_visit(void *context,
                                 const struct export_report *item);
/* Those that were opened, or all. */
void exporting_reports(struct db *db, uint64_t number, bool all,
                       export_report_visit *visit, void *context);

struct export_decision {
    struct frank_span id;
    uint64_t made;
    struct frank_span by; /* pseudonym */
    enum decision_state state;
    bool on_appeal;
    uint64_t book;
    struct frank_span policy;
    enum outcome outcome;
    bool grave;
    struct frank_span explanation;
    uint64_t in_force; /* 0: not */
    bool reviewed;
    uint64_t review_time;
    struct frank_span reviewer; /* pseudonym; empty: whoever decided */
    struct frank_span review;
};
typedef bool export_decision_visit(void *context,
                                   const struct export_decision *item);
void exporting_decisions(struct db *db, uint64_t number,
                         export_decision_visit *visit, void *context);

struct export_appeal {
    struct frank_span decision; /* its id */
    uint64_t received;
    bool by_reporter;
    struct frank_span text;
    bool answered;
    uint64_t answer_time;
    struct frank_span answered_by; /* pseudonym */
    bool upheld;
    struct frank_span answer;
};
typedef bool export_appeal_visit(void *context,
                                 const struct export_appeal *item);
void exporting_appeals(struct db *db, uint64_t number,
                       export_appeal_visit *visit, void *context);

/* Numbers of the case's entries in the log, rising. */
typedef bool export_entry_visit(void *context, uint64_t entry);
void exporting_entries(struct db *db, uint64_t number,
                       export_entry_visit *visit, void *context);

#endif
