/* SPDX-License-Identifier: Apache-2.0 */
#include "opening.h"

#include <string.h>

struct opening {
    uint8_t key[SEAL_KEY_BYTES]; /* of the body */
    struct sealed_report report;
    struct frank_report_body body;
    uint8_t plain[]; /* padded ReportBody */
};

/* ---- Opening ------------------------------------------------------------ */

/* Each consent is of its own holder, and for this report. */
static int check_consents(size_t *which, const struct sealed_report *report,
                          const struct frank_quorum *quorum,
                          const struct consent *consents, size_t count,
                          struct frank_fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        int error = consent_check(&consents[i], report, quorum, fault);

        for (size_t j = 0; j < i && error == FRANK_OK; j++) {
            if (consents[j].holder == consents[i].holder) {
                error = wire_fault(fault, FRANK_ERR_TWICE, "consent", 0,
                                   consents[i].holder, 0);
            }
        }
        if (error != FRANK_OK) {
            *which = i;
            return error;
        }
    }
    return count >= quorum->threshold
               ? FRANK_OK
               : wire_fault(fault, FRANK_ERR_FEW, "consents", 0, count,
                            quorum->threshold);
}

/* Z from the first k consents. They were checked, so that it is rP. */
static int combine(uint8_t z[static GROUP_POINT_BYTES],
                   const struct consent *consents, size_t k)
{
    unsigned holders[FRANK_HOLDERS_MAX];
    uint8_t points[FRANK_HOLDERS_MAX][GROUP_POINT_BYTES];
    int error;

    for (size_t i = 0; i < k; i++) {
        holders[i] = consents[i].holder;
        memcpy(points[i], consents[i].u, sizeof points[i]);
    }
    error = share_interpolate(
        z, holders, (const uint8_t(*)[GROUP_POINT_BYTES])points, k, 0);
    sodium_memzero(points, sizeof points);
    return error;
}

static int find_key(uint8_t key[static SEAL_KEY_BYTES],
                    const struct sealed_report *report,
                    const struct consent *consents, size_t k,
                    struct frank_fault *fault)
{
    uint8_t z[GROUP_POINT_BYTES];
    uint8_t commitment[SEAL_COMMITMENT_BYTES];
    int error = combine(z, consents, k);

    if (error == FRANK_OK) {
        seal_keys(key, commitment, &report->seal, report->label.header, z);
        if (sodium_memcmp(commitment, report->seal.commitment,
                          sizeof commitment) != 0) {
            error = FRANK_ERR_COMMITMENT;
        }
    }
    sodium_memzero(z, sizeof z);
    sodium_memzero(commitment, sizeof commitment);
    return error == FRANK_OK
               ? error
               : wire_fault(fault, error, "sealed report", 0, 0, 0);
}

static int decrypt(struct opening *opening,
                   const uint8_t key[static SEAL_KEY_BYTES],
                   struct frank_fault *fault)
{
    const struct sealed_report *report = &opening->report;
    size_t len = report->sealed.len - SEAL_TAG_BYTES;
    int error = seal_body_open(opening->plain, report->sealed, report->ad, key);

    if (error != FRANK_OK) {
        return wire_fault(fault, error, "sealed body", 0, 0, 0);
    }
    return report_body_decode(&opening->body,
                              (struct frank_span){opening->plain, len}, 0,
                              report->header.count, fault);
}

static int check_seal(const struct sealed_report *report,
                      struct frank_fault *fault)
{
    int error = seal_check(&report->seal, &report->label, report->sealed);

    return error == FRANK_OK
               ? error
               : wire_fault(fault, error, "proof of the seal", 0, 0, 0);
}

static int open_report(struct opening *opening, size_t *which,
                       const struct frank_quorum *quorum,
                       const struct consent *consents, size_t count,
                       struct frank_fault *fault)
{
    const struct sealed_report *report = &opening->report;
    int error = check_seal(report, fault);

    if (error == FRANK_OK) {
        error = check_consents(which, report, quorum, consents, count, fault);
    }
    if (error == FRANK_OK) {
        error =
            find_key(opening->key, report, consents, quorum->threshold, fault);
    }
    return error == FRANK_OK ? decrypt(opening, opening->key, fault) : error;
}

/* The report decoded, and room for its body; to be freed also after an error.
 */
static int begin(struct opening **out, const uint8_t *bytes, size_t len,
                 struct frank_fault *fault)
{
    /* What is longer is refused below. */
    size_t body = len <= FRANK_REPORT_MAX_BYTES ? len : 0;
    struct opening *opening =
        sodium_malloc((sizeof *opening + body + 63) / 64 * 64);

    *out = opening;
    if (opening == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "report", 0, 0, 0);
    }
    memset(opening, 0, sizeof *opening);
    return sealed_report_decode(&opening->report, bytes, len, fault);
}

static int finish(struct opening **out, struct opening *opening, int error)
{
    if (error == FRANK_OK) {
        *out = opening;
        opening = NULL; /* transferred */
    }
    opening_free(opening);
    return error;
}

int opening_open(struct opening **out, size_t *which, const uint8_t *bytes,
                 size_t len, const struct frank_quorum *quorum,
                 const struct consent *consents, size_t count,
                 struct frank_fault *fault)
{
    struct opening *opening;
    int error = begin(&opening, bytes, len, fault);

    *which = SIZE_MAX;
    if (error == FRANK_OK) {
        error = open_report(opening, which, quorum, consents, count, fault);
    }
    return finish(out, opening, error);
}

