/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle as a page, for whoever is to read it: a court, another platform. It
 * can be printed or made into a PDF, holds all that it shows, runs nothing and
 * fetches nothing.
 */
#include "view_html_inside.h"

#include "bundle_inner.h"
#include "outcome.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
    " img-src data:; media-src data:; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>Evidence bundle</title>\n<style>\n"
    ":root{--ink:#1c2330;--soft:#5a6475;--line:#d5dae2;--pale:#f5f7fa;"
    "--good:#14683c;--bad:#a3161c;--warn:#8a5a00}\n"
    "*{box-sizing:border-box}\n"
    "body{font:15px/1.5 system-ui,'Noto Sans','DejaVu Sans',sans-serif;"
    "color:var(--ink);background:#fff;max-width:54rem;margin:0 auto;"
    "padding:2rem 1.25rem}\n"
    "h1{font-size:1.7rem;line-height:1.2;margin:0 0 .25rem}\n"
    "h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;"
    "border-bottom:2px solid var(--ink)}\n"
    "h3{font-size:1rem;margin:1.4rem 0 .4rem}\n"
    "p{margin:.4rem 0}\n"
    ".soft{color:var(--soft)}\n"
    "code,.id{font:13px/1.4 ui-monospace,'DejaVu Sans Mono',monospace;"
    "overflow-wrap:anywhere}\n"
    ".box{border:1px solid var(--line);border-left:6px solid var(--soft);"
    "border-radius:4px;padding:.7rem 1rem;margin:1rem 0;background:var(--pale)"
    "}\n"
    ".box.good{border-left-color:var(--good)}\n"
    ".box.bad{border-left-color:var(--bad)}\n"
    ".box b{font-size:1.1rem}\n"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}\n"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;"
    "border-bottom:1px solid var(--line);overflow-wrap:anywhere}\n"
    "th{font-weight:600;color:var(--soft);font-size:.85rem;"
    "white-space:nowrap}\n"
    ".facts th{width:11.5rem}\n"
    ".log td{font-size:.85rem}\n"
    ".log td.id{white-space:nowrap;font-size:.8rem}\n"
    "td.t{white-space:nowrap;color:var(--soft);font-size:.85rem}\n"
    ".message{border:1px solid var(--line);border-radius:4px;margin:.8rem 0;"
    "break-inside:avoid}\n"
    ".message>header{background:var(--pale);padding:.5rem .9rem;"
    "border-bottom:1px solid var(--line)}\n"
    ".message>div{padding:.6rem .9rem}\n"
    ".accused>header{border-left:6px solid var(--ink)}\n"
    ".who{font-weight:600;overflow-wrap:anywhere}\n"
    ".tag{display:inline-block;border:1px solid currentColor;border-radius:3px;"
    "padding:0 .4rem;font-size:.8rem;font-weight:600;margin-left:.4rem;"
    "white-space:nowrap}\n"
    ".ok{color:var(--good)}.no{color:var(--bad)}.hm{color:var(--warn)}\n"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0;"
    "font:inherit}\n"
    "blockquote{margin:.4rem 0;padding:.1rem .9rem;"
    "border-left:3px solid var(--line)}\n"
    "img,video{max-width:100%;max-height:20cm;display:block;margin:.4rem 0;"
    "border:1px solid var(--line)}\n"
    "ul{margin:.3rem 0;padding-left:1.2rem}\n"
    "footer{margin-top:2.5rem;color:var(--soft);font-size:.85rem}\n"
    "@page{size:A4;margin:18mm 16mm}\n"
    "@media print{body{max-width:none;padding:0;font-size:10.5pt}"
    "h2,h3{break-after:avoid}tr{break-inside:avoid}"
    ".box{background:none}.message>header{background:none}"
    "audio,video{display:none}}\n"
    "</style>\n</head>\n<body>\n";

/* ---- Pieces -------------------------------------------------------------- */

void view_html_time(struct view_writer *w, uint64_t ms)
{
    char time[VIEW_TIME_BYTES];

    view_time(time, ms);
    view_printf(w, "%.10s %.8s UTC", time, time + 11);
}

static void row(struct view_writer *w, const char *name,
                struct frank_span value)
{
    view_printf(w, "<tr><th>%s</th><td>", name);
    view_put_escaped(w, value);
    view_put(w, "</td></tr>\n");
}

static void row_time(struct view_writer *w, const char *name, uint64_t ms)
{
    view_printf(w, "<tr><th>%s</th><td>", name);
    view_html_time(w, ms);
    view_put(w, "</td></tr>\n");
}

