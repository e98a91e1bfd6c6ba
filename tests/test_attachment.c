/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: their encoding, and where a content holds them and their key. */
#include "sealed_files.h"

#include <sodium.h>
#include <string.h>

#define DESCRIPTOR "09'image/png' 05'a.png' 0000000000001388 0c 0002 (ab)*32 "
#define KEY "'a key of thirty-two bytes secret'"

static const struct frank_attachment *some(void)
{
    static struct frank_attachment a = {
        .size = 5000, .chunk_log2 = 12, .aead = FRANK_AEAD_AES_256_GCM};

    a.media_type = support_text("image/png");
    a.filename = support_text("a.png");
    memset(a.root, 0xab, sizeof a.root);
    return &a;
}

static void assert_same(const struct frank_attachment *a,
                        const struct frank_attachment *b)
{
    support_assert_span(a->media_type, b->media_type);
    support_assert_span(a->filename, b->filename);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->chunk_log2, b->chunk_log2);
    assert_int_equal(a->aead, b->aead);
    assert_memory_equal(a->root, b->root, sizeof a->root);
}

/* ---- The descriptor ------------------------------------------------------ */

static void encodes_and_decodes(void **state)
{
    struct frank_span bytes = support_bytes(DESCRIPTOR);
    uint8_t out[FRANK_ATTACHMENT_MAX_BYTES];
    struct frank_attachment decoded;
    size_t len = 0;

    (void)state;
    assert_int_equal(
        frank_attachment_encode(out, sizeof out, &len, some(), NULL), FRANK_OK);
    support_assert_span((struct frank_span){out, len}, bytes);
    assert_int_equal(
        frank_attachment_decode(&decoded, bytes.data, bytes.len, NULL),
        FRANK_OK);
    assert_same(&decoded, some());
    assert_int_equal(frank_attachment_encode(NULL, 0, &len, some(), NULL),
                     FRANK_ERR_SPACE);
    assert_int_equal(len, bytes.len);
}

static void largest_descriptor_has_its_room(void **state)
{
    struct frank_attachment a = *some();
    uint8_t out[FRANK_ATTACHMENT_MAX_BYTES];
    struct frank_attachment decoded;
    size_t len = 0;

    (void)state;
    a.media_type = (struct frank_span){support_zeros(255), 255};
    a.filename = (struct frank_span){support_zeros(1024), 1024};
    a.size = FRANK_FILE_MAX_BYTES;
    a.chunk_log2 = FRANK_CHUNK_LOG2_MAX;
    a.aead = FRANK_AEAD_CHACHA20_POLY1305;
    assert_int_equal(frank_attachment_encode(out, sizeof out, &len, &a, NULL),
                     FRANK_OK);
    assert_int_equal(len, sizeof out);
    assert_int_equal(frank_attachment_decode(&decoded, out, len, NULL),
                     FRANK_OK);
    assert_same(&decoded, &a);
}

static void encode_refuses(const struct frank_attachment *a, int error,
                           const char *field)
{
    uint8_t out[FRANK_ATTACHMENT_MAX_BYTES];
    struct frank_fault fault = {0};
    size_t len = 0;

    assert_int_equal(frank_attachment_encode(out, sizeof out, &len, a, &fault),
                     error);
    assert_string_equal(fault.field, field);
}

static void refuses_to_encode_what_cannot_be(void **state)
{
    struct frank_attachment a = *some();

    (void)state;
    a.size = FRANK_FILE_MAX_BYTES + 1;
    encode_refuses(&a, FRANK_ERR_LIMIT, "size");
    a = *some();
    a.chunk_log2 = 11;
    encode_refuses(&a, FRANK_ERR_VALUE, "chunk_log2");
    a.chunk_log2 = 21;
    encode_refuses(&a, FRANK_ERR_VALUE, "chunk_log2");
    a = *some();
    a.aead = FRANK_AEAD_AES_128_GCM;
    encode_refuses(&a, FRANK_ERR_AEAD, "aead");
    a = *some();
    a.media_type = (struct frank_span){support_zeros(256), 256};
    encode_refuses(&a, FRANK_ERR_LIMIT, "media type");
    a = *some();
    a.filename = (struct frank_span){support_zeros(1025), 1025};
    encode_refuses(&a, FRANK_ERR_LIMIT, "filename");
}

