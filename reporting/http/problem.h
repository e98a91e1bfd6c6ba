/* SPDX-License-Identifier: Apache-2.0 */
/* Problem details as bytes: in an answer, and as a whole raw answer of the
 * edge, which has no HTTP library at hand. */
#ifndef REPORTING_HTTP_PROBLEM_H
#define REPORTING_HTTP_PROBLEM_H

#include "server.h"

#define PROBLEM_TYPE "application/problem+json"
#define PROBLEM_MAX_BYTES 2048
#define PROBLEM_RAW_MAX_BYTES 1024

/* A few words for a status; static text, for any value. */
const char *problem_title(unsigned status);

/* A fresh random id. */
void problem_id(char id[static HTTP_ID_BYTES]);

/* Gives the length. What does not fit (detail, a very long one) is left out. */
size_t problem_json(char out[static PROBLEM_MAX_BYTES],
                    const struct http_problem *problem, const char *id);

/* Status line, headers and body; Connection: close. name must be a short one
 * of our own. */
size_t problem_raw(char out[static PROBLEM_RAW_MAX_BYTES], unsigned status,
                   const char *name, const char *id);

#endif
