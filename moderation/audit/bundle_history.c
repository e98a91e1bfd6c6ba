/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to the case, as its entries tell it. */
#include "bundle_inner.h"

#include <sodium.h>
#include <string.h>

/* ---- The chain ----------------------------------------------------------- */

/* Whether an entry names the case's entry before it; the first names none. */
static bool goes_on_from(const struct bundle_line *line,
                         const struct bundle_line *before)
{
    const json_t *previous = json_object_get(line->json, "previous");

    if (before == NULL) {
        return previous == NULL;
    }
    return json_is_integer(previous) && json_integer_value(previous) >= 0 &&
           (uint64_t)json_integer_value(previous) == before->entry->index;
}

/* Who signs a bundle would leave out what speaks against him, a whole appeal
 * perhaps: steps alone do not show it, for they come back to where they were.
 */
static void check_chain(struct bundle_check *c)
{
    const struct bundle_line *before = NULL;
    size_t count = 0;
    bool whole = true;

    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];

        if (!line->of_case) {
            continue;
        }
        if (!goes_on_from(line, before)) {
            whole = false;
            bundle_refuse(c, "chain",
                          "Entry %llu does not go on from the case's entry "
                          "before it in the bundle: one is left out, or it "
                          "names none.",
                          (unsigned long long)line->entry->index);
        }
        before = line;
        c->last = line->entry->index;
        count++;
    }
    if (whole && count > 0) {
        bundle_find(c, BUNDLE_PROVEN, "chain", BY_LOG, before->time,
                    "The bundle has every entry of the case up to entry %llu: "
                    "%s, each of which names the one before.",
                    (unsigned long long)c->last, COUNT(count, "entry"));
    }
}

/* ---- States -------------------------------------------------------------- */

static void check_steps(struct bundle_check *c)
{
    bool begun = false;
    size_t steps = 0;

    c->state = CASE_WAITING;
    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];
        unsigned long long index = line->entry->index;

        if (line->json == NULL || !line->of_case) {
            continue;
        }
        if (!begun && !bundle_line_is(line, "report_taken_over", "new")) {
            bundle_refuse(c, "states",
                          "The case's history does not begin with its first "
                          "report, but with entry %llu.",
                          index);
        }
        begun = true;
        if (line->steps && line->from != c->state) {
            bundle_refuse(c, "states",
                          "Entry %llu goes on from the state \"%s\", but the "
                          "case was in \"%s\": an entry before it is left "
                          "out.",
                          index, case_state_text(line->from),
                          case_state_text(c->state));
        }
        if (line->steps) {
            c->state = line->to;
            steps++;
        }
    }
    if (begun) {
        bundle_find(c, BUNDLE_PROVEN, "states", BY_LOG, 0,
                    "The case went through %s to the state \"%s\", each going "
                    "on from the one before.",
                    COUNT(steps, "step"), case_state_text(c->state));
    } else {
        bundle_refuse(c, "states", "No entry of the log is about this case.");
    }
}

static void check_export(struct bundle_check *c)
{
    char id[2 * BUNDLE_ID_BYTES + 1];

    (void)sodium_bin2hex(id, sizeof id, c->bundle->id, sizeof c->bundle->id);
    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];

        if (line->of_case && bundle_line_is(line, "export", NULL) &&
            strcmp(bundle_line_text(line, "bundle"), id) == 0) {
            c->exported = line->time;
            c->export_line = line;
            bundle_find(c, BUNDLE_PROVEN, "export", BY_LOG, line->time,
                        "That this bundle was made stands in the log (entry "
                        "%llu, by %s).",
                        (unsigned long long)line->entry->index,
                        WORDS(((struct frank_span){(const uint8_t *)line->by,
                                                   strlen(line->by)})));
            return;
        }
    }
    bundle_refuse(c, "export",
                  "No entry of the log says that this bundle was made.");
}

static void say_unreadable(struct bundle_check *c)
{
    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];

        if (line->of_case && line->report < c->bundle->report_count &&
            bundle_line_is(line, "opening_checked", NULL) &&
            json_object_get(json_object_get(line->json, "verdicts"),
                            "unreadable") != NULL) {
            bundle_find(c, BUNDLE_PROVEN, "unreadable", BY_LOG, line->time,
                        "The log says that report %zu was opened and that its "
                        "body could not be read: nobody saw what it holds.",
                        line->report);
        }
    }
}

/* What else the entries say that a reader should know. */
static void say_rest(struct bundle_check *c)
{
    bool held = false;

    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];

        if (bundle_line_is(line, "identity_revealed", NULL)) {
            bundle_find(c, BUNDLE_PROVEN, "identity", BY_LOG, line->time,
                        "The reporter's name was shown to a moderator.");
        } else if (line->of_case && bundle_line_is(line, "purge", NULL)) {
            bundle_find(c, BUNDLE_PROVEN, "purge", BY_LOG, line->time,
                        "The moderation side says that it has forgotten the "
                        "case.");
        } else if (bundle_line_is(line, "legal_hold", NULL) && !held) {
            held = true;
            bundle_find(c, BUNDLE_PROVEN, "hold", BY_LOG, line->time,
                        "A legal hold was asked for.");
        }
    }
    say_unreadable(c);
    for (size_t r = 0; r < c->bundle->report_count; r++) {
        bundle_find(c, BUNDLE_PROVEN, "looks", BY_LOG, 0,
                    "Up to entry %llu, the log says that the content of report "
                    "%zu was shown to a moderator %s.",
                    (unsigned long long)c->last, r,
                    COUNT(c->reports[r].looks, "time"));
    }
    bundle_find(c, BUNDLE_NOT_SHOWN, "later", "", 0,
                "What happened in the case after entry %llu of the log is not "
                "in the bundle; the live log can tell (--mod).",
                (unsigned long long)c->last);
}

void bundle_check_history(struct bundle_check *c)
{
    check_chain(c);
    check_steps(c);
    check_export(c);
    say_rest(c);
}
