/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report in its two states. frank_report_build() writes all that is to leave
 * the device as an UnsealedReport: header, reporter, padded body. What was
 * looked at there is what frank_report_seal() seals, byte for byte: it copies
 * the first two as they are and encrypts the third.
 */
#include "report.h"

#include "hash.h"

#include <string.h>

/* ---- Building ----------------------------------------------------------- */

/* What a reporter chose to leave out can be left out. */
static int check_parts(const struct frank_kept *kept, struct frank_fault *fault)
{
    struct frank_fault parts;
    size_t len;
    int error;

    if (kept->withhold || kept->withhold_parts == 0) {
        return FRANK_OK;
    }
    error =
        frank_parted_withhold(NULL, 0, &len, kept->content.data,
                              kept->content.len, kept->withhold_parts, &parts);
    return error == FRANK_ERR_SPACE
               ? FRANK_OK
               : wire_fault(fault, error, parts.field, parts.offset,
                            parts.found, parts.expected);
}

static int check_stamps(const struct frank_kept *kept,
                        struct frank_fault *fault)
{
    const struct frank_transcript *place = &kept->transcript;

    if (!frank_suite_is_supported(kept->frank.suite)) {
        return wire_fault(fault, FRANK_ERR_SUITE, "cipher suite", 0,
                          kept->frank.suite, FRANK_SUITE_X25519_AES128GCM);
    }
    if (kept->ordered && place->seen_seq >= place->room_seq) {
        return wire_fault(fault, FRANK_ERR_VALUE, "seen_seq", 0,
                          place->seen_seq, place->room_seq);
    }
    return FRANK_OK;
}

static int take_message(struct frank_evidence *out,
                        const struct frank_evidence *first,
                        const struct frank_kept *kept,
                        struct frank_fault *fault)
{
    int error =
        frank_tag(out->tag, kept->content.data, kept->content.len, fault);

    out->context = kept->context;
    out->frank = kept->frank;
    out->ordered = kept->ordered;
    out->transcript = kept->transcript;
    if (error == FRANK_OK) {
        error = frank_opening_check(NULL, kept->content.data, kept->content.len,
                                    out->tag, &kept->context, fault);
    }
    if (error == FRANK_OK) {
        error = check_stamps(kept, fault);
    }
    if (error == FRANK_OK) {
        error = check_parts(kept, fault);
    }
    if (error == FRANK_OK && !report_same_room(out, first)) {
        error = wire_fault(fault, FRANK_ERR_ROOMS, "room", 0, 0, 0);
    }
    return error;
}

static int check_counts(const struct frank_report *report,
                        struct frank_fault *fault)
{
    if (report->count == 0) {
        return wire_fault(fault, FRANK_ERR_MISSING, "messages", 0, 0, 1);
    }
    if (report->count > FRANK_MESSAGES_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "messages", 0, report->count,
                          FRANK_MESSAGES_MAX);
    }
    if (report->accused >= report->count) {
        return wire_fault(fault, FRANK_ERR_VALUE, "accused", 0, report->accused,
                          report->count - 1);
    }
    return FRANK_OK;
}

static int make_header(struct frank_report_header *out, size_t *message,
                       const struct frank_report *report,
                       const uint8_t id[static FRANK_REPORT_ID_BYTES],
                       const struct report_reporter *reporter,
                       struct frank_fault *fault)
{
    int error = check_counts(report, fault);

    memset(out, 0, sizeof *out);
    if (error != FRANK_OK) {
        return error;
    }
    memcpy(out->report_id, id, sizeof out->report_id);
    out->created = report->created;
    report_reporter_digest(out->reporter_digest, reporter);
    out->reason = report->reason;
    out->accused = (uint8_t)report->accused;
    out->count = report->count;
    for (size_t i = 0; i < report->count && error == FRANK_OK; i++) {
        error = take_message(&out->evidence[i], &out->evidence[0],
                             &report->messages[i], fault);
        if (error != FRANK_OK && message != NULL) {
            *message = i;
        }
    }
    return error;
}

static void write_padded_body(struct wire_writer *w,
                              const struct frank_report *report)
{
    static const uint8_t mark = 0x80;
    static const uint8_t zeros[256];
    struct wire_writer body;
    size_t padded;
    size_t left;

    wire_write_init(&body, NULL, 0);
    report_body_write(&body, report);
    padded = report_padded(body.len);
    wire_write_length(w, padded, "report body");
    report_body_write(w, report);
    wire_write_bytes(w, &mark, 1);
    for (left = padded - body.len - 1; left > sizeof zeros;
         left -= sizeof zeros) {
        wire_write_bytes(w, zeros, sizeof zeros);
    }
    wire_write_bytes(w, zeros, left);
    if (w->len > FRANK_REPORT_MAX_BYTES - SEAL_BYTES - SEAL_TAG_BYTES) {
        wire_write_fail(w, FRANK_ERR_LIMIT, "report", w->len,
                        FRANK_REPORT_MAX_BYTES - SEAL_BYTES - SEAL_TAG_BYTES);
    }
}

