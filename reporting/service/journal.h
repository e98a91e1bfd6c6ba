/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service says while it runs: one JSON object a line, on standard error
 * (systemd's journal). {"time": "2026-11-23T10:00:00.123Z", "level": "info",
 * "event": "started", ...}. Never a body, a URI, an address or a reporter: a
 * value is one of the kinds below, and text is static or a file's name. A line
 * is written by one write(), so that threads do not mix.
 */
#ifndef REPORTING_SERVICE_JOURNAL_H
#define REPORTING_SERVICE_JOURNAL_H

#include "frank.h"

enum journal_level { JOURNAL_ERROR = 3, JOURNAL_WARNING = 4, JOURNAL_INFO = 6 };

struct journal_field {
    const char *name;
    const char *text; /* NULL: number */
    uint64_t number;
};

#define JOURNAL_TEXT(name, text) ((struct journal_field){name, text, 0})
#define JOURNAL_NUMBER(name, number)                                           \
    ((struct journal_field){name, NULL, number})

/* Lines above this level are dropped; JOURNAL_INFO at first. */
void journal_level(enum journal_level most);

/* Writes a line. event: a word or a few with hyphens. Non-ASCII and control
 * bytes of text are escaped. At most 8 fields and 2,048 bytes; longer text is
 * cut. Safe in any thread, allocates nothing. */
void journal_write(enum journal_level level, const char *event,
                   const struct journal_field *fields, size_t count);
#define JOURNAL(level, event, ...)                                             \
    journal_write(level, event, (const struct journal_field[]){__VA_ARGS__},   \
                  sizeof((const struct journal_field[]){__VA_ARGS__}) /        \
                      sizeof(struct journal_field))

/* The same about a fault: fields "what", "error" and, as in frank_fault_text(),
 * "detail". For FILE and PERMISSION as io_fault() says it. */
void journal_fault(enum journal_level level, const char *event,
                   const char *what, const struct frank_fault *fault);

#endif
