/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the JSON of key files: a member that is not as it must be is named in
 * the fault. Unknown members are passed over. */
#ifndef REPORTING_KEY_JSON_H
#define REPORTING_KEY_JSON_H

#include "frank.h"

#include <jansson.h>

/* The text as an object, to be freed with json_decref(). what names it in
 * faults. JSON (offset says where), LIMIT (more than max bytes), MEMORY. */
FRANK_MUST_CHECK int key_json_load(json_t **out, const char *text, size_t len,
                                   size_t max, const char *what,
                                   struct frank_fault *fault);

/* A number of at most max. MISSING, VALUE. */
FRANK_MUST_CHECK int key_json_number(uint64_t *out, const json_t *object,
                                     const char *name, uint64_t max,
                                     struct frank_fault *fault);

/* A string of hexadecimal digits, of exactly len bytes. MISSING (where string
 * is NULL), VALUE (must_be is the fault's field then). */
FRANK_MUST_CHECK int key_json_hex(uint8_t *out, size_t len,
                                  const json_t *string, const char *name,
                                  const char *must_be,
                                  struct frank_fault *fault);

/*
 * Once in a program, before its first use of the JSON library and any thread:
 * that wipes what it frees from then on, as there may be secrets in it. When
 * memory runs out in it, exhausted() is called, which must not return: jansson
 * (2.14, lex_save()) goes on after a failed allocation, drops characters, and
 * writes behind its buffer.
 */
void key_json_start(void (*exhausted)(void));

#endif
