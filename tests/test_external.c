/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that lie elsewhere: an external part proves its own alone. Known
 * answers are those of FIPS 180-4 and 202 ("abc"), of the GCM
 * specification (test cases 4 and 16) and of RFC 8439 section 2.8.2.
 */
#include "aead.h"
#include "externals.h"
#include "file_hash.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* ---- Calls that fail ----------------------------------------------------- */

static bool no_digest;
static bool no_cipher;

int __real_EVP_Digest(const void *data, size_t count, unsigned char *md,
                      unsigned int *size, const EVP_MD *type, ENGINE *impl);
int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *md,
                      unsigned int *size, const EVP_MD *type, ENGINE *impl);
EVP_CIPHER_CTX *__real_EVP_CIPHER_CTX_new(void);
EVP_CIPHER_CTX *__wrap_EVP_CIPHER_CTX_new(void);

int __wrap_EVP_Digest(const void *data, size_t count, unsigned char *md,
                      unsigned int *size, const EVP_MD *type, ENGINE *impl)
{
    return no_digest ? 0 : __real_EVP_Digest(data, count, md, size, type, impl);
}

EVP_CIPHER_CTX *__wrap_EVP_CIPHER_CTX_new(void)
{
    return no_cipher ? NULL : __real_EVP_CIPHER_CTX_new();
}

/* ---- Files --------------------------------------------------------------- */

static const struct {
    uint16_t aead;
    const char *key;
    const char *nonce;
    const char *aad;
    const char *plain;
    const char *fetched; /* ciphertext and tag */
} sealed[] = {
    {FRANK_AEAD_AES_128_GCM, "feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {FRANK_AEAD_AES_256_GCM,
     "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"},
    {FRANK_AEAD_CHACHA20_POLY1305,
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
     "'Ladies and Gentlemen of the class of ' 27 '99: If I could offer you "
     "only one tip for the future, sunscreen would be it.'",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
     "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
     "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
     "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"}};

/* The file of a row, through a message; false: not in this build. */
static bool message_of(struct frank_external *out, struct frank_span *fetched,
                       size_t row)
{
    static uint8_t hash[32];
    struct frank_external external;

    *fetched = support_bytes(sealed[row].fetched);
    external =
        external_of(hash, sealed[row].aead, support_bytes(sealed[row].key),
                    support_bytes(sealed[row].nonce),
                    support_bytes(sealed[row].aad), *fetched);
    assert_int_equal(external_read(out, external_message(&external), 0, NULL),
                     FRANK_OK);
    if (!aead_is_here(sealed[row].aead)) {
        print_message("AEAD %u is not in this build, or on this processor\n",
                      sealed[row].aead);
        assert_int_equal(frank_external_check(out, NULL), FRANK_ERR_AEAD);
        return false;
    }
    return true;
}

static void each_aead_opens_its_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(sealed); i++) {
        struct frank_span plain = support_bytes(sealed[i].plain);
        uint8_t *out = support_zeros(plain.len);
        struct frank_external external;
        struct frank_span fetched;
        uint8_t *copy;

        if (!message_of(&external, &fetched, i)) {
            continue;
        }
        assert_int_equal(frank_external_bytes(&external, fetched.len),
                         plain.len);
        assert_int_equal(frank_external_open(out, &external, fetched.data,
                                             fetched.len, NULL),
                         FRANK_OK);
        assert_memory_equal(out, plain.data, plain.len);
        copy = support_copy(fetched.data, fetched.len); /* in its place */
        assert_int_equal(
            frank_external_open(copy, &external, copy, fetched.len, NULL),
            FRANK_OK);
        assert_memory_equal(copy, plain.data, plain.len);
    }
}

/* Of what was fetched; of the key, with the hash that it has. */
static void every_bit_of_a_file_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(sealed); i++) {
        struct frank_external external;
        struct frank_span fetched;
        uint8_t *copy;
        uint8_t *out;

        if (!message_of(&external, &fetched, i)) {
            continue;
        }
        copy = support_copy(fetched.data, fetched.len);
        out = support_zeros(fetched.len);
        for (size_t bit = 0; bit < 8 * fetched.len; bit++) {
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_int_equal(
                frank_external_open(out, &external, copy, fetched.len, NULL),
                FRANK_ERR_FILE_HASH);
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        assert_int_equal(
            frank_external_open(out, &external, copy, fetched.len - 1, NULL),
            FRANK_ERR_FILE_HASH);
        assert_true(support_is_zero(out, fetched.len));
    }
}

static void hash_alone_does_not_open(void **state)
{
    struct frank_fault fault;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(sealed); i++) {
        struct frank_external external;
        struct frank_span fetched;
        uint8_t *key;
        uint8_t *copy;

        if (!message_of(&external, &fetched, i)) {
            continue;
        }
        key = support_copy(external.key.data, external.key.len);
        key[0] ^= 1;
        external.key.data = key;
        assert_int_equal(frank_external_open(NULL, &external, fetched.data,
                                             fetched.len, NULL),
                         FRANK_OK);
        copy = support_copy(fetched.data, fetched.len);
        assert_int_equal(
            frank_external_open(copy, &external, copy, fetched.len, &fault),
            FRANK_ERR_SEALED);
        assert_string_equal(fault.field, "file");
        assert_true(support_is_zero(copy, fetched.len - 16));
    }
}

