/* SPDX-License-Identifier: Apache-2.0 */
/* Files of any size, and sealed. What is handed out lives until the program
 * ends. */
#ifndef TESTS_SEALED_FILES_H
#define TESTS_SEALED_FILES_H

#include "support.h"

struct sealed_file {
    struct frank_attachment attachment;
    uint8_t key[FRANK_FILE_KEY_BYTES];
    struct frank_span plain;
    struct frank_span sealed;
};

/* Both AEADs. */
extern const uint16_t sealed_file_aeads[2];

/* A file whose bytes and key follow from its size, aead and seed. */
struct sealed_file sealed_file_make(size_t size, uint8_t chunk_log2,
                                    uint16_t aead, uint8_t seed);

/* The files of tests/vectors/attachments.json. */
size_t sealed_file_vectors(void);
const json_t *sealed_file_vector(size_t index);
struct sealed_file sealed_file_stated(size_t index);

/* A frank_leaf_reader; context: the struct sealed_file. */
int sealed_file_leaf(void *context, uint64_t chunk,
                     uint8_t leaf[FRANK_HASH_BYTES]);
/* Where a run of chunks lies in the sealed file. */
struct frank_span sealed_file_run(const struct sealed_file *file,
                                  struct frank_range range);
/* Their keys, FRANK_CHUNK_KEY_BYTES each. */
struct frank_span sealed_file_keys(const struct sealed_file *file,
                                   struct frank_range range);

#endif
