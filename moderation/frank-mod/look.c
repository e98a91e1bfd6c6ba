/* SPDX-License-Identifier: Apache-2.0 */
#include "look.h"

#include "describe.h"
#include "describe_report.h"
#include "look_files.h"

#include <inttypes.h>
#include <string.h>

void look_content_name(char out[static LOOK_NAME_BYTES], size_t index)
{
    (void)snprintf(out, LOOK_NAME_BYTES, "message-%zu.content", index);
}

/* ---- Printing ----------------------------------------------------------- */

/* "disclosed and matches", "matches, malformed", "parts withheld: 2 of 5". */
static void matching_text(char *out, size_t size,
                          const struct opening_verdict *verdict)
{
    const char *text = opening_state_text(verdict->state);
    bool malformed = verdict->state == OPENING_MALFORMED;

    if (verdict->parts_withheld != 0) {
        (void)snprintf(out, size, "%s%sparts withheld: %d of %u",
                       malformed ? text : "", malformed ? ", " : "",
                       __builtin_popcountll(verdict->parts_withheld),
                       verdict->parts);
    } else {
        (void)snprintf(out, size, "%s", text);
    }
    if (verdict->stamp != STAMP_VALID) {
        size_t len = strlen(out);

        (void)snprintf(out + len, size - len,
                       " (not proven without the hub's verdict)");
    }
}

/* As matching_text(), or "does not match: ...". */
static void verdict_text(char *out, size_t size,
                         const struct opening_verdict *verdict)
{
    char reason[FRANK_FAULT_TEXT_BYTES];
    const char *text = opening_state_text(verdict->state);

    if (verdict->state == OPENING_MATCHES ||
        verdict->state == OPENING_MALFORMED) {
        matching_text(out, size, verdict);
    } else if (verdict->state == OPENING_MISMATCH ||
               verdict->state == OPENING_NOT_STAMPED) {
        frank_fault_text(reason, sizeof reason, &verdict->fault);
        (void)snprintf(out, size, "%s: %s", text, reason);
    } else {
        (void)snprintf(out, size, "%s", text);
    }
}

#define VERDICT_TEXT_BYTES (FRANK_FAULT_TEXT_BYTES + 128)

static void put_message_text(const struct look *look, size_t index)
{
    const struct frank_evidence *evidence =
        &opening_report(look->opening)->header.evidence[index];
    const struct opening_verdict *verdict = &look->verdicts[index];
    char text[VERDICT_TEXT_BYTES];
    char time[IO_TIME_BYTES];

    verdict_text(text, sizeof text, verdict);
    io_time(time, evidence->context.accepted_timestamp);
    (void)printf("message %zu: %s", index, text);
    if (verdict->state == OPENING_MALFORMED) {
        (void)printf(": ");
        describe_findings_text(&verdict->findings);
    }
    (void)printf("\n  from ");
    io_put_text(stdout, evidence->context.sender);
    (void)printf(" at %s", time);
    if (verdict->stamp == STAMP_VALID) {
        describe_place_text(evidence);
    } else if (evidence->ordered) {
        (void)printf(", place in the room not provable");
    }
    (void)printf("%s\n  stamp: %s\n",
                 index == opening_report(look->opening)->header.accused
                     ? " (the accused)"
                     : "",
                 opening_stamp_text(verdict->stamp));
}

/* Whose transcript stamps the hub's verdict calls valid. */
static void find_stamped(bool out[static FRANK_MESSAGES_MAX],
                         const struct look *look)
{
    size_t count = opening_report(look->opening)->header.count;

    for (size_t i = 0; i < count; i++) {
        out[i] = look->verdicts[i].stamp == STAMP_VALID;
    }
}

static void put_order_text(const struct look *look)
{
    bool stamped[FRANK_MESSAGES_MAX];

    find_stamped(stamped, look);
    describe_order_text(&opening_report(look->opening)->header, stamped);
}

