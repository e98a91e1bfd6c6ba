/* SPDX-License-Identifier: Apache-2.0 */
#include "options_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES 65536
#define NAME_MAX_BYTES 64

void options_free(struct options_memory *memory)
{
    while (memory != NULL) {
        struct options_memory *next = memory->next;

        free(memory);
        memory = next;
    }
}

/* What is read next stands there: in a flag or a variable, its name alone. */
static void come_from(struct option_reader *r, const char *where, size_t len)
{
    r->where = where;
    r->where_len = len;
    r->line = 0;
}

/* A level, in which nothing is given yet. */
static void begin(struct option_reader *r, const char *where)
{
    come_from(r, where, strlen(where));
    memset(r->set, 0, sizeof r->set);
}

static bool give(struct option_reader *r, const char *name, const char *value)
{
    char text[65];

    for (size_t i = 0; i < r->options->count; i++) {
        const struct option_entry *entry = &r->options->entries[i];

        if (strcmp(entry->name, name) != 0) {
            continue;
        }
        if (r->set[i] && entry->kind != OPTION_LIST) {
            return option_fail(r, "%s: given twice", name);
        }
        if (!option_take(r, entry, value, r->set[i])) {
            return false;
        }
        r->set[i] = true;
        return true;
    }
    return option_fail(r, "no such setting: \"%s\"", option_shown(text, name));
}

/* ---- Levels ---------------------------------------------------------------
 */

static bool read_defaults(struct option_reader *r)
{
    begin(r, "default");
    for (size_t i = 0; i < r->options->count; i++) {
        const struct option_entry *entry = &r->options->entries[i];

        if (!option_take(r, entry,
                         entry->standard != NULL ? entry->standard : "",
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

static bool read_line(struct option_reader *r, char *line)
{
    char *value;
    char *name = trim(line);

    if (*name == '\0' || *name == '#') {
        return true;
    }
    value = strchr(name, '=');
    if (value == NULL) {
        return option_fail(r, "not \"name = value\"");
    }
    *value++ = '\0';
    value = trim(value);
    if (!unquote(value)) {
        return option_fail(r, "quotes that do not close, or text behind them");
    }
    return give(r, trim(name), value);
}

static bool read_lines(struct option_reader *r, const char *text, size_t len,
                       const char *name)
{
    char *copy = malloc(len + 1);
    char *next = copy;
    bool ok = true;

    begin(r, name);
    if (copy == NULL) {
        return option_fail(r, "out of memory");
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    r->line = 1;
    if (strlen(copy) != len) {
        ok = option_fail(r, "a NUL in it");
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

/* Up to one byte more than there may be. -1: errno says why. */
static ssize_t read_whole(int fd, char out[static FILE_MAX_BYTES + 1])
{
    size_t len = 0;
    ssize_t n = 1;

    while (len <= FILE_MAX_BYTES && n != 0) {
        n = read(fd, out + len, FILE_MAX_BYTES + 1 - len);
        if (n < 0 && errno != EINTR) {
            return -1;
        }
        len += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)len;
}

static bool read_file(struct option_reader *r, const char *file)
{
    char *text = malloc(FILE_MAX_BYTES + 1);
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t len = -1;
    struct stat st;
    bool ok;

    begin(r, file);
    if (text == NULL || fd < 0 || fstat(fd, &st) != 0) {
        ok = option_fail(r, "%s", strerror(errno));
        goto out;
    }
    if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
        ok = option_fail(r, "neither a file nor a pipe");
        goto out;
    }
    len = read_whole(fd, text);
    if (len < 0) {
        ok = option_fail(r, "%s", strerror(errno));
    } else if (len > FILE_MAX_BYTES) {
        ok = option_fail(r, "larger than %d bytes", FILE_MAX_BYTES);
    } else {
        ok = read_lines(r, text, (size_t)len, file);
    }
out:
    if (fd >= 0) {
        (void)close(fd);
    }
    free(text);
    return ok;
}

/* "FRANKD_BODY_TIMEOUT=10s" */
static bool read_variable(struct option_reader *r, const char *variable)
{
    size_t prefix = strlen(r->options->prefix);
    const char *value = strchr(variable, '=');
    char name[NAME_MAX_BYTES] = {0};
    size_t len = value == NULL ? 0 : (size_t)(value - variable);

    if (value == NULL || len < prefix ||
        strncmp(variable, r->options->prefix, prefix) != 0) {
        return true;
    }
    come_from(r, variable, len);
    if (len - prefix >= sizeof name) {
        return option_fail(r, "no such setting");
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

static bool read_environment(struct option_reader *r, char **environment)
{
    begin(r, "environment");
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
static bool read_flag(struct option_reader *r, char **argv, int left,
                      int *taken)
{
    char name[NAME_MAX_BYTES + 1];
    const char *flag = argv[0];
    const char *equals = strchr(flag, '=');
    size_t len = equals == NULL ? strlen(flag) : (size_t)(equals - flag);

    *taken = 1;
    if (strncmp(flag, "--", 2) != 0 || len - 2 >= sizeof name) {
        come_from(r, r->options->program, strlen(r->options->program));
        return option_fail(r, "not a flag: \"%s\"", option_shown(name, flag));
    }
    come_from(r, flag, len);
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
        return option_fail(r, "a value is missing");
    }
    *taken = 2;
    return give(r, name, argv[1]);
}

static bool read_flags(struct option_reader *r, int argc, char **argv)
{
    int taken = 0;

    begin(r, r->options->program);
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
    struct option_reader r = {.settings = settings,
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
    struct option_reader r = {.settings = settings,
                              .memory = memory,
                              .options = options,
                              .error = error};

    *memory = NULL;
    return read_defaults(&r) && read_lines(&r, text, len, name);
}
