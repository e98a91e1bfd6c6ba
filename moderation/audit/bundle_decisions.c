/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions and appeals of a bundle, by the entries of its case. */
#include "bundle_inner.h"

#include "outcome.h"

#include <stdlib.h>
#include <string.h>

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
    bool on_appeal; /* it takes the place of one that was in force */
};

/* One for each line; of those that make no decision, nothing. */
struct fates {
    struct fate *all;
    struct fate *standing; /* what is in force; NULL: nothing */
    struct fate *proposed; /* what waits for a second person */
};

static void take_place(struct fates *f, struct fate *fate, uint64_t time)
{
    if (f->standing != NULL) {
        f->standing->state = BUNDLE_OVERTURNED;
    }
    fate->state = BUNDLE_IN_FORCE;
    fate->in_force = time;
    f->standing = fate;
}

static void review(struct fates *f, const struct bundle_line *line,
                   bool confirms)
{
    struct fate *fate = f->proposed;

    if (fate == NULL) {
        return;
    }
    f->proposed = NULL;
    fate->review = line;
    fate->by_second = true;
    if (confirms) {
        take_place(f, fate, line->time);
    } else {
        fate->state = BUNDLE_RETURNED;
    }
}

/* A decision that is proposed or made while another is in force takes its
 * place: on an appeal, or after such a proposal was returned. */
static void follow(struct fates *f, size_t at, const struct bundle_line *line)
{
    struct fate *fate = &f->all[at];

    if (makes_decision(line)) {
        fate->on_appeal = f->standing != NULL;
        if (strcmp(line->action, "proposed") == 0) {
            fate->state = BUNDLE_PROPOSED;
            f->proposed = fate;
        } else {
            take_place(f, fate, line->time);
        }
    } else if (bundle_line_is(line, "review", "confirmed")) {
        review(f, line, true);
    } else if (bundle_line_is(line, "review", "returned")) {
        review(f, line, false);
    } else if (bundle_line_is(line, "decision", "retracted") &&
               f->standing != NULL) {
        f->standing->state = BUNDLE_RETRACTED;
        f->standing->in_force = 0;
        f->standing->review = line;
        f->standing->by_second = false;
        f->standing = NULL;
    }
}

static bool find_fates(struct bundle_check *c, struct fates *out)
{
    *out = (struct fates){
        .all = calloc(c->moderation.count + 1, sizeof *out->all)};
    if (out->all == NULL) {
        c->exhausted = true;
        return false;
    }
    for (size_t i = 0; i < c->moderation.count; i++) {
        if (c->moderation.lines[i].of_case) {
            follow(out, i, &c->moderation.lines[i]);
        }
    }
    return true;
}

static const char *fate_fault(const struct bundle_decision *d,
                              const struct fate *fate)
{
    if (d->on_appeal != fate->on_appeal) {
        return "whether it was made on an appeal";
    }
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

static void check_decision(struct bundle_check *c, const struct fates *fates,
                           size_t i, bool taken[static BUNDLE_DECISIONS_MAX],
                           size_t *at)
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
        why = fate_fault(d, &fates->all[*at - 1]);
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

/* An answer that is worse and grave is proposed to a second person. */
static bool was_proposed(const struct bundle_check *c,
                         const struct bundle_appeal *a)
{
    for (size_t i = 0; i < c->moderation.count; i++) {
        const struct bundle_line *line = &c->moderation.lines[i];

        if (line->of_case && line->time == a->answer_time && line->steps &&
            line->from == CASE_APPEALED &&
            bundle_line_is(line, "decision", "proposed") &&
            bundle_same(line->by, a->answered_by)) {
            return true;
        }
    }
    return false;
}

static void check_answer(struct bundle_check *c, size_t i)
{
    const struct bundle_appeal *a = &c->bundle->appeals[i];
    bool answered = has_line(c, "appeal", a->upheld ? "upheld" : "overturned",
                             a->answer_time, NULL, a->answered_by);
    bool proposed = !answered && !a->upheld && was_proposed(c, a);

    if (!answered && !proposed) {
        bundle_refuse(c, "appeal",
                      "The log tells otherwise of the answer to appeal %zu.",
                      i);
        return;
    }
    bundle_find(c, BUNDLE_PROVEN, "appeal", BY_LOG, a->answer_time,
                "Appeal %zu was answered by %s: the decision was %s.", i,
                WORDS(a->answered_by),
                proposed    ? "to be replaced, if a second person agrees"
                : a->upheld ? "upheld"
                            : "overturned");
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
    if (a->answered) {
        check_answer(c, i);
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
    struct fates fates;
    size_t told = 0;
    size_t at = 0;

    if (!find_fates(c, &fates)) {
        return;
    }
    for (size_t i = 0; i < c->bundle->decision_count; i++) {
        check_decision(c, &fates, i, taken, &at);
        told += taken[i];
    }
    for (size_t i = 0; i < c->bundle->appeal_count; i++) {
        check_appeal(c, i);
    }
    say_left_out(c, told);
    free(fates.all);
}
