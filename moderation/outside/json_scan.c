/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning and walking are the same functions: a walk goes over what was
 * scanned, and would end where it is not well-formed. */
#include "json_scan.h"

#include "utf8.h"
#include "wire.h"

#include <string.h>

struct scan {
    const uint8_t *data;
    size_t len;
    size_t pos;
    unsigned depth;
    int error; /* the first; its place is pos */
};

static void fail(struct scan *s, int error)
{
    if (s->error == FRANK_OK) {
        s->error = error;
    }
}

/* The next byte; 0 behind the end and after an error. No zero is allowed
 * anywhere in JSON. */
static uint8_t peek(const struct scan *s)
{
    return s->error == FRANK_OK && s->pos < s->len ? s->data[s->pos] : 0;
}

static void skip_space(struct scan *s)
{
    for (uint8_t c = peek(s); c == ' ' || c == '\t' || c == '\n' || c == '\r';
         c = peek(s)) {
        s->pos++;
    }
}

static void expect(struct scan *s, char c)
{
    if (peek(s) == (uint8_t)c) {
        s->pos++;
    } else {
        fail(s, FRANK_ERR_JSON);
    }
}

/* ---- Numbers, words, strings ---------------------------------------------
 */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static void digits(struct scan *s)
{
    if (!is_digit(peek(s))) {
        fail(s, FRANK_ERR_JSON);
    }
    while (is_digit(peek(s))) {
        s->pos++;
    }
}

static void number(struct scan *s)
{
    if (peek(s) == '-') {
        s->pos++;
    }
    if (peek(s) == '0') {
        s->pos++;
    } else {
        digits(s);
    }
    if (peek(s) == '.') {
        s->pos++;
        digits(s);
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->pos++;
        if (peek(s) == '+' || peek(s) == '-') {
            s->pos++;
        }
        digits(s);
    }
}

