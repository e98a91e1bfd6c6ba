/* SPDX-License-Identifier: Apache-2.0 */
#include "aead.h"
#include "wire.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* EVP takes lengths as int. */
#define PIECE ((size_t)1 << 30)

struct aead {
    EVP_CIPHER_CTX *context;
    const EVP_CIPHER *cipher;
};

static const EVP_CIPHER *cipher_of(uint16_t number)
{
    switch (number) {
    case FRANK_AEAD_AES_128_GCM:
        return EVP_aes_128_gcm();
    case FRANK_AEAD_AES_256_GCM:
        return EVP_aes_256_gcm();
    case FRANK_AEAD_CHACHA20_POLY1305:
        return EVP_chacha20_poly1305();
    default:
        return NULL;
    }
}

bool aead_is_here(uint16_t number)
{
    return cipher_of(number) != NULL;
}

int aead_new(struct aead **out, uint16_t number, struct frank_fault *fault)
{
    const EVP_CIPHER *cipher = cipher_of(number);
    struct aead *aead;

    *out = NULL;
    if (cipher == NULL) {
        return wire_fault(fault, FRANK_ERR_AEAD, "aead", 0, number, 0);
    }
    aead = calloc(1, sizeof *aead);
    if (aead != NULL) {
        aead->cipher = cipher;
        aead->context = EVP_CIPHER_CTX_new();
    }
    /* libcrypto sets itself up at its first use: without memory for that, what
     * does not ask first would crash. The cipher once: afterwards only key and
     * nonce change. */
    if (aead == NULL || aead->context == NULL ||
        OSSL_LIB_CTX_get0_global_default() == NULL ||
        EVP_CipherInit_ex(aead->context, cipher, NULL, NULL, NULL, 1) != 1) {
        aead_free(aead);
        return wire_fault(fault, FRANK_ERR_MEMORY, "aead", 0, 0, 0);
    }
    *out = aead;
    return FRANK_OK;
}

void aead_free(struct aead *aead)
{
    if (aead != NULL) {
        EVP_CIPHER_CTX_free(aead->context); /* wipes the key schedule */
        free(aead);
    }
}

static bool update(EVP_CIPHER_CTX *context, uint8_t *out, struct frank_span in)
{
    for (size_t at = 0; at < in.len;) {
        size_t n = in.len - at < PIECE ? in.len - at : PIECE;
        int written;

        if (EVP_CipherUpdate(context, out != NULL ? out + at : NULL, &written,
                             in.data + at, (int)n) != 1) {
            return false;
        }
        at += n;
    }
    return true;
}

int aead_seal(uint8_t *out, struct aead *aead, const uint8_t *key,
              const uint8_t nonce[static AEAD_NONCE_BYTES],
              struct frank_span ad, struct frank_span plain)
{
    EVP_CIPHER_CTX *c = aead->context;
    int none;

    if (EVP_CipherInit_ex(c, NULL, NULL, key, nonce, 1) != 1 ||
        !update(c, NULL, ad) || !update(c, out, plain) ||
        EVP_CipherFinal_ex(c, out + plain.len, &none) != 1 ||
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_BYTES,
                            out + plain.len) != 1) {
        sodium_memzero(out, plain.len + AEAD_TAG_BYTES);
        return FRANK_ERR_MEMORY;
    }
    return FRANK_OK;
}

int aead_open(uint8_t *out, struct aead *aead, const uint8_t *key,
              const uint8_t nonce[static AEAD_NONCE_BYTES],
              struct frank_span ad, struct frank_span sealed)
{
    EVP_CIPHER_CTX *c = aead->context;
    uint8_t tag[AEAD_TAG_BYTES];
    struct frank_span body = sealed;
    int none;

    if (sealed.len < AEAD_TAG_BYTES) {
        return FRANK_ERR_LENGTH;
    }
    body.len -= AEAD_TAG_BYTES;
    memcpy(tag, sealed.data + body.len, sizeof tag);
    if (EVP_CipherInit_ex(c, NULL, NULL, key, nonce, 0) != 1 ||
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_BYTES, tag) !=
            1 ||
        !update(c, NULL, ad) || !update(c, out, body)) {
        sodium_memzero(out, body.len);
        return FRANK_ERR_MEMORY;
    }
    if (EVP_CipherFinal_ex(c, tag, &none) != 1) {
        sodium_memzero(out, body.len);
        return FRANK_ERR_SEALED;
    }
    return FRANK_OK;
}
