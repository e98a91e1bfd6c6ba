/* SPDX-License-Identifier: Apache-2.0 */
/* Every vector cut short, made longer, and with each of its bits flipped: none
 * may be taken for what it was, and none may be read beyond its end. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Contents up to this many bytes are altered at every place; of larger ones
 * the first and last bytes, and a sample of those between. */
#define ALL_BYTES 6000
#define EDGE_BYTES 150
#define STRIDE 4099

typedef void check_function(struct frank_span content);

static size_t next_place(size_t at, size_t len)
{
    if (len <= ALL_BYTES || at < EDGE_BYTES || at + EDGE_BYTES >= len) {
        return at + 1;
    }
    return at + STRIDE < len - EDGE_BYTES ? at + STRIDE : len - EDGE_BYTES;
}

static void with_mimi(check_function *check, const char *vectors_path,
                      const char *folder)
{
    const json_t *vectors = json_object_get(support_json(vectors_path), "mimi");
    const json_t *vector;
    size_t i;

    assert_int_not_equal(json_array_size(vectors), 0);
    json_array_foreach((json_t *)vectors, i, vector)
    {
        struct frank_span message;
        char path[4096];

        (void)snprintf(path, sizeof path, "%s/%s", folder,
                       support_member_text(vector, "file"));
        message = support_file(path);
        check(message);
        check(support_framed("18'application/mimi-content'", message));
    }
}

static void with_plain(check_function *check)
{
    const json_t *vectors = support_vectors("plain");
    const json_t *vector;
    size_t i;

    json_array_foreach((json_t *)vectors, i, vector)
    {
        size_t len = support_member_number(vector, "content_length");
        uint8_t *content = support_zeros(len);
        size_t written;

        assert_int_equal(
            frank_plain_build(
                content, len, &written, support_member(vector, "salt").data,
                support_text(support_member_text(vector, "sender")),
                support_text(support_member_text(vector, "room")),
                support_text(support_member_text(vector, "media_type")),
                support_member(vector, "body"), NULL),
            FRANK_OK);
        check((struct frank_span){content, len});
    }
}

static void with_parted(check_function *check)
{
    const json_t *vectors = support_vectors("parted");
    const json_t *vector;
    size_t i;

    json_array_foreach((json_t *)vectors, i, vector)
    {
        check(support_member(vector, "content"));
        check(support_member(vector, "redacted"));
        check(support_member(vector, "digested"));
    }
}

static void with_all(check_function *check)
{
    const char *shared = support_shared("vectors/mimi-wg.json");

    with_mimi(check, "tests/vectors/franking.json", "tests/vectors/messages");
    with_plain(check);
    with_parted(check);
    if (shared != NULL) {
        char *path = strdup(shared);

        assert_non_null(path);
        with_mimi(check, path, support_shared("mimi"));
        free(path);
    } else {
        print_message("no mimi-wg.json in $FRANK_SHARED or ../shared\n");
    }
}

static void check_prefixes(struct frank_span content)
{
    for (size_t len = 0; len < content.len;
         len = next_place(len, content.len)) {
        struct frank_content located;
        struct frank_findings findings;
        uint8_t tag[FRANK_TAG_BYTES];
        uint8_t *prefix = malloc(len > 0 ? len : 1);

        assert_non_null(prefix);
        memcpy(prefix, content.data, len);
        assert_int_not_equal(frank_locate(&located, prefix, len, NULL),
                             FRANK_OK);
        assert_int_not_equal(frank_tag(tag, prefix, len, NULL), FRANK_OK);
        assert_int_not_equal(frank_validate(&findings, prefix, len, NULL),
                             FRANK_OK);
        free(prefix);
    }
}

static void refuses_every_prefix(void **state)
{
    (void)state;
    with_all(check_prefixes);
}

static void check_longer(struct frank_span content)
{
    uint8_t *longer = support_zeros(content.len + 1);

    memcpy(longer, content.data, content.len);
    for (unsigned last = 0; last < 256; last++) {
        struct frank_content located;
        struct frank_fault fault;

        longer[content.len] = (uint8_t)last;
        assert_int_equal(
            frank_locate(&located, longer, content.len + 1, &fault),
            FRANK_ERR_TRAILING);
        assert_int_equal(fault.offset, content.len);
        assert_int_equal(fault.found, 1);
    }
}

static void refuses_a_trailing_byte(void **state)
{
    (void)state;
    with_all(check_longer);
}

static void check_flips(struct frank_span content)
{
    uint8_t *altered = support_copy(content.data, content.len);
    uint8_t tag[FRANK_TAG_BYTES];

    assert_int_equal(frank_tag(tag, content.data, content.len, NULL), FRANK_OK);
    for (size_t at = 0; at < content.len; at = next_place(at, content.len)) {
        for (unsigned bit = 0; bit < 8; bit++) {
            uint8_t other[FRANK_TAG_BYTES];

            altered[at] ^= (uint8_t)(1u << bit);
            if (frank_tag(other, altered, content.len, NULL) == FRANK_OK &&
                memcmp(tag, other, sizeof tag) == 0) {
                fail_msg("byte %zu, bit %u", at, bit);
            }
            altered[at] ^= (uint8_t)(1u << bit);
        }
    }
}

static void every_flipped_bit_is_noticed(void **state)
{
    (void)state;
    with_all(check_flips);
}

/* Rules are for messages that were located: no alteration may lead them
 * beyond the end, or to another verdict on whether it can be located. */
static void check_validates(struct frank_span content)
{
    uint8_t *altered = support_copy(content.data, content.len);
    uint32_t seed = 3;

    for (unsigned i = 0; i < (content.len > ALL_BYTES ? 20 : 400); i++) {
        struct frank_content located;
        struct frank_findings findings;
        int error;

        memcpy(altered, content.data, content.len);
        for (unsigned changes = i % 3 + 1; changes > 0; changes--) {
            size_t at = support_random(&seed) % content.len;

            altered[at] = (uint8_t)support_random(&seed);
        }
        error = frank_locate(&located, altered, content.len, NULL);
        assert_int_equal(frank_validate(&findings, altered, content.len, NULL),
                         error);
        assert_int_equal(findings.broken >> FRANK_RULE_COUNT, 0);
    }
}

static void altered_contents_validate_without_harm(void **state)
{
    (void)state;
    with_all(check_validates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(refuses_a_trailing_byte),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(altered_contents_validate_without_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
