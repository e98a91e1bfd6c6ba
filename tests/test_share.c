/* SPDX-License-Identifier: Apache-2.0 */
/* The quorum's secret in shares, and the files of it. */
#include "quorum.h"
#include "quorum_public.h"
#include "reports.h"
#include "rings.h"
#include "share.h"
#include "stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dealt {
    struct frank_quorum quorum;
    struct share shares[FRANK_HOLDERS_MAX];
};

static struct dealt deal(unsigned k, unsigned n)
{
    static uint8_t random[FRANK_HOLDERS_MAX * SHARE_RANDOM_BYTES];
    struct dealt dealt;

    randombytes_buf(random, sizeof random);
    memset(&dealt, 0, sizeof dealt);
    assert_ok(share_deal(&dealt.quorum, dealt.shares, k, n, random, NULL));
    return dealt;
}

/* Whether these holders' public parts give P. */
static bool gives_p(const struct dealt *dealt, const unsigned *holders,
                    size_t count)
{
    uint8_t points[FRANK_HOLDERS_MAX][GROUP_POINT_BYTES];
    uint8_t p[GROUP_POINT_BYTES];

    for (size_t i = 0; i < count; i++) {
        memcpy(points[i], dealt->quorum.share_publics[holders[i] - 1], 32);
    }
    assert_ok(share_interpolate(
        p, holders, (const uint8_t(*)[GROUP_POINT_BYTES])points, count, 0));
    return memcmp(p, dealt->quorum.public_key, sizeof p) == 0;
}

static void any_k_shares_make_the_key_and_fewer_do_not(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 5; n++) {
        for (unsigned k = 1; k <= n; k++) {
            struct dealt dealt = deal(k, n);

            for (unsigned set = 1; set < 1U << n; set++) {
                unsigned holders[5];
                size_t count = 0;

                for (unsigned i = 0; i < n; i++) {
                    if ((set >> i & 1) != 0) {
                        holders[count++] = i + 1;
                    }
                }
                assert_int_equal(gives_p(&dealt, holders, count), count >= k);
            }
        }
    }
}

static void order_of_holders_does_not_matter(void **state)
{
    struct dealt dealt = deal(3, 32);
    const unsigned holders[] = {31, 2, 17};

    (void)state;
    assert_true(gives_p(&dealt, holders, 3));
}

static void numbers_are_checked(void **state)
{
    struct dealt dealt;
    uint8_t random[SHARE_RANDOM_BYTES] = {0};
    struct frank_fault fault;

    (void)state;
    assert_int_equal(
        share_deal(&dealt.quorum, dealt.shares, 1, 0, random, &fault),
        FRANK_ERR_VALUE);
    assert_int_equal(
        share_deal(&dealt.quorum, dealt.shares, 1, 33, random, &fault),
        FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "holders");
    assert_int_equal(
        share_deal(&dealt.quorum, dealt.shares, 0, 3, random, &fault),
        FRANK_ERR_VALUE);
    assert_int_equal(
        share_deal(&dealt.quorum, dealt.shares, 4, 3, random, &fault),
        FRANK_ERR_VALUE);
    assert_string_equal(fault.field, "threshold");
    /* A generator that gives zeros makes no key. */
    assert_int_equal(
        share_deal(&dealt.quorum, dealt.shares, 1, 2, random, &fault),
        FRANK_ERR_VALUE);
    assert_true(support_is_zero(dealt.shares, 2 * sizeof dealt.shares[0]));
}

static void shares_are_checked_against_the_quorum(void **state)
{
    struct dealt dealt = deal(2, 3);
    struct dealt other = deal(2, 3);
    struct share share;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_ok(share_check(&dealt.shares[i], &dealt.quorum, NULL));
    }
    assert_int_equal(share_check(&other.shares[0], &dealt.quorum, NULL),
                     FRANK_ERR_QUORUM);
    share = dealt.shares[0];
    share.holder = 0;
    assert_int_equal(share_check(&share, &dealt.quorum, NULL),
                     FRANK_ERR_HOLDER);
    share.holder = 4;
    assert_int_equal(share_check(&share, &dealt.quorum, NULL),
                     FRANK_ERR_HOLDER);
    share.holder = 2;
    assert_int_equal(share_check(&share, &dealt.quorum, NULL), FRANK_ERR_PROOF);
    share = dealt.shares[0];
    memset(share.scalar, 0, sizeof share.scalar);
    assert_int_equal(share_check(&share, &dealt.quorum, NULL), FRANK_ERR_PROOF);
}

