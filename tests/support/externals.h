/* SPDX-License-Identifier: Apache-2.0 */
/* Messages with an ExternalPart (draft-ietf-mimi-content-08, section 3.5). */
#ifndef TESTS_EXTERNALS_H
#define TESTS_EXTERNALS_H

#include "support.h"

/* The NestedPart in the notation of support_bytes(); a number that is
 * FRANK_EXTERNAL_ABSENT is null. Lives until the program ends. */
const char *external_part(const struct frank_external *external);

/* A whole message of it. */
struct frank_span external_message(const struct frank_external *external);

/* The fields of a file: sealed as fetched, its SHA-256 into hash. */
struct frank_external external_of(uint8_t hash[static 32], uint16_t aead,
                                  struct frank_span key,
                                  struct frank_span nonce,
                                  struct frank_span aad,
                                  struct frank_span fetched);

/* Every field has a value of its own; AES-256-GCM and SHA-256. */
struct frank_external external_example(void);

/* frank_external_read() with scratch that lives until the program ends; after
 * an error, both outputs are seen to be zero. */
int external_read(struct frank_external *out, struct frank_span content,
                  unsigned part, struct frank_fault *fault);

#endif
