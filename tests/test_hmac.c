/* SPDX-License-Identifier: Apache-2.0 */
#include "hmac.h"
#include "support.h"

#include <signal.h>
#include <string.h>

static void mac_of(uint8_t out[static HASH_BYTES], struct frank_span key,
                   struct frank_span data)
{
    struct hmac mac;

    hmac_schedule(&mac, key.data, key.len);
    hmac_update(&mac, data.data, data.len);
    hmac_final(&mac, out);
    assert_true(support_is_zero(&mac, sizeof mac));
}

/* RFC 4231 section 4; test cases 6 and 7 have keys longer than a block. */
static void gives_the_answers_of_rfc4231(void **state)
{
    static const struct {
        const char *key;
        const char *data;
        const char *mac;
    } cases[] = {
        {"(0b)*20", "'Hi There'",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"'Jefe'", "'what do ya want for nothing?'",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"(aa)*20", "(dd)*50",
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {"0102030405060708090a0b0c0d0e0f10111213141516171819", "(cd)*50",
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {"(0c)*20", "'Test With Truncation'",
         "a3b6167473100ee06e0c796c2955552b"},
    };

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(cases); i++) {
        struct frank_span expected = support_bytes(cases[i].mac);
        uint8_t mac[HASH_BYTES];

        mac_of(mac, support_bytes(cases[i].key), support_bytes(cases[i].data));
        assert_memory_equal(mac, expected.data, expected.len);
    }
}

static void agrees_with_libsodium_for_keys_up_to_a_block(void **state)
{
    struct frank_span data = support_bytes("('data')*50");

    (void)state;
    for (size_t len = 0; len <= HASH_BLOCK_BYTES; len++) {
        uint8_t key[HASH_BLOCK_BYTES];
        uint8_t ours[HASH_BYTES];
        uint8_t theirs[HASH_BYTES];

        memset(key, (int)len + 1, sizeof key);
        mac_of(ours, (struct frank_span){key, len}, data);
        support_hmac(theirs, (struct frank_span){key, len}, data);
        assert_memory_equal(ours, theirs, sizeof ours);
    }
}

static void a_schedule_serves_many_messages(void **state)
{
    struct frank_span key = support_bytes("(0b)*20");
    struct frank_span data = support_text("Hi There");
    struct hmac schedule;

    (void)state;
    hmac_schedule(&schedule, key.data, key.len);
    for (size_t i = 0; i < 3; i++) {
        struct hmac mac = schedule;
        uint8_t out[HASH_BYTES];

        hmac_update(&mac, data.data, 3);
        hmac_update(&mac, data.data + 3, data.len - 3);
        hmac_final(&mac, out);
        support_assert_span((struct frank_span){out, sizeof out},
                            support_bytes("b0344c61d8db38535ca8afceaf0bf12b"
                                          "881dc200c9833da726e9376c2e32cff7"));
    }
}

static sigjmp_buf aborted;

static void on_abort(int number)
{
    siglongjmp(aborted, number);
}

static void aborts_on_a_key_longer_than_a_block(void **state)
{
    struct sigaction action = {.sa_handler = on_abort};
    struct sigaction before;
    uint8_t key[HASH_BLOCK_BYTES + 1] = {0};
    struct hmac mac;
    volatile bool refused = true;

    (void)state;
    assert_int_equal(sigaction(SIGABRT, &action, &before), 0);
    if (sigsetjmp(aborted, 1) == 0) {
        hmac_schedule(&mac, key, sizeof key);
        refused = false;
    }
    assert_int_equal(sigaction(SIGABRT, &before, NULL), 0);
    assert_true(refused);
}

static void subkeys_are_those_of_the_vectors(void **state)
{
    const json_t *keyring = support_vectors("keyring");
    struct frank_span master = support_member(keyring, "master");
    uint8_t key[HASH_BYTES];

    (void)state;
    assert_int_equal(master.len, 32);
    hmac_subkey(key, master.data, "frank v1 hub_key");
    support_assert_span((struct frank_span){key, sizeof key},
                        support_member(keyring, "hub_key"));
    hmac_subkey(key, master.data, "frank v1 transcript_key");
    support_assert_span((struct frank_span){key, sizeof key},
                        support_member(keyring, "transcript_key"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_answers_of_rfc4231),
        cmocka_unit_test(agrees_with_libsodium_for_keys_up_to_a_block),
        cmocka_unit_test(a_schedule_serves_many_messages),
        cmocka_unit_test(aborts_on_a_key_longer_than_a_block),
        cmocka_unit_test(subkeys_are_those_of_the_vectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
