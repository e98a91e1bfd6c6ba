/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of bytes that a short text has in common with long ones, both folded.
 *
 * Every 24 bytes in a row hold one of 16 bytes that begins at a multiple of 9.
 * So of a long text only those are looked up, in a table of bits, and only
 * around one that may be in the short text are the runs themselves compared.
 */
#ifndef MODERATION_POLICY_RUNS_H
#define MODERATION_POLICY_RUNS_H

#include "frank.h"

#define RUNS_TEXT_MAX_BYTES 16384
#define RUNS_BYTES 24

struct runs;

/* The short text, of at most RUNS_TEXT_MAX_BYTES; runs_free() it. NULL: out of
 * memory. */
FRANK_MUST_CHECK struct runs *runs_new(struct frank_span text);
void runs_free(struct runs *runs);

/* The short text, folded. */
struct frank_span runs_folded(const struct runs *runs);

/* The place in the text that a byte of the folded one comes from. */
size_t runs_place(const struct runs *runs, size_t folded);

/* From now on, runs that are in this text too are passed over. */
void runs_pass_over(struct runs *runs, struct frank_span text);

/* Whether a run is in this text; *place is where in the short one. */
bool runs_find(size_t *place, struct runs *runs, struct frank_span text);

#endif
