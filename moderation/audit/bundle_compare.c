/* SPDX-License-Identifier: Apache-2.0 */
/* Two bundles of one case beside each other. They may show different things;
 * what both show must be the same. */
#include "bundle_inner.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    struct bundle_check *out;
    const struct bundle_check *a;
    const struct bundle_check *b;
};

static bool same_bytes(struct frank_span x, struct frank_span y)
{
    return x.len == y.len && (x.len == 0 || memcmp(x.data, y.data, x.len) == 0);
}

/* What one shows that the other does not. */
static void say_more(struct pair *p, const char *check, size_t only_a,
                     size_t only_b, const char *what)
{
    if (only_a > 0) {
        bundle_find(p->out, BUNDLE_NOT_SHOWN, check, "", 0,
                    "The first shows %s that the second does not.",
                    COUNT(only_a, what));
    }
    if (only_b > 0) {
        bundle_find(p->out, BUNDLE_NOT_SHOWN, check, "", 0,
                    "The second shows %s that the first does not.",
                    COUNT(only_b, what));
    }
}

/* Whether both show a text, and not the same. */
static bool texts_differ(struct frank_span x, struct frank_span y)
{
    return x.len > 0 && y.len > 0 && !same_bytes(x, y);
}

/* A text that names the reporter is left out with him. */
static void say_texts(struct pair *p, const char *what, struct frank_span x,
                      struct frank_span y)
{
    say_more(p, "texts", x.len > 0 && y.len == 0, y.len > 0 && x.len == 0,
             what);
}

/* ---- Logs ---------------------------------------------------------------- */

static void compare_trees(struct pair *p, const struct bundle_trail *a,
                          const struct bundle_trail *b, const char *by)
{
    const struct note_checkpoint *x = &a->checkpoint;
    const struct note_checkpoint *y = &b->checkpoint;

    if (strcmp(a->key.name, b->key.name) != 0 ||
        memcmp(a->key.public_key, b->key.public_key,
               sizeof a->key.public_key) != 0) {
        bundle_refuse(p->out, "key", "They are of two logs: %s of %s and %s.",
                      by, a->key.name, b->key.name);
    } else if (x->size == y->size &&
               memcmp(x->root, y->root, sizeof x->root) != 0) {
        bundle_refuse(p->out, "checkpoint",
                      "The key of %s signed two trees of the size %llu: the "
                      "log was forked.",
                      by, (unsigned long long)x->size);
    } else if (x->size == y->size) {
        bundle_find(p->out, BUNDLE_PROVEN, "checkpoint", by, 0,
                    "Both are of the same tree, of size %llu.",
                    (unsigned long long)x->size);
    } else {
        bundle_find(p->out, BUNDLE_NOT_SHOWN, "checkpoint", by, 0,
                    "They are of trees of sizes %llu and %llu; that one goes "
                    "on from the other, the log itself can tell (--mod).",
                    (unsigned long long)x->size, (unsigned long long)y->size);
    }
}

static void compare_entries(struct pair *p, const struct bundle_trail *a,
                            const struct bundle_trail *b, const char *by)
{
    size_t i = 0;
    size_t j = 0;
    size_t both = 0;

    while (i < a->count && j < b->count) {
        const struct bundle_entry *x = a->lines[i].entry;
        const struct bundle_entry *y = b->lines[j].entry;

        if (x->index == y->index && same_bytes(x->entry, y->entry)) {
            both++;
        } else if (x->index == y->index) {
            bundle_refuse(p->out, "entry",
                          "Entry %llu of %s is not the same in both.",
                          (unsigned long long)x->index, by);
        }
        i += x->index <= y->index;
        j += y->index <= x->index;
    }
    bundle_find(p->out, BUNDLE_PROVEN, "entry", by, 0, "Both show %s of %s.",
                COUNT(both, "entry"), by);
    say_more(p, "entry", a->count - both, b->count - both, "entry");
}

/* ---- Reports ------------------------------------------------------------- */

static size_t find_report(const struct bundle_check *c,
                          const uint8_t digest[static FRANK_DIGEST_BYTES])
{
    for (size_t r = 0; r < c->bundle->report_count; r++) {
        if (memcmp(c->reports[r].verdict.report_digest, digest,
                   FRANK_DIGEST_BYTES) == 0) {
            return r;
        }
    }
    return SIZE_MAX;
}

