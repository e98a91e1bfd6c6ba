/* SPDX-License-Identifier: Apache-2.0 */
#include "sealed_check.h"

#include <string.h>

static bool is_from_the_future(uint64_t time, uint64_t now)
{
    return time > now && time - now > SEALED_AHEAD_MS;
}

static int check_order(const struct frank_evidence *evidence,
                       struct frank_fault *fault)
{
    const struct frank_transcript *place = &evidence->transcript;

    if (evidence->ordered && place->seen_seq >= place->room_seq) {
        return wire_fault(fault, FRANK_ERR_VALUE, "seen_seq", 0,
                          place->seen_seq,
                          place->room_seq > 0 ? place->room_seq - 1 : 0);
    }
    return FRANK_OK;
}

static int check_stamp(const struct stamper *stamper,
                       const struct frank_evidence *evidence, uint64_t now,
                       struct frank_fault *fault)
{
    struct stamp_claim claim = {
        .tag = evidence->tag,
        .context = evidence->context,
        .frank = evidence->frank,
        .ordered = evidence->ordered,
        .order = {evidence->transcript.room_seq, evidence->transcript.seen_seq},
    };

    memcpy(claim.transcript_frank, evidence->transcript.transcript_frank,
           sizeof claim.transcript_frank);
    if (is_from_the_future(evidence->context.accepted_timestamp, now)) {
        return wire_fault(fault, FRANK_ERR_TIME,
                          "accepted timestamp, over an hour ahead", 0,
                          evidence->context.accepted_timestamp, now);
    }
    return stamper_check(stamper, &claim, fault);
}

static void judge(struct sealed_item *out, const struct stamper *stamper,
                  const struct frank_evidence *evidence, uint64_t now)
{
    int error = check_order(evidence, &out->fault);

    if (error == FRANK_OK) {
        error = check_stamp(stamper, evidence, now, &out->fault);
    }
    out->verdict = error == FRANK_OK                    ? EVIDENCE_VALID
                   : error == FRANK_ERR_EPOCH_DESTROYED ? EVIDENCE_EXPIRED
                                                        : EVIDENCE_INVALID;
}

/* The first invalid evidence, or a report without a valid one. */
static int check_evidence(struct sealed_check *out,
                          const struct stamper *stamper, uint64_t now,
                          bool first_only, struct frank_fault *fault)
{
    const struct frank_report_header *header = &out->report.header;
    size_t valid = 0;

    out->judged = true;
    for (size_t i = 0;
         i < header->count && !(first_only && out->at != SIZE_MAX); i++) {
        judge(&out->items[i], stamper, &header->evidence[i], now);
        valid += out->items[i].verdict == EVIDENCE_VALID;
        if (out->items[i].verdict == EVIDENCE_INVALID && out->at == SIZE_MAX) {
            out->at = i;
        }
    }
    if (out->at != SIZE_MAX) {
        if (fault != NULL) {
            *fault = out->items[out->at].fault;
        }
        return out->items[out->at].fault.error;
    }
    return valid > 0
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_EPOCH_DESTROYED,
                            "evidence, of which none can be proven", 0, 0, 0);
}

static int check_all_but_seal(struct sealed_check *out,
                              const struct stamper *stamper,
                              const uint8_t *quorum_id, struct frank_span bytes,
                              uint64_t now, bool first_only,
                              struct frank_fault *fault)
{
    const struct sealed_report *report = &out->report;
    int error;

    memset(out, 0, sizeof *out);
    out->at = SIZE_MAX;
    error = sealed_report_decode(&out->report, bytes.data, bytes.len, fault);
    if (error != FRANK_OK) {
        return error;
    }
    if (quorum_id != NULL &&
        memcmp(report->seal.quorum_id, quorum_id, FRANK_QUORUM_ID_BYTES) != 0) {
        return wire_fault(fault, FRANK_ERR_QUORUM, "quorum key id", 0, 0, 0);
    }
    if (is_from_the_future(report->header.created, now)) {
        return wire_fault(fault, FRANK_ERR_TIME, "created, over an hour ahead",
                          0, report->header.created, now);
    }
    return check_evidence(out, stamper, now, first_only, fault);
}

int sealed_check_stamps(struct sealed_check *out, const struct stamper *stamper,
                        const uint8_t *quorum_id, const uint8_t *bytes,
                        size_t len, uint64_t now, struct frank_fault *fault)
{
    return check_all_but_seal(out, stamper, quorum_id,
                              (struct frank_span){bytes, len}, now, true,
                              fault);
}

int sealed_check_seal(const struct sealed_check *check,
                      struct frank_fault *fault)
{
    const struct sealed_report *report = &check->report;
    int error = seal_check(&report->seal, &report->label, report->sealed);

    return error == FRANK_OK
               ? FRANK_OK
               : wire_fault(fault, error, "proof of the seal", 0, 0, 0);
}

int sealed_check(struct sealed_check *out, const struct stamper *stamper,
                 const uint8_t *quorum_id, const uint8_t *bytes, size_t len,
                 uint64_t now, struct frank_fault *fault)
{
    int error =
        check_all_but_seal(out, stamper, quorum_id,
                           (struct frank_span){bytes, len}, now, false, fault);

    return error == FRANK_OK ? sealed_check_seal(out, fault) : error;
}
