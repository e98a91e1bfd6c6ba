/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speed, each figure beside the bare primitive that was measured in the same
 * run: the two alternate, round by round, and what counts is the median of the
 * rounds' ratios, with the quartiles as its spread. Nothing here fails for a
 * figure that was missed.
 */
#ifndef BENCH_H
#define BENCH_H

#include "frank.h"

#include <sodium.h>

#define TIME UINT64_C(1700000000000)

typedef void work(void);

struct figure {
    double ours;
    double bare;
    double ratio; /* median */
    double low;   /* quartiles of the ratio */
    double high;
};

/* bare may be NULL: then the ratio is 1. */
struct figure measure(work *ours, work *bare);
double now_ns(void);
int by_size(const void *a, const void *b); /* of doubles, for qsort() */

/* at_least: the ratio is to be so large; otherwise at most that. */
void put(const char *name, const char *unit, const struct figure *f,
         double goal, bool at_least);
/* A heading, where figures are for people. */
void say(const char *text);
void put_machine(void);
/* From now on one JSON object a line. */
void print_json(void);

/* Ends the program unless all is well. */
void need(int error);

/* How often memory was taken. */
size_t allocations(void);

/* HMAC-SHA256 with nothing around it: the hash's own functions. */
void bare_hmac(uint8_t *out, const uint8_t *key, size_t key_len,
               const uint8_t *bytes, size_t len);

void bench_franking(void);
void bench_sealed(void);
void bench_attachment(void);
/* A process of its own for it: prints the most MiB that it had. */
int bench_attachment_memory(void);

#endif
