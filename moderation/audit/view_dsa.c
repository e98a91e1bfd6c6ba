/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A statement of reasons (Article 17 of Regulation (EU) 2022/2065) in the form
 * of the DSA Transparency Database, whose statements must not hold personal
 * data: no address, no content, nor what moderators wrote. What is told of the
 * facts is made of numbers and dates.
 */
#include "view_write.h"

#include "bundle_inner.h"
#include "outcome.h"
#include "parts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- The statement ------------------------------------------------------- */

static void set(json_t *out, const char *member, const char *value)
{
    (void)json_object_set_new(out, member, json_string(value));
}

static void mark(struct view_writer *w, json_t *out, const char *member,
                 const char *what)
{
    set(out, member, VIEW_TO_FILL);
    view_to_fill(w, member, what);
}

static void set_date(json_t *out, const char *member, uint64_t ms)
{
    char time[VIEW_TIME_BYTES];

    view_time(time, ms);
    time[10] = '\0';
    set(out, member, time);
}

static const struct bundle_decision *in_force(const struct bundle *bundle)
{
    const struct bundle_decision *found = NULL;

    for (size_t i = 0; i < bundle->decision_count; i++) {
        if (bundle->decisions[i].state == BUNDLE_IN_FORCE) {
            found = &bundle->decisions[i];
        }
    }
    return found;
}

/* The messages of the accused that were shown: what they hold. */
static void add_types(const struct bundle_check *c, size_t r, bool *seen)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    struct parts *parts = calloc(1, sizeof *parts);

    for (size_t m = 0; parts != NULL && m < report->count; m++) {
        struct frank_span content = report->messages[m].content;

        if (report->messages[m].disclosed && view_of_accused(c, r, m) &&
            parts_read(parts, content.data, content.len, NULL) == FRANK_OK) {
            for (size_t i = 0; i < parts->count; i++) {
                const char *type = part_shown_type(parts->items[i].media_type);
                bool text = part_is_text(parts->items[i].media_type);

                seen[0] |= type != NULL && strncmp(type, "audio", 5) == 0;
                seen[1] |= type != NULL && strncmp(type, "image", 5) == 0;
                seen[2] |= text;
                seen[3] |= type != NULL && strncmp(type, "video", 5) == 0;
                seen[4] |= type == NULL && !text;
            }
            parts_free(parts);
        }
    }
    free(parts);
}

static void put_content(struct view_writer *w, json_t *out,
                        const struct bundle_check *c)
{
    static const char *const names[] = {
        "CONTENT_TYPE_AUDIO", "CONTENT_TYPE_IMAGE", "CONTENT_TYPE_TEXT",
        "CONTENT_TYPE_VIDEO", "CONTENT_TYPE_OTHER"};
    bool seen[5] = {false};
    json_t *types = json_array();
    uint64_t last = 0;

    for (size_t r = 0; r < c->bundle->report_count; r++) {
        const struct bundle_message *accused =
            view_accused(&c->bundle->reports[r]);

        add_types(c, r, seen);
        if (accused != NULL &&
            accused->evidence.context.accepted_timestamp > last) {
            last = accused->evidence.context.accepted_timestamp;
        }
    }
    for (size_t i = 0; i < 5; i++) {
        if (seen[i]) {
            (void)json_array_append_new(types, json_string(names[i]));
        }
    }
    if (json_array_size(types) == 0) {
        (void)json_array_append_new(types, json_string(VIEW_TO_FILL));
        view_to_fill(w, "content_type",
                     "CONTENT_TYPE_TEXT or another: the "
                     "bundle shows no content");
    }
    (void)json_object_set_new(out, "content_type", types);
    if (seen[4]) {
        mark(w, out, "content_type_other", "what kind of content");
    }
    if (last > 0) {
        set_date(out, "content_date", last);
    } else {
        mark(w, out, "content_date", "when the content was sent, YYYY-MM-DD");
    }
}

/* Reasons of the reports: the first that has a category. */
static void put_category(struct view_writer *w, json_t *out,
                         const struct bundle *bundle)
{
    for (size_t r = 0; r < bundle->report_count; r++) {
        const struct frank_reason *reason =
            frank_reason(bundle->reports[r].reason);

        if (reason != NULL && reason->dsa_category != NULL) {
            set(out, "category", reason->dsa_category);
            view_to_fill(w, "category_specification",
                         reason->dsa_keywords != NULL ? reason->dsa_keywords
                                                      : "a keyword, or none");
            return;
        }
    }
    mark(w, out, "category", "a category of the database");
}

