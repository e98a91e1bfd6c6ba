/* SPDX-License-Identifier: Apache-2.0 */
/* Findings, and the words in them. */
#include "bundle_inner.h"

#include "io.h"
#include "utf8.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 32

static struct bundle_finding *add(struct bundle_check *c)
{
    if (c->count == c->room) {
        size_t room = c->room == 0 ? ROOM_FIRST : 2 * c->room;
        void *findings = realloc(c->findings, room * sizeof *c->findings);

        if (findings == NULL) {
            return NULL;
        }
        c->findings = findings;
        c->room = room;
    }
    return &c->findings[c->count];
}

void bundle_find(struct bundle_check *c, enum bundle_standing standing,
                 const char *check, const char *by, uint64_t time,
                 const char *format, ...)
{
    struct bundle_finding *finding = add(c);
    char *text = NULL;
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vasprintf(&text, format, arguments);
    va_end(arguments);
    c->totals[standing]++;
    if (finding == NULL || len < 0) {
        c->exhausted = true;
        if (len >= 0) {
            free(text);
        }
        return;
    }
    *finding = (struct bundle_finding){standing, check, by, time, text};
    c->count++;
}

struct bundle_words bundle_words(struct frank_span text)
{
    struct bundle_words out = {""};
    FILE *file = fmemopen(out.text, sizeof out.text - 4, "w");
    size_t cut = 0;

    if (text.len > 300) {
        text.len = 300;
        /* Not within a character. */
        while (text.len > 0 && (text.data[text.len] & 0xc0) == 0x80) {
            text.len--;
        }
        cut = 1;
    }
    if (file != NULL) {
        io_put_text(file, text);
        (void)fclose(file);
    }
    out.text[sizeof out.text - 5] = '\0';
    if (cut > 0 || strlen(out.text) == sizeof out.text - 5) {
        /* What is made harmless is longer, and may end within a character. */
        memcpy(out.text + utf8_fault(io_span(out.text)), "...", sizeof "...");
    }
    return out;
}

struct bundle_words bundle_when(uint64_t time)
{
    struct bundle_words out;
    char text[IO_TIME_BYTES];

    io_time(text, time);
    (void)snprintf(out.text, sizeof out.text, "%s", text);
    return out;
}

/* entry, entries; key, keys; witness, witnesses. */
static const char *plural_of(const char *what, size_t len)
{
    bool vowel = len > 1 && strchr("aeiou", what[len - 2]) != NULL;

    return len > 1 && what[len - 1] == 'y' && !vowel ? "ies"
           : len > 1 && what[len - 1] == 's'         ? "es"
                                                     : "s";
}

struct bundle_words bundle_count(uint64_t count, const char *what)
{
    struct bundle_words out;
    size_t len = strlen(what);
    const char *ending = plural_of(what, len);

    if (count == 1) {
        (void)snprintf(out.text, sizeof out.text, "1 %s", what);
    } else {
        (void)snprintf(out.text, sizeof out.text, "%" PRIu64 " %.*s%s", count,
                       (int)(ending[0] == 'i' ? len - 1 : len), what, ending);
    }
    return out;
}

struct bundle_words bundle_why(const struct frank_fault *fault)
{
    struct bundle_words out;
    char text[FRANK_FAULT_TEXT_BYTES];

    frank_fault_text(text, sizeof text, fault);
    (void)snprintf(out.text, sizeof out.text, "%s", text);
    return out;
}

const char *bundle_standing_text(enum bundle_standing standing)
{
    static const char *const texts[BUNDLE_STANDINGS] = {
        "proven", "word", "not_shown", "unpinned", "refused"};

    return (unsigned)standing < BUNDLE_STANDINGS ? texts[standing] : "unknown";
}

const char *bundle_line_text(const struct bundle_line *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line->json, name));

    return text != NULL ? text : "";
}

uint64_t bundle_line_number(const struct bundle_line *line, const char *name)
{
    json_int_t n = json_integer_value(json_object_get(line->json, name));

    return n > 0 ? (uint64_t)n : 0;
}

bool bundle_line_is(const struct bundle_line *line, const char *type,
                    const char *action)
{
    return line->json != NULL && strcmp(line->type, type) == 0 &&
           (action == NULL || strcmp(line->action, action) == 0);
}

bool bundle_same(const char *text, struct frank_span bytes)
{
    return strlen(text) == bytes.len &&
           (bytes.len == 0 || memcmp(text, bytes.data, bytes.len) == 0);
}
