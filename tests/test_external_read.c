/* SPDX-License-Identifier: Apache-2.0 */
/* External parts of MIMI messages: each is found, whatever rule it breaks,
 * under the number that it has in the list of parts. */
#include "aead.h"
#include "externals.h"
#include "parts.h"

#include <stdio.h>
#include <string.h>

/* ---- Reading ------------------------------------------------------------- */

static void assert_same(const struct frank_external *a,
                        const struct frank_external *b)
{
    support_assert_span(a->media_type, b->media_type);
    support_assert_span(a->url, b->url);
    assert_int_equal(a->expires, b->expires);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->aead, b->aead);
    support_assert_span(a->key, b->key);
    support_assert_span(a->nonce, b->nonce);
    support_assert_span(a->aad, b->aad);
    assert_int_equal(a->hash, b->hash);
    support_assert_span(a->content_hash, b->content_hash);
    support_assert_span(a->description, b->description);
    support_assert_span(a->filename, b->filename);
}

static void every_field_is_read(void **state)
{
    struct frank_external external = external_example();
    struct frank_external found;
    struct frank_span message = external_message(&external);
    struct frank_findings findings;

    (void)state;
    assert_int_equal(external_read(&found, message, 0, NULL), FRANK_OK);
    assert_same(&found, &external);
    assert_int_equal(frank_validate(&findings, message.data, message.len, NULL),
                     FRANK_OK);
    assert_int_equal(findings.broken, 0);
    message = support_framed("00", message);
    assert_int_equal(external_read(&found, message, 0, NULL), FRANK_OK);
    assert_same(&found, &external);
}

/* Strings in chunks, empty ones among them, bytes as text, tags, long heads, an
 * element more: each breaks a rule, none hides anything. */
static void rare_encodings_hide_no_file(void **state)
{
    static const char part[] =
        "9f 06 7f 60 ff 1b0000000000000002"
        " 7f 66'image/' 60 63'png' ff"
        " d820 7f 77'https://store.example/1' ff"
        " 1b00000000ee6b2800 c1 1b0000000200000000 1a00000002"
        " 5f 50 (11)*16 40 50 (11)*16 ff"
        " 5f 4c (22)*12 ff  61 33  d8ff 1b0000000000000001"
        " 5f 58 20 (44)*32 ff"
        " 7f 61'a' 68' picture' ff  45'a.png' f6 ff";
    struct frank_span message =
        support_mimi(&(struct support_mimi){.part = part}, NULL);
    struct frank_external expected = external_example();
    struct frank_external found;

    (void)state;
    assert_int_equal(external_read(&found, message, 0, NULL), FRANK_OK);
    assert_same(&found, &expected);
    assert_int_equal(frank_external_check(&found, NULL), FRANK_OK);
}

/* Absent, or of another type. */
static void fields_that_are_not_there_are_empty(void **state)
{
    static const char *const parts[] = {
        "83 06 60 02", "8f 06 60 02 (f6)*12",
        "8f 06 60 02 01 80 60 20 f93c00 a0 05 f5 c24101 00 81 60 f4"};
    static const struct frank_external none = {.expires = FRANK_EXTERNAL_ABSENT,
                                               .size = FRANK_EXTERNAL_ABSENT,
                                               .aead = FRANK_EXTERNAL_ABSENT,
                                               .hash = FRANK_EXTERNAL_ABSENT};
    struct frank_external found;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(parts); i++) {
        struct frank_span message =
            support_mimi(&(struct support_mimi){.part = parts[i]}, NULL);

        assert_int_equal(external_read(&found, message, 0, NULL), FRANK_OK);
        if (i < 2) {
            assert_same(&found, &none);
        }
        assert_int_equal(frank_external_check(&found, NULL),
                         FRANK_ERR_UNPROVEN);
    }
}

static void the_working_groups_attachment_is_read(void **state)
{
    const char *path = support_shared("mimi/attachment.cbor");
    const struct frank_external expected = {
        .media_type = support_text("video/mp4"),
        .url = support_text("https://example.com/storage/8ksB4bSrrRE.mp4"),
        .size = 708234961,
        .aead = FRANK_AEAD_AES_128_GCM,
        .key = support_bytes("21399320958a6f4c745dde670d95e0d8"),
        .nonce = support_bytes("c86cf2c33f21527d1dd76f5b"),
        .hash = FRANK_HASH_SHA_256,
        .content_hash = support_bytes("9ab17a8cf0890baaae7ee016c7312fcc"
                                      "080ba46498389458ee44f0276e783163"),
        .description = support_text("2 hours of key signing video"),
        .filename = support_text("bigfile.mp4")};
    struct frank_external found;

    (void)state;
    if (path == NULL) {
        print_message("no mimi in $FRANK_SHARED or ../shared\n");
        return;
    }
    assert_int_equal(external_read(&found, support_file(path), 0, NULL),
                     FRANK_OK);
    assert_same(&found, &expected);
    assert_int_equal(frank_external_check(&found, NULL),
                     aead_is_here(FRANK_AEAD_AES_128_GCM) ? FRANK_OK
                                                          : FRANK_ERR_AEAD);
}

