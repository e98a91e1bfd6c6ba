/* SPDX-License-Identifier: Apache-2.0 */
/* What a content is listed as for whoever looks at it. */
#include "parts.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

static bool no_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return no_memory ? NULL : __real_malloc(size);
}

#define URI(text)                                                              \
    {                                                                          \
        (const uint8_t *)(text), sizeof(text) - 1                              \
    }
static const struct frank_span sender = URI("mimi://a/u/x");
static const struct frank_span room = URI("mimi://a/r/y");

static void assert_text(struct frank_span span, const char *text)
{
    assert_int_equal(span.len, strlen(text));
    assert_memory_equal(span.data, text, span.len);
}

static void a_plain_content_is_one_part(void **state)
{
    static const uint8_t salt[32] = {7};
    uint8_t content[256];
    size_t len;
    struct parts parts;

    (void)state;
    assert_int_equal(frank_plain_build(content, sizeof content, &len, salt,
                                       sender, room, support_text("text/plain"),
                                       support_text("hello"), NULL),
                     FRANK_OK);
    assert_int_equal(parts_read(&parts, content, len, NULL), FRANK_OK);
    assert_int_equal(parts.count, 1);
    assert_int_equal(parts.items[0].state, PART_THERE);
    assert_text(parts.items[0].media_type, "text/plain");
    assert_text(parts.items[0].body, "hello");
    parts_free(&parts);
}

static void slots_that_are_withheld_are_listed(void **state)
{
    static const uint8_t salt[32] = {7};
    struct frank_part slots[2] = {{.name = support_text("a"),
                                   .media_type = support_text("text/plain"),
                                   .body = support_text("one")},
                                  {.name = support_text("b"),
                                   .media_type = support_text("text/plain"),
                                   .body = support_text("two")}};
    uint8_t whole[512];
    uint8_t content[512];
    size_t whole_len;
    size_t len;
    struct parts parts;

    (void)state;
    assert_int_equal(frank_parted_build(whole, sizeof whole, &whole_len, salt,
                                        sender, room, slots, 2, NULL),
                     FRANK_OK);
    assert_int_equal(frank_parted_withhold(content, sizeof content, &len, whole,
                                           whole_len, 1, NULL),
                     FRANK_OK);
    assert_int_equal(parts_read(&parts, content, len, NULL), FRANK_OK);
    assert_int_equal(parts.count, 2);
    assert_int_equal(parts.items[0].state, PART_WITHHELD);
    assert_int_equal(parts.items[0].body.len, 0);
    assert_int_equal(parts.items[1].state, PART_THERE);
    assert_text(parts.items[1].name, "b");
    assert_text(parts.items[1].body, "two");
    parts_free(&parts);
}

/* ---- MIMI ---------------------------------------------------------------- */

/* [salt, null, h'', null, null, {1: sender, 2: room}, NestedPart] */
static size_t mimi(uint8_t out[static 4096], const uint8_t *nested, size_t len)
{
    uint8_t *at = out;

    *at++ = 0x87;
    *at++ = 0x50;
    memset(at, 9, 16);
    at += 16;
    memcpy(at, "\xf6\x40\xf6\xf6\xa2\x01\x6c", 7);
    at += 7;
    memcpy(at, sender.data, sender.len);
    at += sender.len;
    memcpy(at, "\x02\x6c", 2);
    at += 2;
    memcpy(at, room.data, room.len);
    at += room.len;
    memcpy(at, nested, len);
    return (size_t)(at - out) + len;
}

#define NESTED(text) (const uint8_t *)(text), sizeof(text) - 1
static void read_mimi(struct parts *out, const uint8_t *nested, size_t len)
{
    static uint8_t content[8192];
    size_t size = mimi(content, nested, len);

    assert_int_equal(parts_read(out, content, size, NULL), FRANK_OK);
}

static void a_single_part_is_read(void **state)
{
    struct parts parts;

    (void)state;
    read_mimi(&parts, NESTED("\x85\x01\x60\x01\x6atext/plain\x43hey"));
    assert_int_equal(parts.count, 1);
    assert_text(parts.items[0].media_type, "text/plain");
    assert_text(parts.items[0].body, "hey");
    parts_free(&parts);
}

