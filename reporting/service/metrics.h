/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters, gauges and histograms in Prometheus' text format 0.0.4. All are
 * declared in tables at compile time; counting is one atomic addition.
 */
#ifndef REPORTING_SERVICE_METRICS_H
#define REPORTING_SERVICE_METRICS_H

#include "frank.h"

#include <stdatomic.h>

#define METRICS_BUCKETS_MAX 16

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* A family of metrics: with label NULL one value, otherwise one for each of
 * label_values (closed by NULL, at most 64), counted by its index. */
struct metric {
    const char *name; /* "frankd_reports_refused_total" */
    enum metric_kind kind;
    const char *help;
    const char *label; /* "reason", or NULL */
    const char *const *label_values;
    /* Histograms: upper bounds in microseconds, rising, 0 at the end; printed
     * in seconds. */
    uint64_t bounds[METRICS_BUCKETS_MAX];
    _Atomic uint64_t values[64]; /* histogram: buckets, then [62] sum in
                                    microseconds, [63] count */
};

void metric_add(struct metric *metric, size_t index, uint64_t n);
void metric_set(struct metric *metric, size_t index, uint64_t value);
void metric_observe(struct metric *metric, uint64_t microseconds);
uint64_t metric_value(const struct metric *metric, size_t index);

/* The index of a label's value; that of the last one ("other") where there is
 * no such. */
size_t metric_label(const struct metric *metric, const char *value);

/* All of them as text, closed by a zero; free() it. NULL: out of memory. */
FRANK_MUST_CHECK char *metrics_text(struct metric *const *metrics,
                                    size_t count);

#endif
