/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORTING_FRANK_ATTACH_CHECK_H
#define REPORTING_FRANK_ATTACH_CHECK_H

#include "attach_file.h"

/*
 * Checks what one disclosure shows of a file: its chunks belong to the file,
 * and open. What it does not enclose is read from `in`, the sealed file, or of
 * an external part, or where all of a file is shown, exactly that. out, or -1:
 * gets the bytes, each in its place, and is worth nothing unless this gives 0.
 * Errors: those of frank_external_open(); VALUE (range), LENGTH, TRUNCATED,
 * WITHHELD (the file's key), SEALED (the first chunk that does not open;
 * offset: in the sealed file), FILE_HASH, AEAD, FILE, MEMORY.
 */
int attach_check(const struct attach_file *file,
                 const struct frank_disclosure *disclosure, int in, int out,
                 struct frank_fault *fault);

/* The bytes that it shows, of its file; none if it is of another. in_size: of
 * what it does not enclose. */
struct attach_bytes attach_check_bytes(const struct attach_file *file,
                                       const struct frank_disclosure *d,
                                       uint64_t in_size);

#endif
