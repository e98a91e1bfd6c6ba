/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void trouble(const char *what, const char *which)
{
    (void)fprintf(stderr, "test support: %s: %s\n", what, which);
    exit(3);
}

/* ---- Memory ------------------------------------------------------------- */

/* Everything handed out hangs on one list, so that a leak checker finds it. */
struct block {
    struct block *next;
    uint8_t *bytes;
};
static struct block *blocks;

static void free_blocks(void)
{
    while (blocks != NULL) {
        struct block *next = blocks->next;
        free(blocks->bytes);
        free(blocks);
        blocks = next;
    }
}

uint8_t *support_zeros(size_t len)
{
    struct block *block = calloc(1, sizeof *block);

    if (block == NULL) {
        trouble("memory", "none");
    }
    if (blocks == NULL) {
        (void)atexit(free_blocks);
    }
    block->bytes = calloc(len, 1);
    block->next = blocks;
    blocks = block;
    if (block->bytes == NULL && len > 0) {
        trouble("memory", "none");
    }
    return block->bytes;
}

uint8_t *support_copy(const uint8_t *data, size_t len)
{
    uint8_t *copy = support_zeros(len);

    if (len > 0) {
        memcpy(copy, data, len);
    }
    return copy;
}

/* ---- Notation ----------------------------------------------------------- */

struct builder {
    const char *notation;
    uint8_t *data;
    size_t len;
    size_t capacity;
    size_t mark;
};

static void put(struct builder *b, const uint8_t *bytes, size_t len)
{
    if (len == 0) {
        return;
    }
    if (len > b->capacity - b->len) {
        b->capacity = 2 * (b->len + len);
        b->data = realloc(b->data, b->capacity);
        if (b->data == NULL) {
            trouble("memory", "none");
        }
    }
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = strchr(digits, tolower((unsigned char)c));

    return c == '\0' || at == NULL ? -1 : (int)(at - digits);
}

static const char *put_text(struct builder *b, const char *at)
{
    const char *end = strchr(at, '\'');

    if (end == NULL) {
        trouble("open quote", b->notation);
    }
    put(b, (const uint8_t *)at, (size_t)(end - at));
    return end + 1;
}

static const char *put_hex(struct builder *b, const char *at)
{
    int high = digit(at[0]);
    int low = high < 0 ? -1 : digit(at[1]);
    uint8_t byte;

    if (low < 0) {
        trouble("bad notation", b->notation);
    }
    byte = (uint8_t)(high << 4 | low);
    put(b, &byte, 1);
    return at + 2;
}

/* Of the group whose first byte is at `from`, all but the first repeat. */
static const char *put_repeats(struct builder *b, const char *at, size_t from)
{
    size_t len = b->len - from;
    char *end;
    unsigned long times;
    uint8_t *group;

    if (*at != '*') {
        trouble("group without a count", b->notation);
    }
    times = strtoul(at + 1, &end, 10);
    group = support_copy(b->data + from, len);
    b->len = from;
    for (unsigned long i = 0; i < times; i++) {
        put(b, group, len);
    }
    return end;
}

struct frank_span support_marked(const char *notation, size_t *mark)
{
    struct builder b = {.notation = notation, .mark = SIZE_MAX};
    struct frank_span bytes;
    size_t group = SIZE_MAX;
    const char *at = notation;

    while (*at != '\0') {
        if (*at == ' ') {
            at++;
        } else if (*at == '@') {
            b.mark = b.mark == SIZE_MAX ? b.len : b.mark;
            at++;
        } else if (*at == '\'') {
            at = put_text(&b, at + 1);
        } else if (*at == '(') {
            group = b.len;
            at++;
        } else if (*at == ')' && group != SIZE_MAX) {
            at = put_repeats(&b, at + 1, group);
            group = SIZE_MAX;
        } else {
            at = put_hex(&b, at);
        }
    }
    if (group != SIZE_MAX) {
        trouble("open group", notation);
    }
    bytes = (struct frank_span){support_copy(b.data, b.len), b.len};
    free(b.data);
    if (mark != NULL) {
        *mark = b.mark;
    }
    return bytes;
}

struct frank_span support_bytes(const char *notation)
{
    return support_marked(notation, NULL);
}

struct frank_span support_text(const char *text)
{
    return (struct frank_span){(const uint8_t *)text, strlen(text)};
}

void support_hex_encode(char *hex, const uint8_t *bytes, size_t len)
{
    (void)sodium_bin2hex(hex, 2 * len + 1, bytes, len);
}

bool support_is_zero(const void *bytes, size_t len)
{
    return sodium_is_zero(bytes, len) == 1;
}

void support_assert_span(struct frank_span span, struct frank_span expected)
{
    assert_int_equal(span.len, expected.len);
    if (span.len > 0) {
        assert_memory_equal(span.data, expected.data, span.len);
    }
}

void support_shake256(uint8_t *out, size_t len, struct frank_span seed)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL ||
        EVP_DigestInit_ex(context, EVP_shake256(), NULL) != 1 ||
        EVP_DigestUpdate(context, seed.data, seed.len) != 1 ||
        EVP_DigestFinalXOF(context, out, len) != 1) {
        trouble("SHAKE256", "libcrypto refused");
    }
    EVP_MD_CTX_free(context);
}

