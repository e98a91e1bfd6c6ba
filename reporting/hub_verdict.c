/* SPDX-License-Identifier: Apache-2.0 */
#include "hub_verdict.h"

#include "stamp.h"

#include <string.h>

#define VERDICT_LABEL "frank v1 verdict"
#define ITEM_BYTES (FRANK_DIGEST_BYTES + 1)

void hub_verdict_from(struct hub_verdict *out, const struct sealed_check *check,
                      uint64_t now)
{
    const struct frank_report_header *header = &check->report.header;

    memset(out, 0, sizeof *out);
    memcpy(out->report_digest, check->report.digest, sizeof out->report_digest);
    out->checked = now;
    out->count = header->count;
    for (size_t i = 0; i < header->count; i++) {
        report_evidence_digest(out->items[i].evidence_digest,
                               &header->evidence[i]);
        out->items[i].verdict = check->items[i].verdict;
    }
}

static void write_verdict(struct wire_writer *w,
                          const struct hub_verdict *verdict)
{
    wire_write_bytes(w, verdict->report_digest, sizeof verdict->report_digest);
    wire_write_u64(w, verdict->checked);
    wire_write_length(w, verdict->count * ITEM_BYTES, "items");
    for (size_t i = 0; i < verdict->count; i++) {
        wire_write_bytes(w, verdict->items[i].evidence_digest,
                         FRANK_DIGEST_BYTES);
        wire_write_u8(w, (uint8_t)verdict->items[i].verdict);
    }
}

int hub_verdict_sign(uint8_t out[static HUB_VERDICT_SIGNED_MAX_BYTES],
                     size_t *written, const struct hub_verdict *verdict,
                     const struct stamper *stamper, struct frank_fault *fault)
{
    uint8_t signature[FRANK_SIGNATURE_BYTES];
    struct wire_writer w;
    int error;

    *written = 0;
    wire_write_init(&w, out, HUB_VERDICT_SIGNED_MAX_BYTES);
    write_verdict(&w, verdict);
    error =
        stamper_sign(stamper, signature, VERDICT_LABEL,
                     (struct frank_span){out, w.len}, verdict->checked, fault);
    if (error == FRANK_OK) {
        wire_write_u16(&w, FRANK_SUITE_X25519_AES128GCM);
        wire_write_opaque(&w, (struct frank_span){signature, sizeof signature},
                          sizeof signature, "signature");
        error = wire_write_result(&w, written, fault);
    }
    return error;
}

static void read_items(struct hub_verdict *out, struct wire_reader *r)
{
    struct wire_reader list =
        wire_read_vector(r, (size_t)FRANK_MESSAGES_MAX * ITEM_BYTES, "items");

    while (wire_read_ok(&list) && list.pos < list.len) {
        struct hub_verdict_item *item = &out->items[out->count++];
        uint8_t verdict;

        wire_read_bytes(&list, item->evidence_digest,
                        sizeof item->evidence_digest, "evidence digest");
        verdict = wire_read_u8(&list, "verdict");
        if (verdict > EVIDENCE_EXPIRED) {
            wire_read_fail(&list, FRANK_ERR_VALUE, "verdict", list.pos - 1,
                           verdict, EVIDENCE_EXPIRED);
        }
        item->verdict = (enum evidence_verdict)verdict;
    }
    wire_read_join(r, &list);
    if (wire_read_ok(r) && out->count == 0) {
        wire_read_fail(r, FRANK_ERR_MISSING, "items", r->pos, 0, 1);
    }
}

int hub_verdict_open(struct hub_verdict *out, const uint8_t *bytes, size_t len,
                     const struct hub_public *hub, struct frank_fault *fault)
{
    struct wire_reader r;
    struct frank_span signed_part;
    struct frank_span signature;
    uint16_t suite;
    int error;

    memset(out, 0, sizeof *out);
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    wire_read_bytes(&r, out->report_digest, sizeof out->report_digest,
                    "report digest");
    out->checked = wire_read_u64(&r, "checked");
    read_items(out, &r);
    signed_part = (struct frank_span){bytes, r.pos};
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
    wire_read_end(&r, "hub's verdict");
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        error = hub_public_verify(hub, VERDICT_LABEL, signed_part,
                                  signature.data, out->checked, fault);
    }
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

enum evidence_verdict hub_verdict_of(const struct hub_verdict *verdict,
                                     const struct frank_evidence *evidence)
{
    uint8_t digest[FRANK_DIGEST_BYTES];

    report_evidence_digest(digest, evidence);
    for (size_t i = 0; i < verdict->count; i++) {
        if (memcmp(verdict->items[i].evidence_digest, digest, sizeof digest) ==
            0) {
            return verdict->items[i].verdict;
        }
    }
    return EVIDENCE_INVALID;
}
