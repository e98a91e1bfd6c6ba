/* SPDX-License-Identifier: Apache-2.0 */
/* Files that an opened report discloses, had from the running service: each run
 * of bytes in a file of its own, by the names that frank-mod open gives. */
#ifndef MODERATION_FRANK_MOD_EVIDENCE_H
#define MODERATION_FRANK_MOD_EVIDENCE_H

#include "service.h"

/* What a look, an answer of the service, has of files, into a folder that is
 * there, of at most FOLDER_MAX bytes; files that are not there yet are left
 * out. An exit code, after a message; a file that could not be had whole has no
 * name. */
int evidence_put(const char *folder, const struct service *service,
                 const json_t *look);

#endif
