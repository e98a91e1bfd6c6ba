/* SPDX-License-Identifier: Apache-2.0 */
#include "counts.h"

#include "clock.h"
#include "publisher.h"

#include <string.h>

static const char *const results[] = {"new", "counted", "again", "signal",
                                      NULL};
static const char *const stamped[] = {"stamped", "refused", NULL};
static const char *const seen[] = {"taken", "above", NULL};
static const char *const classes[] = {"1xx", "2xx", "3xx", "4xx", "5xx", NULL};
/* Names of problems: http_error_name() for what a check found. */
static const char *const reasons[] = {"truncated",       "trailing",
                                      "length-form",     "limit",
                                      "length",          "value",
                                      "missing",         "utf8",
                                      "suite",           "rooms",
                                      "reporter",        "point",
                                      "scalar",          "proof",
                                      "quorum",          "no-epoch",
                                      "epoch-destroyed", "mac",
                                      "no-key",          "signature",
                                      "transcript",      "time",
                                      "order",           "tag",
                                      "too-old",         "accused-expired",
                                      "not-vouched",     "unauthorized",
                                      "id-taken",        "rate-limited",
                                      "disk-full",       "busy",
                                      "no-quorum",       "room",
                                      "signal",          "counted",
                                      "other",           NULL};
static const char *const edge[] = {"bare-lf",
                                   "bare-cr",
                                   "nul",
                                   "control",
                                   "too-long",
                                   "target-too-long",
                                   "too-many-fields",
                                   "request-line",
                                   "method",
                                   "version",
                                   "folded",
                                   "field-name",
                                   "host-missing",
                                   "host-twice",
                                   "host-malformed",
                                   "length-twice",
                                   "length-malformed",
                                   "length-missing",
                                   "transfer-encoding",
                                   "expect",
                                   "upgrade",
                                   "timeout",
                                   "connections",
                                   "connections-per-address",
                                   "other",
                                   NULL};

struct metric count_reports = {
    .name = "frankd_reports_total",
    .kind = METRIC_COUNTER,
    .help = "Reports that were accepted: new, counted alone (anonymous, beyond "
            "the kept number), sent again, signals without messages",
    .label = "result",
    .label_values = results};
struct metric count_refused = {.name = "frankd_reports_refused_total",
                               .kind = METRIC_COUNTER,
                               .help = "Reports that were refused, by reason",
                               .label = "reason",
                               .label_values = reasons};
struct metric count_stamps = {.name = "frankd_stamps_total",
                              .kind = METRIC_COUNTER,
                              .help = "Stamps made, and requests refused",
                              .label = "result",
                              .label_values = stamped};
struct metric count_seen = {
    .name = "frankd_seen_total",
    .kind = METRIC_COUNTER,
    .help = "Acknowledgements of devices: taken; above what was stamped",
    .label = "result",
    .label_values = seen};
struct metric count_answers = {.name = "frankd_http_answers_total",
                               .kind = METRIC_COUNTER,
                               .help = "HTTP answers, by class of status",
                               .label = "class",
                               .label_values = classes};
struct metric count_edge = {
    .name = "frankd_http_edge_refused_total",
    .kind = METRIC_COUNTER,
    .help = "Connections refused before their request was parsed, by reason",
    .label = "reason",
    .label_values = edge};
struct metric count_witnesses = {
    .name = "frankd_witness_answers_total",
    .kind = METRIC_COUNTER,
    .help = "Witnesses that were asked to cosign, by what came of it",
    .label = "result",
    .label_values = witnesses_results};
struct metric count_quorum_missing = {
    .name = "frankd_witness_quorum_missing_total",
    .kind = METRIC_COUNTER,
    .help = "Times that too few witnesses had cosigned a public checkpoint"};
struct metric time_commit = {
    .name = "frankd_commit_seconds",
    .kind = METRIC_HISTOGRAM,
    .help = "Time of one commit, with the sync of the disk",
    .bounds = {250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
               1000000}};
struct metric time_intake = {.name = "frankd_intake_seconds",
                             .kind = METRIC_HISTOGRAM,
                             .help = "Time from a whole report to its answer",
                             .bounds = {500, 1000, 2500, 5000, 10000, 25000,
                                        50000, 100000, 250000, 1000000}};

