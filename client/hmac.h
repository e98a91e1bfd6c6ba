/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC-SHA256 (RFC 2104). A struct hmac under which nothing was hashed yet is
 * a key schedule: computed once per key, and copied for each message.
 */
#ifndef CLIENT_HMAC_H
#define CLIENT_HMAC_H

#include "hash.h"

/* As secret as the key, before and after hashing. */
struct hmac {
    hash_state inner;
    hash_state outer;
};

/* len is at most HASH_BLOCK_BYTES; a longer key is a bug and aborts. */
void hmac_schedule(struct hmac *mac, const uint8_t *key, size_t len);
void hmac_update(struct hmac *mac, const uint8_t *bytes, size_t len);
/* Wipes mac. */
void hmac_final(struct hmac *mac, uint8_t out[static HASH_BYTES]);

/* subkey(key, label) of docs/PROTOCOL.md: HMAC-SHA256(key, label), the label
 * without its closing zero. key is 32 bytes. */
void hmac_subkey(uint8_t out[static HASH_BYTES], const uint8_t key[static 32],
                 const char *label);

#endif
