/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_page.h"

#include "io.h"

#include <inttypes.h>
#include <string.h>

#define HOUR UINT64_C(3600000)
#define DAY (24 * HOUR)

static const char style[] =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1d2430;--soft:#5a6575;"
    "--line:#d8dee6;--track:#eef1f5;--in:#3b6fb5;--good:#1f7a4d;"
    "--good-paper:#e7f5ed;--bad:#b3261e;--bad-paper:#fdecea;--o0:#9aa5b1;"
    "--o1:#e0b13a;--o2:#d98032;--o3:#c2453b;--o4:#7b3fa0;--o5:#c9d1da}"
    "@media (prefers-color-scheme:dark){:root{--paper:#14181f;--ink:#e6eaf0;"
    "--soft:#9aa6b5;--line:#303845;--track:#222935;--in:#6ea0e0;"
    "--good:#6fd3a0;--good-paper:#14291f;--bad:#ff8a80;--bad-paper:#33191a;"
    "--o0:#76818e;--o1:#e3bd5b;--o2:#e39a58;--o3:#e2766d;--o4:#b284d3;"
    "--o5:#4d5866}}"
    "*{box-sizing:border-box}body{margin:0 auto;padding:1.2rem 1rem 3rem;"
    "max-width:66rem;background:var(--paper);color:var(--ink);"
    "font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0 .6rem}"
    "h2{font-size:1.15rem;margin:2.2rem 0 .6rem;border-bottom:1px solid "
    "var(--line);padding-bottom:.3rem}"
    "h3{font-size:1rem;margin:1rem 0 .4rem}p{margin:.5rem 0}"
    ".verdict{padding:.8rem 1rem;border-radius:.4rem;border-left:.35rem solid;"
    "font-size:1.1rem}.good{color:var(--good);background:var(--good-paper)}"
    ".bad{color:var(--bad);background:var(--bad-paper)}"
    ".soft{color:var(--soft)}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;"
    "border-bottom:1px solid var(--line);font-weight:400}"
    "thead th{color:var(--soft);font-size:.85rem}"
    ".n{text-align:right;padding-right:0;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}thead .n{padding-left:.6rem}"
    "code{font:.85em ui-monospace,monospace}.bars th{white-space:nowrap;"
    "width:1%;padding-right:.8rem}.bars td,.bars th{border:0;"
    "padding-top:.15rem;padding-bottom:.15rem;vertical-align:middle}"
    ".bars .n{width:1%;padding-left:.8rem}.bar{display:block;width:100%;"
    "height:.8rem}.days{display:block;width:100%;height:7.5rem}"
    "figure{margin:.4rem 0}.top,figcaption,.legend{color:var(--soft);"
    "font-size:.85rem;margin:.2rem 0}figcaption{display:flex;"
    "justify-content:space-between;gap:1rem}.legend{display:flex;"
    "flex-wrap:wrap;gap:.2rem 1rem}.legend i{display:inline-block;width:.8rem;"
    "height:.8rem;margin-right:.35rem;vertical-align:-.1rem;"
    "border-radius:.15rem}.two{display:grid;grid-template-columns:"
    "repeat(auto-fit,minmax(17rem,1fr));gap:0 2rem}.track{fill:var(--track)}"
    ".grid{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke;"
    "fill:none}.in{fill:var(--in)}.was{fill:var(--o0)}.found{fill:var(--bad)}"
    ".o0{fill:var(--o0)}.o1{fill:var(--o1)}.o2{fill:var(--o2)}"
    ".o3{fill:var(--o3)}.o4{fill:var(--o4)}.o5{fill:var(--o5)}"
    ".b-in{background:var(--in)}.b-o0{background:var(--o0)}"
    ".b-o1{background:var(--o1)}.b-o2{background:var(--o2)}"
    ".b-o3{background:var(--o3)}.b-o4{background:var(--o4)}"
    ".b-o5{background:var(--o5)}.rules .said{color:var(--soft);"
    "font-size:.9rem;display:block}.rules .hit{color:var(--bad);"
    "font-weight:600}.list td:first-child,"
    ".list td:nth-child(2){white-space:nowrap}.list td:first-child,.rules b{"
    "font-weight:600}"
    "@media (max-width:44rem){.list,.list tbody,.list tr,.list td{"
    "display:block}.list thead{display:none}.list tr{padding:.5rem 0;"
    "border-bottom:1px solid var(--line)}.list td{border:0;padding:.1rem 0;"
    "white-space:normal!important}.list td[data-is]::before{content:"
    "attr(data-is) \" \";color:var(--soft)}}"
    "@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;"
    "--track:#eee;--in:#3b6fb5;--good:#1f7a4d;--good-paper:#fff;--bad:#b3261e;"
    "--bad-paper:#fff;--o0:#9aa5b1;--o1:#e0b13a;--o2:#d98032;--o3:#c2453b;"
    "--o4:#7b3fa0;--o5:#c9d1da}body{max-width:none;padding:0;font-size:10pt}"
    "h2{break-after:avoid}tr,figure,section{break-inside:avoid}"
    "svg,i{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

