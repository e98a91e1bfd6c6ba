/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORTING_SHELL_LOG_KEY_H
#define REPORTING_SHELL_LOG_KEY_H

#include "note.h"

/* Makes a log's key: FOLDER/log.key, which is secret, and the verifier key that
 * auditors and witnesses need, in FOLDER/log.vkey and in vkey. An exit code,
 * after a message; a file that is there is not overwritten, an origin that is
 * none (note_origin_is_valid()) is EXIT_USAGE. */
int log_key_make(char vkey[static NOTE_VKEY_MAX_BYTES], const char *folder,
                 const char *origin);

/* Tells it on standard output. */
void log_key_print(const char *vkey, const char *folder);

#endif
