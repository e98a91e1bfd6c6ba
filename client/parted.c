/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PartedContent: each part can be withheld from a report and still be proven
 * to have stood there. The tag is taken over the digested form, in which each
 * slot holds SHA-256(0x00 || Part); the part's own salt keeps a withheld text
 * from being guessed from its digest.
 */
#include "content.h"
#include "hmac.h"
#include "utf8.h"

#include <sodium.h>
#include <string.h>

enum part_state { PART_PRESENT = 0, PART_WITHHELD = 1 };

/* state, digest */
#define SLOT_DIGESTED_BYTES (1 + FRANK_DIGEST_BYTES)

static void hash_part(uint8_t out[static FRANK_DIGEST_BYTES],
                      struct frank_span part)
{
    static const uint8_t prefix = 0x00;
    hash_state state;

    hash_init(&state);
    hash_update(&state, &prefix, 1);
    hash_update(&state, part.data, part.len);
    hash_final(&state, out);
}

/* Reads the next slot; *bytes, if the part is present, is its encoding. The
 * digest of a present part is left to the caller. */
static void read_slot(struct frank_part *out, struct frank_span *bytes,
                      struct wire_reader *r)
{
    size_t start = r->pos;
    uint8_t state = wire_read_u8(r, "part state");
    size_t from = r->pos;

    memset(out, 0, sizeof *out);
    out->withheld = state == PART_WITHHELD;
    switch (state) {
    case PART_WITHHELD:
        wire_read_bytes(r, out->digest, sizeof out->digest, "part digest");
        break;
    case PART_PRESENT:
        out->name = wire_read_opaque(r, FRANK_CONTENT_MAX_BYTES, "part name");
        out->media_type =
            wire_read_opaque(r, FRANK_CONTENT_MAX_BYTES, "part media type");
        wire_read_bytes(r, out->salt, sizeof out->salt, "part salt");
        out->body = wire_read_opaque(r, FRANK_CONTENT_MAX_BYTES, "part body");
        break;
    default:
        wire_read_fail(r, FRANK_ERR_VALUE, "part state", start, state,
                       PART_WITHHELD);
    }
    bytes->data = r->data + from;
    bytes->len = r->pos - from;
}

void parted_locate(struct frank_content *out, struct wire_reader *r)
{
    struct wire_reader slots;
    size_t start;

    content_read_names(out, r);
    start = r->pos;
    slots = wire_read_vector(r, FRANK_CONTENT_MAX_BYTES, "parts");
    out->body.data = slots.data;
    out->body.len = slots.len;
    while (wire_read_ok(&slots) && slots.pos < slots.len) {
        struct frank_part part;
        struct frank_span bytes;

        if (out->parts == FRANK_PARTS_MAX) {
            wire_read_fail(&slots, FRANK_ERR_LIMIT, "parts", slots.pos,
                           FRANK_PARTS_MAX + 1, FRANK_PARTS_MAX);
            break;
        }
        read_slot(&part, &bytes, &slots);
        out->withheld |= (uint64_t)part.withheld << out->parts;
        out->parts++;
    }
    wire_read_join(r, &slots);
    if (out->parts == 0) {
        wire_read_fail(r, FRANK_ERR_MISSING, "parts", start, 0, 1);
    }
    wire_read_end(r, "content");
}

/* Writes or hashes the digested form's slots one by one: the slots of a
 * located content always read. */
static void next_digest(struct frank_part *part, struct frank_span *bytes,
                        struct wire_reader *slots)
{
    read_slot(part, bytes, slots);
    if (!part->withheld) {
        hash_part(part->digest, *bytes);
    }
}

/* Bytes of a located content in front of its slots' length. */
static size_t head_bytes(const struct frank_content *located)
{
    return (size_t)(located->body.data - located->message.data) -
           wire_length_bytes(located->body.len);
}

void parted_digest(struct hmac *mac, const struct frank_content *located)
{
    uint8_t length[WIRE_LENGTH_MAX_BYTES];
    struct wire_writer w;
    struct wire_reader slots;

    hmac_update(mac, located->message.data, head_bytes(located));
    wire_write_init(&w, length, sizeof length);
    wire_write_length(&w, (size_t)located->parts * SLOT_DIGESTED_BYTES,
                      "parts");
    hmac_update(mac, length, w.len);
    wire_read_init(&slots, located->body, 0);
    for (unsigned i = 0; i < located->parts; i++) {
        static const uint8_t withheld = PART_WITHHELD;
        struct frank_part part;
        struct frank_span bytes;

        next_digest(&part, &bytes, &slots);
        hmac_update(mac, &withheld, 1);
        hmac_update(mac, part.digest, sizeof part.digest);
    }
}

void parted_validate(struct frank_findings *out,
                     const struct frank_content *located)
{
    struct wire_reader slots;
    size_t base = (size_t)(located->body.data - located->message.data);

    content_validate_names(out, located);
    wire_read_init(&slots, located->body, base);
    for (unsigned i = 0; i < located->parts; i++) {
        struct frank_part part;
        struct frank_span bytes;
        size_t start = base + slots.pos;

        read_slot(&part, &bytes, &slots);
        if (!utf8_is_valid(part.name)) {
            content_broke(out, FRANK_RULE_PART_NAME, start);
        }
        if (!content_is_media_type(part.media_type)) {
            content_broke(out, FRANK_RULE_MEDIA_TYPE, start);
        }
    }
}

