/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of the hub's feed, and the cases that they fall into: one case for
 * the same sender in the same room, as long as nothing was decided in it.
 */
#ifndef MODERATION_CASES_ARRIVALS_H
#define MODERATION_CASES_ARRIVALS_H

#include "cases.h"
#include "hub_store.h"
#include "report.h"

/* A report as the hub handed it over, read and looked at. */
struct case_report {
    uint64_t hub_number;
    bool has_hub_index; /* an older hub does not say it */
    uint64_t hub_index; /* of its entry in the hub's log */
    uint64_t received;
    enum report_reporter_kind reporter;
    enum report_source source;
    bool first_contact;
    uint32_t priority;
    uint32_t reporters;
    const uint8_t *salt; /* HUB_SALT_BYTES */
    struct frank_span verdict;
    struct frank_span sealed;
    const struct sealed_report *report; /* sealed, decoded */
    bool verdict_holds; /* the hub signed it, it is about this report, and calls
                           the accused message valid */
    char queue[QUEUE_ID_MAX + 1]; /* by the rules of the book */
};

enum case_taken {
    ARRIVAL_NEW_CASE,
    ARRIVAL_FOLDED, /* into a case that there was */
    ARRIVAL_AGAIN   /* is there already: nothing was done */
};

enum case_taken arrivals_take(struct cases *cases, struct db *db,
                              const struct case_report *report, uint64_t now);

/* One that cannot be read is kept as it came for a while, so that nothing is
 * lost; nobody sees it but who looks into the database. */
void arrivals_keep_bad(struct db *db, uint64_t hub_number,
                       const uint8_t report_id[static FRANK_REPORT_ID_BYTES],
                       struct frank_span verdict, struct frank_span sealed,
                       uint64_t now);

void arrivals_drop_bad(struct db *db, uint64_t before);

/* The highest number of the feed that was taken over. */
uint64_t arrivals_after(struct db *db);
void arrivals_set_after(struct db *db, uint64_t number);

#endif
