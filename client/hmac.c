/* SPDX-License-Identifier: Apache-2.0 */
#include "hmac.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void hmac_schedule(struct hmac *mac, const uint8_t *key, size_t len)
{
    uint8_t pad[HASH_BLOCK_BYTES];

    if (len > sizeof pad) {
        abort();
    }
    memset(pad, 0, sizeof pad);
    memcpy(pad, key, len);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36;
    }
    hash_init(&mac->inner);
    hash_update(&mac->inner, pad, sizeof pad);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }
    hash_init(&mac->outer);
    hash_update(&mac->outer, pad, sizeof pad);
    sodium_memzero(pad, sizeof pad);
}

void hmac_update(struct hmac *mac, const uint8_t *bytes, size_t len)
{
    hash_update(&mac->inner, bytes, len);
}

void hmac_final(struct hmac *mac, uint8_t out[static HASH_BYTES])
{
    hash_final(&mac->inner, out);
    hash_update(&mac->outer, out, HASH_BYTES);
    hash_final(&mac->outer, out);
    sodium_memzero(mac, sizeof *mac);
}

void hmac_subkey(uint8_t out[static HASH_BYTES], const uint8_t key[static 32],
                 const char *label)
{
    struct hmac mac;

    hmac_schedule(&mac, key, 32);
    hmac_update(&mac, (const uint8_t *)label, strlen(label));
    hmac_final(&mac, out);
}
