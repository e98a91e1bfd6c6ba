/* SPDX-License-Identifier: Apache-2.0 */
/* Reports in words and in JSON, the same in frank and frank-mod. */
#ifndef REPORTING_SHELL_DESCRIBE_REPORT_H
#define REPORTING_SHELL_DESCRIBE_REPORT_H

#include "io.h"

/* "spam", or "42 (unknown)". */
#define DESCRIBE_REASON_BYTES 32
void describe_reason(char out[static DESCRIBE_REASON_BYTES], uint8_t code);

/* What everyone who handles a report can read: its header. The reporter is told
 * by the caller. */
void describe_header_text(const struct frank_report_header *header);
void describe_header_json(json_t *object,
                          const struct frank_report_header *header);

/* ", number 3 of the room, sent when its author's device had acknowledged up to
 * number 2"; nothing where there is no transcript stamp. */
void describe_place_text(const struct frank_evidence *evidence);

/*
 * Order, gaps, and who had been handed what, by transcript stamps that hold
 * (stamped, or NULL, as for room_order()); nothing where there is none. JSON:
 * members "order" and "order_valid", of which the latter is false where two
 * messages have one number.
 */
void describe_order_text(const struct frank_report_header *header,
                         const bool *stamped);
void describe_order_json(json_t *object,
                         const struct frank_report_header *header,
                         const bool *stamped);

#endif
