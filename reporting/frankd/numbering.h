/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of a request that were stamped, on their way to an answer. Where the
 * hub counts rooms, the writer numbers those that want it: all of a request in
 * one transaction, and the answer comes after its commit. What has no number to
 * get is answered at once, without the disk.
 */
#ifndef REPORTING_FRANKD_NUMBERING_H
#define REPORTING_FRANKD_NUMBERING_H

#include "hub.h"
#include "hub_rooms.h"
#include "stamp_batch.h"

#include <jansson.h>

struct numbering {
    struct write write;
    struct hub *hub;
    struct http_exchange *exchange;
    struct hub_keys *keys; /* those that stamped also stamp the numbers */
    struct stamp_counting counting; /* what is to be numbered */
    struct hub_place *places;
    size_t stamped;
    size_t refused;
    /* Answers and frees it; counting's items have their order. */
    void (*answer)(struct numbering *n);

    /* many: the answers, but for the numbers */
    uint8_t *answers; /* free() */
    size_t len;
    /* one: what was asked, which points into root, and its stamp */
    json_t *root;
    bool wants_number;
    struct stamp_counted asked;
    struct stamp stamp;
};

/* Room for `most` numbers, none where the hub does not count. NULL after 503
 * was answered. */
struct numbering *numbering_new(struct hub *hub, struct http_exchange *exchange,
                                size_t most);
void numbering_free(struct numbering *n);

/* Numbers what is to be numbered, then answers; takes n over. */
void numbering_go_on(struct numbering *n);

#endif
