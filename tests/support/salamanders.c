/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a ciphertext is made that opens under two keys. Encryption is a stream of
 * bytes, so any ciphertext decrypts under any key; only the tag stands in the
 * way, and it is no hash. GCM's and Poly1305's tags are
 *
 *     T = c_1 r^(n+1) + c_2 r^n + ... + c_n r^2 + l r + s
 *
 * over the blocks c_i and the block l of lengths, in the field of 2^128
 * elements or modulo 2^130 - 5, where r and s come from key and nonce. Whoever
 * chooses both keys knows both r and both s. He leaves one block free, the
 * last, and equates the two tags: an equation that is linear in it,
 *
 *     x (r_1^2 - r_2^2) = (T_2 - T_1 of all else).
 *
 * For GCM that is all. Poly1305 adds s modulo 2^128, not in its field, so that
 * its equation has a few right sides (more or less of 2^128) to try, and x must
 * be less than 2^128, which one in four is: a block before it is counted up
 * until both hold.
 */
#include "salamanders.h"

#include "aead.h"

#include <dirent.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 16
/* the first's words, the second's, a counter, the free block */
#define LEN (SALAMANDER_AT + 64 + BLOCK + BLOCK)
#define COUNTER (LEN - 2 * BLOCK)
#define FREE (LEN - BLOCK)

static const uint8_t nonce[AEAD_NONCE_BYTES];
static const struct frank_span none = {NULL, 0};

/* ---- The public ones ----------------------------------------------------- */

static struct frank_span line_of(struct frank_span text, const char *name)
{
    char begin[32];
    const uint8_t *at;
    const uint8_t *end;

    (void)snprintf(begin, sizeof begin, "%s: ", name);
    at = memmem(text.data, text.len, begin, strlen(begin));
    assert_non_null(at);
    at += strlen(begin);
    end = memchr(at, '\n', text.len - (size_t)(at - text.data));
    return (struct frank_span){
        at, (size_t)((end != NULL ? end : text.data + text.len) - at)};
}

static struct frank_span hex_of(struct frank_span text, const char *name)
{
    struct frank_span line = line_of(text, name);
    char *notation = (char *)support_zeros(line.len + 1);

    memcpy(notation, line.data, line.len);
    return support_bytes(notation);
}

static struct frank_span open_under(const struct salamander *s, unsigned i)
{
    uint8_t *out = support_zeros(s->sealed.len - AEAD_TAG_BYTES);
    struct aead *aead;

    assert_int_equal(aead_new(&aead, s->aead, NULL), FRANK_OK);
    assert_int_equal(
        aead_open(out, aead, s->keys[i].data, s->nonce.data, s->aad, s->sealed),
        FRANK_OK);
    aead_free(aead);
    return (struct frank_span){out, s->sealed.len - AEAD_TAG_BYTES};
}

static void read_one(struct salamander *out, const char *path)
{
    struct frank_span text = support_file(path);
    struct frank_span ciphertext = hex_of(text, "ciphertext");
    struct frank_span tag = hex_of(text, "tag");
    struct frank_span kinds = line_of(text, "exts");
    uint8_t *sealed = support_zeros(ciphertext.len + tag.len);

    memcpy(sealed, ciphertext.data, ciphertext.len);
    memcpy(sealed + ciphertext.len, tag.data, tag.len);
    *out = (struct salamander){
        .aead = FRANK_AEAD_AES_128_GCM,
        .keys = {hex_of(text, "key1"), hex_of(text, "key2")},
        .nonce = hex_of(text, "nonce"),
        .aad = hex_of(text, "adata"),
        .sealed = {sealed, ciphertext.len + tag.len}};
    assert_int_equal(out->nonce.len, AEAD_NONCE_BYTES);
    assert_int_equal(sscanf((const char *)kinds.data, "%7s %7s", out->kinds[0],
                            out->kinds[1]),
                     2);
    out->file[0] = open_under(out, 0);
    out->file[1] = open_under(out, 1);
}

