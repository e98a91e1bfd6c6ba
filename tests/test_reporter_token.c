/* SPDX-License-Identifier: Apache-2.0 */
#include "reporter_token.h"
#include "rings.h"

#include <sodium.h>
#include <string.h>

#define NOW UINT64_C(1700000000000)
#define PREFIX_LEN (sizeof REPORTER_TOKEN_PREFIX - 1)
#define URLSAFE sodium_base64_VARIANT_URLSAFE_NO_PADDING
/* version, flags, not_after, nonce, no user */
#define ANONYMOUS_BYTES (1 + 1 + 8 + 16 + 1)

static const uint8_t key[REPORTER_TOKEN_KEY_BYTES] =
    "a platform and its hub share me";

static struct reporter_token token_of(size_t user_len)
{
    struct reporter_token token = {.not_after = NOW + 1, .nonce = {1, 2, 3}};

    token.user.len = user_len;
    memset(token.user.bytes, 'u', user_len);
    return token;
}

static const char *minted(const struct reporter_token *token)
{
    static char text[REPORTER_TOKEN_TEXT_BYTES];

    assert_ok(reporter_token_mint(text, token, key, NULL));
    return text;
}

static struct frank_span bytes_of(const char *text)
{
    static uint8_t bytes[REPORTER_TOKEN_MAX_BYTES];
    size_t len;

    assert_int_equal(sodium_base642bin(bytes, sizeof bytes, text + PREFIX_LEN,
                                       strlen(text + PREFIX_LEN), NULL, &len,
                                       NULL, URLSAFE),
                     0);
    return (struct frank_span){bytes, len};
}

static const char *text_of(struct frank_span bytes)
{
    static char text[4 * REPORTER_TOKEN_TEXT_BYTES];

    memcpy(text, REPORTER_TOKEN_PREFIX, PREFIX_LEN);
    (void)sodium_bin2base64(text + PREFIX_LEN, sizeof text - PREFIX_LEN,
                            bytes.data, bytes.len, URLSAFE);
    return text;
}

/* The text of these bytes with the MAC that they must have, by another
 * implementation of HMAC. */
static const char *vouched(struct frank_span bytes)
{
    static uint8_t whole[2 * REPORTER_TOKEN_MAX_BYTES];
    uint8_t subkey[32];

    memcpy(whole, bytes.data, bytes.len);
    support_hmac(subkey, (struct frank_span){key, sizeof key},
                 support_text("frank v1 reporter token"));
    support_hmac(whole + bytes.len, (struct frank_span){subkey, sizeof subkey},
                 bytes);
    return text_of((struct frank_span){whole, bytes.len + 32});
}

static int open_at(const char *text, uint64_t now, struct frank_fault *fault)
{
    /* A block of its own, so that no read beyond the zero goes unseen. */
    const char *copy =
        (const char *)support_copy((const uint8_t *)text, strlen(text) + 1);
    struct reporter_token token;
    int error;

    memset(&token, 0xaa, sizeof token);
    error = reporter_token_open(&token, copy, key, now, fault);
    if (error != FRANK_OK) {
        assert_true(support_is_zero(&token, sizeof token));
        assert_int_equal(reporter_token_open(&token, copy, key, now, NULL),
                         error);
    }
    return error;
}

static void assert_refused(const char *text, int error, const char *field,
                           size_t offset)
{
    struct frank_fault fault = {0};

    assert_int_equal(open_at(text, NOW, &fault), error);
    assert_int_equal(fault.error, error);
    assert_string_equal(fault.field, field);
    assert_int_equal(fault.offset, offset);
}

/* ---- What is minted ----------------------------------------------------- */

static void minted_tokens_open_as_they_were(void **state)
{
    static const size_t lens[] = {0, 1, 2, 3, 62, 63, 64, 65, 1022, 1023, 1024};

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(lens); i++) {
        struct reporter_token token = token_of(lens[i]);
        struct reporter_token opened;
        struct reporter_token peeked;
        const char *text;

        token.flags = (uint8_t)(i % 2 * REPORTER_TOKEN_FIRST_CONTACT);
        text = minted(&token);
        assert_int_equal(strspn(text + PREFIX_LEN,
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq"
                                "rstuvwxyz0123456789-_"),
                         strlen(text) - PREFIX_LEN);
        assert_ok(reporter_token_open(&opened, text, key, NOW, NULL));
        assert_memory_equal(&opened, &token, sizeof token);
        assert_ok(reporter_token_peek(&peeked, text, NULL));
        assert_memory_equal(&peeked, &token, sizeof token);
    }
    assert_int_equal(strlen(minted(&(struct reporter_token){
                         .user.len = FRANK_URI_MAX_BYTES})),
                     REPORTER_TOKEN_TEXT_BYTES - 1);
}

