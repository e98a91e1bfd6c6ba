/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of a log: one line of JSON each. */
#ifndef REPORTING_STORE_LEDGER_ENTRY_H
#define REPORTING_STORE_LEDGER_ENTRY_H

#include "ledger.h"

/* Appends an entry; rest is what follows the members that every entry has
 * (type, time, and random bytes that keep it from being guessed from its public
 * hash): ",\"report\":\"...\"", or "". An entry above 8,000 bytes is a bug and
 * aborts. */
void ledger_entry(struct ledger *ledger, struct db *db, const char *type,
                  uint64_t time, const char *rest);

#endif
