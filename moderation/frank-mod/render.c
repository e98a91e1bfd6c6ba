/* SPDX-License-Identifier: Apache-2.0 */
#include "render.h"

#include <inttypes.h>
#include <string.h>

#define DEPTH_MAX 16

static const char *const times[] = {
    "answered",   "asked",      "claimed_until", "created",       "due",
    "first",      "first_sent", "in_force",      "invited_until", "last",
    "last_login", "last_sent",  "made",          "oldest",        "opened",
    "received",   "released",   "sent",          "time",          "undo_until",
    "undone",     "until",
};

static bool is_time(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof times / sizeof times[0];
         i++) {
        if (strcmp(times[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static struct frank_span span_of(const json_t *string)
{
    return (struct frank_span){(const uint8_t *)json_string_value(string),
                               json_string_length(string)};
}

/* What is neither a list nor an object. */
static void put_scalar(FILE *out, const char *name, const json_t *value)
{
    char time[IO_TIME_BYTES];

    if (json_is_string(value)) {
        io_put_text(out, span_of(value));
    } else if (json_is_integer(value)) {
        json_int_t n = json_integer_value(value);

        if (is_time(name) && n > 0) {
            io_time(time, (uint64_t)n);
            (void)fputs(time, out);
        } else {
            (void)fprintf(out, "%" JSON_INTEGER_FORMAT, n);
        }
    } else if (json_is_real(value)) {
        (void)fprintf(out, "%g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        (void)fputs(json_is_true(value) ? "yes" : "no", out);
    } else {
        (void)fputc('-', out);
    }
}

static bool is_flat(const json_t *value)
{
    return !json_is_object(value) && !json_is_array(value);
}

static bool is_flat_list(const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!is_flat(json_array_get(value, i))) {
            return false;
        }
    }
    return json_is_array(value);
}

static void put_flat_list(FILE *out, const json_t *list)
{
    if (json_array_size(list) == 0) {
        (void)fputc('-', out);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        (void)fputs(i > 0 ? ", " : "", out);
        put_scalar(out, NULL, json_array_get(list, i));
    }
}

static void indent(FILE *out, unsigned depth)
{
    (void)fprintf(out, "%*s", (int)(2 * depth), "");
}

static void put_members(FILE *out, const json_t *object, unsigned depth,
                        bool begun);

static void put_list(FILE *out, const json_t *list, unsigned depth)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);

        indent(out, depth);
        (void)fputs("- ", out);
        if (json_is_object(item) && depth < DEPTH_MAX) {
            put_members(out, item, depth + 1, true);
        } else {
            put_scalar(out, NULL, item);
            (void)fputc('\n', out);
        }
    }
}

static void put_member(FILE *out, const char *name, const json_t *value,
                       unsigned depth)
{
    io_put_text(out, io_span(name));
    (void)fputc(':', out);
    if (is_flat(value)) {
        (void)fputc(' ', out);
        put_scalar(out, name, value);
        (void)fputc('\n', out);
    } else if (is_flat_list(value)) {
        (void)fputc(' ', out);
        put_flat_list(out, value);
        (void)fputc('\n', out);
    } else if (depth >= DEPTH_MAX) {
        (void)fputs(" ...\n", out);
    } else {
        (void)fputc('\n', out);
        if (json_is_object(value)) {
            put_members(out, value, depth + 1, false);
        } else {
            put_list(out, value, depth + 1);
        }
    }
}

/* begun: the first one stands where the line is. */
static void put_members(FILE *out, const json_t *object, unsigned depth,
                        bool begun)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)object, name, value)
    {
        if (!begun) {
            indent(out, depth);
        }
        begun = false;
        put_member(out, name, value, depth);
    }
    if (begun) {
        (void)fputs("-\n", out);
    }
}

void render_value(FILE *out, const json_t *value)
{
    if (json_is_object(value)) {
        put_members(out, value, 0, false);
    } else if (json_is_array(value)) {
        put_list(out, value, 0);
    } else {
        put_scalar(out, NULL, value);
        (void)fputc('\n', out);
    }
}

/* ---- Tables ------------------------------------------------------------- */

