/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the hub's store: its statements (hub_schema.c), its log entries
 * (hub_entries.c), what it does (hub_store.c, hub_rooms.c, hub_time.c). */
#ifndef REPORTING_STORE_HUB_INSIDE_H
#define REPORTING_STORE_HUB_INSIDE_H

#include "hub_store.h"
#include "ledger_entry.h"

enum hub_statement {
    FIND_REPORT = LEDGER_STATEMENT_COUNT,
    ADD_REPORT,
    DROP_COUNTED,
    ADD_BODY,
    ADD_PLACE,
    TAKE_PLACE,
    COUNT_BEYOND,
    ADD_PAIR,
    COUNT_PAIRS,
    FIND_GROUP,
    ADD_GROUP,
    FEED,
    LAST,
    WAITING,
    TO_TAKE_OVER,
    TAKE_OVER,
    DROP_BODIES,
    FIND_RECEIPT,
    FIND_NOTICED,
    SET_STATE,
    SET_STATE_OF_COUNTED,
    GIVE_PLACE_BACK,
    FORGET_PLACE,
    FIND_EPOCH,
    SET_EPOCH,
    DROP_PLACES,
    DROP_PAIRS,
    DROP_GROUPS,
    DROP_REPORT_KEYS,
    TO_PURGE,
    PURGE,
    TAKE_NUMBER,
    FIND_LAST,
    FIND_SEEN,
    SET_SEEN,
    FORGET_DEVICE
};

/* An entry of the log about a report, by its name there; nothing without one.
 */
void hub_append_report(struct ledger *ledger, struct db *db, const char *type,
                       uint64_t time, struct frank_span name);

#endif