static void mac_is_under_a_subkey_over_all_before_it(void **state)
{
    struct reporter_token token = token_of(7);
    struct frank_span bytes;
    char text[REPORTER_TOKEN_TEXT_BYTES];

    (void)state;
    (void)strcpy(text, minted(&token));
    bytes = bytes_of(text);
    bytes.len -= FRANK_MAC_BYTES;
    assert_string_equal(vouched(bytes), text);
}

static void refuses_to_mint_what_no_token_can_say(void **state)
{
    char text[REPORTER_TOKEN_TEXT_BYTES];
    struct reporter_token token = token_of(FRANK_URI_MAX_BYTES);
    struct frank_fault fault;

    (void)state;
    token.flags = 0x02;
    assert_int_equal(reporter_token_mint(text, &token, key, &fault),
                     FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "flags");
    assert_true(support_is_zero(text, sizeof text));
    token.flags = 0;
    token.user.len++;
    assert_int_equal(reporter_token_mint(text, &token, key, &fault),
                     FRANK_ERR_LIMIT);
    assert_string_equal(fault.field, "user");
    assert_int_equal(fault.expected, FRANK_URI_MAX_BYTES);
    assert_true(support_is_zero(text, sizeof text));
}

/* ---- Time and key ------------------------------------------------------- */

static void token_counts_until_just_before_its_end(void **state)
{
    struct reporter_token token = token_of(3);
    struct frank_fault fault = {0};

    (void)state;
    assert_ok(open_at(minted(&token), 0, NULL));
    assert_ok(open_at(minted(&token), NOW, NULL));
    assert_int_equal(open_at(minted(&token), NOW + 1, &fault), FRANK_ERR_TIME);
    assert_string_equal(fault.field, "not after");
    assert_int_equal(fault.found, NOW + 1);
    assert_int_equal(fault.expected, NOW + 1);
    assert_int_equal(open_at(minted(&token), UINT64_MAX, NULL), FRANK_ERR_TIME);
    token.not_after = 0;
    assert_int_equal(open_at(minted(&token), 0, NULL), FRANK_ERR_TIME);
    token.not_after = UINT64_MAX;
    assert_ok(open_at(minted(&token), UINT64_MAX - 1, NULL));
}

static void refuses_a_token_of_another_key(void **state)
{
    struct reporter_token token = token_of(3);
    struct reporter_token opened;
    struct frank_fault fault;
    const char *text = minted(&token);

    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof key; bit++) {
        uint8_t other[sizeof key];

        memcpy(other, key, sizeof other);
        other[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(reporter_token_open(&opened, text, other, NOW, &fault),
                         FRANK_ERR_MAC);
        assert_string_equal(fault.field, "mac");
        assert_true(support_is_zero(&opened, sizeof opened));
    }
    /* Nor is it an HMAC under the key itself. */
    {
        uint8_t bytes[REPORTER_TOKEN_MAX_BYTES];
        struct frank_span span = bytes_of(text);

        memcpy(bytes, span.data, span.len);
        support_hmac(bytes + span.len - 32,
                     (struct frank_span){key, sizeof key},
                     (struct frank_span){bytes, span.len - 32});
        assert_refused(text_of((struct frank_span){bytes, span.len}),
                       FRANK_ERR_MAC, "mac", span.len - 32);
    }
}

/* ---- Altered tokens ----------------------------------------------------- */

static void refuses_each_flipped_bit_of_the_text(void **state)
{
    (void)state;
    for (size_t user = 0; user < 3; user++) { /* 0, 2 and 4 bits to spare */
        struct reporter_token token = token_of(user);
        char text[REPORTER_TOKEN_TEXT_BYTES];
        size_t len;

        (void)strcpy(text, minted(&token));
        len = strlen(text);
        for (size_t bit = 0; bit < 8 * len; bit++) {
            text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
            assert_int_not_equal(open_at(text, NOW, NULL), FRANK_OK);
            text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        }
        assert_ok(open_at(text, NOW, NULL));
    }
}

