/* SPDX-License-Identifier: Apache-2.0 */
#include "consent.h"

#include <string.h>

/* ---- Encoding ----------------------------------------------------------- */

static void read_holder(uint8_t *out, struct wire_reader *r)
{
    *out = wire_read_u8(r, "holder");
    if (wire_read_ok(r) && (*out < 1 || *out > FRANK_HOLDERS_MAX)) {
        wire_read_fail(r, FRANK_ERR_HOLDER, "holder", r->pos - 1, *out,
                       FRANK_HOLDERS_MAX);
    }
}

static void read_scalar(uint8_t out[static GROUP_SCALAR_BYTES],
                        struct wire_reader *r, const char *field)
{
    wire_read_bytes(r, out, GROUP_SCALAR_BYTES, field);
    if (wire_read_ok(r) && !group_is_scalar(out)) {
        wire_read_fail(r, FRANK_ERR_SCALAR, field, r->pos - GROUP_SCALAR_BYTES,
                       0, 0);
    }
}

static void read_proof(struct group_proof *out, struct wire_reader *r)
{
    read_scalar(out->e, r, "e");
    read_scalar(out->f, r, "f");
}

static void write_proof(struct wire_writer *w, const struct group_proof *proof)
{
    wire_write_bytes(w, proof->e, sizeof proof->e);
    wire_write_bytes(w, proof->f, sizeof proof->f);
}

void consent_encode(uint8_t out[static CONSENT_BYTES],
                    const struct consent *consent)
{
    struct wire_writer w;

    wire_write_init(&w, out, CONSENT_BYTES);
    wire_write_u8(&w, consent->holder);
    wire_write_bytes(&w, consent->u, sizeof consent->u);
    write_proof(&w, &consent->proof);
}

int consent_decode(struct consent *out, const uint8_t *bytes, size_t len,
                   struct frank_fault *fault)
{
    struct wire_reader r;
    int error;

    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    read_holder(&out->holder, &r);
    wire_read_bytes(&r, out->u, sizeof out->u, "U_i");
    if (wire_read_ok(&r) && !group_is_point(out->u)) {
        wire_read_fail(&r, FRANK_ERR_POINT, "U_i", 1, 0, 0);
    }
    read_proof(&out->proof, &r);
    wire_read_end(&r, "consent");
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        sodium_memzero(out, sizeof *out);
    }
    return error;
}

void receipt_encode(uint8_t out[static RECEIPT_BYTES],
                    const struct receipt *receipt)
{
    struct wire_writer w;

    wire_write_init(&w, out, RECEIPT_BYTES);
    wire_write_u8(&w, receipt->holder);
    wire_write_bytes(&w, receipt->report_digest, sizeof receipt->report_digest);
    wire_write_bytes(&w, receipt->quorum_id, sizeof receipt->quorum_id);
    wire_write_u64(&w, receipt->time);
    write_proof(&w, &receipt->proof);
}

int receipt_decode(struct receipt *out, const uint8_t *bytes, size_t len,
                   struct frank_fault *fault)
{
    struct wire_reader r;
    int error;

    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    read_holder(&out->holder, &r);
    wire_read_bytes(&r, out->report_digest, sizeof out->report_digest,
                    "report digest");
    wire_read_bytes(&r, out->quorum_id, sizeof out->quorum_id, "quorum key id");
    out->time = wire_read_u64(&r, "time");
    read_proof(&out->proof, &r);
    wire_read_end(&r, "receipt");
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

/* ---- Consent ------------------------------------------------------------ */

static void consent_statement(struct group_statement *out,
                              const struct consent *consent,
                              const struct sealed_report *report,
                              const uint8_t *share_public_key)
{
    group_statement_begin(out, "frank v1 consent");
    group_statement_add(out, report->digest, sizeof report->digest);
    group_statement_add(out, report->seal.u, sizeof report->seal.u);
    group_statement_add(out, consent->u, sizeof consent->u);
    group_statement_add(out, share_public_key, GROUP_POINT_BYTES);
}

/* U_i, and what the proof of it is about. */
static int begin_consent(struct consent *out, struct group_statement *statement,
                         const struct share *share,
                         const struct sealed_report *report)
{
    uint8_t public_key[GROUP_POINT_BYTES];

    sodium_memzero(out, sizeof *out);
    out->holder = (uint8_t)share->holder;
    if (share_public(public_key, share) != FRANK_OK ||
        crypto_scalarmult_ristretto255(out->u, share->scalar, report->seal.u) !=
            0) {
        return FRANK_ERR_POINT;
    }
    consent_statement(statement, out, report, public_key);
    return FRANK_OK;
}

int consent_make_with(struct consent *out, const struct share *share,
                      const struct sealed_report *report,
                      const uint8_t t[static 32])
{
    struct group_statement statement;
    int error = begin_consent(out, &statement, share, report);

    return error == FRANK_OK
               ? group_prove_with(&out->proof, &statement, report->seal.u,
                                  share->scalar, t)
               : error;
}

static int check_seal(const struct sealed_report *report,
                      const uint8_t *quorum_id, struct frank_fault *fault)
{
    int error;

    if (memcmp(report->seal.quorum_id, quorum_id, FRANK_QUORUM_ID_BYTES) != 0) {
        return wire_fault(fault, FRANK_ERR_QUORUM, "sealed report", 0, 0, 0);
    }
    error = seal_check(&report->seal, &report->label, report->sealed);
    return error == FRANK_OK
               ? error
               : wire_fault(fault, error, "proof of the seal", 0, 0, 0);
}

int consent_make(struct consent *out, const struct share *share,
                 const struct sealed_report *report,
                 const uint8_t random[static GROUP_RANDOM_BYTES],
                 struct frank_fault *fault)
{
    struct group_statement statement;
    int error = check_seal(report, share->quorum_id, fault);