/* @: the place of the fault. */
static const struct {
    const char *bytes;
    int error;
    const char *field;
} bad[] = {
    {"00 00 @0000010000000001 0c 0002 (00)*32", FRANK_ERR_LIMIT, "size"},
    {"00 00 (00)*8 @0b 0002 (00)*32", FRANK_ERR_VALUE, "chunk_log2"},
    {"00 00 (00)*8 @15 0002 (00)*32", FRANK_ERR_VALUE, "chunk_log2"},
    {"00 00 (00)*8 0c @0001 (00)*32", FRANK_ERR_AEAD, "aead"},
    {"00 00 (00)*8 0c @0000 (00)*32", FRANK_ERR_AEAD, "aead"},
    {"00 00 (00)*8 0c 0002 @(00)*31", FRANK_ERR_TRUNCATED, "root"},
    {"00 00 (00)*8 0c 001d (00)*32 @00", FRANK_ERR_TRAILING, "attachment"},
    {"@4003 'abc' 00 (00)*8 0c 0002 (00)*32", FRANK_ERR_LENGTH_FORM,
     "media type"},
    {"@4100 (00)*256 00 (00)*8 0c 0002 (00)*32", FRANK_ERR_LIMIT, "media type"},
    {"00 @4401 (00)*1025 (00)*8 0c 0002 (00)*32", FRANK_ERR_LIMIT, "filename"},
};

static void refuses_bad_descriptors(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(bad); i++) {
        struct frank_attachment a;
        struct frank_fault fault = {0};
        size_t mark;
        struct frank_span bytes = support_marked(bad[i].bytes, &mark);

        assert_int_equal(
            frank_attachment_decode(&a, bytes.data, bytes.len, &fault),
            bad[i].error);
        assert_string_equal(fault.field, bad[i].field);
        assert_int_equal(fault.offset, mark);
        assert_true(support_is_zero(&a, sizeof a));
    }
}

static void refuses_each_shorter_descriptor(void **state)
{
    struct frank_span whole = support_bytes(DESCRIPTOR);
    struct frank_attachment a;

    (void)state;
    for (size_t len = 0; len < whole.len; len++) {
        uint8_t *bytes = support_copy(whole.data, len);

        assert_int_equal(frank_attachment_decode(&a, bytes, len, NULL),
                         FRANK_ERR_TRUNCATED);
    }
}

static void the_second_implementation_writes_the_same(void **state)
{
    (void)state;
    assert_int_equal(sealed_file_vectors(), 12);
    for (size_t i = 0; i < sealed_file_vectors(); i++) {
        struct sealed_file file = sealed_file_stated(i);
        uint8_t out[FRANK_ATTACHMENT_MAX_BYTES];
        size_t len = 0;

        assert_int_equal(frank_attachment_encode(out, sizeof out, &len,
                                                 &file.attachment, NULL),
                         FRANK_OK);
        support_assert_span(
            (struct frank_span){out, len},
            support_member(sealed_file_vector(i), "descriptor"));
    }
}

/* ---- In a content -------------------------------------------------------- */

static struct frank_span plain(const char *type, const char *body)
{
    static const uint8_t salt[FRANK_PLAIN_SALT_BYTES] = {7};
    struct frank_span bytes = support_bytes(body);
    uint8_t *out = support_zeros(bytes.len + 512);
    size_t len = 0;

    assert_int_equal(frank_plain_build(out, bytes.len + 512, &len, salt,
                                       support_text(SUPPORT_SENDER),
                                       support_text(SUPPORT_ROOM),
                                       support_text(type), bytes, NULL),
                     FRANK_OK);
    return (struct frank_span){support_copy(out, len), len};
}

static int read_part(struct frank_attachment *a, uint8_t *key, bool *has_key,
                     struct frank_span content, unsigned part)
{
    return frank_attachment_read(a, key, has_key, content.data, content.len,
                                 part, NULL);
}

/* The read fails so and gives nothing. */
static void assert_refused(struct frank_span content, unsigned part, int error)
{
    struct frank_attachment a;
    uint8_t key[FRANK_FILE_KEY_BYTES];
    bool has_key = true;

    memset(&a, 1, sizeof a);
    memset(key, 1, sizeof key);
    assert_int_equal(read_part(&a, key, &has_key, content, part), error);
    assert_true(support_is_zero(&a, sizeof a));
    assert_true(support_is_zero(key, sizeof key));
    assert_false(has_key);
}