/* ---- Text ------------------------------------------------------------------
 */

void rules_page_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        switch (c) {
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '>':
            (void)fputs("&gt;", out);
            break;
        case '&':
            (void)fputs("&amp;", out);
            break;
        case '"':
            (void)fputs("&quot;", out);
            break;
        case '\'':
            (void)fputs("&#39;", out);
            break;
        default:
            if (c < ' ' || c > '~') {
                (void)fprintf(out, "\\x%02x", c);
            } else {
                (void)fputc(c, out);
            }
        }
    }
}

const char *rules_page_number(char out[static RULES_PAGE_NUMBER_BYTES],
                              uint64_t number)
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, number);
    size_t at = 0;

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

static void put_time(FILE *out, uint64_t time)
{
    char text[IO_TIME_BYTES];

    io_time(text, time);
    rules_page_text(out, text);
}

/* ---- Parts -----------------------------------------------------------------
 */

static const char *const log_names[RULES_LOGS] = {"hub", "moderation side"};

static uint64_t count_earlier(struct rules *rules)
{
    uint64_t count = 0;

    for (size_t i = 0; i < rules_count(); i++) {
        count += rules_result(rules, i).earlier;
    }
    return count;
}

static void put_head(FILE *out, const struct rules_page *page)
{
    uint64_t findings = rules_findings(page->rules);
    uint64_t earlier = count_earlier(page->rules);
    struct rules_part hub = rules_part(page->rules, RULES_HUB);
    struct rules_part mod = rules_part(page->rules, RULES_MOD);
    char a[RULES_PAGE_NUMBER_BYTES];
    char b[RULES_PAGE_NUMBER_BYTES];

    (void)fprintf(out,
                  "<!DOCTYPE html>\n<html lang=\"en\"><head>"
                  "<meta charset=\"utf-8\"><meta name=\"viewport\" "
                  "content=\"width=device-width,initial-scale=1\">"
                  "<meta http-equiv=\"Content-Security-Policy\" content="
                  "\"default-src 'none';style-src 'unsafe-inline'\">"
                  "<title>Were the rules kept?</title><style>%s</style></head>"
                  "<body>\n<h1>Were the rules kept?</h1>\n",
                  style);
    (void)fprintf(out, "<p class=\"verdict %s\">",
                  findings + earlier > 0 ? "bad" : "good");
    if (findings + earlier == 0) {
        (void)fputs("No rule was broken", out);
    } else {
        (void)fprintf(out, "%s %s", rules_page_number(a, findings + earlier),
                      findings + earlier == 1 ? "finding" : "findings");
        if (earlier > 0) {
            (void)fprintf(out, ", %s of them from earlier runs",
                          rules_page_number(a, earlier));
        }
    }
    (void)fprintf(out,
                  ", in %s entries of the hub and %s of the moderation "
                  "side. Compared with witnesses: %s.</p>\n"
                  "<p class=\"soft\">Made ",
                  rules_page_number(a, hub.to), rules_page_number(b, mod.to),
                  page->compared ? "yes (policy)"
                                 : "no; others may be shown another log");
    put_time(out, page->now);
    (void)fputs(" by frank-audit, from the two logs alone: they hold no "
                "content and name nobody.</p>\n",
                out);
}

