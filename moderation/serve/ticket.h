/* SPDX-License-Identifier: Apache-2.0 */
/* An address of evidence is for one session, report and second look, and for a
 * time; who else learns it has nothing. Pure. */
#ifndef MODERATION_SERVE_TICKET_H
#define MODERATION_SERVE_TICKET_H

#include "accounts.h"

#define TICKET_KEY_BYTES 32
/* How long one is good. */
#define TICKET_MS UINT64_C(3600000)
/* "UNTIL.SECONDLOOK.MAC": two decimal numbers and 16 bytes in hex. */
#define TICKET_BYTES (20 + 1 + 20 + 1 + 2 * 16 + 1)

struct ticket {
    const uint8_t *session; /* TOKEN_HASH_BYTES */
    uint64_t report;
    uint64_t second_look; /* 0: none */
    uint64_t until;
};

void ticket_make(char out[static TICKET_BYTES],
                 const uint8_t key[static TICKET_KEY_BYTES],
                 const struct ticket *ticket);

/* Whether text, which may be NULL, is a ticket for out's session and report
 * that is good now; gives its second_look and until. */
bool ticket_read(struct ticket *out, const uint8_t key[static TICKET_KEY_BYTES],
                 const char *text, uint64_t now);

#endif