static void plain_content_holds_descriptor_and_key(void **state)
{
    struct frank_span content = plain(FRANK_ATTACHMENT_TYPE, DESCRIPTOR KEY);
    struct frank_attachment a;
    uint8_t key[FRANK_FILE_KEY_BYTES];
    bool has_key = false;

    (void)state;
    assert_int_equal(read_part(&a, key, &has_key, content, 0), FRANK_OK);
    assert_true(has_key);
    assert_same(&a, some());
    assert_memory_equal(key, support_bytes(KEY).data, sizeof key);
}

static void plain_content_is_refused(void **state)
{
    (void)state;
    assert_refused(plain("text/plain", DESCRIPTOR KEY), 0, FRANK_ERR_NO_FILE);
    assert_refused(plain(FRANK_ATTACHMENT_KEY_TYPE, DESCRIPTOR KEY), 0,
                   FRANK_ERR_NO_FILE);
    assert_refused(plain("application/vnd.frank.attachmenu", DESCRIPTOR KEY), 0,
                   FRANK_ERR_NO_FILE);
    assert_refused(plain(FRANK_ATTACHMENT_TYPE, DESCRIPTOR KEY), 1,
                   FRANK_ERR_VALUE);
    assert_refused(plain(FRANK_ATTACHMENT_TYPE, DESCRIPTOR), 0,
                   FRANK_ERR_TRUNCATED);
    assert_refused(plain(FRANK_ATTACHMENT_TYPE, DESCRIPTOR KEY "00"), 0,
                   FRANK_ERR_TRAILING);
    assert_refused(support_bytes("00"), 0, FRANK_ERR_TRUNCATED);
    assert_refused(support_mimi(&(struct support_mimi){0}, NULL), 0,
                   FRANK_ERR_FORMAT);
}

struct piece {
    const char *type;
    const char *body;
};

static struct frank_span parted(const struct piece *pieces, size_t count)
{
    static const uint8_t salt[FRANK_PLAIN_SALT_BYTES] = {9};
    struct frank_part parts[4] = {0};
    uint8_t out[4096];
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        parts[i].media_type = support_text(pieces[i].type);
        parts[i].body = support_bytes(pieces[i].body);
        parts[i].salt[0] = (uint8_t)i;
    }
    assert_int_equal(frank_parted_build(out, sizeof out, &len, salt,
                                        support_text(SUPPORT_SENDER),
                                        support_text(SUPPORT_ROOM), parts,
                                        count, NULL),
                     FRANK_OK);
    return (struct frank_span){support_copy(out, len), len};
}

static struct frank_span withhold(struct frank_span content, uint64_t mask)
{
    uint8_t out[4096];
    size_t len = 0;

    assert_int_equal(frank_parted_withhold(out, sizeof out, &len, content.data,
                                           content.len, mask, NULL),
                     FRANK_OK);
    return (struct frank_span){support_copy(out, len), len};
}

static const struct piece album[] = {
    {"text/plain", "'two pictures'"},
    {FRANK_ATTACHMENT_TYPE, DESCRIPTOR},
    {FRANK_ATTACHMENT_KEY_TYPE, KEY},
    {FRANK_ATTACHMENT_TYPE, DESCRIPTOR},
};

static void parted_content_holds_the_key_behind(void **state)
{
    struct frank_span content = parted(album, 4);
    struct frank_attachment a;
    uint8_t key[FRANK_FILE_KEY_BYTES];
    bool has_key = false;

    (void)state;
    assert_int_equal(read_part(&a, key, &has_key, content, 1), FRANK_OK);
    assert_true(has_key);
    assert_same(&a, some());
    assert_memory_equal(key, support_bytes(KEY).data, sizeof key);
    assert_refused(content, 0, FRANK_ERR_NO_FILE);
    assert_refused(content, 2, FRANK_ERR_NO_FILE);
    assert_refused(content, 4, FRANK_ERR_VALUE);
}

static void last_descriptor_has_no_key(void **state)
{
    struct frank_attachment a;
    uint8_t key[FRANK_FILE_KEY_BYTES];
    bool has_key = true;

    (void)state;
    assert_int_equal(read_part(&a, key, &has_key, parted(album, 4), 3),
                     FRANK_OK);
    assert_false(has_key);
    assert_true(support_is_zero(key, sizeof key));
    assert_same(&a, some());
}

