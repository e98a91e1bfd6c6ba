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
    char entry[8192];
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
