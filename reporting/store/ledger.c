/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

bool ledger_load(struct merkle_range *out, struct db *db)
{
    bool ok = true;

    memset(out, 0, sizeof *out);
    if (db_row(db, LEDGER_LOAD, NULL, 0)) {
        ok = merkle_range_decode(out, db_blob(db, LEDGER_LOAD, 0), NULL) ==
             FRANK_OK;
        db_done(db, LEDGER_LOAD);
    }
    return ok && db_ok(db);
}

void ledger_append(struct ledger *ledger, struct db *db, const void *entry,
                   size_t len)
{
    uint8_t leaf[MERKLE_HASH_BYTES];

    if (len > LEDGER_ENTRY_MAX_BYTES) {
        abort();
    }
    (void)db_run(db, LEDGER_APPEND,
                 DB_VALUES(DB_INT(ledger->range.size), DB_BLOB(entry, len)));
    merkle_leaf(leaf, (struct frank_span){entry, len});
    merkle_append(&ledger->range, leaf);
    ledger->changed = true;
}

void ledger_save(struct ledger *ledger, struct db *db)
{
    uint8_t bytes[MERKLE_RANGE_MAX_BYTES];

    if (ledger->changed) {
        size_t len = merkle_range_encode(bytes, &ledger->range);

        (void)db_run(db, LEDGER_SAVE, DB_VALUES(DB_BLOB(bytes, len)));
        ledger->changed = false;
    }
}

uint64_t ledger_read(struct db *db, uint64_t from, uint64_t to,
                     ledger_visit *visit, void *context)
{
    uint64_t count = 0;
    bool more = db_row(db, LEDGER_READ, DB_VALUES(DB_INT(from), DB_INT(to)));

    while (more) {
        count++;
        if (!visit(context, db_blob(db, LEDGER_READ, 0))) {
            db_done(db, LEDGER_READ);
            break;
        }
        more = db_next(db, LEDGER_READ);
    }
    return count;
}
