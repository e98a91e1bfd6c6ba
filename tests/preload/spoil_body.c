/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a messenger that seals bodies which nobody can read, as the mark
 * at the end of what a body says is another (docs/WIRE.md). */
#include <dlfcn.h>
#include <stddef.h>

#define MARK 0x80

typedef int encrypt(unsigned char *out, unsigned long long *out_len,
                    const unsigned char *message, unsigned long long len,
                    const unsigned char *ad, unsigned long long ad_len,
                    const unsigned char *nsec, const unsigned char *nonce,
                    const unsigned char *key);
encrypt crypto_aead_xchacha20poly1305_ietf_encrypt;

int crypto_aead_xchacha20poly1305_ietf_encrypt(
    unsigned char *out, unsigned long long *out_len,
    const unsigned char *message, unsigned long long len,
    const unsigned char *ad, unsigned long long ad_len,
    const unsigned char *nsec, const unsigned char *nonce,
    const unsigned char *key)
{
    unsigned long long mark = len;
    encrypt *real;

    *(void **)&real =
        dlsym(RTLD_NEXT, "crypto_aead_xchacha20poly1305_ietf_encrypt");
    while (mark > 0 && message[mark - 1] == 0) {
        mark--;
    }
    /* A body is encrypted where it stands. */
    if (out == message && mark > 0 && message[mark - 1] == MARK) {
        out[mark - 1]++;
    }
    return real(out, out_len, message, len, ad, ad_len, nsec, nonce, key);
}
