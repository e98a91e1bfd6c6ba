/* SPDX-License-Identifier: Apache-2.0 */
#include "file_hash.h"

#include <sodium.h>

size_t file_hash_bytes(uint64_t number)
{
    switch (number) {
    case FRANK_HASH_SHA_256:
        return crypto_hash_sha256_BYTES;
    case FRANK_HASH_SHA_512:
        return crypto_hash_sha512_BYTES;
    default:
        return 0;
    }
}

int file_hash(uint8_t out[static FILE_HASH_MAX_BYTES], uint64_t number,
              struct frank_span bytes)
{
    if (number == FRANK_HASH_SHA_256) {
        (void)crypto_hash_sha256(out, bytes.data, bytes.len);
    } else {
        (void)crypto_hash_sha512(out, bytes.data, bytes.len);
    }
    return FRANK_OK;
}
