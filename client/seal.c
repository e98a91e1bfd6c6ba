/* SPDX-License-Identifier: Apache-2.0 */
#include "seal.h"

#include "hash.h"

#include <string.h>

void seal_read(struct seal *out, struct wire_reader *r)
{
    wire_read_bytes(r, out->quorum_id, sizeof out->quorum_id, "quorum key id");
    wire_read_bytes(r, out->u, sizeof out->u, "U");
    wire_read_bytes(r, out->w, sizeof out->w, "W");
    wire_read_bytes(r, out->proof.e, sizeof out->proof.e, "e");
    wire_read_bytes(r, out->proof.f, sizeof out->proof.f, "f");
    wire_read_bytes(r, out->commitment, sizeof out->commitment,
                    "key commitment");
}

void seal_write(struct wire_writer *w, const struct seal *seal)
{
    wire_write_bytes(w, seal->quorum_id, sizeof seal->quorum_id);
    wire_write_bytes(w, seal->u, sizeof seal->u);
    wire_write_bytes(w, seal->w, sizeof seal->w);
    wire_write_bytes(w, seal->proof.e, sizeof seal->proof.e);
    wire_write_bytes(w, seal->proof.f, sizeof seal->proof.f);
    wire_write_bytes(w, seal->commitment, sizeof seal->commitment);
}

static void digest(uint8_t out[static HASH_BYTES], struct frank_span first,
                   struct frank_span second)
{
    hash_state state;

    hash_init(&state);
    hash_update(&state, first.data, first.len);
    hash_update(&state, second.data, second.len);
    hash_final(&state, out);
}

void seal_keys(uint8_t key[static SEAL_KEY_BYTES],
               uint8_t commitment[static SEAL_COMMITMENT_BYTES],
               const struct seal *seal, struct frank_span header,
               const uint8_t z[static GROUP_POINT_BYTES])
{
    uint8_t header_hash[HASH_BYTES];
    uint8_t both[crypto_hash_sha512_BYTES];
    struct group_statement hash;

    digest(header_hash, header, (struct frank_span){NULL, 0});
    group_statement_begin(&hash, "frank v1 report");
    group_statement_add(&hash, seal->quorum_id, sizeof seal->quorum_id);
    group_statement_add(&hash, header_hash, sizeof header_hash);
    group_statement_add(&hash, seal->u, sizeof seal->u);
    group_statement_add(&hash, z, GROUP_POINT_BYTES);
    (void)crypto_hash_sha512_final(&hash.hash, both);
    memcpy(key, both, SEAL_KEY_BYTES);
    memcpy(commitment, both + SEAL_KEY_BYTES, SEAL_COMMITMENT_BYTES);
    sodium_memzero(both, sizeof both);
    sodium_memzero(&hash, sizeof hash);
}

int seal_make(struct seal *out, uint8_t key[static SEAL_KEY_BYTES],
              const struct frank_quorum *quorum, const struct seal_label *label,
              const uint8_t r[static GROUP_SCALAR_BYTES])
{
    uint8_t z[GROUP_POINT_BYTES];
    int failed;

    memset(out, 0, sizeof *out);
    if (!group_is_point(quorum->public_key)) {
        return FRANK_ERR_POINT;
    }
    frank_quorum_id(out->quorum_id, quorum);
    failed = crypto_scalarmult_ristretto255_base(out->u, r) |
             crypto_scalarmult_ristretto255(out->w, r, group_second_generator) |
             crypto_scalarmult_ristretto255(z, r, quorum->public_key);
    if (failed == 0) {
        seal_keys(key, out->commitment, out, label->header, z);
    }
    sodium_memzero(z, sizeof z);
    return failed == 0 ? FRANK_OK : FRANK_ERR_POINT;
}

void seal_statement(struct group_statement *out, const struct seal *seal,
                    const struct seal_label *label, struct frank_span sealed)
{
    uint8_t label_hash[HASH_BYTES];
    uint8_t body_hash[HASH_BYTES];

    digest(label_hash, label->header, label->reporter);
    digest(body_hash, sealed, (struct frank_span){NULL, 0});
    group_statement_begin(out, "frank v1 seal");
    group_statement_add(out, label_hash, sizeof label_hash);
    group_statement_add(out, seal->quorum_id, sizeof seal->quorum_id);
    group_statement_add(out, seal->commitment, sizeof seal->commitment);
    group_statement_add(out, body_hash, sizeof body_hash);
    group_statement_add(out, seal->u, sizeof seal->u);
    group_statement_add(out, seal->w, sizeof seal->w);
}

int seal_check(const struct seal *seal, const struct seal_label *label,
               struct frank_span sealed)
{
    struct group_statement statement;

    seal_statement(&statement, seal, label, sealed);
    return group_verify(&seal->proof, &statement, seal->u,
                        group_second_generator, seal->w);
}

/* Each key seals one body: it is hashed from a U that is drawn for it. */
static const uint8_t zero_nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];

void seal_body(uint8_t *body, size_t len, struct frank_span ad,
               const uint8_t key[static SEAL_KEY_BYTES])
{
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        body, NULL, body, len, ad.data, ad.len, NULL, zero_nonce, key);
}

int seal_body_open(uint8_t *out, struct frank_span sealed, struct frank_span ad,
                   const uint8_t key[static SEAL_KEY_BYTES])
{
    if (sealed.len < SEAL_TAG_BYTES ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data,
                                                   sealed.len, ad.data, ad.len,
                                                   zero_nonce, key) != 0) {
        return FRANK_ERR_SEALED;
    }
    return FRANK_OK;
}
