/* SPDX-License-Identifier: Apache-2.0 */
#include "head.h"

#include <string.h>
#include <strings.h>

/* Where the look stands. */
struct look {
    struct head *out;
    const uint8_t *bytes;
    size_t len;
    size_t pos;
    bool has_host;
    bool has_length;
    bool is_post;
    unsigned fields;
};

static enum head_result bad(struct look *at, unsigned status,
                            const char *reason)
{
    at->out->status = status;
    at->out->reason = reason;
    return HEAD_BAD;
}

/* ---- Bytes ----------------------------------------------------------------
 */

/* RFC 9110, section 5.6.2 */
static bool is_token(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* RFC 3986: what a path and a query are made of, and "%". */
static bool is_target(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~!$&'()*+,;=:@/?%", c) != NULL);
}

/* A line, without its CR LF. HEAD_MORE: its end is not there yet. */
static enum head_result next_line(struct look *at, struct frank_span *line)
{
    size_t begin = at->pos;

    for (size_t i = begin; i < at->len; i++) {
        uint8_t c = at->bytes[i];

        if (i >= HEAD_MAX_BYTES - 1) {
            break;
        }
        if (c == '\n') {
            return bad(at, 400, "bare-lf");
        }
        if (c == '\r') {
            if (i + 1 == at->len) {
                return HEAD_MORE;
            }
            if (at->bytes[i + 1] != '\n') {
                return bad(at, 400, "bare-cr");
            }
            *line = (struct frank_span){at->bytes + begin, i - begin};
            at->pos = i + 2;
            return HEAD_WHOLE;
        }
        if (c == '\0') {
            return bad(at, 400, "nul");
        }
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return bad(at, 400, "control");
        }
    }
    return at->len >= HEAD_MAX_BYTES - 1 ? bad(at, 431, "too-long") : HEAD_MORE;
}

static bool is_word(struct frank_span span, const char *word)
{
    return span.len == strlen(word) && memcmp(span.data, word, span.len) == 0;
}

static bool is_name(struct frank_span span, const char *name)
{
    return span.len == strlen(name) &&
           strncasecmp((const char *)span.data, name, span.len) == 0;
}

/* ---- Request line ---------------------------------------------------------
 */

static enum head_result check_target(struct look *at, struct frank_span target)
{
    if (target.len > HEAD_TARGET_MAX_BYTES) {
        return bad(at, 414, "target-too-long");
    }
    if (target.len == 0 || target.data[0] != '/') {
        return bad(at, 400, "request-line");
    }
    for (size_t i = 0; i < target.len; i++) {
        if (!is_target(target.data[i])) {
            return bad(at, 400, "request-line");
        }
    }
    return HEAD_WHOLE;
}

static enum head_result check_request_line(struct look *at,
                                           struct frank_span line)
{
    const uint8_t *first = memchr(line.data, ' ', line.len);
    const uint8_t *end = line.data + line.len;
    const uint8_t *second =
        first == NULL ? NULL
                      : memchr(first + 1, ' ', (size_t)(end - first - 1));
    struct frank_span method;
    struct frank_span version;

    if (first == NULL || second == NULL || first == line.data) {
        return bad(at, 400, "request-line");
    }
    method = (struct frank_span){line.data, (size_t)(first - line.data)};
    version = (struct frank_span){second + 1, (size_t)(end - second - 1)};
    for (size_t i = 0; i < method.len; i++) {
        if (!is_token(method.data[i])) {
            return bad(at, 400, "request-line");
        }
    }
    at->is_post = is_word(method, "POST");
    if (!at->is_post && !is_word(method, "GET") && !is_word(method, "HEAD")) {
        return bad(at, 501, "method");
    }
    if (!is_word(version, "HTTP/1.1") && !is_word(version, "HTTP/1.0")) {
        return version.len == 8 && memcmp(version.data, "HTTP/", 5) == 0
                   ? bad(at, 505, "version")
                   : bad(at, 400, "request-line");
    }
    return check_target(
        at, (struct frank_span){first + 1, (size_t)(second - first - 1)});
}

/* ---- Fields ---------------------------------------------------------------
 */

static struct frank_span trim(struct frank_span value)
{
    while (value.len > 0 && (*value.data == ' ' || *value.data == '\t')) {
        value.data++;
        value.len--;
    }
    while (value.len > 0 && (value.data[value.len - 1] == ' ' ||
                             value.data[value.len - 1] == '\t')) {
        value.len--;
    }
    return value;
}

