/* SPDX-License-Identifier: Apache-2.0 */
/* What ends: epochs, and reports whose time is over. */
#include "hub_inside.h"

#include <inttypes.h>
#include <stdio.h>

static void drop_epoch(struct db *db, uint32_t epoch)
{
    static const size_t drops[] = {DROP_PLACES, DROP_PAIRS, DROP_GROUPS,
                                   DROP_REPORT_KEYS};

    for (size_t i = 0; i < sizeof drops / sizeof drops[0]; i++) {
        (void)db_run(db, drops[i], DB_VALUES(DB_INT(epoch)));
    }
}

void hub_epoch(struct ledger *ledger, struct db *db, uint32_t epoch,
               uint64_t not_before, bool destroyed, uint64_t now)
{
    char rest[128];
    bool known = db_row(db, FIND_EPOCH, DB_VALUES(DB_INT(epoch)));
    bool was_destroyed = known && db_int(db, FIND_EPOCH, 0) != 0;

    if (known) {
        db_done(db, FIND_EPOCH);
    }
    if (destroyed) { /* each time: nothing of it may be left */
        drop_epoch(db, epoch);
    }
    if (known && was_destroyed == destroyed) {
        return;
    }
    (void)db_run(db, SET_EPOCH, DB_VALUES(DB_INT(epoch), DB_INT(destroyed)));
    (void)snprintf(rest, sizeof rest,
                   ",\"epoch\":%" PRIu32 ",\"not_before\":%" PRIu64
                   ",\"state\":\"%s\"",
                   epoch, not_before, destroyed ? "destroyed" : "live");
    ledger_entry(ledger, db, "key_epoch", now, rest);
}

size_t hub_purge(struct ledger *ledger, struct db *db, uint64_t before,
                 uint64_t now, size_t most)
{
    size_t count = 0;
    uint64_t number = 0;

    /* One at a time: a row is not deleted under a statement that reads. */
    while (count < most &&
           db_row(db, TO_PURGE, DB_VALUES(DB_INT(before), DB_INT(number)))) {
        number = db_int(db, TO_PURGE, 0);
        hub_append_report(ledger, db, "purge", now, db_blob(db, TO_PURGE, 1));
        db_done(db, TO_PURGE);
        (void)db_run(db, PURGE, DB_VALUES(DB_INT(number)));
        count++;
    }
    return count;
}
