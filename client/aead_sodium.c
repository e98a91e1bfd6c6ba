/* SPDX-License-Identifier: Apache-2.0 */
#include "aead.h"
#include "wire.h"

#include <sodium.h>
#include <stdlib.h>

struct aead {
    uint16_t number;
};

bool aead_is_here(uint16_t number)
{
    return number == FRANK_AEAD_CHACHA20_POLY1305 ||
           (number == FRANK_AEAD_AES_256_GCM && sodium_init() >= 0 &&
            crypto_aead_aes256gcm_is_available());
}

int aead_new(struct aead **out, uint16_t number, struct frank_fault *fault)
{
    *out = NULL;
    if (!aead_is_here(number)) {
        return wire_fault(fault, FRANK_ERR_AEAD, "aead", 0, number, 0);
    }
    *out = malloc(sizeof **out);
    if (*out == NULL) {
        return wire_fault(fault, FRANK_ERR_MEMORY, "aead", 0, 0, 0);
    }
    (*out)->number = number;
    return FRANK_OK;
}

void aead_free(struct aead *aead)
{
    free(aead);
}

int aead_seal(uint8_t *out, struct aead *aead, const uint8_t *key,
              const uint8_t nonce[static AEAD_NONCE_BYTES],
              struct frank_span ad, struct frank_span plain)
{
    if (aead->number == FRANK_AEAD_AES_256_GCM) {
        (void)crypto_aead_aes256gcm_encrypt(out, NULL, plain.data, plain.len,
                                            ad.data, ad.len, NULL, nonce, key);
    } else {
        (void)crypto_aead_chacha20poly1305_ietf_encrypt(
            out, NULL, plain.data, plain.len, ad.data, ad.len, NULL, nonce,
            key);
    }
    return FRANK_OK;
}

int aead_open(uint8_t *out, struct aead *aead, const uint8_t *key,
              const uint8_t nonce[static AEAD_NONCE_BYTES],
              struct frank_span ad, struct frank_span sealed)
{
    int failed;

    if (sealed.len < AEAD_TAG_BYTES) {
        return FRANK_ERR_LENGTH;
    }
    if (aead->number == FRANK_AEAD_AES_256_GCM) {
        failed = crypto_aead_aes256gcm_decrypt(out, NULL, NULL, sealed.data,
                                               sealed.len, ad.data, ad.len,
                                               nonce, key);
    } else {
        failed = crypto_aead_chacha20poly1305_ietf_decrypt(
            out, NULL, NULL, sealed.data, sealed.len, ad.data, ad.len, nonce,
            key);
    }
    if (failed != 0) {
        sodium_memzero(out, sealed.len - AEAD_TAG_BYTES);
        return FRANK_ERR_SEALED;
    }
    return FRANK_OK;
}
