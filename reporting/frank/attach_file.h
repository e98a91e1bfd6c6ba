/* SPDX-License-Identifier: Apache-2.0 */
/* A file as a message commits to it: its descriptor and its key, if there is
 * one; or an external part of MIMI's. In words and in JSON, the same in each of
 * the attach commands. */
#ifndef REPORTING_FRANK_ATTACH_FILE_H
#define REPORTING_FRANK_ATTACH_FILE_H

#include "attach_arguments.h"

struct attach_file {
    struct blob bytes; /* that the spans point into */
    struct blob scratch;
    bool is_external;
    struct frank_external external;     /* if it is; */
    struct frank_attachment attachment; /* otherwise */
    bool has_key;
    bool is_plain; /* of a message that cannot be shown without the key */
    uint8_t key[FRANK_FILE_KEY_BYTES];
};

/* From --descriptor, and perhaps --key; or from --content, and perhaps --part.
 * An exit code, after a message. Free it in any case. */
int attach_file_load(struct attach_file *out,
                     const struct attach_arguments *arguments);
void attach_file_free(struct attach_file *file);

/* Says that the content does not hold the key; EXIT_REFUSED. */
int attach_file_no_key(const struct attach_arguments *arguments);

/* What the message says of it, in lines on standard output, or as members. */
void attach_file_text(const struct attach_file *file);
void attach_file_json(json_t *object, const struct attach_file *file);

/* The bytes of a run of chunks. */
struct attach_bytes attach_bytes_of(const struct frank_attachment *attachment,
                                    struct frank_range range);

/* "bytes 65536-131072 (64 KiB)", END being the byte behind the last, as in
 * --range; {"begin", "end"}. */
void attach_bytes_text(FILE *out, struct attach_bytes bytes);
json_t *attach_bytes_json(struct attach_bytes bytes);

#endif