static void description_is_read_without_its_withheld_key(void **state)
{
    struct frank_span whole = parted(album, 4);
    struct frank_span content = withhold(whole, 1U << 2);
    uint8_t tags[2][FRANK_TAG_BYTES];
    struct frank_attachment a;
    uint8_t key[FRANK_FILE_KEY_BYTES];
    bool has_key = true;

    (void)state;
    assert_int_equal(read_part(&a, key, &has_key, content, 1), FRANK_OK);
    assert_false(has_key);
    assert_true(support_is_zero(key, sizeof key));
    assert_same(&a, some());
    assert_null(memmem(content.data, content.len, support_bytes(KEY).data, 32));
    assert_int_equal(frank_tag(tags[0], whole.data, whole.len, NULL), FRANK_OK);
    assert_int_equal(frank_tag(tags[1], content.data, content.len, NULL),
                     FRANK_OK);
    assert_memory_equal(tags[0], tags[1], FRANK_TAG_BYTES);
    assert_refused(withhold(whole, 1U << 1), 1, FRANK_ERR_WITHHELD);
}

static void parted_content_is_refused(void **state)
{
    const struct piece short_key[] = {{FRANK_ATTACHMENT_TYPE, DESCRIPTOR},
                                      {FRANK_ATTACHMENT_KEY_TYPE, "(00)*31"}};
    const struct piece long_key[] = {{FRANK_ATTACHMENT_TYPE, DESCRIPTOR},
                                     {FRANK_ATTACHMENT_KEY_TYPE, "(00)*33"}};
    const struct piece with_key[] = {{FRANK_ATTACHMENT_TYPE, DESCRIPTOR KEY}};

    (void)state;
    assert_refused(parted(short_key, 2), 0, FRANK_ERR_LENGTH);
    assert_refused(parted(long_key, 2), 0, FRANK_ERR_LENGTH);
    assert_refused(parted(with_key, 1), 0, FRANK_ERR_TRAILING);
}

/* What the tag is over: each byte of the descriptor, its type and its key. */
static void another_description_has_another_tag(void **state)
{
    struct frank_span content = plain(FRANK_ATTACHMENT_TYPE, DESCRIPTOR KEY);
    size_t first = content.len - support_bytes(DESCRIPTOR KEY).len;
    struct frank_context context = support_context();
    uint8_t tag[FRANK_TAG_BYTES];

    (void)state;
    assert_int_equal(frank_tag(tag, content.data, content.len, NULL), FRANK_OK);
    for (size_t i = first - 33; i < content.len; i++) {
        uint8_t *changed = support_copy(content.data, content.len);

        changed[i] ^= 1;
        assert_int_not_equal(frank_opening_check(NULL, changed, content.len,
                                                 tag, &context, NULL),
                             FRANK_OK);
    }
}

/* ---- Sizes --------------------------------------------------------------- */

static void counts_chunks_and_sealed_bytes(void **state)
{
    static const struct {
        uint64_t size;
        uint8_t log2;
        uint64_t chunks;
    } cases[] = {
        {0, 12, 0},
        {1, 12, 1},
        {4095, 12, 1},
        {4096, 12, 1},
        {4097, 12, 2},
        {(UINT64_C(1) << 32) + 1, 16, 65537},
        {FRANK_FILE_MAX_BYTES, 12, UINT64_C(1) << 28},
        {FRANK_FILE_MAX_BYTES - 1, 20, UINT64_C(1) << 20},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct frank_attachment a = {.size = cases[i].size,
                                     .chunk_log2 = cases[i].log2};

        assert_int_equal(frank_attachment_chunks(&a), cases[i].chunks);
        assert_int_equal(frank_attachment_sealed_bytes(&a),
                         cases[i].size + 16 * cases[i].chunks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_and_decodes),
        cmocka_unit_test(largest_descriptor_has_its_room),
        cmocka_unit_test(refuses_to_encode_what_cannot_be),
        cmocka_unit_test(refuses_bad_descriptors),
        cmocka_unit_test(refuses_each_shorter_descriptor),
        cmocka_unit_test(the_second_implementation_writes_the_same),
        cmocka_unit_test(plain_content_holds_descriptor_and_key),
        cmocka_unit_test(plain_content_is_refused),
        cmocka_unit_test(parted_content_holds_the_key_behind),
        cmocka_unit_test(last_descriptor_has_no_key),
        cmocka_unit_test(description_is_read_without_its_withheld_key),
        cmocka_unit_test(parted_content_is_refused),
        cmocka_unit_test(another_description_has_another_tag),
        cmocka_unit_test(counts_chunks_and_sealed_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
