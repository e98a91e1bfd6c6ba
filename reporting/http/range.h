/* SPDX-License-Identifier: Apache-2.0 */
/* Byte ranges (RFC 9110, section 14): what is asked of us, and what somebody
 * says that he gave. Pure. */
#ifndef REPORTING_HTTP_RANGE_H
#define REPORTING_HTTP_RANGE_H

#include "frank.h"

/* Both included. */
struct byte_range {
    uint64_t first;
    uint64_t last;
};

enum range_asked {
    RANGE_ALL,  /* everything: no range, or one that may be passed over */
    RANGE_PART, /* *out, which is within size */
    RANGE_NONE  /* 416: nothing of it is there */
};

/* What a Range header (NULL: there is none) asks of something of `size` bytes.
 * Several ranges, other units, and what is not as the standard says are passed
 * over, as it allows. */
enum range_asked range_asked(struct byte_range *out, const char *header,
                             uint64_t size);

/* A Content-Range header, "bytes 0-499/1234". *total is UINT64_MAX where it
 * says that it is not known. false: NULL, or not one of bytes. */
bool range_given(struct byte_range *out, uint64_t *total, const char *header);

#endif
