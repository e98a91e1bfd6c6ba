/* SPDX-License-Identifier: Apache-2.0 */
#include "mimi_report.h"

#include "utf8.h"
#include "wire.h"

#include <string.h>

static void read_message(struct mimi_report *out, struct wire_reader *r)
{
    struct mimi_report_message *message = &out->messages[out->count];
    size_t start;

    if (out->count == MIMI_REPORT_MESSAGES_MAX) {
        wire_read_fail(r, FRANK_ERR_LIMIT, "messages", r->pos, out->count + 1,
                       MIMI_REPORT_MESSAGES_MAX);
        return;
    }
    message->content =
        wire_read_opaque(r, MIMI_REPORT_MAX_BYTES, "message content");
    start = r->pos;
    (void)wire_read_span(r, FRANK_MAC_BYTES, "server frank");
    (void)wire_read_u16(r, "cipher suite");
    (void)wire_read_opaque(r, MIMI_REPORT_MAX_BYTES, "signature");
    message->frank.data = r->data + start;
    message->frank.len = r->pos - start;
    message->accepted_timestamp = wire_read_u64(r, "accepted timestamp");
    out->count++;
}

/* AppDataDictionary (draft-ietf-mls-extensions): sorted by component, each at
 * most once. */
static void read_extensions(struct wire_reader *r)
{
    struct wire_reader list =
        wire_read_vector(r, MIMI_REPORT_MAX_BYTES, "abuse extensions");
    uint32_t least = 0;

    while (wire_read_ok(&list) && list.pos < list.len) {
        size_t start = list.pos;
        uint16_t id = wire_read_u16(&list, "component id");

        (void)wire_read_opaque(&list, MIMI_REPORT_MAX_BYTES, "component data");
        if (id < least) {
            wire_read_fail(&list, FRANK_ERR_ORDER, "component id", start, id,
                           least);
        }
        least = (uint32_t)id + 1;
    }
    wire_read_join(r, &list);
}

static void check_note(struct wire_reader *r, struct frank_span note)
{
    size_t valid = utf8_fault(note);

    if (valid != note.len) {
        wire_read_fail(r, FRANK_ERR_UTF8, "note", r->pos - note.len + valid, 0,
                       0);
    }
}

int mimi_report_decode(struct mimi_report *out, const uint8_t *bytes,
                       size_t len, struct frank_fault *fault)
{
    struct wire_reader r;
    struct wire_reader messages;
    int error;

    memset(out, 0, sizeof *out);
    if (len > MIMI_REPORT_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "report", 0, len,
                          MIMI_REPORT_MAX_BYTES);
    }
    wire_read_init(&r, (struct frank_span){bytes, len}, 0);
    out->reporting_user =
        wire_read_opaque(&r, FRANK_URI_MAX_BYTES, "reporting user");
    out->alleged_abuser = wire_read_uri(&r, "alleged abuser");
    out->reason = wire_read_u8(&r, "reason");
    out->note = wire_read_opaque(&r, MIMI_REPORT_NOTE_MAX_BYTES, "note");
    check_note(&r, out->note);
    messages = wire_read_vector(&r, MIMI_REPORT_MAX_BYTES, "messages");
    while (wire_read_ok(&messages) && messages.pos < messages.len) {
        read_message(out, &messages);
    }
    wire_read_join(&r, &messages);
    read_extensions(&r);
    wire_read_end(&r, "report");
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

static void write_message(struct wire_writer *w,
                          const struct mimi_report_message *message)
{
    wire_write_opaque(w, message->content, FRANK_CONTENT_MAX_BYTES,
                      "message content");
    wire_write_bytes(w, message->frank.data, message->frank.len);
    wire_write_u64(w, message->accepted_timestamp);
}

int mimi_report_encode(uint8_t *out, size_t capacity, size_t *written,
                       const struct mimi_report *report,
                       struct frank_fault *fault)
{
    struct wire_writer messages;
    struct wire_writer w;

