/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures in SVG. Their text is HTML beside them, so that it has one size on
 * every screen; only bars are stretched. Each has the numbers in words, for
 * whoever does not see it.
 */
#include "rules_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Bars in one picture; more days are put together. */
#define BARS_MAX 90
/* So that one day does not fill the picture. */
#define BARS_MIN 12

static const struct {
    enum rules_number number;
    const char *name;
    const char *color; /* a class */
} outcomes[] = {
    {NUMBER_NO_ACTION, "no action", "o0"},
    {NUMBER_WARN, "warn", "o1"},
    {NUMBER_RESTRICT, "restrict", "o2"},
    {NUMBER_SUSPEND, "suspend", "o3"},
    {NUMBER_ESCALATE, "escalate", "o4"},
    {NUMBER_DISMISSED, "dismissed", "o5"},
};
#define OUTCOMES (sizeof outcomes / sizeof outcomes[0])

void rules_chart_bar(FILE *out, const char *name, uint64_t value, uint64_t max)
{
    double width = max > 0 ? 100.0 * (double)value / (double)max : 0;

    (void)fprintf(out,
                  "<svg class=\"bar\" viewBox=\"0 0 100 10\" "
                  "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                  "<rect class=\"track\" width=\"100\" height=\"10\"/>"
                  "<rect class=\"%s\" width=\"%.2f\" height=\"10\"/></svg>",
                  name, value > 0 && width < 0.6 ? 0.6 : width);
}

/* ---- Days ------------------------------------------------------------------
 */

struct bar {
    uint64_t counts[NUMBER_COUNT];
};

struct days {
    bool any;
    uint64_t first;
    uint64_t last;
    uint64_t each; /* days in a bar */
    size_t count;
    struct bar bars[BARS_MAX];
};

static bool find_ends(void *context, uint64_t day, enum rules_number number,
                      uint64_t count)
{
    struct days *d = context;

    (void)number;
    (void)count;
    d->first = d->any ? d->first : day;
    d->last = day;
    d->any = true;
    return true;
}

static bool add_day(void *context, uint64_t day, enum rules_number number,
                    uint64_t count)
{
    struct days *d = context;

    d->bars[(day - d->first) / d->each].counts[number] += count;
    return true;
}

static void collect(struct days *d, struct rules *rules)
{
    memset(d, 0, sizeof *d);
    rules_days(rules, find_ends, d);
    if (d->any) {
        d->each = (d->last - d->first) / BARS_MAX + 1;
        d->count = (size_t)((d->last - d->first) / d->each) + 1;
        rules_days(rules, add_day, d);
    }
}

static const char *day_text(char out[static 16], uint64_t day)
{
    time_t seconds = (time_t)(day * 86400);
    struct tm parts;

    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(out, 16, "%Y-%m-%d", &parts) == 0) {
        (void)snprintf(out, 16, "day %" PRIu64, day);
    }
    return out;
}

static uint64_t decided(const struct bar *bar)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < OUTCOMES; i++) {
        sum += bar->counts[outcomes[i].number];
    }
    return sum;
}

/* One rectangle from `below` up, of a picture of 100 by 100. */
static void put_rect(FILE *out, const char *name, double x, double width,
                     double below, double height)
{
    if (height > 0) {
        (void)fprintf(out,
                      "<rect class=\"%s\" x=\"%.3f\" y=\"%.3f\" "
                      "width=\"%.3f\" height=\"%.3f\"/>",
                      name, x, 100 - below - height, width, height);
    }
}

static void put_title(FILE *out, const struct days *d, size_t i)
{
    char day[16];
    const struct bar *bar = &d->bars[i];

    (void)fprintf(out,
                  "<title>%s: %" PRIu64 " received, %" PRIu64 " opened, "
                  "%" PRIu64 " decided</title>",
                  day_text(day, d->first + i * d->each),
                  bar->counts[NUMBER_RECEIVED], bar->counts[NUMBER_OPENED],
                  decided(bar));
}

/* What came in, or what was decided, by outcome. */
static void put_bar(FILE *out, const struct days *d, size_t i, bool decisions,
                    uint64_t max)
{
    double each = 100.0 / (double)(d->count < BARS_MIN ? BARS_MIN : d->count);
    const struct bar *bar = &d->bars[i];
    double x = each * ((double)i + 0.1);
    double below = 0;

    (void)fputs("<g>", out);
    put_title(out, d, i);
    if (!decisions) {
        put_rect(out, "in", x, each * 0.8, 0,
                 100.0 * (double)bar->counts[NUMBER_RECEIVED] / (double)max);
    }
    for (size_t j = 0; decisions && j < OUTCOMES; j++) {
        double height =
            100.0 * (double)bar->counts[outcomes[j].number] / (double)max;

        put_rect(out, outcomes[j].color, x, each * 0.8, below, height);
        below += height;
    }
    (void)fputs("</g>", out);
}

