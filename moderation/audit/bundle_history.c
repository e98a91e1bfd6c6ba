/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to the case, as its entries tell it, and whether decisions and
 * appeals are told in the same way. */
#include "bundle_inner.h"

#include "outcome.h"

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

/* ---- Decisions ----------------------------------------------------------- */

static bool makes_decision(const struct bundle_line *line)
{
    return line->of_case && (bundle_line_is(line, "decision", "decided") ||
                             bundle_line_is(line, "decision", "proposed") ||
                             bundle_line_is(line, "appeal", "overturned"));
}

/* What the entry of a decision says of it; NULL: the same. */
static const char *line_fault(const struct bundle_decision *d,
                              const struct bundle_line *line)
{
    bool overturned = strcmp(line->action, "overturned") == 0;

    if (d->on_appeal != overturned) {
        return "whether it was made on an appeal";
    }
    if (!bundle_same(bundle_line_text(line, "policy"), d->policy)) {
        return "its policy";
    }
    if (strcmp(bundle_line_text(line, "outcome"),
               outcome_text((enum outcome)d->outcome)) != 0) {
        return "its outcome";
    }
    if (overturned) {
        return NULL; /* that entry says no more */
    }
    if (json_is_true(json_object_get(line->json, "grave")) != d->grave ||
        (strcmp(line->action, "proposed") == 0) != d->grave) {
        return "whether it is grave";
    }
    if (bundle_line_number(line, "book") != d->book) {
        return "its book of policies";
    }
    if (bundle_line_number(line, "withheld") != d->withheld) {
        return "how much was withheld";
    }
    return NULL;
}

/* What became of a decision, as the entries behind its own tell. */
struct fate {
    enum bundle_decision_state state;
    uint64_t in_force;
    const struct bundle_line *review; /* the second person's, or its end */
    bool by_second;
};

static struct fate fate_of(const struct bundle_check *c, size_t at)
{
    const struct bundle_line *lines = c->moderation.lines;
    struct fate fate = {BUNDLE_IN_FORCE, lines[at].time, NULL, false};

    if (strcmp(lines[at].action, "proposed") == 0) {
        fate = (struct fate){BUNDLE_PROPOSED, 0, NULL, false};
    }
    for (size_t i = at + 1; i < c->moderation.count; i++) {
        const struct bundle_line *line = &lines[i];

        if (!line->of_case) {
            continue;
        }
        if (bundle_line_is(line, "review", "confirmed")) {
            fate = (struct fate){BUNDLE_IN_FORCE, line->time, line, true};
        } else if (bundle_line_is(line, "review", "returned")) {
            fate = (struct fate){BUNDLE_RETURNED, 0, line, true};
        } else if (bundle_line_is(line, "decision", "retracted")) {
            fate = (struct fate){BUNDLE_RETRACTED, 0, line, false};
        } else if (bundle_line_is(line, "appeal", "overturned")) {
            fate.state = BUNDLE_OVERTURNED;
        }
        if (makes_decision(line)) {
            break;
        }
    }
    return fate;
}

static const char *fate_fault(const struct bundle_decision *d,
                              const struct fate *fate)
{
    if (d->state != fate->state) {
        return "what became of it";
    }
    if (d->in_force != fate->in_force) {
        return "since when it is in force";
    }
    if (d->reviewed != (fate->review != NULL) ||
        (d->reviewed &&
         (d->review_time != fate->review->time ||
          (fate->by_second && !bundle_same(fate->review->by, d->reviewer))))) {
        return "its review";
    }
    return NULL;
}

static const char *const state_texts[] = {
    "waited for a second person", "was in force", "had been returned",
    "had been taken back", "had been overturned on appeal"};

static void say_decision(struct bundle_check *c, size_t i,
                         const struct bundle_line *line)
{
    const struct bundle_decision *d = &c->bundle->decisions[i];

    bundle_find(c, BUNDLE_PROVEN, "decision", BY_LOG, line->time,
                "Decision %zu: %s%s, by %s%s under policy \"%s\" of book %llu. "
                "At entry %llu it %s.",
                i, outcome_text((enum outcome)d->outcome),
                d->grave ? " (grave)" : "", WORDS(d->by),
                d->on_appeal ? ", on appeal," : ",", WORDS(d->policy),
                (unsigned long long)d->book, (unsigned long long)c->last,
                state_texts[d->state]);
    if (d->reviewed && d->reviewer.len > 0) {
        bundle_find(c, BUNDLE_PROVEN, "review", BY_LOG, d->review_time,
                    "Decision %zu was reviewed by a second person, %s.", i,
                    WORDS(d->reviewer));
    }
    bundle_find(c, BUNDLE_WORD, "explanation", BY_MODERATION, 0,
                "The policy's words and the explanation of decision %zu are "
                "as the moderation side gives them.",
                i);
}

