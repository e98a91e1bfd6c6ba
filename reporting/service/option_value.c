/* SPDX-License-Identifier: Apache-2.0 */
#include "options_inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *member(const struct option_reader *r,
                    const struct option_entry *entry)
{
    return r->settings + entry->offset;
}

/* What was read may end on a terminal. */
static void make_harmless(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text >= 0x7f) {
            *text = '?';
        }
    }
}

bool option_fail(struct option_reader *r, const char *format, ...)
{
    int where_len = (int)(r->where_len < 200 ? r->where_len : 200);
    char what[256];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (r->line > 0) {
        (void)snprintf(r->error->text, sizeof r->error->text,
                       "%.*s, line %zu: %s", where_len, r->where, r->line,
                       what);
    } else {
        (void)snprintf(r->error->text, sizeof r->error->text, "%.*s: %s",
                       where_len, r->where, what);
    }
    make_harmless(r->error->text);
    return false;
}

/* What of a value can be shown: it may be a terminal's. */
const char *option_shown(char out[static 65], const char *value)
{
    size_t len = 0;

    for (; len < 64 && value[len] != '\0'; len++) {
        bool is_plain = value[len] >= ' ' && value[len] < 0x7f;

        out[len] = '?';
        if (is_plain) {
            out[len] = value[len];
        }
    }
    out[len] = '\0';
    return out;
}

static bool wrong(struct option_reader *r, const struct option_entry *entry,
                  const char *expected, const char *value)
{
    char text[65];

    return option_fail(r, "%s: not %s: \"%s\"", entry->name, expected,
                       option_shown(text, value));
}

static char *keep(struct option_reader *r, const char *text, size_t len)
{
    struct options_memory *piece = malloc(sizeof *piece + len + 1);

    if (piece == NULL) {
        (void)option_fail(r, "out of memory");
        return NULL;
    }
    memcpy(piece->text, text, len);
    piece->text[len] = '\0';
    piece->next = *r->memory;
    *r->memory = piece;
    return piece->text;
}

/* ---- Values ---------------------------------------------------------------
 */

/* Digits, and what stands behind them. */
static bool read_digits(uint64_t *out, const char *text, const char **end)
{
    uint64_t value = 0;

    if (*text < '0' || *text > '9') {
        return false;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
        if (value > (UINT64_MAX - 9) / 10) {
            return false;
        }
        value = 10 * value + (uint64_t)(*text - '0');
    }
    *out = value;
    *end = text;
    return true;
}

const struct option_unit option_times[] = {
    {"ms", 1},      {"s", 1000},     {"min", 60000}, {"m", 60000},
    {"h", 3600000}, {"d", 86400000}, {NULL, 0}};
const struct option_unit option_sizes[] = {{"", 1},
                                           {"KiB", UINT64_C(1) << 10},
                                           {"MiB", UINT64_C(1) << 20},
                                           {"GiB", UINT64_C(1) << 30},
                                           {NULL, 0}};

static bool read_unit(uint64_t *out, const char *text,
                      const struct option_unit *units)
{
    const char *end;
    uint64_t value;

    if (!read_digits(&value, text, &end)) {
        return false;
    }
    if (value == 0 && *end == '\0') {
        *out = 0;
        return true;
    }
    for (; units->name != NULL; units++) {
        if (strcmp(end, units->name) == 0) {
            *out = value * units->factor;
            return value <= UINT64_MAX / units->factor;
        }
    }
    return false;
}

