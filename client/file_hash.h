/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes that prove a file, by the numbers of IANA's Named Information Hash
 * Algorithm registry: SHA-2 and SHA-3 of 256 bits and more, whole. What is
 * truncated below that can be collided, so that one hash would stand for two
 * files. From libcrypto; a build without that (HASH=sodium) has libsodium's
 * SHA-256 and SHA-512.
 */
#ifndef CLIENT_FILE_HASH_H
#define CLIENT_FILE_HASH_H

#include "frank.h"

#define FILE_HASH_MAX_BYTES 64

/* 32, 48 or 64; 0: of no number that proves a file, or not in this build. */
size_t file_hash_bytes(uint64_t number);

/* file_hash_bytes() of a number that is here. MEMORY. */
FRANK_MUST_CHECK int file_hash(uint8_t out[static FILE_HASH_MAX_BYTES],
                               uint64_t number, struct frank_span bytes);

#endif
