/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

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
