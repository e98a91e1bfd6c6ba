/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of draft-ietf-mimi-content-08, applied to a message that was
 * located, hence is well-formed: no read here can fail. This pass follows the
 * shape, no deeper than the rules allow; mimi_encoding.c has the other.
 */
#include "content.h"
#include "mimi_parts.h"

#include <string.h>
#include <strings.h>

#define LEVELS_MAX 4
#define TOPIC_MAX_BYTES 4096
#define KEY_TEXT_MAX_BYTES 255
#define KEY_INTEGER_MAX 9007199254740991u /* 2^53 - 1 */
#define MESSAGE_ID_SHA256 0x01

/* Second byte's low bits of simple values and floats (RFC 8949 section 3.3). */
enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22, FLOAT_HALF = 25 };

struct rules {
    struct frank_findings *findings;
    struct wire_reader r;
    unsigned parts;
};

static void broke(struct rules *v, enum frank_rule rule, size_t pos)
{
    content_broke(v->findings, rule, v->r.base + pos);
}

/* ---- Shape -------------------------------------------------------------- */

/* The items of an array or a map, of either kind of length. */
struct items {
    bool indefinite;
    uint64_t left;
    size_t pos;
};

static struct items items_of(const struct cbor_head *head)
{
    return (struct items){head->indefinite, head->value, head->pos};
}

static bool next(struct rules *v, struct items *items)
{
    if (!items->indefinite) {
        return items->left > 0 && items->left-- > 0;
    }
    if (cbor_read_break(&v->r)) {
        *items = (struct items){.pos = items->pos}; /* it stays empty */
        return false;
    }
    return wire_read_ok(&v->r);
}

/* Reads the head of an array's next item; false where there is none. */
static bool next_head(struct rules *v, struct items *items,
                      struct cbor_head *head)
{
    size_t start = v->r.pos;

    if (!next(v, items)) {
        broke(v, FRANK_RULE_ARRAY, items->pos);
        return false;
    }
    *head = cbor_read_untagged(&v->r, "element");
    if (head->pos != start) {
        broke(v, FRANK_RULE_TAGGED, head->pos);
    }
    return true;
}

/* Nothing may be left in an array. */
static void no_more(struct rules *v, struct items *items)
{
    while (next(v, items)) {
        broke(v, FRANK_RULE_ARRAY, items->pos);
        cbor_skip(&v->r, "element");
    }
}

static bool is_simple(const struct cbor_head *head, uint64_t value)
{
    return head->major == CBOR_SIMPLE && head->value == value &&
           head->info < FLOAT_HALF;
}

/* An item of one type, and of at most max: its value or its length. Gives
 * what it held, or UINT64_MAX where the rule is broken. */
static uint64_t check_item(struct rules *v, struct items *items,
                           enum cbor_major major, uint64_t max,
                           enum frank_rule rule)
{
    struct cbor_head head;
    uint64_t value;

    if (!next_head(v, items, &head)) {
        return UINT64_MAX;
    }
    value = head.value;
    if (head.major == major && head.indefinite) { /* a string in chunks */
        value = cbor_skip_string(&v->r, head, "string");
    } else {
        cbor_skip_rest(&v->r, head, "element");
    }
    if (head.major != major || value > max) {
        broke(v, rule, head.pos);
        return UINT64_MAX;
    }
    return value;
}

static void check_message_id(struct rules *v, struct items *items)
{
    struct cbor_head head;
    uint8_t hash = MESSAGE_ID_SHA256;
    uint64_t len = 0;

    if (!next_head(v, items, &head) || is_simple(&head, SIMPLE_NULL)) {
        return;
    }
    if (head.major == CBOR_BYTES) {
        len = cbor_read_string(&v->r, head, &hash, 1, "message ID");
    } else {
        cbor_skip_rest(&v->r, head, "message ID");
    }
    if (len != FRANK_MESSAGE_ID_BYTES) {
        broke(v, FRANK_RULE_MESSAGE_ID, head.pos);
    } else if (hash != MESSAGE_ID_SHA256) {
        broke(v, FRANK_RULE_MESSAGE_ID_HASH, head.pos);
    }
}

