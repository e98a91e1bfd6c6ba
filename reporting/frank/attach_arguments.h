/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments that the attach commands have in common. */
#ifndef REPORTING_FRANK_ATTACH_ARGUMENTS_H
#define REPORTING_FRANK_ATTACH_ARGUMENTS_H

#include "commands.h"
#include "io.h"

enum {
    ATTACH_AEAD = 1,
    ATTACH_CHUNK,
    ATTACH_TYPE,
    ATTACH_NAME,
    ATTACH_THREADS,
    ATTACH_KEY_OUT,
    ATTACH_DESCRIPTOR_OUT,
    ATTACH_OUT,
    ATTACH_DESCRIPTOR,
    ATTACH_KEY,
    ATTACH_CONTENT,
    ATTACH_PART,
    ATTACH_RANGE,
    ATTACH_ALL,
    ATTACH_ENCLOSE,
    ATTACH_URL,
    ATTACH_DISCLOSURE,
    ATTACH_QUIET,
    ATTACH_JSON
};

/* Bytes of a file, from begin on, before end. */
struct attach_bytes {
    uint64_t begin;
    uint64_t end; /* UINT64_MAX: where the file ends */
};

struct attach_arguments {
    const char *file; /* the last word, or NULL */
    const char *type;
    const char *name;
    const char *key_out;
    const char *descriptor_out;
    const char *out;
    const char *descriptor;
    const char *key;
    const char *content;
    const char *url;
    const char *disclosure;
    uint16_t aead;
    uint8_t chunk_log2;
    unsigned part;
    unsigned threads;
    struct attach_bytes ranges[FRANK_DISCLOSURES_MAX];
    size_t range_count;
    bool has_part;
    bool all;
    bool enclose;
    bool quiet;
    bool json;
};

/* Parses what options allows, and one FILE at most. */
int attach_arguments_parse(struct attach_arguments *out,
                           const struct command *self, int argc, char **argv,
                           const struct option *options);

/* Whether they name a descriptor, and not in two ways; an exit code, after a
 * message that says how the command is used. */
int attach_arguments_name(const struct attach_arguments *arguments,
                          const struct command *self);

/* "aes-256-gcm"; static text. */
const char *attach_aead_name(uint16_t aead);

#endif
