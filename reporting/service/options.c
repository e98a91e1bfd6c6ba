/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX_BYTES 65536
#define NAME_MAX_BYTES 64
#define ENTRIES_MAX 128

struct options_memory {
    struct options_memory *next;
    char text[];
};

/* What is being read; `set` says which entries were given at this level. */
struct reader {
    uint8_t *settings;
    struct options_memory **memory;
    const struct options *options;
    struct options_error *error;
    const char *where; /* "--threads", "FRANKD_THREADS", or a file */
    size_t line;       /* of a file; 0: not of a file */
    bool set[ENTRIES_MAX];
};

static void *member(const struct reader *r, const struct option_entry *entry)
{
    return r->settings + entry->offset;
}

__attribute__((format(printf, 2, 3))) static bool fail(struct reader *r,
                                                       const char *format, ...)
{
    char what[256];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (r->line > 0) {
        (void)snprintf(r->error->text, sizeof r->error->text,
                       "%.200s, line %zu: %s", r->where, r->line, what);
    } else {
        (void)snprintf(r->error->text, sizeof r->error->text, "%.200s: %s",
                       r->where, what);
    }
    return false;
}

/* What of a value can be shown: it may be a terminal's. */
static const char *shown(char out[static 65], const char *value)
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

static bool wrong(struct reader *r, const struct option_entry *entry,
                  const char *expected, const char *value)
{
    char text[65];

    return fail(r, "%s: not %s: \"%s\"", entry->name, expected,
                shown(text, value));
}

static char *keep(struct reader *r, const char *text, size_t len)
{
    struct options_memory *piece = malloc(sizeof *piece + len + 1);

    if (piece == NULL) {
        (void)fail(r, "out of memory");
        return NULL;
    }
    memcpy(piece->text, text, len);
    piece->text[len] = '\0';
    piece->next = *r->memory;
    *r->memory = piece;
    return piece->text;
}

void options_free(struct options_memory *memory)
{
    while (memory != NULL) {
        struct options_memory *next = memory->next;

        free(memory);
        memory = next;
    }
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

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit times[] = {
    {"ms", 1},      {"s", 1000},     {"min", 60000}, {"m", 60000},
    {"h", 3600000}, {"d", 86400000}, {NULL, 0}};
static const struct unit sizes[] = {{"", 1},
                                    {"KiB", UINT64_C(1) << 10},
                                    {"MiB", UINT64_C(1) << 20},
                                    {"GiB", UINT64_C(1) << 30},
                                    {NULL, 0}};

static bool read_unit(uint64_t *out, const char *text, const struct unit *units)
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

static bool take_number(struct reader *r, const struct option_entry *entry,
                        const char *value)
{
    const char *end = "";
    uint64_t number = 0;
    const char *expected = "a number";
    bool ok;

    if (entry->kind == OPTION_TIME) {
        ok = read_unit(&number, value, times);
        expected = "a time such as 90d, 1h, 10m, 30s, 250ms";
    } else if (entry->kind == OPTION_BYTES) {
        ok = read_unit(&number, value, sizes);
        expected = "a size such as 512, 16KiB, 64MiB, 1GiB";
    } else {
        ok = read_digits(&number, value, &end) && *end == '\0';
    }
    if (!ok) {
        return wrong(r, entry, expected, value);
    }
    if (number < entry->min || number > entry->max) {
        return fail(r, "%s: %s is out of bounds: %" PRIu64 " to %" PRIu64 "%s",
                    entry->name, value, entry->min, entry->max,
                    entry->kind == OPTION_TIME    ? " ms"
                    : entry->kind == OPTION_BYTES ? " bytes"
                                                  : "");
    }
    *(uint64_t *)member(r, entry) = number;
    return true;
}

static bool take_rate(struct reader *r, const struct option_entry *entry,
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
        for (const struct unit *unit = times; unit->name != NULL; unit++) {
            if (strcmp(end + 1, unit->name) == 0) {
                *rate = (struct option_rate){count, unit->factor};
                return true;
            }
        }
    }
    return wrong(r, entry, "a rate such as 20/h, 60/min, 5000/s, off", value);
}

static bool take_switch(struct reader *r, const struct option_entry *entry,
                        const char *value)
{
    bool is_on = strcmp(value, "on") == 0;

    if (!is_on && strcmp(value, "off") != 0) {
        return wrong(r, entry, "on or off", value);
    }
    *(bool *)member(r, entry) = is_on;
    return true;
}

