/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_inside.h"

#include "hash.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_HEX_BYTES (2 * HASH_BYTES + 1)
#define NONCE_BYTES 16

/* One line of JSON; rest is what follows the members that every entry has. The
 * random bytes keep it from being guessed from its public hash. */
void hub_append(struct hub_store *store, struct db *db, const char *type,
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
    ledger_append(&store->ledger, db, entry, (size_t)len);
}

void hub_append_report(struct hub_store *store, struct db *db, const char *type,
                       uint64_t time, struct frank_span name)
{
    char hex[NAME_HEX_BYTES];
    char rest[NAME_HEX_BYTES + 16];

    if (name.len != HASH_BYTES) {
        return; /* one that was counted alone has no name */
    }
    (void)sodium_bin2hex(hex, sizeof hex, name.data, name.len);
    (void)snprintf(rest, sizeof rest, ",\"report\":\"%s\"", hex);
    hub_append(store, db, type, time, rest);
}

void hub_pad(struct hub_store *store, struct db *db, uint64_t multiple,
             uint64_t more, uint64_t now)
{
    do {
        hub_append(store, db, "padding", now, "");
        more -= more > 0;
    } while ((more > 0 || store->ledger.range.size % multiple != 0) &&
             db_ok(db));
}

void hub_log_refusals(struct hub_store *store, struct db *db, uint64_t from,
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
    hub_append(store, db, "reports_refused", until, rest);
}