/* Of what nobody but whoever made the bundle stands for. */
static const char own_word[] =
    " <span class=\"tag hm\">moderation side's word</span>";

static void row_hex(struct view_writer *w, const char *name,
                    const uint8_t *bytes, size_t len)
{
    view_printf(w, "<tr><th>%s</th><td class=\"id\">", name);
    view_put_hex(w, bytes, len);
    view_put(w, "</td></tr>\n");
}

/* What people wrote, which no signature but the bundle's own is over. */
static void quote(struct view_writer *w, const char *name,
                  struct frank_span text)
{
    if (text.len > 0) {
        view_printf(w, "<h3>%s%s</h3>\n<blockquote><pre>", name, own_word);
        view_put_escaped(w, text);
        view_put(w, "</pre></blockquote>\n");
    }
}

/* ---- What came of the check ---------------------------------------------- */

static void put_verdict(struct view_writer *w, const struct bundle_check *c)
{
    size_t refused = c->totals[BUNDLE_REFUSED];
    size_t unpinned = c->totals[BUNDLE_UNPINNED];

    if (refused > 0) {
        view_printf(w,
                    "<div class=\"box bad\"><b class=\"no\">This bundle does "
                    "not hold.</b><p>%zu refused: see below. Rely on nothing "
                    "in it.</p></div>\n",
                    refused);
        return;
    }
    view_put(w, "<div class=\"box good\"><b class=\"ok\">This bundle "
                "holds.</b><p>Everything below that is called proven was "
                "checked against what somebody signed.");
    if (unpinned > 0) {
        view_printf(w,
                    " <span class=\"hm\">It brings %s of its own: who relies "
                    "on it compares with what he has from elsewhere.</span>",
                    COUNT(unpinned, "key"));
    }
    view_put(w,
             "</p>\n<p>Hub and reporter together can lie: what was sent is the "
             "hub's word, and the sender signed nothing that others can "
             "check.</p>\n<p>An account is not the person: who was at the "
             "keyboard is not shown.</p></div>\n");
}

static void put_findings(struct view_writer *w, const struct bundle_check *c,
                         enum bundle_standing standing, const char *title,
                         const char *about)
{
    if (c->totals[standing] == 0) {
        return;
    }
    view_printf(w, "<h2>%s</h2>\n<p class=\"soft\">%s</p>\n<table>\n", title,
                about);
    for (size_t i = 0; i < c->count; i++) {
        const struct bundle_finding *f = &c->findings[i];

        if (f->standing == standing) {
            view_put(w, "<tr><td>");
            view_put_text(w, f->text);
            view_put(w, f->by[0] != '\0' ? "<br><span class=\"soft\">by "
                                         : "<span>");
            view_put_text(w, f->by);
            view_put(w, "</span></td><td class=\"t\">");
            if (f->time > 0) {
                view_html_time(w, f->time);
            }
            view_put(w, "</td></tr>\n");
        }
    }
    view_put(w, "</table>\n");
}

/* ---- Reports ------------------------------------------------------------- */

static void put_order(struct view_writer *w, const struct bundle_check *c,
                      size_t r)
{
    const struct bundle_report_facts *facts = &c->reports[r];
    const struct bundle_report *report = &c->bundle->reports[r];
    bool has_gap = false;

    if (facts->place_count < 2) {
        return;
    }
    view_put(w, "<p>Order, as the hub stamped it: ");
    for (size_t i = 0; i < facts->place_count; i++) {
        const struct room_place *place = &facts->places[i];

        if (i > 0 && place->gap > 0) {
            view_printf(
                w, " &rarr; <span class=\"soft\">[%" PRIu64 " more]</span>",
                place->gap);
            has_gap = true;
        }
        view_printf(w,
                    "%s message %u <span class=\"soft\">(no. %" PRIu64
                    "; its author's device had acknowledged up to no. %" PRIu64
                    ")</span>",
                    i > 0 ? " &rarr;" : "",
                    report->messages[place->message].index, place->room_seq,
                    place->seen_seq);
    }
    if (has_gap) {
        view_put(w, "<span class=\"soft\">. More: stamped, perhaps never "
                    "delivered.</span>");
    }
    view_put(w, "</p>\n");
}

/* Whether the hub's log tells of the report's arrival. */
static bool is_received(const struct bundle_check *c, size_t r)
{
    for (size_t i = 0; i < c->hub_log.count; i++) {
        const struct bundle_line *line = &c->hub_log.lines[i];

        if (line->report == r &&
            bundle_line_is(line, "report_received", NULL)) {
            return true;
        }
    }
    return false;
}

