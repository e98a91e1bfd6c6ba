/* SPDX-License-Identifier: Apache-2.0 */
#include "exporting.h"

#include "looks.h"
#include "schema.h"
#include "tally.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- The entry
 * ------------------------------------------------------------------ */

struct extent {
    uint64_t reports;
    uint64_t bytes;
};

static struct extent measure(struct db *db, uint64_t number, bool all)
{
    struct extent extent = {0, 0};

    if (db_row(db, EXPORT_SIZE, DB_VALUES(DB_INT(number), DB_INT(all)))) {
        extent.reports = db_int(db, EXPORT_SIZE, 0);
        extent.bytes = db_int(db, EXPORT_SIZE, 1);
        db_done(db, EXPORT_SIZE);
    }
    return extent;
}

static struct cases_answer check(struct db *db, const struct case_row *row,
                                 const struct export_choice *choice,
                                 const char *why)
{
    struct extent extent = measure(db, row->number, choice->sealed);

    if (row->state == CASE_PURGED) {
        return cases_conflict("purged", "The case was purged: nothing of it is "
                                        "left");
    }
    if (!cases_text_is_good(why, CASES_TEXT_MAX)) {
        return cases_invalid("why", "Say why, in at most 8,192 bytes");
    }
    if (choice->sealed && !choice->withheld) {
        return cases_invalid("sealed",
                             "A sealed report tells of each of its messages: "
                             "ask for withheld ones too");
    }
    if (extent.reports == 0) {
        return cases_conflict("not-open", "No report of the case was opened");
    }
    if (extent.reports > EXPORT_REPORTS_MAX ||
        extent.bytes > EXPORT_SEALED_MAX_BYTES) {
        return cases_invalid("too-large", "The case does not fit into one "
                                          "bundle");
    }
    return CASES_OK;
}

static void log_export(struct cases *cases, struct db *db,
                       const struct actor *who, const struct case_row *row,
                       const struct export_choice *choice, bool spot_check,
                       const uint8_t *id, uint64_t now)
{
    char hex[2 * EXPORT_ID_BYTES + 1];
    char rest[192];

    (void)sodium_bin2hex(hex, sizeof hex, id, EXPORT_ID_BYTES);
    (void)snprintf(rest, sizeof rest,
                   ",\"bundle\":\"%s\",\"reporter\":%s,\"withheld\":%s,"
                   "\"sealed\":%s",
                   hex, choice->reporter ? "true" : "false",
                   choice->withheld ? "true" : "false",
                   choice->sealed ? "true" : "false");
    case_log(
        cases, db, who, row,
        &(struct case_entry){.type = "export",
                             .action = spot_check ? "spot_check" : "bundle",
                             .rest = rest,
                             .from = row->state,
                             .to = row->state},
        now);
}

struct cases_answer exporting_begin(struct cases *cases, struct db *db,
                                    const struct actor *who, uint64_t number,
                                    const struct export_choice *choice,
                                    bool spot_check, const char *why,
                                    const uint8_t id[static EXPORT_ID_BYTES],
                                    uint64_t *entry, uint64_t now)
{
    struct case_row row;
    struct cases_answer answer = case_find(&row, db, who, number, now);

    *entry = 0;
    /* A spot check is answered by the service, whoever is asked. */
    if (answer.what == CASES_DONE && !spot_check &&
        looks_is_blind(db, who, number, now)) {
        answer = cases_conflict("blind",
                                "You are to judge this case a second time: it "
                                "can be exported when you have");
    }
    if (answer.what == CASES_DONE) {
        answer = check(db, &row, choice, why);
    }
    if (answer.what != CASES_DONE) {
        return answer;
    }
    *entry = cases->ledger->range.size;
    log_export(cases, db, who, &row, choice, spot_check, id, now);
    (void)db_run(db, ADD_NOTE,
                 DB_VALUES(DB_INT(number), DB_INT(who->number), DB_INT(now),
                           DB_TEXT(why)));
    tally_add(db, row.queue, spot_check ? "spot_checked" : "exported", 0, now);
    return CASES_OK;
}

uint64_t exporting_bytes(struct db *db, uint64_t number)
{
    return measure(db, number, false).bytes;
}

uint64_t exporting_case(struct db *db,
                        const uint8_t name[static CASE_NAME_BYTES])
{
    uint64_t number = 0;

    if (db_row(db, FIND_CASE_NAME, DB_VALUES(DB_BLOB(name, CASE_NAME_BYTES)))) {
        number = db_int(db, FIND_CASE_NAME, 0);
        db_done(db, FIND_CASE_NAME);
    }
    return number;
}

/* ---- Quorums
 * ----------------------------------------------------------------------- */

/* As the service remembers it: "quorum HEX", and eight bytes. */
#define QUORUM_KEY_BYTES 64

static void quorum_key(char out[static QUORUM_KEY_BYTES], const uint8_t *quorum)
{
    char hex[2 * FRANK_QUORUM_ID_BYTES + 1];

    (void)sodium_bin2hex(hex, sizeof hex, quorum, FRANK_QUORUM_ID_BYTES);
    (void)snprintf(out, QUORUM_KEY_BYTES, "quorum %s", hex);
}

