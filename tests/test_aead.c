/* SPDX-License-Identifier: Apache-2.0 */
/* The AEADs against what their standards print, and when the library below
 * fails. */
#include "aead.h"
#include "support.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* ---- Calls that fail ----------------------------------------------------- */

enum { NEVER, MEMORY, CONTEXT, INIT, UPDATE, FINAL, CTRL };
static int failing;
static unsigned fail_at;

static bool fails(int call)
{
    return failing == call && fail_at-- == 0;
}

#define WRAP(type, name, ...)                                                  \
    type __real_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__)

WRAP(void *, malloc, size_t size)
{
    return fails(MEMORY) ? NULL : __real_malloc(size);
}

WRAP(void *, calloc, size_t count, size_t size)
{
    return fails(MEMORY) ? NULL : __real_calloc(count, size);
}

WRAP(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_new, void)
{
    return fails(CONTEXT) ? NULL : __real_EVP_CIPHER_CTX_new();
}

WRAP(int, EVP_CipherInit_ex, EVP_CIPHER_CTX *c, const EVP_CIPHER *cipher,
     ENGINE *engine, const uint8_t *key, const uint8_t *nonce, int seals)
{
    return fails(INIT)
               ? 0
               : __real_EVP_CipherInit_ex(c, cipher, engine, key, nonce, seals);
}

WRAP(int, EVP_CipherUpdate, EVP_CIPHER_CTX *c, uint8_t *out, int *len,
     const uint8_t *in, int in_len)
{
    return fails(UPDATE) ? 0 : __real_EVP_CipherUpdate(c, out, len, in, in_len);
}

WRAP(int, EVP_CipherFinal_ex, EVP_CIPHER_CTX *c, uint8_t *out, int *len)
{
    return fails(FINAL) ? 0 : __real_EVP_CipherFinal_ex(c, out, len);
}

WRAP(int, EVP_CIPHER_CTX_ctrl, EVP_CIPHER_CTX *c, int type, int arg, void *ptr)
{
    return fails(CTRL) ? 0 : __real_EVP_CIPHER_CTX_ctrl(c, type, arg, ptr);
}

/* ---- Vectors ------------------------------------------------------------- */

#define GCM_KEY "feffe9928665731c6d6a8f9467308308"
#define GCM_PLAIN                                                              \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95" \
    "956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"

/* Test cases 4 and 16 of the GCM specification (McGrew and Viega), and RFC 8439
 * section 2.8.2. */
static const struct {
    uint16_t number;
    const char *key;
    const char *nonce;
    const char *ad;
    const char *plain;
    const char *sealed;
} vectors[] = {
    {FRANK_AEAD_AES_128_GCM, GCM_KEY, "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2", GCM_PLAIN,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b2"
     "5466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {FRANK_AEAD_AES_256_GCM, GCM_KEY GCM_KEY, "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2", GCM_PLAIN,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48"
     "590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"},
    {FRANK_AEAD_CHACHA20_POLY1305,
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
     "'Ladies and Gentlemen of the class of ' 27 '99: If I could offer you "
     "only one tip for the future, sunscreen would be it.'",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e"
     "8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c"
     "9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d265"
     "86cec64b6116"
     "1ae10b594f09e26a7e902ecbd0600691"},
};

#define VECTORS SUPPORT_COUNT(vectors)

struct call {
    struct aead *aead;
    struct frank_span key;
    struct frank_span nonce;
    struct frank_span ad;
    struct frank_span plain;
    struct frank_span sealed;
    uint8_t *out;
};

static struct call call(size_t i)
{
    struct call c = {NULL,
                     support_bytes(vectors[i].key),
                     support_bytes(vectors[i].nonce),
                     support_bytes(vectors[i].ad),
                     support_bytes(vectors[i].plain),
                     support_bytes(vectors[i].sealed),
                     NULL};

    assert_int_equal(c.key.len, aead_key_bytes(vectors[i].number));
    c.out = support_zeros(c.sealed.len);
    if (aead_is_here(vectors[i].number)) {
        assert_int_equal(aead_new(&c.aead, vectors[i].number, NULL), FRANK_OK);
    }
    return c;
}

static int seal(struct call *c)
{
    return aead_seal(c->out, c->aead, c->key.data, c->nonce.data, c->ad,
                     c->plain);
}

static int open_sealed(struct call *c)
{
    return aead_open(c->out, c->aead, c->key.data, c->nonce.data, c->ad,
                     c->sealed);
}

static void seals_and_opens_the_standards_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct call c = call(i);

        if (c.aead == NULL) {
            continue;
        }
        for (size_t again = 0; again < 2; again++) { /* one context */
            assert_int_equal(seal(&c), FRANK_OK);
            support_assert_span((struct frank_span){c.out, c.sealed.len},
                                c.sealed);
            assert_int_equal(open_sealed(&c), FRANK_OK);
            support_assert_span((struct frank_span){c.out, c.plain.len},
                                c.plain);
        }
        aead_free(c.aead);
    }
}