static void publics_of_another_polynomial_are_refused(void **state)
{
    struct dealt dealt = deal(3, 5);
    struct frank_quorum changed;
    struct frank_fault fault;

    (void)state;
    assert_ok(share_check_publics(&dealt.quorum, &fault));
    for (unsigned i = 0; i < 5; i++) {
        changed = dealt.quorum;
        memcpy(changed.share_publics[i], dealt.quorum.public_key, 32);
        assert_int_equal(share_check_publics(&changed, &fault),
                         FRANK_ERR_PROOF);
    }
    changed = dealt.quorum;
    memcpy(changed.public_key, dealt.quorum.share_publics[0], 32);
    assert_int_equal(share_check_publics(&changed, &fault), FRANK_ERR_PROOF);
    assert_string_equal(fault.field, "quorum key, against its share publics");
    /* A threshold that is said to be lower or higher than it is. */
    changed = dealt.quorum;
    changed.threshold = 2;
    assert_int_equal(share_check_publics(&changed, &fault), FRANK_ERR_PROOF);
    changed.threshold = 4;
    assert_int_equal(share_check_publics(&changed, &fault), FRANK_ERR_PROOF);
    assert_string_equal(fault.field, "threshold, against the share publics");
    changed = dealt.quorum;
    changed.holders = 33;
    assert_int_equal(share_check_publics(&changed, &fault), FRANK_ERR_VALUE);
}

static void a_sum_that_is_the_identity_is_no_key(void **state)
{
    struct dealt dealt = deal(1, 2); /* both shares are s */
    const unsigned holders[] = {1, 2};
    uint8_t points[2][GROUP_POINT_BYTES];
    uint8_t scalar[32];
    uint8_t z[GROUP_POINT_BYTES];

    (void)state;
    /* lambda is 2 and -1: 2 * P - 1 * (2 P) */
    memcpy(points[0], dealt.quorum.public_key, 32);
    memset(scalar, 0, sizeof scalar);
    scalar[0] = 2;
    assert_int_equal(crypto_scalarmult_ristretto255(points[1], scalar,
                                                    dealt.quorum.public_key),
                     0);
    assert_int_equal(
        share_interpolate(z, holders,
                          (const uint8_t(*)[GROUP_POINT_BYTES])points, 2, 0),
        FRANK_ERR_POINT);
}

/* ---- Share file --------------------------------------------------------- */

static void share_files_are_read_back(void **state)
{
    struct dealt dealt = deal(2, 3);
    char text[SHARE_TEXT_MAX_BYTES];
    struct share read;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        share_encode(text, &dealt.shares[i]);
        assert_ok(share_decode(&read, text, strlen(text), NULL));
        assert_memory_equal(&read, &dealt.shares[i], sizeof read);
    }
}

#define ID "\"quorum_key_id\":\"00112233445566778899aabbccddeeff\""
#define ONE "01000000000000000000000000000000"
#define NIL "00000000000000000000000000000000"
#define SCALAR "\"share\":\"" ONE NIL "\""

