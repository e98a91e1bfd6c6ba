/* SPDX-License-Identifier: Apache-2.0 */
/* What a look says of files, and their bytes. */
#ifndef MODERATION_SERVE_SHOWING_FILES_H
#define MODERATION_SERVE_SHOWING_FILES_H

#include "attachments.h"
#include "call.h"
#include "files.h"
#include "looking.h"
#include "ticket.h"

/* The files of a report that is looked at. */
struct shown_files {
    struct mod *mod;
    const struct looking *looking;
    const char *ticket;
    uint64_t now;
    size_t count;
    struct files_row rows[FILES_OF_REPORT_MAX];
};

/* Reads the rows. */
void shown_files_read(struct shown_files *out, struct call *call,
                      const struct looking *looking, const char *ticket);

/* What there is to be said of one part, NULL: it is no file, and nobody says
 * so. */
json_t *show_file(const struct shown_files *files, size_t message, size_t which,
                  const struct part *part);
/* Of entries about parts that a message of `parts` parts does not have; NULL:
 * there are none. */
json_t *show_stray_files(const struct shown_files *files, size_t message,
                         size_t parts);

/* Answers with the bytes of a file, or a range of them. false: nothing of the
 * part is kept as one; nothing is answered. Whether he may have them was looked
 * at, and is again while they go out: who may no longer, as after a purge, is
 * cut off. */
bool answer_file(struct call *call, const struct ticket *ticket, size_t message,
                 size_t part);

#endif
