/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads JSON that a person wrote: every member has to be known, there and as it
 * must be, and the first that is not is told to him with its path
 * (`policies[2].children[0].id: ...`). Where a function here fails, that was
 * done, and its result is the error to give back.
 */
#ifndef MODERATION_POLICY_STRICT_H
#define MODERATION_POLICY_STRICT_H

#include "book.h"
#include "wording.h"

#include <jansson.h>

#define STRICT_PATH_BYTES 192

struct strict {
    struct book_error *error; /* NULL: not asked for */
    struct frank_fault *fault;
    char path[STRICT_PATH_BYTES];
};

/* Goes on to an element of a member, or to the member; strict_leave() goes back
 * to where strict_enter() began. */
size_t strict_enter(struct strict *at, const char *member, size_t index);
void strict_enter_member(struct strict *at, const char *member);
void strict_leave(struct strict *at, size_t mark);

/* Refuses the member: error, and the sentence that says what is wrong. An
 * empty name: the object itself. */
__attribute__((format(printf, 4, 5))) int
strict_refuse(const struct strict *at, int error, const char *member,
              const char *format, ...);

/* Text of a stranger's for such a sentence: printable ASCII, cut short. */
#define STRICT_QUOTE_BYTES 49
const char *strict_quote(char out[static STRICT_QUOTE_BYTES], const char *text);

/* Refuses what is there a second time. */
int strict_twice(const struct strict *at, const char *member, const char *what);

/* An object with none but these members, closed by NULL. JSON that is no
 * object: VALUE. */
FRANK_MUST_CHECK int strict_object(const struct strict *at, const json_t *value,
                                   const char *const *members);

/* The functions below: MISSING (no such member), VALUE. */

/* An array of least to most elements; LIMIT beyond. */
FRANK_MUST_CHECK int strict_array(const json_t **out, const struct strict *at,
                                  const json_t *object, const char *member,
                                  size_t least, size_t most);
/* *out lives as long as the object. */
FRANK_MUST_CHECK int strict_string(const char **out, const struct strict *at,
                                   const json_t *object, const char *member);
/* [a-z0-9_.-]{1,64} */
FRANK_MUST_CHECK int strict_id(const char **out, const struct strict *at,
                               const json_t *object, const char *member);
FRANK_MUST_CHECK int strict_words(const char **out, const struct strict *at,
                                  const json_t *object, const char *member,
                                  size_t max, enum wording wording);
/* *out is the place of the string among the choices, closed by NULL. */
FRANK_MUST_CHECK int strict_choice(unsigned *out, const struct strict *at,
                                   const json_t *object, const char *member,
                                   const char *const *choices);
FRANK_MUST_CHECK int strict_flag(bool *out, const struct strict *at,
                                 const json_t *object, const char *member);
FRANK_MUST_CHECK int strict_number(uint32_t *out, const struct strict *at,
                                   const json_t *object, const char *member,
                                   uint32_t least);

#endif