/* Items parted by commas. */
static bool take_list(struct reader *r, const struct option_entry *entry,
                      const char *value)
{
    struct option_list *list = member(r, entry);

    while (*value != '\0') {
        size_t len = strcspn(value, ",");
        const char *begin = value;
        size_t used = len;

        value += len + (value[len] == ',');
        while (used > 0 && isspace((unsigned char)*begin)) {
            begin++;
            used--;
        }
        while (used > 0 && isspace((unsigned char)begin[used - 1])) {
            used--;
        }
        if (used == 0) {
            return fail(r, "%s: an empty item", entry->name);
        }
        if (list->count == OPTIONS_LIST_MAX) {
            return fail(r, "%s: more than %d items", entry->name,
                        OPTIONS_LIST_MAX);
        }
        list->items[list->count] = keep(r, begin, used);
        if (list->items[list->count++] == NULL) {
            return false;
        }
    }
    return true;
}

static bool take_text(struct reader *r, const struct option_entry *entry,
                      const char *value)
{
    char *text = keep(r, value, strlen(value));

    *(const char **)member(r, entry) = text;
    return text != NULL;
}

/* again: a list goes on where this level gave it before. */
static bool take(struct reader *r, const struct option_entry *entry,
                 const char *value, bool again)
{
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

static bool give(struct reader *r, const char *name, const char *value)
{
    char text[65];

    for (size_t i = 0; i < r->options->count; i++) {
        const struct option_entry *entry = &r->options->entries[i];

        if (strcmp(entry->name, name) != 0) {
            continue;
        }
        if (r->set[i] && entry->kind != OPTION_LIST) {
            return fail(r, "%s: given twice", name);
        }
        if (!take(r, entry, value, r->set[i])) {
            return false;
        }
        r->set[i] = true;
        return true;
    }
    return fail(r, "no such setting: \"%s\"", shown(text, name));
}

/* ---- Levels ---------------------------------------------------------------
 */

static bool read_defaults(struct reader *r)
{
    memset(r->set, 0, sizeof r->set);
    r->where = "default";
    r->line = 0;
    for (size_t i = 0; i < r->options->count; i++) {
        const struct option_entry *entry = &r->options->entries[i];

        if (!take(r, entry, entry->standard != NULL ? entry->standard : "",
                  false)) {
            return false;
        }
    }
    return true;
}

static char *trim(char *text)
{
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL) {
        text[--len] = '\0';
    }
    return text;
}

/* Takes the quotes off, or a comment. false: quotes that do not close. */
static bool unquote(char *value)
{
    char *to = value;
    const char *from = value + 1;

    if (*value != '"') {
        for (char *at = value; *at != '\0'; at++) {
            if (*at == '#' && (at == value || strchr(" \t", at[-1]) != NULL)) {
                *at = '\0';
            }
        }
        (void)trim(value);
        return true;
    }
    for (; *from != '"'; *to++ = *from++) {
        if (*from == '\\') {
            from++;
        }
        if (*from == '\0') {
            return false;
        }
    }
    *to = '\0';
    from++;
    from += strspn(from, " \t");
    return *from == '\0' || *from == '#';
}

static bool read_line(struct reader *r, char *line)
{
    char *value;
    char *name = trim(line);

    if (*name == '\0' || *name == '#') {
        return true;
    }
    value = strchr(name, '=');
    if (value == NULL) {
        return fail(r, "not \"name = value\"");
    }
    *value++ = '\0';
    value = trim(value);
    if (!unquote(value)) {
        return fail(r, "quotes that do not close, or text behind them");
    }
    return give(r, trim(name), value);
}