static void refuses_what_is_no_share(void **state)
{
    static const struct {
        const char *text;
        int error;
        const char *field;
    } cases[] = {
        {"{" ID ",\"holder\":1," SCALAR "}", FRANK_OK, NULL},
        {"{" ID ",\"holder\":32," SCALAR ",\"more\":1}", FRANK_OK, NULL},
        {"{" ID ",\"holder\":0," SCALAR "}", FRANK_ERR_HOLDER, "holder"},
        {"{" ID ",\"holder\":33," SCALAR "}", FRANK_ERR_VALUE, "holder"},
        {"{" ID ",\"holder\":-1," SCALAR "}", FRANK_ERR_VALUE, "holder"},
        {"{" ID ",\"holder\":\"1\"," SCALAR "}", FRANK_ERR_VALUE, "holder"},
        {"{" ID "," SCALAR "}", FRANK_ERR_MISSING, "holder"},
        {"{" ID ",\"holder\":1}", FRANK_ERR_MISSING, "share"},
        {"{\"holder\":1," SCALAR "}", FRANK_ERR_MISSING, "quorum_key_id"},
        {"{\"quorum_key_id\":\"00\",\"holder\":1," SCALAR "}", FRANK_ERR_VALUE,
         "quorum_key_id, which must be 32 hexadecimal digits"},
        {"{" ID ",\"holder\":1,\"share\":\"" ONE "\"}", FRANK_ERR_VALUE,
         "share, which must be 64 hexadecimal digits"},
        {"{" ID ",\"holder\":1,\"share\":\"" NIL NIL "\"}", FRANK_ERR_SCALAR,
         "share"},
        {"{" ID ",\"holder\":1,\"share\":"
         "\"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"
         "\"}",
         FRANK_ERR_SCALAR, "share"},
        {"{" ID ",\"holder\":1," SCALAR "} x", FRANK_ERR_JSON, "share file"},
        {"[]", FRANK_ERR_MISSING, "quorum_key_id"},
        {"", FRANK_ERR_JSON, "share file"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct share out;
        struct frank_fault fault = {0};
        int error =
            share_decode(&out, cases[i].text, strlen(cases[i].text), &fault);

        assert_int_equal(error, cases[i].error);
        if (error != FRANK_OK) {
            assert_string_equal(fault.field, cases[i].field);
            assert_true(support_is_zero(&out, sizeof out));
        }
    }
}

/* ---- quorum.pub --------------------------------------------------------- */

static void quorum_files_are_read_back(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 32; n += 31) {
        struct dealt dealt = deal(1, n);
        static struct frank_quorum read;
        char *text = quorum_public_encode(&dealt.quorum);

        assert_non_null(text);
        assert_ok(quorum_public_decode(&read, text, strlen(text), NULL));
        assert_memory_equal(&read, &dealt.quorum, sizeof read);
        free(text);
    }
}

static void refuses_what_is_no_quorum(void **state)
{
    struct dealt dealt = deal(2, 2);
    char *good = quorum_public_encode(&dealt.quorum);
    static const struct {
        const char *what;
        const char *instead;
        int error;
    } cases[] = {
        {"\"threshold\":2", "\"threshold\":0", FRANK_ERR_VALUE},
        {"\"threshold\":2", "\"threshold\":3", FRANK_ERR_VALUE},
        {"\"threshold\":2", "\"threshold\":99", FRANK_ERR_VALUE},
        {"\"threshold\":2", "\"x\":2", FRANK_ERR_MISSING},
        {"\"holders\":2", "\"holders\":1", FRANK_ERR_LENGTH},
        {"\"holders\":2", "\"holders\":3", FRANK_ERR_LENGTH},
        {"\"holders\":2", "\"x\":3", FRANK_ERR_MISSING},
        {"\"P\"", "\"x\"", FRANK_ERR_MISSING},
        {"\"share_publics\":[", "\"share_publics\":[1,", FRANK_ERR_LENGTH},
        {"\"share_publics\"", "\"x\"", FRANK_ERR_LENGTH},
        {"}", "", FRANK_ERR_JSON},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        static struct frank_quorum read;
        char text[2048];
        const char *at = strstr(good, cases[i].what);

        assert_non_null(at);
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good,
                       cases[i].instead, at + strlen(cases[i].what));
        assert_int_equal(quorum_public_decode(&read, text, strlen(text), NULL),
                         cases[i].error);
        assert_true(support_is_zero(&read, sizeof read));
    }
    free(good);
}

static void points_that_are_none_are_refused(void **state)
{
    struct dealt dealt = deal(2, 2);
    static struct frank_quorum read;
    char *text;

    (void)state;
    memset(dealt.quorum.share_publics[1], 0, 32);
    text = quorum_public_encode(&dealt.quorum);
    assert_int_equal(quorum_public_decode(&read, text, strlen(text), NULL),
                     FRANK_ERR_POINT);
    free(text);
    memset(dealt.quorum.public_key, 0xff, 32);
    text = quorum_public_encode(&dealt.quorum);
    assert_int_equal(quorum_public_decode(&read, text, strlen(text), NULL),
                     FRANK_ERR_POINT);
    assert_int_equal(
        quorum_public_decode(&read, text, QUORUM_PUBLIC_MAX_BYTES + 1, NULL),
        FRANK_ERR_LIMIT);
    free(text);
}

/* ---- SignedQuorumKey ---------------------------------------------------- */

static struct {
    uint8_t public_key[32];
    uint8_t secret[64];
} signer;

