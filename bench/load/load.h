/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load generator for frankd: makes reports, sends them on as many connections
 * as one asks for, and says what came back. Used by `make bench` and by the
 * tests that kill the service or fill its disk.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "frank.h"

/* Reports in a file, each with its length in four bytes in front. */
struct load_reports {
    uint8_t *bytes;
    size_t len;
    size_t count;
    struct frank_span *reports;
};

int load_make(int argc, char **argv);       /* make.c */
int load_send(int argc, char **argv);       /* send.c */
int load_stamps(int argc, char **argv);     /* stamps.c */
int load_fill(int argc, char **argv);       /* fill.c */
int load_fill_cases(int argc, char **argv); /* fill_cases.c */
int load_bare(int argc, char **argv);       /* bare.c */
int load_log_make(int argc, char **argv);   /* log.c */
int load_log_verify(int argc, char **argv);
int load_log_append(int argc, char **argv);

void load_read(struct load_reports *out, const char *path);

uint64_t load_now_us(void);

/* Of "--name value" among the arguments; NULL: not there. */
const char *load_option(int argc, char **argv, const char *name);
uint64_t load_number(int argc, char **argv, const char *name,
                     uint64_t standard);

/* Ends the program with a message. */
_Noreturn void load_fail(const char *what);

#endif
