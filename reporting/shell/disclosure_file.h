/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disclosure files: what `frank attach disclose` says of one file, and `frank
 * report seal --attach` takes. AttachmentRanges of docs/WIRE.md, one after the
 * other, each without evidence and part, which the report's maker knows. As
 * secret as what they disclose.
 */
#ifndef REPORTING_SHELL_DISCLOSURE_FILE_H
#define REPORTING_SHELL_DISCLOSURE_FILE_H

#include "wire.h"

/* No file is longer: no report could carry it. */
#define DISCLOSURE_FILE_MAX_BYTES FRANK_REPORT_MAX_BYTES

void disclosure_file_write(struct wire_writer *w,
                           const struct frank_disclosure *disclosure);

/* Reads a file, of *count disclosures, 1 to 64; message and part are 0, spans
 * point into bytes. Checks each by itself and beside the others, as a report's
 * reader would; against its file, frank_range_open(). TRUNCATED, LENGTH_FORM,
 * LIMIT, LENGTH (keys, proof, url), VALUE (first chunk, url), ORDER (they
 * overlap, or do not rise), MISSING (none). */
FRANK_MUST_CHECK int
disclosure_file_read(struct frank_disclosure out[static FRANK_DISCLOSURES_MAX],
                     size_t *count, struct frank_span bytes,
                     struct frank_fault *fault);

#endif
