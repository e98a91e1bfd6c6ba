/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The structures of a report (docs/WIRE.md, "Sealed report"). report_header.c
 * and report_body.c (with report_attachments.c) write and read their halves,
 * report.c puts them together.
 */
#ifndef CLIENT_REPORT_H
#define CLIENT_REPORT_H

#include "seal.h"

#define REPORT_VERSION 1
#define REPORT_SALT_BYTES 32
#define REPORT_BODY_MIN_BYTES 1024

/* Reads a ReportHeader; the errors are those of frank_report_read(). */
void report_header_read(struct frank_report_header *out, struct wire_reader *r);
/* Errors of what it writes alone: LIMIT, MISSING (context). */
void report_header_write(struct wire_writer *w,
                         const struct frank_report_header *header);

bool report_same_room(const struct frank_evidence *a,
                      const struct frank_evidence *b);

void report_evidence_read(struct frank_evidence *out, struct wire_reader *r);
void report_evidence_write(struct wire_writer *w,
                           const struct frank_evidence *evidence);
/* SHA-256(Evidence). */
void report_evidence_digest(uint8_t out[static FRANK_DIGEST_BYTES],
                            const struct frank_evidence *evidence);

/* Reporter, and whether it is there; salt is NULL where it is not. */
struct report_reporter {
    const uint8_t *salt; /* REPORT_SALT_BYTES */
    struct frank_span uri;
};

/* optional<Reporter>, which must be the one of the header's digest. */
void report_reporter_read(struct report_reporter *out, struct wire_reader *r,
                          const struct frank_report_header *header);
void report_reporter_write(struct wire_writer *w,
                           const struct report_reporter *reporter);
/* SHA-256(0x01 || salt || URI); zeros without a reporter. */
void report_reporter_digest(uint8_t out[static FRANK_DIGEST_BYTES],
                            const struct report_reporter *reporter);

/* Length of a body of len bytes with its padding: Padme (Nikitin et al., PETS
 * 2019), at least 1,024. */
size_t report_padded(size_t len);

/* A padded ReportBody of count openings. */
FRANK_MUST_CHECK int report_body_decode(struct frank_report_body *out,
                                        struct frank_span padded, size_t base,
                                        size_t count,
                                        struct frank_fault *fault);

/* Writes the body of a report without padding. Each message's content is put
 * down as its reporter chose. */
void report_body_write(struct wire_writer *w,
                       const struct frank_report *report);

/* An AttachmentRange without its evidence and part, as it stands in a
 * disclosure file too. Reading leaves message and part of *out, and checks the
 * encoding alone. */
void report_range_write(struct wire_writer *w,
                        const struct frank_disclosure *disclosure);
void report_range_read(struct frank_disclosure *out, struct wire_reader *r);
/* Whether entry `index` of a list holds the list's own rules, after those
 * before it, of which each did. *enclosed: the bytes that they enclose, 0 at
 * first; its own are added. Errors: LIMIT, LENGTH, VALUE (first chunk, url),
 * ORDER. */
FRANK_MUST_CHECK int report_range_check(const struct frank_disclosure *list,
                                        size_t index, size_t *enclosed,
                                        struct frank_fault *fault);

/* The body's list of attachments: of out->count openings, which were read. */
void report_attachments_read(struct frank_report_body *out,
                             struct wire_reader *r);
void report_attachments_write(struct wire_writer *w,
                              const struct frank_report *report);
/* Whether each disclosure of a report, whose messages were checked, is right.
 * *message, if not NULL, is set where an error is about one. */
FRANK_MUST_CHECK int report_attachments_check(size_t *message,
                                              const struct frank_report *report,
                                              struct frank_fault *fault);

/* The same of one about a MIMI content. Errors: LENGTH (keys, url), MISSING
 * (url), MEMORY, those of frank_external_read() and frank_external_open(). */
FRANK_MUST_CHECK int report_external_check(const struct frank_disclosure *d,
                                           struct frank_span content,
                                           struct frank_fault *fault);

/* A SealedReport. Spans point into its bytes. */
struct sealed_report {
    struct frank_report_header header;
    struct report_reporter reporter;
    struct seal seal;
    struct frank_span sealed;           /* the body */
    struct seal_label label;            /* header and reporter as bytes */
    struct frank_span ad;               /* the body's associated data */
    uint8_t digest[FRANK_DIGEST_BYTES]; /* SHA-256(SealedReport) */
};

/* Errors as of frank_report_read(); also LENGTH for a body of a length that no
 * padding gives. Proof and franks are not looked at. */
FRANK_MUST_CHECK int sealed_report_decode(struct sealed_report *out,
                                          const uint8_t *bytes, size_t len,
                                          struct frank_fault *fault);

/* frank_report_seal() with both scalars given: for vectors. */
FRANK_MUST_CHECK int report_seal_with(
    uint8_t *out, size_t capacity, size_t *written, const uint8_t *unsealed,
    size_t len, const struct frank_quorum *quorum,
    const uint8_t r[static GROUP_SCALAR_BYTES],
    const uint8_t t[static GROUP_SCALAR_BYTES], struct frank_fault *fault);

#endif
