/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a case to its evidence bundle (moderation/bundle.h), once the log's
 * entry of the export is under a checkpoint. Opened content stands in guarded
 * memory and in one arena meanwhile; both are wiped.
 */
#ifndef MODERATION_SERVE_BUNDLING_H
#define MODERATION_SERVE_BUNDLING_H

#include "exporting.h"
#include "hub_log.h"
#include "looking.h"

/* A case's rows as they are when its export is logged: what is decided after
 * that entry is none of the bundle's. Zeros at first; kept until the bundle is
 * made, then freed. */
struct bundling_rows {
    struct arena arena;
    struct export_report *reports;
    size_t report_count;
    struct bundle_decision *decisions;
    size_t decision_count;
    struct bundle_appeal *appeals;
    size_t appeal_count;
    bool too_many;
};
/* Within the transaction of the entry. What fails bundling_make() says. */
void bundling_rows_read(struct bundling_rows *out, struct db *db,
                        const struct case_row *row,
                        const struct export_choice *choice);
void bundling_rows_free(struct bundling_rows *rows);

struct bundling_wish {
    uint64_t number; /* of the case */
    const uint8_t *id;
    struct export_choice choice;
    uint64_t entry; /* of the export: the last of the case that goes in */
    const struct bundling_rows *rows;  /* of when it was written */
    const struct cosigned *checkpoint; /* that covers it */
    struct hub_log *hub;
    bool for_sample; /* a reporter's name that stands in a room's may stay */
    uint64_t now;
};

enum bundling_result {
    BUNDLING_DONE = 0,
    BUNDLING_MEMORY,
    BUNDLING_GONE,     /* the case was purged meanwhile */
    BUNDLING_NOT_OPEN, /* a report could not be opened again */
    BUNDLING_TOO_LARGE,
    BUNDLING_NAMES, /* it names a reporter who was to be left out */
    BUNDLING_LOG    /* the log's own tiles do not give a proof */
};

/* *out is to be wiped and freed. */
enum bundling_result bundling_make(uint8_t **out, size_t *len, struct mod *mod,
                                   const struct bundling_wish *wish);

/* ---- Its inside
 * ------------------------------------------------------------------ */

struct bundling {
    struct mod *mod;
    const struct bundling_wish *wish;
    struct arena arena;
    struct mod_keys *keys;
    struct bundle bundle;
    enum bundling_result result; /* the first trouble */
    struct case_row row;
    struct export_report *items; /* the case's reports */
    size_t item_count;
    struct looking **lookings;
    size_t looking_count;
    struct frank_span *names; /* of its reporters, to be left out */
    size_t name_count;
    uint64_t *entries;
    size_t entry_count;
};

bool bundling_fail(struct bundling *b, enum bundling_result result);
/* Whether one of the names to be left out stands in a text. */
bool bundling_names(const struct bundling *b, struct frank_span text);

/* Reads the case's rows; its reports, decisions and appeals into the bundle. */
bool bundling_read(struct bundling *b);
bool bundling_reports(struct bundling *b);

#endif