int frank_report_build(uint8_t *out, size_t capacity, size_t *written,
                       size_t *message, const struct frank_report *report,
                       const uint8_t random[static FRANK_BUILD_RANDOM_BYTES],
                       struct frank_fault *fault)
{
    struct report_reporter reporter = {
        report->reporter.len > 0 ? random + FRANK_REPORT_ID_BYTES : NULL,
        report->reporter};
    struct frank_report_header header;
    struct wire_writer w;
    int error;

    *written = 0;
    if (message != NULL) {
        *message = SIZE_MAX;
    }
    error = make_header(&header, message, report, random, &reporter, fault);
    if (error == FRANK_OK) {
        error = report_attachments_check(message, report, fault);
    }
    if (error != FRANK_OK) {
        return error;
    }
    wire_write_init(&w, out, capacity);
    report_header_write(&w, &header);
    report_reporter_write(&w, &reporter);
    write_padded_body(&w, report);
    return wire_write_result(&w, written, fault);
}

/* ---- Reading ------------------------------------------------------------ */

/* Header and reporter, which both states begin with. */
static void read_label(struct seal_label *out,
                       struct frank_report_header *header,
                       struct report_reporter *reporter, struct wire_reader *r)
{
    size_t start = r->pos;

    report_header_read(header, r);
    out->header = (struct frank_span){r->data + start, r->pos - start};
    start = r->pos;
    report_reporter_read(reporter, r, header);
    out->reporter = (struct frank_span){r->data + start, r->pos - start};
}

static int check_size(size_t len, struct frank_fault *fault)
{
    return len > FRANK_REPORT_MAX_BYTES
               ? wire_fault(fault, FRANK_ERR_LIMIT, "report", 0, len,
                            FRANK_REPORT_MAX_BYTES)
               : FRANK_OK;
}

/* An UnsealedReport and its parts as bytes. */
struct parts {
    struct seal_label label;
    struct frank_span body; /* padded */
};

static int read_unsealed(struct frank_unsealed *out, struct parts *parts,
                         const uint8_t *bytes, size_t len,
                         struct frank_fault *fault)
{
    struct report_reporter reporter;
    struct wire_reader r;
    int error = check_size(len, fault);

    memset(out, 0, sizeof *out);
    if (error != FRANK_OK) {
        return error;
    }
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    read_label(&parts->label, &out->header, &reporter, &r);
    parts->body = wire_read_opaque(&r, FRANK_REPORT_MAX_BYTES, "report body");
    wire_read_end(&r, "report");
    out->reporter = reporter.uri;
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        error =
            report_body_decode(&out->body, parts->body, len - parts->body.len,
                               out->header.count, fault);
    }
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

int frank_report_read(struct frank_unsealed *out, const uint8_t *bytes,
                      size_t len, struct frank_fault *fault)
{
    struct parts parts;

    return read_unsealed(out, &parts, bytes, len, fault);
}

int sealed_report_decode(struct sealed_report *out, const uint8_t *bytes,
                         size_t len, struct frank_fault *fault)
{
    struct wire_reader r;
    size_t start;
    hash_state state;
    int error = check_size(len, fault);

    if (error != FRANK_OK) {
        return error;
    }
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    read_label(&out->label, &out->header, &out->reporter, &r);
    start = r.pos;
    seal_read(&out->seal, &r);
    out->ad = (struct frank_span){bytes, start + SEAL_LABEL_BYTES};
    start = r.pos;
    out->sealed = wire_read_opaque(&r, FRANK_REPORT_MAX_BYTES, "sealed body");
    if (out->sealed.len <= SEAL_TAG_BYTES ||
        report_padded(out->sealed.len - SEAL_TAG_BYTES - 1) !=
            out->sealed.len - SEAL_TAG_BYTES) {
        wire_read_fail(
            &r, FRANK_ERR_LENGTH, "sealed body, whose length is rounded up",
            start, out->sealed.len,
            out->sealed.len <= SEAL_TAG_BYTES
                ? REPORT_BODY_MIN_BYTES + SEAL_TAG_BYTES
                : report_padded(out->sealed.len - SEAL_TAG_BYTES - 1) +
                      SEAL_TAG_BYTES);
    }
    wire_read_end(&r, "sealed report");
    error = wire_read_result(&r, fault);
    if (error == FRANK_OK) {
        hash_init(&state);
        hash_update(&state, bytes, len);
        hash_final(&state, out->digest);
    }
    return error;
}

/* ---- Sealing ------------------------------------------------------------ */

/* How t of the proof comes about: given, or from random bytes. */
struct randomness {
    const uint8_t *r;
    const uint8_t *t;      /* or NULL */
    const uint8_t *random; /* GROUP_RANDOM_BYTES, where t is NULL */
};

/* Everything behind label and seal is known: encrypts the body in its place,
 * proves, and puts the seal in its place. */
