/* SPDX-License-Identifier: Apache-2.0 */
/* Parted contents: built, withheld from, read part by part; all that a slot
 * list can have wrong. */
#include "support.h"

#include <string.h>

#define HEAD "02 (5a)*32 06'a:user' 06'r:room' "
#define SLOT "00 01'n' 01't' 'a salt of 32 bytes for each part' 01'b' "

struct parted {
    struct frank_span content;
    struct frank_span digested;
    struct frank_span redacted;
    uint64_t mask;
    unsigned parts;
};

static struct parted read_vector(size_t index)
{
    const json_t *v = json_array_get(support_vectors("parted"), index);
    struct parted out = {support_member(v, "content"),
                         support_member(v, "digested"),
                         support_member(v, "redacted"), 0,
                         (unsigned)support_member_number(v, "parts")};
    size_t i;
    json_t *part;

    json_array_foreach(json_object_get(v, "withheld"), i, part)
    {
        out.mask |= (uint64_t)1 << json_integer_value(part);
    }
    return out;
}

static uint64_t all_of(unsigned parts)
{
    return parts == 64 ? UINT64_MAX : ((uint64_t)1 << parts) - 1;
}

static void assert_withheld_gives(struct frank_span content, uint64_t mask,
                                  struct frank_span expected)
{
    uint8_t *out = support_zeros(expected.len);
    size_t written = 0;

    assert_int_equal(frank_parted_withhold(out, expected.len, &written,
                                           content.data, content.len, mask,
                                           NULL),
                     FRANK_OK);
    support_assert_span((struct frank_span){out, written}, expected);
}

static void withholding_gives_the_vectors_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < json_array_size(support_vectors("parted")); i++) {
        struct parted v = read_vector(i);

        assert_withheld_gives(v.content, v.mask, v.redacted);
        assert_withheld_gives(v.content, all_of(v.parts), v.digested);
        assert_withheld_gives(v.redacted, all_of(v.parts), v.digested);
        assert_withheld_gives(v.redacted, v.mask, v.redacted);
        assert_withheld_gives(v.content, 0, v.content);
    }
}

static void the_tag_stays_whatever_is_withheld(void **state)
{
    (void)state;
    for (size_t i = 0; i < json_array_size(support_vectors("parted")); i++) {
        const json_t *v = json_array_get(support_vectors("parted"), i);
        const char *forms[] = {"content", "digested", "redacted"};

        for (size_t f = 0; f < SUPPORT_COUNT(forms); f++) {
            struct frank_span form = support_member(v, forms[f]);
            uint8_t tag[FRANK_TAG_BYTES];

            assert_int_equal(frank_tag(tag, form.data, form.len, NULL),
                             FRANK_OK);
            assert_memory_equal(tag, support_member(v, "franking_tag").data,
                                sizeof tag);
        }
    }
}

static void another_body_has_another_tag(void **state)
{
    struct parted v = read_vector(1);
    uint8_t *changed = support_copy(v.content.data, v.content.len);
    uint8_t before[FRANK_TAG_BYTES];
    uint8_t after[FRANK_TAG_BYTES];

    (void)state;
    changed[v.content.len - 1] ^= 1;
    assert_int_equal(frank_tag(before, v.content.data, v.content.len, NULL),
                     FRANK_OK);
    assert_int_equal(frank_tag(after, changed, v.content.len, NULL), FRANK_OK);
    assert_memory_not_equal(before, after, sizeof after);
}

