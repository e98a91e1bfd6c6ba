/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

#include "cbor.h"
#include "utf8.h"

#include <string.h>

struct frank_span describe_uri(const struct frank_uri *uri)
{
    return (struct frank_span){uri->bytes, uri->len};
}

void describe_content_json(json_t *object, const struct frank_content *located,
                           struct frank_span content)
{
    uint8_t tag[FRANK_TAG_BYTES];
    uint8_t id[FRANK_MESSAGE_ID_BYTES];

    io_json_set(object, "format",
                json_string(frank_format_name(located->format)));
    io_json_set(object, "content_length",
                json_integer((json_int_t)content.len));
    io_json_set(object, "salt", io_json_hex(located->salt, located->salt_len));
    io_json_set(object, "sender", io_json_text(describe_uri(&located->sender)));
    io_json_set(object, "room", io_json_text(describe_uri(&located->room)));
    if (frank_tag(tag, content.data, content.len, NULL) == FRANK_OK) {
        io_json_set(object, "franking_tag", io_json_hex(tag, sizeof tag));
    }
    if (frank_message_id(id, content.data, content.len, NULL) == FRANK_OK) {
        io_json_set(object, "message_id", io_json_hex(id, sizeof id));
    }
}

json_t *describe_findings_json(const struct frank_findings *findings)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < FRANK_RULE_COUNT; i++) {
        if ((findings->broken >> i & 1) != 0) {
            json_t *object = json_object();

            io_json_set(object, "rule",
                        json_string(frank_rule_text((enum frank_rule)i)));
            io_json_set(object, "offset",
                        json_integer((json_int_t)findings->offset[i]));
            io_json_append(array, object);
        }
    }
    return array;
}

void describe_findings_text(const struct frank_findings *findings)
{
    const char *between = "";

    for (unsigned i = 0; i < FRANK_RULE_COUNT; i++) {
        if ((findings->broken >> i & 1) != 0) {
            (void)printf("%s%s (byte %zu)", between,
                         frank_rule_text((enum frank_rule)i),
                         findings->offset[i]);
            between = "; ";
        }
    }
}

static void show_line(const char *name, struct frank_span text)
{
    (void)printf("%-12s", name);
    io_put_text(stdout, text);
    (void)putchar('\n');
}

/* A string of one piece and of this type, or nothing and an error. */
static struct frank_span read_string(struct wire_reader *r,
                                     enum cbor_major major)
{
    struct cbor_head head = cbor_read_head(r, "part");

    if (head.major != major || head.indefinite || head.value > r->len) {
        wire_read_fail(r, FRANK_ERR_TYPE, "part", r->pos, head.major, major);
    }
    return wire_read_span(r, wire_read_ok(r) ? (size_t)head.value : 0, "part");
}

/* The text of a MIMI message whose body is one part of text: NestedPart is
 * [disposition, language, 1, content type, content]. false for any other. */
static bool show_mimi_text(const struct frank_content *located)
{
    struct wire_reader r;
    struct cbor_head head;
    struct frank_span type;
    struct frank_span text;

    wire_read_init(&r, located->body, 0);
    head = cbor_read_head(&r, "part");
    if (located->format == FRANK_FORMAT_PLAIN || head.major != CBOR_ARRAY ||
        head.value != 5) {
        return false;
    }
    cbor_skip(&r, "disposition");
    cbor_skip(&r, "language");
    head = cbor_read_head(&r, "semantics");
    type = read_string(&r, CBOR_TEXT);
    text = read_string(&r, CBOR_BYTES);
    if (!wire_read_ok(&r) || head.major != CBOR_UINT || head.value != 1 ||
        type.len < 5 || memcmp(type.data, "text/", 5) != 0 ||
        !utf8_is_valid(text)) {
        return false;
    }
    show_line("media type", type);
    show_line("body", text);
    return true;
}

static void show_part(const struct frank_part *part, unsigned index)
{
    (void)printf("part %-7u", index);
    if (part->withheld) {
        (void)puts("withheld");
        return;
    }
    io_put_text(stdout, part->name);
    (void)printf(" (");
    io_put_text(stdout, part->media_type);
    (void)printf(", %zu bytes)\n", part->body.len);
    if (utf8_is_valid(part->body)) {
        show_line("", part->body);
    }
}

void describe_content_text(const struct frank_content *located,
                           const struct frank_findings *findings,
                           struct frank_span content)
{
    struct frank_part part;

    (void)printf("%-12s%s, %zu bytes\n", "format",
                 frank_format_name(located->format), content.len);
    show_line("sender", describe_uri(&located->sender));
    show_line("room", describe_uri(&located->room));
    if (located->media_type.len > 0) {
        show_line("media type", located->media_type);
    }
    if (located->format == FRANK_FORMAT_PLAIN && utf8_is_valid(located->body)) {
        show_line("body", located->body);
    } else if (located->format != FRANK_FORMAT_PARTED &&
               !show_mimi_text(located)) {
        (void)printf("%-12s%zu bytes\n", "body", located->body.len);
    }
    for (unsigned i = 0; i < located->parts; i++) {
        if (frank_part_read(&part, content.data, content.len, i, NULL) ==
            FRANK_OK) {
            show_part(&part, i);
        }
    }
    if (located->readings > 1) {
        (void)puts("readings    names its sender or its room twice");
    }
    if (findings->broken != 0) {
        (void)printf("%-12s", "malformed");
        describe_findings_text(findings);
        (void)putchar('\n');
    }
}
