/* SPDX-License-Identifier: Apache-2.0 */
#include "vouch.h"

#include "wire.h"

#include <string.h>

static struct frank_span text(const char *value)
{
    return value == NULL
               ? (struct frank_span){NULL, 0}
               : (struct frank_span){(const uint8_t *)value, strlen(value)};
}

static int by_gateway(struct vouch *out, const struct http_exchange *exchange,
                      struct frank_fault *fault)
{
    const char *signals = http_header(exchange, "Frank-Signals");

    out->by_platform = true;
    out->by_gateway = true;
    out->user = text(http_header(exchange, "Frank-Reporting-User"));
    out->key = out->user;
    out->first_contact =
        signals != NULL && strcmp(signals, "first-contact") == 0;
    return out->user.len > FRANK_URI_MAX_BYTES
               ? wire_fault(fault, FRANK_ERR_LIMIT, "Frank-Reporting-User", 0,
                            out->user.len, FRANK_URI_MAX_BYTES)
               : FRANK_OK;
}

static int by_token(struct vouch *out, const struct hub *hub, const char *token,
                    uint64_t now, struct frank_fault *fault)
{
    int error =
        hub->has_reporter_token_key
            ? reporter_token_open(&out->token, token,
                                  hub->secrets->reporter_token_key, now, fault)
            : wire_fault(fault, FRANK_ERR_MAC, "bearer token", 0, 0, 0);

    if (error != FRANK_OK) {
        return error;
    }
    out->by_platform = true;
    out->first_contact = (out->token.flags & REPORTER_TOKEN_FIRST_CONTACT) != 0;
    out->user = (struct frank_span){out->token.user.bytes, out->token.user.len};
    out->key = out->user.len > 0 ? out->user
                                 : (struct frank_span){out->token.nonce,
                                                       sizeof out->token.nonce};
    return FRANK_OK;
}

int vouch_read(struct vouch *out, const struct hub *hub,
               const struct http_exchange *exchange, uint64_t now,
               struct frank_fault *fault)
{
    const char *token = bearer_token(exchange);

    memset(out, 0, sizeof *out);
    if (token == NULL) {
        return http_header(exchange, "Authorization") == NULL
                   ? FRANK_OK
                   : wire_fault(fault, FRANK_ERR_FORMAT, "Authorization", 0, 0,
                                0);
    }
    if (strncmp(token, REPORTER_TOKEN_PREFIX,
                sizeof REPORTER_TOKEN_PREFIX - 1) != 0) {
        return hub_is_bearer(hub, BEARER_GATEWAY, token)
                   ? by_gateway(out, exchange, fault)
                   : wire_fault(fault, FRANK_ERR_MAC, "bearer token", 0, 0, 0);
    }
    return by_token(out, hub, token, now, fault);
}