bool exporting_quorum_entry(struct db *db,
                            const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
                            uint64_t *entry)
{
    char key[QUORUM_KEY_BYTES];
    struct frank_span bytes;
    bool there = false;

    *entry = 0;
    quorum_key(key, quorum);
    if (db_row(db, RECALL, DB_VALUES(DB_TEXT(key)))) {
        bytes = db_blob(db, RECALL, 1);
        there = bytes.len == 8;
        for (size_t i = 0; i < bytes.len && there; i++) {
            *entry = *entry << 8 | bytes.data[i];
        }
        db_done(db, RECALL);
    }
    return there;
}

void exporting_remember_quorum(
    struct db *db, const uint8_t quorum[static FRANK_QUORUM_ID_BYTES],
    uint64_t entry)
{
    char key[QUORUM_KEY_BYTES];
    uint8_t bytes[8];

    quorum_key(key, quorum);
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(entry >> (56 - 8 * i));
    }
    (void)db_run(
        db, REMEMBER,
        DB_VALUES(DB_TEXT(key), DB_INT(1), DB_BLOB(bytes, sizeof bytes)));
}

void exporting_find_quorum(struct db *db,
                           const uint8_t quorum[static FRANK_QUORUM_ID_BYTES])
{
    char hex[2 * FRANK_QUORUM_ID_BYTES + 1];
    char members[2 * FRANK_QUORUM_ID_BYTES + 32];
    uint64_t entry;

    (void)sodium_bin2hex(hex, sizeof hex, quorum, FRANK_QUORUM_ID_BYTES);
    (void)snprintf(members, sizeof members, "\"quorum\":\"%s\",\"P\":", hex);
    if (db_row(db, FIND_QUORUM_ENTRY,
               DB_VALUES(DB_BLOB(members, strlen(members))))) {
        entry = db_int(db, FIND_QUORUM_ENTRY, 0);
        db_done(db, FIND_QUORUM_ENTRY);
        exporting_remember_quorum(db, quorum, entry);
    }
}

/* ---- What goes into it
 * ----------------------------------------------------------- */

void exporting_reports(struct db *db, uint64_t number, bool all,
                       export_report_visit *visit, void *context)
{
    const size_t s = EXPORT_REPORTS;
    bool more = db_row(db, s, DB_VALUES(DB_INT(number), DB_INT(all)));

    while (more) {
        struct export_report item = {
            .number = db_int(db, s, 0),
            .received = db_int(db, s, 1),
            .created = db_int(db, s, 2),
            .reason = db_int(db, s, 3),
            .is_open = !db_is_null(db, s, 4),
            .has_hub_index = !db_is_null(db, s, 5),
            .hub_index = db_int(db, s, 5),
            .salt = db_blob(db, s, 6),
        };

        if (!visit(context, &item)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

void exporting_decisions(struct db *db, uint64_t number,
                         export_decision_visit *visit, void *context)
{
    const size_t s = EXPORT_DECISIONS;
    bool more = db_row(db, s, DB_VALUES(DB_INT(number)));

    while (more) {
        struct export_decision item = {
            .id = db_blob(db, s, 0),
            .made = db_int(db, s, 1),
            .by = db_blob(db, s, 2),
            .state = (enum decision_state)db_int(db, s, 3),
            .on_appeal = db_int(db, s, 4) != 0,
            .book = db_int(db, s, 5),
            .policy = db_blob(db, s, 6),
            .outcome = (enum outcome)(db_int(db, s, 7) % OUTCOME_COUNT),
            .grave = db_int(db, s, 8) != 0,
            .explanation = db_blob(db, s, 9),
            .in_force = db_int(db, s, 10),
            .reviewed = !db_is_null(db, s, 11),
            .review_time = db_int(db, s, 11),
            .reviewer = db_blob(db, s, 12),
            .review = db_blob(db, s, 13),
        };

        if (!visit(context, &item)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

void exporting_appeals(struct db *db, uint64_t number,
                       export_appeal_visit *visit, void *context)
{
    const size_t s = EXPORT_APPEALS;
    bool more = db_row(db, s, DB_VALUES(DB_INT(number)));

    while (more) {
        struct export_appeal item = {
            .decision = db_blob(db, s, 0),
            .received = db_int(db, s, 1),
            .by_reporter = db_int(db, s, 2) != 0,
            .text = db_blob(db, s, 3),
            .answered = !db_is_null(db, s, 4),
            .answer_time = db_int(db, s, 4),
            .answered_by = db_blob(db, s, 5),
            .upheld = db_int(db, s, 6) != 0,
            .answer = db_blob(db, s, 7),
        };

        if (!visit(context, &item)) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}

void exporting_entries(struct db *db, uint64_t number,
                       export_entry_visit *visit, void *context)
{
    const size_t s = EXPORT_ENTRIES;
    bool more = db_row(db, s, DB_VALUES(DB_INT(number)));

    while (more) {
        if (!visit(context, db_int(db, s, 0))) {
            db_done(db, s);
            break;
        }
        more = db_next(db, s);
    }
}
