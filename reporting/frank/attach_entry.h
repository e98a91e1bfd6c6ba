/* SPDX-License-Identifier: Apache-2.0 */
/* What a disclosure says of one run of chunks: its keys, its proof, and perhaps
 * its bytes. */
#ifndef REPORTING_FRANK_ATTACH_ENTRY_H
#define REPORTING_FRANK_ATTACH_ENTRY_H

#include "attach_file.h"

struct attach_entry {
    struct frank_range range; /* count 0: all of the file, by its own key */
    struct blob keys;
    uint8_t proof[FRANK_RANGE_PROOF_MAX][FRANK_HASH_BYTES];
    size_t proof_count;
    struct blob sealed;
};

/* Bytes that it takes to enclose it. in_size: of the sealed file. */
uint64_t attach_entry_sealed_bytes(const struct attach_entry *entry,
                                   const struct attach_file *file,
                                   uint64_t in_size);

/* Makes the entry of its range, from the sealed file `in` and the file's key,
 * and sees that it holds and opens; sealed is taken if it is to be enclosed. An
 * exit code, after a message. Free it in any case. */
int attach_entry_take(struct attach_entry *entry,
                      const struct attach_file *file,
                      const struct attach_arguments *arguments, int in,
                      uint64_t in_size);
void attach_entry_free(struct attach_entry *entry);

#endif
