/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locating in MIMI content (draft-ietf-mimi-content-08). Its shape, an array
 *
 *   salt, replaces, topicId, expires, inReplyTo, extensions, nestedPart
 *
 * is all that is asked for: an abuser must not keep a message from being
 * reported by breaking a rule that other clients overlook. So every well-formed
 * encoding is read, tags are stepped over, and of a field that stands twice
 * either can be taken. Which sender and which room count is settled by the
 * hub's stamp, not here: a wrong reading does not match it.
 */
#include "content.h"

/* A URI among the extensions. */
struct named {
    uint64_t key;
    const char *field;
    bool last;                  /* take the last that can be one */
    unsigned count;             /* how many can be one */
    struct cbor_head head;      /* of the one taken */
    size_t pos;                 /* and what is behind it */
    struct frank_fault refused; /* the first that cannot be one */
};

static void consider(struct wire_reader *r, struct named *named)
{
    struct cbor_head head = cbor_read_untagged(r, named->field);
    size_t start = r->pos;
    uint64_t len = 0;
    int error = FRANK_ERR_TYPE;

    if (head.major == CBOR_TEXT) {
        len = cbor_skip_string(r, head, named->field);
        error = len == 0                    ? FRANK_ERR_MISSING
                : len > FRANK_URI_MAX_BYTES ? FRANK_ERR_LIMIT
                                            : FRANK_OK;
    } else {
        cbor_skip_rest(r, head, named->field);
    }
    if (error != FRANK_OK && named->refused.error == FRANK_OK) {
        (void)wire_fault(
            &named->refused, error, named->field, r->base + head.pos,
            error == FRANK_ERR_TYPE ? head.major : len,
            error == FRANK_ERR_TYPE ? CBOR_TEXT : FRANK_URI_MAX_BYTES);
    }
    if (error == FRANK_OK && (named->count++ == 0 || named->last)) {
        named->head = head;
        named->pos = start;
    }
}

static void take(struct frank_uri *out, struct wire_reader *r,
                 const struct named *named, size_t map)
{
    size_t end = r->pos;

    if (!wire_read_ok(r)) {
        return;
    }
    if (named->count == 0) {
        wire_read_fail(r, FRANK_ERR_MISSING, named->field, map, 0, 1);
        if (named->refused.error != FRANK_OK) {
            r->fault = named->refused;
        }
        return;
    }
    r->pos = named->pos;
    out->len = (size_t)cbor_read_string(r, named->head, out->bytes,
                                        sizeof out->bytes, named->field);
    r->pos = end;
}

static void read_extensions(struct frank_content *out, struct wire_reader *r,
                            unsigned reading)
{
    struct named sender = {.key = MIMI_EXTENSION_SENDER,
                           .field = "sender URI (extension 1)",
                           .last = (reading & 1) != 0};
    struct named room = {.key = MIMI_EXTENSION_ROOM,
                         .field = "room URI (extension 2)",
                         .last = (reading & 2) != 0};
    struct cbor_head map = cbor_read_untagged(r, "extensions");

    if (map.major != CBOR_MAP) {
        wire_read_fail(r, FRANK_ERR_TYPE, "extensions", map.pos, map.major,
                       CBOR_MAP);
    }
    for (uint64_t i = 0; wire_read_ok(r); i++) {
        struct cbor_head key;

        if (map.indefinite ? cbor_read_break(r) : i == map.value) {
            break;
        }
        key = cbor_read_untagged(r, "extension key");
        if (key.major != CBOR_UINT) {
            cbor_skip_rest(r, key, "extension key");
        }
        if (key.major == CBOR_UINT && key.value == sender.key) {
            consider(r, &sender);
        } else if (key.major == CBOR_UINT && key.value == room.key) {
            consider(r, &room);
        } else {
            cbor_skip(r, "extension value");
        }
    }
    take(&out->sender, r, &sender, map.pos);
    take(&out->room, r, &room, map.pos);
    out->readings = room.count > 1 ? 4 : sender.count > 1 ? 2 : 1;
}

static void read_salt(struct frank_content *out, struct wire_reader *r)
{
    struct cbor_head head = cbor_read_untagged(r, "salt");
    uint64_t len;

    if (head.major != CBOR_BYTES) {
        wire_read_fail(r, FRANK_ERR_TYPE, "salt", head.pos, head.major,
                       CBOR_BYTES);
        return;
    }
    len = cbor_read_string(r, head, out->salt, FRANK_MIMI_SALT_BYTES, "salt");
    if (len != FRANK_MIMI_SALT_BYTES) {
        wire_read_fail(r, FRANK_ERR_LENGTH, "salt", head.pos, len,
                       FRANK_MIMI_SALT_BYTES);
    }
    out->salt_len = FRANK_MIMI_SALT_BYTES;
}

void mimi_locate(struct frank_content *out, struct wire_reader *r,
                 unsigned reading)
{
    struct cbor_head array = cbor_read_untagged(r, "message");
    size_t body;

    out->message.data = r->data;
    out->message.len = r->len;
    if (array.major != CBOR_ARRAY) {
        wire_read_fail(r, FRANK_ERR_TYPE, "message", array.pos, array.major,
                       CBOR_ARRAY);
    } else if (!array.indefinite && array.value < MIMI_ELEMENTS) {
        wire_read_fail(r, FRANK_ERR_LENGTH, "message", array.pos, array.value,
                       MIMI_ELEMENTS);
    }
    read_salt(out, r);
    cbor_skip(r, "replaces");
    cbor_skip(r, "topicId");
    cbor_skip(r, "expires");
    cbor_skip(r, "inReplyTo");
    read_extensions(out, r, reading);
    body = r->pos;
    cbor_skip(r, "nestedPart");
    if (wire_read_ok(r)) {
        out->body.data = r->data + body;
        out->body.len = r->pos - body;
    }
    for (uint64_t i = MIMI_ELEMENTS; wire_read_ok(r); i++) {
        if (array.indefinite ? cbor_read_break(r) : i == array.value) {
            break;
        }
        cbor_skip(r, "element behind nestedPart");
    }
    wire_read_end(r, "message");
}

/* ApplicationFraming (draft-ietf-mls-extensions, content advertisement). The
 * media type is not asked for: an empty one stands for the group's default,
 * and a false one breaks a rule, no more. */
void mimi_framed_locate(struct frank_content *out, struct wire_reader *r,
                        unsigned reading)
{
    struct wire_reader parameters;
    struct wire_reader message;

    out->media_type =
        wire_read_opaque(r, FRANK_CONTENT_MAX_BYTES, "media type");
    parameters =
        wire_read_vector(r, FRANK_CONTENT_MAX_BYTES, "media type parameters");
    while (wire_read_ok(&parameters) && parameters.pos < parameters.len) {
        (void)wire_read_opaque(&parameters, FRANK_CONTENT_MAX_BYTES,
                               "parameter name");
        (void)wire_read_opaque(&parameters, FRANK_CONTENT_MAX_BYTES,
                               "parameter value");
    }
    wire_read_join(r, &parameters);
    message = wire_read_vector(r, FRANK_CONTENT_MAX_BYTES, "framed message");
    mimi_locate(out, &message, reading);
    wire_read_join(r, &message);
    wire_read_end(r, "framing");
}
