/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of a service, from one table: flags (--name value) over environment
 * (PREFIX_NAME) over one configuration file (name = value, # comments) over
 * defaults. The table is also the help text and the check. Secrets are never
 * values here: only names of files are.
 */
#ifndef REPORTING_SERVICE_OPTIONS_H
#define REPORTING_SERVICE_OPTIONS_H

#include "frank.h"

#define OPTIONS_LIST_MAX 16

enum option_kind {
    OPTION_TEXT,   /* const char *; a path or a name; "" where not set */
    OPTION_LIST,   /* struct option_list: items parted by commas or by giving
                      the name again (flags, lines) */
    OPTION_NUMBER, /* uint64_t */
    OPTION_BYTES,  /* uint64_t; "64MiB", "16KiB", "1GiB", "512" */
    OPTION_TIME,   /* uint64_t milliseconds; "90d", "1h", "30s", "250ms";
                      a number without a unit is refused, except 0 */
    OPTION_RATE,   /* struct option_rate: "20/h", "60/min", "5000/s", "off" */
    OPTION_SWITCH  /* bool: on, off */
};

struct option_list {
    size_t count;
    const char *items[OPTIONS_LIST_MAX + 1]; /* NULL at the end */
};

struct option_rate {
    uint64_t count; /* 0: off */
    uint64_t per_ms;
};

struct option_entry {
    const char *name; /* "message-age-max"; FRANKD_MESSAGE_AGE_MAX */
    enum option_kind kind;
    size_t offset;        /* of the member in the settings' structure */
    const char *standard; /* the default, as it would be written; NULL: ""  */
    uint64_t min;         /* of numbers, bytes, times */
    uint64_t max;
    const char *about; /* one line of help */
};

struct options {
    const char *program; /* "frankd" */
    const char *prefix;  /* "FRANKD_" */
    const struct option_entry *entries;
    size_t count;
};

/* What is wrong with the settings: where ("/etc/frankd.conf, line 3",
 * "FRANKD_THREADS", "--threads"), what, what was expected. */
struct options_error {
    char text[512];
};

/* Owns the strings that settings point to. */
struct options_memory;

/*
 * Fills *settings (a structure of the caller's). file: the configuration, or
 * NULL; argv: flags alone, argv[0..argc-1], "--name value" or "--name=value".
 * environment: as environ; entries of the prefix that name nothing are an
 * error, and so is an unknown name, a name given twice in the file (but for
 * lists), a line that is no setting, a value that is none.
 * false: *error says what is wrong. *memory is freed with options_free() once
 * the settings are needed no more, in any case.
 */
FRANK_MUST_CHECK bool options_read(void *settings,
                                   struct options_memory **memory,
                                   const struct options *options,
                                   const char *file, char **environment,
                                   int argc, char **argv,
                                   struct options_error *error);
void options_free(struct options_memory *memory);

/* Reads a configuration from memory: what options_read() does with the file's
 * text, for tests and fuzzing. */
FRANK_MUST_CHECK bool
options_read_text(void *settings, struct options_memory **memory,
                  const struct options *options, const char *text, size_t len,
                  const char *name, struct options_error *error);

/* Prints "name = value" for each, as a configuration file: the settings in
 * force (--check-config), each with its help as a comment if `about`; settings
 * NULL: the defaults. */
#include <stdio.h>
void options_print(FILE *out, const struct options *options,
                   const void *settings, bool about);

#endif
