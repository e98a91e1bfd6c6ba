/* SPDX-License-Identifier: Apache-2.0 */
/* ReportHeader, Evidence, Reporter: what the hub reads of a report. */
#include "report.h"

#include "hash.h"
#include "stamp.h"

#include <string.h>

/* tag, context, frank, transcript stamp */
#define EVIDENCE_MAX_BYTES                                                     \
    (FRANK_TAG_BYTES + FRANK_CONTEXT_MAX_BYTES + FRANK_FRANK_BYTES + 1 + 8 +   \
     8 + FRANK_MAC_BYTES)

bool report_same_room(const struct frank_evidence *a,
                      const struct frank_evidence *b)
{
    struct frank_span x = a->context.room;
    struct frank_span y = b->context.room;

    return x.len == y.len && (x.len == 0 || memcmp(x.data, y.data, x.len) == 0);
}

/* The octet in front of an optional<T>. */
static bool read_present(struct wire_reader *r, const char *field)
{
    size_t start = r->pos;
    uint8_t present = wire_read_u8(r, field);

    if (present > 1) {
        wire_read_fail(r, FRANK_ERR_VALUE, field, start, present, 1);
    }
    return present == 1;
}

void report_evidence_read(struct frank_evidence *out, struct wire_reader *r)
{
    memset(out, 0, sizeof *out);
    wire_read_bytes(r, out->tag, sizeof out->tag, "franking tag");
    stamp_read_context(&out->context, r);
    stamp_read_frank(&out->frank, r);
    out->ordered = read_present(r, "transcript stamp's presence");
    if (out->ordered) {
        out->transcript.room_seq = wire_read_u64(r, "room_seq");
        out->transcript.seen_seq = wire_read_u64(r, "seen_seq");
        wire_read_bytes(r, out->transcript.transcript_frank,
                        sizeof out->transcript.transcript_frank,
                        "transcript frank");
    }
}

void report_evidence_write(struct wire_writer *w,
                           const struct frank_evidence *evidence)
{
    wire_write_bytes(w, evidence->tag, sizeof evidence->tag);
    stamp_write_context(w, &evidence->context);
    stamp_write_frank(w, &evidence->frank);
    wire_write_u8(w, evidence->ordered);
    if (evidence->ordered) {
        wire_write_u64(w, evidence->transcript.room_seq);
        wire_write_u64(w, evidence->transcript.seen_seq);
        wire_write_bytes(w, evidence->transcript.transcript_frank,
                         sizeof evidence->transcript.transcript_frank);
    }
}

void report_evidence_digest(uint8_t out[static FRANK_DIGEST_BYTES],
                            const struct frank_evidence *evidence)
{
    uint8_t bytes[EVIDENCE_MAX_BYTES];
    struct wire_writer w;
    hash_state state;

    wire_write_init(&w, bytes, sizeof bytes);
    report_evidence_write(&w, evidence);
    hash_init(&state);
    hash_update(&state, bytes, w.len);
    hash_final(&state, out);
}

static void read_evidences(struct frank_report_header *out,
                           struct wire_reader *r)
{
    struct wire_reader list = wire_read_vector(
        r, (size_t)FRANK_MESSAGES_MAX * EVIDENCE_MAX_BYTES, "evidence");

    while (wire_read_ok(&list) && list.pos < list.len) {
        size_t start = list.pos;

        if (out->count == FRANK_MESSAGES_MAX) {
            wire_read_fail(&list, FRANK_ERR_LIMIT, "evidence", start,
                           out->count + 1, FRANK_MESSAGES_MAX);
            break;
        }
        report_evidence_read(&out->evidence[out->count], &list);
        if (wire_read_ok(&list) &&
            !report_same_room(&out->evidence[out->count], &out->evidence[0])) {
            wire_read_fail(&list, FRANK_ERR_ROOMS, "evidence", start,
                           out->count, 0);
        }
        out->count++;
    }
    if (wire_read_ok(&list) && out->count == 0) {
        wire_read_fail(&list, FRANK_ERR_MISSING, "evidence", 0, 0, 1);
    }
    wire_read_join(r, &list);
}

void report_header_read(struct frank_report_header *out, struct wire_reader *r)
{
    size_t start = r->pos;
    uint8_t version = wire_read_u8(r, "report version");
    size_t accused;

    out->count = 0;
    if (wire_read_ok(r) && version != REPORT_VERSION) {
        wire_read_fail(r, FRANK_ERR_VALUE, "report version", start, version,
                       REPORT_VERSION);
    }
    wire_read_bytes(r, out->report_id, sizeof out->report_id, "report id");
    out->created = wire_read_u64(r, "created");
    wire_read_bytes(r, out->reporter_digest, sizeof out->reporter_digest,
                    "reporter digest");
    out->reason = wire_read_u8(r, "reason");
    accused = r->pos;
    out->accused = wire_read_u8(r, "accused");
    read_evidences(out, r);
    if (wire_read_ok(r) && out->accused >= out->count) {
        wire_read_fail(r, FRANK_ERR_VALUE, "accused", accused, out->accused,
                       out->count - 1);
    }
}

void report_header_write(struct wire_writer *w,
                         const struct frank_report_header *header)
{
    struct wire_writer list;

    wire_write_u8(w, REPORT_VERSION);
    wire_write_bytes(w, header->report_id, sizeof header->report_id);
    wire_write_u64(w, header->created);
    wire_write_bytes(w, header->reporter_digest,
                     sizeof header->reporter_digest);
    wire_write_u8(w, header->reason);
    wire_write_u8(w, header->accused);
    wire_write_init(&list, NULL, 0);
    for (size_t i = 0; i < header->count; i++) {
        report_evidence_write(&list, &header->evidence[i]);
    }
    wire_write_length(w, list.len, "evidence");
    for (size_t i = 0; i < header->count; i++) {
        report_evidence_write(w, &header->evidence[i]);
    }
}

void report_reporter_digest(uint8_t out[static FRANK_DIGEST_BYTES],
                            const struct report_reporter *reporter)
{
    static const uint8_t first = 0x01;
    hash_state state;

    memset(out, 0, FRANK_DIGEST_BYTES);
    if (reporter->salt != NULL) {
        hash_init(&state);
        hash_update(&state, &first, 1);
        hash_update(&state, reporter->salt, REPORT_SALT_BYTES);
        hash_update(&state, reporter->uri.data, reporter->uri.len);
        hash_final(&state, out);
    }
}

void report_reporter_read(struct report_reporter *out, struct wire_reader *r,
                          const struct frank_report_header *header)
{
    uint8_t digest[FRANK_DIGEST_BYTES];
    size_t start = r->pos;

    *out = (struct report_reporter){NULL, {NULL, 0}};
    if (read_present(r, "reporter's presence")) {
        out->salt = wire_read_span(r, REPORT_SALT_BYTES, "reporter salt").data;
        out->uri = wire_read_uri(r, "reporting user");
    }
    if (wire_read_ok(r)) {
        report_reporter_digest(digest, out);
        if (memcmp(digest, header->reporter_digest, sizeof digest) != 0) {
            wire_read_fail(r, FRANK_ERR_REPORTER, "reporter", start, 0, 0);
        }
    }
}

void report_reporter_write(struct wire_writer *w,
                           const struct report_reporter *reporter)
{
    wire_write_u8(w, reporter->salt != NULL);
    if (reporter->salt != NULL) {
        wire_write_bytes(w, reporter->salt, REPORT_SALT_BYTES);
        wire_write_uri(w, reporter->uri, "reporting user");
    }
}
