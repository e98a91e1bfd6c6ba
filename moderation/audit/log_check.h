/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a log holds: its checkpoint is signed (C2SP signed-note,
 * tlog-checkpoint), and the hashes of all its entries (C2SP tlog-tiles) make
 * the root that was signed (RFC 6962). Each hash that stands in two tiles is
 * compared. Memory does not grow with the log. Tiles come through a function,
 * so that a folder and a service are checked alike.
 */
#ifndef MODERATION_AUDIT_LOG_CHECK_H
#define MODERATION_AUDIT_LOG_CHECK_H

#include "note.h"

/* What a verifier is given: "origin+hash+base64" (signed-note, "vkey"). */
struct log_key {
    char origin[NOTE_ORIGIN_MAX_BYTES + 1];
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
};
/* VALUE: not one, or of another kind than Ed25519. */
FRANK_MUST_CHECK int log_key_read(struct log_key *out, const char *text,
                                  struct frank_fault *fault);

/* Reads the len bytes of "checkpoint" (*len: its room, then its length) or of a
 * tile, "tile/0/x001/067.p/12", which has exactly *len. FILE where it cannot be
 * had, TRUNCATED where it has another length; after a message of its own. */
typedef int log_read(void *context, const char *path, uint8_t *out,
                     size_t *len);
/* Told now and then how many entries of how many are checked. */
typedef void log_progress(void *context, uint64_t done, uint64_t size);

#define LOG_WHERE_BYTES 96
/*
 * *out is the checkpoint. where: the file that the error is about. Errors:
 * those of note_open(); those of read; PROOF: a tile differs from the tiles
 * below it (at the hash fault->found), or the hashes do not make the root that
 * was signed.
 */
FRANK_MUST_CHECK int log_check(struct note_checkpoint *out,
                               char where[static LOG_WHERE_BYTES],
                               const struct log_key *key, log_read *read,
                               log_progress *progress, void *context,
                               struct frank_fault *fault);

#endif