uint32_t support_random(uint32_t *state)
{
    /* xorshift; the state must not be 0 */
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

void support_hmac(uint8_t out[static 32], struct frank_span key,
                  struct frank_span bytes)
{
    crypto_auth_hmacsha256_state state;

    (void)crypto_auth_hmacsha256_init(&state, key.data, key.len);
    (void)crypto_auth_hmacsha256_update(&state, bytes.data, bytes.len);
    (void)crypto_auth_hmacsha256_final(&state, out);
}

/* ---- Files and vectors -------------------------------------------------- */

struct frank_span support_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct builder b = {.notation = path};
    struct frank_span bytes;
    uint8_t block[4096];
    size_t got;

    if (file == NULL) {
        trouble("cannot open (tests run from the top folder)", path);
    }
    while ((got = fread(block, 1, sizeof block, file)) > 0) {
        put(&b, block, got);
    }
    if (ferror(file) != 0) {
        trouble("cannot read", path);
    }
    (void)fclose(file);
    bytes = (struct frank_span){support_copy(b.data, b.len), b.len};
    free(b.data);
    return bytes;
}

const char *support_shared(const char *name)
{
    static char path[4096];
    const char *folder = getenv("FRANK_SHARED");

    (void)snprintf(path, sizeof path, "%s/%s",
                   folder != NULL ? folder : "../shared", name);
    return access(path, R_OK) == 0 ? path : NULL;
}

static json_t *documents; /* by path */

static void free_documents(void)
{
    json_decref(documents);
}

const json_t *support_json(const char *path)
{
    json_t *document = json_object_get(documents, path);
    json_error_t error;

    if (document != NULL) {
        return document;
    }
    if (documents == NULL) {
        documents = json_object();
        (void)atexit(free_documents);
    }
    document = json_load_file(path, 0, &error);
    if (document == NULL || json_object_set_new(documents, path, document)) {
        trouble(path, error.text);
    }
    return document;
}

const json_t *support_vectors(const char *member)
{
    const json_t *vectors = support_json("tests/vectors/franking.json");

    return member == NULL ? vectors : json_object_get(vectors, member);
}

const char *support_member_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    if (text == NULL) {
        trouble("vectors lack a text", key);
    }
    return text;
}

uint64_t support_member_number(const json_t *object, const char *key)
{
    const json_t *number = json_object_get(object, key);

    if (!json_is_integer(number)) {
        trouble("vectors lack a number", key);
    }
    return (uint64_t)json_integer_value(number);
}

struct frank_span support_member(const json_t *object, const char *key)
{
    static const char shake[] = "shake256:";
    const char *text = support_member_text(object, key);
    const char *colon;
    char *hex;
    struct frank_span bytes;
    uint8_t *out;

    if (strncmp(text, shake, sizeof shake - 1) != 0) {
        return support_bytes(text);
    }
    text += sizeof shake - 1;
    colon = strchr(text, ':');
    if (colon == NULL) {
        trouble("vectors lack a length", key);
    }
    hex = strndup(text, (size_t)(colon - text));
    if (hex == NULL) {
        trouble("memory", "none");
    }
    bytes.len = strtoul(colon + 1, NULL, 10);
    out = support_zeros(bytes.len);
    support_shake256(out, bytes.len, support_bytes(hex));
    free(hex);
    bytes.data = out;
    return bytes;
}

/* ---- Messages ----------------------------------------------------------- */

static const char *or_else(const char *element, const char *usual)
{
    return element != NULL ? element : usual;
}

struct frank_span support_mimi(const struct support_mimi *m, size_t *mark)
{
    struct frank_span message;
    char *notation;

    if (asprintf(&notation, "%s %s %s %s %s %s %s %s %s",
                 or_else(m->array, "87"), or_else(m->salt, "50 (5a)*16"),
                 or_else(m->replaces, "f6"), or_else(m->topic, "40"),
                 or_else(m->expires, "f6"), or_else(m->in_reply_to, "f6"),
                 or_else(m->extensions, "a2" SUPPORT_NAMES),
                 or_else(m->part, "85 01 60 01 6a'text/plain' 42'hi'"),
                 or_else(m->after, "")) < 0) {
        trouble("memory", "none");
    }
    message = support_marked(notation, mark);
    free(notation);
    return message;
}

struct frank_span support_framed(const char *media_type,
                                 struct frank_span message)
{
    struct frank_span type = support_bytes(media_type);
    uint8_t length[] = {0x80 | (uint8_t)(message.len >> 24),
                        (uint8_t)(message.len >> 16),
                        (uint8_t)(message.len >> 8), (uint8_t)message.len};
    size_t prefix = message.len < 0x40 ? 1 : message.len < 0x4000 ? 2 : 4;
    size_t len = type.len + 1 + prefix + message.len;
    uint8_t *framed = support_zeros(len);

    if (prefix < 4) { /* RFC 9420 section 2.1.2 */
        length[4 - prefix] |= prefix == 2 ? 0x40 : 0;
    }
    if (type.len > 0) {
        memcpy(framed, type.data, type.len);
    }
    memcpy(framed + type.len + 1, length + 4 - prefix, prefix);
    if (message.len > 0) {
        memcpy(framed + type.len + 1 + prefix, message.data, message.len);
    }
    return (struct frank_span){framed, len};
}

struct frank_context support_context(void)
{
    return (struct frank_context){support_text(SUPPORT_SENDER),
                                  support_text(SUPPORT_ROOM), 1644387225019};
}
