/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the hub's feed answers (docs/HUB.md, section 6), from text to
 * structures. Pure. A page of the largest size, with its text, is below 64 MiB:
 * the text is read where it stands, and its base64 decoded once.
 */
#ifndef MODERATION_OUTSIDE_FEED_PAGE_H
#define MODERATION_OUTSIDE_FEED_PAGE_H

#include "hub_verdict.h"

#define FEED_PAGE_ITEMS_MAX ((size_t)256)
#define FEED_SALT_BYTES 32
/* A page ends with the report with which it passes 8 MiB; in base64. Beside
 * them each item has a verdict and some numbers. */
#define FEED_PAGE_MAX_BYTES                                                    \
    ((((size_t)8 << 20) + FRANK_REPORT_MAX_BYTES) / 3 * 4 +                    \
     FEED_PAGE_ITEMS_MAX * 4096)

enum feed_reporter {
    FEED_ANONYMOUS,
    FEED_NAMED,  /* the platform vouches for the name in the report */
    FEED_VOUCHED /* anonymous; the platform says it is a user */
};

enum feed_origin {
    FEED_SEALED, /* by the reporter's client */
    FEED_MIMI    /* a plain AbuseReport, by the hub */
};

/* A report as the hub hands it over. Spans point into the page. */
struct feed_page_item {
    struct frank_fault fault; /* error FRANK_OK: a good one. Else only number
                                 and report_id may be set, where they were
                                 good (a number is never 0); offset counts in
                                 the page's text */
    uint64_t number;
    uint8_t report_id[FRANK_REPORT_ID_BYTES];
    uint64_t received; /* ms */
    enum feed_reporter reporter;
    enum feed_origin origin;
    uint32_t priority;
    uint32_t distinct; /* reporters of the sender, then */
    bool first_contact;
    uint64_t folds_into; /* number of the first of its sender and room */
    uint8_t salt[FEED_SALT_BYTES]; /* of its name in the logs */
    struct frank_span verdict;     /* SignedHubVerdict, not checked */
    struct frank_span report;      /* sealed, not checked */
    bool has_log_index;            /* an older hub does not say it */
    uint64_t log_index;            /* of its report_received in the hub's log */
};

struct feed_page {
    struct feed_page_item *items;
    size_t count;
    uint64_t next; /* pull what is above it; acknowledge through it */
    uint64_t last; /* the hub's highest; below `after`: it is not the hub that
                      it was, or was put back */
    bool more;
    uint8_t *bytes; /* what spans point into */
    size_t size;
};

/*
 * Reads the answer to "above `after`". An item that is malformed by itself is
 * marked, the others are good. Errors of the page as a whole: JSON, DEPTH,
 * LIMIT (text, items), MISSING, VALUE (items, next, last, more), ORDER (numbers
 * that do not rise above `after` and each other, to next), MEMORY. Members that
 * are not known are passed over; a known one that stands twice is JSON. *out is
 * zero after an error, else to be freed with feed_page_free().
 */
FRANK_MUST_CHECK int feed_page_parse(struct feed_page *out, const char *text,
                                     size_t len, uint64_t after,
                                     struct frank_fault *fault);

/* Wipes; takes one that is zero. */
void feed_page_free(struct feed_page *page);

#endif
