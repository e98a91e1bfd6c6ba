/* SPDX-License-Identifier: Apache-2.0 */
/* What both ends of a stamp compute: the bytes that are signed. */
#ifndef CLIENT_STAMP_H
#define CLIENT_STAMP_H

#include "wire.h"

/* RFC 9420 section 5.1.2: length and "MLS 1.0 FrankingIntegrityTBS", length of
 * FrankingIntegrityTBS, then that: server_frank, suite, context. */
#define STAMP_SIGNED_MAX_BYTES                                                 \
    (1 + 28 + 2 + FRANK_MAC_BYTES + 2 + FRANK_CONTEXT_MAX_BYTES)

void stamp_read_context(struct frank_context *out, struct wire_reader *r);
void stamp_write_context(struct wire_writer *w,
                         const struct frank_context *context);

/* SignContent of RFC 9420 for a label without its "MLS 1.0 " prefix. */
void stamp_write_signed(struct wire_writer *w, const char *label,
                        struct frank_span content);

/* *written is at most STAMP_SIGNED_MAX_BYTES. LIMIT, MISSING (context). */
FRANK_MUST_CHECK int
stamp_signed_bytes(uint8_t out[static STAMP_SIGNED_MAX_BYTES], size_t *written,
                   const uint8_t server_frank[static FRANK_MAC_BYTES],
                   uint16_t suite, const struct frank_context *context,
                   struct frank_fault *fault);

/* Reads and writes a Frank among other fields. */
void stamp_read_frank(struct frank_frank *out, struct wire_reader *r);
void stamp_write_frank(struct wire_writer *w, const struct frank_frank *frank);

#endif