static void check_expires(struct rules *v, struct items *items)
{
    struct cbor_head head;
    struct cbor_head relative;
    struct items pair;

    if (!next_head(v, items, &head) || is_simple(&head, SIMPLE_NULL)) {
        return;
    }
    if (head.major != CBOR_ARRAY) {
        broke(v, FRANK_RULE_EXPIRES, head.pos);
        cbor_skip_rest(&v->r, head, "expires");
        return;
    }
    pair = items_of(&head);
    if (next_head(v, &pair, &relative)) {
        if (!is_simple(&relative, SIMPLE_FALSE) &&
            !is_simple(&relative, SIMPLE_TRUE)) {
            broke(v, FRANK_RULE_EXPIRES, relative.pos);
        }
        cbor_skip_rest(&v->r, relative, "expires");
    }
    (void)check_item(v, &pair, CBOR_UINT, UINT32_MAX, FRANK_RULE_EXPIRES);
    no_more(v, &pair);
}

/* ---- Extensions --------------------------------------------------------- */

static void check_key(struct rules *v, const struct cbor_head *key,
                      unsigned level)
{
    bool integer = key->major == CBOR_UINT || key->major == CBOR_NEGINT;

    if (!integer && key->major != CBOR_TEXT &&
        (level == 1 || key->major != CBOR_BYTES)) {
        broke(v, FRANK_RULE_KEY_TYPE, key->pos);
    }
    /* The argument of a negative integer n is -1 - n. */
    if (integer && key->value > KEY_INTEGER_MAX - (key->major == CBOR_NEGINT)) {
        broke(v, FRANK_RULE_KEY_RANGE, key->pos);
    }
    if (level == 1 && key->major == CBOR_UINT && key->value == 0) {
        broke(v, FRANK_RULE_KEY_RESERVED, key->pos);
    }
    if (level == 1 && key->major == CBOR_TEXT && !key->indefinite &&
        (key->value == 0 || key->value > KEY_TEXT_MAX_BYTES)) {
        broke(v, FRANK_RULE_KEY_LENGTH, key->pos);
    }
}

/* Bytewise order of the encoded keys (RFC 8949 section 4.2.1). */
static void check_order(struct rules *v, struct frank_span before,
                        struct frank_span key)
{
    size_t shorter = before.len < key.len ? before.len : key.len;
    int order = memcmp(before.data, key.data, shorter);
    size_t pos = (size_t)(key.data - v->r.data);

    if (order == 0 && before.len == key.len) {
        broke(v, FRANK_RULE_KEY_TWICE, pos);
    } else if (order > 0 || (order == 0 && before.len > key.len)) {
        broke(v, FRANK_RULE_KEY_ORDER, pos);
    }
}

static void check_value(struct rules *v, unsigned level);

static void check_map(struct rules *v, const struct cbor_head *head,
                      unsigned level)
{
    struct items items = items_of(head);
    struct frank_span before = {v->r.data, 0};

    while (next(v, &items)) {
        struct cbor_head key;
        struct frank_span encoded = {v->r.data + v->r.pos, 0};

        key = cbor_read_head(&v->r, "map key");
        check_key(v, &key, level);
        cbor_skip_rest(&v->r, key, "map key");
        encoded.len = v->r.pos - key.pos;
        if (before.len > 0) {
            check_order(v, before, encoded);
        }
        before = encoded;
        if (level == 1 && key.major == CBOR_UINT &&
            (key.value == MIMI_EXTENSION_SENDER ||
             key.value == MIMI_EXTENSION_ROOM) &&
            v->r.data[v->r.pos] >> 5 != CBOR_TEXT) {
            broke(v, FRANK_RULE_URI, v->r.pos);
        }
        check_value(v, level);
    }
}

