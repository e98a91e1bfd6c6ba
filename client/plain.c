/* SPDX-License-Identifier: Apache-2.0 */
/* PlainContent: a messenger's own bytes, with what franking needs around
 * them; and the fields that PartedContent shares with it. */
#include "content.h"
#include "utf8.h"

#include <string.h>

static void copy_uri(struct frank_uri *out, struct wire_reader *r,
                     const char *field)
{
    struct frank_span uri = wire_read_uri(r, field);

    if (uri.len > 0) {
        memcpy(out->bytes, uri.data, uri.len);
        out->len = uri.len;
    }
}

void content_read_names(struct frank_content *out, struct wire_reader *r)
{
    (void)wire_read_u8(r, "format");
    wire_read_bytes(r, out->salt, FRANK_PLAIN_SALT_BYTES, "salt");
    out->salt_len = FRANK_PLAIN_SALT_BYTES;
    copy_uri(&out->sender, r, "sender URI");
    copy_uri(&out->room, r, "room URI");
    out->message.data = r->data;
    out->message.len = r->len;
    out->readings = 1;
}

void content_write_names(struct wire_writer *w, struct frank_span sender,
                         struct frank_span room)
{
    wire_write_uri(w, sender, "sender URI");
    wire_write_uri(w, room, "room URI");
}

void plain_locate(struct frank_content *out, struct wire_reader *r)
{
    content_read_names(out, r);
    out->media_type =
        wire_read_opaque(r, FRANK_CONTENT_MAX_BYTES, "media type");
    out->body = wire_read_opaque(r, FRANK_CONTENT_MAX_BYTES, "body");
    wire_read_end(r, "content");
}

void content_write_limit(struct wire_writer *w)
{
    if (w->len > FRANK_CONTENT_MAX_BYTES) {
        wire_write_fail(w, FRANK_ERR_LIMIT, "content", w->len,
                        FRANK_CONTENT_MAX_BYTES);
    }
}

bool content_is_media_type(struct frank_span type)
{
    for (size_t i = 0; i < type.len; i++) {
        if (type.data[i] < 0x20 || type.data[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

void content_validate_names(struct frank_findings *out,
                            const struct frank_content *located)
{
    struct frank_span sender = {located->sender.bytes, located->sender.len};
    struct frank_span room = {located->room.bytes, located->room.len};
    size_t offset = 1 + FRANK_PLAIN_SALT_BYTES;

    if (!utf8_is_valid(sender)) {
        content_broke(out, FRANK_RULE_URI, offset);
    }
    if (!utf8_is_valid(room)) {
        content_broke(out, FRANK_RULE_URI,
                      offset + wire_length_bytes(sender.len) + sender.len);
    }
}

void plain_validate(struct frank_findings *out,
                    const struct frank_content *located)
{
    content_validate_names(out, located);
    if (!content_is_media_type(located->media_type)) {
        content_broke(
            out, FRANK_RULE_MEDIA_TYPE,
            (size_t)(located->media_type.data - located->message.data));
    }
}

int frank_plain_build(uint8_t *out, size_t capacity, size_t *written,
                      const uint8_t salt[static FRANK_PLAIN_SALT_BYTES],
                      struct frank_span sender, struct frank_span room,
                      struct frank_span media_type, struct frank_span body,
                      struct frank_fault *fault)
{
    struct wire_writer w;

    wire_write_init(&w, out, capacity);
    wire_write_u8(&w, CONTENT_PLAIN);
    wire_write_bytes(&w, salt, FRANK_PLAIN_SALT_BYTES);
    content_write_names(&w, sender, room);
    wire_write_opaque(&w, media_type, FRANK_CONTENT_MAX_BYTES, "media type");
    wire_write_opaque(&w, body, FRANK_CONTENT_MAX_BYTES, "body");
    content_write_limit(&w);
    return wire_write_result(&w, written, fault);
}
