/* SPDX-License-Identifier: Apache-2.0 */
/* ReportBody and its padding: what only the quorum reads of a report. */
#include "report.h"
#include "utf8.h"

#include <string.h>

enum disclosure { WITHHELD = 0, DISCLOSED = 1 };

/* The first byte of the padding; zeros follow. */
#define PADDING_MARK 0x80

size_t report_padded(size_t len)
{
    size_t n = len + 1;
    unsigned e = 0;
    unsigned s = 0;
    size_t step;

    if (n <= REPORT_BODY_MIN_BYTES) {
        return REPORT_BODY_MIN_BYTES;
    }
    while (n >> (e + 1) != 0) {
        e++; /* floor(log2 n) */
    }
    while (e >> s != 0) {
        s++; /* floor(log2 e) + 1 */
    }
    step = (size_t)1 << (e - s);
    return (n + step - 1) / step * step;
}

/* ---- Writing ------------------------------------------------------------ */

/* A parted content with parts left out is written where it is to stand. That
 * they can be left out was checked. */
static void write_redacted(struct wire_writer *w, const struct frank_kept *kept)
{
    size_t len = 0;
    size_t written;

    (void)!frank_parted_withhold(NULL, 0, &len, kept->content.data,
                                 kept->content.len, kept->withhold_parts, NULL);
    wire_write_length(w, len, "content");
    if (w->len + len <= w->capacity) {
        (void)!frank_parted_withhold(w->out + w->len, len, &written,
                                     kept->content.data, kept->content.len,
                                     kept->withhold_parts, NULL);
    }
    w->len += len;
}

static void write_opening(struct wire_writer *w, const struct frank_kept *kept)
{
    if (kept->withhold) {
        wire_write_u8(w, WITHHELD);
        wire_write_length(w, 0, "content");
        return;
    }
    wire_write_u8(w, DISCLOSED);
    if (kept->withhold_parts != 0) {
        write_redacted(w, kept);
    } else {
        wire_write_opaque(w, kept->content, FRANK_CONTENT_MAX_BYTES, "content");
    }
}

void report_body_write(struct wire_writer *w, const struct frank_report *report)
{
    struct wire_writer list;

    if (!utf8_is_valid(report->note)) {
        wire_write_fail(w, FRANK_ERR_UTF8, "note", 0, 0);
    }
    wire_write_opaque(w, report->note, FRANK_NOTE_MAX_BYTES, "note");
    wire_write_init(&list, NULL, 0);
    for (size_t i = 0; i < report->count; i++) {
        write_opening(&list, &report->messages[i]);
    }
    wire_write_length(w, list.len, "openings");
    for (size_t i = 0; i < report->count; i++) {
        write_opening(w, &report->messages[i]);
    }
    report_attachments_write(w, report);
}

/* ---- Reading ------------------------------------------------------------ */

/* The length without padding, or 0 where that is not as it must be. The body is
 * the reporter's own; how long it takes to look at it tells nobody anything
 * that he did not choose. */
static size_t unpadded(struct frank_span padded)
{
    size_t len = padded.len;

    while (len > 0 && padded.data[len - 1] == 0) {
        len--;
    }
    if (len == 0 || padded.data[len - 1] != PADDING_MARK ||
        report_padded(len - 1) != padded.len) {
        return 0;
    }
    return len - 1;
}

static void read_opening(struct frank_opening *out, struct wire_reader *r)
{
    size_t start = r->pos;
    uint8_t disclosure = wire_read_u8(r, "disclosure");

    if (disclosure > DISCLOSED) {
        wire_read_fail(r, FRANK_ERR_VALUE, "disclosure", start, disclosure,
                       DISCLOSED);
    }
    out->disclosed = disclosure == DISCLOSED;
    start = r->pos;
    out->content = wire_read_opaque(r, FRANK_CONTENT_MAX_BYTES, "content");
    if (!out->disclosed && out->content.len > 0) {
        wire_read_fail(r, FRANK_ERR_LENGTH, "withheld content", start,
                       out->content.len, 0);
    }
}

static void read_openings(struct frank_report_body *out, struct wire_reader *r,
                          size_t count)
{
    struct wire_reader list =
        wire_read_vector(r, FRANK_REPORT_MAX_BYTES, "openings");

    while (wire_read_ok(&list) && list.pos < list.len && out->count < count) {
        read_opening(&out->openings[out->count], &list);
        out->count++;
    }
    if (wire_read_ok(&list) && (out->count < count || list.pos < list.len)) {
        wire_read_fail(&list, FRANK_ERR_LENGTH,
                       "openings, one for each evidence", list.pos,
                       out->count + (list.pos < list.len), count);
    }
    wire_read_join(r, &list);
}

static void read_note(struct frank_report_body *out, struct wire_reader *r)
{
    size_t valid;

    out->note = wire_read_opaque(r, FRANK_NOTE_MAX_BYTES, "note");
    valid = utf8_fault(out->note);
    if (valid != out->note.len) {
        wire_read_fail(r, FRANK_ERR_UTF8, "note",
                       r->pos - out->note.len + valid, 0, 0);
    }
}

int report_body_decode(struct frank_report_body *out, struct frank_span padded,
                       size_t base, size_t count, struct frank_fault *fault)
{
    struct frank_span body = {padded.data, unpadded(padded)};
    struct wire_reader r;
    int error;

    memset(out, 0, sizeof *out);
    if (body.len == 0) {
        return wire_fault(fault, FRANK_ERR_PADDING, "report body", base, 0, 0);
    }
    wire_read_init(&r, body, base);
    read_note(out, &r);
    read_openings(out, &r, count);
    report_attachments_read(out, &r);
    wire_read_end(&r, "report body");
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}
