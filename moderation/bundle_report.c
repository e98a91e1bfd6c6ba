/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle shows of a report. */
#include "bundle_inside.h"

#include <string.h>

#define MESSAGE_MAX_BYTES (FRANK_CONTENT_MAX_BYTES + 8192)

/* An Opening, as in a report's body: a content that is not disclosed is empty.
 */
static void read_opening(struct bundle_message *out, struct wire_reader *r)
{
    size_t start;

    out->disclosed = bundle_read_flag(r, "disclosure");
    start = r->pos;
    out->content = wire_read_opaque(r, FRANK_CONTENT_MAX_BYTES, "content");
    if (!out->disclosed && out->content.len > 0) {
        wire_read_fail(r, FRANK_ERR_VALUE, "content", start, out->content.len,
                       0);
    }
}

static void read_message(struct bundle_message *out, struct wire_reader *r)
{
    size_t start = r->pos;

    out->index = wire_read_u8(r, "message's index");
    if (out->index >= FRANK_MESSAGES_MAX) {
        wire_read_fail(r, FRANK_ERR_LIMIT, "message's index", start, out->index,
                       FRANK_MESSAGES_MAX - 1);
    }
    report_evidence_read(&out->evidence, r);
    read_opening(out, r);
}

static void read_messages(struct bundle_list *out, struct wire_reader *r)
{
    struct wire_reader list = wire_read_vector(
        r, (size_t)FRANK_MESSAGES_MAX * MESSAGE_MAX_BYTES, "messages");

    *out = (struct bundle_list){.size = sizeof(struct bundle_message),
                                .max = FRANK_MESSAGES_MAX};
    while (wire_read_ok(&list) && list.pos < list.len) {
        size_t start = list.pos;
        struct bundle_message *message =
            bundle_list_add(out, &list, "messages");

        if (message == NULL) {
            break;
        }
        read_message(message, &list);
        if (wire_read_ok(&list) && out->count > 1 &&
            message->index <= message[-1].index) {
            wire_read_fail(&list, FRANK_ERR_ORDER, "message's index", start,
                           message->index, message[-1].index + 1U);
        }
    }
    wire_read_join(r, &list);
}

static void read_reporter(struct report_reporter *out, struct wire_reader *r)
{
    *out = (struct report_reporter){NULL, {NULL, 0}};
    if (bundle_read_flag(r, "reporter's presence")) {
        out->salt = wire_read_span(r, REPORT_SALT_BYTES, "reporter salt").data;
        out->uri = wire_read_uri(r, "reporting user");
    }
}

void bundle_report_read(struct bundle_report *out, struct bundle_list *messages,
                        struct wire_reader *r)
{
    out->verdict =
        wire_read_opaque(r, BUNDLE_VERDICT_MAX_BYTES, "hub's verdict");
    wire_read_bytes(r, out->salt, sizeof out->salt, "report salt");
    out->created = wire_read_u64(r, "created");
    out->received = wire_read_u64(r, "received");
    out->reason = wire_read_u8(r, "reason");
    out->accused = wire_read_u8(r, "accused");
    read_reporter(&out->reporter, r);
    out->note = bundle_read_text(r, FRANK_NOTE_MAX_BYTES, "note");
    out->sealed = wire_read_opaque(r, FRANK_REPORT_MAX_BYTES, "sealed report");
    read_messages(messages, r);
    out->messages = messages->items;
    out->count = messages->count;
}

static void write_messages(struct wire_writer *w, const void *context)
{
    const struct bundle_report *report = context;

    for (size_t i = 0; i < report->count; i++) {
        const struct bundle_message *message = &report->messages[i];

        wire_write_u8(w, message->index);
        report_evidence_write(w, &message->evidence);
        wire_write_u8(w, message->disclosed);
        wire_write_opaque(w, message->content, FRANK_CONTENT_MAX_BYTES,
                          "content");
    }
}

void bundle_report_write(struct wire_writer *w,
                         const struct bundle_report *report)
{
    wire_write_opaque(w, report->verdict, BUNDLE_VERDICT_MAX_BYTES,
                      "hub's verdict");
    wire_write_bytes(w, report->salt, sizeof report->salt);
    wire_write_u64(w, report->created);
    wire_write_u64(w, report->received);
    wire_write_u8(w, report->reason);
    wire_write_u8(w, report->accused);
    report_reporter_write(w, &report->reporter);
    wire_write_opaque(w, report->note, FRANK_NOTE_MAX_BYTES, "note");
    wire_write_opaque(w, report->sealed, FRANK_REPORT_MAX_BYTES,
                      "sealed report");
    bundle_write_list(w, write_messages, report, "messages");
}