static void check_decision(struct bundle_check *c, size_t i,
                           bool taken[static BUNDLE_DECISIONS_MAX], size_t *at)
{
    const struct bundle_decision *d = &c->bundle->decisions[i];
    const struct bundle_line *line = NULL;
    const char *why = NULL;
    size_t from = *at;

    for (; *at < c->moderation.count && line == NULL; (*at)++) {
        const struct bundle_line *candidate = &c->moderation.lines[*at];

        if (makes_decision(candidate) && candidate->time == d->made &&
            bundle_same(candidate->by, d->by)) {
            line = candidate;
        }
    }
    if (line == NULL) {
        bundle_refuse(c, "decision",
                      "No entry of the log tells of decision %zu, of %s.", i,
                      WHEN(d->made));
        *at = from;
        return;
    }
    taken[i] = true;
    why = line_fault(d, line);
    if (why == NULL) {
        struct fate fate = fate_of(c, *at - 1);

        why = fate_fault(d, &fate);
    }
    if (why != NULL) {
        bundle_refuse(c, "decision",
                      "The log tells otherwise of decision %zu: %s (entry "
                      "%llu).",
                      i, why, (unsigned long long)line->entry->index);
    } else {
        say_decision(c, i, line);
    }
}

/* ---- Appeals ------------------------------------------------------------- */

static bool has_line(const struct bundle_check *c, const char *type,
                     const char *action, uint64_t time, const char *by,
                     struct frank_span who)
{
    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];

        if (line->of_case && line->time == time &&
            bundle_line_is(line, type, action) &&
            (by != NULL || bundle_same(line->by, who))) {
            return true;
        }
    }
    return false;
}

static void check_appeal(struct bundle_check *c, size_t i)
{
    const struct bundle_appeal *a = &c->bundle->appeals[i];
    const char *who = a->by_reporter ? "the reporter" : "the accused";
    const struct frank_span nobody = {NULL, 0};

    if (!has_line(c, "appeal", a->by_reporter ? "by_reporter" : "by_accused",
                  a->received, "", nobody)) {
        bundle_refuse(c, "appeal",
                      "No entry of the log tells of appeal %zu, by %s.", i,
                      who);
        return;
    }
    bundle_find(c, BUNDLE_PROVEN, "appeal", BY_LOG, a->received,
                "Appeal %zu came, by %s.", i, who);
    if (a->answered &&
        !has_line(c, "appeal", a->upheld ? "upheld" : "overturned",
                  a->answer_time, NULL, a->answered_by)) {
        bundle_refuse(c, "appeal",
                      "The log tells otherwise of the answer to appeal %zu.",
                      i);
    } else if (a->answered) {
        bundle_find(c, BUNDLE_PROVEN, "appeal", BY_LOG, a->answer_time,
                    "Appeal %zu was answered by %s: the decision was %s.", i,
                    WORDS(a->answered_by), a->upheld ? "upheld" : "overturned");
    }
}

/* Decisions and appeals of which the entries tell, and the bundle does not. */
static void say_left_out(struct bundle_check *c, size_t told)
{
    size_t decisions = 0;
    size_t appeals = 0;

    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];

        decisions += makes_decision(line);
        appeals +=
            line->of_case && (bundle_line_is(line, "appeal", "by_reporter") ||
                              bundle_line_is(line, "appeal", "by_accused"));
    }
    if (decisions > told) {
        bundle_find(c, BUNDLE_NOT_SHOWN, "decision", "", 0,
                    "The log tells of %s that the bundle does not show.",
                    COUNT(decisions - told, "decision"));
    }
    if (appeals > c->bundle->appeal_count) {
        bundle_find(c, BUNDLE_NOT_SHOWN, "appeal", "", 0,
                    "The log tells of %s that the bundle does not show.",
                    COUNT(appeals - c->bundle->appeal_count, "appeal"));
    }
}

void bundle_check_decisions(struct bundle_check *c)
{
    bool taken[BUNDLE_DECISIONS_MAX] = {false};
    size_t told = 0;
    size_t at = 0;

    for (size_t i = 0; i < c->bundle->decision_count; i++) {
        check_decision(c, i, taken, &at);
        told += taken[i];
    }
    for (size_t i = 0; i < c->bundle->appeal_count; i++) {
        check_appeal(c, i);
    }
    say_left_out(c, told);
}
