/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of options: reading values (option_value.c), the levels that they
 * come from (options.c), printing them (option_print.c). */
#ifndef REPORTING_SERVICE_OPTIONS_INSIDE_H
#define REPORTING_SERVICE_OPTIONS_INSIDE_H

#include "options.h"

#define OPTION_ENTRIES_MAX 128

struct options_memory {
    struct options_memory *next;
    char text[];
};

/* What is being read; `set` says which entries were given at this level. */
struct option_reader {
    uint8_t *settings;
    struct options_memory **memory;
    const struct options *options;
    struct options_error *error;
    const char *where; /* "--threads", "FRANKD_THREADS", or a file */
    size_t where_len;  /* of its bytes, those that are no value */
    size_t line;       /* of a file; 0: not of a file */
    bool set[OPTION_ENTRIES_MAX];
};

struct option_unit {
    const char *name;
    uint64_t factor;
};
extern const struct option_unit option_times[]; /* to milliseconds */
extern const struct option_unit option_sizes[]; /* to bytes */

/* Says where and what, in printable ASCII whatever was read, and gives false.
 */
__attribute__((format(printf, 2, 3))) bool option_fail(struct option_reader *r,
                                                       const char *format, ...);

/* What of a value can be shown: it may go to a terminal. */
const char *option_shown(char out[static 65], const char *value);

/* Reads a value into its member; again: a list goes on where this level gave it
 * before. */
FRANK_MUST_CHECK bool option_take(struct option_reader *r,
                                  const struct option_entry *entry,
                                  const char *value, bool again);

#endif
