/* SPDX-License-Identifier: Apache-2.0 */
/* A file of a MIMI message (ExternalPart): one ciphertext, which is hashed and
 * then opened as a whole. Files are mapped, so that large ones take no memory
 * of their size. What was fetched is copied first: others may write to it, or
 * cut it, between the hash and the opening, and these must see the same. */
#ifndef REPORTING_FRANK_ATTACH_EXTERNAL_H
#define REPORTING_FRANK_ATTACH_EXTERNAL_H

#include "frank.h"

struct attach_map {
    uint8_t *data; /* NULL where len is 0 */
    size_t len;
};

/* Maps an own copy of a file of that length, for reading; it takes as much room
 * where temporary files lie. FILE (of the copy: field UNNAMED_FILE_FIELD),
 * TRUNCATED: the file is no longer so long. */
int attach_map_copy(struct attach_map *out, int fd, uint64_t len,
                    struct frank_fault *fault);
void attach_map_free(struct attach_map *map);

/* Checks and opens what was fetched; *opened, to be freed after success, maps
 * `out`, which gets room for it first, or memory, where out is -1. Errors:
 * those of frank_external_open(), FILE (field "out"). */
int attach_external_open(struct attach_map *opened,
                         const struct frank_external *external,
                         struct frank_span fetched, int out,
                         struct frank_fault *fault);

#endif