static bool same_evidence(const struct frank_evidence *x,
                          const struct frank_evidence *y)
{
    uint8_t a[FRANK_DIGEST_BYTES];
    uint8_t b[FRANK_DIGEST_BYTES];

    report_evidence_digest(a, x);
    report_evidence_digest(b, y);
    return memcmp(a, b, sizeof a) == 0;
}

static void compare_messages(struct pair *p, const struct bundle_report *x,
                             const struct bundle_report *y, size_t r)
{
    size_t i = 0;
    size_t j = 0;
    size_t both = 0;
    size_t only_x = 0;
    size_t only_y = 0;

    while (i < x->count && j < y->count) {
        const struct bundle_message *a = &x->messages[i];
        const struct bundle_message *b = &y->messages[j];

        if (a->index == b->index) {
            both++;
            only_x += a->disclosed && !b->disclosed;
            only_y += b->disclosed && !a->disclosed;
            if (!same_evidence(&a->evidence, &b->evidence)) {
                bundle_refuse(p->out, "evidence",
                              "Message %u of report %zu is not the same in "
                              "both.",
                              a->index, r);
            }
        }
        i += a->index <= b->index;
        j += b->index <= a->index;
    }
    say_more(p, "messages", x->count - both, y->count - both, "message");
    say_more(p, "content", only_x, only_y, "message's content");
}

static void compare_report(struct pair *p, size_t r, size_t s)
{
    const struct bundle_report *x = &p->a->bundle->reports[r];
    const struct bundle_report *y = &p->b->bundle->reports[s];
    const struct report_reporter *m = &x->reporter;
    const struct report_reporter *n = &y->reporter;

    if (x->created != y->created || x->received != y->received ||
        x->reason != y->reason || x->accused != y->accused ||
        memcmp(x->salt, y->salt, sizeof x->salt) != 0) {
        bundle_refuse(p->out, "header",
                      "Report %zu is not the same in both: its times, reason, "
                      "whom it accuses, or its name.",
                      r);
    }
    if (m->salt != NULL && n->salt != NULL && !same_bytes(m->uri, n->uri)) {
        bundle_refuse(p->out, "reporter",
                      "Report %zu has two different reporters.", r);
    }
    if (texts_differ(x->note, y->note)) {
        bundle_refuse(p->out, "note",
                      "The reporter's note to report %zu is not the same in "
                      "both.",
                      r);
    }
    say_texts(p, "reporter's note", x->note, y->note);
    say_more(p, "reporter", m->salt != NULL && n->salt == NULL,
             n->salt != NULL && m->salt == NULL, "reporter's name");
    compare_messages(p, x, y, r);
}

static void compare_reports(struct pair *p)
{
    size_t both = 0;

    for (size_t r = 0; r < p->a->bundle->report_count; r++) {
        size_t s =
            p->a->reports[r].has_verdict
                ? find_report(p->b, p->a->reports[r].verdict.report_digest)
                : SIZE_MAX;

        if (s != SIZE_MAX) {
            both++;
            compare_report(p, r, s);
        }
    }
    bundle_find(p->out, BUNDLE_PROVEN, "reports", BY_HUB, 0, "Both show %s.",
                COUNT(both, "report"));
    say_more(p, "reports", p->a->bundle->report_count - both,
             p->b->bundle->report_count - both, "report");
}

/* ---- Decisions ----------------------------------------------------------- */

static bool same_decision(const struct bundle_decision *x,
                          const struct bundle_decision *y)
{
    return x->made == y->made && same_bytes(x->by, y->by) &&
           x->on_appeal == y->on_appeal && x->book == y->book &&
           same_bytes(x->policy, y->policy) && same_bytes(x->title, y->title) &&
           same_bytes(x->text, y->text) && x->outcome == y->outcome &&
           x->grave == y->grave && x->withheld == y->withheld &&
           !texts_differ(x->explanation, y->explanation) &&
           (!x->reviewed || !y->reviewed ||
            (x->review_time == y->review_time &&
             same_bytes(x->reviewer, y->reviewer) &&
             !texts_differ(x->review, y->review)));
}

