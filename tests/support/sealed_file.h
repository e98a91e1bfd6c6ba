/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed files for tests, the contents that commit to them, and what can be
 * disclosed of them. What is handed out lives until the program ends. */
#ifndef TESTS_SEALED_FILE_H
#define TESTS_SEALED_FILE_H

#include "support.h"

struct sealed_file {
    struct frank_attachment attachment;
    uint8_t key[FRANK_FILE_KEY_BYTES];
    struct frank_span plain;
    struct frank_span sealed;
};

/* A file whose bytes and key come from its name, so that any run of 16 bytes
 * stands in it once. */
struct sealed_file sealed_file_make(const char *name, size_t size,
                                    unsigned chunk_log2, uint16_t aead);

/* Of SUPPORT_SENDER in SUPPORT_ROOM: descriptor and key one behind the other;
 * or parts 1 and 2 of four, with text around them. */
struct frank_span sealed_file_plain(const struct sealed_file *file);
struct frank_span sealed_file_parted(const struct sealed_file *file);

/* Keys, proof and bytes of a run of chunks, of message 0 and this part. */
struct frank_disclosure sealed_file_range(const struct sealed_file *file,
                                          unsigned part, uint64_t first,
                                          uint64_t count);
/* All of the file, by its key. */
struct frank_disclosure sealed_file_whole(const struct sealed_file *file,
                                          unsigned part);

/* A message that holds a content, stamped by nobody. */
struct frank_kept sealed_file_kept(struct frank_span content);

#endif
