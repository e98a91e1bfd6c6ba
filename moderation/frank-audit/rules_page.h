/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules found, as a page that stands alone: one file of HTML, without
 * scripts, with its pictures inside. */
#ifndef MODERATION_FRANK_AUDIT_RULES_PAGE_H
#define MODERATION_FRANK_AUDIT_RULES_PAGE_H

#include "rules.h"

#include <stdio.h>

/* What was looked at of a log. */
struct rules_page_log {
    const char *origin;
    uint64_t size;
    char root[65]; /* hex */
};

struct rules_page {
    struct rules *rules;
    struct rules_page_log logs[RULES_LOGS];
    const struct rules_limits *limits;
    uint64_t now;
    bool compared; /* with witnesses, by a policy */
};

/* Findings beyond this are counted, not listed. */
#define RULES_PAGE_FINDINGS 2000

void rules_page_write(FILE *out, const struct rules_page *page);

/* Text into HTML, with &lt; for <; also what is not printable. */
void rules_page_text(FILE *out, const char *text);

/* A number with commas between thousands. */
#define RULES_PAGE_NUMBER_BYTES 32
const char *rules_page_number(char out[static RULES_PAGE_NUMBER_BYTES],
                              uint64_t number);

/* rules_charts.c: pictures. */
void rules_chart_days(FILE *out, struct rules *rules);
void rules_chart_outcomes(FILE *out, struct rules *rules);
void rules_chart_spans(FILE *out, struct rules *rules);
/* A bar of value in max, `name` its class. */
void rules_chart_bar(FILE *out, const char *name, uint64_t value, uint64_t max);

#endif
