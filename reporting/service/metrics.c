/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUM 62
#define COUNT 63

void metric_add(struct metric *metric, size_t index, uint64_t n)
{
    atomic_fetch_add_explicit(&metric->values[index], n, memory_order_relaxed);
}

void metric_set(struct metric *metric, size_t index, uint64_t value)
{
    atomic_store_explicit(&metric->values[index], value, memory_order_relaxed);
}

uint64_t metric_value(const struct metric *metric, size_t index)
{
    return atomic_load_explicit(&metric->values[index], memory_order_relaxed);
}

void metric_observe(struct metric *metric, uint64_t microseconds)
{
    size_t i = 0;

    while (metric->bounds[i] > 0 && microseconds > metric->bounds[i]) {
        i++;
    }
    metric_add(metric, i, 1); /* the last one: above all bounds */
    metric_add(metric, SUM, microseconds);
    metric_add(metric, COUNT, 1);
}

size_t metric_label(const struct metric *metric, const char *value)
{
    size_t i = 0;

    while (metric->label_values[i + 1] != NULL &&
           strcmp(metric->label_values[i], value) != 0) {
        i++;
    }
    return i;
}

static void put_histogram(FILE *out, const struct metric *metric)
{
    uint64_t below = 0;
    size_t i;

    for (i = 0; metric->bounds[i] > 0; i++) {
        below += metric_value(metric, i);
        (void)fprintf(out, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", metric->name,
                      (double)metric->bounds[i] / 1e6, below);
    }
    below += metric_value(metric, i);
    (void)fprintf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", metric->name,
                  below);
    (void)fprintf(out, "%s_sum %.6f\n%s_count %" PRIu64 "\n", metric->name,
                  (double)metric_value(metric, SUM) / 1e6, metric->name, below);
}

static void put_metric(FILE *out, const struct metric *metric)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};

    (void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name,
                  metric->help, metric->name, kinds[metric->kind]);
    if (metric->kind == METRIC_HISTOGRAM) {
        put_histogram(out, metric);
    } else if (metric->label == NULL) {
        (void)fprintf(out, "%s %" PRIu64 "\n", metric->name,
                      metric_value(metric, 0));
    } else {
        for (size_t i = 0; metric->label_values[i] != NULL; i++) {
            (void)fprintf(out, "%s{%s=\"%s\"} %" PRIu64 "\n", metric->name,
                          metric->label, metric->label_values[i],
                          metric_value(metric, i));
        }
    }
}

char *metrics_text(struct metric *const *metrics, size_t count)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        put_metric(out, metrics[i]);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
