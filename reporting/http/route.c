/* SPDX-License-Identifier: Apache-2.0 */
/* Which route a path leads to, and what stands in the places that a route
 * leaves open. */
#include "exchange.h"

#include <string.h>

/* What RFC 3986 never encodes. What comes encoded is not decoded but refused,
 * so that there is one way to write a segment. */
#define UNRESERVED                                                             \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"

/* Where the open segments of a path are. */
struct places {
    unsigned count;
    struct frank_span at[HTTP_SEGMENTS_MAX];
};

/* The length of an open segment, or 0: it is empty, has other bytes, or is "."
 * or "..", which some take for another path. */
static size_t segment_len(const char *path)
{
    size_t len = strspn(path, UNRESERVED);
    bool ends = path[len] == '/' || path[len] == '\0';
    bool is_dots = len <= 2 && strspn(path, ".") == len;

    return ends && !is_dots ? len : 0;
}

static bool path_is(struct places *places, const char *route, const char *path)
{
    const char *begin = route;

    places->count = 0;
    while (*route != '\0') {
        if (route[0] == '{' && route[1] == '}') {
            size_t len = segment_len(path);

            if (len == 0 || places->count == HTTP_SEGMENTS_MAX) {
                return false;
            }
            places->at[places->count++] =
                (struct frank_span){(const uint8_t *)path, len};
            route += 2;
            path += len;
        } else if (*route++ != *path++) {
            return false;
        }
    }
    return *path == '\0' || (route > begin + 1 && route[-1] == '/');
}

static void keep_segments(struct http_exchange *exchange,
                          const struct places *places)
{
    char *out = exchange->path + strlen(exchange->path) + 1;

    for (unsigned i = 0; i < places->count; i++) {
        memcpy(out, places->at[i].data, places->at[i].len);
        exchange->segments[i] = out;
        out += places->at[i].len;
        *out++ = '\0';
    }
}

static bool is_open(const struct http_route *route)
{
    return strstr(route->path, "{}") != NULL;
}

/* Looks at routes with open places, or at those without. Adds to *methods what
 * others of the same path there are. */
static bool find(struct http_exchange *exchange, const char *method, bool open,
                 unsigned *methods)
{
    const struct http_settings *s = &exchange->server->settings;
    unsigned scope = exchange->request.is_private ? HTTP_PRIVATE : HTTP_PUBLIC;
    struct places places;

    for (size_t i = 0; i < s->route_count; i++) {
        const struct http_route *route = &s->routes[i];

        if ((route->scope & scope) == 0 || is_open(route) != open ||
            !path_is(&places, route->path, exchange->path)) {
            continue;
        }
        if (strcmp(route->method, method) == 0) {
            exchange->route = route;
            keep_segments(exchange, &places);
            return true;
        }
        *methods |= strcmp(route->method, "GET") == 0 ? 1 : 2;
    }
    return false;
}

unsigned exchange_route(struct http_exchange *exchange, const char *method)
{
    static const char *const allow[] = {NULL, "GET, HEAD", "POST",
                                        "GET, HEAD, POST"};
    unsigned methods = 0;

    if (strcmp(method, "HEAD") == 0) {
        method = "GET";
    }
    if (find(exchange, method, false, &methods) ||
        find(exchange, method, true, &methods)) {
        return 0;
    }
    exchange->allow = allow[methods];
    return methods == 0 ? 404 : 405;
}

const char *http_segment(const struct http_exchange *exchange, unsigned i)
{
    return i < HTTP_SEGMENTS_MAX ? exchange->segments[i] : NULL;
}