static void parts_that_were_read_build_the_same_content(void **state)
{
    (void)state;
    for (size_t i = 0; i < json_array_size(support_vectors("parted")); i++) {
        struct parted v = read_vector(i);
        struct frank_content located;
        static struct frank_part parts[FRANK_PARTS_MAX];
        uint8_t *out = support_zeros(v.content.len);
        size_t written = 0;

        assert_int_equal(
            frank_locate(&located, v.content.data, v.content.len, NULL),
            FRANK_OK);
        assert_int_equal(located.parts, v.parts);
        for (unsigned p = 0; p < v.parts; p++) {
            assert_int_equal(frank_part_read(&parts[p], v.content.data,
                                             v.content.len, p, NULL),
                             FRANK_OK);
            assert_false(parts[p].withheld);
        }
        assert_int_equal(
            frank_parted_build(
                out, v.content.len, &written, located.salt,
                (struct frank_span){located.sender.bytes, located.sender.len},
                (struct frank_span){located.room.bytes, located.room.len},
                parts, v.parts, NULL),
            FRANK_OK);
        support_assert_span((struct frank_span){out, written}, v.content);
    }
}

static void a_withheld_part_shows_its_digest_alone(void **state)
{
    struct parted v = read_vector(1);
    struct frank_part shown;
    struct frank_part hidden;

    (void)state;
    assert_int_equal(
        frank_part_read(&shown, v.content.data, v.content.len, 2, NULL),
        FRANK_OK);
    assert_int_equal(
        frank_part_read(&hidden, v.redacted.data, v.redacted.len, 2, NULL),
        FRANK_OK);
    assert_true(hidden.withheld);
    assert_memory_equal(hidden.digest, shown.digest, sizeof shown.digest);
    assert_int_equal(hidden.body.len, 0);
    assert_int_equal(hidden.name.len, 0);
    assert_true(support_is_zero(hidden.salt, sizeof hidden.salt));
}

static void assert_not_located(const char *notation, int error)
{
    struct frank_span content = support_bytes(notation);
    struct frank_content located;
    struct frank_fault fault = {0};

    assert_int_equal(frank_locate(&located, content.data, content.len, &fault),
                     error);
    assert_int_equal(fault.error, error);
    assert_true(fault.offset <= content.len);
    assert_true(support_is_zero(&located, sizeof located));
}

static void slots_are_read_exactly(void **state)
{
    (void)state;
    assert_not_located(HEAD "00", FRANK_ERR_MISSING);
    assert_not_located(HEAD "01 02", FRANK_ERR_VALUE);
    assert_not_located(HEAD "01 ff", FRANK_ERR_VALUE);
    assert_not_located(HEAD "20 01 (00)*31", FRANK_ERR_TRUNCATED);
    assert_not_located(HEAD "26 " SLOT, FRANK_ERR_TRUNCATED);
    assert_not_located(HEAD "28 " SLOT "00", FRANK_ERR_TRUNCATED);
    assert_not_located(HEAD "27 " SLOT "00", FRANK_ERR_TRAILING);
    assert_not_located(HEAD "27 00 01'n' 01't' (5a)*32 4000 ",
                       FRANK_ERR_LENGTH_FORM);
}

static void holds_64_parts_and_no_more(void **state)
{
    struct frank_content located;
    struct frank_span most =
        support_bytes(HEAD "49c0 (" SLOT ")*64 "); /* 64 * 39 = 2,496 */

    (void)state;
    assert_int_equal(frank_locate(&located, most.data, most.len, NULL),
                     FRANK_OK);
    assert_int_equal(located.parts, 64);
    assert_int_equal(located.withheld, 0);
    assert_withheld_gives(most, 0, most);
    assert_not_located(HEAD "49e7 (" SLOT ")*65 ", FRANK_ERR_LIMIT);
}

static int build(const struct frank_part *parts, size_t count,
                 struct frank_span sender, struct frank_fault *fault)
{
    static uint8_t out[4096];
    static const uint8_t salt[FRANK_PLAIN_SALT_BYTES];
    size_t written = 7;
    int error =
        frank_parted_build(out, sizeof out, &written, salt, sender,
                           support_text(SUPPORT_ROOM), parts, count, fault);

    assert_true(error == FRANK_OK || written == 0);
    return error;
}