static void put_cell(FILE *out, const json_t *row, const char *name, size_t len)
{
    char key[64];
    char *inner;
    const json_t *value;

    (void)snprintf(key, sizeof key, "%.*s", (int)len, name);
    inner = strchr(key, '.');
    if (inner != NULL) {
        *inner++ = '\0';
    }
    value = json_object_get(row, key);
    if (inner != NULL) {
        value = json_object_get(value, inner);
    }
    if (json_is_array(value)) {
        put_flat_list(out, value);
    } else {
        put_scalar(out, inner != NULL ? inner : key, value);
    }
}

static void put_row(FILE *out, const json_t *row, const char *columns)
{
    while (*columns != '\0') {
        size_t len = strcspn(columns, ",");

        if (row == NULL) {
            (void)fwrite(columns, 1, strcspn(columns, ".,"), out);
        } else {
            put_cell(out, row, columns, len);
        }
        columns += len;
        (void)fputc(*columns == ',' ? '\t' : '\n', out);
        columns += *columns == ',';
    }
}

void render_table(FILE *out, const json_t *list, const char *columns)
{
    if (json_array_size(list) == 0) {
        (void)fputs("none\n", out);
        return;
    }
    put_row(out, NULL, columns);
    for (size_t i = 0; i < json_array_size(list); i++) {
        put_row(out, json_array_get(list, i), columns);
    }
}

/* ---- A look ------------------------------------------------------------- */

void render_text(FILE *out, struct frank_span text)
{
    size_t at = 0;

    while (at < text.len) {
        const uint8_t *end = memchr(text.data + at, '\n', text.len - at);
        size_t len =
            end != NULL ? (size_t)(end - text.data) - at : text.len - at;

        (void)fputs("  | ", out);
        io_put_text(out, (struct frank_span){text.data + at, len});
        (void)fputc('\n', out);
        at += len + (end != NULL);
    }
}

/* Above the text: what is left out can make the rest look other than it was. */
static void put_withheld(FILE *out, const json_t *look)
{
    json_int_t withheld = json_integer_value(json_object_get(look, "withheld"));
    json_int_t parts =
        json_integer_value(json_object_get(look, "parts_withheld"));

    if (withheld > 0 || parts > 0) {
        (void)fprintf(out,
                      "The reporter withheld %" JSON_INTEGER_FORMAT
                      " messages, and parts of %" JSON_INTEGER_FORMAT ".\n",
                      withheld, parts);
    }
}

static bool is_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

static void put_field(FILE *out, const json_t *object, const char *name)
{
    (void)fprintf(out, "  %s: ", name);
    put_scalar(out, name, json_object_get(object, name));
    (void)fputc('\n', out);
}

static void put_verdict(FILE *out, const json_t *m)
{
    size_t parts = json_array_size(json_object_get(m, "parts"));
    uint64_t left =
        (uint64_t)json_integer_value(json_object_get(m, "parts_withheld"));

    (void)fprintf(out, "message %" JSON_INTEGER_FORMAT "%s: ",
                  json_integer_value(json_object_get(m, "message")),
                  is_true(m, "accused") ? " (reported)" : "");
    if (is_true(m, "proven")) {
        (void)fputs("proven, ", out);
    } else {
        (void)fputs("NOT PROVEN, ", out);
    }
    put_scalar(out, NULL, json_object_get(m, "verdict"));
    if (json_object_get(m, "why") != NULL) {
        (void)fputs(": ", out);
        put_scalar(out, NULL, json_object_get(m, "why"));
    }
    if (left != 0) {
        (void)fprintf(out, "; parts withheld: %d of %zu",
                      __builtin_popcountll(left), parts);
    }
    (void)fputc('\n', out);
}

/* before is what stands in front of "12 to 33", the last byte included, as
 * everywhere for people. */
static void put_run(FILE *out, const char *before, const json_t *run)
{
    (void)fprintf(out, "%s %" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT,
                  before, json_integer_value(json_object_get(run, "begin")),
                  json_integer_value(json_object_get(run, "end")) - 1);
}

/* Runs that were disclosed and are not here. */
static void put_missing(FILE *out, const json_t *runs)
{
    for (size_t i = 0; i < json_array_size(runs); i++) {
        const json_t *run = json_array_get(runs, i);

        put_run(out, "  not here: bytes", run);
        (void)fputs(", ", out);
        put_scalar(out, NULL, json_object_get(run, "state"));
        if (json_object_get(run, "why") != NULL) {
            (void)fputs(": ", out);
            put_scalar(out, NULL, json_object_get(run, "why"));
        }
        (void)fputc('\n', out);
    }
}

