/* SPDX-License-Identifier: Apache-2.0 */
/* Known answers: FIPS 180-4's example values as NIST publishes them
 * (cryptographic standards and guidelines, SHA-256), and the CAVP test file
 * SHA256ShortMsg.rsp. */
#include "hash.h"
#include "support.h"

#include <string.h>

static void assert_hash(struct frank_span message, const char *expected)
{
    uint8_t digest[HASH_BYTES];
    hash_state hash;

    hash_init(&hash);
    hash_update(&hash, message.data, message.len);
    hash_final(&hash, digest);
    support_assert_span((struct frank_span){digest, sizeof digest},
                        support_bytes(expected));
}

static void gives_the_known_answers(void **state)
{
    (void)state;
    assert_hash(support_bytes(""), "e3b0c44298fc1c149afbf4c8996fb924"
                                   "27ae41e4649b934ca495991b7852b855");
    assert_hash(support_bytes("d3"), "28969cdfa74a12c82f3bad960b0b000a"
                                     "ca2ac329deea5c2328ebc6f2ba9802c1");
    assert_hash(support_text("abc"), "ba7816bf8f01cfea414140de5dae2223"
                                     "b00361a396177a9cb410ff61f20015ad");
    assert_hash(
        support_text(
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_hash(
        support_text(
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
            "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    assert_hash(support_bytes("('a')*1000000"),
                "cdc76e5c9914fb9281a1c7e284d73e67"
                "f1809a48a497200e046d39ccc7112cd0");
}

static void the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= 65; piece++) {
        struct frank_span message = support_bytes("('a')*1000");
        uint8_t digest[HASH_BYTES];
        hash_state hash;

        hash_init(&hash);
        for (size_t at = 0; at < message.len; at += piece) {
            size_t left = message.len - at;
            hash_update(&hash, message.data + at, left < piece ? left : piece);
        }
        hash_final(&hash, digest);
        /* printf 'a%.0s' $(seq 1000) | sha256sum */
        support_assert_span((struct frank_span){digest, sizeof digest},
                            support_bytes("41edece42d63e8d9bf515a9ba6932e1c"
                                          "20cbc9f5a5d134645adb5db1b9737ea3"));
    }
}

static void a_state_can_be_copied(void **state)
{
    uint8_t first[HASH_BYTES];
    uint8_t second[HASH_BYTES];
    hash_state hash;
    hash_state copy;

    (void)state;
    hash_init(&hash);
    hash_update(&hash, (const uint8_t *)"a", 1);
    copy = hash;
    hash_update(&hash, (const uint8_t *)"bc", 2);
    hash_update(&copy, (const uint8_t *)"bc", 2);
    hash_final(&hash, first);
    hash_final(&copy, second);
    assert_memory_equal(first, second, sizeof first);
}

static void names_its_backend(void **state)
{
    (void)state;
#ifdef FRANK_HASH_SODIUM
    assert_string_equal(hash_backend(), "libsodium");
#else
    assert_string_equal(hash_backend(), "libcrypto");
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_known_answers),
        cmocka_unit_test(the_same_in_pieces_of_any_size),
        cmocka_unit_test(a_state_can_be_copied),
        cmocka_unit_test(names_its_backend),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