size_t salamanders_read(struct salamander out[static SALAMANDERS_MAX])
{
    const char *shared = support_shared("salamanders");
    struct dirent **entries;
    char path[4096];
    size_t count = 0;
    int n;

    if (shared == NULL) {
        return 0;
    }
    n = scandir(shared, &entries, NULL, alphasort);
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        if (strstr(entries[i]->d_name, ".gcm") != NULL) {
            assert_true(count < SALAMANDERS_MAX);
            (void)snprintf(path, sizeof path, "%s/%s", shared,
                           entries[i]->d_name);
            read_one(&out[count++], path);
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(count > 0);
    return count;
}

/* ---- GCM: the field of 2^128 elements (NIST SP 800-38D) -------------------
 */

struct element {
    uint64_t high;
    uint64_t low;
};

static struct element element_of(const uint8_t bytes[static BLOCK])
{
    struct element e = {0, 0};

    for (unsigned i = 0; i < 8; i++) {
        e.high = e.high << 8 | bytes[i];
        e.low = e.low << 8 | bytes[8 + i];
    }
    return e;
}

static struct element add(struct element a, struct element b)
{
    return (struct element){a.high ^ b.high, a.low ^ b.low};
}

static struct element multiply(struct element a, struct element b)
{
    struct element product = {0, 0};

    for (unsigned i = 0; i < 128; i++) {
        uint64_t bit = i < 64 ? a.high >> (63 - i) : a.low >> (127 - i);
        bool carry = (b.low & 1) != 0;

        if ((bit & 1) != 0) {
            product = add(product, b);
        }
        b.low = b.low >> 1 | b.high << 63;
        b.high = b.high >> 1 ^ (carry ? (uint64_t)0xe1 << 56 : 0);
    }
    return product;
}

/* a^(2^128 - 2), which is a^2 a^4 ... a^(2^127). */
static struct element invert(struct element a)
{
    struct element square = multiply(a, a);
    struct element product = square;

    for (unsigned i = 2; i < 128; i++) {
        square = multiply(square, square);
        product = multiply(product, square);
    }
    return product;
}

static struct element encrypt(struct frank_span key,
                              const uint8_t in[static BLOCK])
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    uint8_t out[2 * BLOCK];
    int written;

    assert_non_null(context);
    assert_int_equal(
        EVP_EncryptInit_ex(context, EVP_aes_256_ecb(), NULL, key.data, NULL),
        1);
    assert_int_equal(EVP_EncryptUpdate(context, out, &written, in, BLOCK), 1);
    assert_int_equal(written, BLOCK);
    EVP_CIPHER_CTX_free(context);
    return element_of(out);
}

/* *r, and the tag, of a ciphertext whose free block is zero. */
static struct element gcm_tag(struct element *r, struct frank_span key,
                              const uint8_t ciphertext[static LEN])
{
    static const uint8_t zero[BLOCK];
    uint8_t first[BLOCK] = {0}; /* nonce, counter */
    struct element sum = {0, 0};

    *r = encrypt(key, zero);
    for (unsigned i = 0; i < LEN; i += BLOCK) {
        sum = multiply(add(sum, element_of(ciphertext + i)), *r);
    }
    sum = multiply(add(sum, (struct element){0, (uint64_t)8 * LEN}), *r);
    first[BLOCK - 1] = 1;
    return add(sum, encrypt(key, first));
}

static void solve_gcm(uint8_t ciphertext[static LEN],
                      const struct frank_span keys[static 2])
{
    struct element r[2];
    struct element tags = add(gcm_tag(&r[0], keys[0], ciphertext),
                              gcm_tag(&r[1], keys[1], ciphertext));
    struct element x =
        multiply(tags, invert(add(multiply(r[0], r[0]), multiply(r[1], r[1]))));

    for (unsigned i = 0; i < 8; i++) {
        ciphertext[FREE + i] = (uint8_t)(x.high >> (56 - 8 * i));
        ciphertext[FREE + 8 + i] = (uint8_t)(x.low >> (56 - 8 * i));
    }
}