static bool read_lines(struct reader *r, const char *text, size_t len,
                       const char *name)
{
    char *copy = malloc(len + 1);
    char *next = copy;
    bool ok = true;

    r->where = name;
    r->line = 0;
    memset(r->set, 0, sizeof r->set);
    if (copy == NULL) {
        return fail(r, "out of memory");
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    r->line = 1;
    if (strlen(copy) != len) {
        ok = fail(r, "a NUL in it");
    }
    while (ok && next != NULL && *next != '\0') {
        char *line = next;

        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        ok = read_line(r, line);
        r->line++;
    }
    free(copy);
    return ok;
}

static bool read_file(struct reader *r, const char *file)
{
    char *text = malloc(FILE_MAX_BYTES + 1);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = 1;
    bool ok;

    r->where = file;
    r->line = 0;
    while (text != NULL && fd >= 0 && n > 0 && len <= FILE_MAX_BYTES) {
        n = read(fd, text + len, FILE_MAX_BYTES + 1 - len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (text == NULL || fd < 0 || n < 0) {
        ok = fail(r, "%s", strerror(errno));
    } else if (len > FILE_MAX_BYTES) {
        ok = fail(r, "larger than %d bytes", FILE_MAX_BYTES);
    } else {
        ok = read_lines(r, text, len, file);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    free(text);
    return ok;
}

/* "FRANKD_BODY_TIMEOUT=10s" */
static bool read_variable(struct reader *r, const char *variable)
{
    size_t prefix = strlen(r->options->prefix);
    const char *value = strchr(variable, '=');
    char name[NAME_MAX_BYTES] = {0};
    char where[NAME_MAX_BYTES + 32];
    size_t len = value == NULL ? 0 : (size_t)(value - variable);

    if (value == NULL || len < prefix ||
        strncmp(variable, r->options->prefix, prefix) != 0) {
        return true;
    }
    (void)snprintf(where, sizeof where, "%.*s", (int)len, variable);
    r->where = where;
    if (len - prefix >= sizeof name) {
        return fail(r, "no such setting");
    }
    for (size_t i = prefix; i < len; i++) {
        char c = variable[i];

        if (c == '_') {
            c = '-';
        } else if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        name[i - prefix] = c;
    }
    return give(r, name, value + 1);
}

static bool read_environment(struct reader *r, char **environment)
{
    r->line = 0;
    memset(r->set, 0, sizeof r->set);
    for (; environment != NULL && *environment != NULL; environment++) {
        if (!read_variable(r, *environment)) {
            return false;
        }
    }
    return true;
}

static const struct option_entry *find_switch(const struct options *options,
                                              const char *name)
{
    for (size_t i = 0; i < options->count; i++) {
        if (options->entries[i].kind == OPTION_SWITCH &&
            strcmp(options->entries[i].name, name) == 0) {
            return &options->entries[i];
        }
    }
    return NULL;
}

/* One flag; *taken counts the arguments that it took. */
static bool read_flag(struct reader *r, char **argv, int left, int *taken)
{
    char name[NAME_MAX_BYTES + 1];
    const char *flag = argv[0];
    const char *equals = strchr(flag, '=');
    size_t len = equals == NULL ? strlen(flag) : (size_t)(equals - flag);

    *taken = 1;
    r->where = flag;
    if (strncmp(flag, "--", 2) != 0 || len - 2 >= sizeof name) {
        r->where = r->options->program;
        return fail(r, "not a flag: \"%s\"", shown(name, flag));
    }
    (void)snprintf(name, sizeof name, "%.*s", (int)len - 2, flag + 2);
    if (equals != NULL) {
        return give(r, name, equals + 1);
    }
    if (find_switch(r->options, name) != NULL &&
        (left < 2 || strncmp(argv[1], "--", 2) == 0)) {
        return give(r, name, "on");
    }
    if (strncmp(name, "no-", 3) == 0 &&
        find_switch(r->options, name + 3) != NULL) {
        return give(r, name + 3, "off");
    }
    if (left < 2) {
        return fail(r, "a value is missing");
    }
    *taken = 2;
    return give(r, name, argv[1]);
}

static bool read_flags(struct reader *r, int argc, char **argv)
{
    int taken = 0;

    r->line = 0;
    memset(r->set, 0, sizeof r->set);
    for (int i = 0; i < argc; i += taken) {
        if (!read_flag(r, argv + i, argc - i, &taken)) {
            return false;
        }
    }
    return true;
}

bool options_read(void *settings, struct options_memory **memory,
                  const struct options *options, const char *file,
                  char **environment, int argc, char **argv,
                  struct options_error *error)
{
    struct reader r = {.settings = settings,
                       .memory = memory,
                       .options = options,
                       .error = error};

    *memory = NULL;
    return read_defaults(&r) && (file == NULL || read_file(&r, file)) &&
           read_environment(&r, environment) && read_flags(&r, argc, argv);
}

bool options_read_text(void *settings, struct options_memory **memory,
                       const struct options *options, const char *text,
                       size_t len, const char *name,
                       struct options_error *error)
{
    struct reader r = {.settings = settings,
                       .memory = memory,
                       .options = options,
                       .error = error};

    *memory = NULL;
    return read_defaults(&r) && read_lines(&r, text, len, name);
}

/* ---- Printing -------------------------------------------------------------
 */

static void print_unit(FILE *out, uint64_t value, const struct unit *units)
{
    const struct unit *best = NULL;

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
    const struct unit *unit = times;

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
        print_unit(out, *(const uint64_t *)at, times);
        break;
    case OPTION_BYTES:
        print_unit(out, *(const uint64_t *)at, sizes);
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