/* A value inside a container at this level. */
static void check_value(struct rules *v, unsigned level)
{
    struct cbor_head head;
    struct items items;

    head = cbor_read_head(&v->r, "extension value");
    if (head.major != CBOR_ARRAY && head.major != CBOR_MAP &&
        head.major != CBOR_TAG) {
        cbor_skip_rest(&v->r, head, "extension value");
        return;
    }
    if (level == LEVELS_MAX) {
        broke(v, FRANK_RULE_EXTENSION_DEPTH, head.pos);
        cbor_skip_rest(&v->r, head, "extension value");
    } else if (head.major == CBOR_MAP) {
        check_map(v, &head, level + 1);
    } else {
        items = items_of(&head);
        if (head.major == CBOR_TAG) {
            items = (struct items){.left = 1};
        }
        while (next(v, &items)) {
            check_value(v, level + 1);
        }
    }
}

/* ---- Body --------------------------------------------------------------- */

static bool is_alnum(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z');
}

/* Empty, or language tags with commas between (and spaces behind these): a
 * tag is one or more subtags of 1 to 8 letters and digits, joined by "-". */
static bool is_language_list(struct frank_span text)
{
    size_t run = 0; /* letters and digits so far in this subtag */

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (is_alnum(c)) {
            run++;
        } else if (c == ' ' && i > 0 && text.data[i - 1] == ',') {
            continue;
        } else if ((c == '-' || c == ',') && run > 0) {
            run = 0;
        } else {
            return false;
        }
        if (run > 8) {
            return false;
        }
    }
    return text.len == 0 || run > 0;
}

static void check_language(struct rules *v, struct items *items)
{
    struct cbor_head head;
    struct frank_span text;

    if (!next_head(v, items, &head)) {
        return;
    }
    text.data = v->r.data + v->r.pos;
    cbor_skip_rest(&v->r, head, "language");
    text.len = (size_t)head.value; /* in chunks: 0, and not looked at */
    if (head.major != CBOR_TEXT || !is_language_list(text)) {
        broke(v, FRANK_RULE_LANGUAGE, head.pos);
    }
}

static void check_external(struct rules *v, struct items *items)
{
    static const struct {
        enum cbor_major major;
        uint64_t max;
    } fields[] = {
        {CBOR_TEXT, UINT32_MAX},  /* url */
        {CBOR_UINT, UINT32_MAX},  /* expires */
        {CBOR_UINT, UINT64_MAX},  /* size */
        {CBOR_UINT, UINT16_MAX},  /* encAlg */
        {CBOR_BYTES, UINT32_MAX}, /* key */
        {CBOR_BYTES, UINT32_MAX}, /* nonce */
        {CBOR_BYTES, UINT32_MAX}, /* aad */
        {CBOR_UINT, UINT8_MAX},   /* hashAlg */
        {CBOR_BYTES, UINT32_MAX}, /* contentHash */
        {CBOR_TEXT, UINT32_MAX},  /* description */
        {CBOR_TEXT, UINT32_MAX},  /* filename */
    };
    enum { ENC_ALG = 3, KEY = 4, AAD = 6 };
    bool plain = false;

    (void)check_item(v, items, CBOR_TEXT, UINT32_MAX, FRANK_RULE_CONTENT_TYPE);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        /* Without encryption there is no key, nonce or associated data. */
        uint64_t max = plain && i >= KEY && i <= AAD ? 0 : fields[i].max;
        uint64_t value =
            check_item(v, items, fields[i].major, max, FRANK_RULE_EXTERNAL);

        plain |= i == ENC_ALG && value == 0;
    }
}

static void check_part(struct rules *v, struct items *outer, unsigned level);