static bool all_digits(struct frank_span span)
{
    for (size_t i = 0; i < span.len; i++) {
        if (span.data[i] < '0' || span.data[i] > '9') {
            return false;
        }
    }
    return span.len > 0;
}

/* uri-host [":" port], where uri-host is a name, an IPv4 address, or an IPv6
 * one in brackets. */
static bool is_host(struct frank_span host)
{
    size_t i = 0;

    if (host.len > 0 && host.data[0] == '[') {
        for (i = 1; i < host.len && host.data[i] != ']'; i++) {
            uint8_t c = host.data[i];

            if (c == '\0' || strchr("0123456789abcdefABCDEF:.", c) == NULL) {
                return false;
            }
        }
        if (i < 3 || i == host.len) {
            return false;
        }
        i++;
    } else {
        for (; i < host.len && host.data[i] != ':'; i++) {
            uint8_t c = host.data[i];

            if (!is_target(c) || strchr("/?@:", c) != NULL) {
                return false;
            }
        }
    }
    if (i == 0) {
        return false;
    }
    return i == host.len || (host.data[i] == ':' && host.len - i - 1 <= 5 &&
                             (host.len - i - 1 == 0 ||
                              all_digits((struct frank_span){
                                  host.data + i + 1, host.len - i - 1})));
}

static enum head_result take_length(struct look *at, struct frank_span value)
{
    if (at->has_length || memchr(value.data, ',', value.len) != NULL) {
        return bad(at, 400, "length-twice");
    }
    if (!all_digits(value) || value.len > 18) {
        return bad(at, 400, "length-malformed");
    }
    at->has_length = true;
    for (size_t i = 0; i < value.len; i++) {
        at->out->content_length =
            10 * at->out->content_length + (uint64_t)(value.data[i] - '0');
    }
    return HEAD_WHOLE;
}

static enum head_result take_host(struct look *at, struct frank_span value)
{
    if (at->has_host) {
        return bad(at, 400, "host-twice");
    }
    at->has_host = true;
    return is_host(value) ? HEAD_WHOLE : bad(at, 400, "host-malformed");
}

static enum head_result take_field(struct look *at, struct frank_span name,
                                   struct frank_span value)
{
    if (is_name(name, "Content-Length")) {
        return take_length(at, value);
    }
    if (is_name(name, "Host")) {
        return take_host(at, value);
    }
    if (is_name(name, "Transfer-Encoding")) {
        return bad(at, 501, "transfer-encoding");
    }
    if (is_name(name, "Upgrade")) {
        return bad(at, 400, "upgrade");
    }
    if (is_name(name, "Expect") && !is_name(value, "100-continue")) {
        return bad(at, 417, "expect");
    }
    return HEAD_WHOLE;
}

static enum head_result check_field(struct look *at, struct frank_span line)
{
    const uint8_t *colon = memchr(line.data, ':', line.len);
    struct frank_span name;

    if (line.data[0] == ' ' || line.data[0] == '\t') {
        return bad(at, 400, "folded");
    }
    if (++at->fields > HEAD_FIELDS_MAX) {
        return bad(at, 431, "too-many-fields");
    }
    if (colon == NULL || colon == line.data) {
        return bad(at, 400, "field-name");
    }
    name = (struct frank_span){line.data, (size_t)(colon - line.data)};
    for (size_t i = 0; i < name.len; i++) {
        if (!is_token(name.data[i])) {
            return bad(at, 400, "field-name");
        }
    }
    return take_field(
        at, name,
        trim((struct frank_span){colon + 1, line.len - name.len - 1}));
}

enum head_result head_look(struct head *out, const uint8_t *bytes, size_t len)
{
    struct look at = {.out = out, .bytes = bytes, .len = len};
    struct frank_span line;
    enum head_result result;

    *out = (struct head){0};
    result = next_line(&at, &line);
    if (result == HEAD_WHOLE) {
        result = check_request_line(&at, line);
    }
    while (result == HEAD_WHOLE) {
        result = next_line(&at, &line);
        if (result != HEAD_WHOLE) {
            return result;
        }
        if (line.len == 0) {
            break;
        }
        result = check_field(&at, line);
    }
    if (result != HEAD_WHOLE) {
        return result;
    }
    if (!at.has_host) {
        return bad(&at, 400, "host-missing");
    }
    if (at.is_post && !at.has_length) {
        return bad(&at, 411, "length-missing");
    }
    out->len = at.pos;
    return HEAD_WHOLE;
}