/* A file that the part names: how it stands, and which bytes of it were
 * disclosed. */
static void put_file(FILE *out, const json_t *file)
{
    static const char *const fields[] = {"name", "media_type", "why"};
    const json_t *runs = json_object_get(file, "disclosed");
    const json_t *text = json_object_get(file, "text");

    (void)fputs("  file: ", out);
    put_scalar(out, NULL, json_object_get(file, "state"));
    for (size_t i = 0; i < json_array_size(runs); i++) {
        put_run(out, i > 0 ? "," : ", bytes", json_array_get(runs, i));
    }
    if (json_object_get(file, "size") != NULL) {
        (void)fprintf(out, " of %" JSON_INTEGER_FORMAT,
                      json_integer_value(json_object_get(file, "size")));
    }
    (void)fputc('\n', out);
    for (size_t j = 0; j < sizeof fields / sizeof fields[0]; j++) {
        if (json_object_get(file, fields[j]) != NULL) {
            put_field(out, file, fields[j]);
        }
    }
    put_missing(out, json_object_get(file, "missing"));
    if (json_is_string(text)) {
        render_text(out, span_of(text));
    }
}

/* A part's text; of what is none, what it is. */
static void put_part(FILE *out, const json_t *part, size_t i, size_t count)
{
    static const char *const fields[] = {"name", "media_type", "url",
                                         "description"};
    const json_t *text = json_object_get(part, "text");

    if (count > 1 || !json_is_string(text)) {
        (void)fprintf(out, "  part %zu: ", i);
        put_scalar(out, NULL, json_object_get(part, "state"));
        if (json_object_get(part, "bytes") != NULL) {
            (void)fprintf(out, ", %" JSON_INTEGER_FORMAT " bytes",
                          json_integer_value(json_object_get(part, "bytes")));
        }
        (void)fputc('\n', out);
    }
    for (size_t j = 0; j < sizeof fields / sizeof fields[0]; j++) {
        if (json_object_get(part, fields[j]) != NULL) {
            put_field(out, part, fields[j]);
        }
    }
    if (json_is_string(text)) {
        render_text(out, span_of(text));
    }
    if (json_object_get(part, "attachment") != NULL) {
        put_file(out, json_object_get(part, "attachment"));
    }
}

static void put_message(FILE *out, const json_t *m)
{
    static const char *const fields[] = {"sender", "room", "sent", "stamp"};
    const json_t *parts = json_object_get(m, "parts");

    put_verdict(out, m);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (json_object_get(m, fields[i]) != NULL) {
            put_field(out, m, fields[i]);
        }
    }
    for (size_t i = 0; i < json_array_size(parts); i++) {
        put_part(out, json_array_get(parts, i), i, json_array_size(parts));
    }
}

static void put_order(FILE *out, const json_t *order)
{
    (void)fputs("order:\n", out);
    render_table(out, order,
                 "message,room_seq,seen_seq,gap,acknowledged,not_acknowledged");
    (void)fputs("  gap: numbers between, stamped, perhaps never delivered\n"
                "  acknowledged: which of the others' messages the author's "
                "device had, when\n  this one was accepted, and which not "
                "yet\n",
                out);
}

void render_look(FILE *out, const json_t *look)
{
    const json_t *messages = json_object_get(look, "messages");
    const json_t *note = json_object_get(look, "note");

    if (!is_true(look, "hub_verdict")) {
        (void)fputs("The hub's verdict is missing: nothing here is proven.\n",
                    out);
    }
    put_withheld(out, look);
    for (size_t i = 0; i < json_array_size(messages); i++) {
        put_message(out, json_array_get(messages, i));
    }
    if (is_true(look, "order_is_forged")) {
        (void)fputs("order: two messages have one number: forged\n", out);
    } else if (json_array_size(json_object_get(look, "order")) > 0) {
        put_order(out, json_object_get(look, "order"));
    }
    if (json_string_length(note) > 0) {
        (void)fputs("note of the reporter:\n", out);
        render_text(out, span_of(note));
    }
}
