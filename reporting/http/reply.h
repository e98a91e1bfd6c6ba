/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that most handlers give. */
#ifndef REPORTING_HTTP_REPLY_H
#define REPORTING_HTTP_REPLY_H

#include "server.h"

/* An answer of JSON text, which is freed; NULL: memory ran out, 503. cache as
 * in struct http_answer. */
void http_answer_json(struct http_exchange *exchange, unsigned status,
                      char *text, const char *cache);

/* An answer of problem details about a fault, named after it; 503 where memory
 * ran out. */
void http_answer_fault(struct http_exchange *exchange, unsigned status,
                       const struct frank_fault *fault);

#endif
