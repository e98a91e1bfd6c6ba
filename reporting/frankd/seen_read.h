/* SPDX-License-Identifier: Apache-2.0 */
/* What the relay says about devices, from bytes to structures. Pure. */
#ifndef REPORTING_FRANKD_SEEN_READ_H
#define REPORTING_FRANKD_SEEN_READ_H

#include "hub_rooms.h"

#define SEEN_MAX ((size_t)1000) /* of a request, of both kinds together */
#define SEEN_MAX_BYTES ((size_t)2 << 20)

struct seen {
    struct hub_place *places; /* first acknowledgements, then who left; free()
                                 it */
    size_t acks;
    size_t leaving;
};

/*
 * {"seen": [{"room": URI, "device": NAME, "seq": N}, ...],
 *  "left": [{"room": URI, "device": NAME}, ...]}, one or both. key: as of
 * room_names(). JSON, LIMIT, MISSING, VALUE, MEMORY: then *out is zero.
 */
FRANK_MUST_CHECK int seen_read(struct seen *out, struct frank_span body,
                               const uint8_t key[static HUB_NAME_BYTES],
                               struct frank_fault *fault);

#endif
