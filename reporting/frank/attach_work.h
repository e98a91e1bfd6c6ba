/* SPDX-License-Identifier: Apache-2.0 */
/* Work on a whole file, as each of the attach commands has it done. */
#ifndef REPORTING_FRANK_ATTACH_WORK_H
#define REPORTING_FRANK_ATTACH_WORK_H

#include "attach_arguments.h"
#include "progress.h"

/* Begins the work; to be ended with progress_end(), progress_exit(). */
struct frank_work attach_work(struct progress *progress,
                              const struct attach_arguments *arguments,
                              const char *doing, uint64_t size);

/* Opens a regular file for reading; an exit code, after a message. */
int attach_open(int *fd, uint64_t *size, const char *path);

/* A fault of a sealed file in words, with its chunk where it has one: "chunk 3
 * at byte 196656: altered, ...". */
void attach_fault_text(char out[static FRANK_FAULT_TEXT_BYTES],
                       const struct frank_attachment *attachment,
                       const struct frank_fault *fault);

/* Says what went wrong with the work, about the file `in`, or, where the
 * fault's field says so, `out`; after a signal, that it was interrupted. An
 * exit code. */
int attach_fault(const char *in, const char *out,
                 const struct frank_attachment *attachment,
                 const struct frank_fault *fault);

/* Runs all of a file through a stream that seals, to standard output, and ends
 * it: what frank_file_seal() is for files. */
int attach_stream(struct frank_stream *stream,
                  struct frank_attachment *attachment, int in, const char *path,
                  const struct frank_work *work, uint64_t size);

/* Writes the first `size` bytes of a temporary file to standard output; an exit
 * code, after a message. */
int attach_put(int file, uint64_t size, const struct frank_work *work);

#endif
