/* SPDX-License-Identifier: Apache-2.0 */
#include "store_url.h"

#include <string.h>
#include <strings.h>

struct url {
    bool is_https;
    struct frank_span host; /* IPv6 with its brackets */
    unsigned port;
    struct frank_span path;
    struct frank_span query; /* with its question mark; or empty */
};

/* ---- Reading ------------------------------------------------------------- */

static size_t span_of(struct frank_span text, size_t from, const char *chars)
{
    size_t at = from;

    while (at < text.len && text.data[at] != '\0' &&
           strchr(chars, text.data[at]) != NULL) {
        at++;
    }
    return at - from;
}

static bool begins(struct frank_span text, const char *with)
{
    size_t len = strlen(with);

    return text.len >= len && memcmp(text.data, with, len) == 0;
}

static struct frank_span rest_of(struct frank_span text, size_t from)
{
    return (struct frank_span){text.data + from, text.len - from};
}

/* Takes the host from the beginning of *text. */
static bool read_host(struct url *out, struct frank_span *text)
{
    static const char names[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    size_t len;

    if (begins(*text, "[")) {
        len = 1 + span_of(*text, 1, "0123456789abcdefABCDEF:.");
        if (len < 3 || len >= text->len || text->data[len++] != ']') {
            return false;
        }
    } else {
        len = span_of(*text, 0, names);
    }
    out->host = (struct frank_span){text->data, len};
    *text = rest_of(*text, len);
    return len > 0;
}

static bool read_port(struct url *out, struct frank_span *text)
{
    size_t len;

    out->port = out->is_https ? 443 : 80;
    if (!begins(*text, ":")) {
        return true;
    }
    len = span_of(*text, 1, "0123456789");
    out->port = 0;
    for (size_t i = 1; i <= len && len <= 5; i++) {
        out->port = 10 * out->port + (unsigned)(text->data[i] - '0');
    }
    *text = rest_of(*text, 1 + len);
    return out->port >= 1 && out->port <= 65535;
}

/* The value of an escaped byte at text[at], or -1. */
static int escaped(struct frank_span text, size_t at)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    int value = 0;

    if (at + 2 >= text.len) {
        return -1;
    }
    for (size_t i = at + 1; i <= at + 2; i++) {
        const char *digit = memchr(digits, text.data[i], sizeof digits - 1);

        if (digit == NULL) {
            return -1;
        }
        value = 16 * value + (int)((digit - digits) % 16);
    }
    return value;
}

/* A slash, a dot or a percent sign that is escaped is none to one reader and
 * one to another; nor is there a need to escape them. What stands behind a
 * semicolon some readers take off a segment, so that "..;a" is one of dots. */
static bool path_is_plain(struct frank_span path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/-._~!$&'()*+,;=:@";
    size_t dots = 0; /* of the segment, which has nothing else; or many */

    for (size_t i = 0; i <= path.len; i++) {
        uint8_t c = i < path.len ? path.data[i] : '/';
        bool is_dots = dots == 1 || dots == 2;

        if (c == '/' || c == ';') {
            if (is_dots) {
                return false;
            }
            dots = c == '/' ? 0 : path.len + 3;
            continue;
        }
        dots = c == '.' ? dots + 1 : path.len + 3;
        if (c == '%') {
            int value = escaped(path, i);

            if (value < ' ' || value == 0x7f || value == '/' || value == '\\' ||
                value == '.' || value == '%' || (value == ';' && is_dots)) {
                return false;
            }
            i += 2;
        } else if (c == '\0' || strchr(plain, c) == NULL) {
            return false;
        }
    }
    return true;
}

static bool query_is_plain(struct frank_span query)
{
    for (size_t i = 0; i < query.len; i++) {
        if (query.data[i] <= ' ' || query.data[i] >= 0x7f ||
            strchr("#\\\"<>^`{|}", query.data[i]) != NULL) {
            return false;
        }
    }
    return true;
}

static bool read_url(struct url *out, struct frank_span text)
{
    size_t path = 0;

    *out = (struct url){.is_https = begins(text, "https://")};
    if (!out->is_https && !begins(text, "http://")) {
        return false;
    }
    text = rest_of(text, out->is_https ? 8 : 7);
    if (!read_host(out, &text) || !read_port(out, &text) ||
        !begins(text, "/")) {
        return false;
    }
    while (path < text.len && text.data[path] != '?') {
        path++;
    }
    out->path = (struct frank_span){text.data, path};
    out->query = rest_of(text, path);
    return path_is_plain(out->path) && query_is_plain(out->query);
}

/* ---- Questions ----------------------------------------------------------- */

static struct frank_span span(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

bool store_url_is_prefix(const char *text)
{
    struct url url;

    return read_url(&url, span(text)) && url.query.len == 0 &&
           url.path.data[url.path.len - 1] == '/';
}

bool store_url_is_below(struct frank_span url, const char *prefix)
{
    struct url u;
    struct url p;

    return store_url_is_prefix(prefix) && read_url(&p, span(prefix)) &&
           read_url(&u, url) && u.is_https == p.is_https && u.port == p.port &&
           u.host.len == p.host.len &&
           strncasecmp((const char *)u.host.data, (const char *)p.host.data,
                       u.host.len) == 0 &&
           u.path.len > p.path.len &&
           memcmp(u.path.data, p.path.data, p.path.len) == 0;
}
