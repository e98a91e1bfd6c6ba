/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt.h"

#include "stamp.h"

#include <string.h>

#define RECEIPT_LABEL "frank v1 receipt"

int receipt_sign(uint8_t out[static RECEIPT_SIGNED_BYTES],
                 const struct report_receipt *receipt,
                 const struct stamper *stamper, struct frank_fault *fault)
{
    uint8_t signature[FRANK_SIGNATURE_BYTES];
    struct wire_writer w;
    size_t written;
    int error;

    memset(out, 0, RECEIPT_SIGNED_BYTES);
    wire_write_init(&w, out, RECEIPT_SIGNED_BYTES);
    wire_write_bytes(&w, receipt->report_id, sizeof receipt->report_id);
    wire_write_u64(&w, receipt->received);
    error =
        stamper_sign(stamper, signature, RECEIPT_LABEL,
                     (struct frank_span){out, w.len}, receipt->received, fault);
    if (error != FRANK_OK) {
        memset(out, 0, RECEIPT_SIGNED_BYTES);
        return error;
    }
    wire_write_u16(&w, FRANK_SUITE_X25519_AES128GCM);
    wire_write_opaque(&w, (struct frank_span){signature, sizeof signature},
                      sizeof signature, "signature");
    return wire_write_result(&w, &written, fault);
}

/* Suite and signature, which stand behind what is signed. */
static const uint8_t *read_signature(struct wire_reader *r)
{
    struct frank_span signature;
    size_t start = r->pos;
    uint16_t suite = wire_read_u16(r, "cipher suite");

    if (!frank_suite_is_supported(suite)) {
        wire_read_fail(r, FRANK_ERR_SUITE, "cipher suite", start, suite,
                       FRANK_SUITE_X25519_AES128GCM);
    }
    start = r->pos;
    signature = wire_read_opaque(r, WIRE_VECTOR_MAX, "signature");
    if (signature.len != FRANK_SIGNATURE_BYTES) {
        wire_read_fail(r, FRANK_ERR_LENGTH, "signature", start, signature.len,
                       FRANK_SIGNATURE_BYTES);
    }
    return signature.data;
}

int receipt_open(struct report_receipt *out, const uint8_t *bytes, size_t len,
                 const struct hub_public *hub, struct frank_fault *fault)
{
    struct wire_reader r;
    struct report_receipt receipt;
    struct frank_span signed_part;
    const uint8_t *signature;
    int error;

    memset(out, 0, sizeof *out);
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    wire_read_bytes(&r, receipt.report_id, sizeof receipt.report_id,
                    "report id");
    receipt.received = wire_read_u64(&r, "received");
    signed_part = (struct frank_span){bytes, r.pos};
    signature = read_signature(&r);
    wire_read_end(&r, "receipt");
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        error = hub_public_verify(hub, RECEIPT_LABEL, signed_part, signature,
                                  receipt.received, fault);
    }
    if (error == FRANK_OK) {
        *out = receipt;
    }
    return error;
}
