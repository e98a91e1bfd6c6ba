/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the hub and the platform are to be told: put down in the transaction of
 * what it is about, and taken out when they have it. Nothing is lost when they
 * are away, and what is told twice is told alike.
 */
#ifndef MODERATION_CASES_OUTBOX_H
#define MODERATION_CASES_OUTBOX_H

#include "cases.h"
#include "hub_store.h"

#define NOTICE_OUTCOME_BYTES 33

/* ---- Notices for the hub: what a receipt's holder may know ----------------
 */

void outbox_notice(struct db *db, const uint8_t *report_id,
                   const uint8_t *log_name, enum report_state state,
                   const char *outcome, bool discloses_nothing);
/* The same for all reports of a case. */
void outbox_notice_case(struct db *db, const struct case_row *row,
                        enum report_state state, const char *outcome);

struct outbox_notice {
    uint64_t number; /* rising */
    struct hub_notice notice;
};
/* The oldest ones, at most `most`; gives how many. */
size_t outbox_notices(struct db *db, struct outbox_notice *out, size_t most);
/* The hub has those up to a number, of the ones that were given: they are
 * logged and dropped. */
void outbox_notices_told(struct cases *cases, struct db *db, uint64_t through,
                         uint64_t now);

/* ---- Events for the platform -----------------------------------------------
 */

/* The endpoints that the settings name, NULL at the end; others are told no
 * more. One that had ended (410) begins anew only where it was left out in
 * between. */
void outbox_endpoints(struct db *db, const char *const *urls);

/* "decision.made" and the like about a decision, to each endpoint. */
void outbox_event(struct db *db, const char *type, struct frank_span decision,
                  uint64_t now);

#define EVENT_TYPE_BYTES 33
#define EVENT_URL_BYTES 1025
struct outbox_event {
    uint64_t number;
    char url[EVENT_URL_BYTES];
    uint8_t id[CASE_ID_BYTES]; /* the same for each try, and each endpoint */
    char type[EVENT_TYPE_BYTES];
    uint64_t made;
    uint8_t decision[CASE_ID_BYTES];
    unsigned attempts;
};
/* The one that is due first. *next is when, also where that is later. false:
 * nothing is due. */
bool outbox_event_due(struct db *db, struct outbox_event *out, uint64_t *next,
                      uint64_t now);
void outbox_event_told(struct db *db, uint64_t number);
void outbox_event_again(struct db *db, uint64_t number, uint64_t next);
/* The endpoint has ended: its events are dropped. */
void outbox_endpoint_gone(struct db *db, const char *url, uint64_t now);

#endif
