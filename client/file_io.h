/* SPDX-License-Identifier: Apache-2.0 */
/* Regular files, read and written at a place, all or nothing of what is asked
 * for. FILE leaves errno as the system set it, and has it in the fault's found;
 * offsets of faults are those in the file. */
#ifndef CLIENT_FILE_IO_H
#define CLIENT_FILE_IO_H

#include "frank.h"

/* FILE; ARGUMENT: not a regular file. */
FRANK_MUST_CHECK int file_size(uint64_t *size, int file, const char *field,
                               struct frank_fault *fault);
/* FILE; TRUNCATED: the file ends before. */
FRANK_MUST_CHECK int file_read(int file, uint8_t *out, size_t len,
                               uint64_t offset, const char *field,
                               struct frank_fault *fault);
/* FILE; some bytes may have been written then. */
FRANK_MUST_CHECK int file_write(int file, const uint8_t *bytes, size_t len,
                                uint64_t offset, const char *field,
                                struct frank_fault *fault);

#endif