static void text_in_chunks_hides_nothing(void **state)
{
    struct parts parts;

    (void)state;
    read_mimi(&parts,
              NESTED("\x9f\xc1\x01\x60\x01\x7f\x65text/\x65plain\xff\x5f"
                     "\x42he\x40\x41y\xff\xff"));
    assert_int_equal(parts.count, 1);
    assert_text(parts.items[0].media_type, "text/plain");
    assert_text(parts.items[0].body, "hey");
    parts_free(&parts);
}

static void parts_within_parts_come_in_order(void **state)
{
    struct parts parts;

    (void)state;
    read_mimi(&parts, NESTED("\x85\x01\x60\x03\x00\x83"
                             "\x85\x01\x60\x01\x61t\x41"
                             "1"
                             "\x85\x01\x60\x03\x00\x82\x83\x01\x60\x00"
                             "\x85\x01\x60\x01\x61t\x41"
                             "2"
                             "\x85\x01\x60\x01\x61t\x41"
                             "3"));
    assert_int_equal(parts.count, 4);
    assert_text(parts.items[0].body, "1");
    assert_int_equal(parts.items[1].state, PART_EMPTY);
    assert_text(parts.items[2].body, "2");
    assert_text(parts.items[3].body, "3");
    parts_free(&parts);
}

static void what_is_elsewhere_says_where(void **state)
{
    struct parts parts;

    (void)state;
    read_mimi(&parts, NESTED("\x8f\x01\x60\x02\x69image/png\x63u:x\x00\x19\x01"
                             "\x00\x00\x40\x40\x40\x00\x40\x63pic\x65"
                             "a.png"));
    assert_int_equal(parts.count, 1);
    assert_int_equal(parts.items[0].state, PART_EXTERNAL);
    assert_text(parts.items[0].url, "u:x");
    assert_int_equal(parts.items[0].size, 256);
    assert_text(parts.items[0].description, "pic");
    assert_text(parts.items[0].name, "a.png");
    parts_free(&parts);
}

static void what_breaks_the_format_is_listed_as_such(void **state)
{
    static const struct {
        const uint8_t *bytes;
        size_t len;
    } broken[] = {{NESTED("\x01")},
                  {NESTED("\x80")},
                  {NESTED("\x83\x01\x60\x18\x63")},
                  {NESTED("\x63"
                          "abc")},
                  {NESTED("\x85\x01\x60\x03\x00\xf6")}};

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct parts parts;

        read_mimi(&parts, broken[i].bytes, broken[i].len);
        assert_int_equal(parts.count, 1);
        assert_int_equal(parts.items[0].state, PART_UNREADABLE);
        parts_free(&parts);
    }
}

static void elements_of_other_kinds_are_stepped_over(void **state)
{
    struct parts parts;

    (void)state;
    /* disposition "a", language 5, and one element too many */
    read_mimi(&parts, NESTED("\x86\x61"
                             "a\x05\x01\x61t\x41"
                             "1\x82\x01\x02"));
    assert_int_equal(parts.count, 1);
    assert_int_equal(parts.items[0].state, PART_THERE);
    assert_text(parts.items[0].body, "1");
    parts_free(&parts);
}

static void memory_that_is_not_there_is_an_error(void **state)
{
    static uint8_t content[4096];
    size_t size = mimi(content, NESTED("\x83\x01\x60\x00"));
    struct frank_fault fault;
    struct parts parts;

    (void)state;
    no_memory = true;
    assert_int_equal(parts_read(&parts, content, size, &fault),
                     FRANK_ERR_MEMORY);
    no_memory = false;
    parts_free(&parts);
}