static json_t *parts_json(const struct opening_verdict *verdict)
{
    json_t *parts = json_array();

    for (unsigned i = 0; i < verdict->parts; i++) {
        if ((verdict->parts_withheld >> i & 1) != 0) {
            io_json_append(parts, json_integer(i));
        }
    }
    return parts;
}

static int put_message_json(const struct look *look, size_t index, bool filed)
{
    const struct frank_evidence *evidence =
        &opening_report(look->opening)->header.evidence[index];
    const struct opening_verdict *verdict = &look->verdicts[index];
    bool matches = verdict->state == OPENING_MATCHES ||
                   verdict->state == OPENING_MALFORMED;
    char text[VERDICT_TEXT_BYTES];
    char name[LOOK_NAME_BYTES];
    json_t *line = json_object();

    verdict_text(text, sizeof text, verdict);
    io_json_set(line, "message", json_integer((json_int_t)index));
    io_json_set(line, "verdict", json_string(text));
    io_json_set(line, "proven",
                json_boolean(verdict->stamp == STAMP_VALID && matches));
    io_json_set(line, "stamp", json_string(opening_stamp_text(verdict->stamp)));
    io_json_set(line, "sender", io_json_text(evidence->context.sender));
    io_json_set(line, "room", io_json_text(evidence->context.room));
    io_json_set(line, "accepted_timestamp",
                io_json_time(evidence->context.accepted_timestamp));
    if (matches) {
        io_json_set(line, "format",
                    json_string(frank_format_name(verdict->format)));
        io_json_set(line, "malformed",
                    describe_findings_json(&verdict->findings));
    }
    if (verdict->parts > 0) {
        io_json_set(line, "parts", json_integer(verdict->parts));
        io_json_set(line, "parts_withheld", parts_json(verdict));
    }
    if (filed && opening_body(look->opening)->openings[index].disclosed) {
        look_content_name(name, index);
        io_json_set(line, "file", json_string(name));
    }
    return io_put_json(line);
}

static int put_order_json(const struct look *look)
{
    bool stamped[FRANK_MESSAGES_MAX];
    json_t *line = json_object();

    find_stamped(stamped, look);
    describe_order_json(line, &opening_report(look->opening)->header, stamped);
    return io_put_json(line);
}

static int put_report_json(const struct look *look)
{
    const struct sealed_report *report = opening_report(look->opening);
    json_t *line = json_object();

    describe_header_json(line, &report->header);
    io_json_set(line, "report_digest",
                io_json_hex(report->digest, sizeof report->digest));
    io_json_set(line, "hub_verdict", json_boolean(look->has_verdict));
    io_json_set(
        line, "note_length",
        json_integer((json_int_t)opening_body(look->opening)->note.len));
    return io_put_json(line);
}

static void put_report_text(const struct look *look)
{
    const struct sealed_report *report = opening_report(look->opening);
    char reason[DESCRIBE_REASON_BYTES];

    describe_reason(reason, report->header.reason);
    (void)printf("report for %s in ", reason);
    io_put_text(stdout, report->header.evidence[0].context.room);
    (void)printf("\ndigest ");
    for (size_t i = 0; i < sizeof report->digest; i++) {
        (void)printf("%02x", report->digest[i]);
    }
    (void)printf("\nnote: %zu bytes\n", opening_body(look->opening)->note.len);
}

int look_put_text(const struct look *look)
{
    size_t count = opening_report(look->opening)->header.count;

    put_report_text(look);
    for (size_t i = 0; i < count; i++) {
        put_message_text(look, i);
    }
    (void)look_files_put_text(look);
    put_order_text(look);
    return io_finish(EXIT_DONE);
}

int look_put_json(const struct look *look, bool filed)
{
    size_t count = opening_report(look->opening)->header.count;
    int code = put_report_json(look);

    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        code = put_message_json(look, i, filed);
    }
    if (code == EXIT_DONE) {
        code = look_files_put_json(look, filed);
    }
    return code == EXIT_DONE ? put_order_json(look) : code;
}
