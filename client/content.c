/* SPDX-License-Identifier: Apache-2.0 */
/* What all content formats have in common: telling them apart, the franking
 * tag, the message ID, and checking a content against a tag and a context. */
#include "content.h"
#include "hmac.h"

#include <sodium.h>
#include <string.h>

const char *frank_format_name(enum frank_format format)
{
    switch (format) {
    case FRANK_FORMAT_MIMI:
        return "mimi";
    case FRANK_FORMAT_MIMI_FRAMED:
        return "mimi framed";
    case FRANK_FORMAT_PLAIN:
        return "plain";
    case FRANK_FORMAT_PARTED:
        return "parted";
    }
    return "unknown";
}

/*
 * The first byte tells. A MIMI message is a CBOR array, 0x87 if its encoding
 * is the right one; the other heads of an array, and tags in front of it, are
 * an abuser's. A framing begins with the length of a media type, in one or two
 * bytes; lengths 1 and 2, which no media type has, are our own formats.
 */
static int format_of(enum frank_format *out, uint8_t first)
{
    if (first == CONTENT_PLAIN) {
        *out = FRANK_FORMAT_PLAIN;
    } else if (first == CONTENT_PARTED) {
        *out = FRANK_FORMAT_PARTED;
    } else if (first < 0x80) {
        *out = FRANK_FORMAT_MIMI_FRAMED;
    } else if (first >> 5 == CBOR_ARRAY || first >> 5 == CBOR_TAG) {
        *out = FRANK_FORMAT_MIMI;
    } else {
        return FRANK_ERR_FORMAT;
    }
    return FRANK_OK;
}

static void locate(struct frank_content *out, struct wire_reader *r,
                   unsigned reading)
{
    switch (out->format) {
    case FRANK_FORMAT_MIMI:
        mimi_locate(out, r, reading);
        break;
    case FRANK_FORMAT_MIMI_FRAMED:
        mimi_framed_locate(out, r, reading);
        break;
    case FRANK_FORMAT_PLAIN:
        plain_locate(out, r);
        break;
    case FRANK_FORMAT_PARTED:
        parted_locate(out, r);
        break;
    }
}

/* Clears all but the bytes of the URIs: 2 KiB that need not be written for
 * each message. */
static void clear(struct frank_content *out)
{
    memset(out, 0, offsetof(struct frank_content, sender));
    out->sender.len = 0;
    memset(&out->room.len, 0, sizeof out->room.len);
    memset(&out->media_type, 0,
           sizeof *out - offsetof(struct frank_content, media_type));
}

int frank_locate_reading(struct frank_content *out, const uint8_t *content,
                         size_t len, unsigned reading,
                         struct frank_fault *fault)
{
    struct wire_reader r;
    int error;

    clear(out);
    if (len == 0) {
        return wire_fault(fault, FRANK_ERR_TRUNCATED, "content", 0, 0, 1);
    }
    if (len > FRANK_CONTENT_MAX_BYTES) {
        return wire_fault(fault, FRANK_ERR_LIMIT, "content", 0, len,
                          FRANK_CONTENT_MAX_BYTES);
    }
    if (format_of(&out->format, content[0]) != FRANK_OK) {
        return wire_fault(fault, FRANK_ERR_FORMAT, "content", 0, content[0], 0);
    }
    wire_read_init(&r, (struct frank_span){content, len}, 0);
    locate(out, &r, reading);
    if (wire_read_ok(&r) && reading >= out->readings) {
        wire_read_fail(&r, FRANK_ERR_ARGUMENT, "reading", 0, reading,
                       out->readings - 1);
    }
    error = wire_read_result(&r, fault);
    if (error != FRANK_OK) {
        memset(out, 0, sizeof *out);
    }
    return error;
}

int frank_locate(struct frank_content *out, const uint8_t *content, size_t len,
                 struct frank_fault *fault)
{
    return frank_locate_reading(out, content, len, 0, fault);
}

void content_broke(struct frank_findings *out, enum frank_rule rule,
                   size_t offset)
{
    uint64_t bit = (uint64_t)1 << rule;

    if ((out->broken & bit) == 0 || offset < out->offset[rule]) {
        out->broken |= bit;
        out->offset[rule] = offset;
    }
}

int frank_validate(struct frank_findings *out, const uint8_t *content,
                   size_t len, struct frank_fault *fault)
{
    struct frank_content located;
    int error = frank_locate(&located, content, len, fault);

    memset(out, 0, sizeof *out);
    if (error != FRANK_OK) {
        return error;
    }
    switch (located.format) {
    case FRANK_FORMAT_MIMI:
    case FRANK_FORMAT_MIMI_FRAMED:
        mimi_validate(out, &located, (size_t)(located.message.data - content));
        break;
    case FRANK_FORMAT_PLAIN:
        plain_validate(out, &located);
        break;
    case FRANK_FORMAT_PARTED:
        parted_validate(out, &located);
        break;
    }
    sodium_memzero(&located, sizeof located);
    return FRANK_OK;
}