static size_t part_bytes(const struct frank_part *part)
{
    return wire_length_bytes(part->name.len) + part->name.len +
           wire_length_bytes(part->media_type.len) + part->media_type.len +
           FRANK_PART_SALT_BYTES + wire_length_bytes(part->body.len) +
           part->body.len;
}

static void write_part(struct wire_writer *w, const struct frank_part *part)
{
    wire_write_u8(w, PART_PRESENT);
    wire_write_opaque(w, part->name, FRANK_CONTENT_MAX_BYTES, "part name");
    wire_write_opaque(w, part->media_type, FRANK_CONTENT_MAX_BYTES,
                      "part media type");
    wire_write_bytes(w, part->salt, sizeof part->salt);
    wire_write_opaque(w, part->body, FRANK_CONTENT_MAX_BYTES, "part body");
}

int frank_parted_build(uint8_t *out, size_t capacity, size_t *written,
                       const uint8_t salt[static FRANK_PLAIN_SALT_BYTES],
                       struct frank_span sender, struct frank_span room,
                       const struct frank_part *parts, size_t count,
                       struct frank_fault *fault)
{
    struct wire_writer w;
    size_t slots = 0;

    wire_write_init(&w, out, capacity);
    if (count == 0) {
        wire_write_fail(&w, FRANK_ERR_MISSING, "parts", 0, 1);
    } else if (count > FRANK_PARTS_MAX) {
        wire_write_fail(&w, FRANK_ERR_LIMIT, "parts", count, FRANK_PARTS_MAX);
        count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (parts[i].withheld) {
            wire_write_fail(&w, FRANK_ERR_WITHHELD, "part", i, 0);
        }
        slots += 1 + part_bytes(&parts[i]);
    }
    wire_write_u8(&w, CONTENT_PARTED);
    wire_write_bytes(&w, salt, FRANK_PLAIN_SALT_BYTES);
    content_write_names(&w, sender, room);
    wire_write_length(&w, slots, "parts");
    for (size_t i = 0; i < count; i++) {
        write_part(&w, &parts[i]);
    }
    content_write_limit(&w);
    return wire_write_result(&w, written, fault);
}

/* The slots with the masked parts withheld; only counted where w is to count
 * (capacity 0). */
static void write_slots(struct wire_writer *w,
                        const struct frank_content *located, uint64_t mask)
{
    struct wire_reader slots;

    wire_read_init(&slots, located->body, 0);
    for (unsigned i = 0; i < located->parts; i++) {
        struct frank_part part;
        struct frank_span bytes;

        next_digest(&part, &bytes, &slots);
        if (part.withheld || (mask >> i & 1) != 0) {
            wire_write_u8(w, PART_WITHHELD);
            wire_write_bytes(w, part.digest, sizeof part.digest);
        } else {
            wire_write_u8(w, PART_PRESENT);
            wire_write_bytes(w, bytes.data, bytes.len);
        }
    }
}

/* Locates what must be a parted content with part number `last`. */
static int locate_parted(struct frank_content *located, const uint8_t *content,
                         size_t len, unsigned last, struct frank_fault *fault)
{
    int error = frank_locate(located, content, len, fault);

    if (error != FRANK_OK) {
        return error;
    }
    sodium_memzero(located->salt, sizeof located->salt); /* not needed */
    if (located->format != FRANK_FORMAT_PARTED) {
        return wire_fault(fault, FRANK_ERR_FORMAT, "format", 0, content[0],
                          CONTENT_PARTED);
    }
    if (last >= located->parts) {
        return wire_fault(fault, FRANK_ERR_VALUE, "part number", 0, last,
                          located->parts - 1);
    }
    return FRANK_OK;
}

int frank_parted_withhold(uint8_t *out, size_t capacity, size_t *written,
                          const uint8_t *content, size_t len, uint64_t mask,
                          struct frank_fault *fault)
{
    struct frank_content located;
    struct wire_writer count;
    struct wire_writer w;
    unsigned last = 0;
    int error;

    *written = 0;
    while (last < FRANK_PARTS_MAX - 1 && mask >> (last + 1) != 0) {
        last++;
    }
    error = locate_parted(&located, content, len, last, fault);
    if (error != FRANK_OK) {
        return error;
    }
    wire_write_init(&count, NULL, 0);
    write_slots(&count, &located, mask);
    wire_write_init(&w, out, capacity);
    wire_write_bytes(&w, content, head_bytes(&located));
    wire_write_length(&w, count.len, "parts");
    write_slots(&w, &located, mask);
    return wire_write_result(&w, written, fault);
}

int frank_part_read(struct frank_part *out, const uint8_t *content, size_t len,
                    unsigned index, struct frank_fault *fault)
{
    struct frank_content located;
    struct wire_reader slots;
    struct frank_span bytes;
    int error = locate_parted(&located, content, len, index, fault);

    if (error != FRANK_OK) {
        return error;
    }
    wire_read_init(&slots, located.body, 0);
    for (unsigned i = 0; i <= index; i++) {
        read_slot(out, &bytes, &slots);
    }
    if (!out->withheld) {
        hash_part(out->digest, bytes);
    }
    return FRANK_OK;
}
