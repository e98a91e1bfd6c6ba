/* SPDX-License-Identifier: Apache-2.0 */
#include "file_hash.h"

#include <openssl/evp.h>

static const EVP_MD *digest_of(uint64_t number)
{
    switch (number) {
    case FRANK_HASH_SHA_256:
        return EVP_sha256();
    case FRANK_HASH_SHA_384:
        return EVP_sha384();
    case FRANK_HASH_SHA_512:
        return EVP_sha512();
    case FRANK_HASH_SHA3_256:
        return EVP_sha3_256();
    case FRANK_HASH_SHA3_384:
        return EVP_sha3_384();
    case FRANK_HASH_SHA3_512:
        return EVP_sha3_512();
    default:
        return NULL;
    }
}

size_t file_hash_bytes(uint64_t number)
{
    const EVP_MD *digest = digest_of(number);

    return digest != NULL ? (size_t)EVP_MD_get_size(digest) : 0;
}

int file_hash(uint8_t out[static FILE_HASH_MAX_BYTES], uint64_t number,
              struct frank_span bytes)
{
    return EVP_Digest(bytes.data, bytes.len, out, NULL, digest_of(number),
                      NULL) == 1
               ? FRANK_OK
               : FRANK_ERR_MEMORY;
}