static void put_ground(struct view_writer *w, json_t *out,
                       const struct bundle_decision *decision)
{
    char ground[BUNDLE_NAME_MAX_BYTES + BUNDLE_TITLE_MAX_BYTES + 64];

    set(out, "decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT");
    if (decision->policy.len > 0) {
        (void)snprintf(
            ground, sizeof ground, "%.*s (policy %.*s, book of policies %llu)",
            (int)decision->title.len, (const char *)decision->title.data,
            (int)decision->policy.len, (const char *)decision->policy.data,
            (unsigned long long)decision->book);
        set(out, "incompatible_content_ground", ground);
    } else {
        mark(w, out, "incompatible_content_ground",
             "the clause of the terms and conditions");
    }
    mark(w, out, "incompatible_content_explanation",
         "why the content breaks that rule, without personal data");
    view_to_fill(w, "decision_ground",
                 "check: for illegal content it is "
                 "DECISION_GROUND_ILLEGAL_CONTENT, with its two members");
}

/* The messages that the hub signed the accused sent: one that several people
 * reported counts once. */
static size_t count_sent(const struct bundle_check *c)
{
    json_t *seen = json_object();
    size_t count;

    for (size_t r = 0; r < c->bundle->report_count; r++) {
        const struct bundle_report *report = &c->bundle->reports[r];

        for (size_t m = 0; m < report->count; m++) {
            const struct frank_evidence *sent = &report->messages[m].evidence;
            char hex[2 * FRANK_TAG_BYTES + 1];
            char name[sizeof hex + 24];

            if (view_of_accused(c, r, m)) {
                (void)sodium_bin2hex(hex, sizeof hex, sent->tag,
                                     sizeof sent->tag);
                (void)snprintf(
                    name, sizeof name, "%s %llu", hex,
                    (unsigned long long)sent->context.accepted_timestamp);
                (void)json_object_set_new(seen, name, json_true());
            }
        }
    }
    count = json_object_size(seen);
    json_decref(seen);
    return count;
}

static void put_facts(struct view_writer *w, json_t *out,
                      const struct bundle_check *c,
                      const struct bundle_decision *decision)
{
    unsigned holders = 0;
    char text[4096];

    for (size_t r = 0; r < c->bundle->report_count; r++) {
        holders |= c->reports[r].holders;
    }
    (void)snprintf(
        text, sizeof text,
        "Recipients of a conversation made %s. The hub of the service signed, "
        "by message franking, that the account sent %s that they name; "
        "messages around these, of other senders, are not counted. %s of key "
        "shares agreed that the reports be opened; a person decided%s%s.",
        COUNT(c->bundle->report_count, "report"),
        COUNT(count_sent(c), "message"),
        COUNT((unsigned)__builtin_popcount(holders), "holder"),
        decision->reviewed ? ", and a second person confirmed it" : "",
        decision->on_appeal ? ", on appeal, in place of an earlier decision"
                            : "");
    set(out, "decision_facts", text);
    view_to_fill(w, "decision_facts",
                 "check, and add what the decision rests on, without personal "
                 "data");
}

static void put_restriction(json_t *out, const struct bundle_decision *decision)
{
    if (decision->outcome == OUTCOME_SUSPEND) {
        set(out, "decision_account", "DECISION_ACCOUNT_SUSPENDED");
    } else {
        set(out, "decision_provision", "DECISION_PROVISION_PARTIAL_SUSPENSION");
    }
}

static json_t *make_statement(struct view_writer *w,
                              const struct bundle_check *c,
                              const struct bundle_decision *decision)
{
    json_t *out = json_object();
    char puid[2 * BUNDLE_ID_BYTES + 1];

    for (size_t i = 0; i < BUNDLE_ID_BYTES; i++) {
        (void)snprintf(puid + 2 * i, 3, "%02x", decision->id[i]);
    }
    put_restriction(out, decision);
    put_ground(w, out, decision);
    put_content(w, out, c);
    put_category(w, out, c->bundle);
    set_date(out, "application_date", decision->in_force);
    put_facts(w, out, c, decision);
    set(out, "source_type", "SOURCE_TYPE_OTHER_NOTIFICATION");
    view_to_fill(w, "source_type",
                 "check: a notice of illegal content is SOURCE_ARTICLE_16, one "
                 "of a trusted flagger SOURCE_TRUSTED_FLAGGER");
    set(out, "automated_detection", "No");
    set(out, "automated_decision", "AUTOMATED_DECISION_NOT_AUTOMATED");
    set(out, "puid", puid);
    view_to_fill(w, "territorial_scope", "countries, or leave it out");
    return out;
}

int view_dsa(struct view *out, const struct bundle_check *c,
             struct frank_fault *fault)
{
    const struct bundle_decision *decision = in_force(c->bundle);
    struct view_writer w;
    json_t *made;

    view_begin(&w, out);
    if (w.failed) {
        return view_end(&w, fault);
    }
    if (decision == NULL) {
        return view_give_up(&w, fault, FRANK_ERR_MISSING,
                            "a decision that is in force, in the bundle");
    }
    if (decision->outcome != OUTCOME_RESTRICT &&
        decision->outcome != OUTCOME_SUSPEND) {
        return view_give_up(&w, fault, FRANK_ERR_MISSING,
                            "a decision that restricts something: Article 17 "
                            "asks for no statement of this one");
    }
    made = make_statement(&w, c, decision);
    view_put_json(&w, made);
    json_decref(made);
    return view_end(&w, fault);
}
