/* SPDX-License-Identifier: Apache-2.0 */
#include "describe_report.h"

#include <inttypes.h>

void describe_reason(char out[static DESCRIBE_REASON_BYTES], uint8_t code)
{
    const struct frank_reason *reason = frank_reason(code);

    if (reason != NULL) {
        (void)snprintf(out, DESCRIBE_REASON_BYTES, "%s", reason->name);
    } else {
        (void)snprintf(out, DESCRIBE_REASON_BYTES, "%u (unknown)",
                       (unsigned)code);
    }
}

void describe_place_text(const struct frank_evidence *evidence)
{
    if (evidence->ordered) {
        (void)printf(", message %" PRIu64 " of the room, written after its "
                     "author had received %" PRIu64,
                     evidence->transcript.room_seq,
                     evidence->transcript.seen_seq);
    }
}

static void evidence_text(const struct frank_report_header *header,
                          size_t index)
{
    const struct frank_evidence *evidence = &header->evidence[index];
    char time[IO_TIME_BYTES];

    io_time(time, evidence->context.accepted_timestamp);
    (void)printf("message %zu: from ", index);
    io_put_text(stdout, evidence->context.sender);
    (void)printf(" at %s", time);
    describe_place_text(evidence);
    (void)puts(index == header->accused ? " (the accused)" : "");
}

void describe_header_text(const struct frank_report_header *header)
{
    char time[IO_TIME_BYTES];
    char reason[DESCRIBE_REASON_BYTES];

    (void)printf("report      ");
    for (size_t i = 0; i < sizeof header->report_id; i++) {
        (void)printf("%02x", header->report_id[i]);
    }
    io_time(time, header->created);
    describe_reason(reason, header->reason);
    (void)printf("\ncreated     %s\nreason      %s\nroom        ", time,
                 reason);
    io_put_text(stdout, header->evidence[0].context.room);
    (void)putchar('\n');
    for (size_t i = 0; i < header->count; i++) {
        evidence_text(header, i);
    }
}

static json_t *evidence_json(const struct frank_evidence *evidence)
{
    json_t *object = json_object();

    io_json_set(object, "franking_tag",
                io_json_hex(evidence->tag, sizeof evidence->tag));
    io_json_set(object, "sender", io_json_text(evidence->context.sender));
    io_json_set(object, "accepted_timestamp",
                io_json_time(evidence->context.accepted_timestamp));
    io_json_set(object, "suite", json_integer(evidence->frank.suite));
    if (evidence->ordered) {
        io_json_set(object, "room_seq",
                    io_json_time(evidence->transcript.room_seq));
        io_json_set(object, "seen_seq",
                    io_json_time(evidence->transcript.seen_seq));
    }
    return object;
}

void describe_header_json(json_t *object,
                          const struct frank_report_header *header)
{
    char reason[DESCRIBE_REASON_BYTES];
    json_t *evidence = json_array();

    describe_reason(reason, header->reason);
    io_json_set(object, "report_id",
                io_json_hex(header->report_id, sizeof header->report_id));
    io_json_set(object, "created", io_json_time(header->created));
    io_json_set(object, "reason", json_string(reason));
    io_json_set(object, "reason_code", json_integer(header->reason));
    io_json_set(object, "accused", json_integer(header->accused));
    io_json_set(object, "room", io_json_text(header->evidence[0].context.room));
    for (size_t i = 0; i < header->count; i++) {
        io_json_append(evidence, evidence_json(&header->evidence[i]));
    }
    io_json_set(object, "evidence", evidence);
}
