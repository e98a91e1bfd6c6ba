/* SPDX-License-Identifier: Apache-2.0 */
#include "spot_case.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool fail(struct spot_case_found *out, enum spot_standing standing,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The first reason is kept. */
static bool fail(struct spot_case_found *out, enum spot_standing standing,
                 const char *format, ...)
{
    va_list list;

    if (out->standing == SPOT_HOLDS) {
        out->standing = standing;
        va_start(list, format);
        (void)vsnprintf(out->why, sizeof out->why, format, list);
        va_end(list);
    }
    return false;
}

/* ---- The bundle by itself
 * ---------------------------------------------------------- */

static bool check_findings(struct spot_case_found *out,
                           const struct bundle_check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        if (check->findings[i].standing == BUNDLE_REFUSED) {
            return fail(out, SPOT_FAILS_BUNDLE, "%s", check->findings[i].text);
        }
    }
    return true;
}

/* ---- Against the log
 * --------------------------------------------------------------- */

/* Its checkpoint is one of the log that the auditor read. */
static bool check_root(struct spot_case_found *out,
                       const struct bundle_check *check,
                       const struct spot_walk *walk)
{
    const struct note_checkpoint *c = &check->moderation.checkpoint;

    for (size_t i = 0; i < walk->root_count; i++) {
        const struct spot_root *r = &walk->roots[i];

        if (r->size == c->size &&
            memcmp(r->root, c->root, sizeof c->root) == 0) {
            return (r->seen && r->same) ||
                   fail(out, SPOT_FAILS_LOG,
                        r->seen ? "its checkpoint of %" PRIu64
                                  " entries is of another log"
                                : "its checkpoint of %" PRIu64
                                  " entries is newer than the log that was "
                                  "read",
                        c->size);
        }
    }
    return fail(out, SPOT_FAILS_LOG,
                "its checkpoint of %" PRIu64 " entries was not compared: the "
                "answer has too many",
                c->size);
}

static size_t count_matches(const struct bundle_check *check, size_t report)
{
    const struct bundle_report_facts *facts = &check->reports[report];
    size_t count = 0;

    for (size_t i = 0; i < check->bundle->reports[report].count; i++) {
        count += facts->verdicts[i].state == OPENING_MATCHES ||
                 facts->verdicts[i].state == OPENING_MALFORMED;
    }
    return count;
}

static size_t find_report(const struct bundle_check *check,
                          const uint8_t name[static FRANK_DIGEST_BYTES])
{
    size_t i = 0;

    while (i < check->bundle->report_count &&
           memcmp(check->reports[i].name, name, FRANK_DIGEST_BYTES) != 0) {
        i++;
    }
    return i;
}

/* What was found when it was opened is there, but for what names reporters. */
static void check_report(struct spot_case_found *out,
                         const struct bundle_check *check,
                         const struct spot_opened *opened)
{
    size_t report = find_report(check, opened->name);
    size_t matches;

    if (report == check->bundle->report_count) {
        (void)fail(out, SPOT_FAILS_REPORT,
                   "a report that the log shows as opened is not in it");
        return;
    }
    if (!opened->checked) {
        (void)fail(out, SPOT_FAILS_REPORT,
                   "the log does not say what was found in report %zu", report);
        return;
    }
    matches = count_matches(check, report);
    out->messages += matches;
    if (matches > opened->matches || (matches == 0 && opened->matches > 0)) {
        (void)fail(out, SPOT_FAILS_REPORT,
                   "%zu %s of report %zu; when it was opened %" PRIu64 " did",
                   matches, matches == 1 ? "message matches" : "messages match",
                   report, opened->matches);
        return;
    }
    out->not_shown += opened->matches - matches;
}

/* It was made for this: an earlier bundle, true as it may be, does not show
 * what was opened since. */
static bool check_export(struct spot_case_found *out,
                         const struct bundle_check *check,
                         const struct spot_walk *walk)
{
    const struct bundle_line *line = check->export_line;

    if (line == NULL) {
        return fail(out, SPOT_FAILS_LOG, "the log does not tell of it");
    }
    return (line->entry->index >= walk->size &&
            strcmp(line->action, "spot_check") == 0) ||
           fail(out, SPOT_FAILS_LOG,
                "it was not made for this spot check (entry %" PRIu64 ")",
                line->entry->index);
}

static void check_bundle(struct spot_case_found *out,
                         const struct bundle_check *check,
                         const struct spot_case *one, size_t at,
                         const struct spot_walk *walk)
{
    if (!check_findings(out, check)) {
        return;
    }
    if (memcmp(check->bundle->case_name, one->name, sizeof one->name) != 0) {
        (void)fail(out, SPOT_FAILS_CASE, "it is of another case");
        return;
    }
    if (!check_root(out, check, walk) || !check_export(out, check, walk)) {
        return;
    }
    for (size_t i = 0; i < walk->opened_count; i++) {
        if (walk->opened[i].in_case == at &&
            walk->opened[i].entry < check->export_line->entry->index) {
            check_report(out, check, &walk->opened[i]);
        }
    }
}

void spot_case_find(struct spot_case_found *out, const struct spot_case *one,
                    size_t at, const struct spot_walk *walk,
                    const struct bundle_pins *pins)
{
    char reason[FRANK_FAULT_TEXT_BYTES];
    struct bundle_file *file = NULL;
    struct bundle_check *check = NULL;
    struct frank_fault fault;

    memset(out, 0, sizeof *out);
    if (one->state == SPOT_PURGED && walk->purged[at] != UINT64_MAX) {
        out->standing = SPOT_GONE;
        return;
    }
    if (one->state != SPOT_ANSWERED) {
        (void)fail(out, SPOT_FAILS_ANSWER,
                   one->state == SPOT_PURGED
                       ? "the log does not say that it was purged"
                       : "it could not be opened, or is too large");
        return;
    }
    if (bundle_decode(&file, one->bundle, one->len, &fault) != FRANK_OK) {
        frank_fault_text(reason, sizeof reason, &fault);
        (void)fail(out, SPOT_FAILS_BUNDLE, "%s", reason);
    } else if (bundle_check(&check, file, pins) != FRANK_OK) {
        (void)fail(out, SPOT_FAILS_BUNDLE, "out of memory");
    } else {
        check_bundle(out, check, one, at, walk);
    }
    bundle_check_free(check);
    bundle_free(file);
}

/* ---- Words
 * ------------------------------------------------------------------------- */

const char *spot_standing_text(enum spot_standing standing)
{
    static const char *const texts[SPOT_STANDINGS] = {
        "holds",       "purged since",   "bundle",      "another case",
        "another log", "missing report", "not answered"};

    return texts[standing];
}

bool spot_standing_fails(enum spot_standing standing)
{
    return standing != SPOT_HOLDS && standing != SPOT_GONE;
}