/* Reason, times and reporter: proven where the sealed report is there. */
static void put_facts(struct view_writer *w, const struct bundle_check *c,
                      size_t r)
{
    const struct bundle_report *report = &c->bundle->reports[r];
    const struct frank_reason *reason = frank_reason(report->reason);
    const char *mark = c->reports[r].sealed_holds ? "" : own_word;

    view_put(w, "<table class=\"facts\">\n");
    view_printf(w, "<tr><th>Reason</th><td>%s%s</td></tr>\n",
                reason != NULL ? reason->plain : "another reason", mark);
    view_put(w, "<tr><th>Made</th><td>");
    view_html_time(w, report->created);
    view_printf(w, "%s</td></tr>\n<tr><th>Received by the hub</th><td>", mark);
    view_html_time(w, report->received);
    view_printf(w, "%s</td></tr>\n", is_received(c, r) ? "" : own_word);
    if (report->count > 0) {
        row(w, "Conversation", report->messages[0].evidence.context.room);
    }
    view_put(w, "<tr><th>Reporter</th><td>");
    if (report->reporter.salt != NULL) {
        view_put_escaped(w, report->reporter.uri);
        view_put(w, mark);
    } else {
        view_put(w, "not named");
    }
    view_put(w, "</td></tr>\n");
    row_hex(w, "Name in the logs", c->reports[r].name,
            sizeof c->reports[r].name);
    view_put(w, "</table>\n");
}

static void put_report(struct view_writer *w, struct parts *parts,
                       const struct bundle_check *c, size_t r)
{
    const struct bundle_report *report = &c->bundle->reports[r];

    view_printf(w, "<h2>Report %zu</h2>\n", r);
    put_facts(w, c, r);
    quote(w, "The reporter's note", report->note);
    put_order(w, c, r);
    for (size_t m = 0; m < report->count; m++) {
        view_html_message(w, parts, c, r, m);
    }
    if (c->reports[r].has_verdict &&
        report->count < c->reports[r].verdict.count) {
        view_printf(w,
                    "<p class=\"hm\">Not in this bundle: %zu of its %s."
                    "</p>\n",
                    c->reports[r].verdict.count - report->count,
                    COUNT(c->reports[r].verdict.count, "message"));
    }
}

/* ---- Decisions ----------------------------------------------------------- */

static void put_decision(struct view_writer *w, const struct bundle_decision *d,
                         size_t i)
{
    static const char *const states[] = {
        "waits for a second person", "in force", "returned by a second person",
        "taken back", "overturned on appeal"};

    view_printf(w, "<h2>Decision %zu: %s%s</h2>\n<table class=\"facts\">\n", i,
                outcome_text((enum outcome)d->outcome),
                d->grave ? " (grave)" : "");
    row_time(w, "Made", d->made);
    row(w, "By", d->by);
    view_printf(w, "<tr><th>State</th><td>%s</td></tr>\n", states[d->state]);
    view_put(w, "<tr><th>Policy</th><td>");
    view_put_escaped(w, d->title);
    view_put(w, d->policy.len > 0 ? " <code>" : "none was broken<code>");
    view_put_escaped(w, d->policy);
    view_printf(w, "</code>, book of policies %" PRIu64 "</td></tr>\n",
                d->book);
    if (d->in_force > 0) {
        row_time(w, "In force since", d->in_force);
    }
    if (d->reviewed) {
        row_time(w, d->reviewer.len > 0 ? "Second person" : "Taken back",
                 d->review_time);
        row(w, "By", d->reviewer.len > 0 ? d->reviewer : d->by);
    }
    view_put(w, "</table>\n");
    quote(w, "The policy", d->text);
    quote(w, "Explanation", d->explanation);
    quote(w, "What the second person says", d->review);
}

static void put_appeal(struct view_writer *w, const struct bundle_appeal *a,
                       size_t i)
{
    view_printf(w, "<h2>Appeal %zu</h2>\n<table class=\"facts\">\n", i);
    view_printf(w, "<tr><th>By</th><td>%s</td></tr>\n",
                a->by_reporter ? "the reporter" : "the accused");
    row_time(w, "Received", a->received);
    if (a->answered) {
        row_time(w, "Answered", a->answer_time);
        row(w, "By", a->answered_by);
        view_printf(w, "<tr><th>The decision was</th><td>%s</td></tr>\n",
                    a->upheld ? "upheld" : "overturned");
    }
    view_put(w, "</table>\n");
    quote(w, "Appeal", a->text);
    quote(w, "Answer", a->answer);
}

