/* SPDX-License-Identifier: Apache-2.0 */
/* What the accused is told: from a template of the book, or in a moderator's
 * own words. */
#ifndef MODERATION_POLICY_TEMPLATE_H
#define MODERATION_POLICY_TEMPLATE_H

#include "book.h"

#define TEMPLATE_VALUE_MAX_BYTES 1024
/* Of a filled template, and of an explanation in a moderator's own words. */
#define TEMPLATE_RESULT_MAX_BYTES 16384

/* What goes into a blank. */
struct template_value {
    const char *name;
    const char *value;
};

/*
 * Fills each blank of a template; free() *out, which is closed by a zero. A
 * value is one line of 1 to 1,024 bytes that shows something; braces in it
 * stay as they are. The fault names
 *   a blank by its name, which lives as long as the book: MISSING (no value,
 *   or one that shows nothing), LIMIT, UTF8, VALUE (a character that is not
 *   allowed; offset is its place in the value),
 *   "value": VALUE (for no blank, or the second for one; offset is its index),
 *   "text": LIMIT (the result is too long), MEMORY.
 */
FRANK_MUST_CHECK int template_fill(char **out,
                                   const struct book_template *template,
                                   const struct template_value *values,
                                   size_t count, struct frank_fault *fault);

/*
 * Checks an explanation in a moderator's own words: 1 to 16,384 bytes of UTF-8
 * with line feeds and no other control character, and no blank that was
 * forgotten: nothing that looks like {name}, [name] or <name> (a letter, then
 * up to 47 letters, digits, spaces, "_", "-", "."), "XXX" (or longer), "TODO",
 * "TBD" or "FIXME" as words, nor "___".
 * "explanation": MISSING, LIMIT, UTF8, VALUE (a character); "blank": VALUE. The
 * offset tells where.
 */
FRANK_MUST_CHECK int explanation_check(const char *text, size_t len,
                                       struct frank_fault *fault);

#endif