static void seals_and_opens_in_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct call c = call(i);
        struct frank_span sealed = c.sealed;

        if (c.aead == NULL) {
            continue;
        }
        memcpy(c.out, c.plain.data, c.plain.len);
        c.plain.data = c.out;
        assert_int_equal(seal(&c), FRANK_OK);
        support_assert_span((struct frank_span){c.out, sealed.len}, sealed);
        c.sealed.data = c.out;
        assert_int_equal(open_sealed(&c), FRANK_OK);
        support_assert_span((struct frank_span){c.out, c.plain.len},
                            support_bytes(vectors[i].plain));
        aead_free(c.aead);
    }
}

/* One bit of each byte of key, nonce, associated data and sealed bytes. */
static void refuses_each_changed_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct call c = call(i);
        struct frank_span *fields[] = {&c.key, &c.nonce, &c.ad, &c.sealed};

        for (size_t f = 0; c.aead != NULL && f < SUPPORT_COUNT(fields); f++) {
            uint8_t *bytes = support_copy(fields[f]->data, fields[f]->len);

            fields[f]->data = bytes;
            for (size_t j = 0; j < fields[f]->len; j++) {
                bytes[j] ^= 1;
                memset(c.out, 1, c.sealed.len);
                assert_int_equal(open_sealed(&c), FRANK_ERR_SEALED);
                assert_true(support_is_zero(c.out, c.plain.len));
                bytes[j] ^= 1;
            }
            assert_int_equal(open_sealed(&c), FRANK_OK);
        }
        aead_free(c.aead);
    }
}

static void refuses_what_is_shorter_than_a_tag(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct call c = call(i);

        if (c.aead != NULL) {
            c.sealed.len = AEAD_TAG_BYTES - 1;
            assert_int_equal(open_sealed(&c), FRANK_ERR_LENGTH);
            c.plain.len = 0;
            assert_int_equal(seal(&c), FRANK_OK);
            c.sealed = (struct frank_span){c.out, AEAD_TAG_BYTES};
            assert_int_equal(open_sealed(&c), FRANK_OK);
        }
        aead_free(c.aead);
    }
}

static void refuses_other_numbers_by_name(void **state)
{
    static const uint16_t others[] = {0, 3, 5, 15, 28, 30, 31, 65535};
    struct frank_fault fault;
    struct aead *aead = NULL;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(others); i++) {
        assert_false(aead_is_here(others[i]));
        assert_int_equal(aead_key_bytes(others[i]), 0);
        assert_int_equal(aead_new(&aead, others[i], &fault), FRANK_ERR_AEAD);
        assert_int_equal(fault.found, others[i]);
        assert_null(aead);
    }
}

static void build_has_what_it_says(void **state)
{
    (void)state;
    assert_true(aead_is_here(FRANK_AEAD_CHACHA20_POLY1305));
#ifdef FRANK_HASH_SODIUM
    assert_false(aead_is_here(FRANK_AEAD_AES_128_GCM));
#else
    assert_true(aead_is_here(FRANK_AEAD_AES_128_GCM));
    assert_true(aead_is_here(FRANK_AEAD_AES_256_GCM));
#endif
}

/* ---- Failures ------------------------------------------------------------ */

static void failure_to_make_one_is_said(void **state)
{
    static const int calls[] = {MEMORY,
#ifndef FRANK_HASH_SODIUM
                                CONTEXT, INIT
#endif
    };
    struct aead *aead = NULL;

    (void)state;
    for (size_t i = 0; i < SUPPORT_COUNT(calls); i++) {
        failing = calls[i];
        fail_at = 0;
        assert_int_equal(aead_new(&aead, FRANK_AEAD_CHACHA20_POLY1305, NULL),
                         FRANK_ERR_MEMORY);
        assert_null(aead);
        failing = NEVER;
    }
    aead_free(NULL);
}

#ifndef FRANK_HASH_SODIUM
/* Each call of libcrypto in turn: nothing comes out, and MEMORY, or where it is
 * the call that compares the tag, SEALED. */
static void failure_of_libcrypto_gives_nothing(void **state)
{
    (void)state;
    for (int which = INIT; which <= CTRL; which++) {
        for (unsigned at = 0; at < 2; at++) {
            struct call c = call(2);

            failing = which;
            fail_at = at;
            if (at == 0 || which == UPDATE) { /* ad, then text */
                assert_int_equal(seal(&c), FRANK_ERR_MEMORY);
                assert_true(support_is_zero(c.out, c.sealed.len));
                failing = which;
                fail_at = at;
                memset(c.out, 1, c.plain.len);
                assert_int_equal(open_sealed(&c), which == FINAL
                                                      ? FRANK_ERR_SEALED
                                                      : FRANK_ERR_MEMORY);
                assert_true(support_is_zero(c.out, c.plain.len));
            }
            failing = NEVER;
            aead_free(c.aead);
        }
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seals_and_opens_the_standards_vectors),
        cmocka_unit_test(seals_and_opens_in_place),
        cmocka_unit_test(refuses_each_changed_byte),
        cmocka_unit_test(refuses_what_is_shorter_than_a_tag),
        cmocka_unit_test(refuses_other_numbers_by_name),
        cmocka_unit_test(build_has_what_it_says),
        cmocka_unit_test(failure_to_make_one_is_said),
#ifndef FRANK_HASH_SODIUM
        cmocka_unit_test(failure_of_libcrypto_gives_nothing),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