static void refuses_each_flipped_bit_of_the_bytes(void **state)
{
    struct reporter_token token = token_of(5);
    struct frank_span span = bytes_of(minted(&token));
    uint8_t bytes[REPORTER_TOKEN_MAX_BYTES];

    (void)state;
    memcpy(bytes, span.data, span.len);
    for (size_t bit = 0; bit < 8 * span.len; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_refused(text_of((struct frank_span){bytes, span.len}),
                       FRANK_ERR_MAC, "mac", span.len - 32);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

/* The last character holds bits that are no byte's. */
static void refuses_another_text_of_the_same_bytes(void **state)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq"
                                   "rstuvwxyz0123456789-_";
    static const unsigned spare[] = {4, 2, 0};

    (void)state;
    for (size_t user = 0; user < 3; user++) {
        struct reporter_token token = token_of(user);
        char text[REPORTER_TOKEN_TEXT_BYTES];
        size_t len = bytes_of(minted(&token)).len;
        char *last;
        size_t value;
        unsigned bits = spare[(len + 2) % 3];

        (void)strcpy(text, minted(&token));
        last = text + strlen(text) - 1;
        value = (size_t)(strchr(alphabet, *last) - alphabet);
        assert_int_equal(value & ((1U << bits) - 1), 0);
        for (size_t other = value + 1; other < value + (1U << bits); other++) {
            *last = alphabet[other];
            assert_refused(text, FRANK_ERR_FORMAT, "reporter token",
                           PREFIX_LEN);
        }
    }
}

static void refuses_characters_that_decoders_like_to_ignore(void **state)
{
    static const char *const more[] = {"=",  "==",   "\n", " ", "\r\n", "A",
                                       "AA", "AAAA", "\t", ".", "%3d"};
    struct reporter_token token = token_of(1);
    char text[REPORTER_TOKEN_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(more); i++) {
        (void)snprintf(text, sizeof text, "%s%s", minted(&token), more[i]);
        assert_int_not_equal(open_at(text, NOW, NULL), FRANK_OK);
        (void)snprintf(text, sizeof text, "%s%s%s", REPORTER_TOKEN_PREFIX,
                       more[i], minted(&token) + PREFIX_LEN);
        assert_int_not_equal(open_at(text, NOW, NULL), FRANK_OK);
    }
    /* The other alphabet of base64. */
    for (uint8_t i = 0;; i++) {
        char *at;

        token.nonce[0] = i;
        (void)strcpy(text, minted(&token));
        at = strpbrk(text, "-_");
        if (at != NULL) {
            *at = *at == '-' ? '+' : '/';
            assert_refused(text, FRANK_ERR_FORMAT, "reporter token",
                           PREFIX_LEN);
            break;
        }
    }
}

static void refuses_each_truncation_of_the_text(void **state)
{
    struct reporter_token token = token_of(5);
    char text[REPORTER_TOKEN_TEXT_BYTES];

    (void)state;
    (void)strcpy(text, minted(&token));
    for (size_t len = strlen(text); len-- > 0;) {
        text[len] = '\0';
        assert_int_not_equal(open_at(text, NOW, NULL), FRANK_OK);
    }
    assert_refused("", FRANK_ERR_FORMAT, "reporter token", 0);
    assert_refused("frank2.", FRANK_ERR_FORMAT, "reporter token", 0);
    assert_refused("Frank1.", FRANK_ERR_FORMAT, "reporter token", 0);
    assert_refused(REPORTER_TOKEN_PREFIX, FRANK_ERR_TRUNCATED, "mac", 0);
}

static void refuses_a_text_that_is_too_long(void **state)
{
    static uint8_t bytes[2 * REPORTER_TOKEN_MAX_BYTES];

    (void)state;
    assert_refused(text_of((struct frank_span){bytes, sizeof bytes}),
                   FRANK_ERR_FORMAT, "reporter token",
                   REPORTER_TOKEN_TEXT_BYTES - 1);
    assert_refused(
        text_of((struct frank_span){bytes, REPORTER_TOKEN_MAX_BYTES + 1}),
        FRANK_ERR_FORMAT, "reporter token", REPORTER_TOKEN_TEXT_BYTES - 1);
    assert_refused(
        text_of((struct frank_span){bytes, REPORTER_TOKEN_MAX_BYTES}),
        FRANK_ERR_MAC, "mac", REPORTER_TOKEN_MAX_BYTES - 32);
}

/* ---- Bytes that the platform should not have vouched for ---------------- */

static void refuses_wrong_fields_under_a_right_mac(void **state)
{
    static const struct {
        const char *bytes;
        int error;
        const char *field;
        size_t offset;
    } cases[] = {
        {"02 00 (ff)*8 (00)*16 00", FRANK_ERR_VALUE, "version", 0},
        {"00 00 (ff)*8 (00)*16 00", FRANK_ERR_VALUE, "version", 0},
        {"01 02 (ff)*8 (00)*16 00", FRANK_ERR_VALUE, "flags", 1},
        {"01 80 (ff)*8 (00)*16 00", FRANK_ERR_VALUE, "flags", 1},
        {"01 00 (ff)*8 (00)*16 00 00", FRANK_ERR_TRAILING, "reporter token",
         27},
        {"01 00 (ff)*8 (00)*16 01 61 62", FRANK_ERR_TRAILING, "reporter token",
         28},
        {"01 00 (ff)*8 (00)*16 02 61", FRANK_ERR_TRUNCATED, "user", 27},
        {"01 00 (ff)*8 (00)*16 4001 61", FRANK_ERR_LENGTH_FORM, "user", 26},
        {"01 00 (ff)*8 (00)*16 4401 (61)*64", FRANK_ERR_LIMIT, "user", 26},
        {"01 00 (ff)*8 (00)*16 c0", FRANK_ERR_VALUE, "user", 26},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct reporter_token token;
        const char *text = vouched(support_bytes(cases[i].bytes));

        assert_refused(text, cases[i].error, cases[i].field, cases[i].offset);
        assert_int_equal(reporter_token_peek(&token, text, NULL),
                         cases[i].error);
        assert_true(support_is_zero(&token, sizeof token));
    }
}

static void refuses_each_truncation_under_a_right_mac(void **state)
{
    struct reporter_token token = token_of(0);
    struct frank_span span = bytes_of(minted(&token));
    uint8_t bytes[ANONYMOUS_BYTES];

    (void)state;
    assert_int_equal(span.len, sizeof bytes + FRANK_MAC_BYTES);
    memcpy(bytes, span.data, sizeof bytes);
    for (size_t len = 0; len < sizeof bytes; len++) {
        assert_int_equal(
            open_at(vouched((struct frank_span){bytes, len}), NOW, NULL),
            FRANK_ERR_TRUNCATED);
    }
    assert_ok(
        open_at(vouched((struct frank_span){bytes, sizeof bytes}), NOW, NULL));
}

static void peek_asks_neither_key_nor_time(void **state)
{
    struct reporter_token token = token_of(9);
    struct reporter_token peeked;
    uint8_t bytes[REPORTER_TOKEN_MAX_BYTES];
    struct frank_span span;

    (void)state;
    token.not_after = 0;
    span = bytes_of(minted(&token));
    memcpy(bytes, span.data, span.len);
    bytes[span.len - 1] ^= 1;
    assert_ok(reporter_token_peek(
        &peeked, text_of((struct frank_span){bytes, span.len}), NULL));
    assert_memory_equal(&peeked, &token, sizeof token);
    assert_int_equal(reporter_token_peek(&peeked, "frank1", NULL),
                     FRANK_ERR_FORMAT);
    assert_true(support_is_zero(&peeked, sizeof peeked));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minted_tokens_open_as_they_were),
        cmocka_unit_test(mac_is_under_a_subkey_over_all_before_it),
        cmocka_unit_test(refuses_to_mint_what_no_token_can_say),
        cmocka_unit_test(token_counts_until_just_before_its_end),
        cmocka_unit_test(refuses_a_token_of_another_key),
        cmocka_unit_test(refuses_each_flipped_bit_of_the_text),
        cmocka_unit_test(refuses_each_flipped_bit_of_the_bytes),
        cmocka_unit_test(refuses_another_text_of_the_same_bytes),
        cmocka_unit_test(refuses_characters_that_decoders_like_to_ignore),
        cmocka_unit_test(refuses_each_truncation_of_the_text),
        cmocka_unit_test(refuses_a_text_that_is_too_long),
        cmocka_unit_test(refuses_wrong_fields_under_a_right_mac),
        cmocka_unit_test(refuses_each_truncation_under_a_right_mac),
        cmocka_unit_test(peek_asks_neither_key_nor_time),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
