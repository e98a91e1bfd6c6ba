/* SPDX-License-Identifier: Apache-2.0 */
/* Files that a report that was opened discloses, of our own and of MIMI's
 * external parts: each run of bytes that is enclosed and right can be written
 * to a file of its own. */
#ifndef MODERATION_FRANK_MOD_LOOK_FILES_H
#define MODERATION_FRANK_MOD_LOOK_FILES_H

#include "look.h"

enum look_file_state {
    LOOK_FILE_THERE,   /* enclosed, and what the sender committed to */
    LOOK_FILE_ABSENT,  /* disclosed, and not enclosed */
    LOOK_FILE_REFUSED, /* not what the sender committed to */
    LOOK_FILE_WITHHELD /* of this file nothing is disclosed */
};

/* One entry of the report, or a file of which there is none. Spans point into
 * the report or into memory. */
struct look_file {
    size_t message;
    unsigned part;
    const struct frank_disclosure *disclosure; /* NULL: WITHHELD */
    enum look_file_state state;
    struct frank_fault fault; /* of REFUSED */
    bool is_described;        /* else the rest is zero */
    struct frank_span name;
    struct frank_span media_type;
    struct frank_span url;
    bool has_key;
    uint64_t size;  /* MIMI: as he says, 0: he does not */
    bool is_whole;  /* all of the file is disclosed */
    uint64_t begin; /* of the file, what is disclosed */
    uint64_t len;
    uint8_t *bytes;  /* of THERE: len of them; guarded */
    uint8_t *memory; /* guarded */
};

/* Called for each, by message. Anything but 0 ends it; an exit code. */
typedef int look_file_visitor(void *context, const struct look *look,
                              const struct look_file *file);
int look_files_each(const struct look *look, look_file_visitor *visitor,
                    void *context);

/* The name of the file that its bytes are written to, where it is THERE. */
void look_file_name(char out[static LOOK_NAME_BYTES],
                    const struct look_file *file);

/* Each gives an exit code. */
int look_files_put_text(const struct look *look);
int look_files_put_json(const struct look *look, bool filed);

/* Whether one is refused. */
bool look_files_refused(const struct look *look);

#endif
