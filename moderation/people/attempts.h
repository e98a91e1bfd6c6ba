/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often somebody may try to log in: by account, so that no password is
 * guessed, and by address, so that nobody tries all accounts. Safe in any
 * thread.
 */
#ifndef MODERATION_PEOPLE_ATTEMPTS_H
#define MODERATION_PEOPLE_ATTEMPTS_H

#include "rates.h"

#define ATTEMPTS_OF_ACCOUNT 10 /* in ten minutes */
#define ATTEMPTS_OF_ADDRESS 60

struct attempts;

FRANK_MUST_CHECK int attempts_new(struct attempts **out,
                                  struct frank_fault *fault);
void attempts_free(struct attempts *attempts);

/* 0, or the milliseconds until the next try. address: 16 bytes, an IPv4 one
 * mapped into IPv6; of an IPv6 one its /64 counts. now: monotonic. */
uint64_t attempts_take(struct attempts *attempts, struct frank_span account,
                       const uint8_t address[static 16], uint64_t now);
/* It was he: that try does not count. */
void attempts_good(struct attempts *attempts, struct frank_span account,
                   const uint8_t address[static 16], uint64_t now);

#endif
