/* SPDX-License-Identifier: Apache-2.0 */
/* A file as it was disclosed, gathered of its runs that are here and proven:
 * what was withheld, and what is not here, is zeros. A record at a time is in
 * memory, whatever the size. Of one thread. */
#ifndef MODERATION_SERVE_GATHERED_H
#define MODERATION_SERVE_GATHERED_H

#include "evidence_file.h"
#include "files.h"
#include "mod.h"

struct gathered;

/* Opens the file of a part, from the rows of its report. false: nothing of it
 * is here and proven; or it cannot be read, after a line in the journal. */
FRANK_MUST_CHECK bool gathered_open(struct gathered **out, struct mod *mod,
                                    const struct files_row *rows, size_t count,
                                    unsigned message, unsigned part);
/* Wipes what it holds. NULL is allowed. */
void gathered_close(struct gathered *gathered);

uint64_t gathered_size(const struct gathered *gathered);
/* As which a browser may show it; "": as nothing, as a picture of more than 64
 * MiB. */
const char *gathered_type(const struct gathered *gathered);

/* Writes up to `most` bytes that stand at `at`, at least one; 0: there are
 * none, or they cannot be read, after a line in the journal. */
size_t gathered_read(struct gathered *gathered, uint64_t at, uint8_t *out,
                     size_t most);

#endif
