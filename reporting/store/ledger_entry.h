/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a program's log: lines of JSON. */
#ifndef REPORTING_STORE_LEDGER_ENTRY_H
#define REPORTING_STORE_LEDGER_ENTRY_H

#include "ledger.h"

#define LEDGER_ENTRY_REST_MAX_BYTES 8000

/* Appends an entry, as ledger_append() does: {"type": type, "time": time,
 * "nonce": 16 random bytes, which keep it from being guessed from its public
 * hash}. rest: what follows these members, from a comma on, or ""; longer than
 * the above is a bug and aborts. type and rest are JSON already. */
void ledger_entry(struct ledger *ledger, struct db *db, const char *type,
                  uint64_t time, const char *rest);

/* Appends `more` entries of padding, at least one, and others until the log's
 * size is a multiple of `multiple`. */
void ledger_pad(struct ledger *ledger, struct db *db, uint64_t multiple,
                uint64_t more, uint64_t now);

#endif
