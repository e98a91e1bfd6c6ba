/* SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"

#include <string.h>

void http_answer_json(struct http_exchange *exchange, unsigned status,
                      char *text, const char *cache)
{
    if (text == NULL) {
        http_problem(exchange, &(struct http_problem){.status = 503,
                                                      .name = "busy",
                                                      .title = "Out of memory",
                                                      .evidence = SIZE_MAX,
                                                      .retry_after = 1});
        return;
    }
    http_answer(exchange, &(struct http_answer){
                              .status = status,
                              .type = "application/json",
                              .body = {(const uint8_t *)text, strlen(text)},
                              .owned = text,
                              .cache = cache});
}

void http_answer_fault(struct http_exchange *exchange, unsigned status,
                       const struct frank_fault *fault)
{
    bool busy = fault->error == FRANK_ERR_MEMORY;
    const char *name = busy ? "busy" : http_error_name(fault->error);

    http_problem(exchange,
                 &(struct http_problem){.status = busy ? 503 : status,
                                        .name = name,
                                        .title = frank_strerror(fault->error),
                                        .fault = fault,
                                        .evidence = SIZE_MAX,
                                        .retry_after = busy ? 1 : 0});
}
