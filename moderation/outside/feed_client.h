/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The moderation side's end of the hub's private interface (docs/HUB.md,
 * section 6). Each call is one request, and can be made again: the hub gives
 * what was not acknowledged as often as it is asked.
 */
#ifndef MODERATION_OUTSIDE_FEED_CLIENT_H
#define MODERATION_OUTSIDE_FEED_CLIENT_H

#include "feed_notices.h"
#include "feed_page.h"
#include "fetch.h"

/* Where the hub is. */
struct feed_source {
    const char *url; /* "https://hub.example:8443"; with a Unix socket any */
    const char *unix_socket;               /* NULL, or its private socket */
    const char *bearer;                    /* NULL, or its private token */
    const char *ca_file;                   /* as in struct fetch_request */
    const struct fetch_networks *networks; /* as `allowed` there */
    uint64_t connect_ms;
    uint64_t total_ms; /* enough for a page of 33 MiB */
    const atomic_bool *stop;
};

enum feed_result {
    FEED_DONE = 0,
    FEED_AWAY,     /* away, slow, or busy: try again, see feed_backoff() */
    FEED_REFUSED,  /* the hub, or we, will not have it so: somebody must look */
    FEED_MALFORMED /* what it answers is not what the hub answers */
};

/* What went wrong, for a log: no tokens, no content. */
struct feed_trouble {
    unsigned status;      /* 0: no answer */
    unsigned retry_after; /* seconds the hub wants to be left alone; or 0 */
    char text[320];
};

/* trouble is set on each result but DONE. Outputs are zero then. */

/* The reports above `after`; free page with feed_page_free(). page->last below
 * `after`: see there. */
FRANK_MUST_CHECK enum feed_result feed_pull(const struct feed_source *source,
                                            uint64_t after,
                                            struct feed_page *page,
                                            struct feed_trouble *trouble);

/* The reports up to `through` are stored here, durably. *taken_over is how many
 * the hub dropped. REFUSED with 409: it never had so many. */
FRANK_MUST_CHECK enum feed_result feed_ack(const struct feed_source *source,
                                           uint64_t through,
                                           uint64_t *taken_over,
                                           struct feed_trouble *trouble);

/* 1 to FEED_NOTICES_MAX notices; see feed_notices_read() for unknown[]. */
FRANK_MUST_CHECK enum feed_result
feed_notices(const struct feed_source *source,
             const struct feed_notice *notices, size_t count, bool *unknown,
             struct feed_trouble *trouble);

/* The log's newest checkpoint (for note_open()) or, of_public, the one that
 * everybody is shown, with its cosignatures; and /.well-known/frank (JSON, for
 * hub_public_decode()), as they are; *text is closed by a zero, to be freed
 * with free(). A log without a public checkpoint: REFUSED with 404. */
FRANK_MUST_CHECK enum feed_result
feed_checkpoint(const struct feed_source *source, bool of_public, char **text,
                size_t *len, struct feed_trouble *trouble);
FRANK_MUST_CHECK enum feed_result feed_public(const struct feed_source *source,
                                              char **text, size_t *len,
                                              struct feed_trouble *trouble);

/* A tile of the hub's log by its path below "tile/" ("0/x001/067",
 * "entries/000.p/5"), as it is; *bytes is to be freed with free(). */
FRANK_MUST_CHECK enum feed_result feed_tile(const struct feed_source *source,
                                            const char *path, uint8_t **bytes,
                                            size_t *len,
                                            struct feed_trouble *trouble);

#endif