static int finish(uint8_t *out, const struct parts *parts, struct seal *seal,
                  const uint8_t key[static SEAL_KEY_BYTES],
                  const struct randomness *randomness)
{
    size_t label_len = parts->label.header.len + parts->label.reporter.len;
    size_t body_len = parts->body.len;
    uint8_t *body = out + label_len + SEAL_BYTES +
                    wire_length_bytes(body_len + SEAL_TAG_BYTES);
    struct frank_span ad = {out, label_len + SEAL_LABEL_BYTES};
    struct group_statement statement;
    struct wire_writer w;
    int error;

    memcpy(body, parts->body.data, body_len);
    seal_body(body, body_len, ad, key);
    seal_statement(&statement, seal, &parts->label,
                   (struct frank_span){body, body_len + SEAL_TAG_BYTES});
    error =
        randomness->t != NULL
            ? group_prove_with(&seal->proof, &statement, group_second_generator,
                               randomness->r, randomness->t)
            : group_prove(&seal->proof, &statement, group_second_generator,
                          randomness->r, randomness->random);
    wire_write_init(&w, out + label_len, SEAL_BYTES);
    seal_write(&w, seal);
    return error;
}

static int seal_parts(uint8_t *out, size_t capacity, size_t *written,
                      const struct parts *parts,
                      const struct frank_quorum *quorum,
                      const struct randomness *randomness,
                      struct frank_fault *fault)
{
    uint8_t key[SEAL_KEY_BYTES];
    size_t sealed_len = parts->body.len + SEAL_TAG_BYTES;
    struct seal seal;
    struct wire_writer w;
    int error = seal_make(&seal, key, quorum, &parts->label, randomness->r);

    if (error != FRANK_OK) {
        return wire_fault(fault, error, "quorum key", 0, 0, 0);
    }
    wire_write_init(&w, out, capacity);
    wire_write_bytes(&w, parts->label.header.data, parts->label.header.len);
    wire_write_bytes(&w, parts->label.reporter.data, parts->label.reporter.len);
    seal_write(&w, &seal); /* its proof follows */
    wire_write_length(&w, sealed_len, "sealed body");
    /* Never over the limit: padded lengths are 256 KiB apart there, and header
     * and reporter below 160 KiB. */
    w.len += sealed_len;
    error = wire_write_result(&w, written, fault);
    if (error == FRANK_OK) {
        error = finish(out, parts, &seal, key, randomness);
    }
    sodium_memzero(key, sizeof key);
    return error;
}

int report_seal_with(uint8_t *out, size_t capacity, size_t *written,
                     const uint8_t *unsealed, size_t len,
                     const struct frank_quorum *quorum,
                     const uint8_t r[static GROUP_SCALAR_BYTES],
                     const uint8_t t[static GROUP_SCALAR_BYTES],
                     struct frank_fault *fault)
{
    const struct randomness randomness = {r, t, NULL};
    struct frank_unsealed report;
    struct parts parts;
    int error = read_unsealed(&report, &parts, unsealed, len, fault);

    *written = 0;
    return error == FRANK_OK ? seal_parts(out, capacity, written, &parts,
                                          quorum, &randomness, fault)
                             : error;
}

/* r comes from the random bytes and from all that is sealed, so that two
 * reports never share it, and with it a key, even if the bytes repeat. */
static void derive_r(uint8_t r[static GROUP_SCALAR_BYTES],
                     const uint8_t random[static 32], const uint8_t *unsealed,
                     size_t len)
{
    struct group_statement hash;
    uint8_t digest[crypto_hash_sha512_BYTES];
    hash_state state;

    hash_init(&state);
    hash_update(&state, unsealed, len);
    hash_final(&state, digest);
    group_statement_begin(&hash, "frank v1 r");
    group_statement_add(&hash, random, 32);
    group_statement_add(&hash, digest, HASH_BYTES);
    (void)crypto_hash_sha512_final(&hash.hash, digest);
    crypto_core_ristretto255_scalar_reduce(r, digest);
    sodium_memzero(digest, sizeof digest);
    sodium_memzero(&hash, sizeof hash);
}

int frank_report_seal(uint8_t *out, size_t capacity, size_t *written,
                      const uint8_t *unsealed, size_t len,
                      const struct frank_quorum *quorum,
                      const uint8_t random[static FRANK_SEAL_RANDOM_BYTES],
                      struct frank_fault *fault)
{
    uint8_t r[GROUP_SCALAR_BYTES];
    const struct randomness randomness = {r, NULL, random + 32};
    struct frank_unsealed report;
    struct parts parts;
    int error = read_unsealed(&report, &parts, unsealed, len, fault);

    *written = 0;
    if (error == FRANK_OK) {
        derive_r(r, random, unsealed, len);
        error = seal_parts(out, capacity, written, &parts, quorum, &randomness,
                           fault);
        sodium_memzero(r, sizeof r);
    }
    return error;
}
