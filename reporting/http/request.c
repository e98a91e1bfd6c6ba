/* SPDX-License-Identifier: Apache-2.0 */
/* What a request says before its body: whose it is, and whether it is one that
 * its route takes. */
#include "cookie.h"
#include "exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether the media type, without parameters, is one of the route's. */
static bool is_type(const struct http_route *route, const char *value)
{
    size_t len = value != NULL ? strcspn(value, "; \t") : 0;

    if (strcmp(route->types[0], HTTP_ANY_TYPE) == 0) {
        return true;
    }
    for (size_t i = 0; i < sizeof route->types / sizeof route->types[0]; i++) {
        const char *type = route->types[i];

        if (type != NULL && len > 0 && strlen(type) == len &&
            strncasecmp(type, value, len) == 0) {
            return true;
        }
    }
    return false;
}

/* The edge has seen that there is one such header of up to 18 digits; a private
 * client comes without the edge. */
static bool read_length(struct http_exchange *exchange)
{
    const char *digits = http_header(exchange, "Content-Length");
    size_t len = digits != NULL ? strlen(digits) : 0;

    if (http_header(exchange, "Transfer-Encoding") != NULL || len > 18 ||
        (len > 0 && strspn(digits, "0123456789") != len)) {
        return false;
    }
    exchange->expected = len > 0 ? (size_t)strtoull(digits, NULL, 10) : 0;
    return true;
}

unsigned exchange_look(struct http_exchange *exchange, const char *method,
                       const char **name)
{
    const struct http_route *route;
    unsigned status = exchange_route(exchange, method);

    if (!read_length(exchange)) {
        exchange->expected = SIZE_MAX; /* the rest of the connection */
        *name = "length-missing";
        return 411;
    }
    if (status != 0) {
        *name = status == 404 ? "not-found" : "method-not-allowed";
        return status;
    }
    route = exchange->route;
    if (exchange->expected > (route->types[0] != NULL ? route->body_max : 0)) {
        *name = "too-large";
        return 413;
    }
    if (route->types[0] != NULL &&
        !is_type(route, http_header(exchange, "Content-Type"))) {
        *name = "media-type";
        return 415;
    }
    if (!exchange_body_grow(exchange, exchange->expected < EXCHANGE_FIRST_BYTES
                                          ? exchange->expected
                                          : (size_t)EXCHANGE_FIRST_BYTES)) {
        *name = "body-memory";
        return 503;
    }
    return 0;
}

static enum MHD_Result last_value(void *cls, enum MHD_ValueKind kind,
                                  const char *name, const char *value)
{
    (void)kind;
    if (value != NULL && strcasecmp(name, "X-Forwarded-For") == 0) {
        *(const char **)cls = value;
    }
    return MHD_YES;
}

void exchange_find_address(struct http_exchange *exchange)
{
    const struct edge_peer *peer;
    const char *value = NULL;

    if (exchange->edge == NULL) {
        return; /* zeros */
    }
    peer = edge_peer(exchange->edge);
    exchange->request.address = peer->address;
    exchange->request.is_private = peer->is_private;
    if (peer->is_trusted) {
        (void)MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND,
                                        last_value, (void *)&value);
        if (value != NULL) {
            (void)address_forwarded(&exchange->request.address, value);
        }
    }
}

const struct http_request *http_request(const struct http_exchange *exchange)
{
    return &exchange->request;
}

const struct http_route *http_route_of(const struct http_exchange *exchange)
{
    return exchange->route;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND,
                                       name);
}

const char *http_query(const struct http_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection,
                                       MHD_GET_ARGUMENT_KIND, name);
}

struct cookie_search {
    const char *name;
    struct frank_span value;
    unsigned count;
};

static enum MHD_Result look_for_cookie(void *cls, enum MHD_ValueKind kind,
                                       const char *name, const char *value)
{
    struct cookie_search *search = cls;

    (void)kind;
    if (value != NULL && strcasecmp(name, "Cookie") == 0) {
        search->count += cookie_find(&search->value, value, search->name);
    }
    return MHD_YES;
}

bool http_cookie(const struct http_exchange *exchange, const char *name,
                 char *out, size_t capacity)
{
    struct cookie_search search = {.name = name};

    (void)MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND,
                                    look_for_cookie, &search);
    if (search.count != 1 || search.value.len >= capacity) {
        return false;
    }
    memcpy(out, search.value.data, search.value.len);
    out[search.value.len] = '\0';
    return true;
}
