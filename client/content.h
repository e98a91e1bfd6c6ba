/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content formats. content.c tells them apart; each format has a file of
 * its own: mimi.c (and mimi_rules.c for its rules), plain.c, parted.c.
 */
#ifndef CLIENT_CONTENT_H
#define CLIENT_CONTENT_H

#include "cbor.h"
#include "wire.h"

/* First byte of the formats of our own. */
#define CONTENT_PLAIN 0x01
#define CONTENT_PARTED 0x02

/* Extension keys of draft-ietf-mimi-content-08 section 8.3. */
#define MIMI_EXTENSION_SENDER 1
#define MIMI_EXTENSION_ROOM 2
#define MIMI_ELEMENTS 7

/* Each locates in a reader of the whole content and leaves its errors there.
 * out must be zero but for the bytes of the URIs. */
void mimi_locate(struct frank_content *out, struct wire_reader *r,
                 unsigned reading);
void mimi_framed_locate(struct frank_content *out, struct wire_reader *r,
                        unsigned reading);
void plain_locate(struct frank_content *out, struct wire_reader *r);
void parted_locate(struct frank_content *out, struct wire_reader *r);

/* Keep a broken rule, with the offset of the first place that breaks it. */
void content_broke(struct frank_findings *out, enum frank_rule rule,
                   size_t offset);

/* Each applies its format's rules to a content that was located. */
void mimi_validate(struct frank_findings *out,
                   const struct frank_content *located, size_t base);
void mimi_validate_encoding(struct frank_findings *out,
                            struct frank_span message, size_t base);
void plain_validate(struct frank_findings *out,
                    const struct frank_content *located);
void parted_validate(struct frank_findings *out,
                     const struct frank_content *located);

/* Format, salt, sender and room, of plain and parted contents alike. */
void content_read_names(struct frank_content *out, struct wire_reader *r);
void content_write_names(struct wire_writer *w, struct frank_span sender,
                         struct frank_span room);
void content_validate_names(struct frank_findings *out,
                            const struct frank_content *located);
/* LIMIT, once a content has outgrown what may be sent. */
void content_write_limit(struct wire_writer *w);
/* Empty, or printable ASCII. */
bool content_is_media_type(struct frank_span type);

/* Hashes the digested form of a located parted content. */
struct hmac;
void parted_digest(struct hmac *mac, const struct frank_content *located);

#endif