static void what_is_no_external_part_is_refused(void **state)
{
    static const uint8_t salt[32] = {7};
    const struct frank_span name = support_text("a:x");
    struct frank_external found;
    struct frank_fault fault;
    uint8_t plain[128];
    size_t len;

    (void)state;
    assert_int_equal(
        external_read(&found, support_mimi(&(struct support_mimi){0}, NULL), 0,
                      &fault),
        FRANK_ERR_NO_FILE);
    assert_int_equal(
        external_read(&found, support_mimi(&(struct support_mimi){0}, NULL), 1,
                      &fault),
        FRANK_ERR_VALUE);
    assert_int_equal(fault.found, 1);
    assert_int_equal(fault.expected, 0);
    assert_int_equal(/* a multipart of no parts */
                     external_read(&found,
                                   support_mimi(
                                       &(struct support_mimi){
                                           .part = "85 01 60 03 00 80"},
                                       NULL),
                                   0, &fault),
                     FRANK_ERR_VALUE);
    assert_int_equal(external_read(&found, support_text("x"), 0, &fault),
                     FRANK_ERR_TRUNCATED);
    assert_int_equal(frank_plain_build(plain, sizeof plain, &len, salt, name,
                                       name, name, name, NULL),
                     FRANK_OK);
    assert_int_equal(
        external_read(&found, (struct frank_span){plain, len}, 0, &fault),
        FRANK_ERR_FORMAT);
}

/* ---- Numbers ------------------------------------------------------------- */

/* A tree of parts in the notation, some of them broken. */
static void grow(char **at, uint32_t *seed, unsigned level)
{
    static const char *const leaves[] = {
        "85 01 60 01 61't' 41'x'",
        "83 01 60 00",
        "01",
        "83 01 60 1863",
        "85 01 60 03 00 f6",
        "84 01 60 03 00",
        "8f 06 7f ff 02 60 7f 63'url' ff (00)*3 (40)*3 00 40 60 60",
        "84 06 60 02 61'm'",
        "9f 06 60 02 60 60 ff",
        "80"};
    unsigned pick = support_random(seed) % (SUPPORT_COUNT(leaves) + 4);
    unsigned count = support_random(seed) % 5;

    if (pick < SUPPORT_COUNT(leaves) || level == 4) {
        *at = stpcpy(*at, leaves[pick % SUPPORT_COUNT(leaves)]);
        return;
    }
    *at +=
        sprintf(*at, "85 01 60 03 00 %s",
                pick % 2 == 0 ? "9f" : (char[]){'8', (char)('0' + count), 0});
    for (unsigned i = 0; i < count; i++) {
        *at = stpcpy(*at, " ");
        grow(at, seed, level + 1);
    }
    *at = stpcpy(*at, pick % 2 == 0 ? " ff" : "");
}

static void assert_numbered_as_listed(struct frank_span message,
                                      unsigned *externals)
{
    static struct parts parts;
    struct frank_external found;

    assert_int_equal(parts_read(&parts, message.data, message.len, NULL),
                     FRANK_OK);
    for (unsigned i = 0; i < parts.count; i++) {
        if (parts.items[i].state != PART_EXTERNAL) {
            assert_int_equal(external_read(&found, message, i, NULL),
                             FRANK_ERR_NO_FILE);
            continue;
        }
        assert_int_equal(external_read(&found, message, i, NULL), FRANK_OK);
        assert_same(&found, &parts.items[i].external);
        support_assert_span(found.url, parts.items[i].url);
        support_assert_span(found.filename, parts.items[i].name);
        assert_int_equal(found.size, parts.items[i].size);
        ++*externals;
    }
    assert_int_equal(external_read(&found, message,
                                   (unsigned)(parts.count + parts.more), NULL),
                     FRANK_ERR_VALUE);
    parts_free(&parts);
}

static void parts_have_the_numbers_of_the_list(void **state)
{
    static char part[65536];
    uint32_t seed = 8;
    unsigned externals = 0;

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        char *at = part;

        grow(&at, &seed, 1);
        assert_numbered_as_listed(
            support_mimi(&(struct support_mimi){.part = part}, NULL),
            &externals);
    }
    assert_true(externals > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_read),
        cmocka_unit_test(rare_encodings_hide_no_file),
        cmocka_unit_test(fields_that_are_not_there_are_empty),
        cmocka_unit_test(the_working_groups_attachment_is_read),
        cmocka_unit_test(what_is_no_external_part_is_refused),
        cmocka_unit_test(parts_have_the_numbers_of_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
