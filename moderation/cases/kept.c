/* SPDX-License-Identifier: Apache-2.0 */
#include "kept.h"

#include "hmac.h"

#include <sodium.h>
#include <string.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

void kept_wrap(uint8_t *out, const uint8_t *bytes, size_t len, const char *what,
               struct frank_span about,
               const uint8_t secret[static KEPT_SECRET_BYTES])
{
    uint8_t key[HASH_BYTES];

    hmac_subkey(key, secret, what);
    randombytes_buf(out, NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_BYTES, NULL,
                                                     bytes, len, about.data,
                                                     about.len, NULL, out, key);
    sodium_memzero(key, sizeof key);
}

int kept_unwrap(uint8_t *out, size_t len, struct frank_span wrapped,
                const char *what, struct frank_span about,
                const uint8_t secret[static KEPT_SECRET_BYTES])
{
    uint8_t key[HASH_BYTES];
    int failed = -1;

    memset(out, 0, len);
    if (wrapped.len == len + KEPT_OVERHEAD_BYTES) {
        hmac_subkey(key, secret, what);
        failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
            out, NULL, NULL, wrapped.data + NONCE_BYTES, len + TAG_BYTES,
            about.data, about.len, wrapped.data, key);
        sodium_memzero(key, sizeof key);
    }
    if (failed != 0) {
        sodium_memzero(out, len);
    }
    return failed == 0 ? FRANK_OK : FRANK_ERR_SEALED;
}

void kept_name(uint8_t out[static KEPT_NAME_BYTES], struct frank_span uri,
               const uint8_t secret[static KEPT_SECRET_BYTES])
{
    uint8_t key[HASH_BYTES];
    struct hmac mac;

    hmac_subkey(key, secret, "frank-mod v1 reporter name");
    hmac_schedule(&mac, key, sizeof key);
    hmac_update(&mac, uri.data, uri.len);
    hmac_final(&mac, out);
    sodium_memzero(key, sizeof key);
}
