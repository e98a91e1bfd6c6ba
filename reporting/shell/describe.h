/* SPDX-License-Identifier: Apache-2.0 */
/* Contents and verdicts in words and in JSON, the same in every command. The
 * members' names are those of tests/vectors/franking.json. */
#ifndef REPORTING_FRANK_DESCRIBE_H
#define REPORTING_FRANK_DESCRIBE_H

#include "io.h"

struct frank_span describe_uri(const struct frank_uri *uri);

/* format, content_length, salt, sender, room, franking_tag and, of MIMI
 * contents, message_id. */
void describe_content_json(json_t *object, const struct frank_content *located,
                           struct frank_span content);

/* An array of {"rule", "offset"}. */
json_t *describe_findings_json(const struct frank_findings *findings);

/* "a rule (byte 3); another (byte 5)"; nothing where none is broken. */
void describe_findings_text(const struct frank_findings *findings);

/* The content in words, some lines; text of it is made harmless. */
void describe_content_text(const struct frank_content *located,
                           const struct frank_findings *findings,
                           struct frank_span content);

#endif