static void nothing_is_nested_without_end(void **state)
{
    static uint8_t nested[3000];
    size_t at = 0;
    struct parts parts;

    (void)state;
    while (at + 6 < 2500) {
        memcpy(nested + at, "\x85\x01\x60\x03\x00\x81", 6);
        at += 6;
    }
    memcpy(nested + at, "\x83\x01\x60\x00", 4);
    read_mimi(&parts, nested, at + 4);
    assert_int_equal(parts.count, 1);
    assert_int_equal(parts.items[0].state, PART_UNREADABLE);
    assert_true(parts.items[0].body.len > 0);
    parts_free(&parts);
}

/* A multipart of `count` empty parts, and room for `others` behind them. */
static size_t nulls(uint8_t *out, unsigned count, unsigned others)
{
    unsigned all = count + others;
    const uint8_t head[] = {
        0x85, 1, 0x60, 3, 0, 0x99, (uint8_t)(all >> 8), (uint8_t)all};
    size_t len = sizeof head;

    memcpy(out, head, sizeof head);
    for (unsigned i = 0; i < count; i++) {
        memcpy(out + len, "\x83\x01\x60\x00", 4);
        len += 4;
    }
    return len;
}

static void more_parts_than_are_listed_are_counted(void **state)
{
    static struct parts parts;
    static uint8_t nested[6000];
    size_t len = nulls(nested, 1100, 0);

    (void)state;
    read_mimi(&parts, nested, len);
    assert_int_equal(parts.count, PARTS_MAX);
    assert_int_equal(parts.more, 1100 - PARTS_MAX);
    parts_free(&parts);
}

/* With the multipart, they are as many as a valid message has. */
static void a_file_does_not_hide_behind_empty_parts(void **state)
{
    static const uint8_t external[] = "\x84\x01\x60\x02\x60";
    static struct parts parts;
    static uint8_t nested[6000];
    size_t len = nulls(nested, 1022, 1);

    (void)state;
    memcpy(nested + len, external, sizeof external - 1);
    read_mimi(&parts, nested, len + sizeof external - 1);
    assert_int_equal(parts.count, 1023);
    assert_int_equal(parts.more, 0);
    assert_int_equal(parts.items[1022].state, PART_EXTERNAL);
    parts_free(&parts);
}

static void what_cannot_be_located_is_refused(void **state)
{
    struct parts parts;

    (void)state;
    assert_int_not_equal(parts_read(&parts, (const uint8_t *)"x", 1, NULL),
                         FRANK_OK);
    parts_free(&parts);
}

static void what_a_browser_may_show_is_known(void **state)
{
    (void)state;
    assert_string_equal(part_shown_type(support_text("image/png")),
                        "image/png");
    assert_string_equal(part_shown_type(support_text("IMAGE/JPEG;q=1")),
                        "image/jpeg");
    assert_string_equal(part_shown_type(support_text("video/ogg codecs")),
                        "video/ogg");
    assert_null(part_shown_type(support_text("image/svg+xml")));
    assert_null(part_shown_type(support_text("image/pngx")));
    assert_null(part_shown_type(support_text("text/html")));
    assert_null(part_shown_type(support_text("")));
    assert_true(part_is_text(support_text("")));
    assert_true(part_is_text(support_text("Text/markdown")));
    assert_false(part_is_text(support_text("text")));
    assert_false(part_is_text(support_text("image/png")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_browser_may_show_is_known),
        cmocka_unit_test(a_plain_content_is_one_part),
        cmocka_unit_test(slots_that_are_withheld_are_listed),
        cmocka_unit_test(a_single_part_is_read),
        cmocka_unit_test(text_in_chunks_hides_nothing),
        cmocka_unit_test(parts_within_parts_come_in_order),
        cmocka_unit_test(what_is_elsewhere_says_where),
        cmocka_unit_test(what_breaks_the_format_is_listed_as_such),
        cmocka_unit_test(elements_of_other_kinds_are_stepped_over),
        cmocka_unit_test(memory_that_is_not_there_is_an_error),
        cmocka_unit_test(nothing_is_nested_without_end),
        cmocka_unit_test(more_parts_than_are_listed_are_counted),
        cmocka_unit_test(a_file_does_not_hide_behind_empty_parts),
        cmocka_unit_test(what_cannot_be_located_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
