/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub's log: the public sees it up to the last public checkpoint, auditors
 * and the moderation side up to the newest one; entries are for these alone.
 */
#include "hub.h"
#include "log_pages.h"

#include <string.h>

#define PREFIX "/log/tile/"

/* Whether the newest is for him. A wrong token is no reason to hide what all
 * may see. */
static bool sees_newest(const struct hub *hub,
                        const struct http_exchange *exchange)
{
    const struct http_request *request = http_request(exchange);
    const char *token = bearer_token(exchange);
    bool is_unix = true;

    for (size_t i = 0; i < sizeof request->address.bytes; i++) {
        is_unix = is_unix && request->address.bytes[i] == 0;
    }
    return (request->is_private && is_unix) ||
           (token != NULL && (hub_is_bearer(hub, BEARER_AUDITOR, token) ||
                              hub_is_bearer(hub, BEARER_PRIVATE, token)));
}

/* Whoever sees the newest can ask for what the public sees: witnesses cosigned
 * that one. */
void route_checkpoint(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;

    log_answer_checkpoint(exchange, hub->publisher,
                          http_query(exchange, "public") == NULL &&
                              sees_newest(hub, exchange));
}

void route_tile(struct http_exchange *exchange, void *context)
{
    struct hub *hub = context;
    const char *path = http_request(exchange)->path + strlen(PREFIX);

    if (!log_answer_tile(exchange, hub->publisher, &hub->store, path,
                         sees_newest(hub, exchange))) {
        (void)hub_admits(hub, exchange, BEARER_AUDITOR); /* 401 */
    }
}