/* How much of a log was looked at earlier, and now. */
static void put_part(FILE *out, const struct rules_page *page,
                     enum rules_log log)
{
    struct rules_part part = rules_part(page->rules, log);
    const struct rules_page_log *l = &page->logs[log];
    double all = l->size > 0 ? (double)l->size : 1;
    char a[RULES_PAGE_NUMBER_BYTES];
    char b[RULES_PAGE_NUMBER_BYTES];
    char c[RULES_PAGE_NUMBER_BYTES];

    (void)fprintf(out, "<h3>Log of the %s: <code>", log_names[log]);
    rules_page_text(out, l->origin);
    (void)fprintf(out,
                  "</code></h3><svg class=\"bar\" viewBox=\"0 0 100 10\" "
                  "preserveAspectRatio=\"none\" role=\"img\" aria-label="
                  "\"Part that was checked\">"
                  "<rect class=\"track\" width=\"100\" height=\"10\"/>"
                  "<rect class=\"was\" width=\"%.3f\" height=\"10\"/>"
                  "<rect class=\"in\" x=\"%.3f\" width=\"%.3f\" height=\"10\"/>"
                  "</svg><p>%s of %s entries",
                  100 * (double)part.from / all, 100 * (double)part.from / all,
                  100 * (double)(part.to - part.from) / all,
                  rules_page_number(a, part.to), rules_page_number(b, l->size));
    if (part.from > 0) {
        (void)fprintf(out, ", %s of them now (the others in earlier runs)",
                      rules_page_number(c, part.to - part.from));
    }
    if (part.first_time > 0) {
        (void)fputs("; from ", out);
        put_time(out, part.first_time);
        (void)fputs(" to ", out);
        put_time(out, part.last_time);
    }
    (void)fputs(".<br><span class=\"soft\">The signed root over all of them: "
                "<code>",
                out);
    rules_page_text(out, l->root);
    (void)fputs("</code></span></p>\n", out);
}

static void put_rules(FILE *out, struct rules *rules)
{
    uint64_t max = 1;
    char a[RULES_PAGE_NUMBER_BYTES];
    char b[RULES_PAGE_NUMBER_BYTES];

    for (size_t i = 0; i < rules_count(); i++) {
        struct rules_result r = rules_result(rules, i);

        max = r.findings + r.earlier > max ? r.findings + r.earlier : max;
    }
    (void)fputs("<h2>Rules</h2>\n<table class=\"rules\"><thead><tr><th>rule"
                "</th><th class=\"n\">entries</th><th class=\"n\">findings"
                "</th></tr></thead><tbody>\n",
                out);
    for (size_t i = 0; i < rules_count(); i++) {
        struct rules_result r = rules_result(rules, i);
        uint64_t found = r.findings + r.earlier;

        (void)fprintf(out, "<tr><td><b>%s</b><span class=\"said\">", r.name);
        rules_page_text(out, r.sentence);
        (void)fputs("</span>", out);
        if (found > 0) {
            rules_chart_bar(out, "found", found, max);
        }
        (void)fprintf(out,
                      "</td><td class=\"n\">%s</td><td class=\"n%s\">%s</td>"
                      "</tr>\n",
                      r.entries > 0 ? rules_page_number(a, r.entries)
                                    : "nothing to look at",
                      found > 0 ? " hit" : "", rules_page_number(b, found));
    }
    (void)fputs("</tbody></table>\n", out);
}

