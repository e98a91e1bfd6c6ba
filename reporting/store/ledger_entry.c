/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger_entry.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define NONCE_BYTES 16

void ledger_entry(struct ledger *ledger, struct db *db, const char *type,
                  uint64_t time, const char *rest)
{
    uint8_t nonce[NONCE_BYTES];
    char hex[2 * NONCE_BYTES + 1];
    char entry[LEDGER_ENTRY_REST_MAX_BYTES + 192];
    int len;

    randombytes_buf(nonce, sizeof nonce);
    (void)sodium_bin2hex(hex, sizeof hex, nonce, sizeof nonce);
    len = snprintf(entry, sizeof entry,
                   "{\"type\":\"%s\",\"time\":%" PRIu64 ",\"nonce\":\"%s\"%s}",
                   type, time, hex, rest);
    if (len < 0 || (size_t)len >= sizeof entry) {
        abort();
    }
    ledger_append(ledger, db, entry, (size_t)len);
}

void ledger_pad(struct ledger *ledger, struct db *db, uint64_t multiple,
                uint64_t more, uint64_t now)
{
    do {
        ledger_entry(ledger, db, "padding", now, "");
        more -= more > 0;
    } while ((more > 0 || ledger->range.size % multiple != 0) && db_ok(db));
}