static void what_is_shorter_than_a_tag_is_refused(void **state)
{
    const struct frank_span fetched = support_bytes("(55)*15");
    struct frank_external external;
    struct frank_fault fault;
    uint8_t hash[32];
    uint8_t out[16];

    (void)state;
    external = external_of(hash, FRANK_AEAD_CHACHA20_POLY1305,
                           support_bytes("(11)*32"), support_bytes("(22)*12"),
                           (struct frank_span){NULL, 0}, fetched);
    assert_int_equal(frank_external_bytes(&external, 15), 0);
    assert_int_equal(frank_external_bytes(&external, 17), 1);
    assert_int_equal(
        frank_external_open(out, &external, fetched.data, 15, &fault),
        FRANK_ERR_LENGTH);
    assert_int_equal(fault.found, 15);
    assert_int_equal(fault.expected, 16);
}

/* A service's page, a public file. What stands in key, nonce and aad breaks a
 * rule, which frank_validate() says, and changes nothing. */
static void what_is_not_encrypted_is_shown_as_it_lies(void **state)
{
    const struct frank_span fetched = support_text("hello");
    const struct frank_span junk = support_text("junk");
    struct frank_external external;
    struct frank_findings findings;
    struct frank_span message;
    uint8_t hash[32];
    uint8_t out[5] = {0};

    (void)state;
    external = external_of(hash, FRANK_AEAD_NONE, junk, junk, junk, fetched);
    assert_int_equal(frank_external_bytes(&external, 5), 5);
    assert_int_equal(frank_external_open(out, &external, fetched.data, 5, NULL),
                     FRANK_OK);
    assert_memory_equal(out, "hello", 5);
    message = external_message(&external);
    assert_int_equal(frank_validate(&findings, message.data, message.len, NULL),
                     FRANK_OK);
    assert_int_equal(findings.broken, (uint64_t)1 << FRANK_RULE_EXTERNAL);
    assert_int_equal(
        frank_external_open(out, &external, (const uint8_t *)"hellO", 5, NULL),
        FRANK_ERR_FILE_HASH);
    external = external_of(hash, FRANK_AEAD_NONE, junk, junk, junk,
                           (struct frank_span){NULL, 0});
    assert_int_equal(frank_external_open(out, &external, NULL, 0, NULL),
                     FRANK_OK);
}

/* ---- Hashes -------------------------------------------------------------- */

