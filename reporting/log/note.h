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
#define NOTE_MAX_BYTES 1024
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
 * Ed25519 secret key of libsodium's, 64 bytes. */
size_t note_sign(char out[static NOTE_MAX_BYTES], const char *origin,
                 const struct note_checkpoint *checkpoint,
                 const uint8_t secret[static 64]);

/* Reads a checkpoint that this key signed; lines of other signatures are passed
 * over, extension lines are refused (VALUE). TRUNCATED, TRAILING, LIMIT, VALUE
 * (field says which line), SIGNER. */
FRANK_MUST_CHECK int
note_open(struct note_checkpoint *out, const char *text, size_t len,
          const char *origin,
          const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
          struct frank_fault *fault);

#endif
