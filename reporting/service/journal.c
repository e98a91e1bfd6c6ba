/* SPDX-License-Identifier: Apache-2.0 */
#include "journal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 2048
#define FIELDS_MAX 8

static atomic_int most = JOURNAL_INFO;

void journal_level(enum journal_level level)
{
    atomic_store(&most, (int)level);
}

struct line {
    char bytes[LINE_BYTES];
    size_t len;
};

/* Room is kept for the closing brace. */
__attribute__((format(printf, 2, 3))) static void put(struct line *line,
                                                      const char *format, ...)
{
    size_t room = sizeof line->bytes - 3 - line->len;
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(line->bytes + line->len, room, format, arguments);
    va_end(arguments);
    if (n > 0 && (size_t)n < room) {
        line->len += (size_t)n;
    }
}

/* A member, whole or not at all. */
static void put_text(struct line *line, const char *name, const char *text)
{
    char safe[512];
    size_t len = 0;

    for (; *text != '\0' && len + 7 < sizeof safe; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\') {
            safe[len++] = '\\';
            safe[len++] = (char)c;
        } else if (c < 0x20 || c >= 0x7f) {
            len +=
                (size_t)snprintf(safe + len, sizeof safe - len, "\\u%04x", c);
        } else {
            safe[len++] = (char)c;
        }
    }
    safe[len] = '\0';
    put(line, ",\"%s\":\"%s\"", name, safe);
}

static void put_time(struct line *line)
{
    struct timespec now;
    struct tm parts;
    char text[32];

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &parts);
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    put(line, "{\"time\":\"%s.%03dZ\"", text, (int)(now.tv_nsec / 1000000));
}

void journal_write(enum journal_level level, const char *event,
                   const struct journal_field *fields, size_t count)
{
    struct line line = {.len = 0};

    if ((int)level > atomic_load(&most)) {
        return;
    }
    put_time(&line);
    put_text(&line, "level",
             level == JOURNAL_ERROR     ? "error"
             : level == JOURNAL_WARNING ? "warning"
                                        : "info");
    put_text(&line, "event", event);
    for (size_t i = 0; i < count && i < FIELDS_MAX; i++) {
        if (fields[i].text != NULL) {
            put_text(&line, fields[i].name, fields[i].text);
        } else {
            put(&line, ",\"%s\":%" PRIu64, fields[i].name, fields[i].number);
        }
    }
    line.bytes[line.len++] = '}';
    line.bytes[line.len++] = '\n';
    (void)!write(STDERR_FILENO, line.bytes, line.len);
}

void journal_fault(enum journal_level level, const char *event,
                   const char *what, const struct frank_fault *fault)
{
    char detail[FRANK_FAULT_TEXT_BYTES];

    if (fault->error == FRANK_ERR_FILE) {
        (void)snprintf(detail, sizeof detail, "%s: %s",
                       fault->field != NULL ? fault->field : "",
                       strerror((int)fault->found));
    } else if (fault->error == FRANK_ERR_PERMISSION) {
        (void)snprintf(detail, sizeof detail, "%s (mode 0%o, 0600 wanted)",
                       fault->field != NULL ? fault->field : "",
                       (unsigned)fault->found);
    } else {
        frank_fault_text(detail, sizeof detail, fault);
    }
    JOURNAL(level, event, JOURNAL_TEXT("what", what),
            JOURNAL_TEXT("error", frank_strerror(fault->error)),
            JOURNAL_TEXT("detail", detail));
}
