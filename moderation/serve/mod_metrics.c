/* SPDX-License-Identifier: Apache-2.0 */
#include "mod_metrics.h"

#include "witnesses.h"

static const char *const classes[] = {"1xx", "2xx", "3xx", "4xx", "5xx", NULL};
static const char *const reasons[] = {
    "timeout",     "bare-lf",   "host",       "method",
    "header-size", "not-found", "media-type", "too-large",
    "connections", "other",     NULL};
static const char *const taken[] = {"new_case", "folded", "again", "bad", NULL};
static const char *const feed[] = {"done", "away", "refused", "malformed",
                                   NULL};
/* In the order of enum files_state. */
static const char *const files[] = {"again", "there", "refused", "absent",
                                    NULL};
static const char *const webhooks[] = {"done", "again", "gone", "given_up",
                                       NULL};

struct metric mod_answers = {"frank_mod_answers_total",
                             METRIC_COUNTER,
                             "Answers by class of status",
                             "class",
                             classes,
                             {0},
                             {0}};
struct metric mod_edge = {"frank_mod_edge_refused_total",
                          METRIC_COUNTER,
                          "Requests refused before a route",
                          "reason",
                          reasons,
                          {0},
                          {0}};
struct metric mod_taken = {"frank_mod_reports_taken_total",
                           METRIC_COUNTER,
                           "Reports of the hub's feed",
                           "as",
                           taken,
                           {0},
                           {0}};
struct metric mod_feed = {"frank_mod_hub_answers_total",
                          METRIC_COUNTER,
                          "What came of questions to the hub",
                          "result",
                          feed,
                          {0},
                          {0}};
struct metric mod_webhooks = {"frank_mod_webhooks_total",
                              METRIC_COUNTER,
                              "Tries of webhooks",
                              "result",
                              webhooks,
                              {0},
                              {0}};
struct metric mod_files = {"frank_mod_attachments_total",
                           METRIC_COUNTER,
                           "What came of files that reports disclose",
                           "result",
                           files,
                           {0},
                           {0}};
struct metric mod_fetched = {"frank_mod_attachment_fetched_bytes_total",
                             METRIC_COUNTER,
                             "Bytes of files that the store gave",
                             NULL,
                             NULL,
                             {0},
                             {0}};
struct metric mod_witnesses = {
    "frank_mod_witness_answers_total",
    METRIC_COUNTER,
    "Witnesses that were asked to cosign, by what came of it",
    "result",
    witnesses_results,
    {0},
    {0}};
struct metric mod_quorum_missing = {
    "frank_mod_witness_quorum_missing_total",
    METRIC_COUNTER,
    "Times that too few witnesses had cosigned a public checkpoint",
    NULL,
    NULL,
    {0},
    {0}};
struct metric mod_public_age = {"frank_mod_public_checkpoint_age_seconds",
                                METRIC_GAUGE,
                                "Age of the checkpoint that the public sees",
                                NULL,
                                NULL,
                                {0},
                                {0}};
struct metric mod_feed_behind = {"frank_mod_feed_behind",
                                 METRIC_GAUGE,
                                 "Reports that the hub still holds",
                                 NULL,
                                 NULL,
                                 {0},
                                 {0}};
struct metric mod_shares_open = {"frank_mod_shares_open",
                                 METRIC_GAUGE,
                                 "Shares in memory",
                                 NULL,
                                 NULL,
                                 {0},
                                 {0}};

struct metric *const mod_metrics[] = {
    &mod_answers,        &mod_edge,        &mod_taken,       &mod_feed,
    &mod_webhooks,       &mod_feed_behind, &mod_shares_open, &mod_witnesses,
    &mod_quorum_missing, &mod_public_age,  &mod_files,       &mod_fetched};
const size_t mod_metric_count = sizeof mod_metrics / sizeof mod_metrics[0];
