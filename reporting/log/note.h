/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints as signed notes: C2SP tlog-checkpoint and signed-note, Ed25519
 * (type 0x01). The origin is also the key's name.
 *
 *     origin\n size\n base64(root)\n \n — origin base64(key id || signature)\n
 */
#ifndef REPORTING_LOG_NOTE_H
#define REPORTING_LOG_NOTE_H

#include "merkle.h"

#define NOTE_ORIGIN_MAX_BYTES 128
#define NOTE_MAX_BYTES 1024 /* of a note that we sign */
/* Of a note that we read: at least 16 signatures must fit (signed-note), and
 * those of witnesses can be post-quantum ones of a few thousand bytes each. */
#define NOTE_READ_MAX_BYTES 131072
#define NOTE_SIGNATURE_MAX_BYTES 8192
#define NOTE_VKEY_MAX_BYTES 256

struct note_checkpoint {
    uint64_t size;
    uint8_t root[MERKLE_HASH_BYTES];
};

/* 1 to 128 printable ASCII characters without space or plus. */
bool note_origin_is_valid(const char *origin);

/* "origin+hash+base64(0x01 || public key)", closed by a zero: what a verifier
 * is given (signed-note, "vkey"). */
void note_vkey(char out[static NOTE_VKEY_MAX_BYTES], const char *origin,
               const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES]);

/* The signed checkpoint, closed by a zero; gives its length. secret is an
 * Ed25519 secret key of libsodium's, 64 bytes. Here as in note_vkey() an origin
 * that is not valid is a bug and aborts. */
size_t note_sign(char out[static NOTE_MAX_BYTES], const char *origin,
                 const struct note_checkpoint *checkpoint,
                 const uint8_t secret[static 64]);

/* Reads a checkpoint that this key signed; well-formed lines of other
 * signatures are passed over, extension lines are refused (VALUE). A line of
 * this key that does not verify is an error, even beside one that does.
 * TRUNCATED, TRAILING (an empty line after the signatures), LIMIT (longer than
 * NOTE_READ_MAX_BYTES), VALUE (field says which line; also of an origin that is
 * not valid), SIGNER. *out is zero after an error. */
FRANK_MUST_CHECK int
note_open(struct note_checkpoint *out, const char *text, size_t len,
          const char *origin,
          const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
          struct frank_fault *fault);

#endif