static void compare_decisions(struct pair *p)
{
    const struct bundle *a = p->a->bundle;
    const struct bundle *b = p->b->bundle;
    size_t both = 0;

    for (size_t i = 0; i < a->decision_count; i++) {
        for (size_t j = 0; j < b->decision_count; j++) {
            if (memcmp(a->decisions[i].id, b->decisions[j].id,
                       sizeof a->decisions[i].id) != 0) {
                continue;
            }
            both++;
            if (!same_decision(&a->decisions[i], &b->decisions[j])) {
                bundle_refuse(p->out, "decision",
                              "Decision %zu is not the same in both.", i);
            } else if (a->decisions[i].state != b->decisions[j].state) {
                bundle_find(p->out, BUNDLE_NOT_SHOWN, "decision", "", 0,
                            "Something happened to decision %zu between the "
                            "two.",
                            i);
            }
            say_texts(p, "explanation", a->decisions[i].explanation,
                      b->decisions[j].explanation);
            say_texts(p, "review's text", a->decisions[i].review,
                      b->decisions[j].review);
        }
    }
    bundle_find(p->out, BUNDLE_PROVEN, "decision", BY_MODERATION, 0,
                "Both show %s.", COUNT(both, "decision"));
    say_more(p, "decision", a->decision_count - both, b->decision_count - both,
             "decision");
}

/* ---- Appeals ------------------------------------------------------------- */

static bool is_same_appeal(const struct bundle_appeal *x,
                           const struct bundle_appeal *y)
{
    return x->received == y->received && x->by_reporter == y->by_reporter &&
           memcmp(x->decision, y->decision, sizeof x->decision) == 0;
}

static void compare_appeal(struct pair *p, const struct bundle_appeal *x,
                           const struct bundle_appeal *y, size_t i)
{
    if (texts_differ(x->text, y->text)) {
        bundle_refuse(p->out, "appeal",
                      "What appeal %zu says is not the same in both.", i);
    }
    if (x->answered && y->answered &&
        (x->answer_time != y->answer_time || x->upheld != y->upheld ||
         !same_bytes(x->answered_by, y->answered_by) ||
         texts_differ(x->answer, y->answer))) {
        bundle_refuse(p->out, "appeal",
                      "The answer to appeal %zu is not the same in both.", i);
    }
    say_texts(p, "appeal's text", x->text, y->text);
    say_texts(p, "answer to an appeal", x->answer, y->answer);
}

static void compare_appeals(struct pair *p)
{
    const struct bundle *a = p->a->bundle;
    const struct bundle *b = p->b->bundle;
    size_t both = 0;

    for (size_t i = 0; i < a->appeal_count; i++) {
        for (size_t j = 0; j < b->appeal_count; j++) {
            if (is_same_appeal(&a->appeals[i], &b->appeals[j])) {
                both++;
                compare_appeal(p, &a->appeals[i], &b->appeals[j], i);
                break;
            }
        }
    }
    if (both > 0) {
        bundle_find(p->out, BUNDLE_PROVEN, "appeal", BY_MODERATION, 0,
                    "Both show %s.", COUNT(both, "appeal"));
    }
    say_more(p, "appeal", a->appeal_count - both, b->appeal_count - both,
             "appeal");
}

int bundle_compare(struct bundle_check **out, const struct bundle_check *a,
                   const struct bundle_check *b)
{
    struct pair p = {calloc(1, sizeof(struct bundle_check)), a, b};
    int error = FRANK_ERR_MEMORY;

    if (p.out == NULL) {
        return error;
    }
    p.out->bundle = a->bundle;
    if (memcmp(a->bundle->case_name, b->bundle->case_name,
               sizeof a->bundle->case_name) != 0) {
        bundle_refuse(p.out, "case", "They are of two cases.");
    } else {
        compare_trees(&p, &a->moderation, &b->moderation, BY_LOG);
        compare_entries(&p, &a->moderation, &b->moderation, BY_LOG);
        if (a->bundle->has_hub && b->bundle->has_hub) {
            compare_trees(&p, &a->hub_log, &b->hub_log, BY_HUB_LOG);
            compare_entries(&p, &a->hub_log, &b->hub_log, BY_HUB_LOG);
        }
        compare_reports(&p);
        compare_decisions(&p);
        compare_appeals(&p);
    }
    if (!p.out->exhausted) {
        *out = p.out;
        p.out = NULL; /* transferred */
        error = FRANK_OK;
    }
    bundle_check_free(p.out);
    return error;
}
