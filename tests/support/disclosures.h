/* SPDX-License-Identifier: Apache-2.0 */
/* Contents that commit to sealed files, and what can be disclosed of them. What
 * is handed out lives until the program ends. */
#ifndef TESTS_DISCLOSURES_H
#define TESTS_DISCLOSURES_H

#include "sealed_files.h"

/* Of SUPPORT_SENDER in SUPPORT_ROOM: descriptor and key one behind the other;
 * or parts 1 and 2 of four, with text around them. */
struct frank_span disclosures_plain(const struct sealed_file *file);
struct frank_span disclosures_parted(const struct sealed_file *file);

/* Keys, proof and bytes of a run of chunks, of message 0 and this part. */
struct frank_disclosure disclosures_range(const struct sealed_file *file,
                                          unsigned part, uint64_t first,
                                          uint64_t count);
/* All of the file, by its key. */
struct frank_disclosure disclosures_whole(const struct sealed_file *file,
                                          unsigned part);

/* A message that holds a content, stamped by nobody. */
struct frank_kept disclosures_kept(struct frank_span content);

#endif
