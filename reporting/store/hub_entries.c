/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_inside.h"

#include "hash.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#define NAME_HEX_BYTES (2 * HASH_BYTES + 1)

void hub_append_report(struct ledger *ledger, struct db *db, const char *type,
                       uint64_t time, struct frank_span name)
{
    char hex[NAME_HEX_BYTES];
    char rest[NAME_HEX_BYTES + 16];

    if (name.len != HASH_BYTES) {
        return; /* one that was counted alone has no name */
    }
    (void)sodium_bin2hex(hex, sizeof hex, name.data, name.len);
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"", hex);
    ledger_entry(ledger, db, type, time, rest);
}

void hub_log_refusals(struct ledger *ledger, struct db *db, uint64_t from,
                      uint64_t until, const struct hub_refusals *refusals,
                      size_t count)
{
    char rest[4096];
    int len =
        snprintf(rest, sizeof rest,
                 ",\"from\":%" PRIu64 ",\"until\":%" PRIu64 ",\"counts\":{",
                 from, until);

    for (size_t i = 0; i < count && len > 0 && len < 3900; i++) {
        len +=
            snprintf(rest + len, sizeof rest - (size_t)len, "%s\"%s\":%" PRIu64,
                     i > 0 ? "," : "", refusals[i].reason, refusals[i].count);
    }
    (void)snprintf(rest + len, sizeof rest - (size_t)len, "}");
    ledger_entry(ledger, db, "reports_refused", until, rest);
}
