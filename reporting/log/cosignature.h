/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a witness says about a checkpoint (C2SP tlog-cosignature, Ed25519, type
 * 0x04): that at a time this was the largest tree of the log that he had seen,
 * and that it goes on from all that he saw before. A line of the checkpoint's
 * note, whose signature is
 *
 *     uint64 time (seconds) || Ed25519 over "cosignature/v1\ntime T\n" + text
 */
#ifndef REPORTING_LOG_COSIGNATURE_H
#define REPORTING_LOG_COSIGNATURE_H

#include "note.h"

#define COSIGNATURE_BYTES (8 + FRANK_SIGNATURE_BYTES)
#define COSIGNATURE_TIME_MAX (UINT64_MAX >> 1) /* seconds */
/* dash and space, name, space, base64 of key id and signature, newline, zero */
#define COSIGNATURE_LINE_MAX_BYTES                                             \
    (4 + NOTE_ORIGIN_MAX_BYTES + 1 +                                           \
     (NOTE_KEY_ID_BYTES + COSIGNATURE_BYTES + 2) / 3 * 4 + 1 + 1)

struct cosigner {
    char name[NOTE_ORIGIN_MAX_BYTES + 1];
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
};

/* "name+hash+base64(0x04 || public key)". Errors as of note_vkey_read(); a key
 * of another kind is VALUE of "key's type". *out is zero after an error. */
FRANK_MUST_CHECK int cosigner_read(struct cosigner *out, const char *vkey,
                                   struct frank_fault *fault);
void cosigner_vkey(char out[static NOTE_VKEY_MAX_BYTES],
                   const struct cosigner *cosigner);

/* Writes the line, closed by a zero, and gives its length. body is the
 * checkpoint's text with its last newline. secret is an Ed25519 secret key of
 * libsodium's, 64 bytes. A time above COSIGNATURE_TIME_MAX, or a name that is
 * not valid, is a bug and aborts. */
size_t cosignature_sign(char out[static COSIGNATURE_LINE_MAX_BYTES],
                        const struct cosigner *who,
                        const uint8_t secret[static 64], const char *body,
                        size_t body_len, uint64_t time_s);

/* Whether the note carries a cosignature of his; its time, of several the
 * latest. One that does not hold is an error even beside one that does.
 * MISSING: there is none of his. SIGNER: one does not hold; fault->offset is
 * where its line begins. *time_s is untouched after an error.
 * cosignature_check() reads the note first: errors of note_read(). */
FRANK_MUST_CHECK int cosignature_of(uint64_t *time_s,
                                    const struct cosigner *who,
                                    const struct note *note,
                                    struct frank_fault *fault);
FRANK_MUST_CHECK int cosignature_check(uint64_t *time_s,
                                       const struct cosigner *who,
                                       const char *note, size_t len,
                                       struct frank_fault *fault);

#endif
