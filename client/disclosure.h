/* SPDX-License-Identifier: Apache-2.0 */
/* What a disclosure shows of a file that a message commits to. */
#ifndef CLIENT_DISCLOSURE_H
#define CLIENT_DISCLOSURE_H

#include "frank.h"

/* As secret as the file: wipe it. */
struct disclosed_file {
    struct frank_attachment attachment; /* spans point into the content */
    bool by_file_key; /* all of the file, by the key in the content */
    bool has_key;     /* the content holds it */
    uint8_t key[FRANK_FILE_KEY_BYTES]; /* zero without one */
    struct frank_range range;          /* count 0: all of an empty file */
    uint64_t begin;                    /* of the file, in bytes */
    uint64_t bytes;
};

/*
 * Finds what d, an entry of a list that holds its own rules, is about in the
 * content of its message, which must be what was stamped, and whether d can be
 * right, as far as that is to be seen without the bytes. *out is zero after an
 * error. Errors: those of frank_attachment_read(); WITHHELD (the file's key,
 * without keys of chunks); VALUE (range); LENGTH (proof).
 */
FRANK_MUST_CHECK int disclosure_read(struct disclosed_file *out,
                                     const struct frank_disclosure *d,
                                     struct frank_span content,
                                     struct frank_fault *fault);

/*
 * Checks the bytes that d encloses, and then opens them into out, file->bytes
 * long; NULL: they are only checked. Errors: those of frank_range_open().
 */
FRANK_MUST_CHECK int disclosure_open(uint8_t *out,
                                     const struct disclosed_file *file,
                                     const struct frank_disclosure *d,
                                     struct frank_fault *fault);

#endif
