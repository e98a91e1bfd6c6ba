/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files, numbers, and what is printed. Functions that can fail say why on
 * standard error, with the command's name in front, and give an exit code of
 * command.h: 0 when they did what they are for.
 */
#ifndef REPORTING_FRANK_IO_H
#define REPORTING_FRANK_IO_H

#include "frank.h"

#include <jansson.h>
#include <stdio.h>

/* The command's name in messages; static text. */
void io_name(const char *name);

/* "frank tag: " and the message, one line. Gives code back. */
int io_say(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same about a fault met in `what` (a file's name); the exit code is that
 * of the fault's error. io_key_fault() is for key files, where whatever is
 * wrong is trouble, never a verdict. */
int io_fault(const char *what, const struct frank_fault *fault);
int io_key_fault(const char *what, const struct frank_fault *fault);

/* Bytes read from a file; wiped when freed. */
struct blob {
    uint8_t *data;
    size_t len;
};

/* Reads a file, or standard input ("-"), of at most max bytes. */
int io_read(struct blob *out, const char *path, size_t max);

/* The same for a file that is exactly len bytes: "a frank", "a consent". */
int io_read_exactly(uint8_t *out, size_t len, const char *path,
                    const char *what);

/* Writes a file where none is yet, mode 0644 or less; for secrets there is
 * secret_file_create(). */
int io_write(const char *path, const uint8_t *bytes, size_t len);
/* The same, mode 0600: what people wrote, and who they are. */
int io_write_private(const char *path, const uint8_t *bytes, size_t len);
void io_free(struct blob *blob);
int io_alloc(struct blob *out, size_t len);
struct frank_span io_blob_span(const struct blob *blob);

/* The bytes of a string, without its zero. */
struct frank_span io_span(const char *text);

/* Parses a whole argument: a decimal number of at most max, hexadecimal
 * digits of exactly len bytes. false after a message that names `what`. */
bool io_number(uint64_t *out, const char *text, uint64_t max, const char *what);
bool io_unhex(uint8_t *out, size_t len, const char *text, const char *what);

/* A result of bytes: raw, or in hexadecimal on a terminal. */
int io_put_bytes(const uint8_t *bytes, size_t len);

/* Text of a stranger's, made harmless for a terminal: control characters,
 * directional overrides and what is not UTF-8 as \xNN. */
void io_put_text(FILE *out, struct frank_span text);

/* The clock: milliseconds since 1970. */
uint64_t io_now(void);

/* "2022-02-09 06:13:45.019 UTC" */
#define IO_TIME_BYTES 40
void io_time(char out[static IO_TIME_BYTES], uint64_t ms);

/* JSON values; NULL when out of memory. Text that is not UTF-8 is escaped as
 * by io_put_text(). */
json_t *io_json_hex(const uint8_t *bytes, size_t len);
json_t *io_json_text(struct frank_span text);
json_t *io_json_time(uint64_t ms);

/* Puts value into object; a NULL among the two is kept for io_put_json(). */
void io_json_set(json_t *object, const char *name, json_t *value);
void io_json_append(json_t *array, json_t *value);

/* Prints one line of JSON and drops it. */
int io_put_json(json_t *object);

/* Sees that everything printed arrived; code, or 3 after a message. */
int io_finish(int code);

#endif