static uint64_t tallest(const struct days *d, bool decisions)
{
    uint64_t max = 1;

    for (size_t i = 0; i < d->count; i++) {
        uint64_t height = decisions ? decided(&d->bars[i])
                                    : d->bars[i].counts[NUMBER_RECEIVED];

        max = height > max ? height : max;
    }
    return max;
}

static void put_picture(FILE *out, const struct days *d, bool decisions)
{
    uint64_t max = tallest(d, decisions);
    char number[RULES_PAGE_NUMBER_BYTES];
    char day[16];

    (void)fprintf(out,
                  "<figure><p class=\"top\">up to %s %s</p>"
                  "<svg class=\"days\" viewBox=\"0 0 100 100\" "
                  "preserveAspectRatio=\"none\" role=\"img\" aria-label="
                  "\"%s\"><path class=\"grid\" d=\"M0 0H100M0 50H100M0 "
                  "100H100\"/>",
                  rules_page_number(number, max),
                  d->each == 1 ? "a day" : "in a bar",
                  decisions ? "Decisions by outcome, over time"
                            : "Reports received, over time");
    for (size_t i = 0; i < d->count; i++) {
        put_bar(out, d, i, decisions, max);
    }
    (void)fprintf(out, "</svg><figcaption><span>%s</span>",
                  day_text(day, d->first));
    if (d->each > 1) {
        (void)fprintf(out, "<span>%" PRIu64 " days a bar</span>", d->each);
    }
    if (d->count >= BARS_MIN) {
        (void)fprintf(out, "<span>%s</span>", day_text(day, d->last));
    }
    (void)fputs("</figcaption></figure>", out);
}

static void put_legend(FILE *out)
{
    (void)fputs("<p class=\"legend\">", out);
    for (size_t i = 0; i < OUTCOMES; i++) {
        (void)fprintf(out, "<span><i class=\"b-%s\"></i>%s</span>",
                      outcomes[i].color, outcomes[i].name);
    }
    (void)fputs("</p>", out);
}

void rules_chart_days(FILE *out, struct rules *rules)
{
    struct days *d = malloc(sizeof *d);

    if (d == NULL) {
        return;
    }
    collect(d, rules);
    if (d->any) {
        (void)fputs("<h3>Reports received</h3>", out);
        put_picture(out, d, false);
        (void)fputs("<h3>Decisions that took effect</h3>", out);
        put_legend(out);
        put_picture(out, d, true);
    } else {
        (void)fputs("<p>Nothing is in the logs yet.</p>", out);
    }
    free(d);
}

/* ---- Rows of bars ----------------------------------------------------------
 */

static bool add_sum(void *context, uint64_t day, enum rules_number number,
                    uint64_t count)
{
    struct bar *sum = context;

    (void)day;
    sum->counts[number] += count;
    return true;
}

static void put_row(FILE *out, const char *name, const char *color,
                    uint64_t value, uint64_t max)
{
    char number[RULES_PAGE_NUMBER_BYTES];

    (void)fprintf(out, "<tr><th scope=\"row\">%s</th><td class=\"wide\">",
                  name);
    rules_chart_bar(out, color, value, max);
    (void)fprintf(out, "</td><td class=\"n\">%s</td></tr>",
                  rules_page_number(number, value));
}

void rules_chart_outcomes(FILE *out, struct rules *rules)
{
    struct bar sum = {{0}};
    uint64_t max = 0;

    rules_days(rules, add_sum, &sum);
    for (size_t i = 0; i < OUTCOMES; i++) {
        max = sum.counts[outcomes[i].number] > max
                  ? sum.counts[outcomes[i].number]
                  : max;
    }
    (void)fputs("<table class=\"bars\">", out);
    for (size_t i = 0; i < OUTCOMES; i++) {
        put_row(out, outcomes[i].name, outcomes[i].color,
                sum.counts[outcomes[i].number], max);
    }
    (void)fputs("</table>", out);
}

static void put_span(FILE *out, struct rules *rules, enum rules_span span,
                     const char *title)
{
    uint64_t counts[RULES_BUCKETS];
    uint64_t max = 0;

    rules_spans(rules, span, counts);
    for (unsigned i = 0; i < RULES_BUCKETS; i++) {
        max = counts[i] > max ? counts[i] : max;
    }
    (void)fprintf(out, "<section><h3>%s</h3><table class=\"bars\">", title);
    for (unsigned i = 0; i < RULES_BUCKETS; i++) {
        put_row(out, rules_bucket(i), "in", counts[i], max);
    }
    (void)fputs("</table></section>", out);
}

void rules_chart_spans(FILE *out, struct rules *rules)
{
    (void)fputs("<div class=\"two\">", out);
    put_span(out, rules, SPAN_TAKE_OVER, "From received to taken over");
    put_span(out, rules, SPAN_DECIDE, "From taken over to decided");
    (void)fputs("</div>", out);
}