    sodium_memzero(out, sizeof *out);
    if (error != FRANK_OK) {
        return error;
    }
    error = begin_consent(out, &statement, share, report);
    if (error == FRANK_OK) {
        error = group_prove(&out->proof, &statement, report->seal.u,
                            share->scalar, random);
    }
    sodium_memzero(&statement, sizeof statement);
    return error == FRANK_OK ? error
                             : wire_fault(fault, error, "share", 0, 0, 0);
}

/* The public part of a holder, in a quorum of this id. */
static int find_holder(const uint8_t **out, const struct frank_quorum *quorum,
                       const uint8_t *quorum_id, unsigned holder,
                       struct frank_fault *fault)
{
    uint8_t id[FRANK_QUORUM_ID_BYTES];

    frank_quorum_id(id, quorum);
    if (memcmp(id, quorum_id, sizeof id) != 0) {
        return wire_fault(fault, FRANK_ERR_QUORUM, "quorum key id", 0, 0, 0);
    }
    if (holder < 1 || holder > quorum->holders) {
        return wire_fault(fault, FRANK_ERR_HOLDER, "holder", 0, holder,
                          quorum->holders);
    }
    *out = quorum->share_publics[holder - 1];
    return FRANK_OK;
}

int consent_check(const struct consent *consent,
                  const struct sealed_report *report,
                  const struct frank_quorum *quorum, struct frank_fault *fault)
{
    struct group_statement statement;
    const uint8_t *public_key = NULL;
    int error = find_holder(&public_key, quorum, report->seal.quorum_id,
                            consent->holder, fault);

    if (error != FRANK_OK) {
        return error;
    }
    consent_statement(&statement, consent, report, public_key);
    error = group_verify(&consent->proof, &statement, public_key,
                         report->seal.u, consent->u);
    sodium_memzero(&statement, sizeof statement);
    return error == FRANK_OK
               ? error
               : wire_fault(fault, error, "consent to this report", 0, 0, 0);
}

/* ---- Receipt ------------------------------------------------------------ */

static void receipt_statement(struct group_statement *out,
                              const struct receipt *receipt,
                              const uint8_t *share_public_key)
{
    uint8_t time[8];
    struct wire_writer w;

    wire_write_init(&w, time, sizeof time);
    wire_write_u64(&w, receipt->time);
    group_statement_begin(out, "frank v1 consent receipt");
    group_statement_add(out, receipt->report_digest,
                        sizeof receipt->report_digest);
    group_statement_add(out, receipt->quorum_id, sizeof receipt->quorum_id);
    group_statement_add(out, time, sizeof time);
    group_statement_add(out, share_public_key, GROUP_POINT_BYTES);
}

static int begin_receipt(struct receipt *out, struct group_statement *statement,
                         const struct share *share,
                         const struct sealed_report *report, uint64_t time)
{
    uint8_t public_key[GROUP_POINT_BYTES];

    memset(out, 0, sizeof *out);
    out->holder = (uint8_t)share->holder;
    memcpy(out->report_digest, report->digest, sizeof out->report_digest);
    memcpy(out->quorum_id, share->quorum_id, sizeof out->quorum_id);
    out->time = time;
    if (share_public(public_key, share) != FRANK_OK) {
        return FRANK_ERR_POINT;
    }
    receipt_statement(statement, out, public_key);
    return FRANK_OK;
}

int receipt_make_with(struct receipt *out, const struct share *share,
                      const struct sealed_report *report, uint64_t time,
                      const uint8_t t[static 32])
{
    struct group_statement statement;
    int error = begin_receipt(out, &statement, share, report, time);

    return error == FRANK_OK ? group_prove_with(&out->proof, &statement, NULL,
                                                share->scalar, t)
                             : error;
}

int receipt_make(struct receipt *out, const struct share *share,
                 const struct sealed_report *report, uint64_t time,
                 const uint8_t random[static GROUP_RANDOM_BYTES])
{
    struct group_statement statement;
    int error = begin_receipt(out, &statement, share, report, time);

    return error == FRANK_OK ? group_prove(&out->proof, &statement, NULL,
                                           share->scalar, random)
                             : error;
}

int receipt_check(const struct receipt *receipt,
                  const struct frank_quorum *quorum, struct frank_fault *fault)
{
    struct group_statement statement;
    const uint8_t *public_key = NULL;
    int error = find_holder(&public_key, quorum, receipt->quorum_id,
                            receipt->holder, fault);

    if (error != FRANK_OK) {
        return error;
    }
    receipt_statement(&statement, receipt, public_key);
    error = group_verify(&receipt->proof, &statement, public_key, NULL, NULL);
    return error == FRANK_OK ? error
                             : wire_fault(fault, error, "receipt", 0, 0, 0);
}