static void check_multipart(struct rules *v, struct items *items,
                            unsigned level)
{
    struct cbor_head head;
    struct items parts;
    unsigned count = 0;

    (void)check_item(v, items, CBOR_UINT, 2, FRANK_RULE_SEMANTICS);
    if (!next_head(v, items, &head)) {
        return;
    }
    if (head.major != CBOR_ARRAY) {
        broke(v, FRANK_RULE_MULTIPART, head.pos);
        cbor_skip_rest(&v->r, head, "parts");
        return;
    }
    parts = items_of(&head);
    while (parts.indefinite ? v->r.data[v->r.pos] != 0xff : parts.left > 0) {
        check_part(v, &parts, level + 1);
        count += count < 2;
    }
    (void)next(v, &parts);
    if (count < 2) {
        broke(v, FRANK_RULE_MULTIPART, head.pos);
    }
}

static void check_part(struct rules *v, struct items *outer, unsigned level)
{
    struct cbor_head head;
    struct items items;

    if (!next_head(v, outer, &head)) {
        return;
    }
    if (++v->parts > MIMI_PARTS_MAX) {
        broke(v, FRANK_RULE_PART_COUNT, head.pos);
    }
    if (level > LEVELS_MAX || head.major != CBOR_ARRAY) {
        broke(v, level > LEVELS_MAX ? FRANK_RULE_PART_DEPTH : FRANK_RULE_ARRAY,
              head.pos);
        cbor_skip_rest(&v->r, head, "part");
        return;
    }
    items = items_of(&head);
    (void)check_item(v, &items, CBOR_UINT, UINT8_MAX, FRANK_RULE_DISPOSITION);
    check_language(v, &items);
    switch (check_item(v, &items, CBOR_UINT, 3, FRANK_RULE_CARDINALITY)) {
    case 0:
        break;
    case 1:
        (void)check_item(v, &items, CBOR_TEXT, UINT32_MAX,
                         FRANK_RULE_CONTENT_TYPE);
        (void)check_item(v, &items, CBOR_BYTES, UINT32_MAX,
                         FRANK_RULE_PART_BODY);
        break;
    case 2:
        check_external(v, &items);
        break;
    case 3:
        check_multipart(v, &items, level);
        break;
    default: /* of a part of unknown kind, nothing more is known */
        while (next(v, &items)) {
            cbor_skip(&v->r, "element");
        }
    }
    no_more(v, &items);
}

static void check_shape(struct rules *v, bool twice)
{
    struct cbor_head head = cbor_read_untagged(&v->r, "message");
    struct items items = items_of(&head);

    if (head.pos != 0) {
        broke(v, FRANK_RULE_TAGGED, head.pos);
    }
    (void)check_item(v, &items, CBOR_BYTES, UINT32_MAX, FRANK_RULE_ARRAY);
    check_message_id(v, &items);
    (void)check_item(v, &items, CBOR_BYTES, TOPIC_MAX_BYTES, FRANK_RULE_TOPIC);
    check_expires(v, &items);
    check_message_id(v, &items);
    if (next_head(v, &items, &head)) {
        if (twice) {
            broke(v, FRANK_RULE_KEY_TWICE, head.pos);
        }
        check_map(v, &head, 1);
    }
    check_part(v, &items, 1);
    no_more(v, &items);
}

static bool is_mimi_type(struct frank_span type)
{
    static const char mimi[] = "application/mimi-content";

    return type.len == 0 ||
           (type.len == sizeof mimi - 1 &&
            strncasecmp((const char *)type.data, mimi, type.len) == 0);
}

void mimi_validate(struct frank_findings *out,
                   const struct frank_content *located, size_t base)
{
    struct rules v = {.findings = out};

    if (!is_mimi_type(located->media_type)) {
        content_broke(out, FRANK_RULE_FRAMED_TYPE, 0);
    }
    mimi_validate_encoding(out, located->message, base);
    wire_read_init(&v.r, located->message, base);
    check_shape(&v, located->readings > 1);
}
