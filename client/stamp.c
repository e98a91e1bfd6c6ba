/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's stamp, as a recipient sees it (draft-ietf-mimi-protocol-06,
 * "Message Franking"). Making one is the hub's, in reporting/stamper.c. */
#include "stamp.h"

#include <sodium.h>
#include <string.h>

void stamp_write_context(struct wire_writer *w,
                         const struct frank_context *context)
{
    wire_write_uri(w, context->sender, "sender URI");
    wire_write_uri(w, context->room, "room URI");
    wire_write_u64(w, context->accepted_timestamp);
}

void stamp_read_context(struct frank_context *out, struct wire_reader *r)
{
    out->sender = wire_read_uri(r, "sender URI");
    out->room = wire_read_uri(r, "room URI");
    out->accepted_timestamp = wire_read_u64(r, "accepted timestamp");
}

int frank_context_encode(uint8_t *out, size_t capacity, size_t *written,
                         const struct frank_context *context,
                         struct frank_fault *fault)
{
    struct wire_writer w;

    wire_write_init(&w, out, capacity);
    stamp_write_context(&w, context);
    return wire_write_result(&w, written, fault);
}

int frank_context_decode(struct frank_context *out, const uint8_t *bytes,
                         size_t len, struct frank_fault *fault)
{
    struct wire_reader r;
    struct frank_context context;
    int error;

    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    stamp_read_context(&context, &r);
    wire_read_end(&r, "context");
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        *out = context;
    }
    return error;
}

bool frank_suite_is_supported(uint16_t suite)
{
    return suite == FRANK_SUITE_X25519_AES128GCM ||
           suite == FRANK_SUITE_X25519_CHACHA20POLY1305;
}

void stamp_write_frank(struct wire_writer *w, const struct frank_frank *frank)
{
    wire_write_bytes(w, frank->server_frank, sizeof frank->server_frank);
    wire_write_u16(w, frank->suite);
    wire_write_opaque(
        w, (struct frank_span){frank->signature, sizeof frank->signature},
        sizeof frank->signature, "signature");
}

void frank_frank_encode(uint8_t out[static FRANK_FRANK_BYTES],
                        const struct frank_frank *frank)
{
    struct wire_writer w;

    wire_write_init(&w, out, FRANK_FRANK_BYTES);
    stamp_write_frank(&w, frank);
}

void stamp_read_frank(struct frank_frank *out, struct wire_reader *r)
{
    struct frank_span signature;
    size_t start;

    wire_read_bytes(r, out->server_frank, sizeof out->server_frank,
                    "server frank");
    start = r->pos;
    out->suite = wire_read_u16(r, "cipher suite");
    if (!frank_suite_is_supported(out->suite)) {
        wire_read_fail(r, FRANK_ERR_SUITE, "cipher suite", start, out->suite,
                       FRANK_SUITE_X25519_AES128GCM);
    }
    start = r->pos;
    signature = wire_read_opaque(r, WIRE_VECTOR_MAX, "signature");
    if (signature.len != sizeof out->signature) {
        wire_read_fail(r, FRANK_ERR_LENGTH, "signature", start, signature.len,
                       sizeof out->signature);
        return;
    }
    memcpy(out->signature, signature.data, signature.len);
}

int frank_frank_decode(struct frank_frank *out, const uint8_t *bytes,
                       size_t len, struct frank_fault *fault)
{
    struct wire_reader r;
    struct frank_frank frank;
    int error;

    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    stamp_read_frank(&frank, &r);
    wire_read_end(&r, "frank");
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        *out = frank;
    }
    return error;
}

void stamp_write_signed(struct wire_writer *w, const char *label,
                        struct frank_span content)
{
    static const char prefix[] = "MLS 1.0 ";
    size_t len = strlen(label);

    wire_write_length(w, sizeof prefix - 1 + len, "label");
    wire_write_bytes(w, (const uint8_t *)prefix, sizeof prefix - 1);
    wire_write_bytes(w, (const uint8_t *)label, len);
    wire_write_opaque(w, content, WIRE_VECTOR_MAX, "signed content");
}

int stamp_signed_bytes(uint8_t out[static STAMP_SIGNED_MAX_BYTES],
                       size_t *written,
                       const uint8_t server_frank[static FRANK_MAC_BYTES],
                       uint16_t suite, const struct frank_context *context,
                       struct frank_fault *fault)
{
    uint8_t tbs[FRANK_MAC_BYTES + 2 + FRANK_CONTEXT_MAX_BYTES];
    struct wire_writer w;
    size_t len;
    int error;

    wire_write_init(&w, tbs, sizeof tbs);
    wire_write_bytes(&w, server_frank, FRANK_MAC_BYTES);
    wire_write_u16(&w, suite);
    stamp_write_context(&w, context);
    error = wire_write_result(&w, &len, fault);
    if (error != FRANK_OK) {
        return error;
    }
    wire_write_init(&w, out, STAMP_SIGNED_MAX_BYTES);
    stamp_write_signed(&w, "FrankingIntegrityTBS",
                       (struct frank_span){tbs, len});
    return wire_write_result(&w, written, fault);
}

int frank_signature_check(
    const struct frank_frank *frank, const struct frank_context *context,
    const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
    struct frank_fault *fault)
{
    uint8_t message[STAMP_SIGNED_MAX_BYTES];
    size_t len;
    int error;

    if (!frank_suite_is_supported(frank->suite)) {
        return wire_fault(fault, FRANK_ERR_SUITE, "cipher suite", 0,
                          frank->suite, FRANK_SUITE_X25519_AES128GCM);
    }
    error = stamp_signed_bytes(message, &len, frank->server_frank, frank->suite,
                               context, fault);
    if (error != FRANK_OK) {
        return error;
    }
    if (crypto_sign_verify_detached(frank->signature, message, len,
                                    public_key) != 0) {
        return wire_fault(fault, FRANK_ERR_SIGNATURE, "signature", 0, 0, 0);
    }
    return FRANK_OK;
}

int frank_check(const uint8_t *content, size_t len,
                const uint8_t tag[static FRANK_TAG_BYTES],
                const struct frank_context *context,
                const struct frank_frank *frank,
                const uint8_t public_key[static FRANK_PUBLIC_KEY_BYTES],
                struct frank_fault *fault)
{
    struct frank_content located;
    int error =
        frank_opening_check(&located, content, len, tag, context, fault);

    if (error == FRANK_OK && located.withheld != 0) {
        error = wire_fault(fault, FRANK_ERR_WITHHELD, "parts", 0, 1, 0);
    }
    if (error == FRANK_OK) {
        error = frank_signature_check(frank, context, public_key, fault);
    }
    sodium_memzero(located.salt, sizeof located.salt);
    return error;
}