static const struct {
    unsigned number;
    const char *abc;
} hashes[] = {
    {FRANK_HASH_SHA_256,
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {FRANK_HASH_SHA_384,
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7"},
    {FRANK_HASH_SHA_512,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {FRANK_HASH_SHA3_256,
     "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    {FRANK_HASH_SHA3_384,
     "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
     "98d88cea927ac7f539f1edf228376d25"},
    {FRANK_HASH_SHA3_512,
     "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
     "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"}};

static void each_hash_proves_its_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(hashes); i++) {
        struct frank_span hash = support_bytes(hashes[i].abc);
        struct frank_external external = {.hash = hashes[i].number,
                                          .content_hash = hash};
        uint8_t *changed = support_copy(hash.data, hash.len);
        struct frank_fault fault;
        uint8_t out[3];

        if (file_hash_bytes(hashes[i].number) == 0) {
            print_message("hash %u is not in this build\n", hashes[i].number);
            assert_int_equal(frank_external_check(&external, NULL),
                             FRANK_ERR_HASH);
            continue;
        }
        assert_int_equal(frank_external_open(out, &external,
                                             (const uint8_t *)"abc", 3, NULL),
                         FRANK_OK);
        changed[hash.len - 1] ^= 1; /* to its last byte */
        external.content_hash.data = changed;
        assert_int_equal(frank_external_open(out, &external,
                                             (const uint8_t *)"abc", 3, NULL),
                         FRANK_ERR_FILE_HASH);
        external.content_hash.len--;
        assert_int_equal(frank_external_check(&external, &fault),
                         FRANK_ERR_LENGTH);
        assert_string_equal(fault.field, "contentHash");
        assert_int_equal(fault.expected, hash.len);
    }
}

static void assert_refused(const struct frank_external *external, int error,
                           const char *expected)
{
    char text[FRANK_FAULT_TEXT_BYTES];
    struct frank_fault fault;

    assert_int_equal(frank_external_check(external, &fault), error);
    assert_int_equal(frank_external_open(NULL, external, NULL, 0, NULL), error);
    frank_fault_text(text, sizeof text, &fault);
    assert_string_equal(text, expected);
}

/* SHA-256 cut to 16 bytes would be a hash for which two files can be found. */
static void other_hashes_are_refused_by_name(void **state)
{
    static const uint64_t others[] = {0,  3,  4,  5,   6,   9,   13,
                                      32, 64, 68, 255, 256, 257, 263};
    struct frank_external external = external_example();

    (void)state;
    external.hash = 2;
    external.content_hash.len = 16;
    assert_refused(&external, FRANK_ERR_HASH,
                   "hashAlg sha-256-128: hash algorithm not supported (SHA-2 "
                   "and SHA-3 of 256 bits and more are): 2");
    external.hash = 9;
    external.content_hash.len = 28;
    assert_refused(&external, FRANK_ERR_HASH,
                   "hashAlg sha3-224: hash algorithm not supported (SHA-2 and "
                   "SHA-3 of 256 bits and more are): 9");
    for (size_t i = 0; i < SUPPORT_COUNT(others); i++) {
        external.hash = others[i];
        assert_int_equal(frank_external_check(&external, NULL), FRANK_ERR_HASH);
    }
    external.hash = FRANK_EXTERNAL_ABSENT;
    assert_refused(&external, FRANK_ERR_MISSING, "hashAlg: missing or empty");
}

static void without_a_hash_nothing_is_proven(void **state)
{
    struct frank_external external = external_example();

    (void)state;
    external.content_hash.len = 0;
    assert_refused(&external, FRANK_ERR_UNPROVEN,
                   "contentHash: no hash in the message: nothing proves the "
                   "file");
    external.aead = FRANK_AEAD_NONE;
    assert_int_equal(frank_external_check(&external, NULL), FRANK_ERR_UNPROVEN);
}

static void other_aeads_are_refused_by_name(void **state)
{
    struct frank_external external = external_example();

    (void)state;
    for (uint64_t i = 3; i < 300; i++) {
        external.aead = i;
        assert_int_equal(frank_external_check(&external, NULL),
                         i == FRANK_AEAD_CHACHA20_POLY1305 ? FRANK_OK
                                                           : FRANK_ERR_AEAD);
    }
    external.aead = 31;
    assert_refused(&external, FRANK_ERR_AEAD,
                   "encAlg AEAD_AES_256_GCM_SIV: AEAD not supported: 31");
    external.aead = 65536 + 2; /* cut to 16 bits, it would be one */
    assert_refused(&external, FRANK_ERR_AEAD,
                   "encAlg: AEAD not supported: 65538");
    external.aead = FRANK_EXTERNAL_ABSENT;
    assert_refused(&external, FRANK_ERR_MISSING, "encAlg: missing or empty");
}

static void keys_and_nonces_have_one_length(void **state)
{
    struct frank_external external = external_example();

    (void)state;
    external.aead = FRANK_AEAD_CHACHA20_POLY1305;
    external.key.len = 31;
    assert_refused(&external, FRANK_ERR_LENGTH,
                   "key at byte 0: not of the required length: 31 instead of "
                   "32");
    external.key.len = 32;
    external.nonce.len = 11;
    assert_refused(&external, FRANK_ERR_LENGTH,
                   "nonce at byte 0: not of the required length: 11 instead of "
                   "12");
    external.nonce.len = 0;
    assert_int_equal(frank_external_check(&external, NULL), FRANK_ERR_LENGTH);
    if (aead_is_here(FRANK_AEAD_AES_128_GCM)) {
        external.nonce.len = 12;
        external.aead = FRANK_AEAD_AES_128_GCM;
        assert_int_equal(frank_external_check(&external, NULL),
                         FRANK_ERR_LENGTH);
        external.key.len = 16;
        assert_int_equal(frank_external_check(&external, NULL), FRANK_OK);
    }
    assert_int_equal(aead_key_bytes(3), 0);
}

#ifndef FRANK_HASH_SODIUM
static void memory_that_is_not_there_is_an_error(void **state)
{
    struct frank_external external;
    struct frank_span fetched;
    uint8_t *out;

    (void)state;
    assert_true(message_of(&external, &fetched, 0));
    out = support_zeros(fetched.len);
    no_digest = true;
    assert_int_equal(
        frank_external_open(out, &external, fetched.data, fetched.len, NULL),
        FRANK_ERR_MEMORY);
    no_digest = false;
    no_cipher = true;
    assert_int_equal(
        frank_external_open(out, &external, fetched.data, fetched.len, NULL),
        FRANK_ERR_MEMORY);
    no_cipher = false;
    assert_true(support_is_zero(out, fetched.len));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_aead_opens_its_file),
        cmocka_unit_test(every_bit_of_a_file_counts),
        cmocka_unit_test(hash_alone_does_not_open),
        cmocka_unit_test(what_is_shorter_than_a_tag_is_refused),
        cmocka_unit_test(what_is_not_encrypted_is_shown_as_it_lies),
        cmocka_unit_test(each_hash_proves_its_file),
        cmocka_unit_test(other_hashes_are_refused_by_name),
        cmocka_unit_test(without_a_hash_nothing_is_proven),
        cmocka_unit_test(other_aeads_are_refused_by_name),
        cmocka_unit_test(keys_and_nonces_have_one_length),
#ifndef FRANK_HASH_SODIUM
        cmocka_unit_test(memory_that_is_not_there_is_an_error),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
