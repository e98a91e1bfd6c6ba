/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that a person types: on the terminal without echo, or as lines of
 * standard input. */
#ifndef MODERATION_FRANK_MOD_ASK_SECRET_H
#define MODERATION_FRANK_MOD_ASK_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* A line, closed by a zero; wipe it. Exit code: 3 after a message where there
 * is no terminal, no line, one of size bytes or more, or it was broken off;
 * *out is zero then. */
int ask_secret(char *out, size_t size, const char *prompt, bool from_stdin);

#endif
