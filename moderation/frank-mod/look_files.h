/* SPDX-License-Identifier: Apache-2.0 */
/* Files that a report that was opened discloses: each run of bytes that is
 * enclosed and right can be written to a file of its own. */
#ifndef MODERATION_FRANK_MOD_LOOK_FILES_H
#define MODERATION_FRANK_MOD_LOOK_FILES_H

#include "disclosure.h"
#include "look.h"

enum look_file_state {
    LOOK_FILE_THERE,    /* enclosed, and what the sender committed to */
    LOOK_FILE_ABSENT,   /* disclosed, and not enclosed */
    LOOK_FILE_REFUSED,  /* not what the sender committed to */
    LOOK_FILE_WITHHELD, /* of this file nothing is disclosed */
};

/* One entry of the report, or a file of which there is none. */
struct look_file {
    size_t message;
    unsigned part;
    enum look_file_state state;
    const struct frank_disclosure *disclosure; /* NULL: WITHHELD */
    struct disclosed_file file; /* zero where REFUSED says it is none */
    uint8_t *bytes; /* of THERE: file.bytes of them, in guarded memory */
    struct frank_fault fault; /* of REFUSED */
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
