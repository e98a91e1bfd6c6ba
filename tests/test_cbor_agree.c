/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds the CBOR reader against libcbor. They must agree on what is well-formed
 * and on where an item ends, but for what libcbor.h names.
 */
#include "libcbor.h"
#include "support.h"

#include <string.h>

#define INPUT_MAX_BYTES 64

static bool theirs(struct frank_span input, size_t *read)
{
    struct cbor_load_result result;
    cbor_item_t *item = cbor_load(input.data, input.len, &result);

    if (item == NULL) {
        return false;
    }
    cbor_decref(&item);
    *read = result.read;
    return true;
}

static bool ours(struct frank_span input, size_t *read)
{
    struct wire_reader r;

    wire_read_init(&r, input, 0);
    cbor_skip(&r, "input");
    *read = r.pos;
    return wire_read_ok(&r);
}

static void assert_agreement(struct frank_span input, unsigned *accepted)
{
    char hex[2 * INPUT_MAX_BYTES + 1];
    size_t our_end = 0;
    size_t their_end = 0;
    bool we;
    bool they;

    if (has_large_count(input)) {
        return;
    }
    we = ours(input, &our_end);
    they = theirs(input, &their_end);
    *accepted += we;
    if (we && !they &&
        is_beyond_libcbor((struct frank_span){input.data, our_end})) {
        return;
    }
    if (we != they || (we && our_end != their_end)) {
        support_hex_encode(hex, input.data, input.len);
        fail_msg("%s: we %d to %zu, libcbor %d to %zu", hex, we, our_end, they,
                 their_end);
    }
}

/* Random bytes, from a few of which items are made more often. */
static size_t make_random(uint8_t out[static INPUT_MAX_BYTES], uint32_t *seed)
{
    static const uint8_t frequent[] = {
        0x00, 0x40, 0x41, 0x61, 0x80, 0x81, 0x82, 0xa0, 0xa1, 0xc1,
        0xf6, 0xf9, 0xfb, 0x5f, 0x7f, 0x9f, 0xbf, 0xff, 0xff, 0xff,
        0x18, 0x19, 0x58, 0x78, 0x98, 0xb8, 0xd8, 0xf8};
    size_t len = 1 + support_random(seed) % INPUT_MAX_BYTES;
    bool biased = support_random(seed) % 4 != 0;

    for (size_t i = 0; i < len; i++) {
        uint32_t random = support_random(seed) >> 8;

        out[i] = biased && random % 4 != 0
                     ? frequent[(random >> 2) % sizeof frequent]
                     : (uint8_t)(random >> 2);
    }
    return len;
}

static void agrees_on_random_input(void **state)
{
    uint32_t seed = 1;
    unsigned accepted = 0;

    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        uint8_t bytes[INPUT_MAX_BYTES];
        size_t len = make_random(bytes, &seed);

        assert_agreement((struct frank_span){bytes, len}, &accepted);
    }
    assert_true(accepted > 10000); /* else the inputs test nothing */
}

static void agrees_on_all_inputs_of_three_bytes(void **state)
{
    unsigned accepted = 0;

    (void)state;
    for (uint32_t i = 0; i < 1u << 16; i++) {
        uint8_t bytes[3] = {(uint8_t)(i >> 8), (uint8_t)i, 0xff};

        assert_agreement((struct frank_span){bytes, 1}, &accepted);
        assert_agreement((struct frank_span){bytes, 2}, &accepted);
        assert_agreement((struct frank_span){bytes, 3}, &accepted);
    }
    assert_true(accepted > 10000);
}

static const char *const seeds[] = {
    "83018202039f0405ff",
    "9f018202039f0405ffff",
    "bf61610161629f0203ffff",
    "a56161614161626142616361436164614461656145",
    "5f42010243030405ff",
    "7f657374726561646d696e67ff",
    "c249010000000000000000",
    "d818456449455446",
    "82fb3ff199999999999af97e00",
    ("87 44'salt' f6 40 82f5190e10 f6 a2 01 62'ab' 02 7f 61'c' 61'd' ff"
     "85 01 60 01 60 42'hi'"),
};

static void agrees_on_mutated_items(void **state)
{
    struct frank_span items[SUPPORT_COUNT(seeds)];
    uint32_t seed = 2;
    unsigned accepted = 0;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(seeds); i++) {
        items[i] = support_bytes(seeds[i]);
    }
    for (unsigned i = 0; i < 300000; i++) {
        struct frank_span from = items[i % SUPPORT_COUNT(seeds)];
        uint8_t bytes[INPUT_MAX_BYTES];
        unsigned changes = 1 + support_random(&seed) % 3;

        memcpy(bytes, from.data, from.len);
        for (; changes > 0; changes--) {
            size_t at = support_random(&seed) % from.len;

            bytes[at] =
                (uint8_t)(support_random(&seed) % 3 == 0
                              ? support_random(&seed)
                              : bytes[at] ^ 1u << support_random(&seed) % 8);
        }
        assert_agreement((struct frank_span){bytes, from.len}, &accepted);
    }
    assert_true(accepted > 10000);
}

/* Why messages are not read with libcbor: an abuser could put these into an
 * extension. Should this test fail one day, libcbor has learned them. */
static void reads_what_libcbor_refuses(void **state)
{
    size_t end;

    (void)state;
    for (unsigned value = 0; value < 256; value++) {
        uint8_t bytes[2] = {0xf8, (uint8_t)value};
        struct frank_span item = {bytes, 2};

        if (value < 20) {
            bytes[0] = (uint8_t)(0xe0 | value);
            item.len = 1;
        } else if (value < 32) {
            continue; /* these have names, or none in two bytes */
        }
        assert_true(ours(item, &end));
        assert_int_equal(end, item.len);
        assert_false(theirs(item, &end));
    }
    for (unsigned tag = 6; tag <= 20; tag++) {
        uint8_t bytes[2] = {(uint8_t)(0xc0 | tag), 0};

        assert_true(ours((struct frank_span){bytes, 2}, &end));
        assert_int_equal(end, 2);
        assert_false(theirs((struct frank_span){bytes, 2}, &end));
    }
    assert_true(ours(support_bytes("61ff"), &end));
    assert_int_equal(end, 2);
    assert_false(theirs(support_bytes("61ff"), &end));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_on_random_input),
        cmocka_unit_test(agrees_on_all_inputs_of_three_bytes),
        cmocka_unit_test(agrees_on_mutated_items),
        cmocka_unit_test(reads_what_libcbor_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