/* ---- History ------------------------------------------------------------- */

static void put_history(struct view_writer *w, const struct bundle_trail *trail,
                        const char *title)
{
    if (trail->count == 0) {
        return;
    }
    view_printf(
        w,
        "<h2>%s</h2>\n<table class=\"log\">\n<tr><th>Entry</th><th>Time</th>"
        "<th>What</th><th>By</th><th>State</th></tr>\n",
        title);
    for (size_t i = 0; i < trail->count; i++) {
        const struct bundle_line *line = &trail->lines[i];

        view_printf(w, "<tr><td>%" PRIu64 "</td><td class=\"t\">",
                    line->entry->index);
        view_html_time(w, line->time);
        view_put(w, "</td><td>");
        view_put_text(w, line->type);
        view_put(w, line->action[0] != '\0' ? ": " : "");
        view_put_text(w, line->action);
        if (line->report != SIZE_MAX) {
            view_printf(w, " <span class=\"soft\">report %zu</span>",
                        line->report);
        }
        view_put(w, "</td><td class=\"id\">");
        view_put_text(w, line->by);
        view_printf(w, "</td><td>%s</td></tr>\n",
                    line->steps ? case_state_text(line->to) : "");
    }
    view_put(w, "</table>\n");
}

static void put_begin(struct view_writer *w, const struct bundle_check *c)
{
    view_put(w, head);
    view_put(w, "<h1>Evidence bundle</h1>\n<p class=\"soft\">One case of ");
    view_put_text(w, c->moderation.key.name);
    view_put(w, ", as it was when it was exported on ");
    view_html_time(w, c->exported > 0 ? c->exported : c->bundle->made);
    view_put(w, "</p>\n");
    put_verdict(w, c);
    put_findings(w, c, BUNDLE_REFUSED, "Refused",
                 "What does not hold. It may have been altered, or never have "
                 "been true.");
    view_put(w, "<table class=\"facts\">\n");
    row_hex(w, "Case", c->bundle->case_name, sizeof c->bundle->case_name);
    row_hex(w, "Bundle", c->bundle->id, sizeof c->bundle->id);
    view_printf(w, "<tr><th>State</th><td>%s</td></tr>\n</table>\n",
                case_state_text(c->state));
}

static void put_all_findings(struct view_writer *w,
                             const struct bundle_check *c)
{
    put_findings(w, c, BUNDLE_PROVEN, "Proven",
                 "Checked against what the named party signed. What a log says "
                 "is proven to stand there, for all who read it, since then.");
    put_findings(w, c, BUNDLE_WORD, "The moderation side's own word",
                 "Said in this bundle by whoever signed it, and by nobody "
                 "else.");
    put_findings(w, c, BUNDLE_NOT_SHOWN, "Not shown, not proven",
                 "Left out of this bundle, or beyond what can be proven.");
    put_findings(w, c, BUNDLE_UNPINNED, "Keys to compare",
                 "Who signed is known by a key. These came with the bundle: "
                 "compare them with what the parties publish.");
}

int view_html(struct view *out, const struct bundle_check *c,
              struct frank_fault *fault)
{
    struct view_writer w;
    struct parts *parts = calloc(1, sizeof *parts);

    view_begin(&w, out);
    if (w.failed || parts == NULL) {
        free(parts);
        w.failed = true;
        return view_end(&w, fault);
    }
    put_begin(&w, c);
    for (size_t r = 0; r < c->bundle->report_count; r++) {
        put_report(&w, parts, c, r);
    }
    for (size_t i = 0; i < c->bundle->decision_count; i++) {
        put_decision(&w, &c->bundle->decisions[i], i);
    }
    for (size_t i = 0; i < c->bundle->appeal_count; i++) {
        put_appeal(&w, &c->bundle->appeals[i], i);
    }
    put_all_findings(&w, c);
    put_history(&w, &c->moderation, "The moderation side's log");
    put_history(&w, &c->hub_log, "The hub's log");
    view_put(&w, "<footer>Made by <code>frank-audit bundle</code> from the "
                 "bundle alone, without a network. This page proves nothing: "
                 "the bundle does, to whoever checks it.</footer>\n"
                 "</body>\n</html>\n");
    free(parts);
    return view_end(&w, fault);
}