/* ---- Poly1305 (RFC 8439, section 2.5) -------------------------------------
 */

struct poly {
    BIGNUM *square; /* of r */
    BIGNUM *s;
    BIGNUM *sum; /* without s, of a ciphertext whose free block is zero */
};

static BIGNUM *number(const uint8_t *little, int len)
{
    BIGNUM *n = BN_lebin2bn(little, len, NULL);

    assert_non_null(n);
    return n;
}

static struct poly poly_of(struct frank_span key,
                           const uint8_t ciphertext[static LEN],
                           const BIGNUM *p, BN_CTX *context)
{
    static const uint8_t clamp[BLOCK] = {255, 255, 255, 15, 252, 255, 255, 15,
                                         252, 255, 255, 15, 252, 255, 255, 15};
    uint8_t block[LEN + BLOCK] = {0}; /* and lengths: of ad, of ciphertext */
    uint8_t one[32];
    struct poly poly;
    BIGNUM *r;

    (void)crypto_stream_chacha20_ietf(one, sizeof one, nonce, key.data);
    for (unsigned i = 0; i < BLOCK; i++) {
        one[i] &= clamp[i];
    }
    r = number(one, BLOCK);
    poly.s = number(one + BLOCK, BLOCK);
    poly.sum = BN_new();
    assert_non_null(poly.sum);
    memcpy(block, ciphertext, LEN);
    block[LEN + 8] = LEN;
    for (unsigned i = 0; i < LEN + BLOCK; i += BLOCK) {
        BIGNUM *m = number(block + i, BLOCK);

        assert_int_equal(BN_set_bit(m, 128), 1);
        assert_int_equal(BN_mod_add(m, m, poly.sum, p, context), 1);
        assert_int_equal(BN_mod_mul(poly.sum, m, r, p, context), 1);
        BN_free(m);
    }
    poly.square = BN_new();
    assert_non_null(poly.square);
    assert_int_equal(BN_mod_sqr(poly.square, r, p, context), 1);
    BN_free(r);
    return poly;
}

static void poly_free(struct poly *poly)
{
    BN_free(poly->square);
    BN_free(poly->s);
    BN_free(poly->sum);
}

/* x = ((s_2 + sum_2) - (s_1 + sum_1) + step 2^128) / (r_1^2 - r_2^2); false:
 * not a block. */
static bool solve_step(uint8_t out[static BLOCK], const struct poly poly[2],
                       int step, const BIGNUM *p, BN_CTX *context)
{
    BIGNUM *x = BN_new();
    BIGNUM *y = BN_new();
    bool fits;

    assert_true(x != NULL && y != NULL);
    assert_int_equal(BN_set_bit(y, 128), 1);
    assert_int_equal(BN_mul_word(y, (BN_ULONG)abs(step)), 1);
    BN_set_negative(y, step < 0);
    assert_int_equal(BN_add(y, y, poly[1].s), 1);
    assert_int_equal(BN_add(y, y, poly[1].sum), 1);
    assert_int_equal(BN_sub(y, y, poly[0].s), 1);
    assert_int_equal(BN_sub(y, y, poly[0].sum), 1);
    assert_int_equal(BN_mod_sub(x, poly[0].square, poly[1].square, p, context),
                     1);
    assert_non_null(BN_mod_inverse(x, x, p, context));
    assert_int_equal(BN_mod_mul(x, x, y, p, context), 1);
    fits = BN_num_bits(x) <= 128;
    if (fits) {
        assert_int_equal(BN_bn2lebinpad(x, out, BLOCK), BLOCK);
    }
    BN_free(x);
    BN_free(y);
    return fits;
}

