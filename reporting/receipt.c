/* SPDX-License-Identifier: Apache-2.0 */
#include "receipt.h"

#include "wire.h"

#include <string.h>

#define RECEIPT_LABEL "frank v1 receipt"

int receipt_sign(uint8_t out[static RECEIPT_SIGNED_BYTES],
                 const struct receipt *receipt, const struct stamper *stamper,
                 struct frank_fault *fault)
{
    uint8_t signature[FRANK_SIGNATURE_BYTES];
    struct wire_writer w;
    size_t len;
    int error;

    wire_write_init(&w, out, RECEIPT_SIGNED_BYTES);
    wire_write_bytes(&w, receipt->report_id, sizeof receipt->report_id);
    wire_write_u64(&w, receipt->received);
    error =
        stamper_sign(stamper, signature, RECEIPT_LABEL,
                     (struct frank_span){out, w.len}, receipt->received, fault);
    if (error == FRANK_OK) {
        wire_write_u16(&w, FRANK_SUITE_X25519_AES128GCM);
        wire_write_opaque(&w, (struct frank_span){signature, sizeof signature},
                          sizeof signature, "signature");
        error = wire_write_result(&w, &len, fault);
    }
    return error;
}

int receipt_open(struct receipt *out, const uint8_t *bytes, size_t len,
                 const struct hub_public *hub, struct frank_fault *fault)
{
    struct wire_reader r;
    struct frank_span signature;
    uint16_t suite;
    int error;

    memset(out, 0, sizeof *out);
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    wire_read_bytes(&r, out->report_id, sizeof out->report_id, "report id");
    out->received = wire_read_u64(&r, "received");
    suite = wire_read_u16(&r, "cipher suite");
    if (wire_read_ok(&r) && !frank_suite_is_supported(suite)) {
        wire_read_fail(&r, FRANK_ERR_SUITE, "cipher suite", r.pos - 2, suite,
                       FRANK_SUITE_X25519_AES128GCM);
    }
    signature = wire_read_opaque(&r, WIRE_VECTOR_MAX, "signature");
    if (signature.len != FRANK_SIGNATURE_BYTES) {
        wire_read_fail(&r, FRANK_ERR_LENGTH, "signature", r.pos - signature.len,
                       signature.len, FRANK_SIGNATURE_BYTES);
    }
    wire_read_end(&r, "receipt");
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        error = hub_public_verify(hub, RECEIPT_LABEL,
                                  (struct frank_span){bytes, RECEIPT_BYTES},
                                  signature.data, out->received, fault);
    }
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}
