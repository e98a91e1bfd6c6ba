/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two passes over a line: its bytes, which can be refused before the line is
 * whole, and then what they say. All is looked at from the start each time, as
 * the bytes stay in the socket; they are few.
 */
#include "head.h"

#include <string.h>
#include <strings.h>

#define LENGTH_DIGITS_MAX 18
#define PORT_DIGITS_MAX 5
/* The longest method, two spaces, HTTP/1.1 */
#define LINE_REST_BYTES (4 + 2 + 8)

struct look {
    struct frank_span bytes;
    size_t pos;
    struct head *out;
    unsigned fields;
    bool post;
    bool host;
    unsigned singles; /* bit i: singles[i] was there */
    bool length;
};

static enum head_result bad(struct look *look, unsigned status,
                            const char *reason)
{
    look->out->status = status;
    look->out->reason = reason;
    return HEAD_BAD;
}

/* ---- Bytes -------------------------------------------------------------- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* One of the characters of a text; zero is none. */
static bool is_one_of(uint8_t c, const char *text)
{
    return c != 0 && strchr(text, c) != NULL;
}

static bool is_token(struct frank_span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_letter(s.data[i]) && !is_digit(s.data[i]) &&
            !is_one_of(s.data[i], "!#$%&'*+-.^_`|~")) {
            return false;
        }
    }
    return s.len > 0;
}

/* Unreserved characters, sub-delims and percent-encoded ones (RFC 3986), and
 * those of more. */
static bool is_uri_text(struct frank_span s, const char *more)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.data[i];

        if (c == '%') {
            if (s.len - i < 3 || !is_hex(s.data[i + 1]) ||
                !is_hex(s.data[i + 2])) {
                return false;
            }
            i += 2;
        } else if (!is_letter(c) && !is_digit(c) &&
                   !is_one_of(c, "-._~!$&'()*+,;=") && !is_one_of(c, more)) {
            return false;
        }
    }
    return true;
}

static bool is_number(struct frank_span s, size_t most)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_digit(s.data[i])) {
            return false;
        }
    }
    return s.len > 0 && s.len <= most;
}

static bool equals(struct frank_span s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}

static bool equals_any_case(struct frank_span s, const char *text)
{
    return s.len == strlen(text) &&
           strncasecmp((const char *)s.data, text, s.len) == 0;
}

/* ---- Lines -------------------------------------------------------------- */

static enum head_result bad_byte(struct look *look, uint8_t c)
{
    switch (c) {
    case 0:
        return bad(look, 400, "nul");
    case '\n':
        return bad(look, 400, "bare-lf");
    case '\r':
        return bad(look, 400, "bare-cr");
    default:
        return bad(look, 400, "control");
    }
}

/* HEAD_WHOLE with the next line, without its end; tab may stand in a field's
 * value, and the field's name is looked at later. */
static enum head_result next_line(struct look *look, struct frank_span *line)
{
    const uint8_t *data = look->bytes.data;
    bool tab = look->pos > 0;

    for (size_t i = look->pos; i < look->bytes.len; i++) {
        uint8_t c = data[i];

        if ((c >= ' ' && c != 0x7f) || (c == '\t' && tab)) {
            continue;
        }
        if (c == '\r' && i + 1 == look->bytes.len) {
            return HEAD_MORE;
        }
        if (c != '\r' || data[i + 1] != '\n') {
            return bad_byte(look, c);
        }
        *line = (struct frank_span){data + look->pos, i - look->pos};
        look->pos = i + 2;
        return HEAD_WHOLE;
    }
    return HEAD_MORE;
}

/* Takes what stands before the first c away from s; without a c, false. */
static bool split(struct frank_span *s, uint8_t c, struct frank_span *before)
{
    const uint8_t *at = s->len > 0 ? memchr(s->data, c, s->len) : NULL;

    if (at == NULL) {
        return false;
    }
    *before = (struct frank_span){s->data, (size_t)(at - s->data)};
    s->len -= before->len + 1;
    s->data = at + 1;
    return true;
}

static bool is_version(struct frank_span s)
{
    return s.len == 8 && memcmp(s.data, "HTTP/", 5) == 0 &&
           is_digit(s.data[5]) && s.data[6] == '.' && is_digit(s.data[7]);
}

static enum head_result request_line(struct look *look, struct frank_span line)
{
    struct frank_span method;
    struct frank_span target;

    if (!split(&line, ' ', &method) || !is_token(method) ||
        !split(&line, ' ', &target) || target.len == 0 || !is_version(line)) {
        return bad(look, 400, "request-line");
    }
    look->post = equals(method, "POST");
    if (!look->post && !equals(method, "GET") && !equals(method, "HEAD")) {
        return bad(look, 501, "method");
    }
    if (!equals(line, "HTTP/1.1") && !equals(line, "HTTP/1.0")) {
        return bad(look, 505, "version");
    }
    if (target.len > HEAD_TARGET_MAX_BYTES) {
        return bad(look, 414, "target-too-long");
    }
    if (target.data[0] != '/' || !is_uri_text(target, ":@/?")) {
        return bad(look, 400, "request-line");
    }
    return HEAD_WHOLE;
}

/* ---- Fields ------------------------------------------------------------- */