struct listing {
    FILE *out;
    uint64_t count;
};

static bool put_finding(void *context, const struct rules_finding *f)
{
    struct listing *l = context;

    if (l->count++ >= RULES_PAGE_FINDINGS) {
        return true;
    }
    (void)fprintf(
        l->out,
        "<tr><td>%s%s</td><td data-is=\"entry\">%s %" PRIu64 "</td><td>",
        f->rule, f->earlier ? " <span class=\"soft\">(earlier)</span>" : "",
        f->log == RULES_HUB ? "hub" : "moderation", f->index);
    put_time(l->out, f->time);
    (void)fputs("</td><td>", l->out);
    rules_page_text(l->out, f->text);
    if (f->in_case[0] != '\0') {
        (void)fprintf(l->out,
                      "<br><span class=\"soft\">case</span> "
                      "<code>%s</code>",
                      f->in_case);
    }
    if (f->report[0] != '\0') {
        (void)fprintf(l->out,
                      "<br><span class=\"soft\">report</span> "
                      "<code>%s</code>",
                      f->report);
    }
    (void)fputs("</td></tr>\n", l->out);
    return true;
}

static void put_findings(FILE *out, struct rules *rules)
{
    struct listing l = {out, 0};
    char number[RULES_PAGE_NUMBER_BYTES];

    if (rules_findings(rules) + count_earlier(rules) == 0) {
        return;
    }
    (void)fputs("<h2>Findings</h2>\n<table class=\"list\"><thead><tr><th>rule"
                "</th><th>entry</th><th>time</th><th>what</th></tr></thead>"
                "<tbody>\n",
                out);
    rules_each(rules, put_finding, &l);
    (void)fputs("</tbody></table>\n", out);
    if (l.count > RULES_PAGE_FINDINGS) {
        (void)fprintf(out, "<p>And %s more: <code>--json</code> lists all.</p>",
                      rules_page_number(number, l.count - RULES_PAGE_FINDINGS));
    }
}

static void put_limits(FILE *out, const struct rules_page *page)
{
    const struct rules_limits *l = page->limits;
    const char *comma = "";

    (void)fprintf(out,
                  "<h2>By which measure</h2>\n<p>Taken over within %" PRIu64
                  " h; appeals within %" PRIu64 " days; purged within %" PRIu64
                  " h after that; forgotten by the hub after %" PRIu64
                  " days; clocks %" PRIu64 " s apart at most; grave: ",
                  l->take_over / HOUR, l->appeal / DAY, l->purge / HOUR,
                  l->hub_retain / DAY, l->clock / 1000);
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        if ((l->grave >> i & 1) != 0) {
            (void)fprintf(out, "%s%s", comma, outcome_text((enum outcome)i));
            comma = ", ";
        }
    }
    (void)fputs(", and what the log itself calls so.</p>\n<p class=\"soft\">"
                "What logs cannot show: that a report which is in none of them "
                "was sent; what was said in a message; whether a decision was "
                "just. That a frank or a bundle holds is checked by itself "
                "(frank-audit frank, frank-audit bundle).</p>\n",
                out);
}

void rules_page_write(FILE *out, const struct rules_page *page)
{
    put_head(out, page);
    put_findings(out, page->rules);
    (void)fputs("<h2>What was checked</h2>\n", out);
    put_part(out, page, RULES_HUB);
    put_part(out, page, RULES_MOD);
    (void)fputs("<h2>Reports and decisions</h2>\n", out);
    rules_chart_days(out, page->rules);
    (void)fputs("<h2>Outcomes</h2>\n", out);
    rules_chart_outcomes(out, page->rules);
    (void)fputs("<h2>How long it took</h2>\n", out);
    rules_chart_spans(out, page->rules);
    put_rules(out, page->rules);
    put_limits(out, page);
    (void)fputs("</body></html>\n", out);
}