static void tag_located(uint8_t out[static FRANK_TAG_BYTES],
                        struct frank_content *located, const uint8_t *content,
                        size_t len)
{
    struct hmac mac;

    hmac_schedule(&mac, located->salt, located->salt_len);
    if (located->format == FRANK_FORMAT_PARTED) {
        parted_digest(&mac, located);
    } else {
        hmac_update(&mac, content, len);
    }
    hmac_final(&mac, out);
}

int frank_tag(uint8_t out[static FRANK_TAG_BYTES], const uint8_t *content,
              size_t len, struct frank_fault *fault)
{
    struct frank_content located;
    int error = frank_locate(&located, content, len, fault);

    if (error == FRANK_OK) {
        tag_located(out, &located, content, len);
        sodium_memzero(&located, sizeof located);
    }
    return error;
}

static void hash_uri(hash_state *state, const struct frank_uri *uri)
{
    uint8_t length[2] = {(uint8_t)(uri->len >> 8), (uint8_t)uri->len};

    hash_update(state, length, sizeof length);
    hash_update(state, uri->bytes, uri->len);
}

int frank_message_id(uint8_t out[static FRANK_MESSAGE_ID_BYTES],
                     const uint8_t *content, size_t len,
                     struct frank_fault *fault)
{
    static const uint8_t sha256 = 0x01; /* IANA Named Information */
    struct frank_content located;
    uint8_t digest[HASH_BYTES];
    hash_state state;
    int error = frank_locate(&located, content, len, fault);

    if (error != FRANK_OK) {
        return error;
    }
    if (located.format != FRANK_FORMAT_MIMI &&
        located.format != FRANK_FORMAT_MIMI_FRAMED) {
        sodium_memzero(&located, sizeof located);
        return wire_fault(fault, FRANK_ERR_FORMAT, "message ID", 0, content[0],
                          0x87);
    }
    hash_init(&state);
    hash_uri(&state, &located.sender);
    hash_uri(&state, &located.room);
    hash_update(&state, located.message.data, located.message.len);
    /* The salt again, against length extension. */
    hash_update(&state, located.salt, located.salt_len);
    hash_final(&state, digest);
    out[0] = sha256;
    memcpy(out + 1, digest, FRANK_MESSAGE_ID_BYTES - 1);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(&located, sizeof located);
    return FRANK_OK;
}

static bool names(const struct frank_uri *uri, struct frank_span span)
{
    return uri->len == span.len && memcmp(uri->bytes, span.data, span.len) == 0;
}

/* Whether a reading of the content names the context's sender and room.
 * located holds reading 0, and the one that does afterwards. */
static int check_names(struct frank_content *located, const uint8_t *content,
                       size_t len, const struct frank_context *context,
                       struct frank_fault *fault)
{
    unsigned readings = located->readings;
    unsigned next = 1;
    bool sender = false;

    do {
        bool same = names(&located->sender, context->sender);

        if (same && names(&located->room, context->room)) {
            return FRANK_OK;
        }
        sender |= same;
    } while (next < readings && frank_locate_reading(located, content, len,
                                                     next++, NULL) == FRANK_OK);
    return sender ? wire_fault(fault, FRANK_ERR_ROOM, "room URI", 0, 0, 0)
                  : wire_fault(fault, FRANK_ERR_SENDER, "sender URI", 0, 0, 0);
}

int frank_opening_check(struct frank_content *out, const uint8_t *content,
                        size_t len, const uint8_t tag[static FRANK_TAG_BYTES],
                        const struct frank_context *context,
                        struct frank_fault *fault)
{
    struct frank_content located;
    uint8_t computed[FRANK_TAG_BYTES];
    int error = frank_locate(&located, content, len, fault);

    if (error == FRANK_OK) {
        tag_located(computed, &located, content, len);
        if (sodium_memcmp(computed, tag, sizeof computed) != 0) {
            error = wire_fault(fault, FRANK_ERR_TAG, "franking tag", 0, 0, 0);
        } else {
            error = check_names(&located, content, len, context, fault);
        }
    }
    if (error == FRANK_OK && out != NULL) {
        *out = located;
    }
    sodium_memzero(computed, sizeof computed);
    sodium_memzero(&located, sizeof located);
    return error;
}