static bool is_host(struct frank_span s)
{
    struct frank_span name = s;
    size_t colon;

    if (s.len > 0 && s.data[0] == '[') {
        s.data++;
        s.len--;
        if (!split(&s, ']', &name) || name.len == 0 ||
            !is_uri_text(name, ":")) {
            return false;
        }
        if (s.len == 0) {
            return true;
        }
        return s.data[0] == ':' &&
               is_number((struct frank_span){s.data + 1, s.len - 1},
                         PORT_DIGITS_MAX);
    }
    for (colon = 0; colon < s.len && s.data[colon] != ':'; colon++) {
    }
    name.len = colon;
    return name.len > 0 && is_uri_text(name, "") &&
           (colon == s.len || is_number((struct frank_span){s.data + colon + 1,
                                                            s.len - colon - 1},
                                        PORT_DIGITS_MAX));
}

static enum head_result field_host(struct look *look, struct frank_span value)
{
    if (look->host) {
        return bad(look, 400, "host-twice");
    }
    look->host = true;
    return is_host(value) ? HEAD_WHOLE : bad(look, 400, "host-malformed");
}

static enum head_result field_length(struct look *look, struct frank_span value)
{
    if (look->length || (value.len > 0 && memchr(value.data, ',', value.len))) {
        return bad(look, 400, "length-twice");
    }
    look->length = true;
    if (!is_number(value, LENGTH_DIGITS_MAX)) {
        return bad(look, 400, "length-malformed");
    }
    for (size_t i = 0; i < value.len; i++) {
        look->out->content_length = look->out->content_length * 10 +
                                    (uint64_t)(value.data[i] - (uint8_t)'0');
    }
    return HEAD_WHOLE;
}

static enum head_result field_coding(struct look *look, struct frank_span value)
{
    (void)value;
    return bad(look, 501, "transfer-encoding");
}

static enum head_result field_expect(struct look *look, struct frank_span value)
{
    return equals_any_case(value, "100-continue") ? HEAD_WHOLE
                                                  : bad(look, 417, "expect");
}

static enum head_result field_upgrade(struct look *look,
                                      struct frank_span value)
{
    (void)value;
    return bad(look, 400, "upgrade");
}

/* Fields of which two readers may take different ones: who says who he is,
 * whose word it is, what the body is. */
static const char *const singles[] = {"authorization", "content-type",
                                      "frank-reporting-user", "frank-signals"};

static enum head_result check_single(struct look *look, struct frank_span name)
{
    for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++) {
        if (equals_any_case(name, singles[i])) {
            if ((look->singles >> i & 1) != 0) {
                return bad(look, 400, "field-twice");
            }
            look->singles |= 1U << i;
        }
    }
    return HEAD_WHOLE;
}

static const struct {
    const char *name;
    enum head_result (*look)(struct look *look, struct frank_span value);
} fields[] = {
    {"host", field_host},
    {"content-length", field_length},
    {"transfer-encoding", field_coding},
    {"expect", field_expect},
    {"upgrade", field_upgrade},
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static enum head_result field(struct look *look, struct frank_span line)
{
    struct frank_span name;

    if (is_blank(line.data[0])) {
        return bad(look, 400, "folded");
    }
    if (++look->fields > HEAD_FIELDS_MAX) {
        return bad(look, 431, "too-many-fields");
    }
    if (!split(&line, ':', &name) || !is_token(name)) {
        return bad(look, 400, "field-name");
    }
    while (line.len > 0 && is_blank(line.data[0])) {
        line.data++;
        line.len--;
    }
    while (line.len > 0 && is_blank(line.data[line.len - 1])) {
        line.len--;
    }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (equals_any_case(name, fields[i].name)) {
            return fields[i].look(look, line);
        }
    }
    return check_single(look, name);
}

static enum head_result at_end(struct look *look)
{
    if (!look->host) {
        return bad(look, 400, "host-missing");
    }
    if (look->post && !look->length) {
        return bad(look, 411, "length-missing");
    }
    look->out->len = look->pos;
    return HEAD_WHOLE;
}

/* ---- The whole ---------------------------------------------------------- */

static enum head_result look_at(struct look *look)
{
    struct frank_span line;
    enum head_result result = next_line(look, &line);

    if (result == HEAD_MORE &&
        look->bytes.len > HEAD_TARGET_MAX_BYTES + LINE_REST_BYTES + 1) {
        return bad(look, 414, "target-too-long");
    }
    if (result == HEAD_WHOLE) {
        result = request_line(look, line);
    }
    while (result == HEAD_WHOLE) {
        result = next_line(look, &line);
        if (result == HEAD_WHOLE && line.len == 0) {
            return at_end(look);
        }
        if (result == HEAD_WHOLE) {
            result = field(look, line);
        }
    }
    return result;
}

enum head_result head_look(struct head *out, const uint8_t *bytes, size_t len)
{
    struct look look = {.out = out};
    enum head_result result;

    memset(out, 0, sizeof *out);
    look.bytes = (struct frank_span){
        bytes, len < HEAD_MAX_BYTES ? len : (size_t)HEAD_MAX_BYTES};
    result = look_at(&look);
    if (result == HEAD_MORE && len >= HEAD_MAX_BYTES) {
        result = bad(&look, 431, "too-long");
    }
    if (result != HEAD_WHOLE) {
        out->content_length = 0;
    }
    return result;
}
