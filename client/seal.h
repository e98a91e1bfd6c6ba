/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seal of a report: labelled threshold encryption TDH2 (Shoup and Gennaro,
 * "Securing Threshold Cryptosystems against Chosen Ciphertext Attack", 2002) on
 * ristretto255, and the body under XChaCha20-Poly1305. Sealing stands here
 * beside what anyone can check without a key; opening needs Z, which k of n
 * consents make (moderation/opening.c).
 */
#ifndef CLIENT_SEAL_H
#define CLIENT_SEAL_H

#include "group.h"
#include "wire.h"

#define SEAL_KEY_BYTES crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define SEAL_TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define SEAL_COMMITMENT_BYTES 32

/* QuorumSeal: quorum_key_id, U, W, e, f, key_commitment */
#define SEAL_BYTES (16 + 32 + 32 + 32 + 32 + 32)
/* of them in the associated data: quorum_key_id, U, W */
#define SEAL_LABEL_BYTES (16 + 32 + 32)

struct seal {
    uint8_t quorum_id[FRANK_QUORUM_ID_BYTES];
    uint8_t u[GROUP_POINT_BYTES];
    uint8_t w[GROUP_POINT_BYTES];
    struct group_proof proof;
    uint8_t commitment[SEAL_COMMITMENT_BYTES];
};

void seal_read(struct seal *out, struct wire_reader *r);
void seal_write(struct wire_writer *w, const struct seal *seal);

/* What the seal is bound to. */
struct seal_label {
    struct frank_span header;   /* ReportHeader */
    struct frank_span reporter; /* optional<Reporter>, its octet included */
};

/* U, W, commitment, quorum_id and the body key for a scalar r. POINT. key is a
 * secret, to be wiped. */
FRANK_MUST_CHECK int seal_make(struct seal *out,
                               uint8_t key[static SEAL_KEY_BYTES],
                               const struct frank_quorum *quorum,
                               const struct seal_label *label,
                               const uint8_t r[static GROUP_SCALAR_BYTES]);

/* What the proof of U, W and the sealed body's bytes is about. */
void seal_statement(struct group_statement *out, const struct seal *seal,
                    const struct seal_label *label, struct frank_span sealed);

/* Whether whoever sealed knew r, and sealed exactly these bytes under this
 * label. SCALAR, POINT, PROOF. */
FRANK_MUST_CHECK int seal_check(const struct seal *seal,
                                const struct seal_label *label,
                                struct frank_span sealed);

/* Body key and key commitment from Z = rP; both secret until compared. */
void seal_keys(uint8_t key[static SEAL_KEY_BYTES],
               uint8_t commitment[static SEAL_COMMITMENT_BYTES],
               const struct seal *seal, struct frank_span header,
               const uint8_t z[static GROUP_POINT_BYTES]);

/* ad: ReportHeader || optional<Reporter> || quorum_key_id || U || W, as these
 * stand in a SealedReport. body is encrypted where it is; behind it there is
 * room for SEAL_TAG_BYTES. */
void seal_body(uint8_t *body, size_t len, struct frank_span ad,
               const uint8_t key[static SEAL_KEY_BYTES]);

/* out has room for sealed.len - SEAL_TAG_BYTES. SEALED; out is zero then. */
FRANK_MUST_CHECK int seal_body_open(uint8_t *out, struct frank_span sealed,
                                    struct frank_span ad,
                                    const uint8_t key[static SEAL_KEY_BYTES]);

#endif
