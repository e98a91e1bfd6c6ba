/* SPDX-License-Identifier: Apache-2.0 */
#include "ticket.h"

#include "hmac.h"

#include <ctype.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAC_BYTES 16
#define MAC_TEXT_BYTES (2 * MAC_BYTES + 1)

static void make_mac(char out[static MAC_TEXT_BYTES], const uint8_t *key,
                     const struct ticket *ticket)
{
    uint8_t said[TOKEN_HASH_BYTES + 24];
    uint8_t mac[HASH_BYTES];
    struct hmac hmac;

    memcpy(said, ticket->session, TOKEN_HASH_BYTES);
    memcpy(said + TOKEN_HASH_BYTES, &ticket->report, 8);
    memcpy(said + TOKEN_HASH_BYTES + 8, &ticket->second_look, 8);
    memcpy(said + TOKEN_HASH_BYTES + 16, &ticket->until, 8);
    hmac_schedule(&hmac, key, TICKET_KEY_BYTES);
    hmac_update(&hmac, said, sizeof said);
    hmac_final(&hmac, mac);
    (void)sodium_bin2hex(out, MAC_TEXT_BYTES, mac, MAC_BYTES);
    sodium_memzero(mac, sizeof mac);
}

void ticket_make(char out[static TICKET_BYTES],
                 const uint8_t key[static TICKET_KEY_BYTES],
                 const struct ticket *ticket)
{
    char mac[MAC_TEXT_BYTES];

    make_mac(mac, key, ticket);
    (void)snprintf(out, TICKET_BYTES, "%" PRIu64 ".%" PRIu64 ".%s",
                   ticket->until, ticket->second_look, mac);
}

bool ticket_read(struct ticket *out, const uint8_t key[static TICKET_KEY_BYTES],
                 const char *text, uint64_t now)
{
    char right[MAC_TEXT_BYTES];
    char *end;

    if (text == NULL || !isdigit((unsigned char)text[0])) {
        return false;
    }
    out->until = strtoull(text, &end, 10);
    if (*end != '.' || !isdigit((unsigned char)end[1])) {
        return false;
    }
    out->second_look = strtoull(end + 1, &end, 10);
    make_mac(right, key, out);
    return *end == '.' && strlen(end + 1) == sizeof right - 1 &&
           sodium_memcmp(end + 1, right, sizeof right - 1) == 0 &&
           out->until > now;
}