static bool solve_poly(uint8_t ciphertext[static LEN],
                       const struct frank_span keys[static 2], int step)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *p = BN_new();
    struct poly poly[2];
    bool fits;

    assert_true(context != NULL && p != NULL);
    assert_int_equal(BN_set_bit(p, 130), 1);
    assert_int_equal(BN_sub_word(p, 5), 1);
    poly[0] = poly_of(keys[0], ciphertext, p, context);
    poly[1] = poly_of(keys[1], ciphertext, p, context);
    fits = solve_step(ciphertext + FREE, poly, step, p, context);
    poly_free(&poly[0]);
    poly_free(&poly[1]);
    BN_free(p);
    BN_CTX_free(context);
    return fits;
}

/* ---- Making one ---------------------------------------------------------- */

/* A key's stream is what it makes of zeros. */
static void stream(uint8_t out[static LEN + AEAD_TAG_BYTES], struct aead *aead,
                   struct frank_span key)
{
    static const uint8_t zeros[LEN];

    assert_int_equal(aead_seal(out, aead, key.data, nonce, none,
                               (struct frank_span){zeros, LEN}),
                     FRANK_OK);
}

/* The tag is that of the first key; whether it is the second's too. */
static bool try_both(struct salamander *out, struct aead *aead,
                     const uint8_t ciphertext[static LEN])
{
    uint8_t *sealed = support_zeros(LEN + AEAD_TAG_BYTES);
    uint8_t *file[2] = {support_zeros(LEN), support_zeros(LEN)};

    stream(sealed, aead, out->keys[0]);
    for (unsigned i = 0; i < LEN; i++) {
        file[0][i] = sealed[i] ^ ciphertext[i];
    }
    assert_int_equal(aead_seal(sealed, aead, out->keys[0].data, nonce, none,
                               (struct frank_span){file[0], LEN}),
                     FRANK_OK);
    assert_memory_equal(sealed, ciphertext, LEN);
    out->sealed = (struct frank_span){sealed, LEN + AEAD_TAG_BYTES};
    out->file[0] = (struct frank_span){file[0], LEN};
    out->file[1] = (struct frank_span){file[1], LEN};
    return aead_open(file[1], aead, out->keys[1].data, nonce, none,
                     out->sealed) == FRANK_OK;
}

static bool solve(struct salamander *out, struct aead *aead,
                  uint8_t ciphertext[static LEN])
{
    memset(ciphertext + FREE, 0, BLOCK);
    if (out->aead == FRANK_AEAD_AES_256_GCM) {
        solve_gcm(ciphertext, out->keys);
        return try_both(out, aead, ciphertext);
    }
    for (int step = -4; step <= 4; step++) {
        memset(ciphertext + FREE, 0, BLOCK);
        if (solve_poly(ciphertext, out->keys, step) &&
            try_both(out, aead, ciphertext)) {
            return true;
        }
    }
    return false;
}

struct salamander salamander_make(uint16_t number_of_aead,
                                  struct frank_span first_key,
                                  struct frank_span second_key,
                                  struct frank_span first,
                                  struct frank_span second)
{
    struct salamander out = {.aead = number_of_aead,
                             .keys = {first_key, second_key},
                             .nonce = {nonce, sizeof nonce}};
    uint8_t streams[2][LEN + AEAD_TAG_BYTES];
    uint8_t ciphertext[LEN] = {0};
    struct aead *aead;
    unsigned tries = 0;

    assert_true(first.len <= SALAMANDER_AT && second.len <= 64);
    assert_int_equal(aead_new(&aead, number_of_aead, NULL), FRANK_OK);
    stream(streams[0], aead, first_key);
    stream(streams[1], aead, second_key);
    for (size_t i = 0; i < first.len; i++) {
        ciphertext[i] = first.data[i] ^ streams[0][i];
    }
    for (size_t i = 0; i < second.len; i++) {
        ciphertext[SALAMANDER_AT + i] =
            second.data[i] ^ streams[1][SALAMANDER_AT + i];
    }
    while (!solve(&out, aead, ciphertext)) {
        ciphertext[COUNTER]++;
        assert_true(++tries < 200);
    }
    aead_free(aead);
    return out;
}
