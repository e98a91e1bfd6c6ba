/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the test programs share. Trouble (a bad notation, a file that is not
 * there) ends the program: a test that cannot run must not pass.
 *
 * Bytes that a function here hands out have a block of memory of their own and
 * of exactly their length, so that AddressSanitizer sees a read beyond it. They
 * live until the program ends.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "frank.h"

#define SUPPORT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Bytes -------------------------------------------------------------- */

/*
 * Bytes in the tests' notation: hex digits, 'text', (...)*N for N repeats,
 * spaces anywhere. "82 01 (63'abc')*1" is 82 01 63 61 62 63. An @ stands for
 * no byte: it marks a place for support_marked().
 */
struct frank_span support_bytes(const char *notation);

/* The same, and in *mark where the first @ is (SIZE_MAX without one). */
struct frank_span support_marked(const char *notation, size_t *mark);

/* The bytes of a text, without its closing zero. */
struct frank_span support_text(const char *text);

/* A copy of len bytes (data may be NULL where len is 0). */
uint8_t *support_copy(const uint8_t *data, size_t len);

/* A block of len bytes, all zero. */
uint8_t *support_zeros(size_t len);

/* hex must hold 2 * len + 1 bytes. */
void support_hex_encode(char *hex, const uint8_t *bytes, size_t len);

bool support_is_zero(const void *bytes, size_t len);

void support_assert_span(struct frank_span span, struct frank_span expected);

/* SHAKE256 of a seed (FIPS 202), len bytes of it. */
void support_shake256(uint8_t *out, size_t len, struct frank_span seed);

/* The next of a row of numbers that is the same on every machine. */
uint32_t support_random(uint32_t *state);

/* HMAC-SHA256 by an implementation that is not the project's. */
void support_hmac(uint8_t out[static 32], struct frank_span key,
                  struct frank_span bytes);

/* ---- Files and vectors -------------------------------------------------- */

struct frank_span support_file(const char *path);

/* Path of a file of the working group's vectors, which are not part of the
 * project: below $FRANK_SHARED, or ../shared. NULL if it is not there; good
 * until the next call. */
const char *support_shared(const char *name);

/* A file of JSON; lives until the program ends. */
const json_t *support_json(const char *path);

/* tests/vectors/franking.json, or one of its members. */
const json_t *support_vectors(const char *member);

/* Members of an object: a text, a number, hex, or hex that can also be
 * "shake256:<hex seed>:<length>". */
const char *support_member_text(const json_t *object, const char *key);
uint64_t support_member_number(const json_t *object, const char *key);
struct frank_span support_member(const json_t *object, const char *key);

/* ---- Messages ----------------------------------------------------------- */

#define SUPPORT_SENDER "a:user"
#define SUPPORT_ROOM "r:room"
/* The first two extensions of a message, in the notation. */
#define SUPPORT_NAMES " 01 66'a:user' 02 66'r:room' "

/* The elements of a MIMI message in the notation, each of its own; a NULL
 * stands for what is in most messages. */
struct support_mimi {
    const char *array;       /* 87 */
    const char *salt;        /* 50 (5a)*16 */
    const char *replaces;    /* f6 */
    const char *topic;       /* 40 */
    const char *expires;     /* f6 */
    const char *in_reply_to; /* f6 */
    const char *extensions;  /* a2 SUPPORT_NAMES */
    const char *part;        /* 85 01 60 01 6a'text/plain' 42'hi' */
    const char *after;       /* nothing */
};

/* mark may be NULL. */
struct frank_span support_mimi(const struct support_mimi *elements,
                               size_t *mark);

/* ApplicationFraming around a message; media_type in the notation, with its
 * length and without that of the parameters, of which there are none. */
struct frank_span support_framed(const char *media_type,
                                 struct frank_span message);

/* The context that names SUPPORT_SENDER and SUPPORT_ROOM. */
struct frank_context support_context(void);

#endif