static void word(struct scan *s, const char *text)
{
    for (; *text != '\0'; text++) {
        expect(s, *text);
    }
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void escape(struct scan *s)
{
    uint8_t c;

    s->pos++;
    c = peek(s);
    if (c == 'u') {
        for (int i = 0; i < 4; i++) {
            s->pos++;
            if (!is_hex(peek(s))) {
                fail(s, FRANK_ERR_JSON);
            }
        }
    } else if (c == 0 || strchr("\"\\/bfnrt", c) == NULL) {
        fail(s, FRANK_ERR_JSON);
    }
    s->pos++;
}

static struct frank_span string(struct scan *s, bool *escaped)
{
    size_t begin;
    size_t end;

    expect(s, '"');
    begin = s->pos;
    *escaped = false;
    for (uint8_t c = peek(s); c >= ' ' && c != '"'; c = peek(s)) {
        if (c == '\\') {
            *escaped = true;
            escape(s);
        } else if (c < 0x80) {
            s->pos++;
        } else {
            size_t bytes = utf8_char(s->data + s->pos, s->len - s->pos, NULL);

            s->pos += bytes;
            if (bytes == 0) {
                fail(s, FRANK_ERR_JSON);
            }
        }
    }
    end = s->pos;
    expect(s, '"');
    return s->error == FRANK_OK
               ? (struct frank_span){s->data + begin, end - begin}
               : (struct frank_span){NULL, 0};
}

/* ---- Values --------------------------------------------------------------
 */

static void value(struct scan *s, struct json_scan_value *out);

/* Whether there is another one before the closing bracket. */
static bool next(struct scan *s, bool *begun, char close)
{
    skip_space(s);
    if (peek(s) == (uint8_t)close) {
        s->pos++;
        return false;
    }
    if (*begun) {
        expect(s, ',');
    }
    *begun = true;
    return s->error == FRANK_OK;
}

static bool element(struct scan *s, bool *begun, struct json_scan_value *out)
{
    if (!next(s, begun, ']')) {
        return false;
    }
    value(s, out);
    return s->error == FRANK_OK;
}

static bool member(struct scan *s, bool *begun, struct frank_span *name,
                   struct json_scan_value *out)
{
    bool escaped;

    if (!next(s, begun, '}')) {
        return false;
    }
    skip_space(s);
    *name = string(s, &escaped);
    skip_space(s);
    expect(s, ':');
    value(s, out);
    return s->error == FRANK_OK;
}

static void container(struct scan *s, enum json_scan_type type)
{
    struct json_scan_value inner;
    struct frank_span name;
    bool begun = false;

    if (s->depth == JSON_SCAN_DEPTH_MAX) {
        fail(s, FRANK_ERR_DEPTH);
        return;
    }
    s->depth++;
    s->pos++;
    while (type == JSON_SCAN_ARRAY ? element(s, &begun, &inner)
                                   : member(s, &begun, &name, &inner)) {
    }
    s->depth--;
}

/* By its first byte; what is none of these is a number, or nothing. */
static enum json_scan_type type_of(uint8_t c)
{
    static const char first[] = {
        [JSON_SCAN_NULL] = 'n',   [JSON_SCAN_FALSE] = 'f',
        [JSON_SCAN_TRUE] = 't',   [JSON_SCAN_NUMBER] = '0',
        [JSON_SCAN_STRING] = '"', [JSON_SCAN_ARRAY] = '[',
        [JSON_SCAN_OBJECT] = '{'};

    for (size_t i = 0; i < sizeof first; i++) {
        if (c == (uint8_t)first[i]) {
            return (enum json_scan_type)i;
        }
    }
    return JSON_SCAN_NUMBER;
}

static void value(struct scan *s, struct json_scan_value *out)
{
    static const char *const words[] = {[JSON_SCAN_NULL] = "null",
                                        [JSON_SCAN_FALSE] = "false",
                                        [JSON_SCAN_TRUE] = "true"};
    size_t begin;

    skip_space(s);
    begin = s->pos;
    out->type = type_of(peek(s));
    out->escaped = false;
    if (out->type == JSON_SCAN_STRING) {
        out->text = string(s, &out->escaped);
        return;
    }
    if (out->type == JSON_SCAN_NUMBER) {
        number(s);
    } else if (out->type < JSON_SCAN_NUMBER) {
        word(s, words[out->type]);
    } else {
        container(s, out->type);
    }
    if (s->error == FRANK_OK) {
        out->text = (struct frank_span){s->data + begin, s->pos - begin};
    }
}

int json_scan(struct json_scan_value *out, const char *text, size_t len,
              const char *what, struct frank_fault *fault)
{
    struct scan s = {.data = (const uint8_t *)text, .len = len};

    value(&s, out);
    skip_space(&s);
    if (s.pos < s.len) {
        fail(&s, FRANK_ERR_JSON);
    }
    if (s.error != FRANK_OK) {
        memset(out, 0, sizeof *out);
        return wire_fault(fault, s.error, what, s.pos < len ? s.pos : len,
                          JSON_SCAN_DEPTH_MAX + 1, JSON_SCAN_DEPTH_MAX);
    }
    return FRANK_OK;
}

/* ---- Walking -------------------------------------------------------------
 */

struct json_walk json_walk(const struct json_scan_value *value)
{
    struct json_walk walk = {.rest = {NULL, 0}};

    if (value->type >= JSON_SCAN_ARRAY) {
        walk.rest = value->text;
    }
    return walk;
}

/* The opening bracket is still there when nothing was read. */
static bool enter(struct scan *s, const struct json_walk *walk, char open)
{
    s->data = walk->rest.data;
    s->len = walk->rest.len;
    if (!walk->begun) {
        expect(s, open);
    }
    return s->error == FRANK_OK;
}

static bool leave(struct json_walk *walk, const struct scan *s, bool found)
{
    size_t done = found ? s->pos : walk->rest.len;

    if (walk->rest.len > 0) {
        walk->rest.data += done;
        walk->rest.len -= done;
    }
    return found;
}

bool json_walk_element(struct json_scan_value *out, struct json_walk *walk)
{
    struct scan s = {.error = FRANK_OK};
    bool found = enter(&s, walk, '[') && element(&s, &walk->begun, out);

    return leave(walk, &s, found);
}

bool json_walk_member(struct frank_span *name, struct json_scan_value *out,
                      struct json_walk *walk)
{
    struct scan s = {.error = FRANK_OK};
    bool found = enter(&s, walk, '{') && member(&s, &walk->begun, name, out);

    return leave(walk, &s, found);
}

bool json_scan_number(uint64_t *out, const struct json_scan_value *value,
                      uint64_t max)
{
    uint64_t n = 0;

    if (value->type != JSON_SCAN_NUMBER) {
        return false;
    }
    for (size_t i = 0; i < value->text.len; i++) {
        uint8_t c = value->text.data[i];

        if (!is_digit(c) || n > (max - (uint64_t)(c - '0')) / 10 ||
            (uint64_t)(c - '0') > max) {
            return false;
        }
        n = n * 10 + (uint64_t)(c - '0');
    }
    *out = n;
    return true;
}

bool json_scan_is(struct frank_span text, const char *expected)
{
    return text.len == strlen(expected) &&
           memcmp(text.data, expected, text.len) == 0;
}