static struct frank_span record_of(const struct frank_quorum *quorum,
                                   uint64_t from, uint64_t until)
{
    struct quorum_record record = {*quorum, from, until, 1};
    uint8_t message[QUORUM_SIGNED_MAX_BYTES];
    uint8_t signature[64];
    uint8_t out[QUORUM_RECORD_MAX_BYTES];
    struct wire_writer w;

    (void)crypto_sign_keypair(signer.public_key, signer.secret);
    wire_write_init(&w, message, sizeof message);
    quorum_signed_bytes(&w, &record);
    assert_in_range(w.len, 1, sizeof message);
    (void)crypto_sign_detached(signature, NULL, message, w.len, signer.secret);
    wire_write_init(&w, out, sizeof out);
    quorum_key_write(&w, &record);
    wire_write_opaque(&w, (struct frank_span){signature, 64}, 64, "");
    assert_in_range(w.len, 1, sizeof out);
    return (struct frank_span){support_copy(out, w.len), w.len};
}

static void records_are_taken_from_the_pinned_signer_in_their_time(void **state)
{
    struct dealt dealt = deal(2, 32);
    struct frank_span record = record_of(&dealt.quorum, 1000, 2000);
    static struct frank_quorum out;
    static struct quorum_record shown;
    uint64_t from = 0;
    uint8_t other[32];
    uint8_t other_secret[64];

    (void)state;
    assert_int_equal(record.len, QUORUM_RECORD_MAX_BYTES);
    assert_ok(frank_quorum_open(&out, &from, record.data, record.len,
                                signer.public_key, 1000, NULL));
    assert_memory_equal(&out, &dealt.quorum, sizeof out);
    assert_int_equal(from, 1000);
    assert_ok(frank_quorum_open(&out, NULL, record.data, record.len,
                                signer.public_key, 1999, NULL));
    assert_int_equal(frank_quorum_open(&out, NULL, record.data, record.len,
                                       signer.public_key, 999, NULL),
                     FRANK_ERR_TIME);
    assert_int_equal(frank_quorum_open(&out, NULL, record.data, record.len,
                                       signer.public_key, 2000, NULL),
                     FRANK_ERR_TIME);
    /* a hub that signs a key of its own */
    (void)crypto_sign_keypair(other, other_secret);
    assert_int_equal(frank_quorum_open(&out, NULL, record.data, record.len,
                                       other, 1500, NULL),
                     FRANK_ERR_SIGNER);
    assert_ok(quorum_record_decode(&shown, record.data, record.len, NULL));
    assert_int_equal(shown.not_after, 2000);
}

static void every_changed_bit_of_a_record_is_seen(void **state)
{
    struct dealt dealt = deal(2, 3);
    struct frank_span record = record_of(&dealt.quorum, 0, UINT64_MAX);
    uint8_t *changed = support_copy(record.data, record.len);
    static struct frank_quorum out;
    static struct quorum_record shown;

    (void)state;
    for (size_t i = 0; i < record.len * 8; i++) {
        changed[i / 8] ^= (uint8_t)(1U << i % 8);
        assert_true(frank_quorum_open(&out, NULL, changed, record.len,
                                      signer.public_key, 5, NULL) < 0);
        changed[i / 8] ^= (uint8_t)(1U << i % 8);
    }
    for (size_t len = 0; len < record.len; len++) {
        assert_true(quorum_record_decode(&shown, record.data, len, NULL) < 0);
        assert_true(support_is_zero(&shown, sizeof shown));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_k_shares_make_the_key_and_fewer_do_not),
        cmocka_unit_test(order_of_holders_does_not_matter),
        cmocka_unit_test(numbers_are_checked),
        cmocka_unit_test(shares_are_checked_against_the_quorum),
        cmocka_unit_test(publics_of_another_polynomial_are_refused),
        cmocka_unit_test(a_sum_that_is_the_identity_is_no_key),
        cmocka_unit_test(share_files_are_read_back),
        cmocka_unit_test(refuses_what_is_no_share),
        cmocka_unit_test(quorum_files_are_read_back),
        cmocka_unit_test(refuses_what_is_no_quorum),
        cmocka_unit_test(points_that_are_none_are_refused),
        cmocka_unit_test(
            records_are_taken_from_the_pinned_signer_in_their_time),
        cmocka_unit_test(every_changed_bit_of_a_record_is_seen),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