static bool take_number(struct option_reader *r,
                        const struct option_entry *entry, const char *value)
{
    const char *end = "";
    uint64_t number = 0;
    const char *expected = "a number";
    char text[65];
    bool ok;

    if (entry->kind == OPTION_TIME) {
        ok = read_unit(&number, value, option_times);
        expected = "a time such as 90d, 1h, 10m, 30s, 250ms";
    } else if (entry->kind == OPTION_BYTES) {
        ok = read_unit(&number, value, option_sizes);
        expected = "a size such as 512, 16KiB, 64MiB, 1GiB";
    } else {
        ok = read_digits(&number, value, &end) && *end == '\0';
    }
    if (!ok) {
        return wrong(r, entry, expected, value);
    }
    if (number < entry->min || number > entry->max) {
        return option_fail(
            r, "%s: %s is out of bounds: %" PRIu64 " to %" PRIu64 "%s",
            entry->name, option_shown(text, value), entry->min, entry->max,
            entry->kind == OPTION_TIME    ? " ms"
            : entry->kind == OPTION_BYTES ? " bytes"
                                          : "");
    }
    *(uint64_t *)member(r, entry) = number;
    return true;
}

static bool take_rate(struct option_reader *r, const struct option_entry *entry,
                      const char *value)
{
    struct option_rate *rate = member(r, entry);
    const char *end;
    uint64_t count;

    if (strcmp(value, "off") == 0) {
        *rate = (struct option_rate){0, 1};
        return true;
    }
    if (read_digits(&count, value, &end) && *end == '/' && count > 0 &&
        count <= 1000000000) {
        for (const struct option_unit *unit = option_times; unit->name != NULL;
             unit++) {
            if (strcmp(end + 1, unit->name) == 0) {
                *rate = (struct option_rate){count, unit->factor};
                return true;
            }
        }
    }
    return wrong(r, entry, "a rate such as 20/h, 60/min, 5000/s, off", value);
}

static bool take_switch(struct option_reader *r,
                        const struct option_entry *entry, const char *value)
{
    bool is_on = strcmp(value, "on") == 0;

    if (!is_on && strcmp(value, "off") != 0) {
        return wrong(r, entry, "on or off", value);
    }
    *(bool *)member(r, entry) = is_on;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Items parted by commas. */
static bool take_list(struct option_reader *r, const struct option_entry *entry,
                      const char *value)
{
    struct option_list *list = member(r, entry);

    while (*value != '\0') {
        size_t len = strcspn(value, ",");
        const char *begin = value;
        size_t used = len;

        value += len + (value[len] == ',');
        while (used > 0 && is_blank(*begin)) {
            begin++;
            used--;
        }
        while (used > 0 && is_blank(begin[used - 1])) {
            used--;
        }
        if (used == 0) {
            return option_fail(r, "%s: an empty item", entry->name);
        }
        if (list->count == OPTIONS_LIST_MAX) {
            return option_fail(r, "%s: more than %d items", entry->name,
                               OPTIONS_LIST_MAX);
        }
        list->items[list->count] = keep(r, begin, used);
        if (list->items[list->count++] == NULL) {
            return false;
        }
    }
    return true;
}

static bool take_text(struct option_reader *r, const struct option_entry *entry,
                      const char *value)
{
    char *text = keep(r, value, strlen(value));

    *(const char **)member(r, entry) = text;
    return text != NULL;
}

/* A line's end, say: printed as a configuration, what stands behind it would be
 * a setting of its own. */
static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((*text >= '\0' && *text < ' ' && *text != '\t') || *text == 0x7f) {
            return true;
        }
    }
    return false;
}

bool option_take(struct option_reader *r, const struct option_entry *entry,
                 const char *value, bool again)
{
    if ((entry->kind == OPTION_TEXT || entry->kind == OPTION_LIST) &&
        has_control(value)) {
        return option_fail(r, "%s: a control character in it", entry->name);
    }
    switch (entry->kind) {
    case OPTION_TEXT:
        return take_text(r, entry, value);
    case OPTION_LIST:
        if (!again) {
            *(struct option_list *)member(r, entry) =
                (struct option_list){.count = 0};
        }
        return take_list(r, entry, value);
    case OPTION_RATE:
        return take_rate(r, entry, value);
    case OPTION_SWITCH:
        return take_switch(r, entry, value);
    default:
        return take_number(r, entry, value);
    }
}
