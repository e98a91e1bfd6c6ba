/* SPDX-License-Identifier: Apache-2.0 */
#include "hub.h"
#include "mimi_report.h"
#include "seen_read.h"
#include "stamp_batch.h"

#define ALL (HTTP_PUBLIC | HTTP_PRIVATE)
#define JSON "application/json"

const struct http_route hub_routes[] = {
    {"POST",
     "/v1/reports",
     ALL,
     FRANK_REPORT_MAX_BYTES,
     {"application/vnd.frank.report"},
     route_reports},
    {"POST",
     "/reportAbuse/",
     ALL,
     MIMI_REPORT_MAX_BYTES,
     {"application/octet-stream", "application/mimi-abuse-report"},
     route_abuse_report},
    {"GET", "/v1/receipts/", ALL, 0, {NULL}, route_receipt},
    {"POST",
     "/v1/franks",
     HTTP_PRIVATE,
     STAMP_BATCH_REQUESTS_MAX_BYTES,
     {"application/vnd.frank.stamp-requests", JSON},
     route_franks},
    {"POST", "/v1/seen", HTTP_PRIVATE, SEEN_MAX_BYTES, {JSON}, route_seen},
    {"GET", "/v1/feed", HTTP_PRIVATE, 0, {NULL}, route_feed},
    {"POST", "/v1/feed/ack", HTTP_PRIVATE, 1 << 20, {JSON}, route_feed_ack},
    {"POST", "/v1/notices", HTTP_PRIVATE, 1 << 20, {JSON}, route_notices},
    {"GET", "/.well-known/frank", ALL, 0, {NULL}, route_well_known},
    {"GET", "/openapi.json", ALL, 0, {NULL}, route_openapi},
    {"GET", "/log/checkpoint", ALL, 0, {NULL}, route_checkpoint},
    {"GET", "/log/tile/", ALL, 0, {NULL}, route_tile},
    {"GET", "/livez", ALL, 0, {NULL}, route_livez},
    {"GET", "/readyz", ALL, 0, {NULL}, route_readyz},
    {"GET", "/metrics", ALL, 0, {NULL}, route_metrics},
};
const size_t hub_route_count = sizeof hub_routes / sizeof hub_routes[0];
