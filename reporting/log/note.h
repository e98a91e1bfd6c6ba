/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notes (C2SP signed-note): a text, an empty line, and lines of
 * signatures. Checkpoints are such notes (C2SP tlog-checkpoint):
 *
 *     origin\n size\n base64(root)\n \n — name base64(key id || signature)\n
 *
 * Here are notes as anybody's can be read, and the log's own checkpoints:
 * Ed25519 (type 0x01), the origin is also the key's name.
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
#define NOTE_KEY_ID_BYTES 4

/* What a key signs, and how. */
enum note_type {
    NOTE_ED25519 = 0x01,     /* the note's text */
    NOTE_COSIGNATURE = 0x04, /* cosignature.h */
};

struct note_checkpoint {
    uint64_t size;
    uint8_t root[MERKLE_HASH_BYTES];
};

/* A log, by name and key. */
struct note_key {
    char name[NOTE_ORIGIN_MAX_BYTES + 1];
    uint8_t public_key[FRANK_PUBLIC_KEY_BYTES];
};

/* ---- Names and keys ------------------------------------------------------
 */

/* 1 to 128 printable ASCII characters without space or plus: what a log of ours
 * can be called. */
bool note_origin_is_valid(const char *origin);

/* 1 to 128 bytes of UTF-8 without control characters, plus, or anything that
 * Unicode calls a space: what others can be called. */
bool note_name_is_valid(struct frank_span name);

/* First bytes of SHA-256(name || "\n" || type || public key). */
void note_key_id(uint8_t out[static NOTE_KEY_ID_BYTES], const char *name,
                 enum note_type type,
                 const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES]);

/* "name+hash+base64(type || public key)", closed by a zero: what a verifier is
 * given (signed-note, "vkey"). note_vkey() is that of a log. A name that is not
 * valid is a bug and aborts. */
void note_vkey_write(char out[static NOTE_VKEY_MAX_BYTES], const char *name,
                     enum note_type type,
                     const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES]);
void note_vkey(char out[static NOTE_VKEY_MAX_BYTES], const char *origin,
               const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES]);

/* Reads what note_vkey_write() writes. VALUE: field says of what (name, hash,
 * key, or its type, which is fault->found then). *out is zero after an error.
 */
FRANK_MUST_CHECK int note_vkey_read(struct note_key *out, enum note_type type,
                                    const char *vkey,
                                    struct frank_fault *fault);

/* ---- Any signed note ------------------------------------------------------
 */

/* Both point into the note, one behind the other with an empty line between. */
struct note {
    struct frank_span body;       /* with its last newline */
    struct frank_span signatures; /* one line or more */
};

/* Splits a note at its last empty line; every signature line is well-formed
 * then. LIMIT (longer than NOTE_READ_MAX_BYTES), TRUNCATED ("blank line":
 * there is none; "signature": none, or one without newline), UTF8, VALUE
 * ("text": a control character, or no line before the empty one; "signature").
 * *out is zero after an error. */
FRANK_MUST_CHECK int note_read(struct note *out, const char *text, size_t len,
                               struct frank_fault *fault);

struct note_signature {
    struct frank_span line; /* with its newline */
    struct frank_span name;
    size_t len; /* 1 or more */
    uint8_t key_id[NOTE_KEY_ID_BYTES];
    uint8_t bytes[NOTE_SIGNATURE_MAX_BYTES - NOTE_KEY_ID_BYTES];
};

/* The next signature of a note that note_read() gave; false at the end. *at is
 * 0 at first. */
bool note_next(struct note_signature *out, const struct note *note, size_t *at);

/* Whether the line has this name and key id. */
bool note_signature_is_of(const struct note_signature *signature,
                          const char *name,
                          const uint8_t key_id[static NOTE_KEY_ID_BYTES]);

/* Whether this key (type 0x01) signed the note. Lines of others are passed
 * over; one of this key that does not verify is an error even beside one that
 * does. SIGNER; MISSING: there is no line of this key. */
FRANK_MUST_CHECK int note_check(const struct note *note,
                                const struct note_key *key,
                                struct frank_fault *fault);

/* Writes "— name base64(key id || signature)\n" and a zero; gives the length
 * without it. len is at most NOTE_SIGNATURE_MAX_BYTES; a name or a room too
 * small is a bug and aborts. */
size_t note_line_write(char *out, size_t room, const char *name,
                       const uint8_t key_id[static NOTE_KEY_ID_BYTES],
                       const uint8_t *signature, size_t len);

/* ---- Checkpoints ----------------------------------------------------------
 */

/* What a checkpoint's text says. Extension lines (a log should have none) are
 * given as they are: anybody's checkpoint can be read. */
struct note_tree {
    struct frank_span origin; /* into the body */
    struct note_checkpoint checkpoint;
    struct frank_span extensions; /* lines with their newlines, or empty */
};
/* TRUNCATED, VALUE (field says which line). *out is zero after an error. */
FRANK_MUST_CHECK int note_tree_read(struct note_tree *out,
                                    struct frank_span body,
                                    struct frank_fault *fault);

/* A checkpoint's text (its three lines), closed by a zero; its length. */
size_t note_body(char out[static NOTE_MAX_BYTES], const char *origin,
                 const struct note_checkpoint *checkpoint);

/* The signed checkpoint, closed by a zero; gives its length. secret is an
 * Ed25519 secret key of libsodium's, 64 bytes. Here as in note_vkey() an origin
 * that is not valid is a bug and aborts. */
size_t note_sign(char out[static NOTE_MAX_BYTES], const char *origin,
                 const struct note_checkpoint *checkpoint,
                 const uint8_t secret[static 64]);

/* Reads a checkpoint that this key signed: note_read(), note_tree_read(),
 * note_check(). Extension lines are refused (VALUE, "extension"), and SIGNER
 * stands for MISSING too. *out is zero after an error. */
FRANK_MUST_CHECK int
note_open(struct note_checkpoint *out, const char *text, size_t len,
          const char *origin,
          const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
          struct frank_fault *fault);

#endif
