/* SPDX-License-Identifier: Apache-2.0 */
/* What was found in a log, in words. */
#include "log_client.h"

#include <inttypes.h>
#include <stdio.h>

const char *log_finding_name(enum log_finding finding)
{
    static const char *const names[] = {
        [LOG_HOLDS] = "holds",
        [LOG_UNSIGNED] = "unsigned",
        [LOG_FEW] = "few-cosignatures",
        [LOG_REPLAY] = "replay",
        [LOG_ROLLBACK] = "rollback",
        [LOG_FORK] = "fork",
        [LOG_REWRITE] = "rewrite",
        [LOG_MISSING] = "missing",
        [LOG_TILE] = "tile",
        [LOG_SWAPPED] = "swapped",
        [LOG_ENTRY] = "entry",
        [LOG_ROOT] = "root",
    };

    return names[finding];
}

/* "entry 7", "entries 7 to 9" */
static void entries_text(char *out, size_t size, const struct log_result *r)
{
    if (r->end <= r->first + 1) {
        (void)snprintf(out, size, "entry %" PRIu64, r->first);
    } else {
        (void)snprintf(out, size, "entries %" PRIu64 " to %" PRIu64, r->first,
                       r->end - 1);
    }
}

/* What is said of a checkpoint beside the one that is remembered. */
static void older_text(char out[static LOG_TEXT_BYTES],
                       const struct log_result *r)
{
    const uint64_t now = r->checkpoint.size;
    const uint64_t before = r->remembered.size;
    char from[64] = "";

    if (r->first < now) {
        (void)snprintf(from, sizeof from, ": others from entry %" PRIu64 " on",
                       r->first);
    }
    switch (r->finding) {
    case LOG_REPLAY:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "replay: an old checkpoint of this log, of %" PRIu64
                       " entries where %" PRIu64 " were seen",
                       now, before);
        break;
    case LOG_ROLLBACK:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "rollback: %" PRIu64 " entries where %" PRIu64
                       " were seen, and not the beginning of these%s",
                       now, before, from);
        break;
    case LOG_FORK:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "fork: %" PRIu64
                       " entries, as were seen, with another root%s",
                       now, from);
        break;
    default:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "rewrite: entry %" PRIu64 " is not the one that was "
                       "seen, of %" PRIu64,
                       r->first, before);
        break;
    }
}

void log_result_text(char out[static LOG_TEXT_BYTES],
                     const struct log_result *r)
{
    char entries[64];

    entries_text(entries, sizeof entries, r);
    switch (r->finding) {
    case LOG_HOLDS:
        (void)snprintf(out, LOG_TEXT_BYTES, "holds");
        break;
    case LOG_UNSIGNED:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "unsigned: not a checkpoint that this log's key signed");
        break;
    case LOG_FEW:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "few-cosignatures: %zu of the policy's witnesses "
                       "cosigned, which are not the quorum",
                       r->verdict.count);
        break;
    case LOG_MISSING:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "missing: %s is missing, or not of its length: %s",
                       r->where, entries);
        break;
    case LOG_TILE:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "tile: %s does not go with the tiles above or below it "
                       "or with the root: %s",
                       r->where, entries);
        break;
    case LOG_SWAPPED:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "swapped: %s has hashes that belong to another place: "
                       "%s",
                       r->where, entries);
        break;
    case LOG_ENTRY:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "entry: in %s entry %" PRIu64 " is not the one whose "
                       "hash is in the log",
                       r->where, r->first);
        break;
    case LOG_ROOT:
        (void)snprintf(out, LOG_TEXT_BYTES,
                       "root: the hashes do not make the root that was "
                       "signed: %s",
                       entries);
        break;
    default:
        older_text(out, r);
        break;
    }
}
