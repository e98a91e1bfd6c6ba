/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of an HTTP/1.1 request as raw bytes, before any parser sees it. Two
 * programs that read the same bytes differently are how requests are smuggled
 * (RFC 9112, section 11.2): what is not written in the one plain way is
 * refused.
 */
#ifndef REPORTING_HTTP_HEAD_H
#define REPORTING_HTTP_HEAD_H

#include "frank.h"

#define HEAD_MAX_BYTES 8192 /* with the empty line */
#define HEAD_TARGET_MAX_BYTES 2048
#define HEAD_FIELDS_MAX 64

enum head_result {
    HEAD_MORE = 0, /* not whole yet, and nothing wrong so far */
    HEAD_WHOLE = 1,
    HEAD_BAD = -1
};

struct head {
    size_t len;              /* with the empty line */
    uint64_t content_length; /* 0 where there is none */
    unsigned status;         /* with HEAD_BAD: what to answer, 400, 405, 411,
                                413, 414, 417, 431, 501, 505 */
    const char *reason;      /* with HEAD_BAD: "bare-lf", "nul", ...; static */
};

/*
 * Looks at the first bytes of a connection. Refused, as soon as it can be seen:
 * - bare-lf, bare-cr, nul, control (any other byte below 0x20 but tab within a
 *   value, 0x7f), too-long (431), target-too-long (414), too-many-fields
 * - request-line: not METHOD SP TARGET SP HTTP/1.1 with single spaces; target
 *   not in origin form ("/..."), or with bytes that a URI cannot have
 * - method (501): none of GET, HEAD, POST; version (505): HTTP/1.0 and 1.1 only
 * - folded: a line that begins with space or tab; field-name: no token right
 *   before the colon (also a space before the colon)
 * - host-missing (also with HTTP/1.0), host-twice, host-malformed: no
 *   uri-host [":" port]
 * - length-twice (also where both are equal, and lists "5, 5"),
 *   length-malformed: not 1 to 18 digits; transfer-encoding (501): any
 * - field-twice: Authorization, Content-Type, Frank-Reporting-User,
 *   Frank-Signals more than once
 * - length-missing (411): POST without Content-Length
 * - expect (417): Expect other than 100-continue; upgrade: an Upgrade field
 */
enum head_result head_look(struct head *out, const uint8_t *bytes, size_t len);

#endif
