/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments that tag, stamp and check have in common. */
#ifndef REPORTING_FRANK_STAMP_ARGUMENTS_H
#define REPORTING_FRANK_STAMP_ARGUMENTS_H

#include "commands.h"
#include "io.h"

enum {
    OPT_KEYRING = 1,
    OPT_HUB_PUBLIC,
    OPT_TIME,
    OPT_FRANK,
    OPT_SUITE,
    OPT_KEY,
    OPT_TAG,
    OPT_SENDER,
    OPT_ROOM,
    OPT_SEQ,
    OPT_SEEN,
    OPT_TRANSCRIPT_FRANK,
    OPT_TRANSCRIPT_OUT,
    OPT_JSON
};

struct stamp_arguments {
    const char *file; /* or NULL */
    const char *keyring;
    const char *hub_public;
    const char *frank_file;
    const char *sender;
    const char *room;
    const char *transcript_file;
    uint64_t time;
    uint64_t suite;
    uint64_t key;
    struct stamp_order order;
    uint8_t tag[FRANK_TAG_BYTES];
    bool has_time;
    bool has_tag;
    bool has_seq;
    bool has_seen;
    bool json;
};

/* Parses what options allows, and one FILE at most. */
int stamp_arguments_parse(struct stamp_arguments *out,
                          const struct command *self, int argc, char **argv,
                          const struct option *options);

#endif
