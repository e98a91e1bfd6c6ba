/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of logs, as an auditor reads them: the first byte says of which log.
 */
#include "fuzz.h"
#include "key_json.h"
#include "rules_entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool begun;
    static const struct rules_quorums none = {NULL, 0};
    struct rules_entry entry;
    enum rules_log log;

    if (!begun) {
        key_json_start(abort);
        begun = true;
    }
    if (size == 0) {
        return 0;
    }
    log = data[0] % 2 == 0 ? RULES_HUB : RULES_MOD;
    rules_read(&entry, log, 1, (struct frank_span){data + 1, size - 1}, &none);
    HOLDS(entry.usable || entry.wrong != NULL);
    HOLDS(entry.what < SAYS_COUNT && entry.log == log && entry.index == 1);
    if (!entry.usable) {
        return 0;
    }
    HOLDS(rules_kinds[entry.what].log == log || entry.what == SAYS_PADDING);
    HOLDS(entry.time <= RULES_TIME_MAX && entry.until <= RULES_TIME_MAX);
    HOLDS(entry.has_by == (rules_kinds[entry.what].may != 0));
    HOLDS(!entry.has_change || rules_kinds[entry.what].steps != 0);
    HOLDS(!entry.has_receipt || entry.receipt_error != FRANK_OK);
    HOLDS(strlen(entry.policy) <= RULES_POLICY_MAX);
    HOLDS(strlen(entry.by) == 0 || strlen(entry.by) == 16);
    return 0;
}