static void what_cannot_be_sent_is_not_built(void **state)
{
    static struct frank_part parts[FRANK_PARTS_MAX + 1];
    static uint8_t large[FRANK_CONTENT_MAX_BYTES + 1];
    struct frank_span sender = support_text(SUPPORT_SENDER);
    struct frank_fault fault;

    (void)state;
    memset(parts, 0, sizeof parts);
    assert_int_equal(build(parts, 0, sender, &fault), FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "parts");
    assert_int_equal(build(parts, FRANK_PARTS_MAX + 1, sender, &fault),
                     FRANK_ERR_LIMIT);
    assert_int_equal(build(parts, FRANK_PARTS_MAX, sender, NULL), FRANK_OK);
    assert_int_equal(build(parts, 1, support_text(""), &fault),
                     FRANK_ERR_MISSING);
    assert_string_equal(fault.field, "sender URI");
    parts[1].withheld = true;
    assert_int_equal(build(parts, 2, sender, &fault), FRANK_ERR_WITHHELD);
    assert_int_equal(fault.found, 1);
    parts[0].body = (struct frank_span){large, sizeof large};
    assert_int_equal(build(parts, 1, sender, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "part body");
    parts[0].body.len = FRANK_CONTENT_MAX_BYTES;
    assert_int_equal(build(parts, 1, sender, &fault), FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "content");
}

static void tells_the_space_that_is_needed(void **state)
{
    struct parted v = read_vector(1);
    uint8_t *out = support_zeros(v.redacted.len - 1);
    struct frank_fault fault;
    size_t written = 0;

    (void)state;
    assert_int_equal(frank_parted_withhold(out, v.redacted.len - 1, &written,
                                           v.content.data, v.content.len,
                                           v.mask, &fault),
                     FRANK_ERR_SPACE);
    assert_int_equal(written, v.redacted.len);
    assert_int_equal(fault.expected, v.redacted.len);
    assert_int_equal(frank_parted_withhold(NULL, 0, &written, v.content.data,
                                           v.content.len, v.mask, NULL),
                     FRANK_ERR_SPACE);
    assert_int_equal(written, v.redacted.len);
}

static void refuses_parts_that_are_not_there(void **state)
{
    struct parted v = read_vector(1);
    struct frank_span plain =
        support_bytes("01 (5a)*32 06'a:user' 06'r:room' 00 00");
    struct frank_part part;
    struct frank_fault fault;
    size_t written = 7;

    (void)state;
    assert_int_equal(frank_parted_withhold(NULL, 0, &written, v.content.data,
                                           v.content.len, 1 << 3, &fault),
                     FRANK_ERR_VALUE);
    assert_int_equal(fault.found, 3);
    assert_int_equal(fault.expected, 2);
    assert_int_equal(written, 0);
    assert_int_equal(frank_parted_withhold(NULL, 0, &written, v.content.data,
                                           v.content.len, UINT64_MAX, NULL),
                     FRANK_ERR_VALUE);
    assert_int_equal(
        frank_part_read(&part, v.content.data, v.content.len, 3, NULL),
        FRANK_ERR_VALUE);
    assert_int_equal(frank_part_read(&part, plain.data, plain.len, 0, &fault),
                     FRANK_ERR_FORMAT);
    assert_int_equal(frank_part_read(&part, plain.data, 20, 0, NULL),
                     FRANK_ERR_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(withholding_gives_the_vectors_bytes),
        cmocka_unit_test(the_tag_stays_whatever_is_withheld),
        cmocka_unit_test(another_body_has_another_tag),
        cmocka_unit_test(parts_that_were_read_build_the_same_content),
        cmocka_unit_test(a_withheld_part_shows_its_digest_alone),
        cmocka_unit_test(slots_are_read_exactly),
        cmocka_unit_test(holds_64_parts_and_no_more),
        cmocka_unit_test(what_cannot_be_sent_is_not_built),
        cmocka_unit_test(tells_the_space_that_is_needed),
        cmocka_unit_test(refuses_parts_that_are_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
