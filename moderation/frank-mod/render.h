/* SPDX-License-Identifier: Apache-2.0 */
/* The service's answers on a terminal. All text in them is a stranger's: it
 * cannot leave its place or look like ours. Pure but for `out`. */
#ifndef MODERATION_FRANK_MOD_RENDER_H
#define MODERATION_FRANK_MOD_RENDER_H

#include "io.h"

/* A value of any kind, members one a line, lists with a dash before each
 * element. Times (members that are known to be) are written as such. */
void render_value(FILE *out, const json_t *value);

/* A list of objects, a line each with tabs between; columns: the members'
 * names with commas between, "claimant.shown" for one inside. Nothing but a
 * word where the list is empty. */
void render_table(FILE *out, const json_t *list, const char *columns);

/* Text of several lines, each behind "  | ". */
void render_text(FILE *out, struct frank_span text);

/* The answer to a look: what is proven about each message, and its text. */
void render_look(FILE *out, const json_t *look);

#endif
