/* SPDX-License-Identifier: Apache-2.0 */
#include "options_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_unit(FILE *out, uint64_t value,
                       const struct option_unit *units)
{
    const struct option_unit *best = NULL;

    for (; units->name != NULL; units++) {
        if (value % units->factor == 0 && strcmp(units->name, "min") != 0 &&
            (best == NULL || units->factor > best->factor)) {
            best = units;
        }
    }
    if (value == 0 || best == NULL) {
        (void)fprintf(out, "%" PRIu64, value);
    } else {
        (void)fprintf(out, "%" PRIu64 "%s", value / best->factor, best->name);
    }
}

/* As it is read again: in quotes where it would be read as something else. */
static void print_text(FILE *out, const char *text)
{
    size_t len = strlen(text);

    if (strpbrk(text, "\"#\\") == NULL &&
        (len == 0 || (strchr(" \t\r", text[0]) == NULL &&
                      strchr(" \t\r", text[len - 1]) == NULL))) {
        (void)fputs(text, out);
        return;
    }
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            (void)fputc('\\', out);
        }
        (void)fputc(*text, out);
    }
    (void)fputc('"', out);
}

static void print_list(FILE *out, const struct option_list *list)
{
    char *text = NULL;
    size_t len = 0;
    FILE *joined = open_memstream(&text, &len);

    for (size_t i = 0; joined != NULL && i < list->count; i++) {
        (void)fprintf(joined, "%s%s", i > 0 ? ", " : "", list->items[i]);
    }
    if (joined != NULL && fclose(joined) == 0) {
        print_text(out, text);
    }
    free(text);
}

static void print_rate(FILE *out, const struct option_rate *rate)
{
    const struct option_unit *unit = option_times;

    while (unit->name != NULL && unit->factor != rate->per_ms) {
        unit++;
    }
    if (rate->count == 0) {
        (void)fputs("off", out);
    } else {
        (void)fprintf(out, "%" PRIu64 "/%s", rate->count,
                      unit->name != NULL ? unit->name : "?");
    }
}

static void print_value(FILE *out, const struct option_entry *entry,
                        const void *at)
{
    switch (entry->kind) {
    case OPTION_TEXT:
        print_text(out, *(const char *const *)at);
        break;
    case OPTION_LIST:
        print_list(out, at);
        break;
    case OPTION_TIME:
        print_unit(out, *(const uint64_t *)at, option_times);
        break;
    case OPTION_BYTES:
        print_unit(out, *(const uint64_t *)at, option_sizes);
        break;
    case OPTION_RATE:
        print_rate(out, at);
        break;
    case OPTION_SWITCH:
        (void)fputs(*(const bool *)at ? "on" : "off", out);
        break;
    default:
        (void)fprintf(out, "%" PRIu64, *(const uint64_t *)at);
        break;
    }
}

void options_print(FILE *out, const struct options *options,
                   const void *settings, bool about)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_entry *entry = &options->entries[i];

        if (about) {
            (void)fprintf(out, "# %s\n", entry->about);
        }
        (void)fprintf(out, "%s = ", entry->name);
        if (settings == NULL) {
            (void)fputs(entry->standard != NULL ? entry->standard : "", out);
        } else {
            print_value(out, entry, (const uint8_t *)settings + entry->offset);
        }
        (void)fputc('\n', out);
    }
}