    *written = 0;
    if (report->count > MIMI_REPORT_MESSAGES_MAX) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "messages", 0, report->count,
                          MIMI_REPORT_MESSAGES_MAX);
    }
    wire_write_init(&messages, NULL, 0);
    for (size_t i = 0; i < report->count; i++) {
        write_message(&messages, &report->messages[i]);
    }
    wire_write_init(&w, out, capacity);
    w.fault = messages.fault;
    if (utf8_fault(report->note) != report->note.len) {
        wire_write_fail(&w, FRANK_ERR_UTF8, "note", 0, 0);
    }
    wire_write_opaque(&w, report->reporting_user, FRANK_URI_MAX_BYTES,
                      "reporting user");
    wire_write_uri(&w, report->alleged_abuser, "alleged abuser");
    wire_write_u8(&w, report->reason);
    wire_write_opaque(&w, report->note, MIMI_REPORT_NOTE_MAX_BYTES, "note");
    wire_write_length(&w, messages.len, "messages");
    for (size_t i = 0; i < report->count; i++) {
        write_message(&w, &report->messages[i]);
    }
    wire_write_length(&w, 0, "abuse extensions");
    if (w.len > MIMI_REPORT_MAX_BYTES) {
        wire_write_fail(&w, FRANK_ERR_LIMIT, "report", w.len,
                        MIMI_REPORT_MAX_BYTES);
    }
    return wire_write_result(&w, written, fault);
}

static struct frank_span span_of(const struct frank_uri *uri)
{
    return (struct frank_span){uri->bytes, uri->len};
}

/* Sender and room are taken from the content, and settled by the stamp: of a
 * content with several readings, the first that the hub stamped. */
static int check_readings(struct mimi_report_verdict *out,
                          const struct stamper *stamper,
                          const struct mimi_report_message *message,
                          const struct frank_frank *frank)
{
    unsigned readings = out->content.readings;
    unsigned next = 1;
    int error;

    do {
        struct stamp_claim claim = {
            .tag = out->tag,
            .context = {span_of(&out->content.sender),
                        span_of(&out->content.room),
                        message->accepted_timestamp},
            .frank = *frank,
        };

        error = stamper_check(stamper, &claim, &out->fault);
    } while (error != FRANK_OK && error != FRANK_ERR_EPOCH_DESTROYED &&
             next < readings &&
             frank_locate_reading(&out->content, message->content.data,
                                  message->content.len, next++,
                                  NULL) == FRANK_OK);
    return error;
}

static int check_message(struct mimi_report_verdict *out,
                         const struct stamper *stamper,
                         const struct mimi_report_message *message)
{
    struct frank_frank frank;
    const uint8_t *content = message->content.data;
    size_t len = message->content.len;
    int error = frank_locate(&out->content, content, len, &out->fault);

    /* What was located once is located by each of these. */
    if (error == FRANK_OK) {
        error = frank_tag(out->tag, content, len, &out->fault);
    }
    if (error == FRANK_OK) {
        error = frank_validate(&out->findings, content, len, &out->fault);
    }
    out->located = error == FRANK_OK;
    if (error == FRANK_OK) {
        error = frank_frank_decode(&frank, message->frank.data,
                                   message->frank.len, &out->fault);
    }
    if (error == FRANK_OK) {
        error = check_readings(out, stamper, message, &frank);
    }
    return error;
}

void mimi_report_check(struct mimi_report_verdict *out,
                       const struct stamper *stamper,
                       const struct mimi_report *report, size_t index)
{
    struct frank_span sender;

    memset(out, 0, sizeof *out);
    out->error = check_message(out, stamper, &report->messages[index]);
    if (out->error == FRANK_OK) {
        out->fault = (struct frank_fault){0};
    }
    sender = span_of(&out->content.sender);
    out->from_abuser =
        out->located && sender.len == report->alleged_abuser.len &&
        memcmp(sender.data, report->alleged_abuser.data, sender.len) == 0;
}