int opening_open_again(struct opening **out, const uint8_t *bytes, size_t len,
                       const uint8_t key[static SEAL_KEY_BYTES],
                       struct frank_fault *fault)
{
    struct opening *opening;
    int error = begin(&opening, bytes, len, fault);

    if (error == FRANK_OK) {
        error = check_seal(&opening->report, fault);
    }
    if (error == FRANK_OK) {
        memcpy(opening->key, key, SEAL_KEY_BYTES);
        error = decrypt(opening, opening->key, fault);
    }
    return finish(out, opening, error);
}

int opening_without_body(struct opening **out, const uint8_t *bytes, size_t len,
                         struct frank_fault *fault)
{
    struct opening *opening;
    int error = begin(&opening, bytes, len, fault);

    return finish(out, opening, error);
}

const uint8_t *opening_key(const struct opening *opening)
{
    return opening->key;
}

void opening_free(struct opening *opening)
{
    sodium_free(opening); /* wipes */
}

const struct sealed_report *opening_report(const struct opening *opening)
{
    return &opening->report;
}

const struct frank_report_body *opening_body(const struct opening *opening)
{
    return &opening->body;
}

/* ---- Judging ------------------------------------------------------------ */

/* The hub's signed word counts for most: it was given while the epoch's key was
 * there. Without it, an epoch that is destroyed by now leaves nothing. */
static enum opening_stamp judge_stamp(struct frank_fault *fault,
                                      const struct frank_evidence *evidence,
                                      const struct hub_public *hub,
                                      const struct hub_verdict *verdict)
{
    if (hub_public_check(hub, &evidence->frank, &evidence->context, fault) !=
        FRANK_OK) {
        return STAMP_INVALID;
    }
    if (verdict == NULL) {
        return hub_public_is_destroyed(hub,
                                       evidence->context.accepted_timestamp)
                   ? STAMP_EXPIRED
                   : STAMP_SIGNED;
    }
    switch (hub_verdict_of(verdict, evidence)) {
    case EVIDENCE_VALID:
        return STAMP_VALID;
    case EVIDENCE_EXPIRED:
        return STAMP_EXPIRED;
    case EVIDENCE_INVALID:
        break;
    }
    (void)wire_fault(fault, FRANK_ERR_MAC, "hub's verdict", 0, 0, 0);
    return STAMP_INVALID;
}

static enum opening_state judge_content(struct opening_verdict *out,
                                        const struct frank_evidence *evidence,
                                        struct frank_span content)
{
    struct frank_content located;
    int error =
        frank_opening_check(&located, content.data, content.len, evidence->tag,
                            &evidence->context, &out->fault);

    if (error == FRANK_OK) {
        error = frank_validate(&out->findings, content.data, content.len,
                               &out->fault);
    }
    if (error != FRANK_OK) {
        sodium_memzero(&located, sizeof located);
        return OPENING_MISMATCH;
    }
    out->format = located.format;
    out->parts = located.parts;
    out->parts_withheld = located.withheld;
    sodium_memzero(&located, sizeof located);
    return out->findings.broken == 0 ? OPENING_MATCHES : OPENING_MALFORMED;
}

void opening_judge_message(struct opening_verdict *out,
                           const struct frank_evidence *evidence,
                           const struct frank_opening *message,
                           const struct hub_public *hub,
                           const struct hub_verdict *verdict)
{
    memset(out, 0, sizeof *out);
    out->stamp = judge_stamp(&out->fault, evidence, hub, verdict);
    if (out->stamp == STAMP_INVALID) {
        out->state = OPENING_NOT_STAMPED;
    } else if (out->stamp == STAMP_EXPIRED) {
        out->state = OPENING_EXPIRED;
    } else if (!message->disclosed) {
        out->state = OPENING_WITHHELD;
    } else {
        out->state = judge_content(out, evidence, message->content);
    }
}

void opening_judge(struct opening_verdict *out, const struct opening *opening,
                   size_t index, const struct hub_public *hub,
                   const struct hub_verdict *verdict)
{
    opening_judge_message(out, &opening->report.header.evidence[index],
                          &opening->body.openings[index], hub, verdict);
}

const char *opening_state_text(enum opening_state state)
{
    static const char *const texts[OPENING_STATES] = {
        [OPENING_MATCHES] = "disclosed and matches",
        [OPENING_MALFORMED] = "matches, malformed",
        [OPENING_MISMATCH] = "does not match",
        [OPENING_WITHHELD] = "withheld",
        [OPENING_EXPIRED] = "not provable: epoch destroyed",
        [OPENING_NOT_STAMPED] = "not provable: not stamped by the hub"};

    return (unsigned)state < OPENING_STATES ? texts[state] : "unknown";
}

const char *opening_stamp_text(enum opening_stamp stamp)
{
    switch (stamp) {
    case STAMP_VALID:
        return "valid";
    case STAMP_SIGNED:
        return "signed";
    case STAMP_EXPIRED:
        return "expired";
    case STAMP_INVALID:
        break;
    }
    return "invalid";
}

/* ---- Order -------------------------------------------------------------- */

int opening_order(struct room_place out[static FRANK_MESSAGES_MAX],
                  size_t *count, const struct frank_report_header *header,
                  const struct opening_verdict *verdicts)
{
    bool stamped[FRANK_MESSAGES_MAX];

    for (size_t i = 0; i < header->count; i++) {
        stamped[i] = verdicts[i].stamp == STAMP_VALID;
    }
    return room_order(out, count, header, stamped);
}
