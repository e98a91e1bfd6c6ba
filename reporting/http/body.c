/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static bool budget_take(struct http_server *server, size_t len)
{
    size_t used = atomic_load(&server->body_memory);

    do {
        if (len > server->settings.body_memory ||
            used > server->settings.body_memory - len) {
            return false;
        }
    } while (
        !atomic_compare_exchange_weak(&server->body_memory, &used, used + len));
    return true;
}

/* What was in it may be the plaintext of a report. */
void exchange_body_free(struct http_exchange *exchange)
{
    if (exchange->body != NULL) {
        sodium_memzero(exchange->body, exchange->capacity);
        free(exchange->body);
        atomic_fetch_sub(&exchange->server->body_memory, exchange->capacity);
    }
    exchange->body = NULL;
    exchange->capacity = 0;
}

/* Makes room for len bytes, which is at most what was announced. Memory is
 * taken as bytes come: an announcement alone costs nothing. No realloc(): it
 * would leave a copy behind. */
bool exchange_body_grow(struct http_exchange *exchange, size_t len)
{
    size_t capacity = exchange->capacity > 0 ? exchange->capacity * 2
                                             : (size_t)EXCHANGE_FIRST_BYTES;
    size_t filled = exchange->len;
    uint8_t *body;

    if (len <= exchange->capacity) {
        return true;
    }
    capacity = capacity < len ? len : capacity;
    capacity = capacity > exchange->expected ? exchange->expected : capacity;
    if (!budget_take(exchange->server, capacity)) {
        return false;
    }
    body = malloc(capacity);
    if (body == NULL) {
        atomic_fetch_sub(&exchange->server->body_memory, capacity);
        return false;
    }
    if (filled > 0) {
        memcpy(body, exchange->body, filled);
    }
    exchange_body_free(exchange);
    exchange->body = body;
    exchange->capacity = capacity;
    return true;
}

/* A piece of the body. Once refused, the rest is read and thrown away:
 * libmicrohttpd takes no answer in the midst of a body. */
void exchange_body_take(struct http_exchange *exchange, const char *data,
                        size_t len)
{
    if (exchange->state == EXCHANGE_ANSWERED) {
        return;
    }
    if (len > exchange->expected - exchange->len ||
        !exchange_body_grow(exchange, exchange->len + len)) {
        exchange_body_free(exchange);
        exchange_refuse(exchange, 503, "body-memory");
        return;
    }
    memcpy(exchange->body + exchange->len, data, len);
    exchange->len += len;
}
