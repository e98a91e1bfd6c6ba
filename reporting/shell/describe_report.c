/* SPDX-License-Identifier: Apache-2.0 */
#include "describe_report.h"

#include "room_order.h"

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
        (void)printf(", number %" PRIu64 " of the room, sent when its "
                     "author's device had acknowledged ",
                     evidence->transcript.room_seq);
        if (evidence->transcript.seen_seq > 0) {
            (void)printf("up to number %" PRIu64,
                         evidence->transcript.seen_seq);
        } else {
            (void)printf("nothing");
        }
    }
}

static void messages_text(const char *before, const size_t *messages,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)printf("%s%zu", i == 0 ? before : ", ", messages[i]);
    }
}

/* Of the others in the report; nothing of a message before which there is none.
 */
static void seen_text(const struct room_place *places, size_t index,
                      const struct frank_report_header *header)
{
    struct room_seen seen;

    room_seen(&seen, places, index, header);
    if (seen.count + seen.missing_count == 0) {
        return;
    }
    (void)printf("  message %zu: its author's device had",
                 places[index].message);
    messages_text(" acknowledged message ", seen.messages, seen.count);
    messages_text(seen.count > 0 ? ", but not yet message "
                                 : " not yet acknowledged message ",
                  seen.missing, seen.missing_count);
    (void)putchar('\n');
}

void describe_order_text(const struct frank_report_header *header,
                         const bool *stamped)
{
    struct room_place places[FRANK_MESSAGES_MAX];
    size_t count;
    bool has_gap = false;

    if (room_order(places, &count, header, stamped) != FRANK_OK) {
        (void)puts("order: two messages have the same number, which no honest "
                   "hub gives");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        (void)printf("%s", i == 0 ? "order:" : "");
        if (places[i].gap > 0) {
            (void)printf(" [%" PRIu64 " between]", places[i].gap);
            has_gap = true;
        }
        (void)printf(" message %zu%s", places[i].message,
                     i + 1 == count ? "\n" : "");
    }
    if (has_gap) {
        (void)puts("  what lies between was stamped, perhaps never delivered");
    }
    for (size_t i = 0; i < count; i++) {
        seen_text(places, i, header);
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

static json_t *messages_json(const size_t *messages, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        io_json_append(list, json_integer((json_int_t)messages[i]));
    }
    return list;
}

static json_t *place_json(const struct room_place *places, size_t index,
                          const struct frank_report_header *header)
{
    const struct room_place *place = &places[index];
    struct room_seen seen;
    json_t *object = json_object();

    room_seen(&seen, places, index, header);
    io_json_set(object, "message", json_integer((json_int_t)place->message));
    io_json_set(object, "room_seq", io_json_time(place->room_seq));
    io_json_set(object, "seen_seq", io_json_time(place->seen_seq));
    io_json_set(object, "gap", io_json_time(place->gap));
    io_json_set(object, "acknowledged",
                messages_json(seen.messages, seen.count));
    io_json_set(object, "not_acknowledged",
                messages_json(seen.missing, seen.missing_count));
    return object;
}

void describe_order_json(json_t *object,
                         const struct frank_report_header *header,
                         const bool *stamped)
{
    struct room_place places[FRANK_MESSAGES_MAX];
    size_t count;
    int error = room_order(places, &count, header, stamped);
    json_t *order = json_array();

    for (size_t i = 0; i < count && error == FRANK_OK; i++) {
        io_json_append(order, place_json(places, i, header));
    }
    io_json_set(object, "order", order);
    io_json_set(object, "order_valid", json_boolean(error == FRANK_OK));
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