static struct metric queue = {.name = "frankd_queue_length",
                              .kind = METRIC_GAUGE,
                              .help = "Reports that wait for the disk"};
static struct metric feed_waiting = {
    .name = "frankd_feed_waiting",
    .kind = METRIC_GAUGE,
    .help = "Reports that wait for the moderation side"};
static struct metric log_size = {
    .name = "frankd_log_size",
    .kind = METRIC_GAUGE,
    .help = "Entries that the newest checkpoint covers"};
static struct metric log_age = {.name = "frankd_checkpoint_age_seconds",
                                .kind = METRIC_GAUGE,
                                .help = "Age of that checkpoint"};
static struct metric public_age = {
    .name = "frankd_public_checkpoint_age_seconds",
    .kind = METRIC_GAUGE,
    .help = "Age of the checkpoint that the public sees"};
static struct metric epoch_age = {
    .name = "frankd_key_epoch_age_seconds",
    .kind = METRIC_GAUGE,
    .help = "Time since the key epoch in force began"};
static struct metric open_connections = {.name = "frankd_http_connections",
                                         .kind = METRIC_GAUGE,
                                         .help = "Connections open"};
static struct metric edge_waiting = {
    .name = "frankd_http_connections_waiting",
    .kind = METRIC_GAUGE,
    .help = "Connections whose request's head is not whole yet"};
static struct metric body_bytes = {.name = "frankd_http_body_bytes",
                                   .kind = METRIC_GAUGE,
                                   .help = "Memory that bodies take"};

static void read_gauges(struct hub *hub)
{
    struct http_counts http;
    struct cosigned newest = {0};
    struct hub_keys *keys = hub_keys_hold(hub);
    struct db *db = store_reader_lock(&hub->store, STORE_SHORT);
    uint64_t now = clock_wall();

    metric_set(&feed_waiting, 0, hub_waiting(db));
    store_reader_unlock(&hub->store, STORE_SHORT);
    metric_set(&epoch_age, 0,
               now > keys->epoch_not_before
                   ? (now - keys->epoch_not_before) / 1000
                   : 0);
    hub_keys_release(keys);
    metric_set(&queue, 0, writer_waiting(hub->store.writer));
    if (publisher_checkpoint(hub->publisher, false, &newest)) {
        metric_set(&log_size, 0, newest.size);
        metric_set(&log_age, 0,
                   now > newest.time ? (now - newest.time) / 1000 : 0);
    }
    if (publisher_checkpoint(hub->publisher, true, &newest)) {
        metric_set(&public_age, 0,
                   now > newest.time ? (now - newest.time) / 1000 : 0);
    }
    http_server_counts(hub->server, &http);
    metric_set(&open_connections, 0, http.open);
    metric_set(&edge_waiting, 0, http.waiting);
    metric_set(&body_bytes, 0, http.body_memory);
}

char *counts_text(struct hub *hub)
{
    static struct metric *const all[] = {&count_reports,
                                         &count_refused,
                                         &count_stamps,
                                         &count_seen,
                                         &count_answers,
                                         &count_edge,
                                         &time_commit,
                                         &time_intake,
                                         &queue,
                                         &feed_waiting,
                                         &log_size,
                                         &log_age,
                                         &public_age,
                                         &epoch_age,
                                         &count_witnesses,
                                         &count_quorum_missing,
                                         &open_connections,
                                         &edge_waiting,
                                         &body_bytes};

    read_gauges(hub);
    return metrics_text(all, sizeof all / sizeof all[0]);
}

/* ---- Refusals, for the log ------------------------------------------------
 */

static _Atomic uint64_t since_last[HUB_REFUSALS_MAX];

void hub_count_refused(const char *name)
{
    size_t index = metric_label(&count_refused, name);

    metric_add(&count_refused, index, 1);
    atomic_fetch_add(&since_last[index], 1);
}

size_t hub_refusals_take(struct hub_refusals out[static HUB_REFUSALS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; reasons[i] != NULL; i++) {
        uint64_t n = atomic_exchange(&since_last[i], 0);

        if (n > 0) {
            out[count++] = (struct hub_refusals){reasons[i], n};
        }
    }
    return count;
}

void hub_refusals_put_back(const struct hub_refusals *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        atomic_fetch_add(
            &since_last[metric_label(&count_refused, refusals[i].reason)],
            refusals[i].count);
    }
}
