/* SPDX-License-Identifier: Apache-2.0 */
#include "quorum.h"

#include "group.h"
#include "hash.h"
#include "stamp.h"

#include <string.h>

int frank_quorum_check(const struct frank_quorum *quorum,
                       struct frank_fault *fault)
{
    if (quorum->holders < 1 || quorum->holders > FRANK_HOLDERS_MAX) {
        return wire_fault(fault, FRANK_ERR_VALUE, "holders", 0, quorum->holders,
                          FRANK_HOLDERS_MAX);
    }
    if (quorum->threshold < 1 || quorum->threshold > quorum->holders) {
        return wire_fault(fault, FRANK_ERR_VALUE, "threshold", 0,
                          quorum->threshold, quorum->holders);
    }
    if (!group_is_point(quorum->public_key)) {
        return wire_fault(fault, FRANK_ERR_POINT, "quorum key", 0, 0, 0);
    }
    for (unsigned i = 0; i < quorum->holders; i++) {
        if (!group_is_point(quorum->share_publics[i])) {
            return wire_fault(fault, FRANK_ERR_POINT, "share public", 0, i + 1,
                              0);
        }
    }
    return FRANK_OK;
}

void frank_quorum_id(uint8_t out[static FRANK_QUORUM_ID_BYTES],
                     const struct frank_quorum *quorum)
{
    uint8_t digest[HASH_BYTES];
    hash_state state;

    hash_init(&state);
    hash_update(&state, quorum->public_key, sizeof quorum->public_key);
    hash_final(&state, digest);
    memcpy(out, digest, FRANK_QUORUM_ID_BYTES);
}

void quorum_key_write(struct wire_writer *w, const struct quorum_record *record)
{
    const struct frank_quorum *quorum = &record->quorum;

    wire_write_u8(w, QUORUM_VERSION);
    wire_write_u64(w, record->not_before);
    wire_write_u64(w, record->not_after);
    wire_write_u8(w, (uint8_t)quorum->threshold);
    wire_write_bytes(w, quorum->public_key, sizeof quorum->public_key);
    wire_write_opaque(
        w,
        (struct frank_span){quorum->share_publics[0],
                            quorum->holders * (size_t)FRANK_POINT_BYTES},
        sizeof quorum->share_publics, "share publics");
    wire_write_u16(w, record->suite);
}

static void read_share_publics(struct frank_quorum *out, struct wire_reader *r)
{
    size_t start = r->pos;
    struct frank_span publics =
        wire_read_opaque(r, sizeof out->share_publics, "share publics");

    if (publics.len % FRANK_POINT_BYTES != 0) {
        wire_read_fail(r, FRANK_ERR_LENGTH, "share publics", start, publics.len,
                       publics.len / FRANK_POINT_BYTES * FRANK_POINT_BYTES);
    } else if (publics.len > 0) {
        memcpy(out->share_publics, publics.data, publics.len);
        out->holders = (unsigned)(publics.len / FRANK_POINT_BYTES);
    }
}

/* A record, and where its signature is. */
static int decode(struct quorum_record *out, struct frank_span *signature,
                  struct frank_span bytes, struct frank_fault *fault)
{
    struct wire_reader r;
    uint8_t version;
    int error;

    memset(out, 0, sizeof *out);
    wire_read_init(&r, bytes, 0);
    version = wire_read_u8(&r, "version");
    if (wire_read_ok(&r) && version != QUORUM_VERSION) {
        wire_read_fail(&r, FRANK_ERR_VALUE, "version", 0, version,
                       QUORUM_VERSION);
    }
    out->not_before = wire_read_u64(&r, "not_before");
    out->not_after = wire_read_u64(&r, "not_after");
    out->quorum.threshold = wire_read_u8(&r, "threshold");
    wire_read_bytes(&r, out->quorum.public_key, sizeof out->quorum.public_key,
                    "quorum key");
    read_share_publics(&out->quorum, &r);
    out->suite = wire_read_u16(&r, "cipher suite");
    if (wire_read_ok(&r) && !frank_suite_is_supported(out->suite)) {
        wire_read_fail(&r, FRANK_ERR_SUITE, "cipher suite", r.pos - 2,
                       out->suite, FRANK_SUITE_X25519_AES128GCM);
    }
    *signature = wire_read_opaque(&r, WIRE_VECTOR_MAX, "signature");
    if (signature->len != FRANK_SIGNATURE_BYTES) {
        wire_read_fail(&r, FRANK_ERR_LENGTH, "signature", r.pos, signature->len,
                       FRANK_SIGNATURE_BYTES);
    }
    wire_read_end(&r, "quorum record");
    error = wire_read_result(&r, fault);
    return error == FRANK_OK ? frank_quorum_check(&out->quorum, fault) : error;
}

int quorum_record_decode(struct quorum_record *out, const uint8_t *bytes,
                         size_t len, struct frank_fault *fault)
{
    struct frank_span signature;
    int error = decode(out, &signature, (struct frank_span){bytes, len}, fault);

    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

void quorum_signed_bytes(struct wire_writer *w,
                         const struct quorum_record *record)
{
    uint8_t key[QUORUM_KEY_MAX_BYTES];
    struct wire_writer inner;

    wire_write_init(&inner, key, sizeof key);
    quorum_key_write(&inner, record);
    stamp_write_signed(w, QUORUM_LABEL, (struct frank_span){key, inner.len});
}

int frank_quorum_open(
    struct frank_quorum *out, uint64_t *not_before, const uint8_t *record,
    size_t len, const uint8_t moderation_key[static FRANK_PUBLIC_KEY_BYTES],
    uint64_t now, struct frank_fault *fault)
{
    uint8_t message[QUORUM_SIGNED_MAX_BYTES];
    struct quorum_record decoded;
    struct frank_span signature;
    struct wire_writer w;
    int error =
        decode(&decoded, &signature, (struct frank_span){record, len}, fault);

    if (error != FRANK_OK) {
        return error;
    }
    wire_write_init(&w, message, sizeof message);
    quorum_signed_bytes(&w, &decoded);
    if (crypto_sign_verify_detached(signature.data, message, w.len,
                                    moderation_key) != 0) {
        return wire_fault(fault, FRANK_ERR_SIGNER, "quorum record", 0, 0, 0);
    }
    if (now < decoded.not_before || now >= decoded.not_after) {
        return wire_fault(fault, FRANK_ERR_TIME,
                          now < decoded.not_before
                              ? "quorum record, which is not in force yet"
                              : "quorum record, which is no longer in force",
                          0, now, decoded.not_before);
    }
    *out = decoded.quorum;
    if (not_before != NULL) {
        *not_before = decoded.not_before;
    }
    return FRANK_OK;
}
